"""The columns of a frame, those inside other columns included.

JSON and Parquet hold objects inside objects. The frame keeps them as they are, so that what is
written back is what was read; a dotted name, such as ``ratings.overall``, is the address
of a column inside. A list of objects is no obstacle as long as a row has no more than one
value at the address: Google Play puts every comment into a list of one.
"""

import json
import weakref
from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
import polars as pl
from numpy.typing import NDArray

from lstm_cli.data.showing import show_cell
from lstm_cli.errors import ColumnError

Path = tuple[str, ...]  # the names of a column, from the outermost to its own


def addresses(frame: pl.DataFrame) -> list[str]:
    """The names of all columns that hold values: plain ones as they are, others dotted.

    >>> addresses(pl.DataFrame({"text": ["a"], "author": [{"name": "b", "home": {"city": "c"}}]}))
    ['text', 'author.name', 'author.home.city']
    """
    if not _is_nested(frame):
        return frame.columns
    inside = _inside(frame)
    single = {address: path for address, path in inside.paths.items() if inside.is_single(path)}
    opened = {path[0] for path in single.values()}
    # Lists of several objects stay what they are.
    others = {name: (name,) for name in frame.columns if name not in opened}
    order = {name: place for place, name in enumerate(frame.columns)}
    found = {**single, **others}
    return sorted(found, key=lambda address: order[found[address][0]])


def column_at(frame: pl.DataFrame, address: str) -> pl.Series:
    """The column with a plain or a dotted name, called by that name.

    >>> column_at(pl.DataFrame({"ratings": [{"overall": 4}, None]}), "ratings.overall").to_list()
    [4, None]

    Raises:
        ColumnError: there is none, or a row has several values there.
    """
    if address in frame.columns:
        return frame[address]
    inside = _inside(frame)
    path = inside.paths.get(address)
    if path is None:
        raise ColumnError(f"there is no column {show_cell(address)}; name another column")
    column = inside.only_values(path)
    if column is None:
        raise ColumnError(
            f"column {show_cell(address)} has several values in one row; name another column"
        )
    return column.alias(address)


def as_json(value: object) -> str:
    """A value as JSON in one line; what JSON does not have is written as text.

    >>> as_json({"name": "José", "visits": [1, 2]})
    '{"name": "José", "visits": [1, 2]}'
    """
    return json.dumps(value, ensure_ascii=False, default=str)


def _is_nested(frame: pl.DataFrame) -> bool:
    return any(dtype.is_nested() for dtype in frame.dtypes)


def _paths(frame: pl.DataFrame) -> dict[str, Path]:
    """All addresses, in order. Whatever is really called "a.b" is meant by that name."""
    names = frozenset(frame.columns)
    found: dict[str, Path] = {}
    for name, dtype in frame.schema.items():
        for path in _leaves((name,), dtype):
            if len(path) == 1 or ".".join(path) not in names:
                found.setdefault(".".join(path), path)
    return found


def _leaves(path: Path, dtype: pl.DataType) -> Iterator[Path]:
    while isinstance(dtype, pl.List | pl.Array):
        (dtype,) = inner_types(dtype)
    if not isinstance(dtype, pl.Struct) or not dtype.fields:
        yield path
        return
    for field, inner in zip(dtype.fields, inner_types(dtype), strict=True):
        yield from _leaves((*path, field.name), inner)


def inner_types(dtype: pl.DataType) -> list[pl.DataType]:
    """Of which types a column of objects or lists is made; none for any other.

    >>> inner_types(pl.List(pl.Struct({"stars": pl.Int64})))
    [Struct({'stars': Int64})]
    """
    inner = [field.dtype for field in dtype.fields] if isinstance(dtype, pl.Struct) else []
    if isinstance(dtype, pl.List | pl.Array):
        inner = [dtype.inner]
    return [kind() if isinstance(kind, type) else kind for kind in inner]


class _Layer(NamedTuple):
    """What the objects at the end of a path hold."""

    fields: dict[str, pl.Series]
    rows: NDArray[np.int64] | None  # of the values, once they are out of a list


class _Inside:
    """The columns inside those of a frame. Each object and list is opened once, for all in it."""

    def __init__(self, frame: pl.DataFrame) -> None:
        self.paths = _paths(frame)
        self._height = frame.height
        self._columns = {path[0]: frame[path[0]] for path in self.paths.values()}
        self._layers: dict[Path, _Layer] = {}
        self._single: dict[Path, bool] = {}

    def is_single(self, path: Path) -> bool:
        """Whether no row has several values at the end of a path."""
        if path not in self._single:
            self._single[path] = len(path) == 1 or self.only_values(path) is not None
        return self._single[path]

    def only_values(self, path: Path) -> pl.Series | None:
        """The values at the end of a path, one a row; None if a row has several."""
        values, rows = self._at(path)
        if rows is None:
            return values
        is_there = values.is_not_null()
        values, rows = values.filter(is_there), rows[is_there.to_numpy()]
        places = np.full(self._height, -1)
        places[rows] = np.arange(len(rows))
        if np.count_nonzero(places >= 0) < len(rows):
            return None
        return values.gather(pl.Series(places).replace(-1, None))

    def _at(self, path: Path) -> tuple[pl.Series, NDArray[np.int64] | None]:
        if len(path) == 1:
            return self._columns[path[0]], None
        layer = self._layer(path[:-1])
        return layer.fields[path[-1]], layer.rows

    def _layer(self, path: Path) -> _Layer:
        if path not in self._layers:
            values, rows = self._at(path)
            while isinstance(values.dtype, pl.List | pl.Array):
                if isinstance(values.dtype, pl.Array):
                    values = values.arr.to_list()
                lengths = values.list.len().fill_null(0).to_numpy()
                rows = np.repeat(np.arange(len(values)) if rows is None else rows, lengths)
                values = values.filter(pl.Series(lengths > 0)).explode()
            fields = {field.name: field for field in values.struct.unnest().iter_columns()}
            self._layers[path] = _Layer(fields, rows)
        return self._layers[path]


# Of the frame that was looked into last: many of its columns are asked for, one by one.
_last: list[tuple[weakref.ref[pl.DataFrame], _Inside]] = []


def _inside(frame: pl.DataFrame) -> _Inside:
    for known, inside in tuple(_last):
        if known() is frame:
            return inside
    inside = _Inside(frame)
    # What was opened goes with the frame.
    _last[:] = [(weakref.ref(frame, lambda _: _last.clear()), inside)]
    return inside
