"""A file without a name: what does not fit into memory as long as a process needs it.

It is gone when nobody holds it any more, whatever becomes of the process. It lies where
``TMPDIR`` says.
"""

import os
import shutil
import tempfile
import threading
import weakref

import numpy as np
from numpy.typing import NDArray

from lstm_cli.data.sources.opening import SPARED_DISK_BYTES, explain
from lstm_cli.errors import FileError


class UnnamedFile:
    """Bytes that are written one behind the other, and read anywhere.

    Raises:
        FileError: there is no room for it.
    """

    def __init__(self) -> None:
        try:
            self._file = tempfile.TemporaryFile(prefix="lstm-")  # noqa: SIM115, it outlives this
        except OSError as error:
            raise _no_room(0, explain(error)) from error
        weakref.finalize(self, self._file.close)
        self._lock = threading.Lock()  # to look for a place and to read there are two steps
        self.size = 0  # bytes

    def append(self, data: bytes) -> None:
        """Write behind what was written before.

        Raises:
            FileError: there is no room for it.
        """
        if shutil.disk_usage(tempfile.gettempdir()).free - len(data) < SPARED_DISK_BYTES:
            raise _no_room(self.size, "it is all but full")
        try:
            with self._lock:
                self._file.seek(0, os.SEEK_END)
                self._file.write(data)
                self.size += len(data)
        except OSError as error:
            raise _no_room(self.size, explain(error)) from error

    def read(self, start: int, size: int) -> bytes:
        """Some of what was written."""
        with self._lock:
            self._file.seek(start)
            return self._file.read(size)

    def as_int32(self) -> NDArray[np.int32]:
        """All of it as numbers, left in the file."""
        self._file.flush()
        return np.memmap(self._file, dtype=np.int32, mode="r")


def _no_room(size: int, why: str) -> FileError:
    return FileError(
        f"{tempfile.gettempdir()} has no room for more than the {size >> 20:,} MiB that were kept "
        f"there so far ({why}); free some, or set TMPDIR to a folder with room"
    )
