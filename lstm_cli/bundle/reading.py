"""Read a saved model, and believe nothing of it before it is checked.

Sizes are compared before a byte of a file is taken into memory, checksums
before anything is parsed, names and shapes before an array is made.
"""

import hashlib
import json
import math
import re
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property, partial
from pathlib import Path
from typing import Any

import numpy as np

from lstm_cli.arrays import Float32Array
from lstm_cli.bundle.contents import (
    BASELINE_FILE,
    FORMAT,
    INFO_FILE,
    VOCABULARY_FILE,
    WEIGHTS_FILE,
    WORDS_FILE,
    BundleInfo,
    description_digest,
    network_weights,
    weight_shapes,
)
from lstm_cli.bundle.weights import EmbeddingRows, Refuse, Stored, load_arrays, to_float32
from lstm_cli.core.reading import NetworkWeights
from lstm_cli.data.scale import label
from lstm_cli.errors import BundleError
from lstm_cli.results import GateStatistics, UnitStatistics, WordStatistics
from lstm_cli.text.tokens import compiled
from lstm_cli.text.vocabulary import SPECIAL_TOKENS, Vocabulary, WrittenVocabulary

_LARGEST_INFO = 4 * 2**20
_LARGEST_FILE = 4 * 2**30
_MOST_RATINGS = 100


@dataclass(frozen=True)
class Bundle:
    """A saved model, read as far as it is needed: weights when they are asked for."""

    path: Path
    info: BundleInfo
    files: dict[str, tuple[int, str]]  # name -> (bytes, sha256)

    @property
    def name(self) -> str:
        """The name of its folder, by which it is found."""
        return self.path.name

    @property
    def fingerprint(self) -> str:
        """The sha256 of its weights, as ``bundle.json`` has it."""
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
        """The network's weights, by the names they are saved under."""
        refuse = self._refuse(WEIGHTS_FILE)
        return {name: to_float32(array, name, refuse) for name, array in self._network().items()}

    @cached_property
    def weights(self) -> NetworkWeights:
        """The network's weights, each in its place, for one review or a few."""
        stored, refuse = self._network(), self._refuse(WEIGHTS_FILE)
        embedding = EmbeddingRows(stored.pop("embedding"), refuse)
        arrays = {name: to_float32(array, name, refuse) for name, array in stored.items()}
        return network_weights(arrays, embedding)

    @cached_property
    def lookup(self) -> WrittenVocabulary:
        """The same words, for looking up some of them."""
        found = WrittenVocabulary(self._bytes(VOCABULARY_FILE))
        if len(found) != self.info.model.vocab_size:
            raise self._refused(
                VOCABULARY_FILE,
                f"should hold {self.info.model.vocab_size} different tokens, a line each",
            )
        return found

    @cached_property
    def baseline(self) -> dict[str, Float32Array] | None:
        """The logistic regression's weights, if the model was saved with one."""
        if BASELINE_FILE not in self.files:
            return None
        columns = 2**17
        ratings = self.info.model.num_ratings
        shapes = {
            "inverse_document_frequency": (columns,),
            "weights": (ratings, columns),
            "bias": (ratings,),
        }
        stored = self._stored(BASELINE_FILE, shapes, "float32")
        refuse = self._refuse(BASELINE_FILE)
        return {name: to_float32(array, name, refuse) for name, array in stored.items()}

    @cached_property
    def gate_statistics(self) -> GateStatistics:
        """What the gates did with the validation reviews."""
        text = self._bytes(WORDS_FILE)
        try:
            return _gate_statistics(json.loads(text))
        except (ValueError, TypeError, KeyError, OverflowError, RecursionError) as error:
            raise self._refused(WORDS_FILE, "does not hold statistics of words") from error

    def text(self, name: str) -> str:
        """A file of the bundle that is for people."""
        return self._bytes(name).decode("utf-8", errors="replace")

    def _network(self) -> dict[str, Stored]:
        return self._stored(WEIGHTS_FILE, weight_shapes(self.info.model), self.info.stored_as)

    def _stored(
        self, name: str, shapes: dict[str, tuple[int, ...]], kind: str
    ) -> dict[str, Stored]:
        # The recorded size must be that of the arrays, so that a short description can
        # never cause a large allocation; the header takes a few hundred bytes more.
        expected = np.dtype(kind).itemsize * sum(math.prod(shape) for shape in shapes.values())
        if not expected <= self._entry(name)[0] <= expected + 100_000:
            raise self._refused(name, f"should hold {expected:,} bytes of weights")
        return load_arrays(self._bytes(name), shapes, kind, self._refuse(name))

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
    """Open a saved model; its weights are read when they are asked for.

    Raises:
        BundleError: a file is missing, has changed, or is not what a model needs;
            the message names it.
    """
    if not path.is_dir():
        raise BundleError(f"{path}: not a saved model, which is a folder with a {INFO_FILE}")
    content = _read(path, INFO_FILE, _LARGEST_INFO)
    try:
        found: Any = json.loads(content)
    except (ValueError, RecursionError) as error:
        raise refused(path, INFO_FILE, "is not JSON") from error
    if not isinstance(found, dict) or "format" not in found:
        raise refused(path, INFO_FILE, "does not describe a model")
    if found["format"] != FORMAT:
        raise refused(
            path,
            INFO_FILE,
            f"has format {found['format']!a:.20}, and this version reads format {FORMAT}; "
            "train again or install the version that saved it",
        )
    # Models of the first version lack the checksum.
    if found.get("sha256", digest := description_digest(found)) != digest:
        raise refused(path, INFO_FILE, "has changed since it was saved (its checksum differs)")
    try:
        info = BundleInfo.from_json(found)
        files = {
            str(name): (int(entry["bytes"]), str(entry["sha256"]))
            for name, entry in found["files"].items()
        }
        _check(info, files)
    except (KeyError, TypeError, ValueError, AttributeError, OverflowError) as error:
        reason = f"lacks {error}" if isinstance(error, KeyError) else f"is not valid: {error!s:.80}"
        raise refused(path, INFO_FILE, reason.encode("unicode_escape").decode()) from error
    return Bundle(path, info, files)


