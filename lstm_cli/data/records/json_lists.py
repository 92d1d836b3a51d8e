"""Lists of texts in objects of JSON: reviews of their own, or the words of one.

A list of sentences that is called "reviews" holds several of them, and a list of as many ratings
beside it rates each. A list of single words is one text as a program took it apart.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from lstm_cli.data.column_names import RATING_NAMES, keys
from lstm_cli.data.records.json_likeness import STRONG, Path, is_rating, is_text_name, likeness
from lstm_cli.data.records.json_shapes import Record, ShapeError, is_cell
from lstm_cli.data.showing import escape

_RATINGS = frozenset(RATING_NAMES[0])
_PLURALS = ("s", "rezensionen", "recensioni", "commenti", "отзывы", "opinie", "yorumlar")


def hold_reviews(
    pages: Sequence[Record], path: Path, tables: Sequence[Any], *, is_alone: bool
) -> bool:
    """Whether the lists at a path in some objects hold a review each entry.

    >>> hold_reviews([{"user": "a", "reviews": ["Fine film.", "Dull film."]}], ("reviews",),
    ...              [["Fine film.", "Dull film."]], is_alone=False)
    True

    Args:
        pages: the objects.
        path: where the lists are.
        tables: the lists.
        is_alone: whether there is one object, and nothing else in the file.
    """
    lists = [table for table in tables if isinstance(table, list)]
    if not is_text_name(path[-1]) or max(map(len, lists), default=0) < 2:
        return False
    if any(isinstance(entry, dict) for table in lists for entry in table[:1]):
        return False
    holders = _holders(pages, path)
    if any(_has_text(holder) for holder in holders):
        return False  # a review with something beside it
    if any(isinstance(entry, list) for table in lists for entry in table[:1]):
        return True
    if any(_lists_of_ratings(holder) for holder in holders):
        return True
    is_plural = any(name.endswith(_PLURALS) for name in keys(path[-1]))
    if is_alone:
        return is_plural or (_are_sentences(lists) and not any(map(_has_rating, holders)))
    return is_plural and _are_sentences(lists)


def joined_lists(pages: Sequence[Record], *, is_alone: bool = False) -> tuple[str, ...]:
    """What is to be said of lists of texts that are read as one text each; mostly nothing.

    >>> joined_lists([{"text": ["Fine film.", "I liked it."], "stars": 4}])
    ("each list in 'text' is read as one text",)
    """
    found: dict[str, list[list[Any]]] = {}
    for page in () if any(map(_has_text, pages)) else pages:
        for name, inner in page.items():
            if isinstance(inner, list) and is_text_name(name) and all(map(_is_text, inner)):
                found.setdefault(name, []).append(inner)
    return tuple(
        f"each list in {escape(name)!r} is read as one text"
        for name, lists in found.items()
        if max(map(len, lists)) > 1 and (is_alone or _are_sentences(lists))
    )


def beside(page: Record, path: Path) -> dict[str, list[Any]]:
    """The list at a path, and the lists beside it that have a cell for each of its entries.

    Raises:
        ShapeError: there is a list of ratings, but not as many as texts.
    """
    (holder,) = _holders([page], path)
    texts = holder[path[-1]]
    for name, ratings in _lists_of_ratings(holder).items():
        if len(ratings) != len(texts):
            lengths = f"{escape(path[-1])} {len(texts)}, {escape(name)} {len(ratings)}"
            raise ShapeError(f"its lists should be columns, but are not equally long ({lengths})")
    return {
        name: inner
        for name, inner in holder.items()
        if isinstance(inner, list) and len(inner) == len(texts) and all(map(is_cell, inner))
    }


def are_columns(pages: Sequence[Record], paths: Sequence[Path]) -> bool:
    """Whether the lists at several paths are columns of one table."""
    first, *others = paths
    return all(other[:-1] == first[:-1] for other in others) and all(
        len({len(holder.get(path[-1]) or ()) for path in paths}) == 1
        for holder in _holders(pages, first)
    )


def _holders(pages: Sequence[Record], path: Path) -> list[Record]:
    """The objects that hold what is at a path."""
    found: list[Any] = list(pages)
    for name in path[:-1]:
        found = [holder.get(name) for holder in found if isinstance(holder, dict)]
    return [holder for holder in found if isinstance(holder, dict) and path[-1] in holder]


def _has_text(holder: Record) -> bool:
    texts = {name: cell for name, cell in holder.items() if isinstance(cell, str)}
    return likeness([_without_ratings(texts)]) >= STRONG


def _has_rating(holder: Record) -> bool:
    return any(is_rating((name,), cell) for name, cell in holder.items() if is_cell(cell))


def _without_ratings(holder: Mapping[str, Any]) -> Record:
    return {name: cell for name, cell in holder.items() if not is_rating((name,), cell)}


def _lists_of_ratings(holder: Record) -> dict[str, list[Any]]:
    return {
        name: inner
        for name, inner in holder.items()
        if isinstance(inner, list) and inner and keys(name) & _RATINGS and all(map(is_cell, inner))
    }


def _is_text(entry: object) -> bool:
    return entry is None or isinstance(entry, str)


def _are_sentences(lists: Sequence[Sequence[object]]) -> bool:
    """Whether most texts in some lists are more than one word."""
    texts = [text for table in lists for text in table if isinstance(text, str)]
    several = [len(text.split(None, 1)) > 1 or _is_unspaced(text) for text in texts]
    return 2 * sum(several) > len(texts)


def _is_unspaced(text: str) -> bool:
    """Whether a text is written without blanks, as Chinese is, and longer than a word."""
    return sum(letter > "\u2e80" for letter in text[:20]) > 4
