"""Files -> reviews: texts, their ratings on one scale, and what was left out.

A row is used if it has a text and a rating on the scale; any other is skipped
and counted under the first of four reasons that applies. The order of the rows is
kept, and so are duplicates, which are counted.
"""

import hashlib
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np
import polars as pl
from numpy.typing import NDArray

from lstm_cli.data.chosen import as_in_another, choose_rating_column, choose_text_columns
from lstm_cli.data.kept import KeptRows
from lstm_cli.data.nested import column_at
from lstm_cli.data.options import DETECT_ALL, ReadOptions
from lstm_cli.data.ratings.rated import NO_TEXT, USABLE, Rated, RatedColumn, RatingColumn
from lstm_cli.data.ratings.ratings import read_ratings
from lstm_cli.data.ratings.scale import Scale
from lstm_cli.data.said_sources import Source, as_said
from lstm_cli.data.showing import count, list_sources, show_source
from lstm_cli.data.sources.patterns import list_all
from lstm_cli.data.spilled import TextStore, in_windows, select
from lstm_cli.data.tables import Table, open_table
from lstm_cli.data.texts import as_strings, text_at
from lstm_cli.errors import Remedy, RowError

# In the order of the states in ``rated.py``, from NO_TEXT on.
REASONS = ("no text", "no rating", "rating not understood", "rating off the scale")
LINES_SHOWN = 5
ROWS_HASHED = 1000  # at once: a call for each takes longer than the hashing


@dataclass(frozen=True)
class Skipped:
    """Rows that cannot be used, for one reason."""

    reason: str  # one of REASONS
    count: int
    first_lines: tuple[str, ...]  # up to five: "3", or "file.csv:3" where several files are read


@dataclass(frozen=True)
class Reviews:
    """Reviews with their ratings, N of them, in the order of the files."""

    texts: Sequence[str]  # a list, or in a file where they are many
    ratings: NDArray[np.float64]  # (N,): as the files have them
    rating_indices: NDArray[np.int64]  # (N,): places on the scale; -1 for a rating not on it
    scale: Scale
    sources: tuple[Source, ...]
    skipped: tuple[Skipped, ...]
    duplicates: int  # rows whose text and rating are those of an earlier row
    conflicts: int  # texts that occur with more than one rating
    fingerprint: str  # sha256 of texts and ratings: the same in any format
    lines: NDArray[np.int64]  # (N,): where each begins in its file
    file_of: NDArray[np.int32]  # (N,): the place of that file in ``sources``
    occurring: Scale  # the scale, and all ratings that are not on it
    unseen_ratings: dict[str, int] = field(default_factory=dict)  # not on the scale given

    def __len__(self) -> int:
        return len(self.ratings)

    def drawn(self, number: int, seed: int) -> "Reviews":
        """So many at random, in their order, and two of each rating: one may be held out.

        What is said of the files is still said of all.
        """
        order = np.random.default_rng(seed).permutation(len(self))
        of_each = (order[self.rating_indices[order] == k][:2] for k in range(len(self.scale)))
        places = np.unique(np.concatenate([order[:number], *of_each]))
        return replace(
            self,
            texts=select(self.texts, places),
            ratings=self.ratings[places],
            rating_indices=self.rating_indices[places],
            lines=self.lines[places],
            file_of=self.file_of[places],
        )

    def line_of(self, review: int) -> str:
        """Where a review stands: "3", or "file.csv:3" where several files were read."""
        source = self.sources[self.file_of[review]].name
        return (
            f"{source}:{self.lines[review]}" if len(self.sources) > 1 else str(self.lines[review])
        )

    def summary(self) -> "ReviewsSummary":
        """What can be said of them without their texts."""
        counts = np.bincount(
            self.rating_indices[self.rating_indices >= 0], minlength=len(self.scale)
        )
        return ReviewsSummary(
            num_reviews=len(self),
            counts=tuple(counts.tolist()),
            scale=self.scale,
            sources=as_said(self.sources),
            skipped=self.skipped,
            duplicates=self.duplicates,
            conflicts=self.conflicts,
            fingerprint=self.fingerprint,
        )


