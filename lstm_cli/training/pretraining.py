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
from pathlib import Path
from typing import Protocol

import numpy as np
import torch
from numpy.typing import NDArray

from lstm_cli.config import MINIMUM_REVIEWS, PretrainConfig, VocabularyConfig
from lstm_cli.core.compute import Compute
from lstm_cli.core.language import LanguageNetwork
from lstm_cli.data.batches import Batch, batches, compact_ids, plan_batches, prefetch
from lstm_cli.data.cache import TokenCache
from lstm_cli.data.corpus import Corpus
from lstm_cli.data.tokenizing import tokenize_reviews
from lstm_cli.errors import RowError
from lstm_cli.results import LanguageReport
from lstm_cli.text.vocabulary import Vocabulary
from lstm_cli.training.checkpoint import (
    Checkpoint,
    load_checkpoint,
    put_back,
    save_checkpoint,
    tensors_of,
)
from lstm_cli.training.optimiser import rate_factor

STEPS_BETWEEN_CHECKPOINTS = 250


class PretrainListener(Protocol):
    """Someone who wants to hear how the language is learned."""

    def begin(self, num_epochs: int, num_steps: int, steps_done: int) -> None:
        """It starts, or goes on."""

    def batch_done(self, num_tokens: int, nll: float) -> None:
        """So many tokens have been read, at so many nats a word."""

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


