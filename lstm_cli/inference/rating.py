"""A table of reviews rated: its columns kept, three added."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl
from numpy.typing import NDArray

from lstm_cli.bundle.reading import Bundle
from lstm_cli.core.network import best_precision
from lstm_cli.data.tables import Table
from lstm_cli.errors import OutputError
from lstm_cli.inference.predictor import Predictor
from lstm_cli.inference.scoring import Heard, score_texts
from lstm_cli.results import Prediction

ADDED_COLUMNS = ("predicted_rating", "expected_rating", "confidence")


@dataclass(frozen=True)
class Rated:
    """The probabilities of many reviews, on the user's scale."""

    bundle: Bundle
    texts: Sequence[str]
    labels: tuple[str, ...]
    ratings: NDArray[np.float64]  # (R,)
    probabilities: NDArray[np.float64]  # (N, R)

    @property
    def places(self) -> NDArray[np.int64]:
        """Where on the scale the most probable rating is. (N,)"""
        return self.probabilities.argmax(axis=1)

    @property
    def expected(self) -> NDArray[np.float64]:
        """The mean of the ratings, weighted by their probabilities. (N,)"""
        return self.probabilities @ self.ratings

    @property
    def confidence(self) -> NDArray[np.float64]:
        """The probability of the most probable rating. (N,)"""
        return self.probabilities.max(axis=1)

    def counts(self) -> dict[str, int]:
        """How often each rating is the most probable one."""
        found = np.bincount(self.places, minlength=len(self.labels))
        return dict(zip(self.labels, map(int, found), strict=True))

    def predictions(self) -> Iterator[Prediction]:
        """One by one, with the words that were not known."""
        predictor = Predictor(self.bundle)
        for text, probabilities in zip(self.texts, self.probabilities, strict=True):
            yield predictor.describe(text, predictor.tokenize(text), probabilities)


def rate(bundle: Bundle, texts: Sequence[str], listener: Heard | None = None) -> Rated:
    """Rate every text, in what the processor computes best in.

    Args:
        bundle: the model.
        texts: reviews.
        listener: hears how many more have been rated.
    """
    predictor = Predictor(bundle)
    probabilities = score_texts(bundle, texts, best_precision(), listener)
    return Rated(bundle, texts, predictor.labels, predictor.ratings, probabilities)


def check_columns_free(table: Table) -> None:
    """Refuse to overwrite a column that is there already.

    Raises:
        OutputError: it names the columns.
    """
    taken = [name for name in ADDED_COLUMNS if name in table.frame.columns]
    if taken:
        raise OutputError(
            f"{table.source}: has {', '.join(taken)} already; "
            "rename them first, so that nothing is overwritten"
        )


def add_ratings(frame: pl.DataFrame, rated: Rated) -> pl.DataFrame:
    """Every column and row as it was, and three columns behind them."""
    is_whole = all(rating.is_integer() for rating in rated.ratings.tolist())
    named = rated.ratings[rated.places].astype(np.int64 if is_whole else np.float64)
    return frame.with_columns(
        pl.Series("predicted_rating", named),
        pl.Series("expected_rating", np.round(rated.expected, 4)),
        pl.Series("confidence", np.round(rated.confidence, 4)),
    )


def least_certain(rated: Rated, most: int = 5) -> list[int]:
    """The rows a person should look at first, least certain first; rows without text left out."""
    order = np.argsort(rated.confidence, kind="stable")
    return [int(row) for row in order if rated.texts[row].strip()][:most]
