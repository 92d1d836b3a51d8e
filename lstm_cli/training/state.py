"""All that the next step of a training depends on, so that a stopped one can go on."""

import copy
import time
from dataclasses import asdict, dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from lstm_cli.config import TrainConfig
from lstm_cli.core.network import ReviewNetwork
from lstm_cli.results import EpochReport
from lstm_cli.training.checkpoint import Checkpoint, put_back, tensors_of
from lstm_cli.training.lazy_adam import LazyAdam
from lstm_cli.training.optimiser import AveragedWeights


@dataclass(frozen=True)
class Best:
    """The epoch with the lowest validation loss so far."""

    loss: float
    weights: dict[str, Tensor]  # the network's averaged weights
    probabilities: NDArray[np.float64]  # of the validation reviews, (N, R)


class TrainingState:
    """A network under training.

    Args:
        network: it, at its start.
        config: how it learns.
        num_steps: at most so many steps will be made.
    """

    def __init__(self, network: ReviewNetwork, config: TrainConfig, num_steps: int) -> None:
        self.network = network
        self.embedding = LazyAdam(network.embedding.weight, num_steps)
        self.dense = [p for p in network.parameters() if p is not network.embedding.weight]
        groups = [
            {"params": list(network.cell.parameters()), "share": config.cell_lr_scale},
            {"params": list(network.readout.parameters()), "share": 1.0},
        ]
        self.optimiser = torch.optim.AdamW(groups, weight_decay=config.weight_decay, fused=True)
        self.average = AveragedWeights(self.dense, config.average_decay)
        self.step = 0
        self.losses: list[Tensor] = []  # of the present epoch's steps
        self.history: list[EpochReport] = []
        self.best: Best | None = None
        self._began = time.perf_counter()

    @property
    def seconds(self) -> float:
        """Since the first step, the time between a stop and a resumption left out."""
        return time.perf_counter() - self._began

    @property
    def epochs_since_best(self) -> int:
        """Epochs since the best one."""
        best = max((k for k, report in enumerate(self.history) if report.is_best), default=0)
        return max(len(self.history) - 1 - best, 0)

    def keep_if_best(
        self, loss: float, probabilities: NDArray[np.float64], *, always: bool = False
    ) -> bool:
        """Take note of the weights the network has now, if none before had so low a loss."""
        is_best = always or self.best is None or loss < self.best.loss
        if is_best:
            self.best = Best(loss, copy.deepcopy(self.network.state_dict()), probabilities)
        return is_best

    def to_checkpoint(self, belongs_to: str) -> Checkpoint:
        """Everything, as it is between two steps."""
        tensors = tensors_of(self.network, self.optimiser)
        tensors |= {f"rows:{name}": tensor for name, tensor in self.embedding.tensors().items()}
        for place, tensor in enumerate(self.average.averages):
            tensors[f"average:{place}"] = tensor
        tensors["losses"] = torch.stack(self.losses) if self.losses else torch.zeros(0)
        tensors["generator"] = torch.get_rng_state()  # of the dropouts
        tensors["seconds"] = torch.tensor(self.seconds, dtype=torch.float64)
        if self.best is not None:
            tensors |= {f"best:{name}": tensor for name, tensor in self.best.weights.items()}
            tensors["best.loss"] = torch.tensor(self.best.loss, dtype=torch.float64)
            tensors["best.probabilities"] = torch.from_numpy(self.best.probabilities)
        return Checkpoint(belongs_to, self.step, tuple(map(asdict, self.history)), tensors)

    def go_on_from(self, kept: Checkpoint) -> None:
        """Take the place of the training that made a checkpoint."""
        tensors = kept.tensors
        self.step = kept.steps
        self.history = [EpochReport(**line) for line in kept.history]
        put_back(tensors, self.network, self.optimiser)
        self.embedding.put_back(_named(tensors, "rows:"), self.step)
        self.average.put_back(
            [tensors[f"average:{place}"] for place in range(len(self.dense))], self.step
        )
        self.losses = list(tensors["losses"])
        torch.set_rng_state(tensors["generator"])
        self._began = time.perf_counter() - float(tensors["seconds"])
        if "best.loss" in tensors:
            self.best = Best(
                float(tensors["best.loss"]),
                _named(tensors, "best:"),
                tensors["best.probabilities"].numpy(),
            )


def _named(tensors: dict[str, Tensor], prefix: str) -> dict[str, Tensor]:
    return {
        name.removeprefix(prefix): tensor
        for name, tensor in tensors.items()
        if name.startswith(prefix)
    }
