"""A table of cells -> a file, a window of rows at a time, whole or not at all."""

import codecs
import io
import json
import os
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import IO

import polars as pl

from lstm_cli.data.delimited.style import TextStyle, has_decimal_comma
from lstm_cli.data.formats import FORMATS, Append, Format, by_ending, endings_written
from lstm_cli.data.rows import first_line
from lstm_cli.data.showing import escape
from lstm_cli.data.sources.wrappings import Compression
from lstm_cli.data.tables import Table
from lstm_cli.data.whole import check_target, give_name, saying_what_failed, write_bytes
from lstm_cli.data.workbooks.sheets import Sheet
from lstm_cli.errors import OutputError, Remedy


def check_output(
    target: str, *, replace: bool = False, remedy: Remedy = Remedy.RENAME_OR_REMOVE_FILE
) -> None:
    """Refuse, before any work, a target that ``TableWriter`` would refuse after it.

    Args:
        target: its path, or ``-`` for standard output.
        replace: a file of that name gives way.
        remedy: what to do about one.

    Raises:
        OutputError: the target exists, its folder does not, or its ending says no format.
    """
    if target == "-":
        return
    path = Path(target)
    _written_as(path)
    if not path.parent.is_dir():
        raise OutputError(f"{escape(target)}: there is no folder {escape(str(path.parent))}")
    check_target(path, replace=replace, remedy=remedy)


def write_table(
    frame: pl.DataFrame, target: str, like: Table | None = None, *, replace: bool = False
) -> None:
    """Write a table that is in memory; as ``TableWriter`` does."""
    with TableWriter(target, like, replace=replace) as writer:
        writer.write(frame)


def write_whole(content: str, target: str, *, replace: bool = False) -> None:
    """Write a text file, whole or not at all.

    Args:
        content: all of it.
        target: its path.
        replace: a file of that name gives way.

    Raises:
        OutputError: it exists already and is not to be replaced, or cannot be written.
    """
    write_bytes(content.encode("utf-8"), target, replace=replace)


