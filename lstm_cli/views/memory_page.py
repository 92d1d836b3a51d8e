"""RNN and LSTM on one page: accuracy by distance, and how the gradients fade."""

import math
from collections.abc import Sequence
from itertools import takewhile

from lstm_cli.results import MemoryTest, Reach
from lstm_cli.views.charts import Chart, Curve, across, curve, render, up
from lstm_cli.views.console import percent
from lstm_cli.views.memory_test import LOWEST
from lstm_cli.views.memory_verdicts import (
    NAMES,
    Lesson,
    introduction,
    lessons,
    of_gradients,
    of_reach,
)

KINDS = ("first", "second", "third")
Gradients = dict[str, Sequence[float]]


def memory_page(test: MemoryTest, examples: Sequence[Sequence[str]] = ()) -> str:
    """The experiment as one page of HTML.

    Args:
        test: what was measured.
        examples: scenes to show.
    """
    gradients: Gradients = {}
    for name, cell in test.cells.items():
        gradients |= _gradients_of(NAMES[name], cell.gradients, cell.long_term_gradients)
    taught = lessons(test)
    accuracies = {
        f"right answers of the {NAMES[name]}, taught at {lesson.name}": cell
        for lesson in taught
        for name, cell in lesson.cells.items()
    }
    rows = [
        (
            distance,
            *(
                f"{percent(c.accuracies[k])} ({100 * c.spreads[k]:.0f})"
                for c in accuracies.values()
            ),
            *(f"{values[distance]:.1e}" for values in gradients.values()),
        )
        for k, distance in enumerate(test.distances)
    ]
    scenes = "; ".join(f"{' '.join(scene)} {scene[0]}" for scene in examples)
    return render(
        "memory_page.html.j2",
        "",
        title="What is still remembered",
        lead=(
            "An animal, then events that say little, then the question: which animal was it?"
            + (f" For example: {scenes}." if scenes else ""),
            introduction(test),
        ),
        charts=(
            *(_accuracy_chart(test, lesson) for lesson in taught),
            _gradient_chart(gradients, test.distances[-1], "events", " ".join(of_gradients(test))),
        ),
        headers=(
            "events between, or back",
            *accuracies,
            *(f"gradient of the {name}" for name in gradients),
        ),
        rows=rows,
    )


def _accuracy_chart(test: MemoryTest, lesson: Lesson) -> Chart:
    return Chart(
        f"accuracy-{lesson.name.split()[0]}",
        f"Right answers by distance. {lesson.title}",
        f"{' '.join(lesson.verdicts)} Drawn is the share of right answers by the number of events "
        "between the hint and the question; the dotted line is chance, one in eight.",
        "Accuracy of both cells at growing distances",
        tuple((round(up(share, 0, 1)), percent(share)) for share in (0, 0.5, 1)),
        (
            *(
                curve(NAMES[name], KINDS[k], cell.accuracies, (0, 1), test.distances)
                for k, (name, cell) in enumerate(lesson.cells.items())
            ),
            curve("chance", "third", [1 / len(test.hints)] * 2, (0, 1), (0, test.distances[-1])),
        ),
        _below(test.distances[-1]),
        has_marker=False,
    )


def reach_page(reach: Reach) -> str:
    """How far back a trained model's rating reaches, as one page of HTML."""
    gradients = _gradients_of(NAMES[reach.cell], reach.gradients, reach.long_term_gradients)
    last = reach.length - 1
    rows = [
        (step, *(f"{values[step]:.1e}" for values in gradients.values()))
        for step in sorted({round(last * k / 12) for k in range(13)})
    ]
    return render(
        "memory_page.html.j2",
        "",
        title=f"How far back the rating of {reach.model} reaches",
        lead=(f"Measured on the last {reach.length} words of {reach.reviews:,} of {reach.whose}.",),
        charts=(_gradient_chart(gradients, last, "words", of_reach(reach)),),
        headers=("words back", *(f"gradient of the {name}" for name in gradients)),
        rows=rows,
    )


def _gradients_of(
    name: str, short_term: Sequence[float], long_term: Sequence[float] | None
) -> Gradients:
    found = {f"STM of the {name}": short_term}
    if long_term is not None:
        found[f"LTM of the {name}"] = long_term
    return {which: [value / (values[0] or 1.0) for value in values]
            for which, values in found.items()}  # fmt: skip


def _gradient_chart(gradients: Gradients, last: int, what: str, note: str) -> Chart:
    """The gradients on a logarithmic axis; each line ends where it leaves the chart."""

    def drawn(name: str, kind: str, values: Sequence[float]) -> Curve:
        powers = [math.log10(value) if value > 0 else -math.inf for value in values[: last + 1]]
        inside = list(takewhile(lambda power: power >= LOWEST, powers))
        return curve(name, kind, inside, (LOWEST, 1), range(len(inside)), last)

    return Chart(
        "gradients",
        "How strongly a memory this far back still affects the loss",
        f"{note} Drawn by the number of {what} before the end; from one line to the next it falls "
        f"by four powers of ten, and what is under 1e{LOWEST} is not drawn.",
        "The gradients of the memories by distance, on a logarithmic axis",
        tuple((round(up(power, LOWEST, 1)), f"1e{power}") for power in (0, -4, -8, LOWEST)),
        tuple(drawn(name, KINDS[k], values) for k, (name, values) in enumerate(gradients.items())),
        _below(last),
        has_marker=False,
    )


def _below(last: int) -> tuple[tuple[int, str], ...]:
    marks = sorted({round(last * k / 4) for k in range(5)})
    return tuple((round(across(mark, last)), str(mark)) for mark in marks)
