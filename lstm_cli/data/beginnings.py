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

    >>> is_json(b' {"text": "good"}'), is_json(b"[\\n {"), is_json(b'["good", 5]')
    (True, True, True)
    >>> is_json(b"[sic],rating"), is_json(b'["So good"] was what they said')
    (False, False)
    """
    start = head.lstrip()
    if start.startswith(b"["):
        is_list = start[1:].lstrip().startswith((b"{", b"]"))
        return is_list or _CELLS.match(start) is not None
    return start.startswith(b"{")


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
