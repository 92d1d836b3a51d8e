"""What training says of itself, and what a list of models shows."""

from dataclasses import dataclass


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
    is_best: bool  # of all so far; where the last is kept, the last


@dataclass(frozen=True)
class Attempt:
    """A recipe that was tried within a budget of time, and how it did on the held-out reviews."""

    changes: dict[str, float]  # settings other than the defaults
    loss: float
    accuracy: float
    qwk: float
    seconds: float
    is_best: bool  # of all so far


@dataclass(frozen=True)
class LanguageReport:
    """One pass of a language model over the reviews, and what it makes of those held out."""

    epoch: int  # counted from 1
    train_perplexity: float  # 1 would be certainty; of this run's part of the epoch
    perplexity: float  # of the held-out reviews
    seconds: float  # since this run began


@dataclass(frozen=True)
class ModelSummary:
    """A saved model, as a list of models shows it."""

    name: str
    path: str
    created: str
    cell: str
    ratings: tuple[str, ...]
    reviews: int
    accuracy: float | None  # on its held-out reviews ...
    held_out: int = 0  # ... which were so many ...
    read_by_base: int | None = None  # ... of which a base has read some; None: nobody knows
    problem: str | None = None  # why it cannot be used
