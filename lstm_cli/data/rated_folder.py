"""A folder of files that many processes write, and that has its name when all of it is there.

On a disk the files lie in a hidden folder beside it, which is renamed at the end. A bucket renames
nothing, so there they are written under the name itself, beside those that they replace, and an
empty ``_SUCCESS`` comes last, as Spark and Hadoop have it: without one the folder is not complete.
"""

import os
import shutil
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from lstm_cli.data.parquet_parts import locate
from lstm_cli.data.rows import first_line
from lstm_cli.data.showing import escape, show_source
from lstm_cli.data.whole import saying_what_failed
from lstm_cli.errors import OutputError, Remedy

SUCCESS = "_SUCCESS"


class RatedFolder:
    """Where the files of a table go.

    Args:
        target: its path or address.
        replace: a folder of that name gives way, if it holds nothing but such files.

    Raises:
        OutputError: here or later: it exists, or cannot be written.
    """

    def __init__(self, target: str, *, replace: bool = False) -> None:
        from pyarrow.fs import LocalFileSystem

        self._target, self._replace = target, replace
        self.shown = show_source(target)  # in messages
        self.filesystem, path = locate(target)
        self.path = path.rstrip("/") or path
        self._is_here = isinstance(self.filesystem, LocalFileSystem)
        self._before: list[str] = []  # what lies in a bucket already
        with self._saying_what_failed():
            self._check()

    def check_apart(self, files: Sequence[str]) -> None:
        """Refuse to replace the very files that are read.

        Args:
            files: paths in the same file system, or in another.

        Raises:
            OutputError: one lies in this folder.
        """

        def whole(path: str) -> str:
            return os.path.realpath(path) if self._is_here else path

        if any(whole(file).startswith(f"{whole(self.path)}/") for file in files):
            raise OutputError(
                f"{self.shown} holds the reviews that are read; name another folder for the ratings"
            )

    def written(self, working: str) -> list[str]:
        """The files that have been written so far, by the filesystem's paths."""
        with self._saying_what_failed():
            names = self._held(working)
        new = {name for name in names if name.endswith(".parquet")} - set(self._before)
        return [f"{working}/{name}" for name in sorted(new)]

    @contextmanager
    def writing(self) -> Iterator[str]:
        """The folder to write into, as the filesystem names it.

        It gets its name when this is left; if that happens by an error, nothing is left of it.
        """
        with self._saying_what_failed():
            working = self._begin()
        try:
            yield working
            with self._saying_what_failed():
                self._finish(working)
        except BaseException:
            self._remove(working)
            raise

    def _check(self) -> None:
        """Refuse what is there already and may not, or should not, be replaced."""
        from pyarrow.fs import FileType

        shown = show_source(self._target)
        if self._is_here and not Path(self.path).absolute().parent.is_dir():
            named = self.path if "://" in self._target else self._target
            folder = escape(str(Path(named).parent))
            raise OutputError(f"{shown}: there is no folder {folder}")
        if self.filesystem.get_file_info(self.path).type == FileType.File:
            raise OutputError(f"{shown} is a file; a cluster writes a folder of Parquet files")
        held = self._held()
        is_there = Path(self.path).exists() if self._is_here else bool(held)
        if is_there and not self._replace:
            raise OutputError(f"{shown} exists already", Remedy.RENAME_OR_REPLACE_FILE)
        others = [name for name in held if name != SUCCESS and not name.endswith(".parquet")]
        if others:
            raise OutputError(
                f"{shown} holds more than Parquet files ({escape(others[0])}) and is not replaced; "
                "name another folder, or remove it first"
            )

    def _held(self, folder: str | None = None) -> list[str]:
        """What lies in the folder, or in the one that becomes it, by its names there."""
        from pyarrow.fs import FileSelector

        selector = FileSelector(folder or self.path, allow_not_found=True)
        return [info.base_name for info in self.filesystem.get_file_info(selector)]

    def _begin(self) -> str:
        if not self._is_here:
            self._before = self._held()
            if SUCCESS in self._before:  # a folder of old and new files is not complete
                self.filesystem.delete_file(f"{self.path}/{SUCCESS}")
            return self.path
        path = Path(self.path).absolute()
        return tempfile.mkdtemp(prefix=f".{path.name}.", suffix=".part", dir=path.parent)

    def _finish(self, working: str) -> None:
        if not self._is_here:
            for name in self._before:
                if name != SUCCESS:
                    self.filesystem.delete_file(f"{self.path}/{name}")
            self._mark()
            return
        self._check()
        path, written = Path(self.path).absolute(), Path(working)
        written.chmod(0o755)  # mkdtemp lets nobody else look; the files are as others are
        if not path.exists():
            written.rename(path)
            return
        old = Path(tempfile.mkdtemp(prefix=f".{path.name}.", suffix=".old", dir=path.parent))
        path.rename(old / path.name)
        written.rename(path)
        shutil.rmtree(old)

    def _remove(self, working: str) -> None:
        if self._is_here:
            shutil.rmtree(working, ignore_errors=True)
            return
        try:
            for name in set(self._held()) - set(self._before):
                self.filesystem.delete_file(f"{self.path}/{name}")
            if SUCCESS in self._before:
                self._mark()  # what was there is there as before
        except OSError:
            pass  # it has no mark, which says that it is not complete

    def _mark(self) -> None:
        """Say that all files are there."""
        self.filesystem.open_output_stream(f"{self.path}/{SUCCESS}").close()

    @contextmanager
    def _saying_what_failed(self) -> Iterator[None]:
        import pyarrow as pa

        try:
            with saying_what_failed(self._target):
                yield
        except (pa.ArrowException, ValueError) as error:
            raise OutputError(
                f"{show_source(self._target)} cannot be written: {first_line(error)}"
            ) from error


def counted(filesystem: Any, files: list[str], columns: list[str]) -> Iterator[Any]:
    """Some columns of all rows of some files, in batches of pyarrow's, in no order.

    Args:
        filesystem: pyarrow's.
        files: their paths there.
        columns: which.
    """
    from pyarrow.dataset import dataset

    if files:
        rows = dataset(files, format="parquet", filesystem=filesystem)
        yield from rows.to_batches(columns=columns)
