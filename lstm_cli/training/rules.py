"""Rules that fit the settings to the reviews, and the measurement that set each.

``TrainConfig`` holds the defaults of a training from nothing. Here they follow the size
of the reviews, and what the network knows before it reads them: whether a base is started
from at all says ``LEAST_KNOWN``, whether folds help to calibrate says ``folds.are_needed``.
``python -m tests.benchmarks.recipes`` measures other settings beside these.

Two rules were looked for and are not needed. *Skew*: of 4,000 of IMDB's reviews thinned to
72 % tens a network from a base reached 75.9 % and a kappa of 0.69 by the same settings, the
logistic regression 72.2 % and 0.04. *Freezing*: from a base frozen but for its readout, 100
sentences gave 33.4 % where it was 34.8 (two draws, 30 epochs), 500 of IMDB's reviews 31.8
where it was 38.1; with its embedding frozen, 2,000 sentences gave 41.4 where it was 42.2.
"""

import math
from dataclasses import dataclass, replace

from lstm_cli.config import TrainConfig
from lstm_cli.training.preparation import PreparedData

# Tokens. Of IMDB's 5M, three epochs with an adversary learned less in 950 s (46.8 % of the last
# 2,500) than four without it in 830 s (47.7 %).
ADVERSARIAL_PAYS_TO = 2_000_000
FEWEST_EPOCHS, MOST_EPOCHS = 4, 30
# Tokens that FEWEST_EPOCHS of IMDB read, the largest file there was to measure on. Of a larger
# one as many are read, in fewer epochs, and all of it at least once, as of a million reviews.
MOST_READ = 25_000_000
# What a base knows is soon fitted to few reviews, and sooner lost; and a rate that has fallen to
# nothing by then leaves a better network than one caught on its way up. From IMDB's ratings, means
# of two draws on SST-5 dev, of 30 epochs and of 8: 100 sentences 34.8 and 36.1 %, 500 sentences
# 40.7 and 41.0, in a third of the time; IMDB's eight ratings of 500 reviews with 16 no better.
MOST_EPOCHS_FROM_BASE = 8
# Tokens. Fewer than these move a base at half the rate, since so few steps cannot put right what a
# large one broke: 100 sentences 35.8 and, at half, 36.4 % (0.3 of the rate: 35.1; six draws), 250
# sentences 37.5 and 38.7 (four draws), but 500 sentences 41.0 and 40.1 (two draws).
FEW_TOKENS = 6_000
WELL_KNOWN = 0.95  # share of the tokens; what a base knows less of moves its embedding more


@dataclass(frozen=True)
class DatasetStats:
    """What the rules look at."""

    num_tokens: int  # real tokens an epoch
    has_base: bool = False
    known_share: float = 1.0  # of the tokens, by the base
    has_vectors: bool = False

    @classmethod
    def of(cls, prepared: PreparedData) -> "DatasetStats":
        """Those of reviews that have been made ready."""
        return cls(
            num_tokens=prepared.training.num_tokens,
            has_base=prepared.base is not None,
            known_share=1.0 if prepared.known_share is None else prepared.known_share,
            has_vectors=prepared.vectors is not None,
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
    if stats.has_base:
        config = _from_base(config, stats)
    elif stats.has_vectors:
        config = _from_vectors(config)
    config = _sized(config, stats, epochs)
    return config if learning_rate is None else replace(config, learning_rate=learning_rate)


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

    SST-5 dev from a base of IMDB's ratings, three seeds, accuracy and mean error: as
    from nothing 47.7 %, 0.655; with less hidden of what a word says 48.6, 0.637; with an
    adversary of 0.25 as well 49.1, 0.624 (of 0.7: 48.5, 0.625; of 1.8: 48.0, 0.631).

    The fewer words it knows, the more the embedding moves: 2,000 sentences of which a base
    knew 73 % gave 38.9 % and a mean error of 0.881 at 0.2 of the rate, 39.8 and 0.857 at
    0.5, 39.9 and 0.861 at the whole (three seeds). Where it knew 97 %, 0.2 and 0.5 of the
    rate gave 42.2 and 42.6, within what chance does.
    """
    return replace(
        config,
        learning_rate=config.learning_rate / (2 if stats.num_tokens < FEW_TOKENS else 1),
        embedding_lr_scale=0.2 + 1.4 * max(WELL_KNOWN - stats.known_share, 0.0),
        cell_lr_scale=0.4,
        embedding_dropout=0.2,
        word_dropout=0.1,
    )


def _sized(config: TrainConfig, stats: DatasetStats, epochs: int | None) -> TrainConfig:
    """Batches and epochs that fit the size of the reviews.

    About 150 batches an epoch, of 256 to 8,192 tokens, and about 1,000 steps in
    4 to 30 epochs (fewer where a file is larger than any that was measured on): fewer
    reviews are read more often, in smaller batches. Larger batches learn less: IMDB's
    eight ratings from nothing, 45.6 % with 4,096 tokens, 44.2 with 16,384.
    """
    num_tokens = max(stats.num_tokens, 1)
    tokens_per_batch = min(max(2 ** round(math.log2(num_tokens / 150)), 256), 8_192)
    if epochs is None:
        most = MOST_EPOCHS_FROM_BASE if stats.has_base else MOST_EPOCHS
        least = max(min(FEWEST_EPOCHS, round(MOST_READ / num_tokens)), 1)
        epochs = min(max(round(1_000 * tokens_per_batch / num_tokens), least), most)
    return replace(
        config,
        tokens_per_batch=tokens_per_batch,
        epochs=epochs,
        adversarial_epsilon=config.adversarial_epsilon
        if num_tokens <= ADVERSARIAL_PAYS_TO
        else 0.0,
        patience=patience_for(epochs),
    )
