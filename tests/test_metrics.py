"""Numbers from ratings and probabilities, against hand and scikit-learn."""

import warnings
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.sparse import csr_array
from scipy.special import softmax
from scipy.stats import binomtest
from sklearn.feature_extraction.text import HashingVectorizer, TfidfTransformer
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import (
    cohen_kappa_score,
    confusion_matrix,
    f1_score,
    precision_recall_fscore_support,
)
from sklearn.pipeline import make_pipeline

from lstm_cli.data.ratings.scale import Scale
from lstm_cli.evaluation.evaluation import evaluate
from lstm_cli.metrics.baselines import INVERSE_PENALTY, NUM_COLUMNS, WordRegression, _Counts
from lstm_cli.metrics.calibration import (
    USUAL,
    apply_cross_fitted_temperature,
    apply_temperature,
    expected_calibration_error,
    fit_temperature,
    reliability,
)
from lstm_cli.metrics.scores import (
    accuracy_interval,
    confusion_of,
    effective_number,
    scores_by_rating,
    scores_of,
    wilson_interval,
)
from lstm_cli.text.tokens import tokenize

SCALE = np.array([1.0, 2.0, 3.0, 4.0, 5.0])


def test_scores_can_be_checked_by_hand() -> None:
    """Four reviews: right, one off, three off, right."""
    scores = scores_of(np.array([0, 1, 4, 2]), np.array([0, 2, 1, 2]), SCALE)
    assert scores.accuracy == 0.5
    assert scores.within_one == 0.75
    assert scores.mae == 1.0
    assert scores.macro_f1 == pytest.approx((1 + 0 + 0 + 2 / 3) / 4)


def test_distances_are_in_rating_points_not_in_places() -> None:
    """IMDB has no 5 and 6: from 4 to 7 is three points, though the two are neighbours."""
    imdb = np.array([1.0, 2.0, 3.0, 4.0, 7.0, 8.0, 9.0, 10.0])
    scores = scores_of(np.array([3]), np.array([4]), imdb)
    assert scores.mae == 3.0
    assert scores.within_one == 0.0


def test_one_answer_for_all_has_no_kappa_to_speak_of() -> None:
    """0 / 0 is no agreement, and no warning either."""
    assert scores_of(np.array([1, 1]), np.array([1, 1]), SCALE).qwk == 0.0
    assert scores_of(np.array([0, 4]), np.array([3, 3]), SCALE).qwk == 0.0


def test_the_confusion_matrix_has_true_ratings_down() -> None:
    """Read the other way round it would say the opposite."""
    assert confusion_of(np.array([0, 0, 1]), np.array([1, 1, 1]), 2) == ((0, 2), (0, 1))


@st.composite
def rated(draw: st.DrawFn) -> tuple[np.ndarray, np.ndarray, int]:
    """True and predicted places on a scale, some of whose ratings never occur."""
    num_ratings = draw(st.integers(2, 8))
    place = st.sampled_from(draw(st.sets(st.integers(0, num_ratings - 1), min_size=1).map(sorted)))
    pairs = draw(st.lists(st.tuples(place, place), min_size=1, max_size=40))
    truth, predicted = np.array(pairs, dtype=np.int64).T
    return truth, predicted, num_ratings


@given(rated())
def test_scores_are_scikit_learns(case: tuple[np.ndarray, np.ndarray, int]) -> None:
    """Its metrics take a second to load, so they are written out here and only compared with."""
    truth, predicted, num_ratings = case
    places = np.arange(num_ratings)
    scores = scores_of(truth, predicted, places.astype(float))
    occurring = np.unique(truth)
    assert scores.macro_f1 == pytest.approx(
        f1_score(truth, predicted, labels=occurring, average="macro", zero_division=0)
    )
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # where all is one rating, it divides 0 by 0
        kappa = cohen_kappa_score(truth, predicted, labels=places, weights="quadratic")
    assert scores.qwk == pytest.approx(kappa if np.isfinite(kappa) else 0)
    expected = confusion_matrix(truth, predicted, labels=places)
    assert np.array_equal(confusion_of(truth, predicted, num_ratings), expected)
    by_rating = scores_by_rating(truth, predicted, [str(place) for place in places])
    found = [(one.precision, one.recall, one.f1, one.n) for one in by_rating]
    columns = precision_recall_fscore_support(truth, predicted, labels=places, zero_division=0)
    np.testing.assert_allclose(found, np.array(columns).T)


