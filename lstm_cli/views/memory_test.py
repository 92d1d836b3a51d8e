"""RNN and LSTM in a terminal: accuracy by distance, and how the gradients fade."""

import math
import textwrap
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

from lstm_cli.results import CellMemory, MemoryTest, Reach
from lstm_cli.views.console import bar, percent, plain_table, say, show_table

NAMES = {"rnn": "plain RNN", "lstm": "LSTM"}
WIDTH = 14
KEPT, LOST = 0.9, 0.1  # shares of right answers about one animal
LEARNED = 0.25  # share of right answers; an eighth is chance
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
    say(
        console,
        f"Both cells: {test.hidden_size} units, the same {test.steps:,} batches of scenes, the "
        f"same starts (seeds {test.seed}\nto {test.seed + test.repeats - 1}), learning rate "
        f"{test.cells['rnn'].learning_rate:g}. Right answers on new scenes, and their\nspread "
        "over the seeds; one in eight (12 %) would be chance.",
    )
    far = f"Taught from far: {test.trained_from} to {test.trained_up_to} events between"
    _show_lesson(console, test, test.cells, far)
    said = verdicts(test)
    for sentence in said[: len(test.cells)]:
        say(console, textwrap.fill(sentence, 79))
    near = f"Taught from near on: 1 to {test.trained_up_to} events between"
    _show_lesson(console, test, test.near, near)
    for sentence in said[len(test.cells) :]:
        say(console, textwrap.fill(sentence, 79))
    say(
        console,
        "What an RNN learns to hold it holds at any distance, like a switch; what it does\n"
        "not learn to hold is gone at once. It can keep. It cannot learn that from far:",
        style="dim",
    )

    console.print()
    say(console, "How strongly a memory this many events back still affects the loss", style="bold")
    rnn, lstm = test.cells["rnn"], test.cells["lstm"]
    gradients = [("RNN: STM", rnn.gradients), ("LSTM: STM", lstm.gradients)]
    if lstm.long_term_gradients is not None:
        gradients.append(("LSTM: LTM", lstm.long_term_gradients))
    _show_gradients(console, gradients, (0, *test.distances))
    say(
        console,
        "The norm of the gradient |dloss/dmemory|, as a share of that at the end; a bar\n"
        "loses a twelfth with every power of ten. Learning follows these gradients: where\n"
        "they vanish, an early event teaches nothing. The LSTM carries its gradient in\n"
        "the long-term memory, which is only added to and kept. (From far, seed "
        f"{test.seed}.)",
        style="dim",
    )


def verdicts(test: MemoryTest) -> list[str]:
    """A sentence for each cell taught from far, then for each taught from near on."""
    said = [f"The {NAMES[name]} {_verdict(cell)}." for name, cell in test.cells.items()]
    for name, cell in test.near.items():
        shares = list(zip(test.hints, cell.by_hint, strict=True))
        kept = [hint for hint, share in shares if share > KEPT]
        lost = [hint for hint, share in shares if share < LOST]
        said.append(
            f"The {NAMES[name]} holds {len(kept)} of {len(test.hints)} animals fifty events later"
            + (f", and knows nothing of {', '.join(lost)}." if lost else ".")
        )
    return said


def _show_lesson(
    console: Console, test: MemoryTest, cells: dict[str, CellMemory], title: str
) -> None:
    console.print()
    say(console, title, style="bold")
    table = plain_table("events between", "plain RNN", "LSTM", right=(0,))
    for place, distance in enumerate(test.distances):
        table.add_row(
            str(distance),
            *(_accuracy(cells[name].accuracies[place], cells[name].spreads[place])
              for name in ("rnn", "lstm")),
        )  # fmt: skip
    show_table(console, table)


def _verdict(cell: CellMemory) -> str:
    if cell.fails_at is None:
        lowest, highest = percent(min(cell.accuracies)), percent(max(cell.accuracies))
        return f"knows the animal at every distance ({lowest} to {highest})"
    if max(cell.accuracies) < LEARNED:
        return (
            "has learned nothing: it guesses at any distance, even the shortest, because what "
            "would have taught it was gone on the way (see the gradients below)"
        )
    return f"falls under 60 % at {cell.fails_at} event{'s' * (cell.fails_at > 1)}"


def show_reach(console: Console, reach: Reach) -> None:
    """Print the gradients of a trained model on reviews."""
    say(
        console,
        f"How far back the rating of {reach.model} ({NAMES[reach.cell]}) reaches: "
        f"{reach.reviews:,} of {reach.whose},\ntheir last {reach.length} words",
        style="bold",
    )
    gradients = [("STM", reach.gradients)]
    if reach.long_term_gradients is not None:
        gradients.append(("LTM", reach.long_term_gradients))
    last = reach.length - 1
    steps = sorted({round(last * k / 12) for k in range(13)})
    _show_gradients(console, gradients, steps)
    say(
        console,
        "The norm of the gradient |dloss/dmemory|, where the loss is that of the predicted\n"
        "rating; a bar loses a twelfth with every power of ten. A readout of the mean sees\n"
        "every word directly, so that gradients do not fall below its share.",
        style="dim",
    )


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


def _accuracy(share: float, spread: float) -> str:
    return f"{bar(share, WIDTH)} {percent(share):>5} ({100 * spread:.0f})"


def _gradient(length: float, most: float) -> str:
    length = length / most if most > 0 else 0.0
    power = math.log10(length) if length > 0 else LOWEST
    return f"{bar(1 - power / LOWEST, 12)} {length:8.1e}"
