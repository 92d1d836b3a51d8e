"""The network in torch: embedding, fused LSTM or RNN, linear readout.

Training and bulk scoring run torch's fused kernels on *padded* batches, which
are several times faster than packed ones on a processor. Padding follows the
words, and a cell that reads forward has not met it yet when it reads the last
word: so the memories of the real words are exact, and only those are pooled.

Shapes: B reviews in a batch, T tokens in its longest review, E embedding size,
H hidden size, R ratings, P poolings.
"""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional

from lstm_cli.arrays import Float32Array, Float64Array
from lstm_cli.config import ModelConfig
from lstm_cli.core.compute import Compute, short_terms_of
from lstm_cli.data.batches import batches
from lstm_cli.data.corpus import Corpus
from lstm_cli.text.vocabulary import PADDING_ID, UNKNOWN_ID


class ReviewNetwork(nn.Module):
    """Token ids in, one logit for each rating out.

    Args:
        config: the sizes, the cell and the pooling.
        embedding_dropout: share of the embedding's dimensions hidden from a whole review.
        word_dropout: share of the words of a review read as unknown.
        blank_review_rate: share of the reviews in which every word is.
        readout_dropout: share of the pooled memories hidden from the readout.
    """

    def __init__(
        self,
        config: ModelConfig,
        *,
        embedding_dropout: float = 0.0,
        word_dropout: float = 0.0,
        blank_review_rate: float = 0.0,
        readout_dropout: float = 0.0,
    ) -> None:
        super().__init__()
        self.config = config
        self.embedding_dropout = embedding_dropout
        self.word_dropout = word_dropout
        self.blank_review_rate = blank_review_rate
        self.embedding = nn.Embedding(
            config.vocab_size, config.embedding_size, padding_idx=PADDING_ID
        )
        kernel = nn.LSTM if config.cell == "lstm" else nn.RNN
        self.cell: nn.LSTM | nn.RNN = kernel(
            config.embedding_size, config.hidden_size, batch_first=True
        )
        self.dropout = nn.Dropout(readout_dropout)
        self.readout = nn.Linear(len(config.pooling) * config.hidden_size, config.num_ratings)
        with torch.no_grad():
            self.embedding.weight.mul_(0.1)

    def forward(
        self,
        token_ids: Tensor,
        lengths: Tensor,
        perturbation: Tensor | None = None,
        table: Tensor | None = None,
    ) -> Tensor:
        """Logits of each rating. (B, R)

        All of training goes through here, so that whatever wraps a network (as torch's
        DistributedDataParallel does) sees all of it.

        Args:
            token_ids: padded with ``PADDING_ID`` after the words. (B, T)
            lengths: the number of words of each review; 0 for an empty one. (B,)
            perturbation: added to the events, the embedded words. (B, T, E)
            table: some rows of the embedding, first those of the padding and of the unknown
                word; ``token_ids`` are then places in it. The whole embedding if None. (U, E)
        """
        events = self._embed(token_ids, self.embedding.weight if table is None else table)
        if perturbation is not None:
            events = events + perturbation
        short_terms = short_terms_of(self.cell, events)
        return self.readout(self.dropout(self.pool(short_terms, lengths)))

    def _embed(self, token_ids: Tensor, table: Tensor) -> Tensor:
        """Events, with the dropouts of training. (B, T, E)"""
        if self.training and self.word_dropout:
            hidden = torch.rand(token_ids.shape, device=token_ids.device) < self.word_dropout
            hidden |= (
                torch.rand(len(token_ids), 1, device=token_ids.device) < self.blank_review_rate
            )
            token_ids = token_ids.masked_fill(hidden & (token_ids != PADDING_ID), UNKNOWN_ID)
        events = functional.embedding(token_ids, table)
        if self.training and self.embedding_dropout:
            # One mask per review: a hidden dimension stays hidden (Gal and Ghahramani 2016).
            keep = 1 - self.embedding_dropout
            mask = events.new_empty(events.shape[0], 1, events.shape[2]).bernoulli_(keep)
            events = events * (mask / keep)
        return events

    def pool(self, short_terms: Tensor, lengths: Tensor) -> Tensor:
        """What the readout sees of the memories, those of the real words alone. (B, P·H)"""
        pooled = MaskedPooling.apply(short_terms, lengths, self.config.pooling)  # type: ignore[no-untyped-call]
        return torch.where(lengths[:, None] > 0, pooled, 0)

    def to_arrays(self) -> dict[str, np.ndarray]:
        """The weights as a bundle keeps them: float32, with torch's two biases summed."""
        cell = self.cell
        arrays = {
            "embedding": self.embedding.weight,
            "cell.event": cell.weight_ih_l0,
            "cell.short_term": cell.weight_hh_l0,
            "cell.bias": weight_of(cell.bias_ih_l0) + weight_of(cell.bias_hh_l0),
            "readout.weight": self.readout.weight,
            "readout.bias": self.readout.bias,
        }
        return {
            name: weight_of(tensor).detach().cpu().float().numpy().copy()
            for name, tensor in arrays.items()
        }

    @classmethod
    def from_arrays(cls, config: ModelConfig, arrays: Mapping[str, np.ndarray]) -> "ReviewNetwork":
        """The network a bundle's weights describe, ready to score."""
        network = cls(config)
        network.start_from(arrays)
        return network.eval()

    @torch.no_grad()
    def start_from(self, arrays: Mapping[str, np.ndarray]) -> None:
        """Copy weights into place; those missing from ``arrays`` stay as they are."""
        cell = self.cell
        places = {
            "embedding": self.embedding.weight,
            "cell.event": cell.weight_ih_l0,
            "cell.short_term": cell.weight_hh_l0,
            "cell.bias": cell.bias_ih_l0,
            "readout.weight": self.readout.weight,
            "readout.bias": self.readout.bias,
        }
        if "cell.bias" in arrays:
            weight_of(cell.bias_hh_l0).zero_()
        for name, array in arrays.items():
            weight_of(places[name]).copy_(torch.from_numpy(np.array(array)))


