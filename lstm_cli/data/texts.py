"""Files -> texts that are only rated or read: every row, in order, whatever its rating."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import partial, reduce
from typing import NamedTuple

import polars as pl

from lstm_cli.data.chosen import TextColumns, as_in_another, choose_text_columns
from lstm_cli.data.missing import are_missing
from lstm_cli.data.nested import as_json, column_at, inner_types
from lstm_cli.data.options import DETECT_ALL, ReadOptions
from lstm_cli.data.said_sources import Source
from lstm_cli.data.showing import show_source
from lstm_cli.data.sources.patterns import list_all
from lstm_cli.data.spilled import TextStore
from lstm_cli.data.tables import Table, open_table, open_tables, read_table

WINDOW_ROWS = 5_000


class Texts(NamedTuple):
    """Reviews without ratings: a table, and the text of each of its rows."""

    table: Table
    columns: TextColumns
    texts: list[str]  # "" where the row has none


def read_texts(source: str, options: ReadOptions = DETECT_ALL) -> Texts:
    """Read what is to be rated: every row, in order.

    Raises:
        FileError: the file cannot be read.
        ColumnError: the column is absent, or two are equally plausible.
    """
    table = read_table(source, options)
    columns = choose_text_columns(table, options)
    return Texts(table, columns, _texts_of(table.frame, columns))


class ManyTexts(NamedTuple):
    """The texts of several files, in order, and what was read."""

    texts: Sequence[str]  # "" where a row has none; in a file where they are many
    sources: tuple[Source, ...]  # without a column of ratings


def read_many(sources: Sequence[str], options: ReadOptions = DETECT_ALL) -> ManyTexts:
    """Read the texts of files, folders and patterns, one window of rows at a time.

    Raises:
        FileError: a file cannot be read, or is named twice.
        ColumnError: the column is absent, or two are equally plausible.
    """
    store = TextStore()
    found: list[Source] = []
    for listing in list_all(sources):
        if listing.is_single:
            found.append(_stored(options, store, listing.source))
            continue
        parts, notes = listing.read_each(partial(_stored, options, store))
        pattern = show_source(listing.source)
        found += [replace(part, pattern=pattern, pattern_notes=notes) for part in parts]
    return ManyTexts(store.all(), tuple(found))


def _stored(
    options: ReadOptions, store: TextStore, name: str, like: Source | None = None
) -> Source:
    """Put the texts of a file into the store; what is to be said of it.

    Args:
        options: what a person said of it.
        store: where the texts go.
        name: of the file.
        like: the first file of its folder, whose columns it should have.
    """
    before = len(store)
    with open_table(name, options) as opened:
        table = opened.head
        if like is not None:
            options = as_in_another(table, options, like.text_columns)
        columns = choose_text_columns(table, options)
        for frame in opened.windows:
            store.add(text_at(frame, columns.names))
    return Source(
        table.source, table.form, table.delimiter, table.encoding, columns.names, "",
        len(store) - before, (*table.notes, *columns.notes),
    )  # fmt: skip


class TextWindow(NamedTuple):
    """Some rows of a table, and the text of each."""

    frame: pl.DataFrame
    texts: list[str]  # "" where a row has none
    first_row: int  # of the table, from 0


@dataclass(frozen=True)
class OpenTexts:
    """Reviews without ratings, read as they are needed."""

    table: Table  # the first rows; the rest describes the whole file
    columns: TextColumns
    num_rows: int
    windows: Iterator[TextWindow]


@contextmanager
def open_texts(
    source: str, options: ReadOptions = DETECT_ALL, rows: int = WINDOW_ROWS
) -> Iterator[OpenTexts]:
    """Open what is to be rated, a file, a folder or a pattern: every row, in order, in windows.

    Of several files, the last column says which of them a row is of; it is never read as text.

    Raises:
        FileError: the file cannot be read.
        ColumnError: the column is absent, or two are equally plausible.
    """
    with open_tables(source, options, rows, names_files=True) as opened:
        theirs = opened.head
        if opened.file_column is not None:
            theirs = replace(theirs, frame=theirs.frame.drop(opened.file_column))
        columns = choose_text_columns(theirs, options)
        windows = _with_texts(opened.windows, columns)
        yield OpenTexts(opened.head, columns, opened.num_rows, windows)


def _with_texts(frames: Iterator[pl.DataFrame], columns: TextColumns) -> Iterator[TextWindow]:
    first_row = 0
    for frame in frames:
        yield TextWindow(frame, _texts_of(frame, columns), first_row)
        first_row += frame.height


def _texts_of(frame: pl.DataFrame, columns: TextColumns) -> list[str]:
    return text_at(frame, columns.names).fill_null("").to_list()


def text_at(frame: pl.DataFrame, names: Sequence[str]) -> pl.Series:
    """The text of every row, null where it has none.

    Several columns are joined as a title and the sentences below it: a full stop parts
    them where no mark does.

    >>> frame = pl.DataFrame({"a": ["Good", "Why?", "N/A"], "b": ["I like it.", "", "So so"]})
    >>> text_at(frame, ["a", "b"]).to_list()
    ['Good. I like it.', 'Why?', 'So so']
    """
    columns = [as_strings(column_at(frame, name)) for name in names]
    first, *others = (column.set(are_missing(column), None) for column in columns)
    return reduce(_join, others, first)


def _join(before: pl.Series, after: pl.Series) -> pl.Series:
    both = pl.DataFrame({"before": before, "after": after})
    before_it, after_it = pl.col("before"), pl.col("after")
    has_end = before_it.str.contains(r"[.!?…:;。！？]\s*$")
    mark = pl.when(has_end).then(pl.lit(" ")).otherwise(pl.lit(". "))
    joined = pl.coalesce(before_it + mark + after_it, before_it, after_it)
    return both.select(joined.alias(before.name)).to_series()


def as_strings(column: pl.Series) -> pl.Series:
    """Cells of any type as text: what is in a list with blanks between it, objects as JSON.

    >>> as_strings(pl.Series([["a", "fine", "film"], None])).to_list()
    ['a fine film', None]
    """
    if column.dtype == pl.String:
        return column
    if isinstance(column.dtype, pl.Array):
        column = column.arr.to_list()
    if isinstance(column.dtype, pl.List) and not inner_types(column.dtype)[0].is_nested():
        return column.cast(pl.List(pl.String)).list.join(" ", ignore_nulls=True)
    if column.dtype.is_nested() or column.dtype == pl.Binary:
        return pl.Series(column.name, [_as_text(cell) for cell in column], pl.String)
    return column.cast(pl.String)


def _as_text(cell: object) -> str | None:
    if cell is None:
        return None
    if isinstance(cell, bytes):
        return cell.decode("utf-8", "replace")
    return as_json(cell.to_list() if isinstance(cell, pl.Series) else cell)
