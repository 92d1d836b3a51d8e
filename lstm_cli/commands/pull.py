"""``lstm pull``: a model from a hub, a folder or a store."""

from typing import Annotated

import typer

from lstm_cli.commands import options
from lstm_cli.commands.program import note, print_json
from lstm_cli.commands.push import Address


def pull(
    ctx: typer.Context,
    address: Address,
    name: Annotated[
        str | None,
        typer.Option(help="Name of the model here. Default: its name at the address."),
    ] = None,
    replace: options.Replace = False,
    models_dir: options.ModelsFolder = None,
    as_json: options.Json = False,
) -> None:
    """Copy a model from a hub, a folder or a store into the models folder.

    hf://models/OWNER/NAME@REVISION is a branch, a tag or a commit. Sizes are compared before a
    file is fetched, and every byte and number is verified before the model gets its name. A hub
    needs: pip install 'lstm-cli[hub]'.
    """
    from lstm_cli.bundle.locating import models_folder
    from lstm_cli.export.pulling import pull as pull_model

    pulled = pull_model(address, models_folder(models_dir), name, replace=replace)
    if as_json:
        print_json(pulled.to_json())
    commit = f"commit {pulled.commit[:10]}, " if pulled.commit else ""
    model = pulled.model if models_dir is None else pulled.path
    note(
        ctx,
        f"pulled {pulled.address} ({commit}{pulled.bytes:,} bytes) to {pulled.path}; use it with "
        f"--model {model}",
    )
    if pulled.is_card_new:
        note(ctx, "its page there has been edited, so its model card is written anew from its data")
