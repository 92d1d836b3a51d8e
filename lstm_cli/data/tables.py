"""Any file -> a table of cells, whole or a window of rows at a time.

A path, ``-`` for standard input, or an address; of any format and compression in
``formats.py``. Cells of text formats stay the strings they are. No row is ever dropped.
"""

import tempfile
from collections.abc import Generator, Iterable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass, field, replace
from itertools import chain
from pathlib import Path
from typing import NamedTuple, TypeVar

import numpy as np
import polars as pl
from numpy.typing import ArrayLike, NDArray

from lstm_cli.data.column_names import free_name
from lstm_cli.data.databases.addresses import is_database, parse_address
from lstm_cli.data.encoding.charsets import find_codec
from lstm_cli.data.encoding.encodings import to_utf8
from lstm_cli.data.formats import (
    FORMATS,
    Format,
    binary_formats,
    by_ending,
    recognize,
    text_formats,
)
from lstm_cli.data.options import DETECT_ALL, ReadOptions
from lstm_cli.data.rows import POLARS_ERRORS, ROWS, Content, Rows, first_line
from lstm_cli.data.said_sources import Source, as_said
from lstm_cli.data.showing import show_cell, show_source
from lstm_cli.data.sources.buckets import Bucket, find_bucket
from lstm_cli.data.sources.choosing import list_names
from lstm_cli.data.sources.foreign import FOREIGN
from lstm_cli.data.sources.opening import explain, fetch, is_remote, read_head
from lstm_cli.data.sources.patterns import list_files
from lstm_cli.data.sources.wrappings import ARCHIVES, COMPRESSIONS, Archive, Compression
from lstm_cli.errors import FileError, NoRowsError, Remedy

# Whole numbers of which some are larger than what holds those of other files.
_BEYOND_INT64 = {pl.UInt64(), pl.Int128(), pl.UInt128()}


@dataclass(frozen=True, eq=False)
class Table:
    """The cells of one file, every row in order. A table is equal to itself alone."""

    source: str  # as a person gave it
    frame: pl.DataFrame
    form: str  # the name of its format; csv with any delimiter but a tab
    delimiter: str | None = None
    encoding: str | None = None  # as Python names it; None if it is no text
    notes: tuple[str, ...] = ()  # what had to be repaired, for people
    # The line where each row begins; without it, rows are counted.
    first_lines: NDArray[np.int64] | None = field(default=None, repr=False, compare=False)
    has_mark: bool = False  # whether a byte order mark stood before the text
    line_end: str = "\n"  # of a delimited text
    num_files: int | None = None  # of a folder or a pattern, whose rows are counted through
    renamed: Mapping[str, str] = field(default_factory=dict)  # as in ``Rows``

    def __len__(self) -> int:
        return self.frame.height

    def line_numbers(self, rows: ArrayLike) -> NDArray[np.int64]:
        """Where some rows (from 0) begin in the file: the lines, from 1, header included.

        In Parquet, which has no lines, in a list of JSON, and in several files that are read as
        one: the rows, from 1.
        """
        places = np.asarray(rows, dtype=np.int64)
        return places + 1 if self.first_lines is None else self.first_lines[places]


@dataclass(frozen=True)
class OpenTable:
    """A file whose rows are read as they are needed."""

    head: Table  # its first rows; the rest describes the whole file
    num_rows: int
    windows: Iterator[pl.DataFrame]  # every row in order, the first ones included
    file_column: str | None = None  # the last, where it says which of several files a row is of


def read_table(source: str, options: ReadOptions = DETECT_ALL) -> Table:
    """Read a file of any format, or the files of a folder or a pattern as one table.

    Args:
        source: a path, ``-`` for standard input, any address that polars reads, or a pattern.
        options: what a person said of it.

    Raises:
        FileError: it cannot be opened, is empty, or is no table; or two files differ in columns.
    """
    with open_tables(source, options) as opened:
        try:
            return replace(opened.head, frame=pl.concat(opened.windows))
        except MemoryError as error:
            raise _too_large(opened.head.source) from error


