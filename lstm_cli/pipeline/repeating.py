"""A model made once more: its settings, its seed and its start, and what is not the same now."""

from dataclasses import replace

from lstm_cli.bundle.contents import BASE, BundleInfo
from lstm_cli.bundle.locating import find_base, find_model
from lstm_cli.bundle.reading import Bundle
from lstm_cli.config import TrainConfig
from lstm_cli.data.options import ReadOptions
from lstm_cli.errors import NoModelError, Remedy, RequestError
from lstm_cli.pipeline.requests import TrainRequest


def model_to_repeat(request: TrainRequest) -> BundleInfo | None:
    """The model whose settings are taken; None if nothing is repeated.

    Raises:
        NoModelError, BundleError: it is not there, or cannot be used.
    """
    if request.config is None:
        return None
    return find_model(request.config, request.folder).bundle.info


def repeated_config(like: BundleInfo, request: TrainRequest) -> TrainConfig:
    """How the model was trained, if what is asked for beside it can lead to it.

    Raises:
        RequestError: it needs what is not given, or has no use for what is.
    """
    if not isinstance(like.training, TrainConfig):
        raise _refused(request, "that is a language model, which rates nothing")
    origin = like.provenance
    if origin.updates:
        problem = "that model has been updated since it was trained; no one training makes it again"
        raise _refused(request, problem)
    if origin.vectors and request.vectors is None:
        problem = f"that model started from {origin.vectors}"
        raise _refused(request, problem, Remedy.GIVE_SAME_VECTORS)
    if request.vectors is not None and not origin.vectors:
        raise _useless("vectors", f"{request.config} did not start from any")
    if request.base is not None and like.base is None:
        raise _useless("base", f"{request.config} started from nothing")
    if origin.held_out_from and request.validation is None:
        problem = "other reviews were held out for that model than its own"
        raise _refused(request, problem, Remedy.GIVE_SAME_VALIDATION)
    if request.validation is not None and not origin.held_out_from:
        raise _useless("validation", f"{request.config} held out a share of its own reviews")
    return like.training


def read_like(like: BundleInfo, asked: ReadOptions) -> ReadOptions:
    """How files are read for the same model, where a person does not ask for another way."""
    said = asked.labels or asked.bins is not None
    return replace(
        asked,
        learned=like.provenance.learned_columns,
        labels=asked.labels if said or like.edges else like.labels,
        bins=asked.bins if said else like.edges or None,
    )


def repeated_base(like: BundleInfo, request: TrainRequest) -> Bundle | None:
    """What the model started from, by its checksum the very same; None if from nothing.

    Raises:
        RequestError: it is not where it was, nor where ``base`` says, or it has changed.
    """
    if like.base is None:
        return None
    asked = request.base or like.base
    try:
        base = find_base(None if asked == BASE else asked, request.folder)
    except NoModelError:
        base = None
    wanted = like.provenance.base_fingerprint
    if base is None or (wanted and base.fingerprint != wanted):
        if base is not None:
            state = "has changed since"
        else:
            state = "is not here" if request.base is None else "is not there"
        problem = f"that model started from {like.base}, which {state}"
        raise _refused(request, problem, Remedy.GIVE_BASE)
    return base


def differences(
    like: BundleInfo,
    fingerprint: str,
    held_out_from: str | None,
    device: str,
    threads: int | None,
    processes: int = 1,
) -> tuple[str, ...]:
    """What makes another model of the same settings, in words.

    Args:
        like: the model.
        fingerprint: of the reviews read now.
        held_out_from: that of the file of held-out reviews, if there is one.
        device: that computes now, by its name.
        threads: that it computes on; None of a GPU.
        processes: that compute together now.
    """
    origin = like.provenance
    reasons = []
    if origin.stopped:
        reasons.append("that one's training was stopped, this one goes to its end")
    if origin.unread:
        reasons.append(f"that one had no time for more than {origin.training:,} reviews")
    if fingerprint != origin.fingerprint:
        reasons.append("these are other reviews")
    if held_out_from != origin.held_out_from:
        reasons.append("other reviews are held out")
    before_on, before = origin.device or device, origin.threads or threads
    if device != before_on:
        reasons.append(f"{device} rounds otherwise than {before_on}")
    elif threads not in (None, before):
        reasons.append(f"{threads} threads round otherwise than {before}")
    together = origin.processes or 1
    if processes != together:
        # Each hides other words and units from what it reads.
        reasons.append(f"{processes} processes draw other numbers than {together}")
    return tuple(reasons)


def check_vectors_size(
    size: int, name: str, like: BundleInfo | None, request: TrainRequest
) -> None:
    """Refuse vectors of another size than was asked for, or than the model had.

    Args:
        size: dimensions of the vectors.
        name: of their file.
        like: the model that is repeated, if one is.
        request: what was asked for.

    Raises:
        RequestError: they differ.
    """
    if request.embedding_size not in (None, size):
        raise RequestError(
            f"{name} has {size} dimensions",
            Remedy.LEAVE_OUT,
            parameter="embedding_size",
            value=request.embedding_size,
        )
    if like is not None and like.model.embedding_size != size:
        raise RequestError(
            f"{name} has {size} dimensions, the vectors that {request.config} started from had "
            f"{like.model.embedding_size}",
            Remedy.GIVE_SAME_FILE,
            parameter="vectors",
        )


def _refused(request: TrainRequest, problem: str, remedy: Remedy | None = None) -> RequestError:
    return RequestError(problem, remedy, parameter="config", value=request.config)


def _useless(parameter: str, problem: str) -> RequestError:
    return RequestError(problem, Remedy.LEAVE_OUT, parameter=parameter)
