"""Files -> texts that are only rated or read: every row, in order, whatever its rating."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import NamedTuple

import polars as pl

from lstm_cli.data.columns import find_text_column
from lstm_cli.data.nested import as_json
from lstm_cli.data.options import DETECT_ALL, ReadOptions
from lstm_cli.data.tables import Table, open_table, read_table

WINDOW_ROWS = 5_000

_OF_LETTERS = (pl.String, pl.Categorical, pl.Enum)


class Texts(NamedTuple):
    """Reviews without ratings: a table, and the text of each of its rows."""

    table: Table
    column: str
    texts: list[str]  # "" where the row has none


def read_texts(source: str, options: ReadOptions = DETECT_ALL) -> Texts:
    """Read what is to be rated: every row, in order.

    Raises:
        FileError: the file cannot be read.
        ColumnError: the column is absent, or two are equally plausible.
    """
    table = read_table(source, options)
    column = find_text_column(table, asked_column(options))
    return Texts(table, column, _texts_of(table.frame, column))


class TextWindow(NamedTuple):
    """Some rows of a table, and the text of each."""

    frame: pl.DataFrame
    texts: list[str]  # "" where a row has none


@dataclass(frozen=True)
class OpenTexts:
    """Reviews without ratings, read as they are needed."""

    table: Table  # the first rows; the rest describes the whole file
    column: str
    num_rows: int
    windows: Iterator[TextWindow]


@contextmanager
def open_texts(
    source: str, options: ReadOptions = DETECT_ALL, rows: int = WINDOW_ROWS
) -> Iterator[OpenTexts]:
    """Open what is to be rated: every row, in order, a few thousand at a time.

    Raises:
        FileError: the file cannot be read.
        ColumnError: the column is absent, or two are equally plausible.
    """
    with open_table(source, options, rows) as opened:
        column = find_text_column(opened.head, asked_column(options))
        windows = (TextWindow(frame, _texts_of(frame, column)) for frame in opened.windows)
        yield OpenTexts(opened.head, column, opened.num_rows, windows)


def _texts_of(frame: pl.DataFrame, column: str) -> list[str]:
    return as_strings(frame[column]).fill_null("").to_list()


def asked_column(options: ReadOptions) -> str | None:
    """The column of reviews that a person named."""
    return options.text_columns[0] if options.text_columns else None


def as_strings(column: pl.Series) -> pl.Series:
    """Cells of any type as text: the words of a list with blanks between them, objects as JSON.

    >>> as_strings(pl.Series([["a", "fine", "film"], None])).to_list()
    ['a fine film', None]
    """
    if column.dtype == pl.String:
        return column
    if isinstance(column.dtype, pl.Array):
        column = column.arr.to_list()
    if isinstance(column.dtype, pl.List) and column.dtype.inner in _OF_LETTERS:
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