class MaskedPooling(torch.autograd.Function):
    """``pool`` of core/cell.py over a padded batch at once, with a gradient written by hand.

    ``pool`` under autograd goes word by word, which would add 10 to 17 % to a training step of
    256 units and 3 to 8 % to one of 640 (``python -m tests.benchmarks.pooling``: float32, one
    thread of a processor without AMX). All words at once, but with gradients by autograd, would
    add 2 to 4 % and 1 to 2 %: six passes over the memories, where this makes one. Where products
    are faster, as in bfloat16, the shares are larger.
    """

    @staticmethod
    def forward(ctx: Any, short_terms: Tensor, lengths: Tensor, pooling: Sequence[str]) -> Tensor:
        """What the readout sees of each review; what it says of an empty one means nothing."""
        batch, steps, size = short_terms.shape
        is_word = torch.arange(steps, device=lengths.device) < lengths[:, None]  # (B, T)
        share = (is_word / lengths.clamp(min=1)[:, None]).to(short_terms.dtype)
        places, views = [], []
        for view in pooling:
            if view == "mean":
                views.append(torch.bmm(share[:, None], short_terms).squeeze(1))
                continue
            if view == "last":
                place = (lengths - 1).clamp(min=0)[:, None].expand(batch, size)
                memory = short_terms.gather(1, place[:, None]).squeeze(1)
            else:
                # -2 is below any tanh
                memory, place = short_terms.masked_fill(~is_word[:, :, None], -2).max(1)
            views.append(memory)
            places.append(place)
        ctx.pooling = pooling
        ctx.save_for_backward(share, *places)
        return torch.cat(views, dim=1)

    @staticmethod
    def backward(ctx: Any, *grads: Tensor) -> tuple[Tensor, None, None]:
        """The gradient of the memories, from that of what the readout sees."""
        share, *places = ctx.saved_tensors
        parts = dict(zip(ctx.pooling, grads[0].chunk(len(ctx.pooling), dim=1), strict=True))
        if "mean" in parts:
            grad = share[:, :, None] * parts.pop("mean")[:, None]
        else:
            grad = grads[0].new_zeros(*share.shape, grads[0].shape[1] // len(ctx.pooling))
        for place, part in zip(places, parts.values(), strict=True):
            grad.scatter_add_(1, place[:, None], part[:, None])
        return grad, None, None


def weight_of(weight: Tensor | nn.Module) -> Tensor:
    """A weight of a kernel; to torch's types, any attribute might be a module."""
    assert isinstance(weight, Tensor)
    return weight


@torch.no_grad()
def rating_probabilities(network: ReviewNetwork, corpus: Corpus, compute: Compute) -> Float64Array:
    """The probability of each rating, for each review of a corpus, in its order. (N, R)"""
    was_training = network.training
    network.eval()
    probabilities = np.empty((len(corpus), network.config.num_ratings))
    found = []
    for batch in batches(corpus, compute.tokens_at_once):
        with compute.autocast():
            logits = network(compute.tensor(batch.token_ids), compute.tensor(batch.lengths))
        found.append((batch.reviews, logits))
    # Only now: a GPU that was asked for an answer at each batch would wait for the next.
    for reviews, logits in found:
        probabilities[reviews] = logits.cpu().double().softmax(1).numpy()
    network.train(was_training)
    return probabilities


@torch.no_grad()
def read_memories(
    network: ReviewNetwork, corpus: Corpus, compute: Compute
) -> tuple[Float64Array, Float32Array]:
    """The probability of each rating (N, R), and the pooled memories it is read off (N, P·H)."""
    was_training = network.training
    network.eval()
    probabilities = np.empty((len(corpus), network.config.num_ratings))
    memories = np.empty((len(corpus), network.readout.in_features), dtype=np.float32)
    for batch in batches(corpus, compute.tokens_at_once):
        with compute.autocast():
            events = network.embedding(compute.tensor(batch.token_ids))
            short_terms = short_terms_of(network.cell, events)
            pooled = network.pool(short_terms, compute.tensor(batch.lengths))
            logits = network.readout(pooled)
        probabilities[batch.reviews] = logits.cpu().double().softmax(1).numpy()
        memories[batch.reviews] = pooled.float().cpu().numpy()
    network.train(was_training)
    return probabilities, memories
