"""Rules that fit the settings to the reviews, and the measurement that set each.

``TrainConfig`` holds the defaults of a training from nothing. Here they follow the size
of the reviews, and what the network knows before it reads them: whether a base is started
from at all says ``LEAST_KNOWN``. ``python -m tests.benchmarks.recipes`` measures other
settings beside these.

Two rules were looked for and are not needed. *Skew*: of 4,000 of IMDB's reviews thinned to
72 % tens a network from a base reached 75.9 % and a kappa of 0.69 by the same settings, the
logistic regression 72.2 % and 0.04. *Freezing*: from a base frozen but for its readout, 100
sentences gave 33.4 % where it was 34.8 (two draws, 30 epochs), 500 of IMDB's reviews 31.8
where it was 38.1; with its embedding frozen, 2,000 sentences gave 41.4 where it was 42.2.
"""

import math
from dataclasses import dataclass, replace

import numpy as np

from lstm_cli.config import ModelConfig, Precision, TrainConfig
from lstm_cli.data.corpus import Corpus
from lstm_cli.training.preparation import PreparedData

# Tokens. Of IMDB's 5M, three epochs with an adversary learned less in 950 s (46.8 % of the last
# 2,500) than four without it in 830 s (47.7 %). From a base it pays nowhere: three epochs over 500
# reviews of earphones 55.2 % and a kappa of 0.750 with it, 55.3 and 0.753 without (one draw).
ADVERSARIAL_PAYS_TO = 2_000_000
FEWEST_EPOCHS, MOST_EPOCHS = 4, 30
# Tokens that FEWEST_EPOCHS of IMDB read, the largest file there was to measure on. Of a larger
# one as many are read, in fewer epochs, and all of it at least once, as of a million reviews.
MOST_READ = 25_000_000

# From a base. What it knows is soon fitted to the reviews, and sooner lost: of eight epochs over
# 500 reviews the third was the best, on three domains that the base had never seen.
EPOCHS_FROM_BASE = 3
# But fewer steps than these are too few: 100 reviews of earphones in 12, 20 and 32 steps gave a
# kappa of 0.64, 0.71 and 0.72 (means of three draws).
FEWEST_STEPS, MOST_EPOCHS_FROM_BASE = 30, 8
# At least, where the reviews are not too few. Of 2,000, 53 steps an epoch served as well as 79 (a
# kappa of 0.794 and 0.789, one draw), of SST-5's sentences 80 as well as 159 (0.715 and 0.716).
STEPS_AN_EPOCH = 48
# Tokens. Of more, fewer epochs are read, the last 2,500 of IMDB's reviews being the measure.
MOST_READ_FROM_BASE = 7_500_000
# The recurrent weights, 6.5 MB, are read once a word for however many reviews stand in a batch:
# four run at a third of the speed of sixteen.
FEWEST_REVIEWS = 16
# Tokens of a long review that are read. Of 500 reviews of local businesses, 158 words each, the
# first 64 and the last 128 taught more than the whole: 56.9 % and 0.738, 55.7 and 0.713 (three
# draws); the first 48 and the last 80 as much.
MOST_OF_A_REVIEW, HEAD_SHARE = 192, 1 / 3
FEW_UNITS = 8
WELL_KNOWN = 0.95  # share of the tokens; what a base knows less of moves its embedding more


# An update reads each new review twice, or once beside as many old ones: in the same time. Of the
# way from the old weights to those that this leads to, it goes a share: of shopping apps, 500
# reviews then 100 (one draw, 688 measured), the whole way gave 43.9 %, half of it 47.2, training on
# all 600 of them 46.5. Going once or twice over new and old ones made less difference than chance
# does (46.2 and 47.2 %).
READINGS = 2
# But of fewer steps than these hardly any is at the whole rate, which climbs and falls.
FEWEST_UPDATE_STEPS, MOST_READINGS = 10, 6
REPLAYED = 1.0  # old reviews a new one
UPDATE_RATE = 3e-3
UPDATE_SHARE = 0.5


