"""The README's reference of every command, from the program's own help.

``python -m tests.reference`` writes it anew; a test holds that nobody forgot to.
"""

from pathlib import Path

from typer.testing import CliRunner

from lstm_cli.commands import app

README = Path(__file__).parent.parent / "README.md"
COMMANDS = (
    ("train",), ("predict",), ("inspect-gates",), ("explain",), ("memory-test",), ("evaluate",),
    ("compare",), ("exam",),
    ("pretrain",), ("models",), ("models", "show"), ("models", "remove"), ("sample",),
)  # fmt: skip
BEGIN, END = "<!-- reference: made by python -m tests.reference -->", "<!-- end of reference -->"


def reference() -> str:
    """The help of every command, in 80 columns."""
    parts = [BEGIN]
    for command in ((), *COMMANDS):
        shown = CliRunner().invoke(
            app, [*command, "--help"], prog_name="lstm", env={"COLUMNS": "80", "TERM": "dumb"}
        )
        lines = (line.rstrip() for line in shown.stdout.strip().splitlines())
        title = " ".join(("lstm", *command))
        parts += [f"### `{title}`", "", "```text", *lines, "```", ""]
    return "\n".join([*parts, END])


def with_reference(readme: str) -> str:
    """A README with the reference in its place."""
    before, rest = readme.split(BEGIN)
    return before + reference() + rest.split(END)[1]


if __name__ == "__main__":
    README.write_text(with_reference(README.read_text("utf-8")), "utf-8")
