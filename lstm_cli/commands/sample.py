"""``lstm sample``: writes the sample reviews to a file to look at and train on."""

from pathlib import Path
from typing import Annotated

import typer

from lstm_cli.commands.program import note
from lstm_cli.errors import OutputError


def sample(
    ctx: typer.Context,
    file: Annotated[
        Path, typer.Argument(metavar="FILE", help="The file to write; - is standard output.")
    ] = Path("film_reviews.csv"),
) -> None:
    """Write the 500 sample film reviews to a file.

    They ship with the package and were written for it: 100 for each rating from 1 to 5.
    """
    from lstm_cli.bundle.writing import saying_what_failed
    from lstm_cli.samples import sample_file

    content = sample_file().read_bytes()
    if str(file) == "-":
        typer.echo(content.decode("utf-8"), nl=False)
        return
    if file.exists():
        raise OutputError(f"{file}: exists already; choose another name")
    with saying_what_failed(file):
        file.write_bytes(content)
    note(ctx, f"wrote {file}; train on it with: lstm train {file}")
