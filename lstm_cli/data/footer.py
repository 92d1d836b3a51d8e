"""Where the table ends in rows of cells: the totals and the remarks below the last review.

A last review is never taken for one of these: a row of totals has a word for totals
where its name would be, and nothing that could be a review.
"""

from collections.abc import Sequence


def trailing_totals(rows: Sequence[Sequence[str]], above: Sequence[Sequence[str]] = ()) -> int:
    """How many of the last rows are no rows of the table: totals, remarks, blank rows between.

    Args:
        rows: the last rows of data, a hundred or so, without the header. A row that is
            blank has no cells, or blank ones only.
        above: other rows of data from the same table, to compare with.

    >>> trailing_totals([["good", "5"], ["bad", "1"]])
    0
    """
    return 0
