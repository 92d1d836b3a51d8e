"""The parameters of the estimator, asked as the command's options are.

``LSTMRatingClassifier`` keeps what it is given, as estimators do; here it is looked at.
"""

from collections.abc import Iterable, Mapping
from os import PathLike, fspath
from typing import Any

import numpy as np

from lstm_cli.bundle.locating import models_folder
from lstm_cli.config import ModelConfig, Pooling
from lstm_cli.pipeline.requests import TrainRequest

# What the command's options allow: the least, and the most.
WHOLE = {
    "embedding_size": (1, 4096),
    "hidden_size": (1, 4096),
    "epochs": (1, 10_000),
    "max_words": (0, 10_000_000),
    "threads": (1, 1024),
}
NUMBERS = {
    "learning_rate": (1e-7, 10.0),
    "time_limit": (1e-3, float("inf")),
    "budget": (1e-3, float("inf")),
}
# Of other kinds, and no fields of a request as they are.
_TRANSLATED = {"validation", "pooling", "precision", "base", "vectors", "scale", "random_state"}


def request_of(parameters: Mapping[str, Any], seed: int) -> TrainRequest:
    """What is asked for, as the command would ask it.

    Args:
        parameters: those of the estimator, by their names.
        seed: the number that decides all that is drawn.

    Raises:
        ValueError: a parameter is none that can be asked for, or contradicts another.
    """
    given = {name: _plain(value) for name, value in parameters.items()}
    for name, (low, high) in (WHOLE | NUMBERS).items():
        _check_number(name, given[name], low, high, is_whole=name in WHOLE)
    for name in ("balance", "with_baseline"):
        _check_one_of(name, given[name], (False, True))
    _check_one_of("cell", given["cell"], ("lstm", "rnn"))
    _check_one_of("precision", given["precision"], (None, "auto", "float32", "bfloat16"))
    if not isinstance(given["device"], str):
        raise ValueError(f"device={given['device']!r}: must be the name of one, such as 'auto'")
    if not (isinstance(given["validation"], int | float) and 0 < given["validation"] < 1):
        raise ValueError(
            f"validation={given['validation']!r}: must lie between 0 and 1, as a share"
        )
    if isinstance(given["scale"], str) or not isinstance(given["scale"], Iterable | None):
        raise ValueError(f"scale={given['scale']!r}: must list the ratings, the lowest first")
    return TrainRequest(
        sources=(),
        folder=models_folder(),
        seed=seed,
        asks_base=False,  # for reports alone: seconds in every fold of a cross-validation
        validation=float(given["validation"]),
        pooling=_pooling_of(given["pooling"]),
        precision=None if given["precision"] == "auto" else given["precision"],
        base=_base_of(given),
        vectors=_path_of(given, "vectors"),
        **{name: value for name, value in given.items() if name not in _TRANSLATED},
    )


def _plain(value: Any) -> Any:
    """A number of numpy's as Python's own: a search draws its candidates from arrays."""
    return value.item() if isinstance(value, np.generic) else value


def _base_of(given: Mapping[str, Any]) -> str | None:
    """What is started from: nothing, where a size or a cell is not the base's to have."""
    base = _path_of(given, "base")
    for name in ("cell", "embedding_size", "hidden_size", "vectors"):
        if given[name] in (None, "lstm"):
            continue
        if base not in (None, "none"):
            raise ValueError(
                f"{name}={given[name]!r} does not go with base={base!r}; leave one out"
            )
        return "none"
    return base


def _path_of(given: Mapping[str, Any], name: str) -> str | None:
    value = given[name]
    if value is not None and not isinstance(value, str | PathLike):
        raise ValueError(f"{name}={value!r}: must be a name or a path")
    return None if value is None else fspath(value)


def _pooling_of(pooling: object) -> tuple[Pooling, ...] | None:
    """The views in their order, of a name as the option has it or of several."""
    if pooling is None:
        return None
    every = ModelConfig.pooling
    named = (every if pooling == "all" else (pooling,)) if isinstance(pooling, str) else pooling
    if not isinstance(named, Iterable) or not (views := tuple(map(_plain, named))):
        raise ValueError(f"pooling={pooling!r}: must be 'all' or some of {', '.join(every)}")
    for view in views:
        _check_one_of("pooling", view, every)
    return tuple(view for view in every if view in views)


def _check_number(name: str, value: object, low: float, high: float, *, is_whole: bool) -> None:
    kinds = int if is_whole else int | float
    if value is None:
        return
    if isinstance(value, bool) or not isinstance(value, kinds):
        raise ValueError(f"{name}={value!r}: must be a {'whole ' if is_whole else ''}number")
    if not low <= value <= high:
        raise ValueError(f"{name}={value!r}: must lie between {low:g} and {high:g}")


def _check_one_of(parameter: str, value: object, allowed: tuple[object, ...]) -> None:
    """Refuse what is no choice: 1 is not True.

    Raises:
        ValueError: it is none of those allowed.
    """
    if not any(value is choice or (value == choice and type(value) is type(choice))
               for choice in allowed):  # fmt: skip
        raise ValueError(f"{parameter}={value!r}: must be one of {', '.join(map(repr, allowed))}")
