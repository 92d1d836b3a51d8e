"""A story that two cells are told, and a review that a model learns."""

from dataclasses import asdict, dataclass
from typing import Any


@dataclass(frozen=True)
class StoryTold:
    """What two cells say a picture would show after each event."""

    events: tuple[str, ...]
    cuts: tuple[str, ...]  # as "long-term@3"
    picture: dict[str, float]  # what it says by itself, by animal
    answers: dict[str, tuple[dict[str, float], ...]]  # by cell, "rnn" and "lstm"; (T,) each
    hint: int | None  # the place of the first hint, from 0
    # By cell: how much of what the hint left in memory is there after each event, from 0 to 1;
    # None before it.
    hint_left: dict[str, tuple[float | None, ...]]
    measured: dict[str, float]  # by cell: share of right answers more than 20 events later

    def to_json(self) -> dict[str, Any]:
        """As ``lstm story --json`` prints it."""
        return asdict(self)


@dataclass(frozen=True)
class WordGradient:
    """How strongly the loss pulls at one word: lengths of the gradients."""

    token: str
    event: float  # |dloss/dE|, of the embedded word
    short_term: float  # |dloss/dSTM| after it
    long_term: float | None  # |dloss/dLTM| after it; a plain RNN has none


@dataclass(frozen=True)
class WeightChange:
    """One weight before and after a step: after = before - rate * gradient."""

    name: str
    before: float
    gradient: float
    after: float
    nudge: float  # by which it is made larger, and smaller, to check the gradient
    losses: tuple[float, float]  # with the larger weight, and the smaller

    @property
    def difference(self) -> float:
        """The central finite difference, which the gradient should be."""
        return (self.losses[0] - self.losses[1]) / (2 * self.nudge)


@dataclass(frozen=True)
class LearningStep:
    """What the model says of the review before the first step or after one, and what pulls then."""

    loss: float  # -ln of the probability of the true rating
    probabilities: dict[str, float]
    expected_rating: float
    errors: dict[str, float]  # dloss/dlogit: the probability, less 1 for the true rating
    words: tuple[WordGradient, ...]
    weights: tuple[float, ...]  # those that ``LearningTrace.weights`` names
    gradients: tuple[float, ...]  # and dloss/dweight of each


@dataclass(frozen=True)
class LearningTrace:
    """A review whose true rating a model learns, step by step."""

    text: str
    model: str
    true: str
    rate: float
    # Of each matrix the weight with the largest gradient before the first step, and that step.
    weights: tuple[WeightChange, ...]
    history: tuple[LearningStep, ...]  # before, and after each step

    def to_json(self) -> dict[str, Any]:
        """As ``lstm learn --json`` prints it."""
        return asdict(self)
