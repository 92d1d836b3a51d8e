"""One cell -> the number that a rating stands for, however a person or a page wrote it."""

import math
import re
from functools import lru_cache
from typing import NamedTuple

from lstm_cli.data.month_names import month_of

LONGEST_RATING = 80  # "Rated 4.5 stars out of five stars (excellent)", with room to spare
LARGEST_MAXIMUM = 1000.0

_NUMBER = r"[-+−]?(?:\d+(?:\.\d+)?|\.\d+|\d+,\d{1,2})(?:[eE][-+]?\d{1,3})?"
# Stars and points, as the shops of other countries write them.
_UNITS = (
    "stars?|star\\(s\\)|points?|pts?\\.?|bubbles?|hearts?|thumbs|★|⭐\ufe0f?|sterne?n?|punkte?n?"
    "|[ée]toiles?|estrellas?|estrelas?|puntos?|pontos?|stell[ae]|punti|sterren|ster|stj[äa]rnor"
    "|stj[äa]rna|gwiazd(?:ki|ka|ek)?|y[ıi]ld[ıi]z|puan|зв[её]зд[аы]?|балл(?:а|ов)?|نجوم|نجمة"
    "|星|颗星|顆星|分|つ星|点|점|개"
)
_BEFORE = "rated|rating|score|stars?|points|grade|overall|bewertung|note|nota|оценка|评分|評価|평점"
_OUT_OF = "/|out\\s+of|of|von|sur|de|su|di|van|av|z|из|من"
_RATING = re.compile(
    rf"(?:(?:{_BEFORE})(?:\s*[:=]\s*|\s+|-(?=\d)))?(?P<number>{_NUMBER}|[a-z]+)(?P<half>\s*½)?"
    rf"(?:[\s-]*(?:{_UNITS}))?"
    rf"(?:\s*(?:{_OUT_OF})\s*(?P<maximum>{_NUMBER}|[a-z]+)|\s*(?P<percent>%|percent))?"
    rf"(?:[\s-]*(?:{_UNITS}))?(?:\s+rating)?\.?"
    # What the number means: "4 - Satisfied", "4 (good)".
    r"(?:\s*(?:(?:(?<=\s)[-–—]|[:=])\s*(?P<said>[^\W\d][^\d]*)"
    r"|-(?P<joined>(?-i:[A-Z])[^\d]*)|\((?P<bracketed>[^\W\d][^\d]*)\)))?",
    re.IGNORECASE,
)
# Codes that say that nobody rated. "Not responsive" and "Not answering" are judgements.
_NOBODY_RATED = re.compile(
    r"don.?t know|not? (?:rat|appl|opinion|(?:answer(?:s|ed)?|respon(?:ses?|d|ded))\b)"
    r"|n/a|refused|unknown|missing|no data",
    re.IGNORECASE,
)
# The maximum first: "5つ星のうち4.0", "5점 만점에 4점", "5 yıldız üzerinden 4,0".
_MAXIMUM_FIRST = re.compile(
    rf"(?P<maximum>{_NUMBER})\s*(?:{_UNITS})\s*(?:のうち|中の?|만점에|üzerinden)\s*"
    rf"(?P<number>{_NUMBER})\s*(?:{_UNITS})?",
    re.IGNORECASE,
)
# "4.0 颗星，最多 5 颗星"
_AT_MOST = re.compile(
    rf"(?P<number>{_NUMBER})\s*(?:{_UNITS})\s*[,，(（]\s*(?:最多|共|满分|滿分)\s*"
    rf"(?P<maximum>{_NUMBER})\s*(?:{_UNITS})?\s*[)）]?"
)
# The class that a page draws the rating with: "ui_bubble_rating bubble_40", "a-star-4-5".
_CLASS = re.compile(
    r"(?:[\w-]+ )*[\w-]*?(?P<kind>bubble|stars?|rating)[_-](?P<number>\d{1,2})"
    r"(?:[-_](?P<half>5))?(?: [\w-]+)*",
    re.IGNORECASE,
)
_FULL_STARS = "★⭐🌟✭✮✯●♥❤"
_EMPTY_STARS = "☆✩○♡"
_STARS = re.compile(
    rf"(?P<full>(?:[{_FULL_STARS}]\ufe0f?\s?)*)(?P<half>½?)(?P<empty>(?:\s?[{_EMPTY_STARS}])*)"
)
_BESIDE_STARS = re.compile(rf"[\s{_FULL_STARS}{_EMPTY_STARS}\ufe0f]+")
_WORDS = {
    word: float(number)
    for number, word in enumerate(
        ("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten")
    )
}


