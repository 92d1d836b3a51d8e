"""Steps of learning as a page: a Step button moves the numbers on.

Every number is written here; the script only shows those of one step.
"""

from typing import Any

from lstm_cli.data.ratings.scale import Scale
from lstm_cli.results import LearningStep, LearningTrace
from lstm_cli.views.charts import Chart, across, curve, embedded, render, script_of, up
from lstm_cli.views.console import visible

MOST_STEPS = 100  # that a page holds; of more the first


def learning_page(trace: LearningTrace, scale: Scale) -> str:
    """What a model said, what pulled and what moved, step by step.

    Args:
        trace: of ``MOST_STEPS`` steps at most.
        scale: the ratings.
    """
    first = trace.history[0]
    has_long = first.words[0].long_term is not None
    columns = ["|dloss/dSTM|", *(["|dloss/dLTM|"] if has_long else []), "|dloss/dE|"]
    last = len(trace.history) - 1
    steps = [
        {
            "said": f"Loss {step.loss:.4f}, expected rating {step.expected_rating:.3f}.",
            "x": round(across(number, last), 1),
            "cells": _ratings(step) | _words(step),
            "weights": [
                _sum(value, gradient, trace.rate) if number < last else f"{value:.8f}"
                for value, gradient in zip(step.weights, step.gradients, strict=True)
            ],
        }
        for number, step in enumerate(trace.history)
    ]
    return render(
        "learning_page.html.j2",
        script_of("learning_page.js"),
        title=f"Learning {visible(trace.true, 24)}: {visible(trace.text, 60)}",
        data=embedded(steps),
        model=trace.model,
        text=visible(trace.text, 300),
        truth=visible(trace.true, 24),
        rate=f"{trace.rate:g}",
        last=last,
        ratings=list(first.probabilities),
        words=[visible(word.token, 30) for word in reversed(first.words)],
        columns=columns,
        weights=[visible(change.name, 120) for change in trace.weights],
        charts=_charts(trace, scale),
    )


def _ratings(step: LearningStep) -> dict[str, Any]:
    """The cells of the first table: a bar from the left, and one from the middle."""
    cells = {}
    for row, (chance, error) in enumerate(
        zip(step.probabilities.values(), step.errors.values(), strict=True)
    ):
        cells[f"chance-{row}"] = {"shown": f"{chance:.4f}", "width": 100 * chance, "x": 0}
        half = 50 * abs(error)
        cells[f"error-{row}"] = {
            "shown": f"{error:+.4f}",
            "width": half,
            "x": 50 if error >= 0 else 50 - half,
        }
    return cells


def _words(step: LearningStep) -> dict[str, Any]:
    """The cells of the second table, the last word first."""
    words = step.words[::-1]
    columns = [
        [word.short_term for word in words],
        *([[word.long_term or 0.0 for word in words]] if words[0].long_term is not None else []),
        [word.event for word in words],
    ]
    return {
        f"word-{column}-{row}": {
            "shown": f"{length:.4f}",
            "width": 100 * length / (max(lengths) or 1.0),
            "x": 0,
        }
        for column, lengths in enumerate(columns)
        for row, length in enumerate(lengths)
    }


def _sum(value: float, gradient: float, rate: float) -> str:
    sign = "-" if gradient >= 0 else "+"
    after = value - rate * gradient
    return f"{value:.8f} {sign} {rate:g} × {abs(gradient):.8f} = {after:.8f}"


def _charts(trace: LearningTrace, scale: Scale) -> list[Chart]:
    history = trace.history
    last = len(history) - 1
    losses = [step.loss for step in history]
    most = max(losses) or 1.0
    low, high = scale.ratings[0], scale.ratings[-1]
    below = tuple((round(across(mark, last)), str(mark)) for mark in sorted({0, last // 2, last}))
    return [
        Chart(
            "loss",
            "The loss",
            "Before the first step and after each: -ln of the probability of the true rating.",
            f"The loss, from {losses[0]:.3f} to {losses[-1]:.3f}",
            tuple((round(up(loss, 0, most)), f"{loss:.2g}") for loss in (0, most / 2, most)),
            (curve("", "first", losses, (0, most)),),
            below,
        ),
        Chart(
            "expected",
            "The expected rating",
            "Before the first step and after each.",
            "The expected rating after each step",
            tuple((round(up(value, low, high)), f"{value:g}") for value in (low, high)),
            (curve("", "first", [step.expected_rating for step in history], (low, high)),),
            below,
        ),
    ]
