"""Ratings in words and in bins, through every command: what a person sees is their words."""

import csv
import json
from pathlib import Path

import pytest

from lstm_cli.bundle.locating import find_model
from tests.helpers import TINY, lstm

LIKED = ("a splendid lamp number", "we love this kettle number", "a good and solid chair number")
DISLIKED = ("a broken lamp number", "we hate this kettle number", "a bad and shaky chair number")


def reviews_of(high: str, low: str) -> list[tuple[str, str]]:
    rows = []
    for k in range(20):
        rows += [(f"{LIKED[k % 3]} {k}", high), (f"{DISLIKED[k % 3]} {k}", low)]
    return rows


def write(name: str, rows: list[tuple[str, str]], header: tuple[str, ...]) -> Path:
    with Path(name).open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([header, *rows])
    return Path(name)


@pytest.fixture
def words() -> Path:
    """A trained model named words, and the file it learned from."""
    file = write("words.csv", reviews_of("Positive", "Negative"), ("review", "sentiment"))
    trained = lstm("train", file, *TINY)
    assert trained.exit_code == 0, trained.stderr
    assert "40 reviews, ratings Negative < Positive" in trained.stderr
    assert "1 is Negative, 2 is Positive" in trained.stderr
    return file


def test_a_prediction_is_named_by_its_word(words: Path) -> None:
    shown = lstm("predict", "a splendid lamp").stdout
    assert "(expected place 1." in shown
    assert " of 2)" in shown
    assert "Negative  " in shown
    said = json.loads(lstm("predict", "a splendid lamp", "--json").stdout)
    assert said["rating"] in ("Negative", "Positive")
    assert list(said["probabilities"]) == ["Negative", "Positive"]


