"""Accuracy of the defaults, mean and spread over seeds 0 to 2, as whole commands.

    python -m tests.benchmarks.accuracy TRAIN.csv DEV.csv [-- options of lstm train]

Beside the LSTM stands the same logistic regression that ``lstm train`` fits,
here on all of TRAIN.csv, where the LSTM holds a tenth of it out.
"""

import argparse
import json
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

import numpy as np

from lstm_cli.data.reviews import read_reviews
from lstm_cli.metrics.baselines import WordRegression, drawn
from lstm_cli.metrics.scores import scores_of
from lstm_cli.text.tokens import tokenize

SEEDS = (0, 1, 2)


def run(*arguments: str) -> dict[str, float]:
    """What one ``lstm ... --json`` says."""
    command = [sys.executable, "-m", "lstm_cli", "-q", *arguments, "--json"]
    printed: dict[str, float] = json.loads(subprocess.check_output(command))
    return printed


def main() -> None:
    """Train and measure once a seed."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("train")
    parser.add_argument("dev")
    parser.add_argument("options", nargs="*", help="of lstm train, behind --")
    asked = parser.parse_args()

    print("| | accuracy | mean error | kappa | seconds |")
    print("|---|---|---|---|---|")
    found: list[tuple[float, float, float, float]] = []
    with tempfile.TemporaryDirectory() as folder:
        for seed in SEEDS:
            name = f"seed-{seed}"
            at = ("--models-dir", folder)
            made = run(
                "train", asked.train, "--seed", str(seed), "--name", name, *at, *asked.options
            )
            scores = run("evaluate", asked.dev, "--model", str(Path(folder, name)))
            found.append((scores["accuracy"], scores["mae"], scores["qwk"], made["seconds"]))
            print(row(f"LSTM, seed {seed}", *found[-1]), flush=True)
    means = [statistics.mean(column) for column in zip(*found, strict=True)]
    print(row("LSTM, mean", *means))
    spread = 100 * statistics.stdev(accuracy for accuracy, *_ in found)
    print(f"| LSTM, standard deviation | {spread:.2f} | | | |")

    train = read_reviews([asked.train])
    dev = read_reviews([asked.dev], scale=train.scale)
    places = drawn(len(train))
    regression = WordRegression.fit(
        (tokenize(train.texts[k]) for k in places), train.rating_indices[places], len(train.scale)
    )
    peer = scores_of(
        dev.rating_indices,
        regression.predict(map(tokenize, dev.texts)),
        np.array(train.scale.ratings),
    )
    print(row("logistic regression on all", peer.accuracy, peer.mae, peer.qwk, float("nan")))


def row(name: str, accuracy: float, mae: float, kappa: float, seconds: float) -> str:
    """A line of the table."""
    took = "" if np.isnan(seconds) else f"{seconds:.0f}"
    return f"| {name} | {100 * accuracy:.2f} | {mae:.3f} | {kappa:.3f} | {took} |"


if __name__ == "__main__":
    main()
