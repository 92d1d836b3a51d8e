"""Rate a table of reviews, a window at a time: its columns are kept and others are added."""

import io
import json
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from lstm_cli.data.ratings.scale import Scale
from lstm_cli.data.records.jsonlines import append_json
from lstm_cli.data.tables import Table
from lstm_cli.data.texts import OpenTexts, TextWindow
from lstm_cli.errors import OutputError
from lstm_cli.inference.cascade import Answered, Cascade
from lstm_cli.inference.doubting import Doubter
from lstm_cli.inference.input_warnings import Doubt, InputWarning, doubts_in
from lstm_cli.inference.predictor import Predictor
from lstm_cli.inference.scorer import Scorer
from lstm_cli.results import Prediction

PREDICTED, EXPECTED, CONFIDENCE = "predicted_rating", "expected_rating", "confidence"
WARNING = "warning"
ANSWERED_BY = "answered_by"  # where a cascade rates
SUMMED_UP = (PREDICTED, EXPECTED, WARNING)  # what a summary of written rows needs
MOST_SHOWN = 5  # rows a person should look at first


def added_columns(
    labels: Sequence[str], *, is_fast: bool = False, with_probabilities: bool = False
) -> tuple[str, ...]:
    """The names of the columns that are added, in order.

    >>> added_columns(["1", "5"], with_probabilities=True)
    ('predicted_rating', 'expected_rating', 'confidence', 'p(1)', 'p(5)', 'warning')

    Args:
        labels: the ratings of the model.
        is_fast: whether a cascade rates, which adds a column.
        with_probabilities: whether each rating gets a column.
    """
    each = tuple(map(probability_column, labels)) if with_probabilities else ()
    answered = (ANSWERED_BY,) if is_fast else ()
    return (PREDICTED, EXPECTED, CONFIDENCE, *each, WARNING, *answered)


def probability_column(label: str) -> str:
    """What the column with the probability of a rating is called."""
    return f"p({label})"


@dataclass(frozen=True)
class RatedRows:
    """Some rows of a table, and their ratings on the user's scale. N of them."""

    predictor: Predictor
    frame: pl.DataFrame
    texts: Sequence[str]
    probabilities: NDArray[np.float64]  # (N, R)
    warnings: Sequence[tuple[InputWarning, ...]]  # (N,)
    first_row: int  # of the table, from 0
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

    @property
    def expected(self) -> NDArray[np.float64]:
        """The mean of the ratings, weighted by their probabilities. (N,)"""
        return self.probabilities @ self.predictor.ratings

    def described(self, text_columns: Sequence[str]) -> Iterator[dict[str, Any]]:
        """Each row as ``lstm predict --json`` prints it: what was predicted, and its other cells.

        Args:
            text_columns: where the texts stand. One is left out of the cells, for it is the text;
                several were joined, and stay.
        """
        cells = self.frame.drop(text_columns if len(text_columns) == 1 else [], strict=False)
        rows: Iterator[dict[str, Any]] = ({} for _ in self.texts)
        if cells.width:
            lines = io.BytesIO()
            append_json(cells, lines)
            rows = (json.loads(line) for line in lines.getvalue().splitlines())
        for prediction, row in zip(self.predictions(), rows, strict=True):
            yield prediction.to_json() | {"row": row}

    def predictions(self) -> Iterator[Prediction]:
        """A prediction for each row, with the words that were not known."""
        predictor = self.predictor
        rows = zip(self.texts, self.probabilities, self.answered_by, strict=True)
        for text, probabilities, name in rows:
            prediction = predictor.describe(text, predictor.tokenize(text), probabilities)
            yield replace(prediction, answered_by=name)

    def with_ratings(
        self, *, is_safe: bool = False, with_probabilities: bool = False
    ) -> pl.DataFrame:
        """Every row and column as it was, and the added columns after them.

        Args:
            is_safe: put an apostrophe before cells that a spreadsheet would run.
            with_probabilities: add one column per rating.
        """
        frame = neutralized(self.frame) if is_safe else self.frame
        return frame.with_columns(self.added(with_probabilities=with_probabilities))

    def added(self, *, with_probabilities: bool = False) -> list[pl.Series]:
        """The added columns alone, in order. (N,) each"""
        predictor = self.predictor
        added = [
            pl.Series(PREDICTED, written_ratings(predictor.scale)[self.places]),
            pl.Series(EXPECTED, np.round(self.expected, 4)),
            pl.Series(CONFIDENCE, np.round(self.confidence, 4)),
        ]
        if with_probabilities:
            added += [
                pl.Series(probability_column(label), np.round(probabilities, 4))
                for label, probabilities in zip(predictor.labels, self.probabilities.T, strict=True)
            ]
        said = ["; ".join(w.sentence for w in warnings) or None for warnings in self.warnings]
        added.append(pl.Series(WARNING, said, dtype=pl.String))
        if self.by_regression is not None:
            added.append(pl.Series(ANSWERED_BY, self.answered_by, dtype=pl.String))
        return added


