"""Consoles, bars, and untrusted text made safe to print."""

import os
import re
import sys
import unicodedata
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

from rich.cells import cell_len, set_cell_size
from rich.console import Console
from rich.text import Text

from lstm_cli.views.adding_up import percents

if TYPE_CHECKING:
    from rich.table import Table

LONGEST_LABEL = 24
LINE = 79  # columns of a sentence that is wrapped

SHADES = " ▁▂▃▄▅▆▇█"  # eighths of a block, from empty to full


class ResultsConsole(Console):
    """A console that leaves a closed pipe to the program."""

    def on_broken_pipe(self) -> None:
        """Raise the error again, which rich would turn into an exit code of its own."""
        raise


class NotesConsole(Console):
    """A console whose reader may leave: work continues after its pipe is closed."""

    def on_broken_pipe(self) -> None:
        """Print nothing more, and send standard error nowhere, so that nothing else fails there."""
        self.quiet = True
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stderr.fileno())


def results_console() -> Console:
    """Standard output: results, and nothing else."""
    return ResultsConsole(highlight=False, soft_wrap=False, emoji=False, markup=False)


def notes_console(*, quiet: bool = False) -> Console:
    """Standard error: progress, notes and errors."""
    return NotesConsole(stderr=True, highlight=False, emoji=False, markup=False, quiet=quiet)


def plain_table(*headers: str, right: tuple[int, ...] = ()) -> "Table":
    """A table without borders, which reads the same in a pipe, without colour and in 80 columns."""
    from rich.table import Table  # not at the top: one prediction shows none

    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), header_style="dim")
    for place, header in enumerate(headers):
        table.add_column(
            header, justify="right" if place in right else "left", no_wrap=True, overflow="ellipsis"
        )
    return table


def show_table(console: Console, table: "Table") -> None:
    """Print a table at its full width: a number cut short would be another number."""
    from rich.measure import Measurement

    natural = Measurement.get(console, console.options.update(max_width=10_000), table).maximum
    if natural > console.width:
        table.width = natural
    console.print(table, crop=False)


def label_width(labels: Iterable[str], least: int = 6) -> int:
    """How wide a column of ratings is in which all of them fit, or the beginnings of long ones."""
    return min(LONGEST_LABEL, max(least, *(cell_len(visible(label)) for label in labels)))


def aligned(label: str, width: int) -> str:
    """A rating at the right of its column; letters may be two wide.

    >>> aligned("good", 6), aligned("好评", 6)
    ('  good', '  好评')
    """
    shown = visible(label)
    if cell_len(shown) > width:
        shown = set_cell_size(shown, width - 1).rstrip() + "…"
    return " " * (width - cell_len(shown)) + shown


def show_counts(console: Console, counts: Mapping[str, int]) -> None:
    """Print how often each rating occurs: a bar, the number and the share."""
    width, total, most = label_width(counts), sum(counts.values()), max(counts.values(), default=0)
    shares = percents({rating: number / (total or 1) for rating, number in counts.items()})
    for rating, number in counts.items():
        drawn, share = bar(number / (most or 1), 30), shares[rating]
        say(console, f"{aligned(rating, width)}  {drawn} {number:>9,}  {share:>5}")


def bar(share: float, width: int) -> str:
    """Draw a share from 0 to 1 as a bar, in eighths of a character.

    >>> bar(0.5, 4), bar(1, 4), bar(0.03, 4)
    ('██  ', '████', '▏   ')
    """
    eighths = round(max(0.0, min(1.0, share)) * width * 8)
    if share > 0:
        eighths = max(eighths, 1)
    full, part = divmod(eighths, 8)
    return ("█" * full + " ▏▎▍▌▋▊▉"[part].strip()).ljust(width)


def percent(share: float) -> str:
    """Write a share as a percentage.

    >>> percent(0.256), percent(0.004)
    ('26 %', '0 %')
    """
    return f"{100 * share:.0f} %"


def about(seconds: float) -> str:
    """How long something takes, as a person says it.

    >>> [about(seconds) for seconds in (3.2, 41.6, 89, 290, 5_000)]
    ['3 s', '42 s', '89 s', '5 min', '1 h 23 min']
    """
    if seconds < 90:
        return f"{max(seconds, 1):.0f} s"
    minutes = round(seconds / 60)
    return f"{minutes} min" if minutes < 60 else f"{minutes // 60} h {minutes % 60} min"


def bar_and_percent(share: float, width: int) -> str:
    """A share as a bar and as a percentage."""
    return f"{bar(share, width)} {percent(share):>5}"


def visible(text: str, longest: int | None = None) -> str:
    """Untrusted text on one line, with whatever a terminal would interpret escaped.

    >>> print(visible("fine\\x1b[31m film\\nindeed", 20))
    fine\\x1b[31m film i…
    """
    text = re.sub(r"\s+", " ", text).strip()
    shown = "".join(
        c if unicodedata.category(c) not in _ESCAPED else c.encode("unicode_escape").decode()
        for c in text
    )
    if longest is not None and len(shown) > longest:
        shown = shown[: longest - 1] + "…"
    return shown


# Control codes, formatting marks that reverse text, and surrogates. The joiners that make one
# emoji out of several are formatting marks too, and are therefore escaped.
_ESCAPED = frozenset(("Cc", "Cf", "Cs", "Zl", "Zp"))


def say(console: Console, text: str, style: str = "") -> None:
    """Print a line as it is, never cut or wrapped: it may be a path that someone copies."""
    console.print(Text(text, style=style), soft_wrap=True)
