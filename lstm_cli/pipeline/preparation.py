"""Prepare: hold some of the reviews out, and decide the settings."""

import time
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from lstm_cli.arrays import Float64Array
from lstm_cli.bundle.contents import BundleInfo
from lstm_cli.config import ModelConfig, TrainConfig, VocabularyConfig
from lstm_cli.core.compute import Compute
from lstm_cli.core.launch import ALONE, Launch
from lstm_cli.data.cache import TokenCache
from lstm_cli.data.reviews import ReviewsSummary
from lstm_cli.data.tokenizing import tokenize_reviews
from lstm_cli.evaluation.health import about_rare, quick_findings
from lstm_cli.pipeline.following import share_tokens
from lstm_cli.pipeline.reading import ReadRun
from lstm_cli.pipeline.repeating import check_vectors_size, differences
from lstm_cli.pipeline.requests import TrainRequest
from lstm_cli.results import Finding
from lstm_cli.training.base import Base
from lstm_cli.training.checkpoint import precision_of
from lstm_cli.training.preparation import PreparedData, prepare_data
from lstm_cli.training.rules import DatasetStats, exact_where_few, resolve_train_config
from lstm_cli.training.trainer import TrainingTask

_CUTTING = 0.1  # of a limited time: a processor cuts some thirty times as fast as it learns
_TIMED = 400  # reviews
_FEWEST_DRAWN = 10_000


@dataclass(frozen=True)
class PreparedRun:
    """All that is known before a network is trained."""

    name: str  # of the model
    reviews: ReviewsSummary
    others: ReviewsSummary | None  # a file of held-out reviews; None where they are a share
    data: PreparedData
    model: ModelConfig
    training: TrainConfig
    compute: Compute
    findings: tuple[Finding, ...]  # what a person should know of the reviews
    drawn: int  # reviews, held out or not; not all where time is too short to cut all into words
    differences: tuple[str, ...] = ()  # why it is not the same model as the one that is repeated

    @property
    def ratings(self) -> Float64Array:
        """The scale, in order, in rating points. (R,)"""
        return np.array(self.reviews.scale.ratings)

    @property
    def offered(self) -> dict[str, int] | None:
        """How often each rating occurs in the files, where a limit left time for some of them."""
        held_out = len(self.data.validation) if self.others is None else 0
        if len(self.data.training) + held_out + self.data.left_out >= len(self.reviews):
            return None
        return dict(zip(self.reviews.scale.labels, self.reviews.counts, strict=True))

    @property
    def commonest(self) -> int:
        """The place of the rating that was there to learn from most often."""
        if (offered := self.offered) is not None:
            return int(np.argmax(list(offered.values())))
        return int(np.bincount(self.data.training.rating_indices).argmax())

    @property
    def task(self) -> TrainingTask:
        """What the network learns from and is measured on."""
        return TrainingTask(self.data.training, self.data.validation, self.ratings)


def prepare(
    request: TrainRequest,
    name: str,
    read: ReadRun,
    *,
    cache: TokenCache | None = None,
    stopped: Path | None = None,
    launch: Launch = ALONE,
    seconds: float | None = None,
) -> PreparedRun:
    """Hold some of the reviews out, and decide the settings.

    Args:
        request: what a user asked for.
        name: the model's.
        read: the reviews, and what was decided before.
        cache: where the tokens of many reviews are kept.
        stopped: the checkpoint of a training that goes on; None where one begins.
        launch: the processes that will train, of which this is the first.
        seconds: that are left, if a user limited them.

    Raises:
        RequestError: the device is not there, or has no such precision.
        RowError: too few reviews.
    """
    reviews, others = read.reviews, read.others
    precision = request.precision or precision_of(stopped) or exact_where_few(request.hidden_size)
    compute = Compute.of_machine(precision, request.threads, request.device).as_one_of(launch)
    compute.set_up_process()
    # The other processes of this host wait until the tokens are there.
    processes = compute.num_processes * launch.local_world_size
    some = read if seconds is None else in_time(read, seconds, processes)
    data = share_tokens(_prepared_data(request, some, processes, cache), launch)
    model, training, why_other = _settings(request, read, data, compute)
    return PreparedRun(
        name=name,
        # Their tokens stand for them from here on: the texts go.
        reviews=reviews.summary(),
        others=None if others is None else others.summary(),
        data=data,
        model=model,
        training=training,
        compute=replace(compute, precision=training.precision),
        findings=(*quick_findings(reviews), *_about_rare(data)),
        drawn=some.num_reviews,
        differences=why_other,
    )


