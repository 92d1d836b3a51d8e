"""Any source of reviews -> the plain bytes of a file on this machine.

Standard input, web addresses and pipes are written to a file first, gzip and
zstd are unpacked, by what the bytes say and not by the name; all of it in
chunks, so that memory stays small however large the file becomes.
"""

import gzip
import http.client
import os
import shutil
import stat
import sys
import urllib.error
import urllib.request
import zlib
from difflib import get_close_matches
from pathlib import Path
from typing import Protocol

import polars as pl

from lstm_cli.data.showing import escape, show_source
from lstm_cli.errors import FileError

CHUNK_BYTES = 1 << 20
LARGEST_BYTES = 64 << 30
SPARED_DISK_BYTES = 256 << 20
TIMEOUT_SECONDS = 30

_GZIP = b"\x1f\x8b"
_ZSTD = b"\x28\xb5\x2f\xfd"
# What else a file may turn out to be, and what to do about it.
_SAVE_AS_CSV = "save it as CSV"
_UNPACK = "unpack it first"
_FOREIGN = (
    (0, b"\x89PNG", "a PNG image", "give a file of reviews"),
    (0, b"\xff\xd8\xff", "a JPEG image", "give a file of reviews"),
    (0, b"GIF8", "a GIF image", "give a file of reviews"),
    (0, b"%PDF", "a PDF document", _SAVE_AS_CSV),
    (0, b"\xd0\xcf\x11\xe0", "an old Excel workbook or Word document", _SAVE_AS_CSV),
    (0, b"{\\rtf", "an RTF document", _SAVE_AS_CSV),
    (0, b"SQLite format 3", "an SQLite database", "export the table as CSV"),
    (0, b"\x89HDF", "an HDF5 file", _SAVE_AS_CSV),
    (0, b"\x93NUMPY", "a numpy array", _SAVE_AS_CSV),
    (0, b"ARROW1", "an Arrow file", "save it as Parquet or CSV"),
    (0, b"ORC", "an ORC file", "save it as Parquet or CSV"),
    (0, b"\x7fELF", "a program", "give a file of reviews"),
    (0, b"BZh", "a bzip2 archive", _UNPACK),
    (0, b"\xfd7zXZ", "an xz archive", _UNPACK),
    (0, b"7z\xbc\xaf", "a 7z archive", _UNPACK),
    (0, b"Rar!", "a RAR archive", _UNPACK),
    (257, b"ustar", "a tar archive", _UNPACK),
    *((0, bytes([0x80, version]), "a Python pickle", _SAVE_AS_CSV) for version in range(2, 6)),
)


def is_remote(source: str) -> bool:
    """Whether a source is a web address of any kind.

    >>> is_remote("hf://datasets/imdb/train.parquet"), is_remote("reviews.csv")
    (True, False)
    """
    scheme, found, _ = source.partition("://")
    return bool(found) and len(scheme) > 1 and scheme.isalnum()


def fetch(source: str, folder: Path) -> Path:
    """Bring a source onto this machine and unpack it.

    Args:
        source: a path, ``-``, or an address that begins with http:// or https://.
        folder: where files may be written that are needed only while reading.

    Returns:
        A regular file that is neither empty nor compressed.

    Raises:
        FileError: it is not there, cannot be read, or is no file of reviews.
    """
    if source == "-":
        path = _save(sys.stdin.buffer, folder / "input", source)
    elif source.lower().startswith(("http://", "https://")):
        path = _download(source, folder / "download")
    else:
        path = _find(source, folder)
    head = read_head(path)
    if head.startswith(_GZIP):
        path = _gunzip(path, folder / "unpacked", source)
    elif head.startswith(_ZSTD):
        path = _unzstd(path, folder / "unpacked", source)
    head = read_head(path)
    if not head:
        raise FileError(f"{show_source(source)} is empty; give a file with a header and reviews")
    _refuse_foreign(head, source)
    return path


def read_head(path: Path, size: int = 1 << 16) -> bytes:
    """The first bytes of a file."""
    with path.open("rb") as file:
        return file.read(size)


def explain(error: OSError) -> str:
    """What went wrong, in the words of the operating system."""
    return escape((error.strerror or str(error) or type(error).__name__).splitlines()[0])


