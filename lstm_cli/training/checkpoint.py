"""A long training as it stands, so that it can go on after it was stopped.

One safetensors file: the tensors, and beside them what they belong to. It is
written under another name and renamed, so that half of one is never believed.
"""

import errno
import json
import os
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import save_file
from torch import Tensor, nn

from lstm_cli.bundle.writing import saying_what_failed
from lstm_cli.errors import CheckpointError, Remedy


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
    for name, parameter in _moved(network, optimiser):
        found[name] = parameter.detach()
        for kind, value in optimiser.state[parameter].items():
            found[f"{kind}:{name}"] = value
    return found


@torch.no_grad()
def put_back(
    tensors: Mapping[str, Tensor], network: nn.Module, optimiser: torch.optim.Optimizer
) -> None:
    """Let a network and its optimiser go on from tensors that ``tensors_of`` gave."""
    for name, parameter in _moved(network, optimiser):
        parameter.copy_(tensors[name])
        kinds = ("step", "exp_avg", "exp_avg_sq")
        if f"step:{name}" in tensors:
            optimiser.state[parameter] = {kind: tensors[f"{kind}:{name}"] for kind in kinds}


def _moved(
    network: nn.Module, optimiser: torch.optim.Optimizer
) -> Iterator[tuple[str, nn.Parameter]]:
    """The parameters that an optimiser moves, and their names."""
    its = {id(p) for group in optimiser.param_groups for p in group["params"]}
    return ((name, p) for name, p in network.named_parameters() if id(p) in its)


def save_checkpoint(checkpoint: Checkpoint, path: Path) -> None:
    """Write it, in place of an older one.

    Raises:
        OutputError: the disk is full, or may not be written to.
    """
    about = {
        "belongs_to": checkpoint.belongs_to,
        "steps": checkpoint.steps,
        "history": checkpoint.history,
    }
    part = path.with_name(path.name + ".part")
    with saying_what_failed(path):
        try:
            save_file(checkpoint.tensors, part, metadata={"about": json.dumps(about)})
            with part.open("rb") as written:
                os.fsync(written.fileno())
            part.replace(path)
        except SafetensorError as error:  # its own words for what the operating system said
            code = re.search(r"os error (\d+)", str(error))
            raise OSError(int(code[1]) if code else errno.EIO, str(error)) from error
        finally:
            part.unlink(missing_ok=True)


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
            f"{path}: is no whole checkpoint", Remedy.REMOVE_CHECKPOINT
        ) from error
    if checkpoint.belongs_to != belongs_to:
        raise CheckpointError(
            f"{path}: was made from other reviews or with other options",
            Remedy.REPEAT_OR_BEGIN_ANEW,
        )
    return checkpoint
