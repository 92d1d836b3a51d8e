"""Reviews read in numpy, event by event, with everything the gates did kept.

It is slower than the fused kernel for many reviews, but it needs no torch and
hides nothing. Positions after the end of a review hold what the cell makes of
padding, and nobody looks at them.

Shapes: B reviews, T tokens in the longest, E embedding size, H hidden size,
R ratings, P poolings.
"""

from collections.abc import Callable
from contextlib import AbstractContextManager
from functools import cache, partial
from threading import Lock
from typing import NamedTuple, Protocol

import numpy as np
from numpy.typing import NDArray
from threadpoolctl import ThreadpoolController

from lstm_cli.arrays import Float32Array, Float64Array
from lstm_cli.config import ModelConfig, Pooling
from lstm_cli.core.cell import CellWeights, Gates, Memory, RunningPool, read_next

EVENTS_AT_ONCE = 4_096

# Given a step, from 0, and what the gates would do with it: what they do instead. (B, H) each
Hold = Callable[[int, Gates], Gates]


class Rows(Protocol):
    """A matrix whose rows can be taken, in memory or in a file."""

    def __getitem__(self, places: NDArray[np.int64], /) -> Float32Array:
        """The rows at some places. (..., E)"""


class NetworkWeights(NamedTuple):
    """The whole network in numpy."""

    embedding: Rows  # (V, E)
    cell: CellWeights
    readout: Float32Array  # (R, P·H)
    readout_bias: Float32Array  # (R,)


class Reading(NamedTuple):
    """What was in memory after each event, and what the gates did with it."""

    short_term: Float32Array  # STM, (B, T, H)
    long_term: Float32Array | None  # LTM, (B, T, H); a plain RNN has none
    gates: Gates | None  # (B, T, H) each; a plain RNN has none


def run_cell(
    token_ids: NDArray[np.int64],
    weights: NetworkWeights,
    config: ModelConfig,
    hold: Hold | None = None,
) -> Reading:
    """Read reviews from their first token to their last.

    Args:
        token_ids: padded after the words. (B, T)
        weights: the network.
        config: its sizes.
        hold: an experiment on an LSTM that decides what its gates do at each step.
    """
    events = weights.embedding[token_ids]  # (B, T, E)
    batch, steps = token_ids.shape
    nothing = np.zeros((batch, config.hidden_size), dtype=events.dtype)
    memory = Memory(nothing, nothing)
    memories: list[Memory] = []
    all_gates: list[Gates] = []
    for step in range(steps):
        held = None if hold is None else partial(hold, step)
        memory, gates = read_next(events[:, step], memory, weights.cell, np, held)
        memories.append(memory)
        if gates is not None:
            all_gates.append(gates)
    short_term = _along_time([memory.short_term for memory in memories], nothing)
    if not weights.cell.has_gates:
        return Reading(short_term, None, None)
    return Reading(
        short_term,
        _along_time([memory.long_term for memory in memories], nothing),
        Gates(
            *(
                _along_time([gates[k] for gates in all_gates], nothing)
                for k in range(len(Gates._fields))
            )
        ),
    )


def read_to_end(
    token_ids: NDArray[np.int64],
    weights: NetworkWeights,
    config: ModelConfig,
    advance: Callable[[int], None] | None = None,
) -> Float32Array:
    """The logits of reviews that have been read to their end. (B, R)

    The memory this takes does not grow with their length.

    Args:
        token_ids: of reviews of the same length. (B, T)
        weights: the network.
        config: its sizes and its pooling.
        advance: is told how many more words have been read.
    """
    batch, steps = token_ids.shape
    nothing = np.zeros((batch, config.hidden_size), dtype=weights.readout.dtype)
    memory = Memory(nothing, nothing)
    pool = RunningPool(config.pooling, np)
    for start in range(0, steps, EVENTS_AT_ONCE):
        for event in weights.embedding[token_ids.T[start : start + EVENTS_AT_ONCE]]:
            memory, _ = read_next(event, memory, weights.cell, np)
            pool.add(memory.short_term)
            if advance is not None:
                advance(batch)
    if not steps:
        return np.tile(weights.readout_bias, (batch, 1))
    return pool.joined() @ weights.readout.T + weights.readout_bias


def pool_running(short_term: Float32Array, pooling: tuple[Pooling, ...]) -> Float32Array:
    """What the readout would see if each review ended after each of its words. (B, T, P·H)

    Args:
        short_term: STM after each word. (B, T, H)
        pooling: which views of the memories the readout joins, in order.
    """
    pool = RunningPool(pooling, np)
    joined = []
    for step in range(short_term.shape[1]):
        pool.add(short_term[:, step])
        joined.append(pool.joined())
    batch, _, hidden_size = short_term.shape
    nothing = np.zeros((batch, len(pooling) * hidden_size), dtype=short_term.dtype)
    return _along_time(joined, nothing)


def running_logits(
    short_term: Float32Array, weights: NetworkWeights, config: ModelConfig
) -> Float32Array:
    """The logits of each rating if each review ended after each of its words. (B, T, R)"""
    pooled = pool_running(short_term, config.pooling)
    return pooled @ weights.readout.T + weights.readout_bias


def softmax(logits: Float32Array | Float64Array) -> NDArray[np.float64]:
    """Probabilities along the last axis, which add up to 1."""
    odds = np.exp(logits.astype(np.float64) - logits.max(axis=-1, keepdims=True))
    return odds / odds.sum(axis=-1, keepdims=True)


def _along_time(steps: list[Float32Array], nothing: Float32Array) -> Float32Array:
    """What there is after each step, (B, ...), along a second axis; of no step, too. (B, T, ...)"""
    return np.stack(steps, axis=1) if steps else nothing[:, None][:, :0]


@cache
def _pools() -> ThreadpoolController:
    return ThreadpoolController()


class _OneThread:
    """The limit of the whole process, for as long as anyone is in the context."""

    def __init__(self) -> None:
        self._lock, self._inside = Lock(), 0
        self._limit: AbstractContextManager[object] | None = None

    def __enter__(self) -> None:
        with self._lock:
            if not self._inside:
                self._limit = _pools().limit(limits=1)
                self._limit.__enter__()
            self._inside += 1

    def __exit__(self, *_: object) -> None:
        with self._lock:
            self._inside -= 1
            if not self._inside and self._limit is not None:
                self._limit.__exit__(None, None, None)


_ONE_THREAD = _OneThread()


def on_one_thread() -> AbstractContextManager[None]:
    """A context in which numpy multiplies on one thread: one review is too little to share out.

    The limit is that of the process. Threads may be in it side by side, and the last to leave
    lifts it. The libraries are looked for once a process, which takes longer than a review does.
    """
    return _ONE_THREAD
