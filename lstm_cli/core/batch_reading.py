"""Some hundred reviews in numpy, read before torch would be loaded.

The arithmetic is that of ``read_next`` in core/cell.py, which makes a dozen arrays a step;
here every step writes into the same few, and nothing of the gates is kept. 512 units read 20 to
25 thousand tokens/s on two threads, torch's fused kernel 22 to 30 (float32, AVX2), and torch
takes two seconds to load.

Shapes: B reviews in a batch, T tokens in the longest, N reviews of a corpus, E embedding
size, H hidden size, R ratings, P poolings.
"""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from lstm_cli.arrays import Float32Array, Float64Array
from lstm_cli.config import ModelConfig
from lstm_cli.core.cell import CellWeights
from lstm_cli.core.reading import NetworkWeights, on_one_thread, softmax
from lstm_cli.data.batches import make_batch, plan_batches
from lstm_cli.data.corpus import Corpus

TOKENS_AT_ONCE = 2_048  # of a batch; the gates of more do not stay in a core's cache
FEWEST_REVIEWS = 32  # of a batch: the products of fewer rows are half as fast
EVENTS_AT_ONCE = 1_024  # whose part of the gates is one product


class BatchReader:
    """A network that reads many reviews in numpy.

    Args:
        weights: the network.
        config: its sizes and its pooling.
    """

    def __init__(self, weights: NetworkWeights, config: ModelConfig) -> None:
        self._weights = weights
        self._config = config
        self._cell = _transposed(weights.cell)

    def probabilities(self, corpus: Corpus, threads: int = 1) -> Float64Array:
        """The probability of each rating, for each review of a corpus, in its order. (N, R)

        Args:
            corpus: reviews in the ids of the network's vocabulary.
            threads: batches that are read side by side.
        """
        found = np.empty((len(corpus), self._config.num_ratings))

        def read(reviews: NDArray[np.int64]) -> None:
            batch = make_batch(corpus, reviews)
            found[reviews] = softmax(self.logits(batch.token_ids, batch.lengths))

        # Plans go by length, the shortest first; here the longest reviews of a batch come first,
        # and the longest batches, so that no thread is left alone with one at the end.
        plan = plan_batches(corpus.lengths, TOKENS_AT_ONCE, fewest=FEWEST_REVIEWS)
        with on_one_thread(), ThreadPoolExecutor(threads) as pool:
            list(pool.map(read, (reviews[::-1] for reviews in reversed(plan))))
        return found

    def logits(self, token_ids: NDArray[np.int64], lengths: NDArray[np.int64]) -> Float32Array:
        """The logits of each rating. (B, R)

        Args:
            token_ids: of reviews by falling length, padded after the words. (B, T)
            lengths: the number of words of each; 0 for an empty one. (B,)
        """
        views = _Views.of_nothing(len(lengths), self._config)
        for _ in self._read(token_ids, lengths, views):
            pass
        views.highest[lengths == 0] = 0
        return self._seen(views, lengths)

    def running_logits(
        self, token_ids: NDArray[np.int64], lengths: NDArray[np.int64]
    ) -> Float32Array:
        """The logits of each rating if each review ended after each of its words. (B, T, R)

        Args:
            token_ids: as in ``logits``. (B, T)
            lengths: as in ``logits``; behind the end of a review there are zeros. (B,)
        """
        views = _Views.of_nothing(len(lengths), self._config)
        found = np.zeros((*token_ids.shape, self._config.num_ratings), np.float32)
        for step, rows in enumerate(self._read(token_ids, lengths, views)):
            found[:rows, step] = self._seen(views.first(rows), np.full(rows, step + 1))
        return found

    def _read(
        self, token_ids: NDArray[np.int64], lengths: NDArray[np.int64], views: "_Views"
    ) -> Iterator[int]:
        """Read word by word into views; after each, the number of reviews that had one there."""
        steps = int(lengths.max(initial=0))
        # A review that has ended is not read on: the longer ones stand before it.
        still_read = np.searchsorted(-lengths, -np.arange(steps), side="left")
        for rows, short_term in zip(
            still_read, self._short_terms(token_ids, views.last, still_read), strict=True
        ):
            views.total[:rows] += short_term
            np.maximum(views.highest[:rows], short_term, out=views.highest[:rows])
            yield int(rows)

    def _seen(self, views: "_Views", num_read: NDArray[np.int64]) -> Float32Array:
        """The logits after so many words of each review. (B, R)"""
        mean = views.total / np.maximum(num_read, 1).astype(np.float32)[:, None]
        joined = {"last": views.last, "mean": mean, "maximum": views.highest}
        pooled = np.concatenate([joined[name] for name in self._config.pooling], axis=1)
        return pooled @ self._weights.readout.T + self._weights.readout_bias

    def _short_terms(
        self, token_ids: NDArray[np.int64], short_term: Float32Array, still_read: NDArray[np.int64]
    ) -> Iterator[Float32Array]:
        """STM after each step, of the reviews that had a word there; written into one array.

        Args:
            token_ids: as in ``logits``. (B, T)
            short_term: where STM is written; zeros at first. (B, H)
            still_read: reviews that have a word at each step. (T,)
        """
        long_term, learned = np.zeros_like(short_term), np.empty_like(short_term)
        num_gates = len(self._cell.bias)  # 4H, or H
        stacked = np.empty((len(short_term), num_gates), np.float32)
        of_events = np.empty((max(EVENTS_AT_ONCE, len(short_term)), num_gates), np.float32)
        start = 0
        while start < len(still_read):
            first = int(still_read[start])  # reviews that are read in the first of some steps
            end = start + max(1, EVENTS_AT_ONCE // first)
            ids = token_ids[:first, start:end].T.ravel()  # step by step
            # One product for all these steps: a product a step takes twice as long.
            np.matmul(self._weights.embedding[ids], self._cell.event, out=of_events[: len(ids)])
            for step, rows in enumerate(still_read[start:end]):
                stm, gates = short_term[:rows], stacked[:rows]
                np.matmul(stm, self._cell.short_term, out=gates)
                gates += of_events[step * first : step * first + rows]
                gates += self._cell.bias
                if self._weights.cell.has_gates:
                    _pass_gates(gates, long_term[:rows], learned[:rows], out=stm)
                else:
                    np.tanh(gates, out=stm)
                yield stm
            start = end


@dataclass(frozen=True)
class _Views:
    """What the readout sees of the reviews of a batch, written anew after each word. (B, H) each"""

    last: Float32Array
    total: Float32Array
    highest: Float32Array

    @classmethod
    def of_nothing(cls, batch: int, config: ModelConfig) -> "_Views":
        """What there is to see before the first word."""
        shape = batch, config.hidden_size
        last, total = np.zeros(shape, np.float32), np.zeros(shape, np.float32)
        return cls(last, total, np.full(shape, -1, np.float32))  # no tanh is lower

    def first(self, rows: int) -> "_Views":
        """The views of the first reviews."""
        return _Views(self.last[:rows], self.total[:rows], self.highest[:rows])


def _pass_gates(
    stacked: Float32Array, long_term: Float32Array, learned: Float32Array, out: Float32Array
) -> None:
    """One step of an LSTM in place.

    Args:
        stacked: what goes into the gates i, f, g, o; halved but for g. (B, 4H)
        long_term: LTM, which becomes the new one. (B, H)
        learned: room for what is learned. (B, H)
        out: where the new STM is written. (B, H)
    """
    np.tanh(stacked, out=stacked)
    size = long_term.shape[1]
    i, f, g, o = (stacked[:, k * size : (k + 1) * size] for k in range(4))
    for factor in (i, f, o):  # sigmoid(x) = (tanh(x / 2) + 1) / 2
        factor += 1
        factor *= 0.5
    long_term *= f
    np.multiply(i, g, out=learned)
    long_term += learned
    np.tanh(long_term, out=out)
    out *= o


def _transposed(cell: CellWeights) -> CellWeights:
    """The weights as ``_pass_gates`` wants them: (E, 4H), (H, 4H) and (4H,), halved but for g.

    Halving loses nothing: it is exact in binary.
    """
    scale = np.ones(len(cell.bias), np.float32)
    if cell.has_gates:
        size = cell.short_term.shape[1]
        scale[: 2 * size] = scale[3 * size :] = 0.5
    return CellWeights(
        np.ascontiguousarray((cell.event * scale[:, None]).T),
        np.ascontiguousarray((cell.short_term * scale[:, None]).T),
        cell.bias * scale,
    )
