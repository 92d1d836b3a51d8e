"""Quick trainings on some of the reviews, by the rules of ``lstm train``; none is saved.

Shapes: N reviews to learn from, M texts to rate, R ratings, P·H memories that a readout sees.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from lstm_cli.arrays import Float32Array, Float64Array
from lstm_cli.config import TrainConfig, VocabularyConfig
from lstm_cli.core.compute import Compute
from lstm_cli.core.network import read_memories
from lstm_cli.data.corpus import Corpus
from lstm_cli.data.reviews import Reviews
from lstm_cli.pipeline.preparation import model_config
from lstm_cli.pipeline.requests import TrainRequest
from lstm_cli.pipeline.silence import Silent
from lstm_cli.training.base import Base
from lstm_cli.training.checkpoint import RunControl
from lstm_cli.training.loop import Listener, NetworkStart, train
from lstm_cli.training.preparation import prepare_data
from lstm_cli.training.rules import DatasetStats, resolve_train_config
from lstm_cli.training.trainer import TrainingTask


@dataclass(frozen=True)
class QuickAnswers:
    """What a network says of texts that it has not learned from."""

    probabilities: Float64Array  # of each rating. (M, R)
    memories: Float32Array  # what its readout sees. (M, P·H)
    completed: bool  # its training was not stopped


@dataclass(frozen=True)
class QuickTrainer:
    """Trains networks from a base, as ``lstm train`` would on the same reviews."""

    base: Base | None
    compute: Compute
    is_stopped: Callable[[], bool] = lambda: False
    listener: Listener = field(default_factory=Silent)

    def __call__(
        self,
        reviews: Reviews,
        texts: Sequence[str],
        seed: int,
        is_late: Callable[[], bool] = lambda: False,
    ) -> QuickAnswers:
        """Learn from reviews, a tenth held out, and rate other texts.

        Args:
            reviews: all that may be learned from.
            texts: those to rate. (M,)
            seed: decides what is held out, and of the training.
            is_late: whether there is no time for it any more; asked after each batch.

        Raises:
            RowError: too few reviews, or of one rating alone.
        """
        asked = TrainConfig(seed=seed, precision=self.compute.precision)
        data = prepare_data(
            reviews,
            asked.validation_share,
            seed=seed,
            vocabulary_config=VocabularyConfig(),
            base=self.base,
        )
        ratings = np.array(reviews.scale.ratings)
        model = model_config(TrainRequest(sources=(), folder=Path()), data, len(ratings))
        config = resolve_train_config(asked, DatasetStats.of(data, model.hidden_size))
        trained = train(
            NetworkStart.of(data, model, ratings),
            config,
            TrainingTask(data.training, data.validation, ratings),
            self.listener,
            compute=self.compute,
            control=RunControl(is_stopped=lambda: self.is_stopped() or is_late()),
        )
        corpus = Corpus.encoded(texts, data.vocabulary, data.token_pattern)
        return QuickAnswers(
            *read_memories(trained.network, corpus, self.compute), completed=trained.completed
        )


def some_of(reviews: Reviews, rows: NDArray[np.int64]) -> Reviews:
    """Some of the reviews, in the order asked for, on the scale of all. (n,)"""
    return replace(
        reviews,
        texts=[reviews.texts[row] for row in rows],
        ratings=reviews.ratings[rows],
        rating_indices=reviews.rating_indices[rows],
        lines=reviews.lines[rows],
        file_of=reviews.file_of[rows],
    )
