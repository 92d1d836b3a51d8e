"""Reviews as token ids, flat: one long array, and where each review stands in it."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from lstm_cli.data.unnamed_file import UnnamedFile
from lstm_cli.text.tokens import tokenize
from lstm_cli.text.vocabulary import Vocabulary

_BLOCK = 1 << 18  # tokens that are looked at together
_IN_MEMORY = 1 << 22  # tokens; more of them go to a file where they are made anew


@dataclass(frozen=True)
class Corpus:
    """Token ids of many reviews. Choosing, cutting and translating them copies no token."""

    token_ids: NDArray[np.int32]  # of all reviews, in memory or in a file
    starts: NDArray[np.int64]  # (N,): review k is token_ids[starts[k]:starts[k] + lengths[k]]
    lengths: NDArray[np.int64]  # (N,)
    read_as: NDArray[np.int32] | None = None  # the id that each id is read as, if not itself
    head: int = 0  # tokens of a review before those that are left out, if any are
    left_out: NDArray[np.int64] | None = None  # (N,): tokens of each that follow the head unread

    @classmethod
    def of(cls, token_ids: NDArray[np.int32], lengths: NDArray[np.int64]) -> "Corpus":
        """Reviews of these lengths, one after the other."""
        return cls(token_ids, np.cumsum(lengths) - lengths, lengths)

    @classmethod
    def encoded(cls, texts: Iterable[str], vocabulary: Vocabulary, pattern: str) -> "Corpus":
        """Texts in the ids of a vocabulary, cut by a pattern without NLTK."""
        return cls.of_tokens((tokenize(text, pattern) for text in texts), vocabulary)

    @classmethod
    def of_tokens(cls, reviews: Iterable[list[str]], vocabulary: Vocabulary) -> "Corpus":
        """Reviews that have been cut into tokens, in the ids of a vocabulary.

        Misspelled words have ids beyond it, and are read as the words that are meant.
        """
        encoded = [vocabulary.encode_apart(tokens) for tokens in reviews]
        lengths = np.array([len(review) for review in encoded], dtype=np.int64)
        flat = np.fromiter((k for review in encoded for k in review), np.int32, int(lengths.sum()))
        corpus = cls.of(flat, lengths)
        if not vocabulary.corrects:
            return corpus
        return corpus.translate(np.tile(np.arange(len(vocabulary), dtype=np.int32), 2))

    def __len__(self) -> int:
        return len(self.starts)

    @property
    def num_tokens(self) -> int:
        """Tokens of all reviews together."""
        return int(self.lengths.sum())

    def __getitem__(self, review: int) -> NDArray[np.int32]:
        return self.gather(np.array([review]))

    def gather(self, reviews: NDArray[np.int64]) -> NDArray[np.int32]:
        """The ids of some reviews, one after the other in the order asked for."""
        lengths = self.lengths[reviews]
        within = np.arange(lengths.sum()) - np.repeat(np.cumsum(lengths) - lengths, lengths)
        if self.left_out is not None:
            within += np.repeat(self.left_out[reviews], lengths) * (within >= self.head)
        return self._read(self.token_ids[np.repeat(self.starts[reviews], lengths) + within])

    def blocks(self, most: int | None = None) -> Iterator[NDArray[np.int64]]:
        """Places of all reviews, in order, so many that they have about ``most`` tokens.

        >>> [block.tolist() for block in Corpus.of(np.arange(9), np.array([2, 1, 4, 1])).blocks(4)]
        [[0, 1], [2, 3]]
        """
        most = most or _BLOCK
        ends = np.cumsum(self.lengths)
        last = int(ends[-1]) if len(ends) else 0
        cuts = np.searchsorted(ends, np.arange(most, last, most)).tolist()
        for start, stop in pairwise((0, *cuts, len(self))):
            if start < stop:
                yield np.arange(start, stop)

    def select(self, reviews: NDArray[np.int64]) -> "Corpus":
        """Some of the reviews, in the order asked for."""
        left_out = None if self.left_out is None else self.left_out[reviews]
        return replace(
            self, starts=self.starts[reviews], lengths=self.lengths[reviews], left_out=left_out
        )

    def shortened(self, longest: int, head: int) -> "Corpus":
        """The same reviews; longer ones lose what is between their beginning and their end.

        Args:
            longest: tokens that are left of a review.
            head: so many of these are its first, the others its last.

        >>> Corpus.of(np.arange(9), np.array([7, 2])).shortened(3, head=1)[0].tolist()
        [0, 5, 6]
        """
        lengths = np.minimum(self.lengths, longest)
        return replace(self, lengths=lengths, head=head, left_out=self.lengths - lengths)

    def pieces(self, longest: int) -> "Corpus":
        """The same tokens, reviews longer than ``longest`` cut into parts of one length.

        Reviews of a single token are left out: no word follows, or is followed.

        >>> Corpus.of(np.arange(8), np.array([5, 1, 2])).pieces(3).lengths.tolist()
        [2, 3, 2]
        """
        parts = np.maximum(1, -(-self.lengths // longest))
        review = np.repeat(np.arange(len(self)), parts)
        number = np.arange(len(review)) - np.repeat(np.cumsum(parts) - parts, parts)
        begin = self.lengths[review] * number // parts[review]
        end = self.lengths[review] * (number + 1) // parts[review]
        several = np.flatnonzero(end - begin > 1)
        starts = self.starts[review[several]] + begin[several]
        return replace(self, starts=starts, lengths=(end - begin)[several])

    def shuffled(self, rng: np.random.Generator) -> "Corpus":
        """The same reviews with the words of each in a random order."""
        parts = (self._shuffled(block, rng) for block in self.blocks())
        if self.num_tokens <= _IN_MEMORY:
            return Corpus.of(np.concatenate([np.zeros(0, np.int32), *parts]), self.lengths)
        file = UnnamedFile()
        for part in parts:
            file.append(part.tobytes())
        return Corpus.of(file.as_int32(), self.lengths)

    def _shuffled(self, reviews: NDArray[np.int64], rng: np.random.Generator) -> NDArray[np.int32]:
        review = np.repeat(reviews, self.lengths[reviews])
        order = np.lexsort((rng.random(len(review)), review))
        return self.gather(reviews)[order].astype(np.int32, copy=False)

    def translate(self, new_ids: NDArray[np.int32]) -> "Corpus":
        """The same reviews, each id read as ``new_ids[id]``."""
        return replace(self, read_as=new_ids if self.read_as is None else new_ids[self.read_as])

    def _read(self, token_ids: NDArray[np.int32]) -> NDArray[np.int32]:
        return token_ids if self.read_as is None else self.read_as[token_ids]


RARE = ""  # what no token is


@dataclass(frozen=True)
class TokenizedReviews:
    """Reviews cut into tokens, before it is decided which tokens a model will know."""

    corpus: Corpus  # ids are places in ``types``
    types: tuple[str, ...]  # each distinct token once, in order of first appearance
    # Tokens that were not counted, because there were too many: the corpus reads each as RARE, the
    # last of ``types``, and in its file they have the ids from there on.
    rare: Sequence[str] = ()

    @property
    def num_counted(self) -> int:
        """How many distinct tokens are counted.

        How many there are besides nobody knows: one that came again and again, and was dropped
        each time, is among the rare more than once.
        """
        return len(self.types) - bool(self.rare)

    def counts(self, reviews: NDArray[np.int64]) -> dict[str, int]:
        """How often each token occurs in some of the reviews, without tokens that do not occur."""
        totals = np.zeros(len(self.types), dtype=np.int64)
        some = self.corpus.select(reviews)
        for block in some.blocks():
            totals += np.bincount(some.gather(block), minlength=len(self.types))
        if self.rare:
            totals[-1] = 0
        return {self.types[k]: int(totals[k]) for k in np.flatnonzero(totals)}

    def all_counts(self) -> dict[str, int]:
        """The same over all reviews."""
        return self.counts(np.arange(len(self.corpus)))

    def words(self, reviews: Iterable[int] | None = None) -> Iterator[list[str]]:
        """The tokens of some of the reviews, or of all, one review after the other."""
        corpus = replace(self.corpus, read_as=None) if self.rare else self.corpus
        num_kept = self.num_counted
        for review in range(len(corpus)) if reviews is None else reviews:
            ids = corpus[review].tolist()
            yield [self.types[k] if k < num_kept else self.rare[k - num_kept] for k in ids]

    def encode(self, vocabulary: Vocabulary) -> Corpus:
        """The reviews in the ids of a vocabulary."""
        return self.corpus.translate(np.array(vocabulary.encode(self.types), dtype=np.int32))
