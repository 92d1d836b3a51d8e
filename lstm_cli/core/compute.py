"""Where the network computes: the one place that knows device, precision, threads and rank."""

import ctypes
import sys
import warnings
from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass, replace
from typing import TypeVar

import numpy as np
import torch
from numpy.typing import NDArray
from threadpoolctl import threadpool_limits
from torch import Tensor, nn

from lstm_cli.config import AUTO_DEVICE, DEVICE_PATTERN, Precision
from lstm_cli.core.launch import Launch
from lstm_cli.core.threads import granted_threads
from lstm_cli.errors import Remedy, RequestError

Network = TypeVar("Network", bound=nn.Module)

_GENERATOR = "generator"  # of the processor; that of a device has its kind behind it


@dataclass(frozen=True)
class Compute:
    """How one process computes, and which of several it is.

    >>> Compute().precision, Compute().is_alone
    ('float32', True)
    """

    device: str = "cpu"  # as torch names it
    precision: Precision = "float32"  # of the products; weights are float32 in either
    threads: int | None = None  # of the processor; None: as many as torch computes on already
    rank: int = 0  # of this process, from 0 ...
    world_size: int = 1  # ... to one less than this
    was_found: bool = False  # the device is a GPU that nobody asked for

    def __post_init__(self) -> None:
        if self._kind == "mps" and self.precision != "float32":
            raise RequestError(
                "mps computes in float32 alone",
                Remedy.CHOOSE_DEVICE,
                parameter="precision",
                value=self.precision,
            )

    @classmethod
    def of_machine(
        cls,
        precision: Precision | None = None,
        threads: int | None = None,
        device: str = AUTO_DEVICE,
    ) -> "Compute":
        """What this machine computes best with, where a person has not decided.

        Raises:
            RequestError: the device is not there, or has no such precision.
        """
        chosen = chosen_device(device)
        best = best_precision(chosen)
        if precision == "bfloat16" and best != precision and torch.device(chosen).type == "cuda":
            raise RequestError(
                "this GPU does not multiply in it",
                Remedy.CHOOSE_DEVICE,
                parameter="precision",
                value=precision,
            )
        compute = cls(chosen, precision or best, threads or granted_threads())
        return replace(compute, was_found=device == AUTO_DEVICE and not compute.is_cpu)

    def as_one_of(self, launch: Launch) -> "Compute":
        """The same in one of the processes of a launch; on GPUs, each has one of its own.

        Raises:
            RequestError: a host has fewer GPUs than processes.
        """
        device = self.device
        if self._kind == "cuda" and not launch.is_alone:
            count = torch.cuda.device_count()
            if count < launch.local_world_size:
                raise RequestError(
                    f"{launch.local_world_size} processes need as many GPUs, here are {count}",
                    Remedy.CHOOSE_DEVICE,
                    parameter="device",
                )
            device = f"cuda:{launch.local_rank}"
        return replace(self, device=device, rank=launch.rank, world_size=launch.world_size)

    @property
    def is_alone(self) -> bool:
        """Whether no other process trains the same network."""
        return self.world_size == 1

    @property
    def is_cpu(self) -> bool:
        """Whether the processor itself computes."""
        return self._kind == "cpu"

    @property
    def _kind(self) -> str:
        return torch.device(self.device).type

    @property
    def device_name(self) -> str:
        """What computes, whichever of several it is: two of one name round alike."""
        if self._kind == "cuda":
            return f"cuda ({torch.cuda.get_device_name(self.device)})"
        return self._kind

    @property
    def num_threads(self) -> int:
        """Threads that torch computes on in this process."""
        return torch.get_num_threads()

    @property
    def num_processes(self) -> int:
        """Processes that may share what is not computed by torch."""
        return self.threads or granted_threads()

    @property
    def tokens_at_once(self) -> int:
        """Tokens of a batch that is only read.

        The gates of more do not stay in a processor's cache: 640 units read 500 short reviews
        at 20 thousand tokens/s in batches of 4,096, at 12 thousand in batches of 16,384 (AVX2).
        Where products are faster, larger batches were (AMX). A GPU reads word after word, each
        for all reviews of a batch at once, and has nothing to do where these are few: its number
        is not measured.
        """
        if not self.is_cpu:
            return 65_536
        return 4_096 if self.precision == "float32" else 16_384

    def set_up_process(self) -> None:
        """Set the number of threads of this process, and let it keep freed memory for reuse."""
        if self.threads is not None:
            torch.set_num_threads(self.threads)
            threadpool_limits(self.threads)
        if self._kind == "cuda":
            torch.cuda.set_device(self.device)  # or memory of the first GPU would be taken, too
        _keep_memory()

    def place(self, network: Network) -> Network:
        """A network on the device, which from now on multiplies as the precision has it.

        On a GPU torch would shorten the factors of a cell's products in float32, too.
        """
        if self._kind == "cuda":
            torch.backends.cudnn.allow_tf32 = self.precision != "float32"
        return network.to(self.device)

    def tensor(self, array: NDArray[np.generic]) -> Tensor:
        """An array as a tensor on the device; on a processor they share their memory.

        A GPU fetches it by itself, from memory that stays where it is, while it computes what
        it was given before: nothing here waits for it.
        """
        found = torch.from_numpy(array)
        if self._kind == "cuda":
            return found.pin_memory().to(self.device, non_blocking=True)
        return found.to(self.device)

    def wait(self) -> None:
        """Wait until a GPU has done all that it was given: before a clock is looked at."""
        if self._generates:
            torch.accelerator.synchronize(self.device)

    def autocast(self) -> AbstractContextManager[None]:
        """A context in which products are computed in the precision; the weights stay float32."""
        if self.precision == "float32":
            return nullcontext()
        return torch.autocast(self._kind, torch.bfloat16)

    @contextmanager
    def seeded(self, seed: int) -> Iterator[None]:
        """A context with its own random numbers, determined by the seed."""
        devices = [self.device] if self._generates else []
        with torch.random.fork_rng(devices, device_type=self._kind if devices else None):
            torch.manual_seed(seed)
            yield

    def seed_step(self, seed: int, step: int) -> None:
        """Let each of several processes hide other things at a step, and the same when repeated.

        One alone draws on from step to step. What several draw is decided by the step, so that
        the state of the first one's random numbers is enough to go on from a checkpoint.
        """
        if not self.is_alone:
            drawn = np.random.SeedSequence((seed, step, self.rank)).generate_state(1)
            torch.manual_seed(int(drawn[0]))

    @property
    def _generates(self) -> bool:
        """Whether the device draws random numbers of its own."""
        return self._kind in ("cuda", "mps")

    def generator_state(self) -> dict[str, Tensor]:
        """The state of the random numbers, for a checkpoint."""
        state = {_GENERATOR: torch.get_rng_state()}
        if self._generates:
            module = torch.get_device_module(self.device)
            state[f"{_GENERATOR}:{self._kind}"] = module.get_rng_state(self.device)
        return state

    def set_generator_state(self, state: Mapping[str, Tensor]) -> None:
        """Go on with the random numbers of a checkpoint, as far as it has those of this device."""
        torch.set_rng_state(state[_GENERATOR])
        of_device = state.get(f"{_GENERATOR}:{self._kind}")
        if of_device is not None:
            torch.get_device_module(self.device).set_rng_state(of_device, self.device)


