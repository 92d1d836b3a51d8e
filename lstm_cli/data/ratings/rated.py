"""The rating column of a file, cell by cell: what each stands for, or why it is not used."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import polars as pl
from numpy.typing import NDArray

from lstm_cli.data.missing import is_missing
from lstm_cli.data.ratings.rating_cells import parse_rating
from lstm_cli.data.ratings.scale import MOST_RATINGS, Scale, label
from lstm_cli.data.showing import list_sources, show_cell
from lstm_cli.errors import Remedy, ScaleError

USABLE, NO_TEXT, NO_RATING, NOT_UNDERSTOOD, OFF_THE_SCALE = range(5)


@dataclass(frozen=True)
class RatingColumn:
    """What the rating column of one file holds, R rows."""

    source: str  # the file, as it is shown
    name: str
    cells: pl.Series  # (R,): numbers or text, as the file has them
    has_text: NDArray[np.bool_]  # (R,): whether there is a review beside it

    @cached_property
    def counts(self) -> dict[object, int]:
        """How many reviews have each cell that says something; the commonest first."""
        cells = self.cells.filter(pl.Series(self.has_text)).alias("cell")
        # Ties by spelling: the same file always gives the same message.
        counted = cells.value_counts(name="rows").sort(["rows", "cell"], descending=[True, False])
        rows = zip(counted["cell"].to_list(), counted["rows"].to_list(), strict=True)
        return {cell: number for cell, number in rows if not is_missing(cell)}

    @property
    def has_words(self) -> bool:
        """Whether most ratings are no numbers."""
        numbers = sum(n for cell, n in self.counts.items() if parse_rating(cell) is not None)
        return sum(self.counts.values()) > 2 * numbers

    def refused(self, why: str, remedy: Remedy, *details: object) -> ScaleError:
        """The error that says what the column holds instead of ratings."""
        shown = ", ".join(show_cell(cell) for cell in list(self.counts)[:3])
        return ScaleError(
            f"{self.source}: {why}, but column {show_cell(self.name)} holds {shown}",
            remedy,
            *details,
        )


@dataclass
class RatedColumn:
    """The ratings of one file, R rows."""

    ratings: NDArray[np.float64]  # (R,): NaN where there is none
    states: NDArray[np.int8]  # (R,): USABLE, or why not
    notes: tuple[str, ...] = ()

    @property
    def usable(self) -> NDArray[np.float64]:
        """The ratings that can be used."""
        return self.ratings[self.states == USABLE]

    def leave_out(self, is_off: NDArray[np.bool_]) -> None:
        """Take ratings off the scale."""
        self.states[(self.states == USABLE) & is_off] = OFF_THE_SCALE


@dataclass(frozen=True)
class Rated:
    """The ratings of some files on one scale."""

    columns: tuple[RatedColumn, ...]
    scale: Scale
    occurring: Scale  # the scale with all ratings of the files that it lacks


def read_column(column: RatingColumn, read: Callable[[object], float | None]) -> RatedColumn:
    """Read every cell of a column.

    Args:
        column: the cells.
        read: what a cell stands for, None for nothing.
    """
    cells = column.cells
    # A rating is read once, however many rows have it.
    kinds = cells.unique().to_list()
    parsed = {kind: read(kind) for kind in kinds}
    ratings = cells.replace_strict(
        list(parsed), list(parsed.values()), default=None, return_dtype=pl.Float64
    )
    missing = [kind for kind, rating in parsed.items() if rating is None and is_missing(kind)]
    states = np.full(len(cells), USABLE, dtype=np.int8)
    states[ratings.is_null().to_numpy()] = NOT_UNDERSTOOD
    states[cells.is_in(missing, nulls_equal=True).to_numpy()] = NO_RATING
    states[~column.has_text] = NO_TEXT
    return RatedColumn(ratings.fill_null(float("nan")).to_numpy(writable=True), states)


def names_of(columns: Sequence[RatingColumn]) -> str:
    """The files, for messages."""
    return list_sources([column.source for column in columns])


def count_ratings(files: Sequence[RatedColumn]) -> dict[float, int]:
    """How many rows of some files hold each rating."""
    values, counts = np.unique(np.concatenate([f.usable for f in files]), return_counts=True)
    return dict(zip(values.tolist(), counts.tolist(), strict=True))


def check_on_scale(
    columns: Sequence[RatingColumn],
    files: Sequence[RatedColumn],
    scale: Scale,
    remedy: Remedy = Remedy.FIT_SCALE,
) -> None:
    """Refuse a file whose ratings are mostly none of a scale.

    Args:
        columns: what the files hold.
        files: the same, read.
        scale: what they should be on.
        remedy: what to do about it.

    Raises:
        ScaleError: it says which ratings are on it.
    """
    for column, file in zip(columns, files, strict=True):
        lost = np.isin(file.states, (NOT_UNDERSTOOD, OFF_THE_SCALE)).sum()
        if lost > len(file.usable):
            shown = ", ".join(scale.labels[:MOST_RATINGS])
            raise column.refused(f"the scale is {shown}", remedy)


def on_scale(
    files: Sequence[RatedColumn], scale: Scale, names: Mapping[float, str] | None = None
) -> Rated:
    """Ratings beside a model's scale; those it lacks are kept.

    Args:
        files: what was read.
        scale: the model's.
        names: what ratings that it lacks are called, where its own have names.
    """
    others = {rating for file in files for rating in np.unique(file.usable).tolist()}
    called = dict(zip(scale.ratings, scale.labels, strict=True))
    called |= {rating: (names or {}).get(rating, label(rating))
               for rating in others - set(scale.ratings)}  # fmt: skip
    every = tuple(sorted(called))
    all_names = tuple(called[rating] for rating in every) if scale.has_places else ()
    return Rated(tuple(files), scale, Scale(every, all_names, scale.edges))
