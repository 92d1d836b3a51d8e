"""Values of JSON -> the records in them: those of the one table that looks like reviews.

Programs that hand out reviews put their list into an object, beside counts and other lists, and
hand out several such pages. Whether an object is a review or a page of reviews is told by what
it is like: one that has a text of its own, and perhaps a rating, is a review, and lists in
it (of pictures, of answers) belong to it.
"""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from functools import lru_cache
from itertools import chain, islice
from typing import Any, NamedTuple

from lstm_cli.data.column_names import RATING_NAMES, TEXT_NAMES, keys
from lstm_cli.data.json_shapes import LOOKED_AT, EntryError, Record, Shape, ShapeError, shape_of
from lstm_cli.data.objects import DEEPEST
from lstm_cli.data.rating_cells import parse_rating
from lstm_cli.data.showing import count, escape

Path = tuple[str, ...]  # the names of a table, from the outermost to its own

MOST_NAMED = 8
_PLAIN, _STRONG = 1, 2  # how surely a value is a text; a rating beside it adds one
_LONGEST_LIST = 8  # a list that is looked through for a value of which a record has one
_MOST_LEAVES = 1_000  # of a record
_LETTERS_LOOKED_AT = 1_000
_TEXTS, _OTHER_TEXTS = frozenset(TEXT_NAMES[0]), frozenset(TEXT_NAMES[1])
_RATINGS, _OTHER_RATINGS = frozenset(RATING_NAMES[0]), frozenset().union(*RATING_NAMES[1:])

_keys = lru_cache(maxsize=4_096)(keys)


class Found(NamedTuple):
    """The records of a file."""

    records: list[Record]
    notes: tuple[str, ...] = ()
    are_values: bool = False  # each is one of the values of the file itself


class ChoiceError(ShapeError):
    """It cannot be told which list holds the reviews, or the one asked for is not there.

    Args:
        problem: what is wrong, without the file.
        names: of the lists there are.
    """

    def __init__(self, problem: str, names: Sequence[str]) -> None:
        super().__init__(problem)
        self.names = names


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
        return found._replace(are_values=not found.notes)
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
        return _choose(objects, None) is not None
    except ChoiceError:
        return True


def _in_list(value: list[Any], sheet: str | None) -> Found:
    shape = shape_of(value)
    if shape is None:
        raise ShapeError("its list holds neither objects nor rows nor texts")
    records = list(shape.records(value))
    if shape.name != "list":
        return Found(records, (f"read {shape.note}",) if shape.note else ())
    return _of_pages(records, sheet) or Found(records)


def _in_object(value: Record, sheet: str | None) -> Found:
    shape = None if sheet else shape_of(value)
    if shape is None:
        return _of_pages([value], sheet) or Found([] if _is_empty_page(value) else [value])
    records = list(shape.records(value))
    pages = _of_pages(list(value.values()), sheet) if shape.name == "keyed" else None
    return pages or Found(records, (f"read {shape.note}",))


# Pages.


def _of_pages(pages: Sequence[Record], sheet: str | None) -> Found | None:
    """The records of all pages together; None if they are records themselves."""
    path = _choose(pages, sheet)
    if path is None:
        return None
    name = escape(".".join(path))
    records: list[Record] = []
    missing, note = 0, ""
    for number, page in enumerate(pages):
        table = _at(page, path)
        shape = shape_of(table)
        if table and shape is None:
            raise EntryError(table, f"a list of {name!r}", number)
        if shape is not None:
            records += _records_of(shape, table, name)
            note = f" {shape.note}" if shape.note else note
        missing += table is None
    where = f"read from {name!r}{note}"
    if len(pages) > 1:
        where += f" of {count(len(pages) - missing, 'object')}"
    others = [other for other in _labels(_tables(pages[:LOOKED_AT])) if other not in _names(path)]
    if others:
        where += f", not from {_listed(others)}"
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
    names = [name for name, inner in value.items() if inner == []]
    is_place = any(_keys(name) & _TEXTS or "review" in name.casefold() for name in names)
    return is_place and not _likeness([value])


def _at(value: Any, path: Path) -> Any:
    for name in path:
        value = value.get(name) if isinstance(value, dict) else None
    return value


def _names(path: Path) -> tuple[str, str]:
    return path[-1], ".".join(path)


def _listed(names: Sequence[str]) -> str:
    shown = [repr(escape(name[:60])) for name in names[:MOST_NAMED]]
    return ", ".join([*shown, "..."] if len(names) > MOST_NAMED else shown)


