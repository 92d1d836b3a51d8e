"""Comma, semicolon, tab or bar separated text -> windows of strings; and rows -> such text.

polars reads a text that keeps the rules. Whether it does is checked first, in numpy,
by its quotes and delimiters alone, because polars takes a stray quote for an error,
or for the beginning of a cell that swallows the rows after it. A text that breaks
the rules is repaired row by row.
"""

import mmap
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO

import numpy as np
import polars as pl
from numpy.typing import NDArray

from lstm_cli.data.layout import Layout, find_layout
from lstm_cli.data.nested import as_json
from lstm_cli.data.opening import read_head
from lstm_cli.data.repair import (
    LINES_LOOKED_AT,
    NO_DELIMITER,
    Expectation,
    expect,
    repair,
)
from lstm_cli.data.rows import ROWS, Content, Rows, reading
from lstm_cli.data.showing import count, escape, show_source
from lstm_cli.errors import FileError

SAMPLE_BYTES = 1 << 20
WINDOW_BYTES = 1 << 24
MOST_COLUMNS = 10_000  # each costs as much as a file of its own

_QUOTE, _NEWLINE, _RETURN = b'"'[0], b"\n"[0], b"\r"[0]


@dataclass(frozen=True)
class Survey:
    """The records of a text, the header included, if it keeps the rules."""

    is_sound: bool  # every quote is where it belongs, and no record has a cell too many
    first_lines: NDArray[np.int64]
    num_cells: NDArray[np.int64]  # 0 for a blank line
    starts: NDArray[np.int64]  # the byte where each begins
    stops: NDArray[np.int64]  # the byte after its last, without newlines
    has_long_cells: bool  # a cell holds a newline


@dataclass(frozen=True)
class Delimited:
    """A text that keeps the rules, and where its rows are: none of them is in memory."""

    path: Path
    layout: Layout
    survey: Survey
    first_row: int  # of the survey's records
    first_lines: NDArray[np.int64]  # the line of the user's file where each row begins, from 1
    notes: tuple[str, ...]

    def __len__(self) -> int:
        return len(self.first_lines)

    def windows(self, rows: int) -> Iterator[pl.DataFrame]:
        """The cells as strings, at most ``rows`` records at a time.

        Raises:
            PolarsError, ValueError: polars finds something amiss.
        """
        survey, names = self.survey, self.layout.names
        schema = {f"column {k}": pl.String for k in range(len(names))}
        with self.path.open("rb") as file:
            for first in range(self.first_row, len(survey.starts), rows):
                num_cells = survey.num_cells[first : first + rows]
                file.seek(survey.starts[first])
                content = file.read(survey.stops[first + len(num_cells) - 1] - survey.starts[first])
                frame = pl.read_csv(
                    content + b"\n",
                    has_header=False,
                    schema=schema,
                    separator=self.layout.delimiter or NO_DELIMITER,
                    raise_if_empty=False,
                )
                if frame.height != len(num_cells):
                    raise ValueError(f"{frame.height} rows of {len(num_cells)} records")
                frame.columns = list(names)
                yield frame if num_cells.all() else frame.filter(pl.Series(num_cells > 0))


def open_delimited(content: Content, rows: int) -> Rows:
    """Open a text in UTF-8 to read it, at most ``rows`` records at a time.

    Raises:
        FileError: there is a header and nothing else, or not even that.
    """
    cells = survey_delimited(content.path, content.folder, content.source)
    delimiter = cells.layout.delimiter
    trouble = "is no table that can be read; save it as CSV"
    return Rows(
        reading(cells.windows(rows), content.source, trouble),
        len(cells),
        form="tsv" if delimiter == "\t" else "csv",
        delimiter=delimiter,
        notes=cells.notes,
        first_lines=cells.first_lines,
    )


def append_delimited(
    frame: pl.DataFrame, file: IO[bytes], delimiter: str, *, has_header: bool
) -> None:
    """Add rows to a file, after their names where it needs a header."""
    flat = frame.with_columns(
        pl.Series(column.name, [_flatten(value) for value in column], dtype=pl.String)
        for column in frame.iter_columns()
        if column.dtype.is_nested() or column.dtype == pl.Binary
    )
    if flat.width == 1:  # an empty cell alone would be a blank line, which is no row
        flat = flat.fill_null("") if flat.dtypes[0] == pl.String else flat
    flat.write_csv(file, include_header=has_header, separator=delimiter, check_extension=False)


