"""What the gates did with one review, word by word."""

from dataclasses import dataclass
from typing import Any

from lstm_cli.results.prediction import Prediction, as_json_rating


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
class Turn:
    """A word at which the rating became another one."""

    word: int  # its place, from 0
    before: str
    after: str


@dataclass(frozen=True)
class ImportantWord:
    """What a review loses without one of its words: it was read again without it."""

    word: int  # its place, from 0
    effect: float  # of the expected rating: with the word, less without it
    rating_without: str
    expected_without: float


@dataclass(frozen=True)
class Explanation:
    """Which words made the rating, and how far that can be believed."""

    turns: tuple[Turn, ...]
    words: tuple[ImportantWord, ...]  # the most important first
    named: tuple[int, ...]  # the places of three that together pull the rating furthest one way
    moved: float | None  # how far deleting those three moves the expected rating
    moved_at_random: float | None  # and three at random, on average
    is_exact: bool  # every word was left out once; else only those that seemed to matter

    def to_json(self) -> dict[str, Any]:
        """As ``lstm inspect-gates --json`` prints it."""
        return {
            "turns": [vars(turn) for turn in self.turns],
            "words": [vars(word) for word in self.words],
            "named": list(self.named),
            "named_move": self.moved,
            "random_three_move": self.moved_at_random,
            "every_word_tried": self.is_exact,
        }


@dataclass(frozen=True)
class LedgerLine:
    """What became of what one word wrote into the long-term memory."""

    word: int  # its place, from 0
    left: float  # share of it that is there at the end
    half_gone: int | None  # the later word after which under half was left
    taken_by: tuple[tuple[int, float], ...]  # which later words took most of it, and how much
    to_logits: dict[str, float]  # with the readout's bias, these add up to the logits


@dataclass(frozen=True)
class LedgerTrace:
    """The memory ledger of one review."""

    lines: tuple[LedgerLine, ...]
    remembered: tuple[tuple[float, ...], ...]  # row t: share left after word t, t + 1, ...
    bias: dict[str, float]  # what the logits are before any word
    logits: dict[str, float]

    def to_json(self) -> dict[str, Any]:
        """As ``lstm inspect-gates --ledger --json`` prints it."""
        return {
            "lines": [vars(line) for line in self.lines],
            "remembered": [list(row) for row in self.remembered],
            "bias": self.bias,
            "logits": self.logits,
        }


@dataclass(frozen=True)
class GateTrace:
    """One review, read word by word."""

    text: str
    cell: str
    start: dict[str, float]  # probabilities before any word was read
    start_expected_rating: float
    words: tuple[WordTrace, ...]
    prediction: Prediction
    explanation: Explanation | None  # not of thousands of reviews: each takes many readings
    ledger: LedgerTrace | None = None  # of an LSTM, if asked for
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
            "rating": as_json_rating(self.prediction.rating),
            "expected_rating": self.prediction.expected_rating,
            "start_expected_rating": self.start_expected_rating,
            "start": self.start,
            "unknown": list(self.prediction.unknown),
            "warnings": list(self.prediction.warnings),
            "model": self.prediction.model,
        }
        described = {"text": self.text, "schema": 1, "summary": summary, "tokens": tokens}
        if self.explanation is not None:
            described["explanation"] = self.explanation.to_json()
        if self.ledger is not None:
            described["ledger"] = self.ledger.to_json()
        return described
