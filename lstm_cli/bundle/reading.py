"""Read a saved model, and trust nothing in it before it is checked.

Sizes are compared before a file is read, checksums before anything is parsed,
names and shapes before an array is used.
"""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property, partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

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
    description_digest,
    network_weights,
    weight_layouts,
    weight_shapes,
)
from lstm_cli.bundle.describing import check_description
from lstm_cli.bundle.epochs import EPOCHS_FILE, check_epochs, weights_at
from lstm_cli.bundle.held_out import BASE_ANSWERS_FILE, HELD_OUT_FILE, HeldOutAnswers
from lstm_cli.bundle.seen import LAYOUTS, SEEN_FILE, Seen
from lstm_cli.bundle.weights import (
    EMBEDDING_SCALE,
    EmbeddingRows,
    Layout,
    Refuse,
    Stored,
    load_arrays,
    to_float32,
)
from lstm_cli.core.reading import NetworkWeights
from lstm_cli.errors import BundleError, RequestError
from lstm_cli.text.vocabulary import SPECIAL_TOKENS, Vocabulary, WrittenVocabulary

if TYPE_CHECKING:
    from lstm_cli.bundle.epochs import KeptEpoch
    from lstm_cli.data.options import LearnedColumns
    from lstm_cli.metrics.agreement import Agreement
    from lstm_cli.results import GateStatistics

LARGEST_INFO = 4 * 2**20


@dataclass(frozen=True)
class Bundle:
    """A saved model, of which each file is read when it is asked for."""

    path: Path
    info: BundleInfo
    files: dict[str, tuple[int, str]]  # name -> (bytes, sha256)
    contents: Mapping[str, bytes] | None = None  # the files; None where they are in the folder
    named: str | None = None  # how it is found, of a version: ``reviews@2``

    @property
    def name(self) -> str:
        """The name of the model's folder, or of a version, under which it is found."""
        return self.named or self.path.name

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
        stored = self._stored(BASELINE_FILE, self._baseline_layouts)
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

    @cached_property
    def seen(self) -> Seen | None:
        """Which texts the model and its bases learned from; None of models saved before."""
        if SEEN_FILE not in self.files:
            return None
        return Seen.from_arrays(self._loaded(SEEN_FILE, dict(LAYOUTS)), self._refuse(SEEN_FILE))

    @cached_property
    def held_out_answers(self) -> HeldOutAnswers | None:
        """What the model says of its held-out reviews; None of models saved before."""
        return self._answers(HELD_OUT_FILE)

    @cached_property
    def base_answers(self) -> HeldOutAnswers | None:
        """What the base says of reviews of this model; None where there is none to say it."""
        return self._answers(BASE_ANSWERS_FILE)

    def _answers(self, name: str) -> HeldOutAnswers | None:
        if name not in self.files:
            return None
        stored = self._loaded(name, HeldOutAnswers.layouts(self.info.model.num_ratings))
        return HeldOutAnswers.from_arrays(stored, self._refuse(name))

    def check_sizes(self) -> None:
        """Refuse, before they are fetched, files of arrays larger or smaller than those have to be.

        Raises:
            BundleError: it names the file.
        """
        model, table = self.info.model, self.info.epochs
        self._check_size(WEIGHTS_FILE, weight_layouts(model, self.info.stored_as))
        if BASELINE_FILE in self.files:
            self._check_size(BASELINE_FILE, self._baseline_layouts)
        if table is not None:
            self._check_size(EPOCHS_FILE, table.layouts(weight_shapes(model)))

    def stored_arrays(self) -> dict[str, Stored]:
        """The network's arrays as their file holds them; their numbers are not checked."""
        layouts = weight_layouts(self.info.model, self.info.stored_as)
        return self._stored(WEIGHTS_FILE, layouts)

    @property
    def description(self) -> bytes:
        """``bundle.json`` as it lies there; whoever opens it checks it again."""
        if self.contents is not None:
            return self.contents[INFO_FILE]
        return _read(self.path, INFO_FILE, LARGEST_INFO)

    def content(self, name: str) -> bytes:
        """The bytes of another file, verified."""
        return self._bytes(name)

    def text(self, name: str) -> str:
        """The text of a file that is written for people."""
        return self._bytes(name).decode("utf-8", errors="replace")

    @property
    def _baseline_layouts(self) -> dict[str, Layout]:
        columns = 2**17
        ratings = self.info.model.num_ratings
        return {
            "inverse_document_frequency": Layout("float32", (columns,)),
            "weights": Layout("float32", (ratings, columns)),
            "bias": Layout("float32", (ratings,)),
        }

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
        self._check_size(name, layouts)
        return self._loaded(name, layouts)

    def _check_size(self, name: str, layouts: dict[str, Layout]) -> None:
        # The recorded size must be that of the arrays, so that a short description can
        # never cause a large allocation; the header takes a hundred bytes more for each.
        expected = sum(layout.least_bytes for layout in layouts.values())
        if not expected <= self._entry(name)[0] <= expected + 100_000 + 200 * len(layouts):
            raise self._refused(name, f"should hold {expected:,} bytes of weights")

    def _loaded(self, name: str, layouts: dict[str, Layout]) -> dict[str, Stored]:
        """The same of arrays of any size: they are views of the file, which is there in full."""
        return load_arrays(self._bytes(name), layouts, self._refuse(name))

    def _entry(self, name: str) -> tuple[int, str]:
        if name not in self.files:
            raise self._refused(INFO_FILE, f"does not list {name}")
        return self.files[name]

    def _bytes(self, name: str) -> bytes:
        size, sha256 = self._entry(name)
        content = _read(self.path, name, size) if self.contents is None else self.contents[name]
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
    return _described(path, _read(path, INFO_FILE, LARGEST_INFO))


def hold_bundle(contents: Mapping[str, bytes], name: str, *, needs_all: bool = True) -> Bundle:
    """Open a model that is in memory, as an estimator holds it.

    Args:
        contents: its files by their names.
        name: under which it goes.
        needs_all: refuse it if a file is missing; otherwise those that are must not be asked for.

    Raises:
        BundleError: ``bundle.json`` has changed, or a file that it lists is missing.
    """
    path = Path(name)
    if INFO_FILE not in contents:
        raise refused(path, INFO_FILE, "is missing")
    bundle = _described(path, contents[INFO_FILE], contents)
    for missing in bundle.files.keys() - contents.keys() if needs_all else ():
        raise refused(path, missing, "is missing")
    return bundle


def _described(path: Path, content: bytes, contents: Mapping[str, bytes] | None = None) -> Bundle:
    """A model as its ``bundle.json`` describes it."""
    try:
        stored: Any = json.loads(content)
    except (ValueError, RecursionError) as error:
        raise refused(path, INFO_FILE, "is not JSON") from error
    if not isinstance(stored, dict) or "format" not in stored:
        raise refused(path, INFO_FILE, "does not describe a model")
    try:
        json.dumps(stored, ensure_ascii=False).encode()
    except UnicodeEncodeError as error:
        raise refused(path, INFO_FILE, "holds half of a character") from error
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
        check_description(info, files)
    except (KeyError, TypeError, ValueError, AttributeError, OverflowError) as error:
        reason = f"lacks {error}" if isinstance(error, KeyError) else f"is not valid: {error!s:.80}"
        raise refused(path, INFO_FILE, reason.encode("unicode_escape").decode()) from error
    return Bundle(path, info, files, contents)


def refused(path: Path, name: str, reason: str) -> BundleError:
    """The error that says why a file of a model cannot be used."""
    return BundleError(f"{path / name}: {reason}")


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
