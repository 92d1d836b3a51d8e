"""The one pattern that cuts reviews into tokens."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st
from nltk.tokenize import RegexpTokenizer

from lstm_cli.text.tokens import TOKEN_PATTERN, tidy, tokenize, without_markup


@pytest.mark.parametrize(
    ("text", "tokens"),
    [
        ("I don't, can't, won't", ["i", "do", "n't", ",", "ca", "n't", ",", "wo", "n't"]),
        ("The film's; they're", ["the", "film", "'s", ";", "they", "'re"]),
        ("DON\u2019T", ["do", "n't"]),
        ("soooooo good", ["sooo", "good"]),
        ("Rocky III", ["rocky", "iii"]),
        ("yes!!!!! what???? well.....", ["yes", "!!", "what", "??", "well", "..."]),
        ("fine :-) sad :'( love <3", ["fine", ":-)", "sad", ":'(", "love", "<3"]),
        ("see http://x", ["see", "http", ":", "/", "/", "x"]),
        ("so \U0001f44d\U0001f3fd\U0001f602", ["so", "\U0001f44d\U0001f3fd", "\U0001f602"]),
        ("a<br /><b>bold</b>&amp;&nbsp;b", ["a", "bold", "&", "b"]),
        ("1 < 2 and 3 > 2", ["1", "<", "2", "and", "3", ">", "2"]),
        ("8/10, 4.5 stars, 90%", ["8/10", ",", "4.5", "stars", ",", "90%"]),
        ("很好看", ["很", "好", "看"]),
        ("とても", ["と", "て", "も"]),
        ("ดี", ["ด", "ี"]),
        ("좋은 영화", ["좋은", "영화"]),
        ("अच्छी फिल्म", ["अच्छी", "फिल्म"]),
        ("отличный фильм", ["отличный", "фильм"]),
        ("cafe\u0301", ["caf\u00e9"]),
        ("well-made", ["well", "-", "made"]),
        ("l'amour, o'clock", ["l'amour", ",", "o'clock"]),
        ("a\x00b\x1b[0m", ["a", "b", "[", "0", "m"]),
        ("", []),
        (" \n\t", []),
    ],
)
def test_reviews_are_cut_as_pretrained_vectors_have_them(text: str, tokens: list[str]) -> None:
    """Each line is a promise to saved models: their tokens are these."""
    assert tokenize(text) == tokens


@given(st.text())
def test_tokens_agree_with_nltk(text: str) -> None:
    """The vocabulary is built by NLTK, prediction cuts with ``re``: they must be one."""
    assert tokenize(text) == RegexpTokenizer(TOKEN_PATTERN).tokenize(tidy(text))


@given(st.text())
def test_no_visible_character_is_lost(text: str) -> None:
    """A character the pattern passes over would be a word nobody can ever learn."""
    assert "".join(tokenize(text)) == "".join(tidy(text).split())


@given(st.text())
def test_a_token_fits_on_a_line(text: str) -> None:
    """``vocabulary.txt`` holds a token a line."""
    for token in tokenize(text):
        assert token
        assert "\n" not in token


@given(
    st.lists(st.sampled_from(["<!--", "-->", "<", "!", "-", ">", "a", "/", "<b>", " "])).map(
        "".join
    )
)
def test_markup_goes_as_one_pattern_says(text: str) -> None:
    """Cut in two, so that a comment that nobody closes is not looked for again and again."""
    pattern = re.compile(r"<!--.*?-->|</?[a-z][^<>]{0,300}>", re.IGNORECASE | re.DOTALL)
    assert without_markup(text) == pattern.sub(" ", text)


def test_a_number_without_end_is_one_unknown_character() -> None:
    """``html.unescape`` raises for more digits than Python makes an integer of."""
    assert tokenize(f"a &#{'9' * 5_000};b") == ["a", "\ufffdb"]
    assert tokenize(f"a &#{'9' * 4_300};b") == ["a", "\ufffdb"]
