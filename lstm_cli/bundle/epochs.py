"""``epochs.safetensors``: what the network was after each epoch that training kept.

Few numbers are kept whole, ``"3/cell.bias"`` for those of epoch 3. Of a larger network, the three
matrices are kept by what they differ by from the model: integers times a scale that each row has in
each epoch (``"3/scale/embedding"``), of one byte where training moved little, as from a base, else
of two; and of the embedding only the rows that moved, those of the words in the reviews
(``"rows"``). The epoch that the model is needs no numbers. Older models have one scale of a row for
all epochs (``"scale/embedding"``), which is coarse for those that are near the model.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal, NamedTuple

import numpy as np

from lstm_cli.arrays import Float32Array
from lstm_cli.bundle.weights import Layout, Refuse, Stored, to_float32

EPOCHS_FILE = "epochs.safetensors"
MOST_WHOLE = 50_000  # numbers of a network that is kept whole
MATRICES = ("embedding", "cell.event", "cell.short_term")  # of which differences are kept
# With steps of 0.00021, 0.00011 and 0.00005, the epochs of the sample from the base expect ratings
# that are off by 0.0007 at most; in steps of 0.00021 for all, by 0.0014. With 0.0014, it is 0.01
# (the sample from nothing, 256 units).
COARSEST, FINEST = 2.5e-4, 5e-5
_LARGEST = {"int8": 127, "int16": 32_767}
_MOVED = 1e-5  # what a row has moved less by was only rounded, as averages are
_MOST_EPOCHS = 1_000

Shapes = Mapping[str, tuple[int, ...]]
Weights = Mapping[str, Float32Array]


class KeptEpoch(NamedTuple):
    """An epoch whose weights are kept."""

    epoch: int  # 0: before the first step
    accuracy: float  # on the held-out reviews

    @classmethod
    def from_json(cls, stored: Mapping[str, Any]) -> "KeptEpoch":
        """Read it back.

        Raises:
            KeyError, TypeError, ValueError: it is not one.
        """
        epoch, accuracy = stored["epoch"], stored["accuracy"]
        if type(epoch) is not int or not 0 <= epoch < 2**31:
            raise ValueError(f"an epoch {epoch!a:.40}")
        if type(accuracy) not in (int, float) or not 0 <= accuracy <= 1:
            raise ValueError(f"an accuracy of {accuracy!a:.40}")
        return cls(epoch, float(accuracy))


@dataclass(frozen=True)
class EpochTable:
    """What ``bundle.json`` says of ``epochs.safetensors``."""

    stored_as: Literal["float32", "int8", "int16"]  # whole, or by their differences
    rows: int  # of the embedding that moved; 0 where all is kept whole
    model: int  # the epoch whose weights the model has; they are not in the file
    kept: tuple[KeptEpoch, ...]  # in their order
    scales: Literal["each", "common"] = "each"  # whether each epoch has its own

    def to_json(self) -> dict[str, Any]:
        """As ``bundle.json`` holds it."""
        kept = [epoch._asdict() for epoch in self.kept]
        return {
            "stored_as": self.stored_as,
            "scales": self.scales,
            "rows": self.rows,
            "model": self.model,
            "kept": kept,
        }

    @classmethod
    def from_json(cls, stored: Mapping[str, Any], shapes: Shapes) -> "EpochTable":
        """Read it back.

        Raises:
            KeyError, TypeError, ValueError, AttributeError: it is not one, or of no such network.
        """
        kept = tuple(map(KeptEpoch.from_json, stored["kept"]))
        scales = stored.get("scales", "common")  # which older models have
        table = cls(stored["stored_as"], stored["rows"], stored["model"], kept, scales)
        numbers = [epoch.epoch for epoch in kept]
        if numbers != sorted(set(numbers)) or len(numbers) > _MOST_EPOCHS:
            raise ValueError("epochs that are not in their order")
        if type(table.model) is not int or table.model not in numbers:
            raise ValueError(f"epochs without the model's, {table.model!a:.40}")
        if table.stored_as not in ("float32", "int8", "int16"):
            raise ValueError(f"epochs stored as {table.stored_as!a:.40}")
        if scales not in ("each", "common"):
            raise ValueError(f"epochs with scales {scales!a:.40}")
        if type(table.rows) is not int or not 0 <= table.rows <= shapes["embedding"][0]:
            raise ValueError(f"epochs with {table.rows!a:.40} rows")
        return table

    def layouts(self, shapes: Shapes) -> dict[str, Layout]:
        """The arrays that ``epochs.safetensors`` must hold, and no others."""
        stored = [epoch.epoch for epoch in self.kept if epoch.epoch != self.model]
        if self.stored_as == "float32":
            whole = {name: Layout("float32", shape) for name, shape in shapes.items()}
            return _of_each(stored, whole)
        shapes = {**shapes, "embedding": (self.rows, shapes["embedding"][1])}
        each = {
            name: Layout(self.stored_as if name in MATRICES else "float32", shape)
            for name, shape in shapes.items()
        }
        scales = {f"scale/{name}": Layout("float32", shapes[name][:1]) for name in MATRICES}
        rows = {"rows": Layout("int32", (self.rows,))}
        if self.scales == "common":
            return rows | scales | _of_each(stored, each)
        return rows | _of_each(stored, each | scales)


class EpochWeights(NamedTuple):
    """An epoch that is to be kept."""

    kept: KeptEpoch
    load: Callable[[], Weights]  # reads its weights, which may be large


class NewEpochs(NamedTuple):
    """The epochs of a model that has not been saved yet."""

    table: EpochTable
    arrays: Mapping[str, Stored]  # as the file holds them


def packed_epochs(epochs: Sequence[EpochWeights], model: KeptEpoch, weights: Weights) -> NewEpochs:
    """Epochs as their file holds them.

    Args:
        epochs: of one training, in their order.
        model: the epoch that the model is.
        weights: of the model.
    """
    others = [epoch for epoch in epochs if epoch.kept.epoch != model.epoch]
    kept = tuple(sorted([model, *(epoch.kept for epoch in others)]))
    if sum(array.size for array in weights.values()) <= MOST_WHOLE:
        whole = _of_each_loaded(others, lambda arrays: dict(arrays))
        return NewEpochs(EpochTable("float32", 0, model.epoch, kept), whole)
    furthest = _furthest(others, weights)
    rows = np.flatnonzero(furthest["embedding"] > _MOVED)
    furthest["embedding"] = furthest["embedding"][rows]
    most = max(float(moved.max(initial=0)) for moved in furthest.values())
    kind: Literal["int8", "int16"] = "int8" if most <= 127 * COARSEST else "int16"

    def differences(arrays: Weights) -> dict[str, Stored]:
        found: dict[str, Stored] = dict(arrays)
        for name in MATRICES:
            some = rows if name == "embedding" else slice(None)
            moved = arrays[name][some] - weights[name][some]
            scale = np.maximum(np.abs(moved).max(axis=1, initial=0) / _LARGEST[kind], FINEST)
            found[f"scale/{name}"] = scale.astype(np.float32)
            found[name] = np.round(moved / scale[:, None]).astype(kind)
        return found

    stored = _of_each_loaded(others, differences)
    stored["rows"] = rows.astype(np.int32)
    return NewEpochs(EpochTable(kind, len(rows), model.epoch, kept), stored)


def _furthest(epochs: Sequence[EpochWeights], weights: Weights) -> dict[str, Float32Array]:
    """How far the numbers of each row were from the model's, in any epoch at most. (rows,) each"""
    furthest = {name: np.zeros(len(weights[name]), np.float32) for name in MATRICES}
    for epoch in epochs:
        arrays = epoch.load()
        for name, most in furthest.items():
            moved = np.abs(arrays[name] - weights[name]).max(axis=1, initial=0)
            np.maximum(most, moved, out=most)
    return furthest


