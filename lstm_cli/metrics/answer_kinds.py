"""The shares of the ratings where hundreds of answers by one network are known.

A network that has learned none of the reviews answers all of them alike: those whose ratings are
known, and those that are asked about. So the answers need not mean what they say. They are sorted
into kinds, and the known reviews tell how often each rating gets an answer of each kind. What is
asked is which shares make the kinds as frequent as they are.

Of a rare rating there are a few dozen, which say it inexactly: tables that may be true are drawn.
Where the network itself has learned from the reviews this does not hold: trained without a part of
them, and asked about it, networks are each off in a way of their own, which hides in the table.

The constants were chosen by answers of a small base on household goods, microwaves and phones, two
networks of 450 reviews each; ``tests/benchmarks/README.md`` says what they reach on six others.

Shapes: H reviews of known rating, N others, R ratings, J kinds, D draws.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from lstm_cli.arrays import Float64Array
from lstm_cli.metrics.shares import DRAWS, LEAST, DrawnShares, KnownAnswers, shares_that_fit

KINDS = 12
# What is believed of a rating before any review is known: so many reviews, whose ratings are as
# probable as the network says.
BELIEVED = 8.0
# And a known review counts as so much of one: those that are asked about are not quite its like.
WEIGHT = 0.25
FEWEST_KNOWN = 200  # of fewer, what the model says of its held-out reviews says more


@dataclass(frozen=True)
class AnswerKinds:
    """How often reviews of each rating get answers of each kind, drawn as it may be."""

    expected: Float64Array  # the shares of the ratings in what the model learned from. (R,)
    edges: Float64Array  # between kinds, on the line of ``_places``, ascending. (J - 1,)
    tables: Float64Array  # each row adds up to 1. (D, R, J)

    def of(self, probabilities: Float64Array) -> NDArray[np.int64]:
        """The kind of each answer. (N, R) -> (N,)"""
        return np.searchsorted(self.edges, _places(probabilities, self.expected))


def fit_kinds(
    known: KnownAnswers,
    expected: Float64Array,
    rng: np.random.Generator,
    num_draws: int = DRAWS,
) -> AnswerKinds:
    """Draw tables that fit reviews of known rating.

    Args:
        known: at least ``FEWEST_KNOWN`` of them.
        expected: the shares of the ratings in what the model learned from, none of them 0. (R,)
        rng: draws the tables.
        num_draws: how many, D.
    """
    places = _places(known.probabilities, expected)
    edges = np.unique(np.quantile(places, np.linspace(0, 1, KINDS + 1)[1:-1]))
    kinds = np.eye(len(edges) + 1)[np.searchsorted(edges, places)]
    as_said = known.probabilities.T @ kinds + 1e-3
    as_said /= as_said.sum(axis=1, keepdims=True)
    counts = np.eye(len(expected))[known.rating_indices].T @ kinds
    believed = BELIEVED * as_said + WEIGHT * counts
    gammas = rng.standard_gamma(believed, (num_draws, *believed.shape))
    gammas = np.maximum(gammas, LEAST)  # a kind that no rating ever gets could not be explained
    return AnswerKinds(expected, edges, gammas / gammas.sum(axis=2, keepdims=True))


def draw_shares_by_kind(
    probabilities: Float64Array,
    known_counts: NDArray[np.int64],
    kinds: AnswerKinds,
    rng: np.random.Generator,
) -> DrawnShares:
    """The shares of the ratings in what some reviews are a sample of.

    Args:
        probabilities: what the network says of the reviews whose ratings are not known. (N, R)
        known_counts: how many others have each rating. (R,)
        kinds: D draws.
        rng: draws the shares.
    """
    numbers = np.bincount(kinds.of(probabilities), minlength=kinds.tables.shape[2])
    nothing = np.zeros((len(kinds.tables), len(known_counts)))
    return shares_that_fit(kinds.tables.transpose(0, 2, 1), numbers, known_counts, nothing, rng)


def _places(probabilities: Float64Array, expected: Float64Array) -> Float64Array:
    """Where each answer is between the lowest rating, 0, and the highest, R - 1. (N,)

    As if every rating were expected alike, or an answer would hardly ever be near a rare one.
    """
    even = probabilities / expected
    places: Float64Array = even @ np.arange(len(expected)) / even.sum(axis=1)
    return places
