"""AdamW by torch's fused kernel, without the compiler that ``torch.optim`` loads."""

from collections.abc import Mapping, Sequence
from typing import Any

import torch
from torch import Tensor

_BETAS, _EPSILON = (0.9, 0.999), 1e-8


class AdamW:
    """Adam with decoupled weight decay (Loshchilov and Hutter 2019).

    The steps are those of ``torch.optim.AdamW(fused=True)``, whose first use loads torch's
    compiler: a second and a half, which short trainings would wait for.

    Args:
        groups: parameters, each group with its ``lr_scale``, a share of the rate.
        weight_decay: the share of a weight that is taken off at a rate of 1.
    """

    def __init__(self, groups: Sequence[Mapping[str, Any]], weight_decay: float) -> None:
        self.param_groups = [dict(group) for group in groups]
        self.weight_decay = weight_decay
        self.state: dict[Tensor, dict[str, Tensor]] = {}

    def zero_grad(self) -> None:
        """Forget the gradients."""
        for group in self.param_groups:
            for parameter in group["params"]:
                parameter.grad = None

    @torch.no_grad()
    def step(self, rate: float) -> None:
        """One step down the gradients, which every parameter has.

        Args:
            rate: the learning rate, of which each group takes its share.
        """
        for group in self.param_groups:
            parameters = group["params"]
            states = [self._state_of(parameter) for parameter in parameters]
            torch._foreach_add_([state["step"] for state in states], 1)
            torch._fused_adamw_(
                parameters,
                [parameter.grad for parameter in parameters],
                [state["exp_avg"] for state in states],
                [state["exp_avg_sq"] for state in states],
                [],
                [state["step"] for state in states],
                lr=rate * group["lr_scale"],
                beta1=_BETAS[0],
                beta2=_BETAS[1],
                weight_decay=self.weight_decay,
                eps=_EPSILON,
                amsgrad=False,
                maximize=False,
            )

    def _state_of(self, parameter: Tensor) -> dict[str, Tensor]:
        if parameter not in self.state:
            self.state[parameter] = {
                "step": torch.zeros((), device=parameter.device),
                "exp_avg": torch.zeros_like(parameter),
                "exp_avg_sq": torch.zeros_like(parameter),
            }
        return self.state[parameter]
