"""A process of its own that reads a workbook: what brings it down brings down nothing else.

calamine reads every kind of workbook, each cell with its own type. But of a damaged one it
may ask for more memory than there is, and that ends a process at once, whatever it is.

Started as ``python -P -m lstm_cli.data.workbooks.workbook_process FILE``. It answers with
``marshal``: first the sheets; then, for each line ``SHEET ROWS LIMIT`` that it is given, where
the sheet begins, which of its cells are merged, and lists of at most ROWS rows, an empty one at
the end.
"""

import marshal
import os
import sys
from collections.abc import Callable, Iterable, Iterator
from datetime import timedelta
from itertools import islice
from typing import IO, Any

Cell = str | int | float | bool | None

_LARGEST_WHOLE = 2**53  # beyond it, a number of a workbook is not exact


def main() -> None:
    """Answer until no more is asked."""
    _limit_memory()
    answers = sys.stdout.buffer
    try:
        _answer(sys.argv[1], answers)
    except BaseException as error:
        marshal.dump(("error", type(error).__name__, str(error)), answers)


def _answer(path: str, answers: IO[bytes]) -> None:
    import python_calamine as calamine

    with open(path, "rb") as file:  # noqa: PTH123, one import less
        workbook = calamine.CalamineWorkbook.from_filelike(file)
        sheets = workbook.sheets_metadata
        of_cells = calamine.SheetTypeEnum.WorkSheet
        visible = calamine.SheetVisibleEnum.Visible
        listed = [(sheet.name, sheet.typ == of_cells, sheet.visible == visible) for sheet in sheets]
        marshal.dump(("sheets", listed), answers)
        answers.flush()
        last: tuple[int, Any] | None = None  # the sheet read last, which may be asked for again
        for line in sys.stdin:
            number, rows, limit = map(int, line.split())
            if last is None or last[0] != number:
                last = None  # one sheet at a time is in memory
                last = number, workbook.get_sheet_by_index(number)
            sheet = last[1]
            left = sheet.start[1] if sheet.start else 0
            marshal.dump(("cells", left, sheet.merged_cell_ranges or []), answers)
            cells = islice(sheet.iter_rows(), limit or None)
            for batch in _batches(cells, rows):
                marshal.dump(("rows", batch), answers)
            marshal.dump(("rows", []), answers)
            answers.flush()


def _batches(cells: Iterator[list[Any]], size: int) -> Iterator[list[list[Cell]]]:
    while batch := list(islice(cells, size)):
        columns = [_plain(column) for column in zip(*batch, strict=True)]
        yield list(map(list, zip(*columns, strict=True)))


def _plain(column: tuple[Any, ...]) -> Iterable[Cell]:
    """Cells as they are handed on. Most columns are of one type, or of one and empty cells."""
    kinds = set(map(type, column))
    if kinds <= {int, bool}:
        return column
    if kinds == {str}:
        return column if "" not in column else [value or None for value in column]
    return [_PLAIN[type(value)](value) for value in column]


def _number(value: float) -> int | float | None:
    """A number as it was written: whole where it is whole."""
    if value.is_integer() and abs(value) <= _LARGEST_WHOLE:
        return int(value)
    return value if value - value == 0 else None  # neither infinite nor NaN


def _duration(value: timedelta) -> str:
    """Hours, minutes and seconds.

    >>> _duration(timedelta(hours=30, seconds=5))
    '30:00:05'
    """
    minutes, seconds = divmod(int(value.total_seconds()), 60)
    return f"{minutes // 60}:{minutes % 60:02}:{seconds:02}"


def _same(value: Any) -> Any:
    return value


def _iso(value: Any) -> str:
    return value.isoformat()


class _Plain(dict[type, Callable[[Any], Cell]]):
    """How a value of each type is handed on; any other as a text."""

    def __missing__(self, kind: type) -> Callable[[Any], Cell]:
        from datetime import date, time

        return _iso if issubclass(kind, date | time) else str


_PLAIN = _Plain(
    {
        str: lambda value: value or None,
        int: _same,
        bool: _same,
        float: _number,
        timedelta: _duration,
        type(None): _same,
    }
)


def _limit_memory() -> None:
    """Refuse to take more than the machine has: a small file can ask for terabytes."""
    try:
        import resource

        all_of_it = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
        resource.setrlimit(resource.RLIMIT_AS, (all_of_it, all_of_it))
    except (ImportError, OSError, ValueError, AttributeError):
        pass  # not on this system


if __name__ == "__main__":
    main()
