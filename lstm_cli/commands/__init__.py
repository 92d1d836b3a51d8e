"""The commands of ``lstm``: options in, the core called, a view out.

A command is imported when it is asked for. Nothing heavy is imported even then: torch, nltk,
polars and numpy come inside its function.
"""

import threading
from typing import Annotated

import typer

from lstm_cli.commands.processes import check_process, take_part
from lstm_cli.commands.program import Program, Verbosity, run, without_traceback
from lstm_cli.core.launch import Launch

app = typer.Typer(
    cls=Program,
    name="lstm",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    context_settings={"help_option_names": ["-h", "--help"]},
)


def _show_version(asked: bool) -> None:
    if asked:
        from importlib.metadata import version

        typer.echo(f"lstm-cli {version('lstm-cli')}")
        raise typer.Exit


@app.callback()
def lstm(
    ctx: typer.Context,
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="Print results only.")] = False,
    verbose: Annotated[
        bool, typer.Option("--verbose", "-v", help="Show a traceback when something fails.")
    ] = False,
    version: Annotated[
        bool,
        typer.Option(
            "--version", callback=_show_version, is_eager=True, help="Show the version and exit."
        ),
    ] = False,
) -> None:
    """Learn ratings from reviews with an LSTM, predict them, and read its gates."""
    ctx.obj = Verbosity(quiet=quiet, verbose=verbose)
    check_process(ctx.invoked_subcommand)


def main() -> None:
    """Run ``lstm`` in a terminal, or as one of several processes that torchrun has started."""
    threading.excepthook = without_traceback
    run(app if Launch.of_environment().is_first else take_part)
