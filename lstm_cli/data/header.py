"""Where the table begins in rows of cells: what stands above it, and which row names its columns.

Most files begin with their header. Some begin with a title, the settings of the report
or the groups of the columns, and some have no header at all. The rows below tell these
apart: a header names the columns that they fill, and has no number where they have
numbers. Any file whose first row can be the header is taken to begin with it.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from lstm_cli.data.scale import parse_rating


@dataclass(frozen=True)
class Header:
    """Where a table begins."""

    skipped: int  # rows above the header, blank ones included
    names: tuple[str, ...]  # as they stand, perhaps empty or equal; () without a header
    rival: int | None = None  # a row, from 0, that looks as much like the header: better not guess

    @property
    def first_row(self) -> int:
        """The first row of data, from 0."""
        return self.skipped + bool(self.names)


def find_header(rows: Sequence[Sequence[str]]) -> Header:
    """Find the row that names the columns among the first rows of a table, 250 or so.

    Args:
        rows: the cells, without quotes; a row that is blank has none, or blank ones only.

    >>> find_header([["review", "rating"], ["good", "5"], ["bad", "1"]])
    Header(skipped=0, names=('review', 'rating'), rival=None)
    >>> find_header([["I liked it", "5"], ["Not at all", "1"]])
    Header(skipped=0, names=(), rival=None)
    """
    skipped = next((k for k, row in enumerate(rows) if any(map(str.strip, row))), 0)
    below = [row for row in rows[skipped:] if any(map(str.strip, row))]
    names = () if _is_data(below) else tuple(below[0])
    return Header(skipped, names)


def _is_data(rows: Sequence[Sequence[str]]) -> bool:
    """Whether the first row is a review: a text, and beside it a rating if there are columns."""
    first = rows[0]
    if len(first) == 1:
        return _is_sentence(first[0])
    for place, cell in enumerate(first):
        if parse_rating(cell) is not None:
            below = [row[place] for row in rows[1:] if len(row) == len(first)]
            ratings = sum(parse_rating(cell) is not None for cell in below)
            others = (other for other in first if parse_rating(other) is None)
            if 2 * ratings >= len(below) and any(_is_phrase(other) for other in others):
                return True
    return False


def _is_phrase(cell: str) -> bool:
    """Longer than most names of columns."""
    return len(cell.split()) >= 2 or len(cell) > 30


def _is_sentence(cell: str) -> bool:
    """Longer than any name of a column, and not a question from a form."""
    return len(cell.split()) >= 5 and not cell.rstrip().endswith(("?", ":"))
