"""Errors know no options; the commands know one for every remedy."""

import ast
import pickle
import re
from pathlib import Path

from typer.main import get_command

import lstm_cli
from lstm_cli.commands import app
from lstm_cli.commands.hints import HINTS, with_options
from lstm_cli.errors import ColumnError, Remedy, RequestError

PACKAGE = Path(lstm_cli.__file__).parent
OPTION = re.compile(r"(?<![\w-])--[a-z][a-z-]+")


def options_of(command: object) -> set[str]:
    """The options of a command and of those below it."""
    options = {option for parameter in command.params for option in parameter.opts}
    for below in getattr(command, "commands", {}).values():
        options |= options_of(below)
    return options


def texts_in(path: Path) -> list[str]:
    """The strings of a module but for its docstrings."""
    nodes = list(ast.walk(ast.parse(path.read_text("utf-8"))))
    documented = (ast.Module, ast.ClassDef, ast.FunctionDef)
    firsts = (node.body[0] for node in nodes if isinstance(node, documented))
    docstrings = {id(first.value) for first in firsts if isinstance(first, ast.Expr)}
    return [
        node.value
        for node in nodes
        if isinstance(node, ast.Constant)
        and isinstance(node.value, str)
        and id(node) not in docstrings
    ]


def test_no_error_below_the_commands_names_an_option() -> None:
    """A server or a notebook shows it, too."""
    assert "--nothing" in OPTION.findall("leave out --nothing")
    for path in PACKAGE.rglob("*.py"):
        # A view speaks to the terminal, and a model card to whoever has this program.
        if path.parent.name not in ("commands", "views") and path.name != "card.py":
            for text in texts_in(path):
                assert not OPTION.search(text), f"{path.name}: {text}"
    for remedy in Remedy:
        assert not OPTION.search(remedy.value)


def test_every_remedy_has_a_hint_with_options_that_exist() -> None:
    """A hint at an option that is not there would be a second mistake."""
    assert set(HINTS) == set(Remedy)
    known = options_of(get_command(app))
    for remedy, hint in HINTS.items():
        assert set(OPTION.findall(hint)) <= known, hint
        details = re.findall(r"\{\d\}", remedy.value)
        assert set(re.findall(r"\{\d\}", hint)) >= set(details)


def test_an_error_says_the_same_with_options_and_without() -> None:
    """What is wrong comes first; what stands in a file is never taken for a field."""
    error = ColumnError("{0}: no column", Remedy.NAME_TEXT_COLUMN, "`{1}`")
    assert str(error) == "{0}: no column; name the column of reviews (`{1}`)"
    assert with_options(error) == "{0}: no column; name it with --text-column (`{1}`)"
    asked = RequestError("has 3 units", Remedy.LEAVE_OUT, parameter="embedding_size", value=5)
    assert str(asked) == "embedding size 5: has 3 units; leave it out"
    assert with_options(asked) == "--embedding-size 5: has 3 units; leave the option out"


def test_an_error_survives_the_way_from_another_process() -> None:
    """Work is shared out to processes."""
    for error in (
        ColumnError("{0}", Remedy.NAME_TEXT_COLUMN, "a, b"),
        RequestError("has 3 units", Remedy.LEAVE_OUT, parameter="unit", value=5),
    ):
        again = pickle.loads(pickle.dumps(error))
        assert type(again) is type(error)
        assert str(again) == str(error)
        assert with_options(again) == with_options(error)


def test_every_parameter_that_an_error_names_is_an_option() -> None:
    """``--step 9: ...`` is what a person typed."""
    known = options_of(get_command(app))
    asked = set()
    for path in PACKAGE.rglob("*.py"):
        asked |= set(re.findall(r"parameter=\"(\w+)\"", path.read_text("utf-8")))
        asked |= set(re.findall(r"_useless\(\"(\w+)\"", path.read_text("utf-8")))
    assert len(asked) >= 8
    assert {f"--{name.replace('_', '-')}" for name in asked} <= known
