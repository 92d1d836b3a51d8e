"""JSON lines and Parquet are read, and every form is written and read back."""

import gzip
import io
import os
from functools import partial
from pathlib import Path
from types import SimpleNamespace

import polars as pl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from lstm_cli.data.tables import Table, open_table, read_table
from lstm_cli.data.writing import TableWriter, write_table
from lstm_cli.errors import OutputError
from tests.files import Read, names, refusal, rows, write_and_read


@pytest.fixture
def read(tmp_path: Path) -> Read:
    """Write some bytes to a file and read it."""
    return partial(write_and_read, tmp_path)


# JSON lines, Parquet


def test_json_lines_are_read(read: Read) -> None:
    table = read('{"review": "good", "rating": 5}\n\n{"review": "bad\\n", "rating": 1}\n')
    assert rows(table) == [("good", 5), ("bad\n", 1)]
    assert (table.form, table.delimiter, table.encoding) == ("jsonl", None, "utf-8")
    assert table.line_numbers([0, 1]).tolist() == [1, 3]


def test_a_key_that_comes_late_is_a_column(read: Read) -> None:
    table = read('{"review": "x"}\n' * 2000 + '{"review": "y", "rating": 3}\n')
    assert rows(table)[-1] == ("y", 3)


def test_json_values_of_two_kinds_share_a_column(read: Read) -> None:
    table = read('{"r": 5, "n": NaN}\n{"r": "4.0", "n": [1]}\n{"r": null}\n{"r": "\\ud83d!"}\n')
    assert [row[0] for row in rows(table)] == ["5", "4.0", None, "\ufffd!"]


def test_a_list_of_objects_is_read(read: Read) -> None:
    table = read('[\n {"review": "good", "rating": 5},\n {"review": "bad", "rating": 1}\n]')
    assert rows(table) == [("good", 5), ("bad", 1)]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ('{"a": 1}\n{"a": 2\n{"a": 3}\n', ", line 2: not a JSON object"),
        ('{"a": 1}\nhello\n', ", line 2: not a JSON object"),
        ('{"a": 1}\n\n[1, 2]\n', ", line 3: '[1, 2]' is not an object; write it like"),
        ("[{}, 3]", ": entry 2 of its list is '3', not an object; write it like"),
        ("[{} 3]", ", line 1: not JSON (Expecting ',' delimiter at column 5); mend it there"),
        ('[\n{"a": 1},\n]', ", line 3: not JSON (a comma too many at column 1); mend it there"),
        ('[{"a": 1, }]', ", line 1: not JSON (a comma too many at column 11); mend it there"),
        (
            '[{"a": "go',
            ", line 1: the JSON is cut off (a string without an end at column 8)",
        ),
        ('{"a": [{"b": 1},', ", line 1: the JSON is cut off (Expecting value at column 17)"),
        ('{\n"a": tru', ", line 2: the JSON is cut off"),
        ('{\n"a": "\\u12', ", line 2: the JSON is cut off"),
        ('{"a": 1} and so on', ", line 1: not JSON (Expecting value at column 10)"),
        (
            '[{"a": ' + "9" * 5000 + "}]",
            ": JSON that is nested too deeply, or has too long a number",
        ),
        ("[]", " holds no reviews; add objects, one a line"),
        ("{}\n{}\n", " holds no reviews; add objects, one a line"),
    ],
)
def test_broken_json_is_refused_by_its_line(tmp_path: Path, text: str, message: str) -> None:
    path = tmp_path / "reviews.jsonl"
    path.write_text(text)
    assert refusal(str(path)).startswith(f"{path}{message}")


def test_parquet_is_read_typed(tmp_path: Path) -> None:
    path = tmp_path / "reviews.parquet"
    pl.DataFrame({"review": ["good", None], "rating": [5, 1]}).write_parquet(path)
    table = read_table(str(path))
    assert rows(table) == [("good", 5), (None, 1)]
    assert (table.form, table.delimiter, table.encoding) == ("parquet", None, None)
    assert table.line_numbers([1]).tolist() == [2]
    pl.DataFrame({"review": []}, schema={"review": pl.String}).write_parquet(path)
    assert "has columns but no rows" in refusal(str(path))