def rows_scored_at_once(kind: str) -> int:
    """Words whose scores over a vocabulary are computed at once, on a kind of device.

    The scores of so many stay in a processor's cache; others are kept busy by more.
    """
    return 512 if kind == "cpu" else 16_384


def widest_float(kind: str) -> torch.dtype:
    """The longest number that a kind of device adds up in."""
    return torch.float32 if kind == "mps" else torch.float64


def short_terms_of(cell: nn.LSTM | nn.RNN, events: Tensor) -> Tensor:
    """The short-term memories after each event, from empty ones. (B, T, E) to (B, T, H)

    A processor reads in the precision of ``autocast``, if its kernel can: without AVX-512 that of
    the LSTM refuses bfloat16. A GPU reads float32, and multiplies as ``Compute.place`` has it:
    under autocast cuDNN would read in float16 whatever the precision (torch's
    ``AutocastRNN.cpp``), and gradients below 6e-8, as those of long reviews are, would be nothing.
    """
    kind = events.device.type
    if kind not in ("cpu", "cuda") or not torch.is_autocast_enabled(kind):
        return cell(events)[0]
    has_kernel = torch.ops.mkldnn._is_mkldnn_bf16_supported() or not isinstance(cell, nn.LSTM)
    if kind == "cpu" and has_kernel:
        return cell(events)[0]
    with torch.autocast(kind, enabled=False):
        return cell(events.float())[0]


