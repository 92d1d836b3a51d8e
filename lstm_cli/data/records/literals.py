"""Objects as Python prints them -> JSON, a line for a line: ``{'overall': 5.0, 'vote': None}``.

Quotes and words are exchanged, which takes a fraction of the time that Python's own reader
takes; what does not become JSON so, such as a tuple, is left to that. Nothing is ever run: a
call such as ``datetime.date(2020, 1, 2)`` becomes the text it is.
"""

import ast
import json
import re
import warnings
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace
from pathlib import Path

from lstm_cli.data.records.json_values import decode_all
from lstm_cli.data.records.jsonlines import open_json
from lstm_cli.data.rows import Content, Rows
from lstm_cli.errors import FileError

LONGEST = 1 << 20  # letters that Python's own reader is given: it needs 200 bytes for each

_STRING = r"""(?:'[^'\\\n]*+(?:\\.[^'\\\n]*+)*+'|"[^"\\\n]*+(?:\\.[^"\\\n]*+)*+")"""
_TOKEN = re.compile(
    rf"""(?P<string>[uU]?{_STRING}(?:\s*+[uU]?{_STRING})*+)
      | (?P<open>['"][^\n]*+)
      | (?P<call>[A-Za-z_][\w.]*+\((?:[^()'"\n]++|{_STRING})*+\))
      | (?P<word>[A-Za-z_][\w.]*+)
      | (?P<number>[0-9][\w.]*+)""",
    re.VERBOSE,
)
_WORDS = {"True": "true", "False": "false", "None": "null", "nan": "null", "inf": "Infinity"}


def open_literals(content: Content, rows: int) -> Rows:
    """Open a text in UTF-8 to read it as the JSON it could be.

    Raises:
        FileError: a line is no object of Python's, or as ``open_json`` does.
    """
    path = content.folder / "as.json"
    with path.open("w", encoding="utf-8") as file, _without_warnings():
        if _is_by_line(content.path):
            file.writelines(_lines(content))
        else:
            file.write(_whole(content))
    opened = open_json(replace(content, path=path), rows)
    return replace(opened, form="jsonl", notes=("read as Python's dicts", *opened.notes))


@contextmanager
def _without_warnings() -> Iterator[None]:
    """Python warns of escapes in strings that it will not know one day."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        yield


def _is_by_line(path: Path) -> bool:
    """Whether the first line that is not blank is whole."""
    with path.open(encoding="utf-8", newline="\n") as file:
        first = next((line for line in file if line.strip()), "")
    try:
        return bool(to_json(first))
    except ValueError:
        return False


def _lines(content: Content) -> Iterator[str]:
    with content.path.open(encoding="utf-8", newline="\n") as file:
        for number, line in enumerate(file, 1):
            try:
                yield (to_json(line) if line.strip() else "") + "\n"
            except ValueError as error:
                raise FileError(
                    f"{content.shown}, line {number}: not an object as Python "
                    f"prints it ({error}); every line must be one whole object"
                ) from error


def _whole(content: Content) -> str:
    """A text of objects in a list, or one after the other, each over any number of lines."""
    text = content.path.read_text(encoding="utf-8")
    converted = _TOKEN.sub(_exchange, text)
    try:
        for _ in decode_all(converted):
            pass
        return converted
    except (ValueError, RecursionError) as error:
        try:
            return to_json(text)
        except ValueError as problem:
            place = f", line {error.lineno}" if isinstance(error, json.JSONDecodeError) else ""
            raise FileError(
                f"{content.shown}{place}: no objects as Python prints them "
                f"({problem}); mend it there"
            ) from error


def to_json(text: str) -> str:
    """One value of Python's as JSON.

    >>> to_json("{'text': u'fine', 'votes': (None, 3), 'id': 4}")
    '{"text": "fine", "votes": [null, 3], "id": 4}'
    >>> to_json("{'text': 'fine', 'verified': True, 'on': datetime.date(2020, 1, 2)}")
    '{"text": "fine", "verified": true, "on": "datetime.date(2020, 1, 2)"}'

    Raises:
        ValueError: it is not made of strings, numbers, None, True, False, lists, objects.
    """
    converted = _TOKEN.sub(_exchange, text).strip()
    with suppress(ValueError, RecursionError):
        json.loads(converted)
        return converted
    if len(text) > LONGEST:
        raise ValueError(f"more than JSON can write, in more than {LONGEST:,} letters")
    try:
        return json.dumps(ast.literal_eval(text.strip()), default=_plain)
    except SyntaxError as error:
        raise ValueError(re.split("[;:]| - ", error.msg)[0]) from error
    except (ValueError, TypeError, MemoryError, RecursionError) as error:
        raise ValueError("more than strings, numbers, lists and the like") from error


def _exchange(token: re.Match[str]) -> str:
    """A token as JSON has it; one that neither has is left, to be found."""
    kind, text = token.lastgroup, token[0]
    if kind == "word":
        return _WORDS.get(text, text)
    if kind == "call":
        return json.dumps(text)
    if kind == "number":
        return text.rstrip("lL")  # as Python 2 wrote large ones
    if kind != "string":
        return text
    quote = text[-1]
    inner = text[text.index(quote) + 1 : -1]
    if not any(letter in inner for letter in ("\\", '"', quote)):
        return f'"{inner}"'
    try:
        # What is printed in a narrow column is one text in several pieces, one a line.
        return json.dumps(ast.literal_eval(f"({text})")) + "\n" * text.count("\n")
    except (SyntaxError, ValueError):
        return text


def _plain(value: object) -> object:
    if isinstance(value, bytes):
        return value.decode("utf-8", "replace")
    return sorted(value, key=repr) if isinstance(value, set) else str(value)
