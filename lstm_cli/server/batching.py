"""Texts that arrive while others are being rated are rated together in the next batch.

One thread rates. A text that finds it idle is rated at once: nothing waits for company. While it
works, requests queue up; then each gives a few of its texts in turn until a batch is full, so that
a thousand texts of one request do not hold up one text of another.
"""

import asyncio
from collections import deque
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import NamedTuple

from lstm_cli.results import Prediction
from lstm_cli.server.limits import MOST_TEXTS_WAITING, too_busy
from lstm_cli.server.served import Review, ServedModel

# A batch is full once it has so many tokens: a fifth of a second for the base (AVX2, two threads),
# which is how long one that just missed it waits.
TOKENS_OF_A_BATCH = 4_096
IN_TURN = 16  # texts that a request gives before the next one's turn


@dataclass(eq=False)
class _Job:
    """The texts of one request, and what is known of them so far."""

    model: ServedModel  # by whose pattern they were cut
    reviews: Sequence[Review]
    done: "asyncio.Future[list[Prediction]]"
    num_given: int = 0  # of the reviews, to batches
    rated: list[Prediction] = field(default_factory=list)

    @property
    def has_more(self) -> bool:
        return self.num_given < len(self.reviews)


class _Part(NamedTuple):
    """What one request gave to a batch."""

    job: _Job
    reviews: Sequence[Review]


class Batcher:
    """Rates the texts of all requests.

    Args:
        heard: is told how many texts each batch had.
    """

    def __init__(self, heard: Callable[[int], None] = lambda _: None) -> None:
        self._heard = heard
        self._jobs: deque[_Job] = deque()
        self._num_waiting = 0
        self._has_jobs = asyncio.Event()
        self._worker = ThreadPoolExecutor(1, thread_name_prefix="rating")

    async def rate(self, model: ServedModel, reviews: Sequence[Review]) -> list[Prediction]:
        """Rate the texts of one request, in their order.

        Raises:
            RefusedError: too many wait already.
        """
        if not reviews:
            return []
        if self._num_waiting and self._num_waiting + len(reviews) > MOST_TEXTS_WAITING:
            raise too_busy(f"{self._num_waiting:,} texts are waiting already")
        job = _Job(model, reviews, asyncio.get_running_loop().create_future())
        self._jobs.append(job)
        self._num_waiting += len(reviews)
        self._has_jobs.set()
        return await job.done

    async def run(self) -> None:
        """Rate batch after batch until it is cancelled."""
        loop = asyncio.get_running_loop()
        try:
            while True:
                await self._has_jobs.wait()
                parts = self._next_batch()
                if not parts:
                    self._has_jobs.clear()
                    continue
                reviews = [review for part in parts for review in part.reviews]
                try:
                    rated = await loop.run_in_executor(
                        self._worker, parts[0].job.model.rate, reviews
                    )
                except Exception as error:  # whatever it is, the next batch is rated
                    self._fail(parts, error)
                    continue
                self._heard(len(reviews))
                self._give(parts, rated)
        finally:
            self._worker.shutdown(wait=False, cancel_futures=True)

    def _next_batch(self) -> list[_Part]:
        """Some texts of each request in turn, all for the model of the first; nothing if none."""
        parts: list[_Part] = []
        for_other_models: list[_Job] = []
        num_tokens = 0
        while self._jobs and num_tokens < TOKENS_OF_A_BATCH:
            job = self._jobs.popleft()
            if job.done.done():  # whoever asked has left, or a batch failed
                self._num_waiting -= len(job.reviews) - job.num_given
                continue
            if parts and job.model is not parts[0].job.model:
                for_other_models.append(job)
                continue
            given: list[Review] = []
            for review in job.reviews[job.num_given : job.num_given + IN_TURN]:
                given.append(review)
                num_tokens += len(review.tokens)
                if num_tokens >= TOKENS_OF_A_BATCH:
                    break
            job.num_given += len(given)
            self._num_waiting -= len(given)
            parts.append(_Part(job, given))
            if job.has_more:
                self._jobs.append(job)
        self._jobs.extendleft(reversed(for_other_models))
        return parts

    def _give(self, parts: Sequence[_Part], rated: Sequence[Prediction]) -> None:
        """Hand out what a batch found; the parts of one request come in order."""
        start = 0
        for job, reviews in parts:
            job.rated += rated[start : start + len(reviews)]
            start += len(reviews)
            if len(job.rated) == len(job.reviews) and not job.done.done():
                job.done.set_result(job.rated)

    def _fail(self, parts: Sequence[_Part], error: Exception) -> None:
        for job, _ in parts:
            if not job.done.done():
                job.done.set_exception(error)
