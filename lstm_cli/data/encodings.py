"""The bytes of a text file -> UTF-8 with newlines that polars knows."""

import codecs
import re
from dataclasses import dataclass
from pathlib import Path

from lstm_cli.data.formats import binary_formats
from lstm_cli.data.opening import read_head
from lstm_cli.data.showing import count, show_source
from lstm_cli.errors import FileError

CHUNK_BYTES = 1 << 20

# The mark of UTF-32 begins with that of UTF-16, so it is looked for first.
_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
# A line that ends in a carriage return alone, as on old Macs; quoted cells may hold any.
_MAC_LINE = re.compile(r'(?:[^"\r\n]|"[^"]*")*\r(?!\r*\n)')


@dataclass(frozen=True)
class Decoded:
    """A file in UTF-8."""

    path: Path
    encoding: str  # what it was: utf-8, utf-16, utf-32 or cp1252
    notes: tuple[str, ...] = ()


def to_utf8(path: Path, folder: Path, source: str) -> Decoded:
    """Bring a file into UTF-8: a copy in ``folder``, unless it is UTF-8 already.

    What is not UTF-8 in a file without a mark is read as Windows-1252 (cp1252),
    byte by byte, so that one stray byte garbles nothing else.

    Raises:
        FileError: the file is not text.
    """
    head = read_head(path)
    mark, codec = next((pair for pair in _MARKS if head.startswith(pair[0])), (b"", ""))
    codec = codec or _codec_without_mark(head, source)
    start = head[len(mark) :].decode(codec, "replace")
    # The last character may be half of a CRLF, or of a letter.
    is_mac = len(start) > 1 and _MAC_LINE.match(start[:-1]) is not None
    if codec == "utf-8" and not mark and not is_mac and _is_utf8(path):
        return Decoded(path, "utf-8")

    target = folder / "decoded"
    fallback = _Fallback()
    codecs.register_error(_Fallback.name, fallback)
    errors = _Fallback.name if codec == "utf-8" else "replace"
    decoder = codecs.getincrementaldecoder(codec)(errors)
    beyond_ascii = 0
    with path.open("rb") as file, target.open("w", encoding="utf-8", newline="") as out:
        file.seek(len(mark))
        after_return = False
        while chunk := file.read(CHUNK_BYTES):
            text = decoder.decode(chunk)
            beyond_ascii += len(text) - len(text.encode("ascii", "ignore"))
            if is_mac:
                text, after_return = _mac_newlines(text, after_return)
            out.write(text)
        out.write(decoder.decode(b"", final=True))
    if codec != "utf-8":
        return Decoded(target, codec[:6])
    if fallback.bytes_read > beyond_ascii - fallback.bytes_read:
        return Decoded(target, "cp1252", ("not UTF-8, so it was read as Windows-1252",))
    if fallback.bytes_read:
        note = f"{count(fallback.bytes_read, 'byte')} not in UTF-8, read as Windows-1252"
        return Decoded(target, "utf-8", (note,))
    return Decoded(target, "utf-8")


class _Fallback:
    """Reads bytes that are not UTF-8 as Windows-1252 for a decoder, and counts them."""

    name = "lstm-cli-cp1252"

    def __init__(self) -> None:
        self.bytes_read = 0

    def __call__(self, error: UnicodeError) -> tuple[str, int]:
        if not isinstance(error, UnicodeDecodeError):
            raise error
        stray = error.object[error.start : error.end]
        self.bytes_read += len(stray)
        # Five bytes mean nothing in Windows-1252; they stand for themselves, as in browsers.
        letters = (bytes([b]).decode("cp1252", "ignore") or chr(b) for b in stray)
        return "".join(letters), error.end


def _mac_newlines(text: str, after_return: bool) -> tuple[str, bool]:
    """A text with newlines instead of carriage returns, and whether it ended in one of these."""
    if after_return and text.startswith("\n"):
        text = text[1:]
        after_return = False
    ends_in_return = text.endswith("\r") or (after_return and not text)
    return text.replace("\r\n", "\n").replace("\r", "\n"), ends_in_return


def _codec_without_mark(head: bytes, source: str) -> str:
    """UTF-16 if every other byte is NUL, as in English written in it; else UTF-8.

    >>> _codec_without_mark("review,rating".encode("utf-16-be"), "reviews.csv")
    'utf-16-be'
    """
    if b"\0" not in head:
        return "utf-8"
    first, second = head[::2].count(0), head[1::2].count(0)
    for codec, nuls, others in (("utf-16-le", second, first), ("utf-16-be", first, second)):
        if nuls > 20 * others and nuls > len(head) // 20:
            return codec
    binary = " nor ".join(form.title for form in binary_formats())
    raise FileError(f"{show_source(source)} is not text, nor {binary}; save the table as CSV")


def _is_utf8(path: Path) -> bool:
    decoder = codecs.getincrementaldecoder("utf-8")()
    try:
        with path.open("rb") as file:
            while chunk := file.read(CHUNK_BYTES):
                decoder.decode(chunk)
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return False
    return True
