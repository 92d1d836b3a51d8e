"""The ledger adds up: to the memory, and to the logits."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lstm_cli.config import ModelConfig, Pooling
from lstm_cli.core.cell import CellWeights, Gates
from lstm_cli.core.reading import NetworkWeights, run_cell, running_logits
from lstm_cli.gates.ledger import Account, Ledger, keep_ledger, views_of

POOLINGS: tuple[tuple[Pooling, ...], ...] = (
    ("last",),
    ("mean",),
    ("maximum",),
    ("last", "mean", "maximum"),
)
SIZE = 5  # units


def read_by_chance(
    seed: int, steps: int, pooling: tuple[Pooling, ...], spread: float = 1.0
) -> tuple[Gates, np.ndarray, np.ndarray, NetworkWeights]:
    """Random words read by a random network: its gates, its LTM after each, and its logits."""
    rng = np.random.default_rng(seed)
    size, ratings = SIZE, 3
    config = ModelConfig(20, ratings, embedding_size=4, hidden_size=size, pooling=pooling)
    weights = NetworkWeights(
        rng.normal(0, spread, (20, 4)),
        CellWeights(
            rng.normal(0, spread, (4 * size, 4)),
            rng.normal(0, spread, (4 * size, size)),
            rng.normal(0, spread, 4 * size),
        ),
        rng.normal(0, 1, (ratings, len(pooling) * size)),
        rng.normal(0, 1, ratings),
    )
    reading = run_cell(rng.integers(0, 20, (1, steps)), weights, config)
    assert reading.gates is not None
    assert reading.long_term is not None
    gates = type(reading.gates)(*(gate[0] for gate in reading.gates))
    logits = running_logits(reading.short_term, weights, config)[0]
    return gates, reading.long_term[0], logits, weights


def ledger_of(
    seed: int, steps: int, pooling: tuple[Pooling, ...], spread: float = 1.0
) -> tuple[Ledger, np.ndarray, np.ndarray, NetworkWeights]:
    """The ledger of random words, the LTM after each, and the logits."""
    gates, long_term, logits, weights = read_by_chance(seed, steps, pooling, spread)
    ledger = keep_ledger(gates, weights, pooling, np.full(SIZE, 1 / SIZE))
    return ledger, long_term, logits, weights


@given(st.integers(0, 10_000), st.integers(1, 30), st.sampled_from(POOLINGS), st.floats(0.1, 3))
@settings(deadline=None, max_examples=60)
def test_the_parts_add_up_to_the_memory_and_the_contributions_to_the_logits(
    seed: int, steps: int, pooling: tuple[Pooling, ...], spread: float
) -> None:
    """By definition, whatever the weights, the words and the readout."""
    ledger, long_term, logits, weights = ledger_of(seed, steps, pooling, spread)
    np.testing.assert_allclose(ledger.parts.sum(axis=0), long_term[-1], atol=1e-9)
    np.testing.assert_allclose(
        ledger.contributions.sum(axis=(0, 1)) + weights.readout_bias, logits[-1], atol=1e-9
    )


def test_what_is_remembered_only_fades() -> None:
    """A forget gate lies between 0 and 1: nothing comes back."""
    ledger, *_ = ledger_of(1, 12, ("last",))
    for word, row in enumerate(ledger.remembered):
        assert row[word] == pytest.approx(1)
        assert np.all(np.diff(row[word:]) <= 1e-12)
        assert np.isnan(row[:word]).all()


def test_the_word_that_takes_it_under_half_is_named() -> None:
    """And those that took most, which together took no more than all."""
    ledger, *_ = ledger_of(2, 12, ("last",))
    for word, (half, erasers) in enumerate(zip(ledger.half_gone(), ledger.erasers(), strict=True)):
        if half is not None:
            assert ledger.remembered[word, half] < 0.5 <= ledger.remembered[word, half - 1]
        assert sum(share for _, share in erasers) <= 1
        assert all(place > word for place, _ in erasers)


def test_of_no_word_there_is_an_empty_ledger() -> None:
    """An empty review is a review."""
    ledger, *_ = ledger_of(3, 1, ("last", "mean", "maximum"))
    assert ledger.contributions.shape == (1, 3, 3)


def test_a_word_is_followed_until_nothing_of_it_is_left() -> None:
    """What is not computed any more would not change a digit."""
    pooling: tuple[Pooling, ...] = ("last", "mean", "maximum")
    gates, long_term, _, weights = read_by_chance(4, 120, pooling, 2.0)
    ledger = keep_ledger(gates, weights, pooling, np.full(SIZE, 1 / SIZE))
    learned = gates.learn_factor * gates.candidate
    used = np.tanh(long_term) * gates.use_factor
    for word in (0, 40, 119):
        left = np.cumprod(np.vstack([np.ones(SIZE), gates.forget_factor[word + 1 :]]), axis=0)
        written = np.abs(learned[word])
        shares = left @ written / written.sum()
        np.testing.assert_allclose(ledger.remembered[word, word:], shares, atol=1e-12)
        part = gates.use_factor[word:] * (
            np.tanh(left * long_term[word]) - np.tanh(left * (long_term[word] - learned[word]))
        )
        highest = np.zeros(SIZE)
        for unit, place in enumerate(used.argmax(axis=0)):
            highest[unit] = part[place - word, unit] if place >= word else 0.0
        seen = np.stack([part[-1], part.sum(axis=0) / 120, highest])
        expected = np.einsum("rph,ph->pr", views_of(weights, pooling), seen)
        np.testing.assert_allclose(ledger.contributions[word], expected, atol=1e-12)


def test_twice_the_words_take_twice_the_work() -> None:
    """Not four times: a cell that forgets is not followed to the end of a long review."""
    gates, _, _, weights = read_by_chance(5, 2_000, ("last",), 2.0)

    def work(words: int) -> int:
        account = Account(Gates(*(gate[:words] for gate in gates)), weights, ("last",))
        return sum(left.size for word in range(words) for *_, left in account.fading(word))

    assert work(2_000) < 2.2 * work(1_000)
