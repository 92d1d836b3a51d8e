"""Delimited text: its layout, its rows, and quotes that break the rules."""

from functools import partial
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from lstm_cli.data.tables import read_table
from tests.files import Read, refusal, rows, write_and_read


@pytest.fixture
def read(tmp_path: Path) -> Read:
    """Write some bytes to a file and read it."""
    return partial(write_and_read, tmp_path)


# Delimiters and headers


@pytest.mark.parametrize(("delimiter", "form"), [(",", "csv"), (";", "csv"), ("\t", "tsv"),
                                                 ("|", "csv")])  # fmt: skip
def test_the_delimiter_is_found(read: Read, delimiter: str, form: str) -> None:
    table = read(f'rating{delimiter}review\n5{delimiter}"a, b; c | d\te"\n1{delimiter}so so\n')
    assert rows(table) == [("5", "a, b; c | d\te"), ("1", "so so")]
    assert (table.delimiter, table.form, table.notes) == (delimiter, form, ())


def test_commas_in_a_semicolon_file_are_text(read: Read) -> None:
    table = read("review;rating\ngood, very, very good;5\nbad, bad;1\n")
    assert rows(table) == [("good, very, very good", "5"), ("bad, bad", "1")]


def test_the_delimiter_agrees_with_the_rows_where_the_header_has_two(read: Read) -> None:
    table = read("Review, in full;Rating\ngood;5\na, b, c;1\n")
    assert table.frame.columns == ["Review, in full", "Rating"]
    assert table.delimiter == ";"


def test_commas_in_sentences_are_text_beside_another_delimiter(read: Read) -> None:
    table = read("1|slow, loud, hot\n5|fast, quiet, and cool\n4|good, cheap, small\n")
    assert rows(table)[0] == ("1", "slow, loud, hot")


def test_a_single_column_keeps_its_commas(read: Read) -> None:
    table = read('review\ngood, very good\n"quoted, ""too"""\n5; 6\n')
    assert rows(table) == [("good, very good",), ('quoted, "too"',), ("5; 6",)]
    assert table.delimiter is None


def test_bare_texts_need_no_header(read: Read) -> None:
    table = read("I liked it, all of it\nWell, no, not really, no\nGood\n")
    assert table.frame.columns == ["column_1"]
    assert rows(table)[0] == ("I liked it, all of it",)
    assert table.notes == ("no header was found, so the columns are called column_1",)
    assert table.line_numbers([0, 2]).tolist() == [1, 3]


def test_a_first_row_that_is_a_review_is_not_taken_for_a_header(read: Read) -> None:
    """Else one review is lost, and the columns get absurd names."""
    table = read("I liked it a lot,5\nNot at all,1\n")
    assert table.frame.columns == ["column_1", "column_2"]
    assert rows(table) == [("I liked it a lot", "5"), ("Not at all", "1")]
    assert "no header" in table.notes[0]


def test_bare_texts_that_begin_with_a_short_one(read: Read) -> None:
    lines = ["Well, I loved it!", "It was ok", "So loud", "Never again, not even for money"]
    table = read("\n".join(lines))
    assert rows(table) == [(line,) for line in lines]
    assert "no header" in table.notes[0]
    table = read("\n\nLoved it\nIt was ok\nSo loud, never again\n")
    assert table.frame.columns == ["Loved it"]
    assert table.notes == ("line 3 ('Loved it') is taken for the name of the column",)


def test_a_short_first_review_beside_its_rating_is_a_row(read: Read) -> None:
    table = read("Lovely!,5\nToo loud for us,2\nSo so,3\n")
    assert rows(table) == [("Lovely!", "5"), ("Too loud for us", "2"), ("So so", "3")]
    assert table.notes == ("no header was found, so the columns are called column_1, column_2",)


def test_a_form_with_numbers_in_its_questions_has_a_header(read: Read) -> None:
    table = read("How do you rate us, 1 to 5?;What could we do better?\n5;nothing at all\n")
    assert table.frame.height == 1
    assert table.frame.columns[1] == "What could we do better?"


def test_excels_line_about_the_delimiter_is_no_header(read: Read) -> None:
    table = read("sep=;\nreview;rating\na, b;5\n")
    assert rows(table) == [("a, b", "5")]
    assert table.line_numbers([0]).tolist() == [3]


def test_names_stay_as_they_are_and_become_distinct(read: Read) -> None:
    table = read(' review ,rating,rating,,"a\nb"\nx,1,2,3,4\n')
    assert table.frame.columns == [" review ", "rating", "rating_2", "", "a\nb"]
    assert table.renamed == {"rating_2": "rating"}
    assert read("review,rating,rating_2,,\nx,1,2,3,4\n").renamed == {}


