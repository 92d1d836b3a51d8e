"""A delimited text that breaks the rules -> one that keeps them, row by row.

Exports break them in few ways: a quote that is never closed, a quote in the
middle of a cell, delimiters in a text without quotes around it, missing cells.
What a row should have been can be seen from the other rows: which of their
columns hold numbers or a few words, and which the text. No row is dropped, and
none swallows the next.
"""

from collections import Counter, deque
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import islice
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from lstm_cli.data.delimited.cells import quote, split_loosely, split_strictly, unquote
from lstm_cli.data.delimited.layout import Layout
from lstm_cli.data.ratings.rating_cells import parse_rating
from lstm_cli.data.ratings.words import is_judgement
from lstm_cli.data.showing import count

LINES_LOOKED_AT = 2000
CLEAN_ROWS_NEEDED = 3
MOSTLY = 0.8  # share of the filled cells of a column
TIMES_OF_A_LABEL = 4  # that it comes, at least
FEW_CELLS = 100
# How far to look for a closing quote.
MOST_LINES_OF_A_ROW = 1000
MOST_LETTERS_OF_A_ROW = 1 << 18

# Where there is only one column: a delimiter that never occurs.
NO_DELIMITER = "\x1f"


@dataclass
class Mended:
    """Rows that were repaired in one way: how many, and the line of the first."""

    rows: int = 0
    first_line: int = 0

    def add(self, line: int) -> None:
        """Count one more row."""
        self.rows += 1
        self.first_line = self.first_line or line


@dataclass
class Repairs:
    """What had to be repaired, by kind."""

    quotes: Mended = field(default_factory=Mended)
    too_many: Mended = field(default_factory=Mended)
    too_few: Mended = field(default_factory=Mended)

    @property
    def notes(self) -> tuple[str, ...]:
        """The repairs in words."""
        kinds = (
            (self.quotes, "with unbalanced quotes read as they stand"),
            (self.too_many, "with too many cells, the extra ones read as text"),
            (self.too_few, "with too few cells filled up with empty ones"),
        )
        return tuple(
            f"{count(kind.rows, 'row')} {what} (line {kind.first_line}"
            f"{' first' if kind.rows > 1 else ''})"
            for kind, what in kinds
            if kind.rows
        )


@dataclass(frozen=True)
class Repaired:
    """A text that keeps the rules."""

    first_lines: NDArray[np.int64]  # of each row, in the text as it was
    notes: tuple[str, ...]


@dataclass(frozen=True)
class Expectation:
    """What a row should be like, judging by the others."""

    delimiter: str
    width: int
    numeric: frozenset[int]  # columns of numbers
    text: int  # the column of long cells, which takes extra ones
    labels: Mapping[int, frozenset[str]] = field(default_factory=dict)  # columns of a few words

    @property
    def knows_rows(self) -> bool:
        """Whether a row can be told from a line of a text."""
        return bool(self.numeric or self.labels)

    def fits(self, cells: Sequence[str]) -> bool:
        """Whether there are as many cells as columns, with numbers where they belong."""
        return len(cells) == self.width and all(
            not cells[k].strip() or is_number(cells[k]) for k in self.numeric
        )

    def stands_alone(self, line: str) -> bool:
        """Whether a line is clearly a row of its own, whatever its quotes."""
        return any(self._expected_of(line) or ())

    def may_stand_alone(self, line: str) -> bool:
        """Whether a line is a row of its own, if perhaps one whose rating is missing."""
        expected = self._expected_of(line)
        return expected is not None and (any(expected) or not expected)

    def _expected_of(self, line: str) -> list[bool] | None:
        """Whether each cell that can be told from a text is as expected; None of what is no row."""
        if not self.knows_rows or self.delimiter not in line:
            return None
        cells = self.read(line.removesuffix("\r"))
        if not self.fits(cells):
            return None
        numbers = [is_number(cells[k]) for k in self.numeric if cells[k].strip()]
        words = [cells[k] in known for k, known in self.labels.items() if cells[k].strip()]
        return numbers + words

    def read(self, line: str) -> list[str]:
        """The likeliest cells of a line that breaks the rules."""
        candidates = []
        for pieces in (split_loosely(line, self.delimiter), line.split(self.delimiter)):
            candidates.append(self._at_most_width(pieces))
        fitting = (cells for cells in candidates if self.fits(cells))
        complete = (cells for cells in candidates if len(cells) == self.width)
        return next(fitting, None) or next(complete, None) or candidates[0]

    def _at_most_width(self, pieces: Sequence[str]) -> list[str]:
        """Cells without their quotes, extra ones joined to the text."""
        cells = list(pieces)
        while len(cells) > self.width and not cells[-1].strip():
            cells.pop()
        extra = len(cells) - self.width
        if extra > 0:
            last = self.text + extra + 1
            cells[self.text : last] = [self.delimiter.join(cells[self.text : last])]
        return [unquote(cell) for cell in cells]


