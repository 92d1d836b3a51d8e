"""Files as people have them: read rightly, or refused in one line. Nothing in between.

A silent misreading would be learned; so each file is made from its right reading.
"""

import tempfile
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings

from lstm_cli.commands.hints import with_options
from lstm_cli.data.options import ReadOptions
from lstm_cli.data.reviews import read_reviews
from lstm_cli.errors import LstmError
from tests.grammar import RATINGS, Row, Stored, Table, contained, delimited, stored_in

SOMETIMES = settings(
    max_examples=150,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
OFTEN = settings(SOMETIMES, max_examples=2_000)


class Misread(AssertionError):
    """A file was read, and not as it was made."""


def check(stored: Stored) -> str:
    """Read a file, and once more with all that a person could say where it is refused.

    Returns:
        "read", or "refused" if it was at first.

    Raises:
        Misread: other reviews were found than the file was made from.
    """
    with tempfile.TemporaryDirectory() as folder:
        path = stored_in(Path(folder), stored)
        try:
            found, outcome = reading(path, ReadOptions()), "read"
        except LstmError as error:
            message = with_options(error)
            assert "\n" not in message
            found, outcome = reading(path, all_said(stored, message)), "refused"
    texts, places = stored.table.reading()
    if [normal(text) for text in found[0]] != [normal(text) for text in texts]:
        raise Misread(f"texts of {stored.how}")
    if found[1] != places:
        raise Misread(f"ratings of {stored.how}")
    return outcome


def reading(path: str, options: ReadOptions) -> tuple[list[str], list[int]]:
    reviews = read_reviews([path], options)
    return reviews.texts, reviews.rating_indices.tolist()


def all_said(stored: Stored, message: str) -> ReadOptions:
    """What the refusal asks for."""
    text, rating = stored.table.names
    return ReadOptions(
        encoding=stored.encoding if "--encoding" in message else None,
        text_columns=(text,) if "--text-column" in message else (),
        rating_column=rating if "--rating-column" in message else None,
        labels=tuple(ways[0] for ways in RATINGS[stored.table.family])
        if "--scale" in message
        else (),
    )


def normal(text: str) -> str:
    """A text without its kinds of blanks: line ends inside cells are those of the file."""
    return " ".join(text.split())


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
