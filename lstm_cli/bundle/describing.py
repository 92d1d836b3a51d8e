"""What ``bundle.json`` may say: all else is refused before anything is made of it."""

import math
import re
from datetime import datetime
from itertools import pairwise
from pathlib import Path

from lstm_cli.bundle.contents import BundleInfo, check_number
from lstm_cli.bundle.epochs import EPOCHS_FILE
from lstm_cli.config import TrainConfig
from lstm_cli.data.ratings.scale import Scale
from lstm_cli.text.tokens import compiled

_LARGEST_FILE = 4 * 2**30
_MAX_RATINGS = 100
_LARGEST_AMOUNT = 1e6  # of a rate or a weight in the settings


def check_description(info: BundleInfo, files: dict[str, tuple[int, str]]) -> None:
    """Refuse what no training could have written.

    Raises:
        KeyError, TypeError, ValueError, OverflowError: what is wrong.
    """
    model = info.model
    if model.cell not in ("lstm", "rnn"):
        raise ValueError(f"cell {model.cell!a}")
    if not model.pooling or not set(model.pooling) <= {"last", "mean", "maximum"}:
        raise ValueError(f"pooling {model.pooling!a}")
    sizes = (model.vocab_size, model.embedding_size, model.hidden_size)
    if min(sizes) < 1 or max(sizes) > 10_000_000:
        raise ValueError(f"sizes {sizes}")
    if info.stored_as not in ("float32", "float16", "int8"):
        raise ValueError(f"numbers stored as {info.stored_as!a}")
    is_scale = 2 <= len(info.ratings) <= _MAX_RATINGS or info.is_language_model
    if not is_scale or len(info.ratings) != model.num_ratings:
        raise ValueError(f"{len(info.ratings)} ratings")
    _check_scale(info.scale)
    _check_names(info)
    if isinstance(info.training, TrainConfig):
        _check_settings(info.training)
    datetime.fromisoformat(info.created)
    check_number(info.seconds)
    _check_scores(info)
    for name in info.scale.labels:
        info.provenance.counts[name]  # how often it occurred, or KeyError
    if (info.epochs is None) != (EPOCHS_FILE not in files):
        raise ValueError(f"{EPOCHS_FILE} without a table of it, or a table without it")
    for name, (size, _) in files.items():
        if Path(name).name != name or name in (".", ".."):
            raise ValueError(f"a file outside its folder, {name!a}")
        if not 0 <= size <= _LARGEST_FILE:
            raise ValueError(f"a size of {size} bytes")


def _check_names(info: BundleInfo) -> None:
    """Refuse names that are no text, and a token pattern that cuts no tokens."""
    named = (info.token_pattern, info.name, info.versions["lstm-cli"])
    if not all(isinstance(name, str) for name in named):
        raise ValueError("names that are not text")
    if not isinstance(info.base, str | None):
        raise ValueError(f"a base called {info.base!a:.40}")
    try:
        pattern = compiled(info.token_pattern)
    except (re.error, RecursionError, OverflowError) as error:
        raise ValueError("a token pattern that is not a regular expression") from error
    if pattern.groups:
        raise ValueError("a token pattern with groups, of which no token would come")


def _check_scores(info: BundleInfo) -> None:
    """Refuse scores that a card could not tell."""
    scores = info.scores
    check_number(scores["n"])
    if info.is_language_model:
        check_number(scores["perplexity"])
        return
    for some in (scores, *scores["baselines"].values()):
        for name in ("accuracy", "within_one", "mae", "qwk"):
            check_number(some[name])
    low, high = scores["accuracy_interval"]
    check_number(low)
    check_number(high)


def _check_scale(scale: Scale) -> None:
    """Refuse ratings without order, and words and bins that are not those of the ratings."""
    names, edges = scale.names, scale.edges
    for what, numbers in (("ratings", scale.ratings), ("edges", edges)):
        if not all(a < b for a, b in pairwise(numbers)) or not all(map(math.isfinite, numbers)):
            raise ValueError(f"{what} that are not in ascending order")
    if not all(isinstance(name, str) and name.strip() for name in names):
        raise ValueError("ratings that are called nothing")
    if names and not len(names) == len(set(names)) == len(scale):
        raise ValueError(f"{len(names)} labels of {len(scale)} ratings")
    if edges and not (names and set(scale.ratings) <= set(range(1, len(edges)))):
        raise ValueError(f"{len(edges)} edges of {len(scale)} bins")


_SHARES = ("warmup", "embedding_dropout", "word_dropout", "blank_review_rate", "readout_dropout",
           "average_decay", "validation_share")  # fmt: skip
_COUNTS = ("epochs", "tokens_per_batch", "reviews_per_batch", "maximum_tokens", "patience")
_AMOUNTS = ("learning_rate", "embedding_lr_scale", "cell_lr_scale", "weight_decay", "clip_norm",
            "adversarial_epsilon", "rps_weight")  # fmt: skip


def _check_settings(config: TrainConfig) -> None:
    """Refuse settings that no training could have had: another may be made from them."""
    in_range = {
        **{name: 0 <= getattr(config, name) < 1 for name in _SHARES},
        **{name: 1 <= getattr(config, name) < 2**31 for name in _COUNTS},
        **{name: 0 <= getattr(config, name) <= _LARGEST_AMOUNT for name in _AMOUNTS},
        "head_share": 0 <= config.head_share <= 1,
        "seed": 0 <= config.seed < 2**63,
        "precision": config.precision in ("float32", "bfloat16"),
    }
    wrong = [name for name, is_fine in in_range.items() if not is_fine]
    if wrong or config.validation_share == 0:
        name = (wrong or ["validation_share"])[0]
        raise ValueError(f"{name} is {getattr(config, name)!a:.40}")
