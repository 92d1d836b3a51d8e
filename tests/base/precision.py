"""Half precision on a GPU, whose kernels are faster in it than in bfloat16."""

from contextlib import AbstractContextManager

import torch

from lstm_cli.core.compute import Compute

HALF: set[str] = set()  # devices on which products are computed in float16


def autocast(compute: Compute) -> AbstractContextManager[None]:
    """A context in which products are computed in the precision of the device."""
    if compute.device in HALF:
        return torch.autocast("cuda", torch.float16)
    return compute.autocast()


def scaler_of(compute: Compute) -> torch.amp.GradScaler:
    """Keeps the gradients of float16 within its range; does nothing in other precisions."""
    return torch.amp.GradScaler(enabled=compute.device in HALF, init_scale=2.0**12, growth_interval=500)
