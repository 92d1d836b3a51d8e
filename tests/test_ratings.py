"""Ratings in words, in bins, of several files: what scale they form, and what is refused."""

from collections.abc import Sequence

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lstm_cli.commands.hints import with_options
from lstm_cli.commands.options import bins_of, labels_in
from lstm_cli.data.options import ReadOptions
from lstm_cli.data.ratings.bins import cut, equal_edges
from lstm_cli.data.ratings.rated import (
    NO_RATING,
    NOT_UNDERSTOOD,
    OFF_THE_SCALE,
    Rated,
    RatingColumn,
)
from lstm_cli.data.ratings.ratings import read_ratings
from lstm_cli.data.ratings.scale import Scale, scale_of_words
from lstm_cli.data.ratings.words import families, find_family, spelled
from lstm_cli.errors import ScaleError


def column(cells: Sequence[object], source: str = "reviews.csv") -> RatingColumn:
    return RatingColumn(
        source, "rating", pl.Series(cells, strict=False), np.ones(len(cells), dtype=bool)
    )


def rated(cells: Sequence[object], options: ReadOptions | None = None) -> Rated:
    return read_ratings([column(cells)], options or ReadOptions())


def refusal(*columns: RatingColumn, options: ReadOptions | None = None) -> str:
    with pytest.raises(ScaleError) as error:
        read_ratings(columns, options or ReadOptions())
    return with_options(error.value)


@pytest.mark.parametrize(
    ("words", "order"),
    [
        (["positive", "negative"], "negative < positive"),
        (["Neutral", "Positive", "Negative"], "Negative < Neutral < Positive"),
        (["pos", "neg"], "neg < pos"),
        (["Extremely Positive", "Neutral", "Extremely Negative", "Negative", "Positive"],
         "Extremely Negative < Negative < Neutral < Positive < Extremely Positive"),
        (["good", "bad"], "bad < good"),
        (["Poor", "Excellent", "Good", "Fair", "Very good"],
         "Poor < Fair < Good < Very good < Excellent"),
        (["Terrible", "Average", "Poor", "Excellent", "Very Good"],
         "Terrible < Poor < Average < Very Good < Excellent"),
        (["it was amazing", "did not like it", "liked it", "really liked it", "it was ok"],
         "did not like it < it was ok < liked it < really liked it < it was amazing"),
        (["Very satisfied", "Dissatisfied", "Neutral", "Very dissatisfied", "Satisfied"],
         "Very dissatisfied < Dissatisfied < Neutral < Satisfied < Very satisfied"),
        (["Strongly Agree", "Agree", "Strongly disagree"],
         "Strongly disagree < Agree < Strongly Agree"),
        (["Recommended", "Not Recommended"], "Not Recommended < Recommended"),
        (["thumbs up", "thumbs down"], "thumbs down < thumbs up"),
        (["👍", "👎"], "👎 < 👍"),
        (["👍🏽", "👎"], "👎 < 👍🏽"),
        (["True", "False"], "False < True"),
        (["yes", "no"], "no < yes"),
        (["Rotten", "Fresh"], "Rotten < Fresh"),
        (["gut", "schlecht", "sehr gut"], "schlecht < gut < sehr gut"),
        (["好评", "差评", "中评"], "差评 < 中评 < 好评"),
        (["положительный", "отрицательный"], "отрицательный < положительный"),
        ([True, False], "false < true"),
    ],
)  # fmt: skip
def test_words_in_common_use_are_in_order_by_themselves(
    words: Sequence[object], order: str
) -> None:
    read = read_ratings([RatingColumn("r", "r", as_cells(words), np.ones(3 * len(words), bool))])
    assert read.scale.in_order == order
    places = read.columns[0].ratings.tolist()
    assert sorted(set(places)) == list(range(1, len(words) + 1))


def as_cells(words: Sequence[object]) -> pl.Series:
    """As a reader hands them on: text, of whatever type they were."""
    cells = pl.Series(list(words) * 3)
    return cells.cast(pl.String)


