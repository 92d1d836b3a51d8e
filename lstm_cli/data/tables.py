"""Any file -> a table of cells, whole or a window of rows at a time.

CSV (any of ``, ; | `` and tab between cells), JSON lines and Parquet; plain,
gzip or zstd; a path, ``-`` for standard input, or an address. Cells of text
formats stay the strings they are. No row is ever dropped.
"""

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from itertools import chain
from pathlib import Path

import numpy as np
import polars as pl
from numpy.typing import ArrayLike, NDArray

from lstm_cli.data.delimited import ROWS, survey_delimited
from lstm_cli.data.encodings import to_utf8
from lstm_cli.data.jsonlines import is_json, read_json
from lstm_cli.data.opening import explain, fetch, is_remote, read_head
from lstm_cli.data.showing import escape, show_source
from lstm_cli.errors import FileError

_PARQUET = b"PAR1"
_POLARS_ERRORS = (pl.exceptions.PolarsError, pl.exceptions.PanicException, OSError, ValueError)
ENDINGS = {".csv": "csv", ".tsv": "tsv", ".jsonl": "jsonl", ".ndjson": "jsonl",
            ".parquet": "parquet"}  # fmt: skip


@dataclass(frozen=True)
class Table:
    """The cells of one file, every row in order."""

    source: str  # as a person gave it
    frame: pl.DataFrame
    form: str  # csv (with any delimiter but a tab), tsv, jsonl or parquet
    delimiter: str | None = None
    encoding: str | None = None  # utf-8, utf-16, utf-32 or cp1252; None for Parquet
    notes: tuple[str, ...] = ()  # what had to be repaired, for people
    # The line where each row begins; without it, rows are counted.
    first_lines: NDArray[np.int64] | None = field(default=None, repr=False, compare=False)

    def __len__(self) -> int:
        return self.frame.height

    def line_numbers(self, rows: ArrayLike) -> NDArray[np.int64]:
        """Where some rows (from 0) begin in the file: the lines, from 1, header included.

        In Parquet, which has no lines, and in a list of JSON: the rows, from 1.
        """
        places = np.asarray(rows, dtype=np.int64)
        return places + 1 if self.first_lines is None else self.first_lines[places]


@dataclass(frozen=True)
class OpenTable:
    """A file whose rows are read as they are needed."""

    head: Table  # its first rows; all else is said of the whole file
    num_rows: int
    windows: Iterator[pl.DataFrame]  # every row in order, the first ones included


def read_table(source: str) -> Table:
    """Read a file of any of the forms.

    Args:
        source: a path, ``-`` for standard input, or any address that polars reads.

    Raises:
        FileError: it cannot be opened, is empty, or is no table.
    """
    with open_table(source) as opened:
        try:
            return replace(opened.head, frame=pl.concat(opened.windows))
        except MemoryError as error:
            raise _too_large(opened.head.source) from error


@contextmanager
def open_table(source: str, rows: int = ROWS) -> Iterator[OpenTable]:
    """Open a file to read it so many rows at a time.

    Memory does not grow with the rows of CSV, TSV and Parquet; JSON is read as a whole.

    Raises:
        FileError: as ``read_table`` does, here or while rows are read.
    """
    if is_remote(source) and not source.lower().startswith(("http://", "https://")):
        yield _opened(_read_remote(source), rows)
        return
    with tempfile.TemporaryDirectory(prefix="lstm-", ignore_cleanup_errors=True) as folder:
        name = show_source(source)
        try:
            opened = _open_local(source, Path(folder), rows)
        except OSError as error:
            raise FileError(f"{name} cannot be read: {explain(error)}") from error
        except MemoryError as error:
            raise _too_large(name) from error
        yield opened


def _open_local(source: str, folder: Path, rows: int) -> OpenTable:
    name = show_source(source)
    path = fetch(source, folder)
    if read_head(path, 4) == _PARQUET:
        return _open_parquet(path, name, rows)
    text = to_utf8(path, folder, source)
    if is_json(read_head(text.path)):
        found = read_json(text.path, source)
        table = Table(
            name, found.frame, "jsonl", None, text.encoding, text.notes, found.first_lines
        )
        return _opened(table, rows)
    cells = survey_delimited(text.path, folder, source)
    windows = _reading(cells.windows(rows), name, "is no table that can be read; save it as CSV")
    first = next(windows)
    head = Table(
        name,
        first,
        "tsv" if cells.layout.delimiter == "\t" else "csv",
        cells.layout.delimiter,
        text.encoding,
        text.notes + cells.notes,
        cells.first_lines,
    )
    return OpenTable(head, len(cells), chain((first,), windows))


def _opened(table: Table, rows: int) -> OpenTable:
    """A table that is in memory already."""
    return OpenTable(table, len(table), table.frame.iter_slices(rows))


def _reading(windows: Iterator[pl.DataFrame], name: str, trouble: str) -> Iterator[pl.DataFrame]:
    """The same windows; what goes wrong while they are read is said in one line."""
    try:
        yield from windows
    except _POLARS_ERRORS as error:
        raise FileError(f"{name} {trouble} ({first_line(error)})") from error


def _too_large(name: str) -> FileError:
    return FileError(f"{name} does not fit into memory; give a part of it")


def _open_parquet(path: Path, name: str, rows: int) -> OpenTable:
    trouble = "is damaged Parquet; write it again"
    scan = pl.scan_parquet(path, glob=False, hive_partitioning=False)
    try:
        height = int(scan.select(pl.len()).collect().item())
    except _POLARS_ERRORS as error:
        raise FileError(f"{name} {trouble} ({first_line(error)})") from error
    if not height:
        raise FileError(f"{name} has columns but no rows; add reviews")
    windows = _reading(
        (scan.slice(first, rows).collect() for first in range(0, height, rows)), name, trouble
    )
    first = next(windows)
    return OpenTable(Table(name, first, "parquet"), height, chain((first,), windows))


def _read_remote(source: str) -> Table:
    """What only polars can reach: buckets and Hugging Face."""
    name = source.lower().removesuffix(".gz").removesuffix(".zst")
    form = next((form for ending, form in ENDINGS.items() if name.endswith(ending)), "parquet")
    separator = {"csv": ",", "tsv": "\t"}.get(form)
    try:
        if separator:
            scan = pl.scan_csv(source, separator=separator, infer_schema=False)
        elif form == "jsonl":
            scan = pl.scan_ndjson(source, infer_schema_length=None)
        else:
            scan = pl.scan_parquet(source)
        frame = scan.collect()
    except _POLARS_ERRORS as error:
        raise FileError(
            f"{show_source(source)} cannot be read: {first_line(error)}; "
            "check the address, or download it first"
        ) from error
    if frame.is_empty():
        raise FileError(f"{show_source(source)} has columns but no rows; add reviews")
    encoding = None if form == "parquet" else "utf-8"
    return Table(show_source(source), frame, form, separator, encoding)


def first_line(error: BaseException) -> str:
    """The beginning of what an error says, safe to show."""
    lines = str(error).strip().splitlines()
    return escape(lines[0][:200]) if lines else type(error).__name__
