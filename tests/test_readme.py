"""The README makes no claim that the program does not keep."""

import re
import shlex
from pathlib import Path

import pytest

from tests.benchmarks.learning_curve import PICTURE, known_figures, tables
from tests.helpers import lstm
from tests.reference import COMMANDS, README, with_reference

TEXT = README.read_text("utf-8")


def commands_shown() -> list[list[str]]:
    """Every ``lstm ...`` that the README tells a person to type."""
    found = []
    for block in re.findall(r"```(?:sh|console)\n(.*?)```", TEXT, re.DOTALL):
        for line in block.splitlines():
            for command in re.findall(r"(?:^|[$|&] |\.venv/bin/)lstm ([^|&\n]*)", line):
                found.append(shlex.split(command, comments=True))
    return found


def test_the_reference_is_what_help_says() -> None:
    """``python -m tests.reference`` makes it anew."""
    assert with_reference(TEXT) == TEXT


def test_the_learning_curve_is_what_was_measured() -> None:
    """Every figure of its tables is one of ``tests/benchmarks/learning_curve.jsonl``."""
    assert tables(known_figures()) in TEXT
    assert PICTURE.is_file()
    assert f"({PICTURE.relative_to(README.parent)})" in TEXT


def test_there_are_commands_to_check() -> None:
    """Guards the tests below."""
    assert len(commands_shown()) >= 8


@pytest.mark.parametrize("command", commands_shown(), ids=" ".join)
def test_every_command_shown_exists_with_its_options(command: list[str]) -> None:
    """A person copies them."""
    names = [name for name in (" ".join(command[:2]), command[0])
             if name in {" ".join(known) for known in COMMANDS}]  # fmt: skip
    assert names or command[0].startswith("-")
    options = {word.split("=")[0] for word in command if word.startswith("--")}
    shown = lstm(*names[0].split(), "--help").stdout if names else lstm("--help").stdout
    for option in options:
        assert option in shown


def test_files_named_in_the_reading_order_exist() -> None:
    """A reading order that leads nowhere is worse than none."""
    root = README.parent
    named = re.findall(r"`((?:lstm_cli|tests)/[\w/.]+)`", TEXT)
    assert len(named) >= 8
    for name in named:
        assert (root / name).exists(), name


def test_every_module_says_what_it_is_for() -> None:
    """The first line of a file is its one idea."""
    for path in (README.parent / "lstm_cli").rglob("*.py"):
        assert Path(path).read_text("utf-8").startswith('"""'), path
