"""What a start costs: heavy packages stay out until a command needs them."""

from pathlib import Path

import pytest

from lstm_cli.bundle.reading import Bundle
from tests.helpers import HEAVY, packages_loaded_by


def packages_loaded_by_command(*arguments: str) -> set[str]:
    """The same for a command line of ``lstm``."""
    code = (
        "from lstm_cli.commands import app\n"
        f"try:\n    app({list(arguments)!r})\nexcept SystemExit as end:\n    assert not end.code"
    )
    return packages_loaded_by(code)


def test_the_probe_sees_an_import() -> None:
    """Guards the tests below: a probe that reports nothing would pass them all."""
    assert "decimal" in packages_loaded_by("import decimal")


@pytest.mark.parametrize(
    "module", ["commands", "bundle.locating", "inference.predictor", "gates.trace", "views.gates"]
)
def test_light_modules_stay_light(module: str) -> None:
    """Neither torch, nltk nor polars is loaded before a command asks for it."""
    assert packages_loaded_by(f"import lstm_cli.{module}").isdisjoint(HEAVY)


@pytest.mark.parametrize("arguments", [["--help"], ["train", "--help"], ["--version"]])
def test_help_loads_no_array_library(arguments: list[str]) -> None:
    """Help is there at once."""
    assert packages_loaded_by_command(*arguments).isdisjoint({*HEAVY, "numpy"})


@pytest.mark.parametrize(
    "arguments", [["predict", "great movie"], ["inspect-gates", "great movie"], ["models"]]
)
def test_one_review_needs_no_torch(tiny_bundle: Bundle, arguments: list[str]) -> None:
    """One prediction is quicker to answer than ``import torch``."""
    folder = str(Path(tiny_bundle.path).parent)
    loaded = packages_loaded_by_command(*arguments, "--models-dir", folder)
    assert "numpy" in loaded
    assert loaded.isdisjoint(HEAVY)
