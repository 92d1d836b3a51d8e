"""Start from a base: a model that has read more than any one file holds.

The base's words keep their vectors, and the words of the user's reviews are
added to them. Where the base has ratings of its own, the readout starts from
them, laid onto the user's scale.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from lstm_cli.arrays import Float64Array
from lstm_cli.bundle.reading import Bundle
from lstm_cli.bundle.seen import Seen
from lstm_cli.config import ModelConfig, Pooling
from lstm_cli.core.reading import softmax
from lstm_cli.text.vocabulary import SPECIAL_TOKENS, UNKNOWN_ID, Vocabulary

LEAST_PROBABILITY = 1e-6
LEAST_KNOWN = 0.5  # share of the tokens; a base that knows fewer is of another language
NEIGHBOURS = 5
LEAST_ALIKE = 0.4  # cosine of the parts of two words
WORDS_AT_ONCE = 1_000
FEW_NEW = 50  # words, of which looking for those like them is faster than comparing all


@dataclass(frozen=True)
class Base:
    """A model to start from."""

    name: str
    config: ModelConfig
    vocabulary: Vocabulary
    arrays: Mapping[str, NDArray[np.float32]]
    ratings: tuple[float, ...]  # none of a language model
    token_pattern: str
    fingerprint: str  # sha256 of its weights
    learned_from: int = 0  # reviews
    seen: Seen | None = None  # the texts it and its own bases learned from

    @classmethod
    def from_bundle(cls, bundle: Bundle) -> "Base":
        """A saved model as something to start from; its weights are read here."""
        info = bundle.info
        return cls(
            bundle.name,
            info.model,
            bundle.vocabulary,
            bundle.arrays,
            info.ratings,
            info.token_pattern,
            bundle.fingerprint,
            info.provenance.training,
            bundle.seen,
        )

    def known_share(self, counts: Mapping[str, int]) -> float:
        """The share of tokens that the base knows.

        Args:
            counts: how often each token occurs.
        """
        known = sum(n for t, n in counts.items() if self.vocabulary.id(t) != UNKNOWN_ID)
        return known / max(1, sum(counts.values()))

    def extended(self, counts: Mapping[str, int], maximum_new: int) -> Vocabulary:
        """The words of the base, then the commonest others of the reviews, in that order.

        Args:
            counts: how often each token occurs in the reviews.
            maximum_new: the most words added.
        """
        new = [t for t in counts if self.vocabulary.id(t) == UNKNOWN_ID and t not in SPECIAL_TOKENS]
        new.sort(key=lambda token: (-counts[token], token))
        return Vocabulary((*self.vocabulary.tokens, *new[:maximum_new]))

    def start(
        self, vocabulary: Vocabulary, ratings: Sequence[float], pooling: Sequence[Pooling]
    ) -> dict[str, NDArray[np.float32]]:
        """The weights a network starts from.

        Args:
            vocabulary: the base's words and others behind them.
            ratings: the user's scale, in order.
            pooling: what the readout of the network joins.
        """
        arrays = {name: self.arrays[name] for name in self.arrays if name.startswith("cell.")}
        new = vocabulary.tokens[len(self.vocabulary) :]
        arrays["embedding"] = np.concatenate([self.arrays["embedding"], self._vectors_of(new)])
        if self.ratings and set(pooling) <= set(self.config.pooling):
            arrays |= remap_readout(
                ratings, self.ratings, self._readout_of(pooling), self.arrays["readout.bias"]
            )
        return arrays

    def _readout_of(self, pooling: Sequence[Pooling]) -> NDArray[np.float32]:
        """The base's readout of some of the views that it joins. (R, P·H)"""
        views = np.split(self.arrays["readout.weight"], len(self.config.pooling), axis=1)
        by_name = dict(zip(self.config.pooling, views, strict=True))
        return np.concatenate([by_name[name] for name in pooling], axis=1)

    @cached_property
    def _known_parts(self) -> Any:
        """The parts of all words of the base. (parts, words)

        Kept, for ``lstm advise`` trains from one base ten times.
        """
        return _parts_of(self.vocabulary.tokens[len(SPECIAL_TOKENS) :]).T.tocsr()

    def _parts_near(self, new: Sequence[str]) -> tuple[Any, NDArray[np.int64]]:
        """The parts of the words that may be spelled like new ones, (parts, words), and their ids.

        Of many new words these are nearly all. Of a few, as an update has them, they are those
        that share three letters in a row with one, beside which no other has a part in common.
        """
        first = len(SPECIAL_TOKENS)
        words = self.vocabulary.tokens[first:]
        if len(new) > FEW_NEW:
            return self._known_parts, np.arange(first, first + len(words))
        wanted = set().union(*map(_threes, new))
        near = [k for k, word in enumerate(words) if not wanted.isdisjoint(_threes(word))] or [0]
        return _parts_of([words[k] for k in near]).T.tocsr(), first + np.array(near)

    def _vectors_of(self, new: Sequence[str]) -> NDArray[np.float32]:
        """A vector for each new word: the mean of those spelled most like it. (new, E)

        Alike is the cosine of their parts of three to five letters; a word like no
        other starts as the unknown word.
        """
        embedding = self.arrays["embedding"]
        vectors = np.repeat(embedding[UNKNOWN_ID : UNKNOWN_ID + 1], len(new), axis=0)
        if not new:
            return vectors
        known, ids = self._parts_near(new)
        for begin in range(0, len(new), WORDS_AT_ONCE):
            alike = (_parts_of(new[begin : begin + WORDS_AT_ONCE]) @ known).tocsr()
            for row in range(alike.shape[0]):
                some = slice(alike.indptr[row], alike.indptr[row + 1])
                shares, places = alike.data[some], alike.indices[some]
                best = np.lexsort((places, -shares))[:NEIGHBOURS]
                best = best[shares[best] >= LEAST_ALIKE]
                if len(best):
                    weights = shares[best] / shares[best].sum()
                    vectors[begin + row] = weights @ embedding[ids[places[best]]]
        return vectors.astype(np.float32)


