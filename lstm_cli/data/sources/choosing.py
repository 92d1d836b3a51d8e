"""Which of several tables in one file is meant: of its sheets, files or tables."""

from collections.abc import Sequence
from difflib import get_close_matches

from lstm_cli.data.showing import escape
from lstm_cli.errors import FileError, Remedy

LONGEST_NAME = 60
MOST_NAMES = 30


def find_name(asked: str, names: Sequence[str]) -> str | None:
    """The name that a person means, upper or lower case; None if it is none of them, or several.

    >>> find_name("reviews", ["Summary", "Reviews"])
    'Reviews'
    """
    for same in (str, str.casefold, lambda name: name.strip().casefold()):
        matching = [name for name in names if same(name) == same(asked)]
        if len(matching) == 1:
            return matching[0]
    return None


def refuse_name(asked: str, names: Sequence[str], shown: str, noun: str) -> FileError:
    """What is said of a name that there is not.

    >>> str(refuse_name("Revews", ["Summary", "Reviews"], "book.xlsx", "sheet"))
    'book.xlsx has no sheet Revews (did you mean Reviews?); choose one of them (Summary, Reviews)'
    """
    folded = {name.casefold(): name for name in names}
    near = get_close_matches(asked.casefold(), list(folded), n=1)
    hint = f" (did you mean {_short(folded[near[0]])}?)" if near else ""
    problem = f"{shown} has no {noun} {_short(asked)}{hint}"
    return FileError(problem, Remedy.CHOOSE_SHEET, list_names(names))


def list_names(names: Sequence[str]) -> str:
    """Names as a message has them."""
    listed = [_short(name) for name in names[:MOST_NAMES]]
    if more := len(names) - len(listed):
        listed.append(f"... and {more:,} more")
    return ", ".join(listed)


def _short(name: str) -> str:
    shown = escape(name)
    return shown if len(shown) <= LONGEST_NAME else f"{shown[: LONGEST_NAME - 1]}…"
