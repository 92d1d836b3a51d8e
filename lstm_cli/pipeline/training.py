"""``make_model``: from prepared reviews to a saved model, step by step.

plan        time a few steps, and say how long it will take             -> PreparedRun
fit         train a network, or several within a budget of time         -> Fitted
measure     rate the held-out reviews, beside simpler models            -> Measured
describe    all that is saved                                           -> NewBundle
"""

import time
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any, Protocol

import numpy as np

from lstm_cli.arrays import Float32Array
from lstm_cli.bundle.claiming import ModelSlot
from lstm_cli.bundle.contents import BundleInfo, NewBundle, network_weights
from lstm_cli.bundle.epochs import EpochWeights, KeptEpoch, NewEpochs, Weights, packed_epochs
from lstm_cli.bundle.held_out import HeldOutAnswers
from lstm_cli.bundle.provenance import Provenance
from lstm_cli.bundle.seen import Seen, SeenPart
from lstm_cli.config import TrainConfig
from lstm_cli.core.network import rating_probabilities
from lstm_cli.data.reviews import ReviewsSummary
from lstm_cli.evaluation.evaluation import evaluate
from lstm_cli.gates.words import MOST_TOKENS, gather_gate_statistics
from lstm_cli.metrics.agreement import Agreement
from lstm_cli.metrics.baselines import REGRESSION, WordRegression, always, drawn
from lstm_cli.metrics.calibration import (
    apply_cross_fitted_temperature,
    apply_temperature,
    fit_temperature,
)
from lstm_cli.pipeline.base_answers import base_answers, tokens_asked
from lstm_cli.pipeline.following import Work, announce
from lstm_cli.pipeline.learner import Learner
from lstm_cli.pipeline.origin import file_name, now, versions
from lstm_cli.pipeline.preparation import PreparedRun
from lstm_cli.pipeline.requests import TrainRequest
from lstm_cli.results import Attempt, Evaluation
from lstm_cli.training.epochs import TrainedEpoch
from lstm_cli.training.loop import Listener, NetworkStart, Trained
from lstm_cli.training.pace import Plan, fitted_to, measure_pace
from lstm_cli.training.preparation import PreparedData
from lstm_cli.training.search import SearchListener, search

# As many readings without them take as long as one of which the gates are described: 3.4 to 4.3 of
# 38,000 words by the base, on two cores.
_GATES = 4


class TrainingListener(Listener, SearchListener, Protocol):
    """Someone who wants to hear of all of it, and may stop it."""

    def nothing_to_resume(self, name: str) -> None:
        """A training of that name should go on, and there is none: one begins."""

    def renamed(self, taken: str, name: str) -> None:
        """A model has the name after the file already: this one gets another."""

    def read(self, reviews: ReviewsSummary, others: ReviewsSummary | None) -> None:
        """The reviews have been read, and those of a file that are held out, if one was given."""

    def prepared(self, run: PreparedRun) -> None:
        """Some have been held out and the settings decided."""

    def planned(self, run: PreparedRun, plan: Plan, seconds: float) -> None:
        """How much will be learned of what, and about how long it will take."""

    def training(self) -> AbstractContextManager[Callable[[], bool]]:
        """A context around the work; what it gives says whether the work should stop now."""


@dataclass(frozen=True)
class Fitted:
    """A network, and the settings that made it."""

    trained: Trained
    config: TrainConfig
    completed: bool  # nothing was stopped
    attempts: tuple[Attempt, ...] = ()  # within a budget: all that was tried


@dataclass(frozen=True)
class Measured:
    """A model against the held-out reviews, and the peer it was set beside."""

    temperature: float  # under which its probabilities hold
    evaluation: Evaluation
    regression: WordRegression | None
    agreement: Agreement | None  # of the two on the held-out reviews


@dataclass(frozen=True)
class LearnedModel:
    """A model that has been made and measured."""

    run: PreparedRun
    bundle: NewBundle
    evaluation: Evaluation
    tokens_per_second: float
    completed: bool  # its training was not stopped


@dataclass(frozen=True)
class TrainedModel:
    """A model that has been made, measured and saved."""

    path: Path
    run: PreparedRun
    bundle: NewBundle
    evaluation: Evaluation
    tokens_per_second: float
    completed: bool  # its training was not stopped

    def to_json(self, seconds: float) -> dict[str, Any]:
        """As ``lstm train --json`` prints it; ``seconds`` is what all of it took."""
        return {
            "model": self.path.name,
            "path": str(self.path),
            "reviews": len(self.run.reviews),
            "skipped": {skipped.reason: skipped.count for skipped in self.run.reviews.skipped},
            "tokens_per_second": self.tokens_per_second,
            "seconds": seconds,
            "epochs": len(self.bundle.history),
            "precision": self.bundle.info.training.precision,
            "stopped": not self.completed,
            "tried": list(self.bundle.info.provenance.tried),
            "read_by_base": self.bundle.info.provenance.read_by_base,
            "validation": self.evaluation.to_json(),
        }


