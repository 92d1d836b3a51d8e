"""How a rating, or the scores of a file, change when a gate is held."""

from rich.console import Console
from rich.text import Text

from lstm_cli.results import FileOperation, Operation, Prediction, Scores
from lstm_cli.views.console import bar, percent, plain_table, say, show_table, visible
from lstm_cli.views.prediction import expected


def show_operation(console: Console, operation: Operation) -> None:
    """Print one review read both ways, rating by rating."""
    say(console, f'"{visible(operation.free.text, 76)}"')
    where = f" at {', '.join(visible(word, 20) for word in operation.at)}" if operation.at else ""
    held = f"{', '.join(operation.clamps)}{where}"
    for name, read in (("as it is", operation.free), (f"with {held}", operation.held)):
        say(console, f"{name:<{max(17, len(held) + 5)}} {_rating(read)}", style="bold")
    table = plain_table("rating", "as it is", held)
    for rating, share in operation.free.probabilities.items():
        other = operation.held.probabilities[rating]
        table.add_row(Text(visible(rating, 24)), _share(share), _share(other))
    show_table(console, table)


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


def _cells(scores: Scores) -> list[str]:
    return [
        f"{100 * scores.accuracy:.1f} %",
        f"{100 * scores.within_one:.1f} %",
        f"{scores.mae:.3f}",
        f"{scores.qwk:.3f}",
    ]


def _rating(prediction: Prediction) -> str:
    return f"rating {visible(prediction.rating)}  ({expected(prediction)})"


def _share(share: float) -> str:
    return f"{bar(share, 14)} {percent(share):>5}"
