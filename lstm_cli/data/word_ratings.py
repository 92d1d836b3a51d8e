"""Ratings in words: of a family whose order is known, or in an order that a person says."""

from collections import Counter
from collections.abc import Sequence

import numpy as np

from lstm_cli.data.missing import is_missing
from lstm_cli.data.number_ratings import names_of
from lstm_cli.data.rated import (
    USABLE,
    Rated,
    RatedColumn,
    RatingColumn,
    on_scale,
    read_column,
)
from lstm_cli.data.rating_cells import parse_rating
from lstm_cli.data.scale import MOST_RATINGS, Scale, check_several, scale_of_words
from lstm_cli.data.showing import escape, show_cell
from lstm_cli.data.words import Family, find_family, spelled
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
    return in_order(columns, tuple(called[level] for level in sorted(called)))


def in_order(columns: Sequence[RatingColumn], labels: Sequence[str]) -> Rated:
    """Ratings on a scale whose order is said: the lowest first.

    Raises:
        ScaleError: a label is said twice, or most ratings of a file are none of them.
    """
    if len(set(map(spelled, labels))) < len(labels):
        raise ScaleError(f"a rating stands twice in the order {', '.join(labels)}")
    numbers = [parse_rating(name) for name in labels]
    ascending = [number for number in numbers if number is not None]
    if len(ascending) == len(labels) and ascending == sorted(set(ascending)):
        return _in_order_of_numbers(columns, Scale(tuple(ascending)))
    whole = scale_of_words(labels)
    files = _read_all(columns, whole)
    for file in files:
        file.leave_out(~np.isin(file.ratings, whole.ratings))
    on_scale(columns, files, whole)  # refuses what is none of them
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


def in_words_of(columns: Sequence[RatingColumn], scale: Scale) -> Rated:
    """Ratings in the words of a model; other words of their family are kept.

    Raises:
        ScaleError: most ratings of a file are not in these words.
    """
    files = _read_all(columns, scale)
    read = _Reader(scale)
    names: dict[float, str] = {}
    for column in columns:
        for cell in column.counts:
            place = read(cell)
            if place is not None:
                names.setdefault(place, str(cell).strip())
    return on_scale(columns, files, scale, names)


def _in_order_of_numbers(columns: Sequence[RatingColumn], whole: Scale) -> Rated:
    files = tuple(read_column(column, parse_rating) for column in columns)
    for file in files:
        file.leave_out(~np.isin(file.ratings, whole.ratings))
    on_scale(columns, files, whole)  # refuses what is none of them
    occurring = sorted({rating for file in files for rating in np.unique(file.usable).tolist()})
    scale = Scale(tuple(occurring))
    check_several(scale, names_of(columns))
    return Rated(files, scale, scale)


class _Reader:
    """Reads a word as its place on a scale; one of the same family, between two places."""

    def __init__(self, scale: Scale) -> None:
        self._places = dict(zip(scale.names, scale.ratings, strict=True))
        self._by_spelling = {spelled(name): place for name, place in self._places.items()}
        self._by_number = {
            number: place
            for name, place in self._places.items()
            if (number := parse_rating(name)) is not None
        }
        self._family: Family | None = find_family(dict.fromkeys(scale.names, 1))

    def __call__(self, cell: object) -> float | None:
        if is_missing(cell):
            return None
        place = self._by_spelling.get(spelled(cell))
        number = parse_rating(cell)
        if place is None and number is not None:
            return self._by_number.get(number)
        if place is None and self._family is not None:
            return self._family.place_among(str(cell), self._places)
        return place


def _read_all(columns: Sequence[RatingColumn], scale: Scale) -> tuple[RatedColumn, ...]:
    read = _Reader(scale)
    return tuple(read_column(column, read) for column in columns)


def _unordered(columns: Sequence[RatingColumn], counts: Counter[str]) -> ScaleError:
    """The error that asks for the order of words that nobody knows."""
    column = columns[0]
    words = list({spelled(word): escape(word.strip()) for word, _ in counts.most_common()}.values())
    if len(words) < 2 or len(words) > MOST_RATINGS or any(len(word) > 40 for word in words):
        return column.refused("ratings are numbers or a few words", Remedy.CORRECT_RATING_COLUMN)
    joint = "," if not any("," in word for word in words) else " < "
    return column.refused(
        "the order of words must be known", Remedy.ORDER_RATINGS, joint.join(sorted(words))
    )
