"""Several processes train one network: what they tell each other.

torchrun starts them and ends them. Each has the whole network and reads its part of every batch;
the sum of their gradients is that of the batch, and each makes the same step with it. So what is
learned is what one process would learn, but for the order in which numbers are added and for the
dropouts, and the settings stay as they are.

The collectives are torch's, without its DistributedDataParallel. That shares the gradients of a
module's parameters during one backward pass a step: here an adversary makes two, and the
embedding's gradient is that of the few rows a batch reads, which are no parameter. All processes
know the whole batch, so they read the same rows, and one sum of one array is all that a step needs.

Each function here has to be called by all processes at the same time, and does nothing where a
process is alone.
"""

import mmap
import tempfile
import uuid
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from datetime import timedelta
from pathlib import Path
from typing import TypeVar

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from torch import distributed as dist
from torch.distributed.rendezvous import rendezvous

from lstm_cli.arrays import Float64Array
from lstm_cli.bundle.writing import saying_what_failed
from lstm_cli.core.compute import Compute
from lstm_cli.core.launch import Launch
from lstm_cli.core.network import ReviewNetwork, rating_probabilities
from lstm_cli.data.batches import plan_batches
from lstm_cli.data.corpus import Corpus
from lstm_cli.errors import ProcessError

Given = TypeVar("Given")

# A process that has ended is noticed at once. This is for those that wait while the first reads
# files, or measures, however large they are.
_PATIENCE = timedelta(days=7)
_SAID = "said"  # set by a process that ends with a reason, which it says itself
_BEGUN = "begun"
_PIECE = 1 << 24  # token ids that are sent to another host at once


class Begun:
    """Which model a launch has begun: torchrun keeps it while processes are started again.

    Args:
        store: of torchrun, which outlasts them; None for a process that is alone.
    """

    def __init__(self, store: "dist.Store | None" = None) -> None:  # type: ignore[name-defined]
        self._store = store

    @property
    def name(self) -> str | None:
        """The name that an earlier start chose; None where there was none, or it was refused."""
        if self._store is None or not self._store.check([_BEGUN]):
            return None
        return self._store.get(_BEGUN).decode()

    def remember(self, name: str) -> None:
        """Keep the name of the model that is begun."""
        if self._store is not None:
            self._store.set(_BEGUN, name)


@contextmanager
def joined(launch: Launch) -> Iterator[Begun]:
    """A context in which the processes of a launch hear each other.

    Raises:
        ProcessError: another one has ended.
    """
    if launch.is_alone:
        yield Begun()
        return
    with _hearing():
        kept, rank, world_size = next(rendezvous("env://", timeout=_PATIENCE))
        # After a restart it may still hold the addresses of those that ended.
        store = dist.PrefixStore(f"start {launch.restarts}", kept)  # type: ignore[attr-defined]
        backend = "cpu:gloo,cuda:nccl" if torch.cuda.is_available() else "gloo"
        dist.init_process_group(
            backend, timeout=_PATIENCE, store=store, rank=rank, world_size=world_size
        )
    try:
        yield Begun(kept)
    except ProcessError as lost:
        is_said = False
        with suppress(RuntimeError):  # torchrun, which keeps it, may have ended as well
            is_said = store.check([_SAID])
        raise ProcessError(is_said=is_said) from lost
    except BaseException:
        with suppress(RuntimeError):
            store.set(_SAID, "")
        raise
    finally:
        dist.destroy_process_group()


@contextmanager
def _hearing() -> Iterator[None]:
    """A context in which what torch says of a process that ended is ours."""
    try:
        yield
    except RuntimeError as error:
        raise ProcessError from error


def from_first(given: Given, compute: Compute) -> Given:
    """What the first process gives; what the others give counts for nothing."""
    if compute.is_alone:
        return given
    box = [given]
    with _hearing():
        dist.broadcast_object_list(box, src=0)
    return box[0]


def agreed(claim: bool, compute: Compute) -> bool:
    """What the first process claims, in a tenth of a millisecond on one host."""
    if compute.is_alone:
        return claim
    box = torch.tensor([claim], dtype=torch.int32)
    with _hearing():
        dist.broadcast(box, src=0)
    return bool(box.item())


def start_alike(network: nn.Module, compute: Compute) -> None:
    """Give the network of every process the weights of the first one's."""
    if compute.is_alone:
        return
    with _hearing():
        for parameter in network.parameters():
            dist.broadcast(parameter.detach(), src=0)


