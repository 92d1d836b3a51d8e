"""A column of times -> dates, as people export them.

Whether 03/04 is the third of April or the fourth of March follows from the other dates of the
column; where none of them tells, the day is taken to come first, and that is said. Two digits of
a year are 1969 to 2068, as POSIX has it.
"""

from dataclasses import dataclass
from typing import Literal

import polars as pl

from lstm_cli.data.missing import are_missing
from lstm_cli.data.month_names import with_short_names
from lstm_cli.data.showing import count, show_cell
from lstm_cli.errors import RequestError

Finest = Literal["day", "month", "quarter"]
MOSTLY = 0.5  # share of the filled cells that are dates; then it is a column of dates
HARDLY = 0.1  # with fewer, it is a column of something else; between them nobody knows
MOST_SHOWN = 3  # cells, as examples
_YEARS = (1000, 9999)
# Full dates, and the other orders that the same cells could have. A form with %Y reads two digits
# of a year as well.
_DATES: dict[str, tuple[str, ...]] = {
    "%Y-%m-%d": (), "%Y/%m/%d": (), "%Y.%m.%d": (), "%Y%m%d": (),
    "%d/%m/%Y": ("%m/%d/%Y",), "%d.%m.%Y": (), "%d-%m-%Y": ("%m-%d-%Y", "%y-%m-%d"),
    "%m/%d/%Y": ("%d/%m/%Y",), "%m-%d-%Y": ("%d-%m-%Y", "%y-%m-%d"),
    "%y-%m-%d": ("%d-%m-%Y", "%m-%d-%Y"),
    "%b %d, %Y": (), "%b %d %Y": (), "%d %b %Y": (), "%d. %b %Y": (),
    "%d-%b-%Y": (), "%d %b '%y": (),
}  # fmt: skip
# Months without a day: a first is put before them.
_MONTHS: dict[str, tuple[str, ...]] = {
    f"%d {form}": ()
    for form in (
        "%Y-%m", "%Y/%m", "%m/%Y", "%m.%Y", "%m-%Y", "%b %Y", "%b, %Y", "%b-%Y", "%b/%Y",
        "%Y %b", "%b '%y", "%b-'%y",
    )
}  # fmt: skip
_FOUR_DIGITS = ("%d %m.%Y", "%d %m-%Y")  # with two of a year, 4.25 and 10-12 would be months
_TWO_DIGITS = r"(?:\p{L}|\w[-/.]|[\w.,] |')\d\d$"  # polars also takes one digit, and -24
_COULD_BE_A_DAY = r"^(?:\d{1,2}|\D*)[^\d'](?:0[1-9]|[12]\d|3[01])$"
_QUARTER = r"(?i)^(?:(?P<year>\d{4})[ /-]?Q(?P<of>[1-4])|Q(?P<first>[1-4])[ /-]?(?P<behind>\d{4}))$"


@dataclass(frozen=True)
class Dates:
    """The dates of a column of N cells."""

    days: pl.Series  # the first of a month or quarter; null where a cell holds no date. (N,)
    finest: Finest  # what the coarsest of them say: a day, or no more than a month
    notes: tuple[str, ...] = ()


def filled_cells(column: pl.Series) -> pl.Series:
    """The cells as text without blanks around it; null where one says that nobody knows. (N,)

    >>> filled_cells(pl.Series([" soon ", "n/a", "Unknown", ""])).to_list()
    ['soon', None, None, None]
    """
    texts = column.cast(pl.String).str.strip_chars()
    is_unknown = (texts.str.to_lowercase() == "unknown").fill_null(False)
    return texts.set(are_missing(texts) | is_unknown, None)


def read_dates(column: pl.Series) -> Dates | None:
    """The dates of a column; None if hardly any cell is one.

    Args:
        column: dates, times, text or numbers.

    Raises:
        RequestError: some cells are dates, and most are not.
    """
    texts = filled_cells(column)
    filled = len(texts) - texts.null_count()
    if column.dtype == pl.Date or column.dtype == pl.Datetime:
        found = Dates(_within(column.cast(pl.Date)), "day")
    else:
        found = _of_texts(texts)
        if found.days.is_null().all():
            found = Dates(_of_seconds(texts), "day")
    read = len(found.days.drop_nulls())
    if read == 0 or read < HARDLY * filled:
        return None
    others = texts.filter(found.days.is_null()).drop_nulls()
    if read < MOSTLY * filled:
        raise RequestError(
            f"{len(others):,} of {count(filled, 'cell')} in column {show_cell(column.name)} hold "
            f"no date that is understood ({examples(others)}); write them as 2025-03-31, or "
            "leave them empty",
            parameter="over",
        )
    if not len(others):
        return found
    held = f"{count(len(others), 'row')} {'holds' if len(others) == 1 else 'hold'} no date"
    said = (
        f"{held} in {show_cell(column.name)} that is understood ({examples(others)}): in no period"
    )
    return Dates(found.days, found.finest, (*found.notes, said))


