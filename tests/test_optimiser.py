"""The loss, the rate and the average."""

import math

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch import nn

from lstm_cli.training.adamw import AdamW
from lstm_cli.training.optimiser import (
    AveragedWeights,
    adversarial_perturbation,
    balancing_weights,
    rate_factor,
    rating_loss,
)


def test_without_ranks_it_is_cross_entropy() -> None:
    """The part that everyone knows is torch's own."""
    logits, truth = torch.randn(6, 5), torch.tensor([0, 1, 2, 3, 4, 4])
    expected = torch.nn.functional.cross_entropy(logits, truth)
    torch.testing.assert_close(rating_loss(logits, truth, rps_weight=0), expected)


def test_the_ranked_part_can_be_checked_by_hand() -> None:
    """Even odds on three ratings: reached 1/3, 2/3, 1 against 0, 0, 1."""
    logits, truth = torch.zeros(1, 3), torch.tensor([2])
    ranked = rating_loss(logits, truth, rps_weight=1) - math.log(3)
    assert ranked.item() == pytest.approx(1 / 9 + 4 / 9)


def test_a_near_miss_costs_less_than_a_far_one() -> None:
    """Ratings are ordered; cross-entropy alone does not know."""
    near, far = torch.tensor([[0.0, 0, 0, 3, 0]]), torch.tensor([[3.0, 0, 0, 0, 0]])
    truth = torch.tensor([4])
    assert rating_loss(near, truth, 1) < rating_loss(far, truth, 1)


def test_balanced_reviews_weigh_one_on_average() -> None:
    """Otherwise balancing would change the size of the steps."""
    counts = torch.tensor([90.0, 10.0, 0.0])
    weights = balancing_weights(counts)
    assert (weights * counts).sum() / counts.sum() == pytest.approx(1)
    assert weights[1] / weights[0] == pytest.approx(3)
    assert weights[2] == 0


def test_the_rate_climbs_then_falls_to_nothing() -> None:
    """Warm-up, then half a cosine."""
    rates = [rate_factor(step, 100, warmup=0.1) for step in range(100)]
    assert max(rates) == rates[9] == pytest.approx(1.0)
    assert rates[0] == pytest.approx(0.1)
    assert 0 < rates[-1] < rates[-2] < 1e-3


@pytest.mark.parametrize("num_steps", [1, 2, 3])
def test_each_of_few_steps_learns(num_steps: int) -> None:
    """A file of twenty reviews makes one step an epoch, which was in vain at a rate of nothing."""
    rates = [rate_factor(step, num_steps, warmup=0.1) for step in range(num_steps)]
    assert min(rates) > 0.05
    assert sum(rates) / num_steps > 0.35


def test_swapping_twice_changes_nothing() -> None:
    """Measuring with the averaged weights must not disturb training."""
    weight = torch.nn.Parameter(torch.zeros(2))
    average = AveragedWeights([weight], decay=0.9)
    with torch.no_grad():
        weight.fill_(1.0)
    average.update()
    average.swap()
    assert weight.tolist() == pytest.approx([0.9, 0.9])
    average.swap()
    assert weight.tolist() == [1.0, 1.0]


def test_no_change_of_its_length_hurts_more_than_the_worst() -> None:
    """Of a loss that is linear in the events, the one along the gradient is the worst."""
    torch.manual_seed(0)
    gradient = torch.randn(2, 3, 4)
    gradient[1, 2] = 0  # padding
    lengths = torch.tensor([3, 2])
    worst = adversarial_perturbation(gradient, torch.tensor(0.5), lengths)
    reached = (worst * gradient).sum(dim=(1, 2))
    torch.testing.assert_close(worst.flatten(1).norm(dim=1), 0.5 * lengths.sqrt())
    assert not worst[1, 2].any()
    for _ in range(20):
        other = torch.randn_like(gradient)
        other = other / other.flatten(1).norm(dim=1)[:, None, None]
        other = other * worst.flatten(1).norm(dim=1)[:, None, None]
        assert ((other * gradient).sum(dim=(1, 2)) <= reached).all()


@given(st.integers(1, 4), st.floats(0, 0.5), st.integers(0, 2**31))
def test_adamw_is_torchs(steps: int, weight_decay: float, seed: int) -> None:
    """Two groups at two rates, against ``torch.optim``, which loads a compiler for it."""
    torch.manual_seed(seed)
    ours, theirs = ([nn.Parameter(torch.randn(3, 2)) for _ in range(2)] for _ in range(2))
    for mine, other in zip(ours, theirs, strict=True):
        other.data.copy_(mine.data)
    scales, rate = (1.0, 0.3), 0.01
    optimiser = AdamW(
        [{"params": [p], "lr_scale": k} for p, k in zip(ours, scales, strict=True)], weight_decay
    )
    reference = torch.optim.AdamW(
        [{"params": [p], "lr": rate * k} for p, k in zip(theirs, scales, strict=True)],
        weight_decay=weight_decay,
    )
    for _ in range(steps):
        for mine, other in zip(ours, theirs, strict=True):
            mine.grad = torch.randn(3, 2)
            other.grad = mine.grad.clone()
        optimiser.step(rate)
        reference.step()
        optimiser.zero_grad()
        assert all(parameter.grad is None for parameter in ours)
    for mine, other in zip(ours, theirs, strict=True):
        torch.testing.assert_close(mine, other)
