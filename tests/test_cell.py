"""The gates, written once, against torch's own kernels."""

from types import ModuleType
from unittest import mock

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from lstm_cli.bundle.contents import network_weights
from lstm_cli.config import ModelConfig, Pooling
from lstm_cli.core import batch_reading
from lstm_cli.core.batch_reading import BatchReader
from lstm_cli.core.cell import Array, CellWeights, Memory, pool, read_event, read_next
from lstm_cli.core.network import MaskedPooling, ReviewNetwork
from lstm_cli.core.reading import (
    NetworkWeights,
    pool_running,
    read_to_end,
    run_cell,
    running_logits,
    softmax,
)
from lstm_cli.data.corpus import Corpus
from lstm_cli.text.vocabulary import PADDING_ID

SIZES = st.integers(1, 7)
CELLS = st.sampled_from(["lstm", "rnn"])


def kernel_and_weights(
    cell: str, event_size: int, hidden_size: int, dtype: torch.dtype, seed: int
) -> tuple[torch.nn.RNNBase, CellWeights]:
    """torch's fused kernel at its initial scale, and its weights for ours."""
    torch.manual_seed(seed)
    kind = torch.nn.LSTM if cell == "lstm" else torch.nn.RNN
    kernel = kind(event_size, hidden_size, batch_first=True, dtype=dtype)
    with torch.no_grad():
        weights = CellWeights(
            kernel.weight_ih_l0, kernel.weight_hh_l0, kernel.bias_ih_l0 + kernel.bias_hh_l0
        )
    return kernel, weights


def run_event_by_event(cell: str, events: Array, weights: CellWeights, xp: ModuleType) -> Array:
    """Our cell over whole reviews: STM after every event. (B, T, H)"""
    size = weights.short_term.shape[1]
    nothing = events[:, 0, :1] * 0 + xp.zeros((1, size), dtype=events.dtype)
    memory = Memory(nothing, nothing)
    short_terms = []
    for step in range(events.shape[1]):
        memory, gates = read_next(events[:, step], memory, weights, xp)
        assert (gates is not None) == weights.has_gates == (cell == "lstm")
        short_terms.append(memory.short_term)
    return xp.stack(short_terms, 1)


@pytest.mark.parametrize(
    ("dtype", "tolerance"), [(torch.float64, 1e-12), (torch.float32, 2e-6)], ids=["64", "32"]
)
@settings(max_examples=40, deadline=None)
@given(cell=CELLS, batch=SIZES, steps=st.integers(1, 64), e=SIZES, h=SIZES, seed=st.integers(0, 99))
def test_numpy_cell_torch_cell_and_fused_kernel_are_one(
    dtype: torch.dtype,
    tolerance: float,
    cell: str,
    batch: int,
    steps: int,
    e: int,
    h: int,
    seed: int,
) -> None:
    """The gates people read must be the gates that were trained."""
    kernel, weights = kernel_and_weights(cell, e, h, dtype, seed)
    events = torch.randn(batch, steps, e, dtype=dtype)
    with torch.no_grad():
        fused = kernel(events)[0].numpy()
        in_torch = run_event_by_event(cell, events, weights, torch).numpy()
        in_numpy = run_event_by_event(
            cell, events.numpy(), CellWeights(*(w.detach().numpy() for w in weights)), np
        )
    np.testing.assert_allclose(in_torch, fused, rtol=0, atol=tolerance)
    np.testing.assert_allclose(in_numpy, fused, rtol=0, atol=tolerance)


def test_kept_plus_learned_is_the_new_long_term_memory() -> None:
    """By definition; and what is used of it is the new short-term memory."""
    rng = np.random.default_rng(0)
    weights = CellWeights(rng.normal(size=(12, 2)), rng.normal(size=(12, 3)), rng.normal(size=12))
    old = Memory(rng.normal(size=(5, 3)), np.tanh(rng.normal(size=(5, 3))))
    new, gates = read_event(rng.normal(size=(5, 2)), old, weights, np)
    kept = gates.forget_factor * old.long_term
    learned = gates.learn_factor * gates.candidate
    np.testing.assert_allclose(new.long_term, kept + learned)
    np.testing.assert_allclose(new.short_term, gates.use_factor * np.tanh(new.long_term))
    for factor in (gates.forget_factor, gates.learn_factor, gates.use_factor):
        assert ((factor > 0) & (factor < 1)).all()