def examples(cells: pl.Series) -> str:
    """A few of some cells, each once.

    >>> examples(pl.Series(["a", "b", "a", "c", "d"]))
    "'a', 'b', 'c', ..."
    """
    different = cells.unique(maintain_order=True)
    shown = [show_cell(cell) for cell in different.head(MOST_SHOWN)]
    return ", ".join([*shown, "..."] if len(different) > MOST_SHOWN else shown)


def _of_texts(texts: pl.Series) -> Dates:
    """The dates in cells of text: full ones, then months, then quarters."""
    cells = texts.drop_nulls().unique(maintain_order=True)
    # A time behind a date says nothing of the day.
    plain = with_short_names(cells.str.replace(r"^(.*\d)[T ]\d{1,2}:\d.*$", "$1"))
    days, notes = _by_forms(plain, _DATES)
    finest: Finest = "day"
    left = plain.set(days.is_not_null(), None)
    months, _ = _by_forms("1 " + left, _MONTHS)
    if months.is_not_null().any():
        finest = "month"
        if left.filter(months.is_not_null()).str.contains(_COULD_BE_A_DAY).all():
            notes += (f"{show_cell(texts.name)} is read as month, year",)
    quarters = _quarters(left)
    if quarters.is_not_null().any():
        finest = "quarter"
    read = days.fill_null(months).fill_null(quarters)
    of_rows = texts.replace_strict(cells, read, default=None, return_dtype=pl.Date)
    return Dates(of_rows, finest, tuple(dict.fromkeys(notes)))


def _by_forms(
    texts: pl.Series, forms: dict[str, tuple[str, ...]]
) -> tuple[pl.Series, tuple[str, ...]]:
    """Dates by the form that reads most of them, then the others by the next; what to say.

    Cells that differ only in the order of their parts have one order in the whole column.
    """
    days = pl.Series(texts.name, [None] * len(texts), dtype=pl.Date)
    notes: tuple[str, ...] = ()
    left, open_forms = texts, list(forms)
    while open_forms and left.is_not_null().any():
        reads = {form: _read(left, form) for form in open_forms}
        best = max(reads, key=lambda form: len(reads[form].drop_nulls()))
        is_read = reads[best].is_not_null()
        if not is_read.any():
            break
        others = [reads[other] for other in forms[best] if other in reads]
        # Of forms that read as many, the first is taken, and in it the day comes first.
        if any(other.filter(is_read).is_not_null().all() for other in others):
            notes += (f"{show_cell(texts.name)} is read as day, month, year",)
        days = days.fill_null(reads[best])
        left = left.set(is_read, None)
        open_forms = [
            form
            for form, read in reads.items()
            if form not in (best, *forms[best]) and read.is_not_null().any()
        ]
    return days, notes


def _read(texts: pl.Series, form: str) -> pl.Series:
    """The dates in cells of one form; null where a cell is of another. (N,)"""
    if form == "%Y%m%d":  # which would read 1234121 as well
        texts = texts.set(texts.str.len_chars() != len("20250331"), None)
    read = texts.str.strptime(pl.Date, form, strict=False)
    read = _of_two_digits(read) if form.startswith("%y") else _within(read)
    if form in _FOUR_DIGITS or not form.endswith(("%Y", "%y")):
        return read
    two = texts.set(~texts.str.contains(_TWO_DIGITS), None)
    short = _of_two_digits(two.str.strptime(pl.Date, form[:-1] + "y", strict=False))
    return short if form.endswith("%y") else read.fill_null(short)


def _of_two_digits(days: pl.Series) -> pl.Series:
    """The 69 that polars takes for 2069 is 1969."""
    return days.zip_with((days.dt.year() != 2069).fill_null(True), days.dt.offset_by("-100y"))


def _within(days: pl.Series) -> pl.Series:
    """Those of years that people write; null for the others."""
    return days.set(~days.dt.year().is_between(*_YEARS), None)


def _quarters(texts: pl.Series) -> pl.Series:
    """The first days of 2025-Q3 and Q3 2025. (N,)"""
    parts = texts.str.extract_groups(_QUARTER)
    year = parts.struct.field("year").fill_null(parts.struct.field("behind"))
    quarter = parts.struct.field("of").fill_null(parts.struct.field("first"))
    month = (quarter.cast(pl.Int64) * 3 - 2).cast(pl.String)
    return _within((year + "-" + month + "-1").str.strptime(pl.Date, "%Y-%m-%d", strict=False))


def _of_seconds(texts: pl.Series) -> pl.Series:
    """The dates of seconds or milliseconds since 1970; null unless all numbers are such. (N,)"""
    numbers = texts.cast(pl.Float64, strict=False)
    for unit in (1, 1_000):  # from 1995 to 2100
        if numbers.drop_nulls().is_between(8e8 * unit, 4.1e9 * unit).all():
            return pl.from_epoch((numbers / unit).cast(pl.Int64), "s").cast(pl.Date)
    return pl.Series(texts.name, [None] * len(texts), dtype=pl.Date)
