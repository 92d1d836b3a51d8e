"""Every setting and its default, in one place. Nothing here changes once it is made."""

from dataclasses import dataclass
from typing import Literal

Cell = Literal["lstm", "rnn"]
Precision = Literal["float32", "bfloat16"]
Pooling = Literal["last", "mean", "maximum"]

MINIMUM_REVIEWS = 10  # fewer leave nothing to hold out that could be measured


@dataclass(frozen=True)
class VocabularyConfig:
    """Which words a model gets to know."""

    minimum_count: int = 2  # a word seen once teaches what an unknown word means instead
    maximum_size: int = 30_000


@dataclass(frozen=True)
class ModelConfig:
    """What a network is made of. Made when everything in it is known, and true from then on."""

    vocab_size: int
    num_ratings: int
    cell: Cell = "lstm"
    embedding_size: int = 128
    hidden_size: int = 168
    pooling: tuple[Pooling, ...] = ("last", "mean", "maximum")


@dataclass(frozen=True)
class TrainConfig:
    """How a network learns."""

    epochs: int = 12
    learning_rate: float = 2e-3
    warmup: float = 0.1  # share of the steps on which the rate climbs; then it falls as a cosine
    weight_decay: float = 0.01
    clip_norm: float = 1.0
    tokens_per_batch: int = 1_024
    maximum_tokens: int = 500  # training reads no further into a review; prediction reads it all
    embedding_dropout: float = 0.3
    word_dropout: float = 0.1
    readout_dropout: float = 0.5
    ranked_weight: float = 0.5  # share of the ranked probability score in the loss
    average_decay: float = 0.98  # of the averaged weights, a step
    patience: int = 3  # epochs without a better validation score before training stops
    validation_share: float = 0.1
    balance: bool = False
    seed: int = 0
    precision: Precision = "float32"
