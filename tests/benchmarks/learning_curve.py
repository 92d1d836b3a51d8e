"""Accuracy by the number of reviews: from a base, from nothing, and by simpler models.

    python -m tests.benchmarks.learning_curve DATA WORK [--only sst5] [--svg FILE]

DATA holds ``sst5`` and ``imdb``, WORK what ``python -m tests.make_base DATA --work WORK``
made. Seeds 0 to 2 draw the reviews and train on them; sentences start from a base that has
seen IMDB's ratings alone, film reviews from one that has seen no rating. fastText is left
out where it is not installed (pip install fasttext).
"""

import argparse
import importlib.util
import statistics
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import polars as pl

from lstm_cli.metrics.baselines import WordRegression
from lstm_cli.text.tokens import tokenize
from tests.benchmarks.accuracy import HELD_OUT, SEEDS, run

SIZES = {"sst5": (100, 500, 2_000, 8_544), "imdb": (500, 2_500, 22_500)}
BASES = {"sst5": "stars", "imdb": "language"}
Learner = Callable[[pl.DataFrame, pl.DataFrame, int], float]


def main() -> None:
    """Print a table a data set, and draw them."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("data", type=Path)
    parser.add_argument("work", type=Path)
    parser.add_argument("--only", choices=tuple(SIZES))
    parser.add_argument("--svg", type=Path)
    asked = parser.parse_args()
    curves = {}
    for name in (asked.only,) if asked.only else SIZES:
        train, dev = _load(asked.data, name)
        learners = _learners(asked.work / BASES[name])
        print(f"| {name}: reviews | " + " | ".join(learners) + " |")
        print("|---" * (len(learners) + 1) + "|")
        curves[name] = {learner: [] for learner in learners}
        for size in SIZES[name]:
            cells = []
            for learner, learn in learners.items():
                found = [100 * learn(_drawn(train, size, seed), dev, seed) for seed in SEEDS]
                mean = statistics.mean(found)
                curves[name][learner].append((size, mean))
                cells.append(f"{mean:.1f} ({statistics.stdev(found):.1f})")
            print(f"| {size:,} | " + " | ".join(cells) + " |", flush=True)
        print()
    if asked.svg is not None:
        asked.svg.write_text(drawing(curves), encoding="utf-8")


def _load(data: Path, name: str) -> tuple[pl.DataFrame, pl.DataFrame]:
    columns = ("review", "rating")
    if name == "sst5":
        folder = data / "sst5"
        return tuple(
            pl.read_csv(folder / f"{part}.csv").select(columns) for part in ("train", "dev")
        )
    reviews = pl.read_csv(data / "imdb" / "train.csv.gz").select(columns)
    return reviews.head(-HELD_OUT), reviews.tail(HELD_OUT)


def _drawn(reviews: pl.DataFrame, size: int, seed: int) -> pl.DataFrame:
    return reviews.sample(min(size, len(reviews)), seed=seed, shuffle=True)


def _learners(base: Path) -> dict[str, Learner]:
    found: dict[str, Learner] = {
        "from a base": lambda train, dev, seed: _ours(train, dev, seed, str(base)),
        "from nothing": lambda train, dev, seed: _ours(train, dev, seed, "none"),
        "logistic regression": _regression,
    }
    if importlib.util.find_spec("fasttext"):
        found["fastText"] = _fasttext
    return found


def _ours(train: pl.DataFrame, dev: pl.DataFrame, seed: int, base: str) -> float:
    with tempfile.TemporaryDirectory() as folder:
        files = {name: f"{folder}/{name}.csv" for name in ("train", "dev")}
        train.write_csv(files["train"])
        dev.write_csv(files["dev"])
        at = ("--models-dir", f"{folder}/models")
        run("train", files["train"], "--seed", str(seed), "--base", base, "--name", "one", *at)
        scores = run("evaluate", files["dev"], "--model", f"{folder}/models/one")
    return float(scores["accuracy"])


def _regression(train: pl.DataFrame, dev: pl.DataFrame, _seed: int) -> float:
    ratings = np.unique(train["rating"].to_numpy())
    places = np.searchsorted(ratings, train["rating"].to_numpy())
    fitted = WordRegression.fit(map(tokenize, train["review"]), places, len(ratings))
    answers = ratings[fitted.predict(map(tokenize, dev["review"]))]
    return float((answers == dev["rating"].to_numpy()).mean())


def _fasttext(train: pl.DataFrame, dev: pl.DataFrame, seed: int) -> float:
    """Words and pairs, 25 passes, one thread so that the seed decides: as its tutorial ends."""
    import fasttext

    with tempfile.NamedTemporaryFile("w", suffix=".txt", encoding="utf-8") as file:
        for review, rating in train.select("review", "rating").iter_rows():
            file.write(f"__label__{rating} {' '.join(tokenize(review))}\n")
        file.flush()
        model = fasttext.train_supervised(
            file.name, lr=0.5, epoch=25, wordNgrams=2, dim=50, thread=1, seed=seed, verbose=0
        )
    right = 0
    for review, rating in dev.select("review", "rating").iter_rows():
        # Its own predict breaks on numpy 2; what it calls does not.
        ((_, label),) = model.f.predict(" ".join(tokenize(review)) + "\n", 1, 0.0, "strict")
        right += label == f"__label__{rating}"
    return right / len(dev)


COLORS = ("#0b6e4f", "#8a5a00", "#5b5b9d", "#a03050")
WIDTH, HEIGHT, MARGIN = 360, 240, 44


TITLES = {"sst5": "single sentences, five ratings", "imdb": "long reviews, eight ratings"}


def drawing(curves: dict[str, dict[str, list[tuple[int, float]]]]) -> str:
    """The curves side by side as SVG, reviews on a logarithmic scale."""
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{WIDTH * len(curves)}" '
        f'height="{HEIGHT + 20}" font-family="sans-serif" font-size="11">',
        '<rect width="100%" height="100%" fill="white"/>',
    ]
    for place, (name, learners) in enumerate(curves.items()):
        parts.append(f'<g transform="translate({place * WIDTH} 0)">')
        parts.append(_text(MARGIN, 16, f"accuracy in %, {TITLES[name]}", anchor="start"))
        parts += [*_panel(learners), "</g>"]
    for place, (color, learner) in enumerate(
        zip(COLORS, next(iter(curves.values())), strict=False)
    ):
        parts.append(_text(MARGIN + 110 * place, HEIGHT + 8, learner, color, anchor="start"))
    return "\n".join([*parts, "</svg>"]) + "\n"


def _panel(learners: dict[str, list[tuple[int, float]]]) -> Iterator[str]:
    sizes = [size for size, _ in next(iter(learners.values()))]
    heights = [accuracy for points in learners.values() for _, accuracy in points]
    across = np.interp(np.log(sizes), np.log([sizes[0], sizes[-1]]), [MARGIN, WIDTH - MARGIN])
    low, high = min(heights) - 2, max(heights) + 2
    for x, size in zip(across, sizes, strict=True):
        yield _text(x, HEIGHT - MARGIN + 16, f"{size:,}")
    for color, points in zip(COLORS, learners.values(), strict=False):
        accuracies = [accuracy for _, accuracy in points]
        down = np.interp(accuracies, [low, high], [HEIGHT - MARGIN, MARGIN])
        line = " ".join(f"{x:.1f},{y:.1f}" for x, y in zip(across, down, strict=True))
        yield f'<polyline points="{line}" fill="none" stroke="{color}" stroke-width="2"/>'
        for x, y, accuracy in zip(across, down, accuracies, strict=True):
            yield _text(x, y - 5, f"{accuracy:.0f}", color)


def _text(x: float, y: float, text: str, color: str = "black", anchor: str = "middle") -> str:
    return f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}" fill="{color}">{text}</text>'


if __name__ == "__main__":
    main()
