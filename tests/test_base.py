"""Starting from a base: its words stay, new ones begin like their kin, scales are laid on."""

from pathlib import Path

import numpy as np
import pytest

from lstm_cli.bundle.reading import Bundle, open_bundle
from lstm_cli.config import Pooling
from lstm_cli.text.vocabulary import UNKNOWN_ID
from lstm_cli.training.base import Base, remap_readout
from tests.helpers import TINY, copied, lstm


@pytest.fixture
def base(tiny_bundle: Bundle) -> Base:
    return Base.from_bundle(tiny_bundle)


def test_the_words_of_the_base_keep_their_vectors(base: Base) -> None:
    """And their ids, so that nothing it learned is moved."""
    vocabulary = base.extended({"fine": 3, "zebra": 2, "apple": 2}, 10)
    assert vocabulary.tokens == (*base.vocabulary.tokens, "apple", "zebra")
    started = base.start(vocabulary, base.ratings, base.config.pooling)
    known = len(base.vocabulary)
    np.testing.assert_array_equal(started["embedding"][:known], base.arrays["embedding"])


def test_a_new_word_begins_like_those_spelled_like_it(base: Base) -> None:
    """ "minutes" is no noise to a model that knows "minute"; "qqq" is an unknown word."""
    vocabulary = base.extended({"minutes": 1, "qqq": 1}, 10)
    rows = base.start(vocabulary, base.ratings, base.config.pooling)["embedding"]
    kin = base.arrays["embedding"][base.vocabulary.id("minute")]
    np.testing.assert_allclose(rows[vocabulary.id("minutes")], kin, rtol=1e-5)
    unknown = base.arrays["embedding"][UNKNOWN_ID]
    np.testing.assert_array_equal(rows[vocabulary.id("qqq")], unknown)


def test_few_new_words_begin_as_they_do_among_many(
    base: Base, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of few, words that have nothing in common with one are not compared: they were no match."""
    new = ["filmy", "minutes", "stupidly", "zq", "x", "¶", "wisest"]
    alone = base._vectors_of(new)
    monkeypatch.setattr("lstm_cli.training.base.FEW_NEW", 0)
    np.testing.assert_array_equal(alone, base._vectors_of(new))
    assert len(np.unique(alone, axis=0)) > 2  # some are like words of the base, others are not


def test_the_same_scale_starts_from_the_same_readout(base: Base) -> None:
    """Before the first step the network says what the base says."""
    weight, bias = base.arrays["readout.weight"], base.arrays["readout.bias"]
    laid = remap_readout(base.ratings, base.ratings, weight, bias)
    np.testing.assert_allclose(laid["readout.weight"], weight, rtol=1e-6)
    np.testing.assert_allclose(laid["readout.bias"], bias, rtol=1e-6)


@pytest.mark.parametrize("view", ["last", "mean", "maximum"])
def test_a_readout_of_one_view_starts_from_its_part(base: Base, view: Pooling) -> None:
    """Of the base's columns those that see this view."""
    started = base.start(base.vocabulary, base.ratings, (view,))
    first = base.config.hidden_size * base.config.pooling.index(view)
    part = base.arrays["readout.weight"][:, first : first + base.config.hidden_size]
    np.testing.assert_allclose(started["readout.weight"], part)


def test_a_model_may_read_its_rating_off_one_view(tmp_path: Path, tiny_reviews: Path) -> None:
    """Or off all again, from a base that had one: where that has no part, it starts anew."""
    for name, pooling, base, expected in (
        ("one", "last", None, ("last",)),
        ("same", None, "one", ("last",)),
        ("all", "all", "one", ("last", "mean", "maximum")),
        ("mean", "mean", "all", ("mean",)),
    ):
        asked = ["train", str(tiny_reviews), "--name", name, "--epochs", "1"]
        asked += ["--base", base] if base else [*TINY]
        asked += ["--pooling", pooling] if pooling else []
        done = lstm(*asked)
        assert done.exit_code == 0, done.stderr
        assert open_bundle(Path("models") / name).info.model.pooling == expected
        shown = lstm("inspect-gates", "fun", "--routes", "--model", name)
        assert shown.exit_code == 0, shown.stderr
        assert ("mean" in shown.stdout.split("What each word")[1]) == ("mean" in expected)


def test_training_starts_from_a_model_and_says_so(tmp_path: Path, tiny_reviews: Path) -> None:
    """Its sizes and words are those of the base, and the bundle names it."""
    first = lstm("train", tiny_reviews, "--name", "first", *TINY)
    assert first.exit_code == 0, first.stderr
    done = lstm("train", tiny_reviews, "--name", "second", "--base", "first", "--epochs", "1")
    assert done.exit_code == 0, done.stderr
    assert "starting from first, which knows 100 % of the words read" in done.stderr
    info = open_bundle(tmp_path / "models" / "second").info
    assert (info.base, info.model.embedding_size, info.model.hidden_size) == ("first", 3, 4)
    assert info.training.cell_lr_scale < 1


def test_a_base_of_another_language_is_passed_over(tmp_path: Path, tiny_bundle: Bundle) -> None:
    """It would only be in the way; the command says so."""
    lines = [f"{'schön' if k % 2 else 'schlecht'} wirklich {k},{1 + k % 2}" for k in range(20)]
    german = tmp_path / "german.csv"
    german.write_text("review,rating\n" + "\n".join(lines) + "\n", encoding="utf-8")
    copied(tiny_bundle, "first")
    done = lstm("train", german, "--base", "first", "--epochs", "1")
    assert done.exit_code == 0, done.stderr
    assert "too little to help: training from nothing" in done.stderr
    assert open_bundle(tmp_path / "models" / "german").info.base is None


def test_options_that_contradict_a_base_are_refused(tiny_reviews: Path) -> None:
    """Where both were asked for."""
    done = lstm("train", tiny_reviews, "--base", "first", "--cell", "rnn")
    assert done.exit_code == 2
    assert "--cell rnn does not go with --base first" in done.stderr


def test_pretrained_then_trained(tmp_path: Path, tiny_reviews: Path) -> None:
    """The whole way of a base of one's own; a language model rates nothing by itself."""
    made = lstm(
        "pretrain", tiny_reviews, "--name", "language", "--epochs", "2",
        "--embedding-size", "3", "--hidden-size", "4",
    )  # fmt: skip
    assert made.exit_code == 0, made.stderr
    assert "perplexity" in made.stdout
    assert not list((tmp_path / "models").glob(".*"))  # no checkpoint is left behind
    asked = lstm("predict", "fine", "--model", "language")
    assert asked.exit_code == 2
    assert "is a language model, which rates nothing yet" in asked.stderr
    assert lstm("predict", "fine").exit_code == 2
    assert "none: a language model" in lstm("models").stdout
    assert "perplexity" in lstm("models", "show", "language").stdout
    assert open_bundle(tmp_path / "models" / "language").info.provenance.device == "cpu"
    done = lstm("train", tiny_reviews, "--base", "language", "--epochs", "1", "--name", "films")
    assert done.exit_code == 0, done.stderr
    assert lstm("predict", "fine").exit_code == 0
