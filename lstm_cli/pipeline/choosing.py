"""Which reviews to rate next: those a network is unsure of, and unlike each other.

Shapes: M reviews without ratings, R ratings, H memories.
"""

import numpy as np
from numpy.typing import NDArray

from lstm_cli.arrays import Float32Array, Float64Array


def by_gradient(
    probabilities: Float64Array, memories: Float32Array, number: int, rng: np.random.Generator
) -> NDArray[np.int64]:
    """Those that would move the readout most, each elsewhere: BADGE (Ash et al. 2020).

    The gradient of a review, were it rated as predicted, is the outer product of what the
    probabilities lack and of the memories; k-means++ chooses among these.

    Args:
        probabilities: of each rating. (M, R)
        memories: what the readout sees. (M, H)
        number: how many are chosen; all where there are fewer.
        rng: decides among them.

    Returns:
        Their places, the most useful first. (number,)
    """
    lacking = probabilities.copy()
    lacking[np.arange(len(lacking)), probabilities.argmax(axis=1)] -= 1
    return spread_out(lacking, memories, number, rng)


def spread_out(
    left: Float64Array, right: Float32Array, number: int, rng: np.random.Generator
) -> NDArray[np.int64]:
    """Rows whose outer products (left x right) are far apart, by k-means++. (number,)

    The outer products are never made: the inner product of two of them is the product of those of
    their parts.
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
