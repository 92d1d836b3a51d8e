"""Learn ratings from reviews with an LSTM, predict them, and read its gates.

>>> from lstm_cli import load
>>> load("models/reviews").predict("great movie").rating  # doctest: +SKIP
'5'
"""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from lstm_cli.model import Model, load

__all__ = ["Model", "load"]


def __getattr__(name: str) -> Any:
    """The interface, when it is asked for: numpy is not loaded for ``lstm --help``."""
    if name in __all__:
        from lstm_cli import model

        return getattr(model, name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