@dataclass(frozen=True)
class DatasetStats:
    """What the rules look at."""

    num_tokens: int  # real tokens an epoch
    has_base: bool = False
    base_rates: bool = True  # and is no language model, whose readout would begin at random
    known_share: float = 1.0  # of the tokens, by the base
    has_vectors: bool = False
    num_reviews: int = 10**9
    num_tokens_shortened: int | None = None  # of what is read from a base; None: as num_tokens
    hidden_size: int = ModelConfig.hidden_size

    @classmethod
    def of_update(cls, corpus: Corpus, known_share: float) -> "DatasetStats":
        """Those of reviews that a model which rates goes on with."""
        return cls(
            num_tokens=corpus.num_tokens,
            has_base=True,
            known_share=known_share,
            num_reviews=len(corpus),
            num_tokens_shortened=int(np.minimum(corpus.lengths, MOST_OF_A_REVIEW).sum()),
        )

    @classmethod
    def of(cls, prepared: PreparedData, hidden_size: int) -> "DatasetStats":
        """Those of reviews that have been made ready, for so many hidden units."""
        lengths = prepared.training.corpus.lengths
        return cls(
            num_tokens=prepared.training.num_tokens,
            has_base=prepared.base is not None,
            base_rates=prepared.base is None or bool(prepared.base.ratings),
            known_share=1.0 if prepared.known_share is None else prepared.known_share,
            has_vectors=prepared.vectors is not None,
            num_reviews=len(lengths),
            num_tokens_shortened=int(np.minimum(lengths, MOST_OF_A_REVIEW).sum()),
            hidden_size=hidden_size,
        )


def resolve_train_config(
    config: TrainConfig,
    stats: DatasetStats,
    *,
    epochs: int | None = None,
    learning_rate: float | None = None,
) -> TrainConfig:
    """Settings that fit.

    >>> config = resolve_train_config(TrainConfig(), DatasetStats(num_tokens=158_000))
    >>> config.tokens_per_batch, config.epochs
    (1024, 6)

    Args:
        config: the defaults, with what a person decided of seed, balance and precision.
        stats: about the reviews.
        epochs: as a person decided it.
        learning_rate: as a person decided it.
    """
    config = _from_base(config, stats) if stats.has_base else _from_nothing(config, stats)
    if epochs is not None:
        config = replace(config, epochs=epochs)
    if learning_rate is not None:
        config = replace(config, learning_rate=learning_rate)
    return replace(config, patience=patience_for(config.epochs))


def update_config(config: TrainConfig, stats: DatasetStats, num_replayed: int) -> TrainConfig:
    """Settings for a model that goes on from itself.

    Args:
        config: the defaults, with what a person decided of seed and precision.
        stats: about the reviews that are read, those that are replayed among them.
        num_replayed: how many are.
    """
    config = resolve_train_config(config, stats, learning_rate=UPDATE_RATE)
    usual = READINGS * (1 - num_replayed / stats.num_reviews)
    least = FEWEST_UPDATE_STEPS / _steps_from_base(stats, config.tokens_per_batch)
    epochs = max(1, round(usual), min(math.ceil(least), MOST_READINGS))
    return replace(config, epochs=epochs, patience=patience_for(epochs))


def patience_for(epochs: int) -> int:
    """How many epochs without a better validation loss end a training of ``epochs``.

    >>> patience_for(6), patience_for(30)
    (3, 8)
    """
    return max(3, round(epochs / 4))


def _from_vectors(config: TrainConfig) -> TrainConfig:
    """For an embedding that starts from given vectors, which know rare words already.

    It moves at half the rate, and fewer words are hidden. SST-5 dev with GloVe's 50
    numbers, means of six seeds, which are good to 0.3, and no adversary: 41.8 % without
    either; with both, measured twice, 42.3 and 41.6. So what set this is the reason more
    than the figure.
    """
    return replace(config, embedding_lr_scale=0.5, word_dropout=0.1)