def test_spellings_of_one_word_are_one_rating_called_as_most_rows_have_it() -> None:
    read = rated(["positive"] * 5 + ["Pos", "NEGATIVE", "negative", "negative", " neg "])
    assert read.scale.names == ("negative", "positive")
    assert read.columns[0].ratings.tolist() == [2] * 6 + [1] * 4


def test_missing_ratings_are_no_words() -> None:
    read = rated(["good", "bad", "n/a", None, "-", "bad"])
    assert read.columns[0].states.tolist() == [0, 0, NO_RATING, NO_RATING, NO_RATING, 0]


def test_a_rare_slip_among_words_is_counted() -> None:
    read = rated(["good", "bad"] * 20 + ["goood"])
    assert read.columns[0].states.tolist()[-1] == NOT_UNDERSTOOD


@pytest.mark.parametrize(
    ("words", "offered"),
    [
        (["meh", "wow", "blah"], "--scale LOWEST,...,HIGHEST (of blah,meh,wow)"),
        (["a, b", "c"], "--scale LOWEST,...,HIGHEST (of a, b < c)"),
        # A class of its own, on no scale.
        (["Positive", "Negative", "Irrelevant"], '--scale "Negative,Positive" orders'),
    ],
)
def test_words_without_a_known_order_are_asked_for(words: list[str], offered: str) -> None:
    """And what the refusal offers is understood."""
    said = refusal(column(words * 4))
    assert offered in said
    labels = labels_in(offered.partition('"')[2].partition('"')[0] or " < ".join(words))
    assert rated(words * 4, ReadOptions(labels=labels)).scale.names == labels


@pytest.mark.parametrize(
    "words",
    [
        ["great", "very good", "bad"],  # nobody knows which of the first two is more
        ["mixed", "neutral", "positive"],
        ["likely", "very likely", "extremely likely", "highly likely"],
        ["ok", "average", "good"],
    ],
)
def test_words_of_one_level_are_not_merged(words: list[str]) -> None:
    """They are asked for; each is a rating of its own."""
    assert "the order of words must be known" in refusal(column(words * 4))


def test_the_family_that_was_found_is_the_one_that_reads() -> None:
    read = rated(["did not like it", "hated it", "liked it", "didn't like it"] * 3)
    assert read.scale.names == ("hated it", "did not like it", "liked it")
    assert set(read.columns[0].states.tolist()) == {0}


def test_a_label_that_a_person_says_is_one_even_if_it_means_nothing() -> None:
    read = rated(["None", "Low", "High", "-"], ReadOptions(labels=("None", "Low", "High")))
    assert read.columns[0].states.tolist() == [0, 0, 0, NO_RATING]
    assert rated(["-", "+"], ReadOptions(labels=("-", "+"))).scale.names == ("-", "+")


def test_codes_for_missing_scores_do_not_stretch_the_bins() -> None:
    scores = [k / 4 for k in range(41)]
    for code in (99, -1, 999):
        read = rated([*scores, *[float(code)] * 9], ReadOptions(bins=5))
        assert read.scale.edges == (0, 2, 4, 6, 8, 10)
        assert set(read.columns[0].states.tolist()[-9:]) == {OFF_THE_SCALE}


def test_edges_that_hold_no_rating_are_refused() -> None:
    said = refusal(column([1, 2, 3]), options=ReadOptions(bins=(10.0, 20.0, 30.0)))
    assert said == (
        "reviews.csv: no rating lies between 10 and 30, they go from 1 to 3; choose other edges"
    )


def test_an_order_that_is_said_is_taken() -> None:
    read = rated(["ok", "bad", "good", "odd", "OK"], ReadOptions(labels=("bad", "ok", "good")))
    assert read.scale == scale_of_words(["bad", "ok", "good"])
    assert read.columns[0].ratings.tolist()[:3] == [2, 1, 3]
    assert read.columns[0].states.tolist() == [0, 0, 0, NOT_UNDERSTOOD, 0]