def _settings(
    request: TrainRequest, read: ReadRun, data: PreparedData, compute: Compute
) -> tuple[ModelConfig, TrainConfig, tuple[str, ...]]:
    """The network, how it learns, and why it will not be the model that is made once more."""
    reviews, others, like = read.reviews, read.others, read.like
    if like is None:
        model = model_config(request, data, len(reviews.scale))
        training = resolve_train_config(
            replace(read.asked, precision=compute.precision),
            DatasetStats.of(data, model.hidden_size),
            epochs=request.epochs,
            learning_rate=request.learning_rate,
        )
        return model, training, ()
    model = replace(like.model, vocab_size=len(data.vocabulary), num_ratings=len(reviews.scale))
    threads = compute.num_threads if compute.is_cpu else None
    now = compute.device_name, threads, compute.world_size
    held_out_from = None if others is None else others.fingerprint
    return model, read.asked, differences(like, reviews.fingerprint, held_out_from, *now)


def in_time(read: ReadRun, seconds: float, processes: int) -> ReadRun:
    """As many of the reviews as can be cut into words in a part of the time.

    They are halved until they are few enough, so that the next run, on whatever else the machine
    does then, mostly draws the same ones and finds them cut. Whether all of them are cut already
    is not looked for.

    Args:
        read: all reviews.
        seconds: that are left.
        processes: how many share the cutting.
    """
    if read.num_reviews <= _FEWEST_DRAWN:
        return read
    seed, reviews, others = read.asked.seed, read.reviews, read.others
    began = time.perf_counter()
    tokenize_reviews(reviews.drawn(_TIMED, seed).texts)
    each = (time.perf_counter() - began) / (_TIMED * processes)
    most = int(_CUTTING * max(seconds, 0.0) / each)
    number, num_others = halved(len(reviews), 0 if others is None else len(others), most)
    if number < len(reviews):
        reviews = reviews.drawn(number, seed)
    if others is not None and num_others < len(others):
        others = others.drawn(num_others, seed)
    return replace(read, reviews=reviews, others=others)


def halved(number: int, others: int, most: int) -> tuple[int, int]:
    """The larger of two numbers is halved until they are ``most`` together, or few enough.

    >>> halved(40_000, 0, 25_000), halved(40_000, 300_000, 80_000), halved(40_000, 500, 0)
    ((20000, 0), (40000, 37500), (10000, 500))
    """
    while number + others > most and max(number, others) > _FEWEST_DRAWN:
        if number >= others:
            number = max(number // 2, _FEWEST_DRAWN)
        else:
            others = max(others // 2, _FEWEST_DRAWN)
    return number, others


def _prepared_data(
    request: TrainRequest, read: ReadRun, processes: int, cache: TokenCache | None
) -> PreparedData:
    """The reviews as token ids, some of them held out."""
    data = prepare_data(
        read.reviews,
        read.asked.validation_share if read.others is None else read.others,
        seed=read.asked.seed,
        vocabulary_config=VocabularyConfig(maximum_size=_max_words(request, read.like)),
        vectors_file=request.vectors,
        base=None if read.base is None else Base.from_bundle(read.base),
        processes=processes,
        cache=cache,
    )
    if data.vectors is not None:
        check_vectors_size(data.vectors.size, data.vectors.name, read.like, request)
    return data


def _about_rare(data: PreparedData) -> Iterator[Finding]:
    return iter(()) if data.training.tokenized is None else about_rare(data.training.tokenized)


def _max_words(request: TrainRequest, like: BundleInfo | None) -> int:
    repeated = None if like is None else like.provenance.max_words
    return request.max_words if repeated is None else repeated


def model_config(request: TrainRequest, data: PreparedData, num_ratings: int) -> ModelConfig:
    """What the network is made of: as asked, else as the base or the vectors have it."""
    base = None if data.base is None else data.base.config
    vectors_size = None if data.vectors is None else data.vectors.size
    return ModelConfig(
        vocab_size=len(data.vocabulary),
        num_ratings=num_ratings,
        cell=request.cell,
        embedding_size=request.embedding_size
        or vectors_size
        or (base or ModelConfig).embedding_size,
        hidden_size=request.hidden_size or (base or ModelConfig).hidden_size,
        pooling=request.pooling or (base or ModelConfig).pooling,
    )
