"""The language model: a true softmax at a fraction of its cost, and work that can be resumed."""

import math
from dataclasses import replace
from itertools import product
from pathlib import Path

import numpy as np
import pytest
import torch
from torch.nn import functional

from lstm_cli.config import PretrainConfig
from lstm_cli.core.language import LanguageNetwork
from lstm_cli.errors import CheckpointError, RowError
from lstm_cli.results import LanguageReport
from lstm_cli.training import pretraining
from lstm_cli.training.checkpoint import RunControl
from lstm_cli.training.pretraining import Unlabelled, prepare_unlabelled, pretrain

WORDS = 40
SMALL = PretrainConfig(
    embedding_size=6, hidden_size=8, cutoffs=(5, 9), epochs=3, tokens_per_batch=64, piece=6
)
TEXTS = [
    f"{who} {what} the {thing} {number}"
    for number in range(5)
    for who, what, thing in (("we", "saw", "film"), ("they", "hated", "plot"), ("I", "loved", "it"))
]


class Notebook:
    """A listener that writes down what it hears, and may have enough."""

    def __init__(self, stop_after: int | None = None) -> None:
        self.batches = 0
        self.began_at = 0
        self.reports: list[LanguageReport] = []
        self.stop_after = stop_after

    def begin(self, num_epochs: int, num_steps: int, steps_done: int) -> None:
        self.began_at = steps_done

    def batch_done(self, num_tokens: int, nll: float) -> None:
        self.batches += 1
        if self.batches == self.stop_after:
            raise KeyboardInterrupt

    def epoch_done(self, report: LanguageReport) -> None:
        self.reports.append(report)


def network(cutoffs: tuple[int, ...], dropout: float = 0.0) -> LanguageNetwork:
    torch.manual_seed(0)
    made = LanguageNetwork(WORDS, 6, 8, cutoffs=cutoffs, dropout=dropout).double()
    with torch.no_grad():
        for parameter in made.parameters():
            parameter.normal_(0, 0.5)
    return made


def cost_of(made: LanguageNetwork, ids: torch.Tensor) -> torch.Tensor:
    return made(ids, torch.full((len(ids),), ids.shape[1]), torch.arange(WORDS))


@pytest.mark.parametrize("cutoffs", [(), (5,), (5, 9)])
def test_the_probabilities_of_all_words_add_up_to_one(cutoffs: tuple[int, ...]) -> None:
    """Whatever the cutoffs: a perplexity means something only then."""
    made = network(cutoffs or (WORDS,))
    ids = torch.tensor([[3, word] for word in range(WORDS)])
    with torch.no_grad():
        nlls = [float(cost_of(made, ids[k : k + 1])) for k in range(WORDS)]
    assert sum(math.exp(-nll) for nll in nlls) == pytest.approx(1, abs=1e-5)


def test_without_bands_it_is_the_plain_softmax() -> None:
    """Costs and gradients against torch's own cross-entropy."""
    made = network((WORDS,))
    ids = torch.randint(2, WORDS, (4, 7), generator=torch.Generator().manual_seed(1))
    cost_of(made, ids).backward()
    gradients = {name: p.grad.clone() for name, p in made.named_parameters() if p.grad is not None}
    made.zero_grad()
    states, _ = made.cell(made.embedding(ids[:, :-1]))
    scores = made.projection(states) @ made.embedding.weight.T + made.word_bias
    expected = functional.cross_entropy(
        scores.reshape(-1, WORDS), ids[:, 1:].reshape(-1), reduction="sum"
    )
    expected.backward()
    assert cost_of(made, ids).item() == pytest.approx(expected.item(), rel=1e-5)
    for name, parameter in made.named_parameters():
        if parameter.grad is not None:
            torch.testing.assert_close(
                gradients[name].float(), parameter.grad.float(), rtol=1e-3, atol=1e-4
            )


