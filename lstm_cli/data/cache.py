"""Token ids of large files, kept between runs: tokenizing reviews takes longer than reading them.

The same texts and pattern have one file: token ids, lengths, tokens, those that were
not counted, and a checksum at the very end. The file gets its name when it is complete,
and is used only if every byte is as it was written. Its ids are translated into those of
a vocabulary when they are read, so that one file serves any vocabulary.
"""

import hashlib
import os
import struct
import time
import zlib
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import IO, Any, overload

import numpy as np
import platformdirs
from numpy.typing import NDArray

from lstm_cli.data.corpus import RARE, Corpus, TokenizedReviews
from lstm_cli.data.counting import CountedTypes

_FORM = b"lstm tokens 2\n"  # version of the file, and of how a text is tidied before it is cut
# Tokens, reviews, bytes of types, bytes of rare tokens, rare tokens, CRC-32 of all before.
_END = struct.Struct("<qqqqqI")
_MOST_BYTES = 4 << 30  # all files together; the oldest go first
_ABANDONED = 86_400  # seconds after which an unfinished file counts as abandoned
_BLOCK = 1 << 22  # bytes


@dataclass(frozen=True)
class TokenCache:
    """A folder of tokenized reviews, each file named by what it was made from."""

    folder: Path

    @classmethod
    def of_user(cls) -> "TokenCache":
        """``$LSTM_CACHE_DIR``, else the folder where the system keeps caches."""
        named = os.environ.get("LSTM_CACHE_DIR")
        return cls(Path(named) if named else platformdirs.user_cache_path("lstm-cli"))

    def key(self, texts: Iterable[str], pattern: str) -> str:
        """A name: the same for the same texts, in the same order, cut by the same pattern."""
        digest = hashlib.sha256(_FORM + pattern.encode())
        for text in texts:
            data = text.encode("utf-8", "surrogatepass")
            digest.update(b"%d " % len(data) + data)
        return digest.hexdigest()

    def load(self, key: str) -> TokenizedReviews | None:
        """The reviews kept under a key, their ids left on disk; None if they are not all there."""
        try:
            return _read(self.folder / key)
        except (OSError, ValueError):
            return None

    @contextmanager
    def writing(self, key: str) -> Iterator["TokenWriter"]:
        """A file that gets its name, the key, once it is complete and on the disk."""
        self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        # Only its owner may read it: it holds reviews.
        with NamedTemporaryFile(dir=self.folder, prefix=".", delete=False) as file:
            try:
                yield TokenWriter(file)
                file.flush()
                os.fsync(file.fileno())
                Path(file.name).replace(self.folder / key)
            except BaseException:
                Path(file.name).unlink(missing_ok=True)
                raise
        self._tidy()

    def _tidy(self) -> None:
        """Remove what killed runs left, and the oldest files while all are too large together."""
        kept = 0
        with suppress(OSError):  # another run may be tidying as well
            files = [(path.stat(), path) for path in self.folder.iterdir() if path.is_file()]
            for number, (stat, path) in enumerate(sorted(files, key=lambda f: -f[0].st_mtime)):
                if path.name.startswith("."):
                    is_needed = time.time() - stat.st_mtime < _ABANDONED
                else:
                    kept += stat.st_size
                    is_needed = number == 0 or kept <= _MOST_BYTES
                if not is_needed:
                    path.unlink()


