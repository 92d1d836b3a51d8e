"""Which trainings of a learning curve there is time for."""

import pytest

from lstm_cli.pipeline.folding import CurvePlan
from lstm_cli.pipeline.pace import LATE, Pace

SIZES = (100, 200, 400)
PLAN = CurvePlan(600, SIZES, folds=3)


class Clock:
    """Stands until somebody moves it."""

    def __init__(self) -> None:
        self.now = 1_000.0

    def __call__(self) -> float:
        return self.now


def spent(limit: float, seconds: dict[int, float], after: int = 0) -> tuple[list[int], float, Pace]:
    """Train as ``measure_curve`` does: what was trained, and the seconds of it."""
    clock = Clock()
    pace = Pace(PLAN, limit, after, clock)
    trained = []
    for _ in range(PLAN.folds):
        for size in SIZES:
            if not pace.has_time_for(size):
                break
            clock.now += seconds[size]
            pace.trained(size)
            trained.append(size)
    return trained, clock.now - 1_000, pace


def test_with_time_all_are_trained() -> None:
    trained, _, pace = spent(1_000, {100: 10, 200: 14, 400: 20})
    assert trained == [*SIZES] * 3
    assert not pace.is_limited
    assert pace.left == 0


@pytest.mark.parametrize("limit", [15, 40, 60, 100, 130])
def test_the_limit_is_kept_by_fewer_sizes_or_folds(limit: float) -> None:
    trained, seconds, pace = spent(limit, {100: 10, 200: 14, 400: 20})
    assert 0 < len(trained) < 9
    assert seconds <= limit
    assert pace.is_limited


def test_the_first_is_trained_whatever_it_takes() -> None:
    assert spent(0, {100: 10, 200: 14, 400: 20})[0] == [100]


def test_what_comes_after_has_its_share() -> None:
    """Of the limit: choosing takes a training on all of the reviews."""
    seconds: dict[int, float] = {100: 10, 200: 14, 400: 20}
    _, alone, _ = spent(100, seconds)
    _, with_choice, pace = spent(100, seconds, after=600)
    assert with_choice <= 75 < alone
    assert pace.left <= 100 - with_choice
    pace = spent(20, seconds, after=600)[2]
    assert pace.left > 20  # it is chosen all the same, and that is said


def test_what_is_left_is_never_more_than_the_limit_leaves() -> None:
    clock = Clock()
    pace = Pace(PLAN, 100, 0, clock)
    clock.now += 30
    pace.trained(100)
    assert pace.is_limited
    assert pace.left == pytest.approx(70)


def test_a_training_beyond_the_limit_is_late_but_the_first() -> None:
    clock = Clock()
    pace = Pace(PLAN, 100, 0, clock)
    clock.now += 200
    assert not pace.is_late()
    clock.now -= 190
    pace.trained(100)
    clock.now = 1_000 + 100 * LATE - 1
    assert not pace.is_late()
    clock.now += 2
    assert pace.is_late()
