"""RNN and LSTM in a terminal: accuracy by distance, and how the gradients fade."""

import math
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

from lstm_cli.results import MemoryTest, Reach
from lstm_cli.views.console import bar, percent, plain_table, say, show_table

NAMES = {"rnn": "plain RNN", "lstm": "LSTM"}
WIDTH = 14
LOWEST = -12  # the power of ten at which a bar is empty


@contextmanager
def learning(console: Console, trainings: int) -> Iterator[Callable[[], None]]:
    """Show a bar over the trainings, and yield what to call after each."""
    columns = (TextColumn("learning"), BarColumn(), MofNCompleteColumn())
    with Progress(*columns, console=console, transient=True) as progress:
        task = progress.add_task("", total=trainings)
        yield lambda: progress.advance(task)


def show_memory_test(console: Console, test: MemoryTest) -> None:
    """Print both cells side by side."""
    rnn, lstm = test.cells["rnn"], test.cells["lstm"]
    say(
        console,
        "An animal, then events that say little, then the question: which animal was it?",
        style="bold",
    )
    say(
        console,
        f"Both cells: {test.hidden_size} units, the same {test.steps:,} batches of scenes with "
        f"up to {test.trained_up_to} events,\nthe same start (seed {test.seed}), the best of "
        f"three learning rates ({rnn.learning_rate:g} and {lstm.learning_rate:g}).",
    )
    console.print()
    table = plain_table("events between", "plain RNN", "LSTM", right=(0,))
    for place, distance in enumerate(test.distances):
        table.add_row(str(distance), *(_accuracy(cell.accuracies[place]) for cell in (rnn, lstm)))
    show_table(console, table)
    say(console, "Right answers on new scenes; one in eight would be chance.", style="dim")
    for name, cell in test.cells.items():
        where = (
            f"falls under 60 % at {cell.fails_at} event{'s' * (cell.fails_at > 1)}"
            if cell.fails_at is not None
            else "never falls under 60 %"
        )
        say(console, f"The {NAMES[name]} {where}.")

    console.print()
    say(console, "How strongly a memory this many events back still affects the loss", style="bold")
    gradients = [("RNN: STM", rnn.gradients), ("LSTM: STM", lstm.gradients)]
    if lstm.long_term_gradients is not None:
        gradients.append(("LSTM: LTM", lstm.long_term_gradients))
    _show_gradients(console, gradients, (0, *test.distances))
    say(
        console,
        "The norm of the gradient |dloss/dmemory|; a bar loses a twelfth with every power of\n"
        "ten. Learning follows these gradients: where they vanish, an early word teaches nothing.\n"
        "The LSTM carries its gradient in the long-term memory, which is only added to and kept.",
        style="dim",
    )


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
        table.add_row(str(distance), *(_gradient(values[distance]) for _, values in gradients))
    show_table(console, table)


def _accuracy(share: float) -> str:
    return f"{bar(share, WIDTH)} {percent(share):>5}"


def _gradient(length: float) -> str:
    power = math.log10(length) if length > 0 else LOWEST
    return f"{bar(1 - power / LOWEST, 12)} {length:8.1e}"
