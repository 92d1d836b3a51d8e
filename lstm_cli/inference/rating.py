"""Rate a table of reviews, a window at a time: its columns are kept and others are added."""

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace

import numpy as np
import polars as pl
from numpy.typing import NDArray

from lstm_cli.data.tables import Table
from lstm_cli.data.texts import OpenTexts
from lstm_cli.errors import OutputError
from lstm_cli.inference.cascade import Answered, Cascade
from lstm_cli.inference.predictor import Predictor
from lstm_cli.inference.scorer import Scorer
from lstm_cli.results import Prediction

ADDED_COLUMNS = ("predicted_rating", "expected_rating", "confidence")
ANSWERED_BY = "answered_by"  # a fourth, where a cascade rates
MOST_SHOWN = 5  # rows a person should look at first


@dataclass(frozen=True)
class RatedRows:
    """Some rows of a table, and their ratings on the user's scale."""

    predictor: Predictor
    frame: pl.DataFrame
    texts: Sequence[str]
    probabilities: NDArray[np.float64]  # (N, R)
    by_regression: NDArray[np.bool_] | None = None  # (N,); None where no cascade rated

    @property
    def answered_by(self) -> Sequence[str | None]:
        """Which model of a cascade answered each row."""
        if self.by_regression is None:
            return [None] * len(self.texts)
        return ["regression" if is_sure else "network" for is_sure in self.by_regression]

    @property
    def places(self) -> NDArray[np.int64]:
        """The place on the scale of the most probable rating. (N,)"""
        return self.probabilities.argmax(axis=1)

    @property
    def confidence(self) -> NDArray[np.float64]:
        """The probability of the most probable rating. (N,)"""
        return self.probabilities.max(axis=1)

    def predictions(self) -> Iterator[Prediction]:
        """A prediction for each row, with the words that were not known."""
        predictor = self.predictor
        rows = zip(self.texts, self.probabilities, self.answered_by, strict=True)
        for text, probabilities, name in rows:
            prediction = predictor.describe(text, predictor.tokenize(text), probabilities)
            yield replace(prediction, answered_by=name)

    def with_ratings(self, *, is_safe: bool = False) -> pl.DataFrame:
        """Every row and column as it was, and the added columns after them.

        Args:
            is_safe: put an apostrophe before cells that a spreadsheet would run.
        """
        ratings, scale = self.predictor.ratings, self.predictor.scale
        is_whole = all(rating.is_integer() for rating in scale.ratings)
        values = ratings.astype(np.int64 if is_whole else np.float64)
        named = (np.array(scale.names) if scale.has_places else values)[self.places]
        frame = neutralized(self.frame) if is_safe else self.frame
        added = [
            pl.Series("predicted_rating", named),
            pl.Series("expected_rating", np.round(self.probabilities @ ratings, 4)),
            pl.Series("confidence", np.round(self.confidence, 4)),
        ]
        if self.by_regression is not None:
            added.append(pl.Series(ANSWERED_BY, self.answered_by, dtype=pl.String))
        return frame.with_columns(added)


def neutralized(frame: pl.DataFrame) -> pl.DataFrame:
    """The same table; text that a spreadsheet would take for a formula is made plain text.

    Such text begins with one of = + - @, a tab or a carriage return, and is not a number; the
    names of columns count, too. Spreadsheets themselves mark plain text with an apostrophe.

    >>> neutralized(pl.DataFrame({"a": ["=1+1", "-5", "fine"]}))["a"].to_list()
    ["'=1+1", '-5', 'fine']
    """
    risky, number = r"^\s*[=+\-@\t\r]", r"^[+-]?[0-9]+([.,][0-9]+)?$"
    texts = pl.col(pl.String)
    changed = (
        pl.when(texts.str.contains(risky) & ~texts.str.contains(number))
        .then("'" + texts)
        .otherwise(texts)
        .name.keep()
    )
    names = {name: f"'{name}" for name in frame.columns if re.match(risky, name)}
    return frame.with_columns(changed).rename(names)


@dataclass
class FileSummary:
    """What there is to say about a file when all of it has been rated."""

    labels: tuple[str, ...]
    counts: Counter[str] = field(default_factory=Counter)
    num_rows: int = 0
    num_empty: int = 0
    num_by_regression: int = 0  # of a cascade
    # (probability, row, text, rating) of the least certain rows, least certain first
    least_certain: list[tuple[float, int, str, str]] = field(default_factory=list)

    def add(self, rated: RatedRows) -> None:
        """Count more rows; those without text are never among the least certain."""
        confidence, places = rated.confidence, rated.places
        self.counts.update(self.labels[place] for place in places)
        order = np.argsort(confidence, kind="stable")
        filled = (int(row) for row in order if rated.texts[row].strip())
        least_certain = [
            (
                float(confidence[row]),
                self.num_rows + row,
                rated.texts[row],
                self.labels[places[row]],
            )
            for row, _ in zip(filled, range(MOST_SHOWN), strict=False)
        ]
        self.least_certain = sorted(self.least_certain + least_certain)[:MOST_SHOWN]
        self.num_empty += sum(not text.strip() for text in rated.texts)
        self.num_rows += len(rated.texts)
        if rated.by_regression is not None:
            self.num_by_regression += int(rated.by_regression.sum())

    def by_rating(self) -> dict[str, int]:
        """How often each rating is the most probable one."""
        return {label: self.counts[label] for label in self.labels}


def rate(scorer: Scorer | Cascade, opened: OpenTexts) -> Iterator[RatedRows]:
    """Rate every row of a table, window by window."""
    predictor = Predictor(scorer.bundle)
    for rated in scorer.windows(opened.windows):
        yield RatedRows(
            predictor,
            rated.window.frame,
            rated.window.texts,
            rated.probabilities,
            rated.by_regression if isinstance(rated, Answered) else None,
        )


def check_columns_free(table: Table, *, is_fast: bool = False) -> None:
    """Refuse to overwrite an existing column.

    Args:
        table: the rows that will be rated.
        is_fast: whether a cascade rates them, which adds a column more.

    Raises:
        OutputError: it names the columns.
    """
    added = (*ADDED_COLUMNS, ANSWERED_BY) if is_fast else ADDED_COLUMNS
    taken = [name for name in added if name in table.frame.columns]
    if taken:
        raise OutputError(
            f"{table.source}: has {', '.join(taken)} already; "
            "rename them first, so that nothing is overwritten"
        )
