"""Sentences in which words stand that reviews seldom use.

Of 36,000 words most stand in a few reviews, which say little of what such a word does to a
sentence. A teacher that has read far more knows it. So words are put in the places of others in
sentences out of reviews, and the teacher says what such a sentence is rated (Jiao et al. 2020,
"TinyBERT"). A word is put where one stands whose vector is near to its own, which is mostly a word
of its kind; the sentence need not make sense.

Shapes: V words that are known, n words that are put.
"""

from dataclasses import replace
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from lstm_cli.arrays import Float32Array
from lstm_cli.text.vocabulary import SPECIAL_TOKENS
from tests.base.collection import Collection
from tests.base.drawing import Readings

SHORTEST_WORD = 3  # letters
AT_ONCE = 1_000  # words whose neighbours are looked for


class Swapping(NamedTuple):
    """Which words are put where."""

    common: int = 300  # so many of the most frequent ones are not swapped
    known: int = 1_500  # nor are so many put: there are reviews enough that have them
    neighbours: int = 20  # of a word, in whose places it may stand
    others: float = 0.25  # share of the other words of a sentence that are swapped, too
    shortest: int = 3  # words of a sentence
    longest: int = 16


SWAPPING = Swapping()


def swapped(
    readings: Readings,
    vectors: Float32Array,
    times: int,
    rng: np.random.Generator,
    how: Swapping = SWAPPING,
) -> tuple[Readings, NDArray[np.int64]]:
    """The same readings, followed by sentences with swapped words; and the places of these.

    Args:
        readings: what has been cut from reviews.
        vectors: of each word that is known. (V, size)
        times: how often each word is put somewhere.
        rng: what draws.
        how: which words are put where.
    """
    is_word = _are_words(readings.collection)
    put = np.repeat(how.known + np.flatnonzero(is_word[how.known :]), times)
    if not len(put):
        return readings, put
    whole, num_reviews = readings.corpus, len(readings.collection.lengths)
    sentences = num_reviews + np.arange(len(readings.turns))
    lengths = whole.lengths[sentences]
    sentences = sentences[(how.shortest <= lengths) & (lengths <= how.longest)]
    carriers = whole.select(sentences)
    words = carriers.gather(np.arange(len(carriers)))
    order = np.argsort(words, kind="stable")
    first = np.searchsorted(words[order], np.arange(len(vectors) + 1))

    may_go = np.flatnonzero(is_word & (np.diff(first) > 0))
    near = _neighbours(vectors, may_go[may_go >= how.common], how.neighbours)
    instead_of = _any_of(near[put], rng)
    at = order[rng.integers(first[instead_of], first[instead_of + 1])]
    starts = np.cumsum(carriers.lengths) - carriers.lengths
    carrier = np.searchsorted(starts, at, side="right") - 1

    lengths = carriers.lengths[carrier]
    new_starts = np.cumsum(lengths) - lengths
    text = carriers.gather(carrier).astype(np.int64)
    is_other = is_word[text] & (text >= how.common) & (rng.random(len(text)) < how.others)
    text[is_other] = _any_of(near[text[is_other]], rng)
    text[new_starts + at - starts[carrier]] = put
    assert whole.left_out is not None
    corpus = replace(
        whole,
        token_ids=np.concatenate([whole.token_ids, text.astype(whole.token_ids.dtype)]),
        starts=np.concatenate([whole.starts, len(whole.token_ids) + new_starts]),
        lengths=np.concatenate([whole.lengths, lengths]),
        left_out=np.concatenate([whole.left_out, np.zeros_like(lengths)]),
    )
    review = np.concatenate([readings.review, readings.review[sentences[carrier]]])
    return replace(readings, corpus=corpus, review=review), len(whole) + np.arange(len(put))


def _are_words(collection: Collection) -> NDArray[np.bool_]:
    """Which tokens are words of letters, and no short ones. (V,)"""
    are_words = [token.isalpha() and len(token) >= SHORTEST_WORD for token in collection.tokens]
    are_words[: len(SPECIAL_TOKENS)] = [False] * len(SPECIAL_TOKENS)
    return np.array(are_words)


def _neighbours(vectors: Float32Array, among: NDArray[np.int64], most: int) -> NDArray[np.int64]:
    """Of each word the nearest of some others by the angle, in no order. (V, most)"""
    centred = vectors - vectors[len(SPECIAL_TOKENS) :].mean(0)
    unit = centred / np.linalg.norm(centred, axis=1, keepdims=True).clip(min=1e-9)
    most = min(most, len(among) - 1)
    near = np.empty((len(vectors), most), np.int64)
    for begin in range(0, len(vectors), AT_ONCE):
        some = np.arange(begin, min(begin + AT_ONCE, len(vectors)))
        likeness = unit[some] @ unit[among].T
        likeness[some[:, None] == among] = -np.inf
        near[some] = among[np.argpartition(-likeness, most - 1, axis=1)[:, :most]]
    return near


def _any_of(choices: NDArray[np.int64], rng: np.random.Generator) -> NDArray[np.int64]:
    """One of each row. (n, most) -> (n,)"""
    chosen = rng.integers(choices.shape[1], size=len(choices))
    found: NDArray[np.int64] = choices[np.arange(len(choices)), chosen]
    return found
