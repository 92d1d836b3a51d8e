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
    read_as: str | None  # of an unknown word that is misspelled, the known one that was read
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
class Routes:
    """By which routes a review reached its logits; each logit is its bias plus these parts.

    A route is a view of the short-term memories that the readout joins: the last, their mean,
    or the highest of each unit.
    """

    bias: dict[str, float]  # by rating: what the logits are before any word
    parts: dict[str, dict[str, float]]  # by route and rating

    @property
    def margins(self) -> dict[str, float]:
        """By route: what it adds to the logit of the highest rating, less to that of the lowest."""
        return {route: margin(parts) for route, parts in self.parts.items()}


def margin(by_rating: dict[str, float]) -> float:
    """The value of the highest rating less that of the lowest."""
    values = list(by_rating.values())
    return values[-1] - values[0]


@dataclass(frozen=True)
class Turn:
    """A word at which the expected rating moved, and where it stayed."""

    word: int  # its place, from 0
    before: float  # the expected rating before the word
    after: float  # and after it
    lasting: float  # how much of the change no later word took back; signed as the change


@dataclass(frozen=True)
class ImportantWord:
    """What a review loses without one of its words: it was read again without it."""

    word: int  # its place, from 0
    effect: float  # of the expected rating: with the word, less without it
    rating_without: str
    expected_without: float
    margin: float  # of the margin: with the word, less without it
    routes: dict[str, float] | None  # the margin of what it wrote, by route; None of a plain RNN
    # Where the rest of ``margin`` comes from: how much more each other word adds because this one
    # is there, the places and changes, the furthest first. Of mentioned words of an LSTM only, in a
    # review that is not long.
    through: tuple[tuple[int, float], ...] = ()


@dataclass(frozen=True)
class IdleWord:
    """A word that says much by itself and moved nothing here."""

    word: int  # its place, from 0
    alone: float  # what it makes of the expected rating where it is the only word


@dataclass(frozen=True)
class Explanation:
    """Which words made the rating, and how far that can be believed."""

    turns: tuple[Turn, ...]  # in the order of the words
    undone: tuple[Turn, ...]  # words that moved it as far, most of which later words took back
    words: tuple[ImportantWord, ...]  # the most important first
    mentioned: tuple[int, ...]  # the places of those that are worth a sentence, in their order
    named: tuple[int, ...]  # the places of three that together pull the rating furthest one way
    idle: tuple[IdleWord, ...]  # those that say most by themselves first
    moved: float | None  # how far deleting those three moves the expected rating
    moved_at_random: float | None  # and three at random, on average
    is_exact: bool  # every word was left out once; else only those that seemed to matter

    def to_json(self) -> dict[str, Any]:
        """As ``lstm inspect-gates --json`` prints it."""
        return {
            "turns": [vars(turn) for turn in self.turns],
            "undone": [vars(turn) for turn in self.undone],
            "words": [vars(word) for word in self.words],
            "mentioned": list(self.mentioned),
            "named": list(self.named),
            "idle": [vars(word) for word in self.idle],
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
    by_route: dict[str, dict[str, float]]  # the same, apart by the route the readout sees it by


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
class UnitTrace:
    """What the gates of one hidden unit did, a number for each word."""

    unit: int  # from 1
    share: float  # of all units' say in this rating
    forget: tuple[float, ...]  # 1 keeps
    learn: tuple[float, ...]
    use: tuple[float, ...]
    long_term: tuple[float, ...]  # tanh of it, -1..1; above zero favours a higher rating


@dataclass(frozen=True)
class GateTrace:
    """One review, read word by word."""

    text: str
    cell: str
    start: dict[str, float]  # probabilities before any word was read
    start_expected_rating: float
    words: tuple[WordTrace, ...]
    prediction: Prediction
    span: float  # of the scale: the highest rating less the lowest
    routes: Routes
    explanation: Explanation | None  # not of thousands of reviews: each takes many readings
    ledger: LedgerTrace | None = None  # of an LSTM, if asked for
    carrying: tuple[UnitTrace, ...] = ()  # the units of an LSTM with most say in the rating
    units: tuple[dict[str, list[float]], ...] | None = None  # whole vectors a word, if asked for

    @property
    def expected_ratings(self) -> tuple[float, ...]:
        """Before the first word, and after each."""
        return (self.start_expected_rating, *(word.expected_rating for word in self.words))

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
            "read_as": self.prediction.read_as,
            "warnings": list(self.prediction.warnings),
            "model": self.prediction.model,
        }
        described = {"text": self.text, "schema": 2, "summary": summary, "tokens": tokens}
        described["routes"] = {"bias": self.routes.bias, **self.routes.parts}
        if self.carrying:
            described["carrying_units"] = [vars(unit) for unit in self.carrying]
        if self.explanation is not None:
            described["explanation"] = self.explanation.to_json()
        if self.ledger is not None:
            described["ledger"] = self.ledger.to_json()
        return described
