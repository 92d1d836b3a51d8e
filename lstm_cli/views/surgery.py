"""How a rating, or the scores of a file, change when a gate is held."""

import textwrap
from collections.abc import Sequence

from rich.console import Console
from rich.text import Text

from lstm_cli.results import FileOperation, Operation, Prediction, Scores
from lstm_cli.views.adding_up import percents
from lstm_cli.views.console import LINE, bar, plain_table, say, show_table, visible
from lstm_cli.views.prediction import expected

# What it means to hold a gate at every word. The readout of no memory is what the model says
# before any word.
MEANINGS = {
    "learn=0": "Nothing is learned: both memories stay empty, and the model says what it says "
    "before any word.",
    "use=0": "The long-term memory goes on, but nothing of it is used: the readout sees an empty "
    "short-term memory, and the model says what it says before any word.",
    "forget=0": "The long-term memory is dropped before each word: what stands before a word "
    "reaches it through the short-term memory alone.",
    "forget=1": "Nothing is forgotten: all that the words wrote adds up.",
    "learn=1": "Every word writes all that it proposes.",
    "use=1": "All of the long-term memory is used after every word.",
}


def show_operation(console: Console, operation: Operation) -> None:
    """Print one review read both ways, rating by rating."""
    say(console, f'"{visible(operation.free.text, 76)}"')
    where = f" at {', '.join(visible(word, 20) for word in operation.at)}" if operation.at else ""
    held = f"{', '.join(operation.clamps)}{where}"
    for name, read in (("as it is", operation.free), (f"with {held}", operation.held)):
        say(console, f"{name:<{max(17, len(held) + 5)}} {_rating(read)}", style="bold")
    table = plain_table("rating", "as it is", held)
    columns = [_shares(read.probabilities) for read in (operation.free, operation.held)]
    for rating in operation.free.probabilities:
        table.add_row(Text(visible(rating, 24)), *(column[rating] for column in columns))
    show_table(console, table)
    free, other = operation.free.expected_rating, operation.held.expected_rating
    moved = f"Held so, the expected rating goes from {free:.2f} to {other:.2f}."
    if operation.at:
        _say_meaning(console, [moved, "At the other words the gates do as they have learned."])
    else:
        _say_meaning(console, [*_meanings(operation.clamps), moved])


def show_file_operation(console: Console, operation: FileOperation) -> None:
    """Print the scores of a file read both ways."""
    say(
        console,
        f"{operation.model} on {operation.free.n:,} reviews of {visible(operation.file, 60)}",
    )
    table = plain_table("", "accuracy", "within one", "mean error", "kappa", right=(1, 2, 3, 4))
    for name, scores in (
        ("as it is", operation.free),
        (", ".join(operation.clamps), operation.held),
    ):
        table.add_row(name, *_cells(scores))
    show_table(console, table)
    low, high = operation.difference.interval
    worth = operation.difference.worth
    learned = "the gate learned" if len(operation.clamps) == 1 else "the gates learned"
    said = (
        f"What {learned} is worth {100 * worth:+.1f} points of accuracy here (95 % interval "
        f"{100 * low:+.1f} to {100 * high:+.1f})"
    )
    if low <= 0 <= high:
        said += ": it contains 0, so these reviews cannot tell whether that is worth anything"
    _say_meaning(console, [*_meanings(operation.clamps), f"{said}."])


def _meanings(clamps: Sequence[str]) -> list[str]:
    """What holding gates at every word does; nothing of those that are held halfway."""
    return [MEANINGS[clamp] for clamp in clamps if clamp in MEANINGS]


def _say_meaning(console: Console, sentences: Sequence[str]) -> None:
    for sentence in sentences:
        say(console, textwrap.fill(sentence, LINE))


def _cells(scores: Scores) -> list[str]:
    return [
        f"{100 * scores.accuracy:.1f} %",
        f"{100 * scores.within_one:.1f} %",
        f"{scores.mae:.3f}",
        f"{scores.qwk:.3f}",
    ]


def _rating(prediction: Prediction) -> str:
    return f"rating {visible(prediction.rating)}  ({expected(prediction)})"


def _shares(probabilities: dict[str, float]) -> dict[str, str]:
    """A bar and a percentage for each rating."""
    shown = percents(probabilities)
    return {name: f"{bar(share, 14)} {shown[name]:>5}" for name, share in probabilities.items()}
