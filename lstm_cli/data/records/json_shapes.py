"""The shapes in which JSON holds a table -> its records, one object a row.

A list of objects is the plain one. The others are what pandas, spreadsheets and databases
write: lists of cells, one list or one object a column, header and rows apart, objects by id.
To add a shape, give it a row in ``SHAPES``; the first that fits decides.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any

from lstm_cli.data.column_names import (
    RATING_NAMES,
    RATING_WORDS,
    TEXT_NAMES,
    TEXT_WORDS,
    key,
    promises,
)
from lstm_cli.data.delimited.layout import make_distinct
from lstm_cli.data.nested import as_json
from lstm_cli.data.ratings.rating_cells import parse_rating
from lstm_cli.data.showing import show_cell

LOOKED_AT = 100  # entries of a table

Record = dict[str, Any]

_NAMES = frozenset().union(*TEXT_NAMES, *RATING_NAMES)
_WORDS = TEXT_WORDS | RATING_WORDS
_AN_OBJECT = 'an object; write it like {"review": "...", "rating": 4}'
_SPLIT_KEYS = frozenset({"columns", "index", "data", "index_names", "column_names"})


class ShapeError(ValueError):
    """A table that breaks off its own shape, said without the file."""


class EntryError(ShapeError):
    """An entry of a list that is of another kind than those before it.

    >>> str(EntryError(3, "an object", 1))
    "entry 2 of its list is '3', not an object"

    Args:
        value: the entry.
        wanted: what it should be.
        place: in the list, from 0.
    """

    def __init__(self, value: object, wanted: str, place: int) -> None:
        self.shown, self.wanted, self.place = show_cell(as_json(value)), wanted, place
        super().__init__(f"entry {place + 1} of its list is {self.shown}, not {wanted}")


@dataclass(frozen=True)
class Shape:
    """One way to write a table in JSON."""

    name: str
    fits: Callable[[Any], bool]
    records: Callable[[Any], Iterator[Record]]
    note: str = ""  # for people; none for what is plain


def shape_of(value: object) -> Shape | None:
    """The shape of a table; None if a value is none.

    >>> shape_of([["good", 5]]).name, shape_of({"text": "fine", "stars": 4})
    ('rows', None)
    """
    return next((shape for shape in SHAPES if value and shape.fits(value)), None)


def is_cell(value: object) -> bool:
    """Whether a value is no list and no object."""
    return not isinstance(value, dict | list)


# A list of objects, of lists, of strings.


def _is_list_of_objects(value: object) -> bool:
    return isinstance(value, list) and isinstance(value[0], dict)


def _objects(value: list[object]) -> Iterator[Record]:
    for number, entry in enumerate(value):
        if not isinstance(entry, dict):
            raise EntryError(entry, _AN_OBJECT, number)
        yield entry


def _is_list_of_pages(value: object) -> bool:
    return (
        isinstance(value, list)
        and all(isinstance(page, list) for page in value)
        and any(isinstance(entry, dict) for page in value[:LOOKED_AT] for entry in page[:1])
    )


def _objects_of_pages(value: list[list[object]]) -> Iterator[Record]:
    for number, page in enumerate(value):
        for entry in page:
            if not isinstance(entry, dict):
                raise EntryError(entry, _AN_OBJECT, number)
            yield entry


def _is_rows(value: Any) -> bool:
    return (
        isinstance(value, list)
        and isinstance(value[0], list)
        and not any(isinstance(cell, dict) for cell in value[0])
    )


def _has_header(value: Any) -> bool:
    """Whether the first row holds names, as its words or the cells below it show."""
    if not _is_rows(value):
        return False
    first, *below = islice(value, LOOKED_AT)
    if not all(isinstance(cell, str) and parse_rating(cell) is None for cell in first):
        return False
    if any(key(name) in _NAMES or promises(name, _WORDS) for name in first):
        return True
    rows = [row for row in below if isinstance(row, list)]
    columns = [[row[place] for row in rows if place < len(row)] for place in range(len(first))]
    return any(2 * sum(map(_is_number, column)) > len(column) for column in columns)


def _is_number(cell: object) -> bool:
    return isinstance(cell, bool) or parse_rating(cell) is not None


def _from_header(value: list[object]) -> Iterator[Record]:
    names, *rows = _rows(value)
    return _named(names, rows)


def _from_rows(value: list[object]) -> Iterator[Record]:
    return _named((), _rows(value))


def _rows(value: list[object]) -> list[list[Any]]:
    for number, row in enumerate(value):
        if not isinstance(row, list):
            raise EntryError(row, "a list of cells", number)
    return [row for row in value if isinstance(row, list)]


def _named(names: Sequence[str], rows: Sequence[Sequence[object]]) -> Iterator[Record]:
    """Rows as objects; cells that are left out at the end of a row are empty."""
    width = max(map(len, rows), default=0)
    distinct = make_distinct([*names, *(f"column_{k + 1}" for k in range(len(names), width))])
    for row in rows:
        yield dict(zip(distinct, row, strict=False))


def _is_list_of_strings(value: object) -> bool:
    return (
        isinstance(value, list)
        and all(entry is None or isinstance(entry, str) for entry in value)
        and any(value)
    )


def _from_strings(value: list[str | None]) -> Iterator[Record]:
    return ({"text": entry} for entry in value)


# An object, column by column.


def _is_split(value: object) -> bool:
    return (
        isinstance(value, dict)
        and value.keys() <= _SPLIT_KEYS
        and isinstance(value.get("columns"), list)
        and isinstance(value.get("data"), list)
        and all(isinstance(row, list) for row in value["data"])
    )


def _from_split(value: dict[str, Any]) -> Iterator[Record]:
    names = [_joined(name) for name in value["columns"]]
    for number, row in enumerate(value["data"], 1):
        if len(row) != len(names):
            raise ShapeError(f"row {number} of its data has {len(row)} cells, not {len(names)}")
    labels = value.get("index")
    records = _named(names, value["data"])
    if isinstance(labels, list) and len(labels) == len(value["data"]):
        yield from _labelled([_joined(label) for label in labels], records, "index")
    else:
        yield from records


def _joined(name: object) -> str:
    """A name of several levels as one."""
    return ".".join(map(str, name)) if isinstance(name, list) else str(name)


def _is_schema(value: object) -> bool:
    return (
        isinstance(value, dict)
        and isinstance(value.get("schema"), dict)
        and isinstance(value["schema"].get("fields"), list)
        and _is_list_of_objects(value.get("data") or None)
    )


def _is_lists(value: object) -> bool:
    if not isinstance(value, dict) or not all(isinstance(cells, list) for cells in value.values()):
        return False
    lengths = set(map(len, value.values()))
    kinds = [_is_list_of_objects(cells) for cells in value.values() if cells]
    if len(lengths) > 1:  # columns of which one has lost a cell, or lists of strings
        firsts = [cells[0] for cells in value.values() if cells]
        return len(firsts) > 1 and all(map(is_cell, firsts)) and not _is_list_of_strings(firsts)
    return lengths != {0} and not all(kinds)


def _from_lists(value: dict[str, list[object]]) -> Iterator[Record]:
    if len(set(map(len, value.values()))) > 1:
        lengths = ", ".join(f"{name} {len(cells)}" for name, cells in islice(value.items(), 5))
        raise ShapeError(f"its lists should be columns, but are not equally long ({lengths})")
    for cells in zip(*value.values(), strict=True):
        yield dict(zip(value, cells, strict=True))


def _is_columns(value: Any) -> bool:
    """Whether the objects in an object are columns, with a name for each row in all of them.

    A column may lack a cell if the names are those of columns, or the rows are numbered.
    """
    if not _is_of_objects(value):
        return False
    columns = list(value.values())
    labels = _row_labels(value)
    are_whole = all(len(column) == len(labels) for column in columns)
    if not labels or (not are_whole and len(labels) == sum(map(len, columns))):
        return False
    if not all(is_cell(cell) for column in columns for cell in islice(column.values(), LOOKED_AT)):
        return False
    if _are_numbers(value) or not _are_numbers(labels):
        names = [sum(key(name) in _NAMES for name in islice(side, 20)) for side in (value, labels)]
        is_pure = [_kinds(column) for column in columns]
        by_kind = all(len(kinds) <= 1 for kinds in is_pure) and len(set().union(*is_pure)) > 1
        is_even = names[0] == names[1] and are_whole
        return names[0] > names[1] or (is_even and len(columns) > 1 and by_kind)
    return True


def _row_labels(columns: Record) -> list[str]:
    """The names of all rows, in order."""
    labels = list(dict.fromkeys(label for column in columns.values() for label in column))
    is_first = next(iter(columns.values()), {}).keys() == set(labels)
    return labels if is_first or not _are_numbers(labels) else sorted(labels, key=_as_number)


def _as_number(label: str) -> int:
    return int(label) if label.isdecimal() else 0


def _is_of_objects(value: Any) -> bool:
    return isinstance(value, dict) and all(isinstance(inner, dict) for inner in value.values())


def _are_numbers(names: Iterable[str]) -> bool:
    return all(name.isdecimal() for name in islice(names, LOOKED_AT))


def _kinds(column: dict[str, object]) -> set[type]:
    """Of which types its cells are, any number being one."""
    cells = [cell for cell in islice(column.values(), LOOKED_AT) if cell is not None]
    return {float if isinstance(cell, int | float) else type(cell) for cell in cells}


def _from_columns(value: dict[str, dict[str, object]]) -> Iterator[Record]:
    labels = _row_labels(value)
    cells = zip(*(map(column.get, labels) for column in value.values()), strict=True)
    return _labelled(labels, (dict(zip(value, row, strict=True)) for row in cells), "index")


# Objects by id.


def _is_keyed(value: Any) -> bool:
    """Whether the objects in an object are all alike, and none is a table itself."""
    if not _is_of_objects(value) or len(value) < 2:
        return False
    some = list(islice(value.values(), LOOKED_AT))
    names = set().union(*some)
    if not names or sum(map(len, some)) <= len(names) * len(some) / 2:
        return False
    return not any(fits(inner) for inner in some if inner for fits in (_is_split, _is_lists))


def _from_keyed(value: dict[str, Record]) -> Iterator[Record]:
    return _labelled(list(value), iter(value.values()), "id")


def _labelled(labels: Sequence[str], records: Iterator[Record], wanted: str) -> Iterator[Record]:
    """Records with their labels in a column of their own, unless these just count."""
    if all(label == str(number) for number, label in enumerate(labels)):
        yield from records
        return
    listed, name = list(records), wanted
    while any(name in record for record in listed):
        name += "_"
    for label, record in zip(labels, listed, strict=True):
        yield {name: label, **record}


SHAPES = (
    Shape("list", _is_list_of_objects, _objects),
    Shape("pages", _is_list_of_pages, _objects_of_pages, "page by page"),
    Shape("header", _has_header, _from_header, "as lists of cells, the first of them names"),
    Shape("rows", _is_rows, _from_rows, "as lists of cells without names"),
    Shape("strings", _is_list_of_strings, _from_strings),
    Shape("split", _is_split, _from_split, "as columns and data apart"),
    Shape("schema", _is_schema, lambda value: _objects(value["data"]), "as schema and data"),
    Shape("lists", _is_lists, _from_lists, "as one list a column"),
    Shape("columns", _is_columns, _from_columns, "as one object a column"),
    Shape("keyed", _is_keyed, _from_keyed, "as objects by id"),
)
