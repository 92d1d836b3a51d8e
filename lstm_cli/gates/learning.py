"""One step of learning, in numbers: "it is actually a 4: how does the network learn this?"

The loss is -ln P(true), its gradient is taken through ``core/cell.py`` word by word, back to the
first (backpropagation through time, Werbos 1990), and every weight moves by the rate times its
gradient, against it (plain gradient descent; ``lstm train`` uses AdamW on many reviews at once).
Everything is in float64, so that a calculator and a finite difference agree.

Shapes: T words, U distinct words, E embedding size, H units, R ratings, P poolings.
"""

from collections.abc import Sequence
from dataclasses import dataclass, fields
from functools import cached_property
from itertools import islice

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn import functional

from lstm_cli.bundle.reading import Bundle
from lstm_cli.core.cell import CellWeights, Memory, pool, read_next
from lstm_cli.errors import RequestError, RowError
from lstm_cli.gates.arithmetic import VIEWS
from lstm_cli.inference.predictor import Predictor
from lstm_cli.results import LearningStep, LearningTrace, WeightChange, WordGradient

MOST_WORDS = 300  # of a review; a step through so many takes some seconds
NUDGE = 2e-4  # of a weight, for the finite difference that a person can repeat
GATES = ("i", "f", "N", "V")  # torch stacks their rows in this order

Place = tuple[np.intp, ...]  # of a number in an array


@dataclass(frozen=True)
class _Weights:
    """All that learns. Copies: the saved model stays as it is."""

    embedding: Tensor  # of the distinct words of the review. (U, E)
    event: Tensor  # (4H, E), or (H, E)
    short_term: Tensor  # (4H, H), or (H, H)
    bias: Tensor  # (4H,), or (H,)
    readout: Tensor  # (R, P·H)
    readout_bias: Tensor  # (R,)

    @property
    def all(self) -> list[Tensor]:
        """In the order of the fields."""
        return [getattr(self, field.name) for field in fields(self)]


@dataclass(frozen=True)
class Lesson:
    """A review whose true rating is known, and a network that is to learn it.

    Args:
        bundle: the model.
        tokens: the review, at least one word.
        place: that of the true rating on the scale.
    """

    bundle: Bundle
    tokens: Sequence[str]
    place: int

    def start(self) -> _Weights:
        """The weights of the model, ready to learn."""
        weights = self.bundle.weights
        embedding = weights.embedding[np.array(self._distinct)]
        arrays = (embedding, *weights.cell, weights.readout, weights.readout_bias)
        return _Weights(
            *(torch.tensor(np.asarray(a), dtype=torch.float64).requires_grad_() for a in arrays)
        )

    @cached_property
    def _ids(self) -> list[int]:
        return self.bundle.lookup.encode(self.tokens)

    @cached_property
    def _distinct(self) -> list[int]:
        return list(dict.fromkeys(self._ids))

    def read(self, weights: _Weights) -> tuple[list[Tensor], list[Memory], Tensor]:
        """The events, the memories after each word, and the logits. (T), (T), (R,)"""
        places = {token_id: place for place, token_id in enumerate(self._distinct)}
        rows = [places[token_id] for token_id in self._ids]
        events = [weights.embedding[row : row + 1] * 1.0 for row in rows]
        config = self.bundle.info.model
        nothing = torch.zeros(1, config.hidden_size, dtype=torch.float64)
        memory = Memory(nothing, nothing)
        cell = CellWeights(weights.event, weights.short_term, weights.bias)
        memories = []
        for event in events:
            memory, _ = read_next(event, memory, cell, torch)
            memories.append(memory)
        pooled = pool([memory.short_term for memory in memories], config.pooling, torch)
        logits = (pooled @ weights.readout.T + weights.readout_bias)[0]
        return events, memories, logits

    def loss(self, weights: _Weights) -> Tensor:
        """-ln P(true)."""
        return -functional.log_softmax(self.read(weights)[2], 0)[self.place]

    def gradients(self, weights: _Weights) -> list[Tensor]:
        """Of the loss, for each of the weights."""
        return list(torch.autograd.grad(self.loss(weights), weights.all))


def learn(bundle: Bundle, text: str, true: str, rate: float, times: int = 1) -> LearningTrace:
    """Let a model learn the true rating of one review, and say what moved.

    Args:
        bundle: the model, which is not changed.
        text: the review.
        true: its rating, as the scale writes it.
        rate: how far the weights move along their gradients.
        times: how often.

    Raises:
        RequestError: the rating is not one of the scale.
        RowError: the review has no word, or too many.
    """
    labels = bundle.info.scale.labels
    if true not in labels:
        raise RequestError(f"the model rates {', '.join(labels)}", parameter="true", value=true)
    tokens = Predictor(bundle).tokenize(text)
    if not 1 <= len(tokens) <= MOST_WORDS:
        raise RowError(f"a lesson has 1 to {MOST_WORDS} words, this review {len(tokens):,}")
    lesson = Lesson(bundle, tokens, labels.index(true))
    weights = lesson.start()
    changes: list[WeightChange] = []
    places: list[Place] = []
    history: list[LearningStep] = []
    for _ in range(times + 1):
        taken = _differentiate(lesson, weights)
        if not history:
            places = [_largest(gradient) for gradient in taken.gradients]
            changes = _changes(lesson, weights, taken.gradients, places, rate)
        history.append(_step(lesson, weights, taken, places))
        pairs = zip(weights.all, taken.gradients, strict=True)
        weights = _Weights(*((w - rate * slope).detach().requires_grad_() for w, slope in pairs))
    return LearningTrace(
        text=text,
        model=bundle.name,
        true=true,
        rate=rate,
        weights=tuple(changes),
        history=tuple(history),
    )


