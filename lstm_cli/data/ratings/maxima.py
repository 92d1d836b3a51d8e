"""What ratings are out of: "8/10" and "4/5" say it, 4 does not, and they do not mix."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from lstm_cli.data.ratings.rated import USABLE, RatedColumn, RatingColumn, names_of
from lstm_cli.data.ratings.rating_cells import parse_maximum
from lstm_cli.data.ratings.scale import Scale, customary_tops, label
from lstm_cli.data.showing import count
from lstm_cli.errors import ScaleError

_ALONE = "bring them onto one scale first, or train on each kind alone"


@dataclass(frozen=True)
class _Stated:
    """What the ratings of a file are out of, where they say."""

    maxima: dict[object, float]  # by cell
    column: RatingColumn
    file: RatedColumn

    @classmethod
    def of(cls, column: RatingColumn, file: RatedColumn) -> "_Stated":
        """Look at every different cell of a column."""
        parsed = ((cell, parse_maximum(cell)) for cell in column.counts)
        return cls({cell: top for cell, top in parsed if top is not None}, column, file)

    @property
    def saying(self) -> NDArray[np.bool_]:
        """Which rows say it. (R,)"""
        return self.column.cells.is_in(list(self.maxima)).fill_null(False).to_numpy()

    @property
    def silent(self) -> NDArray[np.float64]:
        """The ratings that do not say it."""
        is_usable = self.file.states == USABLE
        return self.file.ratings[is_usable & ~self.saying] if self.maxima else self.file.usable

    def leave_out_slips(self) -> "_Stated":
        """Without a few ratings out of another number than all others seem to be."""
        few = max(1, len(self.file.usable) // 50)
        rows = self.saying & (self.file.states == USABLE)
        if not 0 < rows.sum() <= few < len(self.silent):
            return self
        if set(self.maxima.values()) <= _tops(self.silent):
            return self
        self.file.leave_out(rows)
        return replace(self, maxima={})


def _tops(ratings: NDArray[np.float64]) -> set[float]:
    return customary_tops(float(ratings.min()), float(ratings.max()))


def check_maxima(
    columns: Sequence[RatingColumn], files: Sequence[RatedColumn], scale: Scale | None
) -> None:
    """Refuse ratings out of different numbers, which are not on one scale.

    Ratings that do not say what they are out of may stand beside some that do if they lie on
    a customary scale that ends there. A model's scale says nothing, either.

    Raises:
        ScaleError: some are out of 5, say, and others out of 10.
    """
    stated = [_Stated.of(column, file).leave_out_slips()
              for column, file in zip(columns, files, strict=True)]  # fmt: skip
    tops = {top: one.column.source for one in stated for top in one.maxima.values()}
    if len(tops) > 1:
        shown = " and ".join(f"out of {label(maximum)}" for maximum in sorted(tops)[:2])
        raise ScaleError(f"{names_of(columns)}: some ratings are {shown}; {_ALONE}")
    for top, source in tops.items():
        if scale is not None:
            low, high = (scale.edges or scale.ratings)[0], (scale.edges or scale.ratings)[-1]
            if top not in customary_tops(low, high):
                raise ScaleError(
                    f"{source}: the ratings are out of {label(top)}, the scale goes from "
                    f"{label(low)} to {label(high)}; bring them onto that scale first"
                )
        for one in stated:
            if len(one.silent) and top not in _tops(one.silent):
                first, last = label(one.silent.min()), label(one.silent.max())
                raise ScaleError(
                    f"ratings of {source} are out of {label(top)}, {_others(one, source)} go from "
                    f"{first} to {last} and do not say out of how many; {_ALONE}"
                )
            if one.maxima and len(one.silent):
                say = count(len(one.silent), "rating does", "ratings do")
                one.file.notes += (f"{say} not say out of how many; read as out of {label(top)}",)


def _others(one: _Stated, source: str) -> str:
    return "others" if one.column.source == source else f"those of {one.column.source}"