@contextmanager
def open_table(
    source: str, options: ReadOptions = DETECT_ALL, rows: int = ROWS
) -> Iterator[OpenTable]:
    """Open a file to read it, at most ``rows`` rows at a time.

    Memory does not grow with the rows of CSV, TSV and Parquet; JSON is read as a whole.

    Raises:
        FileError: as ``read_table`` does, here or while rows are read.
    """
    shown = show_source(source)
    is_web = source.lower().startswith(("http://", "https://")) or is_database(source)
    bucket = find_bucket(source) if is_remote(source) and not is_web else None
    if is_remote(source) and not is_web and bucket is None:
        table = _read_remote(source, options)
        yield OpenTable(table, len(table), table.frame.iter_slices(rows))
        return
    with tempfile.TemporaryDirectory(prefix="lstm-", ignore_cleanup_errors=True) as folder:
        try:
            if bucket is not None and (form := by_ending(source).form):
                _refuse_options(options, form, shown)  # before it is fetched
            opened = _open_local(source, Path(folder), options, rows, bucket)
        except OSError as error:
            raise FileError(f"{shown} cannot be read: {explain(error)}") from error
        except MemoryError as error:
            raise _too_large(shown) from error
        yield opened


@contextmanager
def open_tables(
    source: str, options: ReadOptions = DETECT_ALL, rows: int = ROWS, *, names_files: bool = False
) -> Iterator[OpenTable]:
    """Open a file, or the files of a folder or a pattern as one table, in the order of their names.

    Several files are opened twice: first to see that all have the same columns. With
    ``names_files``, a column is added that says which of them a row is of.

    Raises:
        FileError: as ``read_table`` does, here or while rows are read.
    """
    listing = list_files(source)
    if listing.is_single:
        with open_table(source, options, rows) as opened:
            yield opened
        return
    shown = show_source(source)

    def look_at(name: str, first: _Look | None) -> _Look:
        with open_table(name, options, rows) as opened:
            head = opened.head
            # Of a thousand files the rows of one are enough.
            frame = head.frame if first is None else head.frame.clear()
            return _Look(name, replace(head, frame=frame), opened.num_rows)

    looks, notes = listing.read_each(look_at)
    tables = [look.head for look in looks]
    same = _same_columns(tables)
    column = free_name("file", same) if names_files else None
    (said,) = as_said(
        [
            Source(look.head.source, "", None, None, (), "", look.num_rows, look.head.notes,
                   shown, notes)
            for look in looks
        ]
    )  # fmt: skip
    head = replace(
        tables[0], source=shown, frame=_of_file(tables[0], tables[0].frame, same, column),
        notes=(*said.notes, *_notes_on_columns(tables, same)),
        first_lines=None, num_files=len(looks),
    )  # fmt: skip
    with closing(_one_after_the_other(looks, options, rows, same, column)) as windows:
        yield OpenTable(head, said.rows, windows, column)


class _Look(NamedTuple):
    """What one of several files holds."""

    name: str
    head: Table  # its first rows
    num_rows: int


def _one_after_the_other(
    looks: Sequence[_Look], options: ReadOptions, rows: int, same: pl.Schema, column: str | None
) -> Generator[pl.DataFrame, None, None]:
    for look in looks:
        with open_table(look.name, options, rows) as opened:
            yield from (_of_file(opened.head, frame, same, column) for frame in opened.windows)


def _of_file(file: Table, frame: pl.DataFrame, same: pl.Schema, column: str | None) -> pl.DataFrame:
    """Some rows of one of several files, with the columns of all, and one that names the file."""
    rows = frame.select(same.names()).cast(same)
    return rows if column is None else rows.with_columns(pl.lit(file.source).alias(column))


