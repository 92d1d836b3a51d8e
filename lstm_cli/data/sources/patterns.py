"""A folder or a pattern -> the files that it stands for, in the order of their names.

Names on this machine are looked up by Python; those of buckets and hubs by fsspec, whose
drivers come with the extra ``cluster``. In a pattern ``*`` and ``?`` stand for letters of one
name, ``[ab]`` for one of some, and ``**`` for folders however deep. A file that exists under
the very name is meant by it. Addresses of web pages and databases are no patterns.
"""

import glob
import os
import re
import stat
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from itertools import chain
from pathlib import Path, PurePosixPath
from typing import TypeVar
from urllib.request import url2pathname

from lstm_cli.data.databases.addresses import is_database
from lstm_cli.data.formats import by_ending, endings
from lstm_cli.data.showing import count, escape, show_source
from lstm_cli.data.sources.buckets import IN_EXTRA, INSTALL, find_bucket
from lstm_cli.data.sources.choosing import list_names, may_be_table
from lstm_cli.data.sources.opening import explain, is_remote
from lstm_cli.errors import FileError, NoRowsError

T = TypeVar("T")

_OTHERS_SHOWN = 3
_MAGIC = re.compile(r"[*?]|\[[^\]]+\]")


@dataclass(frozen=True)
class Listing:
    """What a person named, and the files it stands for."""

    source: str  # as a person gave it
    files: tuple[str, ...]  # in the order of their names; the source itself, if it is one file
    left_out: tuple[str, ...] = ()  # names of files that are no tables
    folders: tuple[str, ...] = ()  # names of folders in it, into which nobody looked

    @property
    def is_single(self) -> bool:
        """Whether the source is no folder and no pattern, but one file."""
        return self.files == (self.source,)

    def read_each(self, read: Callable[[str, T | None], T]) -> tuple[list[T], tuple[str, ...]]:
        """What is read of each file that has rows, in order, and what is to be said of all.

        Args:
            read: takes the name of a file and what was read of the first, None for that itself.

        Raises:
            NoRowsError: none of the files has a row.
        """
        found: list[T] = []
        empty = []
        for name in self.files:
            try:
                found.append(read(name, found[0] if found else None))
            except NoRowsError:
                empty.append(name)
        return found, self.notes(empty)

    def notes(self, empty: Sequence[str] = ()) -> tuple[str, ...]:
        """What is to be said of it.

        >>> Listing("data", ("data/a.csv",), ("_SUCCESS", "plot.png")).notes()
        ('2 other files left out, being no tables (_SUCCESS, plot.png)',)
        >>> Listing("data", ("data/a.csv",), folders=("2024",)).notes()
        ("1 folder in it left out (2024); 'data/**/*.csv' would read it, too",)
        >>> Listing("data", ("data/a.csv", "data/b.csv")).notes(["data/b.csv"])
        ('1 file without rows passed over (b.csv)',)

        Args:
            empty: those of its files in which there was no row.

        Raises:
            NoRowsError: that is all of them.
        """
        if len(empty) == len(self.files):
            raise NoRowsError(f"{show_source(self.source)}: no file in it has rows; add reviews")
        notes = []
        if empty:
            names = tuple(name.rpartition("/")[2] for name in empty)
            notes.append(f"{count(len(empty), 'file')} without rows passed over ({_some(names)})")
        if self.left_out:
            others = count(len(self.left_out), "other file")
            notes.append(f"{others} left out, being no tables ({_some(self.left_out)})")
        if self.folders:
            inner, them = count(len(self.folders), "folder"), "them" if self.folders[1:] else "it"
            folder = glob.escape(show_source(self.source).rstrip("/"))
            deeper = f"{folder}/**/*{Path(self.files[0]).suffix}"
            said = f"{inner} in it left out ({_some(self.folders)})"
            notes.append(f"{said}; '{deeper}' would read {them}, too")
        return tuple(notes)


def _some(names: tuple[str, ...]) -> str:
    more = ", ..." if len(names) > _OTHERS_SHOWN else ""
    return list_names(names[:_OTHERS_SHOWN]) + more


def expand(source: str) -> tuple[str, ...]:
    """The files that a source stands for: those of a folder or a pattern, else itself.

    Args:
        source: as for ``list_files``.

    Raises:
        FileError: as ``list_files`` does.
    """
    return list_files(source).files


def list_all(sources: Sequence[str]) -> tuple[Listing, ...]:
    """What several sources stand for.

    Raises:
        FileError: as ``list_files`` does, or a file is named twice.
    """
    seen: set[str] = set()
    listings = tuple(map(list_files, sources))
    for name in chain.from_iterable(listing.files for listing in listings):
        is_path = name != "-" and "://" not in name and "\0" not in name
        place = os.path.realpath(name) if is_path else name
        if place in seen:
            raise FileError(f"{show_source(name)} is named twice; name every file once")
        seen.add(place)
    return listings


def list_files(source: str) -> Listing:
    """The files that a source stands for, and what lies beside them.

    Args:
        source: a path, a pattern of paths, an address or a pattern of addresses (``s3://``,
            ``hf://``, ``file://`` or another that fsspec knows), or ``-``.

    Raises:
        FileError: no file matches, or nobody can tell.
    """
    if source == "-" or is_database(source):
        return Listing(source, (source,))
    scheme = source.partition("://")[0].lower() if is_remote(source) else ""
    if scheme == "file":
        return _list_here(source, str(path_of(source)))
    if scheme in ("http", "https"):
        return Listing(source, (source,))
    return _list_there(source, scheme) if scheme else _list_here(source, source)


