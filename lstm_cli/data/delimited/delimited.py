"""Comma, semicolon, tab or bar separated text -> windows of strings; and rows -> such text.

polars reads a text that keeps the rules. Whether it does is checked first, in numpy,
by its quotes and delimiters alone, because polars takes a stray quote for an error,
or for the beginning of a cell that swallows the rows after it. A text that breaks
the rules is repaired row by row.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import islice
from pathlib import Path
from typing import IO

import numpy as np
import polars as pl
from numpy.typing import NDArray

from lstm_cli.data.delimited.below import Below, find_below, last_of_repaired, last_of_sound
from lstm_cli.data.delimited.body import ROWS_LOOKED_AT
from lstm_cli.data.delimited.layout import Layout, find_layout, read_records
from lstm_cli.data.delimited.repair import (
    LINES_LOOKED_AT,
    NO_DELIMITER,
    Expectation,
    expect,
    repair,
)
from lstm_cli.data.delimited.style import TextStyle, line_end_of
from lstm_cli.data.delimited.survey import Part, Survey, survey_text
from lstm_cli.data.nested import as_json
from lstm_cli.data.rows import ROWS, Content, Rows, reading
from lstm_cli.data.showing import count, escape, show_source
from lstm_cli.data.sources.opening import read_head
from lstm_cli.errors import FileError, NoRowsError

SAMPLE_BYTES = 1 << 20
MOST_COLUMNS = 10_000  # each costs as much as a file of its own


@dataclass(frozen=True)
class Delimited:
    """A text that keeps the rules, and where its rows are: none of them is in memory."""

    path: Path
    layout: Layout
    survey: Survey
    first_row: int  # of the survey's records
    first_lines: NDArray[np.int64]  # the line of the user's file where each row begins, from 1
    notes: tuple[str, ...]

    def __len__(self) -> int:
        return len(self.first_lines)

    def windows(self, rows: int) -> Iterator[pl.DataFrame]:
        """The cells as strings, at most ``rows`` records at a time.

        Raises:
            PolarsError, ValueError: polars finds something amiss.
        """
        survey, names = self.survey, self.layout.names
        schema = {f"column {k}": pl.String for k in range(len(names))}
        separator = self.layout.delimiter or NO_DELIMITER
        # polars takes the columns of the first row for all there are.
        full_row = separator.encode() * (len(names) - 1) + b"\n"
        with self.path.open("rb") as file:
            for first in range(self.first_row, len(survey.starts), rows):
                num_cells = survey.num_cells[first : first + rows]
                file.seek(survey.starts[first])
                content = file.read(survey.stops[first + len(num_cells) - 1] - survey.starts[first])
                is_short = int(num_cells[0]) < len(names)
                frame = pl.read_csv(
                    (full_row if is_short else b"") + content + b"\n",
                    has_header=False,
                    schema=schema,
                    separator=separator,
                    raise_if_empty=False,
                )
                frame = frame[1:] if is_short else frame
                if frame.height != len(num_cells):
                    raise ValueError(f"{frame.height} rows of {len(num_cells)} records")
                frame.columns = list(names)
                yield frame if num_cells.all() else frame.filter(pl.Series(num_cells > 0))


def open_delimited(content: Content, rows: int) -> Rows:
    """Open a text in UTF-8 to read it, at most ``rows`` records at a time.

    Raises:
        FileError: there is a header and nothing else, or not even that.
    """
    cells = survey_delimited(content.path, content.folder, content.source)
    delimiter = cells.layout.delimiter
    trouble = "is no table that can be read; save it as CSV"
    return Rows(
        reading(cells.windows(rows), content.source, trouble),
        len(cells),
        form="tsv" if delimiter == "\t" else "csv",
        delimiter=delimiter,
        notes=cells.notes,
        first_lines=cells.first_lines,
        renamed=cells.layout.renamed,
        line_end=line_end_of(read_head(content.path)),
    )


def append_delimited(
    frame: pl.DataFrame, file: IO[bytes], style: TextStyle, *, has_header: bool
) -> None:
    """Add rows to a file, after their names where it needs a header."""
    flat = frame.with_columns(
        pl.Series(column.name, [_flatten(value) for value in column], dtype=pl.String)
        for column in frame.iter_columns()
        if column.dtype.is_nested() or column.dtype == pl.Binary
    )
    if flat.width == 1:  # an empty cell alone would be a blank line, which is no row
        flat = flat.fill_null("") if flat.dtypes[0] == pl.String else flat
    flat.write_csv(
        file,
        include_header=has_header,
        separator=style.delimiter,
        line_terminator=style.line_end,
        decimal_comma=style.has_decimal_comma,
        check_extension=False,
    )


def _flatten(value: object) -> str | None:
    """A list or an object in one cell, as JSON."""
    if value is None:
        return None
    plain = value.to_list() if isinstance(value, pl.Series) else value
    return as_json(plain)


def survey_delimited(path: Path, folder: Path, source: str) -> Delimited:
    """Find the rows of a text in UTF-8, repairing it where it breaks the rules.

    Args:
        path: the text.
        folder: where a repaired copy may lie while rows are read.
        source: as a person named it.

    Raises:
        FileError: there is a header and nothing else, or not even that; or two rows look
            like the header.
    """
    sample = read_head(path, SAMPLE_BYTES).decode("utf-8", "ignore")
    layout = find_layout(sample, source)
    if layout is None:
        raise FileError(f"{show_source(source)} holds blank lines only; give a file of reviews")
    if len(layout.names) > MOST_COLUMNS:
        raise FileError(
            f"{show_source(source)} has more than {MOST_COLUMNS:,} columns; keep those of the "
            "review and the rating"
        )
    text = _Text(path, folder, source, layout, sample.split("\n")[layout.skipped_lines :])
    part = text.below_what_is_skipped()
    table = text.read(part)
    below = text.find_below(table)
    if below.start is not None:
        table = text.read(replace(part, stop=below.start, stop_line=below.lines))
    table = replace(table, notes=table.notes + below.notes)
    if not len(table):
        names = ", ".join(escape(name) for name in layout.names[:8])
        raise NoRowsError(f"{show_source(source)} has a header ({names}) but no rows; add reviews")
    return table


@dataclass(frozen=True)
class _Text:
    """A text whose layout is known."""

    path: Path
    folder: Path
    source: str
    layout: Layout
    lines: Sequence[str]  # the first, from the header on

    def below_what_is_skipped(self) -> Part:
        """All but the lines above the header."""
        lines_above = self.layout.skipped_lines
        with self.path.open("rb") as file:
            start = sum(len(file.readline()) for _ in range(lines_above))
        return Part(start, lines_above)

    def read(self, part: Part) -> Delimited:
        """The rows in a part, repaired if they have to be."""
        return self._find_sound(part) or self._repair(part)

    def _find_sound(self, part: Part) -> Delimited | None:
        """The rows of a text that keeps the rules; None for one that does not."""
        layout = self.layout
        width = len(layout.names)
        survey = survey_text(self.path, layout.delimiter or NO_DELIMITER, width, part)
        if not survey.is_sound:
            return None
        first_row = int(layout.has_header)
        num_cells, first_lines = survey.num_cells[first_row:], survey.first_lines[first_row:]
        first_lines, num_cells = first_lines[num_cells > 0], num_cells[num_cells > 0]
        notes = layout.notes
        if too_few := int((num_cells < width).sum()):
            first = int(first_lines[num_cells < width][0])
            rows = f"{count(too_few, 'row')} with too few cells filled up with empty ones"
            notes += (f"{rows} (line {first}{' first' if too_few > 1 else ''})",)
        table = Delimited(self.path, layout, survey, first_row, first_lines, notes)
        if survey.has_long_cells:
            expectation = expect(self.lines[1:LINES_LOOKED_AT], layout)
            try:
                swallows = any(_swallows_rows(frame, expectation) for frame in table.windows(ROWS))
            except (pl.exceptions.PolarsError, ValueError):
                return None
            if swallows:
                return None
        return table

    def _repair(self, part: Part) -> Delimited:
        layout = self.layout
        mended = self.folder / "repaired"
        repaired = repair(self.path, mended, layout, part.stop_line)
        survey = survey_text(mended, layout.delimiter or NO_DELIMITER, len(layout.names))
        if int((survey.num_cells > 0).sum()) != len(repaired.first_lines):
            raise FileError(
                f"{show_source(self.source)} is no table that can be read; save it as CSV"
            )
        notes = layout.notes + repaired.notes
        return Delimited(mended, layout, survey, 0, repaired.first_lines, notes)

    def find_below(self, table: Delimited) -> Below:
        """The totals and the remarks below the last row."""
        if len(table) < 2:
            return Below()
        if table.path == self.path:
            last = last_of_sound(table.path, table.survey, table.first_row)
        else:
            last = last_of_repaired(self.path, table.first_lines[-ROWS_LOOKED_AT:].tolist())
        above: list[list[str]] = []
        if len(table) > ROWS_LOOKED_AT:
            lines = self.lines[self.layout.has_header : LINES_LOOKED_AT]
            records = islice(read_records(lines, self.layout.delimiter), ROWS_LOOKED_AT)
            above = [record.cells for record in records]
        return find_below(last, above, self.layout.delimiter)


def _swallows_rows(frame: pl.DataFrame, expectation: Expectation) -> bool:
    """Whether a cell of several lines consists of rows, because two unclosed quotes met."""
    if not expectation.knows_rows:
        return False
    for column in frame.iter_columns():
        for cell in column.filter(column.str.contains("\n", literal=True)):
            first, *others = cell.split("\n")[:-1]
            if expectation.stands_alone(first) and all(map(expectation.stands_alone, others)):
                return True
    return False
