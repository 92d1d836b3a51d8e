"""Tables -> a workbook of Excel, a sheet each, in bounded memory.

Every text is written as a text: no formula in it runs, whatever a cell begins with. A sheet
can be read as it is opened: its header stays in sight and filters the rows, and its columns
are as wide as what is in them.
"""

import io
import math
import re
import tempfile
from collections.abc import Callable, Mapping, Sequence
from typing import IO, TYPE_CHECKING

import polars as pl
from rich.cells import cell_len

from lstm_cli.data.nested import as_json
from lstm_cli.data.rows import ROWS
from lstm_cli.data.showing import escape, show_cell
from lstm_cli.data.whole import write_bytes
from lstm_cli.data.workbooks.sheets import Sheet
from lstm_cli.errors import OutputError

if TYPE_CHECKING:
    from xlsxwriter import Workbook
    from xlsxwriter.format import Format
    from xlsxwriter.worksheet import Worksheet

# What Excel has room for.
MOST_LETTERS = 32_767  # in a cell, as UTF-16 counts them
MOST_COLUMNS = 16_384
MOST_ROWS = (1 << 20) - 1  # below the header
_MOST_DIGITS = 15  # of a number: others would change
_LONGEST_NAME = 31  # of a sheet

_NARROWEST, _WIDEST = 8, 60  # columns, in digits: a review is cut by its neighbour, not the screen
_FILTER_WIDTH = 3  # the button beside a name in the header
_ROWS_MEASURED = 200

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


def write_sheets(sheets: Sequence[Sheet], target: str, *, replace: bool = False) -> None:
    """Write a workbook of several sheets, whole or not at all.

    Args:
        sheets: in order; what is to be read first comes first.
        target: its path.
        replace: a file of that name gives way.

    Raises:
        OutputError: it exists already and is not to be replaced, cannot be written, or a sheet
            holds what no workbook has room for.
    """
    content = io.BytesIO()
    try:
        for sheet in sheets:
            check_workbook(sheet.frame.lazy().collect(), 0)
        write_workbook(sheets, content)
    except ValueError as error:
        raise OutputError(f"{escape(target)} cannot be written: {error}") from error
    write_bytes(content.getvalue(), target, replace=replace)


def write_workbook(sheets: Sequence[Sheet], file: IO[bytes]) -> None:
    """Write all rows of each sheet, the names of the columns above them.

    Args:
        sheets: rows that ``check_workbook`` has let pass.
        file: where the workbook goes.

    Raises:
        ValueError, OSError: it cannot be written.
    """
    import xlsxwriter
    from xlsxwriter.exceptions import XlsxWriterException

    with tempfile.TemporaryDirectory(prefix="lstm-") as folder:
        workbook = xlsxwriter.Workbook(
            file, {"constant_memory": True, "use_zip64": True, "tmpdir": folder}
        )
        names = _names([sheet.name for sheet in sheets])
        for name, sheet in zip(names, sheets, strict=True):
            _write_sheet(sheet, workbook, name)
        try:
            workbook.close()
        except XlsxWriterException as error:
            raise ValueError(str(error)) from error


def _names(names: Sequence[str]) -> list[str]:
    """The names of sheets as Excel allows them: short, distinct in any case, without some signs.

    >>> _names(["a/b", "A_B", "x" * 40])
    ['a_b', 'A_B 2', 'xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx']
    """
    allowed: list[str] = []
    for name in names:
        plain = re.sub(r"[\[\]:*?/\\\x00-\x1f]", "_", name.translate(_NO_LETTERS)).strip("' ")
        plain = plain or "sheet"
        distinct, number = plain[:_LONGEST_NAME], 1
        while distinct.lower() in (other.lower() for other in allowed):
            number += 1
            ending = f" {number}"
            distinct = plain[: _LONGEST_NAME - len(ending)] + ending
        allowed.append(distinct)
    return allowed


def _write_sheet(sheet: Sheet, workbook: "Workbook", name: str) -> None:
    frame = sheet.frame.lazy()
    columns = frame.collect_schema().names()
    height = int(frame.select(pl.len()).collect().item())
    if height > MOST_ROWS:
        raise ValueError(f"sheet {escape(name)} has {height:,} rows, of {MOST_ROWS:,}")
    written = workbook.add_worksheet(name)
    written.freeze_panes(1, 0)
    bold = workbook.add_format({"bold": True, "bottom": 1})
    for place, column in enumerate(columns):
        written.write_string(0, place, column.translate(_NO_LETTERS), bold)
    formats = {
        column: workbook.add_format({"num_format": number_format})
        for column, number_format in sheet.formats.items()
    }
    if sheet.wrapped:
        # Excel makes a row as high as the lines of its wrapped cells when it opens the file.
        lines = workbook.add_format({"text_wrap": True, "valign": "top"})
        formats |= dict.fromkeys(sheet.wrapped, lines)
    for first in range(0, height, ROWS):
        rows = frame.slice(first, ROWS).collect()
        if not first:
            _set_widths(rows.head(_ROWS_MEASURED), written, sheet.wrapped)
        _write_rows(rows, written, first + 1, formats)
    if columns and height:
        written.autofilter(0, 0, height, len(columns) - 1)


def _set_widths(frame: pl.DataFrame, sheet: "Worksheet", given: Mapping[str, int]) -> None:
    """Make each column as wide as its name and its first cells, where no width is given."""
    for place, column in enumerate(frame.iter_columns()):
        if column.name in given:
            sheet.set_column(place, place, given[column.name])
            continue
        if column.dtype.is_numeric():
            longest = 0  # of which a format shows a few digits
        else:
            longest = max((cell_len(text[:_WIDEST]) for text in _texts(column) if text), default=0)
        width = max(_NARROWEST, cell_len(column.name[:_WIDEST]) + _FILTER_WIDTH, longest + 1)
        sheet.set_column(place, place, min(width, _WIDEST))


def _write_rows(
    frame: pl.DataFrame, sheet: "Worksheet", first_row: int, formats: "dict[str, Format]"
) -> None:
    columns = [(*_column(column, sheet), formats.get(column.name)) for column in frame]
    for row in range(frame.height):
        for place, (values, write, number_format) in enumerate(columns):
            value = values[row]
            if value is not None:
                write(first_row + row, place, value, number_format)


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
