"""A table of a database is read like a file, and nothing is ever written to one."""

import gzip
import os
import sqlite3
import sys
from pathlib import Path

import pytest

from lstm_cli.bundle.locating import free_name
from lstm_cli.commands.hints import with_options
from lstm_cli.data.databases.addresses import parse_address
from lstm_cli.data.options import ReadOptions
from lstm_cli.data.reviews import read_reviews
from lstm_cli.data.showing import show_source
from lstm_cli.data.tables import Table, open_table, read_table
from lstm_cli.errors import FileError
from lstm_cli.pipeline.origin import file_name
from tests.files import names, rows
from tests.helpers import in_case, lstm, packages_loaded_by

REVIEWS = [("a fine lamp", 5), ("broke at once", 1), (None, None)]
SERVERS = {"postgresql": "psycopg", "mysql": "pymysql"}


def database(*statements: str, name: str = "shop.db") -> Path:
    """A file of SQLite with a table of reviews, and what else is asked for."""
    Path(name).unlink(missing_ok=True)
    connection = sqlite3.connect(name)
    connection.execute("CREATE TABLE reviews (review TEXT, rating INTEGER)")
    connection.executemany("INSERT INTO reviews VALUES (?, ?)", REVIEWS)
    for statement in statements:
        connection.execute(statement)
    connection.commit()
    connection.close()
    return Path(name)


def read(source: str | Path, sheet: str | None = None, query: str | None = None) -> Table:
    return read_table(str(source), ReadOptions(sheet=sheet, query=query))


def refused(source: str | Path, sheet: str | None = None, query: str | None = None) -> str:
    with pytest.raises(FileError) as error:
        read(source, sheet, query)
    message = with_options(error.value)
    assert message.isprintable()
    return message


# Which table


def test_the_only_table_is_read() -> None:
    path = database("CREATE TABLE sqlitely (a)", "DROP TABLE sqlitely")
    table = read(path)
    assert rows(table) == REVIEWS
    assert (table.form, table.frame.columns) == ("sqlite", ["review", "rating"])
    assert table.line_numbers([2]).tolist() == [3]
    path.with_name("shop.gz").write_bytes(gzip.compress(path.read_bytes()))
    assert rows(read("shop.gz")) == REVIEWS


def test_an_address_names_file_and_table() -> None:
    path = database('CREATE TABLE "the ""best""" (review, rating)').absolute()
    for source in ("sqlite:///shop.db?table=reviews", f"sqlite:///{path}?table=Reviews"):
        table = read(source)
        assert rows(table) == REVIEWS
        assert table.source == source
    assert rows(read("sqlite:///shop.db", "reviews")) == REVIEWS
    assert refused("sqlite:///shop.db") == (
        'sqlite:///shop.db has 2 tables; choose one with --sheet (reviews, the "best")'
    )
    assert refused(path, 'the "best"').endswith("has columns but no rows; add reviews")
    assert refused(path, "revews").endswith(
        'has no table revews (did you mean reviews?); choose one with --sheet (reviews, the "best")'
    )
    assert refused("sqlite:///shop.db?table=reviews", "the").endswith("; leave out --sheet")


def test_views_are_tables_and_what_programs_keep_is_not() -> None:
    database("CREATE TABLE django_migrations (id)")
    assert rows(read("shop.db")) == REVIEWS
    database("CREATE VIEW good AS SELECT * FROM reviews WHERE rating > 3")
    assert rows(read("shop.db", "good")) == REVIEWS[:1]
    database("CREATE VIRTUAL TABLE found USING fts5(text)", "INSERT INTO found VALUES ('a lamp')")
    assert "(reviews, found)" in refused("shop.db")
    assert rows(read("shop.db", "found")) == [("a lamp",)]


def test_the_names_of_models_come_from_the_database() -> None:
    assert free_name("sqlite:///data/shop.db?table=reviews", Path()) == "shop"
    assert free_name("postgresql://me:se?cr/et@host/shop?table=reviews", Path()) == "shop"
    assert free_name("shop.sqlite3", Path()) == "shop"


# Queries


