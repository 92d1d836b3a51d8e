"""Tokens of large files, kept between runs."""

from pathlib import Path

import numpy as np
import pytest

import lstm_cli.data.tokenizing as tokenizing_module
from lstm_cli.data.cache import TokenCache
from lstm_cli.data.corpus import TokenizedReviews
from lstm_cli.data.tokenizing import tokenize_reviews
from lstm_cli.text.tokens import TOKEN_PATTERN

TEXTS = ["A good film", "", "bad, bad café 真好", "a film"]


@pytest.fixture
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> TokenCache:
    """An empty cache that is used for any number of reviews."""
    monkeypatch.setattr(tokenizing_module, "WORTH_KEEPING", 0)
    return TokenCache(tmp_path / "tokens")


def words(found: TokenizedReviews) -> list[list[str]]:
    """The tokens of each review."""
    return [[found.types[k] for k in found.corpus[r]] for r in range(len(found.corpus))]


def names(cache: TokenCache) -> list[str]:
    """The files of a cache."""
    return [path.name for path in cache.folder.iterdir()]


def test_what_is_kept_is_what_was_cut(cache: TokenCache, monkeypatch: pytest.MonkeyPatch) -> None:
    """And it is read without cutting anything again."""
    plain = words(tokenize_reviews(TEXTS))
    first = tokenize_reviews(TEXTS, cache=cache)
    assert words(first) == plain
    assert isinstance(first.corpus.token_ids, np.memmap)
    monkeypatch.setattr(tokenizing_module, "_cut_piece", None)
    assert words(tokenize_reviews(TEXTS, cache=cache)) == plain


def test_other_texts_and_other_patterns_are_kept_apart(cache: TokenCache) -> None:
    """Where one text ends and the next begins belongs to what they are."""
    keys = {
        cache.key(TEXTS, TOKEN_PATTERN),
        cache.key(TEXTS, r"\w+"),
        cache.key(TEXTS[::-1], TOKEN_PATTERN),
        cache.key(["A good filmbad"], TOKEN_PATTERN),
        cache.key(["A good film", "bad"], TOKEN_PATTERN),
    }
    assert len(keys) == 5


@pytest.mark.parametrize("harm", ["cut", "flipped", "empty", "longer"])
def test_a_file_that_is_not_whole_is_not_believed(cache: TokenCache, harm: str) -> None:
    """It is cut again, and replaced."""
    plain = words(tokenize_reviews(TEXTS, cache=cache))
    (file,) = cache.folder.iterdir()
    good = file.read_bytes()
    file.write_bytes(
        {
            "cut": good[:-1],
            "flipped": good[:3] + bytes([good[3] ^ 1]) + good[4:],
            "empty": b"",
            "longer": good + b"\n",
        }[harm]
    )
    assert words(tokenize_reviews(TEXTS, cache=cache)) == plain
    assert file.read_bytes() == good


def test_a_run_that_is_killed_leaves_nothing_that_is_read(
    cache: TokenCache, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The name of a file stands for a whole one."""

    def killed(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("lstm_cli.data.cache.Path.replace", killed)
    with pytest.raises(KeyboardInterrupt):
        tokenize_reviews(TEXTS, cache=cache)
    assert names(cache) == []


def test_without_a_place_to_keep_them_tokens_stay_in_memory(
    cache: TokenCache, tmp_path: Path
) -> None:
    """A home that cannot be written to is no reason to fail."""
    (tmp_path / "tokens").write_text("a file, no folder")
    assert words(tokenize_reviews(TEXTS, cache=cache)) == words(tokenize_reviews(TEXTS))


def test_the_oldest_go_when_there_are_too_many(
    cache: TokenCache, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The newest always stays; files of runs still at work do, too."""
    tokenize_reviews(TEXTS, cache=cache)
    (cache.folder / ".being-written").touch()
    monkeypatch.setattr("lstm_cli.data.cache._MOST_BYTES", 0)
    tokenize_reviews(TEXTS[1:], cache=cache)
    assert set(names(cache)) == {".being-written", cache.key(TEXTS[1:], TOKEN_PATTERN)}
