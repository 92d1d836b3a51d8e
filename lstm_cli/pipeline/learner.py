"""Trains networks of one start, alone or with other processes, as often as it is asked to."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from lstm_cli.bundle.claiming import ModelSlot
from lstm_cli.config import TrainConfig
from lstm_cli.core.compute import Compute
from lstm_cli.pipeline.following import Work, announce
from lstm_cli.training.checkpoint import RunControl
from lstm_cli.training.loop import NetworkStart, Trained, train
from lstm_cli.training.trainer import TrainingTask

if TYPE_CHECKING:
    from lstm_cli.pipeline.training import TrainingListener


@dataclass(frozen=True)
class Learner:
    """Trains networks of one start, as often as it is asked to."""

    start: NetworkStart
    compute: Compute
    listener: "TrainingListener"
    is_stopped: Callable[[], bool]
    is_restart: bool = False  # of processes of which one was killed

    def __call__(
        self,
        config: TrainConfig,
        task: TrainingTask,
        *,
        slot: ModelSlot | None = None,
        keep_epochs: bool = False,
    ) -> Trained:
        """Train one, which is kept from time to time only where there is a slot for it."""
        checkpoint = None if slot is None else slot.checkpoint
        resume = slot is not None and slot.resumes
        compute = replace(self.compute, precision=config.precision)
        announce(Work("train", self.start, config, task, compute), compute)
        return train(
            self.start,
            config,
            task,
            self.listener,
            compute=compute,
            control=RunControl(
                checkpoint,
                resume,
                self.is_restart,
                self.is_stopped,
                epochs=slot.epochs if slot is not None and keep_epochs else None,
            ),
        )
