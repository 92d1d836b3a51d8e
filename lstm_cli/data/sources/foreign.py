"""What is no table of reviews, by name, and what a person can do about it.

These are refused before they are read as text: a picture would make a strange one.
"""

from dataclasses import dataclass

from lstm_cli.data.sources.recognizing import Recognizer, begins, is_office, is_web_page, is_xml


@dataclass(frozen=True)
class Foreign:
    """Something that is no table of reviews."""

    what: str
    recognizes: Recognizer
    remedy: str


_GIVE_REVIEWS = "give a file of reviews"
_SAVE_AS_CSV = "save it as CSV"
_SAVE_AS_PARQUET = "save it as Parquet or CSV"
_SAVE_AS_WORKBOOK = "save it as .xlsx or CSV"
_SAVE_THE_TABLE = "put its table into a spreadsheet and save that as CSV"
_UNPACK = "unpack it first"
FOREIGN = (
    Foreign("a PNG image", begins(b"\x89PNG"), _GIVE_REVIEWS),
    Foreign("a JPEG image", begins(b"\xff\xd8\xff"), _GIVE_REVIEWS),
    Foreign("a GIF image", begins(b"GIF8"), _GIVE_REVIEWS),
    Foreign("a PDF document", begins(b"%PDF"), _SAVE_AS_CSV),
    Foreign("a Word document", is_office("document"), _SAVE_THE_TABLE),
    Foreign("a presentation", is_office("presentation"), _SAVE_THE_TABLE),
    Foreign("an OpenDocument text", is_office("text"), _SAVE_THE_TABLE),
    Foreign("a Numbers spreadsheet", is_office("numbers"), _SAVE_AS_WORKBOOK),
    Foreign("an e-book", is_office("epub"), _GIVE_REVIEWS),
    Foreign("an RTF document", begins(b"{\\rtf"), _SAVE_AS_CSV),
    Foreign("an HDF5 file", begins(b"\x89HDF"), _SAVE_AS_CSV),
    Foreign("a numpy array", begins(b"\x93NUMPY"), _SAVE_AS_CSV),
    Foreign("an Arrow file", begins(b"ARROW1"), _SAVE_AS_PARQUET),
    Foreign("an ORC file", begins(b"ORC"), _SAVE_AS_PARQUET),
    Foreign(
        "a web page",
        is_web_page,
        "give the address of the file itself, or save the table in it as CSV",
    ),
    Foreign("an XML file", is_xml, _SAVE_AS_WORKBOOK),
    Foreign("a program", begins(b"\x7fELF"), _GIVE_REVIEWS),
    Foreign("a 7z archive", begins(b"7z\xbc\xaf"), _UNPACK),
    Foreign("a RAR archive", begins(b"Rar!"), _UNPACK),
    Foreign(
        "a Python pickle",
        begins(*(bytes([0x80, version]) for version in range(2, 6))),
        _SAVE_AS_CSV,
    ),
)
