"""Several processes train: the first announces each training, and the others take part in it.

The first one reads the files, holds the model's place, speaks, measures and saves. The others
have neither texts nor files. They are sent what a training is, but for the token ids, which they
map, and the weights it starts from, which ``train`` gives them.
"""

from dataclasses import dataclass, replace
from typing import Literal

import numpy as np

from lstm_cli.config import TrainConfig
from lstm_cli.core.compute import Compute
from lstm_cli.core.launch import Launch
from lstm_cli.pipeline.silence import Silent
from lstm_cli.training.distributed import from_first, joined, shared_tokens
from lstm_cli.training.loop import NetworkStart, train
from lstm_cli.training.pace import measure_pace
from lstm_cli.training.preparation import PreparedData, RatedCorpus
from lstm_cli.training.trainer import TrainingTask

_NO_TOKENS = np.zeros(0, dtype=np.int32)


@dataclass(frozen=True)
class Work:
    """What all processes do together."""

    kind: Literal["train", "measure pace"]
    start: NetworkStart
    config: TrainConfig
    task: TrainingTask
    compute: Compute  # of the first process; the others compute on as many threads


def announce(work: Work | None, compute: Compute) -> None:
    """Tell the other processes what this one, the first, does now; None: nothing any more.

    It has to be done next. Where a process is alone, nobody is told.
    """
    if compute.is_alone:
        return
    if work is not None:
        start, task = replace(work.start, arrays=None, vectors=None), work.task
        work = replace(work, start=start, task=_with_tokens(task, _NO_TOKENS))
    from_first(work, compute)


def share_tokens(data: PreparedData, launch: Launch) -> PreparedData:
    """Let the others map the token ids of what was prepared; this process maps them as well."""
    if launch.is_alone:
        return data
    token_ids = shared_tokens(data.training.corpus.token_ids, launch)
    return replace(
        data,
        training=_on_tokens(data.training, token_ids),
        validation=_on_tokens(data.validation, token_ids),
    )


def follow(launch: Launch) -> None:
    """Take part in whatever the first process announces, until it announces nothing any more.

    Raises:
        ProcessError: another process has ended.
    """
    with joined(launch):
        token_ids = shared_tokens(None, launch)
        here = Compute().as_one_of(launch)
        while (work := from_first(None, here)) is not None:
            _take_part(work, token_ids, launch)


def _take_part(work: Work, token_ids: np.ndarray, launch: Launch) -> None:
    task = _with_tokens(work.task, token_ids)
    compute = work.compute.as_one_of(launch)
    compute.set_up_process()
    if work.kind == "train":
        train(work.start, work.config, task, Silent(), compute=compute)
    else:
        measure_pace(work.start, work.config, task, compute)


def _with_tokens(task: TrainingTask, token_ids: np.ndarray) -> TrainingTask:
    """The task with other token ids, and without the words they stand for."""
    training, validation = (
        _on_tokens(replace(reviews, tokenized=None), token_ids)
        for reviews in (task.training, task.validation)
    )
    return replace(task, training=training, validation=validation)


def _on_tokens(reviews: RatedCorpus, token_ids: np.ndarray) -> RatedCorpus:
    """The same reviews, their ids read from another array of the same ids."""
    tokenized = reviews.tokenized
    if tokenized is not None:
        corpus = replace(tokenized.corpus, token_ids=token_ids)
        tokenized = replace(tokenized, corpus=corpus)
    return replace(
        reviews, corpus=replace(reviews.corpus, token_ids=token_ids), tokenized=tokenized
    )