def _find(source: str, folder: Path) -> Path:
    path = Path(source)
    try:
        mode = path.stat().st_mode
        if stat.S_ISDIR(mode):
            raise FileError(f"{show_source(source)} is a directory; name a file in it")
        with path.open("rb") as file:
            if stat.S_ISREG(mode):
                return path
            return _save(file, folder / "input", source)  # a pipe can be read only once
    except FileNotFoundError as error:
        raise FileError(f"{show_source(source)}: there is no such file{_near(path)}") from error
    except OSError as error:
        raise FileError(f"{show_source(source)} cannot be read: {explain(error)}") from error
    except ValueError as error:  # a NUL in the name
        raise FileError(f"{show_source(source)} is not the name of a file") from error


def _near(path: Path) -> str:
    """A hint at the name that may have been meant."""
    try:
        names = os.listdir(path.parent)  # noqa: PTH208, a list of names is what is compared
    except OSError:
        return "; check the path"
    near = get_close_matches(path.name, names, n=1)
    return f"; did you mean {escape(str(path.parent / near[0]))}?" if near else "; check the path"


class _Stream(Protocol):
    """What can be read in chunks."""

    def read(self, size: int, /) -> bytes: ...


def _save(stream: _Stream, target: Path, source: str) -> Path:
    """Write a stream to a file, a chunk at a time, as long as there is room."""
    room = min(LARGEST_BYTES, shutil.disk_usage(target.parent).free - SPARED_DISK_BYTES)
    size = 0
    with target.open("wb") as file:
        while chunk := stream.read(CHUNK_BYTES):
            size += len(chunk)
            if size > room:
                raise FileError(
                    f"{show_source(source)} holds more than the {max(room, 0) >> 20:,} MiB there "
                    f"is room for in {target.parent.parent}; give a smaller file, or set TMPDIR"
                )
            file.write(chunk)
    return target


def _download(source: str, target: Path) -> Path:
    shown = show_source(source)
    try:
        request = urllib.request.Request(source, headers={"User-Agent": "lstm-cli"})
        with urllib.request.urlopen(request, timeout=TIMEOUT_SECONDS) as answer:
            return _save(answer, target, source)
    except urllib.error.HTTPError as error:
        error.close()
        said = f"{error.code} {escape(error.reason)}"
        raise FileError(f"{shown}: the server answers {said}; check the address") from error
    except urllib.error.URLError as error:
        reason = error.reason
        shown_reason = explain(reason) if isinstance(reason, OSError) else escape(str(reason))
        raise FileError(f"{shown} cannot be fetched: {shown_reason}") from error
    except (OSError, ValueError, http.client.HTTPException) as error:
        said = escape(str(error) or type(error).__name__)
        raise FileError(f"{shown} cannot be fetched: {said}") from error


def _gunzip(path: Path, target: Path, source: str) -> Path:
    try:
        with gzip.open(path, "rb") as stream:
            return _save(stream, target, source)
    except (EOFError, gzip.BadGzipFile, zlib.error) as error:
        raise FileError(
            f"{show_source(source)} is damaged gzip ({escape(str(error))}); get the file again"
        ) from error
    except OSError as error:
        raise FileError(f"{show_source(source)} cannot be unpacked: {explain(error)}") from error


def _unzstd(path: Path, target: Path, source: str) -> Path:
    """Unpack zstd with what polars has: it hands out lines of UTF-8, in bounded memory."""
    shown = show_source(source)
    try:
        # Neither a separator nor a quote is written between lines and around them.
        lines = pl.scan_lines(path, glob=False)
        lines.sink_csv(target, include_header=False, quote_style="never", engine="streaming")
    except pl.exceptions.ComputeError as error:
        raise FileError(
            f"{shown} is zstd, but not text in UTF-8; unpack it first (zstd -d)"
        ) from error
    except (OSError, pl.exceptions.PolarsError) as error:
        raise FileError(f"{shown} is damaged zstd ({escape(str(error))}); get it again") from error
    return target


def _refuse_foreign(head: bytes, source: str) -> None:
    """Refuse what is no table at all, by name."""
    what, remedy = "", ""
    for offset, magic, name, cure in _FOREIGN:
        if head[offset:].startswith(magic):
            what, remedy = name, cure
            break
    if head.startswith(b"PK\x03\x04"):
        if b"xl/" in head or b"[Content_Types].xml" in head:
            what, remedy = "an Excel workbook", _SAVE_AS_CSV
        else:
            what, remedy = "a zip archive", _UNPACK
    if head.lstrip(b"\xef\xbb\xbf \t\r\n")[:14].lower().startswith((b"<!doctype html", b"<html")):
        what, remedy = "a web page", "give the address of the file itself"
    if what:
        raise FileError(f"{show_source(source)} looks like {what}; {remedy}")
