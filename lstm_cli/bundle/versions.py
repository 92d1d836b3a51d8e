"""Versions of a model: what it was before an update, kept beside it and put back on demand.

    models/hotels               the one in use
    models/.hotels.versions/1   another, whole, in a place of its own

A version is numbered by its age, the one in use among them: the oldest is 1. So a number stays
with its model, whichever of them is in use; the name of a place says nothing. Two of them change
places in one step, before and after which both are there, whole.
"""

import os
import re
import shutil
from dataclasses import dataclass, replace
from itertools import count
from pathlib import Path

from lstm_cli.bundle.contents import NewBundle
from lstm_cli.bundle.locating import versions_folder
from lstm_cli.bundle.reading import Bundle, open_bundle
from lstm_cli.bundle.writing import (
    check_own,
    exchange,
    fsync_folder,
    saying_what_failed,
    written_beside,
)
from lstm_cli.errors import BundleError, NoModelError, Remedy
from lstm_cli.results import VersionSummary


@dataclass(frozen=True)
class Version:
    """One of the models of a name."""

    number: int | None  # by age, from 1; None of one that cannot be read
    path: Path
    is_in_use: bool
    bundle: Bundle | None  # None where it cannot be read ...
    problem: str | None = None  # ... and why


def versions_of(path: Path) -> tuple[Version, ...]:
    """All models of a name by their age, those that cannot be read at the end.

    Args:
        path: of the one in use, which may be missing.
    """
    readable: list[Bundle] = []
    broken: list[Version] = []
    for place in (*([path] if path.is_dir() else []), *_places(path)):
        try:
            readable.append(open_bundle(place))
        except BundleError as error:
            broken.append(Version(None, place, place == path, None, str(error)))
    readable.sort(key=lambda bundle: (bundle.info.created, str(bundle.path)))
    numbered = (
        Version(number, bundle.path, bundle.path == path, bundle)
        for number, bundle in enumerate(readable, start=1)
    )
    return (*numbered, *broken)


def version_numbered(path: Path, number: int) -> Bundle:
    """One of the models of a name, which calls itself ``reviews@2``.

    Args:
        path: of the one in use.
        number: by age, from 1.

    Raises:
        NoModelError: there is no such version.
    """
    found = versions_of(path)
    for version in found:
        if version.number == number and version.bundle is not None:
            return replace(version.bundle, named=f"{path.name}@{number}")
    raise _no_version(found, path.name, number)


def is_put_by(path: Path) -> bool:
    """Whether this is the folder of a version that is not in use."""
    return re.fullmatch(r"\..+\.versions", path.absolute().parent.name) is not None


def save_as_next(bundle: NewBundle, path: Path) -> None:
    """Put a new model into use; the one that was becomes a version.

    The caller must hold the name (``claiming.claimed``). A kill on the way leaves both: the new
    one is a version that is not in use, then the old one is.

    Raises:
        OutputError: the disk is full, or the folder is not writable.
    """
    with saying_what_failed(path), written_beside(bundle, path) as beside:
        place = _free_place(path)
        beside.rename(place)
        _change_places(place, path)


def put_back(path: Path, number: int | None = None) -> tuple[Version, Version | None]:
    """Put a version into use; the one that was becomes a version.

    The caller must hold the name.

    Args:
        path: of the one in use.
        number: of the version; None is the youngest that is older than the one in use, or else
            the youngest of all.

    Returns:
        What is in use now, as it was found, and what was before; None where there was nothing.

    Raises:
        NoModelError: there is no such version.
        OutputError: they cannot change places.
    """
    found = versions_of(path)
    now = next((version for version in found if version.is_in_use), None)
    chosen = _chosen(found, now, path.name, number)
    with saying_what_failed(path):
        if now is None:
            chosen.path.rename(path)
            fsync_folder(path.parent)
        else:
            _change_places(chosen.path, path)
    return chosen, now


def remove_versions(path: Path) -> int:
    """Delete the versions of a model but the one in use; how many there were.

    Raises:
        BundleExistsError: one holds files that are not part of a model.
        OSError: they cannot be deleted.
    """
    places = _places(path)
    for place in places:
        check_own(place)
    for place in places:
        shutil.rmtree(place)
    shutil.rmtree(versions_folder(path), ignore_errors=True)
    return len(places)


def summary_of(version: Version) -> VersionSummary:
    """A version as a list of them shows it."""
    bundle, path = version.bundle, version.path
    size = sum(file.stat().st_size for file in path.iterdir() if file.is_file())
    if bundle is None:
        return VersionSummary(
            None, version.is_in_use, str(path), "", (), 0, None, 0, size, version.problem
        )
    info, origin = bundle.info, bundle.info.provenance
    return VersionSummary(
        number=version.number,
        in_use=version.is_in_use,
        path=str(path),
        created=info.created,
        files=origin.last_files,
        reviews=origin.training,
        accuracy=info.scores.get("accuracy"),
        held_out=info.scores.get("n", 0),
        bytes=size,
        read_by_base=origin.read_by_base,
    )


def _chosen(
    found: tuple[Version, ...], now: Version | None, name: str, number: int | None
) -> Version:
    others = {v.number: v for v in found if v.number is not None and not v.is_in_use}
    if not others:
        raise NoModelError(
            f"{name}: there is no other version of this model; updating it makes one"
        )
    if number is None:
        before = [n for n in others if now is None or now.number is None or n < now.number]
        return others[max(before or others)]
    if now is not None and number == now.number:
        raise NoModelError(f"{name}: version {number} is in use already")
    if number not in others:
        raise _no_version(found, name, number)
    return others[number]


def _no_version(found: tuple[Version, ...], name: str, number: int) -> NoModelError:
    numbered = [version for version in found if version.number is not None]
    listed = ", ".join(f"{v.number}" + " (in use)" * v.is_in_use for v in numbered) or "none"
    return NoModelError(
        f"{name}: no version {number}; there are: {listed}", Remedy.LIST_VERSIONS, name
    )


def _places(path: Path) -> list[Path]:
    """The folders of the versions that are not in use."""
    folder = versions_folder(path)
    if folder.is_symlink() or not folder.is_dir():
        return []
    return sorted(place for place in folder.iterdir() if place.is_dir() and not place.is_symlink())


def _free_place(path: Path) -> Path:
    folder = versions_folder(path)
    folder.mkdir(exist_ok=True)
    return next(place for n in count(1) if not os.path.lexists(place := folder / str(n)))


def _change_places(place: Path, path: Path) -> None:
    """Exchange a version with the model in use; where that takes three steps, none loses one."""
    if not exchange(place, path):
        spare = _free_place(path)
        path.rename(spare)
        try:
            place.rename(path)
        except OSError:
            spare.rename(path)
            raise
        spare.rename(place)
    fsync_folder(place.parent)
    fsync_folder(path.parent)
