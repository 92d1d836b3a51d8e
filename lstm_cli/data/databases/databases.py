"""A table of a database, or the answer to a query -> windows of its rows. Nothing is written.

SQLite is read with what Python brings; servers have a module of their own.
"""

import re
import sqlite3
import struct
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date, time
from decimal import Decimal
from pathlib import Path
from typing import Any, Protocol
from urllib.parse import quote

from lstm_cli.data.delimited.layout import find_renamed, make_distinct
from lstm_cli.data.nested import as_json
from lstm_cli.data.rows import Content, Rows, first_line, reading
from lstm_cli.data.showing import count
from lstm_cli.data.sources.choosing import find_name, list_names, refuse_name
from lstm_cli.data.values import Value, ValueTable
from lstm_cli.errors import FileError, NoRowsError, Remedy

BATCH_ROWS = 5_000

_READING = re.compile(r"[\s(]*(?:select|with|values)\b", re.IGNORECASE)
_WRITING = re.compile(r"\binto\b", re.IGNORECASE)  # a file of the server, or a new table
_ASIDE = re.compile(r"""'(?:[^']|'')*'|"(?:[^"]|"")*"|`[^`]*`|--[^\n]*|/\*.*?\*/""", re.DOTALL)
# Tables that programs keep for themselves.
_HOUSEKEEPING = frozenset(
    {"android_metadata", "alembic_version", "django_migrations", "schema_migrations"}
)


class Cursor(Protocol):
    """What all databases answer with."""

    @property
    def description(self) -> Any:
        """Of each column, its name and more."""

    def fetchmany(self, size: int) -> Sequence[Sequence[Any]]:
        """The next rows."""


def open_sqlite(content: Content, rows: int) -> Rows:
    """Open a table or view of a file of SQLite, at most ``rows`` rows at a time.

    Raises:
        FileError: it is damaged or locked, or has no such table, or the query is no good.
    """
    query = content.options.query
    if query is not None:
        check_query(query, content)
    _check_size(content)
    wrong = _Letters()
    try:
        connection = sqlite3.connect(_place(content.path), uri=True)
        try:
            connection.text_factory = wrong.decode
            connection.execute("PRAGMA query_only = ON")
            connection.execute("PRAGMA trusted_schema = OFF")
            if query is None:
                tables = {name: quote_name(name) for name in _tables(connection)}
                query = f"SELECT * FROM {choose_table(tables, content)}"
            connection.set_authorizer(_allow)
            found = read_all(connection.execute(query), content, rows)
        finally:
            connection.close()
    except (sqlite3.Error, sqlite3.Warning, UnicodeDecodeError) as error:
        # Python finds no words for what SQLite says of a file in which names are damaged.
        raise _refused(error, content) from error
    return replace(found, notes=found.notes + wrong.notes)


def _check_size(content: Content) -> None:
    """Refuse a file that ends too early; SQLite takes what is missing for zeros."""
    with content.path.open("rb") as file:
        head = file.read(100).ljust(100, b"\0")
    (page_size,) = struct.unpack_from(">H", head, 16)
    changes, num_pages = struct.unpack_from(">II", head, 24)
    (counted_at,) = struct.unpack_from(">I", head, 92)
    size = num_pages * (1 << 16 if page_size == 1 else page_size)
    # The number of pages counts only if it was written with the last change.
    if changes == counted_at and content.path.stat().st_size < size:
        raise FileError(
            f"{content.shown} is a damaged SQLite database (it ends too early); get the file again"
        )


def _place(path: Path) -> str:
    """A file as SQLite opens it to read it only."""
    place = f"file:{quote(str(path.absolute()))}?mode=ro"
    with path.open("rb") as file:
        keeps_log = file.read(20)[18:] == b"\2\2"
    # Nobody writes where there is no log; to tell others of its reading, SQLite would make one.
    is_alone = keeps_log and not path.with_name(f"{path.name}-wal").exists()
    return f"{place}&immutable=1" if is_alone else place


def check_query(query: str, content: Content) -> None:
    """Refuse what is not one query that only reads.

    Raises:
        FileError: it is not.
    """
    if content.options.sheet is not None:
        raise FileError(
            f"{content.shown}: give a table or a query, not both", Remedy.LEAVE_OUT_QUERY
        )
    plain = _ASIDE.sub(" ", query).rstrip("; \n\t\r")
    if not _READING.match(plain) or _WRITING.search(plain):
        raise only_reads(content)
    if ";" in plain:
        raise FileError(f"{content.shown}: only one query is run; leave out what follows the ;")


def only_reads(content: Content) -> FileError:
    """What is said of a query that would write."""
    return FileError(f"{content.shown}: only a query that reads is run; begin it with select")


