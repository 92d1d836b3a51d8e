"""The learning curve: gains of other domains, moved by what was measured at hand."""

import numpy as np
import pytest

from lstm_cli.metrics.learning_curve import (
    FoldMeasured,
    GainPrior,
    LearningCurve,
    fit_curve,
    sampling_noise,
)

PRIOR = GainPrior(gain=0.02, fade=0.9, spread=0.01, kept=0.5, training=0.005)
SIZES = (50, 100, 200)


def measured(shares: tuple[float, ...], reviews: int) -> FoldMeasured:
    """So many reviews, of which each size has a share right: the same ones and others besides."""
    places = (np.arange(reviews) + 0.5) / reviews
    return FoldMeasured(SIZES[: len(shares)], np.stack([places < share for share in shares], 1))


def width(curve: LearningCurve, size: int) -> float:
    estimate = curve.accuracy(size)
    return estimate.high - estimate.low


def test_little_measured_leaves_the_gain_of_other_domains() -> None:
    curve = fit_curve([measured((0.5, 0.5, 0.5), 10)], 400, PRIOR)
    assert curve.gain(200, 400).value == pytest.approx(PRIOR.mean(200), abs=0.002)


def test_much_measured_moves_the_gain() -> None:
    flat = fit_curve([measured((0.5, 0.5, 0.5), 100_000)] * 3, 400, PRIOR)
    steep = fit_curve([measured((0.5, 0.55, 0.6), 100_000)] * 3, 400, PRIOR)
    assert flat.gain(200, 400).value < PRIOR.mean(200) < steep.gain(200, 400).value


def test_a_curve_goes_through_what_is_surely_measured() -> None:
    curve = fit_curve([measured((0.50, 0.53, 0.55), 1_000_000)] * 20, 400, PRIOR)
    assert [curve.accuracy(size).value for size in SIZES] == pytest.approx(
        [0.50, 0.53, 0.55], abs=0.003
    )


def test_fewer_reviews_and_farther_sizes_have_wider_intervals() -> None:
    few, many = (fit_curve([measured((0.5, 0.52, 0.55), n)] * 3, 1600, PRIOR) for n in (50, 500))
    assert width(few, 400) > width(many, 400)
    assert width(many, 1600) > width(many, 400)
    assert width(many, 400) > 2 * 1.96 * PRIOR.training


def test_what_makes_one_size_lucky_makes_the_others_so() -> None:
    """The same reviews are rated by all: a difference is surer than either share."""
    noise = sampling_noise(measured((0.5, 0.52, 0.55), 100).is_right)
    difference = noise[0, 0] + noise[2, 2] - 2 * noise[0, 2]
    assert difference < 0.3 * noise[0, 0]


def test_ten_of_ten_right_is_not_certain() -> None:
    assert sampling_noise(np.ones((10, 2), dtype=bool))[0, 0] > 0


def test_a_fold_may_have_fewer_sizes() -> None:
    """A person stops, or time is short, in the middle of a fold."""
    whole, part = measured((0.5, 0.52, 0.55), 100), measured((0.5,), 100)
    stopped = fit_curve([whole, part], 400, PRIOR)
    assert width(fit_curve([whole], 400, PRIOR), 400) > width(stopped, 400)


def test_accuracy_stays_a_share() -> None:
    estimate = fit_curve([measured((0.98, 0.99, 1.0), 40)], 3_200, PRIOR).accuracy(3_200)
    assert 0 <= estimate.low <= estimate.value <= estimate.high <= 1


def test_intervals_hold_the_truth_of_domains_like_those_of_the_prior() -> None:
    """Drawn as the prior has it, 19 of 20 are inside."""
    rng = np.random.default_rng(0)
    inside = 0
    for _ in range(300):
        gains = rng.multivariate_normal(
            [PRIOR.mean(size) for size in (50, 100, 200)], PRIOR.covariance(3)
        )
        truth = 0.5 + np.concatenate([[0], np.cumsum(gains)])
        folds = []
        for _ in range(3):
            # A review is hard or easy for all sizes; and a training is better or worse than usual.
            difficulty = rng.random(100)[:, None]
            shares = truth[:3] + PRIOR.training * rng.standard_normal(3)
            folds.append(FoldMeasured(SIZES, difficulty < shares))
        estimate = fit_curve(folds, 400, PRIOR).accuracy(400)
        reached = truth[3] + PRIOR.training * rng.standard_normal()
        inside += estimate.low <= reached <= estimate.high
    assert 0.92 <= inside / 300 <= 0.98
