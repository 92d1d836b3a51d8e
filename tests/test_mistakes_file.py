"""``lstm evaluate --errors``: the rows that were rated wrong, as they stand in the file."""

import json
from pathlib import Path

import polars as pl
import pytest

from lstm_cli.bundle.reading import Bundle
from lstm_cli.data.kept import KeptRows
from lstm_cli.data.options import ReadOptions
from lstm_cli.data.reviews import read_reviews
from lstm_cli.data.tables import read_table
from tests.helpers import BLAME, PRAISE, lstm

TEXTS = [*PRAISE, *BLAME]


@pytest.fixture
def model(tiny_bundle: Bundle) -> tuple[str, str]:
    return ("--model", str(tiny_bundle.path))


@pytest.fixture
def source(tmp_path: Path) -> Path:
    """Each text once as it is meant and once, in capitals, the other way round."""
    lines = ["id;review;rating;paid"]
    for k, text in enumerate(TEXTS):
        right, wrong = ("5", "1") if text in PRAISE else ("1", "5")
        lines += [f"{k};{text};{right};9,50", f"{k}w;{text.upper()};{wrong};8,00"]
    lines.insert(4, ";;;")
    path = tmp_path / "in.csv"
    path.write_bytes(("\ufeff" + "".join(f"{line}\r\n" for line in lines)).encode())
    return path


def test_the_rows_come_back_in_the_style_of_the_file(source: Path, model: tuple[str, str]) -> None:
    """Id and price are what a person finds the customer by."""
    done = lstm("evaluate", source, "--errors", "wrong.csv", *model)
    assert done.exit_code == 0, done.stderr
    content = Path("wrong.csv").read_bytes().decode()
    header, *rows = content.removeprefix("\ufeff").split("\r\n")[:-1]
    assert content.startswith("\ufeff")
    assert header == "id;review;rating;paid;true_rating;predicted_rating;confidence;words"
    assert {row.split(";")[0] for row in rows} == {f"{k}w" for k in range(len(TEXTS))}
    for row in rows:
        number, text, rating, paid, true, predicted, confidence, words = row.split(";")
        assert text == TEXTS[int(number[:-1])].upper()
        assert (rating, paid) == (true, "8,00")
        assert {true, predicted} == {"1", "5"}
        assert confidence.startswith(("0,", "1,"))
        assert words.endswith(")")
    assert f"written: wrong.csv, {len(rows)} mistakes\n" in done.stderr


@pytest.mark.parametrize("name", ["wrong.xlsx", "wrong.parquet", "wrong.jsonl", "wrong.tsv.gz"])
def test_any_format_holds_them(source: Path, model: tuple[str, str], name: str) -> None:
    """Standard input is read once, and its rows are there all the same."""
    content = source.read_bytes()
    done = lstm("evaluate", "-", "--errors", name, *model, stdin=content)
    assert done.exit_code == 0, done.stderr
    frame = read_table(name).frame
    assert frame.height == len(TEXTS)
    assert frame.columns[:5] == ["id", "review", "rating", "paid", "true_rating"]


def test_words_are_objects_where_a_format_has_them(source: Path, model: tuple[str, str]) -> None:
    lstm("evaluate", source, "--errors", "wrong.jsonl", *model)
    line = json.loads(Path("wrong.jsonl").read_text().splitlines()[0])
    assert [list(word) for word in line["words"]] == [["token", "change"]] * len(line["words"])
    assert isinstance(line["true_rating"], int)


def test_columns_of_the_same_names_stay(model: tuple[str, str]) -> None:
    """Whoever evaluates what ``predict`` wrote has them."""
    Path("in.csv").write_text("review,rating,predicted_rating,words\nsuperb!,1,mine,x\n")
    asked = ("--rating-column", "rating", "--text-column", "review", "--errors", "wrong.csv")
    done = lstm("evaluate", "in.csv", *asked, *model)
    assert done.exit_code == 0, done.stderr
    header, row = Path("wrong.csv").read_text().splitlines()
    assert header == (
        "review,rating,predicted_rating,words,true_rating,predicted_rating_2,confidence,words_2"
    )
    assert row.startswith("superb!,1,mine,x,1,5,")


def test_no_mistake_is_a_file_without_rows(model: tuple[str, str]) -> None:
    """A script finds what it asked for."""
    Path("in.csv").write_text("review,rating\nsuperb!,5\n")
    done = lstm("evaluate", "in.csv", "--errors", "wrong.csv", *model)
    assert "written: wrong.csv, 0 mistakes\n" in done.stderr
    assert Path("wrong.csv").read_text() == (
        "review,rating,true_rating,predicted_rating,confidence,words\n"
    )


def test_several_rows_of_one_line_are_told_apart(tmp_path: Path) -> None:
    """JSON may have all its rows in one line."""
    path = tmp_path / "in.json"
    objects = [{"review": f"film {k} is fine", "rating": k % 2 + 1, "id": k} for k in range(6)]
    path.write_text(" ".join(map(json.dumps, objects)))
    kept = KeptRows(tmp_path)
    reviews = read_reviews([str(path)], keep=kept)
    assert len(set(reviews.lines.tolist())) == 1
    rows = kept.at([int(reviews.lines[k]) for k in (4, 1)], [reviews.texts[k] for k in (4, 1)])
    assert rows["id"].to_list() == [4, 1]


def test_rows_of_many_windows_are_found(tmp_path: Path) -> None:
    frame = pl.DataFrame({"review": [f"film {k} is fine" for k in range(50_000)]})
    frame = frame.with_columns(rating=pl.int_range(50_000) % 3 + 1, id=pl.int_range(50_000))
    frame.write_csv(tmp_path / "in.csv")
    kept = KeptRows(tmp_path)
    reviews = read_reviews([str(tmp_path / "in.csv")], ReadOptions(), keep=kept)
    wanted = [49_999, 0, 20_000, 19_999, 40_000]
    lines, texts = reviews.lines[wanted].tolist(), [reviews.texts[k] for k in wanted]
    assert kept.at(lines, texts)["id"].to_list() == list(map(str, wanted))
