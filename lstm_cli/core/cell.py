"""The shared core: the LSTM's four gates and the plain RNN, read one event at a time; and
the pooling of what they leave in memory.

Shapes: B reviews in a batch, E embedding size, H hidden size, P poolings. A *factor* is a
sigmoid: 0 shuts its gate, 1 opens it. ``xp`` is the array library the operands
belong to, numpy or torch: the arithmetic is written once and runs in both.

The LSTM is that of Hochreiter and Schmidhuber (1997) with the forget gate of
Gers, Schmidhuber and Cummins (2000), as torch's ``nn.LSTM`` computes it; the
plain RNN is that of Elman (1990), as ``nn.RNN`` computes it.
"""

from collections.abc import Callable, Iterable, Sequence
from types import ModuleType
from typing import Any, NamedTuple

from lstm_cli.config import Pooling

# numpy.ndarray or torch.Tensor; naming either here would load it for everyone.
Array = Any


class CellWeights(NamedTuple):
    """The learned weights of one cell, laid out as torch lays them out.

    Rows are stacked i, f, g, o for the LSTM (4H of them); the plain RNN has H rows.
    """

    event: Array  # W_x, (4H, E) or (H, E)
    short_term: Array  # W_h, (4H, H) or (H, H)
    bias: Array  # b, (4H,) or (H,): the sum of torch's two

    @property
    def has_gates(self) -> bool:
        """Whether these are the weights of an LSTM, whose gates make it four rows a unit."""
        rows, hidden_size = self.short_term.shape
        return bool(rows == 4 * hidden_size)


class Memory(NamedTuple):
    """What is carried from one event to the next. (B, H) each."""

    long_term: Array  # LTM, the cell state c: unbounded
    short_term: Array  # STM, the hidden state h: in (-1, 1)


class Gates(NamedTuple):
    """What the gates did with one event. (B, H) each."""

    forget_factor: Array  # f: 1 keeps the old LTM, 0 drops it
    learn_factor: Array  # i: how much of the candidate is learned
    candidate: Array  # g, in (-1, 1): what the event proposes to remember
    use_factor: Array  # o: how much of the LTM is used now


def sigmoid(x: Array, xp: ModuleType) -> Array:
    """1 / (1 + exp(-x)) by way of tanh, which never overflows, in either library."""
    return 0.5 * xp.tanh(0.5 * x) + 0.5


def read_next(
    event: Array,
    memory: Memory,
    weights: CellWeights,
    xp: ModuleType,
    hold: Callable[[Gates], Gates] | None = None,
) -> tuple[Memory, Gates | None]:
    """Let one event pass through the cell that the weights belong to.

    Args:
        event: the embedded token being read. (B, E)
        memory: LTM and STM as the previous event left them. A plain RNN has no LTM, and
            passes on what stands in its place.
        weights: the learned weights of either cell.
        xp: the array library, ``numpy`` or ``torch``.
        hold: an experiment on the gates of an LSTM, as in ``read_event``.

    Returns:
        LTM and STM after the event, and the gate values, which a plain RNN does not have.
    """
    if weights.has_gates:
        return read_event(event, memory, weights, xp, hold)
    short_term = read_plain_event(event, memory.short_term, weights, xp)
    return Memory(memory.long_term, short_term), None


def read_event(
    event: Array,
    memory: Memory,
    weights: CellWeights,
    xp: ModuleType,
    hold: Callable[[Gates], Gates] | None = None,
) -> tuple[Memory, Gates]:
    """Let one event pass through the gates of an LSTM.

    Args:
        event: the embedded token being read. (B, E)
        memory: LTM and STM as the previous event left them.
        weights: the learned weights, rows stacked i, f, g, o.
        xp: the array library, ``numpy`` or ``torch``.
        hold: an experiment: given what the gates would do, it returns what they do instead.

    Returns:
        LTM and STM after the event, and the gate values that made them.
    """
    # One product serves all four gates. torch stacks them i, f, g, o along the
    # 4H axis; the order is a fact about the saved weights, not a choice here.
    stacked = event @ weights.event.T + memory.short_term @ weights.short_term.T + weights.bias
    size = memory.long_term.shape[1]
    i, f, g, o = (stacked[:, k * size : (k + 1) * size] for k in range(4))  # (B, H) each
    gates = Gates(sigmoid(f, xp), sigmoid(i, xp), xp.tanh(g), sigmoid(o, xp))
    if hold is not None:
        gates = hold(gates)

    kept = gates.forget_factor * memory.long_term  # forget gate
    learned = gates.learn_factor * gates.candidate  # learn gate
    long_term = kept + learned  # remember gate: the new LTM
    short_term = gates.use_factor * xp.tanh(long_term)  # use gate: the new STM
    return Memory(long_term, short_term), gates


def read_plain_event(
    event: Array, short_term: Array, weights: CellWeights, xp: ModuleType
) -> Array:
    """Let one event pass through a plain RNN, which has one memory and no gates.

    Args:
        event: the embedded token being read. (B, E)
        short_term: STM as the previous event left it. (B, H)
        weights: the learned weights, (H, E) and (H, H).
        xp: the array library, ``numpy`` or ``torch``.

    Returns:
        The new STM, in (-1, 1). (B, H)
    """
    return xp.tanh(event @ weights.event.T + short_term @ weights.short_term.T + weights.bias)


class RunningPool:
    """What the readout sees of the short-term memories that have been added, one after another.

    After each word it holds what the readout would see if the review ended there. It does not
    grow with the number of words.

    Args:
        pooling: which views of the memories the readout joins, in order.
        xp: the array library, ``numpy`` or ``torch``.

    >>> import numpy as np
    >>> pool = RunningPool(("last", "mean", "maximum"), np)
    >>> for memory in (0.25, 0.5, -0.75):
    ...     pool.add(np.array([memory]))
    >>> pool.joined().tolist()
    [-0.75, 0.0, 0.5]
    """

    def __init__(self, pooling: Sequence[Pooling], xp: ModuleType) -> None:
        self._pooling = pooling
        self._xp = xp
        self._num_added = 0
        self._last: Array = None
        self._total: Array = None
        self._highest: Array = None

    def add(self, short_term: Array) -> None:
        """Take in the short-term memory after one more word. (..., H)"""
        self._last = short_term
        # Nothing is changed in place: gradients are taken through here.
        if self._num_added:
            self._total = self._total + short_term
            self._highest = self._xp.maximum(self._highest, short_term)
        else:
            self._total = self._highest = short_term
        self._num_added += 1

    def joined(self) -> Array:
        """The views of what has been added, at least one memory, side by side. (..., P·H)"""
        views = {
            "last": self._last,
            "mean": self._total / self._num_added,
            "maximum": self._highest,
        }
        return self._xp.concatenate([views[name] for name in self._pooling], -1)


def pool(short_terms: Iterable[Array], pooling: Sequence[Pooling], xp: ModuleType) -> Array:
    """What the readout sees of a whole review. (..., P·H)

    Args:
        short_terms: STM after each of its words, of which there is at least one. (..., H) each
        pooling: which views of the memories the readout joins, in order.
        xp: the array library, ``numpy`` or ``torch``.
    """
    running = RunningPool(pooling, xp)
    for short_term in short_terms:
        running.add(short_term)
    return running.joined()
