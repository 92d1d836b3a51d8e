"""``lstm sample``: writes reviews that ship with lstm to a file, to look at and train on."""

from pathlib import Path
from typing import Annotated

import typer

from lstm_cli.commands.program import note
from lstm_cli.errors import OutputError

# A model whose numbers fit on a blackboard.
FOR_BLACKBOARD = "--embedding-size 2 --hidden-size 2 --pooling last --threads 1"


def sample(
    ctx: typer.Context,
    file: Annotated[
        Path | None,
        typer.Argument(
            metavar="FILE",
            help="The file to write; - is standard output. Default: film_reviews.csv, or "
            "blackboard.csv.",
            show_default=False,
        ),
    ] = None,
    blackboard: Annotated[
        bool,
        typer.Option(
            "--blackboard",
            help="Write 600 sentences of fourteen words instead, which a model of two hidden units "
            "can learn to rate.",
        ),
    ] = False,
) -> None:
    """Write the 500 sample film reviews to a file.

    They ship with the package and were written for it: 100 for each rating from 1 to 5.
    """
    from lstm_cli.bundle.writing import saying_what_failed
    from lstm_cli.samples import blackboard_file, sample_file

    source = blackboard_file() if blackboard else sample_file()
    content = source.read_bytes()
    file = file or Path(source.name)
    if str(file) == "-":
        typer.echo(content.decode("utf-8"), nl=False)
        return
    if file.suffix.lower() != ".csv":
        raise OutputError(f"{file}: the sample is CSV; name a file that ends in .csv")
    if file.exists():
        raise OutputError(f"{file}: exists already; choose another name")
    with saying_what_failed(file):
        file.write_bytes(content)
    small = f" {FOR_BLACKBOARD}" if blackboard else ""
    note(ctx, f"wrote {file}; train on it with: lstm train {file}{small}")
