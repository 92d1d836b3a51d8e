"""Which reviews are held out."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import lstm_cli.data.splits as splits_module
from lstm_cli.data.splits import Split, hold_out, split_at
from lstm_cli.data.tokenizing import tokenize_reviews

TEXTS = st.lists(
    st.lists(st.sampled_from("abc"), min_size=1, max_size=7).map(" ".join), min_size=2, max_size=40
)


def split(texts: list[str], ratings: list[int], share: float = 0.3, seed: int = 0) -> Split:
    """Hold out a share of the texts."""
    corpus = tokenize_reviews(texts).corpus
    return hold_out(corpus, np.array(ratings), share, np.random.default_rng(seed))


def is_inside(part: str, whole: str) -> bool:
    """Whether one text is a run of words of another."""
    return f" {part} " in f" {whole} "


@given(TEXTS, st.integers(0, 5))
def test_every_review_is_on_one_side_or_said_to_be_left_out(texts: list[str], seed: int) -> None:
    """Nothing is lost."""
    found = split(texts, [0] * len(texts), seed=seed)
    everywhere = np.concatenate([found.training, found.validation, found.left_out])
    assert sorted(everywhere) == list(range(len(texts)))


@given(TEXTS, st.integers(0, 5))
def test_an_identical_text_never_stands_on_both_sides(texts: list[str], seed: int) -> None:
    """Otherwise a score would measure memory, not learning."""
    found = split(texts, [k % 2 for k in range(len(texts))], seed=seed)
    assert {texts[k] for k in found.training}.isdisjoint({texts[k] for k in found.validation})


@settings(max_examples=300)
@given(TEXTS, st.integers(0, 5))
def test_in_a_file_of_phrases_none_is_on_the_other_side_of_its_sentence(
    texts: list[str], seed: int
) -> None:
    """A phrase with its rating gives the rating of its sentence away."""
    distinct = set(texts)
    parts = {p for p in distinct if any(p != w and is_inside(p, w) for w in distinct)}
    if len(parts) < 0.25 * len(distinct):
        return
    found = split(texts, [0] * len(texts), seed=seed)
    for one in {texts[k] for k in found.training}:
        for other in {texts[k] for k in found.validation}:
            assert not is_inside(one, other)
            assert not is_inside(other, one)


@settings(max_examples=300)
@given(TEXTS, st.integers(0, 5), st.booleans())
def test_a_long_part_never_stands_on_the_other_side_in_any_file(
    texts: list[str], seed: int, apart: bool
) -> None:
    """Five words in a row are no chance, whether a share or a file is held out."""
    if apart:
        found = split_at(tokenize_reviews(texts).corpus, len(texts) // 2)
    else:
        found = split(texts, [0] * len(texts), seed=seed)
    for one in {texts[k] for k in found.training}:
        for other in {texts[k] for k in found.validation}:
            part, whole = sorted((one, other), key=len)
            assert len(part.split()) <= 4 or not is_inside(part, whole)


def test_short_reviews_that_others_contain_are_trained_on() -> None:
    """'love it' is a review of its own: an analyst's rows are not thrown away."""
    texts = [f"I love it number {k}" for k in range(50)] + ["love it"]
    found = split(texts, [0] * len(texts))
    assert len(found.left_out) == 0
    assert 50 in found.training


def test_each_rating_is_held_out_in_its_share() -> None:
    """A rare rating that is missing on one side can be neither learned nor measured."""
    texts = [f"film number {k}" for k in range(200)]
    ratings = [1 if k < 20 else 0 for k in range(200)]
    found = split(texts, ratings, share=0.1)
    held_out = np.array(ratings)[found.validation]
    assert (held_out == 1).sum() == 2
    assert (held_out == 0).sum() == 18


@pytest.mark.parametrize("seed", range(20))
def test_a_text_that_is_much_of_a_file_is_trained_on(seed: int) -> None:
    """Held out, it would be all that is measured, and nobody would learn it."""
    texts = ["good"] * 120 + ["nice one"] * 15 + [f"film number {k}" for k in range(865)]
    found = split(texts, [0] * len(texts), share=0.1, seed=seed)
    assert len(found.validation) == 100
    assert 0 in found.training


def test_where_every_text_is_too_much_the_least_is_held_out() -> None:
    """Something has to be measured."""
    found = split(["good"] * 5 + ["bad film"] * 3 + ["fair"] * 4, [0] * 12, share=0.1)
    assert found.validation.tolist() == [5, 6, 7]


def test_a_rating_with_one_text_is_trained_on() -> None:
    """What is never seen cannot be learned."""
    found = split(["a b", "c d", "e f"], [0, 0, 1])
    assert 2 in found.training


def test_a_text_of_the_validation_file_is_not_trained_on() -> None:
    """The same promise where the user gives the held-out reviews."""
    corpus = tokenize_reviews(["Good film", "bad film", "good film!", "GOOD film"]).corpus
    found = split_at(corpus, 2)
    assert found.training.tolist() == [1]
    assert found.validation.tolist() == [2, 3]
    assert found.left_out.tolist() == [0]


@given(TEXTS, st.integers(0, 5))
def test_pairs_that_memory_does_not_hold_are_found_again(texts: list[str], seed: int) -> None:
    """The split is the same, in whichever blocks the texts are looked at."""
    plain = split(texts, [k % 2 for k in range(len(texts))], seed=seed)
    apart = split_at(tokenize_reviews(texts).corpus, len(texts) // 2)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(splits_module, "_MOST_PAIRS", 1)
        patch.setattr(splits_module, "_TOKENS", 5)
        found = split(texts, [k % 2 for k in range(len(texts))], seed=seed)
        found_apart = split_at(tokenize_reviews(texts).corpus, len(texts) // 2)
    for one, other in ((plain, found), (apart, found_apart)):
        assert np.array_equal(one.training, other.training)
        assert np.array_equal(one.validation, other.validation)
        assert np.array_equal(one.left_out, other.left_out)


@pytest.mark.parametrize("size", [*range(3, 6), *range(10, 15)])
def test_a_part_is_found_however_long_it_is(size: int) -> None:
    """In the middle of a whole, beside many texts that begin as it does."""
    part = " ".join("abcdefghijklmn"[:size])
    texts = [part, *(f"{part} so {end}" for end in "opqrstuvw"), f"before it {part} after it"]
    found = split_at(tokenize_reviews(texts).corpus, len(texts) - 1)
    assert found.left_out.tolist() == [0] * (size > 4)
