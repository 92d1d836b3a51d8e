"""JSON is read in every shape that people and programs give it, and the shape is said."""

import json
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from lstm_cli.commands.hints import with_options
from lstm_cli.data.nested import addresses, column_at
from lstm_cli.data.options import ReadOptions
from lstm_cli.data.tables import read_table
from lstm_cli.errors import FileError
from tests.files import Read, rows, write_and_read

REVIEWS = [
    {"review": "a film to remember", "rating": 5},
    {"review": "I left before the end", "rating": 1},
    {"review": "so so", "rating": 3},
]
ROWS = [(entry["review"], entry["rating"]) for entry in REVIEWS]
PRODUCTS = [{"sku": "A1", "price": 3.5}, {"sku": "B2", "price": 4.5}]


@pytest.fixture
def read(tmp_path: Path) -> Read:
    """Write JSON to a file and read it."""
    return partial(write_and_read, tmp_path, name="reviews.json")


def lines(*values: Any) -> str:
    return "".join(f"{json.dumps(value)}\n" for value in values)


by_row = {"review": {"0": "a", "1": "b"}, "rating": {"0": 5, "1": 1}}


@pytest.mark.parametrize(
    ("value", "notes"),
    [
        (REVIEWS, ()),
        ({"success": 1, "reviews": REVIEWS}, ("read from reviews",)),
        ({"data": {"n": 1, "page": {"items": REVIEWS}}}, ("read from data.page.items",)),
        (
            {"products": PRODUCTS, "reviews": REVIEWS, "languages": ["en"]},
            ("read from reviews, not from products, languages",),
        ),
        ([REVIEWS[:2], REVIEWS[2:]], ("read page by page",)),
        (
            [{"reviews": REVIEWS[:2]}, {"reviews": []}, {"reviews": REVIEWS[2:]}, {"error": 5}],
            ("read from reviews of 3 objects", "1 object without it left out"),
        ),
        (
            {"columns": ["review", "rating"], "index": [0, 1, 2], "data": ROWS},
            ("read as columns and data apart",),
        ),
        (
            {"schema": {"fields": [{"name": "review"}]}, "data": REVIEWS},
            ("read as schema and data",),
        ),
        (
            {"review": [row[0] for row in ROWS], "rating": [row[1] for row in ROWS]},
            ("read as one list a column",),
        ),
        (
            {
                "review": {str(k): row[0] for k, row in enumerate(ROWS)},
                "rating": {str(k): row[1] for k, row in enumerate(ROWS)},
            },
            ("read as one object a column",),
        ),
        (
            {str(k): entry for k, entry in enumerate(REVIEWS)},
            ("read as objects by id",),
        ),
        (
            {"success": 1, "reviews": {str(k): entry for k, entry in enumerate(REVIEWS)}},
            ("read from reviews as objects by id",),
        ),
        (
            [["review", "rating"], *ROWS],
            ("read as lists of cells, the first of them names",),
        ),
        (
            {"range": "A1:B4", "values": [["review", "rating"], *ROWS]},
            ("read from values as lists of cells, the first of them names",),
        ),
        (
            {"a": {"reviews": REVIEWS[:1]}, "b": {"reviews": REVIEWS[1:]}},
            ("read from reviews of 2 objects",),
        ),
    ],
)
def test_a_table_is_read_in_any_shape(read: Read, value: Any, notes: tuple[str, ...]) -> None:
    for indent in (None, 1):
        table = read(json.dumps(value, indent=indent))
        assert rows(table) == ROWS
        assert table.frame.columns == ["review", "rating"]
        assert table.notes == notes
        assert table.line_numbers([2]).tolist() == [3]


@pytest.mark.parametrize("indent", [None, 2])
def test_objects_stand_one_after_the_other(read: Read, indent: int | None) -> None:
    """With no list around them, each over as many lines as it likes, or all in one."""
    table = read("\n".join(json.dumps(entry, indent=indent) for entry in REVIEWS))
    assert rows(table) == ROWS
    assert table.notes == ()
    assert table.line_numbers([0, 1]).tolist() == [1, 2 if indent is None else 5]
    assert rows(read("".join(map(json.dumps, REVIEWS)))) == ROWS


def test_pages_stand_one_a_line(read: Read) -> None:
    pages = [{"cursor": k, "reviews": [entry, {**entry, "rating": 2}]} for k, entry in
             enumerate(REVIEWS)]  # fmt: skip
    for text in (lines(*pages), "\n\n".join(json.dumps(page, indent=1) for page in pages)):
        table = read(text)
        assert [row[1] for row in rows(table)] == [5, 2, 1, 2, 3, 2]
        assert table.notes == ("read from reviews of 3 objects",)
    assert rows(read(lines(REVIEWS[:2], REVIEWS[2:]))) == ROWS


