"""Values of JSON -> the records in them: those of the one table that looks like reviews.

Programs that hand out reviews put their list into an object, beside counts and other lists, and
hand out several such pages. Whether an object is a review or a page of reviews is told by what
it is like: one that has a text of its own, and perhaps a rating, is a review, and lists in
it (of pictures, of answers) belong to it.
"""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from itertools import chain, islice
from operator import is_
from typing import Any, NamedTuple

from lstm_cli.data.records.json_likeness import (
    STRONG,
    Path,
    is_text_name,
    likeness,
    likeness_inside,
)
from lstm_cli.data.records.json_lists import are_columns, beside, hold_reviews, joined_lists
from lstm_cli.data.records.json_shapes import (
    LOOKED_AT,
    EntryError,
    Record,
    Shape,
    ShapeError,
    shape_of,
)
from lstm_cli.data.records.objects import DEEPEST
from lstm_cli.data.showing import count, escape
from lstm_cli.data.sources.choosing import find_name, list_names


class Found(NamedTuple):
    """The records of a file."""

    records: list[Record]
    notes: tuple[str, ...] = ()
    are_values: bool = False  # each is one of the values of the file itself


class ChoiceError(ShapeError):
    """It cannot be told which list holds the reviews, or the one asked for is not there.

    Args:
        names: of the lists there are.
        asked: the one that a person asked for.
    """

    def __init__(self, names: Sequence[str], asked: str | None = None) -> None:
        super().__init__("it holds several lists that may be the reviews")
        self.names, self.asked = names, asked


def find_records(values: Sequence[Any], sheet: str | None = None) -> Found:
    """The records in the values of a file.

    >>> find_records([{"n": 2, "reviews": [{"text": "fine"}, {"text": "dull"}]}]).records
    [{'text': 'fine'}, {'text': 'dull'}]

    Args:
        values: what stands in the file, one after the other.
        sheet: the list that a person asked for, by its name or its dotted path.

    Raises:
        ChoiceError: several lists may be meant, or none is called as asked.
        ShapeError: a table breaks off its shape.
    """
    if len(values) > 1:
        found = _in_list(list(values), sheet)
        is_each = len(found.records) == len(values) and all(map(is_, found.records, values))
        return found._replace(are_values=is_each or not found.notes)
    value = values[0] if values else []
    if isinstance(value, list):
        return _in_list(value, sheet) if value else Found([])
    if isinstance(value, dict):
        return _in_object(value, sheet)
    raise ShapeError("it is one value, and no object")


def are_pages(objects: Sequence[Record]) -> bool:
    """Whether objects, of which there are several, are not records, but hold lists of these.

    >>> are_pages([{"text": "fine", "images": [{"url": "a"}]}, {"text": "dull"}])
    False
    >>> are_pages([{"n": 2, "list": [{"text": "fine"}, {"text": "dull"}]}, {"n": 0, "list": []}])
    True
    """
    try:
        return _choose(objects, None, is_alone=False) is not None
    except ChoiceError:
        return True


def _in_list(value: list[Any], sheet: str | None) -> Found:
    shape = shape_of(value)
    if shape is None:
        raise ShapeError("its list holds neither objects nor rows nor texts")
    records = list(shape.records(value))
    if shape.name != "list":
        return Found(records, (f"read {shape.note}",) if shape.note else ())
    return _of_pages(records, sheet) or Found(records, joined_lists(records[:LOOKED_AT]))


def _in_object(value: Record, sheet: str | None) -> Found:
    shape = None if sheet else shape_of(value)
    if shape is None:
        found = _of_pages([value], sheet, is_alone=True)
        if found is None and _is_empty_page(value):
            return Found([])
        return found or Found([value], joined_lists([value], is_alone=True))
    records = list(shape.records(value))
    pages = _of_pages(list(value.values()), sheet) if shape.name == "keyed" else None
    return pages or Found(records, (f"read {shape.note}",))


# Pages.


def _of_pages(
    pages: Sequence[Record], sheet: str | None, *, is_alone: bool = False
) -> Found | None:
    """The records of all pages together; None if they are records themselves.

    Args:
        pages: objects.
        sheet: the list in them that a person asked for.
        is_alone: whether there is one, and nothing else in the file.
    """
    path = _choose(pages, sheet, is_alone)
    if path is None:
        return None
    found = _records_at(pages, path)
    is_asked = sheet is not None and sheet.casefold() in map(str.casefold, _names(path))
    inner = None if is_asked else _of_pages(found.records, sheet)
    return inner._replace(notes=found.notes + inner.notes) if inner else found


def _records_at(pages: Sequence[Record], path: Path) -> Found:
    name = escape(".".join(path))
    records: list[Record] = []
    missing, note = 0, ""
    for number, page in enumerate(pages):
        table = _at(page, path)
        shape = shape_of(table)
        if table and shape is None:
            raise EntryError(table, f"a list of {name!r}", number)
        columns = beside(page, path) if shape and shape.name == "strings" else {}
        if len(columns) > 1:
            cells = zip(*columns.values(), strict=True)
            records += (dict(zip(columns, row, strict=True)) for row in cells)
            note = f" and what is beside it ({list_names(list(columns)[1:])})"
        elif shape is not None:
            records += _records_of(shape, table, name)
            note = f" {shape.note}" if shape.note else note
        missing += table is None
    where = f"read from {name}{note}"
    if len(pages) > 1:
        where += f" of {count(len(pages) - missing, 'object')}"
    others = [other for other in _labels(_tables(pages[:LOOKED_AT])) if other not in _names(path)]
    if others:
        where += f", not from {list_names(others)}"
    left_out = (f"{count(missing, 'object')} without it left out",) if missing else ()
    return Found(records, (where, *left_out))