def test_an_order_that_is_said_turns_numbers_around() -> None:
    """In German schools 1 is best."""
    read = rated([1, 2, 3, 1], ReadOptions(labels=("3", "2", "1")))
    assert read.scale.names == ("3", "2", "1")
    assert read.columns[0].ratings.tolist() == [3, 2, 1, 3]


def test_numbers_in_their_own_order_stay_numbers() -> None:
    read = rated([1, 2, 3, 9], ReadOptions(labels=("1", "2", "3")))
    assert read.scale == Scale((1.0, 2.0, 3.0))
    assert read.columns[0].states.tolist() == [0, 0, 0, OFF_THE_SCALE]


def test_a_label_that_does_not_occur_is_said_and_has_no_place() -> None:
    read = rated(["bad", "good"], ReadOptions(labels=("bad", "ok", "good")))
    assert read.scale == scale_of_words(["bad", "good"])
    assert read.columns[0].notes == ("no review is rated 'ok'",)


def test_an_order_of_other_words_is_refused() -> None:
    said = refusal(column(["good", "bad"]), options=ReadOptions(labels=("low", "high")))
    assert said.startswith("reviews.csv: the scale is low, high, but column 'rating' holds")


def test_a_model_reads_its_own_words_in_any_spelling() -> None:
    scale = scale_of_words(["negative", "positive"])
    cells = ["Pos", "NEG", "neutral", *["pos"] * 40, "what"]
    read = read_ratings([column(cells)], scale=scale)
    assert read.columns[0].ratings.tolist()[:3] == [2, 1, 1.5]
    assert read.columns[0].states.tolist()[-1] == NOT_UNDERSTOOD
    assert read.occurring.labels == ("negative", "neutral", "positive")


def test_a_word_that_a_model_does_not_have_is_kept_to_count_as_wrong() -> None:
    read = read_ratings([column(["A", "B", "D"] * 9)], scale=scale_of_words(["C", "B", "A"]))
    assert read.occurring.labels == ("C", "B", "A", "D")
    assert set(read.columns[0].states.tolist()) == {0}


def test_a_model_of_words_refuses_numbers_and_one_of_numbers_words() -> None:
    with pytest.raises(ScaleError, match="the scale is bad, good, but column 'rating' holds '1'"):
        read_ratings([column(["1", "2", "1"])], scale=scale_of_words(["bad", "good"]))
    with pytest.raises(ScaleError, match="the scale is 1, 2, but column 'rating' holds 'bad'"):
        read_ratings([column(["bad", "good", "bad"])], scale=Scale((1.0, 2.0)))


def test_words_beside_numbers_are_refused() -> None:
    said = refusal(column(["good", "bad"], "a.csv"), column([1, 2], "b.csv"))
    assert "b.csv has ratings in numbers, others in words" in said


def test_ratings_out_of_different_numbers_are_refused() -> None:
    assert "some ratings are out of 5 and out of 10" in refusal(column(["4/5", "8/10"]))
    said = refusal(column(["8/10", "2/10"], "a.csv"), column([1, 5, 3], "b.csv"))
    assert said.startswith("ratings of a.csv are out of 10, those of b.csv go from 1 to 5")


def test_what_a_rating_is_out_of_may_be_said_by_one_file_alone() -> None:
    read = read_ratings([column(["4/5", "2/5"], "a.csv"), column([1, 5, 3], "b.csv")])
    assert read.scale.ratings == (1, 2, 3, 4, 5)
    read = rated(["4/5", "2", "3/5"])
    assert read.columns[0].notes == ("1 rating does not say out of how many; read as out of 5",)


def test_a_slip_out_of_another_number_is_left_out() -> None:
    """One 4/10 among ratings from 1 to 5 is no 4."""
    read = rated([*["1", "3", "5"] * 20, "4/10"])
    assert read.scale.ratings == (1, 3, 5)
    assert read.columns[0].states.tolist()[-1] == OFF_THE_SCALE
    said = refusal(column(["1", "3", "5"] * 9 + ["8/10"] * 9))
    assert said.startswith("ratings of reviews.csv are out of 10, others go from 1 to 5 and do")


