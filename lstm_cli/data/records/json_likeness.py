"""How much objects of JSON look like reviews: by the names in them, and by what these hold."""

from collections.abc import Iterator, Sequence
from functools import lru_cache
from itertools import islice
from typing import Any

from lstm_cli.data.column_names import RATING_NAMES, TEXT_NAMES, is_beside, keys
from lstm_cli.data.ratings.rating_cells import parse_rating
from lstm_cli.data.records.json_shapes import LOOKED_AT, Record

Path = tuple[str, ...]  # the names of a value or a table, from the outermost to its own

STRONG = 2  # as much as a text by name is worth; prose is worth half of it, so is a rating

_LONGEST_LIST = 8  # a list that is looked through for a value of which a record has one
_MOST_LEAVES = 1_000  # of a record
_MOST_NODES = 20_000  # of all records together
_LETTERS_LOOKED_AT = 1_000
_TEXTS, _OTHER_TEXTS = frozenset(TEXT_NAMES[0]), frozenset(TEXT_NAMES[1])
_RATINGS, _OTHER_RATINGS = frozenset(RATING_NAMES[0]), frozenset().union(*RATING_NAMES[1:])

_keys = lru_cache(maxsize=4_096)(keys)
_is_beside = lru_cache(maxsize=4_096)(is_beside)


def likeness(
    records: Sequence[Record], *, through_lists: bool = True, without: Sequence[Path] = ()
) -> int:
    """How much records look like reviews: 0 not at all, 3 by name they have a text and a rating.

    >>> likeness([{"review": "fine", "stars": 4}]), likeness([{"t": "one of the best"}])
    (3, 1)

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
    return text + any(is_rating(path, value) for path, value in single)


def likeness_inside(records: Sequence[Record]) -> int:
    """How much the objects in any list inside some records look like reviews.

    >>> likeness_inside([{"hotel": "A", "guests": {"reviews": [{"text": "fine", "stars": 4}]}}])
    3
    """
    lists: dict[Path, list[Record]] = {}
    below: list[tuple[Path, Any]] = [((), record) for record in reversed(records)]
    for _ in range(_MOST_NODES):
        if not below:
            break
        path, value = below.pop()
        if isinstance(value, dict):
            below += (((*path, name), inner) for name, inner in value.items())
        elif isinstance(value, list):
            objects = [entry for entry in value[:LOOKED_AT] if isinstance(entry, dict)]
            lists.setdefault(path, []).extend(objects)
            below += ((path, entry) for entry in objects)
    return max((likeness(found[:LOOKED_AT]) for found in lists.values()), default=0)


def is_text_name(name: str) -> bool:
    """Whether a name promises reviews.

    >>> is_text_name("topReviews"), is_text_name("Content"), is_text_name("products")
    (True, True, False)
    """
    return bool(_keys(name) & _TEXTS) or any("review" in key for key in _keys(name))


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
    name = ".".join(path)
    if not isinstance(value, str) or not path or _is_beside(name):
        return 0
    start = value[:_LETTERS_LOOKED_AT].strip()
    words = start.split(None, 4)
    if not words or (len(words) == 1 and "://" in start) or parse_rating(start) is not None:
        return 0
    is_prose = len(words) > 3 or sum(letter > "\u2e80" for letter in start) > 9
    if _keys(name) & _TEXTS or (is_prose and any(_keys(part) & _TEXTS for part in path)):
        return STRONG
    return STRONG // 2 if is_prose or _keys(name) & _OTHER_TEXTS else 0


def is_rating(path: Path, value: object) -> bool:
    """Whether a value is called as ratings are, and may be one."""
    if not isinstance(value, str | int | float) or (isinstance(value, str) and len(value) > 20):
        return False
    name = ".".join(path)
    is_inside = any(_keys(part) & _RATINGS for part in path)
    is_named = is_inside or bool(_keys(name) & (_RATINGS | _OTHER_RATINGS))
    return is_named and not _is_beside(name)
