"""A workbook, its sheets and their cells, as another process reads them."""

import marshal
import re
import subprocess
import sys
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from lstm_cli.data.rows import Content
from lstm_cli.data.showing import escape
from lstm_cli.data.sources.opening import CHUNK_BYTES, read_head
from lstm_cli.data.sources.recognizing import office_kind
from lstm_cli.data.values import Value
from lstm_cli.errors import FileError

LARGEST_BYTES = 4 << 30  # of all that is packed in a workbook; Excel's own are much smaller
BATCH_ROWS = 5_000

_SAVE_AGAIN = "save it again as .xlsx or CSV"
_LIST_OF_PARTS = "META-INF/manifest.xml"
_BLANKS = re.compile(rb">\s+(</?table:)")
_PROTECTED = "is protected by a password; save it without one"
# What else begins as an old workbook does, by what is in it.
_OLE_CONTENTS = {
    "EncryptedPackage": _PROTECTED,
    "WordDocument": "looks like a Word document; save its table as CSV",
    "PowerPoint Document": "looks like a presentation; save its table as CSV",
    "__properties_version1.0": "looks like a mail; save its table as CSV",
}


@dataclass(frozen=True)
class Sheet:
    """A sheet with cells, which a chart has not."""

    number: int
    name: str
    is_visible: bool


@dataclass(frozen=True)
class Cells:
    """What a sheet holds."""

    left: int  # the column, from 0, where it begins; all rows are there
    merged: list[tuple[tuple[int, int], tuple[int, int]]]  # first and last row and column, from 0
    rows: Iterator[list[Value]]


class WorkbookReader:
    """Asks the other process; when this one is left, that one ends.

    Raises:
        FileError: here or later: the workbook cannot be read.
    """

    def __init__(self, content: Content) -> None:
        self.sheets: list[Sheet] = []
        self._content = content

    def __enter__(self) -> "WorkbookReader":
        self._said = (self._content.folder / "reader-said").open("w+b")
        # Not by the name of its module: that one could be shadowed by what lies in this folder.
        program = Path(__file__).with_name("workbook_process.py")
        self._process = subprocess.Popen(
            [sys.executable, "-P", str(program), str(_tidied(self._content))],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._said,
        )
        try:
            (listed,) = self._answer("sheets")
        except BaseException:
            self.__exit__()
            raise
        sheets = [Sheet(k, name, visible) for k, (name, _, visible) in enumerate(listed)]
        self.sheets = [sheet for sheet in sheets if listed[sheet.number][1]]
        return self

    def __exit__(self, *_: object) -> None:
        self._process.kill()
        if self._process.stdin is not None:
            with suppress(OSError):  # what it was asked may not have reached it
                self._process.stdin.close()
        with self._process:  # waits for it, and closes what leads to it
            self._said.close()

    def cells(self, sheet: Sheet, rows: int) -> Cells:
        """All rows of a sheet; they are handed over at most ``rows`` at a time."""
        return self._ask(sheet, min(rows, BATCH_ROWS), 0)

    def head(self, sheet: Sheet, limit: int) -> list[list[Value]]:
        """The first rows of a sheet."""
        return list(self._ask(sheet, limit, limit).rows)

    def _ask(self, sheet: Sheet, rows: int, limit: int) -> Cells:
        request = self._process.stdin
        assert request is not None
        try:
            request.write(f"{sheet.number} {rows} {limit}\n".encode())
            request.flush()
        except OSError as error:  # it is not there any more
            raise self._came_down() from error
        left, merged = self._answer("cells")
        return Cells(left, merged, self._rows())

    def _rows(self) -> Iterator[list[Value]]:
        while batch := self._answer("rows")[0]:
            yield from batch

    def _answer(self, kind: str) -> tuple[Any, ...]:
        answers = self._process.stdout
        assert answers is not None
        try:
            said, *rest = marshal.load(answers)
        except (EOFError, ValueError, TypeError) as error:
            raise self._came_down() from error
        if said != kind:
            raise self._refused(*rest)
        return tuple(rest)

    def _came_down(self) -> FileError:
        """What is said when the other process ended: of a panic it would have told."""
        self._process.wait()
        return FileError(
            f"{self._content.shown} asks for more memory than there is: it is damaged, or has a "
            "cell far away from its table; save the table as CSV"
        )

    def _refused(self, kind: str, said: str) -> FileError:
        shown = self._content.shown
        if kind == "PasswordError":
            return FileError(f"{shown} {_PROTECTED}")
        if what := _ole_contents(self._content.path):
            return FileError(f"{shown} {what}")
        if kind == "PanicException" or said.startswith("Cannot detect"):  # nothing for people
            return FileError(f"{shown} is a damaged workbook; {_SAVE_AGAIN}")
        first_line = escape((said.strip().splitlines() or [kind])[0][:200])
        return FileError(f"{shown} is a damaged workbook ({first_line}); {_SAVE_AGAIN}")


