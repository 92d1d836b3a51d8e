"""Ratings in numbers, each for itself or cut into bins."""

from collections.abc import Collection, Sequence

import numpy as np

from lstm_cli.data.ratings.bins import cut, equal_edges, name_of_bin, scale_of_bins
from lstm_cli.data.ratings.maxima import check_maxima
from lstm_cli.data.ratings.rated import (
    Rated,
    RatedColumn,
    RatingColumn,
    check_on_scale,
    count_ratings,
    names_of,
    on_scale,
    read_column,
)
from lstm_cli.data.ratings.rating_cells import parse_rating
from lstm_cli.data.ratings.scale import (
    CUSTOMARY_SCALES,
    Scale,
    check_several,
    find_scale,
    label,
    without_strays,
)
from lstm_cli.errors import Remedy, ScaleError

MOSTLY = 0.9  # of a customary scale


def in_numbers(columns: Sequence[RatingColumn]) -> Rated:
    """Ratings on the scale that they form.

    Raises:
        ScaleError: they form none.
    """
    files = _as_numbers(columns)
    scale = find_scale(count_ratings(files), names_of(columns))
    for file in files:
        file.leave_out(~np.isin(file.ratings, scale.ratings))
    return Rated(files, scale, scale)


def in_numbers_of(columns: Sequence[RatingColumn], scale: Scale) -> Rated:
    """Ratings on a model's scale of numbers or of bins; those it lacks are kept.

    Raises:
        ScaleError: they are no numbers.
    """
    files, edges = _as_numbers(columns, scale), scale.edges
    check_on_scale(columns, files, scale)
    if not edges:
        return on_scale(files, scale)
    last = len(edges) - 1
    for file in files:
        bins = cut(file.ratings, edges)
        bins[file.ratings < edges[0]] = 0  # a bin that the model does not have, as is the one above
        bins[file.ratings > edges[-1]] = last + 1
        file.ratings = bins
    names = {float(place): name_of_bin(place, edges) for place in range(1, last + 1)}
    names |= {0.0: f"under {label(edges[0])}", last + 1.0: f"over {label(edges[-1])}"}
    return on_scale(files, scale, names)


def in_bins(columns: Sequence[RatingColumn], bins: int | tuple[float, ...]) -> Rated:
    """Ratings cut into bins.

    Args:
        columns: the cells.
        bins: how many of one width, from the lowest to the highest rating, or on the whole of a
            customary scale that these all but fill; or the edges.

    Raises:
        ScaleError: they are no numbers, or all in one bin.
    """
    for column in columns:
        if column.has_words:
            raise column.refused("only numbers are cut into bins", Remedy.LEAVE_OUT_BINS)
    files = _as_numbers(columns)
    counts = count_ratings(files)
    check_several(Scale(tuple(counts)), names_of(columns))
    if isinstance(bins, int):
        bins = equal_edges(_span(without_strays(counts)), bins)
    for file in files:
        file.ratings = cut(file.ratings, bins)
        file.leave_out(np.isnan(file.ratings))
    scale = scale_of_bins(count_ratings(files), bins)
    if not len(scale):
        low, high, first, last = map(label, (bins[0], bins[-1], min(counts), max(counts)))
        raise ScaleError(
            f"{names_of(columns)}: no rating lies between {low} and {high}, they go from {first} "
            f"to {last}; choose other edges"
        )
    check_several(scale, names_of(columns))
    return Rated(files, scale, scale)


def _span(ratings: Collection[float]) -> tuple[float, float]:
    """The lowest and the highest rating; the ends of a customary scale that they all but fill.

    >>> _span({1.0, 50.0, 100.0}), _span({2.5, 7.0, 10.0})
    ((0.0, 100.0), (2.5, 10.0))
    """
    low, high = min(ratings), max(ratings)
    around = [(a, b) for a, b in CUSTOMARY_SCALES if a <= low and high <= b]
    nearest = min(around, key=lambda ends: ends[1] - ends[0], default=(low, high))
    return nearest if high - low >= MOSTLY * (nearest[1] - nearest[0]) else (low, high)


def _as_numbers(
    columns: Sequence[RatingColumn], scale: Scale | None = None
) -> tuple[RatedColumn, ...]:
    files = tuple(read_column(column, parse_rating) for column in columns)
    check_maxima(columns, files, scale)
    return files
