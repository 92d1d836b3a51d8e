"""Workbooks of every kind are read as a person sees them, and one kind is written."""

import os
import random
import zipfile
from datetime import UTC, date, datetime
from pathlib import Path

import polars as pl
import pytest
import xlsxwriter
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from lstm_cli.commands.hints import with_options
from lstm_cli.data.options import ReadOptions
from lstm_cli.data.tables import Table, read_table
from lstm_cli.data.workbooks import workbook_reader
from lstm_cli.data.writing import TableWriter, write_table
from lstm_cli.errors import FileError, OutputError
from tests.files import names, refusal, rows
from tests.helpers import in_case, packages_loaded_by
from tests.workbooks import Row, write_ods, write_ole, write_xls, write_xlsb, write_xlsx

REVIEWS: list[Row] = [
    ("review", "rating"),
    ("a fine film, très bien ☕", 5),
    ("dull & long", 1.5),
]


def read_sheet(path: Path, sheet: str) -> Table:
    return read_table(str(path), ReadOptions(sheet=sheet))


def said_of(path: Path, sheet: str | None = None) -> str:
    """What is said of a workbook that is refused, as a person at the command line sees it."""
    with pytest.raises(FileError) as error:
        read_table(str(path), ReadOptions(sheet=sheet))
    message = with_options(error.value)
    assert message.isprintable(), "one line"
    return message.removeprefix(f"{path}")


# Kinds


@pytest.mark.parametrize("kind", ["xlsx", "xls", "xlsb", "ods"])
def test_every_kind_is_seen_in_its_bytes_whatever_its_name(tmp_path: Path, kind: str) -> None:
    path = tmp_path / "reviews.csv"
    if kind == "xlsx":
        write_xlsx(path, {"Reviews": REVIEWS})
    else:
        {"xls": write_xls, "xlsb": write_xlsb, "ods": write_ods}[kind](path, REVIEWS)
    table = read_table(str(path))
    assert rows(table) == REVIEWS[1:]
    assert table.frame.columns == ["review", "rating"]
    assert table.form == ("ods" if kind == "ods" else "excel")
    assert table.line_numbers([0, 1]).tolist() == [2, 3]
    assert table.notes == ()


def test_blanks_between_the_cells_of_opendocument_are_no_cells(tmp_path: Path) -> None:
    """As Gnumeric writes them."""
    path = write_ods(tmp_path / "t.ods", REVIEWS)
    with zipfile.ZipFile(path) as file:
        content = file.read("content.xml").replace(b"<table:", b"\n  <table:")
    with zipfile.ZipFile(path, "w") as file:
        file.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
        file.writestr("content.xml", content.replace(b"</table:", b"\n</table:"))
    assert rows(read_table(str(path))) == REVIEWS[1:]


def test_cells_keep_their_types(tmp_path: Path) -> None:
    path = tmp_path / "t.xlsx"
    with xlsxwriter.Workbook(path) as workbook:
        sheet = workbook.add_worksheet()
        day = workbook.add_format({"num_format": "yyyy-mm-dd"})
        time = workbook.add_format({"num_format": "yyyy-mm-dd hh:mm:ss"})
        sheet.write_row(0, 0, ["review", "rating", "score", "day", "time", "is new", "mixed"])
        sheet.write_row(1, 0, ["x" * 32_767, 4, 4.5])
        sheet.write_datetime(1, 3, datetime(2024, 2, 29), day)
        sheet.write_datetime(1, 4, datetime(2024, 2, 29, 18, 5, 1), time)
        sheet.write_boolean(1, 5, True)
        sheet.write_number(1, 6, 4)
        sheet.write_row(2, 0, ["two\nlines", 5, 3])
        sheet.write_formula(2, 6, "=2+3", value="five")
        sheet.write_string(3, 0, " spaces ")
        sheet.write_formula(3, 1, "=1/0", value="#DIV/0!")
        sheet.write_formula(3, 2, "=1+1", value=2)
    table = read_table(str(path))
    assert rows(table) == [
        ("x" * 32_767, 4, 4.5, "2024-02-29", "2024-02-29T18:05:01", "TRUE", "4"),
        ("two\nlines", 5, 3.0, None, None, None, "five"),
        (" spaces ", None, 2.0, None, None, None, None),
    ]
    assert table.frame["rating"].dtype == pl.Int64


