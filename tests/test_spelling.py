"""Misspelled words are read as the known ones that are meant."""

import random
from collections.abc import Sequence
from pathlib import Path

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lstm_cli.bundle.reading import Bundle
from lstm_cli.data.corpus import Corpus
from lstm_cli.data.tokenizing import tokenize_reviews
from lstm_cli.evaluation.text_health import _unlike
from lstm_cli.inference.doubting import Doubter
from lstm_cli.inference.predictor import Predictor
from lstm_cli.text.spelling import Spelling
from lstm_cli.text.vocabulary import SPECIAL_TOKENS, UNKNOWN_ID, Vocabulary, WrittenVocabulary
from tests.awkward import misspelled, misspelled_texts, texts_of, well_read
from tests.helpers import in_case, lstm

WORDS = ("good", "super", "sugar", "terrible", "terribly", "wonderful", "acting", "showing")
WORDS += ("shopping", "awful")


def meant(word: str, words: Sequence[str] = WORDS) -> str | None:
    """What a word stands for, of these known ones."""
    return Spelling(words).meant(word, words.__contains__)


@pytest.fixture
def reads_all(monkeypatch: pytest.MonkeyPatch) -> None:
    """Small vocabularies read misspelled words, too."""
    monkeypatch.setattr("lstm_cli.text.vocabulary.FEWEST_FOR_SPELLING", 0)


@pytest.mark.parametrize(
    ("word", "known"),
    [
        ("wonderfull", "wonderful"),
        ("wonderfl", "wonderful"),
        ("wonderfil", "wonderful"),
        ("wondreful", "wonderful"),
        ("actnig", "acting"),
        ("awfull", "awful"),
        ("terribl", "terrible"),  # and not terribly, which is rarer
        ("shoping", "shopping"),  # and not showing, which has another letter
        ("goood", "good"),
        ("woooonderful", "wonderful"),
        ("gooo", None),  # two letters would be left
        ("sugas", None),  # five letters
        ("acters", None),  # six, and two changed
        ("actinx", None),  # six, and one changed
        ("onderful", None),  # the beginning
        ("ownderful", None),
        ("wondr7ful", None),
        ("wonderful!", None),
        ("wandarful", None),
        ("", None),
    ],
)
def test_one_error_is_undone(word: str, known: str | None) -> None:
    """Where it is not in the first two letters of a word of six or more."""
    assert meant(word) == known


def distance(one: str, other: str) -> int:
    """Letters lost, added, changed or swapped with the next between two words, each once."""
    rows = [list(range(len(other) + 1))]
    for i, a in enumerate(one, start=1):
        row = [i]
        for j, b in enumerate(other, start=1):
            costs = [rows[-1][j] + 1, row[-1] + 1, rows[-1][j - 1] + (a != b)]
            if i > 1 and j > 1 and (a, b) == (other[j - 2], one[i - 2]):
                costs.append(rows[-2][j - 2] + 1)
            row.append(min(costs))
        rows.append(row)
    return rows[-1][-1]


LETTERS = st.text("ab", min_size=5, max_size=8).filter(
    lambda word: not any(letter * 3 in word for letter in "ab")
)


@given(st.lists(LETTERS, unique=True, max_size=40), LETTERS)
def test_it_is_the_first_word_at_a_distance_of_one(words: list[str], word: str) -> None:
    """With a changed letter only where nothing else is so near."""
    near = [k for k in words if k[:2] == word[:2] and distance(k, word) == 1 and len(word) >= 6]
    is_changed = [len(k) == len(word) and sorted(k) != sorted(word) for k in near]
    others = [k for k, changed in zip(near, is_changed, strict=True) if not changed]
    changed = [k for k, changed in zip(near, is_changed, strict=True) if changed]
    expected = [*others, *(changed if len(word) >= 7 else [])]
    if word not in words:
        assert meant(word, words) == next(iter(expected), None)


def test_only_the_commonest_words_are_meant(monkeypatch: pytest.MonkeyPatch) -> None:
    """Beside a rare one an unknown word may well be right."""
    monkeypatch.setattr("lstm_cli.text.spelling.COMMONEST", 6)
    assert (meant("wonderfull"), meant("actting"), meant("acttting")) == (
        "wonderful",
        None,
        "acting",
    )


def test_a_small_vocabulary_corrects_nothing() -> None:
    """To it exports and experts would be the same."""
    words = [f"word{k}" for k in range(19_997)]
    small, large = (Vocabulary((*SPECIAL_TOKENS, "terrible", *words[:n])) for n in (19_996, 19_997))
    assert len(large) == 20_000
    assert small.encode(["terribel"]) == [UNKNOWN_ID]
    assert large.encode(["terribel", "odd", "terrible"]) == [2, UNKNOWN_ID, 2]
    assert large.encode_apart(["terribel", "odd", "terrible"]) == [20_002, UNKNOWN_ID, 2]
    assert (large.id("terribel"), large.read_as("terribel")) == (UNKNOWN_ID, "terrible")
    assert (large.read_as("terrible"), large.read_as("odd"), small.read_as("terribel")) == (
        None,
        None,
        None,
    )
    assert (small.corrects, large.corrects) == (False, True)