def _flatten(value: object) -> str | None:
    """A list or an object in one cell, as JSON."""
    if value is None:
        return None
    plain = value.to_list() if isinstance(value, pl.Series) else value
    return as_json(plain)


def survey_delimited(path: Path, folder: Path, source: str) -> Delimited:
    """Find the rows of a text in UTF-8, repairing it where it breaks the rules.

    Args:
        path: the text.
        folder: where a repaired copy may lie while rows are read.
        source: as a person named it.

    Raises:
        FileError: there is a header and nothing else, or not even that.
    """
    sample = read_head(path, SAMPLE_BYTES).decode("utf-8", "ignore")
    layout = find_layout(sample)
    if layout is None:
        raise FileError(f"{show_source(source)} holds blank lines only; give a file of reviews")
    if len(layout.names) > MOST_COLUMNS:
        raise FileError(
            f"{show_source(source)} has more than {MOST_COLUMNS:,} columns; keep those of the "
            "review and the rating"
        )
    table = _find_sound(path, layout, sample)
    if table is None:
        mended = folder / "repaired"
        repaired = repair(path, mended, layout)
        survey = survey_text(mended, layout.delimiter or NO_DELIMITER, len(layout.names))
        if int((survey.num_cells > 0).sum()) != len(repaired.first_lines):
            raise FileError(f"{show_source(source)} is no table that can be read; save it as CSV")
        notes = layout.notes + repaired.notes
        table = Delimited(mended, layout, survey, 0, repaired.first_lines, notes)
    if not len(table):
        names = ", ".join(escape(name) for name in layout.names[:8])
        raise FileError(f"{show_source(source)} has a header ({names}) but no rows; add reviews")
    return table


def _find_sound(path: Path, layout: Layout, sample: str) -> Delimited | None:
    """The rows of a text that keeps the rules; None for one that does not."""
    if layout.skipped_lines:
        return None
    width = len(layout.names)
    survey = survey_text(path, layout.delimiter or NO_DELIMITER, width)
    if not survey.is_sound:
        return None
    first_row = int(layout.has_header)
    num_cells, first_lines = survey.num_cells[first_row:], survey.first_lines[first_row:]
    first_lines, num_cells = first_lines[num_cells > 0], num_cells[num_cells > 0]
    notes = layout.notes
    if too_few := int((num_cells < width).sum()):
        first = int(first_lines[num_cells < width][0])
        rows = f"{count(too_few, 'row')} with too few cells filled up with empty ones"
        notes += (f"{rows} (line {first}{' first' if too_few > 1 else ''})",)
    table = Delimited(path, layout, survey, first_row, first_lines, notes)
    if survey.has_long_cells:
        expectation = expect(sample.split("\n")[1:LINES_LOOKED_AT], layout)
        try:
            swallows = any(_swallows_rows(frame, expectation) for frame in table.windows(ROWS))
        except (pl.exceptions.PolarsError, ValueError):
            return None
        if swallows:
            return None
    return table


