"""Two models side by side."""

import textwrap

from rich.console import Console
from rich.text import Text

from lstm_cli.results import Comparison
from lstm_cli.views.console import percent, plain_table, say, show_table, visible
from lstm_cli.views.evaluation import score_cells, show_legend

MOST_SHOWN = 8
HEADERS = ("", "accuracy", "within one", "mean error", "kappa", "macro F1")


def show_comparison(console: Console, comparison: Comparison, *, brief: bool = False) -> None:
    """Print the scores of both, their difference, and the reviews on which they disagree.

    Args:
        console: where results go.
        comparison: what was measured.
        brief: leave out what the columns mean.
    """
    first, second = comparison.models
    say(console, textwrap.fill(_verdict(comparison), 79), style="bold")
    table = plain_table(*HEADERS, right=(1, 2, 3, 4, 5))
    for name, scores in zip(comparison.models, comparison.scores, strict=True):
        table.add_row(Text(visible(name, 24)), *score_cells(scores))
    show_table(console, table)
    if not brief:
        show_legend(console)
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


def _verdict(comparison: Comparison) -> str:
    """One sentence: which is better and how surely, or that these reviews do not tell."""
    first, second = (visible(name, 24) for name in comparison.models)
    low, high = (100 * bound for bound in comparison.difference.interval)
    worth = 100 * comparison.difference.worth
    if low <= 0 <= high:
        return (
            f"These reviews cannot tell {first} and {second} apart (95 % interval of the "
            f"difference in accuracy {low:+.1f} to {high:+.1f} points)."
        )
    if worth < 0:
        first, second, low, high = second, first, -high, -low
    return (
        f"{first} is better than {second} by {abs(worth):.1f} points of accuracy (95 % interval "
        f"{low:.1f} to {high:.1f})."
    )
