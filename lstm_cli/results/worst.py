"""The reviews that a model is surest are bad, and the words that make them so."""

from dataclasses import dataclass
from typing import Any

from lstm_cli.results.prediction import as_json_rating


@dataclass(frozen=True)
class HarmfulWord:
    """A word that lowers a rating."""

    token: str
    # Of the logarithm of p(highest rating) / p(lowest rating): its change when the word was read.
    contribution: float  # under 0
    start: int | None  # its first letter in the text, from 0; None where it is spelled otherwise
    stop: int | None  # the letter after its last


@dataclass(frozen=True)
class LowReview:
    """One of the lowest reviews of a file."""

    line: int  # where it begins in the file
    text: str
    rating: str  # the most probable one
    expected_rating: float
    confidence: float  # probability of the most probable rating
    words: tuple[HarmfulWord, ...]  # the most harmful first

    def to_json(self) -> dict[str, Any]:
        """As ``lstm predict --worst --json`` prints it."""
        return {
            "line": self.line,
            "text": self.text,
            "rating": as_json_rating(self.rating),
            "expected_rating": self.expected_rating,
            "confidence": self.confidence,
            "words": [vars(word) for word in self.words],
        }
