"""The scale that the ratings of a file form.

A scale is the ordered list of the ratings that occur; IMDB's has eight, since nobody
may give 5 or 6 there. Where ratings are words or ranges, it also knows what people call
them, and its numbers are places: 1 for the lowest.

Which values are *off the scale*: some scales are customary (0-1, 1-5, 1-10,
...). The scale of a file lies on the narrowest customary one that leaves out
nothing but rare values, each on fewer than ``max(2, 0.1 %)`` rows and together
on at most one row of twenty or more, or 2 %. What it leaves out is off the
scale. So a lone 55 or 0 among thousands of 1-5 is off it, and a lone 1 among
thousands of 2-5 is on it. A rare fraction is also off the scale where all common
ratings are whole. So are, beside whole ratings from 0 to 10, a code for a missing
one (-1, 99, ...), however often it occurs, and a single row far away, however
small the file.
"""

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from lstm_cli.errors import Remedy, ScaleError

LOW_PART = 0.3  # of a scale, from its low end: 1 and 2 of 1 to 5, negative of three words
MOST_RATINGS = 21  # 80 to 100 points, or 0 to 10 in halves

# Lowest and highest rating of each.
CUSTOMARY_SCALES = (
    (0.0, 1.0), (-1.0, 1.0), (1.0, 5.0), (0.0, 4.0), (-2.0, 2.0), (0.5, 5.0), (0.0, 5.0),
    (-3.0, 3.0), (1.0, 10.0), (0.0, 10.0), (-5.0, 5.0), (0.0, 20.0), (0.0, 100.0),
)  # fmt: skip
MISSING_CODES = frozenset({-1.0, -9.0, -99.0, -999.0, 99.0, 999.0, 9999.0})
_WHOLE_STARS = frozenset(float(rating) for rating in range(11))


@dataclass(frozen=True)
class Scale:
    """The ratings that occur, in order; a rating's class index is its position."""

    ratings: tuple[float, ...]
    names: tuple[str, ...] = ()  # what people call them, where they do not call them by number
    edges: tuple[float, ...] = ()  # where ratings are cut into bins: of all bins, in order

    def __len__(self) -> int:
        return len(self.ratings)

    @property
    def labels(self) -> tuple[str, ...]:
        """The ratings as people write them.

        >>> Scale((1.0, 1.5, 2.0)).labels, Scale((1.0, 2.0), ("bad", "good")).labels
        (('1', '1.5', '2'), ('bad', 'good'))
        """
        return self.names or tuple(label(rating) for rating in self.ratings)

    @property
    def label_of(self) -> dict[float, str]:
        """The labels by their ratings."""
        return dict(zip(self.ratings, self.labels, strict=True))

    @property
    def num_low(self) -> int:
        """How many of the ratings are low ones: those in the lower part of the scale.

        >>> [Scale(tuple(map(float, r))).num_low for r in (range(1, 6), range(1, 4), range(2))]
        [2, 1, 1]
        """
        highest = self.ratings[0] + LOW_PART * (self.ratings[-1] - self.ratings[0])
        return sum(rating <= highest for rating in self.ratings)

    @property
    def num_places(self) -> int | None:
        """How many places there are, if its numbers are places."""
        return int(self.ratings[-1]) if self.has_places else None

    @property
    def has_places(self) -> bool:
        """Whether its numbers are places, from 1, instead of what people write."""
        return bool(self.names)

    @property
    def in_order(self) -> str:
        """The labels, the lowest first.

        >>> Scale((1.0, 2.0), ("bad", "good")).in_order, Scale((1.0, 2.0)).in_order
        ('bad < good', '1, 2')
        """
        return (" < " if self.has_places and not self.edges else ", ").join(self.labels)


def label(rating: float) -> str:
    """A rating as people write it.

    >>> label(4.0), label(4.5), label(-1)
    ('4', '4.5', '-1')
    """
    return repr(float(rating)).removesuffix(".0")


def scale_of_words(names: Sequence[str]) -> Scale:
    """The scale of some words, the lowest first: their places are its numbers.

    >>> scale_of_words(["bad", "ok", "good"]).ratings
    (1.0, 2.0, 3.0)
    """
    return Scale(tuple(float(place + 1) for place in range(len(names))), tuple(names))


