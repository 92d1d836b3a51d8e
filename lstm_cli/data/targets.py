"""Whether a file can be written where a person wants it: said before the work, not after it."""

from collections.abc import Sequence
from pathlib import Path

from lstm_cli.data.showing import escape
from lstm_cli.data.sources.patterns import list_files, path_of
from lstm_cli.errors import OutputError


def check_not_read(target: str, sources: Sequence[str], loss: str) -> None:
    """Refuse to replace a file that is read, of which something would be lost.

    Args:
        target: the path of the file to write, or ``-`` for standard output.
        sources: what is read, as for ``list_files``.
        loss: what would become of it, for people.

    Raises:
        OutputError: the file is one of those.
        FileError: a source stands for no file.
    """
    path = Path(target)
    if target == "-" or not path.exists():
        return
    files = (path_of(name) for source in sources for name in list_files(source).files)
    if any(file.exists() and path.samefile(file) for file in files):
        raise OutputError(f"{escape(target)} is read, and {loss}; name another file")
