"""From reviews to a model: trained, measured beside simpler ones, described.

This is the one place that knows the whole order of the work; each step lives
in the layer it belongs to.
"""

import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np

from lstm_cli.bundle.contents import BundleInfo, NewBundle, StoredAs, network_weights
from lstm_cli.bundle.provenance import Provenance, file_name, now, versions
from lstm_cli.config import Cell, ModelConfig, PretrainConfig, TrainConfig
from lstm_cli.core.compute import Compute
from lstm_cli.core.network import rating_probabilities
from lstm_cli.data.reviews import Reviews
from lstm_cli.evaluation.evaluation import evaluate
from lstm_cli.gates.words import gather_gate_statistics
from lstm_cli.metrics.baselines import REGRESSION, WordRegression, always, drawn
from lstm_cli.metrics.calibration import apply_cross_fitted_temperature, fit_temperature, together
from lstm_cli.results import Attempt, Evaluation, GateStatistics
from lstm_cli.text.tokens import TOKEN_PATTERN
from lstm_cli.training.folds import (
    NUM_FOLDS,
    OF_A_TRAINING,
    FoldsListener,
    are_needed,
    out_of_fold,
)
from lstm_cli.training.preparation import PreparedData, RatedCorpus
from lstm_cli.training.pretraining import PretrainListener, Unlabelled, pretrain
from lstm_cli.training.search import SearchListener, search
from lstm_cli.training.trainer import RunControl, Trained, train


@dataclass(frozen=True)
class Recipe:
    """What a user decided about a model before it is made."""

    name: str
    training: TrainConfig
    cell: Cell = "lstm"
    embedding_size: int | None = None  # None: the base's, the vectors', or the default
    hidden_size: int | None = None  # None: the base's, or the default
    with_baseline: bool = True
    stored_as: StoredAs = "float32"
    budget: float | None = None  # seconds for trying other recipes; None: this one alone
    decided: frozenset[str] = frozenset()  # settings that are not tried otherwise

    def model_config(self, prepared: PreparedData, num_ratings: int) -> ModelConfig:
        """What the network is made of."""
        default = prepared.base.config if prepared.base else ModelConfig(0, 0)
        vectors_size = prepared.vectors.size if prepared.vectors else None
        return ModelConfig(
            vocab_size=len(prepared.vocabulary),
            num_ratings=num_ratings,
            cell=self.cell,
            embedding_size=self.embedding_size or vectors_size or default.embedding_size,
            hidden_size=self.hidden_size or default.hidden_size,
            pooling=default.pooling,
        )


@dataclass(frozen=True)
class MadeModel:
    """A model that has been made and measured, and not yet been saved."""

    bundle: NewBundle
    evaluation: Evaluation
    tokens_per_second: float
    completed: bool  # its training was not stopped


def make_model(
    prepared: PreparedData,
    reviews: Reviews,
    recipe: Recipe,
    listener: FoldsListener,
    control: RunControl | None = None,
    search_listener: SearchListener | None = None,
    held_out_from: str | None = None,
) -> MadeModel:
    """Train a network on prepared reviews and measure it on those held out.

    Args:
        prepared: the reviews, tokenized and split.
        reviews: the same as they were read: the scale, and what the bundle says of them.
        recipe: what the user decided.
        listener: hears how training goes.
        control: how it is stopped and kept; who stops it does not wait for a peer. Within a
            budget nothing is kept: it would be that of one of many recipes.
        search_listener: hears of the recipes that are tried; a budget asks for it.
        held_out_from: fingerprint of the file of held-out reviews; None where they are a share.

    Raises:
        CheckpointError: it should go on, and the file is damaged or belongs to other work.
        OutputError: a checkpoint cannot be written.
    """
    ratings = np.array(reviews.scale.ratings)
    config = recipe.model_config(prepared, len(ratings))
    start = None
    if prepared.base is not None:
        start = prepared.base.start(prepared.vocabulary, reviews.scale.ratings, config.pooling)
    began = time.perf_counter()
    held_out = prepared.validation

    def learn(
        training: TrainConfig,
        kept: RunControl | None = None,
        learned_from: RatedCorpus = prepared.training,
        unseen: RatedCorpus = held_out,
        last_epoch: int | None = None,
    ) -> Trained:
        return train(
            config,
            training,
            learned_from,
            unseen,
            ratings,
            listener,
            vectors=prepared.vectors,
            vocabulary=prepared.vocabulary,
            start=start,
            control=kept,
            last_epoch=last_epoch,
        )

    with_folds = are_needed(len(prepared.training), len(held_out))
    only_stopped = RunControl(is_stopped=control.is_stopped) if control else None
    attempts: tuple[Attempt, ...] = ()
    if recipe.budget is None:
        trained, training = learn(recipe.training, control), recipe.training
        completed = trained.completed
    else:
        assert search_listener is not None
        found = search(
            lambda tried: learn(tried, only_stopped),
            recipe.training,
            recipe.budget,
            held_out.rating_indices,
            ratings,
            search_listener,
            decided=recipe.decided,
            afterwards=OF_A_TRAINING if with_folds else 0.0,
        )
        trained, training = found.trained, found.config
        completed, attempts = found.completed, found.attempts
    beside = None
    if with_folds and completed:
        listener.folds_begin(NUM_FOLDS, len(held_out))
        best_epoch = max(report.epoch for report in trained.history if report.is_best)
        folds = out_of_fold(
            lambda others, unseen: learn(training, only_stopped, others, unseen, best_epoch),
            prepared.training,
            training.seed,
        )
        completed = folds.completed
        if completed:  # what a stopped training says tells nothing of a whole one
            beside = folds.probabilities, folds.rating_indices
    temperature = fit_temperature(
        *together((trained.probabilities, held_out.rating_indices), beside)
    )
    arrays = trained.network.to_arrays()
    # A readout divided by the temperature is calibrated for whoever reads it.
    for name in ("readout.weight", "readout.bias"):
        arrays[name] = (arrays[name] / temperature).astype(np.float32)
    counts = np.bincount(prepared.training.rating_indices, minlength=len(ratings))
    commonest = int(counts.argmax())
    answers = {always(reviews.scale.labels[commonest]): np.full(len(held_out), commonest)}
    regression = None
    if recipe.with_baseline and completed:
        fitted_on = prepared.training.select(drawn(len(prepared.training)))
        regression = WordRegression.fit(fitted_on.words(), fitted_on.rating_indices, len(ratings))
        answers[REGRESSION] = regression.predict(held_out.words())
    evaluation = evaluate(
        apply_cross_fitted_temperature(trained.probabilities, held_out.rating_indices, beside),
        held_out.rating_indices,
        ratings,
        reviews.scale.labels,
        model=recipe.name,
        baselines=answers,
        shuffled=rating_probabilities(
            trained.network,
            held_out.corpus.shuffled(np.random.default_rng(0)),
            Compute(precision=training.precision),
        ),
    )
    info = BundleInfo(
        name=recipe.name,
        created=now(),
        model=config,
        training=training,
        ratings=reviews.scale.ratings,
        token_pattern=prepared.token_pattern,
        scores=evaluation.to_json(),
        provenance=_provenance(
            reviews, prepared, counts.tolist(), held_out_from, completed, attempts
        ),
        versions=versions(),
        seconds=time.perf_counter() - began,
        stored_as=recipe.stored_as,
        base=prepared.base.name if prepared.base is not None else None,
        temperature=temperature,
    )
    bundle = NewBundle(
        info=info,
        tokens=prepared.vocabulary.tokens,
        weights=arrays,
        gate_statistics=gather_gate_statistics(
            held_out.corpus, network_weights(arrays), config, prepared.vocabulary, ratings
        ),
        history=tuple(map(asdict, trained.history)),
        baseline=None if regression is None else regression.to_arrays(),
    )
    return MadeModel(bundle, evaluation, trained.tokens_per_second, completed)


