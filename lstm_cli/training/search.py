"""Try recipes for as long as a person allows, and keep the one that serves the held-out reviews.

Each try changes a few settings of the best so far, at random but by the seed: a
hill climbed from the defaults, which are near the top. A try takes the lead only
if it is better by more than chance would make it on so few reviews, and is
judged by what it says when it is calibrated, as a person will hear it.
"""

import math
import time
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass, replace
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from lstm_cli.config import TrainConfig
from lstm_cli.metrics.calibration import cross_tempered
from lstm_cli.metrics.scores import scores_of
from lstm_cli.results import Attempt
from lstm_cli.training.trainer import Trained

# What is tried: the default times one of these, within 0 and 0.9 where it is a share.
_FACTORS: dict[str, tuple[float, ...]] = {
    "learning_rate": (0.4, 0.6, 1.6, 2.5),
    "epochs": (0.5, 0.75, 1.5, 2.0),
    "embedding_rate": (0.3, 3.0),
    "cell_rate": (0.5, 2.0),
    "embedding_dropout": (0.3, 1.5),
    "word_dropout": (0.3, 2.0),
    "readout_dropout": (0.5, 1.4),
    "adversary": (0.5, 2.0),
    "tokens_per_batch": (0.5, 2.0),
    "ranked_weight": (0.3, 3.0),
}
_SHARES = ("embedding_dropout", "word_dropout", "readout_dropout")
_CHANGED = 3  # settings a try, at most
RANKED_WEIGHT = 0.5  # in the score, whatever the loss that was trained on

Learn = Callable[[TrainConfig], Trained]


class SearchListener(Protocol):
    """Someone who wants to hear how the search goes."""

    def tried(self, attempt: Attempt, seconds_left: float) -> None:
        """A recipe has been tried."""


@dataclass(frozen=True)
class Found:
    """The recipe that served best, what it made, and all that was tried."""

    config: TrainConfig
    trained: Trained
    attempts: tuple[Attempt, ...]
    is_whole: bool  # no try was stopped


def search(
    learn: Learn,
    default: TrainConfig,
    seconds: float,
    rating_indices: NDArray[np.int64],
    ratings: NDArray[np.float64],
    listener: SearchListener,
) -> Found:
    """Try recipes until another try would take longer than there is time for.

    A try that is stopped ends the search; it is kept only if there is no other, since its
    recipe would not make it again.

    Args:
        learn: trains by a recipe.
        default: the recipe that is tried first, however long it takes.
        seconds: the budget.
        rating_indices: of the validation reviews. (N,)
        ratings: the scale. (R,)
        listener: hears of every try.
    """
    began = time.perf_counter()
    attempts: list[Attempt] = []
    best: tuple[TrainConfig, Trained, NDArray[np.float64]] | None = None
    rng = np.random.default_rng(default.seed)
    while True:
        config = default if best is None else next(_neighbours(best[0], rng))
        started = time.perf_counter()
        trained = learn(config)
        took = time.perf_counter() - started
        costs = _costs(cross_tempered(trained.probabilities, rating_indices), rating_indices)
        is_best = best is None or (trained.is_whole and _is_better(costs, best[2]))
        if is_best:
            best = config, trained, costs
        scores = scores_of(rating_indices, trained.probabilities.argmax(axis=1), ratings)
        attempts.append(
            Attempt(
                changes=_changes(default, config),
                loss=float(costs.mean()),
                accuracy=scores.accuracy,
                qwk=scores.qwk,
                seconds=took,
                is_best=is_best,
            )
        )
        left = seconds - (time.perf_counter() - began)
        listener.tried(attempts[-1], left)
        if not trained.is_whole or left < max(attempt.seconds for attempt in attempts):
            assert best is not None  # the default was tried
            return Found(best[0], best[1], tuple(attempts), trained.is_whole)


def _neighbours(config: TrainConfig, rng: np.random.Generator) -> Iterator[TrainConfig]:
    """Recipes that differ from another in a few settings."""
    names = list(_FACTORS)
    while True:
        chosen = rng.choice(names, size=int(rng.integers(1, _CHANGED + 1)), replace=False)
        values: dict[str, Any] = {}
        for name in chosen.tolist():
            value = getattr(config, name) * float(rng.choice(_FACTORS[name]))
            if isinstance(getattr(config, name), int):
                value = max(1, round(value))
            values[name] = min(value, 0.9) if name in _SHARES else value
        tried = replace(config, **values)
        if tried != config:
            yield tried


def _changes(default: TrainConfig, config: TrainConfig) -> dict[str, float]:
    before = asdict(default)
    return {name: value for name, value in asdict(config).items() if value != before[name]}


def _costs(
    probabilities: NDArray[np.float64], rating_indices: NDArray[np.int64]
) -> NDArray[np.float64]:
    """Surprise and ranked probability score of each review. (N,)"""
    rows = np.arange(len(rating_indices))
    surprise = -np.log(np.maximum(probabilities[rows, rating_indices], 1e-12))
    passed = np.arange(probabilities.shape[1]) >= rating_indices[:, None]
    ranked = np.square(probabilities.cumsum(axis=1) - passed).sum(axis=1)
    found: NDArray[np.float64] = surprise + RANKED_WEIGHT * ranked
    return found


def _is_better(costs: NDArray[np.float64], of_best: NDArray[np.float64]) -> bool:
    """Whether it costs less, by more than the standard error of the difference."""
    gains = of_best - costs
    return float(gains.mean()) > float(gains.std()) / math.sqrt(len(gains))