@given(st.integers(1, 100_000), st.floats(0, 1), st.floats(0.5, 0.999))
def test_the_interval_is_scipys(n: int, share: float, level: float) -> None:
    right = round(share * n)
    expected = binomtest(right, n).proportion_ci(confidence_level=level, method="wilson")
    assert wilson_interval(right, n, level) == pytest.approx(tuple(expected), abs=1e-12)


@pytest.mark.parametrize(
    ("right", "n", "low", "high"), [(50, 100, 0.404, 0.596), (0, 10, 0, 0.278)]
)
def test_the_interval_is_wilsons(right: int, n: int, low: float, high: float) -> None:
    """Against values of published tables."""
    found = accuracy_interval(np.arange(n) < right)
    assert found == pytest.approx((low, high), abs=1e-3)


def test_copies_of_a_text_that_were_held_out_together_are_one_draw() -> None:
    """Of twenty texts, each ten times, an interval is that of twenty answers and not of 200."""
    texts = np.arange(20) < 14
    copies = np.repeat(texts, 10)
    found = accuracy_interval(copies, np.repeat(np.arange(20), 10))
    assert found == pytest.approx(accuracy_interval(texts))
    assert accuracy_interval(copies, np.arange(200)) == pytest.approx(accuracy_interval(copies))
    all_right = accuracy_interval(copies | True, np.repeat(np.arange(20), 10))
    assert all_right == pytest.approx(accuracy_interval(texts | True))


@given(st.lists(st.tuples(st.booleans(), st.integers(0, 4)), min_size=1, max_size=30))
def test_no_copies_tell_more_than_other_reviews_would(rows: list[tuple[bool, int]]) -> None:
    """Nor less than one review."""
    values = np.array([right for right, _ in rows])
    _, texts = np.unique([text for _, text in rows], return_inverse=True)
    assert 1 - 1e-9 <= effective_number(values, texts) <= len(rows)


def test_the_interval_holds_the_truth_where_texts_repeat() -> None:
    """In 95 of 100 draws of texts, a tenth of which make up half of the reviews."""
    rng = np.random.default_rng(0)
    counts = np.where(np.arange(2_000) % 10 == 0, 9, 1)
    is_right = rng.random(2_000) < 0.7
    truth = (is_right * counts).sum() / counts.sum()
    held = 0
    for _ in range(400):
        some = rng.choice(2_000, 100, replace=False)
        text_of = np.repeat(np.arange(100), counts[some])
        low, high = accuracy_interval(is_right[some][text_of], text_of)
        held += low <= truth <= high
    assert 0.92 <= held / 400 <= 0.98


def test_bins_hold_the_same_number_of_answers() -> None:
    """Equal mass: a bin of two answers would be noise."""
    confidence = np.linspace(0.2, 1, 25)
    bins = reliability(confidence, confidence > 0.5)
    assert {part.n for part in bins} == {2, 3}
    assert sum(part.n for part in bins) == 25


def test_a_model_that_is_as_often_right_as_it_says_is_calibrated() -> None:
    """And one that is always sure and never right is as far off as can be."""
    sure, wrong = np.ones(20), np.zeros(20, dtype=bool)
    assert expected_calibration_error(reliability(sure, wrong)) == 1.0
    assert expected_calibration_error(reliability(sure, ~wrong)) == 0.0


def test_the_regression_travels_without_its_library_and_says_the_same() -> None:
    """What the bundle keeps is enough to ask it again."""
    texts = ["good film", "bad film", "very good", "very bad", "so so", "it is so so"]
    truth = np.array([2, 0, 2, 0, 1, 1])
    reviews = [tokenize(text) for text in texts]
    model = WordRegression.fit(reviews, truth, num_ratings=4)
    again = WordRegression.from_arrays(model.to_arrays())
    np.testing.assert_allclose(
        again.probabilities(reviews), model.probabilities(reviews), atol=1e-7
    )
    assert (again.predict(reviews) == truth).all()
    # A rating that never occurred is never given.
    assert again.probabilities(reviews)[:, 3].max() == 0


