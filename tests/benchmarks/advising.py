"""Is what ``lstm advise`` says of more labels true, and is what it chooses better than chance?

    python -m tests.benchmarks.advising DATA BASE [--figures FILE] [--only curve advice choice]

DATA holds ``domains``; BASE is a base that has learned from none of those named here
(``python -m tests.make_base DATA --leave-out A``). Every training is a line of
``advising.jsonl`` beside this file as soon as it is known, and is not made again: another base
has another file.
"""

import argparse
import json
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
from scipy.linalg import block_diag
from scipy.optimize import minimize

from lstm_cli.bundle.reading import open_bundle
from lstm_cli.core.compute import Compute
from lstm_cli.data.reviews import Reviews, read_reviews
from lstm_cli.metrics.learning_curve import (
    OF_DOMAINS,
    FoldMeasured,
    GainPrior,
    fit_curve,
    sampling_noise,
)
from lstm_cli.pipeline.choosing import by_gradient, spread_out
from lstm_cli.pipeline.folding import FOLDS, deal, sizes_for
from lstm_cli.pipeline.quick import QuickTrainer, some_of
from lstm_cli.results import Projection
from lstm_cli.training.base import Base

KINDS = ("curve", "advice", "choice")
FIGURES = Path(__file__).with_suffix(".jsonl")
# On these the prior was set, and the way of extrapolating chosen; on the others it is measured.
DEVELOPMENT = ("phones", "household_care", "gadgets_flipkart", "beer")
OTHERS = ("dating_app", "earphones", "local_businesses", "microwaves", "retail_store",
          "shopping_app")  # fmt: skip
CHOICES = ("earphones", "dating_app", "shopping_app")
DEVELOPMENT_SIZES = (75, 150, 300, 600)
DRAWN = {150: (0, 1), 300: (0, 1)}  # rated reviews, and the draws of each
RATED, ADDED = 300, 200
MEASURED_OFTEN = ("at random", "least sure", "both: gradients")
MOST_MEASURED = 1_000

Figures = dict[str, Any]
Job = tuple[Figures, Callable[[], Figures]]  # what it is, and what measures it


def load(data: Path, name: str, seed: int) -> tuple[Reviews, np.ndarray]:
    """The reviews of a domain, and a random order of them."""
    table = pl.read_csv(data / "domains" / f"{name}.csv.gz")
    reviews = read_reviews([str(data / "domains" / f"{name}.csv.gz")]) if name != "beer" else None
    if reviews is None:  # 197 ratings: whole ones, as a shop has them
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
    """What 200 more reviews give, by who chose them; all who choose have the first draw alone."""
    choosers = {name: CHOOSERS[name] for name in (CHOOSERS if not draw else MEASURED_OFTEN)}
    reviews, order = load(data, name, 1_000 + draw)
    held_out, rated = order[:MOST_MEASURED], order[MOST_MEASURED:][:RATED]
    pool = order[MOST_MEASURED + RATED :][:2_000]
    answers = trainer(some_of(reviews, rated), [reviews.texts[k] for k in pool], draw)
    for chooser, choose in choosers.items():
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


# Choosers that the command does not use


def at_random(
    probabilities: np.ndarray, memories: np.ndarray, number: int, rng: np.random.Generator
) -> np.ndarray:
    """Any of them. (number,)"""
    return rng.permutation(len(probabilities))[:number]


def by_entropy(
    probabilities: np.ndarray, memories: np.ndarray, number: int, rng: np.random.Generator
) -> np.ndarray:
    """Those of which the network is least sure. (number,)"""
    entropy = -(probabilities * np.log(np.maximum(probabilities, 1e-12))).sum(axis=1)
    return np.argsort(-entropy, kind="stable")[:number]


def by_variance(
    probabilities: np.ndarray, memories: np.ndarray, number: int, rng: np.random.Generator
) -> np.ndarray:
    """Those whose rating may lie farthest from the one that is expected. (number,)"""
    places = np.arange(probabilities.shape[1])
    variance = probabilities @ places**2 - (probabilities @ places) ** 2
    return np.argsort(-variance, kind="stable")[:number]


def by_likeness(
    probabilities: np.ndarray, memories: np.ndarray, number: int, rng: np.random.Generator
) -> np.ndarray:
    """Those unlike each other, by k-means++ over what the readout sees. (number,)"""
    return spread_out(np.ones((len(memories), 1)), memories, number, rng)


