"""Other settings beside those the rules choose: what set ``lstm_cli/training/rules.py``.

    python -m tests.benchmarks.recipes DATA WORK sst5 500 learning_rate*0.5 epochs*2,rps_weight=0
    python -m tests.benchmarks.recipes DATA WORK earphones 500 epochs=8 --base A

DATA and WORK are those of ``learning_curve``, and so are the reviews drawn and the bases
started from (``--base none``: nothing). Another name is a domain of DATA, which is measured on
1,000 reviews, or a third; ``--base`` names a base in WORK that has not learned from it. Each
setting is trained with seeds 0 to 2 and measured on the development reviews, IMDB's first
1,000; ``=`` sets, ``*`` multiplies what the rules say. The logistic regression on the same
reviews has a row.
"""

import argparse
import re
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import polars as pl

from lstm_cli.arrays import Float64Array
from lstm_cli.bundle.reading import open_bundle
from lstm_cli.config import Pooling, TrainConfig, VocabularyConfig
from lstm_cli.core.compute import Compute, best_precision
from lstm_cli.core.network import rating_probabilities
from lstm_cli.data.reviews import Reviews, read_reviews
from lstm_cli.data.tokenizing import tokenize_reviews
from lstm_cli.metrics.baselines import REGRESSION, WordRegression
from lstm_cli.metrics.calibration import apply_temperature, fit_temperature
from lstm_cli.metrics.scores import scores_of
from lstm_cli.pipeline.preparation import model_config
from lstm_cli.pipeline.requests import TrainRequest
from lstm_cli.text.tokens import tokenize
from lstm_cli.text.vocabulary import Vocabulary
from lstm_cli.training.base import Base
from lstm_cli.training.loop import NetworkStart, train
from lstm_cli.training.preparation import prepare_data
from lstm_cli.training.rules import DatasetStats, resolve_train_config
from lstm_cli.training.trainer import TrainingTask
from tests.benchmarks.accuracy import SEEDS
from tests.benchmarks.learning_curve import BASES, SIZES, drawn_from, load
from tests.benchmarks.training import Silent

SHIPPED = Path(__file__).parents[2] / "models" / "base"
MOST_DEVELOPMENT = {"sst5": None, "imdb": 1_000, "skewed": 1_000}
Measured = tuple[float, ...]


