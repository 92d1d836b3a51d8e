"""Ratings cut into bins, where there are too many different ones to learn each."""

import math
from collections.abc import Iterable, Sequence

import numpy as np
from numpy.typing import NDArray

from lstm_cli.data.ratings.scale import Scale, label


def equal_edges(ratings: Iterable[float], number: int) -> tuple[float, ...]:
    """The edges of bins of one width, from the lowest rating to the highest.

    >>> equal_edges([2.5, 7.0, 10.0], 5)
    (2.5, 4.0, 5.5, 7.0, 8.5, 10.0)
    """
    values = list(ratings)
    low, high = min(values), max(values)
    # Rounded as a person would, so that 0.1 + 0.2 makes no edge of 0.30000000000000004.
    inner = (low + (high - low) * place / number for place in range(1, number))
    return (low, *(float(f"{edge:.6g}") for edge in inner), high)


def cut(ratings: NDArray[np.float64], edges: Sequence[float]) -> NDArray[np.float64]:
    """The bin of each rating, from 1; NaN outside of all. An edge begins the bin above it.

    >>> cut(np.array([0.0, 39.5, 40.0, 100.0, 101.0]), (0, 20, 40, 60, 80, 100)).tolist()
    [1.0, 2.0, 3.0, 5.0, nan]
    """
    bins = np.searchsorted(edges, ratings, side="right").astype(np.float64)
    bins[ratings == edges[-1]] = len(edges) - 1  # the last bin holds its upper edge, too
    return np.where((bins < 1) | (bins >= len(edges)), math.nan, bins)


def scale_of_bins(bins: Iterable[float], edges: Sequence[float]) -> Scale:
    """The scale of the bins that hold ratings.

    >>> scale_of_bins([1.0, 3.0], (0, 20, 40, 60)).labels
    ('0 to 20', '40 to 60')
    """
    occurring = tuple(sorted({float(place) for place in bins}))
    return Scale(
        occurring,
        tuple(name_of_bin(place, edges) for place in occurring),
        tuple(map(float, edges)),
    )


def name_of_bin(place: float, edges: Sequence[float]) -> str:
    """What a bin is called, from 1."""
    return f"{label(edges[int(place) - 1])} to {label(edges[int(place)])}"