@dataclass(frozen=True)
class Pretrained:
    """What was learned: the arrays of a network that has no readout yet."""

    arrays: dict[str, NDArray[np.float32]]
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
        RowError: there are fewer than ten different reviews.
    """
    filled = [text for text in texts if text.strip()]
    distinct = list(dict.fromkeys(filled))
    if len(distinct) < MINIMUM_REVIEWS:
        raise RowError(
            f"{source}: {len(distinct)} different reviews are too few to learn a language from; "
            f"at least {MINIMUM_REVIEWS} are needed"
        )
    tokenized = tokenize_reviews(distinct, processes=processes, cache=cache)
    order = np.random.default_rng(config.seed).permutation(len(distinct))
    num_held_out = min(config.held_out, len(distinct) // 10)
    held_out, training = np.sort(order[:num_held_out]), np.sort(order[num_held_out:])
    vocabulary = Vocabulary.build(
        tokenized.counts(training),
        minimum_count=VocabularyConfig.minimum_count,
        maximum_size=config.maximum_words,
    )
    corpus = tokenized.encode(vocabulary)
    digest = hashlib.sha256()
    for text in distinct:
        digest.update(hashlib.sha256(text.encode("utf-8", "surrogatepass")).digest())
    return Unlabelled(
        vocabulary=vocabulary,
        training=corpus.select(training).pieces(config.piece),
        held_out=corpus.select(held_out).pieces(config.piece),
        num_training=len(training),
        duplicates=len(filled) - len(distinct),
        fingerprint=digest.hexdigest(),
    )


def pretrain(
    config: PretrainConfig,
    reviews: Unlabelled,
    listener: PretrainListener,
    *,
    checkpoint: Path | None = None,
    resume: bool = False,
) -> Pretrained:
    """Learn which word comes next.

    The same seed, reviews, machine and number of threads give the same weights, whether
    or not the work was stopped and resumed.

    Args:
        config: how it learns.
        reviews: what it reads.
        listener: hears of every batch and epoch.
        checkpoint: a file where the work is kept from time to time.
        resume: go on from that file.

    Raises:
        CheckpointError: ``resume``, and the file is damaged or belongs to other work.
    """
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(config.seed)
        network = LanguageNetwork(
            len(reviews.vocabulary),
            config.embedding_size,
            config.hidden_size,
            cutoffs=config.cutoffs,
            dropout=config.dropout,
        )
        return _run(network, config, reviews, listener, checkpoint, resume)


def _run(
    network: LanguageNetwork,
    config: PretrainConfig,
    reviews: Unlabelled,
    listener: PretrainListener,
    checkpoint: Path | None,
    resume: bool,
) -> Pretrained:
    optimiser = torch.optim.AdamW(
        network.parameters(),
        lr=config.learning_rate,
        betas=(0.9, 0.99),
        weight_decay=0.0,
        fused=True,
    )

    def plan_of(epoch: int) -> np.random.Generator:
        return np.random.default_rng((config.seed, epoch))

    lengths = reviews.training.lengths
    steps_of = [
        len(plan_batches(lengths, config.tokens_per_batch, plan_of(epoch)))
        for epoch in range(config.epochs)
    ]
    about = json.dumps([reviews.fingerprint, asdict(config)])
    belongs_to = hashlib.sha256(about.encode()).hexdigest()
    history: list[LanguageReport] = []
    step, first_epoch, passed_over = 0, 0, 0
    if resume and checkpoint is not None and checkpoint.exists():
        kept = load_checkpoint(checkpoint, belongs_to)
        put_back(kept.tensors, network, optimiser)
        history = [LanguageReport(**line) for line in kept.history]
        step, first_epoch = kept.steps, len(history)
        passed_over = step - sum(steps_of[:first_epoch])

    def keep() -> None:
        if checkpoint is not None:
            lines = tuple(map(asdict, history))
            save_checkpoint(
                Checkpoint(belongs_to, step, lines, tensors_of(network, optimiser)), checkpoint
            )

    num_steps = sum(steps_of)
    listener.begin(config.epochs, num_steps, step)
    num_tokens, measuring = 0, 0.0
    began = time.perf_counter()
    for epoch in range(first_epoch, config.epochs):
        ready = batches(
            reviews.training, config.tokens_per_batch, plan_of(epoch), start=passed_over
        )
        passed_over = 0
        total, words = 0.0, 0
        for batch, rows in prefetch(map(compact_ids, ready)):
            torch.manual_seed(config.seed * 1_000_003 + step)  # the same after a resumption
            predicted = max(1, batch.num_tokens - len(batch.lengths))
            nll = _nll(network, batch, rows, config)
            optimiser.zero_grad(set_to_none=True)
            (nll / predicted).backward()  # type: ignore[no-untyped-call]
            torch.nn.utils.clip_grad_norm_(network.parameters(), config.clip_norm)
            factor = rate_factor(step, num_steps, config.warmup)
            optimiser.param_groups[0]["lr"] = config.learning_rate * factor
            optimiser.step()
            step += 1
            total += float(nll.detach())
            words += predicted
            num_tokens += batch.num_tokens
            listener.batch_done(batch.num_tokens, float(nll.detach()) / predicted)
            if step % STEPS_BETWEEN_CHECKPOINTS == 0:
                keep()
        paused = time.perf_counter()
        report = LanguageReport(
            epoch=epoch + 1,
            train_perplexity=math.exp(total / max(words, 1)),
            perplexity=perplexity(network, reviews.held_out, config),
            seconds=time.perf_counter() - began,
        )
        history.append(report)
        keep()
        listener.epoch_done(report)
        measuring += time.perf_counter() - paused
    seconds = time.perf_counter() - began - measuring
    return Pretrained(network.to_arrays(), tuple(history), num_tokens / max(seconds, 1e-9))


@torch.no_grad()
def perplexity(network: LanguageNetwork, corpus: Corpus, config: PretrainConfig) -> float:
    """exp of the mean nats a word costs, the first of each piece left out; 1 is certainty."""
    network.eval()
    total, words = 0.0, 0
    for batch, rows in map(compact_ids, batches(corpus, config.tokens_per_batch)):
        total += float(_nll(network, batch, rows, config))
        words += batch.num_tokens - len(batch.lengths)
    network.train()
    return math.exp(total / max(words, 1))


def _nll(
    network: LanguageNetwork, batch: Batch, rows: NDArray[np.int64], config: PretrainConfig
) -> torch.Tensor:
    with Compute(precision=config.precision).autocast():
        found: torch.Tensor = network(
            torch.from_numpy(batch.token_ids),
            torch.from_numpy(batch.lengths),
            torch.from_numpy(rows),
        )
    return found
