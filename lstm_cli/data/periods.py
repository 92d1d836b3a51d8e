"""A column of times -> periods in order: days, weeks, months, quarters, years, or what it says."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal

import polars as pl

from lstm_cli.data.dates import MOSTLY, Dates, examples, filled_cells, read_dates
from lstm_cli.data.month_names import month_of
from lstm_cli.data.showing import count, show_cell
from lstm_cli.errors import RequestError

Every = Literal["day", "week", "month", "quarter", "year"]
MOST_PERIODS = 200
# The longest span that is cut into such periods, in days, unless a person asks for others.
_SPANS: tuple[tuple[int, Every], ...] = (
    (16, "day"), (120, "week"), (3 * 366, "month"), (8 * 366, "quarter"),
)  # fmt: skip
_LENGTHS: tuple[Every, ...] = ("day", "week", "month", "quarter", "year")
_SHOWN: dict[Every, str] = {"day": "%Y-%m-%d", "week": "%G-W%V", "month": "%Y-%m", "year": "%Y"}
_YEAR = r"(?:1\d|20|21)\d\d"  # of four digits


@dataclass(frozen=True)
class Periods:
    """When each row is from."""

    of_rows: tuple[str | None, ...]  # None where nobody knows
    in_order: tuple[str, ...]  # those that occur
    notes: tuple[str, ...] = ()
    is_in_time: bool = True  # the order is known to be that of time, not of the alphabet


def periods_of(column: pl.Series, every: Every | None = None) -> Periods:
    """The periods of a column: of dates, or what its cells say, in their order.

    Args:
        column: dates, times, text or numbers.
        every: how long a period of dates is; what suits the span where None.

    Raises:
        RequestError: they are not dates, and are to be cut into periods or too many; there are
            dates among them, but fewer than other cells; or there are too many periods.

    >>> periods_of(pl.Series(["2025-03-04", "2025-11-30"])).in_order
    ('2025-03', '2025-11')
    >>> periods_of(pl.Series(["wave 2", "wave 10", "wave 2"])).in_order
    ('wave 2', 'wave 10')
    """
    dates = read_dates(column)
    if dates is None:
        texts = filled_cells(column)
        if every is not None:
            first = next((cell for cell in texts if cell is not None), "")
            problem = f"column {show_cell(column.name)} holds {show_cell(first)}, not dates"
            raise RequestError(problem, parameter="every", value=every)
        return _of_months(texts) or _as_written(texts)
    days, length = dates.days, every or _suited(dates)
    if length == "quarter":
        named = days.dt.year().cast(pl.String) + "-Q" + days.dt.quarter().cast(pl.String)
    else:
        named = days.dt.strftime(_SHOWN[length])
    empty = filled_cells(column).null_count()
    order = sorted(set(named.drop_nulls()))
    return _checked(column, empty, Periods(tuple(named), tuple(order), dates.notes))


def _suited(dates: Dates) -> Every:
    """Periods of which there are not too many, and none shorter than what the dates say."""
    span = (dates.days.max() - dates.days.min()).days  # type: ignore[operator, union-attr]
    suited: Every = next((every for longest, every in _SPANS if span <= longest), "year")
    return max(suited, dates.finest, key=_LENGTHS.index)


def _of_months(texts: pl.Series) -> Periods | None:
    """The months of a column that says no year, in the order of the year; None if it has few."""
    months = [None if cell is None else month_of(cell) for cell in texts]
    named = [cell for cell, month in zip(texts, months, strict=True) if month is not None]
    filled = len(texts) - texts.null_count()
    if not named or len(named) < MOSTLY * filled:
        return None
    # A month that is written in several ways is called as it is first.
    names = {month: cell for cell, month in reversed([*zip(texts, months, strict=True)])}
    of_rows = tuple(None if month is None else names[month] for month in months)
    notes: tuple[str, ...] = (
        f"{show_cell(texts.name)} holds months without a year: they are in the order of the year",
    )
    others = texts.filter(pl.Series([month is None for month in months])).drop_nulls()
    if len(others):
        held = f"{count(len(others), 'row')} {'holds' if len(others) == 1 else 'hold'} no month"
        notes += (f"{held} in {show_cell(texts.name)} ({examples(others)}): in no period",)
    order = tuple(names[month] for month in sorted(month for month in names if month is not None))
    return _checked(texts, texts.null_count(), Periods(of_rows, order, notes))


def _as_written(texts: pl.Series) -> Periods:
    """What the cells say; numbers in them are in the order of numbers."""
    different = sorted(set(texts.drop_nulls()), key=_in_numbers)
    are_numbered = _are_numbered(different)
    notes: tuple[str, ...] = ()
    if different and not all(re.fullmatch(_YEAR, cell) for cell in different):
        order = "order of their numbers" if are_numbered else "order of the alphabet"
        notes = (
            f"{show_cell(texts.name)} holds no dates that are understood "
            f"({examples(texts.drop_nulls())}): its cells are periods in the {order}"
            + ("" if are_numbered else ", and later ones are not compared with earlier ones"),
        )
    read = Periods(tuple(texts), tuple(different), notes, is_in_time=are_numbered)
    return _checked(texts, texts.null_count(), read)


def _are_numbered(cells: Sequence[str]) -> bool:
    """Whether cells are alike but for one number, or for several behind a year.

    >>> _are_numbered(["wave 2", "wave 10"]), _are_numbered(["2024-W09", "2025-W01"])
    (True, True)
    >>> _are_numbered(["Beach", "Centre"]), _are_numbered(["day 1 of 2024", "day 1 of 2025"])
    (False, True)
    >>> _are_numbered(["week 1 of 2025", "week 2 of 2024"])
    False
    """
    if len({re.sub(r"\d+", "0", cell) for cell in cells}) != 1:
        return False
    numbers = [*zip(*(re.findall(r"\d+", cell) for cell in cells), strict=True)]
    differing = sum(len(set(number)) > 1 for number in numbers)
    begin_with_year = bool(numbers) and all(re.fullmatch(_YEAR, year) for year in numbers[0])
    return bool(numbers) and (differing <= 1 or begin_with_year)


def _in_numbers(cell: str) -> list[tuple[int, int, str]]:
    """A key that sorts 2 before 10."""
    parts = re.split(r"(\d+)", cell)
    return [(0, int(part), "") if part.isdecimal() else (1, 0, part) for part in parts if part]


def _checked(column: pl.Series, empty: int, read: Periods) -> Periods:
    """Periods, if they are not too many, and how many rows say nothing of them.

    Args:
        column: as it was given.
        empty: how many of its cells hold nothing.
        read: its periods.
    """
    if len(read.in_order) > MOST_PERIODS:
        raise RequestError(
            f"column {show_cell(column.name)} has {len(read.in_order):,} periods, and at most "
            f"{MOST_PERIODS} are reported; choose longer ones",
            parameter="over",
        )
    if not empty:
        return read
    rows = f"{count(empty, 'row')} {'has' if empty == 1 else 'have'}"
    said = f"{rows} nothing in {show_cell(column.name)} that says when: in no period"
    return replace(read, notes=(*read.notes, said))
