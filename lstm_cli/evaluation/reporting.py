"""What a file of reviews says of its groups and periods, by people's ratings and a model's.

Shapes: N rows, R ratings, D draws.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import accumulate

import numpy as np
import polars as pl
from numpy.typing import NDArray

from lstm_cli.arrays import Float64Array
from lstm_cli.bundle.reading import Bundle
from lstm_cli.data.partly_rated import PartlyRated
from lstm_cli.data.ratings.scale import Scale
from lstm_cli.inference.scorer import Scorer
from lstm_cli.metrics.shares import Bends, KnownAnswers, draw_shares, fit_bends
from lstm_cli.results import Contrast, Estimate, Report, ReportCell, as_json_rating
from lstm_cli.text.tokens import tokenize

FEWEST = 5  # reviews of each of two sets that are compared
MOST_CELLS = 600  # groups in periods; some tenths of a second each
_ENDS = (0.025, 0.975)


@dataclass(frozen=True)
class ScoredRows:
    """The rows of a file, and what a model says of them."""

    rows: PartlyRated
    probabilities: Float64Array  # where a person rated, 1 for that rating. (N, R)
    known: KnownAnswers  # reviews that say how far to believe the model
    scale: Scale

    def with_ratings(self) -> pl.DataFrame:
        """Every row and column as it was, and ``rated_by``, ``expected_rating`` and a ``rating``.

        The rating is a person's or the most probable one, and none where a row has no text.
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
        columns = [pl.Series(name, values, strict=False) for name, values in added.items()]
        taken = [name for name in added if name in rows.table.frame.columns]
        return rows.table.frame.drop(taken).with_columns(columns)


def score_rows(rows: PartlyRated, bundle: Bundle) -> ScoredRows:
    """Rate what people did not, and gather what says how well the model does it.

    Reviews that people rated and the model has not learned from count there as well as those it
    held out.
    """
    scorer = Scorer(bundle)
    is_rated, has_text = rows.is_rated, rows.has_text
    probabilities = np.zeros((len(rows), len(bundle.info.ratings)))
    probabilities[is_rated, rows.rating_indices[is_rated]] = 1
    is_asked = has_text & ~is_rated
    probabilities[is_asked] = _score(scorer, rows, is_asked)
    is_unseen = has_text & is_rated
    if bundle.seen is not None and is_unseen.any():
        pattern = bundle.info.token_pattern
        places = np.flatnonzero(is_unseen)
        tokens = [tokenize(rows.texts[place], pattern) for place in places]
        # What the model held out is among the answers that it was saved with.
        is_unseen[places] = ~(bundle.seen.learned(tokens) | bundle.seen.held_out(tokens))
    elif bundle.seen is None:
        is_unseen[:] = False
    answers = [_score(scorer, rows, is_unseen)]
    truth = [rows.rating_indices[is_unseen]]
    if bundle.held_out_answers is not None:
        answers.append(np.asarray(bundle.held_out_answers.probabilities, dtype=np.float64))
        truth.append(bundle.held_out_answers.rating_indices)
    return ScoredRows(
        rows,
        probabilities,
        KnownAnswers(np.concatenate(answers), np.concatenate(truth)),
        bundle.info.scale,
    )


def _score(scorer: Scorer, rows: PartlyRated, which: NDArray[np.bool_]) -> Float64Array:
    """The probabilities of some rows. (n, R)"""
    if not which.any():
        return np.empty((0, len(scorer.bundle.info.ratings)))
    return scorer([rows.texts[place] for place in np.flatnonzero(which)])


def report_on(
    scored: ScoredRows, bundle: Bundle, *, by: str | None, over: str | None, num_low: int
) -> Report:
    """Shares and means by group and period.

    Args:
        scored: the rows.
        bundle: the model.
        by: the name of the column of groups, if there is one.
        over: that of periods.
        num_low: how many ratings count as low, the lowest first; at least 1.
    """
    rows, scale = scored.rows, bundle.info.scale
    counts = bundle.info.provenance.counts
    expected = np.array([counts[label] for label in scale.labels]) + 0.5
    bends = fit_bends(scored.known, expected / expected.sum(), np.random.default_rng(0))
    is_there = rows.is_rated | rows.has_text
    estimator = _Estimator(scored, bends, np.array(scale.ratings), scale.labels, num_low)
    cells = [
        estimator.cell(group, period, is_there & chosen)
        for group, period, chosen in _cells(rows)
        if (is_there & chosen).any()
    ]
    return Report(
        model=bundle.name,
        by=by,
        over=over,
        ratings=scale.labels,
        low_ratings=scale.labels[:num_low],
        has_places=scale.has_places,
        reviews=int(is_there.sum()),
        rated=int(rows.is_rated.sum()),
        empty=int((~is_there).sum()),
        known=len(scored.known),
        is_crossed=_are_crossed(rows),
        cells=tuple(cells),
        contrasts=tuple(_contrasts(estimator, is_there)),
    )


