"""The bytes of a text file -> UTF-8 with newlines that polars knows."""

import codecs
import re
from dataclasses import dataclass
from pathlib import Path

from lstm_cli.data.opening import read_head
from lstm_cli.data.showing import count, show_source
from lstm_cli.errors import FileError

CHUNK_BYTES = 1 << 20

# UTF-32 begins with the mark of UTF-16, so it is looked for first.
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
    """Bring a file into UTF-8, where it is not: a copy in ``folder``.

    What is no UTF-8 in a file without a mark is read as Windows-1252 (cp1252),
    byte by byte, so that one stray byte garbles nothing else.

    Raises:
        FileError: the file is not text.
    """
    head = read_head(path)
    mark, codec = next((pair for pair in _MARKS if head.startswith(pair[0])), (b"", ""))
    codec = codec or _codec_without_mark(head, source)
    start = head[len(mark) :].decode(codec, "replace")
    # The end of the head may be in the middle of a line, a letter, or a CRLF.
    is_mac = len(start) > 1 and _MAC_LINE.match(start[:-1]) is not None
    fallback = _Fallback()
    codecs.register_error("lstm-cli-cp1252", fallback)
    errors = "lstm-cli-cp1252" if codec == "utf-8" else "replace"
    decoder = codecs.getincrementaldecoder(codec)(errors)
    if codec == "utf-8" and not mark and not is_mac and _is_utf8(path):
        return Decoded(path, "utf-8")

    target = folder / "decoded"
    many_bytes, replaced = 0, 0
    newlines = codecs.getincrementaldecoder("utf-8")  # only to say what follows is text
    del newlines
    was_return = False
    with path.open("rb") as file, target.open("wb") as out:
        file.seek(len(mark))
        while True:
            chunk = file.read(CHUNK_BYTES)
            text = decoder.decode(chunk, final=not chunk)
            replaced += text.count("\ufffd")
            if is_mac:
                if was_return and text.startswith("\n"):
                    text = text[1:]
                was_return = text.endswith("\r")
                text = text.replace("\r\n", "\n").replace("\r", "\n")
            data = text.encode("utf-8", "replace")
            many_bytes += len(data) - len(text)
            out.write(data)
            if not chunk:
                break
    return Decoded(target, "x")
