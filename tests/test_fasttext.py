"""fastText's lines become a column of labels and one of texts."""

from functools import partial
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lstm_cli.data.options import DETECT_ALL
from lstm_cli.data.records.beginnings import is_fasttext
from lstm_cli.data.records.fasttext import open_fasttext
from lstm_cli.data.reviews import read_reviews
from lstm_cli.data.rows import Content
from lstm_cli.data.tables import open_table, read_table
from lstm_cli.data.writing import write_table
from lstm_cli.errors import FileError
from tests.files import Read, rows, write_and_read


@pytest.fixture
def read(tmp_path: Path) -> Read:
    """Write lines to a file and read it."""
    return partial(write_and_read, tmp_path, name="train.ft.txt")


def test_labels_are_a_column(read: Read, tmp_path: Path) -> None:
    table = read('__label__5 a fine film\n\n__label__1\tdull,  and "long"\r\n')
    assert table.frame.columns == ["label", "text"]
    assert rows(table) == [("5", "a fine film"), ("1", 'dull,  and "long"')]
    assert (table.form, table.notes) == ("fasttext", ("read as fastText's lines",))
    assert table.line_numbers([0, 1]).tolist() == [1, 3]
    write_table(table.frame, str(tmp_path / "t.csv"), table)
    assert rows(read_table(str(tmp_path / "t.csv"))) == rows(table)


def test_reviews_are_read_from_them(tmp_path: Path) -> None:
    path = tmp_path / "reviews.txt"
    path.write_text("__label__1 dull\n__label__2 a fine film\nno label here\n")
    reviews = read_reviews([str(path)])
    assert reviews.texts == ["dull", "a fine film"]
    assert reviews.skipped[0].first_lines == ("3",)


def test_labels_may_be_words_and_stand_at_the_end(read: Read) -> None:
    table = read("a fine film __label__positive\ndull\t__label__very_bad\nso so __label__2,5\n")
    assert rows(table) == [("positive", "a fine film"), ("very_bad", "dull"), ("2,5", "so so")]


def test_several_labels_are_columns_or_joined(read: Read) -> None:
    table = read("__label__5 __label__film fine\n__label__1 dull __label__book\nwhatever\n")
    assert table.frame.columns == ["label", "label_2", "text"]
    assert rows(table) == [("5", "film", "fine"), ("1", "book", "dull"), ("", "", "whatever")]
    assert table.notes == ("read as fastText's lines", "1 line without a label")
    table = read("__label__a __label__b x\n__label__c y\n")
    assert rows(table) == [("a, b", "x"), ("c", "y")]
    assert table.notes[1] == "lines with several labels: these are joined by commas"


def test_labels_inside_a_text_stay_there(read: Read) -> None:
    table = read("__label__5 it said __label__1 twice\n__label__ x __label__4\n__label__3\n")
    assert rows(table) == [("5", "it said __label__1 twice"), ("4", "__label__ x"), ("3", "")]


def test_lines_are_read_as_they_are_needed(tmp_path: Path) -> None:
    path = tmp_path / "t.txt"
    path.write_text("".join(f"__label__{k} film {k}\n" for k in range(17)))
    with open_table(str(path), rows=5) as opened:
        assert opened.num_rows == 17
        assert [len(window) for window in opened.windows] == [5, 5, 5, 2]


@pytest.mark.parametrize(
    ("head", "expected"),
    [
        (b"__label__5 fine\n", True),
        (b"fine __label__5\nno label\n", True),
        (b"header\n__label__1 dull\n__label__2 fine\n", True),
        (b"review,rating\nfine,5\n", False),
        (b"label,text\n__label__5,fine\n", False),
        (b'"__label__5 fine"\n', False),
        (b"a\nb\nc __label__1\n", False),
        (b"", False),
        (b"\n \n", False),
    ],
)
def test_they_are_recognized_by_their_labels(head: bytes, expected: bool) -> None:
    assert is_fasttext(head) == expected


@given(
    st.lists(st.sampled_from(["__label__", "__label__1", "__label__x ", " ", "\t", "good", "\n"]))
)
def test_no_letter_is_lost(drawn: list[str]) -> None:
    """Whatever stands in the lines, it comes out, but for the marks of labels."""
    path = Path("t.txt")
    path.write_text("".join(drawn), newline="")
    content = Content(path, Path(), "t.txt", options=DETECT_ALL)
    try:
        opened = open_fasttext(content, 10)
    except FileError:
        return
    cells = [cell for frame in opened.windows for row in frame.rows() for cell in row]

    def letters(texts: list[str]) -> list[str]:
        return sorted("".join("".join(texts).replace("__label__", "").replace(",", "").split()))

    assert letters(cells) == letters(drawn)
