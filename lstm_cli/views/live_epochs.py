"""The epochs of a model as a page holds them: of each array all epochs in one, deflated together.

Of differences, an epoch has those to the epoch after it, which deflate a little better: 6.3 MB of
the sample from the base to 5.1, and as they are to 5.4. ``views/live/src/engine/epochs.ts`` adds
them up again.
"""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from lstm_cli.bundle.epochs import MATRICES, EpochTable, scale_of
from lstm_cli.bundle.reading import Bundle
from lstm_cli.bundle.weights import Stored

IN_PAGE = "epochs/"  # begins the names of what belongs to them


def described(table: EpochTable | None) -> dict[str, object] | None:
    """What ``packing.ts`` calls the description of epochs."""
    if table is None:
        return None
    numbers = [epoch.epoch for epoch in table.kept]
    return {
        "kept": [epoch._asdict() for epoch in table.kept],
        "model": numbers.index(table.model),
        "isWhole": table.stored_as == "float32",
    }


def arrays_of(bundle: Bundle) -> dict[str, Stored]:
    """The arrays of all epochs but the model's own, by their names in the page.

    Raises:
        BundleError: they cannot be used.
    """
    table, stored = bundle.info.epochs, bundle.stored_epochs
    if table is None:
        return {}
    others = [epoch.epoch for epoch in table.kept if epoch.epoch != table.model]
    found = {} if table.stored_as == "float32" else {f"{IN_PAGE}rows": stored["rows"]}
    for name in bundle.arrays if others else ():
        stacked: NDArray[Any] = np.stack([stored[f"{epoch}/{name}"] for epoch in others])
        is_whole = table.stored_as == "float32" or name not in MATRICES
        found[IN_PAGE + name] = stacked if is_whole else _to_the_next(stacked)
        if not is_whole:
            scales: NDArray[Any] = np.stack([scale_of(epoch, name, stored) for epoch in others])
            found[f"{IN_PAGE}scale/{name}"] = scales
    return found


def _to_the_next(stacked: NDArray[Any]) -> NDArray[Any]:
    """Differences from each epoch to the next, modulo what an integer holds. (K, rows, columns)

    >>> _to_the_next(np.array([[[-100, 3]], [[100, 2]]], dtype=np.int8))[0]
    array([[56,  1]], dtype=int8)
    """
    moved = stacked.copy()
    moved[:-1] -= stacked[1:]
    return moved
