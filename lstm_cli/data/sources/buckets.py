"""Files of buckets, hubs and whatever else fsspec reaches: listed, and fetched in chunks."""

from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

from lstm_cli.data.showing import escape, show_source
from lstm_cli.data.sources.opening import save
from lstm_cli.errors import FileError

INSTALL = "pip install 'lstm-cli[cluster]'"
IN_EXTRA = ("s3", "s3a", "hf")  # whose drivers the extra brings

Answer = TypeVar("Answer")


class Bucket:
    """A place that a driver of fsspec reaches, and an address there."""

    def __init__(self, source: str, files: Any, path: str) -> None:
        self._shown = show_source(source)
        self._source = source
        self._files = files  # fsspec's filesystem
        self._path = path  # as it calls the address

    def is_file(self) -> bool:
        """Whether the address is that of one file."""
        return bool(self._asked(lambda: self._files.isfile(self._path)))

    def is_folder(self) -> bool:
        """Whether there are files below it."""
        return bool(self._asked(lambda: self._files.isdir(self._path)))

    def glob(self) -> list[str]:
        """The addresses of the files that match it as a pattern."""
        return self._addresses(
            self._asked(lambda: list(self._files.glob(self._path, detail=True).values()))
        )

    def inside(self, kind: str = "file") -> list[str]:
        """The addresses of the files in it as a folder, or of its folders ("directory")."""
        return self._addresses(self._asked(lambda: self._files.ls(self._path, detail=True)), kind)

    def fetch(self, target: Path) -> Path:
        """Bring the file onto this machine, in chunks."""

        def copy() -> Path:
            with self._files.open(self._path, "rb") as stream:
                return save(stream, target, self._source)

        return self._asked(copy)

    def _addresses(self, entries: list[dict[str, Any]], kind: str = "file") -> list[str]:
        names = (entry["name"].rstrip("/") for entry in entries if entry["type"] == kind)
        return [self._files.unstrip_protocol(name) for name in names]

    def _asked(self, ask: Callable[[], Answer]) -> Answer:
        """What the driver answers.

        Raises:
            FileError: it has none, and says so with an error of a package of its own.
        """
        try:
            return ask()
        except FileError:
            raise
        except FileNotFoundError as error:
            raise FileError(f"{self._shown}: there is nothing; check the address") from error
        except Exception as error:
            lines = str(error).strip().splitlines()
            said = escape(lines[0][:200]) if lines else type(error).__name__
            raise FileError(
                f"{self._shown} cannot be read: {said}; check the address and your access to it"
            ) from error


def find_bucket(source: str) -> Bucket | None:
    """Where an address leads; None if the driver for it is not installed."""
    import fsspec

    try:
        files, path = fsspec.url_to_fs(source)
    except (ImportError, ValueError):
        return None
    return Bucket(source, files, path)
