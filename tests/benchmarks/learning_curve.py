"""How good by how many reviews: from a base, from nothing, and by simpler models.

    python -m tests.benchmarks.learning_curve DATA WORK [--only sst5] [--sizes 100]
        [--learners "from a base"] [--seeds 0]

DATA holds ``sst5`` and ``imdb``, WORK two bases made by ``python -m tests.make_base DATA``:
``no-sentences`` (with ``--without phrases,sst5 --base WORK/no-sentences``) and ``no-films``
(``--without imdb --base WORK/no-films``). Seeds 0 to 2 draw the reviews and train on them.
Each kind of reviews starts from the base that has not seen its ratings.
``skewed`` is IMDB with so many of the other ratings left out that 72 % are tens, its
development part, too. ``20 tries`` is ``lstm train --budget`` with twenty times the time of
one training.

Every figure is a line of ``learning_curve.jsonl`` beside this file as soon as it is known, and
is not measured again: what was stopped goes on. A line of rules that are no longer so is
to be removed by hand. The picture beside it is drawn from them; the tables stand in ``README.md``.
fastText is left out where it is not installed (pip install fasttext).
"""

import argparse
import json
import statistics
import sys
import time
from pathlib import Path

import polars as pl

from tests.benchmarks.accuracy import HELD_OUT, SEEDS
from tests.benchmarks.curve_drawing import drawing
from tests.benchmarks.peers import Figures, Learner, fast_text, has_fast_text, ours, regression

SIZES = {"sst5": (100, 500, 2_000, 8_544), "imdb": (500, 2_500, 22_500), "skewed": (4_000,)}
TENS = 0.72
BASES = {"sst5": "no-sentences", "imdb": "no-films", "skewed": "no-films"}
NAMES = {
    "sst5": "sentences",
    "imdb": "film reviews",
    "skewed": f"film reviews, {100 * TENS:.0f} % of them tens",
}
FIGURES = Path(__file__).with_suffix(".jsonl")
PICTURE = Path(__file__).with_suffix(".svg")
SKEWED_HELD_OUT = 7_500  # of IMDB's 25,000, before they are thinned
TRIES = 20
BUDGETED = f"{TRIES} tries"
ORDER = ("from a base", "from nothing", "logistic regression", "fastText", BUDGETED)


