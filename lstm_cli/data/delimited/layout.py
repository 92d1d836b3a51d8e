"""What a delimited text is like: its delimiter, its header, the names of its columns."""

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import islice
from typing import NamedTuple

from lstm_cli.data.column_names import has_known_names
from lstm_cli.data.delimited.body import Row, describe_body, fits, is_blank
from lstm_cli.data.delimited.candidates import is_comment, is_prose, is_sentence
from lstm_cli.data.delimited.cells import split_loosely, split_strictly, unquote
from lstm_cli.data.delimited.first_row import ends_sentence
from lstm_cli.data.delimited.header import (
    MOST_SKIPPED,
    Header,
    cannot_be_told,
    find_header,
    header_of_first,
    is_certain_alone,
    notes_on_names,
)
from lstm_cli.data.delimited.unnamed import is_first_unnamed
from lstm_cli.data.showing import show_cell, show_skipped, show_source
from lstm_cli.errors import FileError

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
    skipped_lines: int = 0  # before the header; if its names stand in two rows, before the second
    notes: tuple[str, ...] = ()
    renamed: Mapping[str, str] = field(default_factory=dict, compare=False)  # as in ``Rows``


def find_layout(sample: str, source: str = "-") -> Layout | None:
    """The layout of a text, as its beginning shows it; None if it is blank.

    Args:
        sample: the beginning.
        source: the text as a person named it.

    Raises:
        FileError: two rows look like the header.

    >>> find_layout("text;stars\\n\\"good, really good\\";5\\n").delimiter
    ';'
    >>> find_layout("review\\ngood, really good\\n").names
    ('review',)
    >>> find_layout("Report, January\\n\\ntext;stars\\ngood;5\\n").skipped_lines
    2
    """
    skipped = 0
    delimiter: str | None = None
    if named := _EXCEL_LINE.match(sample):  # "sep=;", which Excel writes and reads
        delimiter, skipped = named[1], 1
        sample = sample[named.end() :]
    records: list[str] = []
    blank = 0
    for record in _records(sample):
        if not record.strip():
            blank += not records
        else:
            records.append(record)
            if len(records) > RECORDS_LOOKED_AT:
                break
    if not records:
        return None
    guess = _Guess(delimiter, 1.0) if delimiter else _find_delimiter(records)
    rows = [[unquote(cell) for cell in _split(record, guess.delimiter)] for record in records]
    is_regular = guess.agreeing >= 0.8 or has_known_names(rows[0])
    is_sure = is_regular and not is_comment(rows[0]) and not is_prose(rows[0])
    if not (is_sure and is_certain_alone(rows, 0)):
        lines = sample.split("\n")
        tried = [guess.delimiter] if is_sure else [*_frequent(lines), None]
        if below := _find_below(lines, tried, guess.delimiter):
            return _layout(below, lines, skipped, source)
        if not is_regular:
            _refuse_table(lines, guess.delimiter, skipped, source)
    header, above = header_of_first(rows), skipped + blank
    notes = notes_on_names(header, rows, [above + 1])
    table = _Table(rows[header.height :], records[header.height :], len(rows[0]), above, source)
    return _named(guess.delimiter, header, table, notes)


class _Table(NamedTuple):
    """The rows below a header, or the first ones where there is none."""

    rows: Sequence[Row]
    lines: Sequence[str]  # where each begins, as it stands in the text
    width: int  # of the header
    skipped: int  # lines above the last one of the header
    source: str


def _named(
    delimiter: str | None, header: Header, table: _Table, notes: tuple[str, ...] = ()
) -> Layout:
    """The layout of a table whose header was found.

    Raises:
        FileError: its rows have more cells than the header has names.
    """
    if not header.names:
        names = tuple(f"column_{k + 1}" for k in range(table.width))
        note = f"no header was found, so the columns are called {', '.join(names)}"
        return Layout(delimiter, names, False, table.skipped, (*notes, note))
    names, line = header.names, table.skipped + 1
    where = f"{show_source(table.source)}: line {line}"
    if delimiter and is_first_unnamed(names, table.rows, table.lines, delimiter, where):
        names = ("", *names)
        notes += (f"line {line} has no name for the first column, which numbers the rows",)
    distinct = make_distinct(names)
    return Layout(delimiter, distinct, True, table.skipped, notes, find_renamed(names, distinct))


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


