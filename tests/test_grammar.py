"""Files as people have them: read rightly, or refused in one line. Nothing in between.

A silent misreading would be learned; so each file is made from its right reading.
"""

from dataclasses import replace

import pytest
from hypothesis import HealthCheck, given, settings

from tests.grammar import Row, Stored, Table, contained, delimited
from tests.misreading import Misread, check

SOMETIMES = settings(
    max_examples=150,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
OFTEN = settings(SOMETIMES, max_examples=1_000)


@SOMETIMES
@given(delimited())
def test_delimited_texts_are_read_rightly_or_refused(stored: Stored) -> None:
    check(stored)


@SOMETIMES
@given(contained())
def test_other_formats_are_read_rightly_or_refused(stored: Stored) -> None:
    check(stored)


@pytest.mark.slow
@OFTEN
@given(delimited())
def test_thousands_of_delimited_texts_are_read_rightly_or_refused(stored: Stored) -> None:
    check(stored)


@pytest.mark.slow
@OFTEN
@given(contained())
def test_thousands_of_other_formats_are_read_rightly_or_refused(stored: Stored) -> None:
    check(stored)


def test_a_misreading_would_be_found() -> None:
    """Guards the tests above: a check that finds nothing would pass them all."""
    rows = tuple(Row(f"a lamp that shines {k}", str(k % 5 + 1), k % 5) for k in range(10))
    table = Table(rows, ("review", "rating"), (), "stars", "English")
    content = "review,rating\n" + "".join(f"{row.text},{row.rating}\n" for row in rows)
    stored = Stored(table, "a.csv", content.encode(), "utf-8", "plain")
    assert check(stored) == "read"
    other = replace(table, rows=(*rows[:-1], replace(rows[-1], text="another lamp")))
    with pytest.raises(Misread, match="texts of plain"):
        check(replace(stored, table=other))
    other = replace(table, rows=(*rows[:-1], replace(rows[-1], level=0)))
    with pytest.raises(Misread, match="ratings of plain"):
        check(replace(stored, table=other))
