"""Files -> reviews: texts, their ratings on one scale, and what was left out.

A row is used if it has a text and a rating on the scale; any other is skipped
and counted under the first of four reasons that applies. The order of the rows is
kept, and so are duplicates, which are counted.
"""

import hashlib
import os
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

import numpy as np
import polars as pl
from numpy.typing import NDArray

from lstm_cli.data.columns import find_rating_column, find_text_column
from lstm_cli.data.options import DETECT_ALL, ReadOptions
from lstm_cli.data.scale import Scale, check_maxima, find_scale, label, parse_maximum, parse_rating
from lstm_cli.data.showing import count, show_cell, show_source
from lstm_cli.data.tables import Table, open_table
from lstm_cli.data.texts import as_strings, asked_column
from lstm_cli.errors import FileError, Remedy, RowError, ScaleError

NO_TEXT = "no text"
NO_RATING = "no rating"
NOT_UNDERSTOOD = "rating not understood"
OFF_THE_SCALE = "rating off the scale"
REASONS = (NO_TEXT, NO_RATING, NOT_UNDERSTOOD, OFF_THE_SCALE)
LINES_SHOWN = 5

# What is written where there is no rating, by people and by programs.
_MISSING = frozenset({"", "nan", "null", "none", "na", "n/a", "#n/a", "nil", "-", "?", "\\n"})
_USABLE, _NO_TEXT, _NO_RATING, _NOT_UNDERSTOOD, _OFF_THE_SCALE = range(5)


@dataclass(frozen=True)
class Source:
    """One file that was read, and how."""

    name: str
    form: str  # the name of its format
    delimiter: str | None
    encoding: str | None
    text_column: str
    rating_column: str
    rows: int
    notes: tuple[str, ...] = ()


@dataclass(frozen=True)
class Skipped:
    """Rows that cannot be used, for one reason."""

    reason: str  # one of REASONS
    count: int
    first_lines: tuple[str, ...]  # up to five: "3", or "file.csv:3" where several files are read


@dataclass(frozen=True)
class Reviews:
    """Reviews with their ratings, N of them, in the order of the files."""

    texts: list[str]
    ratings: NDArray[np.float64]  # (N,): as the files have them
    rating_indices: NDArray[np.int64]  # (N,): places on the scale; -1 for a rating not on it
    scale: Scale
    sources: tuple[Source, ...]
    skipped: tuple[Skipped, ...]
    duplicates: int  # rows whose text and rating are those of an earlier row
    conflicts: int  # texts that occur with more than one rating
    fingerprint: str  # sha256 of texts and ratings: the same in any format
    lines: NDArray[np.int64]  # (N,): where each begins in its file
    file_of: NDArray[np.int64]  # (N,): the place of that file in ``sources``
    unseen_ratings: dict[str, int] = field(default_factory=dict)  # not on the scale given

    def __len__(self) -> int:
        return len(self.ratings)

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
            sources=self.sources,
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
    sources: tuple[Source, ...]
    skipped: tuple[Skipped, ...]
    duplicates: int
    conflicts: int
    fingerprint: str

    def __len__(self) -> int:
        return self.num_reviews


@dataclass(frozen=True)
class _Rows:
    """The rows of one file, R of them, before it is known which can be used."""

    table: Table  # its first rows; the rest describes the whole file
    source: Source
    texts: list[str | None]
    hashes: pl.Series  # (R,): of the texts, equal for equal texts
    cells: pl.Series  # (R,): the ratings as the file has them
    ratings: NDArray[np.float64]  # (R,): NaN where there is none
    states: NDArray[np.int8]  # (R,): _USABLE, or why not


