"""Batches of about the same number of tokens, each of reviews of similar length."""

from collections import deque
from collections.abc import Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, replace
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from lstm_cli.data.corpus import Corpus
from lstm_cli.text.vocabulary import PADDING_ID, SPECIAL_TOKENS

Item = TypeVar("Item")

_AT_ONCE = 1 << 16  # sizes


@dataclass(frozen=True)
class Batch:
    """Some reviews of a corpus, padded at the end to the length of the longest."""

    reviews: NDArray[np.int64]  # (B,): their places in the corpus
    token_ids: NDArray[np.int64]  # (B, T)
    lengths: NDArray[np.int64]  # (B,)
    whole: "Batch | None" = None  # which this is a part of, where others read the rest

    @property
    def share(self) -> float:
        """This part of the reviews of the batch; 1 where it is no part."""
        return 1.0 if self.whole is None else len(self.reviews) / len(self.whole.reviews)

    def part(self, places: NDArray[np.int64]) -> "Batch":
        """Some of its reviews, padded no further than the longest of them needs."""
        lengths = self.lengths[places]
        steps = max(int(lengths.max(initial=0)), 1)
        return Batch(self.reviews[places], self.token_ids[places, :steps], lengths, self)

    @property
    def num_tokens(self) -> int:
        """Real tokens, padding left out."""
        return int(self.lengths.sum())


def plan_batches(
    lengths: NDArray[np.int64],
    tokens_per_batch: int,
    rng: np.random.Generator | None = None,
    *,
    fewest: int = 1,
) -> list[NDArray[np.int64]]:
    """Group reviews of similar length into batches of at most ``tokens_per_batch`` tokens.

    Args:
        lengths: tokens in each review.
        tokens_per_batch: padding included; it may be exceeded by the fewest reviews.
        rng: shuffles reviews of similar length, and the batches. Without one the plan
            goes by length and is always the same.
        fewest: reviews in a batch, however long they are, where there are as many.

    Returns:
        Places in ``lengths``, each review in exactly one batch.
    """
    sizes = np.maximum(lengths, 1)
    if rng is None:
        # Not by size: an empty review takes the room of one word, and is shorter.
        order = np.argsort(lengths, kind="stable")
    else:
        # Up to 5 % of jitter: neighbours change from epoch to epoch, padding hardly grows.
        order = np.argsort(sizes * rng.uniform(0.95, 1.05, len(sizes)) + rng.random(len(sizes)))
    plan: list[NDArray[np.int64]] = []
    start, longest = 0, 0
    for end, size in enumerate(_one_by_one(sizes, order)):
        longest = max(longest, size)
        if longest * (end + 1 - start) > tokens_per_batch and end - start >= fewest:
            plan.append(order[start:end])
            start, longest = end, size
    if plan and 0 < len(order) - start < fewest:
        start -= len(plan.pop())
    if start < len(order):
        plan.append(order[start:])
    if rng is not None:
        plan = [plan[k] for k in rng.permutation(len(plan))]
    return plan


def _one_by_one(sizes: NDArray[np.int64], order: NDArray[np.int64]) -> Iterator[int]:
    """Some sizes in an order; as a list they would take 40 bytes each."""
    for first in range(0, len(order), _AT_ONCE):
        yield from sizes[order[first : first + _AT_ONCE]].tolist()


def deal(lengths: NDArray[np.int64], parts: int) -> list[NDArray[np.int64]]:
    """Deal the reviews of a batch out into parts of near the same number of tokens.

    The longest goes first, and each to the part that has fewest; so parts differ by no more
    tokens than the longest review has.

    >>> [part.tolist() for part in deal(np.array([3, 9, 5, 4]), 2)]
    [[0, 1], [2, 3]]

    Args:
        lengths: tokens in each review.
        parts: how many.

    Returns:
        Places in ``lengths``, in order, each in one part. Where there are fewer reviews than
        parts, some parts have none.
    """
    taken: list[list[int]] = [[] for _ in range(parts)]
    tokens = [0] * parts
    for place in np.argsort(-lengths, kind="stable").tolist():
        least = tokens.index(min(tokens))
        taken[least].append(place)
        tokens[least] += max(int(lengths[place]), 1)  # reading an empty review is work, too
    return [np.array(sorted(places), dtype=np.int64) for places in taken]


def make_batch(corpus: Corpus, reviews: NDArray[np.int64]) -> Batch:
    """Gather reviews into one padded array."""
    lengths = corpus.lengths[reviews]
    steps = max(int(lengths.max(initial=0)), 1)
    is_word = np.arange(steps) < lengths[:, None]
    token_ids = np.full(is_word.shape, PADDING_ID, dtype=np.int64)
    token_ids[is_word] = corpus.gather(reviews)
    return Batch(reviews, token_ids, lengths)


def batches(
    corpus: Corpus,
    tokens_per_batch: int,
    rng: np.random.Generator | None = None,
) -> Iterator[Batch]:
    """Every review of a corpus once, in batches."""
    for reviews in plan_batches(corpus.lengths, tokens_per_batch, rng):
        yield make_batch(corpus, reviews)


def compact_ids(batch: Batch) -> tuple[Batch, NDArray[np.int64]]:
    """A batch whose ids are replaced by their places among its distinct ids.

    Returns:
        The batch, and the distinct ids, special ones first. (U,)
    """
    is_held = np.zeros(int(batch.token_ids.max(initial=0)) + 1 + len(SPECIAL_TOKENS), dtype=bool)
    is_held[batch.token_ids] = True
    is_held[: len(SPECIAL_TOKENS)] = True
    rows = np.flatnonzero(is_held)
    places = np.cumsum(is_held) - 1
    return replace(batch, token_ids=places[batch.token_ids]), rows


def prefetch(items: Iterable[Item], most: int = 2) -> Iterator[Item]:
    """The same items, the next ones prepared in a thread while one is in use."""
    iterator = iter(items)
    end = object()
    with ThreadPoolExecutor(1, thread_name_prefix="prefetch") as worker:
        waiting: deque[Future[object]] = deque(
            worker.submit(next, iterator, end) for _ in range(most)
        )
        while (item := waiting.popleft().result()) is not end:
            waiting.append(worker.submit(next, iterator, end))
            yield item  # type: ignore[misc]
