"""Ratings in words: the families of words whose order is known.

A family is written a level a line, the lowest first. A comma joins spellings of one
word; a bar parts words of one level whose order nobody knows, so a file may have
only one of them.
"""

import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache

LONGEST_WORD = 60
MOST_UNKNOWN = 0.05  # of the rows; what is rarer is a slip

_SENTIMENT = """
extremely negative | overwhelmingly negative
very negative, sehr negativ, très négatif, muy negativo | strongly negative | highly negative
negative, neg, negativ, négatif, négative, negatif, negativo, negativa, negatief, negatywny,
    negatywna, отрицательный, отрицательная, отрицательно, негативный, негативная, негативно,
    消极, 负面, 負面, 差评, 差評, ネガティブ, 부정, 부정적
mostly negative | slightly negative | somewhat negative | weakly negative | rather negative
neutral, neu, neutre, neutro, neutra, neutraal, neutralny, нейтральный, нейтральная, нейтрально,
    中性, 中立, ニュートラル, 중립 | mixed | 中评, 中評
mostly positive | slightly positive | somewhat positive | weakly positive | rather positive
positive, pos, positiv, positif, positivo, positiva, positief, pozytywny, pozytywna,
    положительный, положительная, положительно, позитивный, позитивная, позитивно,
    积极, 正面, 好评, 好評, ポジティブ, 긍정, 긍정적
very positive, sehr positiv, très positif, muy positivo | strongly positive | highly positive
extremely positive | overwhelmingly positive
"""
_QUALITY = """
terrible | awful | horrible | very bad | really bad | very poor | worst | abysmal | dreadful
    | sehr schlecht | très mauvais | muy malo, muy mala | péssimo | pessimo | очень плохо | 很差
bad, schlecht, mauvais, mauvaise, malo, mala, ruim, cattivo, slecht, плохо, плохой, плохая, 差, 不好
    | unsatisfactory | not good
poor
below average | mediocre | needs improvement
fair
average, mittel, moyen, moyenne, regular, medio, médio, gemiddeld, средне, нормально, 一般, 普通
    | ok, okay, o.k | so so | moderate | medium | neutral | acceptable | decent | satisfactory
above average
good, gut, bon, bonne, bien, bueno, buena, bom, boa, buono, goed, хорошо, хороший, хорошая, 好
    | 不错
very good, sehr gut, très bien, très bon, muy bueno, muy bien, muito bom, molto buono, zeer goed,
    очень хорошо, 很好 | really good | great
excellent, ausgezeichnet, excelente, eccellente, uitstekend, отлично, 非常好 | outstanding
    | amazing | superb | fantastic | wonderful | perfect | exceptional | awesome | best | brilliant
"""
_SATISFACTION = """
extremely dissatisfied | completely dissatisfied | totally dissatisfied
very dissatisfied, very unsatisfied, sehr unzufrieden, très insatisfait, muy insatisfecho,
    非常不满意
dissatisfied, unsatisfied, not satisfied, unzufrieden, insatisfait, insatisfecho, insatisfeito,
    insoddisfatto, ontevreden, не доволен, 不满意
somewhat dissatisfied, somewhat unsatisfied | slightly dissatisfied | rather dissatisfied
neutral, neither satisfied nor dissatisfied, neither, 一般
somewhat satisfied | slightly satisfied | fairly satisfied | rather satisfied
satisfied, zufrieden, satisfait, satisfecho, satisfeito, soddisfatto, tevreden, доволен, 满意
very satisfied, sehr zufrieden, très satisfait, muy satisfecho, 非常满意
extremely satisfied | completely satisfied | totally satisfied
"""
_HAPPINESS = """
very unhappy | very sad
unhappy | sad
neutral
happy
very happy | delighted
"""
_AGREEMENT = """
strongly disagree | completely disagree | totally disagree
disagree
somewhat disagree | slightly disagree
neutral, neither agree nor disagree, neither | undecided
somewhat agree | slightly agree
agree
strongly agree | completely agree | totally agree
"""
_GOODREADS = """
did not like it, didn't like it, disliked it
it was ok, it was okay
liked it
really liked it
it was amazing
"""
_LIKING = """
hated it, hated, hate, hate it
disliked it, disliked, dislike, dislike it, did not like it, didn't like it
neutral | indifferent | it was ok, it was okay
liked it, liked, like, like it
loved it, loved, love, love it
"""
_RECOMMENDATION = """
strongly not recommended | highly not recommended
not recommended, not recommend, do not recommend, don't recommend, does not recommend,
    doesn't recommend, would not recommend, wouldn't recommend, nicht empfohlen, 不推荐
neutral | maybe
recommended, recommend, recommends, would recommend, empfohlen, 推荐
highly recommended, highly recommend | strongly recommended
"""
_THUMBS = """
👎, thumbs down, thumb down, thumbsdown, down, downvote, downvoted, two thumbs down
👍, thumbs up, thumb up, thumbsup, up, upvote, upvoted, two thumbs up
"""
_TRUTH = """
false, f, falsch, faux, falso, 否
true, t, wahr, vrai, verdadero, vero, 是
"""
_YES_NO = """
no, n, nein, non, não, nee, нет, 否, いいえ, 아니요
maybe | partly | unsure | not sure
yes, y, ja, oui, si, sí, sì, sim, tak, да, 是, はい, 예
"""
_LEVELS = """
very low
low
medium, moderate, mid, middle
high
very high
"""
_LIKELIHOOD = """
extremely unlikely | not at all likely
very unlikely
unlikely, not likely
neutral, neither likely nor unlikely | unsure
likely
very likely
extremely likely
"""
_SMILEYS = """
😡 | 🤬 | 😠
🙁, ☹ | 😞 | 😟 | 😢 | 😭
😐 | 😑
🙂 | 😊 | 😀 | 😃 | 😄
😍 | 🤩 | 😁
"""
_OTHERS = (
    "rotten\nfresh | certified fresh",
    "detractor, detractors\npassive, passives\npromoter, promoters",
    "below expectations\nmeets expectations, met expectations\nexceeds expectations, "
    "exceeded expectations",
    "unfavorable, unfavourable\nneutral\nfavorable, favourable",
    "bearish\nneutral\nbullish",
    "worse\nsame\nbetter",
    "unhelpful, not helpful\nhelpful\nvery helpful",
)

