"""Try other settings for as long as a person allows, and keep those that serve best.

Each try changes a few settings of the best so far, at random but by the seed: a
hill climbed from the defaults, which are near the top. A try takes the lead only
if it is better by more than chance would make it on so few reviews, and is
judged by what it says when it is calibrated, as a person will hear it.
"""

import math
import time
from collections.abc import Callable, Collection
from dataclasses import asdict, dataclass, replace
from typing import Any, Protocol

import numpy as np
import torch
from numpy.typing import NDArray

from lstm_cli.config import TrainConfig
from lstm_cli.metrics.calibration import apply_cross_fitted_temperature
from lstm_cli.metrics.scores import scores_of
from lstm_cli.results import Attempt
from lstm_cli.training.loop import Trained
from lstm_cli.training.optimiser import balancing_weights, rating_losses
from lstm_cli.training.rules import patience_for

# What is tried: the best so far times one of these, within 0 and 0.9 where it is a share.
_FACTORS: dict[str, tuple[float, ...]] = {
    "learning_rate": (0.4, 0.6, 1.6, 2.5),
    "epochs": (0.5, 0.75, 1.5, 2.0),
    "embedding_lr_scale": (0.3, 3.0),
    "cell_lr_scale": (0.5, 2.0),
    "embedding_dropout": (0.3, 1.5),
    "word_dropout": (0.3, 2.0),
    "readout_dropout": (0.5, 1.4),
    "adversarial_epsilon": (0.5, 2.0),
    "tokens_per_batch": (0.5, 2.0),
    "rps_weight": (0.3, 3.0),
}
_SHARES = ("embedding_dropout", "word_dropout", "readout_dropout")
_CHANGED = 3  # settings a try, at most
_DRAWS = 100  # for a recipe that is new and fits into the time left
# Standard errors of the paired difference. With one, a recipe as good as the best takes the lead
# in 15 % of the tries, and after twenty tries chance has won; with two, in 3 %.
_BAR = 2.0

Learn = Callable[[TrainConfig], Trained]


class SearchListener(Protocol):
    """Someone who wants to hear how the search goes."""

    def tried(self, attempt: Attempt) -> None:
        """A recipe has been tried."""


@dataclass(frozen=True)
class SearchResult:
    """The recipe that served best, what it made, and all that was tried."""

    config: TrainConfig
    trained: Trained
    attempts: tuple[Attempt, ...]
    completed: bool  # no try was stopped


def search(
    learn: Learn,
    default: TrainConfig,
    seconds: float,
    rating_indices: NDArray[np.int64],
    ratings: NDArray[np.float64],
    listener: SearchListener,
    *,
    decided: Collection[str] = (),
) -> SearchResult:
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
        decided: settings that a person decided; they are not tried otherwise.
    """
    began = time.perf_counter()
    names = [name for name in _FACTORS if name not in decided]
    rng = np.random.default_rng(default.seed)
    attempts: list[Attempt] = []
    tried = {default}
    pace = 0.0  # seconds a unit of work, of the slowest try
    config: TrainConfig | None = default
    best: tuple[TrainConfig, Trained, NDArray[np.float64]] | None = None
    while config is not None:
        started = time.perf_counter()
        trained = learn(config)
        took = time.perf_counter() - started
        if best is not None and not trained.completed:
            return SearchResult(best[0], best[1], tuple(attempts), completed=False)
        tried.add(config)
        losses = _losses(trained, rating_indices, default.balance)
        is_best = best is None or _is_better(losses, best[2])
        if best is None or is_best:
            best = config, trained, losses
        scores = scores_of(rating_indices, trained.probabilities.argmax(axis=1), ratings)
        loss, changes = float(losses.mean()), _changes(default, config)
        attempts.append(Attempt(changes, loss, scores.accuracy, scores.qwk, took, is_best))
        listener.tried(attempts[-1])
        if not trained.completed:
            break
        pace = max(pace, took / _work(config))
        left = seconds - (time.perf_counter() - began)
        config = _neighbour(best[0], names, tried, left / pace, rng)
    assert best is not None  # the default was tried
    return SearchResult(best[0], best[1], tuple(attempts), trained.completed)


def _neighbour(
    config: TrainConfig,
    names: list[str],
    tried: Collection[TrainConfig],
    affordable: float,
    rng: np.random.Generator,
) -> TrainConfig | None:
    """A recipe that differs in a few settings, has not been tried and is no more work, if any."""
    for _ in range(_DRAWS):
        num_changed = min(int(rng.integers(1, _CHANGED + 1)), len(names))
        values: dict[str, Any] = {}
        for name in rng.choice(names, size=num_changed, replace=False).tolist():
            value = getattr(config, name) * float(rng.choice(_FACTORS[name]))
            if isinstance(getattr(config, name), int):
                value = max(1, round(value))
            values[name] = min(value, 0.9) if name in _SHARES else value
        neighbour = replace(config, **values)
        neighbour = replace(neighbour, patience=patience_for(neighbour.epochs))
        if neighbour not in tried and _work(neighbour) <= affordable:
            return neighbour
    return None


def _work(config: TrainConfig) -> float:
    """What a training costs, against others of the same reviews: small batches are slower."""
    return config.epochs / math.sqrt(config.tokens_per_batch)


def _changes(default: TrainConfig, config: TrainConfig) -> dict[str, float]:
    before = asdict(default)
    return {
        name: value
        for name, value in asdict(config).items()
        if name in _FACTORS and value != before[name]
    }


def _losses(
    trained: Trained, rating_indices: NDArray[np.int64], balance: bool
) -> NDArray[np.float64]:
    """The loss of each review, calibrated: one loss, whatever was trained on. (N,)"""
    probabilities = apply_cross_fitted_temperature(trained.probabilities, rating_indices)
    weights = None
    if balance:
        counts = np.bincount(rating_indices, minlength=probabilities.shape[1])
        weights = balancing_weights(torch.from_numpy(counts).double())
    losses: NDArray[np.float64] = rating_losses(
        torch.from_numpy(np.log(np.maximum(probabilities, 1e-12))),
        torch.from_numpy(rating_indices),
        TrainConfig.rps_weight,
        weights,
    ).numpy()
    return losses


def _is_better(losses: NDArray[np.float64], of_best: NDArray[np.float64]) -> bool:
    """Whether it costs less, by more than chance makes it."""
    gains = of_best - losses
    if len(gains) < 2:
        return False
    return float(gains.mean()) > _BAR * float(gains.std(ddof=1)) / math.sqrt(len(gains))
