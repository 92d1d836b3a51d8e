"""Rows of values of any kind, as workbooks and databases have them -> windows of one schema.

Which type a column has is known only when its last value is; until then the rows lie in
files, so that memory does not grow with them. A column of numbers is one of numbers. One
that holds any text is one of texts, in which the numbers are written as people write them.
"""

from collections.abc import Iterator, Sequence
from pathlib import Path

import polars as pl

from lstm_cli.data.rows import first_line

Value = str | int | float | bool | None

_NULL, _INT, _FLOAT, _STRING = pl.Null(), pl.Int64(), pl.Float64(), pl.String()


class ValueTable:
    """Rows that are added one by one, and read as windows when all are there.

    Args:
        names: of the columns.
        folder: where files may lie.
        rows: of a window, at most.
    """

    def __init__(self, names: Sequence[str], folder: Path, rows: int) -> None:
        self.num_rows = 0
        self._names = names
        self._rows = rows
        self._waiting: list[Sequence[Value]] = []
        self._folder = folder
        self._parts: list[Path] = []
        self._types: list[set[pl.DataType]] = [set() for _ in names]

    def add(self, row: Sequence[Value]) -> None:
        """One more row, a value a column."""
        self._waiting.append(row)
        if len(self._waiting) >= self._rows:
            self._keep()

    def windows(self) -> Iterator[pl.DataFrame]:
        """All rows, in order; columns without name and value are left out.

        Every row has been added.
        """
        if self._waiting:
            self._keep()
        types = {k: _common(kinds) for k, kinds in enumerate(self._types)}
        kept = {
            k: _STRING if kind == _NULL else kind
            for k, kind in types.items()
            if kind != _NULL or self._names[k].strip()
        }
        return (self._read(part, kept) for part in self._parts)

    def _keep(self) -> None:
        columns = [_series(column) for column in zip(*self._waiting, strict=True)]
        for kinds, column in zip(self._types, columns, strict=True):
            kinds.add(column.dtype)
        part = self._folder / f"values-{len(self._parts)}"
        frame = pl.DataFrame([column.alias(str(k)) for k, column in enumerate(columns)])
        try:
            frame.write_ipc(part, compression="lz4")
        except pl.exceptions.PolarsError as error:
            raise OSError(first_line(error)) from error
        self._parts.append(part)
        self.num_rows += len(self._waiting)
        self._waiting = []

    def _read(self, part: Path, kept: dict[int, pl.DataType]) -> pl.DataFrame:
        frame = pl.read_ipc(part)
        return pl.DataFrame(
            [_cast(frame[str(k)], kind).alias(self._names[k]) for k, kind in kept.items()]
        )


def text_of(value: Value) -> str:
    """A value as a person would write it.

    >>> text_of(4.0), text_of(4.5), text_of(True), text_of(None), text_of("good")
    ('4', '4.5', 'TRUE', '', 'good')
    """
    if isinstance(value, str):
        return value
    if value is None:
        return ""
    if isinstance(value, bool):
        return str(value).upper()
    return f"{value:.15g}" if isinstance(value, float) else str(value)


def _series(values: Sequence[Value]) -> pl.Series:
    """Values as a column of the narrowest type that holds them."""
    kinds = {type(value) for value in values} - {type(None)}
    if not kinds:
        return pl.Series(values=values, dtype=_NULL)
    if kinds == {int}:
        try:
            return pl.Series(values=values, dtype=_INT)
        except (OverflowError, TypeError):  # more digits than a number has
            pass
    if kinds <= {int, float} and float in kinds:
        numbers = [None if value is None else float(value) for value in values]
        return pl.Series(values=numbers, dtype=_FLOAT)
    texts = [None if value is None else text_of(value) for value in values]
    return pl.Series(values=texts, dtype=_STRING)


def _common(kinds: set[pl.DataType]) -> pl.DataType:
    """The type of a column whose windows are of these."""
    return next((kind for kind in (_STRING, _FLOAT, _INT) if kind in kinds), _NULL)


def _cast(column: pl.Series, kind: pl.DataType) -> pl.Series:
    if column.dtype == kind:
        return column
    if kind == _STRING and column.dtype == _FLOAT:
        texts = [None if value is None else text_of(value) for value in column]
        return pl.Series(values=texts, dtype=_STRING)
    return column.cast(kind)
