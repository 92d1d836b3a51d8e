"""Parquet -> windows of its rows, typed as they were written; bytes that are text as text."""

import polars as pl

from lstm_cli.data.rows import POLARS_ERRORS, Content, Rows, first_line, reading
from lstm_cli.data.showing import escape
from lstm_cli.errors import FileError, NoRowsError

ROWS_LOOKED_AT = 1_000


def open_parquet(content: Content, rows: int) -> Rows:
    """Open a file to read it, at most ``rows`` rows at a time.

    Raises:
        FileError: it is damaged or has no rows; here or while they are read.
    """
    name, trouble = content.shown, "is damaged Parquet; write it again"
    scan = pl.scan_parquet(content.path, glob=False, hive_partitioning=False)
    try:
        height = int(scan.select(pl.len()).collect().item())
        texts = _texts_in_bytes(scan)
    except POLARS_ERRORS as error:
        raise FileError(f"{name} {trouble} ({first_line(error)})") from error
    if not height:
        raise NoRowsError(f"{name} has columns but no rows; add reviews")
    scan = scan.with_columns(pl.col(texts).cast(pl.String))
    windows = (scan.slice(first, rows).collect() for first in range(0, height, rows))
    notes = tuple(f"column {escape(text)!r}: bytes read as text" for text in texts)
    return Rows(reading(windows, content.source, trouble), height, notes=notes)


def _texts_in_bytes(scan: pl.LazyFrame) -> list[str]:
    """The columns of bytes, as some programs store text, all of which are UTF-8."""
    names = [name for name, dtype in scan.collect_schema().items() if dtype == pl.Binary]
    return [
        name
        for name in names
        if _is_text(scan.select(name).head(ROWS_LOOKED_AT)) and _is_text(scan.select(name))
    ]


def _is_text(column: pl.LazyFrame) -> bool:
    try:
        # No letter of a text is NUL, as bytes of numbers often are.
        has_nul = pl.first().cast(pl.String).str.contains("\0", literal=True).any()
        return not column.select(has_nul).collect(engine="streaming").item()
    except pl.exceptions.ComputeError:
        return False
