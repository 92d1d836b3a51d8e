"""Which GPU computes, in a line."""

from typing import TYPE_CHECKING

from rich.console import Console

from lstm_cli.views.console import say

if TYPE_CHECKING:
    from lstm_cli.core.compute import Compute


def line_about_device(compute: "Compute") -> str | None:
    """What computes, and why; None where the processor does."""
    if compute.is_cpu:
        return None
    if compute.was_found:
        why = "the GPU of this machine; --device cpu leaves it alone"
    else:
        why = "as --device has it"
    return f"computing on {compute.device}, {compute.device_name}: {why}"


def say_where(console: Console, compute: "Compute") -> None:
    """Say on which GPU is computed; of the processor nothing is said."""
    line = line_about_device(compute)
    if line is not None:
        say(console, line)