CHOOSERS = {
    "at random": at_random,
    "least sure": by_entropy,
    "largest variance": by_variance,
    "unlike each other": by_likeness,
    "both: gradients": by_gradient,
}


# What is made of the figures


def folds_of(figures: Figures) -> list[FoldMeasured]:
    """What was measured, fold by fold; a long curve has one fold."""
    right = np.array([[bit == "1" for bit in line] for line in figures["right"]]).T
    parts = np.array_split(right, FOLDS if figures["kind"] == "advice" else 1)
    return [FoldMeasured(tuple(figures["sizes"]), part) for part in parts]


def fitted_prior(curves: list[Figures]) -> GainPrior:
    """The prior under which the development domains' curves are likeliest.

    A domain's curves share its gains, and each training has noise of its own.
    """
    domains = {name: [c for c in curves if c["data"] == name] for name in DEVELOPMENT}

    def unlikelihood(values: np.ndarray) -> float:
        prior = _prior_of(values)
        total = 0.0
        for some in filter(None, domains.values()):
            measured_, noise = _gains(some, prior.training)
            doublings = len(DEVELOPMENT_SIZES) - 1
            means = [prior.mean(size) for size in DEVELOPMENT_SIZES[:-1]]
            covariance = np.tile(prior.covariance(doublings), (len(some), len(some))) + noise
            off = measured_ - np.tile(means, len(some))
            total += np.linalg.slogdet(covariance)[1] + off @ np.linalg.solve(covariance, off)
        # So few domains say little of how they differ: likely by 0.3 to 2 points.
        return total + ((values[1] - np.log(0.008)) / 0.5) ** 2

    begin = np.array([0.01, np.log(0.008), np.log(0.01)])
    return _prior_of(minimize(unlikelihood, begin, method="Nelder-Mead").x)


def _prior_of(values: np.ndarray) -> GainPrior:
    gain, spread, training = values
    return replace(
        OF_DOMAINS,
        gain=float(gain),
        spread=float(np.exp(spread)),
        training=float(np.exp(training)),
    )


def _gains(curves: list[Figures], training: float) -> tuple[np.ndarray, np.ndarray]:
    """Measured gains of a domain's curves, one after the other, and their noise."""
    gains, blocks = [], []
    for curve in curves:
        (fold,) = folds_of(curve)
        steps = np.diff(np.eye(len(fold.sizes)), axis=0)
        noise = sampling_noise(fold.is_right) + training**2 * np.eye(len(fold.sizes))
        gains.append(steps @ fold.is_right.mean(axis=0))
        blocks.append(steps @ noise @ steps.T)
    return np.concatenate(gains), block_diag(*blocks)


def _by_curve(figures: Figures, prior: GainPrior) -> Projection:
    rated = figures["rated"]
    return fit_curve(folds_of(figures), 2 * rated, prior).accuracy(2 * rated)


def _by_prior_alone(figures: Figures, prior: GainPrior) -> Projection:
    """The usual gains on top of the largest size that was measured."""
    last = [FoldMeasured(fold.sizes[-1:], fold.is_right[:, -1:]) for fold in folds_of(figures)]
    return fit_curve(last, 2 * figures["rated"], prior).accuracy(2 * figures["rated"])


def _by_last_gain(figures: Figures, prior: GainPrior) -> Projection:
    """The last gain once more for each doubling."""
    before, last = (line.count("1") / len(line) for line in figures["right"][-2:])
    doublings = np.log2(2 * figures["rated"] / figures["sizes"][-1])
    value = last + doublings * (last - before)
    return Projection(value, value, value)


def _by_power_law(figures: Figures, prior: GainPrior) -> Projection:
    """Errors that fall as a power of the reviews: a straight line of their logarithms."""
    wrong = [line.count("0") / len(line) for line in figures["right"]]
    slope, level = np.polyfit(np.log(figures["sizes"]), np.log(wrong), 1)
    value = 1 - float(np.exp(level + slope * np.log(2 * figures["rated"])))
    return Projection(value, value, value)


WAYS = {
    "measured gains, moved by the prior (the command)": _by_curve,
    "the prior's gains alone": _by_prior_alone,
    "the last gain again": _by_last_gain,
    "power law": _by_power_law,
}