@lru_cache(maxsize=1 << 12)
def is_number(cell: str) -> bool:
    """Whether a cell holds a number or a rating."""
    return parse_rating(cell) is not None


def expect(lines: Sequence[str], layout: Layout) -> Expectation:
    """Learn from rows that keep the rules what the others should be like."""
    delimiter, width = layout.delimiter or NO_DELIMITER, len(layout.names)
    splits = (split_strictly(line.removesuffix("\r"), delimiter) for line in lines if line.strip())
    rows = [split.cells for split in splits if split.is_whole and len(split.cells) == width]
    if len(rows) < CLEAN_ROWS_NEEDED:
        return Expectation(delimiter, width, frozenset(), _text_place(lines, delimiter, width))
    numeric = set()
    for k in range(width):
        filled = [row[k] for row in rows if row[k].strip()]
        if filled and sum(map(is_number, filled)) >= MOSTLY * len(filled):
            numeric.add(k)
    letters = [0 if k in numeric else sum(len(row[k]) for row in rows) for k in range(width)]
    text = int(np.argmax(letters))
    others = [k for k in range(width) if k != text and k not in numeric]
    labels = {k: words for k in others if (words := _labels([row[k] for row in rows]))}
    return Expectation(delimiter, width, frozenset(numeric), text, labels)


def _labels(cells: Sequence[str]) -> frozenset[str]:
    """The few words that almost all cells of a column are; none if they differ.

    >>> sorted(_labels(["pos", "neg", "neg"])), sorted(_labels(["Rome", "Oslo", "Bern"]))
    (['neg', 'pos'], [])
    """
    filled = [cell for cell in cells if cell.strip()]
    # Behind a comma in a sentence stands a blank: "slow, bad" is no row that is rated so.
    counts = Counter(cell for cell in filled if cell == cell.strip())
    words = {cell for cell, times in counts.items() if times >= TIMES_OF_A_LABEL}
    if len(filled) <= FEW_CELLS:  # of these, words that rate need not come again
        words |= {cell for cell in counts if is_judgement(cell)}
    return frozenset(words if sum(counts[cell] for cell in words) >= MOSTLY * len(filled) else ())


def _text_place(lines: Sequence[str], delimiter: str, width: int) -> int:
    """The column that leaves most numbers in the others if it takes all extra cells."""
    best, most = width - 1, -1
    for place in reversed(range(width)):
        expectation = Expectation(delimiter, width, frozenset(), place)
        rows = (expectation.read(line) for line in islice(lines, 100))
        numbers = sum(is_number(row[k]) for row in rows for k in range(len(row)) if k != place)
        if numbers > most:
            best, most = place, numbers
    return best


