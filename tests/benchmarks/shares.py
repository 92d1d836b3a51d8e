"""How true the shares of ``lstm report`` are where a file's shares are not those learned from.

    python -m tests.benchmarks.shares DATA BASE WORK

Of each of six domains that BASE has not learned from, 500 reviews are learned from, with seeds 0
to 2; what the networks and BASE say of up to 3,000 others is kept in WORK. Then shares are drawn
200 times for each domain, and 1,000 of the others that are to have them: "far", evenly from all
shares there are, and "near" those of the domain. The table says how far the share of 1 and 2 and
the mean rating are from what was drawn, counted from predicted ratings and estimated as a report
does it that asks the base, and how often the 95 % interval holds it.
"""

import argparse
from pathlib import Path

import numpy as np
import polars as pl
from numpy.typing import NDArray

from lstm_cli.bundle.reading import open_bundle
from lstm_cli.config import TrainConfig, VocabularyConfig
from lstm_cli.core.compute import Compute, best_precision
from lstm_cli.core.network import ReviewNetwork, rating_probabilities
from lstm_cli.data.tokenizing import tokenize_reviews
from lstm_cli.metrics.answer_kinds import draw_shares_by_kind, fit_kinds
from lstm_cli.metrics.calibration import apply_temperature, fit_temperature
from lstm_cli.metrics.shares import KnownAnswers
from lstm_cli.pipeline.base_answers import base_answers
from lstm_cli.pipeline.preparation import model_config
from lstm_cli.pipeline.requests import TrainRequest
from lstm_cli.training.base import Base, on_scale
from lstm_cli.training.loop import NetworkStart, train
from lstm_cli.training.preparation import prepare_data
from lstm_cli.training.rules import DatasetStats, resolve_train_config
from lstm_cli.training.trainer import TrainingTask
from tests.benchmarks.accuracy import SEEDS
from tests.benchmarks.learning_curve import drawn_from
from tests.benchmarks.recipes import _as_reviews
from tests.benchmarks.training import Silent

DOMAINS = ("dating_app", "earphones", "gadgets_flipkart", "local_businesses", "retail_store",
           "shopping_app")  # fmt: skip
LEARNED, MOST_OTHERS, SAMPLE, SAMPLES = 500, 3_000, 1_000, 200
NEAR = 20.0  # concentration of the shares that are drawn near a domain's own
Answers = dict[str, NDArray[np.float64]]


