"""Reviews as token ids, flat: one long array, and where each review begins in it."""

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from nltk.tokenize import RegexpTokenizer
from numpy.typing import NDArray

from lstm_cli.text.tokens import TOKEN_PATTERN, tidy
from lstm_cli.text.vocabulary import Vocabulary

LONGEST_CALL = 200_000  # characters


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


def tokenize_reviews(texts: Iterable[str], pattern: str = TOKEN_PATTERN) -> TokenizedReviews:
    """Cut every review into tokens by NLTK's ``RegexpTokenizer``."""
    tokenizer = RegexpTokenizer(pattern)
    ids: dict[str, int] = {}
    flat: list[int] = []
    offsets = [0]
    for text in texts:
        flat.extend([ids.setdefault(token, len(ids)) for token in _cut(tokenizer, text)])
        offsets.append(len(flat))
    corpus = Corpus(np.array(flat, dtype=np.int32), np.array(offsets, dtype=np.int64))
    return TokenizedReviews(corpus, tuple(ids))


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