def find_renamed(names: Sequence[str], distinct: Sequence[str]) -> dict[str, str]:
    """By the names that columns were given because others have theirs: what they were called.

    >>> find_renamed(["text", "text", "", ""], ["text", "text_2", "", "column_2"])
    {'text_2': 'text'}
    """
    pairs = zip(distinct, names, strict=False)
    return {new: name for new, name in pairs if new != name and name.strip()}


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


class _Guess(NamedTuple):
    """A delimiter, and how many of the rows it cuts into as many cells as the first."""

    delimiter: str | None
    agreeing: float


def _find_delimiter(records: Sequence[str]) -> _Guess:
    """The delimiter in the first row that cuts the most records into as many cells."""
    best: tuple[float, bool, int, str] | None = None
    for delimiter in DELIMITERS:
        first = _split(records[0], delimiter)
        width = len(first)
        if width > 1:
            others = [len(_split(record, delimiter)) == width for record in records[1:]]
            agreeing = sum(others) / len(others) if others else 1.0
            # Of equals, not the one that has a blank after it, as commas in a sentence have.
            if best is None or (agreeing, not is_prose(first), width) > best[:3]:
                best = (agreeing, not is_prose(first), width, delimiter)
    # A file of bare texts: lines have commas as sentences have, and not equally many.
    is_text = is_sentence(records[0]) or ends_sentence(records[0])
    if best is None or (best[0] < 0.5 and is_text):
        return _Guess(None, 0.0)
    return _Guess(best[3], best[0])


# What is above the header.


@dataclass(frozen=True)
class _Below:
    """A header that is not in the first row."""

    delimiter: str | None
    header: Header
    rows: Sequence[Sequence[str]]  # blank ones included
    first_lines: Sequence[int]  # where each row begins, from 0

    @property
    def agreement(self) -> tuple[float, int]:
        """How many rows below have as many cells, and how many these are."""
        rows = [row for row in self.rows[self.header.first_row :] if not is_blank(row)]
        width = len(self.header.names) or len(self.rows[self.header.first_row])
        return sum(fits(row, width) for row in rows) / max(len(rows), 1), width


def _frequent(lines: Sequence[str]) -> list[str]:
    """The delimiters that could make a table, below fewer than ``MOST_SKIPPED`` lines."""
    first = [line for line in lines[: RECORDS_LOOKED_AT + MOST_SKIPPED] if line.strip()]
    return [d for d in DELIMITERS if 4 * sum(d in line for line in first) > len(first)]


def _find_below(
    lines: Sequence[str], delimiters: Sequence[str | None], first: str | None
) -> _Below | None:
    """The header below other rows, by the delimiter that makes the best table of the rest."""
    found = []
    for delimiter in delimiters:
        records = list(islice(read_records(lines, delimiter), RECORDS_LOOKED_AT + MOST_SKIPPED))
        rows = [record.cells for record in records]
        header = find_header(rows)
        start = next(k for k, row in enumerate(rows) if not is_blank(row))
        if header.skipped == start and header.height < 2 and header.rival is None:
            continue
        if delimiter is not None and len(rows[header.skipped]) == 1:
            continue
        # Decimal commas, say, in a file of semicolons.
        is_cut_too = first not in (None, delimiter) and all(first in line for line in lines[:50])
        if header.names or not is_cut_too:
            found.append(_Below(delimiter, header, rows, [record.line for record in records]))
    several = [below for below in found if below.delimiter is not None]
    return max(several or found, key=lambda below: below.agreement, default=None)


class Record(NamedTuple):
    """A row, and where it begins."""

    line: int  # from 0
    cells: list[str]


