"""``seen.safetensors``: which texts a model and its bases learned from, as keyed hashes.

Whoever has a text can ask whether the model has seen it; the file holds no text, and none can be
read out of it. A hash is 64 bits of BLAKE2b over the tokens of a review, so texts are the same
whose tokens are. Its key, the salt, is made of the reviews' fingerprint, so that a training done
again gives the same file: two models of the same reviews share it, and only of different reviews
does what they have in common stay hidden. A model that started from another carries the
other's hashes on.

Shapes: N texts asked for, P parts, n and m hashes of a part.
"""

import hashlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice

import numpy as np
from numpy.typing import NDArray

from lstm_cli.bundle.weights import Layout, Refuse, Stored

SEEN_FILE = "seen.safetensors"
SALT_BYTES = 16
MOST_PARTS = 1_000
# Parts one after the other in each array: so their names say nothing that has to be checked.
LAYOUTS = {
    "salts": Layout("uint8", (None, SALT_BYTES)),
    "sizes": Layout("int64", (None, 2)),  # hashes of a part: learned from, held out
    "learned": Layout("uint64", (None,)),
    "held_out": Layout("uint64", (None,)),
}
_BETWEEN = "\x1f"  # no token holds it: ``tidy`` makes it a space
_KEYS_AT_ONCE = 10_000
_BYTES = 8  # of 100,000 texts against a million hashes, 1 in 180,000 times one is taken for another

Tokens = Sequence[str]  # of one review


@dataclass(frozen=True, eq=False)
class SeenPart:
    """What one model saw, its bases aside. Hashes are in ascending order, each once."""

    salt: NDArray[np.uint8]  # (16,): the key of its hashes
    learned: NDArray[np.uint64]  # (n,): of what it learned from
    held_out: NDArray[np.uint64]  # (m,): of what it was measured on

    @classmethod
    def of(
        cls, fingerprint: str, learned: Iterable[Tokens], held_out: Iterable[Tokens]
    ) -> "SeenPart":
        """The hashes of a training.

        Args:
            fingerprint: of the reviews, of which the salt is made: the same training, done again,
                gives the same file.
            learned: the tokens of each review that was learned from.
            held_out: of each that was held out.
        """
        salt = hashlib.sha256(f"salt of {fingerprint}".encode()).digest()[:SALT_BYTES]
        return cls(
            np.frombuffer(salt, np.uint8),
            np.unique(_hashes(map(text_key, learned), salt)),
            np.unique(_hashes(map(text_key, held_out), salt)),
        )


