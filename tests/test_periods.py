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
    assert read.notes == ("2 rows have nothing in 'when' that says when: in no period",)


def test_a_column_without_any_date_has_no_period() -> None:
    assert periods_of(pl.Series("when", [None, None], dtype=pl.Date)).in_order == ()


def test_words_are_not_cut_into_months() -> None:
    with pytest.raises(RequestError, match="column 'when' holds 'soon', not dates"):
        periods_of(pl.Series("when", ["soon", "later"]), "month")


def test_too_many_periods_are_refused() -> None:
    column = pl.Series("id", [f"r{k}" for k in range(MOST_PERIODS + 1)])
    with pytest.raises(RequestError, match="choose longer ones"):
        periods_of(column)
