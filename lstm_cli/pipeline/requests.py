"""What a user asked for, as a command, a notebook or a server put it. Light to import."""

from dataclasses import dataclass
from pathlib import Path

from lstm_cli.config import (
    AUTO_DEVICE,
    Cell,
    Pooling,
    Precision,
    PretrainConfig,
    TrainConfig,
    VocabularyConfig,
)
from lstm_cli.data.options import DETECT_ALL, ReadOptions


@dataclass(frozen=True)
class TrainRequest:
    """A model to be made from rated reviews. None leaves a choice to the rules."""

    sources: tuple[str, ...]  # files, addresses, or "-"
    folder: Path  # of the models
    is_sample: bool = False  # the sources are the sample reviews, and are called so
    name: str | None = None  # the model's; after the first file where None
    replace: bool = False
    resume: bool = False
    reading: ReadOptions = DETECT_ALL  # of the files
    strict: bool = False  # refuse files with rows that cannot be used
    validation: str | float | None = None  # a file of other reviews, or the share to hold out
    base: str | None = None  # a model to start from; "none" for nothing; None: that which ships
    config: str | None = None  # a model whose settings, seed and start are taken
    cell: Cell = "lstm"
    embedding_size: int | None = None
    hidden_size: int | None = None
    pooling: tuple[Pooling, ...] | None = None  # what the readout sees; as the base where None
    epochs: int | None = None
    learning_rate: float | None = None
    max_words: int = VocabularyConfig.maximum_size
    budget: float | None = None  # seconds for trying other settings
    time_limit: float | None = None  # seconds for all of it; less is learned where they are few
    balance: bool = False
    vectors: str | None = None  # a file of word vectors
    seed: int = TrainConfig.seed
    precision: Precision | None = None  # what the machine computes best in where None
    device: str = AUTO_DEVICE  # where it is computed, by torch's name
    threads: int | None = None
    with_baseline: bool = True
    asks_base: bool = True  # what it says of the reviews, for ``lstm report``
    keep_epochs: bool = False  # the weights of every epoch, for ``lstm live`` to replay

    @property
    def decided(self) -> frozenset[str]:
        """The settings that a search leaves alone."""
        names = ("epochs", "learning_rate")
        return frozenset(name for name in names if getattr(self, name) is not None)


@dataclass(frozen=True)
class PretrainRequest:
    """A language model to be made from reviews without ratings."""

    sources: tuple[str, ...]
    folder: Path
    name: str | None = None
    replace: bool = False
    resume: bool = False
    reading: ReadOptions = DETECT_ALL
    maximum_words: int = PretrainConfig.maximum_words
    embedding_size: int = PretrainConfig.embedding_size
    hidden_size: int = PretrainConfig.hidden_size
    epochs: int = PretrainConfig.epochs
    learning_rate: float = PretrainConfig.learning_rate
    seed: int = PretrainConfig.seed
    precision: Precision | None = None
    device: str = AUTO_DEVICE
    threads: int | None = None


@dataclass(frozen=True)
class UpdateRequest:
    """More rated reviews for a model that there is."""

    model: str  # name or path
    sources: tuple[str, ...]  # files or addresses of new reviews, or "-"
    folder: Path  # of the models
    replay: tuple[str, ...] = ()  # files of reviews that the model was trained on
    reading: ReadOptions = DETECT_ALL
    accept_worse: bool = False  # replace the old model whatever the held-out reviews say
    seed: int = TrainConfig.seed
    precision: Precision | None = None
    device: str = AUTO_DEVICE
    threads: int | None = None


@dataclass(frozen=True)
class AdviseRequest:
    """Whether to rate more reviews, and which. None leaves a choice to the rules."""

    file: str  # of reviews, with ratings or without
    folder: Path  # of the models
    rated: tuple[str, ...] = ()  # other files of reviews, with ratings
    reading: ReadOptions = DETECT_ALL  # of the files
    base: str | None = None  # as ``TrainRequest`` has it
    more: int | None = None  # ratings that are asked about; as many again, where None
    number: int | None = None  # reviews to choose, where some are to be chosen
    output: str | None = None  # a file for them
    replace: bool = False  # a file of that name gives way
    time_limit: float = 600.0  # seconds that all of it may take
    seed: int = 0
    device: str = AUTO_DEVICE
    threads: int | None = None
