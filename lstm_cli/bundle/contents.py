"""The files of a saved model. They hold no review's text, and nothing that runs.

bundle.json            configs, scale, scores, how often network and regression agreed, the sha256
                       of the other files and its own
vocabulary.txt         one token per line
weights.safetensors    the network
baseline.safetensors   logistic regression on the same reviews, which evaluations compare with
words.json             what the gates did with each word of the validation reviews
history.jsonl          one line per epoch
epochs.safetensors     the network as it was after each epoch, if training was to keep them
seen.safetensors       keyed hashes of the texts that it and its bases learned from
held_out.safetensors   its answers on held-out reviews, and their ratings; no text
base_answers.safetensors  what its base said of its reviews before it learned from them; no text
README.md              a model card for people
"""

import hashlib
import json
import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
from numpy.typing import NDArray

from lstm_cli.bundle.epochs import EPOCHS_FILE, EpochTable, NewEpochs
from lstm_cli.bundle.held_out import BASE_ANSWERS_FILE, HELD_OUT_FILE, HeldOutAnswers
from lstm_cli.bundle.provenance import Provenance
from lstm_cli.bundle.seen import SEEN_FILE, Seen
from lstm_cli.bundle.weights import EMBEDDING_SCALE, Layout, Stored, rows_as_integers
from lstm_cli.config import ModelConfig, PretrainConfig, TrainConfig
from lstm_cli.core.cell import CellWeights
from lstm_cli.core.reading import NetworkWeights, Rows
from lstm_cli.data.ratings.scale import Scale

if TYPE_CHECKING:
    from lstm_cli.metrics.agreement import Agreement
    from lstm_cli.results import GateStatistics

FORMAT = 1
BASE = "base"  # the name of the model that is shipped
INFO_FILE = "bundle.json"
VOCABULARY_FILE = "vocabulary.txt"
WEIGHTS_FILE = "weights.safetensors"
BASELINE_FILE = "baseline.safetensors"
WORDS_FILE = "words.json"
HISTORY_FILE = "history.jsonl"
CARD_FILE = "README.md"
# All that a model's folder may hold.
FILES = frozenset({
    INFO_FILE, VOCABULARY_FILE, WEIGHTS_FILE, BASELINE_FILE, WORDS_FILE, HISTORY_FILE, EPOCHS_FILE,
    SEEN_FILE, HELD_OUT_FILE, BASE_ANSWERS_FILE, CARD_FILE,
})  # fmt: skip

# The names of settings in models of the first version, and their names now.
_RENAMED = {
    "embedding_rate": "embedding_lr_scale",
    "cell_rate": "cell_lr_scale",
    "blank_share": "blank_review_rate",
    "adversary": "adversarial_epsilon",
    "ranked_weight": "rps_weight",
    "bands": "cutoffs",
}

_STORED_AS = {"provenance": "data"}  # fields that have another name in the file

StoredAs = Literal["float32", "float16", "int8"]
Arrays = Mapping[str, NDArray[np.float32]]


@dataclass(frozen=True)
class BundleInfo:
    """What ``bundle.json`` says about a model, without the checksums."""

    name: str
    created: str  # UTC, ISO 8601
    model: ModelConfig
    training: TrainConfig | PretrainConfig  # the latter for a language model
    ratings: tuple[float, ...]  # the scale, in order; empty for a language model
    token_pattern: str
    # On the validation reviews: those of ``lstm evaluate --json``; of a language model, perplexity.
    scores: dict[str, Any]
    provenance: Provenance  # what it was trained on; ``data`` in the file
    versions: dict[str, str]
    seconds: float
    format: int = FORMAT
    # The type of the network's numbers in its file; see ``weight_layouts``.
    stored_as: StoredAs = "float32"
    base: str | None = None  # the model it started from
    # What people call the ratings, if not by their numbers, which are places then.
    labels: tuple[str, ...] = ()
    edges: tuple[float, ...] = ()  # of the bins that the ratings of a file are cut into
    temperature: float = 1.0  # by which the readout has been divided, for calibration
    # Of the regression with the network, on the validation reviews; older models lack it.
    agreement: "Agreement | None" = None
    epochs: EpochTable | None = None  # what training went through, if that was to be kept

    @property
    def scale(self) -> Scale:
        """The ratings, and what people call them."""
        return Scale(self.ratings, self.labels, self.edges)

    @property
    def is_language_model(self) -> bool:
        """Whether it predicts words instead of ratings, so that training can start from it."""
        return self.model.num_ratings == 0

    def to_json(self) -> dict[str, Any]:
        """As ``bundle.json`` holds it."""
        described = {_STORED_AS.get(name, name): value for name, value in asdict(self).items()}
        del described["epochs"]
        if self.epochs is not None:
            described["epochs"] = self.epochs.to_json()
        return described | {"data": self.provenance.to_json()}

    @classmethod
    def from_json(cls, stored: Mapping[str, Any]) -> "BundleInfo":
        """Read it back.

        Raises:
            KeyError, TypeError, ValueError: a key is missing or unknown, or its value has
                another type.
        """
        # Older models lack these.
        later = {
            "stored_as": "float32",
            "base": None,
            "labels": (),
            "edges": (),
            "temperature": 1.0,
            "agreement": None,
            "epochs": None,
        }
        names = {field.name for field in fields(cls)}
        values = {name: (later | dict(stored))[_STORED_AS.get(name, name)] for name in names}
        values["provenance"] = Provenance.from_json(stored["data"])
        model = dict(stored["model"])
        model["pooling"] = tuple(model["pooling"])
        values["model"] = _checked(ModelConfig, model)
        training = {_RENAMED.get(name, name): value for name, value in stored["training"].items()}
        if values["model"].num_ratings:
            values["training"] = _checked(TrainConfig, training)
        else:
            training["cutoffs"] = tuple(int(cutoff) for cutoff in training["cutoffs"])
            values["training"] = _checked(PretrainConfig, training)
        values["ratings"] = tuple(float(rating) for rating in stored["ratings"])
        values["labels"] = tuple(values["labels"])
        values["edges"] = tuple(float(edge) for edge in values["edges"])
        if values["epochs"] is not None:
            shapes = weight_shapes(values["model"])
            values["epochs"] = EpochTable.from_json(values["epochs"], shapes)
        if values["agreement"] is not None:
            from lstm_cli.metrics.agreement import Agreement

            values["agreement"] = Agreement.from_json(values["agreement"])
        return cls(**values)


