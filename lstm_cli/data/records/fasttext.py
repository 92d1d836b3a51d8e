"""fastText's lines -> labels and texts: ``__label__5 a fine film``.

Labels stand at the beginning of a line or at its end, one or several. Where every line has as
many, each is a column of its own; else those of a line are joined by blanks. A line without
one has an empty label.
"""

from collections.abc import Iterator
from itertools import islice
from typing import NamedTuple

import numpy as np
import polars as pl

from lstm_cli.data.rows import Content, Rows
from lstm_cli.data.showing import count
from lstm_cli.errors import FileError

MOST_COLUMNS = 8  # of labels
MOST_LABELS = 1_000  # at one end of a line; what follows is text
LONGEST_LABEL = 1_000  # letters, at the end of a line

_PREFIX = "__label__"


class _Line(NamedTuple):
    labels: list[str]
    text: str


def open_fasttext(content: Content, rows: int) -> Rows:
    """Open a text in UTF-8 to read it, at most ``rows`` lines at a time; blank ones are none.

    Raises:
        FileError: no line has a label.
    """
    numbers: list[int] = []
    widths: set[int] = set()
    unlabelled = 0
    for number, line in _lines(content):
        numbers.append(number)
        num_labels = len(_cut(line).labels)
        widths.add(num_labels)
        unlabelled += not num_labels
    width = max(widths, default=0)
    if not width:
        raise FileError(f"{content.shown}: no line has a label")
    is_even = widths <= {0, width} and width <= MOST_COLUMNS
    names = [f"label_{k + 1}" if k else "label" for k in range(width if is_even else 1)]
    notes = ["read as fastText's lines"]
    if unlabelled:
        notes.append(f"{count(unlabelled, 'line')} without a label")
    if not is_even:
        notes.append("lines with several labels: these are joined by commas")
    lines = np.array(numbers, dtype=np.int64)
    windows = _windows(content, names, rows)
    return Rows(windows, len(lines), notes=tuple(notes), first_lines=lines)


def _lines(content: Content) -> Iterator[tuple[int, str]]:
    with content.path.open(encoding="utf-8", newline="\n") as file:
        for number, line in enumerate(file, 1):
            if line.strip():
                yield number, line


def _windows(content: Content, names: list[str], rows: int) -> Iterator[pl.DataFrame]:
    lines = (_cut(line) for _, line in _lines(content))
    while window := list(islice(lines, rows)):
        cells = [_cells(line, len(names)) for line in window]
        yield pl.DataFrame(cells, dict.fromkeys([*names, "text"], pl.String), orient="row")


def _cells(line: _Line, width: int) -> list[str]:
    labels = line.labels if width > 1 else [", ".join(line.labels)]
    return [*labels, *[""] * (width - len(labels)), line.text]


def _cut(line: str) -> _Line:
    r"""The labels of a line and its text.

    >>> _cut("__label__5 __label__film a fine film\n")
    _Line(labels=['5', 'film'], text='a fine film')
    >>> _cut("dull and long\t__label__1")
    _Line(labels=['1'], text='dull and long')
    """
    text = line.strip()
    first: list[str] = []
    last: list[str] = []
    while text.startswith(_PREFIX) and len(first) < MOST_LABELS:
        word, *rest = text.split(None, 1)
        if word == _PREFIX:
            break
        first.append(word.removeprefix(_PREFIX))
        text = rest[0] if rest else ""
    while _PREFIX in text[-LONGEST_LABEL:] and len(last) < MOST_LABELS:
        *rest, word = text.rsplit(None, 1)
        if word == _PREFIX or not word.startswith(_PREFIX):
            break
        last.append(word.removeprefix(_PREFIX))
        text = rest[0] if rest else ""
    return _Line([*first, *reversed(last)], text)
