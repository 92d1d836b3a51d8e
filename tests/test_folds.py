"""Few held-out reviews are helped by folds: what a network says of reviews it has not seen."""

from collections.abc import Callable
from itertools import chain
from pathlib import Path

import numpy as np
import pytest

from lstm_cli.bundle.reading import open_bundle
from lstm_cli.metrics.calibration import (
    apply_cross_fitted_temperature,
    apply_temperature,
    fit_temperature,
    together,
)
from lstm_cli.training.folds import NUM_FOLDS, OutOfFold, out_of_fold
from lstm_cli.training.loop import Trained
from lstm_cli.training.preparation import RatedCorpus
from lstm_cli.training.trainer import TrainingTask
from tests.helpers import SCALE, TINY, eight_reviews, lstm
from tests.helpers import learn as learn_the_eight

Learn = Callable[[TrainingTask], Trained]


def answering(
    trained: Trained, completed: bool = True
) -> tuple[Learn, list[tuple[list[bytes], list[bytes]]]]:
    """A training that writes down what it is given, and names every true rating at 90 %."""
    seen: list[tuple[list[bytes], list[bytes]]] = []

    def learn(task: TrainingTask) -> Trained:
        unseen = task.validation
        seen.append((texts_of(task.training), texts_of(unseen)))
        probabilities = np.full((len(unseen), 3), 0.05)
        probabilities[np.arange(len(unseen)), unseen.rating_indices] = 0.9
        return Trained(trained.network, trained.history, probabilities, 1.0, completed)

    return learn, seen


def texts_of(reviews: RatedCorpus) -> list[bytes]:
    return [reviews.corpus[k].tobytes() for k in range(len(reviews))]


def test_every_review_is_rated_once_by_a_network_that_has_not_seen_it() -> None:
    """The parts are all of the reviews, and no part is trained on by its own network."""
    reviews, _ = eight_reviews()
    learn, seen = answering(learn_the_eight()[0])
    found = out_of_fold(learn, TrainingTask(reviews, reviews, SCALE), seed=0)
    assert len(seen) == NUM_FOLDS
    for trained_on, unseen in seen:
        assert sorted(trained_on + unseen) == sorted(texts_of(reviews))
    assert sorted(chain(*(unseen for _, unseen in seen))) == sorted(texts_of(reviews))
    assert found.completed
    rows = np.arange(len(reviews))
    assert (found.probabilities[rows, found.rating_indices] == 0.9).all()
    assert sorted(found.rating_indices) == sorted(reviews.rating_indices)


def test_a_stopped_fold_is_the_last() -> None:
    """Ctrl-C is not waited for by further trainings."""
    reviews, _ = eight_reviews()
    learn, seen = answering(learn_the_eight()[0], completed=False)
    assert not out_of_fold(learn, TrainingTask(reviews, reviews, SCALE), seed=0).completed
    assert len(seen) == 1


def test_the_last_epoch_ends_a_training_whose_rate_falls_on() -> None:
    """Two epochs of six are those of a training of six, not a training of two."""
    long, _ = learn_the_eight(epochs=6, patience=6)
    short, _ = learn_the_eight(epochs=6, patience=6, last_epoch=2)
    assert [report.train_loss for report in short.history] == [
        report.train_loss for report in long.history[:2]
    ]
    assert short.completed


def test_a_fold_says_what_its_last_epoch_says() -> None:
    """Its best epoch on the very reviews it answers for would be surer of them than it may be."""
    reviews, _ = eight_reviews()
    contrary = RatedCorpus(reviews.corpus, (reviews.rating_indices + 1) % 3)
    settings = {"epochs": 30, "learning_rate": 0.05, "word_dropout": 0.0, "readout_dropout": 0.0}
    best, last = (
        learn_the_eight(last_epoch=last_epoch, validation=contrary, patience=1, **settings)[0]
        for last_epoch in (None, 20)
    )
    assert len(best.history) < 20 == len(last.history)
    surprise = [
        -np.log(made.probabilities[np.arange(8), contrary.rating_indices]).mean()
        for made in (best, last)
    ]
    assert surprise[1] > surprise[0] + 0.1


def test_each_fold_has_its_share_of_every_rating() -> None:
    """A fold that never saw a rating is sure that there is none."""
    reviews, _ = eight_reviews()
    many = reviews.select(np.arange(96) % 8)
    learn, seen = answering(learn_the_eight()[0])
    found = out_of_fold(learn, TrainingTask(many, many, SCALE), seed=0)
    folds = np.split(found.rating_indices, np.cumsum([len(unseen) for _, unseen in seen])[:-1])
    shares = [np.bincount(fold, minlength=3) for fold in folds]
    assert (np.ptp(shares, axis=0) <= 1).all()


def test_one_held_out_review_is_tempered_by_those_beside() -> None:
    """What is measured on it is what the model will say."""
    beside = np.array([[0.9, 0.1]] * 100), np.arange(100) % 2
    told = apply_cross_fitted_temperature(np.array([[0.9, 0.1]]), np.array([0]), beside)
    assert told[0, 0] < 0.7


def test_reviews_beside_set_the_temperature_too() -> None:
    """Three reviews that were right by chance are outvoted by hundreds."""
    rng = np.random.default_rng(0)
    true = rng.dirichlet([1, 1, 1], size=900)
    truth = np.array([rng.choice(3, p=row) for row in true])
    beside = apply_temperature(true, 0.5), truth  # too sure by a factor of two
    few = beside[0][:3].copy(), beside[0][:3].argmax(axis=1)
    assert fit_temperature(*few) < 1
    assert fit_temperature(*together(few, beside)) == pytest.approx(2, rel=0.1)
    assert together(few, None) is few
    answered = apply_cross_fitted_temperature(*few, beside)
    assert answered.max(axis=1) == pytest.approx(apply_temperature(few[0], 2).max(axis=1), abs=0.05)


def test_training_on_few_reviews_says_that_it_trains_on_folds(tiny_reviews: Path) -> None:
    """And one temperature comes of it, the same when it is done again."""
    line = ("train", tiny_reviews, *TINY, "--json")
    first = lstm(*line, "--name", "first")
    assert f"too few to calibrate on: training {NUM_FOLDS} more networks" in first.stderr
    lstm(*line, "--name", "second")
    weights = [Path("models", name, "weights.safetensors") for name in ("first", "second")]
    assert weights[0].read_bytes() == weights[1].read_bytes()


def test_the_folds_set_the_temperature_of_the_model(
    tiny_reviews: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Folds that are wrong and sure make the model unsure."""
    line = ("-q", "train", tiny_reviews, *TINY)
    assert lstm(*line, "--name", "as-it-is").exit_code == 0
    wrong = OutOfFold(np.array([[0.98, 0.01, 0.01]] * 300), np.arange(300) % 3)
    monkeypatch.setattr("lstm_cli.pipeline.training.out_of_fold", lambda *_: wrong)
    assert lstm(*line, "--name", "unsure").exit_code == 0
    plain, unsure = (
        open_bundle(Path("models", name)).info.temperature for name in ("as-it-is", "unsure")
    )
    assert unsure > max(plain, 2)
