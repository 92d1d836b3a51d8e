"""Mistakes as a table: the rows of the file as they are, and what was made of them."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from lstm_cli.data.workbooks.sheets import PERCENT_TENTHS
from lstm_cli.results import Mistake, as_json_rating

if TYPE_CHECKING:
    import polars as pl

    from lstm_cli.data.kept import KeptRows

SHEET = "mistakes"
ADDED = ("true_rating", "predicted_rating", "confidence", "words")
FORMATS_SHOWN = {"confidence": PERCENT_TENTHS}


def mistakes_as_table(
    mistakes: Sequence[Mistake], kept: "KeptRows", *, as_text: bool
) -> "pl.DataFrame":
    """The row of each mistake with all its columns, and four more.

    Where a column has the name of one of these already, the new one is called ``..._2``.

    Args:
        mistakes: the most confident first.
        kept: the rows of the file.
        as_text: write the words and what each did in one cell, for formats of plain cells;
            otherwise as a list of objects.
    """
    import polars as pl

    from lstm_cli.data.delimited.layout import make_distinct

    rows = kept.at([mistake.line for mistake in mistakes], [mistake.text for mistake in mistakes])
    words: list[object] = [
        " ".join(f"{token} ({change:+.2f})" for token, change in mistake.words)
        if as_text
        else [{"token": token, "change": round(change, 4)} for token, change in mistake.words]
        for mistake in mistakes
    ]
    kind = pl.Struct({"token": pl.String, "change": pl.Float64})
    added = [
        _ratings([mistake.rating for mistake in mistakes]),
        _ratings([mistake.predicted for mistake in mistakes]),
        pl.Series([round(mistake.confidence, 4) for mistake in mistakes], dtype=pl.Float64),
        pl.Series(words, dtype=pl.String if as_text else pl.List(kind)),
    ]
    names = make_distinct((*rows.columns, *ADDED))[rows.width :]
    return rows.with_columns(series.alias(name) for series, name in zip(added, names, strict=True))


def _ratings(labels: Sequence[str]) -> "pl.Series":
    """Ratings as numbers, if all of them are."""
    import polars as pl

    numbers = [as_json_rating(label) for label in labels]
    if any(isinstance(number, str) for number in numbers):
        return pl.Series(labels, dtype=pl.String)
    are_whole = all(isinstance(number, int) for number in numbers)
    return pl.Series(numbers, dtype=pl.Int64 if are_whole else pl.Float64, strict=False)
