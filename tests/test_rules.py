"""Settings follow from the reviews, and what a person decides is left alone."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from lstm_cli.config import TrainConfig
from lstm_cli.data.tokenizing import tokenize_reviews
from lstm_cli.text.vocabulary import Vocabulary
from lstm_cli.training.preparation import PreparedData, RatedCorpus
from lstm_cli.training.rules import (
    ADVERSARIAL_PAYS_TO,
    FEW_UNITS,
    FEWEST_EPOCHS,
    FEWEST_REVIEWS,
    MOST_EPOCHS,
    MOST_EPOCHS_FROM_BASE,
    DatasetStats,
    resolve_train_config,
)

TOKENS = st.integers(1, 10**9)


@given(TOKENS, TOKENS, st.booleans())
def test_fewer_reviews_are_read_more_often_in_smaller_batches(
    one: int, other: int, has_base: bool
) -> None:
    """From fifty reviews to a million, and never out of bounds."""
    few, many = (
        resolve_train_config(TrainConfig(), DatasetStats(n, has_base)) for n in sorted((one, other))
    )
    assert few.tokens_per_batch <= many.tokens_per_batch
    # Batches double at once, and the epochs with them where steps are what is counted.
    assert few.epochs >= many.epochs / 2
    for config in (few, many):
        assert (512 if has_base else 256) <= config.tokens_per_batch <= 8_192
        most = MOST_EPOCHS_FROM_BASE if has_base else MOST_EPOCHS
        assert 1 <= config.epochs <= most


def test_from_nothing_epochs_follow_the_size() -> None:
    """Some thousand steps for few reviews, four epochs for many, one for a million."""
    sizes = {2_000: MOST_EPOCHS, 5_000_000: FEWEST_EPOCHS, 7_500_000: 3, 250_000_000: 1}
    for tokens, epochs in sizes.items():
        config = resolve_train_config(TrainConfig(), DatasetStats(tokens))
        assert (config.epochs, config.keeps_last) == (epochs, False)


def test_from_a_base_three_epochs_are_enough() -> None:
    """More where they would be too few steps, fewer where they would take hours."""
    sizes = {
        (50, 30): 8, (100, 30): 6, (500, 30): 3, (25_000, 150): 2, (10**6, 150): 1, (500, 150): 3,
    }  # fmt: skip
    for (reviews, tokens), epochs in sizes.items():
        stats = DatasetStats(reviews * tokens, has_base=True, num_reviews=reviews)
        config = resolve_train_config(TrainConfig(), stats)
        assert (config.epochs, config.keeps_last) == (epochs, True), stats
        assert config.adversarial_epsilon == 0
        assert config.reviews_per_batch == FEWEST_REVIEWS
    language = DatasetStats(15_000, has_base=True, base_rates=False, num_reviews=500)
    assert resolve_train_config(TrainConfig(), language).epochs == 6


@given(TOKENS, st.booleans(), st.integers(1, 100))
def test_what_a_person_decides_is_left_alone(tokens: int, has_base: bool, epochs: int) -> None:
    """The epochs and the rate asked for, the seed and the weighing of rare ratings."""
    asked = TrainConfig(seed=7, balance=True, precision="bfloat16")
    config = resolve_train_config(
        asked, DatasetStats(tokens, has_base), epochs=epochs, learning_rate=0.1
    )
    assert (config.epochs, config.learning_rate) == (epochs, 0.1)
    assert (config.seed, config.balance, config.precision) == (7, True, "bfloat16")


def test_the_adversary_is_left_out_where_it_does_not_pay() -> None:
    """It doubles the time."""
    assert (
        resolve_train_config(TrainConfig(), DatasetStats(ADVERSARIAL_PAYS_TO)).adversarial_epsilon
        > 0
    )
    assert (
        resolve_train_config(
            TrainConfig(), DatasetStats(ADVERSARIAL_PAYS_TO + 1)
        ).adversarial_epsilon
        == 0
    )


def test_a_base_moves_slowly() -> None:
    """It must not forget what it knows."""
    nothing, base = (
        resolve_train_config(TrainConfig(), stats)
        for stats in (DatasetStats(10**5), DatasetStats(10**5, True))
    )
    assert base.cell_lr_scale < nothing.cell_lr_scale
    assert base.embedding_lr_scale < nothing.embedding_lr_scale
    stranger = resolve_train_config(TrainConfig(), DatasetStats(10**5, True, known_share=0.6))
    assert base.embedding_lr_scale < stranger.embedding_lr_scale <= 1
    with_vectors = resolve_train_config(TrainConfig(), DatasetStats(10**5, has_vectors=True))
    assert base.embedding_lr_scale < with_vectors.embedding_lr_scale < nothing.embedding_lr_scale


def test_few_units_are_needed_at_every_step() -> None:
    """Nothing of a network for the blackboard is dropped; of one unit more, all is as usual."""
    few, usual = (
        resolve_train_config(TrainConfig(), DatasetStats(3_600, hidden_size=size))
        for size in (FEW_UNITS, FEW_UNITS + 1)
    )
    assert few.readout_dropout == few.word_dropout == few.embedding_dropout == 0
    assert few.learning_rate > usual.learning_rate
    assert usual == resolve_train_config(TrainConfig(), DatasetStats(3_600))


def test_the_facts_are_those_of_the_training_reviews() -> None:
    """What is held out says nothing of how long training takes."""
    tokenized = tokenize_reviews(["good", "very good", "so so"])
    corpus = tokenized.encode(Vocabulary.build(tokenized.counts(np.arange(3))))
    rated = RatedCorpus(corpus, np.array([1, 1, 0]))
    prepared = PreparedData(
        vocabulary=Vocabulary.build({"good": 2}),
        training=rated.select(np.array([0, 1])),
        validation=rated.select(np.array([2])),
        left_out=0,
    )
    assert DatasetStats.of(prepared, 5) == DatasetStats(
        num_tokens=3, num_reviews=2, num_tokens_shortened=3, hidden_size=5
    )
