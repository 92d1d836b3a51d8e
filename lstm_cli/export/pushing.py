"""``push``: a saved model to a hub, a folder or any file system.

A model is checked before it goes. In a folder it is there whole or not at all; in a file
system that cannot promise so much, ``bundle.json`` comes last, without which it is no model.
"""

import os
import shutil
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from lstm_cli.bundle.claiming import claimed
from lstm_cli.bundle.contents import FILES, INFO_FILE
from lstm_cli.bundle.reading import Bundle
from lstm_cli.bundle.verifying import verify
from lstm_cli.bundle.writing import (
    check_free,
    folder_beside,
    fsync_folder,
    put_in_place,
    saying_what_failed,
)
from lstm_cli.data.showing import show_source
from lstm_cli.errors import BundleExistsError, Remedy, RequestError
from lstm_cli.export.addresses import (
    HubAddress,
    Store,
    check_hub_installed,
    reaching,
    store_at,
)
from lstm_cli.export.page import Page


@dataclass(frozen=True)
class Pushed:
    """A model that has been brought somewhere."""

    model: str
    address: str  # as it may be shown
    commit: str | None  # on a hub
    bytes: int  # of all its files

    def to_json(self) -> dict[str, Any]:
        """As ``lstm push --json`` prints it."""
        return asdict(self)


def push(
    bundle: Bundle, address: str, *, replace: bool = False, page: Page | None = None
) -> Pushed:
    """Bring a saved model to an address.

    Args:
        bundle: the model.
        address: of a model on a hub, of a folder, or of one in another file system.
        replace: a model there may be replaced; on a hub it stays in the history anyway.
        page: what a person says of the model, for its page on a hub.

    Raises:
        BundleError: the model cannot be used, or there is another one at the address.
        RequestError: something is said of a page that there is not.
        TransferError: the address cannot be reached or written to.
        OutputError: the disk is full, or the folder is not writable.
    """
    shown = show_source(address)
    hub, page = HubAddress.of(address), Page() if page is None else page
    if hub is None and page.said:
        raise RequestError("only a hub has a page", Remedy.LEAVE_OUT, parameter=page.said[0])
    verify(bundle)
    commit = None
    if hub is None:
        _push_to_store(bundle, store_at(address), replace=replace)
    else:
        check_hub_installed(shown)
        from lstm_cli.export.hub import push_to_hub

        commit = push_to_hub(bundle, hub, shown, page)
    size = sum((bundle.path / name).stat().st_size for name in (*bundle.files, INFO_FILE))
    return Pushed(bundle.name, shown, commit, size)


def _push_to_store(bundle: Bundle, store: Store, *, replace: bool) -> None:
    """Refuse to overwrite what nobody said may be, then write."""
    names = store.names()
    others = sorted(names - FILES)
    if others:
        raise BundleExistsError(
            f"{store.shown}: holds files that are not part of a model ({others[0]!a:.60}), so it "
            "is not written to; name a folder of its own"
        )
    if INFO_FILE in names and not replace:
        raise BundleExistsError(
            f"{store.shown}: there is a model already", Remedy.RENAME_OR_REPLACE_PLACE
        )
    if store.folder is None:
        _write_remote(bundle, store, names)
    else:
        _write_folder(bundle, store.folder)


def _write_folder(bundle: Bundle, folder: Path) -> None:
    """Copy a model beside a folder, and exchange the two."""
    is_there = (folder / INFO_FILE).is_file()
    if is_there or folder.is_symlink() or folder.is_file():
        check_free(folder, replace=True)  # what is no plain folder is not replaced
    with (
        claimed(folder, Remedy.WAIT),
        saying_what_failed(folder),
        folder_beside(folder) as beside,
    ):
        for name in (*bundle.files, INFO_FILE):
            with (bundle.path / name).open("rb") as file, (beside / name).open("wb") as copy:
                shutil.copyfileobj(file, copy)
                copy.flush()
                os.fsync(copy.fileno())
        fsync_folder(beside)
        put_in_place(beside, folder, replace=is_there)


def _write_remote(bundle: Bundle, store: Store, names: set[str]) -> None:
    """Write a model file by file; while it is not whole, it is none."""
    with reaching(store.shown, store.explain):
        if INFO_FILE in names:
            store.files.rm_file(store.path(INFO_FILE))
        for name in sorted(names - {*bundle.files, INFO_FILE}):
            store.files.rm_file(store.path(name))
        store.files.makedirs(store.root, exist_ok=True)
        for name in (*bundle.files, INFO_FILE):
            store.files.put_file(str(bundle.path / name), store.path(name))
