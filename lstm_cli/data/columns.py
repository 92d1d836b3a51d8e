"""Which column is the review, and which its rating.

Names are trusted before contents. If two names are equally good and both columns
hold what they promise, a person has to choose, and the error says how. Contents
decide where no name does.
"""

import math
import re
import shlex
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from difflib import get_close_matches
from operator import attrgetter
from weakref import WeakKeyDictionary

import numpy as np
import polars as pl

from lstm_cli.data.column_names import (
    HEADLINES,
    RATING_NAMES,
    RATING_WORDS,
    TEXT_NAMES,
    TEXT_WORDS,
    is_beside,
    is_helper,
    is_question,
    key,
    keys,
    listed,
    may_be_answer,
    promises,
)
from lstm_cli.data.missing import is_missing
from lstm_cli.data.nested import addresses, column_at
from lstm_cli.data.ratings.rating_cells import parse_rating
from lstm_cli.data.ratings.scale import MOST_RATINGS
from lstm_cli.data.ratings.words import Family, find_family, spelled
from lstm_cli.data.tables import Table
from lstm_cli.errors import ColumnError, Remedy

CELLS_LOOKED_AT = 5000
FAR_LONGER = 3.0  # times as many words as another column of a telling name
LONGEST_LABEL = 4  # words of a rating, such as "neither good nor bad"
LONGEST_NAMING = 3  # words in a cell of names, on average
# The beginning of a day or a month: 2025-01, 2025/1/31, 31.01.2025, Jan 2025, 31 January 2025.
_DATE = re.compile(
    r"\s*(?:\d{4}[-/.]\d{1,2}\b|\d{1,2}[-/.]\d{1,2}[-/.]\d{2,4}\b"
    r"|(?:\d{1,2}\.?\s+)?(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*\.?"
    r"(?:\s+\d{1,2},?)?\s+\d{4}\b)",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class _Column:
    """What a column holds, from a sample of it."""

    name: str
    words: float  # in a cell, on average
    numbers: float  # share of filled cells that are ratings or numbers
    distinct: int  # how many different cells make up 95 % of the column
    filled: int
    largest: float = 0.0  # of the ratings or numbers, sign aside
    family: Family | None = None  # of its words, where their order is known
    levels: int = 0  # how many of that family occur
    is_share: bool = False  # fractions from 0 to 1, as a program's confidence in its label
    is_date: bool = False  # days or months, of whatever form
    called: str | None = None  # in the file, where another one is called so and holds other cells

    @property
    def is_text(self) -> bool:
        """Whether it may hold reviews."""
        return self.filled > 0 and self.numbers < 0.5

    @property
    def is_rating(self) -> bool:
        """Whether it may hold ratings."""
        return self.is_label and (self.numbers > 0.5 or self.family is not None)

    @property
    def is_plainly_rating(self) -> bool:
        """Whether it may hold ratings, whatever it is called."""
        return self.is_rating and not (self.family and self.family.needs_name)

    @property
    def may_rate_beside_numbers(self) -> bool:
        """Whether its words are as good a guess as numbers, which may count nights or guests.

        Two words are rather a flag; three or more are a scale.
        """
        return self.is_rating and self.levels > 2 and bool(self.family and self.family.may_judge)

    @property
    def is_label(self) -> bool:
        """Whether it tells a few kinds of reviews apart, in numbers or not."""
        return self.filled > 0 and self.distinct <= MOST_RATINGS

    @property
    def is_plausible(self) -> bool:
        """Whether a person may be asked if it holds ratings: numbers, or a few short labels."""
        is_said_so = self.numbers > 0.5 or (self.is_label and self.words <= LONGEST_LABEL)
        return self.filled > 0 and is_said_so and not (self.is_date or self.is_key)

    @property
    def may_be_answered(self) -> bool:
        """Whether it may hold texts that somebody answers, whatever it is called.

        Questions, places and things that are reviewed come again and again.
        """
        is_written = self.words > LONGEST_NAMING and 2 * self.distinct > self.filled
        is_beside = self.is_date or is_helper(self.name) or is_question(self.name)
        is_other = is_beside or may_be_answer(self.name) or self.is_plainly_rating
        return self.is_text and is_written and not is_other

    @property
    def is_key(self) -> bool:
        """Whether it has a different value on almost every row, as row numbers do."""
        return self.filled >= 8 and self.distinct > 0.9 * self.filled


# The texts and the ratings of a table are looked for one after the other.
_SEEN: WeakKeyDictionary[Table, Mapping[str, _Column]] = WeakKeyDictionary()


def find_text_column(table: Table, asked: str | None = None) -> str:
    """The column of reviews.

    Args:
        table: the file as it was read.
        asked: the column a person named.

    Raises:
        ColumnError: it is absent, or two columns are equally plausible.
    """
    names = addresses(table.frame)
    if asked is not None:
        return find_column_named(table, asked, Remedy.CORRECT_TEXT_COLUMN)
    if len(names) == 1:
        return names[0]
    columns = list(_described(table).values())
    texts = [column for column in columns if column.is_text]
    for group in TEXT_NAMES:
        named = _named(texts, group)
        if named:
            return _longest_named(table, named, texts)
    promising = [c for c in texts if promises(c.name, TEXT_WORDS)]
    if promising:
        return _longest_named(table, promising, texts)
    others = [c for c in texts if not is_helper(c.name) and not c.is_plainly_rating]
    if others:
        return _longest(table, others, factor=2.0)
    empty = [c for c in columns if not c.filled and key(c.name) in TEXT_NAMES[0]]
    if len(empty) == 1:
        return empty[0].name  # that no row has a text is reported later
    raise ColumnError(
        f"{table.source}: no column looks like reviews", Remedy.NAME_TEXT_COLUMN, listed(names)
    )


def find_headlines(table: Table, text_column: str) -> str | None:
    """The column of headlines beside the one of reviews, if there is one, and one only.

    Of the titles of what is reviewed, many rows have the same.
    """
    named = [
        column.name
        for name, column in _described(table).items()
        if key(name) in HEADLINES and name != text_column
        if column.is_text and column.words > 1 and column.distinct > column.filled / 2
    ]
    return named[0] if len(named) == 1 else None


def find_rating_column(
    table: Table, text_columns: Collection[str], asked: str | None = None
) -> str:
    """The column of ratings.

    Args:
        table: the file as it was read.
        text_columns: those of reviews, which are not considered.
        asked: the column a person named.

    Raises:
        ColumnError: it is absent, or two columns are equally plausible.
    """
    if asked is not None:
        return find_column_named(table, asked, Remedy.CORRECT_RATING_COLUMN)
    columns = [c for name, c in _described(table).items() if name not in text_columns]
    # A rating inside the same object as the text is that of the text.
    inside = [c for c in columns if any(_are_together(c.name, text) for text in text_columns)]
    # A label beside a confidence is the rating.
    without_shares = [column for column in columns if not column.is_share]
    for some in (inside, without_shares, columns):
        for choice in _rating_choices(some, are_named_only=some is inside):
            if choice:
                return _only(table, choice)
    plausible = [column.name for column in columns if column.is_plausible]
    problem = f"{table.source}: no column looks like ratings"
    # A person who has rated nothing yet, or another column than that which the name promises.
    empty = [c for group in RATING_NAMES for c in _named(columns, group) if not c.filled]
    if empty:
        problem += f", for {listed([empty[0].name])} is empty"
    if not plausible:
        raise ColumnError(f"{problem}, nor could one hold them", Remedy.RATE_INSTEAD)
    raise ColumnError(
        problem,
        Remedy.NAME_RATING_COLUMN,
        listed(plausible),
    )


def find_column_of(table: Table, labels: Collection[str], but: Collection[str]) -> str | None:
    """The only column most of whose cells are some labels; None if there is none, or several.

    Args:
        table: the file as it was read.
        labels: what a person says the ratings are called.
        but: columns that are not considered.
    """
    wanted = {spelled(label) for label in labels}
    found = []
    for name in addresses(table.frame):
        if name not in but and not column_at(table.frame, name).dtype.is_nested():
            cells = column_at(table.frame, name).drop_nulls().cast(pl.String).head(CELLS_LOOKED_AT)
            known = sum(spelled(cell) in wanted for cell in cells)
            found += [name] if 2 * known > len(cells) else []
    return found[0] if len(found) == 1 else None


def _are_together(name: str, text: str) -> bool:
    parent, dot, _ = text.rpartition(".")
    return bool(dot) and name.rpartition(".")[0] == parent


def _rating_choices(
    columns: Sequence[_Column], *, are_named_only: bool
) -> Iterator[Sequence[_Column]]:
    """Columns that may be the ratings, the likeliest first."""
    for group in RATING_NAMES:
        yield _named([column for column in columns if column.is_rating], group)
        # A column of the right name is a better guess than one of a weaker name; what is wrong
        # with its cells is reported later.
        yield _named([c for c in columns if c.is_label or c.numbers > 0.5], group)
    if are_named_only:
        return
    yield [c for c in columns if c.is_rating and promises(c.name, RATING_WORDS)]
    # Where the name says nothing: no years, no row numbers.
    others = [
        c
        for c in columns
        if c.name.strip() and not is_helper(c.name) and not c.is_key and c.largest <= 100
    ]
    has_numbers = any(c.is_plainly_rating and c.numbers > 0.5 for c in others)
    yield [c for c in others if c.is_plainly_rating or (has_numbers and c.may_rate_beside_numbers)]


def _described(table: Table) -> Mapping[str, _Column]:
    """What each column holds, by its name; looked at once."""
    if table not in _SEEN:
        frame = table.frame
        found = {name: _describe(column_at(frame, name)) for name in addresses(frame)}
        for name, called in table.renamed.items():
            if name in found and not _is_copy(frame, name, called):
                found[name] = replace(found[name], called=called)
        _SEEN[table] = found
    return _SEEN[table]


def _is_copy(frame: pl.DataFrame, name: str, first: str) -> bool:
    """Whether a column says nothing that the first one of its name does not say."""
    cells, others = frame[name].cast(pl.String), frame[first].cast(pl.String)
    is_empty = cells.fill_null("").str.strip_chars() == ""
    return bool((is_empty | cells.eq_missing(others)).all())


def _describe(column: pl.Series) -> _Column:
    filled = column.drop_nulls()
    if isinstance(filled.dtype, pl.List) and filled.dtype.inner == pl.String:
        filled = filled.list.join(" ", ignore_nulls=True)
    if filled.dtype.is_nested() or filled.dtype.is_temporal() or filled.dtype == pl.Binary:
        return _Column(column.name, 0.0, 1.0, MOST_RATINGS + 1, len(filled))
    cells = filled.gather_every(max(1, len(filled) // CELLS_LOOKED_AT)).cast(pl.String)
    cells = cells.filter(cells.str.strip_chars() != "")
    if cells.is_empty():
        return _Column(column.name, 0.0, 0.0, 0, 0)
    words = cells.str.count_matches(r"\S+").mean()
    by_kind = cells.alias("cell").value_counts(sort=True, name="rows")
    counts, kinds = by_kind["rows"].to_numpy(), by_kind["cell"].to_list()
    parsed = [parse_rating(cell) for cell in kinds]
    is_number = np.array([rating is not None for rating in parsed])
    largest = max((abs(rating) for rating in parsed if rating is not None), default=0.0)
    numbers = float(counts[is_number].sum()) / len(cells)
    distinct = int(np.searchsorted(np.cumsum(counts), 0.95 * len(cells))) + 1
    average = float(words) if isinstance(words, int | float) else 0.0
    family, levels = None, 0
    if numbers < 0.5 and distinct <= MOST_RATINGS:
        said = {cell: int(n) for cell, n in zip(kinds, counts, strict=True) if not is_missing(cell)}
        family = find_family(said)
        levels = len({family.level(word) for word in said} - {None}) if family else 0
    fractions = sum(counts[k] for k, rating in enumerate(parsed) if rating and rating % 1)
    is_share = largest <= 1 and 2 * fractions > len(cells)
    dates = sum(counts[k] for k, cell in enumerate(kinds) if _DATE.match(cell))
    is_date = 2 * dates > len(cells)
    return _Column(
        name=column.name,
        words=average,
        numbers=numbers,
        distinct=distinct,
        filled=len(cells),
        largest=largest,
        family=family,
        levels=levels,
        is_share=is_share,
        is_date=is_date,
    )


def _named(columns: Sequence[_Column], group: Collection[str]) -> list[_Column]:
    """The columns of some names; the outermost of them, and those beside the reviews last."""
    named = [c for c in columns if not keys(c.called or c.name).isdisjoint(group)]
    named = [column for column in named if not is_beside(column.name)] or named
    depth = min((column.name.count(".") for column in named), default=0)
    return [column for column in named if column.name.count(".") == depth]


def _longest_named(table: Table, named: Sequence[_Column], texts: Sequence[_Column]) -> str:
    """The longest column of a telling name, if that does not tell of an answer to another one.

    The response may be what a guest wrote, or what the owner wrote below that.
    """
    if all(may_be_answer(column.name) for column in named):
        longest = max(named, key=attrgetter("words"))
        rival = max((c for c in texts if c.may_be_answered), key=attrgetter("words"), default=None)
        # That the other is longer says nothing: some owners say no more than thanks.
        if rival and longest.words < FAR_LONGER * rival.words:
            both = [column for column in texts if column in (longest, rival)]
            return _longest(table, both, factor=math.inf)
    return _longest(table, named, FAR_LONGER)


def _longest(table: Table, columns: Sequence[_Column], factor: float) -> str:
    """The column with by far the longest cells."""
    if len(columns) == 1:
        return columns[0].name
    first, second, *_ = sorted(columns, key=lambda column: column.words, reverse=True)
    if first.words < factor * second.words:
        # In the order of the file, in which they are likely to be read.
        alike = [column for column in columns if column in (first, second)]
        raise ColumnError(
            f"{table.source}: {_shown(alike)} both look like reviews",
            Remedy.JOIN_TEXT_COLUMNS,
            *(shlex.quote(column.name) for column in alike),
        )
    return first.name


def _only(table: Table, columns: Sequence[_Column]) -> str:
    if len(columns) > 1:
        names = _shown(columns[:4])
        raise ColumnError(
            f"{table.source}: {names} {'all' if len(columns) > 2 else 'both'} look like ratings",
            Remedy.CHOOSE_RATING_COLUMN,
        )
    return columns[0].name


def _shown(columns: Sequence[_Column]) -> str:
    """Columns of which one has to be chosen, by the names to choose them by."""
    return " and ".join(
        listed([column.name]) + (f" (another {listed([column.called])})" if column.called else "")
        for column in columns
    )


def find_column_named(table: Table, asked: str, otherwise: Remedy | None = None) -> str:
    """The column that a person named, however it is spelled.

    Args:
        table: the file as it was read.
        asked: its name.
        otherwise: what to do if there is none.

    Raises:
        ColumnError: there is none, or there are several.
    """
    names = addresses(table.frame)
    for same in (str, str.strip, lambda name: name.strip().casefold(), key):
        matching = [name for name in names if same(name) == same(asked)]
        if len(matching) == 1:
            return matching[0]
    near = get_close_matches(key(asked), [key(name) for name in names], n=1)
    hint = next((name for name in names if near and key(name) == near[0]), None)
    problem = f"{table.source} has no column {listed([asked])}, only {listed(names)}"
    if hint:
        raise ColumnError(f"{problem}; did you mean {listed([hint])}?")
    raise ColumnError(problem, otherwise)
