"""DatasetStats about the sample reviews that ship with the package."""

import csv
import json
import re
from collections import Counter
from importlib.resources import files
from itertools import combinations

import pytest

from lstm_cli.samples import blackboard_file
from tests.helpers import lstm
from tests.make_blackboard import content, reviews

Review = tuple[str, int]

RUN_LENGTH = 6
SIMILARITY_LIMIT = 0.5
SAME_OPENING_LIMIT = 8


def words_of(text: str) -> list[str]:
    """Return the lower-cased words of a text, without its punctuation."""
    return re.findall(r"[^\W_]+(?:['’][^\W_]+)*", text.lower())


@pytest.fixture(scope="module", name="table")
def read_table() -> list[list[str]]:
    """Return all lines of the sample file, the header first."""
    path = files("lstm_cli.samples") / "film_reviews.csv"
    with path.open("r", encoding="utf-8", newline="") as stream:
        return list(csv.reader(stream, strict=True))


@pytest.fixture(scope="module", name="reviews")
def read_reviews(table: list[list[str]]) -> list[Review]:
    """Return the text and the rating of each sample review."""
    return [(text, int(rating)) for text, rating in table[1:]]


def test_the_header_names_review_and_rating(table: list[list[str]]) -> None:
    """A reader of the file is told the columns to use by these names."""
    assert table[0] == ["review", "rating"]


def test_there_are_five_hundred_reviews(reviews: list[Review]) -> None:
    """Far fewer would be too few to train on and still hold some back for testing."""
    assert len(reviews) == 500


def test_each_rating_has_one_hundred_reviews(reviews: list[Review]) -> None:
    """With equal shares, guessing one rating always is right only a fifth of the time."""
    assert Counter(rating for _, rating in reviews) == {1: 100, 2: 100, 3: 100, 4: 100, 5: 100}


def test_the_ratings_come_in_mixed_order(reviews: list[Review]) -> None:
    """A split of the file without shuffling must still meet every rating."""
    ratings = [rating for _, rating in reviews]
    for start in range(0, len(ratings), 50):
        assert set(ratings[start : start + 50]) == {1, 2, 3, 4, 5}


def test_no_review_is_empty(reviews: list[Review]) -> None:
    """A review without words has nothing a rating could be learnt from."""
    assert [text for text, _ in reviews if not words_of(text)] == []


def test_no_two_reviews_are_the_same(reviews: list[Review]) -> None:
    """A review in both the training and the test part would flatter the result."""
    counts = Counter(" ".join(words_of(text)) for text, _ in reviews)
    assert [text for text, count in counts.items() if count > 1] == []


def test_no_two_reviews_are_nearly_the_same(reviews: list[Review]) -> None:
    """Reviews made from one template would be learnt by heart instead of understood."""
    word_sets = [(text, set(words_of(text))) for text, _ in reviews]
    alike = [
        (first, second)
        for (first, left), (second, right) in combinations(word_sets, 2)
        if len(left & right) >= SIMILARITY_LIMIT * len(left | right)
    ]
    assert alike == []


def test_no_two_reviews_share_six_words_in_a_row(reviews: list[Review]) -> None:
    """A long shared run of words betrays a phrase that was copied and pasted."""
    first_seen: dict[tuple[str, ...], int] = {}
    shared: list[str] = []
    for number, (text, _) in enumerate(reviews):
        words = words_of(text)
        for start in range(len(words) - RUN_LENGTH + 1):
            run = tuple(words[start : start + RUN_LENGTH])
            if first_seen.setdefault(run, number) != number:
                shared.append(" ".join(run))
    assert shared == []


def test_at_most_eight_reviews_begin_with_the_same_two_words(reviews: list[Review]) -> None:
    """People open their reviews in many ways, and the samples should read like people."""
    openings = Counter(tuple(words_of(text)[:2]) for text, _ in reviews)
    assert [words for words, count in openings.items() if count > SAME_OPENING_LIMIT] == []


def test_the_reviews_for_the_blackboard_are_those_that_the_script_makes() -> None:
    """Each once, of fourteen words."""
    assert blackboard_file().read_text("utf-8") == content()
    assert len({text for text, _ in reviews()}) == 600
    assert len({word for text, _ in reviews() for word in text.split()}) == 14


@pytest.mark.slow
def test_two_units_learn_the_blackboard() -> None:
    """By the rules, with the seed that is the default, as the page of the gates says."""
    assert lstm("sample", "--blackboard").exit_code == 0
    sizes = ("--embedding-size", "2", "--hidden-size", "2", "--pooling", "last")
    done = lstm("train", "blackboard.csv", *sizes, "--no-baseline", "--json")
    assert done.exit_code == 0, done.stderr
    assert json.loads(done.stdout)["validation"]["accuracy"] > 0.95
