"""Files -> reviews: texts, their ratings on one scale, and what was left out."""

import io
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import polars as pl
import pytest

from lstm_cli.commands.hints import with_options
from lstm_cli.data.options import LearnedColumns, ReadOptions
from lstm_cli.data.ratings.scale import Scale
from lstm_cli.data.reviews import Reviews, Skipped, read_reviews
from lstm_cli.data.texts import read_texts
from lstm_cli.data.writing import write_table
from lstm_cli.errors import ColumnError, FileError, RowError, ScaleError

SHARED = Path(__file__).parents[2] / "shared" / "data"
needs_shared_data = pytest.mark.skipif(
    not SHARED.is_dir(), reason="the real reviews are not on this machine"
)

GOOD = "review,rating\ngood film,5\nbad film,1\nso so,3\nfine,4\npoor,2\n"

Write = Callable[..., str]


@pytest.fixture
def file(tmp_path: Path) -> Write:
    """Write a text to a file and name it."""

    def write(text: str, name: str = "reviews.csv") -> str:
        (tmp_path / name).write_text(text, encoding="utf-8")
        return str(tmp_path / name)

    return write


def ratings(reviews: Reviews) -> list[str]:
    return [reviews.scale.labels[k] for k in reviews.rating_indices]


def test_texts_and_ratings_stand_side_by_side(file: Write) -> None:
    path = file(GOOD)
    reviews = read_reviews([path])
    assert reviews.texts == ["good film", "bad film", "so so", "fine", "poor"]
    assert reviews.rating_indices.tolist() == [4, 0, 2, 3, 1]
    assert reviews.rating_indices.dtype == np.int64
    assert reviews.scale == Scale((1.0, 2.0, 3.0, 4.0, 5.0))
    assert (len(reviews), reviews.skipped, reviews.unseen_ratings) == (5, (), {})
    (source,) = reviews.sources
    assert (source.name, source.form, source.delimiter, source.encoding) == (
        path, "csv", ",", "utf-8",
    )  # fmt: skip
    assert (source.text_columns, source.rating_column, source.rows) == (("review",), "rating", 5)


def test_a_row_that_cannot_be_used_is_counted_under_one_reason(file: Write) -> None:
    filler = "".join(f"text {k},{k % 5 + 1}\n" for k in range(100))
    path = file(
        f"review,rating\n{filler}"
        ',5\n  ,\nx,\nx,NaN\nx, n/a \nx,null\nx,great\nx,55\nx,2024-01-01\n"a\nb",\nlast,5\n'
    )
    reviews = read_reviews([path])
    assert reviews.skipped == (
        Skipped("no text", 2, ("102", "103")),
        Skipped("no rating", 5, ("104", "105", "106", "107", "111")),
        Skipped("rating not understood", 2, ("108", "110")),
        Skipped("rating off the scale", 1, ("109",)),
    )
    assert len(reviews) == 101
    assert reviews.texts[-1] == "last"
    assert reviews.scale.labels == ("1", "2", "3", "4", "5")


def test_strict_refuses_what_would_be_skipped(file: Write) -> None:
    path = file(GOOD + ",5\nx,\nx,?\n" + "y,\n" * 9)
    with pytest.raises(RowError) as error:
        read_reviews([path], strict=True)
    assert with_options(error.value) == (
        f"{path}: 12 rows cannot be used: 1 no text (line 7), "
        "11 no rating (line 8, 9, 10, 11, 12, ...); mend them, or drop --strict"
    )
    assert len(read_reviews([file(GOOD)], strict=True)) == 5


def test_several_files_are_one(file: Write) -> None:
    """Each with its own form and columns, all on one scale."""
    first = file(GOOD + "x,\n", "a.csv")
    second = file('{"text": "ok", "stars": 3}\n{"text": "", "stars": 1}\n', "b.jsonl")
    reviews = read_reviews([first, second])
    assert reviews.texts[-1] == "ok"
    assert [source.rating_column for source in reviews.sources] == ["rating", "stars"]
    assert reviews.skipped == (
        Skipped("no text", 1, (f"{second}:2",)),
        Skipped("no rating", 1, (f"{first}:7",)),
    )


