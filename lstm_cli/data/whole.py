"""Files that are written whole or not at all; nothing heavy is loaded for it."""

import os
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from pathlib import Path

from lstm_cli.data.showing import escape
from lstm_cli.data.sources.opening import explain
from lstm_cli.errors import OutputError, Remedy


def write_bytes(content: bytes, target: str, *, replace: bool = False) -> None:
    """Write a file, whole or not at all.

    Args:
        content: all of it.
        target: its path.
        replace: a file of that name gives way.

    Raises:
        OutputError: it exists already and is not to be replaced, or cannot be written.
    """
    write_together({target: content}, replace=replace)


def write_together(contents: Mapping[str, bytes], *, replace: bool = False) -> None:
    """Write files that belong together; each gets its name when all are complete.

    Args:
        contents: all of each, by its path; the last gets its name last.
        replace: files of these names give way.

    Raises:
        OutputError: one exists already and is not to be replaced, or cannot be written.
    """
    for target in contents:
        with saying_what_failed(target):
            check_target(target, replace=replace)
    with ExitStack() as unfinished:
        parts = {}
        for target, content in contents.items():
            with saying_what_failed(target):
                folder = Path(target).parent
                handle, temporary = tempfile.mkstemp(prefix=".", suffix=".part", dir=folder)
                parts[target] = Path(temporary)
                unfinished.callback(parts[target].unlink, missing_ok=True)
                with os.fdopen(handle, "wb") as file:
                    file.write(content)
        for target, part in parts.items():
            with saying_what_failed(target):
                give_name(part, Path(target))


def check_target(
    target: Path | str, *, replace: bool = False, remedy: Remedy = Remedy.RENAME_OR_REMOVE_FILE
) -> None:
    """Refuse a target that is there already.

    Args:
        target: its path.
        replace: a file of that name gives way.
        remedy: what to do about one.

    Raises:
        OutputError: it is.
    """
    path, shown = Path(target), escape(str(target))
    if path.is_dir():
        raise OutputError(f"{shown} is a directory; name a file in it")
    if path.exists() and not replace:
        raise OutputError(f"{shown} exists already", remedy)


def give_name(temporary: Path, path: Path) -> None:
    """Give a file that is complete the name and the rights it was written for."""
    umask = os.umask(0)
    os.umask(umask)
    temporary.chmod(0o666 & ~umask)  # what a file that is simply opened would get
    temporary.replace(path)


@contextmanager
def saying_what_failed(target: str) -> Iterator[None]:
    """Say in one line why a file cannot be written.

    Raises:
        OutputError: the operating system refuses.
    """
    shown = escape(target)
    try:
        yield
    except FileNotFoundError as error:
        folder = escape(str(Path(target).parent))
        raise OutputError(f"{shown}: there is no folder {folder}") from error
    except BrokenPipeError:
        raise
    except OSError as error:
        raise OutputError(f"{shown} cannot be written: {explain(error)}") from error
