"""Is what ``lstm advise`` says of more labels true, and is what it chooses better than chance?

    python -m tests.benchmarks.advising DATA BASE

DATA holds ``domains``; BASE is a base that has learned from none of those named here
(``python -m tests.make_base DATA --without-fold A``). Every training is a line of
``advising.jsonl`` beside this file as soon as it is known, and is not made again.
"""

import argparse
import json
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl

from lstm_cli.bundle.reading import open_bundle
from lstm_cli.core.compute import Compute
from lstm_cli.data.reviews import Reviews, read_reviews
from lstm_cli.pipeline import choosing
from lstm_cli.pipeline.folding import deal, sizes_for
from lstm_cli.pipeline.quick import QuickTrainer, some_of
from lstm_cli.training.base import Base

FIGURES = Path(__file__).with_suffix(".jsonl")
# On these the prior was set, and the way of extrapolating chosen; on the others it is measured.
DEVELOPMENT = ("phones", "household_care", "gadgets_flipkart", "beer")
OTHERS = ("dating_app", "earphones", "local_businesses", "microwaves", "retail_store",
          "shopping_app")  # fmt: skip
CHOICES = ("earphones", "dating_app", "shopping_app")
DEVELOPMENT_SIZES = (75, 150, 300, 600)
DRAWN = {150: (0, 1), 300: (0, 1)}  # rated reviews, and the draws of each
RATED, ADDED = 300, 200
CHOOSERS = {
    "at random": choosing.at_random,
    "entropy": choosing.by_entropy,
    "spread": choosing.by_spread,
    "unlike": choosing.by_likeness,
    "gradients": choosing.by_gradient,
}
MOST_MEASURED = 1_000

Figures = dict[str, Any]
Job = tuple[Figures, Callable[[], Figures]]  # what it is, and what measures it


def load(data: Path, name: str, seed: int) -> tuple[Reviews, np.ndarray]:
    """The reviews of a domain, and a random order of them."""
    table = pl.read_csv(data / "domains" / f"{name}.csv.gz")
    reviews = read_reviews([str(data / "domains" / f"{name}.csv.gz")]) if name != "beer" else None
    if reviews is None:  # 197 ratings: whole ones, as a shop has them
        import tempfile

        rounded = table.with_columns(pl.col("rating").cast(pl.Float64).round().clip(1, 5))
        with tempfile.TemporaryDirectory() as folder:
            rounded.write_csv(f"{folder}/beer.csv")
            reviews = read_reviews([f"{folder}/beer.csv"])
    return reviews, np.random.default_rng(seed).permutation(len(reviews))


def measured(
    trainer: QuickTrainer, reviews: Reviews, learned: np.ndarray, held_out: np.ndarray, seed: int
) -> tuple[np.ndarray, np.ndarray]:
    """Whether each held-out review is rated rightly, and how far off. (M,), (M,)"""
    answers = trainer(some_of(reviews, learned), [reviews.texts[k] for k in held_out], seed)
    predicted = answers.probabilities.argmax(axis=1)
    true = reviews.rating_indices[held_out]
    ratings = np.array(reviews.scale.ratings)
    return predicted == true, np.abs(ratings[predicted] - ratings[true])


def bits(is_right: np.ndarray) -> str:
    return "".join("01"[int(right)] for right in is_right)


def long_curve(trainer: QuickTrainer, data: Path, name: str, draw: int) -> Figures:
    """A domain's curve, measured on many others."""
    reviews, order = load(data, name, draw)
    held_out = order[DEVELOPMENT_SIZES[-1] :][:MOST_MEASURED]
    found = [measured(trainer, reviews, order[:size], held_out, draw)[0]
             for size in DEVELOPMENT_SIZES]  # fmt: skip
    return {"sizes": DEVELOPMENT_SIZES, "right": [bits(right) for right in found]}


def advice(trainer: QuickTrainer, data: Path, name: str, rated: int, draw: int) -> Figures:
    """What the command measures of so many rated reviews, and what twice as many reach."""
    reviews, order = load(data, name, 100 * draw + rated)
    some = some_of(reviews, order[:rated])
    folds = deal(some.texts, some.rating_indices, draw)
    sizes = sizes_for(folds)
    right = [""] * len(sizes)
    for number, fold in enumerate(folds):
        for place, size in enumerate(sizes):
            right[place] += bits(
                measured(trainer, some, fold.order[:size], fold.held_out, 10 * draw + number)[0]
            )
    held_out = order[2 * rated :][:MOST_MEASURED]
    reached = measured(trainer, reviews, order[: 2 * rated], held_out, draw)[0]
    return {"sizes": sizes, "right": right, "reached": float(reached.mean()),
            "measured_on": len(held_out)}  # fmt: skip


def choice(trainer: QuickTrainer, data: Path, name: str, draw: int) -> Iterator[Figures]:
    """What 200 more reviews give, by who chose them."""
    reviews, order = load(data, name, 1_000 + draw)
    held_out, rated = order[:MOST_MEASURED], order[MOST_MEASURED:][:RATED]
    pool = order[MOST_MEASURED + RATED :][:2_000]
    answers = trainer(some_of(reviews, rated), [reviews.texts[k] for k in pool], draw)
    for chooser, choose in CHOOSERS.items():
        rng = np.random.default_rng(draw)
        chosen = pool[choose(answers.probabilities, answers.memories, ADDED, rng)]
        right, off = measured(trainer, reviews, np.concatenate([rated, chosen]), held_out, draw)
        yield {"chooser": chooser, "right": bits(right), "mae": float(off.mean())}


def jobs(trainer: QuickTrainer, data: Path) -> list[Job]:
    """All that is measured, in order."""
    made: list[Job] = []

    def add(about: Figures, measure: Callable[[], Any]) -> None:
        made.append((about, measure))

    def all_choices(name: str, draw: int) -> Figures:
        return {"choices": list(choice(trainer, data, name, draw))}

    for draw in range(2):
        for name in DEVELOPMENT:
            add({"kind": "curve", "data": name, "draw": draw},
                partial(long_curve, trainer, data, name, draw))  # fmt: skip
        for name in OTHERS:
            for rated in DRAWN:
                add({"kind": "advice", "data": name, "rated": rated, "draw": draw},
                    partial(advice, trainer, data, name, rated, draw))  # fmt: skip
    for draw in range(3):
        for name in CHOICES:
            add({"kind": "choice", "data": name, "draw": draw}, partial(all_choices, name, draw))
    return made


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("data", type=Path)
    parser.add_argument("base", type=Path)
    asked = parser.parse_args()
    compute = Compute(threads=1)
    compute.set_up_process()
    trainer = QuickTrainer(Base.from_bundle(open_bundle(asked.base)), compute)
    for about, measure in jobs(trainer, asked.data):
        if not any(about.items() <= line.items() for line in known_figures()):
            with FIGURES.open("a", encoding="utf-8") as file:
                file.write(json.dumps(about | measure()) + "\n")


def known_figures() -> list[Figures]:
    """All that has been measured so far."""
    if not FIGURES.exists():
        return []
    return [json.loads(line) for line in FIGURES.read_text(encoding="utf-8").splitlines()]


if __name__ == "__main__":
    main()