@dataclass(frozen=True)
class ReviewsSummary:
    """Reviews without their texts: a million of those are half a gigabyte."""

    num_reviews: int
    counts: tuple[int, ...]  # of each rating of the scale
    scale: Scale
    sources: tuple[Source, ...]  # those of a folder or a pattern as one
    skipped: tuple[Skipped, ...]
    duplicates: int
    conflicts: int
    fingerprint: str

    def __len__(self) -> int:
        return self.num_reviews


@dataclass(frozen=True)
class _Rows:
    """The rows of one file, R of them, before it is known which can be used."""

    table: Table  # without its rows; the rest describes the whole file
    source: Source
    first: int  # its rows in the store of texts begin here
    hashes: NDArray[np.uint64]  # (R,): of the texts, equal for equal texts
    ratings: RatingColumn


def read_reviews(
    sources: Sequence[str],
    options: ReadOptions = DETECT_ALL,
    *,
    strict: bool = False,
    scale: Scale | None = None,
    keep: KeptRows | None = None,
) -> Reviews:
    """Read one or more files of reviews, the ratings of all on one scale.

    Args:
        sources: paths, folders, patterns, addresses, or ``-``.
        options: what a person said of them; columns are found by name or contents.
        strict: refuse rows that cannot be used instead of skipping them.
        scale: the scale of a model. Ratings that are not on it are kept, with index -1,
            and counted in ``unseen_ratings``.
        keep: where the rows go, with all their columns; of one file.

    Raises:
        FileError: a file cannot be read, or is named twice.
        ColumnError: a column is absent, or two are equally plausible.
        ScaleError: the ratings form no scale.
        RowError: ``strict``, and some rows cannot be used.
    """
    texts = TextStore()
    files = list(_read_files(sources, options, texts, keep))
    names = list_sources([file.source.name for file in files])
    rated = read_ratings([file.ratings for file in files], options, scale)
    skipped = _list_skipped(files, rated.columns)
    if strict and skipped:
        listed = ", ".join(
            f"{reason.count:,} {reason.reason} (line {', '.join(reason.first_lines)}"
            f"{', ...' if reason.count > len(reason.first_lines) else ''})"
            for reason in skipped
        )
        total = count(sum(reason.count for reason in skipped), "row")
        raise RowError(f"{names}: {total} cannot be used: {listed}", Remedy.MEND_OR_SKIP_ROWS)
    return _together(files, texts, rated, skipped)


def _together(
    files: Sequence[_Rows], store: TextStore, rated: Rated, skipped: tuple[Skipped, ...]
) -> Reviews:
    """The usable rows of all files as reviews, and what can be said of them together."""
    used = [np.flatnonzero(column.states == USABLE) for column in rated.columns]
    texts = store.chosen(
        np.concatenate([rows + file.first for file, rows in zip(files, used, strict=True)])
    )
    ratings = np.concatenate([column.usable for column in rated.columns])
    scale, labels = rated.scale, rated.occurring.label_of
    places = np.minimum(np.searchsorted(scale.ratings, ratings), len(scale) - 1)
    is_on = np.array(scale.ratings)[places] == ratings
    unseen = Counter(ratings[~is_on].tolist())
    hashes = np.concatenate([file.hashes[rows] for file, rows in zip(files, used, strict=True)])
    duplicates, conflicts = _repeated(hashes, ratings)
    return Reviews(
        texts=texts,
        ratings=ratings,
        rating_indices=np.where(is_on, places, -1).astype(np.int64),
        scale=scale,
        sources=_with_notes(files, rated),
        skipped=skipped,
        duplicates=duplicates,
        conflicts=conflicts,
        fingerprint=_fingerprint(texts, ratings, labels),
        lines=np.concatenate(
            [file.table.line_numbers(rows) for file, rows in zip(files, used, strict=True)]
        ),
        file_of=np.repeat(np.arange(len(files), dtype=np.int32), [len(rows) for rows in used]),
        occurring=rated.occurring,
        unseen_ratings={labels[rating]: unseen[rating] for rating in sorted(unseen)},
    )