def test_ratings_out_of_another_number_are_not_on_the_scale_of_a_model() -> None:
    scale = Scale((1.0, 2.0, 3.0, 4.0, 5.0))
    with pytest.raises(ScaleError, match="are out of 10, the scale goes from 1 to 5; bring them"):
        read_ratings([column(["2/10", "4/10", "8/10"])], scale=scale)
    with pytest.raises(ScaleError, match="are out of 100, the scale goes from 1 to 5"):
        read_ratings([column(["20%", "80%"])], scale=scale)
    assert read_ratings([column(["2/5", "4 out of 5"])], scale=scale).occurring == scale


def test_bins_lie_on_a_customary_scale_that_is_all_but_filled() -> None:
    assert rated(list(range(1, 101)), ReadOptions(bins=5)).scale.edges == (0, 20, 40, 60, 80, 100)


def test_too_many_ratings_are_cut_into_bins_as_the_refusal_offers() -> None:
    scores = [k / 10 for k in range(25, 101)]
    said = refusal(column(scores))
    assert "--bins 5" in said
    read = rated(scores, ReadOptions(bins=bins_of("5")))
    assert read.scale.edges == (2.5, 4.0, 5.5, 7.0, 8.5, 10.0)
    assert read.scale.labels[0] == "2.5 to 4"
    assert set(read.columns[0].ratings.tolist()) == {1, 2, 3, 4, 5}


def test_bins_between_edges_leave_out_what_is_beyond() -> None:
    read = rated([0.0, 19.9, 20, 100, 101, -1], ReadOptions(bins=bins_of("0,20,40,100")))
    assert read.scale.labels == ("0 to 20", "20 to 40", "40 to 100")
    assert read.columns[0].states.tolist() == [0, 0, 0, 0, OFF_THE_SCALE, OFF_THE_SCALE]


def test_a_model_of_bins_cuts_other_files_alike() -> None:
    scale = rated([0, 10, 100], ReadOptions(bins=(0.0, 20.0, 40.0, 100.0))).scale
    assert scale.labels == ("0 to 20", "40 to 100")
    read = read_ratings([column([5, 30, 99, 500])], scale=scale)
    assert read.columns[0].ratings.tolist() == [1, 2, 3, 4]
    assert read.occurring.labels == ("0 to 20", "20 to 40", "40 to 100", "over 100")


def test_words_are_not_cut_into_bins() -> None:
    said = refusal(column(["good", "bad"]), options=ReadOptions(bins=5))
    assert said.startswith("reviews.csv: only numbers are cut into bins")


@given(st.lists(st.floats(-1e6, 1e6), min_size=2, unique=True), st.integers(2, 21))
def test_bins_of_equal_width_hold_every_rating(ratings: list[float], number: int) -> None:
    edges = equal_edges(ratings, number)
    if len(set(edges)) == number + 1 and list(edges) == sorted(edges):
        assert not np.isnan(cut(np.array(ratings), edges)).any()


def test_every_family_is_in_order_and_knows_its_own_words() -> None:
    for family in families():
        firsts = {}
        for word, (level, choice) in family.places.items():
            assert word == spelled(word)
            firsts.setdefault(level, word if choice == 0 else None)
        words = [word for _, word in sorted(firsts.items()) if word]
        found = find_family(dict.fromkeys(words, 1))
        assert found is not None
        levels = [found.level(word) for word in words]
        assert levels == sorted(levels)  # type: ignore[type-var]


@given(
    st.permutations(["bad", "neutral", "good"]), st.lists(st.integers(1, 9), min_size=3, max_size=3)
)
def test_the_order_of_words_does_not_depend_on_the_rows(
    words: list[str], numbers: list[int]
) -> None:
    cells = [word for word, number in zip(words, numbers, strict=True) for _ in range(number)]
    assert rated(cells).scale.names == ("bad", "neutral", "good")
