"""Read a saved model, and trust nothing in it before it is checked.

Sizes are compared before a file is read, checksums before anything is parsed,
names and shapes before an array is used.
"""

import hashlib
import json
import math
import re
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property, partial
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from lstm_cli.arrays import Float32Array
from lstm_cli.bundle.contents import (
    BASE,
    BASELINE_FILE,
    FORMAT,
    INFO_FILE,
    VOCABULARY_FILE,
    WEIGHTS_FILE,
    WORDS_FILE,
    BundleInfo,
    check_number,
    description_digest,
    network_weights,
    weight_layouts,
    weight_shapes,
)
from lstm_cli.bundle.epochs import EPOCHS_FILE, check_epochs, weights_at
from lstm_cli.bundle.weights import (
    EMBEDDING_SCALE,
    EmbeddingRows,
    Layout,
    Refuse,
    Stored,
    load_arrays,
    to_float32,
)
from lstm_cli.config import TrainConfig
from lstm_cli.core.reading import NetworkWeights
from lstm_cli.data.ratings.scale import Scale
from lstm_cli.errors import BundleError, RequestError
from lstm_cli.text.tokens import compiled
from lstm_cli.text.vocabulary import SPECIAL_TOKENS, Vocabulary, WrittenVocabulary

if TYPE_CHECKING:
    from lstm_cli.bundle.epochs import KeptEpoch
    from lstm_cli.data.options import LearnedColumns
    from lstm_cli.metrics.agreement import Agreement
    from lstm_cli.results import GateStatistics

_LARGEST_INFO = 4 * 2**20
_LARGEST_FILE = 4 * 2**30
_MAX_RATINGS = 100
_LARGEST_AMOUNT = 1e6  # of a rate or a weight in the settings