def test_an_open_forget_gate_and_a_shut_learn_gate_keep_the_memory() -> None:
    """1 keeps, 0 forgets; 1 learns, 0 ignores: the way round that every view tells."""
    bias = np.array([-100.0, 100.0, 0.0, 0.0])  # i, f, g, o
    weights = CellWeights(np.zeros((4, 1)), np.zeros((4, 1)), bias)
    old = Memory(np.array([[0.7]]), np.array([[0.1]]))
    new, _ = read_event(np.array([[3.0]]), old, weights, np)
    assert new.long_term == pytest.approx(0.7)


@settings(max_examples=25, deadline=None)
@given(
    cell=CELLS,
    lengths=st.lists(st.integers(0, 9), min_size=1, max_size=5),
    extra=st.integers(0, 6),
    pooling=st.sampled_from([("last",), ("mean",), ("maximum",), ("last", "mean", "maximum")]),
    seed=st.integers(0, 99),
)
def test_padding_never_changes_a_rating(
    cell: str, lengths: list[int], extra: int, pooling: tuple[Pooling, ...], seed: int
) -> None:
    """A review's rating must not depend on which reviews it is read together with.

    The numpy reading of the review alone is the reference, for the network as for padding.
    """
    torch.manual_seed(seed)
    config = ModelConfig(
        vocab_size=11, num_ratings=3, cell=cell, embedding_size=3, hidden_size=4, pooling=pooling
    )
    network = ReviewNetwork(config).eval()
    rng = np.random.default_rng(seed)
    token_ids = np.full((len(lengths), max(lengths) + extra + 1), PADDING_ID)
    for row, length in enumerate(lengths):
        token_ids[row, :length] = rng.integers(1, 11, length)
    with torch.no_grad():
        logits = network(torch.from_numpy(token_ids), torch.tensor(lengths)).numpy()
    weights = network_weights(network.to_arrays())
    for row, length in enumerate(lengths):
        reading = run_cell(token_ids[row : row + 1, :length], weights, config)
        running = running_logits(reading.short_term, weights, config)[0]
        alone = running[-1] if length else weights.readout_bias
        np.testing.assert_allclose(logits[row], alone, rtol=0, atol=2e-6)


@pytest.mark.parametrize("cell", ["lstm", "rnn"])
def test_weights_saved_and_loaded_are_the_same_network(cell: str) -> None:
    """A bundle adds torch's two biases up; nothing else may change."""
    config = ModelConfig(vocab_size=9, num_ratings=4, cell=cell, embedding_size=3, hidden_size=5)
    network = ReviewNetwork(config).eval()
    again = ReviewNetwork.from_arrays(config, network.to_arrays())
    token_ids, lengths = torch.tensor([[2, 3, 4], [5, 0, 0]]), torch.tensor([3, 1])
    torch.testing.assert_close(network(token_ids, lengths), again(token_ids, lengths))


POOLINGS: list[tuple[Pooling, ...]] = [
    ("last", "mean", "maximum"),
    ("mean",),
    ("maximum", "last"),
]