def _choose(pages: Sequence[Record], sheet: str | None) -> Path | None:
    """Which of the tables in some objects is meant; None: the objects are records themselves."""
    some = pages[:LOOKED_AT]
    tables = _tables(some)
    if sheet is not None:
        return _asked(tables, sheet)
    if len(pages) > 1:  # lists of words, and of lists, are parts of a record
        tables = {path: found for path, found in tables.items() if _hold_objects(found)}
    if not tables:
        return None
    likeness = {path: _likeness(_some_records(found)) for path, found in tables.items()}
    best = max(likeness.values())
    first, *others = [path for path, number in likeness.items() if number == best]
    # A list of one review is a page of one if it is alone, or else a part of a record.
    objects = [path for path, found in tables.items() if isinstance(found[0], dict)]
    own = _likeness(some, through_lists=len(pages) > 1, without=objects)
    is_reviews = any("review" in name for name in _keys(first[-1]))
    is_page = best > own and (own < _STRONG or is_reviews)
    if not is_page and (len(pages) > 1 or best < own or own >= _STRONG):
        return None
    if others:
        raise ChoiceError("it holds several lists that may be the reviews", _labels(tables))
    return first


def _asked(tables: Mapping[Path, object], sheet: str) -> Path:
    for same in (str, str.casefold):
        for name in (".".join, lambda path: path[-1]):
            matching = [path for path in tables if same(name(path)) == same(sheet)]
            if len(matching) == 1:
                return matching[0]
    raise ChoiceError(f"it holds no one list called {escape(sheet[:60])!r}", _labels(tables))


def _labels(tables: Mapping[Path, object]) -> list[str]:
    """What a person may call each table: its own name, or its path where names are the same."""
    last = [path[-1] for path in tables]
    return [path[-1] if last.count(path[-1]) == 1 else ".".join(path) for path in tables]


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
    return _likeness(_some_records([value])) >= _STRONG


def _hold_objects(tables: Sequence[Any]) -> bool:
    return any(not isinstance(table, list) or isinstance(table[0], dict) for table in tables)


def _some_records(tables: Sequence[Any]) -> list[Record]:
    records: list[Record] = []
    shapes = ((shape_of(table), table) for table in tables)
    found = chain.from_iterable(shape.records(table) for shape, table in shapes if shape)
    with suppress(ShapeError):  # reported if it is this table that is meant
        records.extend(islice(found, LOOKED_AT))
    return records


# What a review is like.


def _likeness(
    records: Sequence[Record], *, through_lists: bool = True, without: Sequence[Path] = ()
) -> int:
    """How much records look like reviews: 0 not at all, 3 by name they have a text and a rating.

    Args:
        records: some of them.
        through_lists: whether what is in a list counts, if a record has one value of it.
        without: where values do not count.
    """
    several: set[Path] = set()
    values: list[tuple[Path, Any]] = []
    for record in records:
        leaves: dict[Path, Any] = {}
        for path, value in islice(_leaves(record, (), through_lists), _MOST_LEAVES):
            if path in leaves:
                several.add(path)
            leaves[path] = value
        values += leaves.items()
    single = [
        (path, value)
        for path, value in values
        if path not in several and not any(path[: len(other)] == other for other in without)
    ]
    text = max((_text(path, value) for path, value in single), default=0)
    return text + any(_is_rating(path, value) for path, value in single)


def _leaves(value: Any, path: Path, through_lists: bool) -> Iterator[tuple[Path, Any]]:
    if isinstance(value, dict):
        for name, inner in value.items():
            yield from _leaves(inner, (*path, name), through_lists)
    elif not isinstance(value, list):
        yield path, value
    elif all(isinstance(entry, str) for entry in value[:_LONGEST_LIST]):
        yield path, " ".join(entry for entry in value[:LOOKED_AT] if isinstance(entry, str))
    elif through_lists and len(value) <= _LONGEST_LIST:
        for entry in value:
            yield from _leaves(entry, path, through_lists)


def _text(path: Path, value: object) -> int:
    if not isinstance(value, str) or not path:
        return 0
    start = value[:_LETTERS_LOOKED_AT].strip()
    words = start.split(None, 4)
    if not words or (len(words) == 1 and "://" in start) or parse_rating(start) is not None:
        return 0
    is_prose = len(words) > 3 or sum(letter > "\u2e80" for letter in start) > 9
    names = _keys(".".join(path))
    if names & _TEXTS or (is_prose and any(_keys(name) & _TEXTS for name in path)):
        return _STRONG
    return _PLAIN if is_prose or names & _OTHER_TEXTS else 0


def _is_rating(path: Path, value: object) -> bool:
    if not isinstance(value, str | int | float) or (isinstance(value, str) and len(value) > 20):
        return False
    is_inside = any(_keys(name) & _RATINGS for name in path)
    return is_inside or bool(_keys(".".join(path)) & (_RATINGS | _OTHER_RATINGS))
