"""Rows that have a cell more than the header has names.

R writes the numbers of rows before the other cells, and no name above them. Where almost all rows
have too many cells in another way, nobody knows which name belongs to which.
"""

from collections import Counter
from collections.abc import Sequence
from itertools import pairwise

from lstm_cli.data.column_names import ALL_RATING_NAMES, key, words_of
from lstm_cli.data.delimited.body import Row, is_value
from lstm_cli.data.delimited.cells import split_loosely
from lstm_cli.data.ratings.words import is_judgement
from lstm_cli.errors import FileError

_ALMOST_ALL = 0.9
_MOST_STARS = 10
_DELIMITERS = {",": "commas", ";": "semicolons", "\t": "tabs", "|": "bars"}
_NUMBERED = frozenset({"id", "index", "idx", "row", "key", "no", "nr", "num", "number", "uid"})


def is_first_unnamed(
    names: Row, rows: Sequence[Row], lines: Sequence[str], delimiter: str, shown: str
) -> bool:
    """Whether the first column has no name, as R leaves it.

    Args:
        names: the header.
        rows: the first ones below it.
        lines: where each of these begins, as it stands in the file.
        delimiter: what separates cells.
        shown: the header, as a person finds it, before a verb.

    Raises:
        FileError: almost all rows have too many cells, and it cannot be told why.

    >>> lines = ["1;5;good", "2;1;bad"]
    >>> rows = [line.split(";") for line in lines]
    >>> is_first_unnamed(["rating", "review"], rows, lines, ";", "line 1")
    True
    """
    widths = [_width(row) for row in rows]
    width, agreeing = Counter(filter(None, widths)).most_common(1)[0] if any(widths) else (0, 0)
    if width <= len(names) or agreeing < max(2, _ALMOST_ALL * sum(map(bool, widths))):
        return False
    longer = [k for k, other in enumerate(widths) if other == width]
    # Commas in texts without quotes have blanks after them.
    spaced = sum(any(cell.startswith(" ") for cell in rows[k]) for k in longer)
    if 2 * spaced > len(longer):
        return False
    firsts, seconds = ([rows[k][place].strip() for k in longer] for place in (0, 1))
    if width == len(names) + 1 and _are_numbers(firsts):
        of_r = sum(_quotes_the_first_number(lines[k], delimiter) for k in longer)
        if of_r >= _ALMOST_ALL * len(longer):
            return True
        if _are_counted(firsts) and not _could_call(names[0], firsts, seconds):
            return True
    raise FileError(
        f"{shown} has {len(names)} names of columns, but the rows below have {width} cells; name "
        f"every column, and put cells with {_DELIMITERS[delimiter]} in them into quotes"
    )


def _could_call(name: str, numbers: Sequence[str], others: Sequence[str]) -> bool:
    """Whether the name of the first column is that of the numbers in it, not of what is beside."""
    if words_of(name) & _NUMBERED or not name.strip():
        return 2 * sum(map(is_value, others)) < len(others)
    is_rating = key(name) in ALL_RATING_NAMES and len(numbers) <= _MOST_STARS
    ratings = sum(is_value(other) or is_judgement(other) for other in others)
    return is_rating and 2 * ratings < len(others)


def _width(row: Row) -> int:
    """How many cells a row has, up to the last that is filled."""
    return max((place for place, cell in enumerate(row, 1) if cell.strip()), default=0)


def _quotes_the_first_number(line: str, delimiter: str) -> bool:
    """Whether a row has quotes around its first cell and not around all, as in R alone.

    It quotes the numbers of rows, which are text to it, and other numbers it does not.
    """
    first, *others = split_loosely(line, delimiter)
    return first.startswith('"') and not all(cell.startswith('"') for cell in others)


def _are_numbers(cells: Sequence[str]) -> bool:
    """Whether cells are whole numbers, and none comes again."""
    is_whole = all(cell.isascii() and cell.isdecimal() for cell in cells)
    return is_whole and len(set(cells)) == len(cells)


def _are_counted(cells: Sequence[str]) -> bool:
    """Whether whole numbers count the rows, from 0 or 1."""
    numbers = [int(cell) for cell in cells]
    return numbers[0] < 2 and all(after == before + 1 for before, after in pairwise(numbers))
