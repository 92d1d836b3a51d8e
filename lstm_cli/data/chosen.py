"""Which columns of a file are read: those a person named, else those a model learned from, else
those that look like reviews and ratings.
"""

from collections.abc import Collection
from dataclasses import dataclass, replace

from lstm_cli.data.column_names import key, listed
from lstm_cli.data.columns import (
    find_column_of,
    find_headlines,
    find_rating_column,
    find_text_column,
)
from lstm_cli.data.nested import addresses
from lstm_cli.data.options import ReadOptions
from lstm_cli.data.tables import Table
from lstm_cli.errors import ColumnError, Remedy


@dataclass(frozen=True)
class TextColumns:
    """The columns whose texts are read, joined in this order."""

    names: tuple[str, ...]
    notes: tuple[str, ...] = ()


@dataclass(frozen=True)
class RatingName:
    """The column whose ratings are read."""

    name: str
    notes: tuple[str, ...] = ()


def choose_text_columns(table: Table, options: ReadOptions) -> TextColumns:
    """The columns of reviews.

    Raises:
        ColumnError: one is absent, or several are equally plausible.
    """
    if options.text_columns:
        asked = tuple(find_text_column(table, name) for name in options.text_columns)
        if len(set(asked)) < len(asked):
            named = listed(options.text_columns)
            raise ColumnError(f"{table.source}: {named}: name each column of text once")
        return TextColumns(asked)
    learned = tuple(dict.fromkeys(columns.texts for columns in options.learned))
    there = _there(table, learned)
    if len(there) > 1:
        names = " and ".join(map(join_names, there))
        raise ColumnError(
            f"{table.source} has {names}, and the model learned from both",
            Remedy.CHOOSE_TEXT_COLUMN,
        )
    if not there:
        found = find_text_column(table)
        notes = _missed(learned, found) if learned else _joinable(table, found)
        return TextColumns((found,), notes)
    try:
        otherwise = find_text_column(table)
    except ColumnError:
        return TextColumns(there[0])  # only the model knows
    return TextColumns(there[0], _preferred(there[0], otherwise))


def choose_rating_column(
    table: Table, text_columns: Collection[str], options: ReadOptions
) -> RatingName:
    """The column of ratings.

    Raises:
        ColumnError: it is absent, or several are equally plausible.
    """
    if options.rating_column is not None:
        return RatingName(find_rating_column(table, text_columns, options.rating_column))
    if options.labels and (named := find_column_of(table, options.labels, text_columns)):
        return RatingName(named)
    learned = tuple(dict.fromkeys((columns.rating,) for columns in options.learned))
    there = [names for names in _there(table, learned) if names[0] not in text_columns]
    if len(there) > 1:
        names = listed((name for (name,) in there), " and ")
        raise ColumnError(
            f"{table.source} has {names}, and the model learned from both",
            Remedy.CHOOSE_RATING_COLUMN,
        )
    if not there:
        found = find_rating_column(table, text_columns)
        return RatingName(found, _missed(learned, found))
    try:
        otherwise = find_rating_column(table, text_columns)
    except ColumnError:
        return RatingName(there[0][0])
    return RatingName(there[0][0], _preferred(there[0], otherwise))


def as_in_another(
    table: Table, options: ReadOptions, texts: tuple[str, ...], rating: str | None = None
) -> ReadOptions:
    """The columns of another file of the same folder, where this table has them, too.

    Args:
        table: the first rows.
        options: what a person said, which goes before.
        texts: the columns of reviews of the other file.
        rating: its column of ratings, if any is read.
    """
    if not {*texts, *filter(None, [rating])} <= set(addresses(table.frame)):
        return options
    return replace(
        options,
        text_columns=options.text_columns or texts,
        rating_column=options.rating_column or rating,
    )


def join_names(names: Collection[str]) -> str:
    """Names of columns that are read together, for people.

    >>> join_names(("title", "body")), join_names(("review",))
    ("'title' + 'body'", "'review'")
    """
    return " + ".join(map(repr, names))


def _there(table: Table, learned: tuple[tuple[str, ...], ...]) -> list[tuple[str, ...]]:
    """What a model learned from, as far as the file has it."""
    names = addresses(table.frame)
    found = (tuple(_spelled_as(name, names) for name in columns) for columns in learned)
    there = [columns for columns in dict.fromkeys(found) if all(columns)]
    # Of title, and title with body, the latter says more.
    return [few for few in there if not any(set(few) < set(many) for many in there)]


def _spelled_as(name: str, names: Collection[str]) -> str:
    """How a file spells the name of a column; "" if it has none of that name, or several."""
    if name in names:
        return name
    alike = [other for other in names if key(other) == key(name)]
    return alike[0] if len(alike) == 1 else ""


def _joinable(table: Table, found: str) -> tuple[str, ...]:
    """That a headline is left unread, which says much in a few words."""
    if (headline := find_headlines(table, found)) is None:
        return ()
    return (f"{headline!r} is not read; name it and {found!r} as columns of text to join them",)


def _preferred(learned: tuple[str, ...], otherwise: str) -> tuple[str, ...]:
    if learned == (otherwise,):
        return ()
    return (
        f"{join_names(learned)} is read because the model learned from it; otherwise it would be "
        f"{otherwise!r}",
    )


def _missed(learned: tuple[tuple[str, ...], ...], found: str) -> tuple[str, ...]:
    if not learned or any(key(found) == key("".join(columns)) for columns in learned):
        return ()
    names = " or ".join(map(join_names, learned))
    return (f"the model learned from {names}, which this file does not have",)
