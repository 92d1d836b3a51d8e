"""A file of reviews of which people rated some, none or all -> every row, in order.

Ratings are looked for by name, by the column a model learned from or the one a person names: a
column of small numbers may be anything where no review needs a rating.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import groupby

import numpy as np
import polars as pl
from numpy.typing import NDArray

from lstm_cli.data.chosen import RatingName, TextColumns, choose_rating_column, choose_text_columns
from lstm_cli.data.column_names import ALL_RATING_NAMES, RATING_WORDS, key, promises
from lstm_cli.data.columns import find_column_named
from lstm_cli.data.nested import column_at
from lstm_cli.data.options import ReadOptions
from lstm_cli.data.periods import Every, Periods, periods_of
from lstm_cli.data.ratings.rated import NO_RATING, USABLE, RatedColumn, RatingColumn
from lstm_cli.data.ratings.ratings import read_ratings
from lstm_cli.data.ratings.scale import Scale
from lstm_cli.data.showing import count, show_cell
from lstm_cli.data.tables import Table, read_table
from lstm_cli.data.texts import as_strings, text_at
from lstm_cli.data.unrated import same_text
from lstm_cli.errors import OF_NO_RATINGS, ColumnError, Remedy, RequestError, ScaleError

MOST_GROUPS = 200
NO_GROUP = "(none)"  # of rows in whose cell nothing stands
MOST_OFF = 0.05  # share of the ratings; with more that are off it, the scale is another


@dataclass(frozen=True)
class PartlyRated:
    """The rows of a file, N of them."""

    table: Table
    text_columns: TextColumns
    rating_column: str | None
    texts: list[str]  # "" where a row has none. (N,)
    scale: Scale  # the model's, or another that people rated on
    by_people_alone: bool  # on that other scale, on which the model could rate no row
    rating_indices: NDArray[np.int64]  # places on the scale; -1 for none. (N,)
    not_understood: int  # rows with a rating that is not on the scale
    groups: tuple[str, ...] | None  # of each row. (N,)
    periods: Periods | None  # of each row. (N,)
    notes: tuple[str, ...]

    def __len__(self) -> int:
        return len(self.texts)

    @property
    def has_text(self) -> NDArray[np.bool_]:
        """Whether a row has a text. (N,)"""
        return np.array([bool(text) for text in self.texts], dtype=np.bool_)

    @property
    def is_rated(self) -> NDArray[np.bool_]:
        """Whether a person rated it. (N,)"""
        return self.rating_indices >= 0


def read_partly_rated(
    source: str,
    scale: Scale,
    options: ReadOptions,
    *,
    by: str | None = None,
    over: str | None = None,
    every: Every | None = None,
    uses_ratings: bool = True,
) -> PartlyRated:
    """Read all rows of a file.

    Args:
        source: a path, an address, or ``-``.
        scale: of the model that will rate what nobody rated.
        options: how the file is read.
        by: the column of groups.
        over: the column of periods.
        every: how long a period of dates is.
        uses_ratings: those that people gave count as they are; else the model rates every text.

    Raises:
        ReviewsError: the file cannot be used, or its ratings are mostly none of the scale, and
            some texts have none.
        RequestError: a column has too many groups or periods.
    """
    table = read_table(source, options)
    columns = choose_text_columns(table, options)
    texts = text_at(table.frame, columns.names)
    rating = _rating_column(table, columns, options) if uses_ratings else None
    read = _ratings(table, texts, rating, scale, options)
    groups = None if by is None else _groups(_column(table, by))
    periods = None if over is None else periods_of(_column(table, over), every)
    return PartlyRated(
        table=table,
        text_columns=columns,
        rating_column=None if rating is None else rating.name,
        texts=texts.fill_null("").to_list(),
        scale=read.scale,
        by_people_alone=read.by_people_alone,
        rating_indices=read.indices,
        not_understood=read.lost,
        groups=groups,
        periods=periods,
        notes=(
            *table.notes,
            *columns.notes,
            *read.notes,
            *_notes_on_groups(groups or ()),
            *(periods.notes if periods else ()),
        ),
    )


def _column(table: Table, asked: str) -> pl.Series:
    return column_at(table.frame, find_column_named(table, asked))


def _rating_column(table: Table, columns: TextColumns, options: ReadOptions) -> RatingName | None:
    """The column of ratings, if the file has one that is called so.

    Raises:
        ColumnError: the one a person named is absent, or several are equally plausible.
    """
    if options.rating_column is not None:
        return choose_rating_column(table, columns.names, options)
    try:
        found = choose_rating_column(table, columns.names, options)
    except ColumnError as error:
        if error.remedy in OF_NO_RATINGS:
            return None
        raise
    learned = {key(column.rating) for column in options.learned}
    name = found.name.rpartition(".")[2]
    is_called_so = key(name) in learned | ALL_RATING_NAMES or promises(found.name, RATING_WORDS)
    return replace(found, notes=()) if is_called_so else None


@dataclass(frozen=True)
class _Ratings:
    """The ratings of N rows on a scale."""

    indices: NDArray[np.int64]  # -1 for none. (N,)
    scale: Scale
    lost: int = 0  # ratings that are off it
    notes: tuple[str, ...] = ()
    by_people_alone: bool = False  # on another scale than the model's


def _ratings(
    table: Table,
    texts: pl.Series,
    rating: RatingName | None,
    scale: Scale,
    options: ReadOptions,
) -> _Ratings:
    """The ratings on the scale of the model, or on another where no row is left for it."""
    none = _Ratings(np.full(len(texts), -1, dtype=np.int64), scale)
    if rating is None:
        return none
    cells = column_at(table.frame, rating.name)
    if not cells.dtype.is_numeric():
        cells = as_strings(cells)
    if not cells.drop_nulls().len():
        return none
    everywhere = np.ones(len(texts), dtype=np.bool_)
    column = RatingColumn(table.source, rating.name, cells, everywhere)
    num_on, read = 0, none
    try:
        read = _placed(read_ratings([column], options, scale).columns[0], scale)
        num_on = int((read.indices >= 0).sum())
        if read.lost > max(2, MOST_OFF * (read.lost + num_on)):
            raise column.refused(
                f"the scale of the model is {', '.join(scale.labels)}", Remedy.FIT_OR_IGNORE
            )
    except ScaleError as error:
        if num_on >= read.lost > 0:  # the model's own scale, with cells that are wrong
            raise
        alone = _by_people_alone(column, options)
        if alone is None or (texts.is_not_null().to_numpy() & (alone.indices < 0)).any():
            if error.remedy is Remedy.FIT_SCALE:
                raise ScaleError(error.problem, Remedy.FIT_OR_IGNORE) from error
            raise
        return alone
    if not read.lost:
        return read
    what = count(read.lost, "rating")
    said = f"{what} in {show_cell(rating.name)} not on the model's scale: not used"
    return replace(read, notes=(*read.notes, said))


def _placed(rated: RatedColumn, scale: Scale) -> _Ratings:
    places = np.searchsorted(scale.ratings, rated.ratings).clip(0, len(scale) - 1)
    is_on = (rated.states == USABLE) & (np.array(scale.ratings)[places] == rated.ratings)
    lost = int((~is_on & (rated.states != NO_RATING)).sum())
    return _Ratings(np.where(is_on, places, -1), scale, lost, rated.notes)


def _by_people_alone(column: RatingColumn, options: ReadOptions) -> _Ratings | None:
    """The ratings on the scale that they form; None if they form none."""
    try:
        rated = read_ratings([column], options)
    except ScaleError:
        return None
    scale = rated.scale
    said = f"people rated on {scale.in_order}, on which the model does not: they alone are counted"
    placed = _placed(rated.columns[0], scale)
    return replace(placed, lost=0, notes=(*placed.notes, said), by_people_alone=True)


def _groups(column: pl.Series) -> tuple[str, ...]:
    """The group of each row.

    Raises:
        RequestError: there are too many.
    """
    cells = as_strings(column).str.strip_chars().fill_null("")
    groups = tuple(cell or NO_GROUP for cell in cells)
    different = len(set(groups))
    if different > MOST_GROUPS:
        raise RequestError(
            f"column {show_cell(column.name)} has {different:,} different values, and at most "
            f"{MOST_GROUPS} groups are reported; choose another column",
            parameter="by",
        )
    return groups


def _notes_on_groups(groups: Sequence[str]) -> tuple[str, ...]:
    """Which groups a person may have meant as one: only he can know.

    >>> _notes_on_groups(["Airport", "airport", "Harbour"])
    ("careful: 'Airport' and 'airport' are different groups: only capitals or blanks differ",)
    """
    names = sorted(set(groups), key=lambda name: (same_text(name), name))
    alike = [pair for _, same in groupby(names, same_text) if len(pair := list(same)) > 1]
    if not alike:
        return ()
    listed = " and ".join(show_cell(name) for name in alike[0])
    more = f", as in {len(alike) - 1:,} more" if alike[1:] else ""
    return (f"careful: {listed} are different groups: only capitals or blanks differ{more}",)
