"""PostgreSQL and MySQL -> the rows of a table or of a query, a few thousand at a time.

The session is told that it reads only, so that the server itself refuses all else. The
drivers come with the extra ``sql`` and are imported when an address asks for them.
"""

import re
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from typing import Any

from lstm_cli.data.databases.addresses import Address
from lstm_cli.data.databases.databases import (
    check_query,
    choose_table,
    only_reads,
    quote_name,
    read_all,
)
from lstm_cli.data.rows import Content, Rows, first_line
from lstm_cli.data.showing import escape, show_cell
from lstm_cli.errors import FileError

TIMEOUT_SECONDS = 30
_FETCHED_AT_ONCE = 5_000

_TABLES_OF_POSTGRESQL = """
    SELECT CASE WHEN pg_table_is_visible(c.oid) THEN c.relname
                ELSE n.nspname || '.' || c.relname END,
           quote_ident(n.nspname) || '.' || quote_ident(c.relname)
    FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
    WHERE c.relkind IN ('r', 'v', 'm', 'p', 'f') AND NOT c.relispartition
      AND n.nspname <> 'information_schema' AND left(n.nspname, 3) <> 'pg_'
      AND has_schema_privilege(n.oid, 'USAGE') AND has_table_privilege(c.oid, 'SELECT')
    ORDER BY 1
"""
_TABLES_OF_MYSQL = """
    SELECT table_name FROM information_schema.tables
    WHERE table_schema = database() ORDER BY 1
"""


@dataclass(frozen=True)
class _Session:
    """A connection on which nothing can be written."""

    tables: Callable[[], dict[str, str]]  # by name, as SQL takes them
    cursor: Callable[[], Any]  # that leaves the rows on the server until they are asked for
    errors: tuple[type[Exception], ...]  # how the driver says what went wrong


def open_server(address: Address, content: Content, rows: int) -> Rows:
    """Open a table of a server, or the answer to a query, at most ``rows`` rows at a time.

    Raises:
        FileError: the server or the table is not there, or the query is no good.
    """
    query = content.options.query
    if query is not None:
        check_query(query, content)
    with _session(address, content) as session:
        try:
            if query is None:
                query = f"SELECT * FROM {choose_table(session.tables(), content)}"
            with closing(session.cursor()) as cursor:
                cursor.execute(query)
                return read_all(cursor, content, rows)
        except session.errors as error:
            raise _refused(error, content) from error


def _session(address: Address, content: Content) -> Any:
    connect = _postgresql if address.kind == "postgresql" else _mysql
    return connect(address, content)


@contextmanager
def _postgresql(address: Address, content: Content) -> Iterator[_Session]:
    try:
        import psycopg
        from psycopg.conninfo import make_conninfo
    except ImportError as error:
        raise _missing(content) from error
    settings: dict[str, Any] = {
        "connect_timeout": TIMEOUT_SECONDS,
        "host": address.host or None,
        "port": address.port,
        "user": address.user,
        "password": address.password,
        "dbname": address.name or None,
        **address.settings,  # the last word, as psql reads an address
    }
    try:
        # Settings of the server alone: the driver has others, which are no text.
        connection = psycopg.connect(make_conninfo(**settings))
    except (psycopg.Error, ValueError) as error:
        raise _unreachable(error, content) from error
    connection.read_only = True
    with closing(connection):
        yield _Session(
            lambda: dict(connection.execute(_TABLES_OF_POSTGRESQL).fetchall()),
            lambda: connection.cursor(name="lstm"),
            (psycopg.Error,),
        )


@contextmanager
def _mysql(address: Address, content: Content) -> Iterator[_Session]:
    try:
        import pymysql
        from pymysql.charset import charset_by_name
        from pymysql.cursors import SSCursor
    except ImportError as error:
        raise _missing(content) from error
    if set(address.settings) - {"charset"}:
        listed = escape(", ".join(sorted(set(address.settings) - {"charset"})))
        raise FileError(f"{content.shown}: nothing is known of {listed}; only ?table= may follow")
    charset = address.settings.get("charset") or "utf8mb4"
    if charset_by_name(charset) is None:
        raise FileError(
            f"{content.shown}: MySQL knows no charset {show_cell(charset)}; leave it out"
        )
    try:
        connection = pymysql.connect(
            host=address.host or "localhost",
            port=address.port or 3306,
            user=address.user,
            password=(address.password or "").encode(),  # of text it would take only Latin-1
            database=address.name or None,
            charset=charset,
            connect_timeout=TIMEOUT_SECONDS,
            init_command="SET SESSION TRANSACTION READ ONLY",
        )
    except (
        pymysql.MySQLError, OSError, LookupError, RuntimeError, ValueError, OverflowError,
    ) as error:  # fmt: skip
        raise _unreachable(error, content) from error

    def tables() -> dict[str, str]:
        with connection.cursor() as cursor:
            cursor.execute(_TABLES_OF_MYSQL)
            return {name: quote_name(name, "`") for (name,) in cursor.fetchall()}

    with closing(connection):
        yield _Session(tables, lambda: connection.cursor(SSCursor), (pymysql.MySQLError, OSError))


def _missing(content: Content) -> FileError:
    return FileError(
        f"{content.shown}: to read from a server, install what that needs: "
        "pip install 'lstm-cli[sql]'"
    )


def _unreachable(error: Exception, content: Content) -> FileError:
    return FileError(
        f"{content.shown}: the server lets nobody in ({_said(error)}); check the address"
    )


def _refused(error: Exception, content: Content) -> FileError:
    said = _said(error)
    if re.search("read[- ]only|data-modifying", said, re.IGNORECASE):
        return only_reads(content)
    if content.options.query is not None:
        return FileError(f"{content.shown}: the query does not work ({said}); mend it")
    return FileError(f"{content.shown} cannot be read ({said}); check the address")


def _said(error: Exception) -> str:
    """What an error says; those of MySQL are a number and a text."""
    if len(error.args) == 2 and isinstance(error.args[1], str):
        error = Exception(error.args[1])
    return first_line(error)
