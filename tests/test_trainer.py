"""It learns, and it learns the same thing every time."""

import numpy as np
import pytest
import torch

from lstm_cli.config import ModelConfig, TrainConfig, VocabularyConfig
from lstm_cli.core.compute import Compute
from lstm_cli.data.batches import batches, compact_ids
from lstm_cli.training.embedding import DenseAdam
from lstm_cli.training.loop import NetworkStart
from lstm_cli.training.preparation import RatedCorpus
from lstm_cli.training.trainer import Trainer, TrainingTask
from tests.helpers import RATINGS, SCALE, TEXTS, eight_reviews, learn


@pytest.mark.parametrize("cell", ["lstm", "rnn"])
def test_eight_reviews_can_be_learned_by_heart(cell: str) -> None:
    """A network that cannot do this has a hole somewhere."""
    trained, _ = learn(
        cell,
        epochs=60,
        learning_rate=0.03,
        embedding_dropout=0.0,
        word_dropout=0.0,
        readout_dropout=0.0,
        patience=60,
    )
    assert (trained.probabilities.argmax(axis=1) == RATINGS).all()


@pytest.mark.parametrize("cell", ["lstm", "rnn"])
def test_one_epoch_moves_every_weight(cell: str) -> None:
    """A part that no gradient reaches would stay random and nobody would see it."""
    still, _ = learn(cell, learning_rate=1e-12)
    moved, _ = learn(cell, learning_rate=0.01)
    before, after = still.network.to_arrays(), moved.network.to_arrays()
    for name, array in before.items():
        assert not np.array_equal(array, after[name]), name


def test_an_adversary_changes_what_is_learned() -> None:
    """And the eight reviews can still be learned by heart."""
    still = {"embedding_dropout": 0.0, "word_dropout": 0.0, "readout_dropout": 0.0}
    alone, _ = learn(epochs=2, adversarial_epsilon=0.0, **still)
    beside, _ = learn(epochs=2, adversarial_epsilon=0.5, **still)
    assert not np.array_equal(alone.probabilities, beside.probabilities)
    learned, _ = learn(
        epochs=60, learning_rate=0.03, patience=60, adversarial_epsilon=0.25, **still
    )
    assert (learned.probabilities.argmax(axis=1) == RATINGS).all()


def test_same_seed_same_weights() -> None:
    """To the bit: a figure in a report can be made again."""
    first, again = (learn(seed=3, epochs=3)[0].network.to_arrays() for _ in range(2))
    other = learn(seed=4, epochs=3)[0].network.to_arrays()
    for name, array in first.items():
        assert np.array_equal(array, again[name])
        assert name == "readout.bias" or not np.array_equal(array, other[name])


def test_the_best_epoch_is_kept_and_patience_ends_training() -> None:
    """The last epoch is rarely the best."""
    trained, notebook = learn(epochs=200, learning_rate=0.3, patience=2, average_decay=0.0)
    losses = [report.validation_loss for report in notebook.reports]
    best = int(np.argmin(losses))
    assert [report.is_best for report in notebook.reports][best:] == [True, False, False]
    reached = trained.probabilities[np.arange(len(RATINGS)), RATINGS]
    assert -np.log(reached).mean() < losses[best] + 1e-6
    assert len(losses) == best + 3 < 200


def test_the_listener_hears_every_token_and_epoch() -> None:
    """The bar reaches its end; tokens per second count real tokens."""
    _, notebook = learn(epochs=3, patience=9)
    num_epochs, tokens_per_epoch = notebook.expected
    assert (num_epochs, len(notebook.reports)) == (3, 3)
    assert tokens_per_epoch == sum(len(text.split()) for text in TEXTS)
    assert notebook.tokens == 3 * tokens_per_epoch


def test_long_reviews_are_cut_in_training_only() -> None:
    """A line without end in an export must not stop everyone else's batch."""
    _, notebook = learn(maximum_tokens=1)
    assert notebook.tokens == len(TEXTS)


def test_the_defaults_are_within_their_ranges() -> None:
    """A share is a share."""
    config = TrainConfig()
    assert 0 < config.warmup < 1
    assert 0 < config.validation_share < 1
    assert VocabularyConfig().minimum_count >= 1


@pytest.mark.parametrize(("epsilon", "readings"), [(0.0, 1), (0.25, 2)])
def test_all_of_a_step_goes_through_forward(epsilon: float, readings: int) -> None:
    """What wraps a network, to share its gradients, say, must see the perturbed reading too."""
    rated, vocabulary = eight_reviews()
    config = TrainConfig(epochs=1, tokens_per_batch=1_000, adversarial_epsilon=epsilon)
    network = NetworkStart(ModelConfig(len(vocabulary), 3), vocabulary).network(config)
    task = TrainingTask(rated, rated, SCALE)
    trainer = Trainer(network, config, task, Compute(), num_steps=1)
    perturbations = []
    network.register_forward_pre_hook(lambda _, given: perturbations.append(given[2]))
    batch, rows = compact_ids(next(batches(rated.corpus, 1_000)))
    trainer.train_step(batch, rows)
    assert len(perturbations) == readings
    assert trainer.step == 1
    if epsilon:
        nothing, worst = perturbations
        assert not nothing.any()
        assert worst.any(dim=2).sum() == rated.num_tokens  # and nothing at the padding


def test_with_the_embedding_for_a_gpu_it_learns_nearly_the_same(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Adam over all rows instead of those that are read; the adversary reads its table twice."""
    rows, _ = learn(epochs=3, adversarial_epsilon=0.25)
    made = []

    def for_a_gpu(weight: torch.Tensor, *_: object) -> DenseAdam:
        made.append(DenseAdam(weight))
        return made[-1]

    monkeypatch.setattr("lstm_cli.training.trainer.embedding_optimiser", for_a_gpu)
    dense, _ = learn(epochs=3, adversarial_epsilon=0.25)
    np.testing.assert_allclose(dense.probabilities, rows.probabilities, atol=1e-4)
    assert len(made) == 1


def test_the_last_epoch_is_kept_where_the_settings_have_it() -> None:
    """Whatever the held-out reviews say: here they contradict what is learned."""
    reviews, _ = eight_reviews()
    contrary = RatedCorpus(reviews.corpus, (reviews.rating_indices + 1) % 3)
    settings = {"epochs": 20, "learning_rate": 0.05, "word_dropout": 0.0, "readout_dropout": 0.0}
    best, last = (
        learn(validation=contrary, patience=1, keeps_last=keeps_last, **settings)[0]
        for keeps_last in (False, True)
    )
    assert len(best.history) < 20 == len(last.history)
    surprise = [
        -np.log(made.probabilities[np.arange(8), contrary.rating_indices]).mean()
        for made in (best, last)
    ]
    assert surprise[1] > surprise[0] + 0.1
