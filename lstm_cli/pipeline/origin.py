"""When and by what a model was made: what its description says of that."""

import platform
import re
from datetime import UTC, datetime
from importlib.metadata import version

from lstm_cli.data.showing import show_source


def now() -> str:
    """The time, in UTC, as ISO 8601 writes it."""
    return datetime.now(UTC).isoformat(timespec="microseconds")


def versions() -> dict[str, str]:
    """Versions of what a training depends on."""
    return {
        **{name: version(name) for name in ("lstm-cli", "torch", "numpy", "nltk")},
        "python": platform.python_version(),
    }


def file_name(source: str) -> str:
    r"""A name without folder or query: a model does not tell where it was made.

    >>> file_name("https://host/films.csv?key=secret"), file_name(r"C:\\mine\\films.csv")
    ('films.csv', 'films.csv')
    >>> file_name("postgresql://me:se?cr/et@host/shop?table=reviews")
    'shop'
    """
    if "://" in source:
        source = re.split(r"[?#]", show_source(source))[0]
    return re.split(r"[/\\]", source.rstrip("/\\"))[-1]