def _from_base(config: TrainConfig, stats: DatasetStats) -> TrainConfig:
    """For a network that starts from a base, which must not forget what it knows.

    What counts is the time to a model. Measured on three domains that the base had never
    seen, 500 reviews, three draws each, by ``python -m tests.benchmarks.recipes``. Sentences pay
    for it: of SST-5's 8,544, six epochs of smaller batches with an adversary give 48.1 % and a
    kappa of 0.713 in four times the time, these rules 47.0 and 0.703. In between lie three such
    epochs (47.7, twice the time), and an adversary in the last third of the steps (47.1, 1.3
    times); half the rate, smaller batches or a fourth epoch gain nothing (two draws each).

    The fewer words it knows, the more the embedding moves: 2,000 sentences of which a base
    knew 73 % gave 38.9 % and a mean error of 0.881 at 0.2 of the rate, 39.8 and 0.857 at
    0.5, 39.9 and 0.861 at the whole (three seeds). Where it knew 97 %, 0.2 and 0.5 of the
    rate gave 42.2 and 42.6, within what chance does.
    """
    num_tokens = max(stats.num_tokens_shortened or stats.num_tokens, 1)
    tokens_per_batch = min(max(2 ** int(math.log2(num_tokens / STEPS_AN_EPOCH)), 512), 8_192)
    steps = _steps_from_base(stats, tokens_per_batch)
    most_read = max(round(MOST_READ_FROM_BASE / num_tokens), 1)
    usual = EPOCHS_FROM_BASE if stats.base_rates else 2 * EPOCHS_FROM_BASE
    epochs = min(max(math.ceil(FEWEST_STEPS / steps), usual), MOST_EPOCHS_FROM_BASE, most_read)
    return replace(
        config,
        epochs=epochs,
        keeps_last=True,
        tokens_per_batch=tokens_per_batch,
        reviews_per_batch=FEWEST_REVIEWS,
        maximum_tokens=MOST_OF_A_REVIEW,
        head_share=HEAD_SHARE,
        learning_rate=3e-3,
        embedding_lr_scale=0.2 + 1.4 * max(WELL_KNOWN - stats.known_share, 0.0),
        cell_lr_scale=0.4,
        embedding_dropout=0.2,
        word_dropout=0.1,
        adversarial_epsilon=0.0,
    )


def _steps_from_base(stats: DatasetStats, tokens_per_batch: int) -> float:
    """About how many batches an epoch has, at least 1."""
    num_tokens = max(stats.num_tokens_shortened or stats.num_tokens, 1)
    return max(min(num_tokens / tokens_per_batch, stats.num_reviews / FEWEST_REVIEWS), 1)


def _from_nothing(config: TrainConfig, stats: DatasetStats) -> TrainConfig:
    """For a network that knows nothing but, perhaps, the vectors of its words.

    About 150 batches an epoch, of 256 to 8,192 tokens, and about 1,000 steps in
    4 to 30 epochs (fewer where a file is larger than any that was measured on): fewer
    reviews are read more often, in smaller batches. Larger batches learn less: IMDB's
    eight ratings, 45.6 % with 4,096 tokens, 44.2 with 16,384.
    """
    num_tokens = max(stats.num_tokens, 1)
    tokens_per_batch = min(max(2 ** round(math.log2(num_tokens / 150)), 256), 8_192)
    least = max(min(FEWEST_EPOCHS, round(MOST_READ / num_tokens)), 1)
    epochs = min(max(round(1_000 * tokens_per_batch / num_tokens), least), MOST_EPOCHS)
    if stats.has_vectors:
        config = _from_vectors(config)
    if num_tokens > ADVERSARIAL_PAYS_TO:
        config = replace(config, adversarial_epsilon=0.0)
    config = replace(config, tokens_per_batch=tokens_per_batch, epochs=epochs)
    return _for_few_units(config) if stats.hidden_size <= FEW_UNITS else config


def exact_where_few(hidden_size: int | None) -> Precision | None:
    """float32 for a network that fits on a blackboard; else what the machine is fastest in.

    There is nothing to be gained, and of the blackboard's sentences two units got 90 % right in
    bfloat16 where they get all in float32.
    """
    return "float32" if hidden_size is not None and hidden_size <= FEW_UNITS else None


def _for_few_units(config: TrainConfig) -> TrainConfig:
    """For a network that fits on a blackboard, in which every unit is needed at every step.

    So nothing is dropped, it takes long strides and twice as many, and few reviews are read twice
    as often. Of the sentences of ``lstm sample --blackboard`` two units got 47.5 % right by the
    usual rules, and by these 100, 100, 85, 100, 100 and 88 % (six seeds; in batches twice as
    large 100, 100, 73, 83, 100 and 100; a weight decay of 0.1 gave 73 with three).
    """
    return replace(
        config,
        epochs=2 * config.epochs,
        tokens_per_batch=config.tokens_per_batch // 2,
        learning_rate=0.1,
        embedding_dropout=0.0,
        word_dropout=0.0,
        readout_dropout=0.0,
        adversarial_epsilon=0.0,
        weight_decay=0.0,
    )
