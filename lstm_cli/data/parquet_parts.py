"""Many Parquet files as one table: what it has in common is found before any row is handed out.

Every footer is looked at. A file whose column is empty, or written by another program, would
otherwise give the part of a table that a worker gets other types than the rest.
"""

from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import cached_property, partial
from pathlib import Path
from typing import Any

import polars as pl

from lstm_cli.data.column_names import listed
from lstm_cli.data.formats import FORMATS, by_ending
from lstm_cli.data.rows import first_line
from lstm_cli.data.showing import escape, show_source
from lstm_cli.data.sources.patterns import list_files
from lstm_cli.data.tables import Table
from lstm_cli.data.texts import WINDOW_ROWS
from lstm_cli.errors import FileError, NoRowsError

_LOOKED_AT_ONCE = 16  # files, each of which is mostly waited for


@dataclass(frozen=True)
class ParquetParts:
    """Files that are one table, in their order."""

    source: str  # as a person gave it
    files: tuple[str, ...]  # as the filesystem names them
    filesystem: Any  # pyarrow's
    schema: Any  # pyarrow's, which every row can be brought into
    num_rows: int
    notes: tuple[str, ...] = ()

    @cached_property
    def head(self) -> Table:
        """The first rows, as many as are looked at when the file is a single one.

        Raises:
            FileError: they cannot be read.
        """
        import pyarrow as pa

        shown = show_source(self.source)
        try:
            table = pa.Table.from_batches(self._first(WINDOW_ROWS), self.schema)
            return Table(shown, to_frame(table), "parquet", notes=self.notes)
        except (pa.ArrowException, ValueError, pl.exceptions.PolarsError) as error:
            raise FileError(f"{shown} cannot be read: {first_line(error)}") from error

    def _first(self, rows: int) -> Iterator[Any]:
        import pyarrow.parquet as pq

        for file in self.files:
            try:
                with pq.ParquetFile(file, filesystem=self.filesystem) as opened:
                    for batch in opened.iter_batches(batch_size=rows):
                        yield brought_into(batch, self.schema)[:rows]
                        rows -= batch.num_rows
                        if rows <= 0:
                            return
            except OSError as error:  # the footer was whole, and the rows are damaged
                raise FileError(f"{escape(file)} cannot be read: {first_line(error)}") from error


def look_at_parts(source: str) -> ParquetParts:
    """Find the files that a source stands for, and what they have in common.

    Args:
        source: a path or an address, of a file, of a folder, or with a pattern.

    Raises:
        FileError: there is none, one is not Parquet, or they do not fit together.
    """
    import pyarrow as pa

    listing = list_files(source)
    for name in listing.files:
        form, compression = by_ending(name)
        if form is not FORMATS["parquet"] or compression is not None:
            raise FileError(
                f"{show_source(name)}: a cluster reads Parquet alone; write it as .parquet, or "
                "rate it on this machine"
            )
    filesystem, files = _located(listing.files)
    with ThreadPoolExecutor(_LOOKED_AT_ONCE) as pool:
        looks = list(pool.map(partial(_look, filesystem), files, listing.files))
    first, names = show_source(listing.files[0]), looks[0][0].names
    for file, (schema, _) in zip(listing.files, looks, strict=True):
        if sorted(schema.names) != sorted(names):
            raise FileError(
                f"{show_source(file)} has the columns {listed(schema.names)}, and "
                f"{first} has {listed(names)}; rate them one after the other"
            )
    try:
        together = pa.unify_schemas([schema for schema, _ in looks])
    except pa.ArrowException as error:
        raise FileError(
            f"{show_source(source)}: its files do not fit together: {first_line(error)}; rate "
            "them one after the other"
        ) from error
    num_rows = sum(rows for _, rows in looks)
    if not num_rows:
        raise NoRowsError(f"{show_source(source)} has columns but no rows; add reviews")
    return ParquetParts(source, files, filesystem, together, num_rows, listing.notes())


def to_frame(table: Any) -> pl.DataFrame:
    """A table or a batch of pyarrow's as a table of polars', its columns in their order."""
    frame = pl.from_arrow(table)
    assert isinstance(frame, pl.DataFrame), "a table has columns"
    return frame


def brought_into(rows: Any, schema: Any) -> Any:
    """A table or a batch of pyarrow's whose columns have the order and the types of a schema.

    Raises:
        pyarrow.ArrowException: a cell does not fit.
    """
    return rows.select(schema.names).cast(schema)


def locate(address: str) -> tuple[Any, str]:
    """The filesystem of an address as pyarrow has it, and the name there.

    Raises:
        FileError: nobody knows such addresses here.
    """
    import pyarrow as pa
    from pyarrow.fs import FileSystem, FSSpecHandler, LocalFileSystem, PyFileSystem

    if "://" not in address:
        # Whole, for a worker has another working directory.
        return LocalFileSystem(), str(Path(address).absolute())
    try:
        found: tuple[Any, str] = FileSystem.from_uri(address)
        return found
    except (pa.ArrowException, OSError, ValueError):
        pass  # fsspec knows others
    try:
        import fsspec

        files, path = fsspec.url_to_fs(address)
    except (ImportError, ValueError) as error:
        raise FileError(f"{show_source(address)} cannot be reached: {first_line(error)}") from error
    return PyFileSystem(FSSpecHandler(files)), path


def _located(names: Sequence[str]) -> tuple[Any, tuple[str, ...]]:
    """The filesystem of some files, which is one, and their names there."""
    found = [locate(name) for name in names]
    return found[0][0], tuple(path for _, path in found)


def _look(filesystem: Any, file: str, name: str) -> tuple[Any, int]:
    """The schema and the number of rows in the footer of a file, which a person calls by a name."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        with pq.ParquetFile(file, filesystem=filesystem) as opened:
            fields = [field.with_type(_widest(field.type)) for field in opened.schema_arrow]
            return pa.schema(fields), opened.metadata.num_rows
    except FileNotFoundError as error:
        raise FileError(f"{show_source(name)} cannot be read: no such file") from error
    except (pa.ArrowException, OSError, ValueError) as error:
        raise FileError(f"{show_source(name)} cannot be read: {first_line(error)}") from error


def _widest(kind: Any) -> Any:
    """Text and bytes, which programs write in several types, in the one that holds all."""
    import pyarrow as pa

    if pa.types.is_string(kind) or pa.types.is_string_view(kind):
        return pa.large_string()
    if pa.types.is_binary(kind) or pa.types.is_binary_view(kind):
        return pa.large_binary()
    return kind
