"""Ratings in numbers, each for itself or cut into bins."""

from collections.abc import Sequence

import numpy as np

from lstm_cli.data.ratings.bins import cut, equal_edges, name_of_bin, scale_of_bins
from lstm_cli.data.ratings.rated import (
    Rated,
    RatedColumn,
    RatingColumn,
    check_on_scale,
    count_ratings,
    on_scale,
    read_column,
)
from lstm_cli.data.ratings.rating_cells import parse_maximum, parse_rating
from lstm_cli.data.ratings.scale import (
    Scale,
    check_several,
    customary_tops,
    find_scale,
    label,
    without_strays,
)
from lstm_cli.data.showing import count
from lstm_cli.errors import Remedy, ScaleError


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
    files, edges = _as_numbers(columns), scale.edges
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
        bins: how many of one width, from the lowest to the highest rating; or the edges.

    Raises:
        ScaleError: they are no numbers, or all in one bin.
    """
    for column in columns:
        if column.has_words:
            raise column.refused("only numbers are cut into bins", Remedy.CORRECT_RATING_COLUMN)
    files = _as_numbers(columns)
    counts = count_ratings(files)
    check_several(Scale(tuple(counts)), names_of(columns))
    if isinstance(bins, int):
        bins = equal_edges(without_strays(counts), bins)
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


def names_of(columns: Sequence[RatingColumn]) -> str:
    """The files, for messages."""
    return ", ".join(column.source for column in columns)


def _as_numbers(columns: Sequence[RatingColumn]) -> tuple[RatedColumn, ...]:
    files = tuple(read_column(column, parse_rating) for column in columns)
    _check_maxima(columns, files)
    return files


def _check_maxima(columns: Sequence[RatingColumn], files: Sequence[RatedColumn]) -> None:
    """Refuse ratings out of different numbers, which are not on one scale.

    A file that does not say what its ratings are out of may stand beside one that does if
    they lie on a customary scale that ends there. Cells of one file that do not say it are
    taken for out of the same, and that is noted.

    Raises:
        ScaleError: some are out of 5, say, and others out of 10.
    """
    stated: dict[float, str] = {}  # by maximum, a file that says it
    silent: list[RatedColumn | None] = []  # per file: itself if no cell says a maximum
    for column, file in zip(columns, files, strict=True):
        maxima = {cell: parse_maximum(cell) for cell in column.counts}
        known = {maximum for maximum in maxima.values() if maximum is not None}
        stated |= dict.fromkeys(known, column.source)
        silent.append(None if known else file)
        unsaid = [cell for cell, maximum in maxima.items()
                  if maximum is None and parse_rating(cell) is not None]  # fmt: skip
        if known and unsaid:
            rows = sum(column.counts[cell] for cell in unsaid)
            shown = label(min(known))
            file.notes += (
                f"{count(rows, 'rating does', 'ratings do')} not say out of how many; read as "
                f"out of {shown}, as the others are",
            )
    if len(stated) > 1:
        shown = " and ".join(f"out of {label(maximum)}" for maximum in sorted(stated)[:2])
        raise ScaleError(
            f"{names_of(columns)}: some ratings are {shown}; bring them onto one scale first, "
            "or train on each kind alone"
        )
    for maximum, source in stated.items():
        for column, quiet in zip(columns, silent, strict=True):
            if quiet is not None and len(quiet.usable):
                low, high = float(quiet.usable.min()), float(quiet.usable.max())
                if maximum not in customary_tops(low, high):
                    raise ScaleError(
                        f"ratings of {source} are out of {label(maximum)}, those of "
                        f"{column.source} go from {label(low)} to {label(high)} and do not say "
                        "out of how many; bring them onto one scale first, or train on each "
                        "file alone"
                    )
