"""Batches of a collection, gathered where they are computed on."""

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from lstm_cli.core.compute import Compute
from lstm_cli.data.batches import plan_batches
from lstm_cli.data.corpus import Corpus
from lstm_cli.text.vocabulary import PADDING_ID


ROWS = 16  # of a batch: of multiples of it, the kernels of a GPU keep the weights at hand


class DeviceBatch(NamedTuple):
    """Some reviews, padded at the end; on a GPU with empty ones behind them, to a round number."""

    reviews: NDArray[np.int64]  # their places in the corpus, without the empty ones. (n,)
    token_ids: Tensor  # (B, T)
    lengths: Tensor  # 0 of the empty ones. (B,)
    num_tokens: int


class Reader:
    """All token ids lie on the device, so that a batch is a lookup there.

    Args:
        corpus: reviews, whole or shortened.
        compute: the device.
    """

    def __init__(self, corpus: Corpus, compute: Compute) -> None:
        self.corpus, self.compute = corpus, compute
        self.flat = compute.tensor(corpus.token_ids.astype(np.int32))

    def of(self, corpus: Corpus) -> "Reader":
        """The same, of other parts of the same texts."""
        other = object.__new__(Reader)
        other.corpus, other.compute, other.flat = corpus, self.compute, self.flat
        return other

    def batch(self, reviews: NDArray[np.int64]) -> DeviceBatch:
        """Gather some reviews."""
        corpus, tensor = self.corpus, self.compute.tensor
        num_tokens = int(corpus.lengths[reviews].sum())
        padded = reviews
        if not self.compute.is_cpu:
            padded = np.concatenate([reviews, np.repeat(reviews[:1], -len(reviews) % ROWS)])
        lengths = corpus.lengths[padded]
        lengths[len(reviews) :] = 0
        steps = torch.arange(max(int(lengths.max(initial=1)), 1), device=self.flat.device)
        places = tensor(corpus.starts[padded])[:, None] + steps
        if corpus.left_out is not None:
            places += tensor(corpus.left_out[padded])[:, None] * (steps >= corpus.head)
        on_device = tensor(lengths)
        token_ids = self.flat[places.clamp(max=len(self.flat) - 1)].long()
        token_ids.masked_fill_(steps >= on_device[:, None], PADDING_ID)
        return DeviceBatch(reviews, token_ids, on_device, num_tokens)

    def batches(
        self,
        reviews: NDArray[np.int64],
        tokens_per_batch: int,
        rng: np.random.Generator | None = None,
    ) -> Iterator[DeviceBatch]:
        """Each of the reviews once, similar lengths together."""
        for plan in plan_batches(self.corpus.lengths[reviews], tokens_per_batch, rng):
            yield self.batch(reviews[plan])
