"""``make_language_model``: from reviews without ratings to a saved language model."""

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
from lstm_cli.bundle.seen import Seen
from lstm_cli.config import ModelConfig, PretrainConfig
from lstm_cli.core.compute import Compute
from lstm_cli.data.cache import TokenCache
from lstm_cli.data.said_sources import Source
from lstm_cli.pipeline.origin import file_name, now, versions
from lstm_cli.pipeline.requests import PretrainRequest
from lstm_cli.results import GateStatistics
from lstm_cli.text.tokens import TOKEN_PATTERN
from lstm_cli.training.checkpoint import RunControl, precision_of
from lstm_cli.training.pretraining import (
    Pretrained,
    PretrainListener,
    Unlabelled,
    prepare_unlabelled,
    pretrain,
)


class PretrainingListener(PretrainListener, Protocol):
    """Someone who wants to hear of all of it."""

    def nothing_to_resume(self, name: str) -> None:
        """A training of that name should go on, and there is none: one begins."""

    def renamed(self, taken: str, name: str) -> None:
        """A model has the name after the file already: this one gets another."""

    def file_read(self, source: Source) -> None:
        """A file has been read, or all of a folder."""

    def prepared(self, run: "PreparedTexts") -> None:
        """The texts have been cut into words, and the settings decided."""

    def training(self) -> AbstractContextManager[object]:
        """A context around the work."""


@dataclass(frozen=True)
class PreparedTexts:
    """All that is known before a language is learned."""

    reviews: Unlabelled
    config: PretrainConfig
    compute: Compute


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


def prepare_texts(
    request: PretrainRequest, texts: Sequence[str], stopped: Path | None = None
) -> PreparedTexts:
    """Cut texts into words, hold some out, and decide the settings.

    Args:
        request: what a user asked for.
        texts: of all files, in order.
        stopped: the checkpoint of a training that goes on.

    Raises:
        RequestError: the device is not there, or has no such precision.
        RowError: too few different ones.
    """
    precision = request.precision or precision_of(stopped)
    compute = Compute.of_machine(precision, request.threads, request.device)
    compute.set_up_process()
    config = _config(request, compute)
    names = ", ".join(map(file_name, request.sources))
    reviews = prepare_unlabelled(texts, config, names, compute.num_processes, TokenCache.of_user())
    return PreparedTexts(reviews, config, compute)


def make_language_model(
    request: PretrainRequest, run: PreparedTexts, slot: ModelSlot, listener: PretrainingListener
) -> LanguageModel:
    """Learn the language, and save what was learned.

    Args:
        request: what a user asked for.
        run: the texts and the settings.
        slot: the place of the model.
        listener: hears how it goes.
    """
    with slot.claimed(), listener.training():
        began = time.perf_counter()
        control = RunControl(slot.checkpoint, slot.resumes)
        made = pretrain(run.config, run.reviews, listener, compute=run.compute, control=control)
        seconds = time.perf_counter() - began
        bundle = _describe(slot.path.name, request, run, made, seconds)
        path = slot.save(bundle)
    perplexity = made.history[-1].perplexity
    return LanguageModel(path, bundle, run.config, perplexity, made.tokens_per_second)


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


def _describe(
    name: str,
    request: PretrainRequest,
    run: PreparedTexts,
    made: Pretrained,
    seconds: float,
) -> NewBundle:
    """All that is saved: a network without a readout, and what it is and came from."""
    reviews, config = run.reviews, run.config
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
            device=run.compute.device_name,
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
        seen=None if reviews.seen is None else Seen((reviews.seen,)),
    )
