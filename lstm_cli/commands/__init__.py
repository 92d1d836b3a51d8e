"""The commands of ``lstm``: options in, the core called, a view out.

Nothing heavy is imported here: torch, nltk, polars and numpy come with the
command that needs them, inside its function.
"""

from typing import Annotated

import typer

from lstm_cli.commands.compare import compare
from lstm_cli.commands.doctor import doctor
from lstm_cli.commands.evaluate import evaluate
from lstm_cli.commands.exam import exam
from lstm_cli.commands.explain import explain
from lstm_cli.commands.inspect_gates import inspect_gates
from lstm_cli.commands.memory_test import memory_test
from lstm_cli.commands.models import models
from lstm_cli.commands.predict import predict
from lstm_cli.commands.pretrain import pretrain
from lstm_cli.commands.program import Program, Verbosity, run
from lstm_cli.commands.sample import sample
from lstm_cli.commands.train import train

app = typer.Typer(
    cls=Program,
    name="lstm",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    context_settings={"help_option_names": ["-h", "--help"]},
)
app.command()(train)
app.command()(doctor)
app.command()(predict)
app.command("inspect-gates")(inspect_gates)
app.command()(explain)
app.command("memory-test")(memory_test)
app.command()(evaluate)
app.command()(compare)
app.command()(exam)
app.command()(pretrain)
app.add_typer(models, name="models")
app.command()(sample)


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


def main() -> None:
    """Run ``lstm`` in a terminal."""
    run(app)
