"""A token pattern of Python, written as a pattern of JavaScript.

Python's own parser reads it, so that what is written anew is what ``re`` understands, with
the flags that ``text/tokens.py`` compiles with. Every literal is written as its number, and
every class of characters is spelled out, for the two languages mean different characters by
them. The result is for a RegExp with the flags "gv".
"""

import re
from collections.abc import Sequence
from importlib import import_module
from typing import Any

from lstm_cli.errors import BundleError

_FLAGS = re.UNICODE | re.MULTILINE | re.DOTALL
_WORD = r"\p{L}\p{N}\u{5f}"
_SPACE = r"\u{9}-\u{d}\u{1c}-\u{20}\u{85}\u{a0}\u{1680}\u{2000}-\u{200a}\u{2028}\u{2029}\u{202f}\u{205f}\u{3000}"  # noqa: E501
# Not [^]: with the flag "v", V8 finds nothing where that is repeated (Node 20).
_ANY = r"[\u{0}-\u{10ffff}]"
_CLASSES = {
    "CATEGORY_DIGIT": r"\p{Nd}",
    "CATEGORY_NOT_DIGIT": r"\P{Nd}",
    "CATEGORY_SPACE": f"[{_SPACE}]",
    "CATEGORY_NOT_SPACE": f"[^{_SPACE}]",
    "CATEGORY_WORD": f"[{_WORD}]",
    "CATEGORY_NOT_WORD": f"[^{_WORD}]",
}
_PLACES = {
    "AT_BEGINNING": r"(?<![^\n])",
    "AT_BEGINNING_STRING": f"(?<!{_ANY})",
    "AT_END": r"(?![^\n])",
    "AT_END_STRING": f"(?!{_ANY})",
    "AT_BOUNDARY": f"(?:(?<=[{_WORD}])(?![{_WORD}])|(?<![{_WORD}])(?=[{_WORD}]))",
    "AT_NON_BOUNDARY": f"(?:(?<=[{_WORD}])(?=[{_WORD}])|(?<![{_WORD}])(?![{_WORD}]))",
}
_LONGEST = 500_000  # of a translation: a pattern that repeats itself so often is nobody's


def translated(pattern: str, *, may_capture: bool = False) -> str:
    r"""The same pattern for JavaScript.

    Args:
        pattern: as Python has it.
        may_capture: let it have groups and refer back to them; one that cuts tokens may not, for
            Python would find what they captured.

    >>> print(translated(r"[^\W\d]+|!{2,}"))
    (?:[^[^\p{L}\p{N}\u{5f}]\p{Nd}]{1,}|\u{21}{2,})
    >>> print(translated(r"([!?])\1+", may_capture=True))
    ([\u{21}\u{3f}])(?:(?:\1)){1,}

    Raises:
        BundleError: it has a part that JavaScript lacks or that would change what is found.
    """
    parser: Any = import_module("re._parser")  # where Python's parser has been since 3.11
    parsed = parser.parse(pattern, int(_FLAGS))
    if parsed.state.flags & ~(_FLAGS | re.VERBOSE):
        raise _refused("flags of its own")
    if parsed.state.groups > 1 and not may_capture:
        raise _refused("a group that captures")
    written = _sequence(parsed)
    if len(written) > _LONGEST:
        raise _refused(f"more than {_LONGEST:,} characters in JavaScript")
    return written


def _refused(part: str) -> BundleError:
    return BundleError(
        f"the model's token pattern has {part}, and JavaScript could not cut reviews with it"
    )


def _sequence(nodes: Sequence[tuple[Any, Any]]) -> str:
    return "".join(_written(str(operator), argument) for operator, argument in nodes)


def _written(operator: str, argument: Any) -> str:
    """One part of a parsed pattern."""
    match operator:
        case "LITERAL":
            return _literal(argument)
        case "NOT_LITERAL":
            return f"[^{_literal(argument)}]"
        case "ANY":
            return _ANY
        case "IN":
            return _class(argument)
        case "BRANCH":
            return _either([_sequence(branch) for branch in argument[1]])
        case "MAX_REPEAT" | "MIN_REPEAT":
            return _repeated(*argument, lazily=operator == "MIN_REPEAT")
        case "SUBPATTERN":
            return _subpattern(*argument)
        case "ASSERT" | "ASSERT_NOT":
            direction, nodes = argument
            sign = "=" if operator == "ASSERT" else "!"
            return f"(?{'' if direction > 0 else '<'}{sign}{_sequence(nodes)})"
        case "GROUPREF":
            return f"(?:\\{argument})"  # a digit may follow
        case "AT" if str(argument) in _PLACES:
            return _PLACES[str(argument)]
    raise _refused(f"a part that JavaScript lacks ({operator.lower()})")


def _literal(code: int) -> str:
    return f"\\u{{{code:x}}}"


def _either(branches: Sequence[str]) -> str:
    return f"(?:{'|'.join(branches)})"


def _subpattern(group: int | None, added: int, removed: int, nodes: Any) -> str:
    if added or removed:
        raise _refused("a group that has flags of its own")
    return f"({'?:' if group is None else ''}{_sequence(nodes)})"


def _repeated(fewest: int, most: Any, nodes: Any, *, lazily: bool) -> str:
    limit = "" if str(most) == "MAXREPEAT" else str(int(most))
    repeated = _sequence(nodes)
    if len(nodes) != 1 or str(nodes[0][0]) not in ("LITERAL", "NOT_LITERAL", "ANY", "IN"):
        repeated = f"(?:{repeated})"
    return f"{repeated}{{{fewest},{limit}}}{'?' if lazily else ''}"


def _class(members: Sequence[tuple[Any, Any]]) -> str:
    """A class of characters, whose parts may be classes."""
    parts, sign = [], ""
    for operator, argument in members:
        match str(operator):
            case "NEGATE":
                sign = "^"
            case "LITERAL":
                parts.append(_literal(argument))
            case "RANGE":
                parts.append(f"{_literal(argument[0])}-{_literal(argument[1])}")
            case "CATEGORY":
                parts.append(_CLASSES[str(argument)])
            case other:
                raise _refused(f"a part that JavaScript lacks ({other.lower()})")
    return f"[{sign}{''.join(parts)}]"