def refused(path: Path, name: str, reason: str) -> BundleError:
    """What is said of a model that cannot be used."""
    return BundleError(f"{path / name}: {reason}")


def _check(info: BundleInfo, files: dict[str, tuple[int, str]]) -> None:
    """Raise ValueError for a description no training could have written."""
    model = info.model
    if model.cell not in ("lstm", "rnn"):
        raise ValueError(f"cell {model.cell!a}")
    if not model.pooling or not set(model.pooling) <= {"last", "mean", "maximum"}:
        raise ValueError(f"pooling {model.pooling!a}")
    sizes = (model.vocab_size, model.embedding_size, model.hidden_size)
    if min(sizes) < 1 or max(sizes) > 10_000_000:
        raise ValueError(f"sizes {sizes}")
    if info.stored_as not in ("float32", "float16"):
        raise ValueError(f"numbers stored as {info.stored_as!a}")
    is_scale = 2 <= len(info.ratings) <= _MOST_RATINGS or info.is_language_model
    if not is_scale or len(info.ratings) != model.num_ratings:
        raise ValueError(f"{len(info.ratings)} ratings")
    rising = all(a < b for a, b in zip(info.ratings, info.ratings[1:], strict=False))
    if not rising or not all(map(math.isfinite, info.ratings)):
        raise ValueError("ratings that do not rise")
    if not isinstance(info.token_pattern, str) or not isinstance(info.name, str):
        raise ValueError("names that are not text")
    try:
        compiled(info.token_pattern)
    except (re.error, RecursionError, OverflowError) as error:
        raise ValueError("a token pattern that is no pattern") from error
    datetime.fromisoformat(info.created)
    _number(info.seconds)
    _number(info.scores["perplexity" if info.is_language_model else "accuracy"])
    for rating in info.ratings:
        info.provenance.counts[label(rating)]  # how often it occurred, or KeyError
    for name, (size, _) in files.items():
        if Path(name).name != name or name in (".", ".."):
            raise ValueError(f"a file outside its folder, {name!a}")
        if not 0 <= size <= _LARGEST_FILE:
            raise ValueError(f"a size of {size} bytes")


def _gate_statistics(found: Any) -> GateStatistics:
    """What a file of words says; an error where something else stands there."""
    if isinstance(found, list):  # a model of the first version: words alone
        found = {"words": found}
    half_life = tuple(found.get("half_life", ()))
    for words in half_life:
        if words is not None:
            _number(words)
    _number(found.get("followed", 0))
    units = tuple(UnitStatistics(**unit) for unit in found.get("units", ()))
    for unit in units:
        _number(unit.unit)
        _number(unit.correlation)
    return GateStatistics(
        tuple(_word(word) for word in found["words"]), half_life, found.get("followed", 0), units
    )


def _word(found: dict[str, Any]) -> WordStatistics:
    """What the gates did with a word; TypeError where something else stands there."""
    word = WordStatistics(**found)
    if not isinstance(word.word, str) or not isinstance(word.count, int):
        raise TypeError("a word and its count")
    _number(word.contribution)
    for value in (word.forget, word.learn, word.use, word.writes, word.erases, word.flips):
        if value is not None:
            _number(value)
    return word


def _number(value: object) -> None:
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        raise TypeError(f"{value!r:.40} is no number")


def checked_path(path: Path, name: str) -> Path:
    """A file of a bundle that is there, and no link."""
    file = path / name
    if file.is_symlink() or not file.is_file():
        reason = "is a link, which is not followed" if file.is_symlink() else "is missing"
        raise refused(path, name, reason)
    return file


def _read(path: Path, name: str, most: int) -> bytes:
    """At most so many bytes of a file of the bundle, and one more to tell that there are more."""
    try:
        file = checked_path(path, name)
        with file.open("rb") as opened:
            content = opened.read(most + 1)
    except OSError as error:
        raise refused(path, name, (error.strerror or str(error)).lower()) from error
    if len(content) > most:
        raise refused(path, name, f"is larger than the {most:,} bytes it should have")
    return content