def customary_tops(low: float, high: float) -> set[float]:
    """Where the narrowest customary scales end that hold some ratings.

    >>> customary_tops(1, 5), customary_tops(2, 9)
    ({5.0}, {10.0})
    """
    around = [(b - a, b) for a, b in CUSTOMARY_SCALES if a <= low and high <= b]
    narrowest = min((width for width, _ in around), default=0.0)
    return {top for width, top in around if width == narrowest}


def find_scale(counts: Mapping[float, int], source: str = "the ratings") -> Scale:
    """The scale that some ratings form; what is off it has no index there.

    Args:
        counts: how many rows hold each rating that was understood.
        source: the file, for messages.

    Raises:
        ScaleError: fewer than two ratings, or more than ``MOST_RATINGS``.

    >>> find_scale({1: 40, 2: 30, 4: 30, 5: 900, 55: 1}).labels
    ('1', '2', '4', '5')
    """
    kept = _on_scale({float(r): number for r, number in counts.items() if number})
    ratings = tuple(sorted(kept))
    if len(ratings) > MOST_RATINGS:
        examples = ", ".join(label(rating) for rating in ratings[:3])
        raise ScaleError(
            f"{source}: {len(ratings):,} different ratings ({examples}, ...) are too many for a "
            f"scale, of which at most {MOST_RATINGS} are learned",
            Remedy.CUT_RATINGS,
        )
    scale = Scale(ratings)
    check_several(scale, source)
    return scale


def check_several(scale: Scale, source: str) -> None:
    """Refuse a scale on which there is nothing to tell apart.

    Raises:
        ScaleError: it has fewer than two ratings.
    """
    if len(scale) == 1:
        raise ScaleError(
            f"{source}: every rating is {scale.labels[0]}, so there is nothing to tell apart",
            Remedy.ADD_OTHER_RATINGS,
        )
    if not len(scale):
        raise ScaleError(f"{source}: no row has both a text and a rating; add some")


def without_strays(counts: Mapping[float, int]) -> set[float]:
    """Scores without codes for missing ones and without the few that are far from all others.

    >>> sorted(without_strays({0.0: 9, 5.5: 9, 10.0: 9, 99.0: 9, -1.0: 9}))
    [0.0, 5.5, 10.0]
    """
    rest = set(counts) - MISSING_CODES
    tops = customary_tops(min(rest), max(rest)) if rest else set()
    if rest and tops:
        low, high = min(0.0, *rest), max(tops)
        codes = {code for code in MISSING_CODES if not low <= code <= high}
        counts = {rating: number for rating, number in counts.items() if rating not in codes}
    return _on_scale(counts)


def _on_scale(counts: Mapping[float, int]) -> set[float]:
    """The ratings on the scale, by the rules at the top of this module."""
    ratings = set(counts)
    far = {rating for rating in ratings if counts[rating] == 1 and not -5 <= rating <= 10}
    rest = ratings - MISSING_CODES - (far if len(far) == 1 else set())
    if len(rest) >= 3 and rest <= _WHOLE_STARS:
        ratings = rest
    total = sum(counts[rating] for rating in ratings)
    rare = {rating for rating in ratings if counts[rating] < max(2.0, total / 1000)}
    common = ratings - rare
    if common and all(rating.is_integer() for rating in common):
        fractions = {rating for rating in rare if not rating.is_integer()}
        if _are_few(fractions, counts, total):
            ratings, rare = ratings - fractions, rare - fractions
    has_halves = any(rating % 1 == 0.5 for rating in ratings)
    choices = [
        (high - low, {rating for rating in ratings if not low <= rating <= high})
        for low, high in CUSTOMARY_SCALES
        if not (has_halves and high - low == 4)  # with halves, 0.5 is as customary as 1
    ]
    if common:  # on a scale that nobody has heard of, the run of the common ratings
        run = {rating for rating in ratings if not min(common) <= rating <= max(common)}
        choices.append((math.inf, run))
    choices.sort(key=lambda choice: (choice[0], sum(counts[rating] for rating in choice[1])))
    for _, strays in choices:
        if strays <= rare and _are_few(strays, counts, total):
            return ratings - strays
    return ratings


def _are_few(ratings: Iterable[float], counts: Mapping[float, int], total: int) -> bool:
    """On at most one row of twenty or more, or 2 % of the rows."""
    allowed = max(total // 50, int(total >= 20))
    return sum(counts[rating] for rating in ratings) <= allowed
