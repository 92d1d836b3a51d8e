"""The options several commands share, each described once."""

from pathlib import Path
from typing import Annotated

import typer

TextColumn = Annotated[
    str | None,
    typer.Option(help="The column that holds the text; found by itself otherwise."),
]
RatingColumn = Annotated[
    str | None,
    typer.Option(help="The column that holds the rating; found by itself otherwise."),
]
Model = Annotated[
    str | None,
    typer.Option(
        help="A model's name or path. Otherwise $LSTM_MODEL, otherwise the one trained last."
    ),
]
ModelsFolder = Annotated[
    Path | None,
    typer.Option(
        "--models-dir", help="Where models lie: $LSTM_MODELS_DIR, or ./models by default."
    ),
]
Json = Annotated[
    bool, typer.Option("--json", help="Print JSON, one object a line, instead of text for people.")
]
Texts = Annotated[
    list[str] | None,
    typer.Argument(
        metavar="TEXT",
        help="A review. Without any, reviews are read from standard input, one a line.",
        show_default=False,
    ),
]
