"""Whether the words an explanation names are those that make the rating.

    python -m tests.benchmarks.faithfulness MODEL FILE [--reviews 200]

Of each review the three words named most important are deleted, and three at random,
20 times; how far the expected rating moves, and how many times as far, with the 95 %
interval of a bootstrap over the reviews. Reviews of fewer than seven words are left out:
of those, three words at random are half of the review.
"""

import argparse
from pathlib import Path

import numpy as np

from lstm_cli.bundle.reading import open_bundle
from lstm_cli.data.texts import read_texts
from lstm_cli.gates.trace import trace
from lstm_cli.inference.predictor import Predictor

SHORTEST = 7


def main() -> None:
    """Explain reviews drawn at random."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("model", type=Path)
    parser.add_argument("file")
    parser.add_argument("--reviews", type=int, default=200)
    asked = parser.parse_args()
    predictor = Predictor(open_bundle(asked.model))
    _, _, texts = read_texts(asked.file)
    moved = []
    for place in np.random.default_rng(0).permutation(len(texts)):
        if len(predictor.tokenize(texts[place])) < SHORTEST:
            continue
        explanation = trace(predictor, texts[place]).explanation
        assert explanation is not None
        moved.append((explanation.moved, explanation.moved_at_random))
        if len(moved) == asked.reviews:
            break
    found = np.array(moved)
    drawn = np.random.default_rng(0).integers(len(found), size=(2_000, len(found)))
    ratios = found[drawn, 0].mean(axis=1) / found[drawn, 1].mean(axis=1)
    low, high = np.quantile(ratios, (0.025, 0.975))
    named, random = found.mean(axis=0)
    print(f"| {Path(asked.file).name}, {len(found)} reviews | rating points |")
    print("|---|---|")
    print(f"| three words named | {named:.3f} |")
    print(f"| three words at random | {random:.3f} |")
    print(f"| times as far | {named / random:.2f} ({low:.2f} to {high:.2f}) |")


if __name__ == "__main__":
    main()
