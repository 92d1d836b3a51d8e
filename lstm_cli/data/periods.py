"""A column of times -> periods in order: days, weeks, months, quarters, years, or what it says.

Dates are recognised as people export them. Whether 03/04 is the third of April or the fourth of
March follows from the other dates of the column; where none of them tells, the day is taken to
come first, and that is said.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import polars as pl

from lstm_cli.data.showing import count, show_cell
from lstm_cli.errors import RequestError

Every = Literal["day", "week", "month", "quarter", "year"]
MOST_PERIODS = 200
MOSTLY = 0.9  # share of the filled cells that are dates; then it is a column of dates
# The longest span that is cut into such periods, in days, unless a person asks for others.
_SPANS: tuple[tuple[int, Every], ...] = (
    (16, "day"), (120, "week"), (3 * 366, "month"), (8 * 366, "quarter"),
)  # fmt: skip
_DAY_FIRST = ("%d/%m/%Y", "%d.%m.%Y", "%d-%m-%Y", "%d/%m/%y", "%d.%m.%y")
_MONTH_FIRST = {"%d/%m/%Y": "%m/%d/%Y", "%d-%m-%Y": "%m-%d-%Y", "%d/%m/%y": "%m/%d/%y"}
_DATES = (
    "%Y-%m-%d", "%Y/%m/%d", "%Y.%m.%d", "%Y%m%d", *_DAY_FIRST, *_MONTH_FIRST.values(),
    "%B %d, %Y", "%b %d, %Y", "%d %B %Y", "%d %b %Y", "%d-%b-%Y", "%d-%b-%y",
)  # fmt: skip
# Months without a day: a first is put before or behind them.
_MONTHS = ("%Y-%m", "%Y/%m", "%m/%Y", "%m.%Y", "%B %Y", "%b %Y", "%b-%Y", "%b-%y")
_SHOWN: dict[Every, str] = {"day": "%Y-%m-%d", "week": "%G-W%V", "month": "%Y-%m", "year": "%Y"}


@dataclass(frozen=True)
class Periods:
    """When each row is from."""

    of_rows: tuple[str | None, ...]  # None where nobody knows
    in_order: tuple[str, ...]  # those that occur
    notes: tuple[str, ...] = ()


def periods_of(column: pl.Series, every: Every | None = None) -> Periods:
    """The periods of a column: of dates, or what its cells say, in their order.

    Args:
        column: dates, times, text or numbers.
        every: how long a period of dates is; what suits the span where None.

    Raises:
        RequestError: they are not dates, and are to be cut into periods or too many; or there are
            too many periods.

    >>> periods_of(pl.Series(["2025-03-04", "2025-11-30"])).in_order
    ('2025-03', '2025-11')
    >>> periods_of(pl.Series(["Q2", "Q10", "Q2"])).in_order
    ('Q2', 'Q10')
    """
    dates, notes, are_months = _dates(column)
    if dates is None or not dates.is_not_null().any():
        if every is not None:
            first = next((cell for cell in column if cell is not None), "")
            problem = f"column {show_cell(column.name)} holds {show_cell(first)}, not dates"
            raise RequestError(problem, parameter="every", value=every)
        return _as_written(column)
    length = every or _suited(dates, are_months=are_months)
    if length == "quarter":
        named = dates.dt.year().cast(pl.String) + "-Q" + dates.dt.quarter().cast(pl.String)
    else:
        named = dates.dt.strftime(_SHOWN[length])
    return _checked(column, named.to_list(), sorted(set(named.drop_nulls())), notes)


def _dates(column: pl.Series) -> tuple[pl.Series | None, tuple[str, ...], bool]:
    """The dates of a column, what is to be said of them, and whether they are whole months."""
    if column.dtype == pl.Date or column.dtype == pl.Datetime:
        return column.cast(pl.Date), (), False
    texts = column.cast(pl.String).str.strip_chars()
    texts = texts.set(texts == "", None)
    filled = int(texts.is_not_null().sum())
    if not filled:
        return None, (), False
    # A time behind a date says nothing of the day.
    days = texts.str.replace(r"^(.*\d)[T ]\d{1,2}:\d.*$", "$1")
    best, pattern = None, ""
    for form in _DATES:
        read = days.str.strptime(pl.Date, form, strict=False)
        if best is None or read.is_not_null().sum() > best.is_not_null().sum():
            best, pattern = read, form
    if best is not None and best.is_not_null().sum() >= MOSTLY * filled:
        return best, _about(days, pattern, int(best.is_not_null().sum())), False
    for form in _MONTHS:
        read = ("1 " + days).str.strptime(pl.Date, f"%d {form}", strict=False)
        if read.is_not_null().sum() >= MOSTLY * filled:
            return read, (), True
    return _of_seconds(column), (), False


def _about(days: pl.Series, pattern: str, read: int) -> tuple[str, ...]:
    """What to say where the day and the month could be the other way round."""
    other = _MONTH_FIRST.get(pattern)
    if other is None or days.str.strptime(pl.Date, other, strict=False).is_not_null().sum() < read:
        return ()
    return (f"{show_cell(days.name)} is read as day, month, year",)


def _of_seconds(column: pl.Series) -> pl.Series | None:
    """The dates of a column of seconds or milliseconds since 1970."""
    numbers = column.cast(pl.Float64, strict=False)
    filled = numbers.drop_nulls()
    if len(filled) < MOSTLY * int(column.is_not_null().sum()):
        return None
    for unit in (1, 1_000):  # from 1995 to 2100
        if filled.is_between(8e8 * unit, 4.1e9 * unit).all():
            return pl.from_epoch((numbers / unit).cast(pl.Int64), "s").cast(pl.Date)
    return None


def _suited(dates: pl.Series, *, are_months: bool) -> Every:
    """Periods of which there are not too many."""
    span = (dates.max() - dates.min()).days  # type: ignore[operator, union-attr]
    suited: Every = next((every for longest, every in _SPANS if span <= longest), "year")
    return "month" if are_months and suited in ("day", "week") else suited


def _as_written(column: pl.Series) -> Periods:
    """What the cells say; numbers in them are in the order of numbers."""
    texts = column.cast(pl.String).str.strip_chars()
    cells: list[str | None] = [cell or None for cell in texts.to_list()]
    return _checked(column, cells, sorted(set(filter(None, cells)), key=_in_numbers), ())


def _in_numbers(cell: str) -> list[tuple[int, int, str]]:
    """A key that sorts 2 before 10."""
    parts = re.split(r"(\d+)", cell)
    return [(0, int(part), "") if part.isdecimal() else (1, 0, part) for part in parts if part]


def _checked(
    column: pl.Series, cells: list[str | None], order: Sequence[str], notes: tuple[str, ...]
) -> Periods:
    if len(order) > MOST_PERIODS:
        raise RequestError(
            f"column {show_cell(column.name)} has {len(order):,} periods, and at most "
            f"{MOST_PERIODS} are reported; choose longer ones",
            parameter="over",
        )
    unknown = sum(cell is None for cell in cells)
    if unknown:
        rows = f"{count(unknown, 'row')} {'has' if unknown == 1 else 'have'}"
        notes += (f"{rows} nothing in {show_cell(column.name)} that says when: in no period",)
    return Periods(tuple(cells), tuple(order), notes)