def main() -> None:
    """A row a setting, each after the same seeds."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("data", type=Path)
    parser.add_argument("work", type=Path)
    parser.add_argument("name")
    parser.add_argument("size", type=int)
    parser.add_argument("changes", nargs="*")
    parser.add_argument("--base", help="a model in WORK, or none")
    parser.add_argument("--words", type=int, help="only the base's first, as if it knew no others")
    parser.add_argument("--pooling", nargs="*", help="what the readout sees: last, mean, maximum")
    parser.add_argument("--seeds", type=int, nargs="*", default=SEEDS)
    asked = parser.parse_args()
    Compute().set_up_process()
    base_name = asked.base or BASES.get(asked.name, "base")
    base = None
    if base_name != "none":
        path = SHIPPED if base_name == "base" else asked.work / base_name
        bundle = open_bundle(path)
        if f"{asked.name}.csv" in bundle.info.provenance.files:
            parser.error(f"{path} has learned from {asked.name}: name another with --base")
        base = knowing(Base.from_bundle(bundle), asked.words)
    if asked.name in SIZES:
        train_frame, dev_frame = load(asked.data, asked.name)
        dev_frame = dev_frame.head(MOST_DEVELOPMENT[asked.name] or len(dev_frame))
    else:
        train_frame, dev_frame = domain(asked.data, asked.name)
    print(f"{asked.name}, {asked.size:,} reviews, from {base_name}\n")
    print("| change | accuracy | mean error | kappa | nats | seconds |\n|---|---|---|---|---|---|")
    learners = [
        learner(drawn_from(train_frame, asked.size, seed), dev_frame, base, seed, asked.pooling)
        for seed in asked.seeds
    ]
    for change in (REGRESSION, "", *asked.changes):
        rows = [learn(change) for learn in learners]
        means = [statistics.mean(column) for column in zip(*rows, strict=True)]
        spread = statistics.stdev(row[0] for row in rows) if len(rows) > 1 else 0.0
        print(
            f"| {change or 'the rules'} | {100 * means[0]:.1f} ({100 * spread:.1f}) | "
            + " | ".join(f"{mean:.3f}" for mean in means[1:4])
            + f" | {means[4]:.0f} |",
            flush=True,
        )


def domain(data: Path, name: str) -> tuple[pl.DataFrame, pl.DataFrame]:
    """The reviews of a domain to learn from, and 1,000 to measure on, or a third."""
    reviews = pl.read_csv(data / "domains" / f"{name}.csv.gz").select("review", "rating")
    reviews = reviews.sample(len(reviews), shuffle=True, seed=99)
    number = min(1_000, len(reviews) // 3)
    return reviews[number:], reviews[:number]


def knowing(base: Base, num_words: int | None) -> Base:
    """A base that has forgotten all but its first words, which are the commonest."""
    embedding = base.arrays["embedding"][:num_words]
    return replace(
        base,
        vocabulary=Vocabulary(base.vocabulary.tokens[:num_words]),
        arrays={**base.arrays, "embedding": embedding},
        config=replace(base.config, vocab_size=len(embedding)),
    )


def learner(
    training: pl.DataFrame,
    development: pl.DataFrame,
    base: Base | None,
    seed: int,
    pooling: list[Pooling] | None = None,
) -> Callable[[str], Measured]:
    """What trains with a change: accuracy, mean error, kappa, nats when calibrated, seconds."""
    reviews, others = _as_reviews(training, development)
    prepared = prepare_data(
        reviews, 0.1, seed=seed, vocabulary_config=VocabularyConfig(), base=base
    )
    corpus = tokenize_reviews(others.texts, prepared.token_pattern).encode(prepared.vocabulary)
    ratings = np.array(reviews.scale.ratings)
    asked = TrainRequest(sources=(), folder=Path(), pooling=tuple(pooling) if pooling else None)
    model = model_config(asked, prepared, len(ratings))
    config = resolve_train_config(
        TrainConfig(seed=seed, precision=best_precision()),
        DatasetStats.of(prepared, model.hidden_size),
    )
    print(config, f"known share {prepared.known_share}", file=sys.stderr)
    start = NetworkStart.of(prepared, model, ratings)
    task = TrainingTask(prepared.training, prepared.validation, ratings)

    def answers(change: str) -> Float64Array:
        if change == REGRESSION:
            some = prepared.training
            fitted = WordRegression.fit(some.words(), some.rating_indices, len(ratings))
            pattern = prepared.token_pattern
            return fitted.probabilities(tokenize(text, pattern) for text in others.texts)
        made = train(start, changed(config, change), task, Silent())
        return apply_temperature(
            rating_probabilities(made.network, corpus, Compute()),
            fit_temperature(made.probabilities, prepared.validation.rating_indices),
        )

    def learn(change: str) -> Measured:
        began = time.perf_counter()
        found = answers(change)
        took = time.perf_counter() - began
        scores = scores_of(others.rating_indices, found.argmax(axis=1), ratings)
        likely = found[np.arange(len(corpus)), others.rating_indices]
        nats = float(-np.log(np.maximum(likely, 1e-12)).mean())
        return scores.accuracy, scores.mae, scores.qwk, nats, took

    return learn


def changed(config: TrainConfig, change: str) -> TrainConfig:
    """Settings with a change as the command line has it.

    >>> changed(TrainConfig(), "epochs*0.5,rps_weight=0") == TrainConfig(epochs=3, rps_weight=0.0)
    True
    """
    values: dict[str, float] = {}
    for part in filter(None, change.split(",")):
        said = re.fullmatch(r"(\w+)([=*])([\d.e-]+)", part)
        if said is None:
            raise SystemExit(f"{part}: a change is written as learning_rate*0.5 or epochs=8")
        name, sign, number = said.groups()
        before = getattr(config, name)
        value = float(number) * (before if sign == "*" else 1)
        values[name] = value if isinstance(before, float) else type(before)(round(value))
    return replace(config, **values)


def _as_reviews(training: pl.DataFrame, development: pl.DataFrame) -> tuple[Reviews, Reviews]:
    """As the command reads them, from files."""
    with tempfile.TemporaryDirectory() as folder:
        files = [f"{folder}/{name}.csv" for name in ("train", "dev")]
        training.write_csv(files[0])
        development.write_csv(files[1])
        reviews = read_reviews(files[:1])
        return reviews, read_reviews(files[1:], scale=reviews.scale)


if __name__ == "__main__":
    main()
