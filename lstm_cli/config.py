"""Every setting and its default, in one place. Nothing here changes once it is made."""

import re
from dataclasses import dataclass
from typing import Literal

Cell = Literal["lstm", "rnn"]
Precision = Literal["float32", "bfloat16"]
Pooling = Literal["last", "mean", "maximum"]

# The device that the machine chooses: a GPU of CUDA if it has one, else its processor.
AUTO_DEVICE = "auto"
DEVICE_PATTERN = re.compile("auto|cpu|mps|cuda(:[0-9]{1,3})?")  # what a person may name

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
    embedding_size: int = 100
    hidden_size: int = 256
    # On SST-5's dev sentences, mean of three seeds: all three 40.5 %, mean and maximum 40.7,
    # last and mean 40.0, last alone 38.8. Long reviews need what the last memory has lost.
    pooling: tuple[Pooling, ...] = ("last", "mean", "maximum")


@dataclass(frozen=True)
class PretrainConfig:
    """How a language model learns which word comes next."""

    maximum_words: int = 25_000
    embedding_size: int = 200
    hidden_size: int = 640
    cutoffs: tuple[int, ...] = (2_000, 8_000)  # ids at which bands of rarer words begin
    epochs: int = 4
    learning_rate: float = 3e-3
    warmup: float = 0.05
    clip_norm: float = 1.0
    tokens_per_batch: int = 12_800
    piece: int = 128  # tokens; a longer review is read in pieces of one length
    dropout: float = 0.1
    held_out: int = 500  # reviews, of which the perplexity is told; at most a tenth
    seed: int = 0
    precision: Precision = "float32"


@dataclass(frozen=True)
class TrainConfig:
    """How a network learns; ``training/rules.py`` fits it to the reviews."""

    epochs: int = 6
    learning_rate: float = 2e-3
    embedding_lr_scale: float = 1.0  # share of the rate at which the embedding moves
    cell_lr_scale: float = 1.0  # and the cell; the readout moves at the whole rate
    warmup: float = 0.1  # share of the steps on which the rate climbs; then it falls as a cosine
    weight_decay: float = 0.01
    clip_norm: float = 1.0
    tokens_per_batch: int = 1_024
    # In a batch, at least: the recurrent weights are read once a word, for however many reviews.
    reviews_per_batch: int = 1
    # Training reads so much of a review, that share from its beginning and the others from its
    # end; prediction reads it all.
    maximum_tokens: int = 500
    head_share: float = 1.0
    embedding_dropout: float = 0.3
    # SST-5 dev, three seeds, good to half a point: 40.5 % with 0.1, 41.4 with 0.2, 41.0 with 0.3
    word_dropout: float = 0.2
    # Share of the reviews, anew at each step, of which no word is shown: so the network learns
    # what to say of a text it does not know a word of.
    blank_review_rate: float = 0.02
    readout_dropout: float = 0.5
    # Length, a word, of the worst small change of a review that training has to withstand, in
    # standard deviations of the embedding; 0 leaves it out and takes half the time. SST-5 dev,
    # means of six seeds, good to 0.4: 40.7 % without, 41.4 with 0.25, 41.3 with 1; from GloVe's
    # vectors 41.1 without, 42.9 with 0.25 and 0.5, 42.1 with 1, 37.2 with 2.
    adversarial_epsilon: float = 0.25
    rps_weight: float = 0.5  # share of the ranked probability score in the loss
    average_decay: float = 0.98  # of the averaged weights, a step
    patience: int = 3  # epochs without a better validation loss before training stops
    # The last epoch is kept, whatever the held-out reviews say: the rate has fallen to nothing by
    # then. Else the epoch of the least loss on them, and ``patience`` ends a training.
    keeps_last: bool = False
    validation_share: float = 0.1
    balance: bool = False
    seed: int = 0
    precision: Precision = "float32"
