"""RNN and LSTM in a terminal: accuracy by distance, and how the gradients fade."""

import math
import textwrap
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

from lstm_cli.results import CellMemory, MemoryTest, Reach
from lstm_cli.views.console import LINE, bar, percent, plain_table, say, show_table, visible
from lstm_cli.views.memory_verdicts import (
    NAMES,
    Lesson,
    introduction,
    lessons,
    of_gradients,
    of_reach,
)

WIDTH = 14
A_BAR = "A bar loses a twelfth with every power of ten."
LOWEST = -12  # the power of ten at which a bar is empty


@contextmanager
def learning(console: Console, trainings: int) -> Iterator[Callable[[], None]]:
    """Show a bar over the trainings, and yield what to call after each."""
    columns = (TextColumn("learning"), BarColumn(), MofNCompleteColumn())
    with Progress(*columns, console=console, transient=True) as progress:
        task = progress.add_task("", total=trainings)
        yield lambda: progress.advance(task)


def show_memory_test(
    console: Console, test: MemoryTest, examples: Sequence[Sequence[str]] = ()
) -> None:
    """Print both cells side by side, by both lessons.

    Args:
        console: where.
        test: what was measured.
        examples: scenes to show.
    """
    say(
        console,
        "An animal, then events that say little, then the question: which animal was it?",
        style="bold",
    )
    for scene in examples:
        say(console, f"  {' '.join(scene)}  {scene[0]}", style="dim")
    _say_wrapped(console, introduction(test))
    for lesson in lessons(test):
        _show_lesson(console, test, lesson)

    console.print()
    say(console, "How strongly a memory this many events back still affects the loss", style="bold")
    rnn, lstm = test.cells["rnn"], test.cells["lstm"]
    gradients = [("RNN: STM", rnn.gradients), ("LSTM: STM", lstm.gradients)]
    if lstm.long_term_gradients is not None:
        gradients.append(("LSTM: LTM", lstm.long_term_gradients))
    _show_gradients(console, gradients, (0, *test.distances))
    _say_wrapped(console, f"{' '.join(of_gradients(test))} {A_BAR}", style="dim")


def _show_lesson(console: Console, test: MemoryTest, lesson: Lesson) -> None:
    console.print()
    say(console, lesson.title, style="bold")
    table = plain_table("events between", "plain RNN", "LSTM", right=(0,))
    for place, distance in enumerate(test.distances):
        table.add_row(
            str(distance),
            *(_accuracy(lesson.cells[name], place) for name in ("rnn", "lstm")),
        )
    show_table(console, table)
    for sentence in lesson.verdicts:
        _say_wrapped(console, sentence)


def show_reach(console: Console, reach: Reach) -> None:
    """Print the gradients of a trained model on reviews."""
    _say_wrapped(
        console,
        f"How far back the rating of {visible(reach.model, 40)} ({NAMES[reach.cell]}) reaches: "
        f"{reach.reviews:,} of {reach.whose}, their last {reach.length} words",
        style="bold",
    )
    gradients = [("STM", reach.gradients)]
    if reach.long_term_gradients is not None:
        gradients.append(("LTM", reach.long_term_gradients))
    last = reach.length - 1
    steps = sorted({round(last * k / 12) for k in range(13)})
    _show_gradients(console, gradients, steps)
    _say_wrapped(console, f"{of_reach(reach)} {A_BAR}", style="dim")


def _show_gradients(
    console: Console, gradients: Sequence[tuple[str, Sequence[float]]], distances: Sequence[int]
) -> None:
    table = plain_table("events back", *(name for name, _ in gradients), right=(0,))
    for distance in distances:
        table.add_row(
            str(distance),
            *(_gradient(values[distance], max(values[0], 1e-99)) for _, values in gradients),
        )
    show_table(console, table)


def _accuracy(cell: CellMemory, place: int) -> str:
    share = cell.accuracies[place]
    return f"{bar(share, WIDTH)} {percent(share):>5} ({100 * cell.spreads[place]:.0f})"


def _gradient(length: float, most: float) -> str:
    length = length / most if most > 0 else 0.0
    power = math.log10(length) if length > 0 else LOWEST
    return f"{bar(1 - power / LOWEST, 12)} {length:8.1e}"


def _say_wrapped(console: Console, sentences: str, style: str = "") -> None:
    say(console, textwrap.fill(sentences, LINE), style=style)
