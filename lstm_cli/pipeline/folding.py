"""Which reviews a quick training learns from, and which it is measured on.

All reviews are dealt into folds. Beside each fold the others are put in a random order, of which
each training learns from a longer part: the parts are nested, so that what is gained is gained by
more reviews and not by other ones.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from lstm_cli.bundle.seen import text_key
from lstm_cli.text.tokens import tokenize
from lstm_cli.training.rules import (
    EPOCHS_FROM_BASE,
    FEWEST_REVIEWS,
    FEWEST_STEPS,
    MOST_EPOCHS_FROM_BASE,
)

FOLDS = 3
# Different ones, of which a quarter of what is beside a fold is 15: fewer teach nothing.
FEWEST_TEXTS = 90
DOUBLINGS = 2  # that are measured: from a quarter to a half to all of what is beside a fold
MOST_LEARNED = 4_000  # reviews; what more of them give is slow to measure, and little
MOST_MEASURED = 2_000  # reviews of a fold


@dataclass(frozen=True)
class Fold:
    """Places of reviews in their file."""

    order: NDArray[np.int64]  # those beside the fold, in the order in which they are learned from
    held_out: NDArray[np.int64]  # the fold


def deal(texts: Sequence[str], rating_indices: NDArray[np.int64], seed: int) -> tuple[Fold, ...]:
    """Deal reviews into folds, each with the ratings of all in their shares.

    A text that occurs several times is in one fold alone; texts are the same whose tokens are,
    for a network reads no more of them.

    Args:
        texts: of the reviews, ``FEWEST_TEXTS`` different ones at least. (N,)
        rating_indices: places of their ratings on the scale. (N,)
        seed: decides which fold, and the orders.
    """
    rng = np.random.default_rng(seed)
    keys = [text_key(tokenize(text)) for text in texts]
    distinct = {text: place for place, text in enumerate(keys)}
    numbers = {text: number for number, text in enumerate(distinct)}
    text_of = np.array([numbers[text] for text in keys])
    rated = rating_indices[list(distinct.values())]
    dealt = np.empty(len(distinct), dtype=np.int64)
    dealt[np.lexsort((rng.random(len(rated)), rated))] = np.arange(len(rated)) % FOLDS
    fold_of = dealt[text_of]
    folds = []
    for number in range(FOLDS):
        order = rng.permutation(np.flatnonzero(fold_of != number))
        held_out = rng.permutation(np.flatnonzero(fold_of == number))[:MOST_MEASURED]
        order = _two_of_two_first(order, rating_indices, text_of)
        folds.append(Fold(order, np.sort(held_out)))
    return tuple(folds)


@dataclass(frozen=True)
class CurvePlan:
    """The trainings of a learning curve, S of them beside each fold."""

    rated: int  # reviews
    sizes: tuple[int, ...]  # (S,): reviews that each learns from, ascending
    folds: int

    @property
    def work(self) -> tuple[float, ...]:
        """What each training is of all the work. (S,)

        Few reviews are read more often, so that work grows more slowly than reviews do.
        """
        return tuple(self.work_of(size) for size in self.sizes)

    def work_of(self, size: int) -> float:
        """What a training on so many reviews is of all the work."""
        all_read = self.folds * sum(size * _times_read(size) for size in self.sizes)
        return size * _times_read(size) / all_read


def _times_read(size: int) -> int:
    """How often a training from a base reads so many reviews; ``training/rules.py`` decides."""
    steps = max(size / FEWEST_REVIEWS, 1)
    return min(max(math.ceil(FEWEST_STEPS / steps), EPOCHS_FROM_BASE), MOST_EPOCHS_FROM_BASE)


def sizes_for(folds: Sequence[Fold]) -> tuple[int, ...]:
    """How many reviews the trainings beside each fold learn from, ascending by doubling."""
    largest = min(min(len(fold.order) for fold in folds), MOST_LEARNED)
    return tuple(largest // 2**halvings for halvings in range(DOUBLINGS, -1, -1))


def _two_of_two_first(
    order: NDArray[np.int64], rating_indices: NDArray[np.int64], text_of: NDArray[np.int64]
) -> NDArray[np.int64]:
    """The same order, but two different texts of each of the two commonest ratings come first.

    A handful drawn from reviews that mostly have one rating would teach nothing.
    """
    commonest = np.argsort(-np.bincount(rating_indices[order]), kind="stable")[:2]
    found = []
    for rating in commonest:
        of_rating = np.flatnonzero(rating_indices[order] == rating)
        _, places = np.unique(text_of[order[of_rating]], return_index=True)
        found.append(of_rating[np.sort(places)[:2]])
    first = np.concatenate(found)
    return np.concatenate([order[first], np.delete(order, first)])
