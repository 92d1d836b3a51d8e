"""What a gradient written by hand is worth: training steps with three ways of pooling.

``python -m tests.benchmarks.pooling [ROUNDS]``

Processor time of one thread, so that it can be measured while a machine does other things, too.
The reviews are made up, as long as film reviews. A step is that of ``lstm train`` without its
adversary and without the optimiser of the embedding. What the pooling itself takes, there and
back, is a few per cent of a step, less than steps differ: so it stands beside it, measured alone.
"""

import sys
import time
from collections.abc import Callable, Sequence
from itertools import islice

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn import functional

from lstm_cli.config import ModelConfig
from lstm_cli.core.cell import pool
from lstm_cli.core.compute import Compute
from lstm_cli.core.network import MaskedPooling, ReviewNetwork
from lstm_cli.data.batches import Batch, batches, compact_ids
from tests.benchmarks.tables import alternately, show_table
from tests.benchmarks.training import NUM_WORDS, RATINGS, SHAPES, made_up

POOLING = ModelConfig.pooling
STEPS = 4

Pooled = Callable[[Tensor, Tensor], Tensor]  # (B, T, H), (B,) to (B, P·H)
Read = tuple[Batch, NDArray[np.int64]]  # a batch in places among the rows, and the rows


def by_hand(short_terms: Tensor, lengths: Tensor) -> Tensor:
    """As we train."""
    return MaskedPooling.apply(short_terms, lengths, POOLING)


def by_autograd(short_terms: Tensor, lengths: Tensor) -> Tensor:
    """The same values, gradients by autograd."""
    is_word = torch.arange(short_terms.shape[1]) < lengths[:, None]
    share = (is_word / lengths.clamp(min=1)[:, None]).to(short_terms.dtype)
    last = (lengths - 1).clamp(min=0)[:, None, None].expand(-1, 1, short_terms.shape[2])
    views = {
        "last": short_terms.gather(1, last).squeeze(1),
        "mean": torch.bmm(share[:, None], short_terms).squeeze(1),
        "maximum": short_terms.masked_fill(~is_word[:, :, None], -2).amax(1),
    }
    return torch.cat([views[name] for name in POOLING], dim=1)


def word_by_word(short_terms: Tensor, _: Tensor) -> Tensor:
    """As one review is pooled, under autograd; padding is pooled as well, to spare it a mask."""
    return pool(short_terms.unbind(1), POOLING, torch)


SIDES: dict[str, Pooled] = {
    "by hand": by_hand,
    "by autograd": by_autograd,
    "by autograd, word by word": word_by_word,
}


def milliseconds(work: Callable[[], None]) -> Callable[[], float]:
    """Measures the processor time of each of some steps."""

    def measure() -> float:
        began = time.process_time()
        work()
        return 1e3 * (time.process_time() - began) / STEPS

    measure()
    return measure


def train(config: ModelConfig, read: Sequence[Read], pooled: Pooled) -> Callable[[], None]:
    """Some steps of training."""
    network = ReviewNetwork(
        config, embedding_dropout=0.3, word_dropout=0.2, readout_dropout=0.5
    ).train()
    network.pool = pooled  # type: ignore[method-assign]
    dense = [p for p in network.parameters() if p is not network.embedding.weight]
    optimiser = torch.optim.AdamW(dense, fused=True)

    def work() -> None:
        for batch, rows in read:
            table = network.embedding.weight.detach()[torch.from_numpy(rows)].requires_grad_()
            optimiser.zero_grad(set_to_none=True)
            token_ids, lengths = torch.from_numpy(batch.token_ids), torch.from_numpy(batch.lengths)
            with Compute.of_machine().autocast():
                logits = network(token_ids, lengths, None, table)
            rated = torch.from_numpy(batch.reviews % RATINGS)
            functional.cross_entropy(logits.float(), rated).backward()
            torch.nn.utils.clip_grad_norm_([*dense, table], 1.0)
            optimiser.step()

    return work


def pool_alone(config: ModelConfig, read: Sequence[Read], pooled: Pooled) -> Callable[[], None]:
    """The pooling of the same batches, and its gradient."""
    memories = [
        torch.randn(*batch.token_ids.shape, config.hidden_size).tanh().requires_grad_()
        for batch, _ in read
    ]

    def work() -> None:
        for short_terms, (batch, _) in zip(memories, read, strict=True):
            short_terms.grad = None
            views = pooled(short_terms, torch.from_numpy(batch.lengths))
            views.backward(torch.ones_like(views))

    return work


def main(rounds: int = 9) -> None:
    """Print the tables."""
    Compute(threads=1).set_up_process()
    corpus = made_up(SHAPES["imdb"], 2_000).corpus
    print(f"{Compute.of_machine().precision}, one thread, medians of {rounds}")
    for embedding_size, hidden_size in ((100, 256), (200, 640)):
        for tokens_per_batch in (1_024, 8_192):
            config = ModelConfig(
                NUM_WORDS, RATINGS, embedding_size=embedding_size, hidden_size=hidden_size
            )
            plan = batches(corpus, tokens_per_batch, np.random.default_rng(0))
            read = list(islice(map(compact_ids, plan), STEPS))
            shape = f"embedding {embedding_size}, {hidden_size} units, {tokens_per_batch:,} tokens"
            for what, made in ("a whole step", train), ("the pooling alone", pool_alone):
                sides = {name: milliseconds(made(config, read, SIDES[name])) for name in SIDES}
                print(f"\n{shape}: {what}\n")
                show_table("ms", alternately(sides, rounds), first="by hand")


if __name__ == "__main__":
    main(*map(int, sys.argv[1:2]))
