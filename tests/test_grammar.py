"""Files as people have them: read rightly, or refused in one line. Nothing in between.

A silent misreading would be learned; so each file is made from its right reading.
"""

import tempfile
from collections import Counter
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from lstm_cli.commands.hints import with_options
from lstm_cli.data.options import ReadOptions
from lstm_cli.data.reviews import read_reviews
from lstm_cli.errors import LstmError
from tests.grammar import CONTAINERS, LANGUAGES, RATINGS, Stored, contained, delimited, stored_in

OFTEN = settings(
    max_examples=5_000,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
SOMETIMES = settings(OFTEN, max_examples=150)

outcomes: Counter[str] = Counter()


def check(stored: Stored) -> None:
    """Read a file, and once more with all that a person could say where it is refused."""
    with tempfile.TemporaryDirectory() as folder:
        path = stored_in(Path(folder), stored)
        try:
            found = reading(path, ReadOptions())
        except LstmError as error:
            message = with_options(error)
            assert "\n" not in message
            outcomes["refused"] += 1
            found = reading(path, all_said(stored, message))
        else:
            outcomes["read"] += 1
    texts, places = stored.table.reading()
    assert ([normal(text) for text in found[0]], found[1]) == (
        [normal(text) for text in texts],
        places,
    ), stored.how


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


def test_the_grammar_can_be_misread() -> None:
    """Guards the tests above: a reader that finds other rows must fail them."""
    made = st.builds(lambda stored: stored, delimited())
    assert made is not None
    assert len(LANGUAGES) > 10
    assert len(CONTAINERS) > 10
