"""What a text is, told by its beginning: JSON, objects as Python prints them, fastText's lines.

Each function is given the first 64 KiB. Any other text is delimited.
"""

import re

_LINES_LOOKED_AT = 50

_LITERAL = re.compile(rb"\s*(?:\[\s*)?\{\s*(?:[uUbB]?'|[uUbB]\")")
_LABEL = re.compile(rb"__label__(?:[^\s,;|\"]|,(?=[0-9]))+(?=\s|\Z)")  # 4,5 is a label too
# A list of lists or of texts: its first cell is whole, so that it is not text in brackets.
_STRING = rb'"(?:[^"\\]|\\.)*+"'
_CELL = rb"(?:" + _STRING + rb"|-?[0-9][0-9.eE+-]*+|true|false|null|NaN)"
_ESCAPE = re.compile(rb'\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4})')
_TEXT = re.compile(_STRING)
_CELLS = re.compile(
    rb"\[\s*(?:\[\s*(?:" + _CELL + rb"\s*[],]|[{\]])|" + _STRING + rb"\s*(?:,|\]\s*(?:[\n,]|\Z)))",
    re.DOTALL,
)


def is_literals(head: bytes) -> bool:
    """Whether a text begins as Python writes an object: JSON would have other quotes.

    >>> is_literals(b"{'overall': 5.0}"), is_literals(b'{"overall": 5.0}')
    (True, False)
    """
    return _LITERAL.match(head) is not None


def is_json(head: bytes) -> bool:
    """Whether a text begins as JSON does: with an object, or a list of objects, lists or texts.

    Or with texts, one a line, of which one at least is written as CSV would not.

    >>> is_json(b' {"text": "good"}'), is_json(b"[\\n {"), is_json(b'["good", 5]')
    (True, True, True)
    >>> is_json(b'"a caf\\\\u00e9"\\n"so so"\\n'), is_json(b'"review"\\n"so so"\\n')
    (True, False)
    >>> is_json(b"[sic],rating"), is_json(b'["So good"] was what they said')
    (False, False)
    """
    start = head.lstrip()
    if start.startswith(b"["):
        is_list = start[1:].lstrip().startswith((b"{", b"]"))
        return is_list or _CELLS.match(start) is not None
    return start.startswith(b"{") or (start.startswith(b'"') and _are_texts(start))


def _are_texts(start: bytes) -> bool:
    if b"\\" not in start:  # it is CSV of one column just as well, and reads the same
        return False
    *lines, rest = start.split(b"\n")
    lines = [line.strip() for line in lines if line.strip()]
    if _TEXT.fullmatch(rest.strip()):  # or else the beginning ends within a line
        lines.append(rest.strip())
    if len(lines) < 2 or not all(map(_TEXT.fullmatch, lines)):
        return False
    return not _is_header(lines[0]) and any(map(_ESCAPE.search, lines))


def _is_header(line: bytes) -> bool:
    """Whether a line is the name of a column of texts."""
    from lstm_cli.data.column_names import ALL_TEXT_NAMES, key  # needed here only

    return key(line.decode("utf-8", "replace")) in ALL_TEXT_NAMES


def is_fasttext(head: bytes) -> bool:
    """Whether the lines of a text carry labels as fastText has them, most of them at least.

    >>> is_fasttext(b"__label__5 a fine film\\n"), is_fasttext(b"label,text\\n__label__5,fine\\n")
    (True, False)
    """
    lines = [line.strip() for line in head.split(b"\n", _LINES_LOOKED_AT)[:_LINES_LOOKED_AT]]
    lines = [line for line in lines if line]
    labelled = sum(_is_labelled(line) for line in lines)
    return labelled > 0 and 2 * labelled >= len(lines)


def _is_labelled(line: bytes) -> bool:
    last = line.split()[-1]
    return bool(_LABEL.match(line) or _LABEL.fullmatch(last))
