"""A saved model that goes to other machines as it is, with what rates and nothing else."""

import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from lstm_cli.bundle.contents import BASELINE_FILE, INFO_FILE, VOCABULARY_FILE, WEIGHTS_FILE
from lstm_cli.bundle.reading import Bundle, open_bundle


@dataclass(frozen=True)
class PackedModel:
    """The files of a model that rates: bytes, which any engine carries to its workers."""

    name: str
    files: Mapping[str, bytes]  # by name, as they lie in the model's folder

    @classmethod
    def of(cls, bundle: Bundle, *, with_regression: bool = False) -> "PackedModel":
        """Pack a model.

        Args:
            bundle: the model; what is packed is read and verified here.
            with_regression: whether its logistic regression answers first.

        Raises:
            BundleError: it cannot be used.
        """
        names = [VOCABULARY_FILE, WEIGHTS_FILE, *([BASELINE_FILE] if with_regression else [])]
        files = {name: bundle.content(name) for name in names}
        return cls(bundle.name, {INFO_FILE: bundle.description, **files})

    def unpack(self) -> Bundle:
        """The model, read as a whole and verified again; nothing of it stays on the disk.

        Raises:
            BundleError: it cannot be used.
        """
        with tempfile.TemporaryDirectory(prefix="lstm-") as folder:
            path = Path(folder) / self.name
            path.mkdir()
            for name, content in self.files.items():
                (path / name).write_bytes(content)
            bundle = open_bundle(path)
            # They stay with the bundle, which has no files once this is left.
            _ = bundle.vocabulary, bundle.arrays, bundle.weights
            if BASELINE_FILE in self.files:
                _ = bundle.baseline
        return bundle
