"""What a rating is, however a person or a page writes it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lstm_cli.data.ratings.rating_cells import parse_maximum, parse_rating
from lstm_cli.data.ratings.scale import label


@pytest.mark.parametrize(
    ("cell", "rating"),
    [
        ("4", 4), ("4.0", 4), (" 4 ", 4), ("+4", 4), ("-1", -1), ("−1", -1), (".5", 0.5),
        ("4,5", 4.5), ("4,50", 4.5), ("5 stars", 5), ("5 star", 5), ("5-star", 5), ("5STARS", 5),
        ("4/5", 4), ("4 / 5", 4), ("8/10", 8), ("4 out of 5", 4), ("4.0 out of 5 stars", 4),
        ("Rated 4 out of 5", 4), ("Rating: 4", 4), ("three", 3), ("Five Stars", 5), ("4½", 4.5),
        ("★★★★☆", 4), ("★★★★", 4), ("⭐⭐⭐", 3), ("⭐️⭐️", 2), ("★★★½", 3.5), ("★ ★ ★", 3),
        ("4★", 4), ("7 points", 7), ("1e0", 1), (4, 4), (4.0, 4), (4.5, 4.5), (-0.0, 0),
        ("1 star rating", 1), ("Rated 4 stars out of five stars", 4), ("4.0 of 5 bubbles", 4),
        ("5 bubbles", 5), ("bubble_40", 4), ("ui_bubble_rating bubble_45", 4.5), ("a-star-4", 4),
        ("a-icon a-icon-star a-star-4-5 review-rating", 4.5), ("star-rating-3", 3),
        ("4 - Satisfied", 4), ("4 – sehr gut", 4), ("5 (Excellent)", 5), ("2: Poor", 2),
        ("5-Excellent", 5),
        ("80%", 80), ("80 %", 80), ("72.5 percent", 72.5), ("4 out of 5 stars.", 4),
        ("★ 4.5", 4.5), ("4.5 ★", 4.5), ("★★★★☆ 4.0", 4), ("Score: 8", 8), ("score 8/10", 8),
        ("Stars: 3", 3), ("9.0/10 (excellent)", 9), ("four out of five", 4), ("●●●○○", 3),
        ("♥♥♥♡♡", 3), ("5つ星のうち4.0", 4), ("5점 만점에 4점", 4),
        ("4.0 颗星，最多 5 颗星", 4), ("4分(满分5分)", 4), ("5 yıldız üzerinden 4,0", 4),
        ("4,0 von 5 Sternen", 4), ("4,0 sur 5 étoiles", 4), ("3,0 de 5 estrellas", 3),
        ("5,0 su 5 stelle", 5), ("2,0 van 5 sterren", 2), ("4,0 z 5 gwiazdek", 4),
        ("Bewertung: 3 von 5", 3),
        ("3 - Decent", 3), ("2 - Marginal", 2), ("5-Marvelous", 5), ("3 (decent)", 3),
        ("2: Janky", 2), ("1 - Not responsive", 1), ("2 - Not answering", 2), ("4 - Mayor", 4),
        ("score-4", 4), ("rating -1", -1), ("rating-11", 11), ("rating_85", 85), ("star_45", 4.5),
    ],
)  # fmt: skip
def test_a_rating_is_understood_however_it_is_written(cell: object, rating: float) -> None:
    assert parse_rating(cell) == rating


@pytest.mark.parametrize(
    "cell",
    [
        "", "  ", None, "good", "positive", "nan", "inf", "-inf", "1e999", float("nan"),
        float("inf"), True, "2024-05-01", "4/5/2024", "12:30", "1,000", "4 5", "120%", "9/5",
        "five and a half", "½½", "x" * 100, "4" * 100, "half", "4.5.6", "--4", "4/0",
        "4 - 5", "3 - 4 weeks", "bubble", "10-point inspection", "2 of us", "Score: good",
        "5-Apr", "3 - May", "1 (May)", "9 - Don't know", "99 - refused", "0 (N/A)", "0 - not rated",
        "4 - sept.", "1-March", "2-Mai", "3 (December )", "9 - No response", "9 (not responded)",
        "8 - No answer", "8 - not answered",
        "4 out of all", "1. Name", "5 days ago", "4 apples", "star",
    ],
)  # fmt: skip
def test_what_is_no_rating_is_not_made_one(cell: object) -> None:
    assert parse_rating(cell) is None


@given(st.text(max_size=30))
def test_no_text_breaks_the_parser(cell: str) -> None:
    rating = parse_rating(cell)
    assert rating is None or abs(rating) < float("inf")


@given(st.floats(-1000, 1000).map(lambda number: round(number, 3)))
def test_a_label_is_read_back_as_its_rating(rating: float) -> None:
    """A person who types what a view shows means the same rating."""
    if "e" not in label(rating):
        written = parse_rating(label(rating) if "," not in label(rating) else rating)
        assert written == rating


def test_what_a_rating_is_out_of_is_known_if_it_says() -> None:
    cells = ["4/5", "8 out of 10", "★★★☆☆", "★★★½☆", "80%", "bubble_40", "5つ星のうち4.0"]
    assert [parse_maximum(cell) for cell in cells] == [5, 10, 5, 5, 100, 5, 5]
    assert {parse_maximum(cell) for cell in ("4", "★★★", "★ 4.5", "good", None)} == {None}
