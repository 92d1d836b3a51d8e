"""``pull``: a model from a hub, a folder or any file system, checked as a stranger's.

Its ``bundle.json`` is fetched first. It says which files there are and how large, and they are
fetched only if it can be true. Everything lands in a folder without a name; the model gets its
name after every byte and every number has been checked.
"""

import hashlib
import json
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path, PurePosixPath
from typing import Any

from lstm_cli.bundle.card import model_card
from lstm_cli.bundle.claiming import check_name, check_not_stopped, claimed, forget_training
from lstm_cli.bundle.contents import CARD_FILE, INFO_FILE
from lstm_cli.bundle.reading import LARGEST_INFO, Bundle, open_bundle
from lstm_cli.bundle.verifying import LARGEST_CARD, check_listing, verify
from lstm_cli.bundle.writing import (
    check_free,
    description,
    folder_beside,
    listed,
    put_in_place,
    saying_what_failed,
    write_files,
)
from lstm_cli.data.showing import show_source
from lstm_cli.errors import BundleError, NoModelError, OutputError, Remedy
from lstm_cli.export.addresses import HubAddress, Store, check_hub_installed, store_at
from lstm_cli.export.page import card_in
from lstm_cli.text.tokens import TOKEN_PATTERN

_SPARED_DISK_BYTES = 256 << 20


@dataclass(frozen=True)
class Pulled:
    """A model that has been brought here."""

    model: str
    path: str
    address: str  # as it may be shown
    commit: str | None  # on a hub
    bytes: int  # of all its files
    is_card_new: bool  # its page there has been edited, so that its card was written anew

    def to_json(self) -> dict[str, Any]:
        """As ``lstm pull --json`` prints it."""
        return {name: value for name, value in asdict(self).items() if name != "is_card_new"}


def pull(address: str, folder: Path, name: str | None = None, *, replace: bool = False) -> Pulled:
    """Bring a model from an address into the models folder.

    Args:
        address: of a model on a hub, of a folder, or of one in another file system.
        folder: of the models.
        name: the model's here; that of its folder or repository there where None.
        replace: an older model of the name may be replaced.

    Raises:
        RequestError: no model can have that name.
        BundleError: there is no model there, it cannot be used, or there is one here already.
        TransferError: the address cannot be reached.
        OutputError: the disk is full, or the folder is not writable.
    """
    hub = HubAddress.of(address)
    source = address if hub is None else hub.repository
    path = folder / check_name(PurePosixPath(source).name if name is None else name)
    check_free(path, replace=replace)
    if not replace:  # gone on with, it would take the place of what is pulled
        check_not_stopped(path, Remedy.RENAME_OR_REPLACE)
    store = _store(address, hub)
    with claimed(path), saying_what_failed(path), folder_beside(path) as beside:
        with _as_of(store, beside):
            bundle = _fetched(store, beside)
            is_card_new = _take_card(bundle)
            verify(open_bundle(beside))
        size = sum(file.stat().st_size for file in beside.iterdir())
        put_in_place(beside, path, replace=replace)
        forget_training(path)
    return Pulled(path.name, str(path), store.shown, store.commit, size, is_card_new)


def _store(address: str, hub: HubAddress | None) -> Store:
    """The folder there, which looks like a model."""
    if hub is None:
        store = store_at(address)
    else:
        shown = show_source(address)
        check_hub_installed(shown)
        from lstm_cli.export.hub import store_on_hub

        store = store_on_hub(hub, shown)
    if INFO_FILE not in store.names():
        raise NoModelError(
            f"{store.shown}: there is no saved model, which is a folder with a {INFO_FILE}"
        )
    return store


@contextmanager
def _as_of(store: Store, beside: Path) -> Iterator[None]:
    """Let errors name the file where it came from: where it lies now, nobody can look."""
    try:
        yield
    except BundleError as error:
        problem = error.problem.replace(str(beside), store.shown)
        raise type(error)(problem, error.remedy, *error.details) from error


def _fetched(store: Store, beside: Path) -> Bundle:
    """Fetch the files of a model, after their sizes have been checked."""
    store.fetch(INFO_FILE, beside / INFO_FILE, LARGEST_INFO)
    bundle = open_bundle(beside)
    check_listing(bundle)
    if bundle.info.token_pattern != TOKEN_PATTERN:
        raise BundleError(
            f"{store.shown}: {INFO_FILE} has a token pattern that no lstm-cli up to this version "
            "has written, and which may take for ever over a text; it is not fetched"
        )
    limits = {
        name: LARGEST_CARD if name == CARD_FILE else size
        for name, (size, _) in bundle.files.items()
    }
    for name, limit in limits.items():
        size = store.size(name)
        is_wrong = size is not None and (size > limit if name == CARD_FILE else size != limit)
        if is_wrong:
            raise BundleError(
                f"{store.shown}: {name} has {size:,} bytes and should have {limit:,}; it is not "
                "fetched"
            )
    room = shutil.disk_usage(beside).free - _SPARED_DISK_BYTES
    if sum(limits.values()) > room:
        raise OutputError(
            f"{store.shown}: has {sum(limits.values()) >> 20:,} MiB, and there is room for "
            f"{max(room, 0) >> 20:,} in {beside.parent}"
        )
    for name, limit in limits.items():
        store.fetch(name, beside / name, limit)
    return bundle


def _take_card(bundle: Bundle) -> bool:
    """Leave of a page the model card; whether people have edited it, so that it is written anew.

    What a stranger wrote there is not taken: the card has to say what ``bundle.json`` says.
    """
    if CARD_FILE not in bundle.files:
        return False
    card = card_in((bundle.path / CARD_FILE).read_bytes())
    is_new = hashlib.sha256(card).hexdigest() != bundle.files[CARD_FILE][1]
    files = {CARD_FILE: card}
    if is_new:
        files[CARD_FILE] = model_card(bundle.info).encode()
        info = json.loads((bundle.path / INFO_FILE).read_bytes())
        info["files"][CARD_FILE] = listed(files[CARD_FILE])
        info.pop("sha256", None)
        files[INFO_FILE] = description(info)
    write_files(files, bundle.path)
    return is_new
