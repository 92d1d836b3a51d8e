"""``lstm models``: list, show and remove the saved models."""

import json
import shutil
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from lstm_cli.commands import options
from lstm_cli.commands.program import note, print_json
from lstm_cli.errors import OptionError

models = typer.Typer(invoke_without_command=True, add_completion=False, rich_markup_mode=None)
Name = Annotated[str, typer.Argument(metavar="NAME", help="Name or path of the model.")]


@models.callback()
def list_models(
    ctx: typer.Context,
    models_dir: options.ModelsFolder = None,
    as_json: options.Json = False,
) -> None:
    """List the saved models, show one, or remove one."""
    if ctx.invoked_subcommand is not None:
        ctx.meta["models_dir"] = models_dir
        return
    from lstm_cli.bundle.locating import models_folder, summaries
    from lstm_cli.views.console import results_console
    from lstm_cli.views.models import show_models

    folder = models_folder(models_dir)
    saved = summaries(folder)
    if as_json:
        for summary in saved:
            print_json(asdict(summary))
        return
    show_models(results_console(), saved, str(folder))
    for summary in saved:
        if summary.problem is not None:
            note(ctx, summary.problem)


@models.command()
def show(
    ctx: typer.Context,
    name: Name,
    models_dir: options.ModelsFolder = None,
    as_json: options.Json = False,
) -> None:
    """Show a model's settings, training data and scores."""
    from lstm_cli.bundle.contents import CARD_FILE, INFO_FILE
    from lstm_cli.bundle.locating import find_model

    bundle = find_model(name, models_dir or ctx.meta.get("models_dir"), must_rate=False).bundle
    if as_json:
        described = json.loads((bundle.path / INFO_FILE).read_text(encoding="utf-8"))
        print_json(described | {"path": str(bundle.path)})
        return
    from lstm_cli.views.console import results_console, say, visible

    console = results_console()
    for line in bundle.text(CARD_FILE).splitlines():
        say(console, visible(line))
    say(console, f"In {bundle.path}")


@models.command()
def remove(
    ctx: typer.Context,
    name: Name,
    models_dir: options.ModelsFolder = None,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Do not ask for confirmation.")] = False,
) -> None:
    """Remove a model."""
    from lstm_cli.bundle.claiming import claimed, forget_training
    from lstm_cli.bundle.locating import base_path, find_folder
    from lstm_cli.bundle.writing import check_own, saying_what_failed

    path: Path = find_folder(name, models_dir or ctx.meta.get("models_dir"))
    base = base_path()
    if base is not None and path.resolve() == base.resolve():
        raise OptionError(f"{name}: that is the base, which ships with lstm and is not removed")
    if not (yes or typer.confirm(f"Remove {path}?", err=True)):
        note(ctx, f"{path} was not removed")
        return
    check_own(path)
    with saying_what_failed(path), claimed(path):
        shutil.rmtree(path)
        forget_training(path)
    note(ctx, f"removed {path}")
