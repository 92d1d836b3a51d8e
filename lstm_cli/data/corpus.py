"""Reviews as token ids, flat: one long array, and where each review begins in it."""

from array import array
from collections.abc import Iterable, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from functools import partial
from multiprocessing import get_context

import numpy as np
from nltk.tokenize import RegexpTokenizer
from numpy.typing import NDArray

from lstm_cli.text.tokens import TOKEN_PATTERN, tidy
from lstm_cli.text.vocabulary import Vocabulary

LONGEST_CALL = 200_000  # characters
PIECE = 2_000  # reviews
FEWEST_PIECES = 4  # another process takes half a second to start


@dataclass(frozen=True)
class Corpus:
    """Token ids of many reviews, one behind the other."""

    token_ids: NDArray[np.int32]  # (tokens of all reviews,)
    offsets: NDArray[np.int64]  # (reviews + 1,): review k is token_ids[offsets[k]:offsets[k + 1]]

    def __len__(self) -> int:
        return len(self.offsets) - 1

    @property
    def lengths(self) -> NDArray[np.int64]:
        """Tokens in each review."""
        return np.diff(self.offsets)

    def __getitem__(self, review: int) -> NDArray[np.int32]:
        return self.token_ids[self.offsets[review] : self.offsets[review + 1]]

    def select(self, reviews: NDArray[np.int64], maximum_tokens: int | None = None) -> "Corpus":
        """Some of the reviews, in the order asked for, each cut after ``maximum_tokens``."""
        lengths = self.lengths[reviews]
        if maximum_tokens is not None:
            lengths = np.minimum(lengths, maximum_tokens)
        offsets = np.concatenate([[0], np.cumsum(lengths)]).astype(np.int64)
        shift = np.repeat(self.offsets[reviews] - offsets[:-1], lengths)
        return Corpus(self.token_ids[np.arange(offsets[-1]) + shift], offsets)

    def pieces(self, longest: int) -> "Corpus":
        """The same tokens, reviews longer than ``longest`` cut into parts of one length.

        >>> Corpus(np.arange(7), np.array([0, 5, 7])).pieces(3).lengths.tolist()
        [2, 3, 2]
        """
        parts = np.maximum(1, -(-self.lengths // longest))
        review = np.repeat(np.arange(len(self)), parts)
        number = np.arange(len(review)) - np.repeat(np.cumsum(parts) - parts, parts)
        starts = self.offsets[review] + self.lengths[review] * number // parts[review]
        return Corpus(self.token_ids, np.append(starts, self.offsets[-1]))

    def translate(self, new_ids: NDArray[np.int32]) -> "Corpus":
        """The same reviews with each id replaced by ``new_ids[id]``."""
        return Corpus(new_ids[self.token_ids], self.offsets)


@dataclass(frozen=True)
class TokenizedReviews:
    """Reviews cut into tokens, before it is decided which tokens a model will know."""

    corpus: Corpus  # ids are places in ``types``
    types: tuple[str, ...]  # each distinct token once, in order of first appearance

    def counts(self, reviews: NDArray[np.int64]) -> dict[str, int]:
        """How often each token occurs in some of the reviews; those that do not are left out."""
        found = np.bincount(self.corpus.select(reviews).token_ids, minlength=len(self.types))
        return {self.types[k]: int(found[k]) for k in np.flatnonzero(found)}

    def encode(self, vocabulary: Vocabulary) -> Corpus:
        """The reviews in the ids of a vocabulary."""
        return self.corpus.translate(np.array(vocabulary.encode(self.types), dtype=np.int32))


def tokenize_reviews(
    texts: Sequence[str], pattern: str = TOKEN_PATTERN, processes: int = 1
) -> TokenizedReviews:
    """Cut every review into tokens by NLTK's ``RegexpTokenizer``.

    Args:
        texts: reviews.
        pattern: what a token is.
        processes: how many share the work where there is enough of it. What comes out is
            the same.
    """
    pieces = [texts[k : k + PIECE] for k in range(0, len(texts), PIECE)] or [texts]
    cut = partial(_cut_piece, pattern=pattern)
    if processes == 1 or len(pieces) < FEWEST_PIECES:
        return _joined(map(cut, pieces))
    # Not by fork: the threads of torch and polars would not be there in the child.
    with ProcessPoolExecutor(processes, get_context("spawn")) as pool:
        return _joined(pool.map(cut, pieces))


def _cut_piece(texts: Sequence[str], pattern: str) -> TokenizedReviews:
    """Some of the reviews, with ids of their own."""
    tokenizer = RegexpTokenizer(pattern)
    ids: dict[str, int] = {}
    flat = array("i")
    offsets = [0]
    for text in texts:
        flat.extend([ids.setdefault(token, len(ids)) for token in _cut(tokenizer, text)])
        offsets.append(len(flat))
    corpus = Corpus(np.array(flat, dtype=np.int32), np.array(offsets, dtype=np.int64))
    return TokenizedReviews(corpus, tuple(ids))


def _joined(pieces: Iterable[TokenizedReviews]) -> TokenizedReviews:
    """Pieces one behind the other, in ids that hold for all: by first appearance."""
    ids: dict[str, int] = {}
    parts, lengths = [], []
    for piece in pieces:
        new = np.array([ids.setdefault(token, len(ids)) for token in piece.types], dtype=np.int32)
        parts.append(new[piece.corpus.token_ids] if len(new) else piece.corpus.token_ids)
        lengths.append(piece.corpus.lengths)
    offsets = np.concatenate([[0], np.cumsum(np.concatenate(lengths))]).astype(np.int64)
    return TokenizedReviews(Corpus(np.concatenate(parts), offsets), tuple(ids))


def _cut(tokenizer: RegexpTokenizer, text: str) -> list[str]:
    """The tokens of one text; of a very long one word by word.

    NLTK gives one call five seconds. No token holds white space, so that the
    pieces between it can be cut one by one.
    """
    tidied = tidy(text)
    if len(tidied) <= LONGEST_CALL:
        tokens: list[str] = tokenizer.tokenize(tidied)
        return tokens
    pieces = (
        word[start : start + LONGEST_CALL]
        for word in tidied.split()
        for start in range(0, len(word), LONGEST_CALL)
    )
    return [token for piece in pieces for token in tokenizer.tokenize(piece)]
