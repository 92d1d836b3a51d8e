"""The address of a database, as SQLAlchemy writes it: what to connect to, and which table.

sqlite:///shop.db?table=reviews          three slashes: from this folder; four: from the root
postgresql://me:secret@host:5432/shop?table=reviews
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import parse_qsl, unquote

from lstm_cli.data.showing import escape, show_source
from lstm_cli.errors import FileError

# What comes before ://, perhaps with +driver, and what messages and models call it.
SCHEMES = {
    "sqlite": "sqlite",
    "postgresql": "postgresql",
    "postgres": "postgresql",
    "mysql": "mysql",
    "mariadb": "mysql",
}
# The password goes up to the last @ that a host may follow: people leave @ and / as they are.
_SERVER = re.compile(
    r"(?:(?P<user>[^:@/?]*)(?::(?P<password>.*))?@)?"
    r"(?P<host>\[[^\]]*\]|[^:@/?]*)(?::(?P<port>\d{1,5}))?/(?P<name>[^?]*)"
)


@dataclass(frozen=True)
class Address:
    """Where a database is."""

    kind: str  # sqlite, postgresql or mysql
    name: str  # of the database; of SQLite, the path of its file
    table: str | None = None
    host: str = ""
    port: int | None = None
    user: str | None = None
    password: str | None = field(default=None, repr=False)
    settings: Mapping[str, str] = field(default_factory=dict)  # what else stands behind the ?


def is_database(source: str) -> bool:
    """Whether a source is the address of a database.

    >>> is_database("sqlite:///shop.db"), is_database("https://host/shop.db")
    (True, False)
    """
    return _kind(source) is not None


def parse_address(source: str) -> Address:
    """Take the address of a database apart.

    >>> parse_address("sqlite:////data/shop.db?table=reviews").name
    '/data/shop.db'
    >>> address = parse_address("postgresql+psycopg://me:a@b/c@host/shop?table=reviews")
    >>> address.kind, address.host, address.name, address.table, address.password
    ('postgresql', 'host', 'shop', 'reviews', 'a@b/c')

    Raises:
        FileError: it is none.
    """
    kind, rest, query = _kind(source), source.partition("://")[2], ""
    if "?" in rest and "@" not in rest.rpartition("?")[2]:  # else the ? is one of a password
        rest, _, query = rest.rpartition("?")
    settings = dict(parse_qsl(query, keep_blank_values=True))
    table = settings.pop("table", None)
    if kind == "sqlite":
        if not rest.startswith("/") or rest == "/":
            raise FileError(f"{show_source(source)}: write it like sqlite:///shop.db")
        if settings:
            raise FileError(
                f"{show_source(source)}: nothing is known of {escape(next(iter(settings)))}; "
                "only ?table=NAME may follow"
            )
        return Address("sqlite", rest[1:], table)
    parts = _SERVER.fullmatch(rest)
    if kind is None or parts is None:
        raise FileError(
            f"{show_source(source)}: write it like postgresql://user:password@host/database"
            "?table=reviews"
        )
    return Address(
        kind,
        unquote(parts["name"]),
        table,
        unquote(parts["host"]).strip("[]"),
        int(parts["port"]) if parts["port"] else None,
        unquote(parts["user"]) if parts["user"] else None,
        unquote(parts["password"]) if parts["password"] else None,
        settings,
    )


def _kind(source: str) -> str | None:
    scheme, separator, _ = source.partition("://")
    return SCHEMES.get(scheme.partition("+")[0].lower()) if separator else None
