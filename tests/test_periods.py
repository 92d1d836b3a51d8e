"""Columns of times: as people export them, and in order."""

from datetime import date

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lstm_cli.data.periods import MOST_PERIODS, periods_of
from lstm_cli.errors import RequestError

FORMS = ("%Y-%m-%d", "%d.%m.%Y", "%B %d, %Y", "%d %b %Y", "%Y/%m/%d", "%Y-%m-%dT12:30:00Z")


@pytest.mark.parametrize("form", FORMS)
@given(dates=st.lists(st.dates(date(1990, 1, 1), date(2040, 1, 1)), min_size=1))
def test_dates_are_recognised_in_every_form(form: str, dates: list[date]) -> None:
    column = pl.Series("when", [day.strftime(form) for day in dates])
    read = periods_of(column, "day")
    assert read.of_rows == tuple(day.isoformat() for day in dates)
    assert read.in_order == tuple(sorted({day.isoformat() for day in dates}))


@pytest.mark.parametrize(
    ("cells", "periods"),
    [
        (["13/04/2025", "01/05/2025"], ("2025-W15", "2025-W18")),
        (["04/13/2025", "05/01/2025"], ("2025-W15", "2025-W18")),
        (["2025-01", "2025-02"], ("2025-01", "2025-02")),
        (["March 2025", "Jan 2025"], ("2025-01", "2025-03")),
        (["2025-01-01", "2029-05-05"], ("2025-Q1", "2029-Q2")),
        (["2001-01-01", "2029-05-05"], ("2001", "2029")),
        (["spring", "autumn", None, " "], ("autumn", "spring")),
        (["5²", "3²"], ("3²", "5²")),
        (["wave 10", "wave 9"], ("wave 9", "wave 10")),
    ],
)
def test_periods_suit_the_span(cells: list[str | None], periods: tuple[str, ...]) -> None:
    assert periods_of(pl.Series("when", cells)).in_order == periods


def test_seconds_since_1970_are_dates() -> None:
    assert periods_of(pl.Series("when", [1_740_000_000, 1_740_100_000])).in_order == (
        "2025-02-19",
        "2025-02-21",
    )


def test_what_could_be_read_either_way_is_said() -> None:
    said = "'when' is read as day, month, year"
    assert periods_of(pl.Series("when", ["03/04/2025", "05/06/2025"])).notes == (said,)
    assert periods_of(pl.Series("when", ["03/04/2025", "25/06/2025"])).notes == ()


def test_cells_without_a_date_are_counted_and_in_no_period() -> None:
    column = pl.Series("when", ["2025-03-04"] * 19 + ["soon", None])
    read = periods_of(column)
    assert read.of_rows[-2:] == (None, None)
    assert read.notes == (
        "1 row holds no date in 'when' that is understood ('soon'): in no period",
        "1 row has nothing in 'when' that says when: in no period",
    )


@pytest.mark.parametrize(
    ("cell", "month"),
    [
        ("Jan-24", "2024-01"),
        ("Jan-2024", "2024-01"),
        ("1/15/24", "2024-01"),
        ("14/06/24", "2024-06"),
        ("14.06.24", "2024-06"),
        ("15-Jan-24", "2024-01"),
        ("15 Jan 24 10:30", "2024-01"),
        ("Jan 24", "2024-01"),
        ("Jan '24", "2024-01"),
        ("Jan ’24", "2024-01"),
        ("Jan24", "2024-01"),
        ("01/24", "2024-01"),
        ("01-2024", "2024-01"),
        ("May 5 2024", "2024-05"),
        ("5th May 2024", "2024-05"),
        ("31/12/68", "2068-12"),
        ("31/12/69", "1969-12"),
        ("99-12-31", "1999-12"),
        ("1. Januar 2024", "2024-01"),
        ("Mai 2024", "2024-05"),
        ("1er février 2024", "2024-02"),
        ("3 de enero de 2024", "2024-01"),
        ("dic. 24", "2024-12"),
        ("Q3 2024", "2024-07"),
        ("2024-Q3", "2024-07"),
    ],
)
def test_short_years_and_names_of_months_are_read(cell: str, month: str) -> None:
    assert periods_of(pl.Series("when", [cell]), "month").in_order == (month,)


@given(day=st.dates(date(1969, 1, 1), date(2068, 12, 31)))
def test_two_digits_of_a_year_are_those_of_posix(day: date) -> None:
    column = pl.Series("when", [day.strftime("%d/%m/%y"), "31/01/00"])
    assert periods_of(column, "day").of_rows == (day.isoformat(), "2000-01-31")


