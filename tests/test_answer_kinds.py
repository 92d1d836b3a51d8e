"""Shares by the kinds of a network's answers: near the truth though the answers are askew."""

import numpy as np
import pytest

from lstm_cli.metrics.answer_kinds import AnswerKinds, draw_shares_by_kind, fit_kinds
from lstm_cli.metrics.shares import KnownAnswers

TRAINED = np.array([0.2, 0.1, 0.1, 0.2, 0.4])
SPREAD = 0.8  # of what is seen, in places
NOBODY = np.zeros(5, dtype=np.int64)


def answers_of(ratings: np.ndarray, rng: np.random.Generator, too_good: float = 0.5) -> np.ndarray:
    """What a network says that takes every review for better than it is, by so many places."""
    seen = ratings + too_good + rng.normal(0, SPREAD, len(ratings))
    likely = np.exp(-((seen[:, None] - np.arange(5)) ** 2) / (2 * SPREAD**2))
    return likely / likely.sum(axis=1, keepdims=True)


def kinds_of(
    number: int, rng: np.random.Generator, num_draws: int = 300, too_good: float = 0.5
) -> AnswerKinds:
    ratings = rng.choice(5, number, p=TRAINED)
    known = KnownAnswers(answers_of(ratings, rng, too_good), ratings)
    return fit_kinds(known, TRAINED, rng, num_draws)


def test_shares_are_found_though_every_answer_is_too_good() -> None:
    rng = np.random.default_rng(1)
    true = np.array([0.5, 0.2, 0.1, 0.1, 0.1])
    probabilities = answers_of(rng.choice(5, 2_000, p=true), rng, too_good=1)
    counted = np.bincount(probabilities.argmax(axis=1), minlength=5) / 2_000
    found = draw_shares_by_kind(probabilities, NOBODY, kinds_of(1_000, rng, too_good=1), rng)
    assert abs(counted[:2].sum() - 0.7) > 0.15
    assert abs(found.likeliest[:2].sum() - 0.7) < 0.06
    assert found.likeliest.sum() == pytest.approx(1)
    assert found.draws.sum(axis=1) == pytest.approx(np.ones(300))


def test_an_interval_holds_the_true_share_nearly_always() -> None:
    rng = np.random.default_rng(2)
    held = 0
    for _ in range(40):
        true = rng.dirichlet(np.ones(5))
        probabilities = answers_of(rng.choice(5, 300, p=true), rng)
        drawn = draw_shares_by_kind(probabilities, NOBODY, kinds_of(300, rng, 100), rng).draws
        low, high = np.quantile(drawn[:, :2].sum(axis=1), (0.025, 0.975))
        held += low <= true[:2].sum() <= high
    assert held >= 36


def test_more_known_reviews_and_more_asked_ones_make_it_surer() -> None:
    rng = np.random.default_rng(3)
    some = answers_of(rng.choice(5, 2_000, p=TRAINED), rng)

    def spread(known: int, asked: int) -> float:
        kinds = kinds_of(known, np.random.default_rng(4))
        drawn = draw_shares_by_kind(some[:asked], NOBODY, kinds, np.random.default_rng(5)).draws
        return float(drawn[:, :2].sum(axis=1).std())

    assert spread(200, 2_000) > 1.5 * spread(20_000, 2_000)
    assert spread(20_000, 20) > 1.5 * spread(20_000, 2_000)


def test_ratings_that_people_gave_are_counted_as_they_are() -> None:
    rng = np.random.default_rng(6)
    kinds = kinds_of(300, rng)
    counts = np.array([3, 0, 1, 0, 4])
    found = draw_shares_by_kind(np.empty((0, 5)), counts, kinds, rng)
    assert found.likeliest.tolist() == (counts / 8).tolist()
    many = draw_shares_by_kind(answers_of(np.array([4]), rng), 1_000 * counts, kinds, rng)
    assert many.likeliest == pytest.approx(counts / 8, abs=0.01)


def test_answers_that_are_all_alike_say_nothing_and_break_nothing() -> None:
    """A base that knows hardly a word says the same of everything."""
    rng = np.random.default_rng(7)
    alike = np.tile(TRAINED, (250, 1))
    kinds = fit_kinds(KnownAnswers(alike, rng.choice(5, 250, p=TRAINED)), TRAINED, rng)
    drawn = draw_shares_by_kind(alike, NOBODY, kinds, rng).draws
    low, high = np.quantile(drawn[:, 0], (0.025, 0.975))
    assert low < 0.05
    assert high > 0.5
