"""The averaged weights of every epoch, kept in a folder until the model is saved.

They are kept whole, in float32, and on the disk. What they differ by from the model is known only
when the model is, and memory would have to hold them all until then: nine times the base's
44 MB for a few reviews. So they also outlast a training that is stopped.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from safetensors import SafetensorError, safe_open
from safetensors.numpy import load_file, save

from lstm_cli.arrays import Float32Array
from lstm_cli.bundle.writing import saying_what_failed

MOST_KEPT = 100  # epochs; of more, every second, then every fourth, and the last


@dataclass(frozen=True)
class TrainedEpoch:
    """What training had made of a network at the end of an epoch."""

    epoch: int  # 0: before the first step
    accuracy: float  # on the held-out reviews
    path: Path  # of its weights

    def arrays(self) -> dict[str, Float32Array]:
        """The weights by a bundle's names; they are read here."""
        return dict(load_file(self.path))


class EpochKeeper:
    """Writes the weights of epochs to a folder, a file each, and finds them again.

    Args:
        folder: is made, and loses what it holds of other trainings.
        belongs_to: a fingerprint of the data and the settings.
    """

    def __init__(self, folder: Path, belongs_to: str) -> None:
        self._folder, self._belongs_to = folder, belongs_to
        with saying_what_failed(folder):
            folder.mkdir(parents=True, exist_ok=True)
            for path in folder.iterdir():
                if self._opened(path) is None:
                    path.unlink()

    def keep(self, epoch: int, accuracy: float, arrays: Mapping[str, Float32Array]) -> None:
        """Keep an epoch, in place of an earlier one of its number.

        Raises:
            OutputError: the disk is full, or may not be written to.
        """
        about = {"belongs_to": self._belongs_to, "epoch": epoch, "accuracy": accuracy}
        path = self._folder / f"{epoch}.safetensors"
        part = path.with_suffix(".part")
        with saying_what_failed(path):
            try:
                part.write_bytes(save(dict(arrays), {"about": json.dumps(about)}))
                part.replace(path)
            finally:
                part.unlink(missing_ok=True)
        spacing = spacing_at(epoch)
        for kept in self.kept(epoch - 1):
            if kept.epoch % spacing:
                kept.path.unlink(missing_ok=True)

    def kept(self, last: int) -> tuple[TrainedEpoch, ...]:
        """Those up to an epoch; later ones are of a run that went further and was lost."""
        found = (self._opened(path) for path in self._folder.iterdir())
        epochs = (epoch for epoch in found if epoch is not None and epoch.epoch <= last)
        return tuple(sorted(epochs, key=lambda epoch: epoch.epoch))

    def _opened(self, path: Path) -> TrainedEpoch | None:
        """An epoch of this training; None of any other, and of half a file."""
        try:
            with safe_open(path, framework="np") as file:
                about = json.loads(file.metadata()["about"])
            if about["belongs_to"] != self._belongs_to:
                return None
            return TrainedEpoch(int(about["epoch"]), float(about["accuracy"]), path)
        except (SafetensorError, OSError, ValueError, TypeError, KeyError):
            return None


def spacing_at(epoch: int) -> int:
    """From one epoch that is kept to the next, when training has come to this one.

    >>> [spacing_at(epoch) for epoch in (7, 100, 101, 201, 10_000)]
    [1, 1, 2, 4, 128]
    """
    spacing = 1
    while epoch > MOST_KEPT * spacing:
        spacing *= 2
    return spacing
