"""What the core hands to the views: plain numbers, no text for people, no arrays.

Ratings are on the user's own scale everywhere here, written as the scale
writes them ("4", "4.5"); shares and probabilities lie in 0..1.
"""

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Scores:
    """How well ratings were predicted."""

    n: int
    accuracy: float
    within_one: float  # share at most one rating point off
    mae: float  # mean distance, in rating points
    qwk: float  # quadratic weighted kappa of Cohen (1968), -1..1, 0 is chance
    macro_f1: float  # mean over the ratings that occur


@dataclass(frozen=True)
class ReliabilityBin:
    """One of ten bins of equal mass: is 70 % right seven times in ten?"""

    confidence: float
    accuracy: float
    n: int


@dataclass(frozen=True)
class Evaluation:
    """A model against reviews whose ratings are known."""

    model: str
    scores: Scores
    accuracy_interval: tuple[float, float]  # 95 %, Wilson's
    ece: float  # expected calibration error, ten bins of equal mass
    reliability: tuple[ReliabilityBin, ...]
    ratings: tuple[str, ...]
    confusion: tuple[tuple[int, ...], ...]  # rows the true rating, columns the predicted one
    baselines: dict[str, Scores]  # what simpler models reach on the same reviews
    unseen_ratings: dict[str, int]  # ratings the model has never seen, counted as wrong

    def to_json(self) -> dict[str, Any]:
        """As ``lstm evaluate --json`` prints it."""
        return {
            **vars(self.scores),
            "accuracy_interval": list(self.accuracy_interval),
            "ece": self.ece,
            "ratings": list(self.ratings),
            "confusion": [list(row) for row in self.confusion],
            "baselines": {name: vars(scores) for name, scores in self.baselines.items()},
            "reliability": [vars(part) for part in self.reliability],
            "unseen_ratings": self.unseen_ratings,
            "model": self.model,
        }


@dataclass(frozen=True)
class EpochReport:
    """One pass over the training reviews, and what the held-out ones say of it."""

    epoch: int  # counted from 1
    train_loss: float
    validation_loss: float
    accuracy: float
    mae: float
    qwk: float
    seconds: float  # since the first batch of the first epoch
    is_best: bool


@dataclass(frozen=True)
class LanguageReport:
    """One pass of a language model over the reviews, and what it makes of those held out."""

    epoch: int  # counted from 1
    train_perplexity: float  # 1 would be certainty; of this run's part of the epoch
    perplexity: float  # of the held-out reviews
    seconds: float  # since this run began


@dataclass(frozen=True)
class Prediction:
    """What a model says of one review."""

    text: str
    rating: str  # the most probable one
    expected_rating: float  # the mean of the ratings, weighted by their probabilities
    probabilities: dict[str, float]
    tokens: int
    unknown: tuple[str, ...]  # distinct tokens the model does not know, in order
    warnings: tuple[str, ...]
    model: str

    @property
    def confidence(self) -> float:
        """The probability of the rating that is named."""
        return self.probabilities[self.rating]

    def to_json(self) -> dict[str, Any]:
        """As ``lstm predict --json`` prints it."""
        return {
            "text": self.text,
            "rating": as_number(self.rating),
            "expected_rating": self.expected_rating,
            "probabilities": self.probabilities,
            "tokens": self.tokens,
            "unknown": list(self.unknown),
            "warnings": list(self.warnings),
            "model": self.model,
        }


@dataclass(frozen=True)
class WordTrace:
    """What one word did. Means over the units, weighted by what they add to the rating.

    The plain RNN has one memory and no gates: there the gates' values are ``None``.
    """

    token: str
    known: bool
    forget: float | None  # 1 keeps the long-term memory, 0 forgets it
    learn: float | None
    use: float | None
    candidate: float | None  # -1..1
    long_term: float | None
    short_term: float  # -1..1
    retained: float | None  # share of what this word wrote that is still there at the end
    contribution: float  # change of the expected rating when this word was read
    running: dict[str, float]  # probabilities if the review ended here
    rating: str  # the most probable one if the review ended here
    expected_rating: float


@dataclass(frozen=True)
class GateTrace:
    """One review, read word by word."""

    text: str
    cell: str
    start: dict[str, float]  # probabilities before any word was read
    start_expected_rating: float
    words: tuple[WordTrace, ...]
    prediction: Prediction
    units: tuple[dict[str, list[float]], ...] | None = None  # whole vectors a word, if asked for

    def to_json(self) -> dict[str, Any]:
        """As ``lstm inspect-gates --json`` prints it."""
        tokens = [
            {k: v for k, v in vars(word).items() if k not in ("rating", "expected_rating")}
            for word in self.words
        ]
        if self.units is not None:
            for token, vectors in zip(tokens, self.units, strict=True):
                token["units"] = vectors
        summary = {
            "cell": self.cell,
            "rating": as_number(self.prediction.rating),
            "expected_rating": self.prediction.expected_rating,
            "start_expected_rating": self.start_expected_rating,
            "start": self.start,
            "unknown": list(self.prediction.unknown),
            "warnings": list(self.prediction.warnings),
            "model": self.prediction.model,
        }
        return {"text": self.text, "schema": 1, "summary": summary, "tokens": tokens}


@dataclass(frozen=True)
class WordStatistics:
    """What the gates did with one word, on average over the validation reviews."""

    word: str
    count: int
    forget: float | None
    learn: float | None
    use: float | None
    contribution: float  # mean change of the expected rating when it was read


@dataclass(frozen=True)
class ModelSummary:
    """A saved model, as a list of models shows it."""

    name: str
    path: str
    created: str
    cell: str
    ratings: tuple[str, ...]
    reviews: int
    accuracy: float | None
    problem: str | None = None  # why it cannot be used


def as_number(label: str) -> int | float:
    """A rating as JSON writes it.

    >>> as_number("4"), as_number("4.5")
    (4, 4.5)
    """
    value = float(label)
    return int(value) if value.is_integer() else value
