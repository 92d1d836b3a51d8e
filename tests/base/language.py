"""The language of all reviews: which word comes next."""

import math
import time
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray

from lstm_cli.core.compute import Compute
from lstm_cli.core.language import LanguageNetwork
from lstm_cli.training.optimiser import rate_factor
from tests.base.precision import autocast, scaler_of
from tests.base.reader import DeviceBatch, Reader
from tests.base.saying import say

PIECE = 256  # tokens; longer reviews are read in pieces, each from empty memories
CUTOFFS = (4_000, 12_000)
DROPOUT = 0.1
WARMUP, CLIP_NORM = 0.03, 1.0
MEASURED = 2_000  # reviews


@dataclass(frozen=True)
class LanguageSettings:
    """How the language is learned."""

    hidden_size: int
    embedding_size: int = 256
    epochs: int = 6
    tokens_per_batch: int = 49_152
    learning_rate: float = 3e-3
    seed: int = 0
    limit: int | None = None  # steps, for a trial


def learn_language(
    settings: LanguageSettings,
    reader: Reader,
    vocab_size: int,
    training: NDArray[np.int64],
    held_out: NDArray[np.int64],
) -> tuple[dict[str, NDArray[np.float32]], float]:
    """Read the reviews, and say what the cell and the embedding have become.

    Args:
        settings: how.
        reader: of all reviews.
        vocab_size: the number of words.
        training: places of the reviews that are read.
        held_out: places of those that measure it.

    Returns:
        The arrays of a network without a readout, and the perplexity of the held-out reviews.
    """
    compute = reader.compute
    torch.manual_seed(settings.seed)
    network = compute.place(
        LanguageNetwork(
            vocab_size,
            settings.embedding_size,
            settings.hidden_size,
            cutoffs=CUTOFFS,
            dropout=DROPOUT,
        )
    )
    optimiser = torch.optim.AdamW(
        network.parameters(),
        lr=settings.learning_rate,
        betas=(0.9, 0.99),
        weight_decay=0.0,
        fused=True,
    )
    scaler = scaler_of(compute)
    pieces = reader.of(reader.corpus.select(training).pieces(PIECE))
    everything = np.arange(len(pieces.corpus))
    epochs = [
        list(_plans(pieces, everything, settings, epoch)) for epoch in range(settings.epochs)
    ]
    num_steps = min(sum(map(len, epochs)), settings.limit or 10**9)
    rows = torch.arange(vocab_size, device=compute.device)
    step, began, tokens = 0, time.perf_counter(), 0
    said = torch.zeros((), device=compute.device)
    for epoch, plans in enumerate(epochs, start=1):
        for plan in plans[: max(num_steps - step, 0)]:
            batch = pieces.batch(plan)
            factor = rate_factor(step, num_steps, WARMUP)
            optimiser.param_groups[0]["lr"] = settings.learning_rate * factor
            loss = _nll(network, batch, rows, compute) / max(1, batch.num_tokens - len(plan))
            optimiser.zero_grad(set_to_none=True)
            scaler.scale(loss).backward()
            scaler.unscale_(optimiser)
            torch.nn.utils.clip_grad_norm_(network.parameters(), CLIP_NORM)
            scaler.step(optimiser)
            scaler.update()
            said = 0.99 * said + 0.01 * loss.detach()
            step += 1
            tokens += batch.num_tokens
        speed = tokens / (time.perf_counter() - began)
        debiased = float(said) / (1 - 0.99**step)
        say(f"language {settings.hidden_size}: epoch {epoch}, step {step} of {num_steps}, "
            f"perplexity {math.exp(debiased):.1f}, {speed:,.0f} tokens/s")
    found = perplexity(network, reader, held_out, rows)
    say(f"language {settings.hidden_size}: held out {found:.2f}")
    return network.to_arrays(), found


def _plans(
    pieces: Reader, everything: NDArray[np.int64], settings: LanguageSettings, epoch: int
) -> list[NDArray[np.int64]]:
    from lstm_cli.data.batches import plan_batches

    rng = np.random.default_rng((settings.seed, epoch))
    return plan_batches(pieces.corpus.lengths[everything], settings.tokens_per_batch, rng)


@torch.no_grad()
def perplexity(
    network: LanguageNetwork, reader: Reader, held_out: NDArray[np.int64], rows: torch.Tensor
) -> float:
    """exp of the mean nats a word costs, the first of each piece left out."""
    some = held_out[:: max(1, len(held_out) // MEASURED)]
    pieces = reader.of(reader.corpus.select(some).pieces(PIECE))
    network.eval()
    nats, words = 0.0, 0
    for batch in pieces.batches(np.arange(len(pieces.corpus)), 32_768):
        nats += float(_nll(network, batch, rows, reader.compute))
        words += batch.num_tokens - len(batch.reviews)
    network.train()
    return math.exp(nats / max(words, 1))


def _nll(
    network: LanguageNetwork, batch: DeviceBatch, rows: torch.Tensor, compute: Compute
) -> torch.Tensor:
    with autocast(compute):
        nll: torch.Tensor = network(batch.token_ids, batch.lengths, rows)
    return nll
