"""A text of JSON -> the values in it, and the line where each begins.

JSON lines are read line by line, so that a broken one is named by its number. Anything else
is read as values one after the other, whatever is between them that is no more than blank:
one list, one object, or objects that are indented.
"""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from lstm_cli.errors import FileError

LINES_LOOKED_AT = 100
BYTES_LOOKED_AT = 1 << 22
TOO_DEEP = "JSON that is nested too deeply, or has too long a number; simplify it"

_BLANK = re.compile(r"[ \t\r\n]*")
_WORDS = ("true", "false", "null", "NaN", "Infinity", "-Infinity")


@dataclass(frozen=True)
class Values:
    """What a text of JSON holds, in order."""

    values: list[object]
    first_lines: NDArray[np.int64]  # where each begins, from 1


def first_values(path: Path) -> list[object]:
    """What the first lines hold, if every line is a value of its own and there are several.

    Empty if they are not: the first line must be whole, and a second one be there.
    """
    with path.open("rb") as file:
        lines = (line for line in file if not line.isspace())
        first = next(lines, b"")
        some = [first, *_up_to(BYTES_LOOKED_AT, islice(lines, LINES_LOOKED_AT - 1))]
    values: list[object] = []
    for number, line in enumerate(some if len(some) > 1 else ()):
        try:
            values.append(json.loads(line))
        except (ValueError, RecursionError):  # a later line is reported when all are read
            if number == 0:
                return []
    return values


def _up_to(num_bytes: int, lines: Iterator[bytes]) -> Iterator[bytes]:
    """The first lines, until there are enough bytes."""
    for line in lines:
        yield line
        num_bytes -= len(line)
        if num_bytes < 0:
            return


def read_lines(path: Path, shown: str) -> Values:
    """Read a value a line.

    Raises:
        FileError: a line is not JSON.
    """
    values, numbers = [], []
    for number, value in _parse_lines(path, shown):
        values.append(value)
        numbers.append(number)
    return Values(values, np.array(numbers, dtype=np.int64))


def _parse_lines(path: Path, shown: str) -> Iterator[tuple[int, object]]:
    with path.open(encoding="utf-8", newline="\n") as file:
        for number, line in enumerate(file, 1):
            if line.strip():
                place = f"{shown}, line {number}"
                try:
                    value = json.loads(line)
                except json.JSONDecodeError as error:
                    raise FileError(
                        f"{place}: not a JSON object ({_what_is_wrong(error)} at column "
                        f"{error.colno}); every line must be one whole object"
                    ) from error
                except (RecursionError, ValueError) as error:
                    raise FileError(f"{place}: {TOO_DEEP}") from error
                yield number, value


def read_values(path: Path, shown: str) -> Values:
    """Read values that stand one after the other, over as many lines as they like.

    Raises:
        FileError: the text is not JSON from its beginning to its end.
    """
    text = path.read_text(encoding="utf-8")
    values: list[object] = []
    lines: list[int] = []
    try:
        for place, value in decode_all(text):
            values.append(value)
            lines.append(place)
    except json.JSONDecodeError as error:
        where = f"{shown}, line {error.lineno}"
        wrong = f"{_what_is_wrong(error)} at column {error.colno}"
        if _is_cut_off(error):
            raise FileError(
                f"{where}: the JSON is cut off ({wrong}); get the whole file"
            ) from error
        raise FileError(f"{where}: not JSON ({wrong}); mend it there") from error
    except (RecursionError, ValueError) as error:
        raise FileError(f"{shown}: {TOO_DEEP}") from error
    return Values(values, np.array(lines, dtype=np.int64))


def decode_all(text: str) -> Iterator[tuple[int, object]]:
    """Every value in a text, after the line where it begins.

    >>> list(decode_all('{"a": 1}\\n[2]'))
    [(1, {'a': 1}), (2, [2])]

    Raises:
        JSONDecodeError, RecursionError, ValueError: it is not JSON, or Python cannot read it.
    """
    decoder = json.JSONDecoder()
    counted, line = 0, 1
    place = _after_blanks(text, 0)
    while place < len(text):
        line += text.count("\n", counted, place)
        counted = place
        value, end = decoder.raw_decode(text, place)
        yield line, value
        place = _after_blanks(text, end)


def _after_blanks(text: str, place: int) -> int:
    match = _BLANK.match(text, place)
    return match.end() if match else place


def _what_is_wrong(error: json.JSONDecodeError) -> str:
    """As Python says it, except where that misleads.

    >>> _what_is_wrong(json.JSONDecodeError("Expecting value", '["a", ]', 6))
    'a comma too many'
    """
    if error.msg.startswith("Unterminated string"):
        return "a string without an end"
    # Blanks are looked for no farther than any file is indented.
    before = error.doc[max(0, error.pos - 1_000) : error.pos].rstrip()[-1:]
    after = error.doc[error.pos : error.pos + 1_000].lstrip()[:1]
    return "a comma too many" if before == "," and after and after in "]}" else error.msg


def _is_cut_off(error: json.JSONDecodeError) -> bool:
    """Whether the text just ends where more of it is due."""
    # What could not be read is the rest: of a string, a word, or a letter written as \uXXXX.
    rest = error.doc[error.pos : error.pos + 20].rstrip()
    if error.msg.startswith("Unterminated string") or not rest:
        return True
    is_end = error.pos + 20 >= len(error.doc)
    is_word = any(word.startswith(rest) for word in (*_WORDS, "-"))
    return is_end and (is_word or error.msg.startswith("Invalid \\"))
