"""Which batches are read in each epoch, planned before the first of them is read."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from lstm_cli.data.batches import Batch, batches, compact_ids, plan_batches, prefetch
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
    steps: tuple[int, ...]  # batches of each epoch

    @classmethod
    def plan(
        cls, corpus: Corpus, tokens_per_batch: int, seeds: Sequence[int | tuple[int, ...]]
    ) -> "BatchSchedule":
        """Count the batches of every epoch."""
        steps = (
            len(plan_batches(corpus.lengths, tokens_per_batch, np.random.default_rng(seed)))
            for seed in seeds
        )
        return cls(corpus, tokens_per_batch, tuple(seeds), tuple(steps))

    @property
    def num_steps(self) -> int:
        """Batches of all epochs together."""
        return sum(self.steps)

    def batches(self, epoch: int, step: int) -> Iterator[tuple[Batch, NDArray[np.int64]]]:
        """The batches of an epoch, the next ones made ready while one is being used.

        Args:
            epoch: from 0.
            step: batches of all epochs that have been read already.

        Yields:
            A batch whose ids are places among its distinct ids, and those ids. (U,)
        """
        generator = np.random.default_rng(self.seeds[epoch])
        start = step - sum(self.steps[:epoch])
        planned = batches(self.corpus, self.tokens_per_batch, generator, start=start)
        yield from prefetch(map(compact_ids, planned))

    def tokens_before(self, step: int) -> int:
        """Real tokens of the first ``step`` batches."""
        lengths = self.corpus.lengths
        tokens = 0
        for seed in self.seeds:
            if step <= 0:
                break
            plan = plan_batches(lengths, self.tokens_per_batch, np.random.default_rng(seed))
            tokens += sum(int(lengths[reviews].sum()) for reviews in plan[:step])
            step -= len(plan)
        return tokens