class TokenWriter:
    """A file of tokens that is being written."""

    def __init__(self, file: IO[bytes]) -> None:
        self._file = file
        self._lengths: list[NDArray[np.int32]] = []
        self._num_tokens = 0
        self._crc = 0

    def add(self, token_ids: NDArray[np.int32], lengths: NDArray[np.int64]) -> None:
        """Write some more reviews."""
        self._write(token_ids.astype("<i4", copy=False).tobytes())
        self._lengths.append(lengths.astype("<i4"))
        self._num_tokens += len(token_ids)

    def finish(self, counted: CountedTypes) -> None:
        """Write the tokens that the ids stand for, and the end of the file."""
        if counted.numbering is not None:
            self._renumber(counted.numbering)
        lengths = np.concatenate(self._lengths)
        listed = "\n".join(counted.types).encode("utf-8", "surrogatepass")
        self._write(lengths.tobytes())
        self._write(listed)
        rare_bytes = 0
        if counted.rare is not None:
            rare_bytes = counted.rare.size
            for start in range(0, rare_bytes, _BLOCK):
                self._write(counted.rare.read(start, min(_BLOCK, rare_bytes - start)))
        self._write(counted.ends.astype("<i8", copy=False).tobytes())
        sizes = self._num_tokens, len(lengths), len(listed), rare_bytes, len(counted.ends)
        self._file.write(_END.pack(*sizes, self._crc) + _FORM)

    def _renumber(self, numbering: NDArray[np.int32]) -> None:
        """Replace every token id that was written."""
        self._crc = 0
        for start in range(0, 4 * self._num_tokens, _BLOCK):
            self._file.seek(start)
            ids = np.frombuffer(self._file.read(min(_BLOCK, 4 * self._num_tokens - start)), "<i4")
            self._file.seek(start)
            self._write(numbering[ids].astype("<i4", copy=False).tobytes())
        self._file.seek(4 * self._num_tokens)

    def _write(self, data: bytes) -> None:
        self._crc = zlib.crc32(data, self._crc)
        self._file.write(data)


class RareTokens(Sequence[str]):
    """Tokens that were not counted, D of them, left in their file."""

    def __init__(self, data: NDArray[np.uint8], ends: NDArray[np.int64]) -> None:
        # Plain views: of a memmap each slice would be another one, which takes long.
        self._data, self._ends = np.asarray(data), np.asarray(ends)

    def __len__(self) -> int:
        return len(self._ends)

    @overload
    def __getitem__(self, place: int) -> str: ...
    @overload
    def __getitem__(self, place: slice) -> list[str]: ...
    def __getitem__(self, place: int | slice) -> str | list[str]:
        if isinstance(place, slice):
            return [self[k] for k in range(len(self))[place]]
        place = range(len(self))[place]
        start = int(self._ends[place - 1]) if place else 0
        return self._data[start : self._ends[place]].tobytes().decode("utf-8", "surrogatepass")


def _read(path: Path) -> TokenizedReviews:
    """A finished file; its token ids stay in it.

    Raises:
        OSError: it is not there, or cannot be read.
        ValueError: it is not whole.
    """
    size = path.stat().st_size
    end = size - _END.size - len(_FORM)
    with path.open("rb") as file:
        if end < 0:
            raise ValueError("too short")
        file.seek(end)
        num_tokens, num_reviews, num_bytes, rare_bytes, num_rare, crc = _END.unpack(
            file.read(_END.size)
        )
        begin_rare = 4 * (num_tokens + num_reviews) + num_bytes
        if file.read() != _FORM or begin_rare + rare_bytes + 8 * num_rare != end:
            raise ValueError("not whole")
        file.seek(0)
        actual_crc = 0
        for start in range(0, end, _BLOCK):
            actual_crc = zlib.crc32(file.read(min(_BLOCK, end - start)), actual_crc)
        if actual_crc != crc:
            raise ValueError("damaged")
        file.seek(4 * num_tokens)
        lengths = np.frombuffer(file.read(4 * num_reviews), dtype="<i4").astype(np.int64)
        types = tuple(file.read(num_bytes).decode("utf-8", "surrogatepass").split("\n"))
    os.utime(path)  # it has been used, so others are removed first
    token_ids = _left_in(path, "<i4", 0, num_tokens)
    corpus = Corpus.of(token_ids, lengths)
    if not num_rare:
        return TokenizedReviews(corpus, types)
    ids = np.arange(len(types) + num_rare, dtype=np.int32)
    rare = RareTokens(
        _left_in(path, "u1", begin_rare, rare_bytes),
        _left_in(path, "<i8", begin_rare + rare_bytes, num_rare),
    )
    all_as_one = np.minimum(ids, np.int32(len(types)))
    return TokenizedReviews(corpus.translate(all_as_one), (*types, RARE), rare)


def _left_in(path: Path, dtype: str, offset: int, number: int) -> NDArray[Any]:
    """Numbers of a file that stay in it."""
    if not number:
        return np.zeros(0, dtype=dtype)
    return np.memmap(path, dtype=dtype, mode="r", offset=offset, shape=(number,))
