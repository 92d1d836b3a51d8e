"""``make_update``: a model learns more reviews, and goes on under its name if it is not worse.

Of fewer than ten held-out reviews nothing can tell, and the old model stays in use.

prepare    sort them by what the model knows            -> PreparedUpdate (update_preparation.py)
learn      from where the model stands, and part of the way back to it    -> LearnedUpdate
compare    old against new on what is held out                            -> Receipt
describe   all that is saved                                        -> NewBundle (updated.py)
save       the old model is kept as a version
"""

import time
from collections.abc import Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Protocol

import numpy as np

from lstm_cli.arrays import Float32Array, Float64Array
from lstm_cli.bundle.versions import Version, save_as_next, versions_of
from lstm_cli.core.network import rating_probabilities
from lstm_cli.data.corpus import Corpus
from lstm_cli.data.reviews import ReviewsSummary
from lstm_cli.evaluation.receipt import receipt
from lstm_cli.metrics.calibration import apply_cross_fitted_temperature
from lstm_cli.pipeline.requests import UpdateRequest
from lstm_cli.pipeline.update_preparation import PreparedUpdate, prepare_update
from lstm_cli.pipeline.update_reading import ReadUpdate
from lstm_cli.pipeline.updated import CALIBRATED, LearnedUpdate, describe_update
from lstm_cli.results import Receipt
from lstm_cli.training.base import Base
from lstm_cli.training.loop import Listener, NetworkStart, train
from lstm_cli.training.rules import UPDATE_SHARE
from lstm_cli.training.trainer import TrainingTask


class UpdateListener(Listener, Protocol):
    """Someone who wants to hear of all of it."""

    def read(self, new: ReviewsSummary, old: ReviewsSummary | None) -> None:
        """The reviews have been read, and old ones, if some were given."""

    def prepared(self, prepared: "PreparedUpdate") -> None:
        """It is known which of them are new, and which are held out."""

    def training(self) -> AbstractContextManager[object]:
        """A context around the learning."""


@dataclass(frozen=True)
class Updated:
    """An update that has been made, and whether it is in use."""

    path: Path
    prepared: PreparedUpdate
    receipt: Receipt
    is_replaced: bool  # else it was worse, or nothing could tell, and the old model stays
    version: Version | None  # what the old model is now; None where it is in use

    def to_json(self, seconds: float) -> dict[str, Any]:
        """As ``lstm update --json`` prints it; ``seconds`` is what all of it took."""
        prepared, known = self.prepared, self.prepared.known
        return {
            "model": self.path.name,
            "path": str(self.path),
            "replaced": self.is_replaced,
            "version": None if self.version is None else self.version.number,
            "learned": prepared.num_fresh,
            "replayed": prepared.num_replayed,
            "held_out": len(prepared.split.held_out),
            "known": {"learned": known.num_known_new[0], "held_out": known.num_known_new[1]},
            "read_by_base": prepared.num_read_by_base,
            "left_out": prepared.split.num_left_out,
            "unused_old": {"twice": known.num_twice, "unknown": known.num_strangers},
            "seconds": seconds,
            "receipt": self.receipt.to_json(),
        }


def make_update(request: UpdateRequest, read: ReadUpdate, listener: UpdateListener) -> Updated:
    """Learn, compare, and save what is not worse. The caller holds the name of the model.

    Args:
        request: what a user asked for.
        read: the model and the reviews.
        listener: hears how it goes.

    Raises:
        RowError: nothing is new, or nothing could be measured.
        OutputError: the new model cannot be written; the old one is as it was.
    """
    began = time.perf_counter()
    path = read.bundle.path
    prepared = prepare_update(request, read)
    listener.prepared(prepared)
    try:
        with listener.training():
            learned = _learn(prepared, listener)
    except KeyboardInterrupt:
        raise KeyboardInterrupt(f"{path.name} is as it was") from None
    made = _receipt(prepared, learned)
    if not (made.is_accepted or request.accept_worse):
        return Updated(path, prepared, made, False, None)
    save_as_next(describe_update(prepared, learned, time.perf_counter() - began), path)
    created = read.bundle.info.created
    old = next(v for v in versions_of(path) if v.bundle and v.bundle.info.created == created)
    return Updated(path, prepared, made, True, old)


def _learn(prepared: PreparedUpdate, listener: Listener) -> LearnedUpdate:
    """Train from where the old model stands, then go a part of the way back to it."""
    bundle, compute = prepared.bundle, prepared.compute
    model = replace(bundle.info.model, vocab_size=len(prepared.vocabulary))
    arrays = Base.from_bundle(bundle).start(
        prepared.vocabulary, prepared.ratings.tolist(), model.pooling
    )
    measured = np.flatnonzero(~prepared.were_held_out)
    if not len(measured):
        measured = np.arange(len(prepared.held_out))
    trained = train(
        NetworkStart(model, prepared.vocabulary, arrays),
        prepared.config,
        # What is kept is another network than this, and is measured on all of them.
        TrainingTask(prepared.training, prepared.held_out.select(measured), prepared.ratings),
        listener,
        compute=compute,
    )
    reached = trained.network.to_arrays()
    mixed = {
        name: ((1 - UPDATE_SHARE) * arrays[name] + UPDATE_SHARE * reached[name]).astype(np.float32)
        for name in reached
    }

    def answers(weights: Mapping[str, Float32Array], corpus: Corpus) -> Float64Array:
        # In the network that has learned: to make another takes as long as to rate a few reviews.
        trained.network.start_from(weights)
        return rating_probabilities(trained.network, corpus, compute)

    held_out = prepared.held_out
    assert held_out.tokenized is not None
    # The old model reads them in its own words, whose ids the new one kept.
    before = answers(arrays, held_out.tokenized.encode(bundle.vocabulary))
    return LearnedUpdate(mixed, trained.history, before, answers(mixed, held_out.corpus))


def _receipt(prepared: PreparedUpdate, learned: LearnedUpdate) -> Receipt:
    truth = prepared.held_out.rating_indices
    return receipt(
        learned.before,
        apply_cross_fitted_temperature(learned.after, truth, CALIBRATED),
        truth,
        prepared.were_held_out,
        prepared.bundle.info.scale,
    )
