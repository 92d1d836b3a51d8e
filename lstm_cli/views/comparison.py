"""Two models side by side."""

from rich.console import Console
from rich.text import Text

from lstm_cli.results import Comparison
from lstm_cli.views.console import percent, plain_table, say, show_table, visible
from lstm_cli.views.evaluation import score_cells

MOST_SHOWN = 8
HEADERS = ("", "accuracy", "within one", "mean error", "kappa", "macro F1")


def show_comparison(console: Console, comparison: Comparison) -> None:
    """Print the scores of both, their difference, and the reviews on which they disagree."""
    first, second = comparison.models
    table = plain_table(*HEADERS, right=(1, 2, 3, 4, 5))
    for name, scores in zip(comparison.models, comparison.scores, strict=True):
        table.add_row(Text(visible(name, 24)), *score_cells(scores))
    show_table(console, table)
    low, high = comparison.difference.interval
    worth = 100 * comparison.difference.worth
    say(
        console,
        f"{first} is {abs(worth):.1f} points {'better' if worth >= 0 else 'worse'} than {second} "
        f"(95 % interval {100 * low:+.1f} to {100 * high:+.1f})",
    )
    if low <= 0 <= high:
        say(console, "the interval contains 0: these reviews cannot tell the two apart")
    if not comparison.parted:
        return
    console.print()
    say(
        console,
        f"one is right and the other wrong on {comparison.num_parted:,} reviews; the clearest:",
    )
    table = plain_table("true", first, second, "review", right=(0,))
    for parting in comparison.parted[:MOST_SHOWN]:
        answers = (
            f"{rating} ({percent(sure)})"
            for rating, sure in zip(parting.predicted, parting.confidence, strict=True)
        )
        table.add_row(parting.rating, *answers, Text(visible(parting.text, 40)))
    show_table(console, table)
