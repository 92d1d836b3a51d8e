"""Rows that may be the header of a table, and what the rows above such a one are."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum, auto

from lstm_cli.data.column_names import (
    ALL_RATING_NAMES,
    ALL_TEXT_NAMES,
    HELPERS,
    RATING_WORDS,
    TEXT_WORDS,
    count_columns,
    count_known,
    has_known_names,
    key,
    words_of,
)
from lstm_cli.data.delimited.body import NOTHING, Body, Row, describe_body, fits, is_blank, is_value

_SETTING_WORDS = (
    HELPERS
    | TEXT_WORDS
    | RATING_WORDS
    | {"of", "the", "exported", "generated", "period", "report", "from", "to", "on"}
)
_COMMENTS = ("#", "//", "--", "%")
_SYMBOLS = frozenset("#№%")
_LONGEST_NAME = 30  # words, in the question of a form
_NEAR = 5  # rows
_MOST_DATA = 3  # rows above a header that look like data, in the settings of a report
_SHORTEST_TEXT = 10  # letters, on average


def is_phrase(cell: str) -> bool:
    """Longer than most names of columns."""
    return len(cell.split()) >= 2 or len(cell) > 30 or _is_long_without_blanks(cell)


def is_sentence(cell: str) -> bool:
    """Longer than any name of a column, and not a question from a form."""
    is_long = len(cell.split()) >= 5 or _is_long_without_blanks(cell)
    return is_long and not cell.rstrip().endswith(("?", ":"))


def _is_long_without_blanks(cell: str) -> bool:
    """Whether a text is long in a script that has no blanks, as Chinese and Japanese."""
    return sum(letter >= "\u2e80" for letter in cell[:60]) >= 10


def filled(row: Row) -> list[str]:
    """The cells of a row that hold something."""
    return [cell for cell in row if cell.strip()]


# What a row is by itself.


def is_comment(row: Row) -> bool:
    """Whether a row begins as comments do in programs.

    >>> is_comment(["# by a program", " in May"]), is_comment(["#", "review"])
    (True, False)
    """
    cell = next(iter(filled(row)), "").strip()
    return cell.startswith(_COMMENTS) and len(cell) > 1


def is_setting(row: Row) -> bool:
    """Whether a row is a setting of a report and its value.

    >>> is_setting(["Currency:", "USD"]), is_setting(["Total reviews", "120"])
    (True, True)
    >>> is_setting(["review", "rating"]), is_setting(["good", "5"])
    (False, False)
    """
    cell, *others = (cell.strip() for cell in filled(row))
    if cell.endswith(":"):
        return not any(other.endswith(":") for other in others) and not count_columns(others)
    return len(others) == 1 and is_value(others[0]) and words_of(cell) <= _SETTING_WORDS


def could_name(row: Row) -> bool:
    """Whether a row has nothing that the name of a column has not."""
    cells = filled(row)
    is_index_unnamed = len(row) == 2 and key(row[1]) in ALL_TEXT_NAMES
    if (len(cells) < 2 and not is_index_unnamed) or is_comment(row):
        return False
    return not any(
        is_value(cell.strip()) or cell.strip().casefold() in NOTHING or not _is_name(cell)
        for cell in cells
    )


def _is_name(cell: str) -> bool:
    has_letters = any(map(str.isalnum, cell)) or cell.strip() in _SYMBOLS
    return has_letters and len(cell.split()) <= _LONGEST_NAME


def merge_names(upper: Row, lower: Row) -> tuple[str, ...]:
    """The names that stand in two rows; the lower ones are the more exact.

    >>> merge_names(["date", "ratings", ""], ["", "room", "food"])
    ('date', 'room', 'food')
    """
    pairs = zip(upper, lower, strict=True)
    return tuple(below if below.strip() else above for above, below in pairs)


@dataclass(frozen=True)
class Candidate:
    """A row that may be the header, judging by the rows below it."""

    place: int
    names: tuple[str, ...]
    height: int
    body: Body
    is_apart: bool = False  # from what is above it, which has the form of a header too

    @property
    def top(self) -> int:
        """The first row of the header."""
        return self.place + 1 - self.height

    @property
    def columns(self) -> int:
        """How many names are ones that texts or ratings have; two are as good as more."""
        return min(count_columns(self.names), 2)

    @property
    def is_telling(self) -> bool:
        """Whether no row of reviews could have these names by chance."""
        return self.columns > 1 or any(
            key(self.names[k]) in ALL_RATING_NAMES for k in self.body.typed
        )

    @property
    def is_certain(self) -> bool:
        """Whether its names alone say that it is a header."""
        if not self.columns or not (self.is_telling or count_known(self.names) > 1):
            return False
        if self.columns > 1:
            return self.body.agreeing >= 0.5
        is_known = self.body.rows > 1 or count_known(self.names) == len(filled(self.names))
        return self.body.agreeing >= 0.8 and is_known and not is_prose(self.names)

    @property
    def is_likely(self) -> bool:
        """Whether the rows below say so: it has other cells than columns of one kind have."""
        body = self.body
        if body.rows < 2 or body.agreeing < 0.8:
            return False
        names = {k: name.strip() for k, name in enumerate(self.names)}
        if self.columns and not names[0] and 0 in body.typed:
            return True
        return any(names[k] for k in body.typed) or any(
            names[k] and names[k] not in cells for k, cells in body.kinds.items()
        )


def find_candidate(rows: Sequence[Row], place: int) -> Candidate | None:
    """A row as the header, if it names the columns, alone or together with the one above it."""
    row = tuple(rows[place])
    body = describe_body(rows[place + 1 :], len(row))
    # Programs leave the column of row numbers without a name.
    numbered = ("1", *row[1:]) if 0 in body.typed else row
    if body.is_covered(numbered):
        return Candidate(place, row, 1, body)
    upper = rows[place - 1] if place else ()
    if len(upper) != len(row) or not could_name(upper):
        return None
    merged = merge_names(upper, row)
    is_new = any(
        below.strip() and not above.strip() for above, below in zip(upper, row, strict=True)
    )
    return Candidate(place, merged, 2, body) if is_new and body.is_covered(merged) else None


class Verdict(Enum):
    """What a row above a candidate is."""

    ASIDE = auto()  # no part of the table
    HEADER = auto()  # the header, or the first row of a table without one
    UNCLEAR = auto()


def judge(rows: Sequence[Row], place: int, best: Candidate) -> Verdict:
    """What a row above the likeliest header is."""
    row, body = rows[place], best.body
    if is_setting(row) or (best.is_certain and not is_as_wide(row, body)):
        return Verdict.ASIDE
    if is_comment(row) and not count_columns(row):
        return Verdict.ASIDE
    has_gap = any(map(is_blank, rows[place + 1 : best.top]))
    if not is_as_wide(row, body):
        if len(filled(row)) > 1 and count_columns(row):
            return Verdict.HEADER
        could_be_data = not has_gap and any(map(is_sentence, best.names))
        return Verdict.UNCLEAR if could_be_data and is_review(row, body) else Verdict.ASIDE
    unnamed = [k for k, name in enumerate(best.names) if k and not name.strip()]
    names_more = could_name(row) and any(row[k].strip() for k in unnamed)
    if names_more or body.letters < (3 if has_known_names(best.names) else _SHORTEST_TEXT):
        return Verdict.HEADER
    if best.is_certain:
        return _judge_by_names(rows, place, best, has_gap)
    # Neither has a name that tells more than the other.
    above = [other for other in rows[: best.top] if filled(other)]
    data = sum(body.is_like(other) and not is_setting(other) for other in above)
    if not _has_title(above, body) or data > _MOST_DATA:
        return Verdict.HEADER if could_name(row) or body.is_like(row) else Verdict.UNCLEAR
    if is_prose(row) or has_gap or best.is_apart:
        return Verdict.ASIDE
    fills_less = len(filled(row)) < len(filled(best.names))
    is_aside = (fills_less or any(map(is_setting, above))) and not body.is_like(row)
    return Verdict.ASIDE if is_aside else Verdict.UNCLEAR


def _judge_by_names(rows: Sequence[Row], place: int, best: Candidate, has_gap: bool) -> Verdict:
    """What a row is that is as wide as the table below a header of well-known names."""
    row, body = rows[place], best.body
    above = [other for other in rows[: best.top] if filled(other)]
    is_framed = has_gap or _has_title(above, body)
    if is_prose(row) and not is_prose(best.names):
        return Verdict.ASIDE
    if best.is_telling:
        if count_columns(row) >= best.columns:
            return Verdict.UNCLEAR
        is_near = best.top - place <= _NEAR and not body.is_like(row)
        return Verdict.ASIDE if is_framed or is_near else Verdict.UNCLEAR
    if _has_title(above, body):
        return Verdict.UNCLEAR if count_known(row) else Verdict.ASIDE
    is_named = count_known(best.names) == len(filled(best.names))
    if not is_named or best.top - place > _NEAR or count_known(row):
        return Verdict.HEADER
    return Verdict.ASIDE if has_gap else Verdict.UNCLEAR


def _has_title(above: Sequence[Row], body: Body) -> bool:
    """Whether what is above a header begins like a report, and not like a table."""
    if not is_as_wide(above[0], body) or is_comment(above[0]) or is_prose(above[0]):
        return True
    return any(is_setting(row) and filled(row)[0].rstrip().endswith(":") for row in above)


def is_prose(row: Row) -> bool:
    """Whether a row is a sentence cut at its commas: the space after each is left.

    >>> is_prose(["Reviews", " January", " all shops"]), is_prose(["review", "rating"])
    (True, False)
    """
    return len(row) > 1 and all(cell.startswith(" ") for cell in row[1:])


def is_as_wide(row: Row, body: Body) -> bool:
    """Whether a row has cells where the rows of a table have them."""
    return fits(row, body.width) and body.is_covered(row)


def is_review(row: Row, body: Body) -> bool:
    """Whether what looks like a title could as well be a review that has lost its rating."""
    cells = filled(row)
    if len(cells) > 1 or is_comment(row):
        return False
    if all(map(is_value, cells)) or (body.width == 2 and fits(row, 2) and row[body.text].strip()):
        return True
    is_long = is_sentence(cells[0]) and 2 * len(cells[0]) > body.letters
    return is_long or cells[0].rstrip().endswith((".", "!", "?"))
