"""The rows of a file that have a text and no rating yet: those that could be rated next."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl
from numpy.typing import NDArray

from lstm_cli.data.column_names import key
from lstm_cli.data.missing import are_missing
from lstm_cli.data.nested import addresses, column_at
from lstm_cli.data.tables import Table
from lstm_cli.data.texts import as_strings, text_at


@dataclass(frozen=True)
class Candidates:
    """Rows of a file that have a text and no rating, each text once. M of them."""

    table: Table  # the whole file
    rows: NDArray[np.int64]  # (M,), in the order of the file
    texts: list[str]  # (M,)
    repeated: int  # other rows without a rating, whose text is here or rated already
    rating_column: str  # in which their ratings go; it may not be in the file

    def __len__(self) -> int:
        return len(self.rows)

    def to_rate(self, chosen: NDArray[np.int64]) -> pl.DataFrame:
        """Some rows in the order asked for, all columns kept and that of the ratings empty."""
        frame = self.table.frame[self.rows[chosen]]
        kind = frame.schema.get(self.rating_column, pl.String)
        return frame.with_columns(pl.lit(None, dtype=kind).alias(self.rating_column))


def find_candidates(
    table: Table, text_columns: Sequence[str], rating_column: str, rated: Collection[str]
) -> Candidates:
    """The rows that could be rated next.

    Args:
        table: the file.
        text_columns: joined in this order.
        rating_column: in which ratings go, if the file has it.
        rated: texts that have a rating already, in this file or another.
    """
    texts = text_at(table.frame, text_columns)
    is_free = has_no_rating(table, rating_column) & texts.is_not_null().to_numpy()
    free = np.flatnonzero(is_free)
    seen = set(map(same_text, rated))
    rows = []
    for row, text in zip(free.tolist(), texts.gather(free), strict=True):
        if same_text(text) not in seen:
            seen.add(same_text(text))
            rows.append(row)
    places = np.array(rows, dtype=np.int64)
    return Candidates(
        table, places, texts.gather(places).to_list(), len(free) - len(rows), rating_column
    )


def has_no_rating(table: Table, column: str) -> NDArray[np.bool_]:
    """Which rows of a file have no rating: all, if it has no such column. (rows,)"""
    if column not in addresses(table.frame):
        return np.ones(len(table), dtype=bool)
    return are_missing(as_strings(column_at(table.frame, column))).to_numpy()


def spelled_in(table: Table, name: str) -> str:
    """How a file spells the name of a column; as it is where the file has none like it."""
    names = addresses(table.frame)
    alike = [other for other in names if key(other) == key(name)]
    return name if name in names or len(alike) != 1 else alike[0]


def same_text(text: str) -> str:
    """What texts share that are the same but for capitals and blanks.

    >>> same_text("Good  room\\n") == same_text("good room")
    True
    """
    return " ".join(text.split()).casefold()