@pytest.mark.usefixtures("reads_all")
def test_the_written_vocabulary_reads_the_same() -> None:
    """That of a single prediction looks words up in the file."""
    tokens = (*SPECIAL_TOKENS, *WORDS, "émigré", "7/10")
    vocabulary = Vocabulary(tokens)
    written = WrittenVocabulary("".join(f"{token}\n" for token in tokens).encode())
    rng = random.Random(0)
    asked = [misspelled(rng.choice(WORDS), rng) for _ in range(300)] + ["", "\n", "émigrée", *WORDS]
    assert written.encode(asked) == vocabulary.encode(asked)
    assert [*map(written.read_as, asked)] == [*map(vocabulary.read_as, asked)]
    assert vocabulary.read_as("émigrée") == "émigré"
    assert UNKNOWN_ID in vocabulary.encode(asked)


def test_a_very_long_word_is_like_none() -> None:
    """It is not cut into as many words as it has letters, each as long."""
    assert meant("wonderful" * 100_000) is None


@pytest.mark.usefixtures("reads_all")
def test_a_corpus_reads_what_is_meant_and_tells_it_apart() -> None:
    """What is read are the ids of known words; beneath them stands which were misspelled."""
    vocabulary = Vocabulary((*SPECIAL_TOKENS, *WORDS))
    corpus = Corpus.of_tokens([["terribel", "acting"], ["odd"]], vocabulary)
    assert corpus[0].tolist() == [vocabulary.id("terrible"), vocabulary.id("acting")]
    assert corpus[1].tolist() == [UNKNOWN_ID]
    assert corpus.token_ids.tolist() == [5 + len(vocabulary), 8, UNKNOWN_ID]


# Models


@pytest.mark.usefixtures("reads_all")
def test_doctor_doubts_what_has_unread_words() -> None:
    """By doctor, too: a text whose words are all read is not unlike the others."""
    vocabulary = Vocabulary((*SPECIAL_TOKENS, *WORDS, "go"))
    texts = ["Terribel.", "terribel actting", "terribel odd", "good odd things"]
    tokenized = tokenize_reviews(texts)
    assert _unlike(tokenized, vocabulary).tolist() == [2, 3]


@pytest.fixture
def model(tiny_bundle: Bundle) -> Bundle:
    """One that knows many words."""
    return well_read(tiny_bundle, "well-read")


def test_a_misspelled_word_rates_as_the_one_that_is_meant(model: Bundle) -> None:
    """It is unknown, but what it was read as is said, and a review of nothing else is rated."""
    predictor = Predictor(model)
    word = next(w for w in model.vocabulary if w.isascii() and w.isalpha() and len(w) > 7)
    wrong = word + word[-1]
    said, right = predictor.predict(wrong), predictor.predict(word)
    assert said.probabilities == right.probabilities
    assert (said.unknown, said.read_as, said.warnings) == ((wrong,), {wrong: word}, ())
    assert not right.read_as
    strange = predictor.predict(f"{wrong} qzqzqz xkxkxk")
    assert strange.read_as == {wrong: word}
    assert strange.warnings == (
        "no word of this text is known to the model: do not believe the rating",
    )


def test_many_texts_are_doubted_as_each_is(model: Bundle) -> None:
    """Whatever their misspelled words are read as."""
    predictor = Predictor(model, model.vocabulary)
    texts = [*misspelled_texts(model, 300), *texts_of(model, 60, seed=3)]
    texts = [text for text in texts if len(text) < 5_000]
    corpus = Corpus.encoded(texts, model.vocabulary, model.info.token_pattern)
    found = Doubter(predictor, model.vocabulary).warnings(texts, corpus)
    for text, warnings in zip(texts, found, strict=True):
        with in_case(ascii(text)):
            assert warnings == predictor.warnings(text)
    assert 20 < sum(map(bool, found)) < len(texts) - 20


def test_what_was_misspelled_is_said(model: Bundle) -> None:
    """After the unknown words, beside the gates, on the page, and in JSON."""
    word = next(w for w in model.vocabulary if w.isascii() and w.isalpha() and len(w) > 7)
    wrong = word + word[-1]
    chosen = ("--model", str(model.path))
    said = f"read as known words: {wrong} as {word}\n"
    text = f"{word} {word} {wrong} {word}"
    predicted = lstm("predict", *chosen, f"{text} qzqzqz")
    assert f"unknown to the model: {wrong}  qzqzqz\n{said}" in predicted.stdout
    assert said in lstm("inspect-gates", *chosen, text).stdout
    assert lstm("inspect-gates", *chosen, text, "--html", "page.html").exit_code == 0
    page = Path("page.html").read_text("utf-8")
    assert f'{wrong}<sup title="read as {word}">?</sup>' in page
    step = lstm("inspect-gates", *chosen, text, "--step", "3").stdout
    assert f'"{wrong}" (read as {word}), word 3 of 4' in step
    table = lstm("inspect-gates", *chosen, text, "--table", "words.csv")
    assert table.exit_code == 0, table.stderr
    rows = pl.read_csv("words.csv")
    assert rows["read_as"].to_list() == [None, None, word, None]