def test_titles_blank_rows_and_totals_are_no_rows(tmp_path: Path) -> None:
    sheet: list[Row] = [
        (),
        (None, "Product reviews"),
        (),
        (None, "review", "rating"),
        (None, "a fine lamp", 5),
        (),
        (None, "broke at once, I want my money back", 1),
        (None, "good enough", 4),
        (None, "Total", 10),
    ]
    table = read_table(str(write_xlsx(tmp_path / "t.xlsx", {"S": sheet})))
    assert table.frame["rating"].to_list() == [5, 1, 4]
    assert table.line_numbers([0, 1, 2]).tolist() == [5, 7, 8]
    assert table.notes == (
        "1 row above the header skipped (row 2: 'Product reviews')",
        "1 row below the table skipped (row 9: 'Total, 10')",
    )


def test_a_sheet_without_header_is_read(tmp_path: Path) -> None:
    sheet = [("I liked it very much", 5), ("Not at all what I ordered", 1)]
    table = read_table(str(write_xlsx(tmp_path / "t.xlsx", {"S": sheet})))
    assert rows(table) == sheet
    assert table.frame.columns == ["column_1", "column_2"]
    assert "no header was found" in table.notes[0]


def test_a_short_first_review_of_a_sheet_is_a_row_or_is_said(tmp_path: Path) -> None:
    sheet = [("Lovely", 5), ("Not at all what I ordered", 1)]
    assert rows(read_table(str(write_xlsx(tmp_path / "t.xlsx", {"S": sheet})))) == sheet
    texts = [("Lovely thing",), ("Not at all what I ordered",)]
    table = read_table(str(write_xlsx(tmp_path / "t.xlsx", {"S": texts})))
    assert table.notes == ("row 1 ('Lovely thing') is taken for the name of the column",)


def test_columns_of_one_name_are_known_as_such(tmp_path: Path) -> None:
    sheet: list[Row] = [("review", "rating", "rating", None, None), ("so so", 3, 4, 5, 6)]
    table = read_table(str(write_xlsx(tmp_path / "t.xlsx", {"S": sheet})))
    assert table.frame.columns[:3] == ["review", "rating", "rating_2"]
    assert table.renamed == {"rating_2": "rating"}


def test_how_a_survey_was_answered_is_no_row(tmp_path: Path) -> None:
    sheet: list[Row] = [
        ("Respondent ID", "How was it?", "Anything else?"),
        (None, "Response", "Open-Ended Response"),
        (501, 5, "I liked it very much"),
        (502, 1, "Not at all what I ordered"),
    ]
    table = read_table(str(write_xlsx(tmp_path / "t.xlsx", {"S": sheet})))
    assert rows(table) == sheet[2:]
    assert table.frame.columns == list(sheet[0])
    assert table.line_numbers([0]).tolist() == [3]
    assert table.notes == (
        "1 row below the header skipped (row 2: 'Response, Open-Ended Response')",
    )


def test_a_cell_merged_over_rows_is_in_each_of_them(tmp_path: Path) -> None:
    path = tmp_path / "t.xlsx"
    with xlsxwriter.Workbook(path) as workbook:
        sheet = workbook.add_worksheet()
        sheet.write_row(0, 0, ["product", "review", "rating"])
        sheet.merge_range(1, 0, 3, 0, "lamp")
        sheet.merge_range(4, 1, 4, 2, "no rating, only this")
        for row in (1, 2, 3):
            sheet.write_row(row, 1, [f"review number {row}", row])
    table = read_table(str(path))
    assert table.frame["product"].to_list() == ["lamp", "lamp", "lamp", None]
    assert table.frame["rating"].to_list() == [1, 2, 3, None]
    assert table.notes == ("1 merged cell read in every row that it covers",)


# Sheets


