"""``run_pretraining``: from reviews without ratings to a saved language model."""

import time
from collections.abc import Sequence
from contextlib import AbstractContextManager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Protocol

import numpy as np

from lstm_cli.bundle.claiming import ModelSlot
from lstm_cli.bundle.contents import BundleInfo, NewBundle
from lstm_cli.bundle.provenance import Provenance
from lstm_cli.config import ModelConfig, PretrainConfig
from lstm_cli.core.compute import Compute
from lstm_cli.data.cache import TokenCache
from lstm_cli.data.chosen import join_names
from lstm_cli.data.texts import read_texts
from lstm_cli.pipeline.origin import file_name, now, versions
from lstm_cli.pipeline.requests import PretrainRequest
from lstm_cli.results import GateStatistics
from lstm_cli.text.tokens import TOKEN_PATTERN
from lstm_cli.training.checkpoint import RunControl
from lstm_cli.training.pretraining import (
    Pretrained,
    PretrainListener,
    Unlabelled,
    prepare_unlabelled,
    pretrain,
)

ENDING = "-language"  # of the name of a model that is named after a file


class PretrainingListener(PretrainListener, Protocol):
    """Someone who wants to hear of all of it."""

    def nothing_to_resume(self, name: str) -> None:
        """A training of that name should go on, and there is none: one begins."""

    def file_read(self, source: str, rows: int, columns: str, notes: Sequence[str]) -> None:
        """A file has been read."""

    def prepared(self, reviews: Unlabelled, config: PretrainConfig) -> None:
        """All files have been read."""

    def training(self) -> AbstractContextManager[object]:
        """A context around the work."""


@dataclass(frozen=True)
class LanguageModel:
    """A language model that has been made and saved."""

    path: Path
    bundle: NewBundle
    config: PretrainConfig
    perplexity: float  # of the held-out reviews
    tokens_per_second: float

    def to_json(self, seconds: float) -> dict[str, Any]:
        """As ``lstm pretrain --json`` prints it; ``seconds`` is what all of it took."""
        return {
            "model": self.path.name,
            "path": str(self.path),
            "reviews": self.bundle.info.provenance.training,
            "perplexity": self.perplexity,
            "epochs": len(self.bundle.history),
            "tokens_per_second": self.tokens_per_second,
            "seconds": seconds,
            "precision": self.config.precision,
        }


def run_pretraining(request: PretrainRequest, listener: PretrainingListener) -> LanguageModel:
    """Learn the language of reviews, and save what training can start from.

    Args:
        request: what a user asked for.
        listener: hears how it goes.

    Raises:
        LstmError: something a user can put right. No half of a model is left behind; what was
            learned may be kept in a checkpoint.
    """
    slot = ModelSlot.choose(
        request.folder,
        request.sources[0],
        request.name,
        ending=ENDING,
        replace=request.replace,
        resume=request.resume,
    )
    if request.resume and not slot.resumes:
        listener.nothing_to_resume(slot.path.name)
    compute = Compute.of_machine(request.precision, request.threads)
    compute.set_up_process()
    config = _config(request, compute)
    reviews = _read(request, config, compute, listener)
    listener.prepared(reviews, config)
    with slot.claimed(), listener.training():
        began = time.perf_counter()
        control = RunControl(slot.checkpoint, slot.resumes)
        made = pretrain(config, reviews, listener, compute=compute, control=control)
        seconds = time.perf_counter() - began
        bundle = _describe(slot.path.name, request, reviews, config, made, seconds)
        path = slot.save(bundle)
    perplexity = made.history[-1].perplexity
    return LanguageModel(path, bundle, config, perplexity, made.tokens_per_second)


def _config(request: PretrainRequest, compute: Compute) -> PretrainConfig:
    return PretrainConfig(
        maximum_words=request.maximum_words,
        embedding_size=request.embedding_size,
        hidden_size=request.hidden_size,
        epochs=request.epochs,
        learning_rate=request.learning_rate,
        seed=request.seed,
        precision=compute.precision,
    )


def _read(
    request: PretrainRequest,
    config: PretrainConfig,
    compute: Compute,
    listener: PretrainingListener,
) -> Unlabelled:
    texts: list[str] = []
    for source in request.sources:
        table, columns, some = read_texts(source, request.reading)
        notes = (*table.notes, *columns.notes)
        listener.file_read(table.source, len(some), join_names(columns.names), notes)
        texts += some
    names = ", ".join(map(file_name, request.sources))
    return prepare_unlabelled(texts, config, names, compute.num_processes, TokenCache.of_user())


def _describe(
    name: str,
    request: PretrainRequest,
    reviews: Unlabelled,
    config: PretrainConfig,
    made: Pretrained,
    seconds: float,
) -> NewBundle:
    """All that is saved: a network without a readout, and what it is and came from."""
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
        scores={"perplexity": made.history[-1].perplexity, "n": reviews.held_out.num_tokens},
        provenance=Provenance(
            files=tuple(file_name(source) for source in request.sources),
            fingerprint=reviews.fingerprint,
            training=reviews.num_training,
            counts={},
        ),
        versions=versions(),
        seconds=seconds,
        stored_as="float16",
    )
    return NewBundle(
        info=info,
        tokens=reviews.vocabulary.tokens,
        weights=made.arrays | no_readout,
        gate_statistics=GateStatistics(()),
        history=tuple(map(asdict, made.history)),
    )
