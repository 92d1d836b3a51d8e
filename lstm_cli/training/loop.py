"""The loop: epochs over batches, until the held-out reviews or a person say that it is enough."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

import numpy as np

from lstm_cli.arrays import Float32Array, Float64Array
from lstm_cli.config import ModelConfig, TrainConfig
from lstm_cli.core.compute import Compute
from lstm_cli.core.network import ReviewNetwork
from lstm_cli.results import EpochReport
from lstm_cli.text.vocabulary import Vocabulary
from lstm_cli.training.checkpoint import CheckpointKeeper, RunControl
from lstm_cli.training.distributed import agreed, from_first, start_alike
from lstm_cli.training.epochs import EpochKeeper, TrainedEpoch
from lstm_cli.training.preparation import PreparedData
from lstm_cli.training.schedule import BatchSchedule
from lstm_cli.training.stopwatch import Stopwatch
from lstm_cli.training.trainer import Trainer, TrainingTask
from lstm_cli.training.vectors import WordVectors


class Listener(Protocol):
    """Someone who wants to hear how training goes."""

    def begin(self, num_epochs: int, tokens_per_epoch: int, tokens_before: int) -> None:
        """Training starts, or goes on where so many tokens were read before."""

    def batch_done(self, num_tokens: int) -> None:
        """This many real tokens have been trained on."""

    def epoch_done(self, report: EpochReport) -> None:
        """An epoch has been measured."""


@dataclass(frozen=True)
class NetworkStart:
    """What a network is before its first step."""

    config: ModelConfig
    vocabulary: Vocabulary  # whose words the rows of the embedding stand for
    arrays: Mapping[str, Float32Array] | None = None  # weights of a base, by a bundle's names
    vectors: WordVectors | None = None  # where the embedding of the words that have one starts

    @classmethod
    def of(cls, data: PreparedData, config: ModelConfig, ratings: Float64Array) -> "NetworkStart":
        """From the base or the vectors that the reviews were prepared with, if any."""
        arrays = None
        if data.base is not None:
            arrays = data.base.start(data.vocabulary, ratings.tolist(), config.pooling)
        return cls(config, data.vocabulary, arrays, data.vectors)

    def network(self, config: TrainConfig) -> ReviewNetwork:
        """The network, by the random numbers that are due; ``config`` says what it hides."""
        network = ReviewNetwork(
            self.config,
            embedding_dropout=config.embedding_dropout,
            word_dropout=config.word_dropout,
            blank_review_rate=config.blank_review_rate,
            readout_dropout=config.readout_dropout,
        )
        if self.arrays is not None:
            network.start_from(self.arrays)
        if self.vectors is not None:
            # The array is the embedding's own memory: filling one fills the other.
            self.vectors.fill(network.embedding.weight.detach().numpy(), self.vocabulary)
        return network


@dataclass(frozen=True)
class Trained:
    """A network at the epoch that was kept."""

    network: ReviewNetwork
    history: tuple[EpochReport, ...]
    probabilities: Float64Array  # of the validation reviews, (N, R)
    tokens_per_second: float  # real tokens trained on, measuring left out
    completed: bool  # not stopped before its time
    epochs: tuple[TrainedEpoch, ...] = ()  # where they were to be kept

    def kept_report(self, config: TrainConfig) -> EpochReport:
        """Of the epoch whose weights the network has."""
        if config.keeps_last:
            return self.history[-1]
        return [report for report in self.history if report.is_best][-1]


def train(
    start: NetworkStart,
    config: TrainConfig,
    task: TrainingTask,
    listener: Listener,
    *,
    compute: Compute | None = None,
    control: RunControl | None = None,
) -> Trained:
    """Train a network and keep its best epoch, or its last, as the settings have it.

    Several processes call it together, the first of them with the listener and the control
    that count; the others have none of their own. Each comes to the same weights.

    The same seed, reviews, machine and number of threads and processes give the same weights
    to the bit, whether or not the work was stopped and resumed; on a GPU, and from one device
    to another, they are the same but for rounding. A training that is stopped measures what it
    has become, as if its epoch ended there.

    Args:
        start: what the network is before its first step.
        config: how it learns.
        task: what it learns from, and what it is measured on.
        listener: hears of every batch and epoch.
        compute: where it learns; on the processor where left out.
        control: how it is stopped and kept; it is neither where left out.

    Raises:
        CheckpointError: it should go on, and the file is damaged or belongs to other work.
        OutputError: a checkpoint cannot be written.
    """
    compute = compute or Compute(precision=config.precision)
    control = control or RunControl()
    schedule = schedule_of(task, config, compute)
    with compute.seeded(config.seed):
        network = compute.place(start.network(config))
        start_alike(network, compute)
        is_kept = control.checkpoint is not None or control.epochs is not None
        belongs_to = _fingerprint(network, config, task) if is_kept else ""
        keeper = CheckpointKeeper(control, lambda: belongs_to)
        trainer = Trainer(network, config, task, compute, schedule.num_steps)
        if control.epochs is not None:
            trainer.epochs = EpochKeeper(control.epochs, belongs_to)
            trainer.keep_start()
        state = from_first(keeper.found(), compute)
        if state is not None:
            trainer.load_state_dict(state)
        before = schedule.tokens_before(trainer.step)
        listener.begin(config.epochs, schedule.corpus.num_tokens, before)
        stopwatch = Stopwatch()
        completed = _run(trainer, schedule, listener, control, keeper, stopwatch)
        speed = stopwatch.tokens_per_second
        best = trainer.finish()
    history, epochs = tuple(trainer.history), trainer.epochs
    kept = () if epochs is None else epochs.kept(len(history))
    return Trained(network, history, best.probabilities, speed, completed, kept)


def _run(
    trainer: Trainer,
    schedule: BatchSchedule,
    listener: Listener,
    control: RunControl,
    keeper: CheckpointKeeper,
    stopwatch: Stopwatch,
) -> bool:
    """Train to the end; False if somebody stopped it before."""
    is_stopped = False
    # A loss may be rounded otherwise on another machine, and a clock never shows the same: what
    # ends the work is decided by one process.
    while not is_stopped and not agreed(_is_enough(trainer), trainer.compute):
        for batch, rows in schedule.batches(len(trainer.history), trainer.step):
            trainer.train_step(batch, rows)
            num_tokens = (batch.whole or batch).num_tokens
            stopwatch.tokens += num_tokens
            listener.batch_done(num_tokens)
            is_asked = agreed(control.is_stopped(), trainer.compute)
            is_stopped = is_asked and trainer.step < schedule.num_steps
            if is_stopped or keeper.is_due:
                with stopwatch.paused():
                    keeper.keep(trainer)
            if is_stopped:
                break
        trainer.compute.wait()
        with stopwatch.paused():
            report = trainer.measure()
            if not is_stopped:
                keeper.keep_epoch(trainer)
            listener.epoch_done(report)
    return not is_stopped


def _is_enough(trainer: Trainer) -> bool:
    """Whether all epochs are done, or none has been better for long."""
    config = trainer.config
    is_done = len(trainer.history) >= config.epochs
    return is_done or (not config.keeps_last and trainer.epochs_since_best >= config.patience)


def schedule_of(task: TrainingTask, config: TrainConfig, compute: Compute) -> BatchSchedule:
    """The batches of every epoch, of what training reads of the reviews.

    Several processes read the batches that one would, each its part of every one. So the recipe
    is that of one process. To give each a batch of its own instead would make them larger,
    which learns less: see ``training/rules.py``.
    """
    seeds = np.random.default_rng(config.seed).integers(2**63, size=config.epochs)
    head = round(config.head_share * config.maximum_tokens)
    return BatchSchedule(
        task.training.corpus.shortened(config.maximum_tokens, head),
        config.tokens_per_batch,
        tuple(seeds.tolist()),
        config.reviews_per_batch,
        compute.rank,
        compute.world_size,
    )


def _fingerprint(network: ReviewNetwork, config: TrainConfig, task: TrainingTask) -> str:
    """Of all that decides what comes out: settings, reviews, ratings, and the start."""
    digest = hashlib.sha256(repr((network.config, config)).encode())
    for reviews in (task.training, task.validation):
        for part in reviews.corpus.blocks():
            digest.update(reviews.corpus.gather(part).tobytes())
        digest.update(reviews.corpus.lengths.tobytes() + reviews.rating_indices.tobytes())
    for array in network.to_arrays().values():
        digest.update(array.tobytes())
    return digest.hexdigest()
