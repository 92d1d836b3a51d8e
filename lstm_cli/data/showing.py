"""How names and cells from outside are shown in a message: one line, no control codes."""

import re
from collections.abc import Sequence

LONGEST_SHOWN = 40
MOST_SOURCES = 6  # named one by one

# In the address of a database people leave @ and / in a password as they are.
_PASSWORD = re.compile(
    r"""^((?:sqlite|postgres(?:ql)?|mysql|mariadb)(?:\+\w+)?://[^:@/?]*:).*(?=@)
    |^(\w+://[^:@/?\#]*:)[^/?\#]*(?=@)""",
    re.IGNORECASE | re.VERBOSE | re.DOTALL,
)
_SECRET = re.compile(r"([?&](?:password|passwd|pwd|secret|token|key)=)[^&#]*", re.IGNORECASE)


def show_source(source: str) -> str:
    r"""The name of a file as a person gave it.

    >>> show_source("-")
    'standard input'
    >>> show_source("two\nlines.csv")
    'two\\nlines.csv'
    >>> show_source("postgresql://me:se/cr@t@host/shop?table=reviews")
    'postgresql://me:***@host/shop?table=reviews'
    """
    if source == "-":
        return "standard input"
    return escape(_without_secrets(source)) if "://" in source else escape(source)


def _without_secrets(address: str) -> str:
    """An address that can be shown to anybody."""
    hidden = _PASSWORD.sub(lambda match: f"{match[1] or match[2]}***", address, count=1)
    return _SECRET.sub(r"\1***", hidden)


def show_cell(cell: object) -> str:
    r"""What a cell holds, shortened to forty characters, in quotes.

    >>> show_cell("a\x1b[31mred\nb")
    "'a\\x1b[31mred\\nb'"
    >>> show_cell("x" * 100)
    "'xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx…'"
    """
    shown = escape(str(cell)[: LONGEST_SHOWN + 1])
    if len(shown) > LONGEST_SHOWN:
        shown = shown[: LONGEST_SHOWN - 1] + "…"
    return f"'{shown}'"


def show_skipped(lines: Sequence[int], where: str, first: str, noun: str = "line") -> str:
    """What of a file was left out: which lines, and how the first of them begins.

    >>> show_skipped([1, 2, 4], "above the header", "Product reviews")
    "3 lines above the header skipped (lines 1-4: 'Product reviews' ...)"
    >>> show_skipped([31], "below the table", "Total,,4.2", noun="row")
    "1 row below the table skipped (row 31: 'Total,,4.2')"
    """
    if len(lines) == 1:
        return f"1 {noun} {where} skipped ({noun} {lines[0]}: {show_cell(first)})"
    places = f"{noun}s {lines[0]}-{lines[-1]}: {show_cell(first)} ..."
    return f"{count(len(lines), noun)} {where} skipped ({places})"


def escape(text: str) -> str:
    r"""Write characters that do not print as Python would write them.

    >>> escape("café\t☕\x07")
    'café\\t☕\\x07'
    """
    if text.isprintable():
        return text
    return "".join(c if c.isprintable() else repr(c)[1:-1] for c in text)


def list_sources(names: Sequence[str]) -> str:
    """The names of files, of many only the first.

    >>> list_sources(["a.csv", "b.csv"]), list_sources([f"{n}.csv" for n in range(9)])
    ('a.csv, b.csv', '0.csv, 1.csv, 2.csv and 6 more')
    """
    if len(names) <= MOST_SOURCES:
        return ", ".join(names)
    some = names[: MOST_SOURCES // 2]
    return f"{', '.join(some)} and {len(names) - len(some):,} more"


def count(number: int, noun: str, plural: str | None = None) -> str:
    """A number and what it counts.

    >>> count(1, "row"), count(2500, "row")
    ('1 row', '2,500 rows')
    """
    return f"{number:,} {noun if number == 1 else plural or noun + 's'}"
