"""What a delimited text is like: its delimiter, its header, the names of its columns."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from lstm_cli.data.cells import split_loosely, unquote
from lstm_cli.data.rating_cells import parse_rating

DELIMITERS = (",", ";", "\t", "|")
RECORDS_LOOKED_AT = 200
LINES_OF_A_RECORD = 50

_EXCEL_LINE = re.compile(r"sep=([,;\t|])\r?\n")


@dataclass(frozen=True)
class Layout:
    """How a text is cut into cells."""

    delimiter: str | None  # None: one column
    names: tuple[str, ...]
    has_header: bool
    skipped_lines: int = 0  # before the header
    notes: tuple[str, ...] = ()


def find_layout(sample: str) -> Layout | None:
    """The layout of a text, as its beginning shows it; None if it is blank.

    >>> find_layout("text;stars\\n\\"good, really good\\";5\\n").delimiter
    ';'
    >>> find_layout("review\\ngood, really good\\n").names
    ('review',)
    """
    skipped = 0
    delimiter: str | None = None
    if named := _EXCEL_LINE.match(sample):  # "sep=;", which Excel writes and reads
        delimiter, skipped = named[1], 1
        sample = sample[named.end() :]
    records: list[str] = []
    for record in _records(sample):
        if not record.strip():
            skipped += not records
        elif len(records) <= RECORDS_LOOKED_AT:
            records.append(record)
    if not records:
        return None
    delimiter = delimiter or _find_delimiter(records)
    rows = [[unquote(cell) for cell in _split(record, delimiter)] for record in records]
    if not _is_data(rows):
        return Layout(delimiter, make_distinct(rows[0]), True, skipped)
    names = tuple(f"column_{k + 1}" for k in range(len(rows[0])))
    note = f"no header was found, so the columns are called {', '.join(names)}"
    return Layout(delimiter, names, False, skipped, (note,))


def make_distinct(names: Sequence[str]) -> tuple[str, ...]:
    """Give every column a name of its own.

    >>> make_distinct(["text", "text", "stars", ""])
    ('text', 'text_2', 'stars', '')
    """
    taken: set[str] = set()
    given = set(names)
    distinct = []
    for name in names:
        new, number = name, 1
        while new in taken or (new in given and number > 1):
            number += 1
            new = f"{name or 'column'}_{number}"
        taken.add(new)
        distinct.append(new)
    return tuple(distinct)


def _records(sample: str) -> Iterator[str]:
    """Lines, joined while a quote is open and its closing one is not far."""
    lines = sample.split("\n")
    k = 0
    while k < len(lines):
        taken, quotes = 1, lines[k].count('"')
        while quotes % 2 and taken < LINES_OF_A_RECORD and k + taken < len(lines):
            quotes += lines[k + taken].count('"')
            taken += 1
        if quotes % 2:
            taken = 1
        yield "\n".join(lines[k : k + taken]).removesuffix("\r")
        k += taken


def _split(record: str, delimiter: str | None) -> list[str]:
    return [record] if delimiter is None else split_loosely(record, delimiter)


def _find_delimiter(records: Sequence[str]) -> str | None:
    """The delimiter in the header that cuts the most records into as many cells."""
    best: tuple[float, int, str] | None = None
    for delimiter in DELIMITERS:
        width = len(_split(records[0], delimiter))
        if width > 1:
            others = [len(_split(record, delimiter)) == width for record in records[1:]]
            agreeing = sum(others) / len(others) if others else 1.0
            if best is None or (agreeing, width) > best[:2]:
                best = (agreeing, width, delimiter)
    if best is None:
        return None
    # A file of bare texts: lines have commas as sentences have, and not equally many.
    is_bare = best[0] < 0.5 and _is_sentence(records[0])
    return None if is_bare else best[2]


def _is_data(rows: Sequence[Sequence[str]]) -> bool:
    """Whether the first row is a review: a text, and beside it a rating if there are columns."""
    first = rows[0]
    if len(first) == 1:
        return _is_sentence(first[0])
    for place, cell in enumerate(first):
        if parse_rating(cell) is not None:
            below = [row[place] for row in rows[1:] if len(row) == len(first)]
            ratings = sum(parse_rating(cell) is not None for cell in below)
            others = (other for other in first if parse_rating(other) is None)
            if 2 * ratings >= len(below) and any(_is_phrase(other) for other in others):
                return True
    return False


def _is_phrase(cell: str) -> bool:
    """Longer than most names of columns."""
    return len(cell.split()) >= 2 or len(cell) > 30


def _is_sentence(cell: str) -> bool:
    """Longer than any name of a column, and not a question from a form."""
    return len(cell.split()) >= 5 and not cell.rstrip().endswith(("?", ":"))
