"""Misspelled words, and the known ones that are meant.

A letter too many, one too few, a changed one, or two that changed places are most of all
misspellings (Damerau 1964). They are undone where the known word is most likely the one that is
meant: it is a common one, and both begin with the same two letters.
"""

import re
from collections import defaultdict
from collections.abc import Callable, Iterable
from itertools import islice

COMMONEST = 10_000  # words that may be meant: beside a rarer one an unknown word is often right
SHORTEST = 6  # letters of a misspelled word
SHORTEST_CHANGED = 7  # of one with a changed letter, by which many right words differ, too
BEGINNING = 2  # letters that are right
_DRAWN_OUT = re.compile(r"(.)\1\1+")


class Spelling:
    """Known words, by how they begin.

    Args:
        words: all of them, the commonest first.
    """

    def __init__(self, words: Iterable[str]) -> None:
        self._beginning: defaultdict[str, list[str]] = defaultdict(list)
        for word in islice(words, COMMONEST):
            if len(word) >= SHORTEST - 1 and word.isalpha():
                self._beginning[word[:BEGINNING]].append(word)

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
            if shorter != word and is_known(shorter):
                return shorter
        changed = None
        if len(word) >= SHORTEST:
            for near in self._beginning.get(word[:BEGINNING], ()):
                if abs(len(near) - len(word)) <= 1:
                    ours, its = _without_ends(word, near)
                    if len(ours) + len(its) == 1 or (len(ours) == 2 and ours == its[::-1]):
                        return near
                    if len(ours) == len(its) == 1 and len(word) >= SHORTEST_CHANGED:
                        changed = changed or near
        return changed


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