def read_records(lines: Sequence[str], delimiter: str | None) -> Iterator[Record]:
    """The rows of a text, blank ones without cells; a quote is open only where a cell begins."""
    k = 0
    while k < len(lines):
        line = lines[k].removesuffix("\r")
        taken = 1
        if delimiter is not None and '"' in line:
            split = split_strictly(line, delimiter)
            while split.is_open and taken < LINES_OF_A_RECORD and k + taken < len(lines):
                taken += 1
                if '"' in lines[k + taken - 1]:
                    text = "\n".join(lines[k : k + taken]).removesuffix("\r")
                    split = split_strictly(text, delimiter)
            if split.is_whole:
                yield Record(k, split.cells)
                k += taken
                continue
        yield Record(k, cut(line, delimiter))
        k += 1


def cut(record: str, delimiter: str | None) -> list[str]:
    """The cells of a record, by the rules or as best one can; none if it is blank.

    >>> cut('"a, b",5', ","), cut('"a" b,5', ","), cut("a, b", None), cut(" ", ",")
    (['a, b', '5'], ['"a" b', '5'], ['a, b'], [])
    """
    if not record.strip():
        return []
    if delimiter is None:
        return [unquote(record)]
    split = split_strictly(record, delimiter)
    if split.is_whole:
        return split.cells
    return [unquote(cell) for cell in split_loosely(record, delimiter)]


def _refuse_table(lines: Sequence[str], first: str | None, skipped: int, source: str) -> None:
    """Refuse to take the rows of a table for texts, where its first line is no part of it.

    Raises:
        FileError: so it is.
    """
    for delimiter in set(_frequent(lines)) - {first}:
        records = read_records(lines, delimiter)
        filled = [record for record in islice(records, RECORDS_LOOKED_AT) if record.cells]
        top, rows = filled[0], [record.cells for record in filled[1:]]
        width = Counter(map(len, rows)).most_common(1)[0][0] if rows else 1
        body = describe_body(rows, width)
        quoted = sum(f'"{delimiter}' in line or f'{delimiter}"' in line for line in lines)
        is_table = body.typed or 2 * quoted > len(rows)
        if width > 1 and body.rows > 2 and body.agreeing >= 0.8 and is_table:
            shown = show_cell(lines[top.line])
            raise FileError(
                f"{show_source(source)}: line {top.line + skipped + 1} ({shown}) is no part of "
                f"a table, but the lines below look like one of {width} columns; delete what "
                "stands above the table, and call its columns review and rating"
            )


def _layout(below: _Below, lines: Sequence[str], skipped: int, source: str) -> Layout:
    """The layout of a text whose header is below other rows, and what is said of these."""
    header, first_lines = below.header, [line + skipped + 1 for line in below.first_lines]
    if header.rival is not None:
        one, other = (
            f"line {first_lines[k]} ({show_cell(', '.join(below.rows[k]))})"
            for k in (header.rival, header.skipped)
        )
        raise cannot_be_told(f"{show_source(source)}:", one, other)
    where = "above the " + ("header" if header.names else "table")
    notes = _skipped(below, range(header.skipped), lines, skipped, where)
    aside = range(header.first_row - header.aside, header.first_row)
    notes += _skipped(below, aside, lines, skipped, "below the header")
    notes += notes_on_names(header, below.rows, first_lines[header.skipped : header.first_row])
    first = header.first_row
    table = _Table(
        below.rows[first:],
        [lines[k] for k in below.first_lines[first:]],
        len(below.rows[header.skipped]),
        first_lines[max(first - 1, header.skipped)] - 1,
        source,
    )
    return _named(below.delimiter, header, table, notes)


def _skipped(
    below: _Below, places: Sequence[int], lines: Sequence[str], skipped: int, where: str
) -> tuple[str, ...]:
    """What is said of rows that are no part of the table."""
    ends = [*below.first_lines, len(lines)]
    numbers = [
        number + 1
        for k in places
        if not is_blank(below.rows[k])
        for number in range(ends[k], ends[k + 1])
        if lines[number].strip()
    ]
    if not numbers:
        return ()
    first = lines[numbers[0] - 1].rstrip("\r")
    return (show_skipped([number + skipped for number in numbers], where, first),)
