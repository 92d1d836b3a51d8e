"""The health of a file of reviews."""

from collections.abc import Iterable

from rich.console import Console
from rich.text import Text

from lstm_cli.results import DataHealth, Finding
from lstm_cli.views.console import (
    percent,
    plain_table,
    say,
    show_counts,
    show_table,
    visible,
)


def show_health(console: Console, health: DataHealth) -> None:
    """Print ratings, lengths, known words, suspicious rows, and what needs attention."""
    show_counts(console, health.counts)
    shortest, early, middle, late, longest = health.lengths
    say(
        console,
        f"\nlength in words and punctuation marks: median {middle:,}, nine in ten {early:,} to "
        f"{late:,}, shortest {shortest:,}, longest {longest:,}",
    )
    scripts = ", ".join(f"{name} {percent(share)}" for name, share in health.scripts.items())
    if scripts:
        say(console, f"letters: {scripts}")
    if health.known_share is not None:
        say(console, f"the base knows {percent(health.known_share)} of the words")
    if health.conflicts:
        say(
            console,
            f"texts with more than one rating: {health.conflicts:,}; no model can be right on more "
            f"than {100 * health.ceiling:.1f} %",
        )
    if health.regression_accuracy is not None:
        commonest = max(health.counts, key=lambda rating: health.counts[rating])
        always = 100 * health.counts[commonest] / sum(health.counts.values())
        say(
            console,
            f"the words alone predict {100 * health.regression_accuracy:.1f} % of the ratings "
            f"(logistic regression,\nfive-fold cross-validation); always saying "
            f"{visible(commonest, 24)} is right on {always:.1f} %",
        )
    if health.suspects:
        say(console, "\nrows whose words contradict their rating most; mislabelled, or irony:")
        table = plain_table("line", "rating", "reads as", "sure", "review", right=(0, 1, 2, 3))
        for suspect in health.suspects:
            table.add_row(
                suspect.line,
                suspect.rating,
                suspect.expected,
                percent(suspect.confidence),
                Text(visible(suspect.text, 44)),
            )
        show_table(console, table)
    console.print()
    if health.findings:
        say(console, "needs your attention:", style="bold")
        show_findings(console, health.findings)
    else:
        say(console, "nothing here needs your attention", style="bold")


def show_findings(console: Console, findings: Iterable[Finding]) -> None:
    """Print a line per finding, with where to look."""
    for finding in findings:
        where = f" (line {', '.join(finding.lines)})" if finding.lines else ""
        say(console, visible(f"! {finding.message}{where}"), style="yellow")
