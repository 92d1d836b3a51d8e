"""How long the trainings of a learning curve take, and which of them there is time for."""

import time
from collections import defaultdict
from collections.abc import Callable

from lstm_cli.pipeline.folding import CurvePlan

LATE = 1.05  # times the limit: a training that lasts until then is given up
CAREFUL = 1.25  # a size that was never trained on may take this much longer than its work says


class Pace:
    """What was spent on each size so far, against a limit.

    Args:
        plan: all the trainings.
        limit: seconds for all of them, from now.
        after: reviews of one more training, which comes after them and needs its share; 0 if
            none does.
        clock: seconds, from whenever.
    """

    def __init__(
        self,
        plan: CurvePlan,
        limit: float,
        after: int = 0,
        clock: Callable[[], float] = time.perf_counter,
    ) -> None:
        self._plan = plan
        self._limit = limit
        self._after = after
        self._clock = clock
        self._began = self._last = clock()
        self._taken: dict[int, list[float]] = defaultdict(list)

    def trained(self, size: int) -> None:
        """A training on so many reviews is over; it began when the one before was over."""
        now = self._clock()
        self._taken[size].append(now - self._last)
        self._last = now

    def has_time_for(self, size: int) -> bool:
        """Whether a training on so many reviews would be over in time; the first always is."""
        if not self._taken:
            return True
        return self._spent + self._expected(size, CAREFUL) + self._reserved <= self._limit

    def is_late(self) -> bool:
        """Whether the training at hand is to be given up."""
        return bool(self._taken) and self._spent > LATE * self._limit - self._reserved

    @property
    def left(self) -> float:
        """Seconds, about, until all is over for which there is time."""
        # What comes after is done whatever the limit says.
        return max(min(self._to_come, self._limit - self._spent), self._reserved, 0.0)

    @property
    def is_limited(self) -> bool:
        """Whether there is time for some of the trainings alone."""
        return self._spent + self._to_come > self._limit

    @property
    def _spent(self) -> float:
        return self._clock() - self._began

    @property
    def _to_come(self) -> float:
        to_come = (
            (self._plan.folds - len(self._taken.get(size, ()))) * self._expected(size)
            for size in self._plan.sizes
        )
        return sum(to_come) + self._reserved

    @property
    def _reserved(self) -> float:
        return self._expected(self._after) if self._after and self._taken else 0.0

    def _expected(self, size: int, care: float = 1.0) -> float:
        """Seconds of a training: as those on so many took, or by the work, as the largest did."""
        if size in self._taken:
            return sum(self._taken[size]) / len(self._taken[size])
        known = max(self._taken)
        times = self._plan.work_of(size) / self._plan.work_of(known)
        return self._expected(known) * times * care
