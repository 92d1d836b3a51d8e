"""Which ratings form a scale."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lstm_cli.data.ratings.scale import Scale, find_scale
from lstm_cli.errors import ScaleError

FIVE = {1.0: 800, 2.0: 700, 3.0: 900, 4.0: 1200, 5.0: 2400}


@pytest.mark.parametrize(
    "ratings",
    [
        (1, 2, 3, 4, 5), (0, 1, 2, 3, 4), (0, 1), (-1, 0, 1), (-2, -1, 0, 1, 2), (1, 2, 4, 5),
        (1, 2, 3, 4, 7, 8, 9, 10), tuple(range(1, 11)), tuple(range(11)), (0, 25, 50, 75, 100),
        (0.5, 1, 1.5, 2, 2.5, 3, 3.5, 4, 4.5, 5), (0, 4), tuple(range(80, 101)), (10, 20, 30),
    ],
)  # fmt: skip
def test_the_scale_is_the_ratings_that_occur(ratings: tuple[float, ...]) -> None:
    for number in (1, 2, 50, 5000):
        assert find_scale(dict.fromkeys(ratings, number)).ratings == tuple(sorted(ratings))


@pytest.mark.parametrize("stray", [55, 0, -1, 99, 6, 10, 3.7, 2.5, 1999])
@pytest.mark.parametrize("size", [1, 10])
def test_a_lone_stray_is_off_the_scale(stray: float, size: int) -> None:
    counts = {rating: number * size for rating, number in FIVE.items()} | {float(stray): 1}
    assert find_scale(counts).ratings == (1, 2, 3, 4, 5)


def test_a_stray_is_off_the_scale_of_a_small_file_too() -> None:
    assert find_scale({1.0: 12, 2.0: 8, 3.0: 9, 4.0: 15, 5.0: 16, 55.0: 1}).labels == tuple("12345")


def test_two_different_strays_are_both_off_the_scale() -> None:
    assert find_scale(FIVE | {0.0: 1, 55.0: 2}).ratings == (1, 2, 3, 4, 5)


def test_a_rare_rating_inside_the_scale_is_kept() -> None:
    """Dissatisfied customers can be few; they are those one wants to find."""
    counts = {1.0: 3, 2.0: 97, 3.0: 300, 4.0: 1000, 5.0: 1600}
    assert find_scale(counts).ratings == (1, 2, 3, 4, 5)
    assert find_scale(counts | {1.0: 1}).ratings == (1, 2, 3, 4, 5)
    assert find_scale({4.0: 1000, 5.0: 3000, 1.0: 1, 2.0: 1}).ratings == (1, 2, 4, 5)
    assert find_scale({1.0: 40, 2.0: 30, 3.0: 1, 4.0: 1, 5.0: 1}).ratings == (1, 2, 3, 4, 5)


def test_a_common_zero_is_a_rating() -> None:
    assert find_scale(FIVE | {0.0: 100}).ratings == (0, 1, 2, 3, 4, 5)
    assert find_scale({0.0: 1, 1.0: 90, 2.0: 90, 3.0: 90, 4.0: 90}).ratings == (0, 1, 2, 3, 4)


@pytest.mark.parametrize("code", [-1, -9, 99, 999])
def test_a_code_for_missing_ratings_is_off_the_scale_however_common(code: float) -> None:
    assert find_scale(FIVE | {float(code): 500}).ratings == (1, 2, 3, 4, 5)


def test_minus_one_is_a_rating_where_zero_and_one_are() -> None:
    assert find_scale({-1.0: 300, 0.0: 300, 1.0: 400}).ratings == (-1, 0, 1)


def test_one_rating_is_no_scale() -> None:
    with pytest.raises(ScaleError, match=r"a\.csv: every rating is 5"):
        find_scale({5.0: 100}, "a.csv")


def test_a_score_without_steps_is_no_scale() -> None:
    with pytest.raises(ScaleError, match=r"1,000 different ratings \(0, 0\.001, 0\.002, \.\.\.\)"):
        find_scale({k / 1000: 1 for k in range(1000)})
    with pytest.raises(ScaleError, match="22 different ratings"):
        find_scale(dict.fromkeys(map(float, range(22)), 10))


def test_no_rating_is_no_scale() -> None:
    with pytest.raises(ScaleError, match="no row has both a text and a rating"):
        find_scale({})


def test_a_rating_has_the_place_of_its_rank() -> None:
    scale = Scale((1.0, 2.5, 10.0))
    assert scale.labels == ("1", "2.5", "10")
    assert len(scale) == 3


@given(st.dictionaries(st.integers(-20, 120).map(float), st.integers(1, 5000), min_size=2))
def test_common_ratings_are_never_off_the_scale(counts: dict[float, int]) -> None:
    try:
        scale = find_scale(counts)
    except ScaleError:
        return
    common = {rating for rating, number in counts.items() if number > sum(counts.values()) / 50}
    assert common - set(scale.ratings) <= {-1.0, -9.0, 99.0}
    assert list(scale.ratings) == sorted(set(scale.ratings))
