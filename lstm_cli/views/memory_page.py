"""RNN and LSTM on one page: accuracy by distance, and how the gradients fade."""

import math
from collections.abc import Sequence

from lstm_cli.results import CellMemory, MemoryTest, Reach
from lstm_cli.views.charts import Chart, Curve, across, curve, render, up
from lstm_cli.views.console import percent
from lstm_cli.views.memory_test import LOWEST, NAMES, verdicts

KINDS = ("first", "second", "third")
Gradients = dict[str, Sequence[float]]


def memory_page(test: MemoryTest) -> str:
    """The experiment as one page of HTML."""
    gradients: Gradients = {"STM of the plain RNN": test.cells["rnn"].gradients}
    gradients |= _gradients_of(
        "LSTM", test.cells["lstm"].gradients, test.cells["lstm"].long_term_gradients
    )
    lessons = {
        "far": (test.cells, f"Taught from far: {test.trained_from} to {test.trained_up_to} events"),
        "near": (test.near, f"Taught from near on: 1 to {test.trained_up_to} events"),
    }
    charts = [
        _accuracy_chart(test, lesson, cells, title) for lesson, (cells, title) in lessons.items()
    ]
    accuracies = {
        f"{NAMES[name]}, taught from {'far' if lesson == 'far' else 'near on'}": cell.accuracies
        for lesson, (cells, _) in lessons.items()
        for name, cell in cells.items()
    }
    rows = [
        (
            distance,
            *(percent(shares[k]) for shares in accuracies.values()),
            *(f"{values[distance]:.1e}" for values in gradients.values()),
        )
        for k, distance in enumerate(test.distances)
    ]
    return render(
        "memory_page.html.j2",
        "",
        title="What is still remembered",
        lead=(
            "An animal, then events that say little, then the question: which animal was it? "
            f"Both cells have {test.hidden_size} units and learned from the same "
            f"{test.steps:,} batches of scenes; means of {test.repeats} seeds.",
            *verdicts(test),
        ),
        charts=(*charts, _gradient_chart(gradients, test.distances[-1], "events")),
        headers=("events between", *accuracies, *gradients),
        rows=rows,
    )


def _accuracy_chart(
    test: MemoryTest, lesson: str, cells: dict[str, CellMemory], title: str
) -> Chart:
    return Chart(
        f"accuracy-{lesson}",
        f"Right answers by distance. {title}",
        "Share of right answers by the number of events between the hint and the question; the "
        "dotted line is chance, one in eight.",
        "Accuracy of both cells at growing distances",
        tuple((round(up(share, 0, 1)), percent(share)) for share in (0, 0.5, 1)),
        (
            *(
                curve(NAMES[name], KINDS[k], cell.accuracies, (0, 1), test.distances)
                for k, (name, cell) in enumerate(cells.items())
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
        charts=(_gradient_chart(gradients, last, "words"),),
        headers=("words back", *gradients),
        rows=rows,
    )


def _gradients_of(
    name: str, short_term: Sequence[float], long_term: Sequence[float] | None
) -> Gradients:
    gradients: Gradients = {f"STM of the {name}": short_term}
    return gradients if long_term is None else gradients | {f"LTM of the {name}": long_term}


def _gradient_chart(gradients: Gradients, last: int, what: str) -> Chart:
    def powers(values: Sequence[float]) -> list[float]:
        return [max(math.log10(max(value, 1e-99)), LOWEST) for value in values[: last + 1]]

    lines: list[Curve] = [
        curve(name, KINDS[k], powers(values), (LOWEST, 1))
        for k, (name, values) in enumerate(gradients.items())
    ]
    return Chart(
        "gradients",
        "How strongly a memory this far back still affects the loss",
        f"The norm of the gradient |dloss/dmemory|, by the number of {what} before the end; each "
        "line down is a power of ten. Where it vanishes, an early word teaches nothing.",
        "The gradients of the memories by distance, on a logarithmic axis",
        tuple((round(up(power, LOWEST, 1)), f"1e{power}") for power in (0, -4, -8, LOWEST)),
        tuple(lines),
        _below(last),
        has_marker=False,
    )


def _below(last: int) -> tuple[tuple[int, str], ...]:
    marks = sorted({round(last * k / 4) for k in range(5)})
    return tuple((round(across(mark, last)), str(mark)) for mark in marks)