def test_padding_never_changes_the_cost() -> None:
    """Pieces of any length are read together."""
    made = network((5, 9)).eval()
    ids = torch.tensor([[3, 4, 20, 0, 0]])
    rows = torch.arange(WORDS)
    padded = made(ids, torch.tensor([3]), rows)
    assert padded.item() == made(ids[:, :3], torch.tensor([3]), rows).item()


def test_it_learns_what_follows() -> None:
    """Fifteen sentences are soon known: the perplexity falls far below that of guessing."""
    reviews = prepare_unlabelled(TEXTS, SMALL, "texts")
    config = replace(SMALL, epochs=60, learning_rate=0.03, dropout=0.0)
    made = pretrain(config, reviews, Notebook())
    assert made.history[-1].train_perplexity < 3 < made.history[0].train_perplexity


def test_stopped_and_resumed_it_comes_to_the_same_weights(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """To the bit, wherever it was stopped."""
    monkeypatch.setattr(pretraining, "STEPS_BETWEEN_CHECKPOINTS", 2)
    reviews = prepare_unlabelled(TEXTS, SMALL, "texts")
    whole = pretrain(SMALL, reviews, Notebook())
    control = RunControl(tmp_path / "checkpoint", resume=True)
    for stop_after in (3, 2):
        with pytest.raises(KeyboardInterrupt):
            pretrain(SMALL, reviews, Notebook(stop_after), control=control)
    last = Notebook()
    resumed = pretrain(SMALL, reviews, last, control=control)
    assert last.began_at > 0
    for name, array in whole.arrays.items():
        np.testing.assert_array_equal(resumed.arrays[name], array)
    assert [r.perplexity for r in resumed.history] == [r.perplexity for r in whole.history]


def test_a_checkpoint_of_other_work_is_refused(tmp_path: Path) -> None:
    """Other reviews or settings would make a mixture of two models."""
    reviews = prepare_unlabelled(TEXTS, SMALL, "texts")
    checkpoint = tmp_path / "checkpoint"
    pretrain(SMALL, reviews, Notebook(), control=RunControl(checkpoint))
    other = replace(SMALL, learning_rate=0.5)
    with pytest.raises(CheckpointError, match="other reviews or with other options"):
        pretrain(other, reviews, Notebook(), control=RunControl(checkpoint, resume=True))
    checkpoint.write_bytes(checkpoint.read_bytes()[:100])
    with pytest.raises(CheckpointError, match="no whole checkpoint"):
        pretrain(SMALL, reviews, Notebook(), control=RunControl(checkpoint, resume=True))


def test_texts_that_stand_twice_are_read_once() -> None:
    """A review on both sides would flatter the perplexity."""
    reviews: Unlabelled = prepare_unlabelled([*TEXTS, *TEXTS, " "], SMALL, "texts")
    assert reviews.duplicates == len(TEXTS)
    assert reviews.num_training == len(TEXTS) - 1


def test_reviews_of_one_word_are_passed_over() -> None:
    """Thousands of them would fill a batch in which no word follows another."""
    words = ["".join(letters) for letters in product("abcdef", repeat=3)]
    reviews = prepare_unlabelled([*words, *TEXTS], SMALL, "texts")
    assert reviews.num_training == len(words) + len(TEXTS) - 1
    assert reviews.training.lengths.min() > 1
    assert reviews.held_out.num_tokens == 5
    made = pretrain(SMALL, reviews, Notebook())
    assert all(math.isfinite(report.perplexity) for report in made.history)
    with pytest.raises(RowError, match="texts: 9 different reviews of two words or more are too"):
        prepare_unlabelled([*words, *TEXTS[:9]], SMALL, "texts")


def test_too_few_reviews_are_refused() -> None:
    """And the message counts them."""
    with pytest.raises(RowError, match="3 different reviews are too few"):
        prepare_unlabelled(TEXTS[:3] * 9, SMALL, "texts")