@dataclass(frozen=True)
class Bundle:
    """A saved model, of which each file is read when it is asked for."""

    path: Path
    info: BundleInfo
    files: dict[str, tuple[int, str]]  # name -> (bytes, sha256)

    @property
    def name(self) -> str:
        """The name of the model's folder, under which it is found."""
        return self.path.name

    @property
    def learned_columns(self) -> "tuple[LearnedColumns, ...]":
        """The columns that a person's files are likely to have; the base's makers' say nothing."""
        return () if self.name == BASE else self.info.provenance.learned_columns

    @property
    def fingerprint(self) -> str:
        """The sha256 of the weights, as ``bundle.json`` records it."""
        return self._entry(WEIGHTS_FILE)[1]

    @cached_property
    def vocabulary(self) -> Vocabulary:
        """The words the model knows."""
        text = self._bytes(VOCABULARY_FILE)
        try:
            tokens = text.decode("utf-8").removesuffix("\n").split("\n")
        except UnicodeDecodeError as error:
            raise self._refused(VOCABULARY_FILE, "is not UTF-8") from error
        if len(tokens) != self.info.model.vocab_size or len(set(tokens)) != len(tokens):
            raise self._refused(
                VOCABULARY_FILE,
                f"should hold {self.info.model.vocab_size} different tokens, a line each",
            )
        if tuple(tokens[: len(SPECIAL_TOKENS)]) != SPECIAL_TOKENS:
            raise self._refused(VOCABULARY_FILE, f"should begin with {SPECIAL_TOKENS}")
        return Vocabulary(tokens)

    @cached_property
    def arrays(self) -> dict[str, Float32Array]:
        """The network's weights, by the names under which they are saved."""
        embedding, arrays = self._network
        return arrays | {"embedding": embedding[:]}

    @cached_property
    def weights(self) -> NetworkWeights:
        """The same weights in their places; embedding rows are checked when they are used."""
        embedding, arrays = self._network
        return network_weights(arrays, embedding)

    @cached_property
    def lookup(self) -> WrittenVocabulary:
        """The same vocabulary without an index, which is faster for looking up a few words."""
        vocabulary = WrittenVocabulary(self._bytes(VOCABULARY_FILE))
        if len(vocabulary) != self.info.model.vocab_size:
            raise self._refused(
                VOCABULARY_FILE,
                f"should hold {self.info.model.vocab_size} different tokens, a line each",
            )
        return vocabulary

    @cached_property
    def baseline(self) -> dict[str, Float32Array] | None:
        """The logistic regression's weights, if the model was saved with one."""
        if BASELINE_FILE not in self.files:
            return None
        columns = 2**17
        ratings = self.info.model.num_ratings
        layouts = {
            "inverse_document_frequency": Layout("float32", (columns,)),
            "weights": Layout("float32", (ratings, columns)),
            "bias": Layout("float32", (ratings,)),
        }
        stored = self._stored(BASELINE_FILE, layouts)
        refuse = self._refuse(BASELINE_FILE)
        return {name: to_float32(array, name, refuse) for name, array in stored.items()}

    @property
    def agreement(self) -> "Agreement":
        """How often that regression gave the network's rating, on the validation reviews.

        Raises:
            RequestError: the model was saved without a regression, or before this was counted.
        """
        if BASELINE_FILE not in self.files:
            raise RequestError(
                f"model {self.name} has no logistic regression to answer first; a model that you "
                "train has one",
                parameter="fast",
            )
        if self.info.agreement is None:
            raise RequestError(
                f"model {self.name} was made before this existed; train it again", parameter="fast"
            )
        return self.info.agreement

    @cached_property
    def gate_statistics(self) -> "GateStatistics":
        """What the gates did with the words of the validation reviews."""
        text = self._bytes(WORDS_FILE)
        try:
            from lstm_cli.bundle.word_statistics import gate_statistics_of

            return gate_statistics_of(json.loads(text))
        except (
            AttributeError, ValueError, TypeError, KeyError, OverflowError, RecursionError,
        ) as error:  # fmt: skip
            raise self._refused(WORDS_FILE, "does not hold statistics of words") from error

    @property
    def epochs(self) -> "tuple[KeptEpoch, ...]":
        """The epochs whose weights are kept, the first before the first step; mostly none."""
        return () if self.info.epochs is None else self.info.epochs.kept

    def epoch_arrays(self, epoch: int) -> dict[str, Float32Array]:
        """The network's weights after one of ``epochs``, by the names under which they are saved.

        Those of the model's own epoch are its own; of a large network, the others are off by as
        much as differences in bytes are.

        Raises:
            KeyError: it is not kept.
            BundleError: they cannot be used.
        """
        table = self.info.epochs
        if table is None or epoch not in (kept.epoch for kept in table.kept):
            raise KeyError(epoch)
        return weights_at(epoch, table, self.stored_epochs, self.arrays)

    @cached_property
    def stored_epochs(self) -> dict[str, Stored]:
        """The epochs as their file holds them, checked."""
        table, model = self.info.epochs, self.info.model
        if table is None:
            return {}
        stored = self._stored(EPOCHS_FILE, table.layouts(weight_shapes(model)))
        check_epochs(stored, model.vocab_size, self._refuse(EPOCHS_FILE))
        return stored

    def stored_arrays(self) -> dict[str, Stored]:
        """The network's arrays as their file holds them; their numbers are not checked."""
        layouts = weight_layouts(self.info.model, self.info.stored_as)
        return self._stored(WEIGHTS_FILE, layouts)

    def text(self, name: str) -> str:
        """The text of a file that is written for people."""
        return self._bytes(name).decode("utf-8", errors="replace")

    @cached_property
    def _network(self) -> tuple[EmbeddingRows, dict[str, Float32Array]]:
        """The embedding, and the other arrays by their names."""
        refuse = self._refuse(WEIGHTS_FILE)
        stored = self.stored_arrays()
        embedding = EmbeddingRows(
            stored.pop("embedding"), refuse, stored.pop(EMBEDDING_SCALE, None)
        )
        return embedding, {name: to_float32(array, name, refuse) for name, array in stored.items()}

    def _stored(self, name: str, layouts: dict[str, Layout]) -> dict[str, Stored]:
        # The recorded size must be that of the arrays, so that a short description can
        # never cause a large allocation; the header takes a hundred bytes more for each.
        expected = sum(
            np.dtype(kind).itemsize * math.prod(shape) for kind, shape in layouts.values()
        )
        if not expected <= self._entry(name)[0] <= expected + 100_000 + 200 * len(layouts):
            raise self._refused(name, f"should hold {expected:,} bytes of weights")
        return load_arrays(self._bytes(name), layouts, self._refuse(name))

    def _entry(self, name: str) -> tuple[int, str]:
        if name not in self.files:
            raise self._refused(INFO_FILE, f"does not list {name}")
        return self.files[name]

    def _bytes(self, name: str) -> bytes:
        size, sha256 = self._entry(name)
        content = _read(self.path, name, size)
        if len(content) != size or hashlib.sha256(content).hexdigest() != sha256:
            raise self._refused(
                name, "has changed since it was saved (its checksum differs from bundle.json)"
            )
        return content

    def _refuse(self, name: str) -> Refuse:
        return partial(refused, self.path, name)

    def _refused(self, name: str, reason: str) -> BundleError:
        return refused(self.path, name, reason)


