"""The one table of formats: what each is called, and how it is recognized, opened and written.

To add a format, write the function that opens it and, if it is to be written, one
that writes it; then give it a row in ``FORMATS``. All else asks the table: what can
be read, what ``--output`` may be called, what a model is named after. A new
compression is a row in ``COMPRESSIONS``. What is neither is refused by name, as
``FOREIGN`` has it.

Files are recognized by their first bytes, whatever they are called: as a binary
format, as a compression, which is unpacked, and as foreign, in this order. Any other
is decoded and recognized as a text format; a text that none of them recognizes is
delimited. The first row that recognizes a file decides.

Commands look up endings long before they read a file, so nothing heavy is imported
here; the functions in the rows import what does the work when they are called.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import PurePath
from typing import IO, TYPE_CHECKING, NamedTuple, Protocol, TypeVar

from lstm_cli.data.records.beginnings import is_fasttext, is_json, is_literals
from lstm_cli.data.sources.recognizing import Recognizer, begins, is_office, office_kind
from lstm_cli.data.sources.wrappings import ARCHIVES, COMPRESSIONS, Compression

if TYPE_CHECKING:
    import polars as pl

    from lstm_cli.data.delimited.style import TextStyle
    from lstm_cli.data.rows import Content, Rows
    from lstm_cli.data.workbooks.sheets import Sheet

Open = Callable[["Content", int], "Rows"]  # to read at most that many rows at a time
Scan = Callable[[str], "pl.LazyFrame"]  # an address that only polars can reach
Append = Callable[["pl.DataFrame", IO[bytes], "TextStyle", bool], None]  # ..., is it the first
# The table, and in a format with room for several further ones, each by its name.
WriteAll = Callable[[Sequence["Sheet"], IO[bytes]], None]
Check = Callable[["pl.DataFrame", int], None]  # some rows, and how many there are before them


@dataclass(frozen=True)
class Format:
    """A way to store a table of reviews."""

    name: str
    title: str  # in messages
    endings: tuple[str, ...]  # each says that a file is to be written in this format
    open: Open
    scan: Scan | None = None  # if polars reads it at any address
    vague_endings: tuple[str, ...] = ()  # it may have these, but so may other formats
    is_text: bool = True  # decoded before it is recognized and opened
    recognizes: Recognizer = lambda _: False  # where only the cells can tell
    has_sheets: bool = False  # it may hold several tables, of which a person names one
    takes_query: bool = False
    delimiter: str | None = None  # between cells, if no other is asked for
    # If it is written, one of these: a window of rows at a time, or once all rows are there.
    append: Append | None = None
    write_all: WriteAll | None = None
    writes_sheets: bool = False  # several tables in one file
    check: Check | None = None  # refuses rows that would not be written as they are
    most_rows: int | None = None

    def can_be_written(self, compression: Compression | None = None) -> bool:
        """Whether it is written. Only what is appended can be compressed as well."""
        if compression is None:
            return bool(self.append or self.write_all)
        return bool(self.append and compression.pack)


class Ending(NamedTuple):
    """What the name of a file says about it."""

    form: Format | None
    compression: Compression | None


class Recognizable(Protocol):
    """A row of a table of what files may be."""

    @property
    def recognizes(self) -> Recognizer:
        """Whether it is this, by its beginning."""


Entry = TypeVar("Entry", bound=Recognizable)


def recognize(head: bytes, entries: Iterable[Entry]) -> Entry | None:
    """The first of some entries of a table that recognizes the beginning of a file.

    >>> recognize(b"PAR1", binary_formats()).name, recognize(b"BZh9", COMPRESSIONS.values()).name
    ('parquet', 'bzip2')
    """
    return next((entry for entry in entries if entry.recognizes(head)), None)


def text_formats() -> Iterator[Format]:
    """What a text that has been decoded may be."""
    return (form for form in FORMATS.values() if form.is_text)


def binary_formats() -> Iterator[Format]:
    """What the bytes of a file may be."""
    return (form for form in FORMATS.values() if not form.is_text)


def endings() -> frozenset[str]:
    """Every ending that a file of reviews may have; models are named without it."""
    return frozenset(
        (
            *(ending for form in FORMATS.values() for ending in form.endings + form.vague_endings),
            *(compression.ending for compression in COMPRESSIONS.values()),
            *(ending for archive in ARCHIVES.values() for ending in archive.endings),
        )
    )


def by_ending(name: str) -> Ending:
    """The format and the compression that the ending of a name stands for.

    >>> form, compression = by_ending("reviews.CSV.gz")
    >>> form.name, compression.name
    ('csv', 'gzip')
    >>> by_ending("reviews.txt")
    Ending(form=None, compression=None)
    """
    path = PurePath(name)
    compression = next((c for c in COMPRESSIONS.values() if c.ending == path.suffix.lower()), None)
    ending = (path.with_suffix("") if compression else path).suffix.lower()
    form = next((form for form in FORMATS.values() if ending in form.endings), None)
    return Ending(form, compression)


def endings_written() -> str:
    """The endings with which a table can be written, in words.

    >>> endings_written()
    '.csv, .tsv or .jsonl (each also with .gz, .zst, .bz2 or .xz) or .parquet or .xlsx'
    """
    appended = [form.endings[0] for form in FORMATS.values() if form.append]
    packed = [compression.ending for compression in COMPRESSIONS.values() if compression.pack]
    others = [form.endings[0] for form in FORMATS.values() if form.write_all]
    return f"{_either(appended)} (each also with {_either(packed)}) or {_either(others)}"


def _either(names: Iterable[str]) -> str:
    *others, last = names
    return f"{', '.join(others)} or {last}" if others else last


# How formats are recognized.


def _is_excel(head: bytes) -> bool:
    # The old ones; a Word document of their time looks the same, until it is opened.
    return head.startswith(b"\xd0\xcf\x11\xe0") or office_kind(head) == "workbook"


# How they are opened and written.


def _open_delimited(content: "Content", rows: int) -> "Rows":
    from lstm_cli.data.delimited.delimited import open_delimited

    return open_delimited(content, rows)


def _scan_delimited(delimiter: str, address: str) -> "pl.LazyFrame":
    import polars as pl

    return pl.scan_csv(address, separator=delimiter, infer_schema=False)


def _append_delimited(
    frame: "pl.DataFrame", file: IO[bytes], style: "TextStyle", is_first: bool
) -> None:
    from lstm_cli.data.delimited.delimited import append_delimited

    append_delimited(frame, file, style, has_header=is_first)


def _open_json(content: "Content", rows: int) -> "Rows":
    from lstm_cli.data.records.jsonlines import open_json

    return open_json(content, rows)


def _scan_json_lines(address: str) -> "pl.LazyFrame":
    import polars as pl

    return pl.scan_ndjson(address, infer_schema_length=None)


def _append_json_lines(frame: "pl.DataFrame", file: IO[bytes], *_: object) -> None:
    from lstm_cli.data.records.jsonlines import append_json

    append_json(frame, file)


def _open_fasttext(content: "Content", rows: int) -> "Rows":
    from lstm_cli.data.records.fasttext import open_fasttext

    return open_fasttext(content, rows)


def _open_literals(content: "Content", rows: int) -> "Rows":
    from lstm_cli.data.records.literals import open_literals

    return open_literals(content, rows)


def _open_parquet(content: "Content", rows: int) -> "Rows":
    from lstm_cli.data.parquet import open_parquet

    return open_parquet(content, rows)


def _scan_parquet(address: str) -> "pl.LazyFrame":
    import polars as pl

    return pl.scan_parquet(address)


def _write_parquet(sheets: "Sequence[Sheet]", file: IO[bytes]) -> None:
    sheets[0].frame.lazy().sink_parquet(file)


def _open_workbook(content: "Content", rows: int) -> "Rows":
    from lstm_cli.data.workbooks.workbooks import open_workbook

    return open_workbook(content, rows)


def _open_sqlite(content: "Content", rows: int) -> "Rows":
    from lstm_cli.data.databases.databases import open_sqlite

    return open_sqlite(content, rows)


def _write_workbook(sheets: "Sequence[Sheet]", file: IO[bytes]) -> None:
    from lstm_cli.data.workbooks.workbook_output import write_workbook

    write_workbook(sheets, file)


def _check_workbook(frame: "pl.DataFrame", first_row: int) -> None:
    from lstm_cli.data.workbooks.workbook_output import check_workbook

    check_workbook(frame, first_row)


# The table.

_FORMATS = (
    Format(
        name="csv",
        title="CSV",
        endings=(".csv",),
        vague_endings=(".txt",),
        delimiter=",",
        open=_open_delimited,
        scan=partial(_scan_delimited, ","),
        append=_append_delimited,
    ),
    Format(
        name="tsv",
        title="TSV",
        endings=(".tsv",),
        delimiter="\t",
        open=_open_delimited,
        scan=partial(_scan_delimited, "\t"),
        append=_append_delimited,
    ),
    Format(
        name="literals",
        title="Python's dicts",
        endings=(),
        recognizes=is_literals,
        has_sheets=True,
        open=_open_literals,
    ),
    Format(
        name="jsonl",
        title="JSON lines",
        endings=(".jsonl", ".ndjson"),
        vague_endings=(".json",),
        recognizes=is_json,
        has_sheets=True,
        open=_open_json,
        scan=_scan_json_lines,
        append=_append_json_lines,
    ),
    Format(
        name="fasttext",
        title="fastText's lines",
        endings=(),
        vague_endings=(".ft",),
        recognizes=is_fasttext,
        open=_open_fasttext,
    ),
    Format(
        name="parquet",
        title="Parquet",
        endings=(".parquet",),
        is_text=False,
        recognizes=begins(b"PAR1"),
        open=_open_parquet,
        scan=_scan_parquet,
        write_all=_write_parquet,
    ),
    Format(
        name="excel",
        title="Excel",
        endings=(".xlsx",),
        vague_endings=(".xlsm", ".xls", ".xlsb"),
        is_text=False,
        recognizes=_is_excel,
        has_sheets=True,
        open=_open_workbook,
        write_all=_write_workbook,
        writes_sheets=True,
        check=_check_workbook,
        most_rows=(1 << 20) - 1,  # and the header
    ),
    Format(
        name="ods",
        title="OpenDocument",
        endings=(".ods",),
        is_text=False,
        recognizes=is_office("spreadsheet"),
        has_sheets=True,
        open=_open_workbook,
    ),
    Format(
        name="sqlite",
        title="SQLite",
        endings=(".db", ".sqlite", ".sqlite3"),
        is_text=False,
        recognizes=begins(b"SQLite format 3\0"),
        has_sheets=True,
        takes_query=True,
        open=_open_sqlite,
    ),
)
FORMATS = {form.name: form for form in _FORMATS}
