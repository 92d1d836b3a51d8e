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
# Where reading what is held out would take more of the time than this, with one epoch, it is
# measured on fewer, but on so many that accuracy is known to within three points.
_MEASURING = 0.25
_FEWEST_MEASURED = 1_000
_NEARLY_ALL = 0.9


@dataclass(frozen=True)
class Plan:
    """What fits into a time."""

    config: TrainConfig
    share: float = 1.0  # of the training reviews that are read, where there is no time for all
    held_out: float = 1.0  # of the held-out reviews that it is measured on


@dataclass(frozen=True)
class Pace:
    """What a network and a machine need, in seconds."""

    learning: float  # from the training reviews once
    measuring: float  # on the held-out reviews once, in one process
    afterwards: float  # to say the rest of what was trained, and to save it
    num_held_out: int  # reviews
    processes: int = 1  # that measure together after an epoch; in the end one does it alone
    reading: float = 0.0  # the training reviews once, in one process
    asking: float = 0.0  # the base, in the end, about as many as it is asked about at most

    def seconds(self, plan: Plan) -> float:
        """What a training takes in all."""
        epoch = plan.share * self.learning + plan.held_out * self.measuring / self.processes
        # It is asked about no others than those that are learned from or held out.
        asked = plan.share * self.reading + plan.held_out * self.measuring
        in_the_end = self.in_the_end(plan.held_out) + min(asked, self.asking)
        return plan.config.epochs * epoch + in_the_end

    def in_the_end(self, held_out: float) -> float:
        """What is done after the last epoch takes, with a share of the held-out reviews.

        Without asking the base.
        """
        return held_out * _READ_AFTERWARDS * self.measuring + self.afterwards


def measure_pace(
    start: NetworkStart,
    config: TrainConfig,
    task: TrainingTask,
    compute: Compute,
    read_afterwards: int = 0,
    asked: int = 0,
) -> Pace:
    """Time a few steps of a training that is thrown away, and a reading.

    Args:
        start: what the network is before its first step.
        config: how it will learn.
        task: what it will learn from, and be measured on.
        compute: where.
        read_afterwards: tokens that are read when it has learned, beside the held-out reviews.
        asked: tokens that the base is asked about then.
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
        learning=learning * schedule.corpus.num_tokens,
        measuring=measuring,
        afterwards=reading * read_afterwards + _AFTERWARDS,
        num_held_out=len(task.validation),
        processes=compute.world_size,
        reading=reading * task.training.num_tokens,
        asking=reading * asked,
    )


def fitted_to(config: TrainConfig, pace: Pace, seconds: float) -> Plan:
    """As much of a training as there is time for, its rate falling to nothing at the end.

    >>> pace = Pace(learning=9.0, measuring=1.0, afterwards=3.0, num_held_out=500)
    >>> fitted_to(TrainConfig(epochs=6), pace, 38.0).config.epochs
    3
    >>> fitted_to(TrainConfig(epochs=6), pace, 10.5).share
    0.5

    Args:
        config: the training as the rules have it; it becomes no longer.
        pace: of the network on this machine.
        seconds: the time. Where it is too short for a hundredth of the reviews, a hundredth is
            read.
    """
    if pace.seconds(Plan(config)) <= seconds:
        return Plan(config)
    held_out = _measured_share(pace, seconds)
    measuring = held_out * pace.measuring / pace.processes
    left = seconds - pace.in_the_end(held_out)
    asking = min(pace.asking, pace.reading + held_out * pace.measuring)
    epochs = min(int((left - asking) / (pace.learning + measuring)), config.epochs)
    if epochs >= 1:
        fewer = replace(config, epochs=epochs, patience=patience_for(epochs))
        return Plan(fewer, held_out=held_out)
    left -= measuring
    # The base is asked about all that it may be, or about the few there are.
    of_many = (left - pace.asking) / pace.learning
    of_few = (left - held_out * pace.measuring) / (pace.learning + pace.reading)
    share = min(max(of_many, of_few, 0.01), 1.0)
    return Plan(replace(config, epochs=1, patience=patience_for(1)), share, held_out)


def _measured_share(pace: Pace, seconds: float) -> float:
    """Of the held-out reviews, that can be read in a part of the time after one epoch."""
    whole = (1 / pace.processes + _READ_AFTERWARDS) * pace.measuring
    most = _MEASURING * max(seconds, 0.0)
    if most >= whole:
        return 1.0
    share = max(most / whole, _FEWEST_MEASURED / pace.num_held_out)
    return share if share < _NEARLY_ALL else 1.0