def main() -> None:
    """Measure what has not been measured yet, and print and draw all of it."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("data", type=Path)
    parser.add_argument("work", type=Path)
    parser.add_argument("--only", choices=tuple(SIZES))
    parser.add_argument("--sizes", type=int, nargs="*")
    parser.add_argument("--learners", nargs="*")
    parser.add_argument("--seeds", type=int, nargs="*", default=SEEDS)
    asked = parser.parse_args()
    for name in (asked.only,) if asked.only else SIZES:
        train, dev = load(asked.data, name)
        for size in SIZES[name]:
            if asked.sizes is not None and size not in asked.sizes:
                continue
            for learner, learn in _learners(asked.work / BASES[name]).items():
                if asked.learners is not None and learner not in asked.learners:
                    continue
                for seed in asked.seeds:
                    about = {"data": name, "size": size, "learner": learner, "seed": seed}
                    if not any(about.items() <= line.items() for line in known_figures()):
                        began = time.perf_counter()
                        found = about | learn(drawn_from(train, size, seed), dev, seed)
                        found["seconds"] = round(time.perf_counter() - began, 1)
                        with FIGURES.open("a", encoding="utf-8") as file:
                            file.write(json.dumps(found) + "\n")
                        print(found, file=sys.stderr, flush=True)
    known = known_figures()
    print(tables(known))
    PICTURE.write_text(drawing(_curves(known)), encoding="utf-8")


def load(data: Path, name: str) -> tuple[pl.DataFrame, pl.DataFrame]:
    columns = ("review", "rating")
    if name == "sst5":
        train, dev = (
            pl.read_csv(data / "sst5" / f"{part}.csv").select(columns) for part in ("train", "dev")
        )
        return train, dev
    reviews = pl.read_csv(data / "imdb" / "train.csv.gz").select(columns)
    if name == "imdb":
        return reviews.head(-HELD_OUT), reviews.tail(HELD_OUT)
    return _skewed(reviews.head(-SKEWED_HELD_OUT)), _skewed(reviews.tail(SKEWED_HELD_OUT))


def _skewed(reviews: pl.DataFrame) -> pl.DataFrame:
    """All tens, and so many of the others that tens are 72 %."""
    tens = reviews.filter(pl.col("rating") == 10)
    others = reviews.filter(pl.col("rating") != 10)
    return pl.concat([tens, others.sample(round(len(tens) * (1 - TENS) / TENS), seed=0)])


def drawn_from(reviews: pl.DataFrame, size: int, seed: int) -> pl.DataFrame:
    return reviews.sample(min(size, len(reviews)), seed=seed, shuffle=True)


def _learners(base: Path) -> dict[str, Learner]:
    found: dict[str, Learner] = {
        "from a base": lambda train, dev, seed: ours(train, dev, seed, str(base)),
        "from nothing": lambda train, dev, seed: ours(train, dev, seed, "none"),
        "logistic regression": regression,
    }
    if has_fast_text():
        found["fastText"] = fast_text
    found[BUDGETED] = lambda train, dev, seed: ours(train, dev, seed, str(base), TRIES)
    return found


def known_figures() -> list[Figures]:
    """All that has been measured so far."""
    if not FIGURES.exists():
        return []
    return [json.loads(line) for line in FIGURES.read_text(encoding="utf-8").splitlines()]


def _of(known: list[Figures], name: str, size: int, learner: str, measure: str) -> list[float]:
    about = {"data": name, "size": size, "learner": learner}
    return [line[measure] for line in known if about.items() <= line.items() and measure in line]


def _points(known: list[Figures]) -> list[tuple[str, int]]:
    """Data and size of all that has been measured, in the order of the issue."""
    found = {(line["data"], line["size"]) for line in known}
    return [
        (name, size) for name, sizes in SIZES.items() for size in sizes if (name, size) in found
    ]


def _all_learners(known: list[Figures], measure: str = "accuracy") -> list[str]:
    """Those with such a figure, in the order in which they are measured."""
    found = {line["learner"] for line in known if measure in line}
    return [learner for learner in ORDER if learner in found]


def tables(known: list[Figures]) -> str:
    """Accuracy, kappa and calibration, as ``README.md`` beside this file has them."""
    return "\n\n".join(
        [
            table(known, "accuracy", 100),
            "Kappa, which tells more where most ratings are the same:",
            table(known, "qwk", 1),
            "Calibration error (ten bins of equal mass); in parentheses what chance alone gives a "
            "perfect model:",
            calibration_table(known),
        ]
    )


def table(known: list[Figures], measure: str, factor: float) -> str:
    """Means over the seeds, in parentheses the standard deviation."""
    learners = _all_learners(known)
    lines = ["| reviews | " + " | ".join(learners) + " |", "|---" * (len(learners) + 1) + "|"]
    digits = 1 if factor == 100 else 3
    for name, size in _points(known):
        cells = []
        for learner in learners:
            found = [factor * value for value in _of(known, name, size, learner, measure)]
            mean = f"{statistics.mean(found):.{digits}f}" if found else ""
            spread = f" ({statistics.stdev(found):.{digits}f})" if len(found) > 1 else ""
            cells.append(mean + spread)
        lines.append(f"| {NAMES[name]}: {size:,} | " + " | ".join(cells) + " |")
    return "\n".join(lines)


def calibration_table(known: list[Figures]) -> str:
    """Of those that give probabilities: the error, and what chance alone would give."""
    learners = _all_learners(known, "ece")
    lines = ["| reviews | " + " | ".join(learners) + " |", "|---" * (len(learners) + 1) + "|"]
    for name, size in _points(known):
        cells = []
        for learner in learners:
            errors, chance = (
                _of(known, name, size, learner, measure) for measure in ("ece", "ece_of_chance")
            )
            cells.append(
                f"{statistics.mean(errors):.3f} ({statistics.mean(chance):.3f})" if errors else ""
            )
        lines.append(f"| {NAMES[name]}: {size:,} | " + " | ".join(cells) + " |")
    return "\n".join(lines)


def _curves(known: list[Figures]) -> dict[str, dict[str, list[tuple[int, float]]]]:
    """Mean accuracy in % by data and learner; what has one size is no curve."""
    curves: dict[str, dict[str, list[tuple[int, float]]]] = {}
    for name, size in _points(known):
        for learner in _all_learners(known):
            found = _of(known, name, size, learner, "accuracy")
            if found and learner != BUDGETED and len(SIZES[name]) > 1:
                point = (size, 100 * statistics.mean(found))
                curves.setdefault(name, {}).setdefault(learner, []).append(point)
    return curves


if __name__ == "__main__":
    main()
