"""The trainer: epochs over batches, the best epoch kept."""

import hashlib
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import numpy as np
import torch
from numpy.typing import NDArray

from lstm_cli.config import ModelConfig, TrainConfig
from lstm_cli.core.compute import Compute
from lstm_cli.core.network import ReviewNetwork, rating_probabilities
from lstm_cli.data.batches import batches, compact_ids, plan_batches, prefetch
from lstm_cli.data.corpus import Corpus
from lstm_cli.metrics.scores import scores_of
from lstm_cli.results import EpochReport
from lstm_cli.text.vocabulary import Vocabulary
from lstm_cli.training.checkpoint import load_checkpoint, save_checkpoint
from lstm_cli.training.optimiser import (
    adversarial_perturbation,
    balancing_weights,
    rate_factor,
    rating_loss,
)
from lstm_cli.training.preparation import RatedCorpus
from lstm_cli.training.state import TrainingState
from lstm_cli.training.vectors import WordVectors

SECONDS_BETWEEN_CHECKPOINTS = 120.0  # beside the one at the end of every epoch


class Listener(Protocol):
    """Someone who wants to hear how training goes."""

    def begin(self, num_epochs: int, tokens_per_epoch: int) -> None:
        """Training starts."""

    def batch_done(self, num_tokens: int) -> None:
        """So many real tokens have been trained on."""

    def epoch_done(self, report: EpochReport) -> None:
        """An epoch has been measured."""


@dataclass(frozen=True)
class Trained:
    """A network at its best epoch."""

    network: ReviewNetwork
    history: tuple[EpochReport, ...]
    probabilities: NDArray[np.float64]  # of the validation reviews, (N, R)
    tokens_per_second: float  # real tokens trained on, measuring left out
    completed: bool  # not stopped before its time


@dataclass(frozen=True)
class RunControl:
    """How a training is stopped, and where it is kept so that it can go on."""

    checkpoint: Path | None = None  # a file, written at every epoch and every two minutes
    resume: bool = False  # go on from that file, if there is one
    is_stopped: Callable[[], bool] = lambda: False  # asked after every step


def train(
    model_config: ModelConfig,
    config: TrainConfig,
    training: RatedCorpus,
    validation: RatedCorpus,
    ratings: NDArray[np.float64],
    listener: Listener,
    *,
    vocabulary: Vocabulary,
    vectors: WordVectors | None = None,
    start: Mapping[str, NDArray[np.float32]] | None = None,
    control: RunControl | None = None,
    last_epoch: int | None = None,
) -> Trained:
    """Train a network and keep its best epoch.

    The same seed, reviews, machine and number of threads give the same weights to the
    bit, whether or not the work was stopped and resumed. A training that is stopped
    measures what it has become, as if its epoch ended there.

    Args:
        model_config: what the network is made of.
        config: how it learns.
        training: the reviews that are learned from.
        validation: the reviews that decide which epoch is best.
        ratings: the scale's ratings in order, in rating points. (R,)
        listener: hears of every batch and epoch.
        vocabulary: whose words the rows of the embedding stand for.
        vectors: where the embedding of the words that have one starts.
        start: weights to start from, by the names a bundle keeps them under.
        control: how it is stopped and kept; it is neither where left out.
        last_epoch: the number of the epoch after which it ends and which is kept, whatever
            the validation reviews say, and however many the fall of the rate is planned for.
            Where left out they decide, up to ``config.epochs``.

    Raises:
        CheckpointError: it should go on, and the file is damaged or belongs to other work.
        OutputError: a checkpoint cannot be written.
    """
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(config.seed)
        network = ReviewNetwork(
            model_config,
            embedding_dropout=config.embedding_dropout,
            word_dropout=config.word_dropout,
            blank_review_rate=config.blank_review_rate,
            readout_dropout=config.readout_dropout,
        )
        if start is not None:
            network.start_from(start)
        if vectors is not None:
            # The array is the embedding's own memory: filling one fills the other.
            vectors.fill(network.embedding.weight.detach().numpy(), vocabulary)
        return _run(
            network,
            config,
            training,
            validation,
            ratings,
            listener,
            control or RunControl(),
            last_epoch,
        )


