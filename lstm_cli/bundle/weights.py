"""The arrays of a safetensors file, which may come from anyone.

Names, types and shapes are checked when a file is loaded, numbers when they are converted
to float32. One review needs few rows of the embedding, so only these are converted.
"""

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray
from safetensors import SafetensorError
from safetensors.numpy import load

from lstm_cli.arrays import Float32Array
from lstm_cli.errors import BundleError

_LARGEST_NUMBER = 1e10  # products of a few such numbers are still finite

Refuse = Callable[[str], BundleError]  # what is wrong -> the error that names the file
Stored = NDArray[np.floating[Any]]  # float32 or float16


def load_arrays(
    content: bytes, shapes: dict[str, tuple[int, ...]], kind: str, refuse: Refuse
) -> dict[str, Stored]:
    """The arrays of a file as they are stored. Their numbers are not checked yet.

    Args:
        content: the file, whose checksum has been verified.
        shapes: the arrays it must hold, and no others.
        kind: "float32" or "float16", the type of their numbers.
        refuse: makes the error for what is wrong.
    """
    try:
        arrays = load(content)
    except (SafetensorError, KeyError, ValueError) as error:  # KeyError: a type numpy lacks
        raise refuse("is not a safetensors file") from error
    for name, shape in shapes.items():
        if name not in arrays or (arrays[name].dtype.name, arrays[name].shape) != (kind, shape):
            raise refuse(f"should hold {name!a} as {kind} of shape {shape}")
    if len(arrays) != len(shapes):
        raise refuse("holds arrays that belong to no model")
    return arrays


def to_float32(stored: Stored, name: str, refuse: Refuse) -> Float32Array:
    """Numbers to compute with. They are refused unless they are finite and not huge."""
    numbers = stored.astype(np.float32, copy=False)
    # Written so that NaN, which is not <= anything, is refused too.
    if numbers.size and not max(-numbers.min(), numbers.max()) <= _LARGEST_NUMBER:
        raise refuse(f"holds numbers in {name!a} that no training makes")
    return numbers


class EmbeddingRows:
    """An embedding whose rows are checked and converted to float32 as they are asked for."""

    def __init__(self, stored: Stored, refuse: Refuse) -> None:
        self._stored, self._refuse = stored, refuse

    def __getitem__(self, token_ids: NDArray[np.int64]) -> Float32Array:
        return to_float32(self._stored[token_ids], "embedding", self._refuse)
