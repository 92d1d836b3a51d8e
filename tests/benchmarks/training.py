"""Training: ours against the tutorial loop, Keras, and the bare fused kernel.

``python -m tests.benchmarks.training [imdb|sst5] [ROUNDS]``

Embedding 100, 256 units, 30,000 words. The reviews are made up: lengths and words are drawn as
long film reviews, or single sentences, have them, so that nothing need be downloaded.
"""

import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
import torch
from torch import nn
from torch.nn.utils.rnn import pack_padded_sequence

from lstm_cli.config import ModelConfig, TrainConfig
from lstm_cli.core.compute import Compute, best_precision
from lstm_cli.data.batches import batches
from lstm_cli.data.corpus import Corpus
from lstm_cli.text.vocabulary import Vocabulary
from lstm_cli.training.loop import NetworkStart, train
from lstm_cli.training.preparation import RatedCorpus
from lstm_cli.training.rules import DatasetStats, resolve_train_config
from lstm_cli.training.trainer import TrainingTask
from tests.benchmarks.tables import alternately, show_table

NUM_WORDS, EMBEDDING, HIDDEN, RATINGS = 30_000, 100, 256, 5
CUT = 400  # tokens; as the Keras example has it


@dataclass(frozen=True)
class Shape:
    """Reviews of a kind: how many, and how their lengths are spread."""

    reviews: int
    median: float
    spread: float
    tutorial_reviews: int  # fewer, for those that take long


SHAPES = {"imdb": Shape(12_000, 175, 0.7, 128), "sst5": Shape(8_544, 18, 0.5, 2_048)}


def made_up(shape: Shape, reviews: int, seed: int = 0) -> RatedCorpus:
    """Reviews of random words, their frequencies as Zipf's law has them."""
    rng = np.random.default_rng(seed)
    drawn = np.clip(rng.lognormal(np.log(shape.median), shape.spread, reviews), 1, CUT)
    lengths = drawn.astype(np.int64)
    shares = 1 / np.arange(2, NUM_WORDS)
    words = rng.choice(np.arange(2, NUM_WORDS), size=lengths.sum(), p=shares / shares.sum())
    rated = rng.integers(0, RATINGS, reviews)
    return RatedCorpus(Corpus.of(words.astype(np.int32), lengths), rated)


class Silent:
    """Listens and says nothing."""

    def begin(self, num_epochs: int, tokens_per_epoch: int, tokens_before: int) -> None: ...
    def batch_done(self, num_tokens: int) -> None: ...
    def epoch_done(self, report: object) -> None: ...


def ours(shape: Shape, adversary: float = 0.0) -> float:
    """Tokens a second of ``train``, everything in it but the measuring of held-out reviews.

    Each step reads once, as the other sides do; with an adversary it reads twice.
    """
    corpus = made_up(shape, shape.reviews)
    few = made_up(shape, 50, seed=1)
    model = ModelConfig(NUM_WORDS, RATINGS, embedding_size=EMBEDDING, hidden_size=HIDDEN)
    stats = DatasetStats(corpus.num_tokens)
    config = resolve_train_config(TrainConfig(precision=best_precision()), stats, epochs=1)
    config = replace(config, adversarial_epsilon=adversary)
    words = Vocabulary(map(str, range(NUM_WORDS)))
    rates = np.arange(1.0, RATINGS + 1)
    task = TrainingTask(corpus, few, rates)
    made = train(NetworkStart(model, words), config, task, Silent())
    return made.tokens_per_second


def bare(shape: Shape) -> float:
    """Tokens a second of the fused kernel, forward and backward, on the shapes of ``ours``."""
    corpus = made_up(shape, shape.reviews)
    config = resolve_train_config(TrainConfig(), DatasetStats(corpus.num_tokens))
    plan = list(batches(corpus.corpus, config.tokens_per_batch, np.random.default_rng(0)))
    kernel = nn.LSTM(EMBEDDING, HIDDEN, batch_first=True)
    began = time.perf_counter()
    for batch in plan:
        events = torch.randn(*batch.token_ids.shape, EMBEDDING, requires_grad=True)
        with Compute.of_machine().autocast():
            found, _ = kernel(events)
        found.backward(torch.ones_like(found))
        kernel.zero_grad()
    return corpus.num_tokens / (time.perf_counter() - began)


def tutorial(shape: Shape) -> float:
    """Tokens a second of the loop that is taught: packed, shuffled, dense Adam, float32."""
    corpus = made_up(shape, shape.tutorial_reviews)

    class Taught(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.embedding = nn.Embedding(NUM_WORDS, EMBEDDING, padding_idx=0)
            self.cell = nn.LSTM(EMBEDDING, HIDDEN, batch_first=True)
            self.readout = nn.Linear(HIDDEN, RATINGS)

        def forward(self, ids: torch.Tensor, lengths: torch.Tensor) -> torch.Tensor:
            packed = pack_padded_sequence(
                self.embedding(ids), lengths, batch_first=True, enforce_sorted=False
            )
            _, (last, _) = self.cell(packed)
            return self.readout(last[-1])

    network = Taught()
    optimiser = torch.optim.Adam(network.parameters())
    order = np.random.default_rng(0).permutation(len(corpus))
    began = time.perf_counter()
    for start in range(0, len(order), 64):
        places = order[start : start + 64]
        lists = [torch.from_numpy(corpus.corpus[k].astype(np.int64)) for k in places]
        ids = nn.utils.rnn.pad_sequence(lists, batch_first=True)
        logits = network(ids, torch.tensor([len(one) for one in lists]))
        loss = nn.functional.cross_entropy(logits, torch.from_numpy(corpus.rating_indices[places]))
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
    return corpus.num_tokens / (time.perf_counter() - began)


def keras(shape: Shape) -> float:
    """Tokens a second of Keras on TensorFlow, padded to 400 in front, batches of 64."""
    import keras as library

    corpus = made_up(shape, 16 * 64)
    network = library.Sequential(
        [
            library.layers.Embedding(NUM_WORDS, EMBEDDING),
            library.layers.LSTM(HIDDEN),
            library.layers.Dense(RATINGS, activation="softmax"),
        ]
    )
    network.compile(loss="sparse_categorical_crossentropy", optimizer="adam")
    sequences = [corpus.corpus[k].tolist() for k in range(len(corpus))]
    longest = CUT if shape.median > 100 else 60
    padded = library.utils.pad_sequences(sequences, maxlen=longest)
    network.train_on_batch(padded[:64], corpus.rating_indices[:64])  # compiles
    began = time.perf_counter()
    network.fit(padded, corpus.rating_indices, batch_size=64, epochs=1, verbose=0)
    return corpus.num_tokens / (time.perf_counter() - began)


def main(kind: str = "imdb", rounds: int = 3) -> None:
    """Print the table."""
    shape = SHAPES[kind]
    sides: dict[str, Callable[[], float]] = {
        "lstm train": lambda: ours(shape),
        "lstm train with its adversary": lambda: ours(shape, TrainConfig.adversarial_epsilon),
        "bare fused kernel, forward and backward": lambda: bare(shape),
        "tutorial loop": lambda: tutorial(shape),
    }
    try:
        import tensorflow  # noqa: F401

        sides["Keras on TensorFlow"] = lambda: keras(shape)
    except ImportError:
        print("Keras on TensorFlow is not installed (pip install tensorflow): left out")
    print(f"Training, lengths as {kind} has them, {best_precision()}, medians of {rounds}\n")
    show_table("tokens/s", alternately(sides, rounds), first="lstm train")


if __name__ == "__main__":
    main(*sys.argv[1:2], *map(int, sys.argv[2:3]))
