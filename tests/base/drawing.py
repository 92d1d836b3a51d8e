"""What the base reads of ratings in an epoch: reviews, and sentences out of other ones.

In a review other words say what "not bad" was meant to say; alone it has to be read. So sentences
are read as reviews of their own, with the rating of the review that they stand in, or with what
teachers say of them. A treebank's phrases and sentences have ratings of their own, and are not cut.
Not every sentence says what its review says, but thousands together do: the 374 with "not bad" have
3.4 in the mean. Six in ten of those drawn have a word that turns, bounds or compares what is said;
with teachers, 45 in a hundred.

Shapes: N reviews of a collection, S sentences out of them, P places: N + S, or more where words are
swapped.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from lstm_cli.data.corpus import Corpus
from tests.base.collection import FILMS, PHRASES, SENTENCES, Collection

LONGEST, HEAD = 400, 130  # tokens of a review that are read: its first and its last ones


class Even(NamedTuple):
    """Up to how many of a domain are all drawn; of more, the root of that times their number.

    With 6,000, of 24,000 reviews 12,000 are.
    """

    reviews: int
    turned: int  # sentences that have a word which turns, bounds or compares
    others: int  # sentences without one


EVEN = Even(reviews=6_000, turned=1_500, others=300)
# Where teachers say what sentences are rated. With the ratings of their reviews, so many would
# teach that a sentence says what its review does.
EVEN_TAUGHT = Even(reviews=12_000, turned=6_000, others=3_000)
MOST_READ = {FILMS: 12_000, PHRASES: 60_000, SENTENCES: 9_000}  # of the last all
TREEBANK = (PHRASES, SENTENCES)  # all of the sentences are phrases, too
SHORTEST_SENTENCE, LONGEST_SENTENCE = 2, 40  # tokens
SMALLEST_PART = 0.1  # of its review: a smaller one says little of what that is rated
ENDS = frozenset((".", "!", "?", "...", ";"))
# Chosen when the exam's wrong answers had been read, so that the exam flatters what it makes.
TURNING = frozenset(
    "no not n't never none nobody nothing nowhere neither nor cannot without hardly barely "  # noqa: SIM905
    "lack lacks lacking fail fails failed except unless but yet however although though despite "
    "instead few less worse better than".split()
)

# Of all that decides what is drawn: what was made by another drawing is not what this one makes.
DRAWING = hashlib.sha256(
    repr(
        (*EVEN, MOST_READ, TREEBANK, SHORTEST_SENTENCE, LONGEST_SENTENCE,
         SMALLEST_PART, LONGEST, HEAD, sorted(ENDS), sorted(TURNING))
    ).encode()
).hexdigest()[:8]  # fmt: skip


@dataclass(frozen=True)
class Readings:
    """The reviews of a collection, followed by sentences out of some of them.

    A place below N is a review, each other one a sentence. Where words are swapped, sentences that
    nobody wrote follow these; they have the review that their other words stand in, no ``turns``,
    and are not drawn.
    """

    collection: Collection
    corpus: Corpus  # of all places
    review: NDArray[np.int64]  # of each place, the review that it is, or is out of. (P,)
    turns: NDArray[np.bool_]  # of each sentence, whether it has a word that turns it. (S,)

    @classmethod
    def of(cls, collection: Collection, training: NDArray[np.int64]) -> "Readings":
        """All that can be drawn.

        Args:
            collection: the reviews.
            training: places of those that are learned from, or whose sentences are.
        """
        whole = collection.corpus
        starts, lengths = _cut(collection)
        review = np.searchsorted(whole.starts, starts, side="right") - 1
        size = np.maximum(whole.lengths[review] * SMALLEST_PART, SHORTEST_SENTENCE)
        may_be_cut = np.zeros(len(whole), np.bool_)
        may_be_cut[training] = True
        may_be_cut &= ~collection.is_of(TREEBANK)
        is_read = may_be_cut[review] & (lengths >= size) & (lengths <= LONGEST_SENTENCE)
        is_read &= lengths < whole.lengths[review]
        starts, lengths, review = starts[is_read], lengths[is_read], review[is_read]
        reviews = whole.shortened(LONGEST, HEAD)
        assert reviews.left_out is not None
        corpus = replace(
            reviews,
            starts=np.concatenate([reviews.starts, starts]),
            lengths=np.concatenate([reviews.lengths, lengths]),
            left_out=np.concatenate([reviews.left_out, np.zeros_like(lengths)]),
        )
        turning = np.cumsum(_is_one_of(collection, TURNING), dtype=np.int64)
        before = np.where(starts > 0, turning[starts - 1], 0)
        return cls(
            collection,
            corpus,
            review=np.concatenate([np.arange(len(whole)), review]),
            turns=turning[starts + lengths - 1] > before,
        )

    @cached_property
    def domain(self) -> NDArray[np.int8]:
        """Of each place, the number of its domain. (P,)"""
        return self.collection.domain[self.review]

    def is_sentence(self, places: NDArray[np.int64]) -> NDArray[np.bool_]:
        """Which of some places are sentences out of reviews."""
        return places >= len(self.collection.lengths)

    def is_of(self, places: NDArray[np.int64], names: Sequence[str]) -> NDArray[np.bool_]:
        """Which of some places are of some domains, or out of their reviews."""
        return self.collection.is_of(names)[self.review[places]]

    def draw(
        self, training: NDArray[np.int64], rng: np.random.Generator, even: Even = EVEN
    ) -> NDArray[np.int64]:
        """The places that one epoch reads, every kind of them in every domain.

        Args:
            training: places of the reviews that are learned from.
            rng: what draws.
            even: up to how many of each kind are all drawn.
        """
        sentences = len(self.collection.lengths) + np.arange(len(self.turns))
        kinds = (training, sentences[self.turns], sentences[~self.turns])
        drawn = []
        for kind, all_drawn in zip(kinds, even, strict=True):
            for domain in np.unique(self.domain[kind]):
                own = rng.permutation(kind[self.domain[kind] == domain])
                most = max(all_drawn, round(np.sqrt(all_drawn * len(own))))
                if kind is training:
                    most = MOST_READ.get(self.collection.domains[domain], most)
                drawn.append(own[:most])
        return np.concatenate(drawn)


def _is_one_of(collection: Collection, tokens: frozenset[str]) -> NDArray[np.bool_]:
    """Which of all tokens are some of these."""
    is_asked = np.array([token in tokens for token in collection.tokens])
    found: NDArray[np.bool_] = is_asked[collection.token_ids]
    return found


def _cut(collection: Collection) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Where the sentences of all reviews begin, and their lengths. (S,), (S,)"""
    is_end = _is_one_of(collection, ENDS)
    begins = np.zeros_like(is_end)
    begins[1:] = is_end[:-1] & ~is_end[1:]
    whole = collection.corpus
    begins[whole.starts[whole.lengths > 0]] = True
    starts = np.flatnonzero(begins)
    return starts, np.diff(starts, append=len(is_end))
