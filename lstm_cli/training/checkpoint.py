"""A long training as it stands, so that it can go on after it was stopped.

One safetensors file: the tensors, and beside them what they belong to. It is
written under another name and renamed, so that half of one is never believed.
"""

import json
import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import save_file
from torch import Tensor, nn

from lstm_cli.errors import CheckpointError


@dataclass(frozen=True)
class Checkpoint:
    """What is needed to go on."""

    belongs_to: str  # a fingerprint of the data and the settings
    steps: int  # made so far
    history: tuple[dict[str, Any], ...]  # a line an epoch
    tensors: dict[str, Tensor]


def tensors_of(network: nn.Module, optimiser: torch.optim.Optimizer) -> dict[str, Tensor]:
    """The weights, and what the optimiser keeps of each."""
    found = {}
    for name, parameter in network.named_parameters():
        found[name] = parameter.detach()
        for kind, value in optimiser.state[parameter].items():
            found[f"{kind}:{name}"] = value
    return found


@torch.no_grad()
def put_back(
    tensors: Mapping[str, Tensor], network: nn.Module, optimiser: torch.optim.Optimizer
) -> None:
    """Let a network and its optimiser go on from tensors that ``tensors_of`` gave."""
    for name, parameter in network.named_parameters():
        parameter.copy_(tensors[name])
        kinds = ("step", "exp_avg", "exp_avg_sq")
        optimiser.state[parameter] = {kind: tensors[f"{kind}:{name}"] for kind in kinds}


def save_checkpoint(checkpoint: Checkpoint, path: Path) -> None:
    """Write it, in place of an older one."""
    about = {
        "belongs_to": checkpoint.belongs_to,
        "steps": checkpoint.steps,
        "history": checkpoint.history,
    }
    part = path.with_name(path.name + ".part")
    save_file(checkpoint.tensors, part, metadata={"about": json.dumps(about)})
    with part.open("rb") as written:
        os.fsync(written.fileno())
    part.replace(path)


def load_checkpoint(path: Path, belongs_to: str) -> Checkpoint:
    """Read it back.

    Raises:
        CheckpointError: it is damaged, or was made from other reviews or settings.
    """
    try:
        with safe_open(path, framework="pt") as file:
            about = json.loads(file.metadata()["about"])
            tensors = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118
        checkpoint = Checkpoint(
            str(about["belongs_to"]), int(about["steps"]), tuple(about["history"]), tensors
        )
    except (SafetensorError, OSError, ValueError, TypeError, KeyError) as error:
        raise CheckpointError(
            f"{path}: is no whole checkpoint; remove it, or leave out --resume"
        ) from error
    if checkpoint.belongs_to != belongs_to:
        raise CheckpointError(
            f"{path}: was made from other reviews or with other options; "
            "repeat those, or leave out --resume to begin anew"
        )
    return checkpoint
