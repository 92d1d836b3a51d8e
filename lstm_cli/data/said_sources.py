"""What is said of the files that were read: those of a folder or a pattern in one line."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from lstm_cli.data.showing import count, list_sources

MOST_NOTES = 10  # of one folder; a thousand files may need a thousand repairs


@dataclass(frozen=True)
class Source:
    """One file that was read, and how."""

    name: str
    form: str  # the name of its format
    delimiter: str | None
    encoding: str | None
    text_columns: tuple[str, ...]  # joined in this order
    rating_column: str
    rows: int
    notes: tuple[str, ...] = ()
    pattern: str | None = None  # the folder or the pattern that stands for it, if one does
    pattern_notes: tuple[str, ...] = ()  # what is to be said of that
    num_files: int = 1  # that are said as one


def as_said(sources: Sequence[Source]) -> tuple[Source, ...]:
    """The files of a folder or a pattern as one, as long as their columns are the same.

    >>> part = Source("a.csv", "csv", ",", "utf-8", ("text",), "stars", 3, pattern="*.csv")
    >>> (both,) = as_said([part, replace(part, name="b.csv", rows=4, notes=("repaired",))])
    >>> both.name, both.num_files, both.rows, both.notes
    ('*.csv', 2, 7, ('b.csv: repaired',))
    """
    groups: dict[object, list[Source]] = {}
    for place, source in enumerate(sources):
        alike: object = place
        if source.pattern is not None:
            alike = (source.pattern, source.text_columns, source.rating_column)
        groups.setdefault(alike, []).append(source)
    return tuple(map(_together, groups.values()))


def names_of(sources: Sequence[Source]) -> str:
    """What was read, for messages."""
    return list_sources([source.name for source in as_said(sources)])


def _together(alike: Sequence[Source]) -> Source:
    first = alike[0]
    if first.pattern is None or first.name == first.pattern:
        return first
    return replace(
        first,
        name=first.pattern,
        rows=sum(source.rows for source in alike),
        notes=(*first.pattern_notes, *_notes(alike)),
        num_files=len(alike),
    )


def _notes(alike: Sequence[Source]) -> tuple[str, ...]:
    """Each note once, with the file or how many files it is about, unless that is all of them."""
    about: dict[str, list[str]] = {}
    for source in alike:
        for note in source.notes:
            about.setdefault(note, []).append(source.name)
    notes = tuple(_note(note, names, len(alike)) for note, names in about.items())
    more = len(notes) - MOST_NOTES
    return notes if more <= 0 else (*notes[:MOST_NOTES], f"and {count(more, 'other note')}")


def _note(note: str, names: Sequence[str], num_files: int) -> str:
    if len(names) == num_files:
        return note
    where = names[0] if len(names) == 1 else count(len(names), "file")
    return f"{where}: {note}"