def test_the_first_sheet_with_reviews_is_read_and_the_others_are_named(tmp_path: Path) -> None:
    counts: list[Row] = [("rating", "count"), (1, 40), (2, 30)]
    path = write_xlsx(
        tmp_path / "t.xlsx",
        {
            "Read me": [("These are the reviews of last year",)],
            "Counts": counts,
            "Reviews": REVIEWS,
            "Old": [*REVIEWS, ("older than the others", 2)],
            "Empty": [],
            "Secret": REVIEWS,
        },
        hidden="Secret",
    )
    table = read_table(str(path))
    assert rows(table) == REVIEWS[1:]
    assert table.notes == (
        "read sheet Reviews, not Counts, Old, which hold tables too",
        "hidden sheets left out: Secret",
    )
    assert rows(read_sheet(path, "counts")) == counts[1:]
    assert len(read_sheet(path, "4")) == 3
    assert rows(read_sheet(path, "secret")) == REVIEWS[1:]
    assert read_sheet(path, "Old").notes == ()
    listed = "choose one with --sheet (Read me, Counts, Reviews, Old, Empty, Secret)"
    assert said_of(path, "Revews") == f" has no sheet Revews (did you mean Reviews?); {listed}"
    assert said_of(path, "7") == f" has no sheet 7; {listed}"
    assert said_of(path, "Empty") == ", sheet Empty, is empty; add reviews, or give another sheet"


def test_the_only_sheet_with_a_table_is_said_where_it_is_not_the_first(tmp_path: Path) -> None:
    path = write_xlsx(tmp_path / "t.xlsx", {"Sheet1": [], "Reviews": REVIEWS})
    assert read_table(str(path)).notes == ("read sheet Reviews, the only one with a table",)
    path = write_xlsx(tmp_path / "u.xlsx", {"Reviews": REVIEWS, "Sheet2": [], "Sheet3": []})
    assert read_table(str(path)).notes == ()


def test_workbooks_without_rows_are_refused(tmp_path: Path) -> None:
    path = write_xlsx(tmp_path / "t.xlsx", {"S": []})
    assert said_of(path) == ", sheet S, is empty; add reviews, or give another sheet"
    path = write_xlsx(tmp_path / "u.xlsx", {"S": [], "T": []})
    assert said_of(path) == ": all 2 sheets are empty; add reviews"
    path = write_xlsx(tmp_path / "v.xlsx", {"S": REVIEWS[:1]})
    assert said_of(path) == ", sheet S, has a header (review, rating) but no rows; add reviews"


def test_a_workbook_has_no_query(tmp_path: Path) -> None:
    path = write_xlsx(tmp_path / "t.xlsx", {"S": REVIEWS})
    with pytest.raises(FileError) as error:
        read_table(str(path), ReadOptions(query="select 1"))
    assert with_options(error.value).endswith("is no database (Excel); leave out --query")


# Hostile


def test_other_office_files_are_refused_by_name(tmp_path: Path) -> None:
    path = tmp_path / "t.xls"
    write_ole(path, "WordDocument", b"text")
    assert said_of(path) == " looks like a Word document; save its table as CSV"
    write_ole(path, "EncryptedPackage", b"secret")
    assert said_of(path) == " is protected by a password; save it without one"
    for part, message in (
        ("word/document.xml", "a Word document; put its table into a spreadsheet"),
        ("ppt/presentation.xml", "a presentation; put its table into a spreadsheet"),
        ("Index/Document.iwa", "a Numbers spreadsheet; save it as .xlsx or CSV"),
    ):
        with zipfile.ZipFile(path, "w") as file:
            file.writestr("[Content_Types].xml", "<Types/>")
            file.writestr(part, "<x/>")
        assert said_of(path).startswith(f" looks like {message}")
    with zipfile.ZipFile(path, "w") as file:
        file.writestr("mimetype", "application/vnd.oasis.opendocument.text")
    assert said_of(path).startswith(" looks like an OpenDocument text")
    with zipfile.ZipFile(path, "w") as file:
        file.writestr("[Content_Types].xml", "<Types/>")
    assert said_of(path) == " is no workbook; save it again as .xlsx or CSV"


