"""Adam for an embedding, computed only for the rows a batch reads.

A batch reads some thousand of thirty thousand rows, and a dense step of Adam
over all of them costs more than the LSTM. But a row without a gradient only
drifts: its momentum m falls by β1 and its spread √v by √β2 a step, so that the
drift of any number of steps is one sum, the same for all rows that were last
read at the same step. It is added when the row is read again. What comes out is
dense Adam (Kingma and Ba 2015) and the average of its weights, roundings apart.
Where √v is as small as Adam's ε, the drift is right to a fifth.
"""

import math
from collections.abc import Mapping
from typing import NamedTuple

import numpy as np
import torch
from torch import Tensor

_BETA1, _BETA2, _EPSILON = 0.9, 0.999, 1e-8
_DENSE = {"momentum": "exp_avg", "square": "exp_avg_sq"}  # what torch calls them


class _State(NamedTuple):
    """What Adam keeps of each row, and the average of its weights. (V, E) each"""

    weight: Tensor
    momentum: Tensor
    square: Tensor
    average: Tensor


class LazyAdam:
    """An embedding's weights while they are trained, with their average.

    Args:
        weight: the embedding, of which a copy is trained. (V, E)
        num_steps: at most this many steps will be made.
    """

    def __init__(self, weight: Tensor, num_steps: int) -> None:
        self.weight = weight
        self._state = _State(
            weight.detach().clone(),
            torch.zeros_like(weight, requires_grad=False),
            torch.zeros_like(weight, requires_grad=False),
            weight.detach().clone(),
        )
        self._last = torch.zeros(weight.shape[0], dtype=torch.int64)  # step of the last read
        self._step = 0
        # By the step s at which a row was last read, up to the present step t:
        self._drift = np.zeros(num_steps + 1)  # Σ rate_j (β1/√β2)^(j-s): times m/√v it is the way
        self._lag = np.zeros(num_steps + 1)  # how far the average of that way lies behind zero
        self._kept = np.ones(num_steps + 1)  # share of the average of step s that is left

    def state_dict(self) -> dict[str, Tensor]:
        """All that the next step depends on."""
        sums = {"drift": self._drift, "lag": self._lag, "kept": self._kept}
        return {
            **self._state._asdict(),
            "last": self._last,
            **{name: torch.from_numpy(array) for name, array in sums.items()},
        }

    @torch.no_grad()
    def load_state_dict(self, state: Mapping[str, Tensor], step: int) -> None:
        """Go on after the step at which ``state_dict`` was called, of this or of dense Adam.

        Dense Adam has moved every row at that step: nothing drifts that was read before it.
        """
        self._step = step
        if "last" in state:
            for name, tensor in self.state_dict().items():
                tensor.copy_(state[name])
            return
        self._last.fill_(step)
        for name, tensor in self._state._asdict().items():
            if name in ("weight", "average") or step:  # there are no moments before a step
                tensor.copy_(state[_DENSE.get(name, name)])

    def read(self, rows: Tensor) -> Tensor:
        """The present weights of some rows, as a leaf that gathers a gradient. (U, E)"""
        self._rows, self._read = rows, self._caught_up(rows)
        self._leaf = self._read.weight.clone().requires_grad_()
        return self._leaf

    def gradient_holder(self) -> Tensor:
        """The rows read last: no others have a gradient."""
        return self._leaf

    @torch.no_grad()
    def step(self, rate: float, follow: float) -> None:
        """One step of Adam on the rows read last; all others drift.

        Args:
            rate: the learning rate of this step.
            follow: share of the way to the new weights that the average goes.
        """
        self._step += 1
        step, state, grad = self._step, self._read, self._leaf.grad
        assert grad is not None
        weight, momentum, square, average = state
        momentum.lerp_(grad, 1 - _BETA1)
        square.mul_(_BETA2).addcmul_(grad, grad, value=1 - _BETA2)
        corrected = rate * math.sqrt(1 - _BETA2**step) / (1 - _BETA1**step)
        epsilon = _EPSILON * math.sqrt(1 - _BETA2**step)
        weight.addcdiv_(momentum, square.sqrt().add_(epsilon), value=-corrected)
        average.lerp_(weight, follow)
        for all_rows, read in zip(self._state, state, strict=True):
            all_rows.index_copy_(0, self._rows, read)
        self._last[self._rows] = step

        before = slice(0, step)
        ages = np.arange(step, 0, -1)
        self._drift[before] += corrected * (_BETA1 / math.sqrt(_BETA2)) ** ages
        self._lag[before] += follow * (self._drift[before] - self._lag[before])
        self._kept[before] *= 1 - follow

    @torch.no_grad()
    def write(self, *, average: bool) -> None:
        """Put the present weights, or their average, into the embedding."""
        rows = torch.arange(len(self._last))
        for some in torch.split(rows, 4_096):
            state = self._caught_up(some)
            self.weight[some] = state.average if average else state.weight

    @torch.no_grad()
    def _caught_up(self, rows: Tensor) -> "_State":
        """The state of some rows as it is after the last step. (U, E) each"""
        state = _State(*(all_rows.index_select(0, rows) for all_rows in self._state))
        last = self._last[rows].numpy()
        weight, momentum, square, average = state
        since = self._step - last

        def column(values: np.ndarray) -> Tensor:
            return torch.from_numpy(values.astype(np.float32))[:, None]

        # A gradient whose square is nothing in float32 would be divided by nothing without ε, which
        # is taken as it is ten steps on: by then two thirds of the way is behind.
        epsilon = _EPSILON * np.sqrt(1 - _BETA2 ** (last + 10))
        way = momentum / (square.sqrt() + column(epsilon))
        # The average goes towards a weight that goes its way: both are linear in it.
        kept, lag = column(self._kept[last]), column(self._lag[last])
        average.mul_(kept).addcmul_(weight, 1 - kept).addcmul_(way, lag, value=-1)
        weight.addcmul_(way, column(self._drift[last]), value=-1)
        momentum.mul_(column(_BETA1**since))
        square.mul_(column(_BETA2**since))
        return state


def dense_state(state: Mapping[str, Tensor], step: int) -> dict[str, Tensor]:
    """What dense Adam would keep at this step in place of a state of ``LazyAdam``.

    Every row is caught up with, as if it had been read.
    """
    rows = LazyAdam(state["weight"], len(state["drift"]) - 1)
    rows.load_state_dict(state, step)
    caught_up = rows._caught_up(torch.arange(len(state["last"])))._asdict()
    named = {_DENSE.get(name, name): tensor for name, tensor in caught_up.items()}
    return named | {"step": torch.tensor(float(step))}
