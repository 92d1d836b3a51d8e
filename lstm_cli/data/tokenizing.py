"""Texts -> token ids, by as many processes as there are cores."""

from array import array
from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from contextlib import suppress
from multiprocessing import get_context
from typing import NamedTuple

import numpy as np
from nltk.tokenize import RegexpTokenizer
from numpy.typing import NDArray

from lstm_cli.data.cache import TokenCache
from lstm_cli.data.corpus import Corpus, TokenizedReviews
from lstm_cli.text.tokens import TOKEN_PATTERN, tidy

LONGEST_CALL = 200_000  # characters
PIECE = 2_000  # reviews
FEWEST_PIECES = 4  # another process takes half a second to start
WORTH_KEEPING = 20_000_000  # characters, which take some five seconds to cut


class _Piece(NamedTuple):
    """Some reviews, with ids of their own."""

    token_ids: NDArray[np.int32]
    lengths: NDArray[np.int64]
    types: tuple[str, ...]


def tokenize_reviews(
    texts: Sequence[str],
    pattern: str = TOKEN_PATTERN,
    processes: int = 1,
    cache: TokenCache | None = None,
) -> TokenizedReviews:
    """Cut every review into tokens by NLTK's ``RegexpTokenizer``.

    Args:
        texts: reviews.
        pattern: what a token is.
        processes: how many share the work, if there is enough of it. The result is the same.
        cache: where the tokens of many reviews are kept, and read from instead of memory.
    """
    if cache is None or sum(map(len, texts)) < WORTH_KEEPING:
        return _in_memory(texts, pattern, processes)
    key = cache.key(texts, pattern)
    tokenized = cache.load(key)
    if tokenized is None:
        # Without a place to keep them (a full disk, a home that is read-only) tokens stay
        # in memory.
        with suppress(OSError):
            types: dict[str, int] = {}
            with cache.writing(key) as writer:
                for token_ids, lengths in _renumbered(_pieces(texts, pattern, processes), types):
                    writer.add(token_ids, lengths)
                writer.finish(types)
            tokenized = cache.load(key)
    return tokenized if tokenized is not None else _in_memory(texts, pattern, processes)


def _in_memory(texts: Sequence[str], pattern: str, processes: int) -> TokenizedReviews:
    types: dict[str, int] = {}
    parts = list(_renumbered(_pieces(texts, pattern, processes), types))
    token_ids, lengths = (np.concatenate(arrays) for arrays in zip(*parts, strict=True))
    return TokenizedReviews(Corpus.of(token_ids, lengths), tuple(types))


def _pieces(texts: Sequence[str], pattern: str, processes: int) -> Iterator[_Piece]:
    """The reviews in order, a few thousand at a time."""
    starts = range(0, max(len(texts), 1), PIECE)
    if processes == 1 or len(starts) < FEWEST_PIECES:
        for start in starts:
            yield _cut_piece(texts[start : start + PIECE], pattern)
        return
    # Not by fork: the threads of torch and polars would not be there in the child.
    with ProcessPoolExecutor(processes, get_context("spawn")) as pool:
        waiting: deque[Future[_Piece]] = deque()
        for start in starts:
            waiting.append(pool.submit(_cut_piece, texts[start : start + PIECE], pattern))
            if len(waiting) > 2 * processes:  # more would fill the memory
                yield waiting.popleft().result()
        while waiting:
            yield waiting.popleft().result()


def _cut_piece(texts: Sequence[str], pattern: str) -> _Piece:
    tokenizer = RegexpTokenizer(pattern)
    ids: dict[str, int] = {}
    flat = array("i")
    lengths = []
    for text in texts:
        before = len(flat)
        flat.extend([ids.setdefault(token, len(ids)) for token in _cut(tokenizer, text)])
        lengths.append(len(flat) - before)
    return _Piece(np.array(flat, dtype=np.int32), np.array(lengths, dtype=np.int64), tuple(ids))


def _renumbered(
    pieces: Iterable[_Piece], types: dict[str, int]
) -> Iterator[tuple[NDArray[np.int32], NDArray[np.int64]]]:
    """Token ids and lengths of the pieces, in ids that hold for all: by first appearance.

    Args:
        pieces: with ids of their own.
        types: filled with each distinct token and its id.
    """
    for piece in pieces:
        new = [types.setdefault(token, len(types)) for token in piece.types]
        yield np.array(new, dtype=np.int32)[piece.token_ids], piece.lengths


def _cut(tokenizer: RegexpTokenizer, text: str) -> list[str]:
    """The tokens of one text, word by word if it is very long.

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