def _cells(rows: PartlyRated) -> Iterator[tuple[str | None, str | None, NDArray[np.bool_]]]:
    """Group, period and rows of all together, each group, each period, and each of both."""
    everywhere = np.ones(len(rows), dtype=np.bool_)
    groups: dict[str | None, NDArray[np.bool_]] = {None: everywhere}
    if rows.groups is not None:
        of_rows = np.array(rows.groups, dtype=object)
        groups |= {group: of_rows == group for group in sorted(set(rows.groups))}
    periods: dict[str | None, NDArray[np.bool_]] = {None: everywhere}
    if rows.periods is not None:
        in_periods = np.array(rows.periods.of_rows, dtype=object)
        periods |= {period: in_periods == period for period in rows.periods.in_order}
    are_crossed = _are_crossed(rows)
    for group, is_in_group in groups.items():
        for period, is_in_period in periods.items():
            if are_crossed or group is None or period is None:
                yield group, period, is_in_group & is_in_period


def _are_crossed(rows: PartlyRated) -> bool:
    """Whether each group is reported in each period; not where that would take minutes."""
    if rows.groups is None or rows.periods is None:
        return False
    return len(set(rows.groups)) * len(rows.periods.in_order) <= MOST_CELLS


@dataclass(frozen=True)
class _Estimator:
    """Estimates figures of sets of reviews, with one set of bends for all of them.

    So what the model gets wrong everywhere does not count as a difference between sets.
    """

    scored: ScoredRows
    bends: Bends
    ratings: Float64Array
    labels: tuple[str, ...]
    num_low: int

    def draws(self, chosen: NDArray[np.bool_]) -> Float64Array:
        """Shares that fit the chosen rows. (D, R)"""
        rows = self.scored.rows
        is_rated = rows.is_rated
        known = np.bincount(rows.rating_indices[chosen & is_rated], minlength=len(self.ratings))
        asked = self.scored.probabilities[chosen & ~is_rated]
        return draw_shares(asked, known, self.bends, np.random.default_rng(0))

    def figures(self, shares: Float64Array) -> dict[str, Float64Array]:
        """The mean rating and the share of low ones, of each draw. (D,) each"""
        return {"mean": shares @ self.ratings, "low": shares[:, : self.num_low].sum(axis=1)}

    def cell(self, group: str | None, period: str | None, chosen: NDArray[np.bool_]) -> ReportCell:
        """All figures of the chosen rows."""
        shares = self.draws(chosen)
        figures = self.figures(shares)
        predicted = self.scored.probabilities[chosen].argmax(axis=1)
        counted = np.bincount(predicted, minlength=len(self.ratings)) / len(predicted)
        return ReportCell(
            group=group,
            period=period,
            reviews=int(chosen.sum()),
            rated=int((chosen & self.scored.rows.is_rated).sum()),
            mean=_estimate(figures["mean"]),
            low=_estimate(figures["low"]),
            shares={
                label: _estimate(column)
                for label, column in zip(self.labels, shares.T, strict=True)
            },
            counted=dict(zip(self.labels, counted.tolist(), strict=True)),
            counted_mean=float(counted @ self.ratings),
        )

    def contrasts(
        self,
        kind: str,
        group: str | None,
        names: tuple[str, str],
        sets: tuple[NDArray[np.bool_], NDArray[np.bool_]],
    ) -> Iterator[Contrast]:
        """How far the second set is from the first, if both are large enough to say."""
        if min(int(chosen.sum()) for chosen in sets) < FEWEST:
            return
        before, after = (self.figures(self.draws(chosen)) for chosen in sets)
        for figure in ("mean", "low"):
            yield Contrast(
                kind=kind,
                group=group,
                first=names[0],
                second=names[1],
                figure=figure,
                before=_estimate(before[figure]),
                after=_estimate(after[figure]),
                change=_estimate(after[figure] - before[figure]),
            )


def _contrasts(estimator: _Estimator, is_there: NDArray[np.bool_]) -> Iterator[Contrast]:
    """Each group against the others, and its later periods against its earlier ones."""
    rows = estimator.scored.rows
    groups = [None] if rows.groups is None else [None, *sorted(set(rows.groups))]
    of_rows = np.array(rows.groups if rows.groups else [None] * len(rows), dtype=object)
    for group in groups:
        is_in = is_there if group is None else is_there & (of_rows == group)
        if group is not None:
            sets = is_there & ~is_in, is_in
            yield from estimator.contrasts("group", group, ("the others", group), sets)
        if rows.periods is not None and len(rows.periods.in_order) > 1:
            yield from _later(estimator, group, is_in)


def _later(
    estimator: _Estimator, group: str | None, is_in: NDArray[np.bool_]
) -> Iterator[Contrast]:
    """The later half of the periods against the earlier; halves by reviews of the whole file."""
    periods = estimator.scored.rows.periods
    assert periods is not None
    in_periods = np.array(periods.of_rows, dtype=object)
    counts = [int((in_periods == period).sum()) for period in periods.in_order]
    reached = list(accumulate(counts))
    half = min(range(1, len(counts)), key=lambda cut: abs(2 * reached[cut - 1] - reached[-1]))
    halves = periods.in_order[:half], periods.in_order[half:]
    names = tuple(f"{h[0]} to {h[-1]}" if len(h) > 1 else h[0] for h in halves)
    sets = tuple(is_in & np.isin(in_periods, list(half)) for half in halves)
    yield from estimator.contrasts("later", group, (names[0], names[1]), (sets[0], sets[1]))


def _estimate(draws: Float64Array) -> Estimate:
    low, high = np.quantile(draws, _ENDS)
    return Estimate(float(draws.mean()), float(low), float(high))
