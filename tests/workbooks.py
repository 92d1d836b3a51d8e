"""Workbooks as the programs of other people write them, as small as they can be."""

import struct
import zipfile
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from xml.sax.saxutils import escape

import xlsxwriter

Cell = str | int | float | None
Row = Sequence[Cell]


def write_xlsx(path: Path, sheets: Mapping[str, Iterable[Row]], hidden: str = "") -> Path:
    """As Excel writes it today."""
    with xlsxwriter.Workbook(path) as workbook:
        for name, rows in sheets.items():
            sheet = workbook.add_worksheet(name)
            if name == hidden:
                sheet.hide()
            for number, row in enumerate(rows):
                for place, cell in enumerate(row):
                    sheet.write(number, place, cell)
    return path


def write_ods(path: Path, rows: Iterable[Row]) -> Path:
    """As LibreOffice writes it."""
    lines = ""
    for row in rows:
        cells = (
            f'<table:table-cell office:value-type="string"><text:p>{escape(cell)}</text:p>'
            if isinstance(cell, str)
            else f'<table:table-cell office:value-type="float" office:value="{cell}">'
            for cell in row
        )
        lines += f"<table:table-row>{'</table:table-cell>'.join((*cells, ''))}</table:table-row>"
    spaces = "".join(
        f' xmlns:{name}="urn:oasis:names:tc:opendocument:xmlns:{name}:1.0"'
        for name in ("office", "table", "text")
    )
    with zipfile.ZipFile(path, "w") as file:
        file.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
        file.writestr("META-INF/manifest.xml", "<manifest/>")
        file.writestr(
            "content.xml",
            f'<?xml version="1.0" encoding="UTF-8"?><office:document-content{spaces}><office:body>'
            f'<office:spreadsheet><table:table table:name="Reviews">{lines}</table:table>'
            "</office:spreadsheet></office:body></office:document-content>",
        )
    return path


def write_xls(path: Path, rows: Iterable[Row]) -> Path:
    """As Excel wrote it until 2003: records in an OLE file."""
    cells = b""
    for number, row in enumerate(rows):
        for place, cell in enumerate(row):
            where = struct.pack("<HHH", number, place, 0)
            if isinstance(cell, str):
                text = cell.encode("utf-16-le")
                length = struct.pack("<HB", len(text) // 2, 1)
                cells += _record(0x204, where + length + text)
            elif cell is not None:
                cells += _record(0x203, where + struct.pack("<d", cell))
    end = _record(0x0A, b"")
    name = b"Reviews"
    begin = _record(0x809, struct.pack("<HHHHII", 0x600, 5, 0, 0, 0, 0))
    place = len(begin) + 4 + 8 + len(name) + len(end)  # of the sheet
    sheet = _record(0x85, struct.pack("<IHBB", place, 0, len(name), 0) + name)
    of_sheet = _record(0x809, struct.pack("<HHHHII", 0x600, 0x10, 0, 0, 0, 0))
    return write_ole(path, "Workbook", begin + sheet + end + of_sheet + cells + end)


def _record(kind: int, content: bytes) -> bytes:
    return struct.pack("<HH", kind, len(content)) + content


def write_ole(path: Path, stream: str, content: bytes) -> Path:
    """An OLE file with one stream, as old Office documents and encrypted ones are."""
    content = content.ljust(4096, b"\0")  # shorter ones are kept otherwise
    num_sectors = -(-len(content) // 512)
    content = content.ljust(num_sectors * 512, b"\0")
    end, free, special = 0xFFFFFFFE, 0xFFFFFFFF, 0xFFFFFFFD
    # The first sector is the table of sectors, the second the directory.
    following = [special, end, *range(3, num_sectors + 2), end]
    table = struct.pack("<128I", *following, *[free] * (128 - len(following)))
    header = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(16)
    header += struct.pack("<HHHHH6xIII4xIIIII", 62, 3, 0xFFFE, 9, 6, 0, 1, 1, 4096, end, 0, end, 0)
    header += struct.pack("<109I", 0, *[free] * 108)
    directory = _ole_entry("Root Entry", 5, 1, end, 0)
    directory += _ole_entry(stream, 2, free, 2, len(content))
    path.write_bytes(header + table + directory + _ole_entry("", 0, free, 0, 0) * 2 + content)
    return path


def _ole_entry(name: str, kind: int, child: int, first: int, size: int) -> bytes:
    text = name.encode("utf-16-le")
    length = len(text) + 2 if name else 0
    free = 0xFFFFFFFF
    entry = text.ljust(64, b"\0") + struct.pack("<HBBIII", length, kind, 1, free, free, child)
    return entry.ljust(116, b"\0") + struct.pack("<IQ", first, size)


def write_xlsb(path: Path, rows: Sequence[Row]) -> Path:
    """As Excel writes it in binary."""
    cells = b""
    for number, row in enumerate(rows):
        cells += _part(0, struct.pack("<I", number) + bytes(13))
        for place, cell in enumerate(row):
            where = struct.pack("<II", place, 0)
            if isinstance(cell, str):
                cells += _part(6, where + _wide(cell))
            elif cell is not None:
                cells += _part(5, where + struct.pack("<d", cell))
    size = struct.pack("<IIII", 0, len(rows) - 1, 0, max(map(len, rows)) - 1)
    sheet = _part(129, b"") + _part(148, size) + _part(145, b"") + cells + _part(146, b"")
    listed = _part(156, struct.pack("<II", 0, 1) + _wide("rId1") + _wide("Reviews"))
    with zipfile.ZipFile(path, "w") as file:
        file.writestr("[Content_Types].xml", "<Types/>")
        file.writestr(
            "xl/_rels/workbook.bin.rels",
            '<Relationships><Relationship Id="rId1" Target="worksheets/sheet1.bin"/>'
            "</Relationships>",
        )
        file.writestr(
            "xl/workbook.bin", _part(143, b"") + listed + _part(144, b"") + _part(132, b"")
        )
        file.writestr("xl/worksheets/sheet1.bin", sheet + _part(130, b""))
    return path


def _part(kind: int, content: bytes) -> bytes:
    size, sizes = len(content), b""
    while size > 127:
        sizes += bytes([size & 127 | 128])
        size >>= 7
    kinds = bytes([kind]) if kind < 128 else bytes([kind & 127 | 128, kind >> 7])
    return kinds + sizes + bytes([size]) + content


def _wide(text: str) -> bytes:
    return struct.pack("<I", len(text)) + text.encode("utf-16-le")
