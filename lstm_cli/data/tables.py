"""Any file -> a table of cells, and back.

CSV (any of ``, ; | `` and tab between cells), JSON lines and Parquet; plain,
gzip or zstd; a path, ``-`` for standard input, or an address. Cells of text
formats stay the strings they are. No row is ever dropped.
"""

import json
import os
import shutil
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Literal

import numpy as np
import polars as pl
from numpy.typing import NDArray

from lstm_cli.data.delimited import read_delimited
from lstm_cli.data.encodings import to_utf8
from lstm_cli.data.jsonlines import is_json, read_json
from lstm_cli.data.opening import explain, fetch, is_remote, read_head
from lstm_cli.data.showing import escape, show_source
from lstm_cli.errors import FileError, OutputError

_PARQUET = b"PAR1"
_POLARS_ERRORS = (pl.exceptions.PolarsError, pl.exceptions.PanicException, OSError, ValueError)
_ENDINGS = {".csv": "csv", ".tsv": "tsv", ".jsonl": "jsonl", ".ndjson": "jsonl",
            ".parquet": "parquet"}  # fmt: skip
_COMPRESSIONS = {".gz": "gzip", ".zst": "zstd"}


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

    def line_numbers(self, rows: Sequence[int]) -> list[int]:
        """Where some rows (from 0) begin in the file: the lines, from 1, header included.

        In Parquet, which has no lines, and in a list of JSON: the rows, from 1.
        """
        if self.first_lines is None:
            return [row + 1 for row in rows]
        return [int(line) for line in self.first_lines[list(rows)]]


def read_table(source: str) -> Table:
    """Read a file of any of the forms.

    Args:
        source: a path, ``-`` for standard input, or any address that polars reads.

    Raises:
        FileError: it cannot be opened, is empty, or is no table.
    """
    if is_remote(source) and not source.lower().startswith(("http://", "https://")):
        return _read_remote(source)
    with tempfile.TemporaryDirectory(prefix="lstm-", ignore_cleanup_errors=True) as folder:
        return _read_local(source, Path(folder))


def _read_local(source: str, folder: Path) -> Table:
    name = show_source(source)
    try:
        path = fetch(source, folder)
        if read_head(path, 4) == _PARQUET:
            return _read_parquet(path, source)
        text = to_utf8(path, folder, source)
        if is_json(read_head(text.path)):
            rows = read_json(text.path, source)
            return Table(
                name, rows.frame, "jsonl", None, text.encoding, text.notes, rows.first_lines
            )
        cells = read_delimited(text.path, folder, source)
        form = "tsv" if cells.delimiter == "\t" else "csv"
        notes = text.notes + cells.notes
        return Table(
            name, cells.frame, form, cells.delimiter, text.encoding, notes, cells.first_lines
        )
    except OSError as error:
        raise FileError(f"{name} cannot be read: {explain(error)}") from error
    except MemoryError as error:
        raise FileError(f"{name} does not fit into memory; give a part of it") from error


def _read_parquet(source: Path | str, shown: str) -> Table:
    try:
        frame = pl.read_parquet(source, glob=False, hive_partitioning=False)
    except _POLARS_ERRORS as error:
        raise FileError(
            f"{show_source(shown)} is damaged Parquet ({_first_line(error)}); write it again"
        ) from error
    if frame.is_empty():
        raise FileError(f"{show_source(shown)} has columns but no rows; add reviews")
    return Table(show_source(shown), frame, "parquet")


def _read_remote(source: str) -> Table:
    """What only polars can reach: buckets and Hugging Face."""
    name = source.lower().removesuffix(".gz").removesuffix(".zst")
    form = next((form for ending, form in _ENDINGS.items() if name.endswith(ending)), "parquet")
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
            f"{show_source(source)} cannot be read: {_first_line(error)}; "
            "check the address, or download it first"
        ) from error
    if frame.is_empty():
        raise FileError(f"{show_source(source)} has columns but no rows; add reviews")
    encoding = None if form == "parquet" else "utf-8"
    return Table(show_source(source), frame, form, separator, encoding)


def _first_line(error: BaseException) -> str:
    lines = str(error).strip().splitlines()
    return escape(lines[0][:200]) if lines else type(error).__name__


