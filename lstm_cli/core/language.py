"""The language model in torch: which word comes next, by the same forward cell.

Its embedding serves twice, for the words read and for the words predicted (Press
and Wolf 2017; Inan et al. 2017). The softmax has two steps, as in Grave et al.
(2017): first the common words and one class for each band of rarer ones, then
the word within its band. A rare band is computed only where its words occur, so
that thirty thousand words cost little more than two thousand; and since the
probabilities of all words add up to 1, the perplexity is a true one.

Shapes: B pieces of reviews in a batch, T tokens in the longest, E embedding
size, H hidden size, V words, N predicted words.
"""

from collections.abc import Sequence
from itertools import pairwise
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional

from lstm_cli.core.compute import rows_scored_at_once, short_terms_of, widest_float
from lstm_cli.core.network import weight_of
from lstm_cli.text.vocabulary import PADDING_ID


class LanguageNetwork(nn.Module):
    """Token ids in, the cost of predicting each next word out.

    Args:
        vocab_size: V.
        embedding_size: E.
        hidden_size: H.
        cutoffs: ids at which the bands of rarer words begin; ids follow frequency.
        dropout: share of the dimensions of events and predictions hidden throughout a piece.
    """

    def __init__(
        self,
        vocab_size: int,
        embedding_size: int,
        hidden_size: int,
        *,
        cutoffs: Sequence[int],
        dropout: float,
    ) -> None:
        super().__init__()
        edges = [edge for edge in cutoffs if edge < vocab_size]
        self.edges = (*edges, vocab_size)
        self.dropout = dropout
        self.embedding = nn.Embedding(vocab_size, embedding_size, padding_idx=PADDING_ID)
        self.cell = nn.LSTM(embedding_size, hidden_size, batch_first=True)
        self.projection = nn.Linear(hidden_size, embedding_size)
        self.word_bias = nn.Parameter(torch.zeros(vocab_size))
        self.band_embedding = nn.Parameter(torch.zeros(len(edges), embedding_size))
        self.band_bias = nn.Parameter(torch.zeros(len(edges)))
        with torch.no_grad():
            self.embedding.weight.mul_(0.1)

    def forward(self, token_ids: Tensor, lengths: Tensor, rows: Tensor) -> Tensor:
        """The cost of every word that follows another, summed, in nats.

        Args:
            token_ids: places in ``rows``, padded after the words. (B, T)
            lengths: (B,)
            rows: ids of the distinct words of the batch. (U,)
        """
        table = self.embedding.weight.index_select(0, rows)
        events = self._hidden(functional.embedding(token_ids[:, :-1], table))
        short_terms = short_terms_of(self.cell, events)
        predicted = self._hidden(self.projection(short_terms))
        is_word = torch.arange(1, token_ids.shape[1], device=lengths.device) < lengths[:, None]
        return self._nll(predicted[is_word], rows[token_ids[:, 1:][is_word]])

    def _hidden(self, values: Tensor) -> Tensor:
        """One mask per piece: what is hidden stays so (Gal and Ghahramani 2016). (B, T, E)"""
        if not (self.training and self.dropout):
            return values
        keep = 1 - self.dropout
        mask = values.new_empty(values.shape[0], 1, values.shape[2]).bernoulli_(keep)
        return values * (mask / keep)

    def _nll(self, predicted: Tensor, words: Tensor) -> Tensor:
        """The cost of the words in nats, each predicted from a vector. (N, E), (N,) -> scalar"""
        first = self.edges[0]
        band = torch.bucketize(
            words, torch.tensor(self.edges[:-1], device=words.device), right=True
        )  # 0: common
        answers = torch.where(band == 0, words, first + band - 1)
        weight = torch.cat([self.embedding.weight[:first], self.band_embedding])
        bias = torch.cat([self.word_bias[:first], self.band_bias])
        nll: Tensor = _CrossEntropy.apply(predicted, weight, bias, answers)  # type: ignore[no-untyped-call]
        for number, (start, end) in enumerate(pairwise(self.edges), start=1):
            places = torch.nonzero(band == number).squeeze(1)
            if len(places):
                nll = (
                    nll
                    + _CrossEntropy.apply(  # type: ignore[no-untyped-call]
                        predicted[places],
                        self.embedding.weight[start:end],
                        self.word_bias[start:end],
                        words[places] - start,
                    )
                )
        return nll

    def to_arrays(self) -> dict[str, np.ndarray]:
        """The weights that a rating network can start from, by their names in a bundle."""
        cell = self.cell
        arrays = {
            "embedding": self.embedding.weight,
            "cell.event": weight_of(cell.weight_ih_l0),
            "cell.short_term": weight_of(cell.weight_hh_l0),
            "cell.bias": weight_of(cell.bias_ih_l0) + weight_of(cell.bias_hh_l0),
        }
        return {name: value.detach().cpu().float().numpy().copy() for name, value in arrays.items()}


class _CrossEntropy(torch.autograd.Function):
    """Cross-entropy of a linear layer, summed, with its gradients computed along the way.

    Written by hand because keeping the scores of all words for the backward pass would take
    more memory and time than all the rest: here they never leave the cache.
    """

    @staticmethod
    def forward(ctx: Any, states: Tensor, weight: Tensor, bias: Tensor, answers: Tensor) -> Tensor:
        device = states.device.type
        is_reduced = torch.is_autocast_enabled(device)
        kind = torch.get_autocast_dtype(device) if is_reduced else torch.float32
        states, weight = states.to(kind), weight.to(kind)
        wanted = any(ctx.needs_input_grad)
        nll = torch.zeros((), dtype=widest_float(device), device=states.device)
        state_gradients = torch.empty_like(states)
        weight_gradients = torch.zeros(weight.shape, device=states.device)
        bias_gradients = torch.zeros(bias.shape, device=states.device)
        rows_at_once = rows_scored_at_once(device)
        for start in range(0, len(states), rows_at_once):
            some = slice(start, start + rows_at_once)
            probabilities = (states[some] @ weight.T).float().add_(bias).softmax(1)
            right = probabilities.gather(1, answers[some, None])
            nll -= right.clamp(min=1e-30).log().sum(dtype=nll.dtype)
            if wanted:
                gradients = probabilities.scatter_(1, answers[some, None], right - 1)
                bias_gradients += gradients.sum(0)
                gradients = gradients.to(kind)
                state_gradients[some] = gradients @ weight
                weight_gradients += gradients.T @ states[some]
        ctx.save_for_backward(state_gradients, weight_gradients, bias_gradients)
        return nll.float()

    @staticmethod
    def backward(ctx: Any, *grads: Tensor) -> tuple[Tensor | None, ...]:
        state_gradients, weight_gradients, bias_gradients = ctx.saved_tensors
        return (
            grads[0] * state_gradients,
            grads[0] * weight_gradients,
            grads[0] * bias_gradients,
            None,
        )
