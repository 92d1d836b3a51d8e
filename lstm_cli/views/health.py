"""The health of a file of reviews."""

import textwrap
from collections.abc import Iterable, Sequence

from rich.console import Console
from rich.text import Text

from lstm_cli.results import DataHealth, Finding, TextHealth
from lstm_cli.results.health import whose_words
from lstm_cli.views.console import (
    LINE,
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
    console.print()
    _show_texts(console, health)
    if health.conflicts:
        say(
            console,
            f"texts with more than one rating: {health.conflicts:,}; no model can be right on more "
            f"than {100 * health.ceiling:.1f} %",
        )
    if health.regression_accuracy is not None:
        commonest = max(health.counts, key=lambda rating: health.counts[rating])
        say(
            console,
            f"the words alone predict {100 * health.regression_accuracy:.1f} % of the ratings "
            f"(logistic regression,\nfive-fold cross-validation); always saying "
            f"{visible(commonest, 24)} is right on "
            f"{100 * health.commonest_share:.1f} %",
        )
        if not health.words_teach:
            say(
                console,
                "the words alone teach hardly anything here, so that no row is suspected of a "
                "wrong rating\nby them; a base knows words already",
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
    _show_verdict(console, health.findings)


def show_text_health(console: Console, health: TextHealth) -> None:
    """Print what can be seen without ratings, what cannot, and what needs attention."""
    _show_texts(console, health)
    if health.unlike is not None:
        say(console, f"texts unlike those it learned from: {health.unlike:,}")
    say(console, f"rows without a text: {health.empty:,}; with the text of an earlier one: "
        f"{health.duplicates:,}")  # fmt: skip
    missed = f"not examined, for lack of ratings: {', '.join(health.not_examined)}"
    say(console, textwrap.fill(missed, LINE, subsequent_indent="  "), style="dim")
    _show_verdict(console, health.findings)


def _show_texts(console: Console, health: DataHealth | TextHealth) -> None:
    """Lengths, letters and known words."""
    shortest, early, middle, late, longest = health.lengths
    say(
        console,
        f"length in words and punctuation marks: median {middle:,}, nine in ten {early:,} to "
        f"{late:,}, shortest {shortest:,}, longest {longest:,}",
    )
    scripts = ", ".join(f"{name} {percent(share)}" for name, share in health.scripts.items())
    if scripts:
        say(console, f"letters: {scripts}")
    if health.known_share is not None:
        whose = visible(whose_words(health.model if isinstance(health, TextHealth) else None))
        say(console, f"{whose} knows {percent(health.known_share)} of the words")


def _show_verdict(console: Console, findings: Sequence[Finding]) -> None:
    console.print()
    if findings:
        say(console, "needs your attention:", style="bold")
        show_findings(console, findings)
    else:
        say(console, "nothing here needs your attention", style="bold")


def show_findings(console: Console, findings: Iterable[Finding]) -> None:
    """Print a line per finding, with where to look."""
    for finding in findings:
        where = f" (line {', '.join(finding.lines)})" if finding.lines else ""
        say(console, visible(f"! {finding.message}{where}"), style="yellow")
