"""A model that is replaced in its folder is served from then on, without a gap.

The new one is read and verified beside the old, which answers meanwhile. What is being rated is
rated by the model it was cut into tokens for.
"""

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from lstm_cli.bundle.contents import INFO_FILE
from lstm_cli.bundle.reading import Bundle, open_bundle
from lstm_cli.errors import BundleError, NoModelError
from lstm_cli.server.served import ServedModel


class Holder:
    """The model that is served now."""

    def __init__(self, model: ServedModel) -> None:
        self.model = model


def load_other(path: Path, than: ServedModel) -> ServedModel | None:
    """The model of a folder; None if it is the one that is there already.

    Raises:
        BundleError: it cannot be used, or rates nothing.
    """
    bundle = open_bundle(path)
    return None if bundle == than.bundle else load(bundle)


def load(bundle: Bundle) -> ServedModel:
    """Read a model whole.

    Raises:
        BundleError: it cannot be used, or rates nothing.
    """
    if bundle.info.is_language_model:
        raise NoModelError(f"{bundle.path}: is a language model, which rates nothing yet")
    return ServedModel(bundle)


class Watcher:
    """Looks for a new model in the folder of the old one.

    Args:
        path: the folder.
        holder: whose model is replaced.
        say: is told what was done.
        complain: is told what could not be done.
    """

    def __init__(
        self,
        path: Path,
        holder: Holder,
        say: Callable[[str], None],
        complain: Callable[[str], None],
    ) -> None:
        self._path, self._holder = path, holder
        self._say, self._complain = say, complain
        # Nothing was seen yet: it may have been replaced since it was read.
        self._seen: tuple[int, int, int] | None = None
        self._loader = ThreadPoolExecutor(1, thread_name_prefix="loading")

    async def run(self, seconds: float) -> None:
        """Look again and again until it is cancelled."""
        try:
            while True:
                await asyncio.sleep(seconds)
                await self.look()
        finally:
            self._loader.shutdown(wait=False, cancel_futures=True)

    async def look(self) -> None:
        """Look once; a model that cannot be used is refused, once, and the old one goes on."""
        state = self._state()
        if state in (None, self._seen):  # None: the folder is being replaced just now
            return
        self._seen = state
        loop = asyncio.get_running_loop()
        try:
            model = await loop.run_in_executor(
                self._loader, load_other, self._path, self._holder.model
            )
        except (BundleError, OSError, MemoryError) as error:
            self._complain(f"the new model is not used, the old one goes on: {error}")
            return
        if model is None:
            return
        self._holder.model = model
        self._say(f"model {model.name} was replaced; the new one answers now")

    def _state(self) -> tuple[int, int, int] | None:
        """What changes when another ``bundle.json`` takes the place of this one."""
        try:
            found = (self._path / INFO_FILE).stat()
        except OSError:
            return None
        return found.st_ino, found.st_mtime_ns, found.st_size