def test_a_query_makes_the_table() -> None:
    database("CREATE TABLE products (id, name)")
    query = "-- the best\nSELECT review, rating + 0.5 AS rating FROM reviews WHERE rating > 3;"
    assert rows(read("shop.db", query=query)) == [("a fine lamp", 5.5)]
    query = "WITH r AS (SELECT * FROM reviews) SELECT review AS a, review AS a FROM r LIMIT 1"
    twice = read("sqlite:///shop.db", query=query)
    assert (twice.frame.columns, twice.renamed) == (["a", "a_2"], {"a_2": "a"})
    assert rows(read("shop.db", query="SELECT ';' AS a, 'into' AS b -- ; INTO")) == [(";", "into")]


@pytest.mark.parametrize(
    "query",
    [
        "DELETE FROM reviews",
        "WITH r AS (SELECT 1) DELETE FROM reviews",
        "WITH r AS (SELECT 1) INSERT INTO reviews SELECT 'x', 1",
        "DROP TABLE reviews",
        "ATTACH 'other.db' AS other",
        "PRAGMA journal_mode = WAL",
        "SELECT * FROM pragma_table_info('reviews')",
        "VACUUM",
        "/* SELECT */ UPDATE reviews SET rating = 5",
        "SELECT load_extension('x')",
        "SELECT 1 INTO OUTFILE 'x'",
        "",
    ],
)
def test_a_query_that_does_more_than_reading_is_refused(query: str) -> None:
    path = database()
    before = path.read_bytes()
    message = "shop.db: only a query that reads is run; begin it with select"
    assert refused(path, query=query) == message
    assert path.read_bytes() == before
    assert names(Path()) == ["shop.db"]


def test_a_query_that_does_not_work_is_refused() -> None:
    database()
    for query, message in (
        ("SELECT stars FROM reviews", "the query does not work (no such column: stars)"),
        ("SELECT * FROM nowhere", "the query does not work (no such table: nowhere)"),
        ("SELECT FROM", "the query does not work"),
        ("SELECT 1; SELECT 2", "only one query is run; leave out what follows the ;"),
        ("SELECT * FROM reviews WHERE 0", "has columns but no rows; add reviews"),
    ):
        with in_case(query):
            assert message in refused("shop.db", query=query)
    assert refused("shop.db", "reviews", "SELECT 1") == (
        "shop.db: give a table or a query, not both; leave out --query"
    )


def test_what_is_no_database_has_no_query() -> None:
    Path("r.csv").write_text("review,rating\ngood,5\n")
    assert refused("r.csv", query="SELECT 1") == "r.csv is no database (CSV); leave out --query"
    assert "no SQLite database" in refused("sqlite:///r.csv")
    assert refused("s3://bucket/r.csv", query="SELECT 1").endswith("; leave out --query")
    for command in ("predict", "inspect-gates"):
        result = lstm(command, "a fine lamp", "--query", "SELECT 1")
        assert result.exit_code == 2
        assert "--query" in result.stderr


# Values


def test_values_keep_their_types() -> None:
    database(
        "CREATE TABLE v (i, f, mixed, text, blob, other, odd)",
        "INSERT INTO v VALUES (1, 1, 4, 'é', x'616263', x'ff00', CAST(x'e9' AS TEXT))",
        "INSERT INTO v VALUES (9007199254740993, 1.5, 'four', '', NULL, NULL, NULL)",
    )
    table = read("shop.db", "v")
    assert rows(table) == [
        (1, 1.0, "4", "é", "abc", None, "é"),
        (9007199254740993, 1.5, "four", "", None, None, None),
    ]
    assert table.notes == (
        "1 blob without text read as missing",
        "1 text not in UTF-8, read as Windows-1252",
    )


def test_columns_have_one_type_in_all_windows() -> None:
    database(
        "DELETE FROM reviews",
        "WITH RECURSIVE n(k) AS (SELECT 1 UNION ALL SELECT k + 1 FROM n WHERE k < 20) "
        "INSERT INTO reviews SELECT 'film ' || k, k FROM n",
        "INSERT INTO reviews VALUES ('the last', 4.5)",
    )
    with open_table("shop.db", rows=4) as opened:
        windows = list(opened.windows)
    assert opened.num_rows == 21
    assert {window.schema["rating"].is_float() for window in windows} == {True}
    assert [len(window) for window in windows] == [4, 4, 4, 4, 4, 1]


