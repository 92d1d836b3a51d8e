"""Nothing grows past what a reader holds in mind at once: functions, signatures, files.

A command's signature is its options, each with its help. Everything up to the end of its docstring
is what ``--help`` prints, and counts neither as lines nor as parameters.
"""

import ast
import re
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import typer

import lstm_cli
from lstm_cli.commands import app
from lstm_cli.commands.program import COMMANDS as NAMES
from lstm_cli.commands.program import program_of

PACKAGE = Path(lstm_cli.__file__).parent
MOST_LINES, MOST_PARAMETERS, MOST_LINES_OF_A_FILE = 60, 8, 400


class Function(NamedTuple):
    """A function of the package, a method or one inside another."""

    path: str
    name: str
    lines: int
    parameters: int


def commands_of(program: typer.Typer) -> Iterator[tuple[str, str]]:
    """File and name of every function that typer makes a command of."""
    for command in [*program.registered_commands, program.registered_callback]:
        if command is not None and command.callback is not None:
            module, name = command.callback.__module__, command.callback.__name__
            path = module.removeprefix("lstm_cli.").replace(".", "/")
            yield f"{path}/__init__.py" if (PACKAGE / path).is_dir() else f"{path}.py", name


COMMANDS = {
    command for program in (app, *map(program_of, NAMES)) for command in commands_of(program)
}


def measured(path: str, node: ast.FunctionDef | ast.AsyncFunctionDef) -> Function:
    """The size of a function; of a command, that of its body."""
    assert node.end_lineno is not None
    if (path, node.name) in COMMANDS:
        docstring = node.body[0]
        assert docstring.end_lineno is not None
        return Function(path, node.name, node.end_lineno - docstring.end_lineno, 0)
    named = node.args.posonlyargs + node.args.args + node.args.kwonlyargs
    starred = [starred for starred in (node.args.vararg, node.args.kwarg) if starred is not None]
    lines = node.end_lineno - node.lineno + 1
    return Function(path, node.name, lines, len(named) + len(starred))


def functions() -> list[Function]:
    """Every function of the package."""
    return [
        measured(path.relative_to(PACKAGE).as_posix(), node)
        for path in sorted(PACKAGE.rglob("*.py"))
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
    ]


def test_there_are_functions_and_commands_to_measure() -> None:
    """Guards the tests below."""
    names = {(function.path, function.name) for function in functions()}
    assert len(names) > 500
    assert names >= COMMANDS
    assert {("commands/train.py", "train"), ("commands/__init__.py", "lstm")} <= COMMANDS


def test_no_function_is_longer_than_a_screen() -> None:
    """What does not fit is two functions."""
    too_long = [function for function in functions() if function.lines > MOST_LINES]
    assert not too_long, "\n".join(map(str, too_long))


def test_no_function_has_more_parameters_than_a_reader_can_tell_apart() -> None:
    """What goes together is an object with a name."""
    # scikit-learn reads the parameters of an estimator from its signature, and sets each alone.
    estimators = {("sklearn.py", "__init__")}
    too_many = [function for function in functions() if function.parameters > MOST_PARAMETERS
                and (function.path, function.name) not in estimators]  # fmt: skip
    assert not too_many, "\n".join(map(str, too_many))


def test_no_file_is_longer_than_one_idea_needs() -> None:
    """Whoever looks for something opens the file that is named after it."""
    lengths = {
        path.relative_to(PACKAGE).as_posix(): len(path.read_text("utf-8").splitlines())
        for path in PACKAGE.rglob("*.py")
    }
    too_long = {path: n for path, n in lengths.items() if n > MOST_LINES_OF_A_FILE}
    assert not too_long, too_long


def test_no_test_is_a_part_of_another() -> None:
    """What tests share is in ``tests.helpers``; conftest has fixtures, which nobody imports."""
    tests = Path(__file__).parent
    named = re.compile(r"^(?:from|import) (tests\.(?:conftest|test_)\w*)", re.MULTILINE)
    imported = {
        path.relative_to(tests).as_posix(): found
        for path in tests.rglob("*.py")
        if (found := named.findall(path.read_text("utf-8")))
    }
    assert not imported, imported
