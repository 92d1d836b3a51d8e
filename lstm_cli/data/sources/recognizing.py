"""How the beginning of a file tells what it is. Light: commands load this at their start."""

import re
import struct
from collections.abc import Callable, Iterator

Recognizer = Callable[[bytes], bool]  # is given the first 64 KiB

_ZIP_MARK = b"PK\x03\x04"
_ZIP_OF_NOTHING = b"PK\x05\x06"
_OPEN_DOCUMENT = re.compile(rb"application/vnd\.oasis\.opendocument\.([a-z]+)")
# What the zip of an Office document may begin with, and the folder that says which it is.
_OFFICE_BEGINNINGS = (b"[Content_Types].xml", b"_rels/", b"docProps/", b"customXml/", b"theme/")
_OFFICE_FOLDERS = {b"xl/": "workbook", b"word/": "document", b"ppt/": "presentation"}


def begins(*marks: bytes, at: int = 0) -> Recognizer:
    """A file that has one of these marks at its beginning."""
    return lambda head: head.startswith(marks, at)


def is_office(kind: str) -> Recognizer:
    """An Office or OpenDocument file of one kind, as ``office_kind`` calls it."""
    return lambda head: office_kind(head) == kind


def is_archive(head: bytes) -> bool:
    """Whether a file is a zip archive, and no Office document, which is one underneath."""
    return head.startswith((_ZIP_MARK, _ZIP_OF_NOTHING)) and office_kind(head) is None


def is_web_page(head: bytes) -> bool:
    """Whether a file is HTML, whatever it is called."""
    start = head.lstrip(b"\xef\xbb\xbf \t\r\n")[:14].lower()
    return start.startswith((b"<!doctype html", b"<html"))


def is_xml(head: bytes) -> bool:
    """Whether a file is XML, as workbooks of 2003 and feeds are."""
    return head.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"<?xml")


def office_kind(head: bytes) -> str | None:
    """Which document a zip archive is, by the names of its first files; None for a plain archive.

    Returns:
        ``workbook``, ``document`` or ``presentation`` of Office; ``spreadsheet``, ``text`` and
        so on of OpenDocument; ``numbers`` of Apple; ``epub``.
    """
    names = list(_zipped_names(head))
    if not names:
        return None
    if names[0] == b"mimetype":
        if named := _OPEN_DOCUMENT.search(head, 0, 256):
            return named[1].decode()
        return "epub" if b"application/epub" in head[:256] else None
    if any(name.endswith(b".iwa") for name in names):
        return "numbers"
    if not names[0].startswith((*_OFFICE_BEGINNINGS, *_OFFICE_FOLDERS)):
        return None
    for folder, kind in _OFFICE_FOLDERS.items():
        if any(name.startswith(folder) for name in names):
            return kind
    # All but workbooks have their own folder near the beginning.
    return "workbook" if names[0].startswith(_OFFICE_BEGINNINGS[:2]) else None


def _zipped_names(head: bytes) -> Iterator[bytes]:
    """The names of the first files in a zip archive, as far as its beginning shows them."""
    place = 0
    while head.startswith(_ZIP_MARK, place) and place + 30 <= len(head):
        flags = struct.unpack_from("<H", head, place + 6)[0]
        packed, _, name_size, extra_size = struct.unpack_from("<IIHH", head, place + 18)
        yield head[place + 30 : place + 30 + name_size]
        place += 30 + name_size + extra_size + packed
        if flags & 8:  # the size stands behind the content, so what follows is looked for
            place = max(head.find(_ZIP_MARK, place), 0) or len(head)