# Writing


letters = st.characters(codec="utf-8", exclude_categories="C")
cells = st.text(st.one_of(st.sampled_from(',;\t|"\n\r \\'), letters), max_size=8)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(
    data=st.integers(1, 4).flatmap(
        lambda width: st.lists(
            st.lists(cells, min_size=width, max_size=width), min_size=1, max_size=4
        )
    ),
    name=st.sampled_from(["t.csv", "t.tsv", "t.jsonl", "t.csv.gz", "t.jsonl.gz", "t.parquet"]),
    delimiter=st.sampled_from(",;|"),
)
def test_what_is_written_is_read_back(
    tmp_path: Path, data: list[list[str]], name: str, delimiter: str
) -> None:
    columns = [f"name_{k}" for k in range(len(data[0]))]
    frame = pl.DataFrame(data, schema=dict.fromkeys(columns, pl.String), orient="row")
    like = Table("x", frame, "csv", delimiter)
    target = str(tmp_path / name)
    Path(target).unlink(missing_ok=True)  # from the example before
    write_table(frame, target, like)
    table = read_table(target)
    assert table.frame.columns == columns
    assert table.frame.fill_null("").equals(frame)
    assert table.notes == ()


def test_a_tsv_of_one_column_is_read_back(tmp_path: Path) -> None:
    frame = pl.DataFrame({"review": ["a\tb", None, "", "c"]})
    write_table(frame, str(tmp_path / "t.tsv"))
    assert rows(read_table(str(tmp_path / "t.tsv"))) == [("a\tb",), ("",), ("",), ("c",)]


def test_lists_become_json_in_a_cell(tmp_path: Path) -> None:
    frame = pl.DataFrame({"a": [[1, 2], None], "b": [{"x": "é"}, {"x": "y"}], "c": [1, 2]})
    write_table(frame, str(tmp_path / "t.csv"))
    assert rows(read_table(str(tmp_path / "t.csv"))) == [
        ("[1, 2]", '{"x": "é"}', "1"), (None, '{"x": "y"}', "2"),
    ]  # fmt: skip


@pytest.mark.parametrize(
    "name", ["a[1].csv", "b*.csv.zst", "c?.jsonl.zst", "d[1].jsonl", "e*.parquet"]
)
def test_a_name_is_no_pattern(tmp_path: Path, name: str) -> None:
    frame = pl.DataFrame({"review": ["a", "b"], "rating": ["1", "2"]})
    folder = tmp_path / "rating=5"
    folder.mkdir()
    write_table(frame, str(folder / name))
    assert read_table(str(folder / name)).frame.equals(frame)


def test_standard_output_gets_the_form_that_came_in(monkeypatch: pytest.MonkeyPatch) -> None:
    out = io.BytesIO()
    monkeypatch.setattr("sys.stdout", SimpleNamespace(buffer=out))
    frame = pl.DataFrame({"a": ["x"], "b": ["1"]})
    write_table(frame, "-")
    write_table(frame, "-", Table("t", frame, "tsv", "\t"))
    write_table(frame, "-", Table("t", frame, "csv", ";"))
    write_table(frame, "-", Table("t", frame, "jsonl"))
    write_table(frame, "-", Table("t", frame, "parquet"))
    assert out.getvalue() == b'a,b\nx,1\na\tb\nx\t1\na;b\nx;1\n{"a":"x","b":"1"}\na,b\nx,1\n'


def test_nothing_is_overwritten_unasked(tmp_path: Path) -> None:
    path = tmp_path / "t.csv"
    path.write_text("precious")
    frame = pl.DataFrame({"a": ["x"]})
    with pytest.raises(OutputError, match="exists already"):
        write_table(frame, str(path))
    assert path.read_text() == "precious"
    assert names(tmp_path) == ["t.csv"]


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("nowhere/t.csv", "there is no folder"),
        (".", "is a directory|the ending"),
        ("folder.csv", "is a directory; name a file in it"),
        ("t.pdf", "the ending must say how to write"),
        ("t.xlsx.gz", "the ending must say how to write"),
        ("t", "the ending must say how to write"),
        ("t.parquet.gz", "the ending must say how to write"),
        ("file.csv/t.csv", "cannot be written: Not a directory"),
        ("x" * 300 + ".csv", "cannot be written: File name too long"),
    ],
)
def test_a_target_that_cannot_be_written_is_refused(
    tmp_path: Path, name: str, message: str
) -> None:
    (tmp_path / "folder.csv").mkdir()
    (tmp_path / "file.csv").write_text("")
    with pytest.raises(OutputError, match=message):
        write_table(pl.DataFrame({"a": ["x"]}), str(tmp_path / name))
    assert sorted(names(tmp_path)) == ["file.csv", "folder.csv"]