def _parts_of(words: Sequence[str]) -> Any:
    """Runs of three to five letters in each word, counted; rows of length 1. (words, parts)"""
    from sklearn.feature_extraction.text import HashingVectorizer  # a second of loading

    parts = HashingVectorizer(
        analyzer="char_wb", ngram_range=(3, 5), lowercase=False, alternate_sign=False
    )
    return parts.transform(words)


def _threes(word: str) -> set[str]:
    """The runs of three letters of a word, with a blank at either end.

    >>> sorted(_threes("ab"))
    [' ab', 'ab ']
    """
    padded = f" {word} "
    return {padded[k : k + 3] for k in range(len(padded) - 2)}


def remap_readout(
    ratings: Sequence[float],
    base_ratings: Sequence[float],
    weight: NDArray[np.float32],
    bias: NDArray[np.float32],
) -> dict[str, NDArray[np.float32]]:
    """A readout for one scale from that of another: lowest onto lowest, highest onto highest.

    A rating between two of the base's ratings gets a mean of their rows, by its distance to
    each. (R, P·H), (R,)

    >>> remap_readout([0, 1, 2], [1, 5], np.array([[0.0], [4.0]]), np.array([0.0, 2.0]))
    {'readout.weight': array([[0.],
           [2.],
           [4.]], dtype=float32), 'readout.bias': array([0., 1., 2.], dtype=float32)}
    """
    low, high = min(base_ratings), max(base_ratings)
    share = (np.array(ratings) - min(ratings)) / max(max(ratings) - min(ratings), 1e-9)
    places = np.interp(low + share * (high - low), base_ratings, np.arange(len(base_ratings)))
    below = np.floor(places).astype(np.int64)
    above = np.ceil(places).astype(np.int64)
    part = (places - below)[:, None]
    rows = (1 - part) * weight[below] + part * weight[above]
    biases = (1 - part[:, 0]) * bias[below] + part[:, 0] * bias[above]
    return {
        "readout.weight": rows.astype(np.float32),
        "readout.bias": biases.astype(np.float32),
    }


def on_scale(
    probabilities: Float64Array, base_ratings: Sequence[float], ratings: Sequence[float]
) -> Float64Array:
    """A base's probabilities of its own ratings as those of another scale. (N, R') -> (N, R)

    As a readout would give them that starts from the base's.

    >>> on_scale(np.array([[0.5, 0.5]]), [1, 5], [0, 1, 2]).round(3).tolist()
    [[0.333, 0.333, 0.333]]
    """
    logs = np.log(np.maximum(probabilities, LEAST_PROBABILITY)).astype(np.float32)
    nothing = np.zeros(len(base_ratings), dtype=np.float32)
    laid = remap_readout(ratings, base_ratings, logs.T, nothing)["readout.weight"].T
    return softmax(laid.astype(np.float64))
