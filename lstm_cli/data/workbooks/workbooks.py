"""A workbook of Excel or OpenDocument -> the rows of one of its sheets.

The sheet is the one that a person names, or the first that holds a table. Its rows are
numbered as a spreadsheet shows them. Cells keep their types: a rating is a number, a date
is text as ISO 8601 writes it, a formula is its last result, an error such as #N/A is missing.
"""

from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import chain, islice

import numpy as np

from lstm_cli.data.delimited.footer import trailing_totals
from lstm_cli.data.delimited.header import Header, cannot_be_told, find_header, notes_on_names
from lstm_cli.data.delimited.layout import find_renamed, make_distinct
from lstm_cli.data.rows import Content, Rows, reading
from lstm_cli.data.showing import count, escape, show_cell, show_skipped
from lstm_cli.data.sources.choosing import find_name, list_names, refuse_name
from lstm_cli.data.values import Value, ValueTable, text_of
from lstm_cli.data.workbooks.workbook_reader import Cells, Sheet, WorkbookReader, check_sizes
from lstm_cli.errors import FileError, NoRowsError

HEAD_ROWS = 250  # in which the header is looked for
TAIL_ROWS = 100  # in which totals are looked for
MOST_COLUMNS = 10_000  # each costs as much as a file of its own

Row = Sequence[Value]
_Numbered = tuple[int, list[str]]  # the number of a row, and its cells
# How much a sheet looks like reviews.
_BLANK, _HEADER, _ONE_COLUMN, _TABLE, _TABLE_WITH_TEXT = range(5)


def open_workbook(content: Content, rows: int) -> Rows:
    """Open a workbook to read a sheet of it, at most ``rows`` rows at a time.

    Raises:
        FileError: it is damaged, protected, or has no such sheet, or none with rows.
    """
    check_sizes(content)
    with WorkbookReader(content) as reader:
        sheet, notes = _choose(reader, content)
        found = _read(reader.cells(sheet, rows), sheet, content, rows)
    return replace(found, notes=notes + found.notes)


def _choose(reader: WorkbookReader, content: Content) -> tuple[Sheet, tuple[str, ...]]:
    """The sheet that is read, and what is to be said about the others."""
    sheets, asked = reader.sheets, content.options.sheet
    if not sheets:
        raise FileError(f"{content.shown} has no sheet with cells; give a file of reviews")
    names = [sheet.name for sheet in sheets]
    if asked is not None:
        if name := find_name(asked, names):
            return sheets[names.index(name)], ()
        if asked.isdecimal() and 0 < int(asked) <= len(sheets):
            return sheets[int(asked) - 1], ()
        raise refuse_name(asked, names, content.shown, "sheet")
    open_to_view = [sheet for sheet in sheets if sheet.is_visible] or sheets
    hidden = [sheet for sheet in sheets if sheet not in open_to_view]
    notes: tuple[str, ...] = ()
    if hidden:
        notes = (f"hidden sheets left out: {list_names([sheet.name for sheet in hidden])}",)
    if len(open_to_view) == 1:
        return open_to_view[0], notes
    # The reader keeps the sheet that was asked for last, and the first is the likeliest.
    looks = {sheet: _look(reader, sheet) for sheet in reversed(open_to_view)}
    best = max(looks.values())
    if best == _BLANK:
        raise FileError(f"{content.shown}: all {len(names)} sheets are empty; add reviews")
    chosen = next(sheet for sheet in open_to_view if looks[sheet] == best)
    others = [s.name for s in open_to_view if s != chosen and looks[s] >= min(best, _TABLE)]
    if others:
        also = "which hold tables too" if len(others) > 1 else "which holds a table too"
        notes = (f"read sheet {escape(chosen.name)}, not {list_names(others)}, {also}", *notes)
    elif chosen != open_to_view[0]:
        notes = (f"read sheet {escape(chosen.name)}, the only one with a table", *notes)
    return chosen, notes


def _look(reader: WorkbookReader, sheet: Sheet) -> int:
    """How much a sheet looks like reviews, by its first rows."""
    head = [[text_of(value) for value in row] for row in reader.head(sheet, HEAD_ROWS)]
    if not any(map(_has_content, head)):
        return _BLANK
    below = [row for row in head[find_header(head).first_row :] if _has_content(row)]
    if not below:
        return _HEADER
    if all(sum(bool(cell.strip()) for cell in row) < 2 for row in below):
        return _ONE_COLUMN
    has_text = any(len(cell.split()) > 2 or len(cell) > 30 for row in below for cell in row)
    return _TABLE_WITH_TEXT if has_text else _TABLE


def _has_content(row: Row) -> bool:
    for value in row:  # the first decides, mostly
        if value is not None and not (isinstance(value, str) and (not value or value.isspace())):
            return True
    return False


