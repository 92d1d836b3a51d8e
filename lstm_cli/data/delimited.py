"""Comma, semicolon, tab or bar separated text -> a frame of strings.

polars reads what keeps the rules. Whether a text does is surveyed first, in
numpy, by its quotes and delimiters alone: polars takes a stray quote for an
error, or for the beginning of a cell that swallows the rows after it. What
breaks the rules is repaired row by row.
"""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import polars as pl
from numpy.typing import NDArray

from lstm_cli.data.layout import Layout, find_layout
from lstm_cli.data.opening import read_head
from lstm_cli.data.repair import (
    LINES_LOOKED_AT,
    NO_DELIMITER,
    Expectation,
    expect,
    repair,
)
from lstm_cli.data.showing import count, escape, show_source
from lstm_cli.errors import FileError

SAMPLE_BYTES = 1 << 20
WINDOW_BYTES = 1 << 24

_QUOTE, _NEWLINE, _RETURN = b'"'[0], b"\n"[0], b"\r"[0]


@dataclass(frozen=True)
class Delimited:
    """What was read."""

    frame: pl.DataFrame
    delimiter: str | None
    first_lines: NDArray[np.int64]  # the line where each row begins, from 1
    notes: tuple[str, ...]


@dataclass(frozen=True)
class Survey:
    """The records of a text, the header included, if it keeps the rules."""

    is_sound: bool  # every quote is where it belongs, and no record has a cell too many
    first_lines: NDArray[np.int64]
    num_cells: NDArray[np.int64]  # 0 for a blank line


def read_delimited(path: Path, folder: Path, source: str) -> Delimited:
    """Read a text in UTF-8.

    Raises:
        FileError: there is a header and nothing else, or not even that.
    """
    sample = read_head(path, SAMPLE_BYTES).decode("utf-8", "ignore")
    layout = find_layout(sample)
    if layout is None:
        raise FileError(f"{show_source(source)} holds blank lines only; give a file of reviews")
    table = _read_sound(path, layout, sample)
    if table is None:
        repaired = repair(path, folder / "repaired", layout)
        frame = _parse(folder / "repaired", layout, has_header=False)
        if frame is None or frame.height != len(repaired.first_lines):
            raise FileError(f"{show_source(source)} is no table that can be read; save it as CSV")
        notes = layout.notes + repaired.notes
        table = Delimited(frame, layout.delimiter, repaired.first_lines, notes)
    if table.frame.is_empty():
        names = ", ".join(escape(name) for name in layout.names[:8])
        raise FileError(f"{show_source(source)} has a header ({names}) but no rows; add reviews")
    return table


def _read_sound(path: Path, layout: Layout, sample: str) -> Delimited | None:
    """Let polars read a text that keeps the rules; None for one that does not."""
    if layout.skipped_lines:
        return None
    width = len(layout.names)
    survey = survey_text(path, layout.delimiter or NO_DELIMITER, width)
    if not survey.is_sound:
        return None
    frame = _parse(path, layout, has_header=layout.has_header)
    num_cells = survey.num_cells[int(layout.has_header) :]
    first_lines = survey.first_lines[int(layout.has_header) :]
    if frame is None or frame.height != len(num_cells):
        return None
    if not num_cells.all():
        frame = frame.filter(pl.Series(num_cells > 0))
        first_lines, num_cells = first_lines[num_cells > 0], num_cells[num_cells > 0]
    if _swallows_rows(frame, expect(sample.split("\n")[1:LINES_LOOKED_AT], layout)):
        return None
    notes = layout.notes
    if too_few := int((num_cells < width).sum()):
        first = int(first_lines[num_cells < width][0])
        rows = f"{count(too_few, 'row')} with too few cells filled up with empty ones"
        notes += (f"{rows} (line {first}{' first' if too_few > 1 else ''})",)
    return Delimited(frame, layout.delimiter, first_lines, notes)


