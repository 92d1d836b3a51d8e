"""The hidden units that carry a rating, and for how many words a unit holds what it has.

Shapes: T words of a review, H units.
"""

import numpy as np

from lstm_cli.arrays import Float64Array
from lstm_cli.core.cell import Gates
from lstm_cli.core.reading import Reading
from lstm_cli.results import UnitTrace

MOST_CARRYING = 6


def half_lives(log_forget: Float64Array) -> Float64Array:
    """Words after which half of what a unit holds is left, at its mean rate. (H,)

    Args:
        log_forget: the mean of the logarithm of each unit's forget factor. (H,)

    >>> half_lives(np.log([0.5, 0.9])).round(1).tolist()
    [1.0, 6.6]
    """
    halves: Float64Array = np.log(0.5) / np.minimum(log_forget, -1e-9)
    return halves


def carrying_units(
    reading: Reading, unit_weights: Float64Array, direction: Float64Array
) -> tuple[UnitTrace, ...]:
    """What the gates of the units with most say in a rating did, word by word.

    Args:
        reading: that of one review, by an LSTM.
        unit_weights: how much each unit adds to the rating. (H,)
        direction: 1 where a unit above zero favours a higher rating, else -1. (H,)
    """
    if reading.gates is None or reading.long_term is None:
        return ()
    gates = Gates(*(values[0] for values in reading.gates))
    best = np.argsort(-unit_weights, kind="stable")[:MOST_CARRYING]
    return tuple(
        UnitTrace(
            unit=int(k) + 1,
            share=float(unit_weights[k]),
            forget=tuple(map(float, gates.forget_factor[:, k])),
            learn=tuple(map(float, gates.learn_factor[:, k])),
            use=tuple(map(float, gates.use_factor[:, k])),
            long_term=tuple(map(float, np.tanh(reading.long_term[0, :, k]) * direction[k])),
        )
        for k in best
    )