def read_reviews(
    sources: Sequence[str],
    options: ReadOptions = DETECT_ALL,
    *,
    strict: bool = False,
    scale: Scale | None = None,
) -> Reviews:
    """Read one or more files of reviews, the ratings of all on one scale.

    Args:
        sources: paths, addresses, or ``-``.
        options: what a person said of them; columns are found by name or contents.
        strict: refuse rows that cannot be used instead of skipping them.
        scale: the scale of a model. Ratings that are not on it are kept, with index -1,
            and counted in ``unseen_ratings``.

    Raises:
        FileError: a file cannot be read, or is named twice.
        ColumnError: a column is absent, or two are equally plausible.
        ScaleError: the ratings form no scale.
        RowError: ``strict``, and some rows cannot be used.
    """
    _refuse_twice(sources)
    files = [_read_rows(source, options) for source in sources]
    names = ", ".join(file.source.name for file in files)
    check_maxima((maximum for file in files for maximum in _maxima(file)), names)
    if scale is None:
        scale = find_scale(_count_ratings(files), names)
        for file in files:
            is_off = (file.states == _USABLE) & ~np.isin(file.ratings, scale.ratings)
            file.states[is_off] = _OFF_THE_SCALE
    skipped = _list_skipped(files)
    if strict and skipped:
        listed = ", ".join(
            f"{reason.count:,} {reason.reason} (line {', '.join(reason.first_lines)}"
            f"{', ...' if reason.count > len(reason.first_lines) else ''})"
            for reason in skipped
        )
        total = count(sum(reason.count for reason in skipped), "row")
        raise RowError(f"{names}: {total} cannot be used: {listed}", Remedy.MEND_OR_SKIP_ROWS)
    return _together(files, scale, skipped)


def _together(files: Sequence[_Rows], scale: Scale, skipped: tuple[Skipped, ...]) -> Reviews:
    """The usable rows of all files as reviews, and what can be said of them together."""
    used = [np.flatnonzero(file.states == _USABLE) for file in files]
    texts = [
        text or ""
        for file in files
        for text, state in zip(file.texts, file.states.tolist(), strict=True)
        if state == _USABLE
    ]
    ratings = np.concatenate([file.ratings[rows] for file, rows in zip(files, used, strict=True)])
    places = np.minimum(np.searchsorted(scale.ratings, ratings), len(scale) - 1)
    is_on = np.array(scale.ratings)[places] == ratings
    unseen = Counter(label(rating) for rating in ratings[~is_on])
    hashes = pl.concat([file.hashes.filter(pl.Series(file.states == _USABLE)) for file in files])
    pairs = pl.DataFrame({"text": hashes, "rating": ratings})
    distinct_pairs = pairs.unique()
    by_text = distinct_pairs.group_by("text").len()
    return Reviews(
        texts=texts,
        ratings=ratings,
        rating_indices=np.where(is_on, places, -1).astype(np.int64),
        scale=scale,
        sources=_with_ranges(files),
        skipped=skipped,
        duplicates=len(pairs) - len(distinct_pairs),
        conflicts=int((by_text["len"] > 1).sum()),
        fingerprint=_fingerprint(texts, ratings),
        lines=np.concatenate(
            [file.table.line_numbers(rows) for file, rows in zip(files, used, strict=True)]
        ),
        file_of=np.repeat(np.arange(len(files)), [len(rows) for rows in used]),
        unseen_ratings=dict(sorted(unseen.items(), key=lambda item: float(item[0]))),
    )


def named(reviews: Reviews, name: str) -> Reviews:
    """The same reviews, with one name that says more to a person than the files' own."""
    return replace(reviews, sources=tuple(replace(source, name=name) for source in reviews.sources))


def _refuse_twice(sources: Sequence[str]) -> None:
    seen: set[str] = set()
    for source in sources:
        is_path = source != "-" and "://" not in source and "\0" not in source
        place = os.path.realpath(source) if is_path else source
        if place in seen:
            raise FileError(f"{show_source(source)} is named twice; name every file once")
        seen.add(place)


def _read_rows(source: str, options: ReadOptions) -> _Rows:
    # By windows: the texts are in memory once, and no other column is.
    with open_table(source, options) as opened:
        table = opened.head
        text_name = find_text_column(table, asked_column(options))
        rating_name = find_rating_column(table, text_name, options.rating_column)
        texts: list[str | None] = []
        hashes, parts, filled = [], [], []
        for frame in opened.windows:
            column = as_strings(frame[text_name])
            texts += column.to_list()
            hashes.append(column.hash())
            filled.append((column.str.strip_chars() != "").fill_null(False))
            parts.append(frame[rating_name])
    cells = pl.concat(parts)
    if not cells.dtype.is_numeric():
        cells = as_strings(cells)
    elif cells.dtype == pl.Float32:  # 4.2 in single precision is 4.199999809 in double
        cells = cells.cast(pl.Float64).round(6)
    # A rating is parsed once, however many rows have it.
    kinds = cells.unique().to_list()
    parsed = {kind: parse_rating(kind) for kind in kinds}
    ratings = cells.replace_strict(
        list(parsed), list(parsed.values()), default=None, return_dtype=pl.Float64
    )
    missing = [kind for kind in kinds if kind is None or _is_missing(kind)]
    has_text = pl.concat(filled).to_numpy()
    is_missing = cells.is_in(missing, nulls_equal=True).to_numpy()
    states = np.full(len(texts), _USABLE, dtype=np.int8)
    states[ratings.is_null().to_numpy()] = _NOT_UNDERSTOOD
    states[is_missing] = _NO_RATING
    states[~has_text] = _NO_TEXT
    origin = Source(
        table.source, table.form, table.delimiter, table.encoding, text_name, rating_name,
        len(texts), table.notes,
    )  # fmt: skip
    rows = _Rows(
        table,
        origin,
        texts,
        pl.concat(hashes),
        cells,
        ratings.fill_null(float("nan")).to_numpy(),
        states,
    )
    _refuse_words(rows)
    return rows