def test_reading_twice_gives_the_same_reviews() -> None:
    """As a training does that goes on where it was stopped."""
    database("INSERT INTO reviews SELECT 'better ' || review, 4 FROM reviews")
    source = "sqlite:///shop.db?table=reviews"
    assert read_reviews([source]).fingerprint == read_reviews([source]).fingerprint


# Hostile


def test_damaged_databases_are_refused() -> None:
    content = database().read_bytes()
    Path("cut.db").write_bytes(content[:5000])
    assert "is a damaged SQLite database" in refused("cut.db")
    Path("cut.db").write_bytes(content[:100] + os.urandom(len(content) - 100))
    assert "is a damaged SQLite database" in refused("cut.db")
    assert refused("sqlite:///shop.bd").endswith("there is no such file; did you mean shop.db?")


def test_a_database_is_left_as_it_is() -> None:
    """Also one that keeps a log, beside which SQLite would make files."""
    path = database()
    connection = sqlite3.connect(path)
    connection.execute("PRAGMA journal_mode = WAL")
    connection.close()
    assert rows(read(path)) == REVIEWS
    assert names(Path()) == ["shop.db"]
    connection = sqlite3.connect(path)
    connection.execute("INSERT INTO reviews VALUES ('not yet in the file itself', 2)")
    connection.commit()
    assert len(read(path)) == 4
    connection.close()


# Servers


@pytest.mark.parametrize(
    ("source", "shown"),
    [
        ("postgresql://me:secret@host/shop", "postgresql://me:***@host/shop"),
        ("postgres://me:se@cr/e?t#1@host/shop?table=r", "postgres://me:***@host/shop?table=r"),
        ("mysql+pymysql://me:secret@host:1/shop", "mysql+pymysql://me:***@host:1/shop"),
        ("mysql://host/shop?user=me&password=secret", "mysql://host/shop?user=me&password=***"),
        ("https://me:secret@host/r.csv?token=secret", "https://me:***@host/r.csv?token=***"),
        ("https://host:80/@me/r.csv", "https://host:80/@me/r.csv"),
    ],
)
def test_no_password_is_shown_or_kept(source: str, shown: str) -> None:
    assert show_source(source) == shown
    assert "se" not in file_name(source)


def test_an_address_is_taken_apart() -> None:
    address = parse_address("mysql://me:p%40ss@[::1]:3307/my%20shop?table=r&charset=latin1")
    assert (address.kind, address.host, address.port) == ("mysql", "::1", 3307)
    assert (address.user, address.password) == ("me", "p@ss")
    assert (address.name, address.table, address.settings) == (
        "my shop", "r", {"charset": "latin1"},
    )  # fmt: skip
    assert "p@ss" not in repr(address)


@pytest.mark.parametrize(
    ("source", "message"),
    [
        ("sqlite://shop.db", "write it like sqlite:///shop.db"),
        ("sqlite:///", "write it like sqlite:///shop.db"),
        ("sqlite:///shop.db?mode=rw", "nothing is known of mode; only ?table=NAME may follow"),
        ("postgresql://host", "write it like postgresql://user:password@host/database"),
        ("mysql://me:secret@host:port/shop", "write it like postgresql://"),
        (f"mysql://me:secret@host:{'1' * 5_000}/shop", "write it like postgresql://"),
    ],
)
def test_addresses_that_are_none_are_refused(source: str, message: str) -> None:
    said = refused(source)
    assert message in said
    assert "secret" not in said


@pytest.mark.parametrize(("kind", "driver"), SERVERS.items())
def test_without_its_driver_a_server_cannot_be_read(
    kind: str, driver: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, driver, None)
    assert refused(f"{kind}://me:secret@host/shop") == (
        f"{kind}://me:***@host/shop: to read from a server, install what that needs: "
        "pip install 'lstm-cli[sql]'"
    )


@pytest.mark.parametrize(("kind", "driver"), SERVERS.items())
def test_a_server_that_is_not_there_is_refused(kind: str, driver: str) -> None:
    pytest.importorskip(driver)
    source = f"{kind}://me:secret@127.0.0.1:9/shop"
    said = refused(source)
    assert said.startswith(f"{kind}://me:***@127.0.0.1:9/shop: the server lets nobody in (")
    assert "secret" not in said
    assert refused(source, query="DROP TABLE reviews").endswith("begin it with select")


