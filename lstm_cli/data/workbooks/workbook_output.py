"""A table -> a workbook of Excel, in bounded memory.

Every text is written as a text: no formula in it runs, whatever a cell begins with.
"""

import math
import tempfile
from collections.abc import Callable, Sequence
from typing import IO, TYPE_CHECKING

import polars as pl

from lstm_cli.data.nested import as_json
from lstm_cli.data.rows import ROWS
from lstm_cli.data.showing import show_cell

if TYPE_CHECKING:
    from xlsxwriter.worksheet import Worksheet

# What Excel has room for.
MOST_LETTERS = 32_767  # in a cell, as UTF-16 counts them
MOST_COLUMNS = 16_384
_MOST_DIGITS = 15  # of a number: others would change

_ELSEWHERE = "write .csv or .parquet instead"
# Letters that no XML can hold, not even escaped.
_NO_LETTERS = str.maketrans("\ufffe\uffff", "\ufffd\ufffd")


def check_workbook(frame: pl.DataFrame, first_row: int) -> None:
    """Refuse cells that would be cut.

    Args:
        frame: some rows of the table.
        first_row: how many rows there are before these.

    Raises:
        ValueError: a text is too long, or there are too many columns.
    """
    if frame.width > MOST_COLUMNS:
        raise ValueError(f"it has {frame.width:,} columns, of {MOST_COLUMNS:,}; {_ELSEWHERE}")
    for name in frame.columns:
        _check_length(name, "the header", name)
        if frame[name].dtype.is_numeric():
            continue
        texts = pl.Series(_texts(frame[name]), dtype=pl.String)
        # No letter takes more than two places, and few texts are that long.
        for row in texts.str.len_chars().fill_null(0).ge(MOST_LETTERS // 2).arg_true():
            _check_length(texts[row], f"row {first_row + row + 2:,}", name)


def _check_length(text: str, where: str, column: str) -> None:
    """Refuse a text that is longer than a cell; the header is row 1."""
    length = len(text.encode("utf-16-le")) // 2
    if length > MOST_LETTERS:
        raise ValueError(
            f"{where} has {length:,} letters in column {show_cell(column)}, and a cell of Excel "
            f"has room for {MOST_LETTERS:,}; {_ELSEWHERE}"
        )


def write_workbook(frame: pl.LazyFrame, file: IO[bytes]) -> None:
    """Write all rows as one sheet, the names of the columns above them.

    Raises:
        ValueError, OSError: it cannot be written.
    """
    import xlsxwriter
    from xlsxwriter.exceptions import XlsxWriterException

    height = int(frame.select(pl.len()).collect().item())
    with tempfile.TemporaryDirectory(prefix="lstm-") as folder:
        workbook = xlsxwriter.Workbook(
            file, {"constant_memory": True, "use_zip64": True, "tmpdir": folder}
        )
        sheet = workbook.add_worksheet()
        sheet.freeze_panes(1, 0)
        bold = workbook.add_format({"bold": True})
        for place, name in enumerate(frame.collect_schema().names()):
            sheet.write_string(0, place, name.translate(_NO_LETTERS), bold)
        for first in range(0, height, ROWS):
            _write_rows(frame.slice(first, ROWS).collect(), sheet, first + 1)
        try:
            workbook.close()
        except XlsxWriterException as error:
            raise ValueError(str(error)) from error


def _write_rows(frame: pl.DataFrame, sheet: "Worksheet", first_row: int) -> None:
    columns = [_column(column, sheet) for column in frame.iter_columns()]
    for row in range(frame.height):
        for place, (values, write) in enumerate(columns):
            value = values[row]
            if value is not None:
                write(first_row + row, place, value)


def _column(column: pl.Series, sheet: "Worksheet") -> tuple[Sequence[object], Callable[..., int]]:
    """The values of a column, and how each is written; None for what is left empty."""
    if column.dtype == pl.Boolean:
        return column.to_list(), sheet.write_boolean
    if column.dtype.is_numeric():
        numbers = column.to_list()
        if all(value is None or _fits(value) for value in numbers):
            return [
                None if value is None else _finite(float(value)) for value in numbers
            ], sheet.write_number
    return [text and text.translate(_NO_LETTERS) for text in _texts(column)], sheet.write_string


def _fits(number: float) -> bool:
    """Whether Excel keeps a number as it is; no number of an order has so many digits."""
    return not math.isinf(number) and (isinstance(number, float) or abs(number) < 10**_MOST_DIGITS)


def _finite(number: float) -> float | None:
    return None if math.isnan(number) else number


def _texts(column: pl.Series) -> list[str | None]:
    """The cells of a column as they are written; lists and objects as JSON, dates as ISO 8601."""
    dtype = column.dtype
    if dtype == pl.String:
        return column.to_list()
    if dtype.is_nested() or dtype == pl.Binary:
        cells = (cell.to_list() if isinstance(cell, pl.Series) else cell for cell in column)
        return [None if cell is None else as_json(cell) for cell in cells]
    if dtype in (pl.Date, pl.Datetime, pl.Time):
        return [None if cell is None else cell.isoformat() for cell in column]
    return column.cast(pl.String).to_list()
