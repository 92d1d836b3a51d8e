"""Where the records of a delimited text are, and whether they keep the rules, found in numpy.

Quotes and delimiters alone tell; no cell is read.
"""

import mmap
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

WINDOW_BYTES = 1 << 24

_QUOTE, _NEWLINE, _RETURN = b'"'[0], b"\n"[0], b"\r"[0]


@dataclass(frozen=True)
class Part:
    """The part of a text in which its table is, the header included."""

    start: int = 0  # bytes above it
    lines_above: int = 0
    stop: int | None = None  # the byte after it; None: the end of the text
    stop_line: int | None = None  # lines up to there


WHOLE = Part()


@dataclass(frozen=True)
class Survey:
    """The records of a text, the header included, if it keeps the rules."""

    is_sound: bool  # every quote is where it belongs, and no record has a cell too many
    first_lines: NDArray[np.int64]
    num_cells: NDArray[np.int64]  # 0 for a blank line
    starts: NDArray[np.int64]  # the byte where each begins
    stops: NDArray[np.int64]  # the byte after its last, without newlines
    has_long_cells: bool  # a cell holds a newline


def survey_text(path: Path, delimiter: str, width: int, part: Part = WHOLE) -> Survey:
    """Find the records of a text, and whether its quotes and cells keep the rules.

    A quote opens where the number of quotes before it is even; there it must
    follow a delimiter or a newline. A closing one must stand before one. Two in a
    row close and open again, which is how a quote is written inside quotes.
    """
    size = path.stat().st_size if part.stop is None else part.stop
    if size <= part.start:
        nothing = np.zeros(0, dtype=np.int64)
        return Survey(True, nothing, nothing, nothing, nothing, has_long_cells=False)
    with path.open("rb") as file:
        mapped = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
    data = np.frombuffer(mapped, dtype=np.uint8)[:size]
    seen = _Seen()
    windows: list[_Window] = []
    for start in range(part.start - part.start % WINDOW_BYTES, size, WINDOW_BYTES):
        stop = min(start + WINDOW_BYTES, size)
        window = _survey_window(data, max(start, part.start), stop, ord(delimiter), seen)
        windows.append(window)
        seen = window.seen
        # What has been seen need not stay in memory.
        if hasattr(mmap, "MADV_DONTNEED") and start % mmap.PAGESIZE == 0:
            mapped.madvise(mmap.MADV_DONTNEED, start, stop - start)
    ends = np.concatenate([window.ends for window in windows])
    separators = [window.separators for window in windows]
    starts = np.concatenate([[part.start], ends + 1])
    stops = np.append(ends, size)
    num_cells = np.diff(np.concatenate([[0], *separators, [seen.separators]])) + 1
    first_lines = np.concatenate([[0], *(window.lines for window in windows)])
    first_lines += part.lines_above + 1
    if starts[-1] == size:  # the text ends with its last record
        starts, stops, num_cells, first_lines = (
            array[:-1] for array in (starts, stops, num_cells, first_lines)
        )
    maybe_blank = (stops == starts) if width == 1 else (num_cells == 1)
    for k in np.flatnonzero(maybe_blank | (stops == starts + 1)):
        record = data[starts[k] : stops[k]].tobytes()
        if record in (b"", b"\r") or (width > 1 and num_cells[k] == 1 and not record.strip()):
            num_cells[k] = 0
    is_sound = seen.is_sound and seen.quotes % 2 == 0 and bool((num_cells <= width).all())
    has_long_cells = seen.newlines > len(ends)
    return Survey(is_sound, first_lines, num_cells, starts, stops, has_long_cells)


@dataclass(frozen=True)
class _Seen:
    """How many of each were seen in a text so far, and whether its quotes keep the rules."""

    quotes: int = 0
    separators: int = 0  # outside quotes
    newlines: int = 0
    is_sound: bool = True


@dataclass(frozen=True)
class _Window:
    """Where records end in a part of a text."""

    ends: NDArray[np.int64]  # their places in the whole text
    separators: NDArray[np.int64]  # seen up to each of the ends
    lines: NDArray[np.int64]  # newlines seen up to each of the ends
    seen: _Seen  # up to the end of the window


def _survey_window(
    data: NDArray[np.uint8], start: int, stop: int, separator: int, seen: _Seen
) -> _Window:
    window = data[start:stop]
    is_marked = (window == _QUOTE) | (window == _NEWLINE) | (window == separator)
    places = np.flatnonzero(is_marked) + start
    kinds = data[places]
    is_quote = kinds == _QUOTE
    is_inside = (seen.quotes + np.cumsum(is_quote) - is_quote) % 2 == 1
    is_end = (kinds == _NEWLINE) & ~is_inside
    separators = seen.separators + np.cumsum((kinds == separator) & ~is_inside)
    lines = seen.newlines + np.cumsum(kinds == _NEWLINE)
    quotes = places[is_quote]
    is_sound = seen.is_sound and _are_in_place(data, quotes, is_inside[is_quote], separator)
    if len(places):
        seen = _Seen(seen.quotes + len(quotes), int(separators[-1]), int(lines[-1]), is_sound)
    return _Window(places[is_end], separators[is_end], lines[is_end], seen)


def _are_in_place(
    data: NDArray[np.uint8], quotes: NDArray[np.int64], closes: NDArray[np.bool_], separator: int
) -> bool:
    """Whether quotes stand where the rules let them open and close a cell."""
    if not len(quotes):
        return True
    last = len(data) - 1
    opening = np.array([_NEWLINE, separator, _QUOTE], dtype=np.uint8)
    closing = np.array([_NEWLINE, separator, _QUOTE, _RETURN], dtype=np.uint8)
    before, after = data[np.maximum(quotes - 1, 0)], data[np.minimum(quotes + 1, last)]
    may_open = np.isin(before, opening) | (quotes == 0)
    may_close = np.isin(after, closing) | (quotes == last)
    return bool(np.where(closes, may_close, may_open).all())