def _parse(path: Path, layout: Layout, *, has_header: bool) -> pl.DataFrame | None:
    """The cells as strings, None if polars finds something amiss."""
    if not path.stat().st_size:
        return pl.DataFrame(schema=dict.fromkeys(layout.names, pl.String))
    try:
        frame = pl.read_csv(
            path,
            has_header=has_header,
            separator=layout.delimiter or NO_DELIMITER,
            infer_schema=False,
            raise_if_empty=False,
            glob=False,
        )
    except pl.exceptions.PolarsError:
        return None
    if frame.width != len(layout.names):
        return None
    frame.columns = list(layout.names)
    return frame


def survey_text(path: Path, delimiter: str, width: int) -> Survey:
    """Find the records of a text, and whether its quotes and cells keep the rules.

    A quote opens where the number of quotes before it is even; there it must
    follow a delimiter or a newline. A closing one must stand before one. Two in a
    row close and open again, which is how a quote is written inside quotes.
    """
    data = np.memmap(path, np.uint8, "r")
    separator = ord(delimiter)
    before_open = np.array([_NEWLINE, separator, _QUOTE], dtype=np.uint8)
    after_close = np.array([_NEWLINE, separator, _QUOTE, _RETURN], dtype=np.uint8)
    is_sound = True
    num_quotes = num_separators = num_newlines = 0
    ends: list[NDArray[np.int64]] = []
    separators: list[NDArray[np.int64]] = []  # before each of the ends
    lines: list[NDArray[np.int64]] = []  # newlines up to each of the ends
    for start in range(0, len(data), WINDOW_BYTES):
        window = data[start : start + WINDOW_BYTES]
        is_marked = (window == _QUOTE) | (window == _NEWLINE) | (window == separator)
        places = np.flatnonzero(is_marked) + start
        kinds = data[places]
        is_quote = kinds == _QUOTE
        quotes_before = num_quotes + np.cumsum(is_quote) - is_quote
        is_inside = quotes_before % 2 == 1
        quotes = places[is_quote]
        if len(quotes):
            last, next_ = np.maximum(quotes - 1, 0), np.minimum(quotes + 1, len(data) - 1)
            may_open = np.isin(data[last], before_open) | (quotes == 0)
            may_close = np.isin(data[next_], after_close) | (quotes == len(data) - 1)
            is_sound &= bool(np.where(is_inside[is_quote], may_close, may_open).all())
        is_end = (kinds == _NEWLINE) & ~is_inside
        ends.append(places[is_end])
        separators_here = num_separators + np.cumsum((kinds == separator) & ~is_inside)
        lines_here = num_newlines + np.cumsum(kinds == _NEWLINE)
        separators.append(separators_here[is_end])
        lines.append(lines_here[is_end])
        if len(places):
            num_quotes += int(is_quote.sum())
            num_separators, num_newlines = int(separators_here[-1]), int(lines_here[-1])
    all_ends = np.concatenate(ends)
    starts = np.concatenate([[0], all_ends + 1])
    cells = np.diff(np.concatenate([[0], *separators, [num_separators]])) + 1
    first_lines = np.concatenate([[0], *lines]) + 1
    stops = np.append(all_ends, len(data))
    if starts[-1] == len(data):  # the text ends with its last record
        starts, stops, cells, first_lines = starts[:-1], stops[:-1], cells[:-1], first_lines[:-1]
    maybe_blank = (stops == starts) if width == 1 else (cells == 1)
    for k in np.flatnonzero(maybe_blank | (stops == starts + 1)):
        record = data[starts[k] : stops[k]].tobytes()
        if record in (b"", b"\r") or (width > 1 and cells[k] == 1 and not record.strip()):
            cells[k] = 0
    is_sound &= num_quotes % 2 == 0 and bool((cells <= width).all())
    return Survey(is_sound, first_lines, cells)


def _swallows_rows(frame: pl.DataFrame, expectation: Expectation) -> bool:
    """Whether a cell of several lines consists of rows: two unclosed quotes met."""
    if not expectation.numeric:
        return False
    for column in frame.iter_columns():
        for cell in column.filter(column.str.contains("\n", literal=True)):
            first, *others = cell.split("\n")[:-1]
            if expectation.stands_alone(first) and all(map(expectation.stands_alone, others)):
                return True
    return False