def test_damaged_workbooks_are_refused(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    """Even those whose reader asks for more memory than there is, or gives up in a panic."""
    random.seed(0)
    good = {
        "xlsx": write_xlsx(tmp_path / "good.xlsx", {"S": REVIEWS}).read_bytes(),
        "xls": write_xls(tmp_path / "good.xls", REVIEWS).read_bytes(),
    }
    path = tmp_path / "bad"
    num_refused = 0
    for k in range(24):
        content = bytearray(good["xlsx" if k % 2 else "xls"])
        for _ in range(6):
            content[random.randrange(len(content))] = random.choice((0, 128, 255))
        path.write_bytes(content[: -random.randrange(1, 3000)] if k % 3 == 0 else content)
        with in_case(f"number {k}"):
            try:
                read_table(str(path))
            except FileError as error:
                assert str(error).isprintable()
                num_refused += 1
    assert num_refused > 12
    assert capfd.readouterr().err == ""


def test_a_cell_at_the_end_of_the_world_is_refused(tmp_path: Path) -> None:
    """What is between it and the table has room in no memory."""
    path = write_xlsx(tmp_path / "t.xlsx", {"S": REVIEWS})
    with zipfile.ZipFile(path) as file:
        parts = {name: file.read(name) for name in file.namelist()}
    sheet = parts["xl/worksheets/sheet1.xml"]
    far = b'<row r="1048576"><c r="XFD1048576"><v>1</v></c></row></sheetData>'
    parts["xl/worksheets/sheet1.xml"] = sheet.replace(b"</sheetData>", far)
    with zipfile.ZipFile(path, "w") as file:
        for name, content in parts.items():
            file.writestr(name, content)
    assert said_of(path) == (
        " asks for more memory than there is: it is damaged, or has a cell far away from its "
        "table; save the table as CSV"
    )


def test_what_unpacks_to_more_than_a_workbook_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """By what it says of its size, and by what it has where it says less."""
    monkeypatch.setattr(workbook_reader, "LARGEST_BYTES", 1 << 20)
    path = write_xlsx(tmp_path / "t.xlsx", {"S": REVIEWS})
    with zipfile.ZipFile(path, "a", zipfile.ZIP_DEFLATED) as file:
        file.writestr("xl/more.xml", bytes(3 << 20))
    assert said_of(path) == " unpacks to more than 1 MiB; save its table as CSV"
    lying = path.read_bytes().replace((3 << 20).to_bytes(4, "little"), b"\x10\0\0\0")
    path.write_bytes(lying)
    assert said_of(path) == " unpacks to more than 1 MiB; save its table as CSV"


def test_the_folder_that_one_is_in_cannot_replace_the_reader(tmp_path: Path) -> None:
    Path("python_calamine.py").write_text("raise SystemExit('taken over')")
    assert len(read_table(str(write_xlsx(tmp_path / "t.xlsx", {"S": REVIEWS})))) == 2


def test_reading_leaves_nothing_behind(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    assert len(read_table(str(write_xlsx(tmp_path / "t.xlsx", {"S": REVIEWS})))) == 2
    assert names(tmp_path) == ["t.xlsx"]


def test_a_workbook_is_read_in_a_process_of_its_own(tmp_path: Path) -> None:
    """So nothing that reads or writes workbooks is loaded here."""
    path = write_xlsx(tmp_path / "t.xlsx", {"S": REVIEWS})
    code = f"from lstm_cli.data.tables import read_table; read_table({str(path)!r})"
    loaded = packages_loaded_by(code)
    assert "polars" in loaded
    assert loaded.isdisjoint({"python_calamine", "xlsxwriter", "psycopg", "pymysql", "sqlite3"})


# Writing

letters = st.characters(codec="utf-8", exclude_categories=("Cn", "Cs"))
cells = st.text(st.one_of(st.sampled_from("=+-@'\"<&\n\r\t_x0041_"), letters), min_size=1)


@settings(
    suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=25
)
@given(data=st.lists(st.tuples(cells, st.integers(-(10**14), 10**14)), min_size=1, max_size=6))
def test_what_is_written_is_read_back(tmp_path: Path, data: list[tuple[str, int]]) -> None:
    frame = pl.DataFrame(data, schema={"review": pl.String, "rating": pl.Int64}, orient="row")
    frame = frame.with_columns(half=pl.col("rating") / 2 + 0.25)
    target = tmp_path / "t.xlsx"
    target.unlink(missing_ok=True)  # from the example before
    write_table(frame, str(target))
    table = read_table(str(target))
    assert table.frame.equals(frame)
    assert table.notes == ()


def test_no_formula_is_written(tmp_path: Path) -> None:
    texts = ["=1+1", "@sum", "+1", "-1", "{=1}", "http://here.example", "mailto:a@b.example"]
    write_table(pl.DataFrame({"=review": texts, "r": [1] * 7}), str(tmp_path / "t.xlsx"))
    with zipfile.ZipFile(tmp_path / "t.xlsx") as file:
        sheet = file.read("xl/worksheets/sheet1.xml")
        assert not any("hyperlink" in name for name in file.namelist())
    assert b"<f" not in sheet
    assert b"hyperlink" not in sheet
    assert read_table(str(tmp_path / "t.xlsx")).frame["=review"].to_list() == texts


def test_values_that_excel_does_not_have_are_texts_or_missing(tmp_path: Path) -> None:
    frame = pl.DataFrame(
        {
            "id": [1234567890123456789, 1],
            "p": [float("nan"), 0.5],
            "q": [float("inf"), 0.5],
            "day": [date(2024, 2, 29), None],
            "at": [datetime(2024, 2, 29, 1, 2, 3, tzinfo=UTC), None],
            "words": [["a", "é"], []],
            "is new": [True, False],
        }
    )
    write_table(frame, str(tmp_path / "t.xlsx"))
    assert rows(read_table(str(tmp_path / "t.xlsx"))) == [
        ("1234567890123456789", None, "inf", "2024-02-29", "2024-02-29T01:02:03+00:00",
         '["a", "é"]', "TRUE"),
        ("1", 0.5, "0.5", None, None, "[]", "FALSE"),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("frame", "message"),
    [
        (pl.DataFrame({"a": ["ok", "x" * 32_768]}), "row 3 has 32,768 letters in column 'a'"),
        (pl.DataFrame({"a": ["😀" * 16_384]}), "row 2 has 32,768 letters in column 'a'"),
        (pl.DataFrame({"a" * 40_000: [1]}), "the header has 40,000 letters"),
        (pl.DataFrame({"a": range(1 << 20)}), "cannot hold 1,048,576 rows, only 1,048,575"),
        (pl.DataFrame({f"{k}": [1] for k in range(16_385)}), "it has 16,385 columns, of 16,384"),
    ],
)
def test_what_excel_would_cut_is_refused(tmp_path: Path, frame: pl.DataFrame, message: str) -> None:
    with pytest.raises(OutputError, match=r"write \.csv or \.parquet instead") as error:
        write_table(frame, str(tmp_path / "t.xlsx"))
    assert message in str(error.value)
    assert names(tmp_path) == []
    assert not list(Path.cwd().iterdir())


def test_too_many_rows_are_refused_before_any_is_made(tmp_path: Path) -> None:
    with pytest.raises(OutputError, match="cannot hold 1,048,576 rows"):
        TableWriter(str(tmp_path / "t.xlsx"), num_rows=1 << 20)


def test_a_full_disk_leaves_no_half_workbook(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(_: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", fail)
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    with pytest.raises(OutputError, match="No space left on device"):
        write_table(pl.DataFrame({"a": ["x"]}), str(tmp_path / "t.xlsx"))
    assert names(tmp_path) == []


def test_the_same_reviews_are_the_same_in_a_workbook(tmp_path: Path) -> None:
    """Fingerprints tell whether a training goes on with the reviews it began with."""
    from lstm_cli.data.reviews import read_reviews

    frame = pl.DataFrame({"review": [f"film number {k} is fine" for k in range(12)]})
    frame = frame.with_columns(rating=pl.int_range(12) % 3 + 1)
    found = set()
    for name in ("t.csv", "t.xlsx", "t.parquet"):
        write_table(frame, str(tmp_path / name))
        found.add(read_reviews([str(tmp_path / name)]).fingerprint)
    assert len(found) == 1


def test_a_refusal_is_one_line(tmp_path: Path) -> None:
    path = tmp_path / "two\nlines.xlsx"
    path.write_bytes(b"PK\x03\x04" + bytes(26) + b"[Content_Types].xml")
    assert "damaged" in refusal(str(path))
