"""What stands below the rows of a delimited text, and where: totals and remarks are no reviews."""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from lstm_cli.data.delimited.body import ROWS_LOOKED_AT, Row, is_blank
from lstm_cli.data.delimited.footer import find_end
from lstm_cli.data.delimited.layout import cut
from lstm_cli.data.delimited.survey import Survey
from lstm_cli.data.showing import show_cell, show_skipped


@dataclass(frozen=True)
class Record:
    """A record as it stands in a text, or some blank lines."""

    start: int  # byte
    line: int
    text: str


@dataclass(frozen=True)
class Below:
    """What stands below a table, if anything does."""

    notes: tuple[str, ...] = ()
    start: int | None = None  # the byte where it begins
    lines: int | None = None  # of the text up to there


def find_below(records: Sequence[Record], above: Sequence[Row], delimiter: str | None) -> Below:
    """The totals and the remarks among the last records of a text."""
    rows = [cut(record.text, delimiter) for record in records]
    end = find_end(rows, above)
    filled = [k for k, row in enumerate(rows) if not is_blank(row)]
    notes: tuple[str, ...] = ()
    if end.is_doubtful:
        last = records[max(k for k in filled if k < len(rows) - end.left_out)]
        notes = (f"line {last.line} ({show_cell(last.text)}) is read as a review, not as totals",)
    if not end.left_out:
        return Below(notes)
    below = [records[k] for k in filled if k >= len(rows) - end.left_out]
    lines = [
        record.line + distance
        for record in below
        for distance, line in enumerate(record.text.split("\n"))
        if line.strip()
    ]
    notes = (show_skipped(lines, "below the table", below[0].text), *notes)
    first = records[-end.left_out]
    return Below(notes, first.start, first.line - 1)


def last_of_sound(path: Path, survey: Survey, first_row: int) -> list[Record]:
    """The last records of a text that keeps the rules, blank ones included."""
    first = max(first_row, len(survey.starts) - ROWS_LOOKED_AT)
    starts, stops = survey.starts[first:].tolist(), survey.stops[first:].tolist()
    lines = survey.first_lines[first:].tolist()
    with path.open("rb") as file:
        file.seek(starts[0])
        content = file.read(stops[-1] - starts[0])
    return [
        _record(start, line, content[start - starts[0] : stop - starts[0]])
        for start, stop, line in zip(starts, stops, lines, strict=True)
    ]


def last_of_repaired(path: Path, first_lines: Collection[int]) -> list[Record]:
    """The records that begin in some of the last lines of a text, and the blank ones between."""
    return list(_read_records(path, frozenset(first_lines)))


def _read_records(path: Path, first_lines: Collection[int]) -> Iterator[Record]:
    taken: list[bytes] = []
    start = line = place = 0
    with path.open("rb") as file:
        for number, content in enumerate(file, 1):
            if number in first_lines:
                yield from _with_blank(start, line, taken)
                start, line, taken = place, number, []
            if line:
                taken.append(content)
            place += len(content)
    yield from _with_blank(start, line, taken)


def _with_blank(start: int, line: int, taken: list[bytes]) -> Iterator[Record]:
    """A record, and the blank lines that follow it."""
    filled = len(taken)
    while filled and not taken[filled - 1].strip():
        filled -= 1
    if filled:
        yield _record(start, line, b"".join(taken[:filled]))
    if filled < len(taken):
        yield Record(start + sum(map(len, taken[:filled])), line + filled, "")


def _record(start: int, line: int, content: bytes) -> Record:
    return Record(start, line, content.decode("utf-8", "replace").rstrip("\r\n"))
