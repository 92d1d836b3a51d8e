"""Whether a probability means what it says."""

import numpy as np
from numpy.typing import NDArray

from lstm_cli.results import ReliabilityBin


def reliability(
    confidence: NDArray[np.float64], is_right: NDArray[np.bool_], num_bins: int = 10
) -> tuple[ReliabilityBin, ...]:
    """Bins of equal mass, from the least to the most confident answers.

    Args:
        confidence: the probability of the rating that was named. (N,)
        is_right: whether it was the true one. (N,)
        num_bins: at most; never more than there are answers.
    """
    order = np.argsort(confidence, kind="stable")
    parts = np.array_split(order, min(num_bins, len(order)))
    return tuple(
        ReliabilityBin(float(confidence[part].mean()), float(is_right[part].mean()), len(part))
        for part in parts
    )


def expected_calibration_error(bins: tuple[ReliabilityBin, ...]) -> float:
    """Mean distance of confidence and accuracy over bins of equal mass (Nguyen & O'Connor 2015).

    >>> expected_calibration_error((ReliabilityBin(0.5, 0.5, 10), ReliabilityBin(0.9, 0.7, 10)))
    0.1
    """
    total = sum(part.n for part in bins)
    error = sum(part.n * abs(part.confidence - part.accuracy) for part in bins) / total
    return round(error, 12)
