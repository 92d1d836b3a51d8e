"""Any source of reviews -> a file on this machine.

Standard input, web addresses and pipes are written to a file first, in chunks,
so that memory stays small however large the file becomes.
"""

import http.client
import os
import shutil
import stat
import sys
import urllib.error
import urllib.request
from difflib import get_close_matches
from pathlib import Path
from typing import Protocol

from lstm_cli.data.showing import escape, show_source
from lstm_cli.errors import FileError

CHUNK_BYTES = 1 << 20
LARGEST_BYTES = 64 << 30
SPARED_DISK_BYTES = 256 << 20
TIMEOUT_SECONDS = 30


def is_remote(source: str) -> bool:
    """Whether a source is a web address of any kind.

    >>> is_remote("hf://datasets/imdb/train.parquet"), is_remote("reviews.csv")
    (True, False)
    """
    scheme, separator, _ = source.partition("://")
    return bool(separator) and len(scheme) > 1 and scheme.isalnum()


def fetch(source: str, folder: Path) -> Path:
    """Bring a source onto this machine.

    Args:
        source: a path, ``-``, or an address that begins with http:// or https://.
        folder: where files may be written that are needed only while reading.

    Returns:
        A regular file, which may be compressed.

    Raises:
        FileError: it is not there, or cannot be read.
    """
    if source == "-":
        return save(sys.stdin.buffer, folder / "input", source)
    if source.lower().startswith(("http://", "https://")):
        return _download(source, folder / "download")
    return _find(source, folder)


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
            return save(file, folder / "input", source)  # a pipe can be read only once
    except FileNotFoundError as error:
        raise FileError(f"{show_source(source)}: there is no such file{_near(path)}") from error
    except OSError as error:
        raise FileError(f"{show_source(source)} cannot be read: {explain(error)}") from error
    except ValueError as error:  # a NUL in the name
        raise FileError(f"{show_source(source)} is not the name of a file") from error


def _near(path: Path) -> str:
    """A hint at a similar name that exists, if there is one."""
    try:
        names = os.listdir(path.parent)  # noqa: PTH208, a list of names is what is compared
    except OSError:
        return "; check the path"
    near = get_close_matches(path.name, names, n=1)
    return f"; did you mean {escape(str(path.parent / near[0]))}?" if near else "; check the path"


class _Stream(Protocol):
    """What can be read in chunks."""

    def read(self, size: int, /) -> bytes: ...


def save(stream: _Stream, target: Path, source: str) -> Path:
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
            return save(answer, target, source)
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