def check_epochs(stored: Mapping[str, Stored], vocab_size: int, refuse: Refuse) -> None:
    """Refuse numbers that no training makes, and rows of no word.

    Args:
        stored: the arrays of the file.
        vocab_size: words of the network.
        refuse: makes the error for what is wrong.
    """
    for name, array in stored.items():
        if array.dtype.kind == "f":
            to_float32(array, name, refuse)
    rows = stored.get("rows", np.zeros(0, np.int32)).astype(np.int64)
    if len(rows) and not (rows[0] >= 0 and rows[-1] < vocab_size and (np.diff(rows) > 0).all()):
        raise refuse("should hold 'rows' in ascending order, each of a word")


def weights_at(
    epoch: int, table: EpochTable, stored: Mapping[str, Stored], weights: Weights
) -> dict[str, Float32Array]:
    """The weights of an epoch.

    Args:
        epoch: one that is kept.
        table: what is kept.
        stored: the arrays of the file, checked.
        weights: of the model.
    """
    if epoch == table.model:
        return dict(weights)
    found = {}
    for name, array in weights.items():
        kept = stored[f"{epoch}/{name}"].astype(np.float32)
        if table.stored_as == "float32" or name not in MATRICES:
            found[name] = kept
            continue
        found[name] = array.copy()
        some = stored["rows"] if name == "embedding" else slice(None)
        found[name][some] += kept * scale_of(epoch, name, stored)[:, None]
    return found


def scale_of(epoch: int, name: str, stored: Mapping[str, Stored]) -> Stored:
    """What the integers of an epoch's matrix are multiplied by. (rows,)"""
    own = f"{epoch}/scale/{name}"
    return stored[own if own in stored else f"scale/{name}"]


def _of_each(epochs: Sequence[int], layouts: Mapping[str, Layout]) -> dict[str, Layout]:
    return {f"{epoch}/{name}": layout for epoch in epochs for name, layout in layouts.items()}


def _of_each_loaded(
    epochs: Sequence[EpochWeights], stored_as: Callable[[Weights], Mapping[str, Stored]]
) -> dict[str, Stored]:
    """The arrays of one epoch after another, of which one is in memory at a time."""
    return {
        f"{epoch.kept.epoch}/{name}": array
        for epoch in epochs
        for name, array in stored_as(epoch.load()).items()
    }
