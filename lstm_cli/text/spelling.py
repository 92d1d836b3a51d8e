"""Misspelled words, and the known ones that are meant.

A letter too many, one too few, a changed one, or two that changed places are most of all
misspellings (Damerau 1964). They are undone where the known word is most likely the one that is
meant: it is a common one, and both begin with the same two letters.
"""

import re
from collections import defaultdict
from collections.abc import Callable, Iterable
from functools import cached_property
from itertools import islice

COMMONEST = 10_000  # words that may be meant: beside a rarer one an unknown word is often right
SHORTEST = 6  # letters of a misspelled word
SHORTEST_CHANGED = 7  # of one with a changed letter, by which many right words differ, too
BEGINNING = 2  # letters that are right
SHORTEST_DRAWN = 3  # letters of a word that is drawn out; brr is none
_DRAWN_OUT = re.compile(r"(.)\1\1+")


class Spelling:
    """Known words, by how they begin.

    Args:
        words: all of them, the commonest first.
    """

    def __init__(self, words: Iterable[str]) -> None:
        self._alike: defaultdict[str, _Alike] = defaultdict(_Alike)
        for word in islice(words, COMMONEST):
            if len(word) >= SHORTEST - 1 and word.isalpha():
                self._alike[word[:BEGINNING]].words.append(word)

    def meant(self, word: str, is_known: Callable[[str], bool]) -> str | None:
        """The known word that an unknown one stands for; None if there is none.

        Of several it is the commonest, and one with a changed letter only if there is no other.

        >>> from functools import partial
        >>> words = ["showing", "shopping", "good", "awful"]
        >>> meant = partial(Spelling(words).meant, is_known=words.__contains__)
        >>> [meant(word) for word in ("shoping", "goood", "awfull", "goof")]
        ['shopping', 'good', 'awful', None]

        Args:
            word: the unknown one.
            is_known: says it of any word.
        """
        if not word.isalpha():
            return None
        for left in (r"\1\1", r"\1"):
            shorter = _DRAWN_OUT.sub(left, word)
            if len(shorter) >= SHORTEST_DRAWN and is_known(shorter):
                return shorter
        alike = self._alike.get(word[:BEGINNING])
        changed = None
        if alike is not None and len(word) >= SHORTEST:
            for near in alike.near(word):
                ours, its = _without_ends(word, near)
                if len(ours) + len(its) == 1 or (len(ours) == 2 and ours == its[::-1]):
                    return near
                if len(ours) == len(its) == 1 and len(word) >= SHORTEST_CHANGED:
                    changed = changed or near
        return changed


class _Alike:
    """Words with the same beginning, the commonest first."""

    def __init__(self) -> None:
        self.words: list[str] = []

    def near(self, word: str) -> list[str]:
        """The words that equal this one where a letter of one is missing, or one of both.

        All words with one error are among them (Garbe 2012).
        """
        if len(word) > self._longest + 1:
            return []
        left = self._by_what_is_left
        places = {k for missing in _with_one_missing(word) for k in left.get(missing, ())}
        return [self.words[k] for k in sorted(places)]

    @cached_property
    def _by_what_is_left(self) -> dict[str, list[int]]:
        found = defaultdict(list)
        for place, word in enumerate(self.words):
            for missing in _with_one_missing(word):
                found[missing].append(place)
        return dict(found)

    @cached_property
    def _longest(self) -> int:
        return max(map(len, self.words))


def _with_one_missing(word: str) -> set[str]:
    """A word, and what is left of it without one of the letters that follow its beginning."""
    return {word, *(word[:k] + word[k + 1 :] for k in range(BEGINNING, len(word)))}


def _without_ends(one: str, other: str) -> tuple[str, str]:
    """What two words have between the letters that they begin and end with alike.

    >>> _without_ends("wondreful", "wonderful"), _without_ends("actting", "acting")
    (('re', 'er'), ('t', ''))
    """
    begin, ours, its = 0, len(one), len(other)
    shorter = min(ours, its)
    while begin < shorter and one[begin] == other[begin]:
        begin += 1
    while begin < ours and begin < its and one[ours - 1] == other[its - 1]:
        ours, its = ours - 1, its - 1
    return one[begin:ours], other[begin:its]
