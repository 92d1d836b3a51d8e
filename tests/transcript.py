"""The README's transcript of a terminal, from commands that are really run.

``python -m tests.transcript`` writes it anew. A test holds what does not depend on the machine.
"""

import os
import subprocess
import sys
import tempfile

from tests.pages import README

COMMANDS = (
    "lstm train --sample",
    'lstm predict "great movie"',
    'echo "badly acted" | lstm inspect-gates',
)
BEGIN, END = "<!-- transcript: made by python -m tests.transcript -->", "<!-- end of transcript -->"


def transcript() -> str:
    """What a person sees, in 80 columns."""
    parts = [BEGIN, "```text"]
    surroundings = {**os.environ, "COLUMNS": "80", "TERM": "dumb"}
    with tempfile.TemporaryDirectory() as folder:
        for command in COMMANDS:
            shown = subprocess.check_output(
                command.replace("lstm ", f"{sys.executable} -m lstm_cli ", 1),
                shell=True,
                cwd=folder,
                env=surroundings,
                stderr=subprocess.STDOUT,
                text=True,
            )
            lines = (line.rstrip() for line in shown.rstrip().splitlines())
            parts += [f"$ {command}", *lines, ""]
    parts[-1] = "```"
    return "\n".join([*parts, END])


if __name__ == "__main__":
    before, rest = README.read_text("utf-8").split(BEGIN)
    README.write_text(before + transcript() + rest.split(END)[1], "utf-8")