@pytest.mark.parametrize(
    "extra",
    [
        {"images": [{"url": "http://x/1.png"}, {"url": "http://x/2.png"}]},
        {"replies": [{"text": "thank you for it", "by": "us"}] * 2},
        {"replies": [{"review": "I think so too", "rating": 4}] * 2},
        {"tags": ["long ones too", "of several words each"], "box": [[1, 2], [3, 4]]},
        {"reviewer": {"reviews": [{"id": 1}, {"id": 2}]}},
    ],
)
def test_records_that_hold_lists_stay_records(read: Read, extra: dict[str, Any]) -> None:
    records = [{**entry, **extra} for entry in REVIEWS]
    for text in (lines(*records), json.dumps(records), json.dumps({"all": records})):
        table = read(text)
        assert [row[:2] for row in rows(table)] == ROWS
    assert rows(read(json.dumps(records[0])))[0][:2] == ROWS[0]


def test_pages_may_be_inside_other_lists(read: Read, tmp_path: Path) -> None:
    """As where every product has its reviews; and what describes the product is no review."""
    shops = [
        {"displayName": {"text": f"The lamp shop {k}"}, "stars": 4, "reviews": [entry, entry]}
        for k, entry in enumerate(REVIEWS)
    ]
    twice = [row for row in ROWS for _ in range(2)]
    table = read(json.dumps({"places": shops, "n": 3}))
    assert rows(table) == twice
    assert table.notes == ("read from places", "read from reviews of 3 objects")
    by_id = {"apps": {f"a{k}": {"ok": True, "reviews": [entry] * 2} for k, entry in
             enumerate(REVIEWS)}, "n": 3}  # fmt: skip
    assert rows(read(json.dumps(by_id))) == twice
    (tmp_path / "reviews.json").write_text(json.dumps({"places": shops}))
    for name, height in (("places", 3), ("reviews", 6)):
        table = read_table(str(tmp_path / "reviews.json"), ReadOptions(sheet=name))
        assert len(table) == height


def test_lists_that_are_beside_the_reviews_are_no_pages(read: Read) -> None:
    value = {"reviews": {f"-K{k}": entry for k, entry in enumerate(REVIEWS)},
             "users": {f"u{k}": {"name": "A", "mail": "a@b"} for k in range(3)}}  # fmt: skip
    table = read(json.dumps(value))
    assert table.frame.columns == ["id", "review", "rating"]
    assert table.notes == ("read from reviews as objects by id",)
    one = {"reviews": [{"txt": "Gut", "punkte": 5, "bilder": [{"url": "a"}]}]}
    assert read(json.dumps(one)).frame.columns == ["txt", "punkte", "bilder"]


def test_ids_are_kept(read: Read) -> None:
    """What stands before a record is a column of it, unless it just counts."""
    by_id = {f"R{k}": entry for k, entry in enumerate(REVIEWS)}
    assert rows(read(json.dumps(by_id))) == [(f"R{k}", *row) for k, row in enumerate(ROWS)]
    assert read(json.dumps(by_id)).frame.columns == ["id", "review", "rating"]
    columns = {"review": {"7": "a", "9": "b"}, "rating": {"7": 5, "9": 1}}
    assert rows(read(json.dumps(columns))) == [("7", "a", 5), ("9", "b", 1)]
    split = {"columns": ["id", "index"], "index": [7, 9], "data": [["a", 1], ["b", 2]]}
    assert read(json.dumps(split)).frame.columns == ["index_", "id", "index"]


def test_columns_are_told_from_records_by_id(read: Read) -> None:
    """By the names people give columns, and by the kinds of the cells."""
    as_columns = {"review": {"x": "a", "y": "b"}, "stars": {"x": "5", "y": "1"}}
    assert read(json.dumps(as_columns)).frame.columns == ["index", "review", "stars"]
    as_records = {"x": {"review": "a", "stars": "5"}, "y": {"review": "b", "stars": "1"}}
    assert read(json.dumps(as_records)).frame.columns == ["id", "review", "stars"]
    unnamed = {"t": {"x": "a", "y": "b"}, "n": {"x": 5, "y": 1}}
    assert read(json.dumps(unnamed)).frame.columns == ["index", "t", "n"]


