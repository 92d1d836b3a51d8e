"""Sentences with words that few reviews use.

Of 36,000 words most stand in few reviews, from which little can be learned of what they do to a
sentence. A teacher that has read far more knows it. So words are put in the places of others in
sentences out of reviews, and the teacher says what such a sentence is rated (Jiao et al. 2020,
"TinyBERT"). A word is put where one stands whose vector is near to its own, which is mostly a word
of its kind; the sentence need not make sense.

Shapes: V words of the vocabulary, n words that are put.
"""

from dataclasses import replace
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from lstm_cli.arrays import Float32Array
from lstm_cli.text.vocabulary import SPECIAL_TOKENS
from tests.base.collection import Collection
from tests.base.drawing import Readings

AT_ONCE = 1_000  # words whose neighbours are looked for


class Swapping(NamedTuple):
    """Which words are put where."""

    times: int = 2  # that each word is put somewhere, in an epoch
    common: int = 300  # of the most frequent tokens, so many are never replaced
    frequent: int = 1_500  # and so many not put for their own sake: enough reviews have them
    letters: int = 3  # of a word at least
    neighbours: int = 20  # of a word, in whose places it may be put
    others: float = 0.25  # of the other words that may be replaced, the share that are
    shortest: int = 3  # words of a sentence
    longest: int = 16


def swapped(
    readings: Readings, vectors: Float32Array, how: Swapping, rng: np.random.Generator
) -> tuple[Readings, NDArray[np.int64]]:
    """The same readings, followed by sentences with swapped words; and the places of these.

    There are none where all sentences together have fewer than two words that may be replaced, or
    no word is to be put.

    Args:
        readings: what has been cut from reviews.
        vectors: of each word of the vocabulary. (V, size)
        how: which words are put where.
        rng: what draws.
    """
    # Sentences of an earlier call follow those that were cut; only these have a ``turns``.
    whole, num_reviews = readings.corpus, len(readings.collection.lengths)
    sentences = num_reviews + np.arange(len(readings.turns))
    lengths = whole.lengths[sentences]
    sentences = sentences[(how.shortest <= lengths) & (lengths <= how.longest)]
    carriers = whole.select(sentences)
    words = carriers.gather(np.arange(len(carriers)))
    order = np.argsort(words, kind="stable")
    first = np.searchsorted(words[order], np.arange(len(vectors) + 1))

    is_word = _are_words(readings.collection, how.letters)
    may_go = np.flatnonzero(is_word & (np.diff(first) > 0))
    may_go = may_go[may_go >= how.common]
    put = np.repeat(how.frequent + np.flatnonzero(is_word[how.frequent :]), how.times)
    if len(may_go) < 2 or not len(put):
        return readings, put[:0]
    near = _neighbours(vectors, may_go, how.neighbours)
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


def _are_words(collection: Collection, letters: int) -> NDArray[np.bool_]:
    """Which tokens are words of so many letters at least. (V,)"""
    are_words = [token.isalpha() and len(token) >= letters for token in collection.tokens]
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
