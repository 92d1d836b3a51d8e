"""Shares of predicted ratings: near the truth where counting is not, and as unsure as they are."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lstm_cli.metrics.shares import (
    SWEEPS,
    KnownAnswers,
    draw_shares,
    fit_bends,
)

TRAINED = np.array([0.1, 0.1, 0.1, 0.3, 0.4])
SPREAD = 1.3  # of what is seen, in places
NOBODY = np.zeros(5, dtype=np.int64)


def answers_of(ratings: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """What a model says that sees each review's place on a line, and expects ``TRAINED``."""
    seen = ratings + rng.normal(0, SPREAD, len(ratings))
    likely = np.exp(-((seen[:, None] - np.arange(5)) ** 2) / (2 * SPREAD**2)) * TRAINED
    return likely / likely.sum(axis=1, keepdims=True)


def known_answers(number: int, rng: np.random.Generator) -> KnownAnswers:
    ratings = rng.choice(5, number, p=TRAINED)
    return KnownAnswers(answers_of(ratings, rng), ratings)


def test_estimated_shares_are_nearer_than_counted_ones_where_shares_have_changed() -> None:
    rng = np.random.default_rng(1)
    bends = fit_bends(known_answers(300, rng), TRAINED, rng)
    true = np.array([0.5, 0.2, 0.1, 0.1, 0.1])
    probabilities = answers_of(rng.choice(5, 2_000, p=true), rng)
    counted = np.bincount(probabilities.argmax(axis=1), minlength=5) / 2_000
    estimated = draw_shares(probabilities, NOBODY, bends, rng).likeliest
    assert abs(counted[:2].sum() - 0.7) > 0.08
    assert abs(estimated[:2].sum() - 0.7) < 0.5 * abs(counted[:2].sum() - 0.7)


def test_an_interval_holds_the_true_share_nearly_always() -> None:
    rng = np.random.default_rng(2)
    held = 0
    for _ in range(40):
        bends = fit_bends(known_answers(50, rng), TRAINED, rng, 100)
        true = rng.dirichlet(np.ones(5))
        probabilities = answers_of(rng.choice(5, 200, p=true), rng)
        low, high = np.quantile(
            draw_shares(probabilities, NOBODY, bends, rng).draws[:, :2].sum(axis=1), (0.025, 0.975)
        )
        held += low <= true[:2].sum() <= high
    assert held >= 36


def test_more_known_reviews_make_the_model_s_error_smaller() -> None:
    rng = np.random.default_rng(3)
    spreads = [
        fit_bends(known_answers(number, rng), TRAINED, rng).exponents.std()
        for number in (0, 50, 2_000)
    ]
    assert spreads[0] > spreads[1] > spreads[2]


@given(st.lists(st.integers(0, 40), min_size=5, max_size=5))
def test_ratings_that_people_gave_are_counted_as_they_are(counts: list[int]) -> None:
    rng = np.random.default_rng(0)
    bends = fit_bends(KnownAnswers(np.empty((0, 5)), NOBODY[:0]), TRAINED, rng)
    likeliest, shares = draw_shares(np.empty((0, 5)), np.array(counts), bends, rng)
    assert likeliest.tolist() == (np.array(counts) / max(sum(counts), 1)).tolist()
    exact = (np.array(counts) + 0.5) / (sum(counts) + 2.5)
    assert shares.mean(axis=0) == pytest.approx(exact, abs=0.06)
    assert shares.sum(axis=1) == pytest.approx(np.ones(len(bends)))


def test_reviews_counted_as_kinds_give_the_shares_that_each_gives_alone(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    rng = np.random.default_rng(4)
    bends = fit_bends(known_answers(500, rng), TRAINED, rng)
    probabilities = answers_of(rng.choice(5, 1_500, p=TRAINED), rng)
    together = draw_shares(probabilities, NOBODY, bends, np.random.default_rng(0)).draws
    monkeypatch.setattr("lstm_cli.metrics.shares.FEW", 10_000)
    alone = draw_shares(probabilities, NOBODY, bends, np.random.default_rng(0)).draws
    assert together.mean(axis=0) == pytest.approx(alone.mean(axis=0), abs=0.01)
    assert together.std(axis=0) == pytest.approx(alone.std(axis=0), rel=0.3)


def test_a_draw_does_not_depend_on_how_long_it_is_drawn(monkeypatch: pytest.MonkeyPatch) -> None:
    rng = np.random.default_rng(5)
    bends = fit_bends(known_answers(100, rng), TRAINED, rng)
    probabilities = answers_of(rng.choice(5, 200, p=TRAINED), rng)
    drawn = draw_shares(probabilities, NOBODY, bends, np.random.default_rng(0)).draws
    monkeypatch.setattr("lstm_cli.metrics.shares.SWEEPS", 3 * SWEEPS)
    longer = draw_shares(probabilities, NOBODY, bends, np.random.default_rng(1)).draws
    assert drawn.mean(axis=0) == pytest.approx(longer.mean(axis=0), abs=0.02)
    assert drawn.std(axis=0) == pytest.approx(longer.std(axis=0), rel=0.25)
