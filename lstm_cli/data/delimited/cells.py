"""One record of a delimited text -> its cells, by the rules or as best one can.

By the rules, a cell that begins with a quote ends at the quote before a
delimiter or the end of the line, and quotes inside are doubled (or, as
databases write them, follow a backslash). Anywhere else a quote is a letter.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache


@dataclass(frozen=True)
class Split:
    """The cells of a record."""

    cells: list[str]
    is_whole: bool  # every quote is where the rules want it
    is_open: bool = False  # it would be whole if its last cell went on in the next line


@dataclass(frozen=True)
class _Patterns:
    quoted: re.Pattern[str]
    escaped: re.Pattern[str]
    opened: re.Pattern[str]
    bare: re.Pattern[str]


@lru_cache
def _patterns(delimiter: str) -> _Patterns:
    ends = rf"[ ]*(?=[{re.escape(delimiter)}]|\Z)"
    return _Patterns(
        quoted=re.compile(rf'[ ]*"((?:[^"]++|"")*+)"{ends}'),
        escaped=re.compile(rf'[ ]*"((?:[^"\\]++|\\.|"")*+)"{ends}', re.DOTALL),
        opened=re.compile(r'[ ]*"(?:[^"]++|"")*+\Z'),
        bare=re.compile(rf'(?![ ]*")[^{re.escape(delimiter)}\n]*+'),
    )


def split_strictly(record: str, delimiter: str) -> Split:
    r"""Cut a record by the rules.

    >>> split_strictly('"a ""b"", c",5', ",").cells
    ['a "b", c', '5']
    >>> split_strictly('5" screen,4', ",").cells
    ['5" screen', '4']
    >>> split_strictly('"a\nb', ",").is_open, split_strictly('"a"b,5', ",").is_whole
    (True, False)
    """
    patterns = _patterns(delimiter)
    has_escapes = '\\"' in record
    cells: list[str] = []
    place = 0
    while True:
        if match := patterns.quoted.match(record, place):
            cells.append(match[1].replace('""', '"'))
        elif has_escapes and (match := patterns.escaped.match(record, place)):
            cells.append(match[1].replace('\\"', '"').replace('""', '"'))
        elif match := patterns.bare.match(record, place):
            cells.append(match[0])
        else:
            is_open = patterns.opened.match(record, place) is not None
            return Split(cells, is_whole=False, is_open=is_open or has_escapes)
        place = match.end()
        if place == len(record):
            return Split(cells, is_whole=True)
        if record[place] != delimiter:
            return Split(cells, is_whole=False)
        place += 1


def split_loosely(record: str, delimiter: str) -> list[str]:
    """Cut a record at its delimiters, except those between two quotes; quotes are kept.

    >>> split_loosely('"She said "no", really",5', ",")
    ['"She said "no", really"', '5']
    >>> split_loosely('"never closed, alas,5', ",")
    ['"never closed', ' alas', '5']
    """
    pieces = record.split(delimiter)
    if '"' not in record:
        return pieces
    cells = []
    k = 0
    while k < len(pieces):
        last = _last_of_cell(pieces, k) if pieces[k].lstrip().startswith('"') else k
        cells.append(delimiter.join(pieces[k : last + 1]))
        k = last + 1
    return cells


def _last_of_cell(pieces: Sequence[str], first: int) -> int:
    """The piece that ends a quoted cell: at its end is a quote that makes their number even."""
    quotes = 0
    for k in range(first, len(pieces)):
        quotes += pieces[k].count('"')
        if quotes % 2 == 0 and pieces[k].rstrip().endswith('"'):
            return k
    return first


def unquote(cell: str) -> str:
    """A cell without the quotes around it.

    >>> unquote(' "a ""b"", c" '), unquote('"a'), unquote(" a")
    ('a "b", c', '"a', ' a')
    """
    inner = cell.strip()
    if len(inner) < 2 or not (inner.startswith('"') and inner.endswith('"')):
        return cell
    return inner[1:-1].replace('\\"', '"').replace('""', '"')


def quote(cell: str, delimiter: str) -> str:
    """A cell in quotes, if the rules want them.

    >>> quote('a "b", c', ","), quote("a", ",")
    ('"a ""b"", c"', 'a')
    """
    if any(letter in cell for letter in (delimiter, '"', "\n", "\r")):
        return '"' + cell.replace('"', '""') + '"'
    return cell