def description_digest(described: Mapping[str, Any]) -> str:
    """The sha256 of ``bundle.json`` without its own checksum, whatever its layout."""
    said = {key: value for key, value in described.items() if key != "sha256"}
    return hashlib.sha256(json.dumps(said, sort_keys=True).encode()).hexdigest()


@dataclass(frozen=True)
class NewBundle:
    """A model that has been trained and not yet been saved."""

    info: BundleInfo
    tokens: tuple[str, ...]
    weights: Arrays
    gate_statistics: "GateStatistics"
    history: tuple[Mapping[str, Any], ...]
    baseline: Arrays | None = None
    epochs: NewEpochs | None = None  # whose table ``info`` has once it is written
    seen: Seen | None = None  # the texts it and its bases learned from
    held_out_answers: HeldOutAnswers | None = None
    base_answers: HeldOutAnswers | None = None  # of the base, on all of the model's reviews
    notes: str = ""  # what the model card says below the numbers


def weight_shapes(config: ModelConfig) -> dict[str, tuple[int, ...]]:
    """The arrays ``weights.safetensors`` must hold, and no others."""
    rows = config.hidden_size * (4 if config.cell == "lstm" else 1)
    return {
        "embedding": (config.vocab_size, config.embedding_size),
        "cell.event": (rows, config.embedding_size),
        "cell.short_term": (rows, config.hidden_size),
        "cell.bias": (rows,),
        "readout.weight": (config.num_ratings, len(config.pooling) * config.hidden_size),
        "readout.bias": (config.num_ratings,),
    }


def weight_layouts(config: ModelConfig, stored_as: StoredAs) -> dict[str, Layout]:
    """How ``weights.safetensors`` holds the arrays.

    In "int8" the embedding, which is most of a model, is rows of integers with a scale each, and
    all else is float16.
    """
    kind = "float16" if stored_as == "int8" else stored_as
    layouts = {name: Layout(kind, shape) for name, shape in weight_shapes(config).items()}
    if stored_as == "int8":
        layouts["embedding"] = Layout("int8", layouts["embedding"].shape)
        layouts[EMBEDDING_SCALE] = Layout("float32", (config.vocab_size,))
    return layouts


def as_stored(weights: Arrays, config: ModelConfig, stored_as: StoredAs) -> dict[str, Stored]:
    """The arrays of a network as ``weight_layouts`` describes them."""
    arrays: dict[str, Stored] = dict(weights)
    if stored_as == "int8":
        arrays["embedding"], arrays[EMBEDDING_SCALE] = rows_as_integers(weights["embedding"])
    layouts = weight_layouts(config, stored_as)
    return {name: array.astype(layouts[name].kind, copy=False) for name, array in arrays.items()}


def network_weights(arrays: Arrays, embedding: Rows | None = None) -> NetworkWeights:
    """The network that the arrays of ``weights.safetensors`` make up.

    Args:
        arrays: the arrays by their names.
        embedding: takes the place of the one in ``arrays``.
    """
    return NetworkWeights(
        arrays["embedding"] if embedding is None else embedding,
        CellWeights(arrays["cell.event"], arrays["cell.short_term"], arrays["cell.bias"]),
        arrays["readout.weight"],
        arrays["readout.bias"],
    )


def _checked(kind: type, values: Mapping[str, Any]) -> Any:
    """A config, each of whose values has the type of its field; TypeError otherwise."""
    made = kind(**values)
    for field in fields(kind):
        value = getattr(made, field.name)
        if field.type is bool:
            fits = isinstance(value, bool)
        elif field.type in (int, float):
            # JSON may write 1.0 as 1. To Python, True is an int.
            fits = isinstance(value, int if field.type is int else int | float)
            fits = fits and not isinstance(value, bool)
        else:
            fits = True
        if not fits:
            raise TypeError(f"{field.name} is {value!r}")
    return made


def check_number(value: object) -> None:
    """Refuse what is not a finite number.

    Raises:
        TypeError: it is not.
    """
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        raise TypeError(f"{value!r:.40} is not a number")
