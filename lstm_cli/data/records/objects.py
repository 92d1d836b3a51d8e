"""Objects as Python has them from JSON -> a frame that keeps their structure.

Objects inside objects become structs, lists stay lists, whole numbers stay whole. Only where
values of really different kinds meet, such as 4 and "4" or a list and a word, do they become
text, numbers as JSON writes them.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain
from typing import Any

import polars as pl

from lstm_cli.data.nested import as_json
from lstm_cli.errors import FileError

MOST_COLUMNS = 10_000  # each costs as much as a file of its own
MOST_FIELDS = 1_000  # in one object; where it has more, its names are data, and it becomes text
MANY_COLUMNS, MOST_CELLS = 200, 200_000_000  # of so many columns, there are at most so many cells
DEEPEST = 64  # below, objects become text

_LONG, _WHOLE_FLOAT = 2**63, 2**53  # larger ones are ids, or lose digits


_Object = dict[str, Any]


@dataclass(frozen=True)
class _Plan:
    """What a column becomes."""

    dtype: pl.DataType
    convert: Callable[[Any], object] | None = None  # before; None: nothing has to be done


def tabulate(objects: Sequence[_Object], shown: str) -> pl.DataFrame:
    """A row for each object, a column for each of their names.

    >>> tabulate([{"text": "a", "stars": 4}, {"stars": "5", "by": {"id": 1}}], "x").rows()
    [('a', '4', None), (None, '5', {'id': 1})]

    Raises:
        FileError: they have too many names.
    """
    inner = _inner(objects)
    if not inner:
        return pl.DataFrame()
    if is_too_wide(len(inner), len(objects)):
        raise too_wide(shown)
    plans = {name: _plan(entries, 1) for name, entries in inner.items()}
    schema = {name: plan.dtype for name, plan in plans.items()}
    convert = _converter(plans)
    rows = objects if convert is None else list(map(convert, objects))
    try:
        return pl.from_dicts(rows, schema=schema)
    except UnicodeEncodeError:  # JSON can write half of a surrogate pair, which is no letter
        return tabulate([_with_letters(row) for row in objects], shown)


def is_too_wide(num_columns: int, num_rows: int) -> bool:
    """Whether there are more columns than any table has, or than fit into memory."""
    is_large = num_columns > MANY_COLUMNS and num_columns * num_rows > MOST_CELLS
    return num_columns > MOST_COLUMNS or is_large


def too_wide(shown: str) -> FileError:
    """Why a file with so many columns is refused."""
    return FileError(
        f"{shown} has too many different names in its objects; give every review the same names"
    )


def _plan(entries: Iterable[Any], depth: int) -> _Plan:
    values = [value for value in entries if value is not None]
    kinds = set(map(type, values))
    if not kinds:
        return _Plan(pl.Null())
    if kinds == {str}:
        return _Plan(pl.String())
    if kinds == {bool}:
        return _Plan(pl.Boolean())
    if kinds <= {int, float}:
        return _plan_numbers(values, kinds)
    if kinds == {dict} and depth < DEEPEST:
        return _plan_objects(values, depth)
    if kinds == {list} and depth < DEEPEST:
        return _plan_lists(values, depth)
    return _Plan(pl.String(), _as_text)


def _plan_numbers(values: Sequence[Any], kinds: set[type]) -> _Plan:
    largest = max((abs(value) for value in values if type(value) is int), default=0)
    if float not in kinds and largest < _LONG:
        return _Plan(pl.Int64())
    if float in kinds and largest <= _WHOLE_FLOAT:
        # polars finds the type of a list inside an object by its first number.
        return _Plan(pl.Float64(), float if int in kinds else None)
    return _Plan(pl.String(), _as_text)


def _plan_objects(values: Sequence[_Object], depth: int) -> _Plan:
    inner = _inner(values)
    if len(inner) > MOST_FIELDS or is_too_wide(len(inner), len(values)):
        return _Plan(pl.String(), _as_text)
    plans = {name: _plan(entries, depth + 1) for name, entries in inner.items()}
    return _Plan(pl.Struct({name: plan.dtype for name, plan in plans.items()}), _converter(plans))


def _inner(values: Sequence[_Object]) -> dict[str, list[object]]:
    """What some objects hold, by its name."""
    inner: dict[str, list[object]] = {}
    for value in values:
        for name, entry in value.items():
            inner.setdefault(name, []).append(entry)
    return inner


def _converter(plans: Mapping[str, _Plan]) -> Callable[[Any], _Object] | None:
    """What converts an object whose inner values become what is planned."""
    changes = {name: plan.convert for name, plan in plans.items() if plan.convert}

    def convert(value: _Object) -> _Object:
        return {
            name: changes[name](entry) if name in changes and entry is not None else entry
            for name, entry in value.items()
        }

    return convert if changes else None


def _plan_lists(values: Sequence[Any], depth: int) -> _Plan:
    inner = _plan(chain.from_iterable(values), depth + 1)
    if inner.convert is None:
        return _Plan(pl.List(inner.dtype))
    change = inner.convert
    return _Plan(
        pl.List(inner.dtype),
        lambda value: [None if entry is None else change(entry) for entry in value],
    )


def _as_text(value: object) -> str:
    return value if isinstance(value, str) else as_json(value)


def _with_letters(value: Any) -> Any:
    """The same value without halves of surrogate pairs."""
    if isinstance(value, str):
        return value.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    if isinstance(value, dict):
        return {_with_letters(name): _with_letters(inner) for name, inner in value.items()}
    if isinstance(value, list):
        return [_with_letters(entry) for entry in value]
    return value
