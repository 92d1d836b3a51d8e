"""What the bytes of a text file show of their encoding, before it is decoded."""

import codecs
import re
from dataclasses import dataclass
from pathlib import Path

from lstm_cli.data.encoding.decoding import CHUNK_BYTES

_MOST_CONTROLS = 0.01
# What no text has; escape sequences, which colour a terminal, may be in one.
_CONTROLS = bytes(set(range(1, 32)) - set(b"\t\n\v\f\r\x1b"))
_BEGINNINGS = tuple(bytes([code]) for code in _CONTROLS)
_ESCAPED = re.compile(rb"\x1b\$")
_SEVEN_BITS = (
    ("iso2022_jp", "Japanese", _ESCAPED),
    ("iso2022_jp_ext", "Japanese", _ESCAPED),
    ("iso2022_kr", "Korean", _ESCAPED),
    ("hz", "Simplified Chinese", re.compile(rb"~\{(?:[!-w][!-~])+~\}")),
)


@dataclass(frozen=True)
class Scan:
    """What every byte of a file was looked at for."""

    is_utf8: bool  # all of it
    has_nul: bool  # up to the first byte that is not


def scan_utf8(path: Path) -> Scan:
    """Look at every byte of a file."""
    has_nul = False
    rest = b""  # the beginning of a letter
    try:
        with path.open("rb") as file:
            while chunk := file.read(CHUNK_BYTES):
                has_nul = has_nul or b"\0" in chunk
                if rest or not chunk.isascii():
                    chunk = rest + chunk
                    _, used = codecs.utf_8_decode(chunk, "strict", False)
                    rest = chunk[used:]
        rest.decode()
    except UnicodeDecodeError:
        return Scan(is_utf8=False, has_nul=has_nul)
    return Scan(is_utf8=True, has_nul=has_nul)


def fits(path: Path, codec: str, skip: int) -> bool:
    """Whether a codec reads every byte of a file after the first ones."""
    decoder = codecs.getincrementaldecoder(codec)()
    try:
        with path.open("rb") as file:
            file.seek(skip)
            while chunk := file.read(CHUNK_BYTES):
                decoder.decode(chunk)
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return False
    return True


def without_nul(path: Path, head: bytes) -> bytes:
    """The first bytes of a file that are not NUL, as many as ``head`` has if there are."""
    if b"\0" not in head:
        return head
    found = b""
    with path.open("rb") as file:
        while len(found) < len(head) and (chunk := file.read(CHUNK_BYTES)):
            found += chunk.replace(b"\0", b"")
    return found[: len(head)]


def is_binary(head: bytes) -> bool:
    """Whether bytes without NUL have codes that no text has.

    >>> is_binary(b"\\x7fELF\\x02\\x01\\x01\\x03"), is_binary(b"\\x1b[1mgood\\x1b[0m,5")
    (True, False)
    """
    if head[:1] in _BEGINNINGS:
        return True
    controls = len(head) - len(head.translate(None, _CONTROLS))
    return controls > 1 + _MOST_CONTROLS * len(head)


def seven_bits(head: bytes) -> tuple[str, str] | None:
    r"""The codec and the title of an encoding that switches between ASCII and other letters.

    >>> seven_bits("良い,5\n".encode("iso2022_jp"))
    ('iso2022_jp', 'Japanese')
    """
    for codec, title, switch in _SEVEN_BITS:
        if not switch.search(head):
            continue
        try:
            text = head[: head.rfind(b"\n") + 1].decode(codec)
        except UnicodeDecodeError:
            continue
        if not text.isascii() and not switch.search(text.encode()):
            return codec, title
    return None
