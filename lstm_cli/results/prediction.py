"""What a model says of one review."""

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


def as_number(label: str) -> int | float:
    """A rating as JSON writes it.

    >>> as_number("4"), as_number("4.5")
    (4, 4.5)
    """
    value = float(label)
    return int(value) if value.is_integer() else value
