"""Which reviews a quick training learns from, and which it is measured on."""

import numpy as np
import pytest

from lstm_cli.pipeline.folding import CurvePlan, deal, sizes_for

TEXTS = [f"review {k}" for k in range(99)] + ["Review 5", "review  6", "review 7"]
RATED = np.array([k % 3 for k in range(99)] + [2, 0, 1])
FOLDS = deal(TEXTS, RATED, seed=0)


def test_every_review_is_held_out_once() -> None:
    assert np.sort(np.concatenate([fold.held_out for fold in FOLDS])).tolist() == [*range(102)]


def test_no_review_is_learned_from_beside_its_own_fold() -> None:
    for fold in FOLDS:
        assert sorted([*fold.order, *fold.held_out]) == [*range(102)]


def test_the_same_text_is_in_one_fold_whatever_its_capitals_and_blanks() -> None:
    for first, again in ((5, 99), (6, 100), (7, 101)):
        assert any(first in fold.held_out and again in fold.held_out for fold in FOLDS)


def test_every_fold_has_the_ratings_in_their_shares() -> None:
    for fold in FOLDS:
        counts = np.bincount(RATED[fold.held_out])
        assert counts.min() >= counts.max() - 3


def test_sizes_double_and_end_with_all_that_is_beside_a_fold() -> None:
    sizes = sizes_for(FOLDS)
    assert sizes[-1] == min(len(fold.order) for fold in FOLDS)
    assert sizes == (sizes[-1] // 4, sizes[-1] // 2, sizes[-1])


def test_the_first_few_have_two_ratings_twice_even_if_nearly_all_have_one() -> None:
    rated = np.array([0] * 90 + [1] * 9)
    for seed in range(20):
        for fold in deal(TEXTS[:99], rated, seed):
            assert (np.bincount(rated[fold.order[:15]], minlength=2) >= 2).all()


def test_the_first_few_are_different_texts_even_if_nearly_all_are_one() -> None:
    """Else none of them could be held out."""
    texts = TEXTS[:90] + ["the same"] * 5_000
    rated = np.array([k % 2 for k in range(90)] + [0] * 5_000)
    for fold in deal(texts, rated, seed=0):
        first = fold.order[:4]
        assert len({texts[k] for k in first}) == 4
        assert np.bincount(rated[first]).tolist() == [2, 2]


def test_another_seed_deals_others() -> None:
    other = deal(TEXTS, RATED, seed=1)
    assert any(
        fold.order.tolist() != also.order.tolist() for fold, also in zip(FOLDS, other, strict=True)
    )


def test_all_trainings_together_are_all_the_work() -> None:
    plan = CurvePlan(700, (116, 233, 466), folds=3)
    assert 3 * sum(plan.work) == pytest.approx(1)
    assert plan.work[0] < plan.work[1] < plan.work[2] < 4 * plan.work[0]