def chosen_device(asked: str = AUTO_DEVICE) -> str:
    """The device that a person names, or that is best here, as torch names it.

    Nobody has measured that Apple's mps is faster than its processor on batches as small as
    those of training: it computes only where a person names it.

    Raises:
        RequestError: it is not there.
    """
    if asked == AUTO_DEVICE:
        with warnings.catch_warnings(action="ignore"):  # of a driver that is too old
            return "cuda:0" if torch.cuda.is_available() else "cpu"
    problem = _why_absent(asked)
    if problem is not None:
        raise RequestError(problem, Remedy.CHOOSE_DEVICE, parameter="device", value=asked)
    return f"{asked}:{torch.cuda.current_device()}" if asked == "cuda" else asked


def _why_absent(asked: str) -> str | None:
    """Why nothing can be computed on a device; None where it can."""
    if DEVICE_PATTERN.fullmatch(asked) is None:
        return "a device is called auto, cpu, cuda, cuda:1 or mps"
    kind, _, number = asked.partition(":")
    if kind == "mps":
        return None if torch.backends.mps.is_available() else "this machine and torch have no MPS"
    if kind == "cpu":
        return None
    if torch.version.cuda is None and torch.version.hip is None:
        return "this torch has no CUDA (pytorch.org/get-started has one that does)"
    count = torch.cuda.device_count() if torch.cuda.is_available() else 0
    if not count:
        return "torch finds no GPU, or no driver for it"
    if int(number or 0) >= count:
        many = f"there are {count} GPUs, cuda:0 to cuda:{count - 1}"
        return "there is one GPU, cuda:0" if count == 1 else many
    return None


def best_precision(device: str = "cpu") -> Precision:
    """bfloat16 where matrices are multiplied in it (AMX, AVX-512 BF16, Ampere), else float32.

    Decided by what the hardware reports, so that a run can be repeated. With
    AVX-512 BF16 alone the LSTM's forward and backward take 0.5 to 0.7 of float32's time.
    """
    kind = torch.device(device).type
    if kind == "cuda":
        with torch.cuda.device(device):
            is_able = torch.cuda.is_bf16_supported(including_emulation=False)
        return "bfloat16" if is_able else "float32"
    if kind != "cpu":
        return "float32"
    able = torch.cpu.get_capabilities()
    return "bfloat16" if able.get("amx_bf16") or able.get("avx512_bf16") else "float32"


def _keep_memory() -> None:
    """Keep freed memory for the next batch, where the C library is glibc.

    By default glibc returns every large array to the system and asks for fresh pages,
    zeroed one by one, for the next: a quarter of a training step. Both numbers are from
    its ``malloc.h``; other C libraries are left as they are.
    """
    trim_threshold, most_mappings = -1, -4
    if sys.platform != "linux":
        return
    c_library = ctypes.CDLL(None)
    if hasattr(c_library, "gnu_get_libc_version"):
        c_library.mallopt(most_mappings, 0)
        c_library.mallopt(trim_threshold, 2**31 - 1)
