"""Which reviews to rate next: those a network is unsure of, and unlike each other.

Shapes: M reviews without ratings, R ratings, H memories.
"""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from lstm_cli.arrays import Float32Array, Float64Array

Chooser = Callable[[Float64Array, Float32Array, int, np.random.Generator], NDArray[np.int64]]


def at_random(
    probabilities: Float64Array, memories: Float32Array, number: int, rng: np.random.Generator
) -> NDArray[np.int64]:
    """Any of them. (number,)"""
    return rng.permutation(len(probabilities))[:number]


def by_entropy(
    probabilities: Float64Array, memories: Float32Array, number: int, rng: np.random.Generator
) -> NDArray[np.int64]:
    """Those of which the network is least sure. (number,)"""
    entropy = -(probabilities * np.log(np.maximum(probabilities, 1e-12))).sum(axis=1)
    return np.argsort(-entropy, kind="stable")[:number]


def by_spread(
    probabilities: Float64Array, memories: Float32Array, number: int, rng: np.random.Generator
) -> NDArray[np.int64]:
    """Those whose rating may lie furthest from what is expected: largest variance. (number,)"""
    places = np.arange(probabilities.shape[1])
    variance = probabilities @ places**2 - (probabilities @ places) ** 2
    return np.argsort(-variance, kind="stable")[:number]


def by_likeness(
    probabilities: Float64Array, memories: Float32Array, number: int, rng: np.random.Generator
) -> NDArray[np.int64]:
    """Those unlike each other, by k-means++ over what the readout sees. (number,)"""
    return _plus_plus(np.ones((len(memories), 1)), memories, number, rng)


def by_gradient(
    probabilities: Float64Array, memories: Float32Array, number: int, rng: np.random.Generator
) -> NDArray[np.int64]:
    """Those that would move the readout most and each elsewhere: BADGE (Ash et al. 2020). (number,)

    The gradient of a review, were it rated as predicted, is the outer product of what the
    probabilities lack and of the memories; k-means++ chooses among these.
    """
    lacking = probabilities.copy()
    lacking[np.arange(len(lacking)), probabilities.argmax(axis=1)] -= 1
    return _plus_plus(lacking, memories, number, rng)


def _plus_plus(
    left: Float64Array, right: Float32Array, number: int, rng: np.random.Generator
) -> NDArray[np.int64]:
    """Rows whose outer products (left x right) are far apart, by k-means++. (number,)

    The products are never made: that of two is the product of the products of their parts.
    """
    squares = (left**2).sum(axis=1) * (right.astype(np.float64) ** 2).sum(axis=1)
    distances = squares.copy()
    chosen: list[int] = []
    for _ in range(min(number, len(left))):
        weights = np.maximum(distances, 0)
        weights[chosen] = 0
        if weights.sum() <= 0:  # all that is left is like what was chosen
            weights = np.ones(len(left))
            weights[chosen] = 0
        place = int(rng.choice(len(left), p=weights / weights.sum()))
        chosen.append(place)
        products = (left @ left[place]) * (right @ right[place]).astype(np.float64)
        distances = np.minimum(distances, squares + squares[place] - 2 * products)
    return np.array(chosen, dtype=np.int64)