@dataclass(frozen=True)
class Seen:
    """What a model and its bases saw.

    >>> seen = Seen((SeenPart.of("", [["good", "film"]], [["bad", "film"]]),))
    >>> seen.learned([["good", "film"], ["bad", "film"], []]).tolist()
    [True, False, False]
    """

    parts: tuple[SeenPart, ...]  # the model's own first, then those of its bases

    def learned(self, tokens: Iterable[Tokens]) -> NDArray[np.bool_]:
        """Whether the model or one of its bases learned from each review. (N,)

        Args:
            tokens: of each review, by the pattern of the model. A review without any counts as
                unseen.
        """
        return np.concatenate([self.learned_keys(keys) for keys in _some_at_a_time(tokens)])

    def held_out(self, tokens: Iterable[Tokens]) -> NDArray[np.bool_]:
        """Whether the model, its bases aside, was measured on each review. (N,)

        Args:
            tokens: as for ``learned``.
        """
        return np.concatenate([self.held_out_keys(keys) for keys in _some_at_a_time(tokens)])

    def learned_keys(self, keys: Sequence[bytes]) -> NDArray[np.bool_]:
        """The same as ``learned``, by the keys of the texts. (N,)"""
        found = np.zeros(len(keys), np.bool_)
        for part in self.parts:
            found |= _are_in(part.learned, _hashes(keys, part.salt.tobytes()))
        return found & _are_filled(keys)

    def held_out_keys(self, keys: Sequence[bytes]) -> NDArray[np.bool_]:
        """The same as ``held_out``, by the keys of the texts. (N,)"""
        own = self.parts[0]
        return _are_in(own.held_out, _hashes(keys, own.salt.tobytes())) & _are_filled(keys)

    def with_more(self, learned: Iterable[Tokens], held_out: Iterable[Tokens]) -> "Seen":
        """What the model has seen after it learned from some reviews and held others out.

        Args:
            learned: the tokens of each review that was learned from.
            held_out: of each that was held out.
        """
        own, *bases = self.parts
        more = (_hashes(map(text_key, some), own.salt.tobytes()) for some in (learned, held_out))
        united = map(np.union1d, (own.learned, own.held_out), more)
        return Seen((SeenPart(own.salt, *united), *bases))

    def to_arrays(self) -> dict[str, Stored]:
        """As the file holds them."""
        sizes = [(len(part.learned), len(part.held_out)) for part in self.parts]
        return {
            "salts": np.stack([part.salt for part in self.parts]),
            "sizes": np.array(sizes, np.int64),
            "learned": np.concatenate([part.learned for part in self.parts]),
            "held_out": np.concatenate([part.held_out for part in self.parts]),
        }

    @classmethod
    def from_arrays(cls, stored: Mapping[str, Stored], refuse: Refuse) -> "Seen":
        """Read them back.

        Args:
            stored: the arrays of the file, of ``LAYOUTS``.
            refuse: makes the error for what is wrong.
        """
        salts, sizes = stored["salts"], stored["sizes"].astype(np.int64)
        learned, held_out = stored["learned"], stored["held_out"]
        if not 1 <= len(salts) == len(sizes) <= MOST_PARTS:
            raise refuse(f"should hold 1 to {MOST_PARTS:,} parts, a salt and sizes each")
        most = len(learned) + len(held_out)  # so that no sum can overflow
        if (sizes < 0).any() or (sizes > most).any():
            raise refuse("holds parts of impossible sizes")
        ends = np.cumsum(sizes, axis=0)
        if ends[-1].tolist() != [len(learned), len(held_out)]:
            raise refuse("holds parts whose sizes do not add up")
        of_learned = np.split(learned.astype(np.uint64, copy=False), ends[:-1, 0])
        of_held_out = np.split(held_out.astype(np.uint64, copy=False), ends[:-1, 1])
        for hashes in (*of_learned, *of_held_out):
            if not (hashes[:-1] < hashes[1:]).all():
                raise refuse("holds hashes that are not in ascending order, each once")
        salts = salts.astype(np.uint8, copy=False)
        return cls(tuple(map(SeenPart, salts, of_learned, of_held_out)))


def text_key(tokens: Tokens) -> bytes:
    """What is hashed of a review: the same for texts of the same tokens, nothing for none."""
    return _BETWEEN.join(tokens).encode("utf-8", "surrogatepass")


def _some_at_a_time(reviews: Iterable[Tokens]) -> Iterator[list[bytes]]:
    """The keys of all reviews, in lists of which memory holds one; at least one list."""
    keys = map(text_key, reviews)
    some = list(islice(keys, _KEYS_AT_ONCE))
    yield some
    while some := list(islice(keys, _KEYS_AT_ONCE)):
        yield some


def _hashes(keys: Iterable[bytes], salt: bytes) -> NDArray[np.uint64]:
    """The hash of each. (N,)"""
    keyed = hashlib.blake2b(key=salt, digest_size=_BYTES)
    digests = bytearray()
    for text in keys:
        one = keyed.copy()  # twice as fast as a new one, which takes in the key again
        one.update(text)
        digests += one.digest()
    return np.frombuffer(digests, "<u8").astype(np.uint64, copy=False)


def _are_filled(keys: Sequence[bytes]) -> NDArray[np.bool_]:
    return np.fromiter(map(bool, keys), np.bool_, len(keys))


def _are_in(hashes: NDArray[np.uint64], asked: NDArray[np.uint64]) -> NDArray[np.bool_]:
    """Which of those asked for are among some in ascending order. (N,)"""
    if not len(hashes):
        return np.zeros(len(asked), np.bool_)
    places = np.minimum(np.searchsorted(hashes, asked), len(hashes) - 1)
    found: NDArray[np.bool_] = hashes[places] == asked
    return found
