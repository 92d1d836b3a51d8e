"""Objects as Python prints them are read as the JSON they could be, and nothing is run."""

import gzip
import json
from functools import partial
from pathlib import Path
from pprint import pformat
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from lstm_cli.data.records.literals import LONGEST, to_json
from tests.files import Read, refusal, rows, write_and_read

REVIEWS = [
    {"reviewText": 'It\'s a "fine" film\n', "overall": 5.0, "verified": True, "vote": None},
    {"reviewText": "naïve: {'a': 'b'}, True", "overall": 1.0, "verified": False, "vote": "3"},
]
ROWS = [tuple(entry.values()) for entry in REVIEWS]


@pytest.fixture
def read(tmp_path: Path) -> Read:
    """Write objects to a file and read it."""
    return partial(write_and_read, tmp_path, name="reviews.json")


def printed(*values: object) -> str:
    return "".join(f"{value!r}\n" for value in values)


def test_a_dict_a_line_is_read(read: Read) -> None:
    table = read(printed(*REVIEWS).replace("\n", "\n\n", 1))
    assert rows(table) == ROWS
    assert table.frame.columns == list(REVIEWS[0])
    assert (table.form, table.notes) == ("jsonl", ("read as Python's dicts",))
    assert table.line_numbers([0, 1]).tolist() == [1, 3]
    assert rows(read(gzip.compress(printed(*REVIEWS).encode()))) == ROWS


def test_they_may_be_in_a_list_or_over_many_lines(read: Read) -> None:
    for text in (
        repr(REVIEWS),
        pformat(REVIEWS, width=30),
        "\n".join(pformat(entry, width=30, sort_dicts=False) for entry in REVIEWS),
        repr({"n": 2, "reviews": REVIEWS}),
    ):
        frame = read(text).frame
        assert frame.select(list(REVIEWS[0])).rows() == ROWS


def test_pages_are_read(read: Read) -> None:
    """As in dumps that have a line a user."""
    users = [{"user": "a", "reviews": REVIEWS}, {"user": "b", "reviews": REVIEWS[:1]}]
    assert len(read(printed(*users))) == 3


def test_what_python_2_printed_is_read(read: Read) -> None:
    table = read("{u'review': u'caf\\xe9 \\u2615', u'votes': 12L, u'id': u'x'}\n")
    assert rows(table) == [("café ☕", 12, "x")]


@pytest.mark.parametrize(
    ("text", "read_as"),
    [
        ("{'a': (1, 2), 3: {'b'}}", {"a": [1, 2], "3": ["b"]}),
        ("{'a': nan, 'b': -1e-5, 'c': 0x10}", None),
        ("{'a': nan, 'b': -1e-5}", {"a": None, "b": -1e-5}),
        ("{'on': datetime.date(2020, 1, 2)}", {"on": "datetime.date(2020, 1, 2)"}),
        ("{'_id': ObjectId('5f'), 'b': r'\\d', 'c': 'a' 'b'}", None),
        ("{'_id': ObjectId('5f')}", {"_id": "ObjectId('5f')"}),
        ("{'b': r'\\d', 'c': 'a' 'b'}", {"b": "\\d", "c": "ab"}),
        ("{'b': b'\\xff'}", {"b": "\ufffd"}),
    ],
)
def test_what_json_does_not_have_is_read_or_refused(text: str, read_as: Any) -> None:
    if read_as is None:
        with pytest.raises(ValueError, match=r"."):
            to_json(text)
    else:
        assert json.loads(to_json(text)) == read_as


def test_nothing_is_run(read: Read, tmp_path: Path) -> None:
    trap = tmp_path / "sprung"
    for call in (f"open({str(trap)!r}, 'w')", f"__import__('pathlib').Path({str(trap)!r}).touch()"):
        try:
            read(f"{{'review': {call}}}\n")
        except Exception as error:
            assert "read" not in repr(error)
    assert not trap.exists()


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("{'a': 1}\n{'a': 2\n", ", line 2: not an object as Python prints it ('{' was never"),
        ("{'a': 1}\n{'a': x}\n", ", line 2: not an object as Python prints it (more than strings"),
        ("{'a': 1}\nhello there\n", ", line 2: not an object as Python prints it (invalid syntax)"),
        ("{'a': 1}\n\n5\n", ", line 3: '5' is not an object"),
        ("[{'a': 1},\n {'a': 2},\n {'a': ", ", line 3: no objects as Python prints them"),
        ("{'a': " + "[" * 10_000 + "]" * 10_000 + "}\n", ": no objects as Python prints"),
        ("{'a': " + "9" * 5_000 + "}\n", ": no objects as Python prints them (Exceeds the limit"),
        ("{'a': (" + "1, " * LONGEST + ")}\n", ", line 1: no objects as Python"),
    ],
)  # fmt: skip
def test_broken_lines_are_refused_by_their_number(tmp_path: Path, text: str, message: str) -> None:
    path = tmp_path / "reviews.json"
    path.write_text(text)
    assert refusal(str(path)).startswith(f"{path}{message}")


values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(st.characters(codec="utf-8"), max_size=12)
    | st.text(st.sampled_from("'\"\\\n\t{}(:,a"), max_size=8),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3)
    ),
    max_leaves=8,
)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(value=values)
def test_what_python_prints_is_what_is_read(value: object) -> None:
    assert json.loads(to_json(repr(value))) == value


def test_text_in_other_encodings_is_read(read: Read) -> None:
    assert rows(read(printed(*REVIEWS).encode("utf-16"))) == ROWS


def test_escapes_that_are_none_are_letters(read: Read) -> None:
    """Python warns of them, which is no line for a person."""
    assert rows(read("{'review': 'C:\\d'}\n{'review': ('D:\\d', 1)}\n"))[0] == ("C:\\d",)
