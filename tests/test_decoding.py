"""Texts that are not in UTF-8: read as what they are and said, or asked about."""

import codecs
from collections.abc import Callable
from pathlib import Path

import pytest

from lstm_cli.bundle.reading import Bundle
from lstm_cli.commands.hints import with_options
from lstm_cli.data.options import ReadOptions
from lstm_cli.data.tables import Table, read_table
from lstm_cli.errors import FileError
from tests.grammar import LANGUAGES
from tests.helpers import lstm, packages_loaded_by

Write = Callable[[bytes], str]


@pytest.fixture
def write(tmp_path: Path) -> Write:
    """Write some bytes; the path."""

    def write(content: bytes) -> str:
        path = tmp_path / "reviews.csv"
        path.write_bytes(content)
        return str(path)

    return write


def table_in(language: str, rows: int) -> str:
    sentences, (text, rating), _ = LANGUAGES[language]
    count = len(sentences)
    made = (f'"{sentences[k % count]} {k}",{k % 5 + 1}\n' for k in range(rows))
    return f"{text},{rating}\n{''.join(made)}"


def texts(table: Table) -> list[str]:
    return table.frame.to_series(0).to_list()


@pytest.mark.parametrize("rows", [10, 200])
@pytest.mark.parametrize(
    ("language", "encoding"),
    [
        (language, encoding)
        for language, (_, _, encodings) in LANGUAGES.items()
        for encoding in (*encodings, "utf-8", "utf-8-sig", "utf-16", "utf-16-be", "utf-32")
    ],
)
def test_an_encoding_is_found_or_asked_for(
    write: Write, language: str, encoding: str, rows: int
) -> None:
    """And never is a text read as another one."""
    text = table_in(language, rows).encode(encoding, "replace").decode(encoding)
    path = write(text.encode(encoding))
    try:
        table = read_table(path)
    except FileError as error:
        assert "--encoding" in with_options(error)
        table = read_table(path, ReadOptions(encoding=encoding))
    assert texts(table) == [line.split('"')[1] for line in text.splitlines()[1:]]
    if not encoding.startswith("utf"):
        assert any("sure" in note for note in table.notes) or table.notes == ()


def test_what_was_detected_is_said_with_how_sure_it_is(write: Write) -> None:
    table = read_table(write(table_in("Russian", 50).encode("cp1251")))
    assert table.encoding == "cp1251"
    assert any("cp1251" in note and "% sure" in note for note in table.notes)


def test_an_encoding_that_is_named_is_used_and_checked(write: Write) -> None:
    path = write(table_in("Polish", 20).encode("cp1250"))
    named = read_table(path, ReadOptions(encoding="windows-1250"))
    assert texts(named)[1].startswith("świetna jakość")
    with pytest.raises(FileError, match="line"):
        read_table(path, ReadOptions(encoding="utf-8"))
    for nonsense in ("cp125O", "hex", "rot13", "idna"):
        with pytest.raises(FileError) as error:
            read_table(path, ReadOptions(encoding=nonsense))
        assert "\n" not in with_options(error.value)
        assert "--encoding" in with_options(error.value)


def test_a_few_stray_bytes_do_not_change_the_rest(write: Write) -> None:
    text = table_in("French", 100).encode()
    table = read_table(write(text.replace("déçu".encode(), b"d\xe9\xe7u", 1)))
    assert "déçu" in texts(table)[0]
    assert table.notes == ("2 bytes not in UTF-8, read as Windows-1252",)


def test_nul_bytes_are_removed_and_counted(write: Write) -> None:
    content = table_in("English", 20).encode().replace(b"kettle", b"ket\0tle\0\0")
    table = read_table(write(content))
    assert not any("\0" in text for text in texts(table))
    assert any("NUL bytes removed" in note for note in table.notes)
    late = table_in("English", 2000).encode() + b'"the last\0 one",5\n'
    table = read_table(write(late))
    assert texts(table)[-1] == "the last one"
    assert any("1 NUL byte removed" in note for note in table.notes)


def test_what_is_no_text_is_refused(write: Write) -> None:
    with pytest.raises(FileError, match="is not text"):
        read_table(write(bytes(range(256)) * 300))


def test_doubled_returns_end_lines(write: Write) -> None:
    """As Python's csv writes them on Windows."""
    table = read_table(write(b'a,rating\r\r\n"one\r\ntwo",5\r\r\nthree,4\r\r\n'))
    assert [text.replace("\r", "") for text in texts(table)] == ["one\ntwo", "three"]
    assert table.frame["rating"].to_list() == ["5", "4"]


def test_what_predict_writes_keeps_the_mark_and_the_text(tiny_bundle: Bundle) -> None:
    text = table_in("Polish", 30)
    for name, content in (
        ("marked", text.encode("utf-8-sig")),
        ("plain", text.encode()),
        ("old", text.encode("cp1250")),
        ("wide", text.encode("utf-16")),
    ):
        Path(f"{name}.csv").write_bytes(content)
        files = ("--input", f"{name}.csv", "--output", f"{name}.out.csv")
        done = lstm("predict", *files, "--model", tiny_bundle.path)
        assert done.exit_code == 0, done.stderr
        written = Path(f"{name}.out.csv").read_bytes()
        assert written.startswith(codecs.BOM_UTF8) == (name in ("marked", "wide"))
        lines = written.decode("utf-8-sig").splitlines()
        assert lines[2].startswith("świetna jakość") or lines[2].startswith('"świetna jakość')


def test_piped_reviews_are_decoded_like_files(tiny_bundle: Bundle) -> None:
    text = "\n".join(LANGUAGES["Russian"][0])
    for encoding, asked in (("utf-8", ()), ("cp1251", ()), ("cp1251", ("--encoding", "cp1251"))):
        piped = text.encode(encoding)
        done = lstm("predict", "--json", "--model", tiny_bundle.path, *asked, stdin=piped)
        assert done.exit_code == 0, done.stderr
        assert "лампа сломалась" in done.stdout
    assert lstm("predict", "good", "--encoding", "cp1251").exit_code == 2


def test_no_detection_is_loaded_for_plain_files(write: Write) -> None:
    path = write(table_in("French", 20).encode())
    read = f"from lstm_cli.data.reviews import read_reviews; read_reviews([{path!r}])"
    assert "polars" in packages_loaded_by(read)
    assert packages_loaded_by(read).isdisjoint(
        {"chardet", "python_calamine", "xlsxwriter", "sqlite3", "psycopg", "pymysql"}
    )
