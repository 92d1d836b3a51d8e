"""Columns inside columns have dotted names, whatever holds them."""

import polars as pl
import pytest

from lstm_cli.data.nested import addresses, column_at
from lstm_cli.data.texts import as_strings
from lstm_cli.errors import ColumnError

HOTEL = pl.DataFrame(
    {
        "text": ["clean", "noisy"],
        "ratings": [{"overall": 5, "rooms": {"size": 4.5}}, {"overall": 2, "rooms": None}],
        "tags": [["sea", "quiet"], []],
    }
)


def test_leaves_of_objects_have_dotted_names() -> None:
    assert addresses(HOTEL) == ["text", "ratings.overall", "ratings.rooms.size", "tags"]
    assert column_at(HOTEL, "text").to_list() == ["clean", "noisy"]
    assert column_at(HOTEL, "ratings.overall").to_list() == [5, 2]
    size = column_at(HOTEL, "ratings.rooms.size")
    assert (size.name, size.to_list()) == ("ratings.rooms.size", [4.5, None])
    assert column_at(HOTEL, "ratings").dtype == pl.Struct


def test_a_plain_frame_has_its_columns() -> None:
    frame = pl.DataFrame({"b.c": ["x"], "a": [1]})
    assert addresses(frame) == ["b.c", "a"]
    assert column_at(frame, "b.c").to_list() == ["x"]


def test_a_column_really_called_so_wins() -> None:
    frame = pl.DataFrame({"a": [{"b": 1, "c": {"d": 2}, "c.d": 3}], "a.b": [4]})
    assert addresses(frame) == ["a.c.d", "a.b"]
    assert column_at(frame, "a.b").to_list() == [4]


def test_a_missing_column_is_refused() -> None:
    for address in ("stars", "ratings.stars", "ratings.", "tags.x", ""):
        with pytest.raises(ColumnError, match="there is no column"):
            column_at(HOTEL, address)


COMMENTS = b"""
{"id": 1, "comments": [{"user": {"text": "fine", "stars": 4}}]}
{"id": 2, "comments": [{"user": {"text": "bad", "stars": 1}}, {"developer": {"text": "sorry"}}]}
{"id": 3, "comments": []}
{"id": 4, "comments": null}
"""


def test_a_list_of_one_object_is_addressed_through() -> None:
    """And so is one of several, as long as a row has one value at the address."""
    frame = pl.read_ndjson(COMMENTS)
    assert addresses(frame) == [
        "id", "comments.user.text", "comments.user.stars", "comments.developer.text",
    ]  # fmt: skip
    assert column_at(frame, "comments.user.text").to_list() == ["fine", "bad", None, None]
    assert column_at(frame, "comments.developer.text").to_list() == [None, "sorry", None, None]


def test_a_list_of_several_objects_is_no_column() -> None:
    frame = pl.DataFrame({"replies": [[{"text": "a"}, {"text": "b"}], [{"text": "c"}]]})
    assert addresses(frame) == ["replies"]
    assert addresses(frame.tail(1)) == ["replies.text"]
    with pytest.raises(ColumnError, match=r"'replies\.text' has several values in one row"):
        column_at(frame, "replies.text")


def test_frames_with_the_same_columns_keep_their_own_values() -> None:
    """Though what was opened of a frame is kept for the next of its many columns."""
    objects = [[{f"f{k}": 10 * row + k for k in range(40)} for row in range(3)], [None] * 3]
    frame = pl.DataFrame({"meta": objects[0] + objects[1], "list": [[entry] for entry in
                          objects[0]] + objects[1]})  # fmt: skip
    halves = frame.head(3), frame.tail(3)
    assert addresses(frame) == [f"{name}.f{k}" for name in ("meta", "list") for k in range(40)]
    for address in addresses(frame):
        k = int(address.partition(".f")[2])
        assert column_at(halves[0], address).to_list() == [k, 10 + k, 20 + k]
        assert column_at(halves[1], address).to_list() == [None] * 3
        assert column_at(frame, address).null_count() == 3


def test_lists_in_lists_and_arrays_are_addressed_through() -> None:
    deep = pl.Series("a", [[[{"b": [{"c": 1}]}]], [[], []]])
    assert column_at(pl.DataFrame([deep]), "a.b.c").to_list() == [1, None]
    array = pl.Series("a", [[{"b": 1}], [{"b": 2}]]).cast(pl.Array(pl.Struct({"b": pl.Int64}), 1))
    assert column_at(pl.DataFrame([array]), "a.b").to_list() == [1, 2]


def test_cells_of_any_type_have_a_text() -> None:
    """Lists of tokens are read as sentences."""
    words = pl.Series([["a", "fine", None, "film"], [], None])
    array = pl.Series([["so", "so"], None], dtype=pl.Array(pl.String, 2))
    assert as_strings(words).to_list() == ["a fine film", "", None]
    assert as_strings(array).to_list() == ["so so", None]
    assert as_strings(pl.Series(["x", None], dtype=pl.Categorical)).to_list() == ["x", None]
    assert as_strings(pl.Series(["x"], dtype=pl.Enum(["x"]))).to_list() == ["x"]
    assert as_strings(pl.Series([["x"]], dtype=pl.List(pl.Categorical))).to_list() == ["x"]
    assert as_strings(pl.Series(["é".encode(), b"\xe9"])).to_list() == ["é", "\ufffd"]
    assert as_strings(pl.Series([[1, 2], None])).to_list() == ["1 2", None]
    assert as_strings(pl.Series([{"a": "é"}, None])).to_list() == ['{"a": "é"}', None]
