"""Reviews of one to five words, rated by models of 500 reviews of their domain.

``python -m tests.benchmarks.short DATA BASE``

BASE has learned from none of the domains in ``short_reviews.csv``. A review is on the right
side if the expected rating is above the middle of the scale, or below it, as the file says.
"""

import csv
import subprocess
import sys
import tempfile
from collections import defaultdict
from pathlib import Path

from lstm_cli import load
from tests.benchmarks.accuracy import SEEDS
from tests.benchmarks.learning_curve import drawn_from
from tests.benchmarks.recipes import domain

SHORT = Path(__file__).with_name("short_reviews.csv")


def main(data: Path, base: Path) -> None:
    """Print how many of each domain are on the right side, and which are not."""
    asked: dict[str, list[dict[str, str]]] = defaultdict(list)
    with SHORT.open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            asked[row["domain"]].append(row)
    lstm = str(Path(sys.executable).with_name("lstm"))
    print("| domain | seed | right | wrong |\n|---|---|---|---|")
    right = total = 0
    for name, rows in asked.items():
        for seed in SEEDS:
            with tempfile.TemporaryDirectory() as folder:
                reviews = Path(folder) / "reviews.csv"
                drawn_from(domain(data, name)[0], 500, seed).write_csv(reviews)
                command = [lstm, "-q", "train", str(reviews), "--base", str(base)]
                command += ["--seed", str(seed), "--models-dir", folder]
                subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
                model = load(Path(folder) / "reviews")
                said_of = model.predict_many([row["review"] for row in rows])
            ratings = [float(label) for label in model.ratings]
            middle = (ratings[0] + ratings[-1]) / 2
            wrong = []
            for row, said in zip(rows, said_of, strict=True):
                is_high = said.expected_rating > middle
                if is_high != (row["side"] == "high"):
                    wrong.append(f"{row['review']} {said.expected_rating:.1f}")
            right, total = right + len(rows) - len(wrong), total + len(rows)
            count = f"{len(rows) - len(wrong)} of {len(rows)}"
            print(f"| {name} | {seed} | {count} | {', '.join(wrong)} |", flush=True)
    print(f"\n{100 * right / total:.1f} % of {total} are on the right side")


if __name__ == "__main__":
    main(*map(Path, sys.argv[1:3]))
