"""Make ``models/base`` anew: ``python -m tests.make_base DATA`` (80 minutes on two cores with AMX).

DATA holds ``imdb/train.csv.gz``, ``imdb/unlabelled.csv.gz`` and ``sst5/phrases.csv``. Four steps,
each a model in WORK that is not made twice; a step that was stopped goes on where it stood:

1. ``language``: which word comes next in IMDB's reviews, labelled or not;
2. ``stars``: IMDB's eight ratings, but those of the last 2,500 reviews;
3. ``films``: the scale 1 to 5, all of IMDB's ratings halved, and the phrases, which supply the
   middle;
4. ``models/base``: the same in half precision, with a card. This is what ships.

``stars`` is there to be measured, too: it has seen no sentence of SST-5, and no rating of those
2,500 reviews (``python -m tests.benchmarks.accuracy``).
"""

import argparse
import json
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import polars as pl

from lstm_cli.bundle.contents import HISTORY_FILE, NewBundle
from lstm_cli.bundle.reading import open_bundle
from lstm_cli.bundle.writing import write_bundle

HELD_OUT = 2_500  # reviews at the end of imdb/train.csv.gz, on which settings are chosen
ROOT = Path(__file__).parents[1]
NOTES = """
## What it is, and is not

The base that ships with lstm-cli: `lstm predict` uses it as long as no other model has been
trained, and `lstm train` starts from it. It has learned English film reviews: the language of
75,000 of IMDB's, then the ratings of 25,000 of them, brought from 1-10 to 1-5, and those of the
phrases of the Stanford Sentiment Treebank's training sentences (Maas et al. 2011; Socher et al.
2013). None of their texts is in it.

Made by `python -m tests.make_base DATA`. The scores above are of reviews and phrases held out
in the last step; phrases are most of them, and easier than sentences. `tests/benchmarks/README.md`
has the scores on development data.

- Of other things than films, and of other languages than English, it knows little: train on
  reviews of your own.
- It has learned from what people wrote, prejudice against names, groups and places included. Do
  not judge people with it, nor what they write of one another.
- Irony, comparison and what a sentence leaves unsaid are often lost on it.
"""


def main() -> None:
    """Run what has not been run yet."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("data", type=Path)
    parser.add_argument("--work", type=Path, default=ROOT / "build" / "base")
    asked = parser.parse_args()
    work: Path = asked.work
    work.mkdir(parents=True, exist_ok=True)
    reviews = asked.data / "imdb" / "train.csv.gz"
    rated = pl.read_csv(reviews).select("review", "rating")
    rated.head(-HELD_OUT).write_csv(work / "imdb.csv")

    if not (work / "language").exists():
        unlabelled = asked.data / "imdb" / "unlabelled.csv.gz"
        lstm(work, "pretrain", reviews, unlabelled, "--name", "language", "--resume")
    step(work, "stars", "language", 4, work / "imdb.csv")
    halved = rated.with_columns((pl.col("rating") + 1) // 2)
    halved.write_csv(work / "imdb-halved.csv")
    phrases = asked.data / "sst5" / "phrases.csv"
    step(work, "films", "stars", 2, work / "imdb-halved.csv", phrases)
    ship(work / "films", ROOT / "models" / "base")


def step(work: Path, name: str, base: str, epochs: int, *files: Path) -> None:
    """A training that starts from the one before, and adds no words to it."""
    options = ("--base", base, "--epochs", epochs, "--learning-rate", 1e-3, "--max-words", 0)
    if not (work / name).exists():
        lstm(work, "train", *files, "--name", name, *options, "--no-baseline")


def lstm(work: Path, command: str, *arguments: object) -> None:
    """A command as a person would give it."""
    line = [sys.executable, "-m", "lstm_cli", command, *map(str, arguments)]
    subprocess.run([*line, "--models-dir", str(work)], check=True)


def ship(made: Path, base: Path) -> None:
    """Write a model as the package holds it: half the bytes, and what to know before using it."""
    bundle = open_bundle(made)
    new = NewBundle(
        info=replace(bundle.info, stored_as="float16"),
        tokens=bundle.vocabulary.tokens,
        weights=bundle.arrays,
        gate_statistics=bundle.gate_statistics,
        history=tuple(map(json.loads, bundle.text(HISTORY_FILE).splitlines())),
        notes=NOTES,
    )
    write_bundle(new, base, replace=base.exists())
    size = sum(file.stat().st_size for file in base.iterdir()) / 2**20
    print(f"{base}: {size:.1f} MiB")


if __name__ == "__main__":
    main()
