"""An archive that holds one table, as those do that are downloaded -> the file in it.

Nothing is unpacked under the name it has in the archive, so no name can lead elsewhere.
"""

import lzma
import stat
import tarfile
import zipfile
import zlib
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path, PurePosixPath

from lstm_cli.data.rows import Content
from lstm_cli.data.showing import count, escape
from lstm_cli.data.sources.choosing import find_name, list_names, may_be_table, refuse_name
from lstm_cli.data.sources.opening import explain, save
from lstm_cli.errors import FileError, Remedy

_DAMAGE = (
    zipfile.BadZipFile,
    zipfile.LargeZipFile,
    tarfile.TarError,
    zlib.error,
    lzma.LZMAError,
    EOFError,
    ValueError,
    OverflowError,
)


def take_from_zip(content: Content, target: Path) -> Content:
    """Unpack the one table of a zip archive, or that which a person named.

    Raises:
        FileError: it holds none, or several, is damaged, or is protected by a password.
    """
    try:
        with zipfile.ZipFile(content.path) as archive:
            files = {file.filename: file for file in archive.infolist() if _is_zipped_file(file)}
            taken = _choose([name for name, file in files.items() if file.file_size], content)
            file = files[taken.member or ""]
            if file.flag_bits & 1:
                raise FileError(f"{taken.shown} is protected by a password; unpack it first")
            with archive.open(file) as stream:
                save(stream, target, content.source)
    except NotImplementedError as error:
        said = escape(str(error))
        raise FileError(f"{content.shown} cannot be unpacked ({said}); unpack it first") from error
    except (*_DAMAGE, OSError) as error:
        raise _damaged(content, "zip archive", error) from error
    return replace(taken, path=target)


def take_from_tar(content: Content, target: Path) -> Content:
    """Unpack the one table of a tar archive, or that which a person named.

    Raises:
        FileError: it holds none, or several, or is damaged.
    """
    try:
        with tarfile.open(content.path, "r:") as archive:
            files = {file.name: file for file in archive if file.isreg() and file.size}
            taken = _choose(list(files), content)
            stream = archive.extractfile(files[taken.member or ""])
            if stream is not None:
                save(stream, target, content.source)
    except (*_DAMAGE, OSError) as error:
        raise _damaged(content, "tar archive", error) from error
    return replace(taken, path=target)


def _is_zipped_file(file: zipfile.ZipInfo) -> bool:
    """Whether it is a file, not a folder or a link to something outside."""
    kind = stat.S_IFMT(file.external_attr >> 16)
    return bool(file.filename) and not file.is_dir() and kind in (0, stat.S_IFREG)


def _damaged(content: Content, what: str, error: Exception) -> FileError:
    if isinstance(error, OSError) and error.errno is not None:
        return FileError(f"{content.shown} cannot be unpacked: {explain(error)}")
    said = escape(str(error) or type(error).__name__)
    return FileError(f"{content.shown} is a damaged {what} ({said}); get the file again")


def _choose(names: Sequence[str], content: Content) -> Content:
    """Which file is read: what is known of it, except where it lies."""
    asked, shown = content.options.sheet, content.shown
    tables = [name for name in names if may_be_table(name)]
    if asked is not None and (name := _find(asked, names)):
        options = replace(content.options, sheet=None)
        return replace(content, member=name, options=options)
    if not names:
        raise FileError(f"{shown} is an archive without files; give a file of reviews")
    if not tables:
        held = list_names(names)
        raise FileError(f"{shown} holds no table, only {held}; give a file of reviews")
    if len(tables) > 1:
        if asked is not None:
            raise refuse_name(asked, tables, shown, "file")
        raise FileError(
            f"{shown} holds {len(tables)} files", Remedy.CHOOSE_SHEET, list_names(tables)
        )
    return replace(
        content, member=tables[0], notes=(*content.notes, *_notes(tables[0], names, content))
    )


def _find(asked: str, names: Sequence[str]) -> str | None:
    """A file by its path in the archive, or by its own name alone."""
    if found := find_name(asked, names):
        return found
    last_names = [PurePosixPath(name).name for name in names]
    found = find_name(asked, last_names)
    return names[last_names.index(found)] if found else None


def _notes(name: str, names: Sequence[str], content: Content) -> tuple[str, ...]:
    """Which file it is, unless the name of the archive says so and there is no other."""
    if len(names) == 1 and PurePosixPath(content.source.replace("\\", "/")).stem == name:
        return ()
    others = len(names) - 1
    beside = f"; {count(others, 'other file')} left out, being no tables" if others else ""
    return (f"read {escape(name)} from the archive{beside}",)
