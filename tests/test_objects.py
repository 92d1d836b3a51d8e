"""Objects become a frame of the same structure, whoever reads them, and come out as they were."""

import json
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from lstm_cli.data.records.objects import MOST_COLUMNS, MOST_FIELDS, tabulate
from lstm_cli.data.tables import read_table
from lstm_cli.data.writing import write_table
from lstm_cli.errors import FileError


def test_objects_keep_their_structure() -> None:
    frame = tabulate(
        [
            {"text": "a", "stars": 4, "by": {"name": "x", "tags": ["u", "v"]}, "ok": True},
            {"text": None, "stars": None, "by": {"home": {"city": "y"}}, "share": 1},
            {"share": 0.5, "by": None, "ok": False, "stars": 2},
        ],
        "reviews.json",
    )
    by = {"name": pl.String(), "tags": pl.List(pl.String()), "home": pl.Struct({"city": pl.String})}
    assert frame.schema == {
        "text": pl.String(),
        "stars": pl.Int64(),
        "by": pl.Struct(by),
        "ok": pl.Boolean(),
        "share": pl.Float64(),
    }
    assert frame["by"].to_list() == [
        {"name": "x", "tags": ["u", "v"], "home": None},
        {"name": None, "tags": None, "home": {"city": "y"}},
        None,
    ]


def test_only_values_of_really_different_kinds_become_text() -> None:
    rows: list[dict[str, Any]] = [
        {"a": 4, "b": True, "c": [1, 2], "d": {"e": 1, "f": [1]}, "g": 2**63},
        {"a": "4", "b": 1, "c": "x", "d": {"e": "x", "f": [1.5, "y"]}, "g": 1},
        {"a": 4.5, "b": None, "c": {"h": "é"}, "d": None, "g": None},
    ]
    assert tabulate(rows, "x").rows() == [
        ("4", "true", "[1, 2]", {"e": "1", "f": ["1"]}, "9223372036854775808"),
        ("4", "1", "x", {"e": "x", "f": ["1.5", "y"]}, "1"),
        ("4.5", None, '{"h": "é"}', None, None),
    ]
    # A float would lose its last digit.
    assert tabulate([{"a": 2**53 + 1}, {"a": 0.5}], "x")["a"].to_list() == [
        "9007199254740993",
        "0.5",
    ]
    assert tabulate([{"a": {"b": [2, 1.5]}}], "x")["a"].to_list() == [{"b": [2.0, 1.5]}]


def test_names_that_are_data_become_text() -> None:
    """A million of them would be a million columns."""
    by_user = [{"votes": {f"user{k}{j}": 1 for j in range(30)}} for k in range(MOST_FIELDS)]
    column = tabulate(by_user, "x")["votes"]
    assert json.loads(column[7]) == by_user[7]["votes"]
    with pytest.raises(FileError, match="x has too many different names in its objects"):
        tabulate([{f"name{k}": k} for k in range(MOST_COLUMNS + 1)], "x")


def test_names_without_end_are_refused_in_lines_too(tmp_path: Path) -> None:
    path = tmp_path / "reviews.jsonl"
    path.write_text("".join(f'{{"text": "a", "k{k}": {k}}}\n' for k in range(MOST_COLUMNS)))
    with pytest.raises(FileError, match="too many different names"):
        read_table(str(path))


def test_what_is_nested_too_deeply_is_text_or_refused(tmp_path: Path) -> None:
    """polars would crash where Python only gives up."""
    path = tmp_path / "reviews.jsonl"
    for depth in (70, 300):
        path.write_text(f'{{"text": "a", "deep": {"[" * depth}{"]" * depth}}}\n{{"text": "b"}}\n')
        assert read_table(str(path)).frame["text"].to_list() == ["a", "b"]
    for depth in (1_000, 100_000):
        path.write_text(f'{{"text": "a", "deep": {"[" * depth}{"]" * depth}}}\n')
        with pytest.raises(FileError, match="nested too deeply"):
            read_table(str(path))


# None that texts have: a list under such a name is a list of reviews.
names = st.sampled_from(["colour", "a.b", "é", "", "size"])
cells = st.one_of(
    *(
        st.lists(st.none() | kind, min_size=2, max_size=2)
        for kind in (
            st.booleans(),
            st.integers(-(2**63) + 1, 2**63 - 1),
            st.floats(allow_nan=False, allow_infinity=False),
            st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=5),
            st.lists(st.text("ab", max_size=2), max_size=2),
            st.lists(st.fixed_dictionaries({"x": st.integers(0, 9)}), max_size=2),
            st.fixed_dictionaries({"y": st.fixed_dictionaries({"z": st.text("cd")})}),
        )
    )
)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(st.dictionaries(names, cells, min_size=1))
def test_polars_and_python_read_the_same(tmp_path: Path, columns: dict[str, list[Any]]) -> None:
    rows = [{"row": k, **{name: column[k] for name, column in columns.items()}} for k in (0, 1)]
    path = tmp_path / "reviews.jsonl"
    path.write_text("\n".join(map(json.dumps, rows)))
    frame = tabulate(rows, "reviews.jsonl")
    assert read_table(str(path)).frame.equals(frame)
    assert frame.to_dicts() == rows
    path.write_text(json.dumps({"rows": rows}))
    read = read_table(str(path))
    written = tmp_path / "written.jsonl"
    written.unlink(missing_ok=True)
    write_table(read.frame, str(written))
    assert [json.loads(line) for line in written.read_text().split("\n")[:-1]] == rows