def main() -> None:
    """A row a domain and distance, then the means."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("data", type=Path)
    parser.add_argument("base", type=Path)
    parser.add_argument("work", type=Path)
    parser.add_argument("domains", nargs="*", default=DOMAINS)
    asked = parser.parse_args()
    Compute().set_up_process()
    base = Base.from_bundle(open_bundle(asked.base))
    print("| | domain | low: counted | estimated | held | mean: counted | estimated | held |")
    print("|---" * 8 + "|")
    for is_far in (True, False):
        rows = []
        for name in asked.domains:
            models = []
            for seed in SEEDS:
                file = asked.work / f"{name}-{seed}.npz"
                if not file.exists():
                    np.savez(file, **answers(asked.data, base, name, seed))
                models.append(dict(np.load(file)))
            rows.append(errors(models, is_far=is_far))
            print(as_row(is_far, name, rows[-1]), flush=True)
        print(as_row(is_far, "mean", np.mean(rows, axis=0)), flush=True)


def as_row(is_far: bool, name: str, row: NDArray[np.float64]) -> str:
    """A line of the table."""
    low, estimated, held, mean, mean_estimated, mean_held = row
    return (
        f"| {'far' if is_far else 'near'} | {name} | {low:.3f} | {estimated:.3f} | "
        f"{100 * held:.0f} % | {mean:.3f} | {mean_estimated:.3f} | {100 * mean_held:.0f} % |"
    )


def answers(data: Path, base: Base, name: str, seed: int) -> Answers:
    """What a network says of its held-out reviews and of others, and what is true."""
    reviews = pl.read_csv(data / "domains" / f"{name}.csv.gz").select("review", "rating")
    reviews = reviews.sample(len(reviews), shuffle=True, seed=99)[: MOST_OTHERS + 1_000]
    number = min(MOST_OTHERS, len(reviews) - LEARNED)
    training, others = _as_reviews(drawn_from(reviews[number:], LEARNED, seed), reviews[:number])
    prepared = prepare_data(
        training, 0.1, seed=seed, vocabulary_config=VocabularyConfig(), base=base
    )
    tokenized = tokenize_reviews(others.texts, prepared.token_pattern)
    corpus = tokenized.encode(prepared.vocabulary)
    ratings = np.array(training.scale.ratings)
    model = model_config(TrainRequest(sources=(), folder=Path()), prepared, len(ratings))
    config = resolve_train_config(
        TrainConfig(seed=seed, precision=best_precision()),
        DatasetStats.of(prepared, model.hidden_size),
    )
    task = TrainingTask(prepared.training, prepared.validation, ratings)
    made = train(NetworkStart.of(prepared, model, ratings), config, task, Silent())
    truth = prepared.validation.rating_indices
    temperature = fit_temperature(made.probabilities, truth)
    found = rating_probabilities(made.network, corpus, Compute())
    of_base = base_answers(prepared, ratings, Compute(), seed)
    if of_base is None or prepared.base is None:
        raise SystemExit(f"{name}: the base cannot be asked about it")
    said = rating_probabilities(
        ReviewNetwork.from_arrays(base.config, base.arrays),
        tokenized.encode(base.vocabulary),
        Compute(),
    )
    return {
        "base_known": of_base.probabilities.astype(np.float64),
        "base_truth": of_base.rating_indices,
        "base_pool": on_scale(said, base.ratings, ratings.tolist()),
        "held_out": apply_temperature(made.probabilities, temperature),
        "truth": truth,
        "pool": apply_temperature(found, temperature),
        "pool_truth": others.rating_indices,
        "counts": np.bincount(prepared.training.rating_indices, minlength=len(ratings)),
        "ratings": ratings,
    }


def errors(models: list[Answers], *, is_far: bool) -> NDArray[np.float64]:
    """Errors of the share of 1 and 2, counted and estimated, and how often the interval held it;
    the same of the mean. (6,)
    """
    rng = np.random.default_rng(0)
    rows = []
    for sample in range(SAMPLES):
        found = models[sample % len(models)]
        ratings, truth = found["ratings"], found["pool_truth"]
        number = len(ratings)
        expected = (found["counts"] + 0.5) / (found["counts"].sum() + 0.5 * number)
        own = (np.bincount(truth, minlength=number) + 0.5) / (len(truth) + 0.5 * number)
        shares = rng.dirichlet(np.ones(number) if is_far else NEAR * own)
        some = np.concatenate(
            [
                rng.choice(np.flatnonzero(truth == rating), n)
                for rating, n in enumerate(rng.multinomial(SAMPLE, shares))
            ]
        )
        probabilities = found["pool"][some]
        known = KnownAnswers(found["base_known"], found["base_truth"])
        kinds = fit_kinds(known, expected, np.random.default_rng(0))
        nobody = np.zeros(number, np.int64)
        estimated, drawn = draw_shares_by_kind(found["base_pool"][some], nobody, kinds, rng)
        counted = np.bincount(probabilities.argmax(1), minlength=number) / SAMPLE
        row: list[float] = []
        for figure in ((ratings <= 2).astype(float), ratings):
            low, high = np.quantile(drawn @ figure, (0.025, 0.975))
            true = shares @ figure
            row += [abs(counted @ figure - true), abs(estimated @ figure - true),
                    low <= true <= high]  # fmt: skip
        rows.append(row)
    return np.mean(rows, axis=0)


if __name__ == "__main__":
    main()
