"""Hidden units: those that carry a rating, as a heat map; and one of them, described."""

import textwrap
from collections.abc import Callable, Iterator, Sequence

from rich.cells import cell_len
from rich.console import Console
from rich.text import Text

from lstm_cli.gates.units import FEWEST_SEEN
from lstm_cli.results import GateTrace, Switch, UnitReport, UnitTrace
from lstm_cli.views.console import plain_table, say, show_table, visible

SHADES = " ▁▂▃▄▅▆▇█"
NAME_WIDTH = 14
LINE = 79
MOST_PHRASES = 5
TELLS = 0.2  # correlation from which words are said to tell a unit's state
# What a row of the heat map shows: a title, the numbers of a unit, and how to read a block.
PANELS: tuple[tuple[str, Callable[[UnitTrace], Sequence[float]], str], ...] = (
    ("kept (f)", lambda unit: unit.forget, "empty forgets, full keeps"),
    ("learned (i)", lambda unit: unit.learn, "empty ignores the word, full learns it"),
    ("used (V)", lambda unit: unit.use, "empty uses nothing, full all"),
    (
        "long-term memory",
        lambda unit: [(value + 1) / 2 for value in unit.long_term],
        "half is nothing, full speaks for a high rating, empty for low",
    ),
)


def show_heat(console: Console, trace: GateTrace) -> None:
    """Print what the gates of the units that carry the rating did at each word."""
    console.print()
    if not trace.carrying or not trace.words:
        say(console, "A plain RNN has no gates to show." if trace.cell == "rnn" else "No word.")
        return
    say(console, "The hidden units with most say in this rating, word by word", style="bold")
    names = [visible(word.token, 24) for word in trace.words]
    for places in _lines(names):
        header = " ".join(names[place] for place in places)
        for title, values_of, reading in PANELS:
            say(console, f"{title}: {reading}", style="dim")
            say(console, f"{'':<{NAME_WIDTH}}{header}", style="dim")
            for unit in trace.carrying:
                values = values_of(unit)
                blocks = (_block(values[place]) * cell_len(names[place]) for place in places)
                name = f"{unit.unit:>4}  {100 * unit.share:>4.1f} %"
                say(console, f"{name:<{NAME_WIDTH}}{' '.join(blocks)}")
        console.print()
    say(
        console,
        "A row is a unit: its number, and its share of what all units say in this rating.\n"
        "What switches one on and off: lstm inspect-gates --unit NUMBER --input REVIEWS",
        style="dim",
    )


def show_unit(console: Console, report: UnitReport, model: str) -> None:
    """Print what switches one unit on and off."""
    say(console, f"unit {report.unit} of {report.num_units} of {model}", style="bold")
    direction = "higher" if report.speaks_higher else "lower"
    said = (
        f"{100 * report.share:.1f} % of the say of all units in the ratings (place {report.rank}); "
        f"switched on, it speaks for a {direction} rating."
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


def _lines(names: Sequence[str]) -> Iterator[list[int]]:
    """The places of the words that fit on a line, line by line."""
    line: list[int] = []
    width = NAME_WIDTH
    for place, name in enumerate(names):
        if line and width + cell_len(name) > LINE:
            yield line
            line, width = [], NAME_WIDTH
        line.append(place)
        width += cell_len(name) + 1
    if line:
        yield line


def _block(share: float) -> str:
    return SHADES[round(8 * min(1.0, max(0.0, share)))]


def _row(switch: Switch) -> tuple[Text, str, str]:
    return Text(visible(switch.text, 30)), f"{switch.change:+.3f}", f"{switch.count:,}"


def _listed(switches: Sequence[Switch]) -> str:
    return ", ".join(f'"{visible(switch.text, 20)}"' for switch in switches[:3]) or "no word"


def _words(number: float) -> str:
    return "1 word" if f"{number:.1f}" == "1.0" else f"{number:.1f} words"
