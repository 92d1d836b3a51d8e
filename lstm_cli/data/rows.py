"""What a format is opened from, and the rows that come out, whatever the format."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import polars as pl
from numpy.typing import NDArray

from lstm_cli.data.options import DETECT_ALL, ReadOptions
from lstm_cli.data.showing import escape, show_source
from lstm_cli.errors import FileError

ROWS = 20_000  # read at a time
POLARS_ERRORS = (pl.exceptions.PolarsError, pl.exceptions.PanicException, OSError, ValueError)


@dataclass(frozen=True)
class Content:
    """A file on this machine, unpacked; in UTF-8 if its format is one of text."""

    path: Path
    folder: Path  # where files may lie as long as rows are read
    source: str  # the file as a person named it
    encoding: str | None = None  # of a text before, as Python names it
    notes: tuple[str, ...] = ()  # what had to be repaired so far, for people
    options: ReadOptions = DETECT_ALL
    member: str | None = None  # of an archive: the file in it
    has_mark: bool = False  # whether a byte order mark stood before the text

    @property
    def shown(self) -> str:
        """What messages call it."""
        shown = show_source(self.source)
        return shown if self.member is None else f"{shown} ({escape(self.member)})"


@dataclass(frozen=True)
class Rows:
    """The rows of a file, in order, read as they are needed."""

    windows: Iterator[pl.DataFrame]
    num_rows: int
    frame: pl.DataFrame | None = None  # all of them, where they are in memory anyway
    form: str | None = None  # the format, where its cells tell another than was opened
    delimiter: str | None = None
    notes: tuple[str, ...] = ()  # what else had to be repaired
    line_end: str = "\n"  # of a delimited text
    # The line where each row begins; without it, rows are counted.
    first_lines: NDArray[np.int64] | None = field(default=None, repr=False, compare=False)
    # By the name of a column: what the file calls it, where it calls another one so, too.
    renamed: Mapping[str, str] = field(default_factory=dict)


def reading(windows: Iterator[pl.DataFrame], source: str, trouble: str) -> Iterator[pl.DataFrame]:
    """The same windows; what goes wrong while they are read is reported in one line."""
    try:
        yield from windows
    except POLARS_ERRORS as error:
        raise FileError(f"{show_source(source)} {trouble} ({first_line(error)})") from error


def first_line(error: BaseException) -> str:
    """The beginning of what an error says, safe to show."""
    lines = str(error).strip().splitlines()
    return escape(lines[0][:200]) if lines else type(error).__name__