def choose_table(tables: Mapping[str, str], content: Content) -> str:
    """The table that a person names, or the only one, as the database quotes it.

    Args:
        tables: what there is, by name.
        content: what is asked for.

    Raises:
        FileError: there is none, or several, or none of this name.
    """
    names, asked = list(tables), content.options.sheet
    if not names:
        raise FileError(f"{content.shown} is a database without tables; give another")
    if asked is not None:
        name = find_name(asked, names)
        if name is None:
            raise refuse_name(asked, names, content.shown, "table")
        return tables[name]
    own = [name for name in names if name.casefold() not in _HOUSEKEEPING]
    if len(own) != 1:
        raise FileError(
            f"{content.shown} has {count(len(names), 'table')}",
            Remedy.CHOOSE_SHEET,
            list_names(own or names),
        )
    return tables[own[0]]


def quote_name(name: str, mark: str = '"') -> str:
    """A name as SQL takes it, whatever is in it.

    >>> quote_name('the "best"')
    '"the ""best\"""'
    """
    return f"{mark}{name.replace(mark, mark * 2)}{mark}"


def read_all(cursor: Cursor, content: Content, rows: int) -> Rows:
    """What a query answered, its rows kept in files: a query is run once.

    Raises:
        FileError: there are no rows.
    """
    answered = [str(column[0]) for column in cursor.description or ()]
    names = make_distinct(answered)
    table, plain = ValueTable(names, content.folder, rows), _Plain()
    while batch := cursor.fetchmany(BATCH_ROWS):
        for row in batch:
            table.add([plain.value(value) for value in row])
    windows = table.windows()
    if not table.num_rows:
        raise NoRowsError(f"{content.shown} has columns but no rows; add reviews")
    windows = reading(windows, content.source, "cannot be read; is the disk full?")
    renamed = find_renamed(answered, names)
    return Rows(windows, table.num_rows, notes=plain.notes, renamed=renamed)


class _Plain:
    """Values of a database as values of a table."""

    def __init__(self) -> None:
        self._num_blobs = 0

    @property
    def notes(self) -> tuple[str, ...]:
        """What there is to be said."""
        if not self._num_blobs:
            return ()
        return (f"{count(self._num_blobs, 'blob')} without text read as missing",)

    def value(self, value: Any) -> Value:
        """One of them."""
        if value is None or isinstance(value, str | bool | int | float):
            return value
        if isinstance(value, bytes | bytearray | memoryview):
            try:
                return bytes(value).decode("utf-8")
            except UnicodeDecodeError:
                self._num_blobs += 1
                return None
        if isinstance(value, Decimal):
            is_whole = value.is_finite() and value == value.to_integral_value()
            return int(value) if is_whole else float(value)
        if isinstance(value, date | time):
            return value.isoformat()
        if isinstance(value, list | tuple | dict):
            return as_json(value)
        return str(value)


class _Letters:
    """Decodes the texts of SQLite, which may be in any encoding; most are in UTF-8."""

    def __init__(self) -> None:
        self._num_others = 0

    @property
    def notes(self) -> tuple[str, ...]:
        """What there is to be said."""
        if not self._num_others:
            return ()
        return (f"{count(self._num_others, 'text')} not in UTF-8, read as Windows-1252",)

    def decode(self, text: bytes) -> str:
        """One of them."""
        try:
            return text.decode("utf-8")
        except UnicodeDecodeError:
            self._num_others += 1
            return text.decode("cp1252", "replace")


def _tables(connection: sqlite3.Connection) -> Iterator[str]:
    """Tables and views, without those that SQLite and its searches keep for themselves."""
    found = connection.execute(
        "SELECT name, type, sql FROM sqlite_master WHERE type IN ('table', 'view') "
        "AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\' ORDER BY rowid"
    ).fetchall()
    virtual = [name for name, _, sql in found if (sql or "").upper().startswith("CREATE VIRTUAL")]
    for name, *_ in found:
        if not any(name.startswith(f"{index}_") for index in virtual):
            yield name


def _allow(action: int, what: str | None, *_: object) -> int:
    """Whether a query may do this; that it writes, SQLite refuses by itself."""
    is_setting = action == sqlite3.SQLITE_PRAGMA and what != "data_version"  # full-text search asks
    is_refused = is_setting or action in (sqlite3.SQLITE_ATTACH, sqlite3.SQLITE_DETACH)
    return sqlite3.SQLITE_DENY if is_refused else sqlite3.SQLITE_OK


def _refused(error: Exception, content: Content) -> FileError:
    said = first_line(error)
    if content.options.query is not None:
        if "not authorized" in said or "readonly database" in said:
            return only_reads(content)
        if isinstance(error, sqlite3.OperationalError):
            return FileError(f"{content.shown}: the query does not work ({said}); mend it")
    if isinstance(error, sqlite3.OperationalError):
        return FileError(f"{content.shown} cannot be read ({said}); close what else uses it")
    return FileError(f"{content.shown} is a damaged SQLite database ({said}); get the file again")