def path_of(name: str) -> Path:
    """Where on this machine a file lies, by its path or a ``file://`` address.

    >>> str(path_of("file:///stays/may%202026.csv"))
    '/stays/may 2026.csv'
    """
    is_address = name[:7].lower() == "file://"
    return Path(url2pathname(name[7:]) if is_address else name)


def is_pattern(name: str) -> bool:
    """Whether a name has letters that stand for others.

    >>> is_pattern("reviews/*.parquet"), is_pattern("reviews[1].csv"), is_pattern("reviews.csv")
    (True, True, False)
    """
    return _MAGIC.search(name) is not None


def _list_here(source: str, path: str) -> Listing:
    """Files of this machine."""
    try:
        mode = Path(path).stat().st_mode
    except OSError:
        mode = None  # it is not there, so it may be a pattern
    except ValueError:  # a NUL in the name
        return Listing(source, (source,))
    if mode is None and is_pattern(path):
        # Hidden ones are left out by glob, as a shell does, and not by Path.glob.
        names = glob.glob(_with_folders_by_name(path), recursive=True)  # noqa: PTH207
        found = [name for name in names if Path(name).is_file()]
        return _matching(source, found)
    if mode is None or not stat.S_ISDIR(mode):
        return Listing(source, (source,))
    try:
        entries = list(Path(path).iterdir())
        inside = [str(entry) for entry in entries if entry.is_file()]
        folders = [str(entry) for entry in entries if entry.is_dir()]
    except OSError as error:
        raise FileError(f"{show_source(source)} cannot be read: {explain(error)}") from error
    return _in_folder(source, inside, folders)


def _with_folders_by_name(pattern: str) -> str:
    """A pattern in which a folder that is really called [2024] is meant by that name."""
    folder, last = os.path.split(pattern)
    if not is_pattern(folder):
        return pattern
    is_there = Path(folder).is_dir()
    return f"{glob.escape(folder) if is_there else _with_folders_by_name(folder)}/{last}"


def _list_there(source: str, scheme: str) -> Listing:
    """Files of a bucket or a hub; a folder is known by the missing ending of its name."""
    is_asked = is_pattern(source) or source.endswith("/")
    if not is_asked and _has_known_ending(source):
        return Listing(source, (source,))
    shown = show_source(source)
    bucket = find_bucket(source)
    if bucket is None:
        if not is_asked:  # polars may know more of it
            return Listing(source, (source,))
        if scheme in IN_EXTRA:
            said = f"its files are listed by another package; install it with: {INSTALL}"
        else:
            said = "its files cannot be listed; name them one by one"
        raise FileError(f"{shown}: {said}")
    if is_pattern(source):
        return Listing(source, (source,)) if bucket.is_file() else _matching(source, bucket.glob())
    if not source.endswith("/") and not bucket.is_folder():
        return Listing(source, (source,))
    return _in_folder(source, bucket.inside(), bucket.inside("directory"))


def _matching(source: str, names: Iterable[str]) -> Listing:
    """What matches a pattern, without the marks that other programs leave beside tables."""
    found = sorted(names)
    marks = [name for name in found if _is_mark(name)]
    files = tuple(name for name in found if name not in set(marks))
    if not files:
        raise FileError(f"{show_source(source)}: no file matches; check the pattern")
    return Listing(source, files, _last_names(marks))


def _in_folder(source: str, names: Iterable[str], folders: Iterable[str]) -> Listing:
    """What may be a table of a folder, by the ending of its name."""
    found = sorted(names)
    files = tuple(name for name in found if _looks_like_table(name))
    others = _last_names(name for name in found if name not in set(files))
    if not files:
        held = f"no table, only {list_names(others)}" if others else "no file"
        deeper = escape(str(PurePosixPath("FOLDER", "**", "*.parquet")))
        raise FileError(
            f"{show_source(source)} is a directory that holds {held}; name a file"
            f"{' in it' if others else ''}, or a pattern such as {deeper}"
        )
    visible = [name for name in _last_names(sorted(folders)) if not name.startswith((".", "_"))]
    return Listing(source, files, others, tuple(visible))


def _last_names(names: Iterable[str]) -> tuple[str, ...]:
    return tuple(PurePosixPath(name.replace("\\", "/")).name for name in names)


def _is_mark(name: str) -> bool:
    """Whether a file is hidden, or one such as ``_SUCCESS``."""
    (last,) = _last_names([name])
    return last.startswith(".") or (last.startswith("_") and not _has_known_ending(last))


def _looks_like_table(name: str) -> bool:
    (last,) = _last_names([name])
    return not _is_mark(name) and _has_known_ending(last) and may_be_table(last)


def _has_known_ending(name: str) -> bool:
    """Whether a name ends as those of tables do; of a compressed one, what is inside counts.

    >>> [_has_known_ending(name) for name in ("a.csv.gz", "b.PARQUET", "c.zip", "d.gz", "e.png")]
    [True, True, True, False, False]
    """
    path = PurePosixPath(name)
    inside = path.with_suffix("") if by_ending(name).compression else path
    return inside.suffix.lower() in endings()
