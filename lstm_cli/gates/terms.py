"""Which words of a review can be named as a cause, and which of them belong together.

A *word* here is a content word with the negation before it: "clean" and "not clean" are two.
Function words, numbers and marks are no words: they move a rating as well, but nobody can act
on "the". Two words of one clause, at most two tokens apart, are a *pair*, in whichever order
they come: "dirty room" and "the room was very dirty" say the same.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import NamedTuple

FARTHEST = 3  # places from one word of a pair to the other

_NEGATIONS = {
    "not": "not", "n't": "not", "cannot": "not", "no": "no", "never": "never",
    "without": "without", "hardly": "hardly", "barely": "barely",
}  # fmt: skip
# What scikit-learn calls stop words, and a manager would want to read.
_CONTENT = frozenset((
    "back", "bill", "bottom", "call", "cry", "describe", "detail", "empty", "fill", "fire", "full",
    "interest", "mill", "serious", "side", "sincere", "system", "thick", "thin",
))  # fmt: skip
# What it does not call so.
_EMPTY = frozenset((
    "actually", "ask", "came", "come", "did", "do", "does", "doing", "done", "especially", "gave",
    "get", "gets", "getting", "give", "go", "goes", "going", "got", "gotten", "has", "having",
    "just", "lot", "lots", "let", "make", "makes", "making", "quite", "really", "said", "say",
    "says", "thing", "things", "took", "take", "use", "used", "using", "want", "wanted", "way",
    "went", "won", "ca", "wo", "im", "ive", "dont", "didnt", "id", "maybe", "probably", "simply",
    "think", "thought", "know", "knew", "bit", "sure", "st", "nd", "rd", "th", "etc",
))  # fmt: skip
_SENTENCE_ENDS = frozenset(".!?…。！？")
_BREAKS = frozenset(("and", "or", "but", "although", "though", "while", "because", "however"))


class Pair(NamedTuple):
    """Two words of a review that belong together, by their places in ``ReviewWords``."""

    first: int
    second: int


@dataclass(frozen=True)
class ReviewWords:
    """The words of a review, and which of them belong together."""

    names: list[str] = field(default_factory=list)  # "dirty", "not clean"
    begins: list[int] = field(default_factory=list)  # the token with which each begins
    ends: list[int] = field(default_factory=list)  # its content word
    pairs: list[Pair] = field(default_factory=list)
    sentences: list[int] = field(default_factory=list)  # the number of each word's sentence

    def tokens_of(self, word: int) -> tuple[int, ...]:
        """The places of a word's tokens: its negation, if it has one, and itself."""
        begin, end = self.begins[word], self.ends[word]
        return (end,) if begin == end else (begin, end)


def words_of(tokens: Sequence[str]) -> ReviewWords:
    """Find the words of a review.

    >>> found = words_of(["the", "room", "was", "n't", "very", "clean", ",", "and", "no", "view"])
    >>> found.names
    ['room', 'not clean', 'no view']
    >>> [(found.names[first], found.names[second]) for first, second in found.pairs]
    [('room', 'not clean')]
    """
    found = ReviewWords()
    clause = sentence = 0  # the first word of the clause; how many sentences were before
    negation: int | None = None
    for place, token in enumerate(tokens):
        if token in _NEGATIONS:
            negation = place
        elif token in _BREAKS or not (token[0].isalnum() or token[0] == "'"):
            clause, negation = len(found.names), None
            sentence += token[0] in _SENTENCE_ENDS
        elif is_content(token):
            if negation is not None and place - negation > FARTHEST:
                negation = None
            begin = place if negation is None else negation
            said = "" if negation is None else _NEGATIONS[tokens[negation]] + " "
            word = len(found.names)
            near = [k for k in range(clause, word) if begin - found.ends[k] <= FARTHEST]
            found.names.append(said + token)
            found.begins.append(begin)
            found.ends.append(place)
            found.sentences.append(sentence)
            found.pairs.extend(Pair(k, word) for k in near if found.names[k] != said + token)
            negation = None
    return found


def is_content(token: str) -> bool:
    """Whether a token can be named as a cause.

    >>> [is_content(token) for token in ("dirty", "the", "7/10", "!", "x", "'s", "脏")]
    [True, False, False, False, False, False, True]
    """
    if not token[0].isalpha() or (len(token) == 1 and token.isascii()):
        return False
    return token not in _function_words()


def joined(tokens: Sequence[str]) -> str:
    """Tokens as people write them.

    >>> joined(["room", "was", "n't", "clean"])
    "room wasn't clean"
    """
    return " ".join(tokens).replace(" n't", "n't").replace(" '", "'")


def commonest(names: Counter[str]) -> str:
    """The most frequent of some names; the first by spelling of several."""
    return min(names, key=lambda name: (-names[name], name))


@cache
def _function_words() -> frozenset[str]:
    from sklearn.feature_extraction.text import ENGLISH_STOP_WORDS

    return (frozenset(ENGLISH_STOP_WORDS) - _CONTENT) | _EMPTY
