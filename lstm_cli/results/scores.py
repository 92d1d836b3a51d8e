"""How good models are: scores, comparisons, mistakes, an exam."""

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
class StatedPercentage:
    """The answers near one round percentage, and how often they are right."""

    stated: float  # 0.6, 0.7, 0.8 or 0.9; at most five points from what each answer says
    n: int
    right: float
    interval: tuple[float, float]  # of ``right``: 95 %, Wilson's


@dataclass(frozen=True)
class Trust:
    """Whether the percentages of a model are those of how often it is right."""

    # "as sure as right", "too sure", "not sure enough", or "uneven": neither on the whole, and
    # yet further off in parts than chance explains. "too few" answers have no verdict.
    verdict: str
    confidence: float  # mean probability of the ratings that are named
    checked: StatedPercentage | None  # None: too few answers near any of them
    # The calibration error that chance alone reaches or exceeds on one in forty files as large.
    most_by_chance: float | None = None

    def to_json(self) -> dict[str, Any]:
        """As ``lstm evaluate --json`` prints it."""
        checked = {} if self.checked is None else vars(self.checked)
        return {
            "verdict": self.verdict,
            "confidence": self.confidence,
            "checked": checked,
            "most_by_chance": self.most_by_chance,
        }


@dataclass(frozen=True)
class RatingScores:
    """How well one rating was told from the others."""

    rating: str
    n: int  # reviews that have it
    precision: float  # of those it was named for, the share that have it
    recall: float  # of those that have it, the share it was named for
    f1: float


@dataclass(frozen=True)
class Difference:
    """How much better one model, or one way of reading, does than another on the same reviews."""

    first: float  # share that is right
    second: float
    worth: float  # first - second
    interval: tuple[float, float]  # 95 %, paired bootstrap


@dataclass(frozen=True)
class Evaluation:
    """A model against reviews whose ratings are known."""

    model: str
    scores: Scores
    accuracy_interval: tuple[float, float]  # 95 %, Wilson's
    ece: float  # expected calibration error, ten bins of equal mass
    ece_by_chance: float  # what a model whose probabilities are right has on so few reviews
    reliability: tuple[ReliabilityBin, ...]
    trust: Trust
    ratings: tuple[str, ...]
    per_rating: tuple[RatingScores, ...]
    confusion: tuple[tuple[int, ...], ...]  # rows the true rating, columns the predicted one
    baselines: dict[str, Scores]  # what simpler models reach on the same reviews
    unseen_ratings: dict[str, int]  # ratings the model has never seen, counted as wrong
    has_places: bool = False  # ratings are words, and errors count places on their scale
    word_order: Difference | None = None  # the reviews as they are, and with their words shuffled

    def to_json(self) -> dict[str, Any]:
        """As ``lstm evaluate --json`` prints it."""
        return {
            **vars(self.scores),
            "accuracy_interval": list(self.accuracy_interval),
            "ece": self.ece,
            "ece_by_chance": self.ece_by_chance,
            "percentages": self.trust.to_json(),
            "ratings": list(self.ratings),
            "per_rating": [vars(rating) for rating in self.per_rating],
            "confusion": [list(row) for row in self.confusion],
            "baselines": {name: vars(scores) for name, scores in self.baselines.items()},
            "word_order": self._word_order(),
            "reliability": [vars(part) for part in self.reliability],
            "unseen_ratings": self.unseen_ratings,
            "model": self.model,
        }

    def _word_order(self) -> dict[str, Any]:
        if self.word_order is None:
            return {}
        order = self.word_order
        return {
            "accuracy": order.first,
            "shuffled": order.second,
            "worth": order.worth,
            "interval": list(order.interval),
        }


@dataclass(frozen=True)
class Comparison:
    """Two models on the same reviews."""

    models: tuple[str, str]
    scores: tuple[Scores, Scores]
    difference: Difference  # of the accuracies, the first model's less the second's
    parted: tuple["Parting", ...]  # where one is right and the other wrong, clearest first
    num_parted: int  # of which ``parted`` holds some

    def to_json(self) -> dict[str, Any]:
        """As ``lstm compare --json`` prints it."""
        return {
            "models": list(self.models),
            "scores": [vars(scores) for scores in self.scores],
            "difference": self.difference.worth,
            "interval": list(self.difference.interval),
            "num_parted": self.num_parted,
            "parted": [vars(parting) for parting in self.parted],
        }


@dataclass(frozen=True)
class Parting:
    """A review that one model rates right and the other wrong."""

    text: str
    rating: str
    predicted: tuple[str, str]
    confidence: tuple[float, float]


@dataclass(frozen=True)
class Mistake:
    """A review that was rated wrong."""

    line: int  # where it begins in its file
    text: str
    rating: str
    predicted: str
    confidence: float
    words: tuple[tuple[str, float], ...]  # and how far each moved the expected rating


ALIKE = "must not matter"  # in a subject: its two sentences should be rated alike


@dataclass(frozen=True)
class ExamAnswer:
    """What a model says of two sentences that differ in one thing."""

    subject: str
    texts: tuple[str, str]  # the second praises more, where the difference matters
    ratings: tuple[float, float]  # expected
    is_right: bool

    @property
    def must_be_alike(self) -> bool:
        """Whether the difference must not matter, which the subject says."""
        return ALIKE in self.subject


@dataclass(frozen=True)
class ExamReport:
    """A report card."""

    model: str
    answers: dict[str, tuple[ExamAnswer, ...]]  # of the model and its peers, by their names

    @property
    def subjects(self) -> tuple[str, ...]:
        """In the order of the exam."""
        return tuple(dict.fromkeys(answer.subject for answer in self.answers[self.model]))

    def row(self, subject: str | None) -> list[tuple[int, int]]:
        """Right answers and questions of each, in one subject or in all."""
        row = []
        for answers in self.answers.values():
            asked = [answer for answer in answers if subject in (None, answer.subject)]
            row.append((sum(answer.is_right for answer in asked), len(asked)))
        return row

    def to_json(self) -> dict[str, Any]:
        """As ``lstm exam --json`` prints it."""
        return {
            "model": self.model,
            "subjects": {
                subject: dict(zip(self.answers, (r for r, _ in self.row(subject)), strict=True))
                | {"n": self.row(subject)[0][1]}
                for subject in self.subjects
            },
            "answers": [vars(answer) for answer in self.answers[self.model]],
        }
