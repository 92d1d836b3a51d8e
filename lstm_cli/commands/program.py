"""The program around the commands: global options, and mistakes answered in one line."""

import os
import sys
import traceback
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import typer
from typer.core import TyperGroup

from lstm_cli.errors import LstmError

EXIT_BAD_INPUT = 2
EXIT_INTERRUPTED = 130


@dataclass(frozen=True)
class Voice:
    """How much is said on standard error."""

    quiet: bool = False
    verbose: bool = False


class Program(TyperGroup):
    """Runs a command and turns what can go wrong into an exit code and one line."""

    def invoke(self, ctx: typer.Context) -> Any:  # type: ignore[override]
        """Run the command that was asked for."""
        try:
            return super().invoke(ctx)
        except LstmError as error:
            if voice(ctx).verbose:
                traceback.print_exc()
            complain(str(error))
            raise typer.Exit(EXIT_BAD_INPUT) from None
        except KeyboardInterrupt:
            complain("stopped")
            raise typer.Exit(EXIT_INTERRUPTED) from None
        except BrokenPipeError:
            # The reader has left; so that the interpreter does not complain at its end
            # that it cannot flush, standard output goes nowhere from here on.
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
            raise typer.Exit from None


def complain(message: str) -> None:
    """One line on standard error, whatever the message holds."""
    typer.echo(f"lstm: {' '.join(message.split())}", err=True)


def voice(ctx: typer.Context) -> Voice:
    """What ``--quiet`` and ``--verbose`` asked for."""
    return ctx.obj if isinstance(ctx.obj, Voice) else Voice()


def note(ctx: typer.Context, message: str) -> None:
    """Say something on standard error, unless told to be quiet."""
    if not voice(ctx).quiet:
        from lstm_cli.views.console import notes_console, say

        say(notes_console(), message)


def run(app: Callable[[], Any]) -> None:
    """Run the program as a process."""
    for stream in (sys.stdout, sys.stderr):
        # A terminal that cannot show a character gets its code instead of a traceback.
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="backslashreplace")
    app()