@dataclass(frozen=True)
class _Taken:
    """One reading, and the gradients of its loss."""

    loss: float
    chances: NDArray[np.float64]  # of each rating. (R,)
    gradients: list[Tensor]  # of all weights
    errors: Tensor  # dloss/dlogits. (R,)
    events: list[Tensor]  # dloss/dE of each word. (1, E)
    short_term: list[Tensor]  # dloss/dSTM after each word. (1, H)
    long_term: list[Tensor] | None  # dloss/dLTM after each word; a plain RNN has none


def _differentiate(lesson: Lesson, weights: _Weights) -> _Taken:
    """Read the review, and follow the loss back to all that led to it."""
    events, memories, logits = lesson.read(weights)
    loss = -functional.log_softmax(logits, 0)[lesson.place]
    sought = [*weights.all, logits, *events, *(memory.short_term for memory in memories)]
    has_gates = lesson.bundle.weights.cell.has_gates
    if has_gates:
        sought += [memory.long_term for memory in memories]
    found = iter(torch.autograd.grad(loss, sought))
    steps = len(events)
    return _Taken(
        loss=abs(loss.item()),  # of a probability of 1 it is 0, not -0
        chances=torch.softmax(logits, 0).detach().numpy(),
        gradients=list(islice(found, len(weights.all))),
        errors=next(found),
        events=list(islice(found, steps)),
        short_term=list(islice(found, steps)),
        long_term=list(islice(found, steps)) if has_gates else None,
    )


def _step(
    lesson: Lesson, weights: _Weights, taken: _Taken, places: Sequence[Place]
) -> LearningStep:
    """What is told of one reading.

    Args:
        lesson: what is to be learned.
        weights: as they were when it was read.
        taken: the reading.
        places: of the weights that are followed, one in each matrix.
    """
    info = lesson.bundle.info
    followed = zip(weights.all, taken.gradients, places, strict=True)
    numbers = [(float(w.detach()[place]), float(slope[place])) for w, slope, place in followed]
    return LearningStep(
        loss=taken.loss,
        probabilities=dict(zip(info.scale.labels, taken.chances.tolist(), strict=True)),
        expected_rating=float(taken.chances @ np.array(info.ratings)),
        errors=dict(zip(info.scale.labels, taken.errors.tolist(), strict=True)),
        words=tuple(
            WordGradient(
                token,
                float(taken.events[k].norm()),
                float(taken.short_term[k].norm()),
                None if taken.long_term is None else float(taken.long_term[k].norm()),
            )
            for k, token in enumerate(lesson.tokens)
        ),
        weights=tuple(value for value, _ in numbers),
        gradients=tuple(slope for _, slope in numbers),
    )


def _largest(gradient: Tensor) -> Place:
    return np.unravel_index(int(gradient.abs().argmax()), gradient.shape)


def _changes(
    lesson: Lesson,
    weights: _Weights,
    gradients: Sequence[Tensor],
    places: Sequence[Place],
    rate: float,
) -> list[WeightChange]:
    """What a step makes of one weight in each matrix, and what a finite difference says of it."""
    changes = []
    for field, gradient, place in zip(fields(_Weights), gradients, places, strict=True):
        before = float(getattr(weights, field.name).detach()[place])
        slope = float(gradient[place])
        nudged = [loss_with(lesson, weights, field.name, place, sign * NUDGE) for sign in (1, -1)]
        changes.append(
            WeightChange(
                _name_of(lesson, field.name, place),
                before,
                slope,
                before - rate * slope,
                NUDGE,
                (nudged[0], nudged[1]),
            )
        )
    return changes


def loss_with(lesson: Lesson, weights: _Weights, name: str, place: Place, change: float) -> float:
    """The loss where one weight is changed by a little."""
    changed = [weight.detach().clone() for weight in weights.all]
    changed[[field.name for field in fields(_Weights)].index(name)][place] += change
    with torch.no_grad():
        return float(lesson.loss(_Weights(*changed)))


def _name_of(lesson: Lesson, name: str, place: Sequence[np.intp]) -> str:
    """A weight as a person finds it: ``W_f(STM), unit 3, from unit 7``; counted from 1."""
    config, row = lesson.bundle.info.model, int(place[0])
    size = config.hidden_size
    if name == "embedding":
        word = lesson.bundle.vocabulary.tokens[lesson._distinct[row]]
        return f'E of "{word}", number {int(place[1]) + 1}'
    if name.startswith("readout"):
        rating = lesson.bundle.info.scale.labels[row]
        if name == "readout_bias":
            return f"b of the readout, rating {rating}"
        view, unit = divmod(int(place[1]), size)
        seen = VIEWS[config.pooling[view]]
        return f"W of the readout, rating {rating}, {seen} value of unit {unit + 1}"
    has_gates = lesson.bundle.weights.cell.has_gates
    gate = f"_{GATES[row // size].lower()}" if has_gates else ""
    unit = row % size + 1
    if name == "bias":
        return f"b{gate}, unit {unit}"
    source = f"number {int(place[1]) + 1} of E" if name == "event" else f"unit {int(place[1]) + 1}"
    return f"W{gate}, unit {unit}, from {source}"