def test_cells_have_names_only_if_the_first_row_does(read: Read) -> None:
    assert read(json.dumps(ROWS)).frame.columns == ["column_1", "column_2"]
    assert read(json.dumps([["good", "yes"], ["bad", "no"]])).frame.height == 2
    table = read('[["text", "n"], ["fine"], ["dull", 2, "!"]]')
    assert table.frame.columns == ["text", "n", "column_3"]
    assert rows(table) == [("fine", None, None), ("dull", 2, "!")]
    answers = [["When", "Your review", "n"], ["1/1/2020", "fine", "5"], ["2/1/2020", "dull", "1"]]
    assert read(json.dumps(answers)).frame.columns == answers[0]
    assert rows(read('["text", "stars"]\n["fine", 4]\n["dull", 2]\n')) == [("fine", 4), ("dull", 2)]


def test_texts_alone_are_read(read: Read) -> None:
    for text in ('["good", "so so", null]', '{"texts": ["good", "so so", null], "n": 3}'):
        assert rows(read(text)) == [("good",), ("so so",), (None,)]


def test_lists_of_texts_beside_cells_are_reviews(read: Read) -> None:
    """Whatever else an object holds; and a list of ratings rates each."""
    texts, ratings = [row[0] for row in ROWS], [row[1] for row in ROWS]
    for value in ({"count": 3, "reviews": texts}, {"product": "x", "comments": texts, "n": 2},
                  {"ok": True, "reviews": texts, "languages": ["en", "de"]},
                  {"count": 3, "reviews": ["good", "bad", "great"]}):  # fmt: skip
        table = read(json.dumps(value))
        assert (len(table), len(table.notes), table.frame.columns) == (3, 1, ["text"])
    table = read(json.dumps({"name": "x", "review": texts, "rating": ratings}))
    assert rows(table) == ROWS
    assert table.notes == ("read from review and what is beside it (rating)",)
    users = [{"user": name, "reviews": texts, "rating": ratings} for name in "ab"]
    for text in (json.dumps(users), lines(*users), json.dumps({"n": 2, "users": users})):
        assert rows(read(text)) == ROWS * 2
    users = [{"user": name, "reviews": texts} for name in "ab"]
    for text in (json.dumps(users), lines(*users)):
        table = read(text)
        assert table.frame["text"].to_list() == texts * 2
        assert table.notes == ("read from reviews of 2 objects",)
    cells = {"n": 3, "reviews": ROWS}
    assert rows(read(json.dumps(cells))) == ROWS
    assert rows(read(lines(cells, cells))) == ROWS * 2


def test_lists_of_texts_that_belong_together_stay_so(read: Read) -> None:
    """Words of one text do; sentences too, beside one rating, and this is said."""
    words = [{"id": k, "review": row[0].split(), "rating": row[1]} for k, row in enumerate(ROWS)]
    sentences = [{"text": ["It was late.", "We liked it."], "rating": k} for k in range(3)]
    for text in (json.dumps, lambda values: lines(*values)):
        assert (len(read(text(words))), read(text(words)).notes) == (3, ())
        table = read(text(sentences))
        assert (len(table), table.notes) == (3, ("each list in 'text' is read as one text",))
        assert table.line_numbers([2]).tolist() == [3]
    assert len(read(json.dumps(words[0]))) == 1


def test_lists_of_texts_are_not_guessed(tmp_path: Path) -> None:
    path = tmp_path / "reviews.json"
    path.write_text('{"n": 1, "text": ["so so", "not bad"], "rating": [3]}')
    with pytest.raises(FileError, match=r"not equally long \(text 2, rating 1\)"):
        read_table(str(path))
    path.write_text(json.dumps({"n": 1, "reviews": ["a b"] * 2, "comments": ["as it was"] * 3}))
    with pytest.raises(FileError) as error:
        read_table(str(path))
    assert with_options(error.value).endswith("choose one with --sheet (reviews, comments)")
    assert len(read_table(str(path), ReadOptions(sheet="comments"))) == 3


def test_columns_may_lack_a_cell(read: Read) -> None:
    for label in ("{}", "r{}"):
        a, b, c = map(label.format, range(3))
        for value in (
            {"text": {a: "x", b: "y", c: "z"}, "rating": {a: 5, c: 1}},
            {"text": {a: "x", b: "y", c: "z"}, "rating": {c: 1, a: 5}, "title": {}},
        ):
            table = read(json.dumps(value))
            assert table.frame["text"].to_list() == ["x", "y", "z"]
            assert table.frame["rating"].to_list() == [5, None, 1]
    unnamed = {"t": {"0": "x", "2": "z"}, "n": {"0": 5, "1": 2, "2": 1}}
    assert rows(read(json.dumps(unnamed))) == [("x", 5), (None, 2), ("z", 1)]
    by_id = {"1": {"text": "x", "rating": 5}, "2": {"text": "y"}, "3": {"text": "z", "rating": 1}}
    assert read(json.dumps(by_id)).frame["text"].to_list() == ["x", "y", "z"]


