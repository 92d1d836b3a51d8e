"""A workbook of several sheets opens as a person expects it to, or is not there at all."""

import re
import zipfile
from pathlib import Path

import polars as pl
import pytest

from lstm_cli.data.options import ReadOptions
from lstm_cli.data.tables import read_table
from lstm_cli.data.workbooks.sheets import PERCENT_TENTHS, WHOLE, Sheet
from lstm_cli.data.workbooks.workbook_output import write_sheets
from lstm_cli.data.writing import TableWriter
from lstm_cli.errors import OutputError
from tests.files import names

RATINGS = pl.DataFrame({"review": ["a fine film", "=1+1"], "sure": [0.875, None]})
SHARES = pl.DataFrame({"rating": [1, 5], "share": [0.25, 0.75]})
TWO = [
    Sheet("ratings", RATINGS, {"sure": PERCENT_TENTHS}),
    Sheet("shares", SHARES, {"share": PERCENT_TENTHS}),
]


def sheet_names(path: Path) -> list[str]:
    with zipfile.ZipFile(path) as file:
        return re.findall(r'<sheet name="([^"]*)"', file.read("xl/workbook.xml").decode())


def part(path: Path, name: str) -> str:
    with zipfile.ZipFile(path) as file:
        return file.read(f"xl/{name}.xml").decode()


def test_each_sheet_is_read_back_by_its_name(tmp_path: Path) -> None:
    write_sheets(TWO, str(tmp_path / "t.xlsx"))
    assert sheet_names(tmp_path / "t.xlsx") == ["ratings", "shares"]
    for sheet in TWO:
        read = read_table(str(tmp_path / "t.xlsx"), ReadOptions(sheet=sheet.name))
        assert read.frame.equals(sheet.frame)


def test_the_header_stays_in_sight_and_filters(tmp_path: Path) -> None:
    write_sheets(TWO, str(tmp_path / "t.xlsx"))
    sheet = part(tmp_path / "t.xlsx", "worksheets/sheet1")
    assert 'topLeftCell="A2" activePane="bottomLeft" state="frozen"' in sheet
    assert '<autoFilter ref="A1:B3"/>' in sheet


def test_numbers_are_numbers_shown_as_shares(tmp_path: Path) -> None:
    write_sheets(TWO, str(tmp_path / "t.xlsx"))
    sheet = part(tmp_path / "t.xlsx", "worksheets/sheet1")
    assert re.search(r'<c r="B2" s="[1-9]"><v>0.875</v>', sheet)
    assert 'formatCode="0.0%"' in part(tmp_path / "t.xlsx", "styles")
    assert "<f>" not in sheet


def test_columns_are_as_wide_as_what_is_in_them(tmp_path: Path) -> None:
    """Long reviews do not push the ratings off the screen."""
    frame = pl.DataFrame(
        {"n": ["x"], "middling": ["y" * 20], "review": ["z" * 900], "好": ["好" * 9]}
    )
    write_sheets([Sheet("a", frame)], str(tmp_path / "t.xlsx"))
    widths = re.findall(
        r'<col [^>]*width="([0-9.]+)"', part(tmp_path / "t.xlsx", "worksheets/sheet1")
    )
    assert [round(float(width)) for width in widths] == [9, 22, 61, 20]


def test_names_that_excel_refuses_are_made_fit(tmp_path: Path) -> None:
    named = [Sheet(name, SHARES) for name in ("a/b", "A_B", "[*]", "", "x" * 40)]
    write_sheets(named, str(tmp_path / "t.xlsx"))
    assert sheet_names(tmp_path / "t.xlsx") == ["a_b", "A_B 2", "___", "sheet", "x" * 31]


def test_an_empty_sheet_has_its_header(tmp_path: Path) -> None:
    write_sheets([TWO[0], Sheet("none", SHARES.clear())], str(tmp_path / "t.xlsx"))
    assert sheet_names(tmp_path / "t.xlsx") == ["ratings", "none"]
    assert "autoFilter" not in part(tmp_path / "t.xlsx", "worksheets/sheet2")


def test_a_workbook_gives_way_only_if_that_was_said(tmp_path: Path) -> None:
    target = tmp_path / "t.xlsx"
    target.write_text("before")
    with pytest.raises(OutputError, match="exists already; name another file, or remove it first"):
        write_sheets(TWO, str(target))
    assert target.read_text() == "before"
    write_sheets(TWO, str(target), replace=True)
    assert sheet_names(target) == ["ratings", "shares"]


def test_what_no_sheet_has_room_for_leaves_no_file(tmp_path: Path) -> None:
    long = Sheet("b", pl.DataFrame({"a": ["x", "y" * 32_768]}))
    with pytest.raises(OutputError, match="row 3 has 32,768 letters in column 'a'"):
        write_sheets([TWO[0], long], str(tmp_path / "t.xlsx"))
    with (
        pytest.raises(OutputError, match="row 3 has 32,768 letters in column 'a'"),
        TableWriter(str(tmp_path / "t.xlsx")) as writer,
    ):
        writer.write(RATINGS)
        writer.add_sheets([long])
    assert names(tmp_path) == []


def test_rows_that_were_streamed_come_before_further_sheets(tmp_path: Path) -> None:
    target = str(tmp_path / "t.xlsx")
    with TableWriter(target, sheet="rows", formats={"rating": WHOLE}) as writer:
        assert writer.writes_sheets
        writer.write(SHARES)
        writer.write(SHARES)
        writer.add_sheets([TWO[0]])
    assert sheet_names(tmp_path / "t.xlsx") == ["rows", "ratings"]
    read = read_table(target, ReadOptions(sheet="rows"))
    assert read.frame.equals(pl.concat([SHARES, SHARES]))
    assert 'formatCode="#,##0"' in part(tmp_path / "t.xlsx", "styles")


def test_a_text_has_no_further_sheets(tmp_path: Path) -> None:
    with TableWriter(str(tmp_path / "t.csv")) as writer:
        assert not writer.writes_sheets
        writer.write(SHARES)
    assert (tmp_path / "t.csv").read_text() == "rating,share\n1,0.25\n5,0.75\n"