def make_model(
    request: TrainRequest,
    run: PreparedRun,
    slot: ModelSlot,
    listener: TrainingListener,
    seconds: float | None = None,
) -> TrainedModel:
    """Train, measure and save.

    Args:
        request: what a user asked for.
        run: the reviews and the settings.
        slot: the place of the model.
        listener: hears how it goes, and may stop it.
        seconds: that may be spent, if a user limited them.
    """
    with slot.claimed(), listener.training() as is_stopped:
        learned = learn_model(request, run, listener, is_stopped, slot, seconds)
        path = slot.save(learned.bundle, completed=learned.completed)
    return TrainedModel(path, **vars(learned))


def learn_model(
    request: TrainRequest,
    run: PreparedRun,
    listener: TrainingListener,
    is_stopped: Callable[[], bool],
    slot: ModelSlot | None = None,
    seconds: float | None = None,
) -> LearnedModel:
    """Train and measure.

    Args:
        request: what a user asked for.
        run: the reviews and the settings.
        listener: hears how it goes.
        is_stopped: whether the work should end now.
        slot: where the training is kept from time to time; None where it is not.
        seconds: that may be spent, if a user limited them.
    """
    began = time.perf_counter()
    start = NetworkStart.of(run.data, run.model, run.ratings)
    is_restart = slot is not None and slot.resumes and not request.resume
    learner = Learner(start, run.compute, listener, is_stopped, is_restart)
    if request.budget is None:
        run = plan(run, start, listener, seconds, asks_base=request.asks_base)
    fitted = fit(run, learner, request, slot)
    announce(None, run.compute)
    measured = measure(run, fitted, with_baseline=request.with_baseline)
    # Who stops a training does not wait for the base.
    said = None
    if request.asks_base and fitted.completed:
        said = base_answers(run.data, run.ratings, run.compute, fitted.config.seed)
    bundle = describe(run, fitted, measured, said, time.perf_counter() - began)
    speed = fitted.trained.tokens_per_second
    return LearnedModel(run, bundle, measured.evaluation, speed, fitted.completed)


def plan(
    run: PreparedRun,
    start: NetworkStart,
    listener: TrainingListener,
    seconds: float | None,
    *,
    asks_base: bool = True,
) -> PreparedRun:
    """Say how long it will take; where time is short, less is read: fewer epochs, or reviews."""
    began = time.perf_counter()
    announce(Work("measure pace", start, run.training, run.task, run.compute), run.compute)
    data = run.data
    more = _GATES * min(data.validation.num_tokens, MOST_TOKENS)
    asked = tokens_asked(data, run.training.seed) if asks_base else 0
    pace = measure_pace(start, run.training, run.task, run.compute, more, asked)
    planned = Plan(run.training)
    if seconds is not None:
        # On 800 reviews the timed steps are a sixth of an epoch.
        planned = fitted_to(run.training, pace, seconds - (time.perf_counter() - began))
        run = replace(run, training=planned.config, data=_drawn(data, planned))
    listener.planned(run, planned, pace.seconds(planned))
    return run


def _drawn(data: PreparedData, plan: Plan) -> PreparedData:
    """What a plan has time for."""
    seed = plan.config.seed
    if plan.share < 1:
        data = replace(data, training=data.training.drawn(plan.share, seed))
    if plan.held_out < 1:
        data = replace(data, validation=data.validation.drawn(plan.held_out, seed))
    return data


def fit(
    run: PreparedRun, learner: Learner, request: TrainRequest, slot: ModelSlot | None
) -> Fitted:
    """Train the network; within a budget of time several, of which the one that serves best.

    Within a budget nothing is kept from time to time: it would be that of one of many.
    """
    if request.budget is None:
        trained = learner(run.training, run.task, slot=slot, keep_epochs=request.keep_epochs)
        return Fitted(trained, run.training, trained.completed)
    best = search(
        lambda config: learner(config, run.task),
        run.training,
        request.budget,
        run.data.validation.rating_indices,
        run.ratings,
        learner.listener,
        decided=request.decided,
    )
    return Fitted(best.trained, best.config, best.completed, best.attempts)


def measure(run: PreparedRun, fitted: Fitted, *, with_baseline: bool) -> Measured:
    """Calibrate on the held-out reviews, and rate them, beside simpler models.

    Who stops a training does not wait for those.
    """
    training, held_out = run.data.training, run.data.validation
    num_ratings = len(run.ratings)
    always_it = always(run.reviews.scale.labels[run.commonest])
    answers = {always_it: np.full(len(held_out), run.commonest)}
    regression = agreement = None
    if with_baseline and fitted.completed:
        some = training.select(drawn(len(training)))
        regression = WordRegression.fit(some.words(), some.rating_indices, num_ratings)
        its_probabilities = regression.probabilities(held_out.words())
        answers[REGRESSION] = its_probabilities.argmax(axis=1)
        agreement = Agreement.measured(its_probabilities, fitted.trained.probabilities)
    shuffled = held_out.corpus.shuffled(np.random.default_rng(0))
    evaluation = evaluate(
        apply_cross_fitted_temperature(fitted.trained.probabilities, held_out.rating_indices),
        held_out.rating_indices,
        run.reviews.scale,
        model=run.name,
        baselines=answers,
        shuffled=rating_probabilities(fitted.trained.network, shuffled, run.compute),
        text_of=held_out.text_of if run.others is None else None,
    )
    temperature = fit_temperature(fitted.trained.probabilities, held_out.rating_indices)
    return Measured(temperature, evaluation, regression, agreement)


