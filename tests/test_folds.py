"""Few held-out reviews are helped by folds: what a network says of reviews it has not seen."""

from collections.abc import Callable
from itertools import chain
from pathlib import Path

import numpy as np
import pytest

from lstm_cli.metrics.calibration import cross_tempered, fit_temperature, tempered, together
from lstm_cli.training.folds import NUM_FOLDS, out_of_fold
from lstm_cli.training.preparation import RatedCorpus
from tests.conftest import lstm
from tests.test_trainer import Trained, eight_reviews
from tests.test_trainer import learn as learn_the_eight

Learn = Callable[[RatedCorpus, RatedCorpus], Trained]


def answering(
    trained: Trained, is_whole: bool = True
) -> tuple[Learn, list[tuple[list[bytes], list[bytes]]]]:
    """A training that writes down what it is given, and names every true rating at 90 %."""
    seen: list[tuple[list[bytes], list[bytes]]] = []

    def learn(reviews: RatedCorpus, unseen: RatedCorpus) -> Trained:
        seen.append((texts_of(reviews), texts_of(unseen)))
        probabilities = np.full((len(unseen), 3), 0.05)
        probabilities[np.arange(len(unseen)), unseen.rating_indices] = 0.9
        return Trained(trained.network, trained.history, probabilities, 1.0, is_whole)

    return learn, seen


def texts_of(reviews: RatedCorpus) -> list[bytes]:
    return [reviews.corpus[k].tobytes() for k in range(len(reviews))]


def test_every_review_is_rated_once_by_a_network_that_has_not_seen_it() -> None:
    """The parts are all of the reviews, and no part is trained on by its own network."""
    reviews, _ = eight_reviews()
    learn, seen = answering(learn_the_eight()[0])
    found = out_of_fold(learn, reviews, seed=0)
    assert len(seen) == NUM_FOLDS
    for trained_on, unseen in seen:
        assert sorted(trained_on + unseen) == sorted(texts_of(reviews))
    assert sorted(chain(*(unseen for _, unseen in seen))) == sorted(texts_of(reviews))
    assert found.is_whole
    rows = np.arange(len(reviews))
    assert (found.probabilities[rows, found.rating_indices] == 0.9).all()
    assert sorted(found.rating_indices) == sorted(reviews.rating_indices)


def test_a_stopped_fold_is_the_last() -> None:
    """Ctrl-C is not waited for by further trainings."""
    reviews, _ = eight_reviews()
    learn, seen = answering(learn_the_eight()[0], is_whole=False)
    assert not out_of_fold(learn, reviews, seed=0).is_whole
    assert len(seen) == 1


def test_the_last_epoch_ends_a_training_whose_rate_falls_on() -> None:
    """Two epochs of six are those of a training of six, not a training of two."""
    long, _ = learn_the_eight(epochs=6, patience=6)
    short, _ = learn_the_eight(epochs=6, patience=6, last_epoch=2)
    assert [report.train_loss for report in short.history] == [
        report.train_loss for report in long.history[:2]
    ]
    assert short.is_whole


def test_reviews_beside_set_the_temperature_too() -> None:
    """Three reviews that were right by chance are outvoted by hundreds."""
    rng = np.random.default_rng(0)
    true = rng.dirichlet([1, 1, 1], size=900)
    truth = np.array([rng.choice(3, p=row) for row in true])
    beside = tempered(true, 0.5), truth  # too sure by a factor of two
    few = beside[0][:3].copy(), beside[0][:3].argmax(axis=1)
    assert fit_temperature(*few) < 1
    assert fit_temperature(*together(few, beside)) == pytest.approx(2, rel=0.1)
    assert together(few, None) is few
    answered = cross_tempered(*few, beside)
    assert answered.max(axis=1) == pytest.approx(tempered(few[0], 2).max(axis=1), abs=0.05)


def test_training_on_few_reviews_says_that_it_trains_on_folds(tiny_reviews: Path) -> None:
    """And one temperature comes of it, the same when it is done again."""
    line = ("train", tiny_reviews, "--epochs", "2", "--base", "none", "--json")
    first = lstm(*line, "--name", "first")
    assert f"few to calibrate on: {NUM_FOLDS} more trainings" in first.stderr
    lstm(*line, "--name", "second")
    weights = [Path("models", name, "weights.safetensors") for name in ("first", "second")]
    assert weights[0].read_bytes() == weights[1].read_bytes()
