"""Where the table begins in rows of cells: what stands above it, and which row names its columns.

Most files begin with their header. Some begin with a title, the settings of the report
or the groups of the columns, and some have no header at all. The rows below tell these
apart: a header names the columns that they fill, and holds no number where they hold
numbers. A first row that can be the header is the header, unless a row below it has the
names that columns of reviews usually have.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from itertools import pairwise

from lstm_cli.data.column_names import ALL_TEXT_NAMES, count_columns, has_known_names, key
from lstm_cli.data.delimited.body import (
    ROWS_LOOKED_AT,
    Row,
    describe_body,
    fits,
    is_blank,
    is_value,
)
from lstm_cli.data.delimited.candidates import (
    Candidate,
    Verdict,
    could_name,
    filled,
    find_candidate,
    is_as_wide,
    is_comment,
    is_prose,
    is_review,
    is_setting,
    judge,
    merge_names,
)
from lstm_cli.data.delimited.first_row import could_be_data, is_data
from lstm_cli.data.delimited.footer import trailing_totals
from lstm_cli.data.delimited.survey_rows import find_survey_names
from lstm_cli.data.showing import show_cell
from lstm_cli.errors import FileError

MOST_SKIPPED = 50  # rows
_NEAR = 5  # rows


@dataclass(frozen=True)
class Header:
    """Where a table begins."""

    skipped: int  # rows above the table, blank ones included
    names: tuple[str, ...]  # as they stand, perhaps empty or equal; () without a header
    height: int = 1  # rows of the header: 0 without one, 2 if the names stand in two
    rival: int | None = None  # a row that looks as much like the header: better not to guess
    # Rows below the names that are no data either, and part of its height.
    aside: int = field(default=0, repr=False)

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
    if len(rows) < ROWS_LOOKED_AT:  # all of a small table, perhaps
        rows = rows[: len(rows) - trailing_totals(rows)]
    places = [k for k, row in enumerate(rows) if not is_blank(row)]
    if survey := _find_survey(rows, places):
        return survey
    if all(len(filled(rows[k])) == 1 for k in places):
        return _find_only_name(rows, places)
    first = _header_at(rows, places[0])
    if is_certain_alone(rows, places[0]):
        return first
    return _find_named(rows, places) or _find_unnamed(rows, places) or first


def cannot_be_told(shown: str, one: str, other: str) -> FileError:
    """The error for a table with a rival of its header.

    Args:
        shown: the file, or its sheet, before a sentence.
        one: the rival, as a person finds it.
        other: the likeliest header.
    """
    return FileError(
        f"{shown} it cannot be told whether the table begins in {one} or in {other}; delete what "
        "stands above the table, and call its columns review and rating"
    )


def header_of_first(rows: Sequence[Row]) -> Header:
    """The header of rows with nothing above them: the first row, if it is no row of data.

    >>> header_of_first([["I liked it", "5"], ["Not at all", "1"]]).names
    ()
    """
    return Header(0, (), 0) if is_data(rows) else Header(0, tuple(rows[0]))


def notes_on_names(
    header: Header, rows: Sequence[Row], numbers: Sequence[int], noun: str = "line"
) -> tuple[str, ...]:
    """What is said of the rows that hold the names of the columns.

    Args:
        header: what was found.
        rows: in which.
        numbers: of the rows of the header, as a person counts them.
        noun: what these are called.

    >>> rows = [["So so"], ["Never again, and I mean it"]]
    >>> notes_on_names(find_header(rows), rows, [1])
    ("line 1 ('So so') is taken for the name of the column",)
    """
    if header.height - header.aside > 1:
        return (f"the names of the columns stand in {noun}s {numbers[0]} and {numbers[1]}",)
    table = [row for row in rows[header.skipped :] if not is_blank(row)]
    if not header.names or header.aside or not could_be_data(table):
        return ()
    shown = show_cell(", ".join(filled(header.names)))
    names = "name of the column" if len(header.names) == 1 else "names of the columns"
    return (f"{noun} {numbers[0]} ({shown}) is taken for the {names}",)


# The header is the first row, or there is none.


def _header_at(rows: Sequence[Row], place: int) -> Header:
    """The header of a table that begins at some row."""
    header = header_of_first([row for row in rows[place:] if not is_blank(row)])
    if not header.names:
        return Header(place, (), 0)
    if place + 1 < len(rows) and _names_the_rest(rows[place:]):
        return Header(place, merge_names(rows[place], rows[place + 1]), 2)
    return Header(place, tuple(rows[place]))


def _names_the_rest(rows: Sequence[Row]) -> bool:
    """Whether the second row goes on with the names of the first, as under merged cells.

    It has names where the first has none, all of them above numbers, and no review.
    """
    upper, lower = rows[:2]
    if len(upper) != len(lower) or not could_name(lower):
        return False
    named = {k for k, cell in enumerate(lower) if cell.strip()}
    body = describe_body(rows[2:], len(upper))
    is_new = any(not upper[k].strip() for k in named)
    return is_new and named <= body.typed and bool(upper[body.text].strip())


def is_certain_alone(rows: Sequence[Row], place: int) -> bool:
    """Whether a row has the name of the reviews, that of the ratings, and all others."""
    row = rows[place]
    if len(filled(row)) < len(row) or not could_name(row):
        return False
    if not has_known_names(row) or find_survey_names(rows, place):
        return False
    below = [len(other) for other in rows[place + 1 :] if not is_blank(other)]
    return 2 * below.count(len(row)) >= len(below)


def _find_only_name(rows: Sequence[Row], places: Sequence[int]) -> Header:
    """The header of a single column: the first row, or a well-known name that is set apart."""
    gaps = sum(place - above > 1 for above, place in pairwise(places))
    for number, (above, place) in enumerate(pairwise(places[: _NEAR + 1]), 1):
        has_gap = place - above > 1 and 3 * gaps < len(places)
        is_set_apart = has_gap or all(is_comment(rows[k]) for k in places[:number])
        below = [rows[k] for k in places[number + 1 :]]
        is_text = sum(len(" ".join(row).split()) for row in below) > 2 * len(below) > 2
        if is_set_apart and is_text and key("".join(rows[place])) in ALL_TEXT_NAMES:
            return Header(place, tuple(rows[place]))
    return _header_at(rows, places[0])


def _find_survey(rows: Sequence[Row], places: Sequence[int]) -> Header | None:
    """The header that a tool for surveys wrote, in two rows or three."""
    for place in places:
        if place - places[0] > MOST_SKIPPED:
            break
        if found := find_survey_names(rows, place):
            height = found.height + found.aside
            return Header(place, found.names, height, aside=found.aside)
    return None


# The header is below something else.


def _find_named(rows: Sequence[Row], places: Sequence[int]) -> Header | None:
    """The header below other rows; None if the first row can be the header, or none can."""
    tried = [
        k
        for k in places
        if k - places[0] <= MOST_SKIPPED and could_name(rows[k]) and not is_setting(rows[k])
    ]
    named = (find_candidate(rows, k) for k in tried if count_columns(rows[k]))
    certain = [found for found in named if found and found.is_certain]
    # Of equals, max returns the first.
    best = max(certain, key=lambda candidate: candidate.columns, default=None)
    likely: list[Candidate] = []
    if best is None:
        likely = _find_likely(rows, places, tried)
        if not likely:
            return None
        best = likely[0]
    if best.height == 1 and best.place + 1 < len(rows) and _names_the_rest(rows[best.place :]):
        names = merge_names(rows[best.place], rows[best.place + 1])
        best = replace(best, place=best.place + 1, names=names, height=2)
    above = {k: judge(rows, k, best) for k in places if k < best.top}
    if Verdict.HEADER in above.values():
        return None
    if len(likely) > 1:
        return Header(likely[1].top, likely[1].names, likely[1].height, best.place)
    rival = next((k for k, verdict in above.items() if verdict is Verdict.UNCLEAR), None)
    return Header(best.top, best.names, best.height, rival)


def _find_likely(
    rows: Sequence[Row], places: Sequence[int], tried: Sequence[int]
) -> list[Candidate]:
    """The row that is likeliest to be the header; two if they are equally likely."""
    likely: list[Candidate] = []
    for k in tried:
        if (found := find_candidate(rows, k)) is None or not found.is_likely:
            continue
        between = [rows[j] for j in places if likely and likely[0].place < j < k]
        if any(likely[0].body.is_like(row) and not is_setting(row) for row in between):
            break  # the data have begun
        likely.append(found)
    likely = [found for found in likely if not is_prose(found.names)] or likely
    if len(likely) < 2:
        return likely
    first, last = likely[0], likely[-1]
    settings = [rows[j] for j in places if j < last.top and is_setting(rows[j])]
    if first.place == places[0]:
        has_setting = any(filled(row)[0].rstrip().endswith(":") for row in settings)
        return [replace(last, is_apart=True)] if has_setting else [first]
    fills_more = len(filled(last.names)) > max(len(filled(other.names)) for other in likely[:-1])
    if settings or fills_more or is_blank(rows[last.top - 1]):
        return [replace(last, is_apart=True)]
    return [first, last]


def _find_unnamed(rows: Sequence[Row], places: Sequence[int]) -> Header | None:
    """The first row of data below other rows; None if there is nothing above the table."""
    widths = Counter(
        len(rows[k]) for k in places if len(filled(rows[k])) > 1 and any(map(is_value, rows[k]))
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
    if len(table) < 2 or agreeing < 0.9 * len(table) or not is_data(table):
        return None
    for place in places:
        if place >= first:
            break
        row = rows[place]
        has_gap = any(map(is_blank, rows[place + 1 : first]))
        if is_setting(row) or is_comment(row):
            continue
        if is_as_wide(row, body) or (len(filled(row)) > 1 and not has_gap):
            return None
        if len(row) == width and not has_gap and (width == 2 or not row[0].strip()):
            return None  # a header that leaves columns without names
        if len(row) == width and all(map(is_value, filled(row))):
            return None  # a row that has lost its text
        if not has_gap and (is_review(row, body) or count_columns(row)):
            return Header(first, (), 0, rival=place)
    return Header(first, (), 0)
