"""The rows of a file, kept as they are read, until it is known which of them are wanted.

Standard input and a download can be read only once; so rows that are wanted later, with all
their columns, wait in files, and memory does not grow with them.
"""

from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path

import numpy as np
import polars as pl

from lstm_cli.data.rows import first_line
from lstm_cli.data.tables import Table
from lstm_cli.data.texts import text_at


class KeptRows:
    """All rows of one file; ``read_reviews`` fills it.

    Args:
        folder: where they lie; whoever made it takes it away.
    """

    def __init__(self, folder: Path) -> None:
        self.table: Table | None = None  # the first rows; the rest describes the whole file
        self._folder = folder
        self._text_columns: tuple[str, ...] = ()
        self._heights: list[int] = []

    def begin(self, table: Table, text_columns: Sequence[str]) -> None:
        """The rows of this table follow, whose texts are in these columns."""
        self.table, self._text_columns = table, tuple(text_columns)

    def add(self, frame: pl.DataFrame) -> None:
        """The next rows.

        Raises:
            OSError: there is no room for them.
        """
        try:
            frame.write_ipc(self._part(len(self._heights)), compression="lz4")
        except pl.exceptions.PolarsError as error:
            raise OSError(first_line(error)) from error
        self._heights.append(frame.height)

    def at(self, lines: Sequence[int], texts: Sequence[str]) -> pl.DataFrame:
        """The rows that begin in some lines, in the order asked for.

        Args:
            lines: of the file, one or more.
            texts: those of the rows, which tell apart several rows of one line.
        """
        assert self.table is not None, "the rows were read"
        starts = np.cumsum([0, *self._heights])
        numbers = self.table.line_numbers(np.arange(starts[-1]))
        places = [np.flatnonzero(numbers == line).tolist() for line in lines]
        rows = self._read({row for in_line in places for row in in_line}, starts.tolist())
        found = [self.table.frame.clear()]
        for in_line, text in zip(places, texts, strict=True):
            # Only JSON has several rows in a line.
            matching = (r for r in in_line if self._text(rows[r]) == text)
            found.append(rows[in_line[0] if len(in_line) == 1 else next(matching, in_line[0])])
        return pl.concat(found)

    def _read(self, rows: set[int], starts: Sequence[int]) -> dict[int, pl.DataFrame]:
        """Some rows, each a frame of one, by their places in the file."""
        found: dict[int, pl.DataFrame] = {}
        for part, (start, stop) in enumerate(pairwise(starts)):
            wanted = [row for row in rows if start <= row < stop]
            if wanted:
                frame = pl.read_ipc(self._part(part))
                found |= {row: frame[row - start] for row in wanted}
        return found

    def _text(self, row: pl.DataFrame) -> str | None:
        text: str | None = text_at(row, self._text_columns).item()
        return text

    def _part(self, number: int) -> Path:
        return self._folder / f"rows-{number}"
