"""A hidden unit, described: its part in the ratings, and what switches it on and off."""

import textwrap
from collections.abc import Sequence

from rich.console import Console
from rich.text import Text

from lstm_cli.gates.units import FEWEST_SEEN
from lstm_cli.results import Switch, UnitReport
from lstm_cli.views.console import LINE, plain_table, say, show_table, visible

MOST_PHRASES = 5
TELLS = 0.2  # correlation from which words are said to tell a unit's state


def show_unit(console: Console, report: UnitReport, model: str) -> None:
    """Print what switches one unit on and off."""
    say(console, f"unit {report.unit} of {report.num_units} of {model}", style="bold")
    direction = "higher" if report.speaks_higher else "lower"
    said = (
        f"{100 * report.share:.1f} % of the say of all units in the ratings (place {report.rank}); "
        f"switched on, it favours a {direction} rating."
    )
    say(console, textwrap.fill(said, LINE))
    if report.half_life is not None and report.words:
        say(console, f"Half of what it holds is left after {_words(report.half_life)}.")
    for title, words, phrases in (
        ("on", report.words_on, report.phrases_on),
        ("off", report.words_off, report.phrases_off),
    ):
        console.print()
        say(console, f"What switches it {title}", style="bold")
        table = plain_table("word or phrase", "moves it by", "seen", right=(1, 2))
        for switch in (*words, *phrases[:MOST_PHRASES]):
            table.add_row(*_row(switch))
        show_table(console, table)
    console.print()
    if report.score is None:
        say(console, "There are too few words, or it never changes: its words cannot be tested.")
        return
    if report.score < TELLS:
        said = (
            f"On other reviews these words do not tell its state (correlation {report.score:.2f}). "
            "It follows something else, or the reviews are too few: a word has to occur "
            f"{FEWEST_SEEN} times in half of them."
        )
    else:
        said = (
            f"In short: switched on by {_listed(report.words_on)}, off by "
            f"{_listed(report.words_off)}. The words above tell its state on other reviews with a "
            f"correlation of {report.score:.2f} (1: exactly, 0: not at all)."
        )
    say(console, textwrap.fill(said, LINE))
    say(
        console,
        f"Counted on half of {report.reviews:,} reviews ({report.words:,} words), scored on the\n"
        "other half: a state moved by the words above only"
        + ("." if report.half_life is None else ", which fades at the half-life."),
        style="dim",
    )


def _row(switch: Switch) -> tuple[Text, str, str]:
    return Text(visible(switch.text, 30)), f"{switch.change:+.3f}", f"{switch.count:,}"


def _listed(switches: Sequence[Switch]) -> str:
    return ", ".join(f'"{visible(switch.text, 20)}"' for switch in switches[:3]) or "no word"


def _words(number: float) -> str:
    return "1 word" if f"{number:.1f}" == "1.0" else f"{number:.1f} words"