def test_cells_stay_the_strings_they_are(read: Read) -> None:
    table = read("review,rating,id\n 007 ,4.0,1e5\nNA,true,\n")
    assert rows(table) == [(" 007 ", "4.0", "1e5"), ("NA", "true", None)]


# Newlines, blank lines, ragged rows


@pytest.mark.parametrize("newline", ["\n", "\r\n", "\r"])
def test_every_newline_ends_a_row(read: Read, newline: str) -> None:
    table = read(newline.join(["review,rating", "good,5", '"bad, bad",1', "so,3"]))
    assert rows(table) == [("good", "5"), ("bad, bad", "1"), ("so", "3")]
    assert table.line_numbers([0, 1, 2]).tolist() == [2, 3, 4]


def test_an_old_mac_keeps_newlines_in_cells(read: Read) -> None:
    assert rows(read(b'review,rating\r"two\nlines",5\rx,1\r')) == [("two\nlines", "5"), ("x", "1")]


def test_a_return_in_a_cell_ends_no_row(read: Read) -> None:
    assert rows(read(b'review,rating\n"a\rb",5\nc\rd,1\n')) == [("a\rb", "5"), ("c\rd", "1")]


def test_line_numbers_count_newlines_in_cells_and_blank_lines(read: Read) -> None:
    table = read('review,rating\n"two\nlines",3\n\n"a\n\nb",4\n \nx,5\n\n')
    assert rows(table) == [("two\nlines", "3"), ("a\n\nb", "4"), ("x", "5")]
    assert table.line_numbers([0, 1, 2]).tolist() == [2, 5, 9]


def test_missing_cells_are_empty_and_counted(read: Read) -> None:
    table = read("review,rating\ngood,5\nbad\nso so\nfine,4\n")
    assert rows(table) == [("good", "5"), ("bad", None), ("so so", None), ("fine", "4")]
    assert table.notes == ("2 rows with too few cells filled up with empty ones (line 3 first)",)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("review,rating\ngood,5\nwell, well, well,3\nbad,1\nfine,4\n", ("well, well, well", "3")),
        ("rating,review\n5,good\n3,well, well, well\n1,bad\n4,fine\n", ("3", "well, well, well")),
        ("rating,review\n5,a, b\n3,well, well\n1,b, c, d\n", ("3", "well, well")),
    ],
)
def test_commas_without_quotes_belong_to_the_text(read: Read, text: str, expected: object) -> None:
    table = read(text)
    assert rows(table)[1] == expected
    assert "too many cells, the extra ones read as text" in table.notes[0]


def test_empty_cells_at_the_end_are_nothing(read: Read) -> None:
    assert rows(read("review,rating\ngood,5,,\nbad,1\n")) == [("good", "5"), ("bad", "1")]


# Rows with more cells than names

NO_NAME = "line 1 has no name for the first column, which numbers the rows"


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
@pytest.mark.parametrize("names", [("rating", "review"), ("Wert", "Meinung")])
@pytest.mark.parametrize("keys", ["12345", "01234", "24135"])
def test_row_numbers_without_a_name_are_no_ratings(
    read: Read, delimiter: str, names: tuple[str, str], keys: str
) -> None:
    """As R writes a table: the numbers became the ratings."""
    texts = ["so so", "good, really good", "bad", "it does what it should", "never again"]
    expected = [
        (key, str(k % 3), text) for k, (key, text) in enumerate(zip(keys, texts, strict=True))
    ]
    lines = [delimiter.join((f'"{key}"', rating, f'"{text}"')) for key, rating, text in expected]
    header = delimiter.join(f'"{name}"' for name in names)
    table = read("\n".join([header, *lines]))
    assert (rows(table), table.frame.columns) == (expected, ["", *names])
    assert table.notes == (NO_NAME,)


def test_row_numbers_without_quotes_or_beside_broken_ones(read: Read) -> None:
    body = "1\tso so\t3\n2\ta good one\t5\n3\tbad\t1\n"
    expected = [("1", "so so", "3"), ("2", "a good one", "5"), ("3", "bad", "1")]
    assert rows(read(f"review\trating\n{body}")) == expected
    table = read("id\treview\n1\t501\tso so\n2\t502\tgood\n")
    assert table.frame.columns == ["", "id", "review"]
    assert rows(read(f'review\trating\n{body}4\t"a "good" one\t5\n'))[3][2] == "5"