def _ole_contents(path: Path) -> str | None:
    """What an old Office file is, if it is no workbook."""
    content = path.read_bytes()
    if content.startswith(b"PK"):
        return None
    return next((s for n, s in _OLE_CONTENTS.items() if n.encode("utf-16-le") in content), None)


def _tidied(content: Content) -> Path:
    """The workbook as calamine wants it.

    It takes blanks between the cells of OpenDocument, as Gnumeric writes them, for cells, and
    wants a list of parts, of which it looks at one.
    """
    if office_kind(read_head(content.path)) != "spreadsheet":
        return content.path
    tidied = content.folder / "tidied"
    with zipfile.ZipFile(content.path) as old, zipfile.ZipFile(tidied, "w") as new:
        cells = old.read("content.xml")
        parts = {"content.xml": _BLANKS.sub(rb">\1", cells), _LIST_OF_PARTS: b"<manifest/>"}
        if _LIST_OF_PARTS in old.namelist():
            parts[_LIST_OF_PARTS] = old.read(_LIST_OF_PARTS)
        new.writestr("mimetype", old.read("mimetype"))
        for name, part in parts.items():
            new.writestr(name, part, zipfile.ZIP_DEFLATED)
    return tidied


def check_sizes(content: Content) -> None:
    """Refuse a workbook that unpacks to more than any workbook is, or to something else.

    Raises:
        FileError: it does, or is damaged.
    """
    if read_head(content.path, 2) != b"PK":
        return
    try:
        with zipfile.ZipFile(content.path) as archive:
            names = archive.namelist()
            if not any(name.startswith("xl/") or name == "content.xml" for name in names):
                raise FileError(f"{content.shown} is no workbook; {_SAVE_AGAIN}")
            size = sum(file.file_size for file in archive.infolist())
            for packed in archive.infolist():
                if size <= LARGEST_BYTES and not packed.filename.startswith("xl/media/"):
                    size += _surplus(archive, packed, LARGEST_BYTES - size)
    except (zipfile.BadZipFile, zlib.error, EOFError, ValueError) as error:
        said = escape(str(error))
        raise FileError(
            f"{content.shown} is a damaged workbook ({said}); get the file again"
        ) from error
    except (NotImplementedError, RuntimeError) as error:
        raise FileError(f"{content.shown} {_PROTECTED}") from error
    if size > LARGEST_BYTES:
        raise FileError(
            f"{content.shown} unpacks to more than {LARGEST_BYTES >> 20:,} MiB; save its table "
            "as CSV"
        )


def _surplus(archive: zipfile.ZipFile, packed: zipfile.ZipInfo, room: int) -> int:
    """How much more there is in a part of a workbook than it says, or enough of that."""
    said = packed.file_size
    packed.file_size = 1 << 62  # where zipfile would stop
    size = 0
    with archive.open(packed) as stream:
        while size <= said + room and (chunk := stream.read(CHUNK_BYTES)):
            size += len(chunk)
    return size - said
