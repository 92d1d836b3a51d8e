"""Distinct tokens, counted in bounded memory."""

from collections import Counter
from pathlib import Path

import numpy as np
import pytest

import lstm_cli.data.tokenizing as tokenizing_module
from lstm_cli.data.cache import TokenCache
from lstm_cli.data.corpus import TokenizedReviews
from lstm_cli.data.spilled import JoinedTexts
from lstm_cli.data.splits import hold_out
from lstm_cli.data.tokenizing import tokenize_reviews
from lstm_cli.errors import FileError
from lstm_cli.evaluation.health import about_rare
from lstm_cli.text.vocabulary import UNKNOWN_ID, Vocabulary

MOST = 30


def texts_with_rare_words() -> list[str]:
    """Each review has two common words and two that hardly any other has."""
    common = [f"common{chr(97 + n)}" for n in range(10)]
    rare = [f"rare{chr(97 + n // 26)}{chr(97 + n % 26)}" for n in range(300)]
    reviews = [f"{common[n % 10]} {rare[n % 300]} {common[n % 7]} {rare[(7 * n) % 300]}"
               for n in range(400)]  # fmt: skip
    return [*reviews, "rareaa", ""]


@pytest.fixture
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> TokenCache:
    """Everything is kept in files, in small pieces."""
    monkeypatch.setattr(tokenizing_module, "WORTH_KEEPING", 0)
    monkeypatch.setattr(tokenizing_module, "PIECE", 7)
    return TokenCache(tmp_path / "tokens")


@pytest.fixture
def bounded(cache: TokenCache, monkeypatch: pytest.MonkeyPatch) -> TokenizedReviews:
    """Reviews of which not all tokens are counted, as they are read from their file."""
    monkeypatch.setattr(tokenizing_module, "MOST_TYPES", MOST)
    monkeypatch.setattr("lstm_cli.data.counting._WRITTEN_AT_ONCE", 4)
    first = tokenize_reviews(texts_with_rare_words(), cache=cache)
    again = tokenize_reviews(texts_with_rare_words(), cache=cache)
    assert first.types == again.types
    return again


def test_common_tokens_are_counted_exactly(bounded: TokenizedReviews) -> None:
    """However many others there are; of the rare ones those that are left are exact, too."""
    words = [token for text in texts_with_rare_words() for token in text.split()]
    exact = Counter(words)
    counts = bounded.all_counts()
    assert len(counts) <= MOST
    assert {word for word in exact if word.startswith("common")} <= counts.keys()
    assert counts == {word: exact[word] for word in counts}
    assert bounded.num_counted == len(counts)


def test_every_review_keeps_its_tokens(bounded: TokenizedReviews) -> None:
    """A model knows by them which texts it has seen."""
    assert list(bounded.words()) == [text.split() for text in texts_with_rare_words()]
    places = np.array([400, 3])
    assert list(bounded.words(places)) == [["rareaa"], texts_with_rare_words()[3].split()]
    assert list(bounded.rare[:2]) == [bounded.rare[0], bounded.rare[1]]


def test_what_is_not_counted_is_unknown(bounded: TokenizedReviews) -> None:
    """To any vocabulary; and a text is held out or not by what was counted of it."""
    vocabulary = Vocabulary.build(bounded.all_counts())
    read = bounded.encode(vocabulary)
    rare = set(bounded.rare)
    assert rare.isdisjoint(bounded.types)
    for review, tokens in enumerate(bounded.words()):
        assert read[review].tolist() == [
            UNKNOWN_ID if token in rare else vocabulary.id(token) for token in tokens
        ]
    split = hold_out(bounded.corpus, np.arange(402) % 2, 0.2, np.random.default_rng(0))
    held_out = {bounded.corpus[k].tobytes() for k in split.validation}
    assert held_out.isdisjoint({bounded.corpus[k].tobytes() for k in split.training})
    assert len(split.validation) > 0


def test_it_is_said(bounded: TokenizedReviews) -> None:
    """In one line; and nothing is said where all are counted."""
    (finding,) = about_rare(bounded)
    assert finding.count == len(bounded.all_counts())
    assert finding.message.startswith(f"only the {finding.count} commonest distinct words were")
    assert not list(about_rare(tokenize_reviews(["a good film"])))


def test_below_the_limit_nothing_changes(cache: TokenCache) -> None:
    """The same ids, kept or not."""
    plain = tokenize_reviews(texts_with_rare_words())
    kept = tokenize_reviews(texts_with_rare_words(), cache=cache)
    assert kept.types == plain.types
    assert np.array_equal(kept.corpus.token_ids, plain.corpus.token_ids)
    assert not kept.rare


def test_texts_that_memory_does_not_hold_need_a_place_for_their_tokens(
    cache: TokenCache, tmp_path: Path
) -> None:
    """Tokens in memory would be more than the texts, which are not there for that reason."""
    (tmp_path / "tokens").write_text("a file, no folder")
    with pytest.raises(FileError, match="set LSTM_CACHE_DIR to a folder with room"):
        tokenize_reviews(JoinedTexts(["a good film"], ["a bad one"]), cache=cache)


def test_long_texts_are_cut_in_smaller_pieces(monkeypatch: pytest.MonkeyPatch) -> None:
    """By letters as well as by reviews, with the same result."""
    plain = tokenize_reviews(texts_with_rare_words())
    monkeypatch.setattr(tokenizing_module, "LARGEST_PIECE", 50)
    cut = tokenize_reviews(texts_with_rare_words())
    assert cut.types == plain.types
    assert np.array_equal(cut.corpus.lengths, plain.corpus.lengths)
    assert len(tokenize_reviews([]).corpus) == 0
