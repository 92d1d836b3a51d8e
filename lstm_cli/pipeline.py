"""From reviews to a model: trained, measured beside simpler ones, described.

This is the one place that knows the whole order of the work; each step lives
in the layer it belongs to.
"""

import platform
import re
import time
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from importlib.metadata import version
from typing import Any

import numpy as np

from lstm_cli.bundle.contents import BundleInfo, NewBundle, network_weights
from lstm_cli.config import Cell, ModelConfig, TrainConfig
from lstm_cli.data.reviews import Reviews
from lstm_cli.evaluation.evaluation import evaluate
from lstm_cli.gates.words import gather_words
from lstm_cli.metrics.baselines import REGRESSION, WordRegression, always
from lstm_cli.results import Evaluation
from lstm_cli.text.tokens import TOKEN_PATTERN
from lstm_cli.training.preparation import Material
from lstm_cli.training.trainer import Listener, train


@dataclass(frozen=True)
class Recipe:
    """What a user decided about a model before it is made."""

    name: str
    training: TrainConfig
    cell: Cell = "lstm"
    embedding_size: int | None = None  # None: the vectors' size, or the default
    hidden_size: int = ModelConfig.hidden_size
    with_baseline: bool = True

    def embedding_size_for(self, material: Material) -> int:
        """Numbers a word."""
        if self.embedding_size is not None:
            return self.embedding_size
        return material.vectors.size if material.vectors else ModelConfig.embedding_size


@dataclass(frozen=True)
class MadeModel:
    """A model that has been made and measured, and not yet been saved."""

    bundle: NewBundle
    evaluation: Evaluation
    tokens_per_second: float


def make_model(
    material: Material, reviews: Reviews, recipe: Recipe, listener: Listener
) -> MadeModel:
    """Train a network on prepared reviews and measure it on those held out.

    Args:
        material: the reviews, tokenized and split.
        reviews: the same as they were read: the scale, and what the bundle says of them.
        recipe: what the user decided.
        listener: hears how training goes.
    """
    ratings = np.array(reviews.scale.ratings)
    config = ModelConfig(
        vocab_size=len(material.vocabulary),
        num_ratings=len(ratings),
        cell=recipe.cell,
        embedding_size=recipe.embedding_size_for(material),
        hidden_size=recipe.hidden_size,
    )
    began = time.perf_counter()
    trained = train(
        config,
        recipe.training,
        material.training,
        material.validation,
        ratings,
        listener,
        vectors=material.vectors,
        vocabulary=material.vocabulary,
    )
    counts = np.bincount(material.training.rating_indices, minlength=len(ratings))
    commonest = int(counts.argmax())
    held_out = material.validation
    answers = {always(reviews.scale.labels[commonest]): np.full(len(held_out), commonest)}
    regression = None
    if recipe.with_baseline:
        regression = WordRegression.fit(
            material.training.texts, material.training.rating_indices, len(ratings)
        )
        answers[REGRESSION] = regression.predict(held_out.texts)
    evaluation = evaluate(
        trained.probabilities,
        held_out.rating_indices,
        ratings,
        reviews.scale.labels,
        model=recipe.name,
        baselines=answers,
    )
    arrays = trained.network.to_arrays()
    info = BundleInfo(
        name=recipe.name,
        created=datetime.now(UTC).isoformat(timespec="microseconds"),
        model=config,
        training=recipe.training,
        ratings=reviews.scale.ratings,
        token_pattern=TOKEN_PATTERN,
        scores=evaluation.to_json(),
        data=_about(reviews, material, counts.tolist()),
        versions={
            **{name: version(name) for name in ("lstm-cli", "torch", "numpy", "nltk")},
            "python": platform.python_version(),
        },
        seconds=time.perf_counter() - began,
    )
    bundle = NewBundle(
        info=info,
        tokens=material.vocabulary.tokens,
        weights=arrays,
        words=gather_words(
            held_out.corpus, network_weights(arrays), config, material.vocabulary, ratings
        ),
        history=tuple(map(asdict, trained.history)),
        baseline=None if regression is None else regression.to_arrays(),
    )
    return MadeModel(bundle, evaluation, trained.tokens_per_second)


def _about(reviews: Reviews, material: Material, counts: list[int]) -> dict[str, Any]:
    """What a bundle says of the reviews it was trained on: numbers and names, no text."""
    return {
        "files": [_file_name(source.name) for source in reviews.sources],
        "text_columns": [source.text_column for source in reviews.sources],
        "rating_columns": [source.rating_column for source in reviews.sources],
        "fingerprint": reviews.fingerprint,
        "reviews": len(reviews),
        "training": len(material.training),
        "validation": len(material.validation),
        "left_out": material.left_out,
        "skipped": {skipped.reason: skipped.count for skipped in reviews.skipped},
        "counts": dict(zip(reviews.scale.labels, counts, strict=True)),  # trained on, by rating
    }


def _file_name(source: str) -> str:
    r"""A name without folder or query: a model does not tell where it was made.

    >>> _file_name("https://host/films.csv?key=secret"), _file_name(r"C:\\mine\\films.csv")
    ('films.csv', 'films.csv')
    """
    if "://" in source:
        source = re.split(r"[?#]", source)[0]
    return re.split(r"[/\\]", source)[-1]