@dataclass(frozen=True)
class MadeLanguageModel:
    """A language model that has been made, and not yet been saved."""

    bundle: NewBundle
    tokens_per_second: float


def make_language_model(
    reviews: Unlabelled,
    files: Sequence[str],
    config: PretrainConfig,
    name: str,
    listener: PretrainListener,
    *,
    checkpoint: Path | None = None,
    resume: bool = False,
) -> MadeLanguageModel:
    """Learn the language of reviews: a bundle that training can start from.

    Args:
        reviews: tokenized and split.
        files: where they come from.
        config: what is made, and how it learns.
        name: the model's.
        listener: hears how it goes.
        checkpoint: a file where the work is kept from time to time.
        resume: go on from that file.
    """
    began = time.perf_counter()
    made = pretrain(config, reviews, listener, checkpoint=checkpoint, resume=resume)
    model = ModelConfig(
        vocab_size=len(reviews.vocabulary),
        num_ratings=0,
        embedding_size=config.embedding_size,
        hidden_size=config.hidden_size,
    )
    pooled = len(model.pooling) * config.hidden_size
    no_readout = {
        "readout.weight": np.zeros((0, pooled), np.float32),
        "readout.bias": np.zeros(0, np.float32),
    }
    info = BundleInfo(
        name=name,
        created=now(),
        model=model,
        training=config,
        ratings=(),
        token_pattern=TOKEN_PATTERN,
        scores={
            "perplexity": made.history[-1].perplexity,
            "n": reviews.held_out.num_tokens,
        },
        provenance=Provenance(
            files=tuple(file_name(file) for file in files),
            fingerprint=reviews.fingerprint,
            training=reviews.num_training,
            counts={},
        ),
        versions=versions(),
        seconds=time.perf_counter() - began,
        stored_as="float16",
    )
    bundle = NewBundle(
        info=info,
        tokens=reviews.vocabulary.tokens,
        weights=made.arrays | no_readout,
        gate_statistics=GateStatistics(()),
        history=tuple(map(asdict, made.history)),
    )
    return MadeLanguageModel(bundle, made.tokens_per_second)


def _provenance(
    reviews: Reviews,
    prepared: PreparedData,
    counts: list[int],
    held_out_from: str | None,
    completed: bool,
    attempts: Sequence[Attempt],
) -> Provenance:
    """What a bundle says of the reviews it was trained on."""
    lengths = prepared.training.corpus.lengths
    return Provenance(
        files=tuple(file_name(source.name) for source in reviews.sources),
        text_columns=tuple(source.text_column for source in reviews.sources),
        rating_columns=tuple(source.rating_column for source in reviews.sources),
        fingerprint=reviews.fingerprint,
        reviews=len(reviews),
        training=len(prepared.training),
        validation=len(prepared.validation),
        left_out=prepared.left_out,
        max_words=prepared.max_words,
        base_fingerprint=prepared.base.fingerprint if prepared.base is not None else None,
        vectors=prepared.vectors.name if prepared.vectors is not None else None,
        skipped={skipped.reason: skipped.count for skipped in reviews.skipped},
        counts=dict(zip(reviews.scale.labels, counts, strict=True)),
        lengths=(int(lengths.min()), int(lengths.max())),
        held_out_from=held_out_from,
        threads=Compute().num_threads,
        stopped=not completed,
        tried=tuple(map(asdict, attempts)),
    )
