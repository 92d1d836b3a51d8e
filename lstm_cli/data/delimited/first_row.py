"""Whether the first row of a table names its columns or is a row of data, as the rows below tell.

A name is a word or a few. So may a review be, and then only what stands beside it tells: no name
is a number above numbers, a date above dates, or a word of a rating above such words.
"""

import re
from collections import Counter
from collections.abc import Callable, Sequence
from enum import Enum, auto
from itertools import pairwise

from lstm_cli.data.column_names import (
    ALL_RATING_NAMES,
    ALL_TEXT_NAMES,
    RATING_WORDS,
    TEXT_WORDS,
    is_helper,
    key,
    promises,
)
from lstm_cli.data.delimited.body import Row, is_value
from lstm_cli.data.delimited.candidates import is_phrase, is_sentence
from lstm_cli.data.missing import is_missing
from lstm_cli.data.ratings.rating_cells import parse_rating
from lstm_cli.data.ratings.words import Family, find_family, is_judgement

_ENDS = (".", "!", "…", "。", "！")
_NAMES = ALL_TEXT_NAMES | ALL_RATING_NAMES
# Of words that are judgements wherever they stand, and answers, which ask nothing.
_NO_NAMES = frozenset({"sentiment", "truth", "yes-no"})
_YEAR = re.compile(r"(?:19|20)\d\d")


def is_data(rows: Sequence[Row]) -> bool:
    """Whether the first row is a review: a text, and beside it a rating if there are columns.

    >>> is_data([["Perfect!", "5"], ["Too noisy to sleep", "2"]]), is_data([["Perfect!"]])
    (True, True)
    >>> is_data([["", "0", "1"], ["0", "Too noisy to sleep", "2"]])
    False
    """
    first = rows[0]
    if len(first) == 1:
        is_name = key(first[0]) in _NAMES
        return is_sentence(first[0]) or (ends_sentence(first[0]) and not is_name)
    texts = [cell for cell in first if parse_rating(cell) is None]
    if not any(map(is_phrase, texts)) and not _is_short_review(rows, _is_known):
        return False
    return _goes_on_somewhere(rows, has_sentence=any(map(is_sentence, texts)))


def could_be_data(rows: Sequence[Row]) -> bool:
    """Whether the first row, which is taken for the names of the columns, may be a review.

    >>> could_be_data([["Great movie"], ["Never again"]]), could_be_data([["Review"], ["So so"]])
    (True, False)
    """
    first = rows[0]
    if len(first) == 1:
        # People who write texts put no underscores into them.
        return bool(first[0].strip()) and "_" not in first[0] and not _is_known(first[0])
    # "Recommended" is a review of one word as well as a name.
    if not _is_short_review(rows, _is_only_name):
        return False
    is_word = any(_family_below(rows, place) for place in range(len(first)))
    return is_word or _goes_on_somewhere(rows)


def ends_sentence(cell: str) -> bool:
    """Whether a text ends as no name of a column does, and not as a question from a form."""
    return cell.rstrip().endswith(_ENDS)


def _is_known(cell: str) -> bool:
    """Whether texts or ratings are called so."""
    is_word = len(cell.split()) == 1
    return key(cell) in _NAMES or (is_word and promises(cell, TEXT_WORDS | RATING_WORDS))


def _is_only_name(cell: str) -> bool:
    """Whether texts or ratings are called so, and no review of one word is."""
    return _is_known(cell) and not is_judgement(cell)


class _Kind(Enum):
    """What a cell is."""

    NAME = auto()  # or any text
    RATING = auto()
    VALUE = auto()  # a date or the like
    WORD = auto()  # that a rating may be


def _kind(cell: str) -> _Kind:
    if parse_rating(cell) is not None:
        return _Kind.RATING
    if is_value(cell.strip()):
        return _Kind.VALUE
    return _Kind.WORD if is_judgement(cell) else _Kind.NAME


