"""JSON lines, or one JSON list of objects -> a frame."""

import json
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import polars as pl
from numpy.typing import NDArray

from lstm_cli.data.rows import Content, Rows
from lstm_cli.data.showing import show_cell, show_source
from lstm_cli.errors import FileError

_TOO_DEEP = "JSON that is nested too deeply, or has too long a number; simplify it"


def open_json(content: Content, rows: int) -> Rows:
    """Read all objects, one a line or in a list, and hand them out ``rows`` at a time.

    Raises:
        FileError: a line is not a JSON object, or there is none.
    """
    path, source = content.path, content.source
    with path.open("rb") as file:
        is_list = file.read(1 << 16).lstrip().startswith(b"[")
    if is_list:
        objects = _read_list(path, source)
        lines = np.arange(1, len(objects) + 1, dtype=np.int64)
        frame = _tabulate(objects)
    else:
        lines = _lines_with_content(path)
        frame = _read_lines(path, len(lines), source)
    if frame.is_empty() or not frame.width:
        raise FileError(f"{show_source(source)} holds no reviews; add objects, one a line")
    return Rows(frame.iter_slices(rows), frame.height, frame, first_lines=lines)


def _read_lines(path: Path, num_rows: int, source: str) -> pl.DataFrame:
    try:
        frame = pl.read_ndjson(path, infer_schema_length=None)
        if frame.height == num_rows:
            return frame
    except (pl.exceptions.PolarsError, pl.exceptions.PanicException):
        pass  # a broken line, or one that Python reads and polars does not
    return _tabulate(list(_parse_lines(path, source)))


def _parse_lines(path: Path, source: str) -> Iterator[dict[str, object]]:
    with path.open(encoding="utf-8", newline="\n") as file:
        for number, line in enumerate(file, 1):
            if line.strip():
                place = f"{show_source(source)}, line {number}"
                try:
                    row = json.loads(line)
                except json.JSONDecodeError as error:
                    raise FileError(
                        f"{place}: not a JSON object ({error.msg} at column {error.colno}); "
                        "every line must be one whole object"
                    ) from error
                except (RecursionError, ValueError) as error:
                    raise FileError(f"{place}: {_TOO_DEEP}") from error
                if not isinstance(row, dict):
                    raise FileError(
                        f"{place}: {show_cell(line.strip())} is not a JSON object; "
                        'write it like {"review": "...", "rating": 4}'
                    )
                yield row


def _read_list(path: Path, source: str) -> list[dict[str, object]]:
    try:
        rows = json.loads(path.read_text(encoding="utf-8"))
    except json.JSONDecodeError as error:
        raise FileError(
            f"{show_source(source)}, line {error.lineno}: not JSON ({error.msg}); mend the list"
        ) from error
    except (RecursionError, ValueError) as error:
        raise FileError(f"{show_source(source)}: {_TOO_DEEP}") from error
    for number, row in enumerate(rows, 1):
        if not isinstance(row, dict):
            raise FileError(
                f"{show_source(source)}: entry {number} of the list is {show_cell(row)}, not an "
                'object; write it like {"review": "...", "rating": 4}'
            )
    return list(rows)


def _tabulate(rows: list[dict[str, object]]) -> pl.DataFrame:
    """Objects as rows, every value as text, so that one column may hold 4 and "4"."""
    names = {name: None for row in rows for name in row}
    columns = {name: [_as_text(row.get(name)) for row in rows] for name in names}
    return pl.DataFrame(columns, schema=dict.fromkeys(columns, pl.String))


def _as_text(value: object) -> str | None:
    if value is None or isinstance(value, str):
        # JSON can write half of a surrogate pair, which is no letter.
        return value and value.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    return json.dumps(value, ensure_ascii=False)


def _lines_with_content(path: Path) -> NDArray[np.int64]:
    with path.open("rb") as file:
        numbers = (number for number, line in enumerate(file, 1) if not line.isspace())
        return np.fromiter(numbers, dtype=np.int64)
