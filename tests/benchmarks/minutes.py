"""Whole commands, as a person waits for them: trainings from the base that ships, an evaluation.

    python -m tests.benchmarks.minutes DATA [--rounds 3] [--only sample product] [--before CHECKOUT]
    python -m tests.benchmarks.minutes DATA --beside

DATA has ``domains``, ``sst5`` and ``imdb``. With ``--before``, a checkout of another version
takes turns with this one. ``--beside`` measures one epoch of the sample alone, beside one busy
single-threaded program, and beside other trainings.
"""

import argparse
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from statistics import median

import polars as pl

from tests.benchmarks.tables import alternately

HERE = Path(__file__).parents[2]
BUSY = "while True: pass"
TRAIN_SAMPLE = ("train", "--sample")


def drawn(data: Path, folder: Path) -> dict[str, tuple[str, ...]]:
    """The commands by the names of their rows, and their files, which are written here."""
    files = {
        "product": ("domains/earphones.csv.gz", 1_840),
        "long": ("domains/local_businesses.csv.gz", 450),
        "evaluate": ("domains/earphones.csv.gz", 460),
        "sst5": ("sst5/train.csv", None),
        "imdb": ("imdb/train.csv.gz", None),
    }
    commands = {"sample": TRAIN_SAMPLE}
    for name, (source, number) in files.items():
        frame = pl.read_csv(data / source).select("review", "rating")
        some = frame if number is None else frame.sample(number, shuffle=True, seed=1)
        some.write_csv(folder / f"{name}.csv")
        words = some["review"].str.split(" ").list.len().mean()
        print(f"{name}: {len(some):,} reviews of {words:.0f} words from {source}")
        command = ("evaluate", "--model", "base") if name == "evaluate" else ("train",)
        commands[name] = (*command, str(folder / f"{name}.csv"))
    return commands


def seconds(checkout: Path, command: tuple[str, ...]) -> float:
    """How long a command of a checkout takes, as a process of its own."""
    with tempfile.TemporaryDirectory() as folder:
        if command[0] == "train":
            command = (*command, "--models-dir", folder)
        began = time.perf_counter()
        _started(checkout, command).communicate()
        return time.perf_counter() - began


def _started(checkout: Path, command: tuple[str, ...]) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        [sys.executable, "-m", "lstm_cli", "-q", *command],
        env={**os.environ, "PYTHONPATH": str(checkout)},
        stdout=subprocess.DEVNULL,
    )


@contextmanager
def beside(*programs: list[str]) -> Iterator[None]:
    """A context in which other programs run."""
    running = [
        subprocess.Popen(program, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        for program in programs
    ]
    try:
        yield
        if any(program.poll() is not None for program in running):
            raise SystemExit("a program ended too early")
    finally:
        for program in running:
            program.kill()
            program.wait()


def show_beside(rounds: int) -> None:
    """One epoch of the sample, alone and beside other programs."""
    one = (*TRAIN_SAMPLE, "--epochs", "1")
    with tempfile.TemporaryDirectory() as folder:
        # So long that none of them ends before it is stopped.
        lasting = [sys.executable, "-m", "lstm_cli", "-q", *TRAIN_SAMPLE, "--epochs", "1000"]
        lasting += ["--replace"]  # what was killed a round ago
        training, other = ([*lasting, "--models-dir", f"{folder}/{k}"] for k in range(2))
        surroundings = {
            "alone": (),
            "beside one busy single-threaded program": ([sys.executable, "-c", BUSY],),
            "beside another training": (training,),
            "beside two other trainings": (training, other),
        }

        def side(programs: tuple[list[str], ...]) -> Callable[[], float]:
            def measure() -> float:
                with beside(*programs):
                    time.sleep(30 if programs else 0)  # until they train
                    return seconds(HERE, one)

            return measure

        found = alternately({name: side(them) for name, them in surroundings.items()}, rounds)
    print("\n| `lstm train --sample --epochs 1` | seconds | times as long |\n|---|---|---|")
    for name, took in found.items():
        ratio = median(a / b for a, b in zip(took, found["alone"], strict=True))
        print(f"| {name} | {median(took):.1f} | {ratio:.2f} |")


def main() -> None:
    """Print the tables."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("data", type=Path)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--only", nargs="*", default=["sample", "product", "long", "evaluate"])
    parser.add_argument("--before", type=Path, help="a checkout of another version")
    parser.add_argument("--beside", action="store_true")
    asked = parser.parse_args()
    if asked.beside:
        show_beside(asked.rounds)
        return
    with tempfile.TemporaryDirectory() as folder:
        commands = drawn(asked.data, Path(folder))
        checkouts = {"now": HERE} | ({} if asked.before is None else {"before": asked.before})
        print("\n| | seconds | before | times as long |\n|---|---|---|---|")
        for name in asked.only:
            sides = {
                when: lambda where=where, name=name: seconds(where, commands[name])
                for when, where in checkouts.items()
            }
            found = alternately(sides, asked.rounds)
            then = found.get("before")
            ratio = "" if then is None else f"{median(found['now']) / median(then):.2f}"
            before = "" if then is None else f"{median(then):.1f}"
            print(f"| {name} | {median(found['now']):.1f} | {before} | {ratio} |", flush=True)


if __name__ == "__main__":
    main()