def test_a_file_named_twice_is_refused(file: Write, tmp_path: Path) -> None:
    """Else its reviews would stand on both sides of the split."""
    path = file(GOOD)
    with pytest.raises(FileError, match="is named twice; name every file once"):
        read_reviews([path, str(tmp_path / ".." / tmp_path.name / "reviews.csv")])
    with pytest.raises(FileError, match="standard input is named twice"):
        read_reviews(["-", "-"])


def test_ratings_are_understood_however_they_are_written(file: Write) -> None:
    stars = file("review,rating\na,★★★★★\nb,★☆☆☆☆\nc,★★★☆☆\n")
    assert ratings(read_reviews([stars])) == ["5", "1", "3"]
    words = file("review,rating\na,5 stars\nb,1 star\nc,4.0\nd,4\n")
    assert ratings(read_reviews([words])) == ["5", "1", "4", "4"]
    halves = file('review;rating\na;4,5\nb;1\nc;"3,0"\n')
    assert ratings(read_reviews([halves])) == ["4.5", "1", "3"]
    fractions = file("review,rating\na,4/5\nb,1/5\n")
    assert ratings(read_reviews([fractions])) == ["4", "1"]


def test_ratings_out_of_different_numbers_are_refused(file: Write) -> None:
    path = file("review,rating\na,4/5\nb,8/10\n")
    with pytest.raises(ScaleError, match="some ratings are out of 5 and out of 10"):
        read_reviews([path])
    one, other = file("review,rating\na,4/5\n", "a.csv"), file("review,rating\nb,8/10\n", "b.csv")
    with pytest.raises(ScaleError, match="some ratings are out of 5 and out of 10"):
        read_reviews([one, other])


def test_a_column_of_anything_is_refused_with_what_was_found(file: Write) -> None:
    path = file("review,sentiment\n" + "a,positive\nb,negative\nc,negative\nd,\x1b[31m" + "x" * 99)
    with pytest.raises(ScaleError) as error:
        read_reviews([path])
    assert with_options(error.value) == (
        f"{path}: ratings are numbers or a few words, but column 'sentiment' holds 'negative', "
        f"'\\x1b[31m{'x' * 31}…', 'positive'; name another with --rating-column"
    )


def test_ratings_in_words_are_read_in_their_order(file: Write) -> None:
    rows = "a,positive\nb,negative\nc,NEGATIVE\nd,negative\n"
    reviews = read_reviews([file(f"review,sentiment\n{rows}")])
    assert reviews.scale.labels == ("negative", "positive")
    assert reviews.rating_indices.tolist() == [1, 0, 0, 0]


def test_what_stands_for_nothing_is_no_text(file: Write) -> None:
    """Programs write it where a cell is empty; it would be learned as a word."""
    cells = ["nan", "NULL", "N/A", "None", "#N/A", "-", " NaN ", "n/a bene", "none of it", "good"]
    path = file("review,rating\n" + "".join(f"{cell},{k % 5}\n" for k, cell in enumerate(cells)))
    reviews = read_reviews([path])
    assert reviews.texts == ["n/a bene", "none of it", "good"]
    assert reviews.skipped[0].count == 7
    assert read_texts(path).texts[:8] == [""] * 7 + ["n/a bene"]


def test_columns_that_belong_together_are_joined(file: Write) -> None:
    path = file(
        "title,body,rating\nGreat,I like it,5\nNo!,I do not,1\n,Only a body,3\nAlone,,2\n,,4\n"
    )
    asked = ReadOptions(text_columns=("title", "Body"))
    reviews = read_reviews([path], asked)
    assert reviews.texts == ["Great. I like it", "No! I do not", "Only a body", "Alone"]
    assert reviews.sources[0].text_columns == ("title", "body")
    assert reviews.skipped[0].count == 1
    with pytest.raises(ColumnError, match="name each column of text once"):
        read_reviews([path], ReadOptions(text_columns=("title", "title")))


FOODS = "Score,Summary,Text\n" + "".join(
    f"{k % 5 + 1},short {k},a long text that goes on and on {k}\n" for k in range(12)
)


