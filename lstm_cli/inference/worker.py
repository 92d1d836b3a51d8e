"""What one of many processes does that rate together, whatever engine starts them.

An engine hands each worker the same ``RatingTask``, and then tables of rows. Scale, columns and
precision were decided once, for all rows; nothing is concluded from the rows that a worker gets.

Shapes: N rows.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import polars as pl

from lstm_cli.bundle.packing import PackedModel
from lstm_cli.bundle.reading import Bundle
from lstm_cli.config import Precision
from lstm_cli.data.texts import TextWindow, text_at
from lstm_cli.inference.cascade import Cascade
from lstm_cli.inference.rating import RatedRows, RowRater
from lstm_cli.inference.scorer import Scorer
from lstm_cli.metrics.agreement import Threshold


@dataclass(frozen=True)
class RatingTask:
    """How all workers rate, said once."""

    model: PackedModel
    text_columns: tuple[str, ...]  # joined in this order
    # As the machine that hands out the rows would compute, whatever each worker could: a rating
    # must not depend on who got the row.
    precision: Precision
    reads_many: bool = True  # whether torch reads from the first row on, as it does for many
    is_fast: bool = False  # the regression answers first, where ...
    threshold: Threshold | None = None  # ... it is as sure as this; None leaves it no row
    is_safe: bool = False  # no cell can be run by a spreadsheet
    with_probabilities: bool = False  # one column per rating

    def worker(self) -> "Worker":
        """One that does it, in the process that asks.

        Raises:
            BundleError: the model cannot be used.
        """
        return Worker(self)


def are_many(task: RatingTask, bundle: Bundle, head: pl.DataFrame, num_rows: int) -> bool:
    """Whether the rows are so many that torch reads them, as it does when one process reads all.

    Args:
        task: how they are rated.
        bundle: the model of the task.
        head: the first rows, as many as a window has.
        num_rows: how many there are of all.
    """
    scorer = Scorer(bundle)
    rater = Cascade.of(scorer, task.threshold) if task.is_fast else scorer
    rater.pass_over(window_of(head, task.text_columns))
    return scorer.reads_many or num_rows > head.height


def window_of(frame: pl.DataFrame, text_columns: Sequence[str]) -> TextWindow:
    """Rows that came without their place in a table, and their texts."""
    return TextWindow(frame, text_at(frame, text_columns).fill_null("").to_list(), 0)


class Worker:
    """A model loaded once, on one thread, that rates whatever rows it is given.

    Args:
        task: how.
    """

    def __init__(self, task: RatingTask) -> None:
        from lstm_cli.core.compute import Compute

        self._task = task
        compute = Compute(precision=task.precision, threads=1)
        scorer = Scorer(task.model.unpack(), lambda: compute, at_once=task.reads_many)
        self._rater = RowRater(Cascade.of(scorer, task.threshold) if task.is_fast else scorer)

    def with_ratings(self, frame: pl.DataFrame) -> pl.DataFrame:
        """Every row and column as it was, and the added columns after them."""
        return self._rated(frame).with_ratings(
            is_safe=self._task.is_safe, with_probabilities=self._task.with_probabilities
        )

    def added(self, frame: pl.DataFrame) -> list[pl.Series]:
        """The added columns alone. (N,) each

        Args:
            frame: the columns of text are enough.
        """
        return self._rated(frame).added(with_probabilities=self._task.with_probabilities)

    def _rated(self, frame: pl.DataFrame) -> RatedRows:
        [rated] = self._rater.rated([window_of(frame, self._task.text_columns)])
        return rated
