"""The ledger adds up: to the memory, and to the logits."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lstm_cli.config import ModelConfig, Pooling
from lstm_cli.core.cell import CellWeights
from lstm_cli.core.reading import NetworkWeights, run_cell, running_logits
from lstm_cli.gates.ledger import Ledger, keep_ledger

POOLINGS: tuple[tuple[Pooling, ...], ...] = (
    ("last",),
    ("mean",),
    ("maximum",),
    ("last", "mean", "maximum"),
)


def ledger_of(
    seed: int, steps: int, pooling: tuple[Pooling, ...], spread: float = 1.0
) -> tuple[Ledger, np.ndarray, np.ndarray, NetworkWeights]:
    """A random network's ledger of random words, its LTM after each, and its logits."""
    rng = np.random.default_rng(seed)
    size, ratings = 5, 3
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
    ledger = keep_ledger(gates, weights, pooling, np.full(size, 1 / size))
    return ledger, reading.long_term[0], logits, weights


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