def check_output(target: str) -> None:
    """Refuse, before any work, a target that ``write_table`` would refuse after it.

    Raises:
        OutputError: the target exists, its folder does not, or its ending says no form.
    """
    if target == "-":
        return
    path = Path(target)
    _form_of(path)
    if not path.parent.is_dir():
        raise OutputError(f"{escape(target)}: there is no folder {escape(str(path.parent))}")
    _check_target(path)


def write_table(frame: pl.DataFrame, target: str, like: Table | None = None) -> None:
    """Write a table whole or not at all.

    Args:
        frame: the cells.
        target: a path whose ending says the form (.csv, .tsv, .jsonl or .parquet; all but
            Parquet also with .gz or .zst), or ``-`` for standard output.
        like: the table whose delimiter is used for .csv, and whose form for ``-``.

    Raises:
        OutputError: the target exists, cannot be written, or its ending says no form.
    """
    shown = escape(target)
    if target == "-":
        form = like.form if like and like.form != "parquet" else "csv"
        with tempfile.TemporaryFile() as file:
            _write(frame, file, form, _delimiter(form, like), None)
            file.seek(0)
            shutil.copyfileobj(file, sys.stdout.buffer)
        sys.stdout.buffer.flush()
        return
    path = Path(target)
    form, compression = _form_of(path)
    temporary = None
    try:
        _check_target(path)
        handle, temporary = tempfile.mkstemp(prefix=".", suffix=".part", dir=path.parent)
        with os.fdopen(handle, "wb") as file:
            _write(frame, file, form, _delimiter(form, like), compression)
            file.flush()
            os.fsync(file.fileno())
        umask = os.umask(0)
        os.umask(umask)
        Path(temporary).chmod(0o666 & ~umask)  # what a file that is simply opened would get
        _check_target(path)
        Path(temporary).replace(path)
    except FileNotFoundError as error:
        raise OutputError(f"{shown}: there is no folder {escape(str(path.parent))}") from error
    except OSError as error:
        raise OutputError(f"{shown} cannot be written: {explain(error)}") from error
    except (pl.exceptions.PolarsError, ValueError) as error:
        raise OutputError(f"{shown} cannot be written: {_first_line(error)}") from error
    finally:
        if temporary:
            Path(temporary).unlink(missing_ok=True)


def _form_of(path: Path) -> tuple[str, str | None]:
    """How a file of this name is written: the form, and the compression."""
    compression = _COMPRESSIONS.get(path.suffix.lower())
    ending = (path.with_suffix("") if compression else path).suffix.lower()
    form = _ENDINGS.get(ending, "")
    if not form or (compression and form == "parquet"):
        raise OutputError(
            f"{escape(str(path))}: the ending must say how to write: .csv, .tsv or .jsonl "
            "(each also with .gz or .zst) or .parquet"
        )
    return form, compression


def _check_target(path: Path) -> None:
    shown = escape(str(path))
    if path.is_dir():
        raise OutputError(f"{shown} is a directory; name a file in it")
    if path.exists():
        raise OutputError(f"{shown} exists already; name another file, or remove it first")


def _delimiter(form: str, like: Table | None) -> str:
    if form == "tsv":
        return "\t"
    return (like.delimiter if like and like.form == "csv" else None) or ","


def _write(
    frame: pl.DataFrame, file: IO[bytes], form: str, delimiter: str, compression: str | None
) -> None:
    packed: Literal["uncompressed", "gzip", "zstd"] = "uncompressed"
    if compression == "gzip":
        packed = "gzip"
    elif compression == "zstd":
        packed = "zstd"
    if form == "parquet":
        frame.write_parquet(file)
    elif form == "jsonl":
        frame.lazy().sink_ndjson(file, compression=packed, check_extension=False)
    else:
        flat = frame.with_columns(
            pl.Series(column.name, [_flatten(value) for value in column], dtype=pl.String)
            for column in frame.iter_columns()
            if column.dtype.is_nested() or column.dtype == pl.Binary
        )
        if flat.width == 1:  # an empty cell alone would be a blank line, which is no row
            flat = flat.fill_null("") if flat.dtypes[0] == pl.String else flat
        flat.write_csv(file, separator=delimiter, compression=packed, check_extension=False)


def _flatten(value: object) -> str | None:
    """A list or an object in one cell, as JSON."""
    if value is None:
        return None
    plain = value.to_list() if isinstance(value, pl.Series) else value
    return json.dumps(plain, ensure_ascii=False, default=str)
