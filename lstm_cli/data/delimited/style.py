"""How a delimited text is written, so that what comes out opens where what went in did."""

from typing import NamedTuple

import polars as pl

# Not "1,234" and "1.234", which are thousands in one country and fractions in another.
_WITH_COMMA = r"^[+-]?\d+,(?:\d{1,2}|\d{4,})$"
_WITH_POINT = r"^[+-]?\d*\.(?:\d{1,2}|\d{4,})$"


class TextStyle(NamedTuple):
    """What programs that read the same text disagree on."""

    delimiter: str = ","
    line_end: str = "\n"
    has_decimal_comma: bool = False


def line_end_of(sample: bytes) -> str:
    r"""How most lines of a text end.

    >>> line_end_of(b"review;rating\r\nfine;4\r\n"), line_end_of(b"a,b\n"), line_end_of(b"")
    ('\r\n', '\n', '\n')
    """
    return "\r\n" if 2 * sample.count(b"\r\n") > sample.count(b"\n") else "\n"


def has_decimal_comma(frame: pl.DataFrame, delimiter: str | None, line_end: str) -> bool:
    """Whether numbers in a text have a comma before their fractions.

    Where the text holds no fraction, its delimiter tells: Excel writes a semicolon where, and
    only where, fractions have a comma, and then ends its lines with a carriage return.

    Args:
        frame: the first rows, as strings.
        delimiter: between its cells.
        line_end: after its rows.

    >>> has_decimal_comma(pl.DataFrame({"paid": ["12,50", "8"]}), ";", "\\n")
    True
    >>> has_decimal_comma(pl.DataFrame({"paid": ["12.50", "8"]}), ";", "\\r\\n")
    False
    """
    commas = points = 0
    for column in frame.select(pl.col(pl.String)).iter_columns():
        commas += int(column.str.contains(_WITH_COMMA).sum())
        points += int(column.str.contains(_WITH_POINT).sum())
    if commas or points:
        return commas > points
    return delimiter == ";" and line_end == "\r\n"
