"""What the tests of reading and writing files share."""

from collections.abc import Callable
from pathlib import Path

import pytest

from lstm_cli.data.tables import Table, read_table
from lstm_cli.errors import FileError

Read = Callable[..., Table]

ROWS = [("good, really good", "5"), ('she said "no"', "1"), ("two\nlines", "3"), ("café ☕", "4")]
WELL_FORMED = (
    'review,rating\n"good, really good",5\n"she said ""no""",1\n"two\nlines",3\ncafé ☕,4\n'
)


def write_and_read(folder: Path, data: bytes | str, name: str = "reviews.csv") -> Table:
    """Write some bytes to a file and read it."""
    path = folder / name
    path.write_bytes(data.encode() if isinstance(data, str) else data)
    return read_table(str(path))


def rows(table: Table) -> list[tuple[object, ...]]:
    """The cells of a table."""
    return table.frame.rows()


def names(folder: Path) -> list[str]:
    """What is in a folder."""
    return [path.name for path in folder.iterdir()]


def refusal(source: str) -> str:
    """What is said about a file that cannot be read."""
    with pytest.raises(FileError) as error:
        read_table(source)
    message = str(error.value)
    assert message.isprintable(), "one line, no control codes"
    return message
