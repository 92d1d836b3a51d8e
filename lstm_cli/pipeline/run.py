"""``run_training``, ``run_update`` and ``run_pretraining``: from files to a saved model.

What the files hold is said before torch is loaded, which takes longer than to read most of them:
here a step is imported when its turn comes.
"""

import time
from collections.abc import Callable
from typing import TYPE_CHECKING

from lstm_cli.bundle.claiming import ModelSlot, claimed
from lstm_cli.bundle.reading import open_bundle
from lstm_cli.core.launch import ALONE, Launch
from lstm_cli.data.said_sources import as_said
from lstm_cli.data.texts import read_many
from lstm_cli.errors import Remedy
from lstm_cli.pipeline.reading import read_run
from lstm_cli.pipeline.requests import PretrainRequest, TrainRequest, UpdateRequest
from lstm_cli.pipeline.update_reading import model_to_update, read_update

if TYPE_CHECKING:
    from lstm_cli.pipeline.preparation import PreparedRun
    from lstm_cli.pipeline.pretraining import LanguageModel, PreparedTexts, PretrainingListener
    from lstm_cli.pipeline.training import TrainedModel, TrainingListener
    from lstm_cli.pipeline.updating import Updated, UpdateListener
    from lstm_cli.training.distributed import Begun

LANGUAGE_ENDING = "-language"  # of the name of a language model that is named after a file


def run_training(
    request: TrainRequest, listener: "TrainingListener", launch: Launch = ALONE
) -> "TrainedModel":
    """Make a model of rated reviews, and save it.

    Args:
        request: what a user asked for.
        listener: hears how it goes, and may stop it.
        launch: the processes that train it together, of which this is the first; the others
            call ``pipeline.following.follow``. Where they have been started again after one was
            killed, a training that was kept goes on.

    Raises:
        LstmError: something a user can put right. No half of a model is left behind; what was
            learned may be kept in a checkpoint.
    """
    if launch.is_alone:
        return _run_training(request, listener, launch)

    from lstm_cli.training.distributed import joined

    with joined(launch) as begun:
        return _run_training(request, listener, launch, begun)


def _run_training(
    request: TrainRequest,
    listener: "TrainingListener",
    launch: Launch,
    begun: "Begun | None" = None,
) -> "TrainedModel":
    began = time.perf_counter()
    # Only what this very launch has begun goes on unasked: another's would be written over.
    before = None if begun is None else begun.name
    slot = ModelSlot.choose(
        request.folder,
        "sample" if request.is_sample else request.sources[0],
        before or request.name,
        replace=request.replace,
        resume=request.resume or before is not None,
    )
    if begun is not None:
        begun.remember(slot.path.name)
    if request.resume and not slot.resumes:
        listener.nothing_to_resume(slot.path.name)
    if slot.taken is not None:
        listener.renamed(slot.taken, slot.path.name)

    def left() -> float | None:
        limit = request.time_limit
        return None if limit is None else limit - (time.perf_counter() - began)

    run = _prepared(request, slot, listener, launch, left)

    from lstm_cli.pipeline.training import make_model

    return make_model(request, run, slot, listener, left())


def run_update(request: UpdateRequest, listener: "UpdateListener") -> "Updated":
    """Let a model learn more reviews, and put the new one into use if it is not worse.

    Args:
        request: what a user asked for.
        listener: hears how it goes.

    Raises:
        LstmError: something a user can put right. The old model is as it was.
    """
    path = model_to_update(request).path
    with claimed(path, Remedy.WAIT):
        read = read_update(request, open_bundle(path))
        listener.read(read.new.summary(), None if read.old is None else read.old.summary())

        from lstm_cli.pipeline.updating import make_update

        return make_update(request, read, listener)


def run_pretraining(request: PretrainRequest, listener: "PretrainingListener") -> "LanguageModel":
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
        ending=LANGUAGE_ENDING,
        replace=request.replace,
        resume=request.resume,
    )
    if request.resume and not slot.resumes:
        listener.nothing_to_resume(slot.path.name)
    if slot.taken is not None:
        listener.renamed(slot.taken, slot.path.name)
    run = _prepared_texts(request, slot, listener)

    from lstm_cli.pipeline.pretraining import make_language_model

    return make_language_model(request, run, slot, listener)


def _prepared(
    request: TrainRequest,
    slot: ModelSlot,
    listener: "TrainingListener",
    launch: Launch,
    left: Callable[[], float | None],
) -> "PreparedRun":
    """What is known before a network is trained; the texts are gone with the end of this."""
    read = read_run(request)
    listener.read(read.reviews.summary(), None if read.others is None else read.others.summary())

    from lstm_cli.data.cache import TokenCache
    from lstm_cli.pipeline.preparation import prepare

    name, cache = slot.path.name, TokenCache.of_user()
    run = prepare(
        request,
        name,
        read,
        cache=cache,
        stopped=slot.stopped,
        launch=launch,
        seconds=left(),
    )
    listener.prepared(run)
    return run


def _prepared_texts(
    request: PretrainRequest, slot: ModelSlot, listener: "PretrainingListener"
) -> "PreparedTexts":
    texts, sources = read_many(request.sources, request.reading)
    for source in as_said(sources):
        listener.file_read(source)

    from lstm_cli.pipeline.pretraining import prepare_texts

    run = prepare_texts(request, texts, slot.stopped)
    listener.prepared(run)
    return run
