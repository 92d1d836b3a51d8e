"""Accuracy of the defaults, mean and spread over seeds 0 to 2, as whole commands.

    python -m tests.benchmarks.accuracy TRAIN.csv DEV.csv [-- options of lstm train]
    python -m tests.benchmarks.accuracy --data DATA --bases WORK [--only sentences ...]

The first is for any two files. Beside the LSTM stands the same logistic regression
that ``lstm train`` fits, here on all of TRAIN.csv, where the LSTM holds a tenth of it
out. The second makes the figures of ``README.md`` beside this file: DATA holds ``sst5`` and
``imdb``, WORK the bases that they start from. Sentences start from one that has seen no rating
of SST-5 (``python -m tests.make_base DATA --without phrases,sst5 --base WORK/no-sentences``),
film reviews from ``WORK/base``, a copy of the base that ships. It has seen the ratings of those
they learn from, but for IMDB's last 2,500, on which they are measured.
"""

import argparse
import json
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl

from lstm_cli.data.reviews import read_reviews
from lstm_cli.metrics.baselines import WordRegression, drawn
from lstm_cli.metrics.scores import scores_of
from lstm_cli.text.tokens import tokenize

SEEDS = (0, 1, 2)
HEADER = """| | accuracy | mean error | kappa | calibration error (of chance alone) | seconds |
|---|---|---|---|---|---|"""
HELD_OUT = 2_500
FEW = 500


@dataclass(frozen=True)
class Task:
    """What is learned, what it is measured on, and where it starts."""

    title: str
    base: str  # a model in WORK
    train: Sequence[Path]  # a file for each seed
    dev: Path


def run(*arguments: str) -> dict[str, Any]:
    """What one ``lstm ... --json`` says."""
    command = [sys.executable, "-m", "lstm_cli", "-q", *arguments, "--json"]
    printed: dict[str, float] = json.loads(subprocess.check_output(command))
    return printed


def main() -> None:
    """Train and measure once a seed."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("files", nargs="*", metavar="TRAIN DEV")
    parser.add_argument("--data", type=Path)
    parser.add_argument("--bases", type=Path)
    parser.add_argument("--only", nargs="+", help="sentences, few, phrases, sides, stars")
    own, options = _split_at_dashes(sys.argv[1:])
    asked = parser.parse_args(own)
    with tempfile.TemporaryDirectory() as folder:
        if asked.data is None:
            train, dev = asked.files
            print(HEADER)
            measure("LSTM", [train] * len(SEEDS), dev, options, Path(folder))
            measure_regression(train, dev)
            return
        print(HEADER)
        for name, task in tasks(asked.data, Path(folder)).items():
            if asked.only is None or name in asked.only:
                base = ("--base", str(asked.bases / task.base))
                measure(task.title, task.train, task.dev, (*base, *options), Path(folder) / name)


def tasks(data: Path, folder: Path) -> dict[str, Task]:
    """The tasks of ``README.md``; files that are parts of others are written to ``folder``."""
    sst, imdb = data / "sst5", data / "imdb"
    sentences = pl.read_csv(sst / "train.csv")
    few = []
    for seed in SEEDS:
        few.append(folder / f"few-{seed}.csv")
        sentences.sample(FEW, seed=seed).write_csv(few[-1])
    reviews = pl.read_csv(imdb / "train.csv.gz").select("review", "rating")
    sides = reviews.with_columns((pl.col("rating") > 5).cast(pl.Int64))
    for name, frame in (("stars", reviews), ("sides", sides)):
        frame.head(-HELD_OUT).write_csv(folder / f"{name}-train.csv")
        frame.tail(HELD_OUT).write_csv(folder / f"{name}-dev.csv")

    def same(path: Path) -> list[Path]:
        return [path] * len(SEEDS)

    dev = sst / "dev.csv"
    return {
        "sentences": Task("SST-5, sentences", "no-sentences", same(sst / "train.csv"), dev),
        "few": Task("SST-5, 500 sentences", "no-sentences", few, dev),
        "phrases": Task("SST-5, phrases", "no-sentences", same(sst / "phrases.csv"), dev),
        "sides": Task(
            "IMDB, positive or negative",
            "base",
            same(folder / "sides-train.csv"),
            folder / "sides-dev.csv",
        ),
        "stars": Task(
            "IMDB, eight ratings",
            "base",
            same(folder / "stars-train.csv"),
            folder / "stars-dev.csv",
        ),
    }


def measure(
    title: str, train: Sequence[object], dev: object, options: Sequence[str], folder: Path
) -> None:
    """A row a seed, and their mean and spread."""
    found: list[tuple[float, ...]] = []
    for seed, file in zip(SEEDS, train, strict=True):
        name = f"seed-{seed}"
        at = ("--models-dir", str(folder))
        made = run("train", str(file), "--seed", str(seed), "--name", name, *at, *options)
        scores = run("evaluate", str(dev), "--model", str(folder / name))
        measured = (scores[name] for name in ("accuracy", "mae", "qwk", "ece"))
        found.append((*measured, scores["ece_by_chance"], made["seconds"]))
        print(row(f"{title}, seed {seed}", *found[-1]), flush=True)
    means = [statistics.mean(column) for column in zip(*found, strict=True)]
    print(row(f"{title}, mean", *means))
    spread = 100 * statistics.stdev(accuracy for accuracy, *_ in found)
    print(f"| {title}, standard deviation | {spread:.2f} | | | | |", flush=True)


def measure_regression(train_file: str, dev_file: str) -> None:
    """What the words alone say."""
    train = read_reviews([train_file])
    dev = read_reviews([dev_file], scale=train.scale)
    places = drawn(len(train))
    regression = WordRegression.fit(
        (tokenize(train.texts[k]) for k in places), train.rating_indices[places], len(train.scale)
    )
    answers = regression.predict(map(tokenize, dev.texts))
    peer = scores_of(dev.rating_indices, answers, np.array(train.scale.ratings))
    print(row("logistic regression on all", peer.accuracy, peer.mae, peer.qwk))


def row(
    name: str,
    accuracy: float,
    mae: float,
    kappa: float,
    ece: float | None = None,
    of_chance: float | None = None,
    seconds: float | None = None,
) -> str:
    """A line of the table."""
    error = "" if ece is None else f"{ece:.3f} ({of_chance:.3f})"
    took = "" if seconds is None else f"{seconds:.0f}"
    return f"| {name} | {100 * accuracy:.2f} | {mae:.3f} | {kappa:.3f} | {error} | {took} |"


def _split_at_dashes(arguments: list[str]) -> tuple[list[str], list[str]]:
    """What is ours, and behind ``--`` what is for ``lstm train``."""
    if "--" not in arguments:
        return arguments, []
    place = arguments.index("--")
    return arguments[:place], arguments[place + 1 :]


if __name__ == "__main__":
    main()
