"""An archive that holds one table is read as that table; of several, a person names one."""

import gzip
import io
import os
import tarfile
import zipfile
from pathlib import Path

import pytest

from lstm_cli.bundle.locating import free_name
from lstm_cli.commands.hints import with_options
from lstm_cli.data.options import ReadOptions
from lstm_cli.data.sources import opening
from lstm_cli.data.tables import Table, read_table
from lstm_cli.errors import FileError
from tests.files import ROWS, WELL_FORMED, names, rows
from tests.workbooks import write_xlsx

CSV = WELL_FORMED.encode()


def zipped(files: dict[str, bytes], name: str = "all.zip") -> Path:
    path = Path(name)
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for member, content in files.items():
            archive.writestr(member, content)
    return path


def tarred(files: dict[str, bytes], mode: str = "w") -> Path:
    path = Path("all.tar")
    with tarfile.open(path, mode) as archive:
        for member, content in files.items():
            info = tarfile.TarInfo(member)
            info.size = len(content)
            archive.addfile(info, io.BytesIO(content))
    return path


def read(path: Path, sheet: str | None = None) -> Table:
    return read_table(str(path), ReadOptions(sheet=sheet))


def refused(path: Path, sheet: str | None = None) -> str:
    with pytest.raises(FileError) as error:
        read(path, sheet)
    message = with_options(error.value)
    assert message.isprintable()
    return message


def test_a_zip_with_one_file_is_that_file() -> None:
    table = read(zipped({"reviews.csv": CSV}, "archive.zip"))
    assert rows(table) == ROWS
    assert (table.source, table.form) == ("archive.zip", "csv")
    assert table.notes == ("read reviews.csv from the archive",)
    assert table.line_numbers([3]).tolist() == [6]
    assert read(zipped({"reviews.csv": CSV}, "reviews.csv.zip")).notes == ()
    assert free_name("reviews.csv.zip", Path()) == "reviews"


def test_whatever_is_in_it_is_read_as_by_itself() -> None:
    assert rows(read(zipped({"r.csv": WELL_FORMED.encode("utf-16")}))) == ROWS
    assert rows(read(zipped({"r": gzip.compress(CSV)}))) == ROWS
    assert read(zipped({"r.jsonl": b'{"review": "good", "rating": 5}\n'})).form == "jsonl"
    book = write_xlsx(Path("b.xlsx"), {"Old": [("a", "b"), ("c d e", 1)], "New": [("a",), (2,)]})
    archive = zipped({"b.xlsx": book.read_bytes()})
    assert rows(read(archive)) == [("c d e", 1)]
    assert rows(read(archive, "New")) == [(2,)]
    assert refused(archive, "Newer") == (
        "all.zip (b.xlsx) has no sheet Newer (did you mean New?); "
        "choose one with --sheet (Old, New)"
    )
    assert rows(read(tarred({"r.csv": CSV}))) == ROWS
    assert rows(read(tarred({"r.csv": CSV}, "w:gz"))) == ROWS


def test_what_lies_beside_a_table_is_left_out_and_counted() -> None:
    beside = {
        "__MACOSX/._reviews.csv": b"\0\1",
        "data/.DS_Store": b"x",
        "README.txt": b"Reviews of lamps",
        "LICENSE": b"Do what you like",
        "plots/scores.PNG": b"\x89PNG",
        "empty.csv": b"",
        "../../data/": b"",
        "data/reviews.csv": CSV,
    }
    for archive in (zipped(beside), tarred(beside)):
        table = read(archive)
        assert rows(table) == ROWS
        assert table.notes[0].startswith("read data/reviews.csv from the archive; 5 other files")


def test_of_several_files_a_person_names_one() -> None:
    archive = zipped({"train/reviews.csv": CSV, "test/ratings.csv": b"a,b\n1,2\n"})
    listed = "choose one with --sheet (train/reviews.csv, test/ratings.csv)"
    assert refused(archive) == f"all.zip holds 2 files; {listed}"
    assert refused(archive, "revews.csv") == (
        f"all.zip has no file revews.csv (did you mean train/reviews.csv?); {listed}"
    )
    for name in ("train/reviews.csv", "reviews.csv", "Reviews.CSV"):
        assert rows(read(archive, name)) == ROWS
    assert rows(read(archive, "ratings.csv")) == [("1", "2")]


