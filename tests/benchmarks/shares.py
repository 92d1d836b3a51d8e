"""How true the shares of ``lstm report`` are where a file's shares are not the training's.

    python -m tests.benchmarks.shares DATA BASE WORK

Of each of six domains that BASE has not learned from, 500 reviews are learned from, with seeds 0
to 2. 200 times, shares are drawn evenly from all there are (Dirichlet), and so many of the other
reviews of the domain that are to have them. The table says how far the share of "1 or 2" and the
mean rating are from what was drawn: counted from the predicted ratings, and estimated; and how
often the 95 % interval holds it.
"""

import argparse
from pathlib import Path

import numpy as np

from lstm_cli.bundle.reading import open_bundle
from lstm_cli.config import TrainConfig, VocabularyConfig
from lstm_cli.core.compute import Compute, best_precision
from lstm_cli.core.network import rating_probabilities
from lstm_cli.data.tokenizing import tokenize_reviews
from lstm_cli.metrics.calibration import apply_temperature, fit_temperature
from lstm_cli.pipeline.preparation import model_config
from lstm_cli.pipeline.requests import TrainRequest
from lstm_cli.training.base import Base
from lstm_cli.training.loop import NetworkStart, train
from lstm_cli.training.preparation import prepare_data
from lstm_cli.training.rules import DatasetStats, resolve_train_config
from lstm_cli.training.trainer import TrainingTask
from tests.benchmarks.learning_curve import drawn_from
from tests.benchmarks.recipes import _as_reviews
from tests.benchmarks.training import Silent
import polars as pl


def answers(data: Path, base: Base, name: str, seed: int, size: int) -> dict[str, np.ndarray]:
    reviews = pl.read_csv(data / "domains" / f"{name}.csv.gz").select("review", "rating")
    reviews = reviews.sample(len(reviews), shuffle=True, seed=99)
    if len(reviews) > 4_000:
        reviews = reviews[:4_000]
    pool_size = min(3_000, len(reviews) - 500)
    others, mine = reviews[:pool_size], reviews[pool_size:]
    training = drawn_from(mine, size, seed) if len(mine) > size else mine
    reviews, others = _as_reviews(training, others)
    prepared = prepare_data(reviews, 0.1, seed=seed, vocabulary_config=VocabularyConfig(), base=base)
    corpus = tokenize_reviews(others.texts, prepared.token_pattern).encode(prepared.vocabulary)
    ratings = np.array(reviews.scale.ratings)
    model = model_config(TrainRequest(sources=(), folder=Path()), prepared, len(ratings))
    config = resolve_train_config(
        TrainConfig(seed=seed, precision=best_precision()), DatasetStats.of(prepared, model.hidden_size)
    )
    task = TrainingTask(prepared.training, prepared.validation, ratings)
    made = train(NetworkStart.of(prepared, model, ratings), config, task, Silent())
    truth = prepared.validation.rating_indices
    temperature = fit_temperature(made.probabilities, truth)
    found = rating_probabilities(made.network, corpus, Compute())
    return dict(
        held_out=apply_temperature(made.probabilities, temperature), truth=truth,
        pool=apply_temperature(found, temperature), pool_truth=others.rating_indices,
        counts=np.bincount(prepared.training.rating_indices, minlength=len(ratings)), ratings=ratings,
    )

if __name__ == "__main__":
    p = argparse.ArgumentParser()
    p.add_argument("data", type=Path); p.add_argument("base", type=Path); p.add_argument("work", type=Path)
    p.add_argument("names", nargs="*"); p.add_argument("--seeds", type=int, nargs="*", default=[0])
    a = p.parse_args()
    Compute().set_up_process()
    base = Base.from_bundle(open_bundle(a.base))
    for seed in a.seeds:
        for name in a.names:
            out = a.work / f"{name}-{seed}.npz"
            if not out.exists():
                np.savez(out, **answers(a.data, base, name, seed, 500))
                print(out, flush=True)
