"""Simpler models to compare with: always the commonest rating, and logistic regression on words.

The logistic regression reads 1- and 2-grams of the same tokens, hashed into
2^17 columns and weighted by tf-idf. It is fitted on at most 50,000 reviews.
It needs no vocabulary, so it is saved in the bundle and can be asked again
about any later file: in numpy, because scikit-learn, which fits it, takes longer
to load than most files take to evaluate.

Shapes: N reviews, R ratings, F different grams, counted once for each review that has them.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import chain, islice, pairwise

import mmh3
import numpy as np
from numpy.typing import NDArray

from lstm_cli.arrays import Float32Array, Float64Array
from lstm_cli.core.reading import softmax

REGRESSION = "logistic regression"
NUM_COLUMNS = 2**17
_REVIEWS_AT_ONCE = 500  # their grams fit into a processor's cache
MOST_REVIEWS = 50_000
INVERSE_PENALTY = 1.0  # the best of 0.3, 1, 3 and 10 on SST-5's dev sentences: 39.7 %


@dataclass(frozen=True)
class WordRegression:
    """A logistic regression over hashed 1-2-grams of a review's words."""

    inverse_document_frequency: Float32Array  # (2^17,)
    weights: Float32Array  # (ratings, 2^17)
    bias: Float32Array  # (ratings,)

    @classmethod
    def fit(
        cls,
        reviews: Iterable[list[str]],
        rating_indices: NDArray[np.int64],
        num_ratings: int,
        *,
        by_words_alone: bool = False,
    ) -> "WordRegression":
        """Fit on the tokens of reviews; ``drawn`` says which reviews of many.

        Ratings that do not occur among them are never predicted.

        Args:
            reviews: the tokens of each.
            rating_indices: their places on the scale. (N,)
            num_ratings: of the scale.
            by_words_alone: let how common a rating is say nothing: each weighs as much as any
                other, and a text of unknown words is as probably each of them.
        """
        # Here, because it takes a second to load, and only training fits.
        from scipy.sparse import csr_array
        from sklearn.linear_model import LogisticRegression

        counts = _Counts.joined(list(_counted(reviews)))
        occurrences = np.bincount(counts.columns, minlength=NUM_COLUMNS)
        inverse = np.log((counts.num_reviews + 1) / (occurrences + 1)) + 1
        inverse = inverse.astype(np.float32)
        begins = np.searchsorted(counts.reviews, np.arange(counts.num_reviews + 1))
        features = csr_array(
            (counts.weighed(inverse), counts.columns, begins),
            shape=(counts.num_reviews, NUM_COLUMNS),
        )
        # Columns that no review fills would only be carried along by the solver.
        filled = np.flatnonzero(occurrences)
        model = LogisticRegression(
            C=INVERSE_PENALTY,
            max_iter=200,
            tol=1e-3,
            fit_intercept=not by_words_alone,
            class_weight="balanced" if by_words_alone else None,
        )
        model.fit(features[:, filled], rating_indices)
        weights = np.zeros((num_ratings, NUM_COLUMNS), dtype=np.float32)
        bias = np.full(num_ratings, -np.inf, dtype=np.float32)
        seen = model.classes_
        if len(seen) == 2:
            # Two classes share one row of weights: that of the second against the first.
            weights[np.ix_(seen[1:], filled)] = model.coef_
            bias[seen] = 0, model.intercept_[0]
        else:
            weights[np.ix_(seen, filled)] = model.coef_
            bias[seen] = model.intercept_
        return cls(inverse, weights, bias)

    def probabilities(self, reviews: Iterable[list[str]]) -> Float64Array:
        """The probability of each rating, for the tokens of each review. (N, R)"""
        parts = [self._logits(counts) for counts in _counted(reviews)]
        return softmax(np.concatenate(parts)) if parts else np.empty((0, len(self.bias)))

    def _logits(self, counts: "_Counts") -> Float64Array:
        """What the softmax is taken of. (N, R)"""
        features, places = counts.weighed(self.inverse_document_frequency), counts.columns
        sums = [
            np.bincount(counts.reviews, features * weights[places], counts.num_reviews)
            for weights in self.weights
        ]
        return np.asarray(np.stack(sums, axis=1) + self.bias, dtype=np.float64)

    def predict(self, reviews: Iterable[list[str]]) -> NDArray[np.int64]:
        """The place on the scale of the most probable rating of each review. (N,)"""
        return self.probabilities(reviews).argmax(axis=1)

    def for_and_against(
        self, reviews: Iterable[list[str]], these: NDArray[np.int64], those: NDArray[np.int64]
    ) -> Float64Array:
        """What of each review speaks for one rating, and what for another. (N, 2)

        The first less the second is the logarithm of the odds between them, without the bias.

        Args:
            reviews: the tokens of each.
            these: the place on the scale of the one. (N,)
            those: the place of the other. (N,)
        """
        parts, first = [], 0
        for counts in _counted(reviews):
            rows = counts.reviews + first
            features = counts.weighed(self.inverse_document_frequency)
            said = features * (
                self.weights[these[rows], counts.columns]
                - self.weights[those[rows], counts.columns]
            )
            sums = [
                np.bincount(counts.reviews, np.maximum(part, 0), counts.num_reviews)
                for part in (said, -said)
            ]
            parts.append(np.stack(sums, axis=1))
            first += counts.num_reviews
        return np.concatenate(parts) if parts else np.empty((0, 2))

    def to_arrays(self) -> dict[str, Float32Array]:
        """As a bundle stores it; a rating that is never predicted has a bias of -1e9."""
        return {
            "inverse_document_frequency": self.inverse_document_frequency,
            "weights": self.weights,
            "bias": np.maximum(self.bias, np.float32(-1e9)),
        }

    @classmethod
    def from_arrays(cls, arrays: Mapping[str, Float32Array]) -> "WordRegression":
        """The regression that a bundle stores."""
        return cls(arrays["inverse_document_frequency"], arrays["weights"], arrays["bias"])