def _records_of(shape: Shape, table: Any, name: str) -> list[Record]:
    try:
        return list(shape.records(table))
    except EntryError as error:
        problem = f"entry {error.place + 1} of {name!r} is {error.shown}, not {error.wanted}"
        raise ShapeError(problem) from error


def _is_empty_page(value: Record) -> bool:
    """Whether an object holds nothing but the place for reviews.

    >>> _is_empty_page({"success": 1, "reviews": []}), _is_empty_page({"review": "", "tags": []})
    (True, False)
    """
    is_place = any(is_text_name(name) for name, inner in value.items() if inner == [])
    return is_place and not likeness([value])


def _at(value: Any, path: Path) -> Any:
    for name in path:
        value = value.get(name) if isinstance(value, dict) else None
    return value


def _names(path: Path) -> tuple[str, str]:
    return path[-1], ".".join(path)


def _choose(pages: Sequence[Record], sheet: str | None, is_alone: bool) -> Path | None:
    """Which of the tables in some objects is meant; None: the objects are records themselves."""
    some = pages[:LOOKED_AT]
    tables = _tables(some)
    if sheet is not None:
        return _asked(tables, sheet)
    if texts := _lists_of_texts(some, tables, is_alone):
        return texts
    if not is_alone:  # lists of words, and of lists, are parts of a record
        tables = {path: found for path, found in tables.items() if _hold_objects(found)}
    if not tables:
        return None
    worth = {path: _worth(_some_records(found)) for path, found in tables.items()}
    best = max(worth.values())
    first, *others = [path for path, number in worth.items() if number == best]
    # A list of one review is a page of one if it is alone, or else a part of a record.
    objects = [path for path, found in tables.items() if isinstance(found[0], dict)]
    own = likeness(some, through_lists=not is_alone, without=objects)
    is_page = best.likeness > own and (own < STRONG or is_text_name(first[-1]))
    if not is_page and (not is_alone or best.likeness < own or own >= STRONG):
        return None
    if others:
        raise ChoiceError(_labels(tables))
    return first


def _lists_of_texts(
    pages: Sequence[Record], tables: Mapping[Path, Sequence[Any]], is_alone: bool
) -> Path | None:
    """The list that holds a review each entry, unless a list of objects looks like reviews."""
    paths = [
        path
        for path, found in tables.items()
        if hold_reviews(pages, path, found, is_alone=is_alone)
    ]
    objects = (found for found in tables.values() if _hold_objects(found))
    if not paths or any(_worth(_some_records(found)).likeness >= STRONG for found in objects):
        return None
    if len(paths) > 1 and not are_columns(pages, paths):
        raise ChoiceError(_labels(tables))
    return paths[0]


class _Worth(NamedTuple):
    """How much the records of a table look like reviews, or what is in lists inside them does."""

    likeness: int
    is_its_own: bool


def _worth(records: Sequence[Record]) -> _Worth:
    own, inside = likeness(records), likeness_inside(records)
    return _Worth(max(own, inside), own >= inside)


def _asked(tables: Mapping[Path, Sequence[Any]], sheet: str) -> Path:
    """The table that a person asked for, or the one in whose objects it is."""
    paths = {".".join(path): path for path in tables}
    last = Counter(path[-1] for path in tables)
    own_names = {path[-1]: path for path in tables if last[path[-1]] == 1}
    for named in (paths, own_names):
        if name := find_name(sheet, list(named)):
            return named[name]
    for path, found in tables.items():
        with suppress(ChoiceError):
            _asked(_tables(_some_records(found)), sheet)
            return path
    raise ChoiceError(_labels(tables), sheet)


def _labels(tables: Mapping[Path, object]) -> list[str]:
    """What a person may call each table: its own name, or its path where names are the same."""
    last = Counter(path[-1] for path in tables)
    return [path[-1] if last[path[-1]] == 1 else ".".join(path) for path in tables]


# The tables in an object.


def _tables(objects: Sequence[Record]) -> dict[Path, list[Any]]:
    """What looks like a table in some objects, by its path."""
    tables: dict[Path, list[Any]] = {}
    for value in objects:
        for path, table in _tables_in(value, ()):
            tables.setdefault(path, []).append(table)
    return tables


def _tables_in(value: Record, above: Path) -> Iterator[tuple[Path, Any]]:
    for name, inner in value.items():
        path = (*above, name)
        if isinstance(inner, list) and shape_of(inner):
            yield path, inner
        elif isinstance(inner, dict) and len(path) < DEEPEST:
            if _is_table(inner):
                yield path, inner
            else:
                yield from _tables_in(inner, path)


def _is_table(value: Record) -> bool:
    """Whether an object inside another is a table: of itself, or because it looks like reviews."""
    shape = shape_of(value)
    if shape is None or shape.name in ("split", "schema", "lists"):
        return shape is not None
    return _worth(_some_records([value])).likeness >= STRONG


def _hold_objects(tables: Sequence[Any]) -> bool:
    return any(not isinstance(table, list) or isinstance(table[0], dict) for table in tables)


def _some_records(tables: Sequence[Any]) -> list[Record]:
    records: list[Record] = []
    shapes = ((shape_of(table), table) for table in tables)
    found = chain.from_iterable(shape.records(table) for shape, table in shapes if shape)
    with suppress(ShapeError):  # reported if it is this table that is meant
        records.extend(islice(found, LOOKED_AT))
    return records