_WORDS = (_Kind.NAME, _Kind.WORD)


def _is_short_review(rows: Sequence[Row], is_name: Callable[[str], bool]) -> bool:
    """Whether a first row without a phrase may be a review: words that name no column."""
    first = rows[0]
    words = [k for k, cell in enumerate(first) if cell.strip() and _kind(cell) in _WORDS]
    if all(is_missing(first[k]) for k in words) or _counts_through(first):
        return False
    if rows[1:] and not any(len(row) == len(first) for row in rows[1:]):
        return False
    for k in words:
        if is_name(first[k]) and not ends_sentence(first[k]) and not _is_word_below(rows, k):
            return False
        below = [_kind(cell) for cell in _below(rows, k)]
        if 2 * sum(kind not in _WORDS for kind in below) > len(below):
            return False  # a name above numbers
    return True


def _counts_through(first: Row) -> bool:
    """Whether columns are called 0 and 1, or 1, 2 and 3, or 5 stars, 4 stars and 3 stars."""
    places = [place for place, cell in enumerate(first) if parse_rating(cell) is not None]
    numbers = [parse_rating(first[place]) or 0.0 for place in places]
    steps = {after - before for before, after in pairwise(numbers)}
    if not steps or places != list(range(places[0], places[-1] + 1)):
        return False
    return steps in ({1.0}, {-1.0}) and (len(numbers) > 2 or numbers in ([0, 1], [1, 2]))


def _goes_on_somewhere(rows: Sequence[Row], *, has_sentence: bool = False) -> bool:
    """Whether one of the columns goes on as it begins in the first row."""
    places = range(len(rows[0]))
    return any(_goes_on(rows, place, has_sentence=has_sentence) for place in places)


def _goes_on(rows: Sequence[Row], place: int, *, has_sentence: bool) -> bool:
    """Whether the column under a cell of the first row holds the same kind of cells.

    Args:
        rows: the table.
        place: of the cell.
        has_sentence: whether one is beside it, so that it can be no name.
    """
    cell = rows[0][place]
    kind = _kind(cell)
    if kind is _Kind.NAME:
        return False
    if kind is _Kind.WORD and not has_sentence:
        return _is_word_below(rows, place)
    cells = _below(rows, place)
    if _YEAR.fullmatch(cell.strip()) and not has_sentence:  # columns may be called by years
        return 2 * sum(_YEAR.fullmatch(other.strip()) is not None for other in cells) >= len(cells)
    return 2 * sum(_kind(other) is kind for other in cells) >= len(cells)


def _is_word_below(rows: Sequence[Row], place: int) -> bool:
    """Whether a word of the first row is one that the column under it rates with, and no name.

    A column may be called Recommended or Happy and say of each row whether it is; but none is
    called positive or yes above negative and no.
    """
    cell = rows[0][place]
    family = _family_below(rows, place)
    if family is None or family.name in _NO_NAMES:
        return family is not None
    levels = {family.level(other) for other in (cell, *_below(rows, place))} - {None}
    is_better_of_two = len(levels) == 2 and family.level(cell) == max(filter(None, levels))
    return not (is_better_of_two or _is_known(cell) or is_helper(cell))


def _family_below(rows: Sequence[Row], place: int) -> Family | None:
    """The family of a word of the first row and of those under it, spelled as that is."""
    cell = rows[0][place].strip()
    below = Counter(other.strip() for other in _below(rows, place))
    family = find_family({**below, cell: below[cell] + 1})
    if family is None or family.level(cell) is None:
        return None
    is_spelled_alike = cell in below or cell.islower() == min(below).islower()
    return family if is_spelled_alike else None


def _below(rows: Sequence[Row], place: int) -> list[str]:
    """The filled cells under one of the first row."""
    width = len(rows[0])
    cells = (row[place] for row in rows[1:] if len(row) == width)
    return [cell for cell in cells if not is_missing(cell)]