def drawn(num_reviews: int) -> NDArray[np.int64]:
    """Which reviews a regression is fitted on: all, or a random 50,000 if there are more."""
    if num_reviews <= MOST_REVIEWS:
        return np.arange(num_reviews)
    return np.sort(np.random.default_rng(0).permutation(num_reviews)[:MOST_REVIEWS])


def always(rating: str) -> str:
    """The name of the model that gives every review the same rating.

    >>> always("4")
    'always 4'
    """
    return f"always {rating}"


@dataclass(frozen=True)
class _Counts:
    """How often each gram's column occurs in some reviews, ordered by review and column."""

    num_reviews: int
    reviews: NDArray[np.int32]  # (F,): the place of the review
    columns: NDArray[np.int32]  # (F,)
    counts: Float32Array  # (F,)

    @classmethod
    def of(cls, reviews: list[list[str]]) -> "_Counts":
        """The 1- and 2-grams of the tokens of some reviews."""
        grams = (chain(tokens, map(" ".join, pairwise(tokens))) for tokens in reviews)
        # The column that scikit-learn's HashingVectorizer gives: a saved model relies on it.
        hashes = np.fromiter(map(mmh3.hash, chain.from_iterable(grams)), dtype=np.int64)
        num_grams = [max(0, 2 * len(tokens) - 1) for tokens in reviews]
        places = np.repeat(np.arange(len(reviews)), num_grams) * NUM_COLUMNS
        places += np.abs(hashes) % NUM_COLUMNS
        found, counts = np.unique(places, return_counts=True)
        review, column = np.divmod(found, NUM_COLUMNS)
        return cls(
            len(reviews),
            review.astype(np.int32),
            column.astype(np.int32),
            counts.astype(np.float32),
        )

    @classmethod
    def joined(cls, parts: list["_Counts"]) -> "_Counts":
        """The reviews of all parts, one part after the other."""
        ends = np.cumsum([part.num_reviews for part in parts], dtype=np.int32)
        return cls(
            int(ends[-1]),
            np.concatenate(
                [
                    part.reviews + (end - part.num_reviews)
                    for part, end in zip(parts, ends, strict=True)
                ]
            ),
            np.concatenate([part.columns for part in parts]),
            np.concatenate([part.counts for part in parts]),
        )

    def weighed(self, inverse_document_frequency: Float32Array) -> Float32Array:
        """Sublinear tf-idf, each review of length one. (F,)"""
        weights = (np.log(self.counts) + 1) * inverse_document_frequency[self.columns]
        lengths = np.sqrt(np.bincount(self.reviews, weights.astype(np.float64) ** 2))
        return weights / lengths.astype(np.float32)[self.reviews]


def _counted(reviews: Iterable[list[str]]) -> Iterator[_Counts]:
    """Some reviews after the others."""
    remaining = iter(reviews)
    while some := list(islice(remaining, _REVIEWS_AT_ONCE)):
        yield _Counts.of(some)
