"""One review as a page.

Everything is drawn here, in SVG; the script only moves the marks from word to word.
"""

import json
from typing import Any

from markupsafe import Markup

from lstm_cli.data.ratings.scale import Scale
from lstm_cli.results import GateTrace, LedgerTrace, WordTrace
from lstm_cli.views.charts import Chart, across, curve, render, script_of, up
from lstm_cli.views.console import percent, visible
from lstm_cli.views.narrative import narrative

LEVELS = 8
CLEAR, STRONG = 0.1, 0.4  # rating points at which a word is marked, and marked more strongly
LEAST = 0.02  # rating points below which it gets no colour


def page(trace: GateTrace, scale: Scale) -> str:
    """A review's trace as a page of HTML.

    Args:
        trace: with its explanation; its ledger is drawn if it has one.
        scale: the ratings.
    """
    ratings = scale.ratings
    prediction = trace.prediction
    has_gates = trace.cell == "lstm"
    rows = _rows(has_gates)
    words = [
        {
            "token": visible(word.token, 60),
            "known": word.known,
            "contribution": word.contribution,
            "shade": _shade(word.contribution),
        }
        for word in trace.words
    ]
    data = {
        "words": [
            {
                "token": shown["token"],
                "known": word.known,
                "x": round(across(place + 1, len(trace.words)), 1),
                "cells": _cells(word, ratings, has_gates),
                "ledger": _ledger_sentence(trace, place),
            }
            for place, (word, shown) in enumerate(zip(trace.words, words, strict=True))
        ]
    }
    return render(
        "page.html.j2",
        script_of("page.js"),
        title=f"{prediction.rating}: {visible(trace.text, 60)}",
        data=_embedded(data),
        cell_name="LSTM" if has_gates else "Plain RNN",
        model=prediction.model,
        rating=prediction.rating,
        expected=prediction.expected_rating,
        sure=percent(prediction.confidence),
        probabilities=[(k, share, percent(share)) for k, share in prediction.probabilities.items()],
        words=words,
        rows=rows,
        sentences=narrative(trace),
        charts=_charts(trace, scale),
        heat=_heat(trace.ledger),
    )


def _rows(has_gates: bool) -> list[tuple[str, str, str]]:
    gates = [
        ("kept", "kept", "the forget gate's factor: 1 keeps the long-term memory, 0 forgets it"),
        ("learned", "learned", "the learn gate's factor: 1 learns the word, 0 ignores it"),
        ("used", "used", "the use gate's factor: how much of the memory is used now"),
        ("retained", "still there at the end", "of what this word wrote"),
    ]
    rating = ("rating", "rating after", "the expected rating if the review ended here")
    return [*(gates if has_gates else []), rating, ("change", "change", "of the expected rating")]


def _cells(word: WordTrace, ratings: tuple[float, ...], has_gates: bool) -> dict[str, Any]:
    def share(value: float | None) -> dict[str, Any]:
        part = 0.0 if value is None else value
        return {"shown": percent(part), "width": round(100 * part, 1), "x": 0}

    low, high = min(ratings), max(ratings)
    span = max(high - low, 1e-9)
    change = min(1.0, abs(word.contribution) / span)
    cells = {
        "rating": {
            "shown": f"{word.rating} ({word.expected_rating:.2f})",
            "width": round(100 * (word.expected_rating - low) / span, 1),
            "x": 0,
        },
        "change": {
            "shown": f"{word.contribution:+.2f}",
            "width": round(50 * change, 1),
            "x": 50 if word.contribution >= 0 else round(50 - 50 * change, 1),
        },
    }
    if has_gates:
        gates = zip(
            ("kept", "learned", "used", "retained"),
            (word.forget, word.learn, word.use, word.retained),
            strict=True,
        )
        cells |= {name: share(value) for name, value in gates}
    return cells


def _shade(contribution: float) -> str:
    size = abs(contribution)
    if size < LEAST:
        return ""
    return ("up" if contribution > 0 else "down") + str(1 + (size >= CLEAR) + (size >= STRONG))


def _ledger_sentence(trace: GateTrace, place: int) -> str:
    if trace.ledger is None:
        return ""
    line = trace.ledger.lines[place]
    token = visible(trace.words[place].token, 30)
    if place == len(trace.words) - 1:
        return f"{token}: read last, all of it is there."
    sentence = f"{token}: {percent(line.left)} of what it wrote is there at the end"
    if line.half_gone is not None:
        sentence += f"; under half after {visible(trace.words[line.half_gone].token, 30)}"
    return sentence + "."


def _charts(trace: GateTrace, scale: Scale) -> list[Chart]:
    low, high = scale.ratings[0], scale.ratings[-1]
    expected = [trace.start_expected_rating, *(word.expected_rating for word in trace.words)]
    names = scale.label_of if scale.has_places else {}
    labels = {value: visible(names.get(value, f"{value:g}"), 12)
              for value in (low, (low + high) / 2, high)}  # fmt: skip
    charts = [
        Chart(
            "running",
            "The rating word by word",
            "The expected rating after each word, as if the review ended there.",
            f"From {expected[0]:.2f} before the first word to {expected[-1]:.2f} after the last",
            tuple((round(up(value, low, high)), name) for value, name in labels.items()),
            (curve("", "first", expected, (low, high), 0),),
        )
    ]
    short_term = [0.0, *(word.short_term for word in trace.words)]
    long_term = [0.0, *(word.long_term for word in trace.words if word.long_term is not None)]
    bound = max(1e-6, *(abs(value) for value in (*short_term, *long_term)))
    lines = [curve("short-term memory", "first", short_term, (-bound, bound), 18)]
    if trace.cell == "lstm":
        lines.append(curve("long-term memory", "second", long_term, (-bound, bound), 42))
    charts.append(
        Chart(
            "memories",
            "The two memories" if trace.cell == "lstm" else "The memory",
            "Means over the units, signed so that above zero stands for a higher rating.",
            "The memories after each word",
            tuple(
                (round(up(value, -bound, bound)), f"{value:.2g}") for value in (-bound, 0, bound)
            ),
            tuple(lines),
        )
    )
    return charts


def _heat(ledger: LedgerTrace | None) -> dict[str, Any] | None:
    """The matrix of what is remembered, with neighbours of one shade drawn as one cell."""
    if ledger is None or not ledger.remembered:
        return None
    cells: list[tuple[int, int, int, int]] = []
    for row, shares in enumerate(ledger.remembered):
        for column, share in enumerate(shares, start=row):
            level = round(LEVELS * share)
            if not level:
                continue
            if cells:
                x, y, run, same = cells[-1]
                if (y, same, x + run) == (row, level, column):
                    cells[-1] = (x, y, run + 1, same)
                    continue
            cells.append((column, row, 1, level))
    return {"size": len(ledger.remembered), "cells": cells}


def _embedded(data: object) -> Markup:
    """JSON for a script element, which no text in it can close."""
    text = json.dumps(data, ensure_ascii=True).replace("<", "\\u003c").replace("&", "\\u0026")
    return Markup(text)
