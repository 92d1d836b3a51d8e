"""The arrays of a safetensors file, which may come from anyone.

Names, types and shapes are checked when a file is loaded, numbers when they are converted
to float32. One review needs few rows of the embedding, so only these are converted.

The format is a size of 8 bytes, a header in JSON of that size, and the numbers, to which the header
points. It is read here and not by safetensors, which copies all numbers: the checksum has
to be taken of these very bytes, and one review would wait for the copy as long as for the checksum.
"""

import json
import math
from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from lstm_cli.arrays import Float32Array
from lstm_cli.errors import BundleError

_LARGEST_NUMBER = 1e10  # products of a few such numbers are still finite

Refuse = Callable[[str], BundleError]  # what is wrong -> the error that names the file
# float32, float16, or int8; of differences, places and hashes, also other integers
Stored = NDArray[np.floating[Any]] | NDArray[np.integer[Any]]

# In the header.
_CALLED = {
    "float32": "F32", "float16": "F16", "int8": "I8", "int16": "I16", "int32": "I32",
    "int64": "I64", "uint8": "U8", "uint64": "U64",
}  # fmt: skip
_LARGEST_INT8 = 127
EMBEDDING_SCALE = "embedding.scale"  # of each row, where the rows of the embedding are integers


class Layout(NamedTuple):
    """How one array is stored."""

    kind: str  # of its numbers, as numpy calls it: one of ``_CALLED``
    shape: tuple[int | None, ...]  # None: any size, which the file says

    def fits(self, kind: object, shape: tuple[object, ...]) -> bool:
        """Whether a header that says this of an array describes one of this layout."""
        if kind != _CALLED[self.kind] or len(shape) != len(self.shape):
            return False
        return all(
            type(size) is int and size >= 0 and asked in (None, size)
            for asked, size in zip(self.shape, shape, strict=True)
        )

    @property
    def least_bytes(self) -> int:
        """Of its numbers; without those of a size that the file says."""
        return np.dtype(self.kind).itemsize * math.prod(size or 0 for size in self.shape)


def load_arrays(content: bytes, layouts: Mapping[str, Layout], refuse: Refuse) -> dict[str, Stored]:
    """The arrays of a file as they are stored, in the memory of ``content``, which they keep.

    Their numbers are not checked yet.

    Args:
        content: the file, whose checksum has been verified.
        layouts: the arrays it must hold, and no others.
        refuse: makes the error for what is wrong.
    """
    try:
        begin = 8 + int.from_bytes(content[:8], "little")
        header = json.loads(content[8:begin])
        header.pop("__metadata__", None)
        numbers = memoryview(content)[begin:]
        arrays = {}
        for name, layout in layouts.items():
            kind, shape = layout
            said = header.pop(name, None)
            if said is None or not layout.fits(said["dtype"], tuple(said["shape"])):
                asked = str(shape).replace("None", "any")
                raise refuse(f"should hold {name!a} as {kind} of shape {asked}")
            first, end = said["data_offsets"]
            stored = np.frombuffer(numbers[first:end], np.dtype(kind).newbyteorder("<"))
            arrays[name] = stored.reshape(said["shape"])
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError) as error:
        raise refuse("is not a safetensors file") from error
    if header:
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
    """An embedding whose rows are checked and converted to float32 as they are asked for.

    Args:
        stored: the rows as they are stored. (V, E)
        refuse: makes the error for what is wrong.
        scales: of rows that are stored as integers, by which each is multiplied. (V,)
    """

    def __init__(self, stored: Stored, refuse: Refuse, scales: Stored | None = None) -> None:
        self._stored, self._refuse, self._scales = stored, refuse, scales

    def __getitem__(self, token_ids: NDArray[np.int64] | slice) -> Float32Array:
        rows = self._stored[token_ids]
        if self._scales is not None:
            scales = to_float32(self._scales[token_ids], EMBEDDING_SCALE, self._refuse)
            rows = rows * scales[..., None]
        return to_float32(rows, "embedding", self._refuse)


def rows_as_integers(rows: Float32Array) -> tuple[NDArray[np.int8], Float32Array]:
    """Rows as integers from -127 to 127, and the number by which each is to be multiplied.

    Half the bytes of float16; no number is further off than half of its row's scale.

    >>> rows_as_integers(np.array([[-0.5, 1.27, 0.004]], dtype=np.float32))[0]
    array([[-50, 127,   0]], dtype=int8)
    """
    scales = np.abs(rows).max(axis=1, initial=0).astype(np.float32) / _LARGEST_INT8
    scales[scales < np.finfo(np.float32).tiny] = 0  # a row of such numbers is one of zeros
    integers = np.round(rows / np.where(scales, scales, np.inf)[:, None])
    return integers.astype(np.int8), scales
