"""Where a model may be pushed to and pulled from.

hf://models/OWNER/NAME          a model on the hub; @REVISION behind it is a branch, tag or commit
s3://..., gs://..., memory://   a folder in any file system that fsspec opens
anything else                   a folder of this machine
"""

import os
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path, PurePosixPath
from typing import Any

from fsspec.core import url_to_fs
from fsspec.implementations.local import LocalFileSystem

from lstm_cli.data.showing import escape, show_source
from lstm_cli.data.sources.opening import is_remote
from lstm_cli.errors import BundleError, LstmError, TransferError

_CHUNK_BYTES = 1 << 20
_LONGEST_SAID = 200  # characters of what a library says

Explain = Callable[[Exception], str]  # an error -> what it is, in a few words


@dataclass(frozen=True)
class HubAddress:
    """A model on the hub."""

    repository: str  # OWNER/NAME
    revision: str | None = None  # a branch, a tag or a commit; None: the main branch

    @classmethod
    def of(cls, address: str) -> "HubAddress | None":
        """What an address of the hub says; None of any other address.

        Raises:
            TransferError: it is one of the hub, but not of a model.

        >>> HubAddress.of("hf://models/anna/hotels@v1")
        HubAddress(repository='anna/hotels', revision='v1')
        """
        if not address.startswith("hf://"):
            return None
        said = re.fullmatch(
            r"hf://models/([\w.-]+/[\w.-]+)(?:@([\w.-]+(?:/[\w.-]+)*))?/?", address, re.ASCII
        )
        if said is None:
            raise TransferError(
                f"{show_source(address)}: a model on the hub is written hf://models/OWNER/NAME, or "
                "hf://models/OWNER/NAME@REVISION"
            )
        return cls(said[1], said[2])


@dataclass(frozen=True)
class Store:
    """A folder somewhere, of which files are read."""

    files: Any  # fsspec's file system
    root: str  # the folder in it
    shown: str  # its address as a message may show it
    explain: Explain
    commit: str | None = None  # on a hub: what is read
    block_bytes: int = _CHUNK_BYTES  # that are asked for at once; 0: all, as a stream

    @property
    def folder(self) -> Path | None:
        """The folder on this machine; None of one elsewhere."""
        return Path(self.root) if isinstance(self.files, LocalFileSystem) else None

    def path(self, name: str) -> str:
        """The path of a file in its file system."""
        return f"{self.root.rstrip('/')}/{name}"

    def names(self) -> set[str]:
        """The names of what lies in it; of a folder that is not there, none.

        Raises:
            TransferError: it cannot be read.
        """
        with reaching(self.shown, self.explain):
            self.files.invalidate_cache()
            try:
                found = self.files.ls(self.root, detail=False)
            except FileNotFoundError:
                return set()
            names = (str(path).rstrip("/") for path in found)
            return {PurePosixPath(name).name for name in names if name != self.root.rstrip("/")}

    def size(self, name: str) -> int | None:
        """The bytes of a file; None where the file system does not say.

        Raises:
            BundleError: there is no such file.
            TransferError: it cannot be read.
        """
        with reaching(self.shown, self.explain):
            try:
                about = self.files.info(self.path(name))
            except FileNotFoundError:
                about = {"type": "missing"}
            if about["type"] != "file":
                raise BundleError(f"{self.shown}: {name} is missing")
            return None if about["size"] is None else int(about["size"])

    def fetch(self, name: str, target: Path, most: int) -> None:
        """Copy a file to this machine, a piece at a time.

        Args:
            name: of the file.
            target: the copy.
            most: bytes that it may have.

        Raises:
            BundleError: it is larger.
            TransferError: it cannot be read.
            OSError: the copy cannot be written.
        """
        left = most
        with target.open("wb") as copy:
            for piece in self._pieces(name):
                left -= len(piece)
                if left < 0:
                    raise BundleError(
                        f"{self.shown}: {name} is larger than the {most:,} bytes it should have"
                    )
                copy.write(piece)
            copy.flush()
            os.fsync(copy.fileno())  # before the model gets its name

    def _pieces(self, name: str) -> Iterator[bytes]:
        with reaching(self.shown, self.explain):
            opened = self.files.open(self.path(name), "rb", block_size=self.block_bytes)
        with opened as file:
            while True:
                with reaching(self.shown, self.explain):
                    piece = file.read(_CHUNK_BYTES)
                if not piece:
                    return
                yield piece


def store_at(address: str) -> Store:
    """The folder at an address that is none of the hub; it need not exist.

    Raises:
        TransferError: no file system is known for it, or that needs what is not installed.
    """
    shown = show_source(address)
    if not is_remote(address):
        return Store(LocalFileSystem(), str(Path(address).expanduser().absolute()), shown, explain)
    with reaching(shown, lambda error: explain(error).replace(address, shown)):
        files, root = url_to_fs(address)
    return Store(files, root, shown, lambda error: explain(error).replace(address, shown))


def check_hub_installed(shown: str) -> None:
    """Refuse in one line what would be a traceback.

    Raises:
        TransferError: the hub's package is missing.
    """
    # The second is what the first has called servers by since version 2.
    if not (find_spec("huggingface_hub") and find_spec("httpx2")):
        raise TransferError(
            f"{shown}: for a hub, install what that needs: pip install 'lstm-cli[hub]'"
        )


@contextmanager
def reaching(shown: str, explain: Explain) -> Iterator[None]:
    """Say in one line why a place cannot be read or written.

    Args:
        shown: its address.
        explain: what an error is.

    Raises:
        TransferError: whatever went wrong there.
    """
    try:
        yield
    except (LstmError, MemoryError):
        raise
    except Exception as error:  # each file system has errors of its own, with no class in common
        raise TransferError(f"{shown}: {explain(error)}") from error


def explain(error: Exception) -> str:
    """What an error of a file system is.

    >>> explain(PermissionError(13, "Permission denied"))
    'it is not allowed to go there (Permission denied); check the credentials'
    """
    said = first_line(error)
    if isinstance(error, FileNotFoundError):
        return "there is no such place"
    if isinstance(error, PermissionError):
        return f"it is not allowed to go there ({said}); check the credentials"
    if isinstance(error, ImportError):
        return f"this kind of address needs a package that is not installed ({said})"
    if isinstance(error, NotImplementedError):
        return "this kind of address cannot be written to"
    return f"it cannot be reached ({said})"


def first_line(error: Exception) -> str:
    """What an error says, in a line that is not long."""
    said = getattr(error, "strerror", None) or str(error) or type(error).__name__
    return escape(str(said).strip().splitlines()[0][:_LONGEST_SAID])
