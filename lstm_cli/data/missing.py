"""What people and programs write into a cell that holds nothing."""

import polars as pl

# Whole cells, compared without case and surrounding blanks. One list for texts and ratings:
# a program that has no text writes the same as one that has no rating.
MISSING = frozenset(
    {
        "", "-", "--", "---", "–", "—", "?",
        "na", "n/a", "n.a.", "n.a", "#n/a", "#n/a n/a", "#na", "<na>", "-nan", "nan", "nat",
        "null", "(null)", "<null>", "#null!", "#value!", "#ref!", "#div/0!", "#name?", "#num!",
        "none", "nil", "undefined", "\\n", "1.#ind", "1.#qnan", "-1.#ind", "-1.#qnan",
    }
)  # fmt: skip
_LONGEST = max(map(len, MISSING))


def is_missing(cell: object) -> bool:
    """Whether a cell says that there is nothing.

    >>> is_missing(" N/A "), is_missing(float("nan")), is_missing(None), is_missing("good")
    (True, True, True, False)
    """
    return cell is None or str(cell).strip().casefold() in MISSING


def are_missing(texts: pl.Series) -> pl.Series:
    """Which of many texts say that there is nothing; none of them is null afterwards.

    >>> are_missing(pl.Series(["good", " NaN", None, "nan bread"])).to_list()
    [False, True, True, False]
    """
    stripped = texts.str.strip_chars()
    is_short = (stripped.str.len_bytes() <= _LONGEST).fill_null(True)
    short = stripped.filter(is_short).str.to_lowercase()
    missing = (short.is_null() | short.is_in(MISSING)).to_numpy()
    found = is_short.to_numpy(writable=True)
    found[found] = missing
    return pl.Series(texts.name, found)
