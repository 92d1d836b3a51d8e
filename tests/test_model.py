"""The interface of Python."""

import copy
import html
import pickle
import re
from dataclasses import replace

import polars as pl
import pytest

from lstm_cli import load
from lstm_cli.bundle.reading import Bundle
from lstm_cli.errors import NoModelError
from lstm_cli.gates.trace import trace
from lstm_cli.inference.predictor import Predictor
from tests.helpers import HEAVY, packages_loaded_by

TEXT = "no fun at all"


def test_a_loaded_model_says_what_the_commands_say(tiny_bundle: Bundle) -> None:
    """The same dataclasses, from the same core."""
    model = load(tiny_bundle.path)
    predictor = Predictor(tiny_bundle)
    assert (model.name, model.cell, model.ratings) == (tiny_bundle.name, "lstm", ("1", "5"))
    assert model.predict(TEXT) == predictor.predict(TEXT)
    found = model.inspect(TEXT, ledger=True, units=True)
    traced = trace(predictor, TEXT, with_ledger=True, with_units=True)
    assert {**vars(traced), "scale": predictor.scale} == vars(found)
    assert found.ledger is not None
    assert model.inspect(TEXT, explanation=False).explanation is None


def test_a_model_can_be_sent_to_another_process_whatever_it_was_asked(tiny_bundle: Bundle) -> None:
    """As joblib and multiprocessing do; what rates many texts holds a lock."""
    model = load(tiny_bundle.path)
    (said,) = model.predict_many([TEXT])
    for other in (pickle.loads(pickle.dumps(model)), copy.deepcopy(model)):
        assert other.predict(TEXT) == model.predict(TEXT)
        assert other.predict_many([TEXT])[0].rating == said.rating


def test_a_notebook_shows_it(tiny_bundle: Bundle) -> None:
    """The page of the command, in a frame that keeps a stranger's text to itself."""
    model = load(tiny_bundle.path)
    shown = model.inspect('fun </iframe> "quoted"', ledger=True)._repr_html_()
    frame = re.fullmatch(r'<iframe srcdoc="([^"]*)" sandbox="allow-scripts"[^<>]*></iframe>', shown)
    assert frame is not None
    inside = html.unescape(frame[1])
    assert inside.startswith("<!doctype html>")
    assert "Memory ledger" in inside


@pytest.mark.parametrize("cell", ["lstm", "rnn"])
def test_a_trace_is_a_table(tiny_bundles: dict[str, Bundle], cell: str) -> None:
    """A row a word, with what the trace has of it; an empty review is an empty table."""
    model = load(tiny_bundles[cell].path)
    found = model.inspect(TEXT)
    table = found.to_polars()
    assert table["token"].to_list() == ["no", "fun", "at", "all"]
    assert table["forget"].to_list() == [word.forget for word in found.words]
    assert table["P(5)"].to_list() == [word.running["5"] for word in found.words]
    assert found.explanation is not None
    effects = {word.word: word.effect for word in found.explanation.words}
    assert table["if_deleted"].to_list() == [-effects[place] for place in range(4)]
    empty = model.inspect("").to_polars()
    assert len(empty) == 0
    misspelled = replace(found, words=(replace(found.words[0], read_as="no"),)).to_polars()
    assert empty.schema == table.schema == misspelled.schema
    assert len(pl.concat([table, empty, misspelled])) == 5


def test_many_reviews_are_rated_as_each_alone(tiny_bundle: Bundle) -> None:
    """All that is said of one is said of each, in their order."""
    model = load(tiny_bundle.path)
    texts = ["a fine film", "", "zebra film", "no fun at all"]
    many = model.predict_many(texts)
    for text, of_many in zip(texts, many, strict=True):
        alone = model.predict(text)
        assert of_many.probabilities == pytest.approx(alone.probabilities, abs=2e-6)
        assert of_many.expected_rating == pytest.approx(alone.expected_rating, abs=1e-5)
        differ = {"probabilities": {}, "expected_rating": 0.0}
        assert replace(of_many, **differ) == replace(alone, **differ)
    assert model.predict_many([]) == []


def test_a_model_that_is_not_there_is_said(tmp_path: object) -> None:
    """With the error of the commands."""
    with pytest.raises(NoModelError, match="no such folder"):
        load("no/such/model")
    with pytest.raises(NoModelError, match="no such model"):
        load("x" * 5_000)


def test_nothing_heavy_is_loaded() -> None:
    """One review needs numpy only; the package alone not even that."""
    assert packages_loaded_by("from lstm_cli import load").isdisjoint(HEAVY)
    assert packages_loaded_by("import lstm_cli").isdisjoint({*HEAVY, "numpy"})


def test_what_the_package_lacks_is_said() -> None:
    """As of any module."""
    import lstm_cli

    with pytest.raises(AttributeError, match="no attribute 'nothing'"):
        _ = lstm_cli.nothing


def test_one_text_is_not_taken_for_many(tiny_bundle: Bundle) -> None:
    """It would be rated letter by letter."""
    with pytest.raises(TypeError, match="takes a list of texts"):
        load(tiny_bundle.path).predict_many("great fun")


@pytest.mark.parametrize(("texts", "said"), [
    (pl.DataFrame({"review": ["a fine film"]}), "not a DataFrame; give one column of it"),
    ({"review": ["a fine film"]}, "not a dict"),
    (b"", "not a bytes"),
    (None, "not a NoneType"),
    (["a fine film", None], "None in row 1 is no text"),
])  # fmt: skip
def test_what_is_no_text_is_not_rated(tiny_bundle: Bundle, texts: object, said: str) -> None:
    """A table would be rated by the names of its columns."""
    model = load(tiny_bundle.path)
    with pytest.raises(TypeError, match=said):
        model.predict_many(texts)  # type: ignore[arg-type]
    for ask in (model.predict, model.inspect):
        with pytest.raises(TypeError, match="a review is a str, and not None"):
            ask(None)  # type: ignore[arg-type]


def test_a_generator_lists_texts(tiny_bundle: Bundle) -> None:
    model = load(tiny_bundle.path)
    assert model.predict_many(text for text in [TEXT]) == model.predict_many([TEXT])
