"""The trainer: epochs over batches, the best epoch kept."""

import copy
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

import numpy as np
import torch
from numpy.typing import NDArray

from lstm_cli.config import ModelConfig, TrainConfig
from lstm_cli.core.network import ReviewNetwork, as_tensors, computing_in, rating_probabilities
from lstm_cli.data.batches import ahead, batches, localized, plan_batches
from lstm_cli.metrics.scores import scores_of
from lstm_cli.results import EpochReport
from lstm_cli.text.vocabulary import Vocabulary
from lstm_cli.training.optimiser import (
    AveragedWeights,
    balancing_weights,
    rate_factor,
    rating_loss,
    worst_change,
)
from lstm_cli.training.preparation import RatedCorpus
from lstm_cli.training.rows import RowAdam
from lstm_cli.training.vectors import WordVectors


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
) -> Trained:
    """Train a network and keep its best epoch.

    The same seed, reviews, machine and number of threads give the same weights to the bit.

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
    """
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(config.seed)
        network = ReviewNetwork(
            model_config,
            embedding_dropout=config.embedding_dropout,
            word_dropout=config.word_dropout,
            readout_dropout=config.readout_dropout,
        )
        if start is not None:
            network.start_from(start)
        if vectors is not None:
            # The array is the embedding's own memory: filling one fills the other.
            vectors.fill(network.embedding.weight.detach().numpy(), vocabulary)
        return _run(network, config, training, validation, ratings, listener)


def _run(
    network: ReviewNetwork,
    config: TrainConfig,
    training: RatedCorpus,
    validation: RatedCorpus,
    ratings: NDArray[np.float64],
    listener: Listener,
) -> Trained:
    rng = np.random.default_rng(config.seed)
    corpus = training.corpus.select(np.arange(len(training)), config.maximum_tokens)
    # The number of batches differs a little from epoch to epoch; planned from
    # generators of their own, epochs can be counted before the first is read.
    epoch_seeds = rng.integers(2**63, size=config.epochs)
    num_steps = sum(
        len(plan_batches(corpus.lengths, config.tokens_per_batch, np.random.default_rng(seed)))
        for seed in epoch_seeds
    )
    weights = None
    if config.balance:
        counts = np.bincount(training.rating_indices, minlength=len(ratings))
        weights = balancing_weights(torch.from_numpy(counts).float())

    embedding = RowAdam(network.embedding.weight, num_steps)
    dense = [p for p in network.parameters() if p is not network.embedding.weight]
    groups = [
        {"params": list(network.cell.parameters()), "share": config.cell_rate},
        {"params": list(network.readout.parameters()), "share": 1.0},
    ]
    optimiser = torch.optim.AdamW(groups, weight_decay=config.weight_decay, fused=True)
    average = AveragedWeights(dense, config.average_decay)
    listener.begin(config.epochs, corpus.num_tokens)

    history: list[EpochReport] = []
    best: tuple[float, dict[str, torch.Tensor], NDArray[np.float64]] | None = None
    num_tokens, step, measuring, since_best = 0, 0, 0.0, 0
    began = time.perf_counter()
    for epoch, seed in enumerate(epoch_seeds, start=1):
        losses = []
        ready = ahead(
            map(localized, batches(corpus, config.tokens_per_batch, np.random.default_rng(seed)))
        )
        for batch, rows in ready:
            token_ids, lengths = as_tensors(batch)
            rated = torch.from_numpy(training.rating_indices[batch.reviews])
            table = embedding.read(torch.from_numpy(rows))
            optimiser.zero_grad(set_to_none=True)
            with computing_in(config.precision):
                events = network.embed(token_ids, table)
                logits = network.rate(events, lengths)
            if config.adversary:
                events.retain_grad()
            loss = rating_loss(logits.float(), rated, config.ranked_weight, weights)
            loss.backward()  # type: ignore[no-untyped-call]
            if config.adversary:
                assert events.grad is not None
                size = config.adversary * table.detach().std()
                change = worst_change(events.grad, size, lengths)
                with computing_in(config.precision):
                    logits = network.rate(network.embed(token_ids, table) + change, lengths)
                harder = rating_loss(logits.float(), rated, config.ranked_weight, weights)
                harder.backward()  # type: ignore[no-untyped-call]
            torch.nn.utils.clip_grad_norm_([*dense, table], config.clip_norm)
            rate = config.learning_rate * rate_factor(step, num_steps, config.warmup)
            for group in optimiser.param_groups:
                group["lr"] = rate * group["share"]
            optimiser.step()
            average.update()
            embedding.step(rate * config.embedding_rate, average.follow)
            step += 1
            losses.append(loss.detach())
            num_tokens += batch.num_tokens
            listener.batch_done(batch.num_tokens)

        paused = time.perf_counter()
        average.swap()
        embedding.write(average=True)
        probabilities = rating_probabilities(network, validation.corpus, config.precision)
        rated_indices = validation.rating_indices
        # The loss of the logarithms is the loss of the probabilities: softmax undoes them.
        loss_reached = float(
            rating_loss(
                torch.from_numpy(probabilities).log(),
                torch.from_numpy(rated_indices),
                config.ranked_weight,
            )
        )
        is_best = best is None or loss_reached < best[0]
        if is_best:
            best = loss_reached, copy.deepcopy(network.state_dict()), probabilities
        average.swap()
        since_best = 0 if is_best else since_best + 1
        scores = scores_of(rated_indices, probabilities.argmax(1), ratings)
        measuring += time.perf_counter() - paused
        report = EpochReport(
            epoch=epoch,
            train_loss=float(torch.stack(losses).mean()),
            validation_loss=loss_reached,
            accuracy=scores.accuracy,
            mae=scores.mae,
            qwk=scores.qwk,
            seconds=time.perf_counter() - began,
            is_best=is_best,
        )
        history.append(report)
        listener.epoch_done(report)
        if since_best >= config.patience:
            break

    assert best is not None  # there is at least one epoch
    network.load_state_dict(best[1])
    return Trained(
        network=network.eval(),
        history=tuple(history),
        probabilities=best[2],
        tokens_per_second=num_tokens / (time.perf_counter() - began - measuring),
    )
