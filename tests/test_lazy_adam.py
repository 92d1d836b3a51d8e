"""The embedding's optimisers: Adam by rows is dense Adam."""

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import nn

from lstm_cli.core.compute import Compute
from lstm_cli.training.embedding import DenseAdam, EmbeddingOptimiser, embedding_optimiser
from lstm_cli.training.lazy_adam import LazyAdam
from lstm_cli.training.optimiser import AveragedWeights


@settings(max_examples=30, deadline=None)
@given(st.lists(st.lists(st.integers(0, 5), min_size=1, max_size=4), min_size=1, max_size=60),
       st.integers(0, 9))  # fmt: skip
def test_rows_that_are_not_read_drift_as_dense_adam_moves_them(
    batches: list[list[int]], seed: int
) -> None:
    """Same weights and same averages after any sequence of batches, with a changing rate.

    Three ways: torch's own AdamW with averages beside it, the optimiser for GPUs, and by rows.
    """
    generator = torch.Generator().manual_seed(seed)
    start = torch.randn(6, 3, generator=generator)
    plain, whole, by_rows = (nn.Parameter(start.clone()) for _ in range(3))
    optimiser = torch.optim.AdamW([plain], lr=1.0, weight_decay=0)
    average = AveragedWeights([plain], 0.9)
    dense, lazy = DenseAdam(whole), LazyAdam(by_rows, len(batches))
    for number, batch in enumerate(batches):
        rate = 0.01 / (1 + number % 3)
        optimiser.param_groups[0]["lr"] = rate
        distinct = torch.tensor(sorted(set(batch)))
        gradients = torch.randn(len(distinct), 3, generator=generator)
        optimiser.zero_grad()
        (plain[distinct] * gradients).sum().backward()
        optimiser.step()
        average.update()
        for embedding in (dense, lazy):
            (embedding.read(distinct) * gradients).sum().backward()
            embedding.step(rate, average.follow)
    for is_average, expected in ((True, average.averages[0]), (False, plain.detach())):
        for embedding, weight in ((dense, whole), (lazy, by_rows)):
            embedding.write(average=is_average)
            torch.testing.assert_close(weight.detach(), expected, atol=2e-5, rtol=1e-4)


@pytest.mark.parametrize("size", [1e-8, 1e-10, 1e-15, 1e-19, 1e-25, 1e-38])
def test_a_row_of_tiny_gradients_drifts_as_little_as_dense_adam_moves_it(size: float) -> None:
    """A word a hundred words before the end has such gradients, where the last memory is all that
    is read off: their squares are nothing in float32, and what is divided by them is everything.
    """
    generator = torch.Generator().manual_seed(0)
    plain, by_rows = (nn.Parameter(torch.zeros(2, 3)) for _ in range(2))
    optimiser = torch.optim.AdamW([plain], lr=0.01, weight_decay=0)
    lazy = LazyAdam(by_rows, 200)
    for number in range(200):
        row = torch.tensor([int(number % 20 != 0)])  # row 0 is read every twentieth step
        gradients = size * torch.randn(1, 3, generator=generator)
        optimiser.zero_grad()
        (plain[row] * gradients).sum().backward()
        optimiser.step()
        (lazy.read(row) * gradients).sum().backward()
        lazy.step(0.01, 0.1)
    lazy.write(average=False)
    moved = plain.detach().abs().max()
    torch.testing.assert_close(by_rows.detach(), plain.detach(), atol=0.2 * float(moved), rtol=0)


@pytest.mark.parametrize("kind", ["lazy", "dense"])
def test_it_goes_on_from_its_state(kind: str) -> None:
    """To the bit, as a training that was stopped must."""

    def made() -> tuple[nn.Parameter, EmbeddingOptimiser]:
        weight = nn.Parameter(torch.ones(5, 2))
        return weight, LazyAdam(weight, 6) if kind == "lazy" else DenseAdam(weight)

    def learn(embedding: EmbeddingOptimiser, steps: range) -> None:
        for step in steps:
            embedding.read(torch.tensor([step % 5, (step + 2) % 5])).square().sum().backward()
            embedding.step(0.1, 0.3)

    whole, embedding = made()
    learn(embedding, range(6))
    _, before = made()
    learn(before, range(3))
    resumed, after = made()
    after.load_state_dict({n: t.clone() for n, t in before.state_dict().items()}, 3)
    learn(after, range(3, 6))
    for is_average in (True, False):
        embedding.write(average=is_average)
        after.write(average=is_average)
        assert torch.equal(whole, resumed)


@pytest.mark.parametrize(("first", "then"), [("lazy", "dense"), ("dense", "lazy")])
@pytest.mark.parametrize("stop", [0, 1, 9, 20])
def test_either_goes_on_from_the_state_of_the_other(first: str, then: str, stop: int) -> None:
    """A training may begin on a GPU and end on a processor, or the other way round."""
    generator = torch.Generator().manual_seed(stop)
    steps = []
    for number in range(20):
        distinct = torch.randperm(6, generator=generator)[: 1 + number % 4]
        steps.append((distinct, torch.randn(len(distinct), 3, generator=generator)))
    start = torch.randn(6, 3, generator=generator)

    def made(kind: str) -> tuple[nn.Parameter, EmbeddingOptimiser]:
        weight = nn.Parameter(start.clone())
        return weight, LazyAdam(weight, 20) if kind == "lazy" else DenseAdam(weight)

    def learn(embedding: EmbeddingOptimiser, numbers: range) -> None:
        for number in numbers:
            distinct, gradients = steps[number]
            (embedding.read(distinct) * gradients).sum().backward()
            embedding.step(0.01 / (1 + number % 3), 0.2)

    whole, dense = made("dense")
    learn(dense, range(20))
    _, before = made(first)
    learn(before, range(stop))
    resumed, after = made(then)
    after.load_state_dict({n: t.clone() for n, t in before.state_dict().items()}, stop)
    learn(after, range(stop, 20))
    for is_average in (True, False):
        dense.write(average=is_average)
        after.write(average=is_average)
        torch.testing.assert_close(resumed.detach(), whole.detach(), atol=1e-6, rtol=0)


def test_a_processor_reads_rows_and_a_gpu_reads_all() -> None:
    """Which has no use for rows; several processes read the same ones."""
    weight = nn.Parameter(torch.ones(5, 2))
    assert isinstance(embedding_optimiser(weight, 1, Compute()), LazyAdam)
    assert isinstance(embedding_optimiser(weight, 1, Compute(world_size=2)), LazyAdam)
    assert isinstance(embedding_optimiser(weight, 1, Compute(device="cuda")), DenseAdam)


def test_only_the_rows_that_were_read_have_a_gradient() -> None:
    """Reading the rest would cost what this saves."""
    rows = LazyAdam(nn.Parameter(torch.ones(5, 2)), 1)
    leaf = rows.read(torch.tensor([1, 3]))
    assert leaf.shape == (2, 2)
    leaf.sum().backward()
    assert leaf.grad is not None
    assert leaf.grad.tolist() == [[1, 1], [1, 1]]