def _run(
    network: ReviewNetwork,
    config: TrainConfig,
    training: RatedCorpus,
    validation: RatedCorpus,
    ratings: NDArray[np.float64],
    listener: Listener,
    control: RunControl,
    last_epoch: int | None,
) -> Trained:
    rng = np.random.default_rng(config.seed)
    compute = Compute(precision=config.precision)
    corpus = training.corpus.select(np.arange(len(training)), config.maximum_tokens)
    # The number of batches differs a little from epoch to epoch; planned from
    # generators of their own, epochs can be counted before the first is read.
    epoch_seeds = rng.integers(2**63, size=config.epochs)
    steps_of = [
        len(plan_batches(corpus.lengths, config.tokens_per_batch, np.random.default_rng(seed)))
        for seed in epoch_seeds
    ]
    num_steps = sum(steps_of)
    weights = None
    if config.balance:
        counts = np.bincount(training.rating_indices, minlength=len(ratings))
        weights = balancing_weights(torch.from_numpy(counts).float())

    belongs_to = ""
    if control.checkpoint is not None:
        belongs_to = _fingerprint(network, config, training, validation)
    state = TrainingState(network, config, num_steps)
    if control.resume and control.checkpoint is not None and control.checkpoint.exists():
        state.go_on_from(load_checkpoint(control.checkpoint, belongs_to))

    kept_at = time.perf_counter()

    def keep() -> None:
        nonlocal kept_at
        if control.checkpoint is not None:
            save_checkpoint(state.to_checkpoint(belongs_to), control.checkpoint)
        kept_at = time.perf_counter()

    embedding, optimiser = state.embedding, state.optimiser
    num_epochs = last_epoch or config.epochs
    listener.begin(num_epochs, corpus.num_tokens)
    listener.batch_done(_tokens_read(corpus, config, epoch_seeds, state.step))
    num_tokens, not_training = 0, 0.0
    began = time.perf_counter()
    is_stopped = False
    while len(state.history) < num_epochs and (
        last_epoch is not None or state.epochs_since_best < config.patience
    ):
        epoch = len(state.history)
        read = batches(
            corpus,
            config.tokens_per_batch,
            np.random.default_rng(epoch_seeds[epoch]),
            start=state.step - sum(steps_of[:epoch]),
        )
        for batch, rows in prefetch(map(compact_ids, read)):
            token_ids, lengths = compute.tensor(batch.token_ids), compute.tensor(batch.lengths)
            rated = torch.from_numpy(training.rating_indices[batch.reviews])
            table = embedding.read(torch.from_numpy(rows))
            optimiser.zero_grad(set_to_none=True)
            # Its gradient is that of the events.
            nothing = (
                torch.zeros(*token_ids.shape, table.shape[1], requires_grad=True)
                if config.adversarial_epsilon
                else None
            )
            with compute.autocast():
                logits = network(token_ids, lengths, nothing, table)
            loss = rating_loss(logits.float(), rated, config.rps_weight, weights)
            loss.backward()  # type: ignore[no-untyped-call]
            if nothing is not None:
                assert nothing.grad is not None
                size = config.adversarial_epsilon * table.detach().std()
                change = adversarial_perturbation(nothing.grad, size, lengths)
                with compute.autocast():
                    logits = network(token_ids, lengths, change, table)
                harder = rating_loss(logits.float(), rated, config.rps_weight, weights)
                harder.backward()  # type: ignore[no-untyped-call]
            torch.nn.utils.clip_grad_norm_([*state.dense, table], config.clip_norm)
            rate = config.learning_rate * rate_factor(state.step, num_steps, config.warmup)
            for group in optimiser.param_groups:
                group["lr"] = rate * group["share"]
            optimiser.step()
            state.average.update()
            embedding.step(rate * config.embedding_lr_scale, state.average.follow)
            state.step += 1
            state.losses.append(loss.detach())
            num_tokens += batch.num_tokens
            listener.batch_done(batch.num_tokens)
            is_stopped = control.is_stopped() and state.step < num_steps
            if is_stopped or time.perf_counter() - kept_at > SECONDS_BETWEEN_CHECKPOINTS:
                paused = time.perf_counter()
                keep()
                not_training += time.perf_counter() - paused
            if is_stopped:
                break

        paused = time.perf_counter()
        report = _measure(state, config, validation, ratings, weights, always=bool(last_epoch))
        state.history.append(report)
        state.losses = []
        if not is_stopped:
            keep()
        listener.epoch_done(report)
        not_training += time.perf_counter() - paused
        if is_stopped:
            break

    assert state.best is not None  # there is at least one epoch
    network.load_state_dict(state.best.weights)
    return Trained(
        network=network.eval(),
        history=tuple(state.history),
        probabilities=state.best.probabilities,
        tokens_per_second=num_tokens / max(time.perf_counter() - began - not_training, 1e-9),
        completed=not is_stopped,
    )


def _measure(
    state: TrainingState,
    config: TrainConfig,
    validation: RatedCorpus,
    ratings: NDArray[np.float64],
    weights: torch.Tensor | None,
    *,
    always: bool,
) -> EpochReport:
    """What the held-out reviews say of the averaged weights, kept if they are best, or always."""
    state.average.swap()
    state.embedding.write(average=True)
    probabilities = rating_probabilities(
        state.network, validation.corpus, Compute(precision=config.precision)
    )
    # The loss of the logarithms is the loss of the probabilities: softmax undoes them.
    loss = float(
        rating_loss(
            torch.from_numpy(probabilities).log(),
            torch.from_numpy(validation.rating_indices),
            config.rps_weight,
            weights,
        )
    )
    is_best = state.keep_if_best(loss, probabilities, always=always)
    state.average.swap()
    scores = scores_of(validation.rating_indices, probabilities.argmax(1), ratings)
    return EpochReport(
        epoch=len(state.history) + 1,
        train_loss=float(torch.stack(state.losses).mean()),
        validation_loss=loss,
        accuracy=scores.accuracy,
        mae=scores.mae,
        qwk=scores.qwk,
        seconds=state.seconds,
        is_best=is_best,
    )


def _tokens_read(
    corpus: Corpus, config: TrainConfig, epoch_seeds: NDArray[np.int64], steps: int
) -> int:
    """Real tokens of the first so many steps, so that the bar of a resumed training is true."""
    found = 0
    for seed in epoch_seeds:
        if steps <= 0:
            break
        plan = plan_batches(corpus.lengths, config.tokens_per_batch, np.random.default_rng(seed))
        found += sum(int(corpus.lengths[reviews].sum()) for reviews in plan[:steps])
        steps -= len(plan)
    return found


def _fingerprint(
    network: ReviewNetwork, config: TrainConfig, training: RatedCorpus, validation: RatedCorpus
) -> str:
    """Of all that decides what comes out: settings, reviews, ratings, and the start."""
    digest = hashlib.sha256(repr((network.config, config)).encode())
    for reviews in (training, validation):
        for part in np.array_split(np.arange(len(reviews)), len(reviews) // 10_000 + 1):
            digest.update(reviews.corpus.gather(part).tobytes())
        digest.update(reviews.corpus.lengths.tobytes() + reviews.rating_indices.tobytes())
    for array in network.to_arrays().values():
        digest.update(array.tobytes())
    return digest.hexdigest()