def test_a_file_gets_words(words: Path) -> None:
    assert lstm("predict", "--input", words, "--output", "rated.csv").exit_code == 0
    with Path("rated.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert {row["predicted_rating"] for row in rows} <= {"Negative", "Positive"}
    assert all(1 <= float(row["expected_rating"]) <= 2 for row in rows)


def test_the_gates_and_the_page_speak_the_words(words: Path) -> None:
    shown = lstm("inspect-gates", "a splendid lamp", "--html", "page.html")
    assert shown.exit_code == 0
    page = Path("page.html").read_text(encoding="utf-8")
    assert ">Negative<" in page
    shown = lstm("inspect-gates", "a splendid lamp")
    assert "(expected place 1." in shown.stdout
    assert "Negative" in lstm("inspect-gates", "a lamp", "--clamp", "forget=0").stdout


def test_other_spellings_are_evaluated_and_other_ratings_refused(words: Path) -> None:
    other = write("other.csv", reviews_of("pos", "NEG"), ("review", "sentiment"))
    measured = lstm("evaluate", other, "--json")
    assert json.loads(measured.stdout)["ratings"] == ["Negative", "Positive"]
    assert "the mean error counts places on the scale" in lstm("evaluate", other).stdout
    more = write("more.csv", [*reviews_of("pos", "neg"), ("so so", "neutral")], ("a", "sentiment"))
    measured = json.loads(lstm("evaluate", more, "--json").stdout)
    assert measured["ratings"] == ["Negative", "neutral", "Positive"]
    assert measured["unseen_ratings"] == {"neutral": 1}
    stars = write("stars.csv", reviews_of("5", "1"), ("review", "rating"))
    refused = lstm("evaluate", stars)
    assert refused.exit_code == 2
    assert "the scale is Negative, Positive, but column 'rating' holds" in refused.stderr


def test_models_of_different_words_are_not_compared(words: Path) -> None:
    stars = write("stars.csv", reviews_of("5", "1"), ("review", "rating"))
    lstm("train", stars, *TINY)
    refused = lstm("compare", words, "words", "stars")
    assert refused.exit_code == 2
    assert "words rates Negative < Positive, stars rates 1, 5" in refused.stderr
    assert lstm("compare", words, "words", "words").exit_code == 0


def test_a_model_keeps_its_words(words: Path) -> None:
    listed = lstm("models")
    assert "Negative to Positive (2)" in listed.stdout
    shown = json.loads(lstm("models", "show", "words", "--json").stdout)
    assert (shown["ratings"], shown["labels"]) == ([1.0, 2.0], ["Negative", "Positive"])
    assert "ratings: Negative < Positive" in lstm("models", "show", "words").stdout


def test_words_of_no_family_are_put_in_order_as_the_refusal_says() -> None:
    file = write("odd.csv", reviews_of("wow", "meh"), ("review", "mood"))
    refused = lstm("train", file, *TINY, "--rating-column", "mood")
    assert refused.exit_code == 2
    assert "--scale LOWEST,...,HIGHEST (of meh,wow)" in refused.stderr
    done = lstm("train", file, *TINY, "--rating-column", "mood", "--scale", "meh,wow")
    assert "ratings meh < wow" in done.stderr
    again = lstm("train", file, "--config", "odd", "--rating-column", "mood")
    assert again.exit_code == 0, again.stderr
    assert "ratings meh < wow" in again.stderr


def test_scores_are_cut_into_bins_and_new_ones_alike() -> None:
    rows = [(text, f"{k / 10}") for k, (text, _) in enumerate(reviews_of("1", "0"))]
    file = write("scores.csv", rows, ("review", "score"))
    refused = lstm("train", file, *TINY)
    assert refused.exit_code == 2
    assert "--bins 5" in refused.stderr
    done = lstm("train", file, *TINY, "--bins", "0,2,3,4")
    assert "ratings 0 to 2, 2 to 3, 3 to 4" in done.stderr, done.stderr
    assert find_model(None, Path("models")).bundle.info.edges == (0, 2, 3, 4)
    other = write("other.csv", [("a lamp", "1.234"), ("a chair", "3.9")], ("review", "score"))
    measured = json.loads(lstm("evaluate", other, "--json").stdout)
    assert measured["ratings"] == ["0 to 2", "2 to 3", "3 to 4"]
    again = lstm("train", file, "--config", "scores")
    assert "ratings 0 to 2, 2 to 3, 3 to 4" in again.stderr, again.stderr


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        (("--scale", "good"), "--scale good: write two ratings or more, the lowest first"),
        (("--scale", "a,,b"), "write two ratings or more"),
        (("--scale", "a,A"), "a rating stands twice in the order a, A"),
        (("--bins", "1"), "--bins 1: write how many (2 to 21), or their edges"),
        (("--bins", "5,3,1"), "or their edges, the lowest first"),
        (("--bins", "many"), "--bins many: write how many"),
        (("--bins", "5", "--scale", "a,b"), "give either --scale, for words, or --bins"),
    ],
)
def test_an_order_or_bins_that_make_no_sense_are_refused(asked: tuple[str, ...], said: str) -> None:
    file = write("odd.csv", reviews_of("wow", "meh"), ("review", "label"))
    refused = lstm("train", file, *TINY, *asked)
    assert refused.exit_code == 2
    assert said in refused.stderr
    assert refused.stderr.count("\n") == 1


def test_joined_columns_are_joined_for_every_command() -> None:
    rows = [(text[:9], text[9:], rating) for text, rating in reviews_of("5", "1")]
    with Path("two.csv").open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([("title", "body", "stars"), *rows])
    columns = ("--text-column", "title", "--text-column", "body")
    done = lstm("train", "two.csv", *TINY, *columns)
    assert "text in 'title' + 'body'" in done.stderr
    stored = json.loads(Path("models/two/bundle.json").read_text(encoding="utf-8"))
    assert stored["data"]["text_columns"] == [["title", "body"]]
    for command in (("predict", "--input"), ("evaluate",), ("inspect-gates", "--input")):
        done = lstm(*command, "two.csv")
        assert done.exit_code == 0, done.stderr
        assert "text in 'title' + 'body'" in done.stderr
    alone = lstm("predict", "--input", "two.csv", "--text-column", "body")
    assert "text in 'body'" in alone.stderr
