"""``lstm push``: a saved model to a hub, a folder or a store."""

from typing import Annotated

import typer

from lstm_cli.commands import options
from lstm_cli.commands.program import note, print_json

Address = Annotated[
    str,
    typer.Argument(
        metavar="ADDRESS",
        help="hf://models/OWNER/NAME, a folder, or a folder in a store: s3://bucket/hotels.",
        show_default=False,
    ),
]


def push(
    ctx: typer.Context,
    model: Annotated[
        str, typer.Argument(metavar="MODEL", help="Name or path of the model.", show_default=False)
    ],
    address: Address,
    replace: Annotated[
        bool,
        typer.Option(
            "--replace",
            help="Replace a model at the address. On a hub a push is a commit, which replaces "
            "nothing for good.",
        ),
    ] = False,
    private: Annotated[
        bool, typer.Option("--private", help="On a hub: let nobody else see the new repository.")
    ] = False,
    license: Annotated[
        str | None,
        typer.Option(
            metavar="ID",
            help="On a hub: the license for the page, such as mit or cc-by-4.0. Default: none "
            "is stated.",
            show_default=False,
        ),
    ] = None,
    language: Annotated[
        list[str] | None,
        typer.Option(
            metavar="CODE",
            help="On a hub: a language of the reviews for the page, such as en; give it several "
            "times for several. Default: none is stated.",
            show_default=False,
        ),
    ] = None,
    models_dir: options.ModelsFolder = None,
    as_json: options.Json = False,
) -> None:
    """Copy a model to a hub, a folder or a store.

    The model is verified first. On a hub, its model card becomes the page of the repository,
    which is made if needed; hf://models/OWNER/NAME@BRANCH pushes to a branch. The token is
    that of HF_TOKEN or of hf auth login. A hub needs: pip install 'lstm-cli[hub]'. s3:// and
    other stores need the package that fsspec names for them.
    """
    from lstm_cli.bundle.locating import find_model
    from lstm_cli.export.page import Page
    from lstm_cli.export.pushing import push as push_model

    bundle = find_model(model, options.folder_there(models_dir), must_rate=False).bundle
    page = Page(license=license, languages=tuple(language or ()), private=private)
    pushed = push_model(bundle, address, replace=replace, page=page)
    if as_json:
        print_json(pushed.to_json())
    commit = f", commit {pushed.commit[:10]}" if pushed.commit else ""
    note(ctx, f"pushed {pushed.model} ({pushed.bytes:,} bytes) to {pushed.address}{commit}")
