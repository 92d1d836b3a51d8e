"""Save a model completely, or not at all."""

import ctypes
import errno
import hashlib
import json
import os
import shutil
import sys
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict
from dataclasses import replace as changed
from pathlib import Path
from typing import Any

from safetensors.numpy import save

from lstm_cli.bundle.card import model_card
from lstm_cli.bundle.contents import (
    BASELINE_FILE,
    CARD_FILE,
    FILES,
    HISTORY_FILE,
    INFO_FILE,
    VOCABULARY_FILE,
    WEIGHTS_FILE,
    WORDS_FILE,
    NewBundle,
    as_stored,
    description_digest,
)
from lstm_cli.bundle.epochs import EPOCHS_FILE
from lstm_cli.bundle.held_out import BASE_ANSWERS_FILE, HELD_OUT_FILE
from lstm_cli.bundle.locating import free_name
from lstm_cli.bundle.seen import SEEN_FILE
from lstm_cli.errors import BundleExistsError, OutputError, Remedy

# Folders beside a model. No model can have such a name, because names contain no '~'.
_NEW, _OLD = ".{}~new-", ".{}~old-"


def write_bundle(bundle: NewBundle, path: Path, *, replace: bool = False) -> None:
    """Write a model to a folder beside ``path``, then rename the folder to ``path``.

    The model is named after the folder. The caller must hold the name (``claiming.claimed``),
    because what killed processes left of earlier attempts is removed.

    Raises:
        BundleExistsError: there is a model at ``path`` already.
        OutputError: the disk is full, or the folder is not writable.
    """
    save_contents(contents_of(bundle, path.name), path, replace=replace)


def save_contents(contents: Mapping[str, bytes], path: Path, *, replace: bool = False) -> None:
    """The same for a model that is in memory, as ``contents_of`` has it."""
    check_free(path, replace=replace)
    with saying_what_failed(path), folder_beside(path) as beside:
        write_files(contents, beside)
        put_in_place(beside, path, replace=replace)


@contextmanager
def written_beside(bundle: NewBundle, path: Path) -> Iterator[Path]:
    """A folder beside ``path`` that holds a model of its name, whole; see ``folder_beside``."""
    with folder_beside(path) as beside:
        write_files(contents_of(bundle, path.name), beside)
        yield beside


@contextmanager
def folder_beside(path: Path) -> Iterator[Path]:
    """An empty folder beside ``path``, for what may become the model there.

    It is removed at the end of the context, unless it has another name by then. What killed
    processes left of earlier attempts is removed, so that the caller must hold the name.

    Raises:
        OSError: the disk is full, or the folder is not writable.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    _tidy_up(path)
    beside = Path(tempfile.mkdtemp(prefix=_NEW.format(path.name), dir=path.parent))
    try:
        beside.chmod(0o755)
        yield beside
    finally:
        shutil.rmtree(beside, ignore_errors=True)


def write_beside(bundle: NewBundle, path: Path, *, replace: bool = False) -> Path:
    """Write a model; if another process has taken its name meanwhile, under the next free one.

    Returns:
        Where it was written. A finished training is never lost to a name.
    """
    try:
        write_bundle(bundle, path, replace=replace)
    except BundleExistsError:
        path = path.with_name(free_name(path.name, path.parent))
        write_bundle(bundle, path)
    return path


def check_free(path: Path, *, replace: bool) -> None:
    """Refuse before hours of training what would be refused after them.

    Raises:
        BundleExistsError: there is a model, or something else, of that name.
        OutputError: the folder cannot be made or written to.
    """
    if not (path.exists() or path.is_symlink()):
        with saying_what_failed(path):
            # Tried in a folder that exists: a training that never begins leaves no new one.
            existing = next(folder for folder in path.absolute().parents if folder.exists())
            Path(tempfile.mkdtemp(prefix=_NEW.format(path.name), dir=existing)).rmdir()
        return
    if not replace:
        raise BundleExistsError(
            f"{path}: there is a model of this name already", Remedy.RENAME_OR_REPLACE
        )
    if path.is_symlink() or not (path / INFO_FILE).is_file():
        raise BundleExistsError(f"{path}: is no saved model, so it is not replaced; move it away")
    check_own(path)


def check_own(path: Path) -> None:
    """Refuse to delete a folder that also holds files of the user's."""
    others = sorted(file.name for file in path.iterdir() if file.name not in FILES)
    if others:
        raise BundleExistsError(
            f"{path}: holds files that are not part of the model ({others[0]!a}); move them away"
        )


