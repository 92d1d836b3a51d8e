"""Learn the language before the ratings: which word comes next, from reviews alone.

What a network knows after it has read millions of words lifts every rating it
learns later (Dai and Le 2015; Howard and Ruder 2018). It reads by the same
forward cell, each review from empty memories, as it will when it rates.
"""

import hashlib
import json
import math
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Protocol

import numpy as np
import torch
from numpy.typing import NDArray

from lstm_cli.arrays import Float32Array
from lstm_cli.bundle.seen import SeenPart
from lstm_cli.config import MINIMUM_REVIEWS, PretrainConfig, VocabularyConfig
from lstm_cli.core.compute import Compute
from lstm_cli.core.language import LanguageNetwork
from lstm_cli.data.batches import Batch, batches, compact_ids
from lstm_cli.data.cache import TokenCache
from lstm_cli.data.corpus import Corpus
from lstm_cli.data.spilled import in_windows, select
from lstm_cli.data.tokenizing import tokenize_reviews
from lstm_cli.errors import RowError
from lstm_cli.results import LanguageReport
from lstm_cli.text.vocabulary import Vocabulary
from lstm_cli.training.checkpoint import (
    CheckpointKeeper,
    RunControl,
    TrainerState,
    put_back,
    tensors_of,
)
from lstm_cli.training.optimiser import rate_factor
from lstm_cli.training.schedule import BatchSchedule
from lstm_cli.training.stopwatch import Stopwatch

STEPS_BETWEEN_CHECKPOINTS = 250


class PretrainListener(Protocol):
    """Someone who wants to hear how the language is learned."""

    def begin(self, num_epochs: int, num_steps: int, steps_done: int) -> None:
        """It starts, or goes on."""

    def batch_done(self, num_tokens: int, nll: float) -> None:
        """This many tokens have been read, at this many nats a word."""

    def epoch_done(self, report: LanguageReport) -> None:
        """The held-out reviews have been read."""


@dataclass(frozen=True)
class Unlabelled:
    """Reviews without ratings, as a language model reads them."""

    vocabulary: Vocabulary
    training: Corpus
    held_out: Corpus
    num_training: int  # reviews, which ``training`` holds in pieces
    duplicates: int  # texts that stood there before, read once
    fingerprint: str
    seen: SeenPart | None = None  # hashes of the reviews
    num_counted: int | None = None  # distinct words, where there were too many to count all


@dataclass(frozen=True)
class Pretrained:
    """What was learned: the arrays of a network that has no readout yet."""

    arrays: dict[str, Float32Array]
    history: tuple[LanguageReport, ...]
    tokens_per_second: float


