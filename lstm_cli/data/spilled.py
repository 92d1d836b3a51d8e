"""Texts that may be more than memory holds: read once, in order, and asked for some at a time.

Up to ``SPILL_BYTES`` they are a list. Beyond, they stand one after the other in a file without
a name, which is gone when nobody asks for it any more, whatever becomes of the process; what
stays in memory is where each begins and how long it is, 12 bytes a text.
"""

from collections.abc import Iterator, Sequence
from itertools import chain
from typing import overload

import numpy as np
import polars as pl
from numpy.typing import NDArray

from lstm_cli.data.unnamed_file import UnnamedFile

SPILL_BYTES = 8 << 20  # of UTF-8; as a list they take two to five times as much
WINDOW = 1_000  # texts of which polars holds a copy at a time
_READ_AT_ONCE = 1_000  # texts


class TextStore:
    """The texts of some rows while they are read, T of them; rows without a text count, too."""

    def __init__(self) -> None:
        self._texts: list[str | None] = []  # as long as they are few
        self._file: UnnamedFile | None = None
        self._sizes: list[NDArray[np.uint32]] = []
        self._num_texts = 0
        self._num_bytes = 0

    def __len__(self) -> int:
        return self._num_texts

    def add(self, texts: pl.Series) -> None:
        """The texts of the next rows, null where a row has none.

        Raises:
            FileError: there is no room for them.
        """
        sizes = texts.str.len_bytes().fill_null(0).cast(pl.UInt32).to_numpy()
        self._sizes.append(sizes)
        self._num_texts += len(texts)
        self._num_bytes += int(sizes.sum(dtype=np.int64))
        if self._file is None:
            self._texts += texts.to_list()
            if self._num_bytes > SPILL_BYTES:
                self._spill()
        else:
            for first in range(0, len(texts), _READ_AT_ONCE):
                some = texts.slice(first, _READ_AT_ONCE).drop_nulls()
                self._file.append("".join(some.to_list()).encode())

    def chosen(self, rows: NDArray[np.int64]) -> Sequence[str]:
        """The texts of some rows, in the order asked for; each has one. (K,)"""
        if self._file is None:
            return [self._texts[row] or "" for row in rows.tolist()]
        sizes = np.concatenate(self._sizes)
        ends = np.cumsum(sizes, dtype=np.int64)
        return SpilledTexts(self._file, ends[rows] - sizes[rows], sizes[rows])

    def all(self) -> Sequence[str]:
        """The texts of all rows, "" where a row has none. (T,)"""
        if self._file is None:
            return [text or "" for text in self._texts]
        return self.chosen(np.arange(len(self)))

    def _spill(self) -> None:
        """Put what is in memory into a file."""
        self._file = UnnamedFile()
        for first in range(0, len(self._texts), _READ_AT_ONCE):
            some = self._texts[first : first + _READ_AT_ONCE]
            self._file.append("".join(filter(None, some)).encode())
        self._texts = []


class SpilledTexts(Sequence[str]):
    """Texts in a file, N of them; a slice of them is a list."""

    def __init__(
        self, file: UnnamedFile, starts: NDArray[np.int64], sizes: NDArray[np.uint32]
    ) -> None:
        self._file = file
        self._starts = starts  # (N,): bytes before each
        self._sizes = sizes  # (N,): bytes

    def __len__(self) -> int:
        return len(self._starts)

    @overload
    def __getitem__(self, place: int) -> str: ...
    @overload
    def __getitem__(self, place: slice) -> list[str]: ...
    def __getitem__(self, place: int | slice) -> str | list[str]:
        if isinstance(place, slice):
            return self._read(self._starts[place], self._sizes[place])
        return self._file.read(int(self._starts[place]), int(self._sizes[place])).decode()

    def __iter__(self) -> Iterator[str]:
        for first in range(0, len(self), _READ_AT_ONCE):
            yield from self[first : first + _READ_AT_ONCE]

    def select(self, places: NDArray[np.int64]) -> "SpilledTexts":
        """Some of them, in the order asked for."""
        return SpilledTexts(self._file, self._starts[places], self._sizes[places])

    def _read(self, starts: NDArray[np.int64], sizes: NDArray[np.uint32]) -> list[str]:
        if not len(starts):
            return []
        first, last = int(starts.min()), int((starts + sizes).max())
        if last - first > 2 * int(sizes.sum(dtype=np.int64)):  # far apart: one by one
            spans = zip(starts.tolist(), sizes.tolist(), strict=True)
            return [self._file.read(start, size).decode() for start, size in spans]
        data = self._file.read(first, last - first)
        spans = zip((starts - first).tolist(), sizes.tolist(), strict=True)
        return [data[start : start + size].decode() for start, size in spans]


class JoinedTexts(Sequence[str]):
    """Texts and others after them, of which one kind may be spilled."""

    def __init__(self, first: Sequence[str], others: Sequence[str]) -> None:
        self._first, self._others = first, others

    def __len__(self) -> int:
        return len(self._first) + len(self._others)

    @overload
    def __getitem__(self, place: int) -> str: ...
    @overload
    def __getitem__(self, place: slice) -> list[str]: ...
    def __getitem__(self, place: int | slice) -> str | list[str]:
        before = len(self._first)
        if isinstance(place, slice):
            places = range(len(self))[place]
            if places.step == 1:  # at most one reading of each: text by text takes long
                own = self._first[places.start : places.stop]
                after = slice(max(places.start - before, 0), max(places.stop - before, 0))
                return [*own, *self._others[after]]
            return [self[k] for k in places]
        place = range(len(self))[place]
        return self._first[place] if place < before else self._others[place - before]

    def __iter__(self) -> Iterator[str]:
        return chain(self._first, self._others)


def joined(first: Sequence[str], others: Sequence[str]) -> Sequence[str]:
    """Texts and others after them: a list if both are.

    >>> joined(["good", "bad"], ["so so"])
    ['good', 'bad', 'so so']
    """
    if isinstance(first, list) and isinstance(others, list):
        return first + others
    return JoinedTexts(first, others)


def select(texts: Sequence[str], places: NDArray[np.int64]) -> Sequence[str]:
    """Some texts, in the order asked for. (K,)"""
    if isinstance(texts, SpilledTexts):
        return texts.select(places)
    return [texts[place] for place in places.tolist()]


def in_windows(texts: Sequence[str], rows: int = WINDOW) -> Iterator[pl.Series]:
    """All texts, so many at a time; none is one window, too."""
    for first in range(0, max(len(texts), 1), rows):
        yield pl.Series(texts[first : first + rows], dtype=pl.String)
