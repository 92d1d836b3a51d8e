"""Adam by rows is dense Adam."""

import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import nn

from lstm_cli.training.lazy_adam import LazyAdam
from lstm_cli.training.optimiser import AveragedWeights


@settings(max_examples=30, deadline=None)
@given(st.lists(st.lists(st.integers(0, 5), min_size=1, max_size=4), min_size=1, max_size=60),
       st.integers(0, 9))  # fmt: skip
def test_rows_that_are_not_read_drift_as_dense_adam_moves_them(
    batches: list[list[int]], seed: int
) -> None:
    """Same weights and same averages after any sequence of batches, with a changing rate."""
    generator = torch.Generator().manual_seed(seed)
    start = torch.randn(6, 3, generator=generator)
    dense, sparse = nn.Parameter(start.clone()), nn.Parameter(start.clone())
    optimiser = torch.optim.AdamW([dense], lr=1.0, weight_decay=0)
    average = AveragedWeights([dense], 0.9)
    rows = LazyAdam(sparse, len(batches))
    for number, batch in enumerate(batches):
        rate = 0.01 / (1 + number % 3)
        optimiser.param_groups[0]["lr"] = rate
        distinct = torch.tensor(sorted(set(batch)))
        slopes = torch.randn(len(distinct), 3, generator=generator)
        optimiser.zero_grad()
        (dense[distinct] * slopes).sum().backward()
        optimiser.step()
        average.update()
        (rows.read(distinct) * slopes).sum().backward()
        rows.step(rate, average.follow)
    rows.write(average=False)
    torch.testing.assert_close(sparse.detach(), dense.detach(), atol=2e-5, rtol=1e-4)
    rows.write(average=True)
    torch.testing.assert_close(sparse.detach(), average.averages[0], atol=2e-5, rtol=1e-4)


def test_only_the_rows_that_were_read_have_a_gradient() -> None:
    """Reading the rest would cost what this saves."""
    rows = LazyAdam(nn.Parameter(torch.ones(5, 2)), 1)
    leaf = rows.read(torch.tensor([1, 3]))
    assert leaf.shape == (2, 2)
    leaf.sum().backward()
    assert leaf.grad is not None
    assert leaf.grad.tolist() == [[1, 1], [1, 1]]
