"""Texts -> token ids, by as many processes as there are cores."""

from array import array
from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from itertools import accumulate
from multiprocessing import get_context
from typing import Any, NamedTuple

import numpy as np
from nltk.tokenize import RegexpTokenizer
from numpy.typing import NDArray

from lstm_cli.data.cache import TokenCache
from lstm_cli.data.corpus import Corpus, TokenizedReviews
from lstm_cli.data.counting import MOST_TYPES, TypeCounter
from lstm_cli.data.sources.opening import explain
from lstm_cli.errors import FileError
from lstm_cli.text.tokens import TOKEN_PATTERN, tidy

LONGEST_CALL = 200_000  # characters
PIECE = 2_000  # reviews ...
LARGEST_PIECE = 2_000_000  # ... or characters
FEWEST_PIECES = 4  # another process takes half a second to start
WORTH_KEEPING = 20_000_000  # characters, which take some five seconds to cut
PATIENCE = 1.0  # seconds between two looks at whether a pool is still alive


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
    if cache is None or not _is_worth_keeping(texts):
        return _in_memory(texts, pattern, processes)
    key = cache.key(texts, pattern)
    tokenized = cache.load(key)
    if tokenized is None:
        try:
            counter = TypeCounter(MOST_TYPES)
            with cache.writing(key) as writer:
                for piece in _pieces(texts, pattern, processes):
                    writer.add(counter.renumbered(piece.types, piece.token_ids), piece.lengths)
                writer.finish(counter.finish())
            tokenized = cache.load(key)
        except OSError as error:
            # Without a place to keep them (a full disk, a home that is read-only) tokens stay
            # in memory, if the texts do.
            if not isinstance(texts, list):
                raise FileError(
                    f"{cache.folder}: the tokens of the reviews cannot be kept there "
                    f"({explain(error)}); make room, or set LSTM_CACHE_DIR to a folder with room"
                ) from error
    return tokenized if tokenized is not None else _in_memory(texts, pattern, processes)


def _in_memory(texts: Sequence[str], pattern: str, processes: int) -> TokenizedReviews:
    counter = TypeCounter()
    parts = [
        (counter.renumbered(piece.types, piece.token_ids), piece.lengths)
        for piece in _pieces(texts, pattern, processes)
    ]
    token_ids, lengths = (np.concatenate(arrays) for arrays in zip(*parts, strict=True))
    return TokenizedReviews(Corpus.of(token_ids, lengths), counter.finish().types)


def _is_worth_keeping(texts: Iterable[str]) -> bool:
    """Whether they have so many characters that cutting them takes long."""
    return any(total >= WORTH_KEEPING for total in accumulate(map(len, texts), initial=0))


def _pieces(texts: Sequence[str], pattern: str, processes: int) -> Iterator[_Piece]:
    """The reviews in order, a few thousand at a time."""
    parts = _parts(texts)
    if processes == 1 or len(texts) <= (FEWEST_PIECES - 1) * PIECE:
        for part in parts:
            yield _cut_piece(part, pattern)
        return
    with _pool(processes) as pool:
        waiting: deque[Future[_Piece]] = deque()
        for part in parts:
            waiting.append(_submit(pool, part, pattern))
            if len(waiting) > 2 * processes:  # more would fill the memory
                yield _result(pool, waiting.popleft())
        while waiting:
            yield _result(pool, waiting.popleft())


@contextmanager
def _pool(processes: int) -> Iterator[ProcessPoolExecutor]:
    """Processes that cut, which have ended when it is left.

    A thread of the pool hands out the work and ends them. Without it, as where there is no memory
    for another thread, they would wait for ever, and so would who ends the pool.
    """
    # Not by fork: the threads of torch and polars would not be there in the child.
    pool = ProcessPoolExecutor(processes, get_context("spawn"))
    try:
        yield pool
    finally:
        if _hands_out(pool):
            pool.shutdown()
        else:
            for process in list((pool._processes or {}).values()):
                process.kill()
                process.join()


def _hands_out(pool: ProcessPoolExecutor) -> bool:
    """Whether the thread of the pool is there, of which concurrent.futures itself tells nothing."""
    thread: Any = pool._executor_manager_thread  # typeshed takes it for something else
    return thread is not None and thread.is_alive()


def _submit(pool: ProcessPoolExecutor, part: list[str], pattern: str) -> Future[_Piece]:
    try:
        return pool.submit(_cut_piece, part, pattern)
    except RuntimeError as error:  # "can't start new thread", or a process has ended
        raise BrokenProcessPool("the pool takes no more work") from error


def _result(pool: ProcessPoolExecutor, future: Future[_Piece]) -> _Piece:
    """A piece, once it is cut.

    Raises:
        BrokenProcessPool: if a process or the thread of the pool has ended.
    """
    while not future.done():
        wait([future], timeout=PATIENCE)
        if not _hands_out(pool) and not future.done():
            raise BrokenProcessPool("the thread of the pool has ended")
    return future.result()


def _parts(texts: Iterable[str]) -> Iterator[list[str]]:
    """The reviews, some thousands or some megabytes at a time; no review is one part, too."""
    part: list[str] = []
    size, number = 0, 0
    for text in texts:
        part.append(text)
        size += len(text)
        if len(part) == PIECE or size >= LARGEST_PIECE:
            yield part
            part, size, number = [], 0, number + 1
    if part or not number:
        yield part


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
