"""Which of several tables in one file is meant: of its sheets, files or tables."""

import re
from collections.abc import Sequence
from difflib import get_close_matches
from pathlib import PurePosixPath

from lstm_cli.data.showing import escape
from lstm_cli.errors import FileError, Remedy

LONGEST_NAME = 60
MOST_NAMES = 30

# What lies beside tables and is none.
_DOCUMENTS = (
    "readme",
    "license",
    "licence",
    "copying",
    "changelog",
    "changes",
    "notice",
    "thumbs.db",
)
_NO_TABLES = re.compile(
    r"""\.(png|jpe?g|gif|webp|svg|bmp|ico|tiff?|mp[34]|wav|pdf|docx?|pptx?|rtf|odt|html?|css|md|rst
    |tex|bib|pyc?|ipynb|r|rmd|js|ts|sh|bat|java|c|cpp|h|exe|dll|so|lnk|url|ya?ml|toml|ini|cfg|log
    |sha256|md5|np[yz]|pkl|h5)""",
    re.VERBOSE,
)


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


def may_be_table(name: str) -> bool:
    """Whether the name of a file says nothing against its being a table.

    >>> may_be_table("data/reviews.csv"), may_be_table("reviews"), may_be_table("README.txt")
    (True, True, False)
    >>> may_be_table("__MACOSX/._reviews.csv"), may_be_table("img/logo.PNG")
    (False, False)
    """
    path = PurePosixPath(name)
    if any(part == "__MACOSX" or (part[0] == "." and part != "..") for part in path.parts):
        return False
    last = path.name.casefold()
    return not last.startswith(_DOCUMENTS) and not _NO_TABLES.fullmatch(path.suffix.casefold())


def _short(name: str) -> str:
    shown = escape(name)
    return shown if len(shown) <= LONGEST_NAME else f"{shown[: LONGEST_NAME - 1]}…"
