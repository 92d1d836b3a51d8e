"""Figures of sets of reviews, rated by people and by a model, and how sure they are.

Shapes: N rows, R ratings, D draws.
"""

import zlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np
import polars as pl
from numpy.typing import NDArray

from lstm_cli.arrays import Float64Array
from lstm_cli.data.partly_rated import PartlyRated
from lstm_cli.data.ratings.scale import Scale
from lstm_cli.metrics.answer_kinds import AnswerKinds, draw_shares_by_kind
from lstm_cli.metrics.shares import Bends, DrawnShares, KnownAnswers, draw_shares
from lstm_cli.results import Contrast, Estimate, ReportCell, as_json_rating

FEWEST = 5  # reviews of each of two sets that are compared
_ENDS = (0.025, 0.975)


class Pair(NamedTuple):
    """Two sets of rows that are compared."""

    kind: str  # as ``Contrast`` has it
    group: str | None
    names: tuple[str, str]
    sets: tuple[NDArray[np.bool_], NDArray[np.bool_]]  # (N,) each


@dataclass(frozen=True)
class SaidByBase:
    """What the base says, from which the model has learned and which has read none of it."""

    probabilities: Float64Array  # of the rows that people did not rate; else 0. (N, R)
    known: KnownAnswers  # of other reviews


@dataclass(frozen=True)
class ScoredRows:
    """The rows of a file, and what a model says of them."""

    rows: PartlyRated
    probabilities: Float64Array  # where a person rated, 1 for that rating. (N, R)
    known: KnownAnswers  # reviews that say how far to believe the model
    scale: Scale
    by_base: SaidByBase | None = None  # where it says more of the shares than the model itself

    def with_ratings(self) -> pl.DataFrame:
        """Every row and column as it was, and ``rated_by``, ``rating_used``, ``expected_rating``.

        The rating is a person's or the most probable one, and none where a row has neither. Where
        the file has a column of such a name, `` (report)`` is added to the new one's.
        """
        rows, places = self.rows, self.probabilities.argmax(axis=1)
        is_there = rows.is_rated | rows.has_text
        by = np.where(rows.is_rated, "people", "model").astype(object)
        labels = np.array(self.scale.labels, dtype=object)[places]
        expected = np.round(self.probabilities @ np.array(self.scale.ratings), 4)
        added = {
            "rated_by": [name if there else None for name, there in zip(by, is_there, strict=True)],
            "rating_used": [
                as_json_rating(label) if there else None
                for label, there in zip(labels, is_there, strict=True)
            ],
            "expected_rating": [
                value if there else None
                for value, there in zip(expected.tolist(), is_there, strict=True)
            ],
        }
        taken = rows.table.frame.columns
        return rows.table.frame.with_columns(
            pl.Series(f"{name} (report)" if name in taken else name, values, strict=False)
            for name, values in added.items()
        )


@dataclass(frozen=True)
class Estimator:
    """Estimates figures of sets of reviews, with one set of bends, or of tables, for all of them.

    So what the model gets wrong everywhere does not count as a difference between sets. What
    sampling leaves open is drawn anew for each set.
    """

    scored: ScoredRows
    errors: Bends | AnswerKinds
    ratings: Float64Array
    labels: tuple[str, ...]
    num_low: int  # ratings that count as low
    _drawn: dict[int, DrawnShares] = field(default_factory=dict)

    def cell(self, group: str | None, period: str | None, chosen: NDArray[np.bool_]) -> ReportCell:
        """All figures of the chosen rows, one or more. (N,)"""
        drawn = self._shares(chosen)
        predicted = self.scored.probabilities[chosen].argmax(axis=1)
        counted = np.bincount(predicted, minlength=len(self.ratings)) / len(predicted)
        mean, low = (self._figure(drawn, name) for name in ("mean", "low"))
        return ReportCell(
            group=group,
            period=period,
            reviews=int(chosen.sum()),
            rated=int((chosen & self.scored.rows.is_rated).sum()),
            mean=mean,
            low=low,
            shares={
                label: _estimate(float(drawn.likeliest[place]), drawn.draws[:, place])
                for place, label in enumerate(self.labels)
            },
            counted=dict(zip(self.labels, counted.tolist(), strict=True)),
            counted_mean=float(counted @ self.ratings),
        )

    def contrasts(self, pair: Pair) -> Iterator[Contrast]:
        """How far the second set is from the first, if both are large enough to say."""
        if min(int(chosen.sum()) for chosen in pair.sets) < FEWEST:
            return
        before, after = (self._shares(chosen) for chosen in pair.sets)
        change = DrawnShares(after.likeliest - before.likeliest, after.draws - before.draws)
        for figure in ("mean", "low"):
            first, second, difference = (
                self._figure(drawn, figure) for drawn in (before, after, change)
            )
            yield Contrast(pair.kind, pair.group, *pair.names, figure, first, second, difference)

    def _shares(self, chosen: NDArray[np.bool_]) -> DrawnShares:
        """The shares of the ratings in the chosen rows."""
        # The same rows get the same draws, and others others: two sets that shared the noise of
        # their sampling would seem to differ surely by next to nothing.
        key = zlib.crc32(np.packbits(chosen).tobytes())
        if key not in self._drawn:
            rows, scored, rng = self.scored.rows, self.scored, np.random.default_rng(key)
            rated = rows.rating_indices[chosen & rows.is_rated]
            known = np.bincount(rated, minlength=len(self.ratings))
            asked = chosen & ~rows.is_rated
            if isinstance(self.errors, Bends):
                drawn = draw_shares(scored.probabilities[asked], known, self.errors, rng)
            else:
                assert scored.by_base is not None
                said = scored.by_base.probabilities[asked]
                drawn = draw_shares_by_kind(said, known, self.errors, rng)
            self._drawn[key] = drawn
        return self._drawn[key]

    def _figure(self, drawn: DrawnShares, name: str) -> Estimate:
        """The mean rating, or the share of the low ratings together."""
        is_low = np.arange(len(self.ratings)) < self.num_low
        weights = self.ratings if name == "mean" else is_low.astype(np.float64)
        return _estimate(float(drawn.likeliest @ weights), drawn.draws @ weights)


def _estimate(value: float, draws: Float64Array) -> Estimate:
    """A figure and its interval, which holds it: of few reviews, draws may all lie on one side."""
    low, high = np.quantile(draws, _ENDS)
    return Estimate(value, float(min(low, value)), float(max(high, value)))
