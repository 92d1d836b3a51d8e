"""Where the table begins in rows of cells: what stands above it, and which row names its columns.

Most files begin with their header. Some begin with a title, the settings of the report
or the groups of the columns, and some have no header at all. The rows below tell these
apart: a header names the columns that they fill, and holds no number where they hold
numbers. A first row that can be the header is the header, unless a row below it has the
names that columns of reviews usually have.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import Enum, auto
from itertools import pairwise

from lstm_cli.data.body import NOTHING, Body, Row, describe_body, fits, is_blank, is_value
from lstm_cli.data.column_names import (
    HELPERS,
    RATING_NAMES,
    RATING_WORDS,
    TEXT_NAMES,
    TEXT_WORDS,
    key,
    words_of,
)
from lstm_cli.data.rating_cells import parse_rating

MOST_SKIPPED = 50  # rows

_TEXTS = frozenset(name for group in TEXT_NAMES for name in group)
_RATINGS = frozenset(name for group in RATING_NAMES for name in group)
_SETTING_WORDS = HELPERS | TEXT_WORDS | RATING_WORDS | {"of", "the"}
_COMMENTS = ("#", "//", "--", "%")
_LONGEST_NAME = 30  # words, in the question of a form
_NEAR = 5  # rows


@dataclass(frozen=True)
class Header:
    """Where a table begins."""

    skipped: int  # rows above the table, blank ones included
    names: tuple[str, ...]  # as they stand, perhaps empty or equal; () without a header
    height: int = 1  # rows of the header: 0 without one, 2 if the names stand in two
    rival: int | None = None  # a row that looks as much like the header: better not to guess

    @property
    def first_row(self) -> int:
        """The first row of data, from 0."""
        return self.skipped + self.height


def find_header(rows: Sequence[Row]) -> Header:
    """Find the row that names the columns.

    Args:
        rows: the first rows of a table, 250 or so, their cells without quotes. A row
            that is blank has no cells, or blank ones only; one at least is not.

    >>> find_header([["review", "rating"], ["good", "5"], ["bad", "1"]])
    Header(skipped=0, names=('review', 'rating'), height=1, rival=None)
    >>> find_header([["I liked it", "5"], ["Not at all", "1"]])
    Header(skipped=0, names=(), height=0, rival=None)
    >>> find_header([["Report"], ["Currency:", "USD"], [], ["id", "review"], ["1", "good"]])
    Header(skipped=3, names=('id', 'review'), height=1, rival=None)
    """
    places = [k for k, row in enumerate(rows) if not is_blank(row)]
    if all(len(_filled(rows[k])) == 1 for k in places):
        return _find_only_name(rows, places)
    first = _header_at(rows, places[0])
    if _is_certain_alone(rows, places[0]):
        return first
    return _find_named(rows, places) or _find_unnamed(rows, places) or first


def has_known_names(row: Row) -> bool:
    """Whether a row has the name of a column of texts and that of one of ratings.

    >>> has_known_names(["id", "Review Text", "STARS"]), has_known_names(["Rating", "all"])
    (True, False)
    """
    names = {key(cell) for cell in row if len(cell) < 60}
    return bool(names & _TEXTS and names & _RATINGS)


def header_of_first(rows: Sequence[Row]) -> Header:
    """The header of rows with nothing above them: the first row, if it is no row of data.

    >>> header_of_first([["I liked it", "5"], ["Not at all", "1"]]).names
    ()
    """
    return Header(0, (), 0) if _is_data(rows) else Header(0, tuple(rows[0]))


def is_phrase(cell: str) -> bool:
    """Longer than most names of columns."""
    return len(cell.split()) >= 2 or len(cell) > 30


def is_sentence(cell: str) -> bool:
    """Longer than any name of a column, and not a question from a form."""
    return len(cell.split()) >= 5 and not cell.rstrip().endswith(("?", ":"))


def _filled(row: Row) -> list[str]:
    return [cell for cell in row if cell.strip()]


# What a row is by itself.


def _is_comment(row: Row) -> bool:
    cell = next(iter(_filled(row)), "").strip()
    return cell.startswith(_COMMENTS) and len(cell) > 1


def _is_setting(row: Row) -> bool:
    """Whether a row is a setting of a report and its value.

    >>> _is_setting(["Currency:", "USD"]), _is_setting(["Total reviews", "120"])
    (True, True)
    >>> _is_setting(["review", "rating"]), _is_setting(["good", "5"])
    (False, False)
    """
    cell, *others = (cell.strip() for cell in _filled(row))
    if cell.endswith(":"):
        return not any(other.endswith(":") for other in others)
    return len(others) == 1 and is_value(others[0]) and words_of(cell) <= _SETTING_WORDS


def _could_name(row: Row) -> bool:
    """Whether a row has nothing that the name of a column has not."""
    cells = _filled(row)
    if len(cells) < 2 or _is_comment(row):
        return False
    return not any(
        is_value(cell.strip()) or cell.strip().casefold() in NOTHING or _is_long(cell)
        for cell in cells
    )


def _is_long(cell: str) -> bool:
    return len(cell.split()) > _LONGEST_NAME


def _count_columns(row: Row) -> int:
    """How many names of a row are ones that texts or ratings have.

    >>> _count_columns(["date", "Review Text", "STARS"])
    2
    """
    return sum(key(cell) in _TEXTS or key(cell) in _RATINGS for cell in row if len(cell) < 60)


def _count_known(row: Row) -> int:
    """How many names of a row are ones that occur beside reviews, or theirs."""
    return sum(
        key(cell) in _TEXTS
        or key(cell) in _RATINGS
        or (len(cell.split()) <= 3 and bool(words_of(cell) & HELPERS))
        for cell in row
        if len(cell) < 60
    )


# The header is the first row, or there is none.


def _header_at(rows: Sequence[Row], place: int) -> Header:
    """The header of a table that begins at some row."""
    header = header_of_first([row for row in rows[place:] if not is_blank(row)])
    if not header.names:
        return Header(place, (), 0)
    if place + 1 < len(rows) and _names_the_rest(rows[place:]):
        return Header(place, _merge(rows[place], rows[place + 1]), 2)
    return Header(place, tuple(rows[place]))


def _is_data(rows: Sequence[Row]) -> bool:
    """Whether the first row is a review: a text, and beside it a rating if there are columns."""
    first = rows[0]
    if len(first) == 1:
        return is_sentence(first[0])
    for place, cell in enumerate(first):
        if parse_rating(cell) is not None:
            below = [row[place] for row in rows[1:] if len(row) == len(first)]
            ratings = sum(parse_rating(cell) is not None for cell in below)
            others = (other for other in first if parse_rating(other) is None)
            if 2 * ratings >= len(below) and any(map(is_phrase, others)):
                return True
    return False


def _names_the_rest(rows: Sequence[Row]) -> bool:
    """Whether the second row goes on with the names of the first, as under merged cells.

    It has names where the first has none, all of them above numbers, and no review.
    """
    upper, lower = rows[:2]
    if len(upper) != len(lower) or not _could_name(lower):
        return False
    named = {k for k, cell in enumerate(lower) if cell.strip()}
    body = describe_body(rows[2:], len(upper))
    is_new = any(not upper[k].strip() for k in named)
    return is_new and named <= body.typed and bool(upper[body.text].strip())


def _merge(upper: Row, lower: Row) -> tuple[str, ...]:
    pairs = zip(upper, lower, strict=True)
    return tuple(below if below.strip() else above for above, below in pairs)


def _is_certain_alone(rows: Sequence[Row], place: int) -> bool:
    """Whether a row has the name of the reviews, that of the ratings, and all others."""
    row = rows[place]
    if len(_filled(row)) < len(row) or not _could_name(row):
        return False
    if not has_known_names(row):
        return False
    below = [len(other) for other in rows[place + 1 :] if not is_blank(other)]
    return 2 * below.count(len(row)) >= len(below)


def _find_only_name(rows: Sequence[Row], places: Sequence[int]) -> Header:
    """The header of a single column: the first row, or a well-known name that is set apart."""
    gaps = sum(place - above > 1 for above, place in pairwise(places))
    for number, (above, place) in enumerate(pairwise(places[: _NEAR + 1]), 1):
        has_gap = place - above > 1 and 3 * gaps < len(places)
        is_set_apart = has_gap or all(_is_comment(rows[k]) for k in places[:number])
        if is_set_apart and key("".join(rows[place])) in _TEXTS:
            return Header(place, tuple(rows[place]))
    return _header_at(rows, places[0])


# The header is below something else.


@dataclass(frozen=True)
class _Candidate:
    """A row that may be the header, judging by the rows below it."""

    place: int
    names: tuple[str, ...]
    height: int
    body: Body

    @property
    def top(self) -> int:
        """The first row of the header."""
        return self.place + 1 - self.height

    @property
    def columns(self) -> int:
        """How many names are ones that texts or ratings have; two are as good as more."""
        return min(_count_columns(self.names), 2)

    @property
    def is_telling(self) -> bool:
        """Whether no row of reviews could have these names by chance."""
        return self.columns > 1 or any(key(self.names[k]) in _RATINGS for k in self.body.typed)

    @property
    def is_certain(self) -> bool:
        """Whether its names alone say that it is a header."""
        if not self.columns or not (self.is_telling or _count_known(self.names) > 1):
            return False
        return self.body.agreeing >= (0.5 if self.columns > 1 else 0.8)

    @property
    def is_likely(self) -> bool:
        """Whether the rows below say so: it has other cells than columns of one kind have."""
        body = self.body
        if body.rows < 2 or body.agreeing < 0.8:
            return False
        names = {k: name.strip() for k, name in enumerate(self.names)}
        return any(names[k] for k in body.typed) or any(
            names[k] and names[k] not in cells for k, cells in body.kinds.items()
        )


def _find_named(rows: Sequence[Row], places: Sequence[int]) -> Header | None:
    """The header below other rows; None if the first row can be the header, or none can."""
    tried = [k for k in places if k - places[0] <= MOST_SKIPPED and _could_name(rows[k])]
    named = (k for k in tried if _count_columns(rows[k]))
    certain = [found for k in named for found in _candidates(rows, k) if found.is_certain]
    # Of equals, max returns the first.
    best = max(certain, key=lambda candidate: candidate.columns, default=None)
    if best is None:
        likely = (found for k in tried for found in _candidates(rows, k) if found.is_likely)
        best = next(likely, None)
    if best is None:
        return None
    if best.height == 1 and best.place + 1 < len(rows) and _names_the_rest(rows[best.place :]):
        names = _merge(rows[best.place], rows[best.place + 1])
        best = _Candidate(best.place + 1, names, 2, best.body)
    above = {k: _judge(rows, k, best) for k in places if k < best.top}
    if _Verdict.HEADER in above.values():
        return None
    rival = next((k for k, verdict in above.items() if verdict is _Verdict.UNCLEAR), None)
    return Header(best.top, best.names, best.height, rival)


def _candidates(rows: Sequence[Row], place: int) -> Iterator[_Candidate]:
    """A row as the header, if it names the columns, alone or together with the one above it."""
    row = tuple(rows[place])
    body = describe_body(rows[place + 1 :], len(row))
    upper = rows[place - 1] if place else ()
    if len(upper) == len(row) and _could_name(upper):
        merged = _merge(upper, row)
        if any(merged[k] != row[k] for k in body.used) and body.is_covered(merged):
            yield _Candidate(place, merged, 2, body)
            return
    if body.is_covered(row):
        yield _Candidate(place, row, 1, body)


class _Verdict(Enum):
    """What a row above a candidate is."""

    ASIDE = auto()  # no part of the table
    HEADER = auto()  # the header, or the first row of a table without one
    UNCLEAR = auto()


def _judge(rows: Sequence[Row], place: int, best: _Candidate) -> _Verdict:
    """What a row above the likeliest header is."""
    row, body = rows[place], best.body
    if _is_setting(row) or (best.is_certain and not _is_as_wide(row, body)):
        return _Verdict.ASIDE
    has_gap = any(map(is_blank, rows[place + 1 : best.top]))
    if not _is_as_wide(row, body):
        if len(_filled(row)) > 1 and _count_columns(row):
            return _Verdict.HEADER
        return _Verdict.UNCLEAR if _is_remark(row) and not has_gap else _Verdict.ASIDE
    if best.is_telling:
        if body.is_like(row):
            return _Verdict.ASIDE if has_gap else _Verdict.UNCLEAR
        return _Verdict.UNCLEAR if _count_columns(row) >= best.columns else _Verdict.ASIDE
    if best.is_certain:  # by the names of what accompanies the reviews
        is_named = _count_known(best.names) == len(_filled(best.names))
        if not is_named or best.top - place > _NEAR or _count_columns(row):
            return _Verdict.HEADER
        return _Verdict.ASIDE if has_gap else _Verdict.UNCLEAR
    if _could_name(row) or body.is_like(row):
        return _Verdict.HEADER
    return _Verdict.UNCLEAR


def _is_as_wide(row: Row, body: Body) -> bool:
    return fits(row, body.width) and body.is_covered(row)


def _is_remark(row: Row) -> bool:
    """Whether a title could as well be a review that has lost its rating."""
    cells = _filled(row)
    return len(cells) == 1 and not _is_comment(row) and cells[0].rstrip().endswith((".", "!", "?"))


def _find_unnamed(rows: Sequence[Row], places: Sequence[int]) -> Header | None:
    """The first row of data below other rows; None if there is nothing above the table."""
    widths = Counter(
        len(rows[k]) for k in places if len(_filled(rows[k])) > 1 and any(map(is_value, rows[k]))
    )
    if not widths:
        return None
    width = widths.most_common(1)[0][0]
    body = describe_body(rows, width)
    first = next((k for k in places if body.is_like(rows[k])), places[0])
    if not 0 < first - places[0] <= MOST_SKIPPED:
        return None
    table = [rows[k] for k in places if k >= first]
    agreeing = sum(fits(row, width) for row in table)
    if len(table) < 2 or agreeing < 0.9 * len(table) or not _is_data(table):
        return None
    for place in places:
        if place >= first:
            break
        row = rows[place]
        has_gap = any(map(is_blank, rows[place + 1 : first]))
        if _is_setting(row) or _is_comment(row):
            continue
        if _is_as_wide(row, body) or (len(_filled(row)) > 1 and not has_gap):
            return None
        is_loss = all(map(is_value, _filled(row)))  # a row that has lost its text
        if is_loss and len(row) == width:
            return None
        if not has_gap and (is_loss or _is_remark(row) or _count_columns(row)):
            return Header(first, (), 0, rival=place)
    return Header(first, (), 0)
