"""Which tokens there are, counted in one pass in bounded memory.

Each new token gets the next id. Beyond a number of them those that came least often are dropped
until half are left, as in lossy counting (Manku and Motwani 2002): a token that comes again is
counted anew, under another id. At the end the ids of a token that is still known are made one
again, so that its count is exact; the others stand at the end, where nobody counts them, and
remain what tells one text from another.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import islice

import numpy as np
from numpy.typing import NDArray

from lstm_cli.data.unnamed_file import UnnamedFile

MOST_TYPES = 2_000_000  # some 150 bytes each
_WRITTEN_AT_ONCE = 50_000  # tokens


@dataclass(frozen=True, eq=False)
class CountedTypes:
    """The distinct tokens of reviews, K that are counted and D that are not."""

    types: tuple[str, ...]  # (K,): in order of first appearance
    numbering: NDArray[np.int32] | None = None  # by which id each id is replaced, if any is
    rare: UnnamedFile | None = None  # the others, one behind the other
    ends: NDArray[np.int64] = field(default_factory=lambda: np.zeros(0, dtype=np.int64))  # (D,)


class TypeCounter:
    """Distinct tokens and their ids, by first appearance.

    Args:
        most: as many are counted; None counts all.
    """

    def __init__(self, most: int | None = None) -> None:
        self._most = most
        self.num_ids = 0
        self._ids: dict[str, int] = {}
        self._counts = np.zeros(0, dtype=np.int64)  # by id, once there is a reason to count
        self._dropped: UnnamedFile | None = None
        self._batches: list[tuple[int, int, NDArray[np.int32]]] = []  # where, how long, their ids

    def renumbered(self, types: tuple[str, ...], token_ids: NDArray[np.int32]) -> NDArray[np.int32]:
        """The ids that hold for all reviews.

        Args:
            types: the distinct tokens of some reviews.
            token_ids: of these reviews: places in ``types``.
        """
        new = np.fromiter(map(self._id, types), np.int32, len(types))
        if len(self._counts) < self.num_ids:
            self._counts = np.concatenate(
                [self._counts, np.zeros(self.num_ids, dtype=np.int64)]
            )  # twice as many, so that this is rare
        self._counts[new] += np.bincount(token_ids, minlength=len(types))
        numbered = new[token_ids]
        if self._most is not None and len(self._ids) > self._most:
            self._drop_rarest()
        return numbered

    def finish(self) -> "CountedTypes":
        """All tokens, and the last ids of theirs."""
        types = tuple(self._ids)
        if self._dropped is None:
            return CountedTypes(types)
        numbering = np.zeros(self.num_ids, dtype=np.int32)
        numbering[np.fromiter(self._ids.values(), np.int32, len(types))] = np.arange(len(types))
        rare, ends = UnnamedFile(), [np.zeros(0, dtype=np.int64)]
        num_rare = 0
        for start, size, ids in self._batches:
            tokens = self._dropped.read(start, size).decode("utf-8", "surrogatepass").split("\n")
            lost: list[bytes] = []
            for token, number in zip(tokens, ids.tolist(), strict=True):
                if token in self._ids:  # it came again, and was not dropped again
                    numbering[number] = numbering[self._ids[token]]
                else:
                    numbering[number] = len(types) + num_rare + len(lost)
                    lost.append(token.encode("utf-8", "surrogatepass"))
            ends.append(rare.size + np.cumsum([len(token) for token in lost], dtype=np.int64))
            rare.append(b"".join(lost))
            num_rare += len(lost)
        return CountedTypes(types, numbering, rare, np.concatenate(ends))

    def _id(self, token: str) -> int:
        found = self._ids.get(token)
        if found is None:
            found = self._ids[token] = self.num_ids
            self.num_ids += 1
        return found

    def _drop_rarest(self) -> None:
        """Leave at most half of the tokens, those that came most often so far."""
        ids = np.fromiter(self._ids.values(), np.int32, len(self._ids))
        counts = self._counts[ids]
        least = np.partition(counts, len(ids) // 2)[len(ids) // 2]
        is_kept = counts > least
        if self._dropped is None:
            self._dropped = UnnamedFile()
        for tokens, numbers in self._rarest(ids, is_kept):
            data = "\n".join(tokens).encode("utf-8", "surrogatepass")
            self._batches.append((self._dropped.size, len(data), numbers))
            self._dropped.append(data)
        kept = zip(self._ids.items(), is_kept.tolist(), strict=True)
        self._ids = dict(item for item, stays in kept if stays)

    def _rarest(
        self, ids: NDArray[np.int32], is_kept: NDArray[np.bool_]
    ) -> Iterator[tuple[list[str], NDArray[np.int32]]]:
        """Those that are dropped, some at a time, with their ids."""
        tokens = iter(self._ids)
        for first in range(0, len(ids), _WRITTEN_AT_ONCE):
            some = slice(first, first + _WRITTEN_AT_ONCE)
            goes = ~is_kept[some]
            pairs = zip(islice(tokens, len(goes)), goes.tolist(), strict=True)
            names = [token for token, is_going in pairs if is_going]
            if names:
                yield names, ids[some][goes]