def open_bundle(path: Path) -> Bundle:
    """Open a saved model. Its other files are read when they are asked for.

    Raises:
        BundleError: ``bundle.json`` is missing, has changed, or does not describe a model
            that this version can read.
    """
    if not path.is_dir():
        raise BundleError(f"{path}: not a saved model, which is a folder with a {INFO_FILE}")
    content = _read(path, INFO_FILE, _LARGEST_INFO)
    try:
        stored: Any = json.loads(content)
    except (ValueError, RecursionError) as error:
        raise refused(path, INFO_FILE, "is not JSON") from error
    if not isinstance(stored, dict) or "format" not in stored:
        raise refused(path, INFO_FILE, "does not describe a model")
    if stored["format"] != FORMAT:
        raise refused(
            path,
            INFO_FILE,
            f"has format {stored['format']!a:.20}, and this version reads format {FORMAT}; "
            "train again or install the version that saved it",
        )
    # Models of the first version lack this checksum.
    if stored.get("sha256", digest := description_digest(stored)) != digest:
        raise refused(path, INFO_FILE, "has changed since it was saved (its checksum differs)")
    try:
        info = BundleInfo.from_json(stored)
        files = {
            str(name): (int(entry["bytes"]), str(entry["sha256"]))
            for name, entry in stored["files"].items()
        }
        _check_description(info, files)
    except (KeyError, TypeError, ValueError, AttributeError, OverflowError) as error:
        reason = f"lacks {error}" if isinstance(error, KeyError) else f"is not valid: {error!s:.80}"
        raise refused(path, INFO_FILE, reason.encode("unicode_escape").decode()) from error
    return Bundle(path, info, files)


def refused(path: Path, name: str, reason: str) -> BundleError:
    """The error that says why a file of a model cannot be used."""
    return BundleError(f"{path / name}: {reason}")


def _check_description(info: BundleInfo, files: dict[str, tuple[int, str]]) -> None:
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
    if not isinstance(info.token_pattern, str) or not isinstance(info.name, str):
        raise ValueError("names that are not text")
    try:
        compiled(info.token_pattern)
    except (re.error, RecursionError, OverflowError) as error:
        raise ValueError("a token pattern that is not a regular expression") from error
    if not isinstance(info.base, str | None):
        raise ValueError(f"a base called {info.base!a:.40}")
    if isinstance(info.training, TrainConfig):
        _check_settings(info.training)
    datetime.fromisoformat(info.created)
    check_number(info.seconds)
    check_number(info.scores["perplexity" if info.is_language_model else "accuracy"])
    for name in info.scale.labels:
        info.provenance.counts[name]  # how often it occurred, or KeyError
    if (info.epochs is None) != (EPOCHS_FILE not in files):
        raise ValueError(f"{EPOCHS_FILE} without a table of it, or a table without it")
    for name, (size, _) in files.items():
        if Path(name).name != name or name in (".", ".."):
            raise ValueError(f"a file outside its folder, {name!a}")
        if not 0 <= size <= _LARGEST_FILE:
            raise ValueError(f"a size of {size} bytes")


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


def _read(path: Path, name: str, max_bytes: int) -> bytes:
    """A whole file of the bundle; refused if it is a link, is missing, or is too large."""
    file = path / name
    try:
        if file.is_symlink() or not file.is_file():
            reason = "is a link, which is not followed" if file.is_symlink() else "is missing"
            raise refused(path, name, reason)
        with file.open("rb") as opened:
            content = opened.read(max_bytes + 1)  # one byte more shows that it is too large
    except OSError as error:
        raise refused(path, name, (error.strerror or str(error)).lower()) from error
    if len(content) > max_bytes:
        raise refused(path, name, f"is larger than the {max_bytes:,} bytes it should have")
    return content
