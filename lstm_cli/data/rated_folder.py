"""A folder of files that many processes write, and that has its name when all of it is there.

On a disk the files lie in a hidden folder beside it, which is renamed at the end. A bucket renames
nothing, so there they are written under the name itself, and an empty ``_SUCCESS`` comes last, as
Spark and Hadoop have it: without one the folder is not complete.
"""

import shutil
import tempfile
from collections.abc import Iterator
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
        with self._saying_what_failed():
            self._check()

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

    def _held(self) -> list[str]:
        """What lies in the folder, by its names there."""
        from pyarrow.fs import FileSelector

        selector = FileSelector(self.path, allow_not_found=True)
        return [info.base_name for info in self.filesystem.get_file_info(selector)]

    def _begin(self) -> str:
        if not self._is_here:
            # Its mark goes first: what is removed in part is not complete.
            for name in sorted(self._held(), key=lambda name: name != SUCCESS):
                self.filesystem.delete_file(f"{self.path}/{name}")
            return self.path
        path = Path(self.path).absolute()
        return tempfile.mkdtemp(prefix=f".{path.name}.", suffix=".part", dir=path.parent)

    def _finish(self, working: str) -> None:
        if not self._is_here:
            with self.filesystem.open_output_stream(f"{self.path}/{SUCCESS}"):
                return
        self._check()
        path, written = Path(self.path).absolute(), Path(working)
        written.chmod(path.parent.stat().st_mode & 0o777)
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
            for name in self._held():
                self.filesystem.delete_file(f"{self.path}/{name}")
        except OSError:
            pass  # it has no mark, which says that it is not complete

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


def counted(filesystem: Any, folder: str, columns: list[str]) -> Iterator[Any]:
    """Some columns of all files in a folder, in batches of pyarrow's, in no order.

    Args:
        filesystem: pyarrow's.
        folder: its name there.
        columns: which.
    """
    from pyarrow.dataset import dataset

    yield from dataset(folder, format="parquet", filesystem=filesystem).to_batches(columns=columns)
