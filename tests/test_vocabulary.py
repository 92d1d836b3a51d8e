"""The words a model knows."""

import random

from hypothesis import given
from hypothesis import strategies as st

from lstm_cli.text.vocabulary import (
    PADDING_ID,
    SPECIAL_TOKENS,
    UNKNOWN_ID,
    Vocabulary,
    WrittenVocabulary,
)

COUNTS = {"the": 9, "film": 4, "dull": 2, "bad": 2, "odd": 1}


def test_common_words_come_first_and_ties_are_broken_by_spelling() -> None:
    """An order that depended on the file's would make two trainings differ."""
    vocabulary = Vocabulary.build(COUNTS)
    assert vocabulary.tokens == (*SPECIAL_TOKENS, "the", "film", "bad", "dull", "odd")


def test_rare_words_stay_unknown() -> None:
    """A word seen once teaches only noise."""
    vocabulary = Vocabulary.build(COUNTS, minimum_count=2)
    assert "odd" not in vocabulary.tokens
    assert vocabulary.id("odd") == UNKNOWN_ID


def test_the_size_has_a_limit_without_the_special_tokens() -> None:
    """The commonest words are the ones kept."""
    assert Vocabulary.build(COUNTS, maximum_size=1).tokens == (*SPECIAL_TOKENS, "the")


def test_a_word_spelled_like_a_special_token_is_unknown() -> None:
    """Otherwise a review could name the padding."""
    vocabulary = Vocabulary.build(COUNTS)
    assert vocabulary.encode(SPECIAL_TOKENS) == [UNKNOWN_ID, UNKNOWN_ID]
    assert PADDING_ID == 0


@given(st.dictionaries(st.text(min_size=1), st.integers(1, 5)), st.randoms(use_true_random=False))
def test_the_same_counts_in_any_order_build_one_vocabulary(
    counts: dict[str, int], shuffler: random.Random
) -> None:
    """Rows of an export come in any order; the model must not notice."""
    items = list(counts.items())
    shuffler.shuffle(items)
    assert Vocabulary.build(dict(items)).tokens == Vocabulary.build(counts).tokens


@given(st.sets(st.text(st.characters(exclude_characters="\n", codec="utf-8"), min_size=1)))
def test_words_are_found_in_the_file_as_in_the_vocabulary(words: set[str]) -> None:
    """Also those that are parts of others, or begin like a special one."""
    vocabulary = Vocabulary.build(dict.fromkeys(words - {"<padding>", "<unknown>"}, 1))
    written = WrittenVocabulary("".join(f"{t}\n" for t in vocabulary.tokens).encode())
    assert len(written) == len(vocabulary)
    asked = [*words, "nowhere", "<padding>", "<unknown>"]
    assert written.encode(asked) == vocabulary.encode(asked)