def prepare_unlabelled(
    texts: Sequence[str],
    config: PretrainConfig,
    source: str,
    processes: int = 1,
    cache: TokenCache | None = None,
) -> Unlabelled:
    """Tokenize, hold some reviews out, and build the vocabulary of all.

    Args:
        texts: reviews; empty ones are passed over.
        config: how many words are known, and how many reviews are held out.
        source: the files, for a message.
        processes: how many may share the cutting into tokens.
        cache: where the tokens of large files are kept.

    Raises:
        RowError: there are fewer than ten different reviews of two words or more.
    """
    filled, places = _distinct(texts)
    distinct = select(texts, places)
    if len(distinct) < MINIMUM_REVIEWS:
        raise RowError(
            f"{source}: {len(distinct)} different reviews are too few to learn a language from; "
            f"at least {MINIMUM_REVIEWS} are needed"
        )
    tokenized = tokenize_reviews(distinct, processes=processes, cache=cache)
    # In a review of one word no word follows another: its word is counted, and that is all.
    readable = np.flatnonzero(tokenized.corpus.lengths > 1)
    if len(readable) < MINIMUM_REVIEWS:
        raise RowError(
            f"{source}: {len(readable)} different reviews of two words or more are too few to "
            f"learn a language from; at least {MINIMUM_REVIEWS} are needed"
        )
    order = np.random.default_rng(config.seed).permutation(readable)
    held_out = np.sort(order[: min(config.held_out, len(readable) // 10)])
    is_training = np.ones(len(distinct), dtype=bool)
    is_training[held_out] = False
    training = np.flatnonzero(is_training)
    vocabulary = Vocabulary.build(
        tokenized.counts(training),
        minimum_count=VocabularyConfig.minimum_count,
        maximum_size=config.maximum_words,
    )
    corpus = tokenized.encode(vocabulary)
    digest = hashlib.sha256()
    for text in distinct:
        digest.update(hashlib.sha256(text.encode("utf-8", "surrogatepass")).digest())
    seen = SeenPart.of(digest.hexdigest(), tokenized.words(training), tokenized.words(held_out))
    return Unlabelled(
        vocabulary=vocabulary,
        training=corpus.select(training).pieces(config.piece),
        held_out=corpus.select(held_out).pieces(config.piece),
        num_training=len(training),
        duplicates=filled - len(distinct),
        fingerprint=digest.hexdigest(),
        seen=seen,
        num_counted=tokenized.num_counted if tokenized.rare else None,
    )


def _distinct(texts: Sequence[str]) -> tuple[int, NDArray[np.int64]]:
    """How many texts are not empty, and the places of those that no earlier one repeats."""
    hashes, filled = [], []
    for window in in_windows(texts):
        hashes.append(window.hash().to_numpy())
        filled.append([bool(text.strip()) for text in window.to_list()])
    places = np.flatnonzero(np.concatenate(filled))
    # Hashes of 64 bits: in one of 3,700 files of a hundred million texts two are taken for one.
    _, first = np.unique(np.concatenate(hashes)[places], return_index=True)
    return len(places), places[np.sort(first)]


def pretrain(
    config: PretrainConfig,
    reviews: Unlabelled,
    listener: PretrainListener,
    *,
    compute: Compute | None = None,
    control: RunControl | None = None,
) -> Pretrained:
    """Learn which word comes next.

    The same seed, reviews, machine and number of threads give the same weights, whether
    or not the work was stopped and resumed.

    Args:
        config: how it learns.
        reviews: what it reads.
        listener: hears of every batch and epoch.
        compute: where it learns; on the processor where left out.
        control: where the work is kept from time to time, and whether it goes on from there.

    Raises:
        CheckpointError: it should go on, and the file is damaged or belongs to other work.
        OutputError: a checkpoint cannot be written.
    """
    compute = compute or Compute(precision=config.precision)
    with compute.seeded(config.seed):
        trainer = LanguageTrainer(config, reviews, compute)
        about = json.dumps([reviews.fingerprint, asdict(config)])
        keeper = CheckpointKeeper(
            control or RunControl(), lambda: hashlib.sha256(about.encode()).hexdigest()
        )
        keeper.resume(trainer)
        speed = _run(trainer, listener, keeper)
    return Pretrained(trainer.network.to_arrays(), tuple(trainer.history), speed)


class LanguageTrainer:
    """A language model under training.

    Args:
        config: what is made, and how it learns.
        reviews: what it reads.
        compute: where it learns.
    """

    def __init__(self, config: PretrainConfig, reviews: Unlabelled, compute: Compute) -> None:
        self.config, self.compute, self.held_out = config, compute, reviews.held_out
        self.schedule = BatchSchedule(
            reviews.training,
            config.tokens_per_batch,
            tuple((config.seed, epoch) for epoch in range(config.epochs)),
        )
        self.network = compute.place(
            LanguageNetwork(
                len(reviews.vocabulary),
                config.embedding_size,
                config.hidden_size,
                cutoffs=config.cutoffs,
                dropout=config.dropout,
            )
        )
        self.optimiser = torch.optim.AdamW(
            self.network.parameters(),
            lr=config.learning_rate,
            betas=(0.9, 0.99),
            weight_decay=0.0,
            fused=True,
        )
        self.step = 0
        self.history: list[LanguageReport] = []
        self.nats, self.predicted = 0.0, 0  # of this run's part of the epoch
        self._began = time.perf_counter()

    def train_step(self, batch: Batch, rows: NDArray[np.int64]) -> float:
        """Learn from one batch; the nats that a word of it costs.

        Args:
            batch: pieces of reviews whose ids are places in ``rows``.
            rows: the distinct ids of the batch. (U,)
        """
        config = self.config
        torch.manual_seed(config.seed * 1_000_003 + self.step)  # the same after a resumption
        predicted = max(1, batch.num_tokens - len(batch.lengths))
        nll = _nll(self.network, batch, rows, self.compute)
        self.optimiser.zero_grad(set_to_none=True)
        (nll / predicted).backward()  # type: ignore[no-untyped-call]
        torch.nn.utils.clip_grad_norm_(self.network.parameters(), config.clip_norm)
        factor = rate_factor(self.step, self.schedule.num_steps, config.warmup)
        self.optimiser.param_groups[0]["lr"] = config.learning_rate * factor
        self.optimiser.step()
        self.step += 1
        nats = float(nll.detach())
        self.nats += nats
        self.predicted += predicted
        return nats / predicted

    def measure(self) -> LanguageReport:
        """End an epoch: what the held-out reviews say."""
        report = LanguageReport(
            epoch=len(self.history) + 1,
            train_perplexity=math.exp(self.nats / max(self.predicted, 1)),
            perplexity=perplexity(
                self.network, self.held_out, self.config.tokens_per_batch, self.compute
            ),
            seconds=time.perf_counter() - self._began,
        )
        self.history.append(report)
        self.nats, self.predicted = 0.0, 0
        return report

    def state_dict(self) -> TrainerState:
        """All that the next step depends on."""
        lines = tuple(map(asdict, self.history))
        tensors = tensors_of(self.network, self.optimiser)
        return TrainerState(self.step, lines, tensors, self.config.precision)

    def load_state_dict(self, state: TrainerState) -> None:
        """Take the place of the trainer whose state it is."""
        put_back(state.tensors, self.network, self.optimiser)
        self.history = [LanguageReport(**line) for line in state.history]
        self.step = state.step


def _run(trainer: LanguageTrainer, listener: PretrainListener, keeper: CheckpointKeeper) -> float:
    """Read all epochs that are left; the tokens a second."""
    schedule, num_epochs = trainer.schedule, trainer.config.epochs
    listener.begin(num_epochs, schedule.num_steps, trainer.step)
    stopwatch = Stopwatch()
    for epoch in range(len(trainer.history), num_epochs):
        for batch, rows in schedule.batches(epoch, trainer.step):
            nats = trainer.train_step(batch, rows)
            stopwatch.tokens += batch.num_tokens
            listener.batch_done(batch.num_tokens, nats)
            if trainer.step % STEPS_BETWEEN_CHECKPOINTS == 0:
                keeper.keep(trainer)
        with stopwatch.paused():
            report = trainer.measure()
            keeper.keep(trainer)
            listener.epoch_done(report)
    return stopwatch.tokens_per_second


@torch.no_grad()
def perplexity(
    network: LanguageNetwork, corpus: Corpus, tokens_per_batch: int, compute: Compute
) -> float:
    """exp of the mean nats a word costs, the first of each piece left out; 1 is certainty."""
    network.eval()
    nats, words = 0.0, 0
    for batch, rows in map(compact_ids, batches(corpus, tokens_per_batch)):
        nats += float(_nll(network, batch, rows, compute))
        words += batch.num_tokens - len(batch.lengths)
    network.train()
    return math.exp(nats / max(words, 1))


def _nll(
    network: LanguageNetwork, batch: Batch, rows: NDArray[np.int64], compute: Compute
) -> torch.Tensor:
    with compute.autocast():
        nll: torch.Tensor = network(
            compute.tensor(batch.token_ids), compute.tensor(batch.lengths), compute.tensor(rows)
        )
    return nll
