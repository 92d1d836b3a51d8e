"""Whether a file is read as it was made, or refused until it is answered what it asks."""

import tempfile
from pathlib import Path

from lstm_cli.commands.hints import with_options
from lstm_cli.data.options import ReadOptions
from lstm_cli.data.reviews import read_reviews
from lstm_cli.errors import LstmError
from tests.grammar import RATINGS, Stored, stored_in


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
    # A refusal lists columns of a nested file by their paths, and so they are named.
    inside = "body." if "`body." in message else ""
    text, rating = (f"{inside}{name}" for name in stored.table.names)
    asks_for_columns = "-column" in message
    return ReadOptions(
        encoding=stored.encoding if "--encoding" in message else None,
        text_columns=(text,) if asks_for_columns else (),
        rating_column=rating if asks_for_columns else None,
        labels=tuple(ways[0] for ways in RATINGS[stored.table.family])
        if "--scale" in message
        else (),
    )


def normal(text: str) -> str:
    """A text without its kinds of blanks: line ends inside cells are those of the file."""
    return " ".join(text.split())
