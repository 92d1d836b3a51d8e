"""A file of reviews, examined."""

from collections.abc import Iterable

from rich.console import Console
from rich.text import Text

from lstm_cli.results import DataHealth, Finding
from lstm_cli.views.console import bar, percent, plain_table, say, show_table, visible


def show_health(console: Console, health: DataHealth) -> None:
    """Ratings, lengths, what is known of the language, suspects, and what needs a person."""
    widest = max(health.counts.values())
    for rating, count in health.counts.items():
        share = count / health.reviews
        say(console, f"{rating:>6}  {bar(count / widest, 30)} {count:>9,}  {percent(share):>5}")
    shortest, early, middle, late, longest = health.lengths
    say(
        console,
        f"\nlength in words and signs: {middle:,} in the middle, {early:,} to {late:,} for nine "
        f"in ten, {shortest:,} the shortest, {longest:,} the longest",
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
        say(
            console,
            f"the words alone say {100 * health.regression_accuracy:.1f} % of the ratings "
            "(logistic regression, each fifth rated by what was learned from the others)",
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
        say(console, "needs a person:", style="bold")
        show_findings(console, health.findings)
    else:
        say(console, "nothing here needs a person", style="bold")


def show_findings(console: Console, findings: Iterable[Finding]) -> None:
    """A line each, and where to look."""
    for finding in findings:
        where = f" (line {', '.join(finding.lines)})" if finding.lines else ""
        say(console, visible(f"! {finding.message}{where}"), style="yellow")