@pytest.mark.parametrize(
    ("address", "asked"),
    [
        ("postgresql:///shop?host=/sockets&user=me&port=9", ("/sockets", "9", "me", None, "shop")),
        ("postgresql://me:ü€@one/shop", ("one", None, "me", "ü€", "shop")),
        ("postgresql://me@localhost/?host=two&dbname=b", ("two", None, "me", None, "b")),
    ],
)
def test_settings_of_an_address_have_the_last_word(
    address: str, asked: tuple[str | None, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    """As psql reads it."""
    psycopg = pytest.importorskip("psycopg")
    seen: list[dict] = []

    def connect(said: str) -> None:
        seen.append(psycopg.conninfo.conninfo_to_dict(said))
        raise psycopg.OperationalError("not now")

    monkeypatch.setattr(psycopg, "connect", connect)
    assert refused(address).endswith("lets nobody in (not now); check the address")
    names_of_settings = ("host", "port", "user", "password", "dbname")
    assert tuple(seen[0].get(name) for name in names_of_settings) == asked
    assert seen[0]["connect_timeout"] == "30"


@pytest.mark.parametrize(
    ("address", "password", "charset"),
    [
        ("mysql://me:pässwört€@host/shop", "pässwört€", "utf8mb4"),
        ("mysql://me:plain@host/shop?charset=latin1", "plain", "latin1"),
        ("mysql://host/shop?charset=", "", "utf8mb4"),
    ],
)
def test_a_password_may_have_any_letters(
    address: str, password: str, charset: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of text the driver of MySQL takes only those of Latin-1."""
    pymysql = pytest.importorskip("pymysql")
    seen: list[dict] = []

    def connect(**settings: object) -> None:
        seen.append(settings)
        raise pymysql.err.OperationalError(1045, "not now")

    monkeypatch.setattr(pymysql, "connect", connect)
    assert refused(address).endswith("lets nobody in (not now); check the address")
    assert (seen[0]["password"], seen[0]["charset"]) == (password.encode(), charset)


@pytest.mark.parametrize(
    ("address", "problem"),
    [
        ("mysql://localhost/shop?charset=utf-8", "MySQL knows no charset 'utf-8'; leave it out"),
        ("mysql://a..ä/shop", "the server lets nobody in ("),
        ("mysql://me:\udcff@127.0.0.1:9/shop", "the server lets nobody in ("),
        ("postgresql://me:\udcff@127.0.0.1:9/shop", "the server lets nobody in ("),
        ("postgresql://127.0.0.1:9/shop?autocommit=1", 'invalid connection option "autocommit"'),
        ("postgresql://127.0.0.1:9/shop?conninfo=1", "the server lets nobody in ("),
    ],
)
def test_what_an_address_cannot_say_is_no_traceback(address: str, problem: str) -> None:
    pytest.importorskip(SERVERS[address.partition(":")[0]])
    assert problem in refused(address)


@pytest.mark.parametrize("kind", SERVERS)
def test_a_server_is_read(kind: str) -> None:
    """Where there is one: $LSTM_TEST_POSTGRESQL and $LSTM_TEST_MYSQL are addresses of databases."""
    source = os.environ.get(f"LSTM_TEST_{kind.upper()}")
    if source is None:
        pytest.skip("no server was named")
    query = "SELECT 'good' AS review, 5 AS rating UNION ALL SELECT 'bad', NULL"
    table = read(source, query=query)
    assert rows(table) == [("good", 5), ("bad", None)]
    assert table.form == kind
    assert "the query does not work" in refused(source, query="SELECT nothing")
    assert "has no table nowhere" in refused(f"{source}?table=nowhere")


def test_no_driver_is_loaded_for_a_file() -> None:
    database()
    loaded = packages_loaded_by(
        "from lstm_cli.data.tables import read_table; read_table('sqlite:///shop.db')"
    )
    assert "sqlite3" in loaded
    assert loaded.isdisjoint({"psycopg", "pymysql", "python_calamine", "xlsxwriter"})
