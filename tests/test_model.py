"""The interface of Python."""

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
    assert found == trace(predictor, TEXT, with_ledger=True, with_units=True)
    assert found.ledger is not None
    assert model.inspect(TEXT, explanation=False).explanation is None


def test_a_model_that_is_not_there_is_said(tmp_path: object) -> None:
    """With the error of the commands."""
    with pytest.raises(NoModelError, match="no such folder"):
        load("no/such/model")


def test_nothing_heavy_is_loaded() -> None:
    """One review needs numpy only; the package alone not even that."""
    assert packages_loaded_by("from lstm_cli import load").isdisjoint(HEAVY)
    assert packages_loaded_by("import lstm_cli").isdisjoint({*HEAVY, "numpy"})


def test_what_the_package_lacks_is_said() -> None:
    """As of any module."""
    import lstm_cli

    with pytest.raises(AttributeError, match="no attribute 'nothing'"):
        _ = lstm_cli.nothing
