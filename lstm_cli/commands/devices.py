"""``--device`` of commands that rate many texts."""

from collections.abc import Callable
from functools import cache
from typing import TYPE_CHECKING

import typer

from lstm_cli.commands.program import note
from lstm_cli.config import AUTO_DEVICE

if TYPE_CHECKING:
    from lstm_cli.bundle.reading import Bundle
    from lstm_cli.core.compute import Compute
    from lstm_cli.inference.scorer import Scorer


def note_device(ctx: typer.Context, compute: "Compute") -> None:
    """Say on standard error which GPU computes, if one does."""
    from lstm_cli.views.computing import line_about_device

    line = line_about_device(compute)
    if line is not None:
        note(ctx, line)


def scorers_on(
    ctx: typer.Context, device: str, make: "Callable[[str], Compute]"
) -> "Callable[[Bundle], Scorer]":
    """What makes scorers that compute on a device; standard error hears of a GPU, once.

    Whatever the machine chooses is looked for where there is much to read. What a person names is
    looked for now, so that nobody waits for what is not there, and a GPU then reads the first
    text as well.

    Args:
        ctx: of the command.
        device: as ``--device`` names it.
        make: of ``inference/scorer.py``, which decides the precision.

    Raises:
        RequestError: there is no such device.
    """
    from lstm_cli.inference.scorer import Scorer

    @cache
    def compute() -> "Compute":
        made = make(device)
        note_device(ctx, made)
        return made

    at_once = device != AUTO_DEVICE and not compute().is_cpu
    return lambda bundle: Scorer(bundle, compute, at_once=at_once)