@pytest.mark.parametrize("cell", ["0024-01-15", "01/02/4", "01/02/-24", "4.25", "10-12", "1234121"])
def test_what_is_no_year_is_no_date(cell: str) -> None:
    with pytest.raises(RequestError, match="not dates"):
        periods_of(pl.Series("when", [cell]), "month")
    in_parquet = periods_of(pl.Series("when", [date(24, 1, 15), date(2024, 1, 15)]))
    assert in_parquet.of_rows == (None, "2024-01-15")


@pytest.mark.parametrize(
    ("cells", "order"),
    [
        (["Jan 24", "Feb-24"], "month, year"),
        (["01/24"], "month, year"),
        (["24-01-15", "24-01-16"], "day, month, year"),
        (["1/2/24", "3/4/24"], "day, month, year"),
    ],
)
def test_short_years_that_could_be_days_are_said(cells: list[str], order: str) -> None:
    assert periods_of(pl.Series("when", cells)).notes == (f"'when' is read as {order}",)


@pytest.mark.parametrize("cells", [["Jan 24", "Jan 2025"], ["Jan '24"], ["Jan 99"], ["2024/01"]])
def test_what_can_only_be_a_year_is_not_said(cells: list[str]) -> None:
    assert periods_of(pl.Series("when", cells)).notes == ()


def test_dates_of_several_forms_keep_one_order_of_day_and_month() -> None:
    mixed = pl.Series("when", ["2024-01-15", "15/01/2024", "15 Jan 2024", "15.1.24"])
    assert periods_of(mixed, "day").of_rows == ("2024-01-15",) * 4
    other_way = pl.Series("when", ["13/04/2025", "14/04/25", "04/13/2025"])
    assert periods_of(other_way, "day").of_rows == ("2025-04-13", "2025-04-14", None)


def test_months_without_a_year_are_in_the_order_of_the_year() -> None:
    read = periods_of(pl.Series("when", ["March", "Feb", "january", "february", "n/a", "Easter"]))
    assert read.in_order == ("january", "Feb", "March")
    assert read.of_rows == ("March", "Feb", "january", "Feb", None, None)
    assert read.is_in_time
    assert read.notes == (
        "'when' holds months without a year: they are in the order of the year",
        "1 row holds no month in 'when' ('Easter'): in no period",
        "1 row has nothing in 'when' that says when: in no period",
    )


@pytest.mark.parametrize(
    ("cells", "order", "is_in_time"),
    [
        (["wave 10", "wave 9"], "order of their numbers", True),
        (["Week 1 2025", "Week 2 2024"], "order of the alphabet", False),
        (["Q1 a", "foo"], "order of the alphabet", False),
    ],
)
def test_periods_that_are_no_dates_are_said(
    cells: list[str], order: str, *, is_in_time: bool
) -> None:
    read = periods_of(pl.Series("when", cells))
    shown = ", ".join(f"'{cell}'" for cell in cells)
    assert read.notes[0].startswith(
        f"'when' holds no dates that are understood ({shown}): its cells are periods in the {order}"
    )
    assert read.is_in_time == is_in_time


@pytest.mark.parametrize("cells", [[2023, 2024], ["2024", "2023"]])
def test_years_need_no_word(cells: list[int] | list[str]) -> None:
    read = periods_of(pl.Series("when", cells))
    assert read.in_order == ("2023", "2024")
    assert read.is_in_time
    assert read.notes == ()


def test_up_to_half_of_the_cells_may_be_no_dates() -> None:
    dates = ["2024-01-01"] * 4
    read = periods_of(pl.Series("when", [*dates, "soon", "x", "later", "y"]))
    assert read.of_rows == (*dates, None, None, None, None)
    assert read.notes == (
        "4 rows hold no date in 'when' that is understood ('soon', 'x', 'later', ...): "
        "in no period",
    )


def test_a_column_that_is_partly_dates_is_refused() -> None:
    column = pl.Series("when", ["2024-01-01"] * 4 + ["soon"] * 5)
    with pytest.raises(RequestError, match=r"5 of 9 cells in column 'when' hold no date .*'soon'"):
        periods_of(column)


def test_a_date_among_many_words_is_a_word() -> None:
    read = periods_of(pl.Series("when", ["2024-01-01"] + ["soon"] * 19))
    assert read.in_order == ("2024-01-01", "soon")
    assert not read.is_in_time


def test_a_column_without_any_date_has_no_period() -> None:
    assert periods_of(pl.Series("when", [None, None], dtype=pl.Date)).in_order == ()


def test_words_are_not_cut_into_months() -> None:
    with pytest.raises(RequestError, match="column 'when' holds 'soon', not dates"):
        periods_of(pl.Series("when", ["soon", "later"]), "month")


def test_too_many_periods_are_refused() -> None:
    column = pl.Series("id", [f"r{k}" for k in range(MOST_PERIODS + 1)])
    with pytest.raises(RequestError, match="choose longer ones"):
        periods_of(column)
