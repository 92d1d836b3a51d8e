"""JSON of any shape -> a frame; and rows -> JSON lines.

polars reads JSON lines, after Python has looked at the first of them. What is no plain
list of records, and what polars cannot read, Python reads.
"""

import mmap
import re
from pathlib import Path
from typing import IO

import numpy as np
import polars as pl
from numpy.typing import NDArray

from lstm_cli.data.nested import inner_types
from lstm_cli.data.records.json_lists import joined_lists
from lstm_cli.data.records.json_search import ChoiceError, Found, are_pages, find_records
from lstm_cli.data.records.json_shapes import EntryError, Record, ShapeError
from lstm_cli.data.records.json_values import (
    TOO_DEEP,
    Values,
    first_values,
    read_lines,
    read_values,
)
from lstm_cli.data.records.objects import DEEPEST, is_too_wide, tabulate
from lstm_cli.data.rows import Content, Rows
from lstm_cli.data.showing import show_cell
from lstm_cli.data.sources.choosing import list_names, refuse_name
from lstm_cli.errors import FileError, Remedy

# Half of a surrogate pair, which polars takes for NUL.
_HALF_LETTER = re.compile(rb"\\u[dD][89abAB][0-9a-fA-F]{2}(?!\\u)")
_PATTERN = re.compile(r"[*?\[]")


def open_json(content: Content, rows: int) -> Rows:
    """Read all records, and hand them out ``rows`` at a time.

    Raises:
        FileError: the text is not JSON, holds no records, or several tables that may be meant.
    """
    path, shown, sheet = content.path, content.shown, content.options.sheet
    some = first_values(path)
    records = [value for value in some if isinstance(value, dict)]
    if some and len(records) == len(some) and not sheet and not are_pages(records):
        lines = _lines_with_content(path)
        notes = joined_lists(records)
        return rows_of(_read_lines(content, len(lines)), lines, rows, shown, notes)
    values = read_lines(path, shown) if some else read_values(path, shown)
    return open_values(values, content, rows)


def open_values(values: Values, content: Content, rows: int) -> Rows:
    """Find the records in what a file holds, and hand them out ``rows`` at a time.

    Raises:
        FileError: there are none, or several tables that may be meant.
    """
    shown = content.shown
    found = _find(values, content)
    frame = _tabulate(found.records, shown)
    lines = values.first_lines if found.are_values else np.arange(1, frame.height + 1)
    return rows_of(frame, lines, rows, shown, found.notes)


def rows_of(
    frame: pl.DataFrame,
    lines: NDArray[np.int64],
    rows: int,
    shown: str,
    notes: tuple[str, ...] = (),
) -> Rows:
    """A frame that is in memory, to be handed out ``rows`` rows at a time.

    Raises:
        FileError: it is empty.
    """
    if frame.is_empty() or not frame.width:
        raise FileError(f"{shown} holds no reviews; add objects, one a line")
    return Rows(frame.iter_slices(rows), frame.height, frame, notes=notes, first_lines=lines)


def append_json(frame: pl.DataFrame, file: IO[bytes]) -> None:
    """Add rows to a file of JSON lines.

    Raises:
        ValueError: a column holds bytes that are no text.
    """
    plain = frame.with_columns(map(_without_bytes, frame.iter_columns()))
    plain.lazy().sink_ndjson(file, check_extension=False)


def _without_bytes(column: pl.Series) -> pl.Series:
    dtype = _mapped(column.dtype, pl.Binary, pl.String())
    if dtype == column.dtype:
        return column
    try:
        return column.cast(dtype)
    except pl.exceptions.PolarsError as error:
        raise ValueError(
            f"column {show_cell(column.name)} holds bytes that are no text, which JSON cannot "
            "hold; write .parquet or .csv"
        ) from error


def _mapped(dtype: pl.DataType, old: type[pl.DataType], new: pl.DataType) -> pl.DataType:
    """A type with another one in the place of one of those it is made of.

    >>> _mapped(pl.List(pl.Struct({"a": pl.Binary, "b": pl.Int64})), pl.Binary, pl.String())
    List(Struct({'a': String, 'b': Int64}))
    """
    if dtype == old:
        return new
    inner = [_mapped(kind, old, new) for kind in inner_types(dtype)]
    if isinstance(dtype, pl.Struct):
        return pl.Struct(dict(zip((field.name for field in dtype.fields), inner, strict=True)))
    return pl.List(inner[0]) if isinstance(dtype, pl.List) else dtype


def _read_lines(content: Content, num_rows: int) -> pl.DataFrame:
    """Read records, one a line: with polars if it does that rightly, else with Python."""
    path, shown = content.path, content.shown
    try:
        frame = None if _has_half_letters(path) else _scan_lines(path, num_rows)
        if frame is not None and frame.height == num_rows:
            return frame
    except (pl.exceptions.PolarsError, pl.exceptions.PanicException):
        pass  # a broken line, or one that Python reads and polars does not
    lines = read_lines(path, shown)
    return _tabulate(_find(lines, content).records, shown)


def _scan_lines(path: Path, num_rows: int) -> pl.DataFrame | None:
    """The rows as polars reads them; None if they would need too much memory or are too deep."""
    with path.open("rb") as file:
        place = file if _PATTERN.search(str(path)) else path  # polars takes it for a pattern
        schema = pl.scan_ndjson(place, infer_schema_length=None).collect_schema()
        num_columns = 0
        below = [(dtype, 1) for dtype in schema.dtypes()]
        while below:
            dtype, depth = below.pop()
            num_columns += 1
            if depth > DEEPEST or is_too_wide(num_columns, num_rows):
                return None
            below += [(inner, depth + 1) for inner in inner_types(dtype)]
        file.seek(0)
        types = {name: _mapped(dtype, pl.Int128, pl.String()) for name, dtype in schema.items()}
        return pl.scan_ndjson(place, schema=types).collect()


def _has_half_letters(path: Path) -> bool:
    with (
        path.open("rb") as file,
        mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as content,
    ):
        return content.find(b"\\u") >= 0 and _HALF_LETTER.search(content) is not None


def _tabulate(records: list[Record], shown: str) -> pl.DataFrame:
    try:
        return tabulate(records, shown)
    except RecursionError as error:
        raise FileError(f"{shown}: {TOO_DEEP}") from error


def _find(values: Values, content: Content) -> Found:
    """The records, or in one line why there are none."""
    name = content.shown
    try:
        return find_records(values.values, content.options.sheet)
    except ChoiceError as error:
        if not error.names:
            raise FileError(f"{name} holds no lists", Remedy.LEAVE_OUT_SHEET) from error
        if error.asked is not None:
            raise refuse_name(error.asked, error.names, name, "list") from error
        raise FileError(f"{name}: {error}", Remedy.CHOOSE_SHEET, list_names(error.names)) from error
    except EntryError as error:
        if len(values.values) == 1:
            raise FileError(f"{name}: {error}") from error
        line = values.first_lines[error.place]
        raise FileError(f"{name}, line {line}: {error.shown} is not {error.wanted}") from error
    except ShapeError as error:
        raise FileError(f"{name}: {error}; mend it, or save the table as CSV") from error
    except RecursionError as error:
        raise FileError(f"{name}: {TOO_DEEP}") from error


def _lines_with_content(path: Path) -> NDArray[np.int64]:
    with path.open("rb") as file:
        numbers = (number for number, line in enumerate(file, 1) if not line.isspace())
        return np.fromiter(numbers, dtype=np.int64)
