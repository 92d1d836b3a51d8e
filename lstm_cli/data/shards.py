"""One of several parts of a file, each rated by a run of its own; put together they are one run.

A file is read in windows, and what is computed together is a window: the rating of a row may
differ in its last digits by the rows beside it. So windows are dealt out whole, as the run of
all rows would have read them.
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from lstm_cli.data.texts import OpenTexts, TextWindow


@dataclass(frozen=True)
class Shard:
    """Which part, of how many.

    >>> shard = Shard(2, 3)
    >>> [shard.holds(row, 30_000) for row in range(0, 30_000, 5_000)]
    [False, False, True, True, False, False]
    """

    number: int  # from 1
    total: int

    @classmethod
    def parse(cls, written: str) -> "Shard | None":
        """The shard that a person writes as 3/16; None for anything else.

        >>> Shard.parse("3/16"), Shard.parse("17/16"), Shard.parse("0/2"), Shard.parse("1")
        (Shard(number=3, total=16), None, None, None)
        """
        match = re.fullmatch(r"([0-9]{1,6})/([0-9]{1,6})", written)
        if match is None:
            return None
        number, total = int(match[1]), int(match[2])
        return cls(number, total) if 1 <= number <= total else None

    @property
    def is_first(self) -> bool:
        """Whether what is written before the first row is this one's to write."""
        return self.number == 1

    def holds(self, row: int, num_rows: int) -> bool:
        """Whether the window that begins in a row is in this part.

        The first window is always in the first part; of few windows, other parts get none.

        Args:
            row: of the file, from 0.
            num_rows: of the file.
        """
        return self._number_of(row, num_rows) == self.number

    def windows(
        self, opened: OpenTexts, pass_over: Callable[[TextWindow], None]
    ) -> Iterator[TextWindow]:
        """The windows of this part in their order; an empty one, if it has none.

        Args:
            opened: the file.
            pass_over: called with each window before them.
        """
        num_found, row = 0, 0
        for window in opened.windows:
            row = window.first_row
            if self._number_of(row, opened.num_rows) > self.number:
                break
            if self.holds(row, opened.num_rows):
                num_found += 1
                yield window
            else:
                pass_over(window)
        if not num_found:
            yield TextWindow(opened.table.frame.clear(), [], row)

    def _number_of(self, row: int, num_rows: int) -> int:
        return row * self.total // num_rows + 1
