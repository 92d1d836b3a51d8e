"""What becomes of a review, or of a memory, when somebody tries something."""

from dataclasses import asdict, dataclass
from typing import Any

from lstm_cli.config import Pooling
from lstm_cli.results.prediction import Prediction
from lstm_cli.results.scores import Difference, Scores


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
    difference: Difference  # how much better it reads as it is

    def to_json(self) -> dict[str, Any]:
        """As ``lstm inspect-gates --clamp --input --json`` prints it."""
        return {
            "file": self.file,
            "model": self.model,
            "clamps": list(self.clamps),
            "free": vars(self.free),
            "held": vars(self.held),
            "worth": self.difference.worth,
            "worth_interval": self.difference.interval,
        }


ASKED_ABOUT = 50  # events, after which each animal is asked for apart
FAILED = 0.6  # share of right answers; an eighth is chance


@dataclass(frozen=True)
class CellMemory:
    """What one cell still knows at each distance, and how far back it could learn from."""

    learning_rate: float
    accuracies: tuple[float, ...]  # at each distance, mean over the seeds; an eighth is chance
    spreads: tuple[float, ...]  # their standard deviations
    fails_at: int | None  # the first distance with under 60 %
    by_hint: tuple[float, ...]  # right answers for each animal fifty events later, mean
    named: tuple[int, ...]  # animals that are right nearly always, fifty events later, by seed
    gradients: tuple[float, ...]  # |dloss/dSTM_t| at 0, 1, ... events before the question
    long_term_gradients: tuple[float, ...] | None  # |dloss/dLTM_t|; the plain RNN has none


@dataclass(frozen=True)
class MemoryTest:
    """A plain RNN beside an LSTM: an early hint, events that say little, then the question."""

    distances: tuple[int, ...]
    cells: dict[str, CellMemory]  # taught at long distances
    near: dict[str, CellMemory]  # taught at all distances
    hints: tuple[str, ...]
    hidden_size: int
    steps: int
    trained_from: int  # the shortest distance they learned from, far ...
    trained_up_to: int  # ... and the longest
    seed: int  # the first
    repeats: int  # seeds

    def to_json(self) -> dict[str, Any]:
        """As ``lstm memory-test --json`` prints it."""
        lessons = {
            lesson: {name: _with_slopes(asdict(cell)) for name, cell in cells.items()}
            for lesson, cells in (("cells", self.cells), ("near", self.near))
        }
        return asdict(self) | lessons


@dataclass(frozen=True)
class Reach:
    """How far back the rating of a trained model reaches, on real reviews."""

    model: str
    cell: str
    whose: str  # the reviews
    reviews: int
    length: int  # words of each that were read
    pooling: tuple[Pooling, ...]  # what the readout sees of the short-term memories
    gradients: tuple[float, ...]  # |dloss/dSTM_t| at 0, 1, ... words before the end
    long_term_gradients: tuple[float, ...] | None

    def to_json(self) -> dict[str, Any]:
        """As ``lstm memory-test --model --json`` prints it."""
        return _with_slopes(asdict(self))


def _with_slopes(described: dict[str, Any]) -> dict[str, Any]:
    """Gradients under the names that programs have read them by from the first version on."""
    return {name.replace("gradients", "slopes"): value for name, value in described.items()}


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
    # × + and /; σ and tanh of a sum; max of some; · for a sum of products, two operands each
    operator: str
    operands: tuple[Operand, ...]
    value: float


@dataclass(frozen=True)
class Arithmetic:
    """What the cell computes for one word in one hidden unit."""

    token: str
    read_as: str | None  # the known word whose vector it has, if it is misspelled
    step: int  # from 1
    num_words: int
    unit: int  # from 1
    num_units: int
    is_chosen: bool  # by its say in the rating, not by a person
    embedding_size: int
    lines: tuple[Line, ...]

    def to_json(self) -> dict[str, Any]:
        """As ``lstm inspect-gates --step N --json`` prints it."""
        described = asdict(self)
        del described["is_chosen"]
        return described
