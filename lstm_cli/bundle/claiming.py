"""One process makes a model at a time, and keeps what it has so far beside it."""

import shutil
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from pathlib import Path

from filelock import FileLock, Timeout

from lstm_cli.bundle.contents import BASE, NewBundle
from lstm_cli.bundle.locating import free_name, is_name, names_for
from lstm_cli.bundle.writing import check_free, saying_what_failed, write_beside
from lstm_cli.errors import BundleExistsError, Remedy, RequestError


@dataclass(frozen=True)
class ModelSlot:
    """The place of a model that is to be made: its name, and what is kept of it meanwhile."""

    path: Path
    resumes: bool  # a stopped training goes on
    replace: bool  # an older model of that name goes
    taken: str | None = None  # the name after the file, where another model has it

    @classmethod
    def choose(
        cls,
        folder: Path,
        source: str,
        name: str | None = None,
        *,
        ending: str = "",
        replace: bool = False,
        resume: bool = False,
    ) -> "ModelSlot":
        """Find the place, and refuse before hours of work what would be refused after them.

        Args:
            folder: of the models.
            source: the file that is learned from; the model is named after it ...
            name: ... unless a person named it.
            ending: what stands behind the name of the file.
            replace: an older model of the name may be replaced; of no name, that of the file.
            resume: go on with a training that was stopped.

        Raises:
            RequestError: no model can have that name.
            BundleExistsError: there is a model, or a stopped training, of that name.
            OutputError: the folder cannot be made or written to.
        """
        if name is not None:
            check_name(name)
        stopped = stopped_name(source, folder, ending) if resume or replace else None
        own = next(names_for(source, ending))
        free = own if replace else free_name(source, folder, ending)
        path = folder / (name or stopped or free)
        resumes = resume and checkpoint_of(path).exists()
        # What was stopped may have saved a model, or was allowed to replace one: it becomes
        # what that command would have made.
        is_renamed = name is None and not resumes and path.name != own
        slot = cls(path, resumes, replace or resumes, own if is_renamed else None)
        check_free(path, replace=slot.replace)
        if not (resume or replace):
            check_not_stopped(path)
        return slot

    @property
    def epochs(self) -> Path:
        """The folder in which the weights of its epochs are kept until the model is saved."""
        return epochs_of(self.path)

    @property
    def checkpoint(self) -> Path:
        """The file in which the training is kept until the model is saved."""
        return checkpoint_of(self.path)

    @property
    def stopped(self) -> Path | None:
        """The checkpoint of a training that goes on; None where one begins."""
        return self.checkpoint if self.resumes else None

    def claimed(self) -> AbstractContextManager[None]:
        """A context in which no other process makes a model of this name."""
        return claimed(self.path)

    def save(self, bundle: NewBundle, *, completed: bool = True) -> Path:
        """Write the model.

        Args:
            bundle: the model.
            completed: its training need not go on: the checkpoint is removed.

        Returns:
            Where it was written: under another name, if somebody took this one meanwhile.
        """
        path = write_beside(bundle, self.path, replace=self.replace)
        if completed:
            forget_training(self.path)
        return path


def check_name(name: str) -> str:
    """The name of a model, if it can have that.

    Raises:
        RequestError: it cannot, or it is the base's.
    """
    if not is_name(name):
        raise RequestError(
            "a name is letters, digits, '.', '-' and '_', without a folder",
            parameter="name",
            value=name,
        )
    if name == BASE:
        problem = "that is the name of the base; choose another"
        raise RequestError(problem, parameter="name", value=name)
    return name


def checkpoint_of(path: Path) -> Path:
    """Where the training of a model is kept until the model is saved."""
    return path.with_name(f".{path.name}.checkpoint")


def epochs_of(path: Path) -> Path:
    """Where the weights of each epoch are kept until the model is saved."""
    return path.with_name(f".{path.name}.epochs")


def forget_training(path: Path) -> None:
    """Remove what was kept of the training of a model: it is saved, or removed itself."""
    checkpoint_of(path).unlink(missing_ok=True)
    shutil.rmtree(epochs_of(path), ignore_errors=True)


def stopped_name(source: str, folder: Path, ending: str = "") -> str | None:
    """The name under which a training on a file was stopped, if one was."""
    for name in names_for(source, ending):
        if checkpoint_of(folder / name).exists():
            return name
        if not (folder / name).exists():
            return None
    return None


def check_not_stopped(path: Path, remedy: Remedy = Remedy.RESUME_OR_REPLACE) -> None:
    """Refuse to begin anew where hours of work could go on.

    Args:
        path: of the model.
        remedy: what to do about it.

    Raises:
        BundleExistsError: a training of this name was stopped.
    """
    if checkpoint_of(path).exists():
        raise BundleExistsError(f"{path}: a training of this model was stopped", remedy)


@contextmanager
def claimed(path: Path, remedy: Remedy = Remedy.WAIT_OR_RENAME) -> Iterator[None]:
    """Keep others from making a model of this name meanwhile, however this process ends.

    What is locked is an empty file, removed at the end. Whoever opens it at that very
    moment may hold a lock on nothing; then saving refuses what would be overwritten.

    Args:
        path: of the model.
        remedy: what to do where another process is making it.

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
                f"{path}: another training is making this model now", remedy
            ) from None
    try:
        yield
    finally:
        locked.unlink(missing_ok=True)
        lock.release()
