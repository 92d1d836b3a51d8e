"""A large model, rounded for a page: whole, in float32, a base of one's own would be 37 MB.

It is rounded as the base that ships is: the embedding to integers of eight bits with a scale for
each row, the rest to float16. What that does to ratings is measured, and said.
"""

from collections.abc import Sequence

import numpy as np

from lstm_cli.bundle.contents import as_stored, network_weights
from lstm_cli.bundle.reading import Bundle
from lstm_cli.bundle.weights import EMBEDDING_SCALE, Stored
from lstm_cli.inference.predictor import Predictor

EXACT_UP_TO = 1_000_000  # numbers: 4 MB in float32


def page_arrays(bundle: Bundle) -> dict[str, Stored]:
    """The arrays of a network as a page holds them: as its file does, or rounded."""
    if not is_rounded(bundle):
        return bundle.stored_arrays()
    return as_stored(bundle.arrays, bundle.info.model, "int8")


def is_rounded(bundle: Bundle) -> bool:
    """Whether a page holds the model rounded."""
    if bundle.info.stored_as != "float32":
        return False
    return sum(array.size for array in bundle.stored_arrays().values()) > EXACT_UP_TO


def rounded(bundle: Bundle) -> Predictor:
    """The model as a page has it, in numpy."""
    arrays = {name: array.astype(np.float32) for name, array in page_arrays(bundle).items()}
    scales = arrays.pop(EMBEDDING_SCALE, None)
    if scales is not None:
        arrays["embedding"] *= scales[:, None]
    predictor = Predictor(bundle)
    predictor.weights = network_weights(arrays)
    return predictor


def moved_by_rounding(bundle: Bundle, texts: Sequence[str]) -> float:
    """How far rounding moves the expected rating of some texts, at most."""
    exact, page = Predictor(bundle), rounded(bundle)
    return max(
        abs(exact.predict(text).expected_rating - page.predict(text).expected_rating)
        for text in texts
    )
