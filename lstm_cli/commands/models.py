"""``lstm models``: list, show and remove the saved models, and go back to an older version."""

import json
import shutil
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from lstm_cli.commands import options
from lstm_cli.commands.program import note, print_json
from lstm_cli.errors import OptionError, Remedy

models = typer.Typer(invoke_without_command=True, add_completion=False, rich_markup_mode=None)
Name = Annotated[str, typer.Argument(metavar="NAME", help="Name or path of the model.")]


@models.callback()
def list_models(
    ctx: typer.Context,
    models_dir: options.ModelsFolder = None,
    as_json: options.Json = False,
) -> None:
    """List the saved models, show or remove one, or go back to an older version of one."""
    if ctx.invoked_subcommand is not None:
        ctx.meta["models_dir"] = models_dir
        return
    from lstm_cli.bundle.locating import models_folder, summaries
    from lstm_cli.views.console import results_console
    from lstm_cli.views.models import show_models

    folder = models_folder(options.folder_there(models_dir))
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

    folder = options.folder_there(models_dir or ctx.meta.get("models_dir"))
    bundle = find_model(name, folder, must_rate=False).bundle
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
    """Remove a model, and all its versions."""
    from lstm_cli.bundle.claiming import claimed, forget_training
    from lstm_cli.bundle.locating import base_path, find_folder
    from lstm_cli.bundle.versions import remove_versions, versions_of
    from lstm_cli.bundle.writing import check_own, saying_what_failed
    from lstm_cli.data.showing import count

    path: Path = find_folder(name, models_dir or ctx.meta.get("models_dir"))
    base = base_path()
    if base is not None and path.resolve() == base.resolve():
        raise OptionError(f"{name}: that is the base, which ships with lstm and is not removed")
    number = len(versions_of(path)) - 1
    what = f"{path}" + (f" and {count(number, 'other version')} of it" if number else "")
    if not (yes or typer.confirm(f"Remove {what}?", err=True)):
        note(ctx, f"{path} was not removed")
        return
    check_own(path)
    with saying_what_failed(path), claimed(path, Remedy.WAIT):
        remove_versions(path)
        shutil.rmtree(path)
        forget_training(path)
    note(ctx, f"removed {what}")


@models.command()
def history(
    ctx: typer.Context,
    name: Name,
    models_dir: options.ModelsFolder = None,
    as_json: options.Json = False,
) -> None:
    """List the versions of a model, the oldest first.

    lstm update makes one and keeps the one before. Each accuracy is that on the version's own
    held-out reviews.
    """
    from lstm_cli.bundle.locating import find_versioned, models_folder
    from lstm_cli.bundle.versions import summary_of, versions_of
    from lstm_cli.views.console import results_console
    from lstm_cli.views.models import show_history

    path = find_versioned(name, models_folder(models_dir or ctx.meta.get("models_dir")))
    found = [summary_of(version) for version in versions_of(path)]
    if as_json:
        for summary in found:
            print_json(asdict(summary))
        return
    show_history(results_console(), found)
    for summary in found:
        if summary.problem is not None:
            note(ctx, summary.problem)


@models.command()
def restore(
    ctx: typer.Context,
    name: Name,
    version: Annotated[
        int | None,
        typer.Argument(
            metavar="VERSION",
            min=1,
            help="Its number in lstm models history. Default: the newest that is older than the "
            "one in use; if none is older, the newest of all.",
            show_default=False,
        ),
    ] = None,
    models_dir: options.ModelsFolder = None,
) -> None:
    """Put another version of a model into use; the one in use now is kept as a version.

    Without VERSION it goes one back: where version 3 is in use, to version 2. It says to which.
    """
    from lstm_cli.bundle.claiming import claimed
    from lstm_cli.bundle.locating import find_versioned, models_folder
    from lstm_cli.bundle.versions import put_back

    path = find_versioned(name, models_folder(models_dir or ctx.meta.get("models_dir")))
    with claimed(path, Remedy.WAIT):
        chosen, before = put_back(path, version)
    said = f"{path.name} is version {chosen.number} now"
    if chosen.bundle is not None:
        info = chosen.bundle.info
        files = ", ".join(info.provenance.last_files)
        said += f", made {info.created[:10]}, which learned last from {files}"
    if before is not None and before.number is not None:
        said += f"; version {before.number} is kept"
    note(ctx, said)
