"""Bytes in a known encoding -> a copy in UTF-8, chunk by chunk; what is repaired is counted.

NUL bytes, which no text has, are left out. Lines that end as nobody else's do become
lines that end in a newline. Bytes that do not fit the encoding become U+FFFD.
"""

import codecs
import re
from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum
from pathlib import Path
from typing import Protocol

CHUNK_BYTES = 1 << 20
REPLACEMENT = "\ufffd"


@dataclass
class Repairs:
    """What was found in a text while it was decoded."""

    beyond_ascii: int = 0  # characters
    nuls: int = 0
    strays: int = 0  # bytes that are not in UTF-8, in a text that is
    foreign_lines: int = 0  # lines that are not in UTF-8, in a text that is
    misfits: int = 0  # bytes that do not fit the encoding
    first_misfit: int = 0  # the line of the first, from 1
    first_bytes: bytes = b""


class LineEnds(Enum):
    """How lines end; the value is what becomes a newline, None where nothing needs to."""

    USUAL = None
    MAC = r"\r\n?"  # old Macs: a carriage return alone
    DOUBLED = r"\r+\n"  # Python's csv on Windows, in a file that was opened without newline=""
    REVERSED = r"\n\r"


# The end of the first line; quoted cells may hold any.
_FIRST_LINE_END = re.compile(r'(?:[^"\r\n]|"[^"]*")*(\n\r(?!\n)|\r\r+\n|\r(?!\r*\n))')


def find_line_ends(start: str) -> LineEnds:
    r"""How the lines of a text end, as the first one does.

    >>> find_line_ends("review,rating\r\r\nfine,4").name
    'DOUBLED'
    >>> find_line_ends("review,rating\r\nfine,4").name
    'USUAL'
    """
    end = _FIRST_LINE_END.match(start)
    if end is None or end.end() == len(start):  # the last may be half an end
        return LineEnds.USUAL
    if end[1] == "\n\r":
        return LineEnds.REVERSED
    return LineEnds.DOUBLED if end[1].endswith("\n") else LineEnds.MAC


class Decoder(Protocol):
    """What Python's incremental decoders do."""

    def decode(self, data: bytes, /, final: bool = False) -> str:
        """The text in some bytes; half a character waits for the next ones."""


def decoder_of(codec: str, repairs: Repairs) -> Decoder:
    """A decoder that replaces bytes that do not fit, and counts them."""

    def replace(error: UnicodeError) -> tuple[str, int]:
        if not isinstance(error, UnicodeDecodeError):
            raise error
        repairs.misfits += error.end - error.start
        repairs.first_bytes = repairs.first_bytes or error.object[error.start : error.end]
        return REPLACEMENT, error.end

    codecs.register_error("lstm-cli-replace", replace)
    return codecs.getincrementaldecoder(codec)("lstm-cli-replace")


def utf8_decoder(repairs: Repairs) -> Decoder:
    """A decoder that reads every byte that is not UTF-8 as Windows-1252, and counts them.

    Byte by byte, so that one garbles nothing else.
    """

    def read_as_cp1252(error: UnicodeError) -> tuple[str, int]:
        if not isinstance(error, UnicodeDecodeError):
            raise error
        stray = error.object[error.start : error.end]
        letters = stray.decode("cp1252", "replace")  # which lacks five bytes
        repairs.misfits += letters.count(REPLACEMENT)
        repairs.strays += len(stray)
        return letters, error.end

    codecs.register_error("lstm-cli-cp1252", read_as_cp1252)
    return codecs.getincrementaldecoder("utf-8")("lstm-cli-cp1252")


class LineDecoder:
    """Reads lines in UTF-8 as that, and the others in another encoding, and counts them."""

    def __init__(self, codec: str, repairs: Repairs) -> None:
        self._codec = codec
        self._repairs = repairs
        self._rest = b""

    def decode(self, data: bytes, /, final: bool = False) -> str:
        """The text of whole lines; what follows the last of them waits."""
        data = self._rest + data
        end = len(data) if final else max(data.rfind(b"\n"), data.rfind(b"\r")) + 1
        data, self._rest = data[:end], data[end:]
        try:
            return data.decode()
        except UnicodeDecodeError:
            return "".join(map(self._decode_line, data.splitlines(keepends=True)))

    def _decode_line(self, line: bytes) -> str:
        try:
            return line.decode()
        except UnicodeDecodeError:
            if is_utf8_with_strays(line):
                return utf8_decoder(self._repairs).decode(line, final=True)
            self._repairs.foreign_lines += 1
            return decoder_of(self._codec, self._repairs).decode(line, final=True)


def is_utf8_with_strays(line: bytes) -> bool:
    """Whether more of a line's letters are in UTF-8 than it has bytes that are not."""
    letters, strays = letters_and_strays(line)
    return letters > strays


def letters_and_strays(line: bytes) -> tuple[int, int]:
    """How many characters beyond ASCII are in UTF-8, and how many bytes are not.

    >>> letters_and_strays("déjà".encode() + b" na\\xefve")
    (2, 1)
    """
    kept = line.decode("utf-8", "ignore")
    return num_beyond_ascii(kept), len(line) - len(kept.encode())


def num_beyond_ascii(text: str) -> int:
    """How many characters are not ASCII."""
    return len(text) - len(text.encode("ascii", "ignore"))


def copy_as_utf8(
    path: Path,
    target: Path,
    decoder_for: Callable[[Repairs], Decoder],
    *,
    skip: int,
    line_ends: LineEnds,
) -> Repairs:
    """Write the text of a file to another one, in UTF-8.

    Args:
        path: the file.
        target: the copy.
        decoder_for: makes a decoder that counts what it repairs.
        skip: how many bytes are no text, but a mark before it.
        line_ends: of the file.
    """
    repairs = Repairs()
    decoder = decoder_for(repairs)
    newline = re.compile(line_ends.value) if line_ends.value else None
    held, num_lines, is_last = "", 1, False
    # UTF-7 lets halves of surrogate pairs pass, which are no characters.
    out = target.open("w", encoding="utf-8", errors="replace", newline="")
    with path.open("rb") as file, out:
        file.seek(skip)
        while not is_last:
            chunk = file.read(CHUNK_BYTES)
            is_last = not chunk
            text = decoder.decode(chunk, final=is_last)
            repairs.beyond_ascii += num_beyond_ascii(text)
            if "\0" in text:
                repairs.nuls += text.count("\0")
                text = text.replace("\0", "")
            if newline:
                # An end may be cut in two: it waits for the other half.
                text = held + text
                held = "" if is_last else text[len(text.rstrip("\r\n")) :]
                text = newline.sub("\n", text[: len(text) - len(held)])
            if repairs.misfits and not repairs.first_misfit and REPLACEMENT in text:
                before = text[: text.index(REPLACEMENT)]
                repairs.first_misfit = num_lines + before.count("\n")
            num_lines += text.count("\n")
            out.write(text)
    return repairs
