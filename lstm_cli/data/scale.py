"""What a rating is, and the scale that the ratings of a file form.

A rating is a number that a person wrote in one of many ways. The scale is the
ordered list of the ratings that occur; IMDB's has eight, since nobody may
give 5 or 6 there.

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
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import NamedTuple

from lstm_cli.errors import Remedy, ScaleError

MOST_RATINGS = 21  # 80 to 100 points, or 0 to 10 in halves

# Lowest and highest rating of each.
CUSTOMARY_SCALES = (
    (0.0, 1.0), (-1.0, 1.0), (1.0, 5.0), (0.0, 4.0), (-2.0, 2.0), (0.5, 5.0), (0.0, 5.0),
    (-3.0, 3.0), (1.0, 10.0), (0.0, 10.0), (-5.0, 5.0), (0.0, 20.0), (0.0, 100.0),
)  # fmt: skip
MISSING_CODES = frozenset({-1.0, -9.0, -99.0, -999.0, 99.0, 999.0, 9999.0})
LONGEST_RATING = 60  # "Rated 4.5 out of 5 stars", with room to spare
LARGEST_MAXIMUM = 1000.0

_NUMBER = r"[-+−]?(?:\d+(?:\.\d+)?|\.\d+|\d+,\d{1,2})(?:[eE][-+]?\d{1,3})?"
# Stars and points, as the shops of other countries write them.
_UNITS = (
    "stars?|points?|pts?\\.?|★|⭐\ufe0f?|sterne?n?|punkte?|[ée]toiles?|estrellas?|estrelas?"
    "|puntos?|pontos?|stell[ae]|punti|sterren|ster|stj[äa]rnor|stj[äa]rna|gwiazd(?:ki|ka|ek)?"
    "|y[ıi]ld[ıi]z|puan|зв[её]зд[аы]?|балл(?:а|ов)?|星|颗星|顆星|分|つ星|点|점|개"
)
_RATING = re.compile(
    rf"(?:rated\s+|rating:?\s*)?(?P<number>{_NUMBER}|[a-z]+)(?P<half>\s*½)?"
    rf"(?:\s*(?:/|out\s+of|of|von|sur|de|su|van|av|z|из)\s*(?P<maximum>{_NUMBER}))?"
    rf"(?:[\s-]*(?:{_UNITS}))?",
    re.IGNORECASE,
)
_FULL_STARS = "★⭐🌟✭✮✯"
_STARS = re.compile(rf"(?P<full>(?:[{_FULL_STARS}]\ufe0f?\s?)*)(?P<half>½?)(?P<empty>(?:\s?☆)*)")
_WHOLE_STARS = frozenset(float(rating) for rating in range(11))
_WORDS = {
    word: float(number)
    for number, word in enumerate(
        ("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten")
    )
}


@dataclass(frozen=True)
class Scale:
    """The ratings that occur, in order; a rating's class index is its position."""

    ratings: tuple[float, ...]

    def __len__(self) -> int:
        return len(self.ratings)

    @property
    def labels(self) -> tuple[str, ...]:
        """The ratings as people write them.

        >>> Scale((1.0, 1.5, 2.0)).labels
        ('1', '1.5', '2')
        """
        return tuple(label(rating) for rating in self.ratings)


def label(rating: float) -> str:
    """A rating as people write it.

    >>> label(4.0), label(4.5), label(-1)
    ('4', '4.5', '-1')
    """
    return repr(float(rating)).removesuffix(".0")


def parse_rating(cell: object) -> float | None:
    """The number that a rating stands for, None where it stands for none.

    >>> [parse_rating(cell) for cell in (4, "4.0", " 5 stars", "4/5", "4 out of 5", "4,5")]
    [4.0, 4.0, 5.0, 4.0, 4.0, 4.5]
    >>> [parse_rating(cell) for cell in ("★★★★☆", "⭐⭐⭐", "★★½", "Five stars")]
    [4.0, 3.0, 2.5, 5.0]
    >>> [parse_rating(cell) for cell in ("4 Sterne", "3,5 étoiles", "1 Stern", "5星", "4 von 5")]
    [4.0, 3.5, 1.0, 5.0, 4.0]
    >>> [parse_rating(cell) for cell in ("good", "", None, float("nan"), "2024-05-01", "1,000")]
    [None, None, None, None, None, None]
    """
    rated = _parse(cell)
    return None if rated is None else rated[0]


def parse_maximum(cell: object) -> float | None:
    """What a rating is out of, None where it does not say.

    >>> [parse_maximum(cell) for cell in ("4/5", "8 out of 10 stars", "4", "★★★☆☆")]
    [5.0, 10.0, None, 5.0]
    """
    rated = _parse(cell)
    return None if rated is None else rated[1]


class _ParsedRating(NamedTuple):
    """A rating, and what it is out of if it says so."""

    rating: float
    maximum: float | None = None


def _parse(cell: object) -> _ParsedRating | None:
    if cell is None or isinstance(cell, bool):
        return None
    if isinstance(cell, int | float):
        return _ParsedRating(float(cell) + 0.0) if math.isfinite(cell) else None
    text = str(cell).strip()
    if not text or len(text) > LONGEST_RATING:
        return None
    if stars := _STARS.fullmatch(text):
        full = sum(letter in _FULL_STARS for letter in stars["full"])
        empty = stars["empty"].count("☆")
        rating = full + (0.5 if stars["half"] else 0.0)
        return _ParsedRating(rating, float(math.ceil(rating) + empty) if empty else None)
    match = _RATING.fullmatch(text)
    number = _number(match["number"]) if match else None
    if match is None or number is None:
        return None
    maximum = _number(match["maximum"]) if match["maximum"] else None
    if maximum is not None and not number <= maximum <= LARGEST_MAXIMUM:
        return None  # a date, or a count of something else
    return _ParsedRating(number + (0.5 if match["half"] else 0.0), maximum)


def _number(text: str) -> float | None:
    """A number in figures or in words, zero to ten."""
    if text.isalpha():
        return _WORDS.get(text.lower())
    number = float(text.replace(",", ".").replace("−", "-"))
    return number + 0.0 if math.isfinite(number) else None  # + 0.0: minus zero is zero


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
    kept = _without_strays({float(r): number for r, number in counts.items() if number})
    ratings = tuple(sorted(kept))
    if len(ratings) > MOST_RATINGS:
        examples = ", ".join(label(rating) for rating in ratings[:3])
        raise ScaleError(
            f"{source}: {len(ratings):,} different ratings ({examples}, ...) are too many for a "
            f"scale, of which at most {MOST_RATINGS} are learned",
            Remedy.ROUND_RATINGS,
        )
    if len(ratings) == 1:
        raise ScaleError(
            f"{source}: every rating is {label(ratings[0])}, so there is nothing to tell apart",
            Remedy.ADD_OTHER_RATINGS,
        )
    if not ratings:
        raise ScaleError(f"{source}: no row has both a text and a rating; add some")
    return Scale(ratings)


def _without_strays(counts: Mapping[float, int]) -> set[float]:
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


def check_maxima(maxima: Iterable[float], source: str = "the ratings") -> None:
    """Refuse ratings out of different numbers, which are not on one scale.

    Raises:
        ScaleError: some are out of 5, say, and others out of 10.
    """
    distinct = sorted(set(maxima))
    if len(distinct) > 1:
        shown = " and ".join(f"out of {label(maximum)}" for maximum in distinct[:2])
        raise ScaleError(
            f"{source}: some ratings are {shown}; bring them onto one scale first, "
            "or train on each kind alone"
        )