class TableWriter:
    """Writes a table window by window; the file gets its name when all of it is there.

    If a person interrupts it, what was written stays under the name followed by ``.part``.

    Args:
        target: a path whose ending says the format and the compression, as ``formats.py``
            lists them, or ``-`` for standard output.
        like: the table whose delimiter is used for .csv, and whose format for ``-``; where a
            byte order mark stood before it, one stands before CSV and TSV, for spreadsheets
            know UTF-8 by it.
        num_rows: how many will be written, where that is known.
        sheet: what the sheet of a workbook is called.
        formats: of its columns of numbers, as ``Sheet`` has them.
        replace: a file of that name gives way when all rows are there.
        continues: the rows follow those of another file, to which they will be joined: neither a
            header nor a mark stands before them.

    Raises:
        OutputError: here or later: the target exists, cannot be written, or its ending
            says no format.
    """

    def __init__(
        self,
        target: str,
        like: Table | None = None,
        num_rows: int | None = None,
        *,
        sheet: str = "Sheet1",
        formats: Mapping[str, str] | None = None,
        replace: bool = False,
        continues: bool = False,
    ) -> None:
        self.num_rows = 0
        self._target = target
        self._sheet, self._formats = sheet, dict(formats or {})
        self._more: list[Sheet] = []
        self._replace = replace
        self._continues = continues
        self._form, self._compression = FORMATS["csv"], None
        if target != "-":
            self._form, self._compression = _written_as(Path(target))
        elif like and like.form in FORMATS and FORMATS[like.form].append:
            self._form = FORMATS[like.form]
        self._check_rows(num_rows or 0)
        self._style = _style(self._form, like)
        self._mark = codecs.BOM_UTF8 if like and like.has_mark and self._form.delimiter else b""
        self._parts: list[Path] = []  # the rows, where all must be there before any is written

    @property
    def is_delimited(self) -> bool:
        """Whether it writes delimited text, in which a spreadsheet runs what looks like it."""
        return self._form.delimiter is not None

    def __enter__(self) -> "TableWriter":
        if self._target == "-":
            self._file: IO[bytes] = sys.stdout.buffer
            return self
        path = Path(self._target)
        with _saying_what_failed(self._target):
            check_target(path, replace=self._replace)
            handle, temporary = tempfile.mkstemp(prefix=".", suffix=".part", dir=path.parent)
            self._file = os.fdopen(handle, "wb")
        self._temporary = Path(temporary)
        return self

    def write(self, frame: pl.DataFrame) -> None:
        """Add rows; every window has the same columns."""
        with _saying_what_failed(self._target):
            self._check_rows(self.num_rows + frame.height)
            if self._form.check:
                self._form.check(frame, self.num_rows)
            if self._form.append:
                self._append(frame, self._form.append)
            else:
                part = self._temporary.with_name(f"{self._temporary.name}-{len(self._parts)}")
                self._parts.append(part)
                frame.write_parquet(part)
            self.num_rows += frame.height

    @property
    def writes_sheets(self) -> bool:
        """Whether the file has room for further tables."""
        return self._form.writes_sheets

    def add_sheets(self, sheets: Sequence[Sheet]) -> None:
        """Further sheets, after that of the rows, for a format that ``writes_sheets``."""
        with _saying_what_failed(self._target):
            for sheet in sheets:
                if self._form.check:
                    self._form.check(sheet.frame.lazy().collect(), 0)
            self._more += sheets

    @property
    def has_decimal_comma(self) -> bool:
        """Whether fractions are written with a comma, as those of a text before were."""
        return bool(self._form.delimiter) and self._style.has_decimal_comma

    def _check_rows(self, num_rows: int) -> None:
        most = self._form.most_rows
        if most is not None and num_rows > most:
            raise OutputError(
                f"{escape(self._target)} cannot hold {num_rows:,} rows, only {most:,}; write .csv "
                "or .parquet instead"
            )

    def _append(self, frame: pl.DataFrame, append: Append) -> None:
        is_first = not self.num_rows and not self._continues
        if frame.is_empty() and not is_first:
            return  # nothing, packed, is something
        mark = self._mark if is_first else b""
        if self._compression is None or self._compression.pack is None:
            self._file.write(mark)
            append(frame, self._file, self._style, is_first)
            return
        window = io.BytesIO()
        window.write(mark)
        append(frame, window, self._style, is_first)
        self._file.write(self._compression.pack(window.getvalue()))

    def write_json(self, row: dict[str, object]) -> None:
        """Add one row to JSON lines, however deep it is."""
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
        if self._parts and self._form.write_all:
            frame = pl.scan_parquet(self._parts, glob=False)
            sheets = [Sheet(self._sheet, frame, self._formats), *self._more]
            self._form.write_all(sheets, self._file)
        self._file.flush()
        os.fsync(self._file.fileno())
        if path == Path(self._target):
            check_target(path, replace=self._replace)
        give_name(self._temporary, path)


def _style(form: Format, like: Table | None) -> TextStyle:
    """How a format of text is written where a table came from a text."""
    plain = TextStyle(form.delimiter or "")
    if like is None or like.form not in FORMATS or not FORMATS[like.form].delimiter:
        return plain
    same = like.form == form.name and like.delimiter is not None
    return TextStyle(
        (like.delimiter if same else None) or plain.delimiter,
        like.line_end,
        has_decimal_comma(like.frame, like.delimiter, like.line_end),
    )


@contextmanager
def _saying_what_failed(target: str) -> Iterator[None]:
    try:
        with saying_what_failed(target):
            yield
    except (pl.exceptions.PolarsError, pl.exceptions.PanicException, ValueError) as error:
        raise OutputError(f"{escape(target)} cannot be written: {first_line(error)}") from error


def _written_as(path: Path) -> tuple[Format, Compression | None]:
    """How a file of this name is written: the format, and the compression."""
    form, compression = by_ending(path.name)
    if form is None or not form.can_be_written(compression):
        raise OutputError(
            f"{escape(str(path))}: the ending must say how to write: {endings_written()}"
        )
    return form, compression
