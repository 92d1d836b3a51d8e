"""What the core hands to the views: plain numbers, no text for people, no arrays.

Ratings are on the user's own scale everywhere here, written as the scale
writes them ("4", "4.5"); shares and probabilities lie in 0..1.
"""

from dataclasses import asdict, dataclass
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
    reliability: tuple[ReliabilityBin, ...]
    ratings: tuple[str, ...]
    confusion: tuple[tuple[int, ...], ...]  # rows the true rating, columns the predicted one
    baselines: dict[str, Scores]  # what simpler models reach on the same reviews
    unseen_ratings: dict[str, int]  # ratings the model has never seen, counted as wrong
    word_order: Difference | None = None  # the reviews as they are, and with their words shuffled

    def to_json(self) -> dict[str, Any]:
        """As ``lstm evaluate --json`` prints it."""
        return {
            **vars(self.scores),
            "accuracy_interval": list(self.accuracy_interval),
            "ece": self.ece,
            "ratings": list(self.ratings),
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
        found = self.word_order
        return {
            "accuracy": found.first,
            "shuffled": found.second,
            "worth": found.worth,
            "interval": list(found.interval),
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

    text: str
    rating: str
    predicted: str
    confidence: float
    words: tuple[tuple[str, float], ...]  # and how far each moved the expected rating


@dataclass(frozen=True)
class ExamAnswer:
    """What a model says of two sentences that differ in one thing."""

    subject: str
    texts: tuple[str, str]  # the second praises more, where the difference matters
    ratings: tuple[float, float]  # expected
    is_right: bool


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
        found = []
        for answers in self.answers.values():
            asked = [answer for answer in answers if subject in (None, answer.subject)]
            found.append((sum(answer.is_right for answer in asked), len(asked)))
        return found

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
            "rating": as_number(self.prediction.rating),
            "expected_rating": self.prediction.expected_rating,
            "start_expected_rating": self.start_expected_rating,
            "start": self.start,
            "unknown": list(self.prediction.unknown),
            "warnings": list(self.prediction.warnings),
            "model": self.prediction.model,
        }
        found = {"text": self.text, "schema": 1, "summary": summary, "tokens": tokens}
        if self.explanation is not None:
            found["explanation"] = self.explanation.to_json()
        if self.ledger is not None:
            found["ledger"] = self.ledger.to_json()
        return found


@dataclass(frozen=True)
class Operation:
    """A review read as it is, and with gates held."""

    clamps: tuple[str, ...]  # as "forget=1"
    at: tuple[str, ...]  # the words at which they are held; all if empty
    free: Prediction
    held: Prediction

    def to_json(self) -> dict[str, Any]:
        """As ``lstm inspect-gates --clamp --json`` prints it."""
        return {
            "text": self.free.text,
            "clamps": list(self.clamps),
            "at": list(self.at),
            "free": self.free.to_json(),
            "held": self.held.to_json(),
        }


@dataclass(frozen=True)
class FileOperation:
    """What gates are worth on reviews whose ratings are known."""

    clamps: tuple[str, ...]
    file: str
    model: str
    free: Scores
    held: Scores

    def to_json(self) -> dict[str, Any]:
        """As ``lstm inspect-gates --clamp --input --json`` prints it."""
        return {
            "file": self.file,
            "model": self.model,
            "clamps": list(self.clamps),
            "free": vars(self.free),
            "held": vars(self.held),
        }


@dataclass(frozen=True)
class CellMemory:
    """What one cell still knows after so many events, and how far back it could learn from."""

    learning_rate: float  # the one that served it best
    accuracies: tuple[float, ...]  # at each distance; an eighth is chance
    fails_at: int | None  # the first distance with under 60 %
    slopes: tuple[float, ...]  # |dloss/dSTM_t| at 0, 1, ... events before the question
    long_term_slopes: tuple[float, ...] | None  # |dloss/dLTM_t|; the plain RNN has none


@dataclass(frozen=True)
class MemoryTest:
    """A plain RNN beside an LSTM: an early hint, events that say little, then the question."""

    distances: tuple[int, ...]
    cells: dict[str, CellMemory]
    hidden_size: int
    steps: int
    trained_up_to: int  # the longest distance they learned from
    seed: int

    def to_json(self) -> dict[str, Any]:
        """As ``lstm memory-test --json`` prints it."""
        return asdict(self)


@dataclass(frozen=True)
class Reach:
    """How far back the rating of a trained model reaches, on real reviews."""

    model: str
    cell: str
    whose: str  # the reviews
    reviews: int
    length: int  # words of each that were read
    slopes: tuple[float, ...]  # |dloss/dSTM_t| at 0, 1, ... words before the end
    long_term_slopes: tuple[float, ...] | None

    def to_json(self) -> dict[str, Any]:
        """As ``lstm memory-test --model --json`` prints it."""
        return asdict(self)


@dataclass(frozen=True)
class Operand:
    """A number with a name."""

    name: str
    value: float


@dataclass(frozen=True)
class Line:
    """One operation: ``symbol = operator(operands) = value``."""

    gate: str
    symbol: str  # in the notes' words: i, N, learned, f, kept, LTM, V, U, STM
    operator: str  # × and +; σ and tanh of a sum; · for a sum of products, two operands each
    operands: tuple[Operand, ...]
    value: float


@dataclass(frozen=True)
class Arithmetic:
    """What the cell computes for one word in one hidden unit."""

    token: str
    step: int  # from 1
    num_words: int
    unit: int  # from 1
    num_units: int
    is_chosen: bool  # by its say in the rating, not by a person
    embedding_size: int
    lines: tuple[Line, ...]

    def to_json(self) -> dict[str, Any]:
        """As ``lstm inspect-gates --step N --json`` prints it."""
        found = asdict(self)
        del found["is_chosen"]
        return found


@dataclass(frozen=True)
class WordStatistics:
    """What the gates did with one word, on average over the validation reviews."""

    word: str
    count: int
    forget: float | None
    learn: float | None
    use: float | None
    contribution: float  # mean change of the expected rating when it was read
    writes: float | None = None  # mean length of what it wrote, |learned|
    erases: float | None = None  # share of the long-term memory before it that it took away
    flips: float | None = None  # share of that memory whose sign it turned


@dataclass(frozen=True)
class UnitStatistics:
    """How well one hidden unit tells the rating alone."""

    unit: int  # from 1
    correlation: float  # of its mean STM with the model's expected rating, over the reviews


HALF_LIFE_SHARES = (0.1, 0.25, 0.5, 0.75, 0.9)


@dataclass(frozen=True)
class GateHabits:
    """What the gates do in general, measured on some reviews."""

    words: tuple[WordStatistics, ...]
    # Words after which under half is left of what a word wrote, for the shares of words in
    # HALF_LIFE_SHARES, shortest-lived first; None: more was left when the review ended.
    half_life: tuple[int | None, ...] = ()
    followed: int = 0  # words that were followed for it
    units: tuple[UnitStatistics, ...] = ()  # those that track the rating best


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
