"""Ray rates the rows of many Parquet files, on this machine or on a cluster.

Ray Data reads, hands out, tries again and writes. What is ours is the actor that holds a
``Worker``, and what is decided before: the files' common schema, and the windows. Rows are cut into
windows counted from the first row of all, so that what is computed together does not depend on how
the files are cut. The windows are those of the local engine, or smaller ones where some workers
would otherwise wait for the last window of another.

Ray is loaded by the functions here, and only where an engine was asked for.
"""

import logging
import os
import re
import socket
import sys
import threading
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager, redirect_stdout
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import polars as pl

from lstm_cli.core.threads import granted_threads
from lstm_cli.data.parquet_parts import ParquetParts, brought_into, to_frame
from lstm_cli.data.rated_folder import RatedFolder, counted
from lstm_cli.data.ratings.scale import Scale
from lstm_cli.data.rows import first_line
from lstm_cli.data.showing import escape
from lstm_cli.data.texts import WINDOW_ROWS
from lstm_cli.errors import LstmError, OutputError, RequestError
from lstm_cli.inference.rating import ANSWERED_BY, SUMMED_UP, FileSummary
from lstm_cli.inference.worker import RatingTask, Worker

ROWS_PER_FILE = 100_000  # at least, of what is written
_WINDOWS_OF_EACH = 8  # workers: then the last window is at most an eighth of the time
_FEWEST_ROWS = 1_000  # of a window: reviews of fewer lengths are rated up to a tenth slower
_ASKED_EVERY = 0.5  # seconds: how far it is
_PATIENCE = 10.0  # seconds with a machine that does not answer
# What Ray says goes to its own log, and nothing of it to its makers. Read when it is loaded.
_SETTINGS = {"RAY_BACKEND_LOG_LEVEL": "fatal", "RAY_USAGE_STATS_ENABLED": "0"}
_SILENT = {"log_to_driver": False, "logging_level": "ERROR", "configure_logging": False}


@dataclass(frozen=True)
class Cluster:
    """A Ray that runs, and how many workers rate on it."""

    num_workers: int
    where: str  # for people


@contextmanager
def connected(address: str | None = None, workers: int | None = None) -> Iterator[Cluster]:
    """A Ray to work on: one of this machine's own, which ends with the work, or a cluster.

    Args:
        address: of a cluster: host:port, ray://host:port, or auto for that of this machine; None
            starts one on the cores that this process was granted.
        workers: processes that rate, each on one core; None takes all cores but those that read
            and write.

    Raises:
        RequestError: no cluster answers, or it has fewer cores than workers are asked for.
    """
    for name, value in _SETTINGS.items():
        os.environ.setdefault(name, value)
    import ray

    logging.getLogger("ray").setLevel(logging.ERROR)
    if ray.is_initialized():  # by whoever calls from Python, and theirs to end
        yield _sized(workers, "a running Ray", None)
        return
    if address is None:
        num_workers = workers or granted_threads()
        # One more than there are workers: what reads and writes takes little of it.
        with _without_a_word():
            ray.init(num_cpus=num_workers + 1, include_dashboard=False, **_SILENT)
        cluster = Cluster(num_workers, "a local Ray")
    else:
        _knock(address)
        try:
            with _without_a_word():
                ray.init(address=address, **_SILENT)
        except (ConnectionError, ValueError, RuntimeError, ImportError) as error:
            raise RequestError(
                f"no cluster answers ({first_line(error)}); start one by: ray start",
                parameter="address",
                value=address,
            ) from error
        cluster = _sized(workers, "the cluster", address)
    try:
        # Ray prints its warnings of the cluster to standard output, which is for data.
        with Path(os.devnull).open("w") as nowhere, redirect_stdout(nowhere):
            yield cluster
    finally:
        ray.shutdown()


def _knock(address: str) -> None:
    """Refuse an address at which nobody answers: Ray would try for minutes, and say nothing."""
    place = re.fullmatch(r"(?:ray://)?(.+):([0-9]{1,5})", address)
    if place is None:  # auto, and what only Ray knows
        return
    try:
        socket.create_connection((place[1].strip("[]"), int(place[2])), _PATIENCE).close()
    except (OSError, OverflowError) as error:
        raise RequestError(
            f"no cluster answers ({first_line(error)}); start one by: ray start",
            parameter="address",
            value=address,
        ) from error


