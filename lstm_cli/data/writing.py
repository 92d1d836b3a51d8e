"""A table of cells -> a file, a window of rows at a time, whole or not at all."""

import json
import os
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Literal

import polars as pl

from lstm_cli.data.opening import explain
from lstm_cli.data.showing import escape
from lstm_cli.data.tables import ENDINGS, Table, first_line
from lstm_cli.errors import OutputError

_COMPRESSIONS = {".gz": "gzip", ".zst": "zstd"}


def check_output(target: str) -> None:
    """Refuse, before any work, a target that ``TableWriter`` would refuse after it.

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
    """Write a table that is in memory; as ``TableWriter`` does."""
    with TableWriter(target, like) as writer:
        writer.write(frame)


def write_whole(content: str, target: str) -> None:
    """Write a text file that is whole or not there.

    Raises:
        OutputError: it exists already, or cannot be written.
    """
    path = Path(target)
    with _saying_what_failed(target):
        _check_target(path)
        handle, temporary = tempfile.mkstemp(prefix=".", suffix=".part", dir=path.parent)
        try:
            with os.fdopen(handle, "w", encoding="utf-8") as file:
                file.write(content)
            _give_name(Path(temporary), path)
        finally:
            Path(temporary).unlink(missing_ok=True)


def _give_name(temporary: Path, path: Path) -> None:
    umask = os.umask(0)
    os.umask(umask)
    temporary.chmod(0o666 & ~umask)  # what a file that is simply opened would get
    temporary.replace(path)


class TableWriter:
    """Writes a table window by window; its name is given to it when all of it is there.

    Interrupted by a person, it leaves what was written under the name with ``.part`` behind.

    Args:
        target: a path whose ending says the form (.csv, .tsv, .jsonl or .parquet; all but
            Parquet also with .gz or .zst), or ``-`` for standard output.
        like: the table whose delimiter is used for .csv, and whose form for ``-``.

    Raises:
        OutputError: here or later: the target exists, cannot be written, or its ending
            says no form.
    """

    def __init__(self, target: str, like: Table | None = None) -> None:
        self.num_rows = 0
        self._target = target
        if target == "-":
            self._form = like.form if like and like.form != "parquet" else "csv"
            self._compression = None
        else:
            self._form, self._compression = _form_of(Path(target))
        self._delimiter = _delimiter(self._form, like)
        self._parts: list[Path] = []  # Parquet, whose end says where everything is

    def __enter__(self) -> "TableWriter":
        if self._target == "-":
            self._file: IO[bytes] = sys.stdout.buffer
            return self
        path = Path(self._target)
        with _saying_what_failed(self._target):
            _check_target(path)
            handle, temporary = tempfile.mkstemp(prefix=".", suffix=".part", dir=path.parent)
            self._file = os.fdopen(handle, "wb")
        self._temporary = Path(temporary)
        return self

    def write(self, frame: pl.DataFrame) -> None:
        """Add rows; every window has the same columns."""
        with _saying_what_failed(self._target):
            if self._form == "parquet":
                part = self._temporary.with_name(f"{self._temporary.name}-{len(self._parts)}")
                self._parts.append(part)
                frame.write_parquet(part)
            else:
                _write(
                    frame,
                    self._file,
                    self._form,
                    self._delimiter,
                    self._compression,
                    has_header=not self.num_rows,
                )
            self.num_rows += frame.height

    def write_json(self, row: dict[str, object]) -> None:
        """Add one row to JSON lines, as deep as it may be."""
        with _saying_what_failed(self._target):
            line = json.dumps(row, ensure_ascii=False).encode("utf-8", "replace")
            self._file.write(line + b"\n")
            self.num_rows += 1

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        if self._target == "-":
            self._file.flush()
            return
        path = Path(self._target)
        left = path.with_name(path.name + ".part")
        is_stopped = kind is not None and issubclass(kind, KeyboardInterrupt)
        try:
            if kind is None or (is_stopped and self.num_rows):
                with _saying_what_failed(self._target):
                    self._finish(path if kind is None else left)
        finally:
            self._file.close()
            for file in (self._temporary, *self._parts):
                file.unlink(missing_ok=True)
        if is_stopped:
            kept = f"{left} holds the first {self.num_rows:,} rows" if self.num_rows else ""
            raise KeyboardInterrupt(kept or "nothing was written yet")

    def _finish(self, path: Path) -> None:
        if self._parts:
            pl.scan_parquet(self._parts, glob=False).sink_parquet(self._file)
        self._file.flush()
        os.fsync(self._file.fileno())
        if path == Path(self._target):
            _check_target(path)
        _give_name(self._temporary, path)


@contextmanager
def _saying_what_failed(target: str) -> Iterator[None]:
    shown = escape(target)
    try:
        yield
    except FileNotFoundError as error:
        folder = escape(str(Path(target).parent))
        raise OutputError(f"{shown}: there is no folder {folder}") from error
    except BrokenPipeError:
        raise
    except OSError as error:
        raise OutputError(f"{shown} cannot be written: {explain(error)}") from error
    except (pl.exceptions.PolarsError, ValueError) as error:
        raise OutputError(f"{shown} cannot be written: {first_line(error)}") from error


def _form_of(path: Path) -> tuple[str, str | None]:
    """How a file of this name is written: the form, and the compression."""
    compression = _COMPRESSIONS.get(path.suffix.lower())
    ending = (path.with_suffix("") if compression else path).suffix.lower()
    form = ENDINGS.get(ending, "")
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
    frame: pl.DataFrame,
    file: IO[bytes],
    form: str,
    delimiter: str,
    compression: str | None,
    *,
    has_header: bool,
) -> None:
    packed: Literal["uncompressed", "gzip", "zstd"] = "uncompressed"
    if compression == "gzip":
        packed = "gzip"
    elif compression == "zstd":
        packed = "zstd"
    if form == "jsonl":
        frame.lazy().sink_ndjson(file, compression=packed, check_extension=False)
    else:
        flat = frame.with_columns(
            pl.Series(column.name, [_flatten(value) for value in column], dtype=pl.String)
            for column in frame.iter_columns()
            if column.dtype.is_nested() or column.dtype == pl.Binary
        )
        if flat.width == 1:  # an empty cell alone would be a blank line, which is no row
            flat = flat.fill_null("") if flat.dtypes[0] == pl.String else flat
        flat.write_csv(
            file,
            include_header=has_header,
            separator=delimiter,
            compression=packed,
            check_extension=False,
        )


def _flatten(value: object) -> str | None:
    """A list or an object in one cell, as JSON."""
    if value is None:
        return None
    plain = value.to_list() if isinstance(value, pl.Series) else value
    return json.dumps(plain, ensure_ascii=False, default=str)
