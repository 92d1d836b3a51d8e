"""Where the network computes: the one place that knows device, precision, threads and rank."""

import ctypes
import sys
from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, replace
from typing import TypeVar

import numpy as np
import torch
from numpy.typing import NDArray
from threadpoolctl import threadpool_limits
from torch import Tensor, nn

from lstm_cli.config import Precision
from lstm_cli.core.launch import Launch
from lstm_cli.core.threads import granted_threads

Network = TypeVar("Network", bound=nn.Module)

_GENERATOR, _DEVICE_GENERATOR = "generator", "generator:device"


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

    @classmethod
    def of_machine(
        cls, precision: Precision | None = None, threads: int | None = None
    ) -> "Compute":
        """What this machine computes best with, where a person has not decided."""
        return cls(precision=precision or best_precision(), threads=threads or granted_threads())

    def as_one_of(self, launch: Launch) -> "Compute":
        """The same in one of the processes of a launch; on GPUs, each has one of its own."""
        device = torch.device(self.device)
        if device.type == "cuda" and not launch.is_alone:
            device = torch.device("cuda", launch.local_rank)
        return replace(self, device=str(device), rank=launch.rank, world_size=launch.world_size)

    @property
    def is_alone(self) -> bool:
        """Whether no other process trains the same network."""
        return self.world_size == 1

    @property
    def is_cpu(self) -> bool:
        """Whether the processor itself computes."""
        return torch.device(self.device).type == "cpu"

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
        Where products are faster, larger batches were (AMX).
        """
        return 4_096 if self.precision == "float32" else 16_384

    def set_up_process(self) -> None:
        """Set the number of threads of this process, and let it keep freed memory for reuse."""
        if self.threads is not None:
            torch.set_num_threads(self.threads)
            threadpool_limits(self.threads)
        _keep_memory()

    def place(self, network: Network) -> Network:
        """A network on the device."""
        return network.to(self.device)

    def tensor(self, array: NDArray[np.generic]) -> Tensor:
        """An array as a tensor on the device; on a processor they share their memory."""
        return torch.from_numpy(array).to(self.device)

    def autocast(self) -> AbstractContextManager[None]:
        """A context in which products are computed in the precision; the weights stay float32."""
        return torch.autocast(
            torch.device(self.device).type, torch.bfloat16, enabled=self.precision == "bfloat16"
        )

    @contextmanager
    def seeded(self, seed: int) -> Iterator[None]:
        """A context with its own random numbers, determined by the seed."""
        with torch.random.fork_rng(devices=[] if self.is_cpu else [self.device]):
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

    def generator_state(self) -> dict[str, Tensor]:
        """The state of the random numbers, for a checkpoint."""
        state = {_GENERATOR: torch.get_rng_state()}
        if not self.is_cpu:
            state[_DEVICE_GENERATOR] = torch.cuda.get_rng_state(self.device)
        return state

    def set_generator_state(self, state: Mapping[str, Tensor]) -> None:
        """Go on with the random numbers of a checkpoint, as far as it has those of this device."""
        torch.set_rng_state(state[_GENERATOR])
        if not self.is_cpu and _DEVICE_GENERATOR in state:
            torch.cuda.set_rng_state(state[_DEVICE_GENERATOR], self.device)


def rows_scored_at_once(kind: str) -> int:
    """Words whose scores over a vocabulary are computed at once, on a kind of device.

    The scores of so many stay in a processor's cache; others are kept busy by more.
    """
    return 512 if kind == "cpu" else 16_384


def best_precision() -> Precision:
    """bfloat16 where the processor multiplies matrices in it (AMX, AVX-512 BF16), else float32.

    Decided by what the hardware reports, so that a run can be repeated. With
    AVX-512 BF16 alone the LSTM's forward and backward take 0.5 to 0.7 of float32's time.
    """
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