@pytest.mark.parametrize(
    "text",
    [
        "review,rating\ngood,4,5\nbad,1,5\nso so,3,0\n",
        "id,review,rating\n1,good,really,5\n2,bad,awful,1\n",
        "rating,review\n1,bad,awful\n2,not,good\n3,so,so\n",
        "review,rating\nso so,3,May,2\ngood,5,May,3\nbad,1,May,4\n",
        '"review","rating"\n"good","5","May"\n"bad","1","June"\n',
        '"rating","review"\n"5","good","May"\n"1","bad","June"\n',
        '"name","review"\n"Ann","good",5\n"Bo","bad",1\n',
    ],
)
def test_where_all_rows_have_too_many_cells_a_person_is_asked(tmp_path: Path, text: str) -> None:
    """Whichever cells were put together, the ratings could be wrong."""
    path = tmp_path / "reviews.csv"
    path.write_text(text)
    message = refusal(str(path))
    num_names, num_cells = (line.count(",") + 1 for line in text.split("\n")[:2])
    assert message.endswith(
        f": line 1 has {num_names} names of columns, but the rows below have {num_cells} cells; "
        "name every column, and put cells with commas in them into quotes"
    )


@pytest.mark.parametrize("text", ["rating,review\n1,bad, awful\n2,not, really\n3,so, so\n",
                                  "rating,review\n1,bad,awful\n2,not good\n3,so so\n"])  # fmt: skip
def test_commas_in_rows_with_ratings_in_order_belong_to_the_text(read: Read, text: str) -> None:
    table = read(text)
    assert [rating for rating, _ in rows(table)] == ["1", "2", "3"]
    assert "too many cells, the extra ones read as text" in table.notes[0]


def test_empty_cells_beyond_the_names_are_not_reported(read: Read) -> None:
    table = read("review,rating\ngood,5,\nbad,1,\nso so,3,\n")
    assert rows(table) == [("good", "5"), ("bad", "1"), ("so so", "3")]
    assert table.notes == ()


# Broken quotes


@pytest.mark.parametrize(
    ("line", "cells"),
    [
        ('"never closed,3', ('"never closed', "3")),
        ('"never closed, alas, never,3', ('"never closed, alas, never', "3")),
        ('closed only",3', ('closed only"', "3")),
        ('5" screen,3', ('5" screen', "3")),
        ('a 5" and a 6" one,3', ('a 5" and a 6" one', "3")),
        ('"She said "no", really",3', ('She said "no", really', "3")),
        ('"a "word" in the middle",3', ('a "word" in the middle', "3")),
        ('"backslashed \\"quotes\\", too",3', ('backslashed "quotes", too', "3")),
        ('"""",3', ('"', "3")),
        ('"a" b,3', ('"a" b', "3")),
        ('"good" ,3', ("good", "3")),
    ],
)  # fmt: skip
def test_a_broken_quote_stays_in_its_row(read: Read, line: str, cells: tuple[str, str]) -> None:
    """Real exports have them; nothing after them may be swallowed."""
    before = 'one,1\n"two, ""2""",2\nthree,3\n'
    after = 'four,4\n"five, 5",5\n"six\nsix",1\nseven,2\n'
    table = read(f"review,rating\n{before}{line}\n{after}")
    assert rows(table) == [
        ("one", "1"), ('two, "2"', "2"), ("three", "3"), cells,
        ("four", "4"), ("five, 5", "5"), ("six\nsix", "1"), ("seven", "2"),
    ]  # fmt: skip
    assert table.line_numbers([3, 4, 7]).tolist() == [5, 6, 10]


def test_broken_quotes_are_counted(read: Read) -> None:
    table = read('review,rating\na,1\nb,2\nc,3\n"x,1\n"y,2\n5" z,3\nd" "e,4\n"f" "g",2\n')
    assert table.frame.height == 8
    assert table.notes == ("3 rows with unbalanced quotes read as they stand (line 5 first)",)


def test_two_unclosed_quotes_that_meet_swallow_nothing(read: Read) -> None:
    """By the rules, ``"x,1 / so so,2 / y",3`` is one row; by any reader's eyes it is three."""
    table = read('review,rating\na,1\nb,2\nc,3\n"x,1\nso so,2\ny",3\nd,4\n')
    assert table.frame.height == 7
    assert rows(table)[3:6] == [('"x', "1"), ("so so", "2"), ('y"', "3")]


