"""``advise``: whether more labels are worth it, and which reviews to rate next.

measure_curve   quick trainings on ever more of the rated reviews     -> Measured
advice_of       what more of them would add                           -> CurveAdvice
choose_next     reviews without a rating that would teach most        -> Chosen
"""

from collections.abc import Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from lstm_cli.arrays import Float64Array
from lstm_cli.data.reviews import Reviews
from lstm_cli.data.unrated import Candidates
from lstm_cli.evaluation.contradictions import contradictions
from lstm_cli.metrics.learning_curve import FoldMeasured, fit_curve
from lstm_cli.pipeline.choosing import by_gradient
from lstm_cli.pipeline.folding import CurvePlan, deal, sizes_for
from lstm_cli.pipeline.pace import Pace
from lstm_cli.pipeline.quick import QuickTrainer, some_of
from lstm_cli.results import CurveAdvice, CurvePoint, NextReview
from lstm_cli.training.loop import Listener

MOST_CANDIDATES = 5_000  # are read, drawn at random where there are more


class AdviceListener(Listener, Protocol):
    """Someone who wants to hear how the trainings go."""

    def planned(self, plan: CurvePlan) -> None:
        """How many reviews are rated, and from how many of them the trainings learn."""

    def trained(self, size: int, seconds: float, *, is_limited: bool) -> None:
        """A training on so many reviews is over and measured.

        Args:
            size: how many it learned from.
            seconds: that are left, about.
            is_limited: the time is too short for all that was planned.
        """

    def working(self) -> AbstractContextManager[object]:
        """A context around the trainings."""


@dataclass
class _FoldSoFar:
    """What has been measured of one fold."""

    sizes: list[int] = field(default_factory=list)
    is_right: list[NDArray[np.bool_]] = field(default_factory=list)  # (N,) each
    distances: list[Float64Array] = field(default_factory=list)  # (N,) each, in rating points


@dataclass(frozen=True)
class Measured:
    """What quick trainings said of reviews that they had not seen."""

    folds: tuple[FoldMeasured, ...]
    points: tuple[CurvePoint, ...]
    completed: bool  # nothing was stopped, and there was time for all


@dataclass(frozen=True)
class Chosen:
    """Reviews to rate next."""

    places: NDArray[np.int64]  # among the candidates, the most useful first
    reviews: tuple[NextReview, ...]


def measure_curve(
    reviews: Reviews,
    trainer: QuickTrainer,
    listener: AdviceListener,
    seed: int,
    seconds: float,
    *,
    will_choose: bool = False,
) -> Measured | None:
    """Train on ever more of the reviews, and rate those that were not learned from.

    Fold by fold, so that a curve is known early. The time decides how many are trained: one that
    would end too late, by how long those before took, is not begun, and one that lasts longer
    than it should is given up. The first alone is never given up, for without it nothing is known.

    Args:
        reviews: the rated ones.
        trainer: makes the networks, and may be stopped; its listener hears of each batch.
        listener: hears of each training.
        seed: decides the folds, and of the trainings.
        seconds: that all of it may take.
        will_choose: of these, as many as a training on all the reviews takes are left over.

    Returns:
        None if it was stopped before anything was measured.

    Raises:
        RowError: no curve can be learned from such reviews.
    """
    folds = deal(reviews.texts, reviews.rating_indices, seed)
    sizes = sizes_for(folds)
    ratings = np.array(reviews.scale.ratings)
    plan = CurvePlan(len(reviews), sizes, len(folds))
    listener.planned(plan)
    pace = Pace(plan, seconds, len(reviews) if will_choose else 0)
    found: list[_FoldSoFar] = []
    completed = True
    for number, fold in enumerate(folds):
        found.append(_FoldSoFar())
        true = reviews.rating_indices[fold.held_out]
        for size in sizes:
            if not pace.has_time_for(size):
                completed = False
                break
            answers = trainer(
                some_of(reviews, fold.order[:size]),
                [reviews.texts[row] for row in fold.held_out],
                seed + number,
                pace.is_late,
            )
            if not answers.completed:
                return _measured(found, completed=False)
            predicted = answers.probabilities.argmax(axis=1)
            found[-1].sizes.append(size)
            found[-1].is_right.append(predicted == true)
            found[-1].distances.append(np.abs(ratings[predicted] - ratings[true]))
            pace.trained(size)
            listener.trained(size, pace.left, is_limited=pace.is_limited)
    return _measured(found, completed=completed)


def advice_of(reviews: Reviews, measured: Measured, more: int) -> CurveAdvice:
    """What more labels would add.

    Args:
        reviews: the rated ones.
        measured: of them.
        more: labels that are asked about.
    """
    rated = len(reviews)
    curve = fit_curve(measured.folds, rated + more)
    return CurveAdvice(
        rated=rated,
        more=more,
        points=measured.points,
        now=curve.accuracy(rated),
        then=curve.accuracy(rated + more),
        gain=curve.gain(rated, rated + more),
        contradictions=contradictions(reviews),
        completed=measured.completed,
    )


def choose_next(
    reviews: Reviews, candidates: Candidates, number: int, trainer: QuickTrainer, seed: int
) -> Chosen | None:
    """Choose reviews to rate, by what a network of all rated ones says of them.

    Args:
        reviews: the rated ones.
        candidates: those without a rating.
        number: how many are to be chosen; all where there are fewer.
        trainer: makes the network.
        seed: decides what chance decides.

    Returns:
        None if it was stopped.
    """
    rng = np.random.default_rng(seed)
    pool = np.sort(rng.permutation(len(candidates))[:MOST_CANDIDATES])
    answers = trainer(reviews, [candidates.texts[place] for place in pool], seed)
    if not answers.completed:
        return None
    chosen = by_gradient(answers.probabilities, answers.memories, number, rng)
    places = pool[chosen]
    lines = candidates.table.line_numbers(candidates.rows[places]).tolist()
    reviews_to_rate = (
        NextReview(line, candidates.texts[place]) for line, place in zip(lines, places, strict=True)
    )
    return Chosen(places, tuple(reviews_to_rate))


def _measured(found: Sequence[_FoldSoFar], *, completed: bool) -> Measured | None:
    some = [fold for fold in found if fold.sizes]
    if not some:
        return None
    points = []
    for size in sorted({size for fold in some for size in fold.sizes}):
        at = [(fold, fold.sizes.index(size)) for fold in some if size in fold.sizes]
        right = np.concatenate([fold.is_right[place] for fold, place in at])
        distances = np.concatenate([fold.distances[place] for fold, place in at])
        points.append(
            CurvePoint(size, float(right.mean()), float(distances.mean()), len(at), len(right))
        )
    folds = (FoldMeasured(tuple(fold.sizes), np.stack(fold.is_right, axis=1)) for fold in some)
    return Measured(tuple(folds), tuple(points), completed)
