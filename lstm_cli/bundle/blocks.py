"""Parts of a file of weights, each block verified before it is used.

One review needs a handful of the embedding's rows. So a file of weights is
hashed in blocks as well as whole, and only the blocks that hold what is asked
for are read.
"""

import hashlib
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from lstm_cli.errors import BundleError

BLOCK_BYTES = 1 << 16
_LARGEST_NUMBER = 1e10
_LARGEST_HEADER = 100_000

Refuse = Callable[[str], BundleError]  # what is wrong -> the error that names the file


def block_digests(content: bytes) -> list[str]:
    """The sha256 of each block of a file, the last one shorter."""
    starts = range(0, len(content), BLOCK_BYTES)
    return [hashlib.sha256(content[k : k + BLOCK_BYTES]).hexdigest() for k in starts]


class BlockFile:
    """Bytes of a file, verified block by block as they are asked for.

    Args:
        path: the file; it is no link.
        size: its bytes.
        digests: the sha256 of each block.
        refuse: makes the error for what is wrong.
    """

    def __init__(self, path: Path, size: int, digests: list[str], refuse: Refuse) -> None:
        self._path, self._size, self._digests, self._refuse = path, size, digests, refuse
        self._blocks: dict[int, bytes] = {}

    def read(self, start: int, end: int) -> bytes:
        """The bytes from ``start`` up to ``end``."""
        if not 0 <= start <= end <= self._size:
            raise self._refuse("does not hold what its header says")
        first, last = start // BLOCK_BYTES, max(end - 1, start) // BLOCK_BYTES
        missing = [k for k in range(first, last + 1) if k not in self._blocks]
        if missing:
            with self._path.open("rb") as file:
                for k in missing:
                    file.seek(k * BLOCK_BYTES)
                    self._blocks[k] = self._verified(k, file.read(BLOCK_BYTES))
        joined = b"".join(self._blocks[k] for k in range(first, last + 1))
        return joined[start - first * BLOCK_BYTES : end - first * BLOCK_BYTES]

    def _verified(self, k: int, block: bytes) -> bytes:
        if hashlib.sha256(block).hexdigest() != self._digests[k]:
            raise self._refuse(
                "has changed since it was saved (its checksum differs from bundle.json)"
            )
        return block


def are_sane(numbers: NDArray[np.floating]) -> bool:
    """Whether numbers are finite, and their products with one another will be."""
    return float(np.abs(numbers).max(initial=0)) <= _LARGEST_NUMBER  # NaN is not


class WeightsFile:
    """A safetensors file read in parts.

    Args:
        file: its bytes.
        shapes: the arrays it must hold.
        kind: "float32" or "float16": what their numbers are kept in.
        refuse: makes the error for what is wrong.
    """

    def __init__(
        self, file: BlockFile, shapes: dict[str, tuple[int, ...]], kind: str, refuse: Refuse
    ) -> None:
        self._file, self._shapes, self._refuse = file, shapes, refuse
        self._kind = np.dtype(kind).newbyteorder("<")
        length = int.from_bytes(file.read(0, 8), "little")
        if length > _LARGEST_HEADER:
            raise refuse("is not a safetensors file")
        try:
            header: Any = json.loads(file.read(8, 8 + length))
            self._starts = {name: self._start(header, name, 8 + length) for name in shapes}
        except (ValueError, TypeError, KeyError, AttributeError, IndexError) as error:
            raise refuse("is not a safetensors file") from error

    def array(self, name: str) -> NDArray[np.float32]:
        """A whole array."""
        shape = self._shapes[name]
        return self._floats(name, 0, int(np.prod(shape))).reshape(shape)

    def rows(self, name: str, places: NDArray[np.int64]) -> NDArray[np.float32]:
        """Some rows of a matrix. (..., columns)"""
        columns = self._shapes[name][1]
        distinct, back = np.unique(places, return_inverse=True)
        found = np.empty((len(distinct), columns), dtype=np.float32)
        for k, row in enumerate(distinct.tolist()):
            found[k] = self._floats(name, row * columns, columns)
        return found[back.reshape(places.shape)]

    def _floats(self, name: str, first: int, count: int) -> NDArray[np.float32]:
        size = self._kind.itemsize
        start = self._starts[name] + size * first
        floats = np.frombuffer(self._file.read(start, start + size * count), dtype=self._kind)
        if not are_sane(floats):
            raise self._refuse(f"holds numbers in {name!a} that no training makes")
        return floats.astype(np.float32, copy=False)

    def _start(self, header: Any, name: str, data: int) -> int:
        found, shape = header[name], self._shapes[name]
        start, end = found["data_offsets"]
        size = self._kind.itemsize
        if found["dtype"] != f"F{8 * size}" or tuple(found["shape"]) != shape:
            raise self._refuse(f"should hold {name!a} as {self._kind.name} of shape {shape}")
        if not isinstance(start, int) or end - start != size * int(np.prod(shape)) or start < 0:
            raise ValueError(name)
        return data + start


class EmbeddingRows:
    """An embedding of which only the rows that are asked for are read."""

    def __init__(self, weights: WeightsFile) -> None:
        self._weights = weights

    def __getitem__(self, token_ids: NDArray[np.int64]) -> NDArray[np.float32]:
        return self._weights.rows("embedding", token_ids)
