"""Models on the hub: huggingface_hub finds the token, talks to the server and sends large files.

Where the hub is, and with which token, is huggingface_hub's own business: ``HF_ENDPOINT``,
``HF_TOKEN`` or ``hf auth login``, ``HF_HUB_OFFLINE``.
"""

from collections.abc import Iterable
from pathlib import Path

import httpx2
from huggingface_hub import (
    CommitOperationAdd,
    CommitOperationDelete,
    HfApi,
    HfFileSystem,
)
from huggingface_hub.errors import (
    GatedRepoError,
    HfHubHTTPError,
    HFValidationError,
    OfflineModeIsEnabled,
    RepositoryNotFoundError,
    RevisionNotFoundError,
)
from huggingface_hub.hf_api import ModelInfo
from huggingface_hub.utils import disable_progress_bars, logging

from lstm_cli.bundle.contents import CARD_FILE, FILES, INFO_FILE
from lstm_cli.bundle.reading import Bundle
from lstm_cli.errors import TransferError
from lstm_cli.export.addresses import HubAddress, Store, first_line, reaching
from lstm_cli.export.page import Page, page_of

_NO_TOKEN = "set HF_TOKEN to a token that may write, or run: hf auth login"


def store_on_hub(address: HubAddress, shown: str) -> Store:
    """A model on the hub at one commit, so that all of its files belong together.

    Raises:
        TransferError: it is not there, it is not open to the token, or the hub cannot be reached.
    """
    _be_quiet()
    with reaching(shown, explain):
        commit = HfApi().model_info(address.repository, revision=address.revision).sha
    return Store(
        HfFileSystem(skip_instance_cache=True),
        f"{address.repository}@{commit}",
        shown,
        explain,
        commit,
        block_bytes=0,
    )


def push_to_hub(bundle: Bundle, address: HubAddress, shown: str, page: Page) -> str:
    """Make a commit that holds a model, and the page of it; the repository is made if needed.

    What lies there and is no part of a model stays, and so does what people said of it at the
    top of its page.

    Returns:
        The commit.

    Raises:
        TransferError: the hub refuses it, or cannot be reached; or what lies there is no model of
            this program, or is open to everybody and should not be.
    """
    _be_quiet()
    api, repository, revision = HfApi(), address.repository, address.revision
    with reaching(shown, explain):
        there = _found(api, address, shown, page)
        if there is None:
            # Where nobody says, an organisation may have decided that what is new is private.
            api.create_repo(repository, private=page.private or None, exist_ok=True)
        if revision is not None:
            api.create_branch(repository, branch=revision, exist_ok=True)
            there = api.model_info(repository, revision=revision)
        names = set() if there is None else _names(there)
        said = None if there is None or there.card_data is None else there.card_data.to_dict()
        stale = (names & FILES) - {*bundle.files, INFO_FILE}
        made = api.create_commit(
            repository,
            _operations(bundle, page_of(bundle, page, said), stale),
            commit_message=f"{bundle.name}, by lstm-cli {bundle.info.versions['lstm-cli']}",
            revision=revision,
        )
    return made.oid


def explain(error: Exception) -> str:
    """What an error of the hub is."""
    if isinstance(error, RuntimeError) and isinstance(error.__cause__, Exception):
        return explain(error.__cause__)  # of a file that was sent in a thread of its own
    if isinstance(error, OfflineModeIsEnabled):
        return "HF_HUB_OFFLINE is set, so the hub is not asked; unset it"
    if isinstance(error, GatedRepoError):
        return "its owner lets in only whom they know; ask on its page"
    if isinstance(error, RevisionNotFoundError):
        return "it has no such revision"
    if isinstance(error, RepositoryNotFoundError):
        return "there is no such model on the hub, or it needs a token that may see it (HF_TOKEN)"
    if isinstance(error, HFValidationError):
        return "the hub allows no such name"
    if isinstance(error, HfHubHTTPError):
        return _of_status(error.response.status_code, _server_said(error))
    if isinstance(error, httpx2.LocalProtocolError | UnicodeEncodeError):
        # What these say quotes the header, and so the token.
        return "the token (HF_TOKEN) holds characters that no token has"
    if isinstance(error, httpx2.HTTPError | RuntimeError | OSError):
        return f"the hub cannot be reached ({first_line(error)}); check the network"
    return f"the hub answers what is not understood ({first_line(error)})"


def _of_status(status: int, said: str) -> str:
    """What an answer of the hub means that is none of the errors with a name."""
    if status == 401:
        return f"the hub does not know who asks; {_NO_TOKEN}"
    if status == 403:
        return f"the token may not write there ({said}); {_NO_TOKEN}"
    return f"the hub answers {status} ({said})"


def _server_said(error: HfHubHTTPError) -> str:
    said = error.server_message or error.response.reason_phrase or "without a word"
    return first_line(ValueError(said))


def _be_quiet() -> None:
    """What goes wrong is an error here, and how it goes is told by whoever called."""
    disable_progress_bars()
    logging.set_verbosity_error()


def _found(api: HfApi, address: HubAddress, shown: str, page: Page) -> ModelInfo | None:
    """What lies on the main branch; None where there is nothing yet."""
    try:
        there = api.model_info(address.repository)
    except RepositoryNotFoundError:
        return None
    others = sorted(_names(there) - FILES - {".gitattributes"})
    if others and INFO_FILE not in _names(there):
        raise TransferError(
            f"{shown}: is no model of this program, so it is not overwritten (it holds "
            f"{others[0]!a:.60}); choose another name"
        )
    if page.private and not there.private:
        raise TransferError(
            f"{shown}: is there already, and open to everybody; make it private on its page, or "
            "choose another name"
        )
    return there


def _names(there: ModelInfo) -> set[str]:
    return {file.rfilename for file in there.siblings or ()}


def _operations(
    bundle: Bundle, card: str, stale: Iterable[str]
) -> list[CommitOperationAdd | CommitOperationDelete]:
    """The files of a model as a commit takes them, ``card`` in place of its own."""
    contents: dict[str, Path | bytes] = {
        name: bundle.path / name for name in (*bundle.files, INFO_FILE)
    }
    contents[CARD_FILE] = card.encode()
    return [
        *(CommitOperationAdd(name, content) for name, content in contents.items()),
        *(CommitOperationDelete(name) for name in sorted(stale)),
    ]
