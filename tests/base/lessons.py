"""What is read in which order, and what it is rated.

Shapes: N reviews, P places of ``Readings``, R = 5 ratings, D domains.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from lstm_cli.arrays import Float32Array
from lstm_cli.data.batches import plan_batches
from tests.base.collection import NUM_RATINGS, PHRASES, SENTENCES, Collection
from tests.base.drawing import EVEN, EVEN_TAUGHT, LONGEST_SENTENCE, TREEBANK, Readings
from tests.base.settings import Few, RatingSettings
from tests.base.swapping import swapped
from tests.base.teaching import Teaching

FEWEST_SHARE = 0.02  # of a rating in a domain that has none
NOTHING = np.empty(0, np.int64)
Plan = Sequence[NDArray[np.int64]]  # the places of each batch


@dataclass(frozen=True)
class Lessons:
    """What one network learns from.

    Args:
        readings: the places.
        targets: the labels of all of them. (P, R)
        priors: logarithms of the shares of ratings in each domain. (D, R)
        plans: what is read in each epoch, or part of one.
    """

    readings: Readings
    targets: Float32Array
    priors: Float32Array
    plans: Sequence[Plan]


def lessons_of(
    settings: RatingSettings,
    collection: Collection,
    training: NDArray[np.int64],
    teaching: Teaching | None = None,
    unrated: NDArray[np.int64] = NOTHING,
    vectors: Float32Array | None = None,
) -> Lessons:
    """The lessons of all epochs.

    Args:
        settings: of how long and how many texts there are, and how large batches.
        collection: reviews, their ratings and domains.
        training: places of those that are learned from, each with a rating.
        teaching: who says what texts are rated, beside those who wrote them.
        unrated: places of reviews without a rating, of whose sentences only teachers are asked.
        vectors: of all words, by which a teacher may have some swapped. (V, size)
    """
    readings = Readings.of(collection, np.concatenate([training, unrated]))
    priors = log_shares(collection, training)
    plans: list[Plan] = []
    for epoch in range(settings.epochs):
        rng = np.random.default_rng((settings.seed, epoch))
        drawn = readings.draw(training, rng, EVEN_TAUGHT if teaching else EVEN)
        drawn = drawn[readings.corpus.lengths[drawn] <= settings.longest]
        if settings.few:
            drawn = _some_of(readings, drawn, settings.few, rng)
        if teaching and teaching.swapping and vectors is not None:
            readings, new = swapped(readings, vectors, teaching.swapping, rng)
            drawn = np.concatenate([drawn, new])
        plan = _in_batches(settings, readings, drawn, rng)
        # Batches are in no order, so that each part has some of everything.
        plans += [plan[part :: settings.parts] for part in range(min(settings.parts, len(plan)))]
    targets = soft_targets(collection.ratings)[readings.review]
    if teaching:
        drawn = np.unique(np.concatenate([batch for plan in plans for batch in plan]))
        targets = teaching.labels(targets, readings, drawn, priors)
    return Lessons(readings, targets, priors, plans)


def _some_of(
    readings: Readings, drawn: NDArray[np.int64], few: Few, rng: np.random.Generator
) -> NDArray[np.int64]:
    """Of what was drawn, at most so many of each kind, at random.

    A treebank's text of more words than a sentence may have is of none.
    """
    is_sentence = readings.is_sentence(drawn)
    is_short = readings.corpus.lengths[drawn] <= LONGEST_SENTENCE
    is_review = ~is_sentence & ~readings.is_of(drawn, TREEBANK)
    kinds = (
        is_sentence,
        readings.is_of(drawn, [PHRASES]) & is_short,
        is_review & is_short,
        is_review & ~is_short,
        readings.is_of(drawn, [SENTENCES]) & is_short,
    )
    return np.concatenate(
        [rng.permutation(drawn[kind])[:most] for kind, most in zip(kinds, few, strict=True)]
    )


def _in_batches(
    settings: RatingSettings,
    readings: Readings,
    places: NDArray[np.int64],
    rng: np.random.Generator,
) -> Plan:
    """Places in batches of texts of like length, in any order."""
    parts = [
        part
        for some in plan_batches(readings.corpus.lengths[places], settings.tokens_per_batch, rng)
        for part in np.array_split(places[rng.permutation(some)],
                                   math.ceil(len(some) / settings.most_reviews))
    ]  # fmt: skip
    return [parts[k] for k in rng.permutation(len(parts))]


def soft_targets(ratings: Float32Array) -> Float32Array:
    """Probabilities of 1 to 5 whose mean is the rating: at most two of them. (N,) -> (N, R)

    >>> soft_targets(np.array([4.25], dtype=np.float32)).tolist()
    [[0.0, 0.0, 0.0, 0.75, 0.25]]
    """
    known = np.nan_to_num(ratings, nan=3.0)
    near = 1 - np.abs(known[:, None] - np.arange(1, NUM_RATINGS + 1))
    return np.clip(near, 0, 1).astype(np.float32)


def whole_ratings(ratings: Float32Array) -> NDArray[np.int64]:
    """Places of ratings on the scale of five; halves go down: 4.5 becomes 4. (N,)"""
    return np.clip(np.ceil(ratings - 0.5 - 1e-6), 1, NUM_RATINGS).astype(np.int64) - 1


def log_shares(collection: Collection, training: NDArray[np.int64]) -> Float32Array:
    """The logarithm of the share of each rating in each domain, none below a floor. (D, R)"""
    shares = np.full((len(collection.domains), NUM_RATINGS), 1 / NUM_RATINGS)
    targets = soft_targets(collection.ratings[training])
    for domain in np.unique(collection.domain[training]):
        shares[domain] = targets[collection.domain[training] == domain].mean(0)
    shares = shares.clip(min=FEWEST_SHARE)
    return np.log(shares / shares.sum(1, keepdims=True)).astype(np.float32)