def repair(path: Path, target: Path, layout: Layout, stop: int | None = None) -> Repaired:
    """Write a text that keeps the rules, in bounded memory, without header and blank lines.

    Args:
        path: the text.
        target: where to write.
        layout: how the text is cut.
        stop: how many of its lines to read.
    """
    with path.open(encoding="utf-8", newline="\n") as file:
        start = layout.skipped_lines + layout.has_header
        last = LINES_LOOKED_AT if stop is None else min(stop, LINES_LOOKED_AT)
        sample = [line.rstrip("\r\n") for line in islice(file, start, last)]
    expectation = expect(sample, layout)
    repairs = Repairs()
    first_lines: list[int] = []
    with (
        path.open(encoding="utf-8", newline="\n") as file,
        target.open("w", encoding="utf-8", newline="") as out,
    ):
        lines = islice(file, layout.skipped_lines, stop)
        rows = _rows(_Lines(lines, layout.skipped_lines), expectation, repairs)
        if layout.has_header and next(rows, None):
            repairs.too_few = Mended()  # a name may be missing on purpose
        for row in rows:
            cells = [quote(cell, expectation.delimiter) for cell in row.cells]
            out.write(expectation.delimiter.join(cells) if any(cells) or cells[1:] else '""')
            out.write("\n")
            first_lines.append(row.line)
    return Repaired(np.array(first_lines, dtype=np.int64), repairs.notes)


class _Lines:
    """The lines of a file; they can be looked at before they are taken."""

    def __init__(self, file: Iterator[str], taken: int) -> None:
        self._file = file
        self._ahead: deque[str] = deque()
        self.taken = taken  # those before the first, too

    def take(self) -> str | None:
        """The next line without its end, None after the last."""
        line = self._ahead.popleft() if self._ahead else next(self._file, None)
        if line is None:
            return None
        self.taken += 1
        return line.removesuffix("\n")

    def look(self, distance: int) -> str | None:
        """The line at some distance; 0 is the one that ``take`` would return."""
        while len(self._ahead) <= distance:
            line = next(self._file, None)
            if line is None:
                return None
            self._ahead.append(line)
        return self._ahead[distance].removesuffix("\n")


def _rows(lines: _Lines, expectation: Expectation, repairs: Repairs) -> Iterator["_Row"]:
    """Every row with the line where it begins."""
    delimiter, width = expectation.delimiter, expectation.width
    while (taken := lines.take()) is not None:
        number, line = lines.taken, taken.removesuffix("\r")
        if '"' not in line and line.count(delimiter) == width - 1:
            if line.strip() or width > 1:
                yield _Row(number, line.split(delimiter))
            continue
        if not line.strip() and delimiter not in line:
            continue
        split = split_strictly(line, delimiter)
        if split.is_whole and len(split.cells) == width:
            yield _Row(number, split.cells)
        elif split.is_open and (joined := _join(line, lines, expectation)):
            for _ in range(joined.num_lines - 1):
                lines.take()
            yield _Row(number, joined.cells)
        else:
            cells = expectation.read(line)
            if not split.is_whole:
                repairs.quotes.add(number)
            elif any(map(str.strip, split.cells[width:])):  # empty ones are nothing
                repairs.too_many.add(number)
            if len(cells) < width:
                repairs.too_few.add(number)
            yield _Row(number, cells + [""] * (width - len(cells)))


@dataclass(frozen=True)
class _Row:
    line: int
    cells: list[str]


@dataclass(frozen=True)
class _Joined:
    cells: list[str]
    num_lines: int


def _join(line: str, lines: _Lines, expectation: Expectation) -> _Joined | None:
    """A row of several lines, if its quote is closed by the rules and swallows no other row."""
    parts = [line]
    letters = len(line)
    swallows = expectation.stands_alone(line)
    for distance in range(MOST_LINES_OF_A_ROW):
        following = lines.look(distance)
        if following is None or letters > MOST_LETTERS_OF_A_ROW:
            return None
        parts.append(following)
        letters += len(following)
        if '"' in following:
            text = "\n".join(parts).removesuffix("\r")
            split = split_strictly(text, expectation.delimiter)
            if split.is_whole:
                # Where the text is the last column, the first line always stands alone.
                swallows = swallows and expectation.may_stand_alone(following)
                is_row = len(split.cells) == expectation.width and not swallows
                return _Joined(split.cells, distance + 2) if is_row else None
            if not split.is_open:
                return None
        swallows = swallows and expectation.stands_alone(following)
    return None