def _same_columns(tables: Sequence[Table]) -> pl.Schema:
    """The columns that all files have, and of which type those are in all.

    Raises:
        FileError: one has other columns than the first.
    """
    first = tables[0]
    columns = pl.Schema(first.frame.schema)
    mixed: set[str] = set()  # numbers that have become text, because no type of numbers holds all
    for table in tables[1:]:
        schema = table.frame.schema
        if other := list({*schema} ^ {*columns}):
            shown = list_names(sorted(other))
            raise FileError(
                f"{table.source} has other columns than {first.source} ({shown} in one of them); "
                "give files of the same columns"
            )
        for name, dtype in schema.items():
            if name in mixed and (dtype.is_numeric() or dtype == pl.Null):
                continue
            both = None if name in mixed else _type_of_both(columns[name], dtype)
            if both is None:
                raise FileError(
                    f"{table.source} has {dtype} in column {show_cell(name)}, and the files before "
                    f"it {columns[name]}; give files of the same columns"
                )
            if columns[name].is_numeric() and not both.is_numeric():
                mixed.add(name)
            columns[name] = both
    return columns


def _type_of_both(one: pl.DataType, other: pl.DataType) -> pl.DataType | None:
    """The type that holds the cells of two files as they are; None if there is none.

    Numbers of which no type of numbers holds all become text: as a fraction, a whole number of
    more than 53 bits, such as an id, would be another.
    """
    if one == other or other == pl.Null:
        return one
    if one == pl.Null:
        return other
    if {one, other} <= {pl.Float32(), pl.Float64()}:
        return pl.Float64()
    if one.is_integer() and other.is_integer() and not {one, other} & _BEYOND_INT64:
        return pl.Int64()
    return pl.String() if one.is_numeric() and other.is_numeric() else None


def _notes_on_columns(tables: Sequence[Table], columns: pl.Schema) -> list[str]:
    """Which columns of numbers have become text."""
    return [
        f"column {show_cell(name)}: numbers of several kinds, kept as they are written"
        for name, dtype in columns.items()
        if dtype == pl.String and any(t.frame.schema[name].is_numeric() for t in tables)
    ]


def _open_local(
    source: str, folder: Path, options: ReadOptions, rows: int, bucket: Bucket | None
) -> OpenTable:
    if is_database(source):
        return _open_database(source, folder, options, rows)
    path = fetch(source, folder) if bucket is None else bucket.fetch(folder / "download")
    content = _without_wrapping(Content(path, folder, source, options=options))
    head = read_head(content.path)
    form = recognize(head, binary_formats())
    if form is None:
        _refuse_foreign(head, content)
        text = to_utf8(content.path, folder, content.shown, options.encoding)
        form = recognize(read_head(text.path), text_formats()) or FORMATS["csv"]
        notes = content.notes + text.notes
        content = replace(
            content, path=text.path, encoding=text.encoding, notes=notes, has_mark=text.has_mark
        )
    _refuse_options(options=content.options, form=form, shown=content.shown)
    return _opened(form.open(content, rows), form.name, content)


def _open_database(source: str, folder: Path, options: ReadOptions, rows: int) -> OpenTable:
    """A table of a database that has an address of its own."""
    address = parse_address(source)
    if address.table is not None:
        if options.sheet not in (None, address.table):
            raise FileError(
                f"{show_source(source)} names a table, and another is asked for",
                Remedy.LEAVE_OUT_SHEET,
            )
        options = replace(options, sheet=address.table)
    content = Content(folder, folder, source, options=options)
    if address.kind != "sqlite":
        from lstm_cli.data.databases.servers import open_server

        return _opened(open_server(address, content, rows), address.kind, content)
    form, content = FORMATS["sqlite"], replace(content, path=fetch(address.name, folder))
    if not form.recognizes(read_head(content.path)):
        raise FileError(f"{content.shown} is no SQLite database; give its path alone")
    return _opened(form.open(content, rows), form.name, content)