@given(st.lists(st.lists(st.text(st.characters(codec="utf-8"), min_size=1)), max_size=4))
def test_words_stand_in_the_columns_that_scikit_learn_gives_them(reviews: list[list[str]]) -> None:
    """In any script: the weights of a saved model stand there."""
    counts = _Counts.of(reviews)
    found = csr_array(
        (counts.counts, (counts.reviews, counts.columns)), shape=(len(reviews), NUM_COLUMNS)
    )
    hashing = HashingVectorizer(
        n_features=NUM_COLUMNS,
        alternate_sign=False,
        norm=None,
        analyzer=lambda tokens: [*tokens, *map(" ".join, pairwise(tokens))],
    )
    assert (found != csr_array(hashing.transform([*reviews, []])[:-1])).nnz == 0


def test_no_review_has_no_probabilities() -> None:
    model = WordRegression.fit([["good"], ["bad"]], np.array([0, 1]), num_ratings=2)
    assert model.probabilities([]).shape == (0, 2)
    np.testing.assert_allclose(model.probabilities([[]]), model.probabilities([["unknown"]]))


@pytest.mark.parametrize("num_ratings", [2, 3])
def test_the_regression_is_scikit_learns(num_ratings: int) -> None:
    """The bundle has a row of weights a rating; scikit-learn gives two classes only one."""
    texts = ["good film", "bad film", "so so", "very good", "very bad bad bad", "it is so so"]
    truth = np.array([1, 0, 2, 1, 0, 2]) % num_ratings
    reviews = [tokenize(text) for text in texts]
    reference = make_pipeline(
        HashingVectorizer(
            n_features=2**17,
            alternate_sign=False,
            norm=None,
            ngram_range=(1, 2),
            tokenizer=str.split,
            token_pattern=None,
            dtype=np.float32,
        ),
        TfidfTransformer(sublinear_tf=True),
        LogisticRegression(C=INVERSE_PENALTY, max_iter=200, tol=1e-3),
    ).fit(texts, truth)
    model = WordRegression.fit(reviews, truth, num_ratings)
    asked = ["good", "so bad", "never seen"]
    np.testing.assert_allclose(
        model.probabilities(map(tokenize, asked)), reference.predict_proba(asked), atol=1e-6
    )


def test_an_evaluation_says_what_json_promises() -> None:
    """Design, section 5; scripts rely on the names."""
    probabilities = np.array([[0.7, 0.2, 0.1], [0.1, 0.2, 0.7]])
    found = evaluate(
        probabilities,
        np.array([0, 1]),
        Scale((1.0, 2.0, 3.0)),
        model="m",
        baselines={"always 1": np.array([0, 0])},
    ).to_json()
    assert {
        "n", "accuracy", "accuracy_interval", "within_one", "mae", "qwk", "macro_f1", "ece",
        "word_order", "ratings", "confusion", "baselines", "reliability", "model",
    } <= set(found)  # fmt: skip
    assert found["accuracy"] == 0.5
    assert found["confusion"] == [[1, 0, 0], [0, 0, 1], [0, 0, 0]]
    assert found["baselines"]["always 1"]["accuracy"] == 0.5


def test_a_temperature_undoes_overconfidence() -> None:
    """Logits twice as large as they should be ask for a temperature of two."""
    rng = np.random.default_rng(0)
    true = softmax(rng.normal(size=(20_000, 5)), axis=1)
    truth = (true.cumsum(axis=1) < rng.random((len(true), 1))).sum(axis=1)
    assert fit_temperature(true, truth) == pytest.approx(1, abs=0.03)
    overconfident = apply_temperature(true, 0.5)
    assert fit_temperature(overconfident, truth) == pytest.approx(2, rel=0.03)
    again = apply_cross_fitted_temperature(overconfident, truth)
    assert np.allclose(again, true, atol=0.02)
    assert (again.argmax(axis=1) == true.argmax(axis=1)).all()


def test_few_reviews_set_no_wild_temperature() -> None:
    """Three right answers of three are no proof of certainty, and none say what is usual."""
    certain = np.array([[0.6, 0.4], [0.7, 0.3], [0.8, 0.2]])
    right = np.zeros(3, np.int64)
    assert 0.95 * USUAL <= fit_temperature(certain, right) < USUAL
    assert USUAL < fit_temperature(certain, right + 1) <= 1.1 * USUAL
    assert fit_temperature(np.zeros((0, 5)), right[:0]) == USUAL
    np.testing.assert_array_equal(
        apply_cross_fitted_temperature(certain[:1], right[:1]),
        apply_temperature(certain[:1], USUAL),
    )