def survey_text(path: Path, delimiter: str, width: int) -> Survey:
    """Find the records of a text, and whether its quotes and cells keep the rules.

    A quote opens where the number of quotes before it is even; there it must
    follow a delimiter or a newline. A closing one must stand before one. Two in a
    row close and open again, which is how a quote is written inside quotes.
    """
    size = path.stat().st_size
    if not size:
        nothing = np.zeros(0, dtype=np.int64)
        return Survey(True, nothing, nothing, nothing, nothing, has_long_cells=False)
    with path.open("rb") as file:
        mapped = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
    data = np.frombuffer(mapped, dtype=np.uint8)
    seen = _Seen()
    windows: list[_Window] = []
    for start in range(0, size, WINDOW_BYTES):
        stop = min(start + WINDOW_BYTES, size)
        windows.append(_survey_window(data, start, stop, ord(delimiter), seen))
        seen = windows[-1].seen
        # What has been seen need not stay in memory.
        if hasattr(mmap, "MADV_DONTNEED") and start % mmap.PAGESIZE == 0:
            mapped.madvise(mmap.MADV_DONTNEED, start, stop - start)
    ends = np.concatenate([window.ends for window in windows])
    separators = [window.separators for window in windows]
    starts = np.concatenate([[0], ends + 1])
    stops = np.append(ends, size)
    num_cells = np.diff(np.concatenate([[0], *separators, [seen.separators]])) + 1
    first_lines = np.concatenate([[0], *(window.lines for window in windows)]) + 1
    if starts[-1] == size:  # the text ends with its last record
        starts, stops, num_cells, first_lines = (
            array[:-1] for array in (starts, stops, num_cells, first_lines)
        )
    maybe_blank = (stops == starts) if width == 1 else (num_cells == 1)
    for k in np.flatnonzero(maybe_blank | (stops == starts + 1)):
        record = data[starts[k] : stops[k]].tobytes()
        if record in (b"", b"\r") or (width > 1 and num_cells[k] == 1 and not record.strip()):
            num_cells[k] = 0
    is_sound = seen.is_sound and seen.quotes % 2 == 0 and bool((num_cells <= width).all())
    has_long_cells = seen.newlines > len(ends)
    return Survey(is_sound, first_lines, num_cells, starts, stops, has_long_cells)


@dataclass(frozen=True)
class _Seen:
    """How many of each were seen in a text so far, and whether its quotes keep the rules."""

    quotes: int = 0
    separators: int = 0  # outside quotes
    newlines: int = 0
    is_sound: bool = True


@dataclass(frozen=True)
class _Window:
    """Where records end in a part of a text."""

    ends: NDArray[np.int64]  # their places in the whole text
    separators: NDArray[np.int64]  # seen up to each of the ends
    lines: NDArray[np.int64]  # newlines seen up to each of the ends
    seen: _Seen  # up to the end of the window


def _survey_window(
    data: NDArray[np.uint8], start: int, stop: int, separator: int, seen: _Seen
) -> _Window:
    window = data[start:stop]
    is_marked = (window == _QUOTE) | (window == _NEWLINE) | (window == separator)
    places = np.flatnonzero(is_marked) + start
    kinds = data[places]
    is_quote = kinds == _QUOTE
    is_inside = (seen.quotes + np.cumsum(is_quote) - is_quote) % 2 == 1
    is_end = (kinds == _NEWLINE) & ~is_inside
    separators = seen.separators + np.cumsum((kinds == separator) & ~is_inside)
    lines = seen.newlines + np.cumsum(kinds == _NEWLINE)
    quotes = places[is_quote]
    is_sound = seen.is_sound and _are_in_place(data, quotes, is_inside[is_quote], separator)
    if len(places):
        seen = _Seen(seen.quotes + len(quotes), int(separators[-1]), int(lines[-1]), is_sound)
    return _Window(places[is_end], separators[is_end], lines[is_end], seen)


def _are_in_place(
    data: NDArray[np.uint8], quotes: NDArray[np.int64], closes: NDArray[np.bool_], separator: int
) -> bool:
    """Whether quotes stand where the rules let them open and close a cell."""
    if not len(quotes):
        return True
    last = len(data) - 1
    opening = np.array([_NEWLINE, separator, _QUOTE], dtype=np.uint8)
    closing = np.array([_NEWLINE, separator, _QUOTE, _RETURN], dtype=np.uint8)
    before, after = data[np.maximum(quotes - 1, 0)], data[np.minimum(quotes + 1, last)]
    may_open = np.isin(before, opening) | (quotes == 0)
    may_close = np.isin(after, closing) | (quotes == last)
    return bool(np.where(closes, may_close, may_open).all())


def _swallows_rows(frame: pl.DataFrame, expectation: Expectation) -> bool:
    """Whether a cell of several lines consists of rows, because two unclosed quotes met."""
    if not expectation.numeric:
        return False
    for column in frame.iter_columns():
        for cell in column.filter(column.str.contains("\n", literal=True)):
            first, *others = cell.split("\n")[:-1]
            if expectation.stands_alone(first) and all(map(expectation.stands_alone, others)):
                return True
    return False
