"""How long a training takes, from a few timed steps, and how much of one fits into a time."""

import time
from dataclasses import dataclass, replace

import numpy as np

from lstm_cli.config import TrainConfig
from lstm_cli.core.compute import Compute
from lstm_cli.core.network import rating_probabilities
from lstm_cli.training.loop import NetworkStart, schedule_of
from lstm_cli.training.rules import patience_for
from lstm_cli.training.trainer import Trainer, TrainingTask

_UNTIMED, _TIMED = 1, 3  # steps; the first of a process takes longer than the others
_READ_AFTERWARDS = 2  # times the held-out reviews are read: as they are, and shuffled
_AFTERWARDS = 3.0  # seconds for the logistic regression and for saving


@dataclass(frozen=True)
class Pace:
    """What a network and a machine need, in seconds."""

    epoch: float  # to learn from the training reviews once, and to measure
    afterwards: float  # to measure and save what was trained

    def seconds(self, epochs: int, share: float = 1.0) -> float:
        """What a training on a share of the reviews takes in all."""
        return epochs * share * self.epoch + self.afterwards


@dataclass(frozen=True)
class Plan:
    """What fits into a time."""

    config: TrainConfig
    share: float = 1.0  # of the training reviews that are read, where there is no time for all


def measure_pace(
    start: NetworkStart,
    config: TrainConfig,
    task: TrainingTask,
    compute: Compute,
    read_afterwards: int = 0,
) -> Pace:
    """Time a few steps of a training that is thrown away, and a reading.

    Args:
        start: what the network is before its first step.
        config: how it will learn.
        task: what it will learn from, and be measured on.
        compute: where.
        read_afterwards: tokens that are read when it has learned, beside the held-out reviews.
    """
    schedule = schedule_of(task, config, compute)
    tokens, began = 0, 0.0
    with compute.seeded(config.seed):
        trainer = Trainer(
            compute.place(start.network(config)), config, task, compute, schedule.num_steps
        )
        for step, (batch, rows) in enumerate(schedule.batches(0, 0)):
            if step == min(_UNTIMED, schedule.steps[0] - 1):
                compute.wait()
                began = time.perf_counter()
            trainer.train_step(batch, rows)
            tokens += (batch.whole or batch).num_tokens if began else 0
            if step + 1 == _UNTIMED + _TIMED:
                break
        compute.wait()
        learning = (time.perf_counter() - began) / max(tokens, 1)
        some = task.validation.corpus.select(np.arange(min(len(task.validation), 64)))
        began = time.perf_counter()
        rating_probabilities(trainer.network, some, compute)
        reading = (time.perf_counter() - began) / max(some.num_tokens, 1)
    measuring = reading * task.validation.num_tokens
    return Pace(
        learning * schedule.corpus.num_tokens + measuring / compute.world_size,
        _READ_AFTERWARDS * measuring + reading * read_afterwards + _AFTERWARDS,
    )


def fitted_to(config: TrainConfig, pace: Pace, seconds: float) -> Plan:
    """As much of a training as there is time for, its rate falling to nothing at the end.

    >>> fitted_to(TrainConfig(epochs=6), Pace(epoch=10.0, afterwards=5.0), 38.0).config.epochs
    3
    >>> fitted_to(TrainConfig(epochs=6), Pace(epoch=10.0, afterwards=5.0), 10.0).share
    0.5

    Args:
        config: the training as the rules have it; it becomes no longer.
        pace: of the network on this machine.
        seconds: the time. Where it is too short for a hundredth of the reviews, a hundredth is
            read.
    """
    left = seconds - pace.afterwards
    epochs = min(int(left / pace.epoch), config.epochs)
    if epochs >= 1:
        return Plan(replace(config, epochs=epochs, patience=patience_for(epochs)))
    share = min(max(left / pace.epoch, 0.01), 1.0)
    return Plan(replace(config, epochs=1, patience=patience_for(1)), share)
