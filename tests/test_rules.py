"""Settings follow from the reviews, and what a person decides is left alone."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from lstm_cli.config import TrainConfig
from lstm_cli.data.tokenizing import tokenize_reviews
from lstm_cli.text.vocabulary import Vocabulary
from lstm_cli.training.preparation import Material, RatedCorpus
from lstm_cli.training.rules import (
    ADVERSARY_PAYS_TO,
    FEW_TOKENS,
    FEWEST_EPOCHS,
    MOST_EPOCHS,
    MOST_EPOCHS_FROM_BASE,
    Facts,
    fitted,
)

TOKENS = st.integers(1, 10**9)


@given(TOKENS, TOKENS, st.booleans())
def test_fewer_reviews_are_read_more_often_in_smaller_batches(
    one: int, other: int, has_base: bool
) -> None:
    """From fifty reviews to a million, and never out of bounds."""
    few, many = (fitted(TrainConfig(), Facts(n, has_base)) for n in sorted((one, other)))
    assert few.tokens_per_batch <= many.tokens_per_batch
    # Batches double at once, and the epochs with them where steps are what is counted.
    assert few.epochs >= many.epochs / 2
    for config in (few, many):
        assert 256 <= config.tokens_per_batch <= 8_192
        most = MOST_EPOCHS_FROM_BASE if has_base else MOST_EPOCHS
        assert 1 <= config.epochs <= most
    hundred = fitted(TrainConfig(), Facts(2_000, has_base))
    thousands = fitted(TrainConfig(), Facts(5_000_000, has_base))
    assert hundred.epochs == (MOST_EPOCHS_FROM_BASE if has_base else MOST_EPOCHS)
    assert thousands.epochs == FEWEST_EPOCHS
    assert fitted(TrainConfig(), Facts(7_500_000, has_base)).epochs == 3  # 30,000 long reviews
    million = fitted(TrainConfig(), Facts(250_000_000, has_base))
    assert million.epochs == 1


@given(TOKENS, st.booleans(), st.integers(1, 100))
def test_what_a_person_decides_is_left_alone(tokens: int, has_base: bool, epochs: int) -> None:
    """The epochs and the rate asked for, the seed and the weighing of rare ratings."""
    asked = TrainConfig(seed=7, balance=True, precision="bfloat16")
    config = fitted(asked, Facts(tokens, has_base), epochs=epochs, learning_rate=0.1)
    assert (config.epochs, config.learning_rate) == (epochs, 0.1)
    assert (config.seed, config.balance, config.precision) == (7, True, "bfloat16")


def test_the_adversary_is_left_out_where_it_does_not_pay() -> None:
    """It doubles the time."""
    assert fitted(TrainConfig(), Facts(ADVERSARY_PAYS_TO)).adversary > 0
    assert fitted(TrainConfig(), Facts(ADVERSARY_PAYS_TO + 1)).adversary == 0


def test_a_base_moves_slowly_and_slower_still_for_few_reviews() -> None:
    """It must not forget what it knows."""
    nothing, base, few = (
        fitted(TrainConfig(), facts)
        for facts in (Facts(10**5), Facts(10**5, True), Facts(FEW_TOKENS - 1, True))
    )
    assert few.learning_rate < base.learning_rate == nothing.learning_rate
    assert base.cell_rate < nothing.cell_rate
    assert base.embedding_rate < nothing.embedding_rate
    stranger = fitted(TrainConfig(), Facts(10**5, True, known_share=0.6))
    assert base.embedding_rate < stranger.embedding_rate <= 1
    with_vectors = fitted(TrainConfig(), Facts(10**5, has_vectors=True))
    assert base.embedding_rate < with_vectors.embedding_rate < nothing.embedding_rate


def test_the_facts_are_those_of_the_training_reviews() -> None:
    """What is held out says nothing of how long training takes."""
    tokenized = tokenize_reviews(["good", "very good", "so so"])
    corpus = tokenized.encode(Vocabulary.build(tokenized.counts(np.arange(3))))
    rated = RatedCorpus(corpus, np.array([1, 1, 0]))
    material = Material(
        vocabulary=Vocabulary.build({"good": 2}),
        training=rated.select(np.array([0, 1])),
        validation=rated.select(np.array([2])),
        left_out=0,
    )
    assert Facts.of(material) == Facts(num_tokens=3)