def written_ratings(scale: Scale) -> NDArray[Any]:
    """The ratings of a scale as files have them: whole numbers, fractions or words. (R,)

    >>> written_ratings(Scale((1.0, 2.0))).tolist(), written_ratings(Scale((1.0, 1.5))).tolist()
    ([1, 2], [1.0, 1.5])
    """
    if scale.has_places:
        return np.array(scale.names)
    is_whole = all(rating.is_integer() for rating in scale.ratings)
    return np.array(scale.ratings, dtype=np.int64 if is_whole else np.float64)


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
    """What there is to say about a file when all of it has been rated.

    A row without text says nothing of whoever wrote it: it is in no count of a rating and in no
    mean, though it is rated, as an empty review, where the rows are written.
    """

    labels: tuple[str, ...]
    counts: Counter[str] = field(default_factory=Counter)
    num_rows: int = 0
    first_row: int = 0  # of the table, from 0; those of a shard begin later
    num_empty: int = 0  # rows without text
    num_by_regression: int = 0  # of a cascade
    num_warned: int = 0  # rows that have a warning, those without text among them
    doubts: Counter[Doubt] = field(default_factory=Counter)  # and why
    sum_expected: float = 0.0  # of the expected ratings of all texts
    sum_predicted: float = 0.0  # of their most probable ratings, or of the places of those
    # (probability, row, text, rating) of the least certain rows, least certain first
    least_certain: list[tuple[float, int, str, str]] = field(default_factory=list)

    def add(self, rated: RatedRows) -> None:
        """Count more rows; those without text are never among the least certain."""
        confidence, places = rated.confidence, rated.places
        doubts = [{warning.doubt for warning in row} for row in rated.warnings]
        has_text = np.array([Doubt.EMPTY not in row for row in doubts], dtype=bool)
        self.counts.update(self.labels[place] for place in places[has_text])
        if not self.num_rows:
            self.first_row = rated.first_row
        order = np.argsort(confidence, kind="stable")
        filled = order[has_text[order]].tolist()
        least_certain = [
            (
                float(confidence[row]),
                rated.first_row + row,
                rated.texts[row],
                self.labels[places[row]],
            )
            for row, _ in zip(filled, range(MOST_SHOWN), strict=False)
        ]
        self.least_certain = sorted(self.least_certain + least_certain)[:MOST_SHOWN]
        self.num_rows += len(rated.texts)
        self.num_empty += int((~has_text).sum())
        self.num_warned += sum(map(bool, doubts))
        for row in doubts:
            self.doubts.update(row)
        self.sum_expected += float(rated.expected[has_text].sum())
        self.sum_predicted += float(rated.predictor.ratings[places[has_text]].sum())
        if rated.by_regression is not None:
            self.num_by_regression += int(rated.by_regression.sum())

    def add_written(self, rows: pl.DataFrame, scale: Scale) -> None:
        """Count rows that were rated and written elsewhere; which are least certain is left out.

        Args:
            rows: the columns of ``SUMMED_UP``, and ``answered_by`` where there is one.
            scale: of the model.
        """
        labels = dict(zip(written_ratings(scale).tolist(), scale.labels, strict=True))
        numbers = dict(zip(scale.labels, scale.ratings, strict=True))
        self.num_rows += rows.height
        no_text = []
        for said, number in rows[WARNING].drop_nulls().value_counts().iter_rows():
            doubts = doubts_in(said)
            if Doubt.EMPTY in doubts:
                no_text.append(said)
                self.num_empty += number
            self.num_warned += number
            for doubt in doubts:
                self.doubts[doubt] += number
        texts = rows.filter(~pl.col(WARNING).is_in(no_text).fill_null(value=False))
        for value, number in texts[PREDICTED].value_counts().iter_rows():
            self.counts[labels[value]] += number
            self.sum_predicted += number * numbers[labels[value]]
        self.sum_expected += float(texts[EXPECTED].sum())
        if ANSWERED_BY in rows.columns:
            self.num_by_regression += int((rows[ANSWERED_BY] == "regression").sum())

    @property
    def num_texts(self) -> int:
        """How many rows have text: those that counts and means are of."""
        return self.num_rows - self.num_empty

    @property
    def mean_expected(self) -> float:
        """The mean of the expected ratings, which counts how sure each is."""
        return self.sum_expected / max(self.num_texts, 1)

    @property
    def mean_predicted(self) -> float:
        """The mean of the most probable ratings, which leaves out how sure each is."""
        return self.sum_predicted / max(self.num_texts, 1)

    def by_rating(self) -> dict[str, int]:
        """How often each rating is the most probable one of a text."""
        return {label: self.counts[label] for label in self.labels}


class RowRater:
    """A model that rates the rows of tables, as often as it is asked.

    Args:
        scorer: the model, alone or behind its regression.
    """

    def __init__(self, scorer: Scorer | Cascade) -> None:
        vocabulary = scorer.bundle.vocabulary
        self._scorer = scorer
        self._predictor = Predictor(scorer.bundle, vocabulary)
        self._doubter = Doubter(self._predictor, vocabulary)

    def rated(self, windows: Iterable[TextWindow]) -> Iterator[RatedRows]:
        """The windows in their order, rated; those ahead are read in another thread."""
        for rated in self._scorer.windows(windows):
            texts = rated.window.texts
            yield RatedRows(
                self._predictor,
                rated.window.frame,
                texts,
                rated.probabilities,
                self._doubter.warnings(texts, rated.corpus),
                rated.window.first_row,
                rated.by_regression if isinstance(rated, Answered) else None,
            )


def rate(scorer: Scorer | Cascade, opened: OpenTexts) -> Iterator[RatedRows]:
    """Rate every row of a table, window by window."""
    return RowRater(scorer).rated(opened.windows)


def check_columns_free(table: Table, added: Sequence[str]) -> None:
    """Refuse to overwrite an existing column.

    Args:
        table: the rows that will be rated.
        added: the names of the columns that are added.

    Raises:
        OutputError: it names the columns.
    """
    taken = [name for name in added if name in table.frame.columns]
    if taken:
        raise OutputError(
            f"{table.source}: has {', '.join(taken)} already; "
            "rename them first, so that nothing is overwritten"
        )
