"""How compressed files are unpacked, in bounded memory, and text is packed."""

import bz2
import gzip
import io
import lzma
import zlib
from pathlib import Path
from typing import Literal

import polars as pl

from lstm_cli.data.showing import escape, show_source
from lstm_cli.data.sources.opening import explain, save
from lstm_cli.errors import FileError


def unpack(method: Literal["gzip", "bzip2", "xz"], packed: Path, target: Path, source: str) -> None:
    """Unpack a file as long as there is room; of several packed ones joined, all of them.

    Raises:
        FileError: it is damaged, or holds more than there is room for.
    """
    shown = show_source(source)
    try:
        with _opened(method, packed) as stream:
            save(stream, target, source)
    except (EOFError, zlib.error, lzma.LZMAError) as error:
        raise _damaged(shown, method, error) from error
    except OSError as error:
        if error.errno is None:  # it is no system call that failed: gzip and bz2 say so too
            raise _damaged(shown, method, error) from error
        raise FileError(f"{shown} cannot be unpacked: {explain(error)}") from error


def _opened(
    method: Literal["gzip", "bzip2", "xz"], packed: Path
) -> gzip.GzipFile | bz2.BZ2File | lzma.LZMAFile:
    if method == "gzip":
        return gzip.GzipFile(packed)
    return bz2.BZ2File(packed) if method == "bzip2" else lzma.LZMAFile(packed)


def _damaged(shown: str, method: str, error: Exception) -> FileError:
    return FileError(f"{shown} is damaged {method} ({escape(str(error))}); get the file again")


def unpack_zstd(packed: Path, target: Path, source: str) -> None:
    """Unpack zstd with what polars has: it hands out lines of UTF-8.

    Raises:
        FileError: it is damaged, or no text in UTF-8.
    """
    shown = show_source(source)
    try:
        # Neither a separator nor a quote is written between lines and around them.
        lines = pl.scan_lines(packed, glob=False)
        lines.sink_csv(target, include_header=False, quote_style="never", engine="streaming")
    except pl.exceptions.ComputeError as error:
        raise FileError(
            f"{shown} is zstd, but not text in UTF-8; unpack it first (zstd -d)"
        ) from error
    except (OSError, pl.exceptions.PolarsError) as error:
        raise FileError(f"{shown} is damaged zstd ({escape(str(error))}); get it again") from error


def pack_text(text: bytes, method: Literal["gzip", "zstd"]) -> bytes:
    """Pack text in UTF-8 with what polars has: as a table of one cell and nothing else.

    >>> gzip.decompress(pack_text(b"review,rating\\n", "gzip"))
    b'review,rating\\n'
    """
    packed = io.BytesIO()
    pl.DataFrame({"text": [text.decode()]}).write_csv(
        packed,
        include_header=False,
        line_terminator="",
        quote_style="never",
        compression=method,
        check_extension=False,
    )
    return packed.getvalue()