# What is said in these words can only be a judgement. True and yes answer a question that only
# the name of the column asks; good weather, low prices and what goes up are no ratings.
_JUDGEMENTS = frozenset({"sentiment", "satisfaction", "goodreads", "liking", "recommendation"})
# What is said in these may be a judgement as well. Not so prices, which are low or high, and
# promoters, who are so called for a number that stands beside them.
_OPINIONS = frozenset({"quality", "happiness", "agreement", "likelihood", "smileys"})


@dataclass(frozen=True)
class Family:
    """Words in a known order."""

    name: str
    # By spelling: the level, from 0, and which of the words of that level it is.
    places: Mapping[str, tuple[int, int]]

    @property
    def needs_name(self) -> bool:
        """Whether only a column of a telling name holds ratings in these words."""
        return self.name not in _JUDGEMENTS

    @property
    def may_judge(self) -> bool:
        """Whether a column that no name explains may hold ratings in these words."""
        return self.name in _OPINIONS

    def level(self, cell: str) -> int | None:
        """The level of a word, from 0 for the lowest."""
        place = self.places.get(spelled(cell))
        return None if place is None else place[0]

    def orders(self, words: Iterable[str]) -> bool:
        """Whether all of some words are in it, two levels at least, and no two share a level."""
        places = {self.places.get(spelled(word)) for word in words}
        if None in places:
            return False
        levels = {place[0] for place in places if place is not None}
        return len(levels) == len(places) > 1

    def place_among(self, word: str, named: Mapping[str, float]) -> float | None:
        """Where a word lies on a scale: on a place, between two, or beyond the last.

        Args:
            word: in any spelling.
            named: the places of a scale by their words, all of this family.

        >>> find_family({"bad": 1, "good": 1}).place_among("Good!", {"bad": 1.0, "good": 2.0})
        2.0
        >>> find_family({"neg": 1, "pos": 1}).place_among("neutral", {"neg": 1.0, "pos": 2.0})
        1.5
        """
        sought = self.places.get(spelled(word))
        if sought is None:
            return None
        known = {self.places[spelled(name)]: rating for name, rating in named.items()}
        level = sought[0]
        if sought in known or level in {other for other, _ in known}:
            return known.get(sought)  # None for another word of a known level
        below = max(((other, rating) for (other, _), rating in known.items() if other < level),
                    default=(-1, 0.0))  # fmt: skip
        last = 1 + max(place for place, _ in self.places.values())
        above = min((other for other, _ in known if other > level), default=last)
        return below[1] + (level - below[0]) / (above - below[0])