def _read(cells: Cells, sheet: Sheet, content: Content, rows: int) -> Rows:
    """The rows of a sheet from its header to its totals."""
    shown = f"{content.shown}, sheet {escape(sheet.name)},"
    numbered = enumerate(cells.rows, 1)
    head = list(islice(numbered, HEAD_ROWS))
    if not any(_has_content(row) for _, row in head):
        raise FileError(f"{shown} is empty; add reviews, or give another sheet")
    width = len(head[0][1])
    if width > MOST_COLUMNS:
        raise FileError(
            f"{shown} has more than {MOST_COLUMNS:,} columns; keep those of the review and the "
            "rating"
        )
    texts = [[text_of(value) for value in row] for _, row in head]
    header = find_header(texts)
    names, notes = _names(header, texts, shown)
    merged = _Merged(chain(head[header.first_row :], numbered), cells, header.first_row)
    table = ValueTable(names, content.folder, rows)
    lines: list[int] = []
    tail: deque[tuple[int, Row]] = deque()
    for numbered_row in merged:
        tail.append(numbered_row)
        if len(tail) > TAIL_ROWS:
            _add(*tail.popleft(), table, lines)
    totals = _take_totals(tail, texts[header.first_row :])
    for number, row in tail:
        _add(number, row, table, lines)
    if not lines:
        listed = ", ".join(escape(name) for name in names[:8])
        raise NoRowsError(f"{shown} has a header ({listed}) but no rows; add reviews")
    notes += _notes(totals, "below the table")
    if merged.num_filled:
        notes += (f"{count(merged.num_filled, 'merged cell')} read in every row that it covers",)
    windows = reading(table.windows(), content.source, "cannot be read; is the disk full?")
    first_lines = np.array(lines, dtype=np.int64)
    renamed = find_renamed(header.names, names)
    return Rows(windows, len(lines), notes=notes, first_lines=first_lines, renamed=renamed)


def _add(number: int, row: Row, table: ValueTable, lines: list[int]) -> None:
    """A row of the table, unless it is blank."""
    if _has_content(row):
        table.add(row)
        lines.append(number)


def _take_totals(tail: deque[tuple[int, Row]], above: Sequence[list[str]]) -> list[_Numbered]:
    """Take away the last rows that are no rows of the table."""
    texts = [[text_of(value) for value in row] for _, row in tail]
    num_taken = trailing_totals(texts, above)
    taken = [(tail.pop()[0], texts.pop()) for _ in range(num_taken)]
    return [(number, row) for number, row in reversed(taken) if _has_content(row)]


def _notes(rows: Sequence[_Numbered], where: str) -> tuple[str, ...]:
    """What is said of rows that are left out."""
    if not rows:
        return ()
    first = ", ".join(cell for cell in rows[0][1] if cell.strip())
    return (show_skipped([number for number, _ in rows], where, first, noun="row"),)


def _names(
    header: Header, head: Sequence[list[str]], shown: str
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The names of the columns, and what is to be said of them."""
    if header.rival is not None:
        one, other = (
            f"row {place + 1} ({show_cell(', '.join(filter(str.strip, head[place])))})"
            for place in (header.rival, header.skipped)
        )
        raise cannot_be_told(shown, one, other)
    above = [(k, row) for k, row in enumerate(head[: header.skipped], 1) if _has_content(row)]
    notes = _notes(above, "above the " + ("header" if header.names else "table"))
    width = len(head[0])
    if not header.names:
        names = tuple(f"column_{k + 1}" for k in range(width))
        note = f"no header was found, so the columns are called {', '.join(names)}"
        return names, (*notes, note)
    own = [(k + 1, head[k]) for k in range(header.skipped, header.first_row)]
    notes += _notes(own[header.height - header.aside :], "below the header")
    notes += notes_on_names(header, head, [number for number, _ in own], "row")
    return make_distinct((*header.names, *[""] * width)[:width]), notes


@dataclass(frozen=True)
class _Span:
    """A cell that covers several rows."""

    column: int
    last_row: int
    value: Value


class _Merged:
    """Rows with the value of a merged cell in every row that it covers, below the header."""

    def __init__(self, rows: Iterable[tuple[int, Row]], cells: Cells, first_row: int) -> None:
        self.num_filled = 0
        self._rows = rows
        # By the row where they begin, from 0; only the left one of several columns has a value.
        self._begin: dict[int, list[tuple[int, int]]] = {}
        for (top, left), (bottom, _) in cells.merged:
            if bottom > top >= first_row:
                self._begin.setdefault(top, []).append((left - cells.left, bottom))

    def __iter__(self) -> Iterator[tuple[int, Row]]:
        if not self._begin:
            yield from self._rows
            return
        spans: list[_Span] = []
        for number, row in self._rows:
            place = number - 1
            filled = list(row)
            spans = [span for span in spans if span.last_row >= place]
            for span in spans:
                if filled[span.column] is None:
                    filled[span.column] = span.value
            for column, bottom in self._begin.get(place, ()):
                if 0 <= column < len(filled) and filled[column] is not None:
                    spans.append(_Span(column, bottom, filled[column]))
                    self.num_filled += 1
            yield number, filled