def contents_of(bundle: NewBundle, name: str) -> dict[str, bytes]:
    """The files of a model called ``name``, by their names; ``bundle.json`` is the last."""
    table = None if bundle.epochs is None else bundle.epochs.table
    about = changed(bundle.info, name=name, epochs=table)
    contents = {
        VOCABULARY_FILE: "".join(f"{token}\n" for token in bundle.tokens).encode(),
        WEIGHTS_FILE: save(as_stored(bundle.weights, about.model, about.stored_as)),
        WORDS_FILE: _json(asdict(bundle.gate_statistics)),
        HISTORY_FILE: b"".join(_json(line) for line in bundle.history),
        CARD_FILE: (model_card(about) + bundle.notes).encode(),
    }
    if bundle.baseline is not None:
        contents[BASELINE_FILE] = save(dict(bundle.baseline))
    if bundle.epochs is not None:
        contents[EPOCHS_FILE] = save(dict(bundle.epochs.arrays))
    if bundle.seen is not None:
        contents[SEEN_FILE] = save(bundle.seen.to_arrays())
    if bundle.held_out_answers is not None:
        contents[HELD_OUT_FILE] = save(bundle.held_out_answers.to_arrays())
    if bundle.base_answers is not None:
        contents[BASE_ANSWERS_FILE] = save(bundle.base_answers.to_arrays())
    info = about.to_json() | {"files": {name: listed(file) for name, file in contents.items()}}
    return contents | {INFO_FILE: description(info)}


def renamed(contents: Mapping[str, bytes], name: str) -> dict[str, bytes]:
    """The files of a model under another name, which stands in two of them."""
    info = json.loads(contents[INFO_FILE])
    old, info["name"] = info["name"], name
    card = contents[CARD_FILE]
    if card.startswith(f"# {old}\n".encode()):
        card = f"# {name}".encode() + card[len(f"# {old}".encode()) :]
    info["files"][CARD_FILE] = listed(card)
    info.pop("sha256", None)
    return {**contents, CARD_FILE: card, INFO_FILE: description(info)}


def listed(content: bytes) -> dict[str, Any]:
    """What ``bundle.json`` says of a file beside it."""
    return {"bytes": len(content), "sha256": hashlib.sha256(content).hexdigest()}


def description(info: Mapping[str, Any]) -> bytes:
    """``bundle.json`` with what it says, and with its own checksum."""
    digest = description_digest(json.loads(json.dumps(info)))
    return json.dumps({**info, "sha256": digest}, indent=1, ensure_ascii=False).encode() + b"\n"


def write_files(contents: Mapping[str, bytes], folder: Path) -> None:
    """Write files into a folder, and have them on the disk.

    Raises:
        OSError: the disk is full, or the folder is not writable.
    """
    for name, content in contents.items():
        with (folder / name).open("wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
    fsync_folder(folder)


def _json(value: object) -> bytes:
    return json.dumps(value, ensure_ascii=False).encode() + b"\n"


def put_in_place(beside: Path, path: Path, *, replace: bool) -> None:
    """Rename the new folder to ``path``, and delete the older model there, if any.

    Raises:
        BundleExistsError: another process has made one there, and ``replace`` is False.
        OSError: it cannot be renamed.
    """
    if not (replace and path.exists()):
        try:
            beside.rename(path)
        except OSError as error:
            if error.errno in (errno.ENOTEMPTY, errno.EEXIST):  # another process was faster
                check_free(path, replace=False)
            raise
    elif not exchange(beside, path):
        old = Path(tempfile.mkdtemp(prefix=_OLD.format(path.name), dir=path.parent))
        path.rename(old)
        try:
            beside.rename(path)
        except OSError:
            old.rename(path)
            raise
        shutil.rmtree(old, ignore_errors=True)
    fsync_folder(path.parent)


def exchange(one: Path, other: Path) -> bool:
    """Exchange two folders in one step, so that the process cannot be killed in between.

    Only Linux can do this; the numbers are from its ``fcntl.h`` and ``fs.h``.

    Returns:
        False where it cannot be done.
    """
    here, exchange = -100, 2
    if sys.platform != "linux":
        return False
    rename = getattr(ctypes.CDLL(None, use_errno=True), "renameat2", None)
    return rename is not None and (
        rename(here, os.fsencode(one), here, os.fsencode(other), exchange) == 0
    )


def _tidy_up(path: Path) -> None:
    """Remove what killed processes left, and put back a model they had moved out of the way."""
    for old in path.parent.glob(f"{_OLD.format(path.name)}*"):
        if not path.exists():
            old.rename(path)
        else:
            shutil.rmtree(old, ignore_errors=True)
    for half in path.parent.glob(f"{_NEW.format(path.name)}*"):
        shutil.rmtree(half, ignore_errors=True)


def fsync_folder(folder: Path) -> None:
    """Have the names in a folder on the disk, so that a rename outlasts a loss of power."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


@contextmanager
def saying_what_failed(path: Path) -> Iterator[None]:
    """Turn an error of the operating system into an OutputError of one line."""
    try:
        yield
    except OSError as error:
        reason = "the disk is full" if error.errno == errno.ENOSPC else (error.strerror or error)
        raise OutputError(f"{path}: cannot be written: {str(reason).lower()}") from error