@pytest.mark.parametrize("newline", ["\n", "\r\n"])
@pytest.mark.parametrize("delimiter", [",", "\t"])
@pytest.mark.parametrize(
    "labels",
    [
        ["pos", "neg", "pos", "neg", "pos", "neg"],
        ["neutral", "Positive", "neutral", "Negative", "neutral", "Positive"],
        ["ham", "spam"] * 5,  # these rate only where they come again and again
    ],
)
def test_unclosed_quotes_that_meet_swallow_nothing_beside_words(
    read: Read, labels: list[str], delimiter: str, newline: str
) -> None:
    texts = [f"a fine evening number {k}" for k in range(len(labels))]
    texts[1:4] = '"I left at ten', "nobody asked why", 'it was dull"'
    expected = list(zip(texts, labels, strict=True))
    lines = [delimiter.join(cells) for cells in [("text", "label"), *expected]]
    table = read(newline.join([*lines, ""]))
    assert rows(table) == expected
    assert "unbalanced quotes" in table.notes[0]


@pytest.mark.parametrize("beside", ["", 'an "odd" one,neg\n"so" so,pos\n'])
@pytest.mark.parametrize(
    "text",
    [
        "the staff, good\nthe food, bad\nall in all, neg",
        "- room, pos\n- soup, neg",
        "two things:\nthe view,pos\nthe noise",
        "the view,posh\nthe noise,no\nend",
        "one\n\ntwo\n",
    ],
)
def test_texts_of_several_lines_stay_whole_beside_words(read: Read, text: str, beside: str) -> None:
    """Lines of a text that end in a comma and another word are no rows, nor is one behind prose."""
    before = "".join(f"a fine evening number {k},{'pos' if k % 3 else 'neg'}\n" for k in range(12))
    table = read(f'text,sentiment\n{before}{beside}"{text}",pos\n{before}')
    assert (text, "pos") in rows(table)
    assert table.frame.height == 25 + beside.count("\n")
    swapped = "".join(
        f"{line.rpartition(',')[2]},{line.rpartition(',')[0]}\n"
        for line in (before + beside).splitlines()
    )
    assert ("pos", text) in rows(read(f'sentiment,text\n{swapped}pos,"{text}"\n{swapped}'))


def test_a_last_row_without_a_rating_does_not_swallow_those_above_it(read: Read) -> None:
    table = read('review,rating\na,1\nb,2\nc,3\n"x,1\nso so,2\ny",\nd,4\n')
    assert rows(table)[3:6] == [('"x', "1"), ("so so", "2"), ('y"', None)]


def test_a_quoted_text_of_two_lines_stays_whole_in_the_last_column(read: Read) -> None:
    """Its first line looks like a row; its second does not."""
    table = read('rating,review\n1,a\n2,b\n5,"six\nsix"\n4,"x" y\n3,"u\n2,v\n1,w"\n3,d\n')
    assert rows(table)[2:] == [
        ("5", "six\nsix"), ("4", '"x" y'), ("3", '"u'), ("2", "v"), ("1", 'w"'), ("3", "d"),
    ]  # fmt: skip


def test_a_stray_quote_in_a_tab_file_is_a_letter(read: Read) -> None:
    table = read('review\trating\n"Great" phone\t5\n"Bad\t1\nso so\t3\n"all of it"\t2\n')
    assert [cells[0] for cells in rows(table)] == ['"Great" phone', '"Bad', "so so", "all of it"]


def test_a_quote_unclosed_in_the_last_row(read: Read) -> None:
    assert rows(read('review,rating\na,1\nb,2\nc,3\n"d,4')) == [
        ("a", "1"), ("b", "2"), ("c", "3"), ('"d', "4"),
    ]  # fmt: skip


def test_a_quote_unclosed_in_a_lone_column(read: Read) -> None:
    assert rows(read('review\na\n"b\nc, "d"\n"e"\n')) == [("a",), ('"b',), ('c, "d"',), ("e",)]


words = st.text(st.sampled_from("ab ,;é."), min_size=1, max_size=12).filter(str.strip)
texts = st.lists(words, min_size=4, max_size=12)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(texts=texts, place=st.integers(0, 11), breaks=st.sampled_from(['"{}', '{}"', 'x"{}']))
def test_any_rows_survive_an_unbalanced_quote(
    tmp_path: Path, texts: list[str], place: int, breaks: str
) -> None:
    place %= len(texts)
    lines = ['"' + text.replace('"', '""') + f'",{k % 5}' for k, text in enumerate(texts)]
    broken = breaks.format(texts[place].replace(",", "."))
    lines[place] = f"{broken},{place % 5}"
    path = tmp_path / "broken.csv"
    path.write_text("\n".join(["review,rating", *lines]) + "\n", encoding="utf-8")
    read = rows(read_table(str(path)))
    expected = [*texts]
    expected[place] = broken
    assert read == [(text, str(k % 5)) for k, text in enumerate(expected)]
