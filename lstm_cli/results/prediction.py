"""What a model says of one review."""

import math
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Prediction:
    """What a model says of one review."""

    text: str
    rating: str  # the most probable one
    expected_rating: float  # the mean of the ratings, weighted by their probabilities
    probabilities: dict[str, float]
    tokens: int
    unknown: tuple[str, ...]  # distinct tokens the model does not know, in order
    read_as: dict[str, str]  # of these the misspelled ones, and the known words they are read as
    warnings: tuple[str, ...]
    model: str
    # Where ratings are words: of how many places on the scale the expected rating is one.
    num_places: int | None = None
    answered_by: str | None = None  # where two models take turns: which one

    @property
    def confidence(self) -> float:
        """The probability of the rating that is named."""
        return self.probabilities[self.rating]

    def to_json(self) -> dict[str, Any]:
        """As ``lstm predict --json`` prints it."""
        described = {
            "text": self.text,
            "rating": as_json_rating(self.rating),
            "expected_rating": self.expected_rating,
            "probabilities": self.probabilities,
            "tokens": self.tokens,
            "unknown": list(self.unknown),
            "read_as": self.read_as,
            "warnings": list(self.warnings),
            "model": self.model,
        }
        return described | ({} if self.answered_by is None else {"answered_by": self.answered_by})


def as_json_rating(label: str) -> int | float | str:
    """A rating as JSON writes it: a number, if it is one.

    >>> as_json_rating("4"), as_json_rating("4.5"), as_json_rating("good")
    (4, 4.5, 'good')
    """
    try:
        value = float(label)
    except ValueError:
        return label
    if not math.isfinite(value):
        return label
    return int(value) if value.is_integer() else value
