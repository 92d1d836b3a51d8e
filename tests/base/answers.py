"""What a teacher has said of texts, kept by their words: asking can take an hour.

Shapes: n texts, R ratings.
"""

import hashlib
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from lstm_cli.arrays import Float32Array, Float64Array
from lstm_cli.data.corpus import Corpus
from tests.base.collection import NUM_RATINGS

ANSWER = np.dtype([("text", np.uint64), ("said", np.float32, NUM_RATINGS)])


def digests_of(corpus: Corpus) -> NDArray[np.uint64]:
    """A number for each text, the same where the words are. (n,)"""
    words = corpus.gather(np.arange(len(corpus))).astype(np.int32)
    ends = np.cumsum(corpus.lengths)
    digests = [
        hashlib.blake2b(text.tobytes(), digest_size=8).digest() for text in np.split(words, ends)
    ]
    return np.frombuffer(b"".join(digests[:-1]), np.uint64)


class KeptAnswers:
    """Answers of one teacher.

    Args:
        path: the file, which need not be there; it is whole whenever it is. One run at a time may
            write it.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self.answers = np.load(path) if path.exists() else np.empty(0, ANSWER)

    def of(self, texts: NDArray[np.uint64]) -> Float32Array:
        """What is kept of texts, by their digests; NaN of others. (n, R)"""
        if not len(self.answers):
            return np.full((len(texts), NUM_RATINGS), np.nan, np.float32)
        at = np.searchsorted(self.answers["text"], texts).clip(max=len(self.answers) - 1)
        found = self.answers[at]
        said: Float32Array = np.where((found["text"] == texts)[:, None], found["said"], np.nan)
        return said

    def add(self, texts: NDArray[np.uint64], said: Float64Array) -> None:
        """Keep what was said of texts of which nothing is kept."""
        new = np.empty(len(texts), ANSWER)
        new["text"], new["said"] = texts, said
        self.answers = np.sort(np.concatenate([self.answers, new]), order="text")
        part = self.path.with_suffix(".part")
        with part.open("wb") as file:
            np.save(file, self.answers)
        part.rename(self.path)
