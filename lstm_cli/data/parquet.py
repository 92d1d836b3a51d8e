"""Parquet -> windows of its rows, typed as they were written."""

import polars as pl

from lstm_cli.data.rows import POLARS_ERRORS, Content, Rows, first_line, reading
from lstm_cli.data.showing import show_source
from lstm_cli.errors import FileError


def open_parquet(content: Content, rows: int) -> Rows:
    """Open a file to read it, at most ``rows`` rows at a time.

    Raises:
        FileError: it is damaged or has no rows; here or while they are read.
    """
    name, trouble = show_source(content.source), "is damaged Parquet; write it again"
    scan = pl.scan_parquet(content.path, glob=False, hive_partitioning=False)
    try:
        height = int(scan.select(pl.len()).collect().item())
    except POLARS_ERRORS as error:
        raise FileError(f"{name} {trouble} ({first_line(error)})") from error
    if not height:
        raise FileError(f"{name} has columns but no rows; add reviews")
    windows = (scan.slice(first, rows).collect() for first in range(0, height, rows))
    return Rows(reading(windows, content.source, trouble), height)
