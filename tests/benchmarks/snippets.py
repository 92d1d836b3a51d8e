"""Sentences of kinds that no base has read.

``python -m tests.benchmarks.snippets FOLDER BASE ...``

FOLDER is ``hutto_ICWSM_2014``, which the source package of vaderSentiment 3.3.2 holds as
``additional_resources/hutto_ICWSM_2014.tar.gz`` (Hutto and Gilbert 2014; MIT license): sentences of
Amazon's product reviews, of tweets and of editorials, each rated from -4 to 4 by twenty people.
Printed are the correlation of their mean with the expected rating, and the share on the right
side of the middle, of those that people rated half a point away from it or more.
"""

import sys
from pathlib import Path

import numpy as np

from lstm_cli import load

KINDS = {
    "Amazon": "amazonReviewSnippets_GroundTruth.txt",
    "tweets": "tweets_GroundTruth.txt",
    "editorials": "nytEditorialSnippets_GroundTruth.txt",
}
CLEAR = 0.5  # of people's scale


def rated_sentences(path: Path) -> tuple[list[str], np.ndarray]:
    """The texts, and what people said of them on average."""
    lines = path.read_text("utf-8", errors="replace").splitlines()
    rows = [line.split("\t", 2) for line in lines]
    whole = [row for row in rows if len(row) == 3]
    return [text for _, _, text in whole], np.array([float(mean) for _, mean, _ in whole])


def main() -> None:
    """Print a row for each base."""
    folder, *bases = map(Path, sys.argv[1:])
    sentences = {kind: rated_sentences(folder / name) for kind, name in KINDS.items()}
    print(f"| | {' | '.join(f'{kind}: correlation | side' for kind in sentences)} |")
    for base in bases:
        model = load(base)
        middle = (float(model.ratings[0]) + float(model.ratings[-1])) / 2
        cells = [str(base)]
        for texts, people in sentences.values():
            expected = np.array([p.expected_rating for p in model.predict_many(texts)])
            is_clear = np.abs(people) >= CLEAR
            side = ((expected > middle) == (people > 0))[is_clear].mean()
            cells += [f"{np.corrcoef(people, expected)[0, 1]:.3f}", f"{100 * side:.1f} %"]
        print(f"| {' | '.join(cells)} |", flush=True)


if __name__ == "__main__":
    main()