def test_a_table_has_no_sheets() -> None:
    Path("r.csv").write_bytes(CSV)
    assert refused(Path("r.csv"), "x") == "r.csv is one table (CSV); leave out --sheet"
    archive = zipped({"r.csv": CSV})
    assert refused(archive, "x") == "all.zip (r.csv) is one table (CSV); leave out --sheet"


def test_archives_without_a_table_are_refused() -> None:
    assert refused(zipped({})) == "all.zip is an archive without files; give a file of reviews"
    assert refused(zipped({"a.png": b"\x89PNG", "b.pdf": b"%PDF"})) == (
        "all.zip holds no table, only a.png, b.pdf; give a file of reviews"
    )
    assert refused(zipped({"a.zip": zipped({"b.csv": CSV}).read_bytes()})) == (
        "all.zip (a.zip) is an archive in an archive; unpack it first"
    )
    assert refused(zipped({"a.dat": b"%PDF-1.7"})) == (
        "all.zip (a.dat) looks like a PDF document; save it as CSV"
    )


def test_a_name_leads_nowhere() -> None:
    for archive in (zipped({"../../r.csv": CSV}), zipped({"/r.csv": CSV})):
        assert rows(read(archive)) == ROWS
    assert not Path("../../r.csv").exists()
    with tarfile.open("all.tar", "w") as archive:
        link = tarfile.TarInfo("r.csv")
        link.type, link.linkname = tarfile.SYMTYPE, "/etc/passwd"
        archive.addfile(link)
    assert refused(Path("all.tar")).startswith("all.tar is an archive without files")
    link_in_zip = zipfile.ZipInfo("r.csv")
    link_in_zip.external_attr = 0o120777 << 16
    with zipfile.ZipFile("all.zip", "w") as packed:
        packed.writestr(link_in_zip, "/etc/passwd")
    assert refused(Path("all.zip")).startswith("all.zip is an archive without files")


def test_protected_archives_are_refused() -> None:
    archive = zipped({"r.csv": CSV})
    content = archive.read_bytes()
    for mark, place in ((b"PK\3\4", 6), (b"PK\1\2", 8)):  # the flag of encryption
        start = content.index(mark) + place
        content = content[:start] + b"\1" + content[start + 1 :]
    archive.write_bytes(content)
    assert refused(archive) == ("all.zip (r.csv) is protected by a password; unpack it first")


def test_an_unknown_way_of_packing_is_refused() -> None:
    archive = zipped({"r.csv": CSV})
    content = archive.read_bytes()
    for mark, place in ((b"PK\3\4", 8), (b"PK\1\2", 10)):  # 9: as Windows packs what is large
        start = content.index(mark) + place
        content = content[:start] + b"\x09" + content[start + 1 :]
    archive.write_bytes(content)
    assert refused(archive).endswith("; unpack it first")


def test_damaged_archives_are_refused() -> None:
    for archive in (zipped({"r.csv": os.urandom(9000)}), tarred({"r.csv": os.urandom(9000)})):
        content = archive.read_bytes()
        archive.write_bytes(content[:5000])
        assert "is a damaged" in refused(archive)
    archive = zipped({"r.csv": os.urandom(9000)})
    content = bytearray(archive.read_bytes())
    content[4000:4100] = bytes(100)
    archive.write_bytes(content)
    assert refused(archive).startswith("all.zip is a damaged zip archive (Bad CRC-32")


def test_what_unpacks_without_end_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(opening, "LARGEST_BYTES", 1 << 20)
    for archive in (zipped({"r.csv": bytes(3 << 20)}), tarred({"r.csv": bytes(3 << 20)})):
        assert "holds more than the 1 MiB there is room for" in refused(archive)


def test_reading_leaves_nothing_behind(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    assert len(read(zipped({"r.csv.gz": gzip.compress(CSV)}))) == len(ROWS)
    assert names(tmp_path) == ["all.zip"]
