"""Simpler models to compare with: always the commonest rating, and logistic regression on words.

The logistic regression reads 1- and 2-grams of the same tokens, hashed into
2^17 columns and weighted by tf-idf. It is fitted on at most 50,000 reviews.
It needs no vocabulary, so it is saved in the bundle and can be asked again
about any later file.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.special import softmax
from sklearn.feature_extraction.text import HashingVectorizer, TfidfTransformer
from sklearn.linear_model import LogisticRegression

from lstm_cli.arrays import Float32Array, Float64Array

REGRESSION = "logistic regression"
NUM_COLUMNS = 2**17
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
    ) -> "WordRegression":
        """Fit on the tokens of reviews; ``drawn`` says which reviews of many.

        Ratings that do not occur among them are never predicted.
        """
        counts = _count(reviews)
        # scikit-learn takes the logarithms in the type of the counts.
        inverse = TfidfTransformer().fit(counts.astype(np.float64)).idf_.astype(np.float32)
        # Columns that no review fills would only be carried along by the solver.
        filled = np.unique(counts.indices)
        model = LogisticRegression(C=INVERSE_PENALTY, max_iter=200, tol=1e-3)
        model.fit(_weigh(counts, inverse)[:, filled], rating_indices)
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
        features = _weigh(_count(reviews), self.inverse_document_frequency)
        logits = np.asarray(features @ self.weights.T, dtype=np.float64) + self.bias
        return softmax(logits, axis=1)

    def predict(self, reviews: Iterable[list[str]]) -> NDArray[np.int64]:
        """The place on the scale of the most probable rating of each review. (N,)"""
        return self.probabilities(reviews).argmax(axis=1)

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


def _count(reviews: Iterable[list[str]]) -> Any:
    """How often each 1- or 2-gram's column occurs in each review. (N, 2^17)"""
    hashing = HashingVectorizer(
        n_features=NUM_COLUMNS,
        alternate_sign=False,
        norm=None,
        analyzer=_grams,
        dtype=np.float32,
    )
    return hashing.transform(reviews)


def _grams(tokens: list[str]) -> list[str]:
    return tokens + [f"{a} {b}" for a, b in pairwise(tokens)]


def _weigh(counts: Any, inverse_document_frequency: Float32Array) -> Any:
    """Sublinear tf-idf, each review of length one. (N, 2^17)"""
    tfidf = TfidfTransformer(sublinear_tf=True)
    tfidf.idf_ = inverse_document_frequency  # which an earlier fit found
    return tfidf.transform(counts)