def describe(
    run: PreparedRun,
    fitted: Fitted,
    measured: Measured,
    said_by_base: HeldOutAnswers | None,
    seconds: float,
) -> NewBundle:
    """All that is saved: the calibrated weights, and what they are and came from."""
    arrays = calibrated(fitted.trained.network.to_arrays(), measured.temperature)
    vocabulary, base = run.data.vocabulary, run.data.base
    info = BundleInfo(
        name=run.name,
        created=now(),
        model=run.model,
        training=fitted.config,
        ratings=run.reviews.scale.ratings,
        labels=run.reviews.scale.names,
        edges=run.reviews.scale.edges,
        token_pattern=run.data.token_pattern,
        scores=measured.evaluation.to_json(),
        provenance=_provenance(run, fitted),
        versions=versions(),
        seconds=seconds,
        base=None if base is None else base.name,
        temperature=measured.temperature,
        agreement=measured.agreement,
    )
    statistics = gather_gate_statistics(
        run.data.validation.corpus, network_weights(arrays), run.model, vocabulary, run.ratings
    )
    regression = measured.regression
    return NewBundle(
        info=info,
        tokens=vocabulary.tokens,
        weights=arrays,
        gate_statistics=statistics,
        history=tuple(map(asdict, fitted.trained.history)),
        baseline=None if regression is None else regression.to_arrays(),
        epochs=_kept_epochs(fitted, measured.temperature, arrays),
        seen=_seen(run),
        base_answers=said_by_base,
        held_out_answers=HeldOutAnswers.drawn(
            apply_temperature(fitted.trained.probabilities, measured.temperature),
            run.data.validation.rating_indices,
            fitted.config.seed,
        ),
    )


def _seen(run: PreparedRun) -> Seen:
    """The texts that were learned from and held out, and those that a base learned from."""
    data = run.data
    own = SeenPart.of(run.reviews.fingerprint, data.training.words(), data.validation.words())
    before = None if data.base is None else data.base.seen
    return Seen((own,) if before is None else (own, *before.parts))


def calibrated(arrays: Weights, temperature: float) -> dict[str, Float32Array]:
    """Weights whose readout is divided by the temperature: calibrated for whoever reads it."""
    divided = {
        name: (arrays[name] / temperature).astype(np.float32)
        for name in ("readout.weight", "readout.bias")
    }
    return dict(arrays) | divided


def _kept_epochs(fitted: Fitted, temperature: float, arrays: Weights) -> NewEpochs | None:
    """What training went through, on the temperature of the model; None where it was not kept.

    Args:
        fitted: what was trained.
        temperature: of the model.
        arrays: the weights that the model is saved with.
    """
    if not fitted.trained.epochs:
        return None

    def of(trained: TrainedEpoch) -> EpochWeights:
        kept = KeptEpoch(trained.epoch, trained.accuracy)
        return EpochWeights(kept, lambda: calibrated(trained.arrays(), temperature))

    report = fitted.trained.kept_report(fitted.config)
    model = KeptEpoch(report.epoch, report.accuracy)
    return packed_epochs(list(map(of, fitted.trained.epochs)), model, arrays)


def _provenance(run: PreparedRun, fitted: Fitted) -> Provenance:
    """What a bundle says of the reviews it was trained on."""
    reviews, data = run.reviews, run.data
    lengths = data.training.corpus.lengths
    counts = np.bincount(data.training.rating_indices, minlength=len(run.ratings)).tolist()
    return Provenance(
        files=tuple(file_name(source.name) for source in reviews.sources),
        text_columns=tuple(
            names[0] if len(names) == 1 else names
            for names in (source.text_columns for source in reviews.sources)
        ),
        rating_columns=tuple(source.rating_column for source in reviews.sources),
        fingerprint=reviews.fingerprint,
        reviews=len(reviews),
        training=len(data.training),
        validation=len(data.validation),
        read_by_base=data.held_out_read_by_base,
        left_out=data.left_out,
        max_words=data.max_words,
        base_fingerprint=None if data.base is None else data.base.fingerprint,
        vectors=None if data.vectors is None else data.vectors.name,
        skipped={skipped.reason: skipped.count for skipped in reviews.skipped},
        counts=dict(zip(reviews.scale.labels, counts, strict=True)),
        offered=run.offered,
        lengths=(int(lengths.min()), int(lengths.max())),
        held_out_from=None if run.others is None else run.others.fingerprint,
        device=run.compute.device_name,
        threads=run.compute.num_threads,
        processes=None if run.compute.is_alone else run.compute.world_size,
        stopped=not fitted.completed,
        tried=tuple(map(asdict, fitted.attempts)),
    )
