"""The reference of every command, from the program's own help.

It stands at the end of ``lstm_cli/commands/README.md``. The commands are those that the program
has, so none can be missing. ``python -m tests.reference`` writes it anew; a test holds that
nobody forgot to.
"""

from collections.abc import Iterator
from typing import Any

import typer
from typer.testing import CliRunner

from lstm_cli.commands import app
from tests.pages import COMMANDS

BEGIN, END = "<!-- reference: made by python -m tests.reference -->", "<!-- end of reference -->"


def commands() -> list[tuple[str, ...]]:
    """Every command as it is typed behind ``lstm``; the first is ``lstm`` alone.

    >>> ("models", "show") in commands()
    True
    """
    return list(_within(typer.main.get_command(app), ()))


def _within(command: Any, path: tuple[str, ...]) -> Iterator[tuple[str, ...]]:
    """A command, and those it is a group of."""
    yield path
    for name, inner in getattr(command, "commands", {}).items():
        yield from _within(inner, (*path, name))


def reference() -> str:
    """The help of every command, in 80 columns."""
    parts = [BEGIN]
    for command in commands():
        shown = CliRunner().invoke(
            app, [*command, "--help"], prog_name="lstm", env={"COLUMNS": "80", "TERM": "dumb"}
        )
        lines = (line.rstrip() for line in shown.stdout.strip().splitlines())
        title = " ".join(("lstm", *command))
        parts += [f"### `{title}`", "", "```text", *lines, "```", ""]
    return "\n".join([*parts, END])


def with_reference(page: str) -> str:
    """A page with the reference in its place."""
    before, rest = page.split(BEGIN)
    return before + reference() + rest.split(END)[1]


if __name__ == "__main__":
    COMMANDS.write_text(with_reference(COMMANDS.read_text("utf-8")), "utf-8")