def _is_missing(cell: object) -> bool:
    """Whether a cell says that there is no rating.

    >>> _is_missing(" N/A "), _is_missing(float("nan")), _is_missing("good")
    (True, True, False)
    """
    return str(cell).strip().casefold() in _MISSING


def _refuse_words(rows: _Rows) -> None:
    """Refuse a column in which most ratings are not numbers."""
    cells = rows.cells
    not_understood = rows.states == _NOT_UNDERSTOOD
    usable = int((rows.states == _USABLE).sum())
    if not_understood.sum() > usable:
        by_kind = cells.filter(pl.Series(not_understood)).value_counts(sort=True)
        # Ties by spelling: the same file always gives the same message.
        examples = by_kind.sort(["count", cells.name], descending=[True, False])[cells.name]
        shown = ", ".join(show_cell(cell) for cell in examples.head(3))
        raise ScaleError(
            f"{rows.source.name}: ratings must be numbers, but column "
            f"{show_cell(cells.name)} holds {shown}",
            Remedy.WRITE_NUMBERS,
        )


def _maxima(rows: _Rows) -> set[float]:
    """What the ratings of a file are out of, where they say."""
    if rows.cells.dtype.is_numeric():
        return set()
    kinds = rows.cells.filter(pl.Series(rows.states == _USABLE)).unique()
    maxima = (parse_maximum(kind) for kind in kinds)
    return {maximum for maximum in maxima if maximum is not None}


def _count_ratings(files: Sequence[_Rows]) -> dict[float, int]:
    ratings = np.concatenate([file.ratings[file.states == _USABLE] for file in files])
    values, counts = np.unique(ratings, return_counts=True)
    return dict(zip(values.tolist(), counts.tolist(), strict=True))


def _with_ranges(files: Sequence[_Rows]) -> tuple[Source, ...]:
    """The sources; where their highest or lowest ratings differ, each with a note of its range."""
    ranges = []
    for file in files:
        usable = file.ratings[file.states == _USABLE]
        ranges.append((label(usable.min()), label(usable.max())) if len(usable) else None)
    if len(set(filter(None, ranges))) < 2:
        return tuple(file.source for file in files)
    return tuple(
        replace(
            file.source,
            notes=(
                *file.source.notes,
                f"ratings {limits[0]} to {limits[1]}, unlike the other files: is it one scale?",
            ),
        )
        if limits
        else file.source
        for file, limits in zip(files, ranges, strict=True)
    )


def _list_skipped(files: Sequence[_Rows]) -> tuple[Skipped, ...]:
    """By reason: how many rows, and the lines of the first of them."""
    listed = []
    for state, reason in enumerate(REASONS, start=_NO_TEXT):
        number = 0
        lines: list[str] = []
        for file in files:
            rows = np.flatnonzero(file.states == state)
            number += len(rows)
            prefix = f"{file.source.name}:" if len(files) > 1 else ""
            first = file.table.line_numbers(rows[: LINES_SHOWN - len(lines)])
            lines += [f"{prefix}{line}" for line in first]
        if number:
            listed.append(Skipped(reason, number, tuple(lines)))
    return tuple(listed)


def _fingerprint(texts: Sequence[str], ratings: NDArray[np.float64]) -> str:
    """The same for the same reviews in the same order; lengths keep neighbours apart."""
    digest = hashlib.sha256()
    labels = {rating: label(rating) for rating in np.unique(ratings).tolist()}
    for text, rating in zip(texts, ratings.tolist(), strict=True):
        data = text.encode()
        digest.update(f"{len(data)} {labels[rating]} ".encode() + data)
    return digest.hexdigest()