def test_the_columns_a_model_learned_from_win(file: Write) -> None:
    path = file(FOODS)
    learned = ReadOptions(learned=(LearnedColumns(("Summary",), "Score"),))
    read = read_texts(path, learned)
    assert read.texts[0] == "short 0"
    assert read.columns.notes == (
        "'Summary' is read because the model learned from it; otherwise it would be 'Text'",
    )
    assert read_reviews([path], learned).texts[0] == "short 0"
    asked = replace(learned, text_columns=("Text",))
    assert read_texts(path, asked).texts[0].startswith("a long text")
    assert read_texts(path, asked).columns.notes == ()


def test_columns_a_model_learned_from_that_are_not_there_are_said(file: Write) -> None:
    learned = ReadOptions(learned=(LearnedColumns(("title", "body"), "stars"),))
    read = read_texts(file(FOODS), learned)
    assert read.columns.names == ("Text",)
    assert read.columns.notes == (
        "the model learned from 'title' + 'body', which this file does not have",
    )
    same = ReadOptions(learned=(LearnedColumns(("SUMMARY",), "score"),))
    assert read_texts(file(FOODS), same).columns.names == ("Summary",)


def test_two_columns_a_model_learned_from_are_a_question(file: Write) -> None:
    learned = (LearnedColumns(("Text",), "Score"), LearnedColumns(("Summary",), "Score"))
    with pytest.raises(ColumnError) as error:
        read_texts(file(FOODS), ReadOptions(learned=learned))
    assert "'Text' and 'Summary', and the model learned from both; choose one with --text" in (
        with_options(error.value)
    )
    joined = (*learned, LearnedColumns(("Summary", "Text"), "Score"))
    assert read_texts(file(FOODS), ReadOptions(learned=joined)).columns.names == ("Summary", "Text")


def test_labels_that_are_said_name_their_column(file: Write) -> None:
    path = file("text,state,mood\n" + "a b c,open,wow\nd e f,shut,meh\n" * 9)
    reviews = read_reviews([path], ReadOptions(labels=("meh", "wow")))
    assert reviews.sources[0].rating_column == "mood"


def test_one_rating_is_refused(file: Write) -> None:
    with pytest.raises(ScaleError, match="every rating is 5"):
        read_reviews([file("review,rating\na,5\nb,5.0\n")])
    with pytest.raises(ScaleError, match="no row has both a text and a rating"):
        read_reviews([file("review,rating\n,5\n,4\n")])


def test_duplicates_and_conflicts_are_counted_and_kept(file: Write) -> None:
    reviews = read_reviews([file("review,rating\na,5\nb,1\na,5\na,5\nb,2\nc,3\n")])
    assert (len(reviews), reviews.duplicates, reviews.conflicts) == (6, 2, 1)


def test_the_fingerprint_is_of_the_reviews_not_of_the_format(file: Write, tmp_path: Path) -> None:
    frame = pl.DataFrame({"review": ["a, b", "c\nd", 'e "f"'], "rating": [5.0, 1.0, 4.5]})
    prints = set()
    for name in ("r.csv", "r.tsv", "r.jsonl.gz", "r.csv.zst", "r.parquet"):
        write_table(frame, str(tmp_path / name))
        prints.add(read_reviews([str(tmp_path / name)]).fingerprint)
    path = file('x,stars,text\n1,5 stars,"a, b"\n2,1,"c\nd"\n3,"4,5",e "f"\n')
    asked = ReadOptions(text_columns=("text",), rating_column="stars")
    prints.add(read_reviews([path], asked).fingerprint)
    assert len(prints) == 1
    write_table(frame.reverse(), str(tmp_path / "reversed.csv"))
    prints.add(read_reviews([str(tmp_path / "reversed.csv")]).fingerprint)
    assert len(prints) == 2


@pytest.mark.parametrize("dtype", [pl.Int8, pl.UInt64, pl.Float32, pl.String, pl.Categorical,
                                   pl.Decimal(5, 1)])  # fmt: skip
def test_typed_ratings_are_read(tmp_path: Path, dtype: pl.DataType) -> None:
    path = str(tmp_path / "r.parquet")
    ratings_ = pl.Series(["5", "1", None, "3"]).cast(dtype)
    pl.DataFrame({"review": ["a", "b", "c", "d"], "rating": ratings_}).write_parquet(path)
    reviews = read_reviews([path])
    assert ratings(reviews) == ["5", "1", "3"]
    assert reviews.skipped == (Skipped("no rating", 1, ("3",)),)


