"""The hidden units that carry a rating, as a heat map of blocks."""

from collections.abc import Callable, Iterator, Sequence

from rich.cells import cell_len
from rich.console import Console

from lstm_cli.results import GateTrace, UnitTrace
from lstm_cli.views.console import LINE, SHADES, say, visible

NAME_WIDTH = 14
# What a row of the heat map shows: a title, the numbers of a unit, and how to read a block.
PANELS: tuple[tuple[str, Callable[[UnitTrace], Sequence[float]], str], ...] = (
    ("kept (f)", lambda unit: unit.forget, "empty forgets, full keeps"),
    ("learned (i)", lambda unit: unit.learn, "empty ignores the word, full learns it"),
    ("used (V)", lambda unit: unit.use, "empty uses nothing, full all"),
    (
        "long-term memory",
        lambda unit: [(value + 1) / 2 for value in unit.long_term],
        "half is nothing, full favours a high rating, empty a low one",
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
