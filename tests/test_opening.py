"""Any source, in any encoding, plain or compressed; and what is no file of reviews."""

import codecs
import gzip
import http.server
import importlib
import io
import os
import threading
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from types import SimpleNamespace

import polars as pl
import pytest

from lstm_cli.data.sources import opening
from lstm_cli.data.tables import read_table
from lstm_cli.data.writing import write_table
from tests.files import ROWS, WELL_FORMED, Read, refusal, rows, write_and_read


@pytest.fixture
def read(tmp_path: Path) -> Read:
    """Write some bytes to a file and read it."""
    return partial(write_and_read, tmp_path)


def test_what_comes_in_chunks_is_whole(read: Read, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("lstm_cli.data.sources.opening.CHUNK_BYTES", 5)
    assert rows(read(gzip.compress(WELL_FORMED.encode()))) == ROWS


def test_a_record_cut_by_a_window_is_whole(read: Read, monkeypatch: pytest.MonkeyPatch) -> None:
    for size in (1, 2, 3, 7):
        monkeypatch.setattr("lstm_cli.data.delimited.survey.WINDOW_BYTES", size)
        table = read(WELL_FORMED)
        assert rows(table) == ROWS
        assert table.line_numbers(range(4)).tolist() == [2, 3, 4, 6]
        assert table.notes == ()


# Compression, standard input, addresses


def test_compression_is_seen_in_the_bytes_whatever_the_name(read: Read) -> None:
    assert rows(read(gzip.compress(WELL_FORMED.encode()), "reviews.csv")) == ROWS
    assert rows(read(gzip.compress(WELL_FORMED.encode("utf-16")), "reviews.txt.gz")) == ROWS
    assert rows(read(WELL_FORMED, "reviews.csv.gz")) == ROWS


def test_zstd_is_unpacked(tmp_path: Path) -> None:
    frame = pl.DataFrame(ROWS, schema=["review", "rating"], orient="row")
    for name in ("r.csv.zst", "r.jsonl.zst", "r.tsv.zst"):
        write_table(frame, str(tmp_path / name))
        (tmp_path / name).rename(tmp_path / "any.name")
        assert rows(read_table(str(tmp_path / "any.name"))) == ROWS


def test_blank_lines_and_quotes_pass_zstd_unchanged(tmp_path: Path) -> None:
    lines = pl.DataFrame({"review,rating": ['"a""b', "", ' c",1', "", '5" d,2']})
    lines.lazy().sink_csv(
        tmp_path / "r.zst", compression="zstd", check_extension=False, quote_style="never"
    )
    assert rows(read_table(str(tmp_path / "r.zst"))) == [('a"b\n\n c', "1"), ('5" d', "2")]


@pytest.mark.parametrize("method", ["bz2", "lzma", "gzip"])
def test_packed_pieces_joined_are_read_as_one(read: Read, method: str) -> None:
    """As tools write them that pack on several processors."""
    pack = importlib.import_module(method).compress
    half = len(WELL_FORMED) // 2
    pieces = (WELL_FORMED[:half].encode("utf-16"), WELL_FORMED[half:].encode("utf-16-le"))
    assert rows(read(b"".join(map(pack, pieces)), "any.name")) == ROWS


@pytest.mark.parametrize("method", ["bz2", "lzma"])
def test_other_damaged_compressions_are_refused(read: Read, method: str, tmp_path: Path) -> None:
    packed = bytearray(importlib.import_module(method).compress(os.urandom(5000)))
    name = "bzip2" if method == "bz2" else "xz"
    path = tmp_path / "r.csv"
    path.write_bytes(packed[:-2000])
    assert f"is damaged {name}" in refusal(str(path))
    packed[300:310] = bytes(10)
    path.write_bytes(packed)
    assert f"is damaged {name}" in refusal(str(path))


def test_damaged_compression_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "r.csv.gz"
    packed = gzip.compress(os.urandom(5000))
    path.write_bytes(packed[:-2000])
    assert "is damaged gzip" in refusal(str(path))
    path.write_bytes(packed[:20] + b"\xff\xff\xff" + packed[23:])
    assert "damaged gzip" in refusal(str(path))
    path.write_bytes(b"\x28\xb5\x2f\xfd" + b"\x00" * 10 + b"xyz")
    assert "zstd" in refusal(str(path))


def test_what_unpacks_without_end_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A small file may hold terabytes of zeros."""
    monkeypatch.setattr(opening, "LARGEST_BYTES", 1 << 20)
    path = tmp_path / "r.csv.gz"
    path.write_bytes(gzip.compress(b"a,b\n" + b"x,1\n" * (1 << 20)))
    assert "holds more than the 1 MiB there is room for" in refusal(str(path))


def test_standard_input_is_read(monkeypatch: pytest.MonkeyPatch) -> None:
    for data in (WELL_FORMED.encode(), gzip.compress(WELL_FORMED.encode("utf-16"))):
        monkeypatch.setattr("sys.stdin", SimpleNamespace(buffer=io.BytesIO(data)))
        table = read_table("-")
        assert rows(table) == ROWS
        assert table.source == "standard input"
    monkeypatch.setattr("sys.stdin", SimpleNamespace(buffer=io.BytesIO(b"")))
    assert refusal("-") == "standard input is empty; give a file with a header and reviews"


def test_a_pipe_is_read(tmp_path: Path) -> None:
    """As the shell's ``<(zcat ...)`` makes one."""
    path = tmp_path / "pipe"
    os.mkfifo(path)
    writer = threading.Thread(target=path.write_bytes, args=(WELL_FORMED.encode(),))
    writer.start()
    assert rows(read_table(str(path))) == ROWS
    writer.join()


class _Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        pages = {
            "/reviews.csv.gz": gzip.compress(WELL_FORMED.encode("utf-16")),
            "/page": b"<!DOCTYPE html><html><body>Sign in</body></html>",
        }
        page = pages.get(self.path)
        self.send_response(200 if page else 404)
        self.end_headers()
        self.wfile.write(page or b"none")

    def log_message(self, *_: object) -> None:
        """Stay quiet."""


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """A server of this machine, for this machine."""
    monkeypatch.setenv("no_proxy", "127.0.0.1")
    with http.server.HTTPServer(("127.0.0.1", 0), _Handler) as here:
        thread = threading.Thread(target=here.serve_forever, args=(0.01,))
        thread.start()
        yield f"http://127.0.0.1:{here.server_port}"
        here.shutdown()
        thread.join()


def test_an_address_is_read(server: str) -> None:
    assert rows(read_table(f"{server}/reviews.csv.gz")) == ROWS
    assert refusal(f"{server}/none.csv").endswith(
        "none.csv: the server answers 404 Not Found; check the address"
    )
    assert "looks like a web page" in refusal(f"{server}/page")


def test_an_address_that_answers_nothing_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("no_proxy", "127.0.0.1")
    assert "cannot be fetched" in refusal("http://127.0.0.1:9/reviews.csv")
    assert "cannot be" in refusal("http://[::1/reviews.csv")
    assert "cannot be" in refusal("nothing://here/reviews.csv")


# What is no file of reviews


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"", "is empty; give a file with a header and reviews"),
        (b"\n\n  \n", "holds blank lines only; give a file of reviews"),
        (b"review,rating\n", "has a header (review, rating) but no rows; add reviews"),
        (b"review,rating", "has a header (review, rating) but no rows; add reviews"),
        (b"review,rating\n\n\n", "has a header (review, rating) but no rows; add reviews"),
        (codecs.BOM_UTF8, "holds blank lines only; give a file of reviews"),
        (b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR", "looks like a PNG image; give a file of reviews"),
        (b"PK\x03\x04....reviews.csv", "is a damaged zip archive"),
        (b"7z\xbc\xaf\x27\x1c", "looks like a 7z archive; unpack it first"),
        (b"Rar!\x1a\x07", "looks like a RAR archive; unpack it first"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "is a damaged workbook"),
        (b"\x80\x04\x95\x10\0\0\0", "looks like a Python pickle; save it as CSV"),
        (b"%PDF-1.7", "looks like a PDF document; save it as CSV"),
        (b"SQLite format 3\0" + b"?" * 90, "is a damaged SQLite database"),
        (b'<?xml version="1.0"?><feed/>', "looks like an XML file; save it as .xlsx or CSV"),
        (b" \n<!DOCTYPE html>", "looks like a web page; give the address of the file itself"),
        (bytes(range(256)) * 20, "is not text, nor Parquet nor Excel"),
        (b"PAR1 and nothing more", "is damaged Parquet"),
        (gzip.compress(b"\0" * 257 + b"ustar"), "is a damaged tar archive"),
    ],
)  # fmt: skip
def test_what_is_no_table_is_named(tmp_path: Path, data: bytes, message: str) -> None:
    path = tmp_path / "reviews.csv"
    path.write_bytes(data)
    assert refusal(str(path)).startswith(f"{path} {message}")


def test_what_is_not_there_is_refused(tmp_path: Path) -> None:
    (tmp_path / "reviews.csv").write_text("a,b\n")
    near = str(tmp_path / "review.csv")
    assert refusal(near) == f"{near}: there is no such file; did you mean {tmp_path}/reviews.csv?"
    assert refusal("nowhere/x.csv") == "nowhere/x.csv: there is no such file; check the path"
    (tmp_path / "reviews.csv").unlink()
    assert refusal(str(tmp_path)).startswith(f"{tmp_path} is a directory that holds no file")
    assert "is not the name of a file" in refusal("a\0b")
    assert "cannot be read" in refusal("x" * 5000)
    assert "there is no such file" in refusal("two\nlines\x1b[31m")