def test_texts_may_stand_one_a_line(read: Read) -> None:
    """As JSON writes them; a column of CSV in quotes is still one."""
    texts = ["A café of old.\nYes!", 'She said "no".', "so so"]
    for name in ("reviews.json", "reviews.txt", "reviews.csv"):
        table = read(lines(*texts), name=name)
        assert rows(table) == [(text,) for text in texts]
        assert table.frame.columns == ["text"]
    assert rows(read('"review"\n"so \\n so"\n"fine"\n', name="reviews.csv"))[1] == ("fine",)


def test_what_app_stores_hand_out_is_read(read: Read) -> None:
    entry = {
        "author": {"name": {"label": "Ann"}},
        "im:rating": {"label": "5"},
        "content": {"label": "Crashes on every start", "attributes": {"type": "text"}},
    }
    feed = {
        "author": {"name": {"label": "a"}, "uri": {"label": "b"}},
        "entry": [entry, entry],
        "link": [{"attributes": {"rel": "self"}}, {"attributes": {"rel": "next"}}],
    }
    table = read(json.dumps({"feed": feed}))
    assert column_at(table.frame, "im:rating.label").to_list() == ["5", "5"]
    assert column_at(table.frame, "content.label")[0] == "Crashes on every start"
    assert table.notes == ("read from feed.entry, not from link",)

    comment = {"userComment": {"text": "Works as it should", "starRating": 4}}
    reply = {"developerComment": {"text": "Thank you"}}
    records = [
        {"reviewId": "a", "comments": [comment]},
        {"reviewId": "b", "comments": [comment, reply]},
    ]
    for text in (json.dumps({"reviews": records}), lines(*records), json.dumps(records)):
        frame = read(text).frame
        assert column_at(frame, "comments.userComment.starRating").to_list() == [4, 4]
        assert column_at(frame, "comments.developerComment.text").to_list() == [None, "Thank you"]

    hits = {
        "took": 3,
        "hits": {"total": {"value": 2}, "hits": [{"_source": entry} for entry in REVIEWS]},
    }
    assert addresses(read(json.dumps(hits)).frame) == ["_source.review", "_source.rating"]


def test_a_person_chooses_among_lists(tmp_path: Path) -> None:
    """By name or path, as the refusal says; and a name that is none is refused."""
    path = tmp_path / "reviews.json"
    path.write_text(json.dumps({"train": REVIEWS, "shop": {"test": REVIEWS[:1]}}))
    with pytest.raises(FileError) as error:
        read_table(str(path))
    assert with_options(error.value) == (
        f"{path}: it holds several lists that may be the reviews; "
        "choose one with --sheet (train, test)"
    )
    assert rows(read_table(str(path), ReadOptions(sheet="train"))) == ROWS
    for name in ("test", "shop.test", "Shop.Test"):
        assert rows(read_table(str(path), ReadOptions(sheet=name))) == ROWS[:1]
    with pytest.raises(FileError, match="has no list shop; choose"):
        read_table(str(path), ReadOptions(sheet="shop"))
    path.write_text(lines({"review": "x", "replies": [{"by": "a"}, {"by": "b"}]}, {"review": "y"}))
    assert rows(read_table(str(path), ReadOptions(sheet="replies"))) == [("a",), ("b",)]
    path.write_text(lines(*REVIEWS))
    with pytest.raises(FileError) as error:
        read_table(str(path), ReadOptions(sheet="a"))
    assert with_options(error.value).endswith("reviews.json holds no lists; leave out --sheet")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ('{"reviews": [{"review": "a"}, 3]}', ": entry 2 of 'reviews' is '3', not an object"),
        ('{"review": ["a", "b"], "rating": [5]}', ": its lists should be columns, but are not "
         "equally long (review 2, rating 1)"),
        ('{"columns": ["a"], "data": [["x"], ["y", 1]]}', ": row 2 of its data has 2 cells, not 1"),
        ('[["a", 5], 3]', ": entry 2 of its list is '3', not a list of cells"),
        ('["a", 5]\n3\n', ", line 2: '3' is not a list of cells"),
        ('{"reviews": []}', " holds no reviews"),
    ],
)  # fmt: skip
def test_a_table_that_breaks_off_its_shape_is_refused(
    tmp_path: Path, text: str, message: str
) -> None:
    path = tmp_path / "reviews.json"
    path.write_text(text)
    with pytest.raises(FileError) as error:
        read_table(str(path))
    assert str(error.value).startswith(f"{path}{message}")
