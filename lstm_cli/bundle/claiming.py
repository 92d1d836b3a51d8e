"""One process makes a model at a time, and keeps what it has so far beside it."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from filelock import FileLock, Timeout

from lstm_cli.bundle.locating import names_for
from lstm_cli.bundle.writing import saying_what_failed
from lstm_cli.errors import BundleExistsError, Remedy


def checkpoint_of(path: Path) -> Path:
    """Where the training of a model is kept until the model is saved."""
    return path.with_name(f".{path.name}.checkpoint")


def stopped_name(source: str, folder: Path, ending: str = "") -> str | None:
    """The name under which a training on a file was stopped, if one was."""
    for name in names_for(source, ending):
        if checkpoint_of(folder / name).exists():
            return name
        if not (folder / name).exists():
            return None
    return None


def check_not_stopped(path: Path) -> None:
    """Refuse to begin anew where hours of work could go on.

    Raises:
        BundleExistsError: a training of this name was stopped.
    """
    if checkpoint_of(path).exists():
        raise BundleExistsError(
            f"{path}: a training of this model was stopped", Remedy.RESUME_OR_REPLACE
        )


@contextmanager
def claimed(path: Path) -> Iterator[None]:
    """Keep others from making a model of this name meanwhile, however this process ends.

    What is locked is an empty file, removed at the end. Whoever opens it at that very
    moment may hold a lock on nothing; then saving refuses what would be overwritten.

    Raises:
        BundleExistsError: another process is making it.
        OutputError: the folder cannot be made or written to.
    """
    locked = path.with_name(f".{path.name}.lock")
    lock = FileLock(locked, blocking=False)
    with saying_what_failed(path):
        path.parent.mkdir(parents=True, exist_ok=True)
        try:
            lock.acquire()
        except Timeout:
            raise BundleExistsError(
                f"{path}: another training is making this model now", Remedy.WAIT_OR_RENAME
            ) from None
    try:
        yield
    finally:
        locked.unlink(missing_ok=True)
        lock.release()
