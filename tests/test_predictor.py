"""One review, rated in numpy."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from threadpoolctl import threadpool_info, threadpool_limits

from lstm_cli.bundle.reading import Bundle
from lstm_cli.core.reading import on_one_thread
from lstm_cli.inference.predictor import Predictor
from lstm_cli.text.vocabulary import Vocabulary


def test_what_was_learned_is_told_apart(tiny_bundle: Bundle) -> None:
    """Four units are enough for ten texts."""
    predictor = Predictor(tiny_bundle)
    assert predictor.predict("great fun").rating == "5"
    assert predictor.predict("a dull film").rating == "1"


def test_probabilities_add_up_and_name_the_rating(tiny_bundle: Bundle) -> None:
    """The rating is the most probable one; the expected rating their mean."""
    found = Predictor(tiny_bundle).predict("a fine film")
    assert sum(found.probabilities.values()) == pytest.approx(1)
    assert found.confidence == max(found.probabilities.values())
    mean = sum(float(rating) * p for rating, p in found.probabilities.items())
    assert found.expected_rating == pytest.approx(mean)


def test_unknown_words_are_named_once_in_order(tiny_bundle: Bundle) -> None:
    """A person should see what the model did not."""
    found = Predictor(tiny_bundle).predict("zebra film quark zebra")
    assert found.unknown == ("zebra", "quark")
    assert found.tokens == 4
    assert "3 of 4 words are unknown" in found.warnings[0]


@pytest.mark.parametrize(("text", "said"), [("", "empty"), (" \n", "empty"), ("zebra", "no word")])
def test_a_text_that_says_nothing_gets_an_answer_that_says_so(
    tiny_bundle: Bundle, text: str, said: str
) -> None:
    """Rows without text stand in every export."""
    assert said in Predictor(tiny_bundle).predict(text).warnings[0]


@given(st.text())
def test_any_text_gets_a_rating(tiny_bundles: dict[str, Bundle], text: str) -> None:
    """Bad input never shows a traceback."""
    assert Predictor(tiny_bundles["lstm"]).predict(text).rating in ("1", "5")


def test_text_unlike_what_was_learned_carries_a_warning(tiny_bundle: Bundle) -> None:
    """By its words, its script, its length; and what is like it carries none."""
    predictor = Predictor(tiny_bundle)

    def warned(text: str) -> str:
        return "; ".join(predictor.predict(text).warnings)

    assert warned("a fine film") == ""
    assert "there is no word" in warned("!")  # known, and no feeling of its own
    assert "2 of 3 words are unknown" in warned("fine qwrt zxcv")
    assert "no word of this text is known" in warned("asdf qwer")
    assert "in Cyrillic letters, what the model learned in Latin" in warned("хороший фильм")
    assert "there is no word" in warned("?!")
    assert "the text is empty" in warned("")
    assert "90 words and signs, the longest the model learned from" in warned("a fine film " * 30)


@pytest.mark.parametrize("feeling", ["👍", "👎👎", "👍🏽", ":)", ":-(", "★★"])
def test_emoji_that_the_model_knows_are_something_to_go_by(
    tiny_bundle: Bundle, feeling: str
) -> None:
    """The base was sure and right of a thumb, and said not to believe it."""
    predictor = Predictor(tiny_bundle)
    [unknown] = predictor.predict(feeling).warnings
    assert unknown == "there is no word in this text: do not believe the rating"
    known = set(predictor.tokenize(feeling))
    tokens = [*tiny_bundle.vocabulary.tokens[: -len(known)], *known]
    predictor = Predictor(tiny_bundle, Vocabulary(tokens))
    assert predictor.predict(feeling).warnings == ()
    assert predictor.predict(f"🦭 {feeling}!").warnings == ()
    assert "no word" in predictor.predict("🦭?!").warnings[0]
    assert "no word of this text is known" in predictor.predict(f"qwrt {feeling}").warnings[0]


def test_the_limit_of_one_thread_ends_with_the_last_who_needs_it() -> None:
    """Threads of a server overlap in any order."""

    def threads() -> list[int]:
        return [pool["num_threads"] for pool in threadpool_info() if pool["user_api"] == "blas"]

    with threadpool_limits(2):
        before = threads()
        first, second = on_one_thread(), on_one_thread()
        first.__enter__()
        second.__enter__()
        first.__exit__(None, None, None)
        assert set(threads()) == {1}
        second.__exit__(None, None, None)
        assert threads() == before
