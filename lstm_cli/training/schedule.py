"""Which batches are read in each epoch, planned before the first of them is read."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from lstm_cli.data.batches import Batch, compact_ids, deal, make_batch, plan_batches, prefetch
from lstm_cli.data.corpus import Corpus


@dataclass(frozen=True)
class BatchSchedule:
    """The batches of every epoch; each epoch has a random generator of its own.

    The number of batches differs a little from epoch to epoch. Since none depends on what
    was drawn before it, a training can go on at any step.
    """

    corpus: Corpus
    tokens_per_batch: int
    seeds: tuple[int | tuple[int, ...], ...]  # of each epoch's generator
    fewest: int = 1  # reviews in a batch
    rank: int = 0  # of the process that reads, among ...
    world_size: int = 1  # ... so many, of which each reads a part of every batch

    @cached_property
    def steps(self) -> tuple[int, ...]:
        """Batches of each epoch."""
        return tuple(len(self._plan(epoch)) for epoch in range(len(self.seeds)))

    @property
    def num_steps(self) -> int:
        """Batches of all epochs together."""
        return sum(self.steps)

    def _plan(self, epoch: int) -> list[NDArray[np.int64]]:
        rng = np.random.default_rng(self.seeds[epoch])
        return plan_batches(self.corpus.lengths, self.tokens_per_batch, rng, fewest=self.fewest)

    def batches(self, epoch: int, step: int) -> Iterator[tuple[Batch, NDArray[np.int64]]]:
        """The batches of an epoch, the next ones made ready while one is being used.

        Args:
            epoch: from 0.
            step: batches of all epochs that have been read already.

        Yields:
            A batch, or this process's part of it, whose ids are places among the distinct ids of
            the batch, and those ids. (U,)
        """
        left = self._plan(epoch)[step - sum(self.steps[:epoch]) :]
        yield from prefetch(map(self._read, left))

    def _read(self, reviews: NDArray[np.int64]) -> tuple[Batch, NDArray[np.int64]]:
        batch, rows = compact_ids(make_batch(self.corpus, reviews))
        if self.world_size > 1:
            batch = batch.part(deal(batch.lengths, self.world_size)[self.rank])
        return batch, rows

    def tokens_before(self, step: int) -> int:
        """Real tokens of the first ``step`` batches."""
        lengths = self.corpus.lengths
        tokens = 0
        for epoch in range(len(self.seeds)):
            if step <= 0:
                break
            plan = self._plan(epoch)
            tokens += sum(int(lengths[reviews].sum()) for reviews in plan[:step])
            step -= len(plan)
        return tokens