def test_a_number_that_is_none_is_no_rating(tmp_path: Path) -> None:
    path = str(tmp_path / "r.parquet")
    values = [5.0, 1.0, float("nan"), float("inf")]
    pl.DataFrame({"review": ["a", "b", "c", "d"], "rating": values}).write_parquet(path)
    assert read_reviews([path]).skipped == (
        Skipped("no rating", 1, ("3",)),
        Skipped("rating not understood", 1, ("4",)),
    )


def test_on_a_models_scale_no_rating_is_off(file: Write) -> None:
    """What the model never saw counts as wrong; it must not vanish."""
    path = file("review,rating\na,5\nb,0\nc,3\nd,5\ne,4.5\nf,\n")
    reviews = read_reviews([path], scale=Scale((1.0, 3.0, 5.0)))
    assert reviews.rating_indices.tolist() == [2, -1, 1, 2, -1]
    assert reviews.unseen_ratings == {"0": 1, "4.5": 1}
    assert reviews.scale == Scale((1.0, 3.0, 5.0))
    assert [skipped.reason for skipped in reviews.skipped] == ["no rating"]


def test_one_rating_is_enough_on_a_models_scale(file: Write) -> None:
    reviews = read_reviews([file("review,rating\na,5\nb,5\n")], scale=Scale((1.0, 5.0)))
    assert reviews.rating_indices.tolist() == [1, 1]


def test_the_columns_asked_for_are_read(file: Write) -> None:
    path = file("review,comment,rating,stars\na,b,5,1\nc,d,4,2\n")
    reviews = read_reviews([path], ReadOptions(text_columns=("Comment",), rating_column="stars"))
    assert (reviews.texts, ratings(reviews)) == (["b", "d"], ["1", "2"])
    with pytest.raises(ColumnError, match="no column `sars`"):
        read_reviews([path], ReadOptions(text_columns=("comment",), rating_column="sars"))


def test_what_is_to_be_rated_keeps_every_row(file: Write) -> None:
    table, columns, texts = read_texts(file('id,review\n1,good\n2,\n3,"  "\n4\n5,"a\nb"\n'))
    assert (columns.names, texts) == (("review",), ["good", "", "", "", "a\nb"])
    assert table.frame["id"].to_list() == ["1", "2", "3", "4", "5"]


def test_a_lone_column_is_rated_commas_and_all(monkeypatch: pytest.MonkeyPatch) -> None:
    data = io.BytesIO(b"review\nwell, well, well\n4\n")
    monkeypatch.setattr("sys.stdin", SimpleNamespace(buffer=data))
    assert read_texts("-").texts == ["well, well, well", "4"]


def test_broken_quotes_lose_no_review(file: Write) -> None:
    path = file('review,rating\na,1\nb,2\n"c,3\nd" e,4\n"f ""g"" h",5\ni "j",1\n')
    reviews = read_reviews([path])
    assert ratings(reviews) == ["1", "2", "3", "4", "5", "1"]
    assert reviews.sources[0].notes == ("1 row with unbalanced quotes read as they stand (line 4)",)


@needs_shared_data
@pytest.mark.parametrize(
    ("name", "rows", "labels"),
    [
        ("sst5/train.csv", 8544, "1 2 3 4 5"),
        ("sst5/dev.csv", 1101, "1 2 3 4 5"),
        # Six phrases are a dash, a question mark, or "none".
        ("sst5/phrases.csv", 159267, "1 2 3 4 5"),
        ("imdb/train.csv.gz", 25000, "1 2 3 4 7 8 9 10"),
    ],
)
def test_the_real_reviews_are_read(name: str, rows: int, labels: str) -> None:
    reviews = read_reviews([str(SHARED / name)])
    assert (len(reviews), " ".join(reviews.scale.labels)) == (rows, labels)
    source = reviews.sources[0]
    assert sum(skipped.count for skipped in reviews.skipped) == source.rows - rows
    assert (source.text_columns, source.rating_column, source.notes) == (("review",), "rating", ())


@needs_shared_data
def test_the_real_unlabelled_reviews_are_read() -> None:
    assert len(read_texts(str(SHARED / "imdb/unlabelled.csv.gz")).texts) == 49507
