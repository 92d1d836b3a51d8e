"""The table of formats: a row in it is all that a new format or compression needs."""

import gzip
import zlib
from pathlib import Path
from typing import IO

import polars as pl
import pytest

from lstm_cli.bundle.locating import free_name
from lstm_cli.data.formats import FORMATS, Format, endings
from lstm_cli.data.rows import Content, Rows
from lstm_cli.data.sources.wrappings import ARCHIVES, COMPRESSIONS, Compression
from lstm_cli.data.tables import read_table
from lstm_cli.data.writing import check_output, write_table
from lstm_cli.errors import OutputError
from tests.files import refusal
from tests.helpers import HEAVY, packages_loaded_by

FRAME = pl.DataFrame({"review": ["good", "two words", "bad"], "rating": ["5", "3", "1"]})


def refuse(_: object) -> pl.LazyFrame:
    raise AssertionError("no address is read here")


def open_starred(content: Content, rows: int) -> Rows:
    lines = content.path.read_text(encoding="utf-8").splitlines()
    cells = [line.removeprefix("*").split(" ", 1)[::-1] for line in lines]
    frame = pl.DataFrame(cells, schema=["review", "rating"], orient="row")
    return Rows(frame.iter_slices(rows), frame.height, frame)


def append_starred(frame: pl.DataFrame, file: IO[bytes], *_: object) -> None:
    file.writelines(f"*{rating} {text}\n".encode() for text, rating in frame.rows())


def open_arrow(content: Content, rows: int) -> Rows:
    frame = pl.read_ipc(content.path)
    return Rows(frame.iter_slices(rows), frame.height, frame)


def unpack_zlib(packed: Path, target: Path, _: str) -> None:
    target.write_bytes(zlib.decompress(packed.read_bytes()))


@pytest.fixture
def starred(monkeypatch: pytest.MonkeyPatch) -> None:
    """A format of text: each line a star, the rating, and the review."""
    row = Format(
        name="starred",
        title="starred text",
        endings=(".starred",),
        recognizes=lambda head: head.startswith(b"*"),
        open=open_starred,
        scan=refuse,
        append=append_starred,
    )
    monkeypatch.setitem(FORMATS, row.name, row)


@pytest.fixture
def arrow(monkeypatch: pytest.MonkeyPatch) -> None:
    """A binary format, written only when all rows are there."""
    row = Format(
        name="arrow",
        title="Arrow",
        endings=(".arrow",),
        is_text=False,
        recognizes=lambda head: head.startswith(b"ARROW1"),
        open=open_arrow,
        scan=refuse,
        write_all=lambda sheets, file: sheets[0].frame.sink_ipc(file),
    )
    monkeypatch.setitem(FORMATS, row.name, row)


@pytest.fixture
def zlib_(monkeypatch: pytest.MonkeyPatch) -> None:
    """A compression that nobody keeps files in, so it has no row."""
    row = Compression(
        name="zlib",
        ending=".zz",
        recognizes=lambda head: head.startswith(b"\x78\x9c"),
        unpack=unpack_zlib,
        pack=zlib.compress,
    )
    monkeypatch.setitem(COMPRESSIONS, row.name, row)


@pytest.mark.usefixtures("starred", "arrow", "zlib_")
@pytest.mark.parametrize(
    ("name", "form"),
    [
        ("films.starred", "starred"),
        ("films.starred.gz", "starred"),
        ("films.starred.zz", "starred"),
        ("films.arrow", "arrow"),
        ("films.csv.zz", "csv"),
    ],
)
def test_a_row_is_all_that_a_format_needs(name: str, form: str) -> None:
    """It is written by its ending, read by its bytes, and left out of a model's name."""
    write_table(FRAME, name)
    read = read_table(str(Path(name).rename("any.name")))
    assert read.form == form
    assert read.frame.equals(FRAME)
    assert free_name(name, Path()) == "films"


@pytest.mark.usefixtures("starred")
def test_text_of_a_new_format_comes_in_any_encoding() -> None:
    Path("r.txt.gz").write_bytes(gzip.compress("*5 très bien\n*1 nul\n".encode("utf-16")))
    read = read_table("r.txt.gz")
    assert (read.form, read.encoding) == ("starred", "utf-16")
    assert read.frame["review"].to_list() == ["très bien", "nul"]


@pytest.mark.usefixtures("starred", "arrow", "zlib_")
def test_messages_name_what_the_table_has() -> None:
    with pytest.raises(OutputError) as error:
        check_output("films.pdf")
    assert str(error.value) == (
        "films.pdf: the ending must say how to write: .csv, .tsv, .jsonl or .starred "
        "(each also with .gz, .zst, .bz2, .xz or .zz) or .parquet, .xlsx or .arrow"
    )
    Path("r.csv").write_bytes(bytes(range(256)) * 20)
    assert refusal("r.csv") == (
        "r.csv is not text, nor Parquet nor Excel nor OpenDocument nor SQLite nor Arrow; save the "
        "table as CSV"
    )


def test_what_has_no_row_is_refused() -> None:
    Path("r.csv").write_bytes(b"7z\xbc\xaf\x27\x1c")
    assert refusal("r.csv") == "r.csv looks like a 7z archive; unpack it first"
    FRAME.write_ipc("r.arrow")
    assert refusal("r.arrow") == "r.arrow looks like an Arrow file; save it as Parquet or CSV"


def test_no_ending_stands_for_two() -> None:
    said = [ending for form in FORMATS.values() for ending in form.endings + form.vague_endings]
    said += [compression.ending for compression in COMPRESSIONS.values()]
    said += [ending for archive in ARCHIVES.values() for ending in archive.endings]
    assert sorted(said) == sorted(endings())


def test_the_table_is_there_before_polars() -> None:
    """Commands look up endings at their start."""
    loaded = packages_loaded_by("import lstm_cli.data.formats")
    assert loaded.isdisjoint({*HEAVY, "numpy"})
