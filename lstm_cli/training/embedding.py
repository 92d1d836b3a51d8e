"""The embedding's own optimiser: what training asks of it, and the two there are."""

from collections.abc import Mapping
from typing import Protocol

import torch
from torch import Tensor

from lstm_cli.core.compute import Compute
from lstm_cli.training.adamw import AdamW
from lstm_cli.training.lazy_adam import LazyAdam, dense_state


class EmbeddingOptimiser(Protocol):
    """Trains an embedding, of which a batch reads a few rows, and keeps the average of it."""

    def read(self, rows: Tensor) -> Tensor:
        """The present weights of some rows, through which a gradient flows. (U, E)"""

    def gradient_holder(self) -> Tensor:
        """Whose ``grad`` holds the gradient of the rows read last, for its norm to be clipped."""

    def step(self, rate: float, follow: float) -> None:
        """One step of Adam.

        Args:
            rate: the learning rate of this step.
            follow: share of the way to the new weights that the average goes.
        """

    def write(self, *, average: bool) -> None:
        """Put the present weights, or their average, into the network."""

    def state_dict(self) -> dict[str, Tensor]:
        """All that the next step depends on."""

    def load_state_dict(self, state: Mapping[str, Tensor], step: int) -> None:
        """Go on after the step at which ``state_dict`` of either of the two was called."""


class DenseAdam:
    """Adam over the whole embedding at every step: for a GPU, which has the memory's speed for it.

    Args:
        weight: the embedding, which is trained where it is. (V, E)
    """

    def __init__(self, weight: Tensor) -> None:
        self._weight = weight
        self._optimiser = AdamW([{"params": [weight], "lr_scale": 1.0}], weight_decay=0.0)
        self._average = weight.detach().clone()
        self._present: Tensor | None = None  # the weights, while the network holds their average

    def read(self, rows: Tensor) -> Tensor:
        """The present weights of some rows, as a leaf that gathers a gradient. (U, E)"""
        self._rows = rows
        self._leaf = self._weight.detach().index_select(0, rows).requires_grad_()
        return self._leaf

    def gradient_holder(self) -> Tensor:
        """The rows read last: the gradient of all others is nothing."""
        return self._leaf

    @torch.no_grad()
    def step(self, rate: float, follow: float) -> None:
        """One step of Adam on all rows."""
        assert self._leaf.grad is not None
        self._weight.grad = torch.zeros_like(self._weight)
        self._weight.grad.index_copy_(0, self._rows, self._leaf.grad)
        self._optimiser.step(rate)
        self._weight.grad = None
        self._average.lerp_(self._weight, follow)

    @torch.no_grad()
    def write(self, *, average: bool) -> None:
        """Put the present weights, or their average, into the network."""
        if average and self._present is None:
            self._present = self._weight.detach().clone()
            self._weight.copy_(self._average)
        elif not average and self._present is not None:
            self._weight.copy_(self._present)
            self._present = None

    def state_dict(self) -> dict[str, Tensor]:
        """All that the next step depends on."""
        return {
            "weight": self._weight.detach(),
            "average": self._average,
            **self._optimiser.state.get(self._weight, {}),
        }

    @torch.no_grad()
    def load_state_dict(self, state: Mapping[str, Tensor], step: int) -> None:
        """Go on after the step at which ``state_dict`` was called, of this or of ``LazyAdam``."""
        if "last" in state:
            state = dense_state(state, step)
        self._weight.copy_(state["weight"])
        self._average.copy_(state["average"])
        if step:
            kinds = ("step", "exp_avg", "exp_avg_sq")
            moments = {kind: state[kind].to(self._weight.device, copy=True) for kind in kinds}
            self._optimiser.state[self._weight] = moments


def embedding_optimiser(weight: Tensor, num_steps: int, compute: Compute) -> EmbeddingOptimiser:
    """The one that serves a device best.

    Args:
        weight: the embedding. (V, E)
        num_steps: at most this many steps will be made.
        compute: where they are made.
    """
    if compute.is_cpu:
        return LazyAdam(weight, num_steps)
    return DenseAdam(weight)