def sum_gradients(leaves: Sequence[Tensor], loss: Tensor, compute: Compute) -> Tensor:
    """Sum the gradients over the processes, in place; the sum of their losses is returned.

    Args:
        leaves: whose ``grad`` is summed; None is a gradient of nothing.
        loss: of this process's part of a batch, by its share of it.
        compute: says whether there are others.
    """
    if compute.is_alone:
        return loss
    grads = [torch.zeros_like(leaf) if leaf.grad is None else leaf.grad for leaf in leaves]
    flat = torch.cat([*(grad.flatten() for grad in grads), loss.reshape(1)])
    with _hearing():
        dist.all_reduce(flat)
    *sums, total = torch.split(flat, [*(grad.numel() for grad in grads), 1])
    for leaf, summed in zip(leaves, sums, strict=True):
        leaf.grad = summed.view_as(leaf)
    return total.squeeze(0)


def shared_probabilities(network: ReviewNetwork, corpus: Corpus, compute: Compute) -> Float64Array:
    """The probability of each rating (N, R), each process reading some of the batches.

    They are those that one process finds, to the bit: the batches are the same.
    """
    if compute.is_alone:
        return rating_probabilities(network, corpus, compute)
    plan = plan_batches(corpus.lengths, compute.tokens_at_once)[compute.rank :: compute.world_size]
    own = np.concatenate(plan) if plan else np.zeros(0, dtype=np.int64)
    probabilities = np.zeros((len(corpus), network.config.num_ratings))
    # In the order of the plan, some of its batches alone are batched as they were.
    probabilities[own] = rating_probabilities(network, corpus.select(own), compute)
    with _hearing():
        dist.all_reduce(torch.from_numpy(probabilities))  # each row is nothing but in one process
    return probabilities


def shared_tokens(token_ids: NDArray[np.int32] | None, launch: Launch) -> NDArray[np.int32]:
    """The token ids of the first process, in a file that the processes of a host map.

    So a host holds them once. It is the file in which they are kept already, if they are, or
    else one in the folder for temporary files, which has no name any more once all have it: what
    is left of it goes with the processes. Other hosts are sent the ids, and have a file as well.

    Args:
        token_ids: of the first process; None in the others.
        launch: which process this is.
    """
    kept = _file_of(token_ids) if launch.world_size == launch.local_world_size else None
    name = None if kept is not None else f"lstm-tokens-{uuid.uuid4().hex}"
    size = 0 if token_ids is None else len(token_ids)
    compute = Compute(rank=launch.rank, world_size=launch.world_size)
    kept, name, size = from_first((kept, name, size), compute)
    # Hosts may have one folder for temporary files, and each writes its own.
    host = launch.rank - launch.local_rank
    path = kept if name is None else Path(tempfile.gettempdir()) / f"{name}-{host}"
    assert path is not None
    try:
        if name is not None:
            _write_tokens(token_ids, size, path, launch)
        _wait_for_all()
        shared = np.zeros(0, "<i4")
        if size:  # a file of nothing cannot be mapped
            shared = np.memmap(path, dtype="<i4", mode="r", shape=(size,))
        _wait_for_all()
    finally:
        if name is not None and launch.local_rank == 0:
            path.unlink(missing_ok=True)
    return shared


def _file_of(token_ids: NDArray[np.int32] | None) -> Path | None:
    """The file that an array is mapped from, if it is, from its beginning, and by a name."""
    if not isinstance(token_ids, np.memmap) or not isinstance(token_ids.base, mmap.mmap):
        return None  # a part of such an array says nothing of where it begins
    if token_ids.offset or token_ids.filename is None:
        return None
    path = Path(token_ids.filename)
    return path if path.is_file() else None


def _write_tokens(
    token_ids: NDArray[np.int32] | None, size: int, path: Path, launch: Launch
) -> None:
    """Write the ids to a file, by one process of each host.

    Raises:
        OutputError: the disk is full, or may not be written to.
    """
    is_sent = launch.world_size > launch.local_world_size
    with saying_what_failed(path), ExitStack() as stack:
        file = None
        if launch.local_rank == 0:
            path.touch(mode=0o600, exist_ok=False)  # nobody else may read it: it holds reviews
            file = stack.enter_context(path.open("wb"))
        for start in range(0, size, _PIECE) if is_sent or launch.is_first else ():
            piece = np.empty(min(_PIECE, size - start), dtype="<i4")
            if token_ids is not None:
                piece[:] = token_ids[start : start + _PIECE]
            if is_sent:
                with _hearing():
                    dist.broadcast(torch.from_numpy(piece), src=0)
            if file is not None:
                file.write(piece.tobytes())


def _wait_for_all() -> None:
    """Go on when all processes have come to this place."""
    with _hearing():
        dist.all_reduce(torch.zeros(1))
