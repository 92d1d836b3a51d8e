"""How fast a training is: what else it does is not counted."""

import time
from collections.abc import Iterator
from contextlib import contextmanager


class Stopwatch:
    """Counts tokens, and the time in which they were trained on."""

    def __init__(self) -> None:
        self.tokens = 0
        self._began = time.perf_counter()
        self._paused = 0.0

    @contextmanager
    def paused(self) -> Iterator[None]:
        """A context whose time does not count: something is measured, or kept."""
        since = time.perf_counter()
        yield
        self._paused += time.perf_counter() - since

    @property
    def tokens_per_second(self) -> float:
        """Since the beginning, pauses left out."""
        return self.tokens / max(time.perf_counter() - self._began - self._paused, 1e-9)