def test_a_full_disk_leaves_no_half_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(_: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", fail)
    with pytest.raises(OutputError, match=r"cannot be written: No space left on device"):
        write_table(pl.DataFrame({"a": ["x"]}), str(tmp_path / "t.csv"))
    assert names(tmp_path) == []


def test_reading_leaves_nothing_behind(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    path = tmp_path / "r.csv.gz"
    path.write_bytes(gzip.compress('review,rating\n"a,1\nb,2\n'.encode("utf-16")))
    assert read_table(str(path)).frame.height == 2
    assert names(tmp_path) == ["r.csv.gz"]


@pytest.mark.parametrize("name", ["t.csv", "t.jsonl.gz", "t.parquet", "t.xlsx", "t.csv.xz"])
def test_stopped_by_a_person_it_leaves_what_is_done(tmp_path: Path, name: str) -> None:
    """Under another name than the final one, whole in itself, and the message counts the rows."""
    with (
        pytest.raises(KeyboardInterrupt, match=r"t\..*\.part holds the first 3 rows"),
        TableWriter(str(tmp_path / name)) as writer,
    ):
        writer.write(pl.DataFrame({"a": ["x", "y"]}))
        writer.write(pl.DataFrame({"a": ["z"]}))
        raise KeyboardInterrupt
    assert [path.name for path in tmp_path.iterdir()] == [f"{name}.part"]
    kept = (tmp_path / f"{name}.part").rename(tmp_path / name)
    assert read_table(str(kept)).frame["a"].to_list() == ["x", "y", "z"]


def test_what_fails_leaves_nothing(tmp_path: Path) -> None:
    """No half of a file, under any name."""
    with pytest.raises(RuntimeError), TableWriter(str(tmp_path / "t.csv")) as writer:
        writer.write(pl.DataFrame({"a": ["x", "y"]}))
        raise RuntimeError
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("name", ["t.csv", "t.tsv", "t.parquet", "t.jsonl", "t.xlsx", "t.csv.bz2"])
def test_windows_together_are_the_whole_table(tmp_path: Path, name: str) -> None:
    """Rows, blank lines and cells with newlines, wherever a window ends."""
    texts = [f"film {k}" + ("\nindeed" if k % 3 == 0 else "") for k in range(17)]
    write_table(pl.DataFrame({"review": texts, "rating": ["4"] * 17}), str(tmp_path / name))
    with open_table(str(tmp_path / name), rows=4) as opened:
        windows = list(opened.windows)
    assert opened.num_rows == 17
    assert pl.concat(windows)["review"].to_list() == texts
    assert len(windows) == 5


def test_bytes_are_written_as_text_or_refused(tmp_path: Path) -> None:
    """polars would panic, which is no line for a person."""
    frame = pl.DataFrame({"a": ["é".encode(), None], "b": [{"c": [b"x"]}, None]})
    write_table(frame, str(tmp_path / "t.jsonl"))
    assert rows(read_table(str(tmp_path / "t.jsonl"))) == [("é", {"c": ["x"]}), (None, None)]
    for column in (pl.Series("a", [b"\xff\xfe"]), pl.Series("a", [{"c": [b"\xff"]}])):
        with pytest.raises(OutputError, match=r"column 'a' holds bytes that are no text.*parquet"):
            write_table(column.to_frame(), str(tmp_path / "u.jsonl"))
        for name in ("u.parquet", "u.csv"):
            write_table(column.to_frame(), str(tmp_path / name))
            (tmp_path / name).unlink()
    assert names(tmp_path) == ["t.jsonl"]
