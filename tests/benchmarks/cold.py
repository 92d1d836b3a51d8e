"""Whole processes: one prediction against ``import torch``, ``--help`` against an empty program.

``python -m tests.benchmarks.cold [ROUNDS]``
"""

import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from tests.benchmarks.big_bundle import write_big_bundle
from tests.benchmarks.tables import alternately, show_table

EMPTY_PROGRAM = """
import typer
app = typer.Typer()
for name in ("train", "predict", "inspect-gates", "evaluate", "models", "sample"):
    @app.command(name)
    def command(text: str = "") -> None:
        pass
app()
"""


def seconds_of(*command: str) -> Callable[[], float]:
    """Measures the whole process, from outside."""

    def measure() -> float:
        began = time.perf_counter()
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
        return time.perf_counter() - began

    measure()  # the first run fills the disk's cache
    return measure


def main(rounds: int = 9) -> None:
    """Print both tables."""
    lstm = str(Path(sys.executable).with_name("lstm"))
    with tempfile.TemporaryDirectory() as folder:
        model = str(Path(folder) / "big")
        write_big_bundle(Path(model), 30_000, 200, 512)
        asked = ("great movie", "--model", model)
        print(f"One prediction, 30,000 words x 200, 512 units; medians of {rounds}\n")
        sides = {
            'lstm predict "great movie"': seconds_of(lstm, "-q", "predict", *asked),
            'lstm inspect-gates "great movie"': seconds_of(lstm, "-q", "inspect-gates", *asked),
            "import torch": seconds_of(sys.executable, "-c", "import torch"),
        }
        show_table("seconds", alternately(sides, rounds), first='lstm predict "great movie"')
        empty = Path(folder) / "empty.py"
        empty.write_text(EMPTY_PROGRAM)
        print()
        sides = {
            "lstm --help": seconds_of(lstm, "--help"),
            "a Typer program with empty commands": seconds_of(sys.executable, str(empty), "--help"),
        }
        show_table("seconds", alternately(sides, rounds), first="lstm --help")


if __name__ == "__main__":
    main(*map(int, sys.argv[1:2]))