def predictions(known: list[Figures], prior: GainPrior) -> str:
    """What was predicted of twice as many reviews, beside what was reached."""
    some = [line for line in known if line["kind"] == "advice"]
    lines = ["| way | mean error, points | inside the 95 % interval | its mean width |",
             "|---|---|---|---|"]  # fmt: skip
    reached = np.array([line["reached"] for line in some])
    for way, predict in WAYS.items():
        estimates = [predict(line, prior) for line in some]
        value, low, high = np.array([[e.value, e.low, e.high] for e in estimates]).T
        cells = [f"{100 * np.abs(value - reached).mean():.2f}", "", ""]
        if (high > low).all():
            inside = int(((low <= reached) & (reached <= high)).sum())
            cells[1:] = f"{inside} of {len(some)}", f"{100 * (high - low).mean():.1f} points"
        lines.append(f"| {way} | {' | '.join(cells)} |")
    return "\n".join(lines)


def cases(known: list[Figures], prior: GainPrior) -> str:
    """Each domain: predicted, its interval, reached."""
    lines = ["| domain | rated | predicted at twice | reached |", "|---|---|---|---|"]
    order = sorted(
        (line for line in known if line["kind"] == "advice"),
        key=lambda line: (line["data"], line["rated"], line["draw"]),
    )
    for line in order:
        e = _by_curve(line, prior)
        lines.append(
            f"| {line['data']} | {line['rated']} | {100 * e.value:.1f} % "
            f"({100 * e.low:.1f} to {100 * e.high:.1f}) | {100 * line['reached']:.1f} % |"
        )
    return "\n".join(lines)


def choices(known: list[Figures]) -> str:
    """What 200 more gave, by who chose them, less what 200 at random gave."""
    lines = ["| chosen by | trainings | more of 100 right than at random | less mean error |",
             "|---|---|---|---|"]  # fmt: skip
    some = [
        {choice["chooser"]: choice for choice in line["choices"]}
        for line in known
        if line["kind"] == "choice"
    ]
    for chooser in list(CHOOSERS)[1:]:
        pairs = [(found[chooser], found["at random"]) for found in some if chooser in found]
        right = np.array([_share(one) - _share(other) for one, other in pairs])
        mae = np.array([other["mae"] - one["mae"] for one, other in pairs])
        lines.append(
            f"| {chooser} | {len(pairs)} | {_with_error(100 * right)} | {_with_error(mae, 3)} |"
        )
    return "\n".join(lines)


def _share(choice: Figures) -> float:
    return choice["right"].count("1") / len(choice["right"])


def _with_error(differences: np.ndarray, digits: int = 1) -> str:
    """The mean, and in parentheses its standard error over domains and draws."""
    error = differences.std(ddof=1) / np.sqrt(len(differences))
    return f"{differences.mean():+.{digits}f} ({error:.{digits}f})"


def main() -> None:
    """Measure what has not been measured yet, and print what is made of all of it."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("data", type=Path)
    parser.add_argument("base", type=Path)
    parser.add_argument("--figures", type=Path, default=FIGURES)
    parser.add_argument("--only", nargs="+", choices=KINDS, default=KINDS)
    asked = parser.parse_args()
    compute = Compute(threads=1)
    compute.set_up_process()
    trainer = QuickTrainer(Base.from_bundle(open_bundle(asked.base)), compute)
    for about, measure in jobs(trainer, asked.data):
        is_known = any(about.items() <= line.items() for line in known_figures(asked.figures))
        if about["kind"] in asked.only and not is_known:
            line = json.dumps(about | measure())
            with asked.figures.open("a", encoding="utf-8") as file:
                file.write(line + "\n")
    known = known_figures(asked.figures)
    kinds = {line["kind"] for line in known}
    if "curve" in kinds:
        print(fitted_prior([line for line in known if line["kind"] == "curve"]))
    if "advice" in kinds:
        print(f"\n{predictions(known, OF_DOMAINS)}\n\n{cases(known, OF_DOMAINS)}")
    if "choice" in kinds:
        print(f"\n{choices(known)}")


def known_figures(path: Path) -> list[Figures]:
    """All that has been measured so far."""
    if not path.exists():
        return []
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


if __name__ == "__main__":
    main()
