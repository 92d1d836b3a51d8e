"""A long training as it stands, so that it can go on after it was stopped.

One safetensors file: the tensors, and beside them what they belong to. It is
written under another name and renamed, so that half of one is never believed.
"""

import json
import os
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import save
from torch import Tensor, nn

from lstm_cli.bundle.writing import saying_what_failed
from lstm_cli.config import Precision
from lstm_cli.errors import CheckpointError, Remedy

SECONDS_BETWEEN_CHECKPOINTS = 120.0  # within an epoch; and at its end, where so many have passed:
SECONDS_WORTH_KEEPING = 10.0  # what took less is sooner done again than kept at every epoch


@dataclass(frozen=True)
class RunControl:
    """How a training is stopped, and where it is kept so that it can go on."""

    checkpoint: Path | None = None  # a file, written at epochs and every two minutes
    resume: bool = False  # go on from that file, if there is one
    is_restart: bool = False  # of a run that was killed: a file of other work is written over
    is_stopped: Callable[[], bool] = lambda: False  # asked after every step
    epochs: Path | None = None  # a folder in which the weights of every epoch are kept


@dataclass(frozen=True)
class TrainerState:
    """What a trainer needs to go on."""

    step: int  # steps made so far
    history: tuple[dict[str, Any], ...]  # a line an epoch
    tensors: dict[str, Tensor]
    precision: Precision | None = None  # that it learns in, where that is known


class Resumable(Protocol):
    """A trainer that can be stopped between two steps, and go on in another process."""

    def state_dict(self) -> TrainerState:
        """All that the next step depends on."""

    def load_state_dict(self, state: TrainerState) -> None:
        """Take the place of the trainer whose state it is."""


class CheckpointKeeper:
    """Writes a trainer's state from time to time, and puts it back.

    Args:
        control: where it is kept, if anywhere, and whether it goes on from there.
        belongs_to: makes the fingerprint of the data and the settings, if it is needed.
    """

    def __init__(self, control: RunControl, belongs_to: Callable[[], str]) -> None:
        self._path = control.checkpoint
        self._belongs_to = "" if self._path is None else belongs_to()
        self._resume, self._is_restart = control.resume, control.is_restart
        self._kept_at = time.perf_counter()

    def resume(self, trainer: Resumable) -> None:
        """Let a trainer go on from the checkpoint, if that is asked for and there is one.

        Raises:
            CheckpointError: it is damaged, or belongs to other work.
        """
        if (state := self.found()) is not None:
            trainer.load_state_dict(state)

    def found(self) -> TrainerState | None:
        """What a trainer goes on from, if that is asked for and there is a checkpoint.

        Raises:
            CheckpointError: it is damaged, or belongs to other work.
        """
        if not self._resume or self._path is None or not self._path.exists():
            return None
        try:
            return load_checkpoint(self._path, self._belongs_to)
        except CheckpointError:
            if self._is_restart:
                return None
            raise

    @property
    def is_due(self) -> bool:
        """Whether the last one was long ago."""
        return time.perf_counter() - self._kept_at > SECONDS_BETWEEN_CHECKPOINTS

    def keep_epoch(self, trainer: Resumable) -> None:
        """Write one at the end of an epoch, unless the last was a moment ago."""
        if time.perf_counter() - self._kept_at >= SECONDS_WORTH_KEEPING:
            self.keep(trainer)

    def keep(self, trainer: Resumable) -> None:
        """Write a checkpoint, where one is wanted.

        Raises:
            OutputError: the disk is full, or may not be written to.
        """
        if self._path is not None:
            save_checkpoint(trainer.state_dict(), self._path, self._belongs_to)
        self._kept_at = time.perf_counter()


class Optimiser(Protocol):
    """What a checkpoint needs of an optimiser, torch's or ours."""

    param_groups: list[dict[str, Any]]
    state: Any  # of each parameter: step, exp_avg, exp_avg_sq


def tensors_of(network: nn.Module, optimiser: Optimiser) -> dict[str, Tensor]:
    """The weights, and what the optimiser keeps of each."""
    tensors = {}
    for name, parameter in _moved(network, optimiser):
        tensors[name] = parameter.detach()
        for kind, value in optimiser.state[parameter].items():
            tensors[f"{kind}:{name}"] = value
    return tensors


@torch.no_grad()
def put_back(tensors: Mapping[str, Tensor], network: nn.Module, optimiser: Optimiser) -> None:
    """Let a network and its optimiser go on from tensors that ``tensors_of`` gave."""
    for name, parameter in _moved(network, optimiser):
        parameter.copy_(tensors[name])
        kinds = ("step", "exp_avg", "exp_avg_sq")
        if f"step:{name}" in tensors:
            optimiser.state[parameter] = {
                kind: tensors[f"{kind}:{name}"].to(parameter.device) for kind in kinds
            }


def _moved(network: nn.Module, optimiser: Optimiser) -> Iterator[tuple[str, nn.Parameter]]:
    """The parameters that an optimiser moves, and their names."""
    its = {id(p) for group in optimiser.param_groups for p in group["params"]}
    return ((name, p) for name, p in network.named_parameters() if id(p) in its)


def save_checkpoint(state: TrainerState, path: Path, belongs_to: str) -> None:
    """Write it, in place of an older one.

    Args:
        state: what is kept.
        path: the file.
        belongs_to: a fingerprint of the data and the settings.

    Raises:
        OutputError: the disk is full, or may not be written to.
    """
    about = {
        "belongs_to": belongs_to,
        "steps": state.step,
        "history": state.history,
        "precision": state.precision,
    }
    part = path.with_name(path.name + ".part")
    with saying_what_failed(path):
        try:
            # Not by safetensors' own writing: killed, that leaves a file of a name nobody knows.
            with part.open("wb") as file:
                file.write(save(state.tensors, {"about": json.dumps(about)}))
                file.flush()
                os.fsync(file.fileno())
            part.replace(path)
        finally:
            part.unlink(missing_ok=True)


def load_checkpoint(path: Path, belongs_to: str) -> TrainerState:
    """Read it back.

    Raises:
        CheckpointError: it is damaged, or was made from other reviews or settings.
    """
    try:
        with safe_open(path, framework="pt") as file:
            about = json.loads(file.metadata()["about"])
            tensors = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118
        made_from = str(about["belongs_to"])
        steps, history = int(about["steps"]), tuple(about["history"])
        state = TrainerState(steps, history, tensors, about.get("precision"))
    except (SafetensorError, OSError, ValueError, TypeError, KeyError) as error:
        raise CheckpointError(
            f"{path}: is no whole checkpoint", Remedy.REMOVE_CHECKPOINT
        ) from error
    if made_from != belongs_to:
        raise CheckpointError(
            f"{path}: was made from other reviews or with other options",
            Remedy.REPEAT_OR_BEGIN_ANEW,
        )
    return state


def precision_of(path: Path | None) -> Precision | None:
    """The precision in which the training of a checkpoint began; None where none is known.

    What a device computes best in is another on another device, and a training goes on as it
    began. Whatever is wrong with the file is said where it is loaded.
    """
    if path is None:
        return None
    try:
        with safe_open(path, framework="pt") as file:
            kept = json.loads(file.metadata()["about"]).get("precision")
    except (SafetensorError, OSError, ValueError, TypeError, KeyError, AttributeError):
        return None
    return kept if kept in ("float32", "bfloat16") else None