def spelled(cell: object) -> str:
    """A word as it is compared: without case, blanks, joints, full stops and colours of skin.

    >>> spelled(" Thumbs_Up! "), spelled("Didn’t like it."), spelled("👍🏽")
    ('thumbs up', "didn't like it", '👍')
    """
    text = unicodedata.normalize("NFKC", str(cell)).casefold().replace("’", "'")
    text = re.sub("[\ufe0f\U0001f3fb-\U0001f3ff]", "", text)
    return re.sub(r"[\s_\-]+", " ", text).strip(" .!\"'")


@cache
def families() -> tuple[Family, ...]:
    """All that are known. Where the words of a file are in several, the first is meant."""
    listed = {
        "sentiment": _SENTIMENT,
        "quality": _QUALITY,
        "satisfaction": _SATISFACTION,
        "happiness": _HAPPINESS,
        "agreement": _AGREEMENT,
        "goodreads": _GOODREADS,
        "liking": _LIKING,
        "recommendation": _RECOMMENDATION,
        "thumbs": _THUMBS,
        "truth": _TRUTH,
        "yes-no": _YES_NO,
        "levels": _LEVELS,
        "likelihood": _LIKELIHOOD,
        "smileys": _SMILEYS,
        **dict(zip(map(str, range(len(_OTHERS))), _OTHERS, strict=True)),
    }
    return tuple(_family(name, lines) for name, lines in listed.items())


def _family(name: str, lines: str) -> Family:
    levels = re.sub(r"\n\s+", " ", lines.strip()).split("\n")
    return Family(
        name,
        {
            spelled(word): (level, choice)
            for level, line in enumerate(levels)
            for choice, words in enumerate(line.split("|"))
            for word in words.split(",")
        },
    )


def is_judgement(cell: str) -> bool:
    """Whether a rating may be called so.

    >>> is_judgement("Positive"), is_judgement("review")
    (True, False)
    """
    return len(cell) <= LONGEST_WORD and any(f.level(cell) is not None for f in families())


def find_family(counts: Mapping[str, int]) -> Family | None:
    """The family that the words of a column are from, apart from rare slips; None if from none.

    Args:
        counts: how many rows hold each word.

    >>> find_family({"Positive": 40, "Negative": 60}).name, find_family({"warm": 1, "cold": 1})
    ('sentiment', None)
    """
    total = sum(counts.values())
    for family in families():
        known = [word for word in counts if family.level(word) is not None]
        unknown = total - sum(counts[word] for word in known)
        if unknown <= MOST_UNKNOWN * total and family.orders(known):
            return family
    return None


def known_order(words: Iterable[str]) -> tuple[str, ...]:
    """The words whose order a family knows, the lowest first; the most that one family has.

    >>> known_order(["Irrelevant", "Positive", "Negative"]), known_order(["warm", "cold"])
    (('Negative', 'Positive'), ())
    """
    given = list(words)
    best: tuple[str, ...] = ()
    for family in families():
        levels = {word: level for word in given if (level := family.level(word)) is not None}
        if family.orders(levels) and len(levels) > len(best):
            best = tuple(sorted(levels, key=levels.__getitem__))
    return best


def family_of(names: Sequence[str]) -> Family | None:
    """The family that has all of some words, each on a level of its own."""
    return next((family for family in families() if family.orders(names)), None)
