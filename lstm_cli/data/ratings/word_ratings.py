"""Ratings in words: of a family whose order is known, or in an order that a person says."""

from collections import Counter
from collections.abc import Sequence

import numpy as np

from lstm_cli.data.missing import is_missing
from lstm_cli.data.ratings.rated import (
    USABLE,
    Rated,
    RatingColumn,
    check_on_scale,
    names_of,
    on_scale,
    read_column,
)
from lstm_cli.data.ratings.rating_cells import parse_rating
from lstm_cli.data.ratings.scale import MOST_RATINGS, Scale, check_several, scale_of_words
from lstm_cli.data.ratings.words import (
    LONGEST_WORD,
    MOST_UNKNOWN,
    Family,
    family_of,
    find_family,
    known_order,
    spelled,
)
from lstm_cli.data.showing import escape, show_cell
from lstm_cli.errors import Remedy, ScaleError


def in_words(columns: Sequence[RatingColumn]) -> Rated:
    """Ratings in the words of a family.

    Raises:
        ScaleError: no family has them, or one file has numbers.
    """
    for column in columns:
        if not column.has_words:
            raise ScaleError(
                f"{names_of(columns)}: {column.source} has ratings in numbers, others in words; "
                "bring them onto one scale first, or train on each kind alone"
            )
    counts: Counter[str] = Counter()
    for column in columns:
        counts.update({str(cell): number for cell, number in column.counts.items()})
    family = find_family(counts)
    if family is None:
        raise _unordered(columns, counts)
    called: dict[int, str] = {}  # each level, by what it is called most often
    for word, _ in counts.most_common():
        level = family.level(word)
        if level is not None:
            called.setdefault(level, word.strip())
    return _in_order(columns, tuple(called[level] for level in sorted(called)), family)


def in_order(columns: Sequence[RatingColumn], labels: Sequence[str]) -> Rated:
    """Ratings on a scale whose order is said: the lowest first.

    Raises:
        ScaleError: a label is said twice, or most ratings of a file are none of them.
    """
    if len(set(map(_key, labels))) < len(labels):
        raise ScaleError(f"a rating stands twice in the order {', '.join(labels)}")
    numbers = [number for name in labels if (number := parse_rating(name)) is not None]
    if len(numbers) == len(labels) and numbers == sorted(set(numbers)):
        return _in_order_of_numbers(columns, Scale(tuple(numbers)))
    return _in_order(columns, labels, family_of(labels))


def in_words_of(columns: Sequence[RatingColumn], scale: Scale) -> Rated:
    """Ratings in the words of a model; others are kept, between its own or above them.

    Raises:
        ScaleError: most ratings of a file are not in these words.
    """
    read = _Reader(scale, family_of(scale.names))
    check_on_scale(columns, [read_column(column, read) for column in columns], scale)
    names: dict[float, str] = {}
    for column in columns:
        total = sum(column.counts.values())
        for cell, number in column.counts.items():
            if read(cell) is None and number > MOST_UNKNOWN * total:
                # No slip, but a rating that the model does not have; how far off, nobody knows.
                read.learn(cell)
            if (place := read(cell)) is not None:
                names.setdefault(place, str(cell).strip())
    return on_scale([read_column(column, read) for column in columns], scale, names)


def _in_order(
    columns: Sequence[RatingColumn], labels: Sequence[str], family: Family | None
) -> Rated:
    whole = scale_of_words(labels)
    read = _Reader(whole, family)
    files = tuple(read_column(column, read) for column in columns)
    for file in files:
        file.leave_out(~np.isin(file.ratings, whole.ratings))
    check_on_scale(columns, files, whole, Remedy.CORRECT_ORDER)
    occurring = [rating for rating in whole.ratings if any(rating in f.usable for f in files)]
    for file in files:  # the places of those that occur, from 1 again
        ranks = np.searchsorted(occurring, file.ratings).astype(np.float64) + 1
        file.ratings = np.where(file.states == USABLE, ranks, np.nan)
    scale = scale_of_words([whole.names[int(rating) - 1] for rating in occurring])
    check_several(scale, names_of(columns))
    absent = [name for name in whole.names if name not in scale.names]
    if absent:
        files[0].notes += (f"no review is rated {', '.join(map(show_cell, absent))}",)
    return Rated(files, scale, scale)


def _in_order_of_numbers(columns: Sequence[RatingColumn], whole: Scale) -> Rated:
    files = tuple(read_column(column, parse_rating) for column in columns)
    for file in files:
        file.leave_out(~np.isin(file.ratings, whole.ratings))
    check_on_scale(columns, files, whole, Remedy.CORRECT_ORDER)
    occurring = sorted({rating for file in files for rating in np.unique(file.usable).tolist()})
    scale = Scale(tuple(occurring))
    check_several(scale, names_of(columns))
    return Rated(files, scale, scale)


class _Reader:
    """Reads a word as its place on a scale; one of the same family, between two places."""

    def __init__(self, scale: Scale, family: Family | None) -> None:
        self._places = dict(zip(scale.names, scale.ratings, strict=True))
        self._by_word = {_key(name): place for name, place in self._places.items()}
        self._by_number = {
            number: place
            for name, place in self._places.items()
            if (number := parse_rating(name)) is not None
        }
        self._family = family

    def learn(self, cell: object) -> None:
        """Give a word that is not on the scale a place above all others."""
        self._by_word[_key(cell)] = max(self._by_word.values()) + 1

    def __call__(self, cell: object) -> float | None:
        # A label that a person says is one, even if it is called none.
        place = self._by_word.get(_key(cell))
        if place is not None or is_missing(cell):
            return place
        number = parse_rating(cell)
        if number is not None:
            return self._by_number.get(number)
        return self._family.place_among(str(cell), self._places) if self._family else None


def _key(word: object) -> str:
    """A word as it is compared; what is nothing but marks, as it is."""
    return spelled(word) or str(word).strip()


def _unordered(columns: Sequence[RatingColumn], counts: Counter[str]) -> ScaleError:
    """The error that asks for the order of words that nobody knows."""
    column = columns[0]
    words: dict[str, str] = {}  # by how they are compared, what they are called most often
    for word, _ in counts.most_common():
        words.setdefault(_key(word), escape(word.strip()))
    longest = max(map(len, words.values()), default=0)
    if not 2 <= len(words) <= MOST_RATINGS or longest > LONGEST_WORD:
        return column.refused("ratings are numbers or a few words", Remedy.CORRECT_RATING_COLUMN)
    why, order = "the order of words must be known", known_order(words.values())
    if len(order) > 1:
        return column.refused(why, Remedy.LEAVE_OUT_WORDS, _joined(order))
    return column.refused(why, Remedy.ORDER_RATINGS, _joined(sorted(words.values())))


def _joined(words: Sequence[str]) -> str:
    return (" < " if any("," in word for word in words) else ",").join(words)