@contextmanager
def _without_a_word() -> Iterator[None]:
    """Nothing on standard error, as long as Ray starts: it says there how much it will say."""
    sys.stderr.flush()
    with Path(os.devnull).open("w") as nowhere, os.fdopen(os.dup(2), "w") as before:
        os.dup2(nowhere.fileno(), 2)
        try:
            yield
        finally:
            os.dup2(before.fileno(), 2)


def _sized(workers: int | None, where: str, address: str | None) -> Cluster:
    """How many workers fit beside what reads and writes."""
    import ray

    num_cores = int(ray.cluster_resources().get("CPU", 0))
    most = num_cores - max(1, num_cores // 16)
    if most < 1 or (workers is not None and workers > most):
        asked = "workers" if workers is not None else "address"
        raise RequestError(
            f"the cluster has {num_cores} cores, one in sixteen of which, at least one, reads and "
            f"writes; {max(most, 0)} are left to rate",
            parameter=asked,
            value=workers if workers is not None else address,
        )
    return Cluster(workers or most, where)


def rate_parts(
    parts: ParquetParts,
    task: RatingTask,
    scale: Scale,
    folder: RatedFolder,
    cluster: Cluster,
    report: Callable[[int], None],
) -> FileSummary:
    """Rate all rows, and write them into a folder in their order: by the names of its files.

    A worker that dies is started again, and what it was rating is rated again; each file has the
    name of its task, so that one written twice is there once.

    Args:
        parts: the rows.
        task: how they are rated.
        scale: of the model.
        folder: where they go.
        cluster: who does it.
        report: called now and then, in another thread, with how many more are rated.

    Returns:
        What there is to say of what was written; which rows are least certain is left out.

    Raises:
        OutputError: not all could be rated, or written; then nothing is.
        LstmError: a worker says what a person can put right.
    """
    import ray

    with folder.writing() as working, _progress(parts.num_rows, report) as progress:
        try:
            with _quiet():
                _rated(parts, task, cluster, progress).write_parquet(
                    working,
                    filesystem=folder.filesystem,
                    min_rows_per_file=ROWS_PER_FILE,
                )
        except (
            ray.exceptions.RayError, ray.data.exceptions.SystemException, LstmError, OSError
        ) as error:  # fmt: skip
            raise _told(error, folder.shown) from error
        columns = [*SUMMED_UP, ANSWERED_BY] if task.is_fast else list(SUMMED_UP)
        summary = FileSummary(scale.labels)
        for batch in counted(folder.filesystem, folder.written(working), columns):
            summary.add_written(to_frame(batch), scale)
        if summary.num_rows != parts.num_rows:
            raise OutputError(
                f"{folder.shown}: {summary.num_rows:,} of {parts.num_rows:,} rows are there; the "
                "files that are read must not change meanwhile, and all machines must reach the "
                "folder: a bucket, or a disk that they share"
            )
    return summary


def window_rows(num_rows: int, num_workers: int) -> int:
    """How many rows are rated together: no worker should rate alone for long at the end.

    >>> [window_rows(rows, num_workers=2) for rows in (500, 25_000, 1_000_000)]
    [1000, 1563, 5000]
    """
    fair = -(-num_rows // (_WINDOWS_OF_EACH * num_workers))
    return min(max(fair, _FEWEST_ROWS), WINDOW_ROWS)


def _rated(parts: ParquetParts, task: RatingTask, cluster: Cluster, progress: Any) -> Any:
    """The rated rows, as Ray Data is to make them."""
    import ray

    window = window_rows(parts.num_rows, cluster.num_workers)
    rows = ray.data.read_parquet(
        list(parts.files), filesystem=parts.filesystem, partitioning=None
    ).repartition(target_num_rows_per_block=window, strict=True)
    num_windows = -(-parts.num_rows // window)
    return rows.map_batches(
        Actor,
        fn_constructor_args=(ray.put(task), ray.put(parts.schema), progress),
        batch_format="pyarrow",
        batch_size=None,  # a window
        zero_copy_batch=True,
        compute=ray.data.ActorPoolStrategy(size=min(cluster.num_workers, num_windows)),
        num_cpus=1,
        max_restarts=-1,
        max_task_retries=-1,
    )


class Actor:
    """A worker of a pool: the model, loaded once.

    Args:
        task: how rows are rated, or Ray's reference to it.
        schema: what all rows have in common, or Ray's reference to it.
        progress: the actor that counts.
    """

    def __init__(self, task: Any, schema: Any, progress: Any) -> None:
        import ray

        # An error here would be one of Ray's, without ours in it: it is raised when rows come.
        self._worker: Worker | LstmError
        try:
            self._worker = (ray.get(task) if isinstance(task, ray.ObjectRef) else task).worker()
        except LstmError as error:
            self._worker = error
        self._schema = ray.get(schema) if isinstance(schema, ray.ObjectRef) else schema
        self._progress = progress

    def __call__(self, rows: Any) -> Any:
        """The same rows, rated."""
        if isinstance(self._worker, LstmError):
            raise self._worker
        frame = self._worker.with_ratings(to_frame(brought_into(rows, self._schema)))
        self._progress.add.remote(frame.height)
        return frame.to_arrow(compat_level=pl.CompatLevel.oldest())


class Count:
    """How many rows are rated, for one display of all workers.

    Those that were rated twice are counted twice: it is no proof.
    """

    def __init__(self) -> None:
        self._rows = 0

    def add(self, rows: int) -> None:
        """Count more."""
        self._rows += rows

    def rows(self) -> int:
        """How many there are so far."""
        return self._rows


@contextmanager
def _progress(num_rows: int, report: Callable[[int], None]) -> Iterator[Any]:
    """The actor that counts, asked in a thread."""
    import ray

    count = ray.remote(Count).options(num_cpus=0, max_restarts=-1).remote()
    is_over = threading.Event()

    def ask() -> None:
        told = 0
        while not is_over.wait(_ASKED_EVERY):
            try:
                now = min(ray.get(count.rows.remote(), timeout=5), num_rows)
            except ray.exceptions.RayError:
                continue  # it is asked again, and nothing depends on it
            report(max(now - told, 0))
            told = max(now, told)

    asking = threading.Thread(target=ask, daemon=True)
    asking.start()
    try:
        yield count
    finally:
        is_over.set()
        asking.join()


@contextmanager
def _quiet() -> Iterator[None]:
    """Ray Data without its own displays, in the order of the rows."""
    from ray.data import DataContext

    context = DataContext.get_current()
    settings = {
        "enable_progress_bars": False,
        # Threads of a worker that load the same module for the first time see a part of it.
        "retried_map_errors": ["cannot import name"],
        "max_map_retries": 3,
    }
    before = {name: getattr(context, name) for name in settings}
    kept_order = context.execution_options.preserve_order
    log = logging.getLogger("ray.data")
    handlers, log.handlers = log.handlers, []
    log.propagate = False
    context.execution_options.preserve_order = True
    for name, value in settings.items():
        setattr(context, name, value)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    finally:
        log.handlers = handlers
        context.execution_options.preserve_order = kept_order
        for name, value in before.items():
            setattr(context, name, value)


def _told(error: BaseException, target: str) -> LstmError:
    """What went wrong on a cluster, in one line: what a worker says of it, if it says so itself."""
    inner: BaseException | None = error
    while inner is not None:
        for cause in (getattr(inner, "cause", None), inner):  # what Ray wraps, and how
            if isinstance(cause, LstmError):
                return cause
        inner = inner.__cause__
    # On its way through several processes an error may have become its traceback.
    if ours := re.findall(r"^lstm_cli\.errors\.\w+: (.+)$", str(error), re.MULTILINE):
        return OutputError(escape(ours[-1]))
    lines = str(error).strip().splitlines() or [type(error).__name__]  # the last says what it was
    said = escape(lines[-1].strip()[:200])
    return OutputError(f"{target} was not written, for the cluster failed: {said}")