def _without_wrapping(content: Content) -> Content:
    """The table itself: unpacked, taken out of an archive, and unpacked there as well."""
    content = _unpacked(content, "unpacked")
    archive = _recognize_wrapping(content.path, ARCHIVES.values())
    if archive is None:
        return content
    content = _unpacked(archive.take(content, content.folder / "member"), "unpacked-member")
    if _recognize_wrapping(content.path, ARCHIVES.values()):
        raise FileError(f"{content.shown} is an archive in an archive; unpack it first")
    return content


def _unpacked(content: Content, name: str) -> Content:
    compression = _recognize_wrapping(content.path, COMPRESSIONS.values())
    if compression is None:
        return content
    target = content.folder / name
    compression.unpack(content.path, target, content.source)
    return replace(content, path=target)


Wrapping = TypeVar("Wrapping", Archive, Compression)


def _recognize_wrapping(path: Path, entries: Iterable[Wrapping]) -> Wrapping | None:
    head = read_head(path)
    return None if recognize(head, binary_formats()) else recognize(head, entries)


def _refuse_foreign(head: bytes, content: Content) -> None:
    """Refuse what is no table at all, by name."""
    if not head:
        raise NoRowsError(f"{content.shown} is empty; give a file with a header and reviews")
    if foreign := recognize(head, FOREIGN):
        raise FileError(f"{content.shown} looks like {foreign.what}; {foreign.remedy}")


def _refuse_options(options: ReadOptions, form: Format, shown: str) -> None:
    """Refuse what a person said and a format has no use for."""
    if options.sheet is not None and not form.has_sheets:
        raise FileError(f"{shown} is one table ({form.title})", Remedy.LEAVE_OUT_SHEET)
    if options.encoding is not None and not form.is_text:
        raise FileError(
            f"{shown} has no encoding to choose ({form.title})", Remedy.LEAVE_OUT_ENCODING
        )
    if options.query is not None and not form.takes_query:
        raise FileError(f"{shown} is no database ({form.title})", Remedy.LEAVE_OUT_QUERY)


def _opened(rows: Rows, form: str, content: Content) -> OpenTable:
    """A table whose first rows have been read; all of them, if they are in memory anyway."""
    head, windows = rows.frame, rows.windows
    if head is None:
        head = next(windows)
        windows = chain((head,), windows)
    table = Table(
        show_source(content.source),
        head,
        rows.form or form,
        rows.delimiter,
        content.encoding,
        content.notes + rows.notes,
        rows.first_lines,
        content.has_mark,
        rows.line_end,
        renamed=rows.renamed,
    )
    return OpenTable(table, rows.num_rows, windows)


def _too_large(name: str) -> FileError:
    return FileError(f"{name} does not fit into memory; give a part of it")


def _read_remote(source: str, options: ReadOptions) -> Table:
    """What only polars can reach: buckets and Hugging Face, where fsspec has no driver for them."""
    form = by_ending(source).form or FORMATS["parquet"]
    _refuse_options(options, form, show_source(source))
    if form.is_text and options.encoding and find_codec(options.encoding) != "utf-8":
        raise FileError(
            f"{show_source(source)}: text in another encoding than UTF-8 cannot be read there; "
            "download it first"
        )
    if form.scan is None:
        raise FileError(
            f"{show_source(source)}: {form.title} cannot be read there; download it first"
        )
    try:
        frame = form.scan(source).collect()
    except POLARS_ERRORS as error:
        raise FileError(
            f"{show_source(source)} cannot be read: {first_line(error)}; "
            "check the address, or download it first"
        ) from error
    if frame.is_empty():
        raise NoRowsError(f"{show_source(source)} has columns but no rows; add reviews")
    encoding = "utf-8" if form.is_text else None
    return Table(show_source(source), frame, form.name, form.delimiter, encoding)