@pytest.mark.parametrize("pooling", POOLINGS)
def test_the_pooling_of_a_batch_is_that_of_each_review(pooling: tuple[Pooling, ...]) -> None:
    """Values and gradients: training must go down the slope of what predicts."""
    torch.manual_seed(0)
    batch = torch.randn(4, 6, 3, dtype=torch.float64).tanh().requires_grad_()
    lengths = torch.tensor([6, 1, 0, 4])
    is_read = lengths > 0

    def fused(memories: torch.Tensor) -> torch.Tensor:
        return MaskedPooling.apply(memories, lengths, pooling)[is_read]

    def plain(memories: torch.Tensor) -> torch.Tensor:
        reviews = zip(memories, lengths.tolist(), strict=True)
        return torch.stack(
            [pool(review[:length], pooling, torch) for review, length in reviews if length]
        )

    torch.testing.assert_close(fused(batch), plain(batch), rtol=0, atol=1e-7)  # shares in float32
    towards = torch.randn_like(plain(batch))
    gradients = [torch.autograd.grad(pooled(batch), batch, towards)[0] for pooled in (fused, plain)]
    torch.testing.assert_close(*gradients, rtol=0, atol=1e-7)
    assert torch.autograd.gradcheck(fused, batch)


@pytest.mark.parametrize("pooling", POOLINGS)
def test_the_pooling_is_the_same_in_either_library(pooling: tuple[Pooling, ...]) -> None:
    """To the bit; and what it runs past is what it would have said there."""
    memories = np.tanh(np.random.default_rng(0).normal(size=(9, 2, 3)))
    in_torch = pool(torch.from_numpy(memories), pooling, torch)
    np.testing.assert_array_equal(pool(memories, pooling, np), in_torch.numpy())
    running = pool_running(memories.swapaxes(0, 1), pooling)
    for step in range(9):
        np.testing.assert_array_equal(running[:, step], pool(memories[: step + 1], pooling, np))


def test_pooling_is_the_last_the_mean_and_the_highest() -> None:
    """By definition."""
    memories = np.tanh(np.random.default_rng(0).normal(size=(9, 2, 3)))
    last, mean, maximum = np.split(pool(memories, ("last", "mean", "maximum"), np), 3, axis=-1)
    np.testing.assert_array_equal(last, memories[-1])
    np.testing.assert_allclose(mean, memories.mean(axis=0), rtol=1e-12)
    np.testing.assert_array_equal(maximum, memories.max(axis=0))


@settings(max_examples=60, deadline=None)
@given(
    cell=CELLS,
    lengths=st.lists(st.integers(0, 40), min_size=1, max_size=9),
    sizes=st.tuples(SIZES, SIZES),
    pooling=st.sampled_from([("last", "mean", "maximum"), ("maximum",), ("mean", "last")]),
    threads=st.integers(1, 3),
    seed=st.integers(0, 99),
)
def test_many_reviews_are_read_in_numpy_as_each_alone(
    cell: str,
    lengths: list[int],
    sizes: tuple[int, int],
    pooling: tuple[Pooling, ...],
    threads: int,
    seed: int,
) -> None:
    """In batches of any lengths, on any number of threads; an empty review is one of zeros."""
    rng = np.random.default_rng(seed)
    event_size, hidden_size = sizes
    rows = (4 if cell == "lstm" else 1) * hidden_size

    def drawn(*shape: int) -> NDArray[np.float32]:
        return rng.normal(size=shape).astype(np.float32)

    weights = NetworkWeights(
        drawn(30, event_size),
        CellWeights(drawn(rows, event_size), drawn(rows, hidden_size), drawn(rows)),
        drawn(5, len(pooling) * hidden_size),
        drawn(5),
    )
    config = ModelConfig(
        vocab_size=30,
        num_ratings=5,
        embedding_size=event_size,
        hidden_size=hidden_size,
        cell=cell,  # type: ignore[arg-type]
        pooling=pooling,
    )
    corpus = Corpus.of(rng.integers(0, 30, sum(lengths)).astype(np.int32), np.array(lengths))
    # Pieces of few events and small batches, so that there are several of each.
    with mock.patch.multiple(batch_reading, TOKENS_AT_ONCE=60, FEWEST_REVIEWS=2, EVENTS_AT_ONCE=16):
        many = BatchReader(weights, config).probabilities(corpus, threads)
    for place, found in enumerate(many):
        alone = softmax(read_to_end(corpus[place].astype(np.int64)[None], weights, config))[0]
        np.testing.assert_allclose(found, alone, rtol=0, atol=1e-5)