def parse_rating(cell: object) -> float | None:
    """The number that a rating stands for, None where it stands for none.

    >>> [parse_rating(cell) for cell in (4, "4.0", " 5 stars", "4/5", "4 out of 5", "4,5")]
    [4.0, 4.0, 5.0, 4.0, 4.0, 4.5]
    >>> [parse_rating(cell) for cell in ("★★★★☆", "⭐⭐⭐", "★★½", "Five stars", "★ 4.5")]
    [4.0, 3.0, 2.5, 5.0, 4.5]
    >>> [parse_rating(cell) for cell in ("4 Sterne", "3,5 étoiles", "1 Stern", "5星", "4 von 5")]
    [4.0, 3.5, 1.0, 5.0, 4.0]
    >>> pages = ("1 star rating", "Rated 4 stars out of five stars", "4.0 of 5 bubbles")
    >>> [parse_rating(cell) for cell in pages]
    [1.0, 4.0, 4.0]
    >>> others = ("bubble_45", "4 - Satisfied", "80%", "5つ星のうち4.0", "Score: 8")
    >>> [parse_rating(cell) for cell in others]
    [4.5, 4.0, 80.0, 4.0, 8.0]
    >>> [parse_rating(cell) for cell in ("good", "", None, float("nan"), "2024-05-01", "1,000")]
    [None, None, None, None, None, None]
    """
    rated = _parse(cell)
    return None if rated is None else rated.rating


def parse_maximum(cell: object) -> float | None:
    """What a rating is out of, None where it does not say.

    >>> [parse_maximum(cell) for cell in ("4/5", "8 out of 10 stars", "4", "★★★☆☆", "80%")]
    [5.0, 10.0, None, 5.0, 100.0]
    """
    rated = _parse(cell)
    return None if rated is None else rated.maximum


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
    return _parse_text(text) if text and len(text) <= LONGEST_RATING else None


@lru_cache(maxsize=1 << 18)  # a column is looked through several times
def _parse_text(text: str) -> _ParsedRating | None:
    if stars := _STARS.fullmatch(text):
        full = sum(letter in _FULL_STARS for letter in stars["full"])
        empty = sum(letter in _EMPTY_STARS for letter in stars["empty"])
        rating = full + (0.5 if stars["half"] else 0.0)
        return _ParsedRating(rating, float(math.ceil(rating) + empty) if empty else None)
    if drawn := _CLASS.fullmatch(text):
        return _of_class(drawn)
    # Stars beside a number only draw it: "★★★★☆ 4.0". Labels cannot hold blanks: "4_of_5".
    text = _BESIDE_STARS.sub(" ", text.replace("_", " ")).strip()
    return next(filter(None, map(_of_match, _matches(text))), None)


def _matches(text: str) -> tuple[re.Match[str] | None, ...]:
    return tuple(pattern.fullmatch(text) for pattern in (_RATING, _MAXIMUM_FIRST, _AT_MOST))


def _of_match(match: re.Match[str] | None) -> _ParsedRating | None:
    if match is None:
        return None
    found = match.groupdict()
    number = _number(found["number"])
    maximum = _number(found["maximum"]) if found["maximum"] else None
    meaning = found.get("said") or found.get("joined") or found.get("bracketed")
    if meaning and _is_of_no_rating(meaning):
        return None
    if found.get("percent"):
        maximum = 100.0
    if number is None or (found["maximum"] and maximum is None):
        return None
    if maximum is not None and not number <= maximum <= LARGEST_MAXIMUM:
        return None  # a date, or a count of something else
    return _ParsedRating(number + (0.5 if found.get("half") else 0.0), maximum)


def _is_of_no_rating(meaning: str) -> bool:
    """Whether the words behind a number say that it rates nothing.

    A month does, for spreadsheets make 5-Apr of 4/5; what only begins like one is a judgement.

    >>> [_is_of_no_rating(words) for words in ("Apr", "April.", "no answer", "Decent", "Janky")]
    [True, True, True, False, False]
    """
    return month_of(meaning.strip(" .")) is not None or bool(_NOBODY_RATED.match(meaning))


def _of_class(drawn: re.Match[str]) -> _ParsedRating:
    """Classes write 4.5 as 4-5, or as 45: bubbles always, others where it can only be that."""
    number = float(drawn["number"]) + (0.5 if drawn["half"] else 0.0)
    is_bubble = drawn["kind"].lower() == "bubble"
    if is_bubble or (10 < number <= 50 and number % 5 == 0):
        number /= 10
    return _ParsedRating(number, 5.0 if is_bubble else None)


def _number(text: str) -> float | None:
    """A number in figures or in words, zero to ten."""
    if text.isalpha():
        return _WORDS.get(text.lower())
    number = float(text.replace(",", ".").replace("−", "-"))
    return number + 0.0 if math.isfinite(number) else None  # + 0.0: minus zero is zero
