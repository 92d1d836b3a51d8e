"""What a file may be packed into: the tables of compressions and archives.

To add one, write the function that unpacks it and give it a row. Nothing heavy is
imported here; the functions in the rows import what does the work when they are called.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from lstm_cli.data.sources.recognizing import Recognizer, begins, is_archive

if TYPE_CHECKING:
    from lstm_cli.data.rows import Content

Unpack = Callable[[Path, Path, str], None]  # from, to, what messages call the first
Pack = Callable[[bytes], bytes]
Take = Callable[["Content", Path], "Content"]  # an archive, where to put the file in it


@dataclass(frozen=True)
class Compression:
    """A way to make any file smaller."""

    name: str
    ending: str
    recognizes: Recognizer
    unpack: Unpack
    pack: Pack | None = None  # if it is written: packed pieces, joined, unpack as one


@dataclass(frozen=True)
class Archive:
    """A file of files, one of which is read."""

    name: str
    endings: tuple[str, ...]
    recognizes: Recognizer
    take: Take


def _unpack(method: Literal["gzip", "bzip2", "xz"], packed: Path, target: Path, name: str) -> None:
    from lstm_cli.data.sources.compressions import unpack

    unpack(method, packed, target, name)


def _unpack_zstd(packed: Path, target: Path, name: str) -> None:
    from lstm_cli.data.sources.compressions import unpack_zstd

    unpack_zstd(packed, target, name)


def _pack(method: Literal["gzip", "zstd"], text: bytes) -> bytes:
    from lstm_cli.data.sources.compressions import pack_text

    return pack_text(text, method)


def _pack_bzip2(text: bytes) -> bytes:
    import bz2

    return bz2.compress(text)


def _pack_xz(text: bytes) -> bytes:
    import lzma

    return lzma.compress(text)


def _take_from_zip(content: "Content", target: Path) -> "Content":
    from lstm_cli.data.sources.archives import take_from_zip

    return take_from_zip(content, target)


def _take_from_tar(content: "Content", target: Path) -> "Content":
    from lstm_cli.data.sources.archives import take_from_tar

    return take_from_tar(content, target)


_COMPRESSIONS = (
    Compression(
        name="gzip",
        ending=".gz",
        recognizes=begins(b"\x1f\x8b"),
        unpack=partial(_unpack, "gzip"),
        pack=partial(_pack, "gzip"),
    ),
    Compression(
        name="zstd",
        ending=".zst",
        recognizes=begins(b"\x28\xb5\x2f\xfd"),
        unpack=_unpack_zstd,
        pack=partial(_pack, "zstd"),
    ),
    Compression(
        name="bzip2",
        ending=".bz2",
        recognizes=begins(b"BZh"),
        unpack=partial(_unpack, "bzip2"),
        pack=_pack_bzip2,
    ),
    Compression(
        name="xz",
        ending=".xz",
        recognizes=begins(b"\xfd7zXZ"),
        unpack=partial(_unpack, "xz"),
        pack=_pack_xz,
    ),
)
COMPRESSIONS = {compression.name: compression for compression in _COMPRESSIONS}

_ARCHIVES = (
    Archive(name="zip", endings=(".zip",), recognizes=is_archive, take=_take_from_zip),
    Archive(
        name="tar",
        endings=(".tar", ".tgz", ".tbz2", ".txz"),
        recognizes=begins(b"ustar", at=257),
        take=_take_from_tar,
    ),
)
ARCHIVES = {archive.name: archive for archive in _ARCHIVES}
