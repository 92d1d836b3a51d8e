"""A saved model that goes to other machines as it is, with what rates and nothing else."""

from collections.abc import Mapping
from dataclasses import dataclass

from lstm_cli.bundle.contents import BASELINE_FILE, INFO_FILE, VOCABULARY_FILE, WEIGHTS_FILE
from lstm_cli.bundle.reading import Bundle, hold_bundle


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
        """The model, held in memory and verified again.

        Raises:
            BundleError: it cannot be used.
        """
        bundle = hold_bundle(self.files, self.name, needs_all=False)
        _ = bundle.vocabulary, bundle.arrays  # what is wrong with them is said here
        return bundle
