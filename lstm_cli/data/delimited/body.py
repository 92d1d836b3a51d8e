"""What the rows of a table have in common, so that what is no row of it stands out."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

from lstm_cli.data.ratings.rating_cells import LONGEST_RATING, parse_rating

ROWS_LOOKED_AT = 200

Row = Sequence[str]

# What is written where there is no value.
NOTHING = frozenset({"", "nan", "null", "none", "na", "n/a", "#n/a", "nil", "-", "--", "?", "—"})


@dataclass(frozen=True)
class Body:
    """Rows of a table, as far as they were looked at."""

    width: int  # columns
    rows: int
    agreeing: float  # the share of rows that have as many cells as there are columns
    used: frozenset[int]  # columns that most of these fill
    steady: frozenset[int]  # of the used ones, those that almost all fill
    typed: frozenset[int]  # of the used ones, those that hold numbers or dates
    kinds: Mapping[int, frozenset[str]]  # and those in which the same few cells come again
    text: int  # the column with the longest cells
    letters: float  # in one of these, on average

    def is_covered(self, row: Row) -> bool:
        """Whether a row fills the columns that most rows fill; one of three may be missing."""
        missing = sum(k >= len(row) or not row[k].strip() for k in self.used)
        return missing <= (len(self.used) > 2)

    def is_like(self, row: Row) -> bool:
        """Whether a row looks like the others: it has numbers where they have them.

        Where they have none, it has one of the cells that come again and again.
        """
        if not fits(row, self.width) or not self.is_covered(row):
            return False
        if not self.typed:
            return any(row[k].strip() in cells for k, cells in self.kinds.items())
        cells = [row[k].strip() for k in self.typed]
        return any(map(is_value, cells)) and all(
            is_value(cell) or cell.casefold() in NOTHING for cell in cells
        )


def describe_body(rows: Iterable[Row], width: int) -> Body:
    """What the first rows have in common, if there are ``width`` columns.

    >>> body = describe_body([["good", "5"], ["so so", "3"]], width=2)
    >>> sorted(body.typed), body.text, body.is_like(["bad", "1"]), body.is_like(["bad", "Rating"])
    ([1], 0, True, False)
    """
    looked_at = [row for row in rows if not is_blank(row)][:ROWS_LOOKED_AT]
    agreeing = [row for row in looked_at if fits(row, width)]
    used, steady, typed = set(), set(), set()
    kinds = {}
    letters = [0.0] * width
    for k in range(width):
        cells = [cell for row in agreeing if (cell := row[k].strip())]
        if not cells or 2 * len(cells) < len(agreeing):
            continue
        used.add(k)
        if len(cells) >= 0.95 * len(agreeing):
            steady.add(k)
        if sum(map(is_value, cells)) >= 0.8 * len(cells):
            typed.add(k)
            continue
        letters[k] = sum(map(len, cells)) / len(cells)
        if len(cells) >= 8 and 4 * len(distinct := frozenset(cells)) <= len(cells):
            kinds[k] = distinct
    text = max(range(width), key=letters.__getitem__, default=0)
    return Body(
        width=width,
        rows=len(looked_at),
        agreeing=len(agreeing) / len(looked_at) if looked_at else 0.0,
        used=frozenset(used),
        steady=frozenset(steady),
        typed=frozenset(typed),
        kinds=kinds,
        text=text,
        letters=letters[text] if width else 0.0,
    )


def is_blank(row: Row) -> bool:
    """Whether no cell of a row is filled."""
    return not any(map(str.strip, row))


def fits(row: Row, width: int) -> bool:
    """Whether a row has as many cells as there are columns; empty ones at its end are nothing.

    >>> fits(["good", "5"], 2), fits(["good", "5", ""], 2), fits(["good"], 2)
    (True, True, False)
    """
    return len(row) == width or (len(row) > width and is_blank(row[width:]))


@lru_cache(maxsize=1 << 12)
def is_value(cell: str) -> bool:
    """Whether a cell is a number, a rating or a date, which the name of a column is not.

    >>> [is_value(cell) for cell in ("4", "5 stars", "2024-05-01", "Jan 1, 2024", "1,234.50")]
    [True, True, True, True, True]
    >>> [is_value(cell) for cell in ("rating", "Q1", "column_1", "How was it, 1 to 5?", "")]
    [False, False, False, False, False]
    """
    if len(cell) > LONGEST_RATING:
        return False
    digits = sum(map(str.isdigit, cell))
    return digits > sum(map(str.isalpha, cell)) or parse_rating(cell) is not None
