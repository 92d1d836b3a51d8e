"""Work that tests kill with -9, each time in a process of its own.

A server forks the processes: it has imported what they need and has run nothing. The tests' own
process cannot be forked, for polars and OpenMP have threads in it by then that a child would wait
for forever.
"""

import multiprocessing
import os
import sys
from collections.abc import Callable
from multiprocessing.process import BaseProcess
from pathlib import Path
from threading import Timer

from lstm_cli.bundle.versions import save_as_next
from lstm_cli.bundle.writing import NewBundle, write_bundle
from lstm_cli.training import checkpoint
from tests.helpers import lstm

SECONDS_AT_MOST = 120
"""What takes longer hangs."""

_FORKS = multiprocessing.get_context("forkserver")
# All that a training loads: else three quarters of it are imports, and most kills hit those.
_FORKS.set_forkserver_preload([__name__, "lstm_cli.pipeline.training", "lstm_cli.views.training"])


def train(*arguments: str) -> None:
    """``lstm train``, with a checkpoint at every step; the process ends with its exit code."""
    checkpoint.SECONDS_BETWEEN_CHECKPOINTS = checkpoint.SECONDS_WORTH_KEEPING = 0.0
    sys.exit(lstm("-q", "train", *arguments).exit_code)


def save(path: Path, first: NewBundle, second: NewBundle, times: int = 1_000) -> None:
    """Write the one over the other, over and over."""
    for _ in range(times):
        write_bundle(first, path, replace=True)
        write_bundle(second, path, replace=True)


def save_versions(path: Path, bundle: NewBundle) -> None:
    """Put one model after another into use."""
    for _ in range(1_000):
        save_as_next(bundle, path)


def started(work: Callable[..., None], *arguments: object) -> BaseProcess:
    """Begin it in a process with this one's folder and environment, its output thrown away."""
    process = _FORKS.Process(target=_alone, args=(work, arguments, dict(os.environ)))
    process.start()
    return process


def _alone(work: Callable[..., None], arguments: tuple[object, ...], env: dict[str, str]) -> None:
    sink = os.open(os.devnull, os.O_WRONLY)
    os.dup2(sink, 1)
    os.dup2(sink, 2)
    os.environ.clear()
    os.environ.update(env)
    work(*arguments)


def ended(process: BaseProcess) -> int:
    """Wait for it; what it ended with, and below 0 the signal that ended it."""
    process.join(SECONDS_AT_MOST)
    if process.exitcode is None:
        process.kill()
        raise TimeoutError(f"still running after {SECONDS_AT_MOST} s")
    return process.exitcode


def killed_after(seconds: float, process: BaseProcess) -> int:
    """kill -9 it then, if it still runs; what it ended with."""
    clock = Timer(seconds, process.kill)
    clock.start()
    try:
        return ended(process)
    finally:
        clock.cancel()
