"""Whole processes: one prediction against ``import torch``, ``--help`` against an empty program.

Then the imports of one prediction. ``python -m tests.benchmarks.cold [ROUNDS]``
"""

import os
import re
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from statistics import median

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


# A package that pip installed is compiled; a checkout is, too, unless this forbids to keep it.
COMPILED = os.environ | {"PYTHONDONTWRITEBYTECODE": ""}
MOST_IMPORTS = 10  # that are shown
# As -X importtime writes them: µs of its own, µs with all that it imports, its name.
IMPORT = re.compile(r"import time: +(\d+) \| +(\d+) \| +(\S+)$", re.MULTILINE)


def processor_seconds() -> float:
    """What all processes have computed that were begun here and have ended."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def seconds_of(
    *command: str, clock: Callable[[], float] = time.perf_counter
) -> Callable[[], float]:
    """Measures the whole process, from outside."""

    def measure() -> float:
        began = clock()
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL, env=COMPILED)
        return clock() - began

    measure()  # the first run compiles, and fills the disk's cache
    return measure


def show_imports(command: tuple[str, ...], rounds: int) -> None:
    """Print what takes longest to import, and what is left of the process beside all imports.

    Times are medians; each import is slower by some microseconds for being traced.
    """
    own: dict[str, list[int]] = {}
    cumulative: dict[str, list[int]] = {}
    alone, together = [], []
    for _ in range(rounds):
        began = time.perf_counter()
        traced = subprocess.run(
            (sys.executable, "-X", "importtime", *command),
            check=True, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True,
            env=COMPILED,
        )  # fmt: skip
        whole = 1e6 * (time.perf_counter() - began)
        imports = [(int(a), int(b), name) for a, b, name in IMPORT.findall(traced.stderr)]
        together.append(sum(a for a, _, _ in imports))
        alone.append(whole - together[-1])
        for a, b, name in imports:
            own.setdefault(name, []).append(a)
            cumulative.setdefault(name, []).append(b)
    longest = sorted(cumulative, key=lambda name: -median(cumulative[name]))[:MOST_IMPORTS]
    print("| | own ms | with all that it imports |\n|---|---|---|")
    for name in longest:
        print(f"| {name} | {median(own[name]) / 1e3:.1f} | {median(cumulative[name]) / 1e3:.1f} |")
    print(f"| all {len(own)} imports | | {median(together) / 1e3:.1f} |")
    print(f"| what is not imports | {median(alone) / 1e3:.1f} | |")


def main(rounds: int = 9) -> None:
    """Print the tables."""
    lstm = str(Path(sys.executable).with_name("lstm"))
    with tempfile.TemporaryDirectory() as folder:
        model = str(Path(folder) / "big")
        write_big_bundle(Path(model), 30_000, 200, 512)
        asked = ("great movie", "--model", model)
        commands = {
            'lstm predict "great movie"': (lstm, "-q", "predict", *asked),
            'lstm inspect-gates "great movie"': (lstm, "-q", "inspect-gates", *asked),
            "import torch": (sys.executable, "-c", "import torch"),
        }
        first = next(iter(commands))
        print(f"One prediction, 30,000 words x 200, 512 units; medians of {rounds}\n")
        for unit, clock in (
            ("seconds", time.perf_counter),
            ("processor seconds", processor_seconds),
        ):
            sides = {name: seconds_of(*command, clock=clock) for name, command in commands.items()}
            show_table(unit, alternately(sides, rounds), first=first)
            print()
        show_imports(commands[first], rounds)
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