def _repeated(hashes: NDArray[np.uint64], ratings: NDArray[np.float64]) -> tuple[int, int]:
    """How many rows repeat an earlier one, and how many texts have several ratings.

    By sorting: tables of hashes take much more memory, which polars does not return.

    >>> _repeated(np.array([7, 8, 7, 7, 9], np.uint64), np.array([1.0, 1.0, 1.0, 2.0, 5.0]))
    (1, 1)

    Args:
        hashes: of the texts. (N,)
        ratings: beside them. (N,)
    """
    ordered = np.sort(hashes)
    again = np.unique(ordered[1:][ordered[1:] == ordered[:-1]])  # (A,): hashes of several rows
    if not len(again):
        return 0, 0
    text = np.minimum(np.searchsorted(again, hashes), len(again) - 1)
    rows = np.flatnonzero(again[text] == hashes)
    kinds, rating = np.unique(ratings[rows], return_inverse=True)
    distinct = np.unique(text[rows] * len(kinds) + rating)
    several = np.bincount(distinct // len(kinds)) > 1
    return len(rows) - len(distinct), int(several.sum())


def named(reviews: Reviews, name: str) -> Reviews:
    """The same reviews, with one name that says more to a person than the files' own."""
    return replace(reviews, sources=tuple(replace(source, name=name) for source in reviews.sources))


def chosen(reviews: Reviews, places: NDArray[np.int64]) -> Reviews:
    """Some of the reviews, in the order asked for; of the files, all is said as before.

    Args:
        reviews: those of some files.
        places: of the reviews that stay. (K,)
    """
    texts, ratings = select(reviews.texts, places), reviews.ratings[places]
    is_on = reviews.rating_indices[places] >= 0
    labels = reviews.occurring.label_of
    unseen = Counter(labels[rating] for rating in ratings[~is_on].tolist())
    hashes = np.concatenate([window.hash().to_numpy() for window in in_windows(texts)])
    duplicates, conflicts = _repeated(hashes, ratings)
    return replace(
        reviews,
        texts=texts,
        ratings=ratings,
        rating_indices=reviews.rating_indices[places],
        duplicates=duplicates,
        conflicts=conflicts,
        fingerprint=_fingerprint(texts, ratings, labels),
        lines=reviews.lines[places],
        file_of=reviews.file_of[places],
        unseen_ratings={label: unseen[label] for label in reviews.unseen_ratings if unseen[label]},
    )


def _read_files(
    sources: Sequence[str], options: ReadOptions, texts: TextStore, keep: KeptRows | None
) -> Iterator[_Rows]:
    """The rows of all files; those of a folder or a pattern by the columns of its first."""
    for listing in list_all(sources):
        if listing.is_single:
            yield _read_rows(listing.source, options, texts, keep)
            continue

        def read(name: str, first: _Rows | None) -> _Rows:
            return _read_rows(name, options, texts, keep, None if first is None else first.source)

        found, notes = listing.read_each(read)
        pattern = show_source(listing.source)
        for rows in found:
            origin = replace(rows.source, pattern=pattern, pattern_notes=notes)
            yield replace(rows, source=origin)


def _read_rows(
    source: str,
    options: ReadOptions,
    store: TextStore,
    keep: KeptRows | None = None,
    like: Source | None = None,
) -> _Rows:
    # By windows: no column is in memory but what is needed of it.
    first = len(store)
    with open_table(source, options) as opened:
        table = opened.head
        if like is not None:
            options = as_in_another(table, options, like.text_columns, like.rating_column)
        text_columns = choose_text_columns(table, options)
        rating = choose_rating_column(table, text_columns.names, options)
        hashes, parts, filled = [], [], []
        if keep is not None:
            keep.begin(table, text_columns.names)
        table = replace(table, frame=table.frame.clear())
        for frame in opened.windows:
            if keep is not None:
                keep.add(frame)
            column = text_at(frame, text_columns.names)
            store.add(column)
            hashes.append(column.hash().to_numpy())
            filled.append(column.is_not_null())
            parts.append(column_at(frame, rating.name))
    cells = pl.concat(parts)
    if not cells.dtype.is_numeric():
        cells = as_strings(cells)
    elif cells.dtype == pl.Float32:  # 4.2 in single precision is 4.199999809 in double
        cells = cells.cast(pl.Float64).round(6)
    notes = (*table.notes, *text_columns.notes, *rating.notes)
    origin = Source(
        table.source, table.form, table.delimiter, table.encoding, text_columns.names,
        rating.name, len(store) - first, notes,
    )  # fmt: skip
    has_text = pl.concat(filled).to_numpy()
    ratings = RatingColumn(table.source, rating.name, cells, has_text)
    return _Rows(table, origin, first, np.concatenate(hashes), ratings)


def _with_notes(files: Sequence[_Rows], rated: Rated) -> tuple[Source, ...]:
    """The sources with what is to be said of their ratings; where ranges differ, that too."""
    ranges = _ranges(files, rated)
    labels = rated.occurring.label_of
    are_alike = len(set(ranges.values())) < 2
    sources = []
    for place, (file, column) in enumerate(zip(files, rated.columns, strict=True)):
        notes = (*file.source.notes, *column.notes)
        limits = ranges.get(file.source.pattern or place)
        if limits and not are_alike:
            shown = f"ratings {labels[limits[0]]} to {labels[limits[1]]}"
            notes += (f"{shown}, unlike the other files: is it one scale?",)
        sources.append(replace(file.source, notes=notes))
    return tuple(sources)


def _ranges(files: Sequence[_Rows], rated: Rated) -> dict[str | int, tuple[float, float]]:
    """The lowest and the highest rating of each file; of a folder or a pattern, of all its files.

    Where it is sorted, its files are of different ratings, and nothing is wrong.
    """
    ranges: dict[str | int, tuple[float, float]] = {}
    for place, (file, column) in enumerate(zip(files, rated.columns, strict=True)):
        usable = column.usable
        if len(usable):
            named = file.source.pattern or place
            low, high = ranges.get(named, (np.inf, -np.inf))
            ranges[named] = min(low, float(usable.min())), max(high, float(usable.max()))
    return ranges


def _list_skipped(files: Sequence[_Rows], rated: Sequence[RatedColumn]) -> tuple[Skipped, ...]:
    """By reason: how many rows, and the lines of the first of them."""
    listed = []
    for state, reason in enumerate(REASONS, start=NO_TEXT):
        number = 0
        lines: list[str] = []
        for file, column in zip(files, rated, strict=True):
            rows = np.flatnonzero(column.states == state)
            number += len(rows)
            prefix = f"{file.source.name}:" if len(files) > 1 else ""
            first = file.table.line_numbers(rows[: LINES_SHOWN - len(lines)])
            lines += [f"{prefix}{line}" for line in first]
        if number:
            listed.append(Skipped(reason, number, tuple(lines)))
    return tuple(listed)


def _fingerprint(
    texts: Sequence[str], ratings: NDArray[np.float64], labels: Mapping[float, str]
) -> str:
    """The same for the same reviews in the same order; lengths keep neighbours apart."""
    digest = hashlib.sha256()
    for first in range(0, len(texts), ROWS_HASHED):
        rows = slice(first, first + ROWS_HASHED)
        together = "".join(
            f"{len(text) if text.isascii() else len(text.encode())} {labels[rating]} {text}"
            for text, rating in zip(texts[rows], ratings[rows].tolist(), strict=True)
        )
        digest.update(together.encode())
    return digest.hexdigest()
