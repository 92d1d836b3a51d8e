"""The options several commands share, each described once."""

import re
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from lstm_cli.config import Precision
from lstm_cli.errors import OptionError

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
Seed = Annotated[
    int, typer.Option(min=0, max=2**32 - 1, help="The same seed gives the same model.")
]
Threads = Annotated[
    int | None, typer.Option(min=1, max=1024, help="Processor threads; all cores otherwise.")
]


class CellChoice(StrEnum):
    """Which cell reads the reviews."""

    lstm = "lstm"
    rnn = "rnn"


class PrecisionChoice(StrEnum):
    """What the products of the network are computed in."""

    auto = "auto"
    float32 = "float32"
    bfloat16 = "bfloat16"


PrecisionOption = Annotated[
    PrecisionChoice, typer.Option(help="auto: bfloat16 where the processor computes in it.")
]


def chosen_precision(choice: PrecisionChoice, best: Precision) -> Precision:
    """What a choice means on a machine whose best is known."""
    if choice is PrecisionChoice.auto:
        return best
    return "float32" if choice is PrecisionChoice.float32 else "bfloat16"


Texts = Annotated[
    list[str] | None,
    typer.Argument(
        metavar="TEXT",
        help="A review. Without any, reviews are read from standard input, one a line.",
        show_default=False,
    ),
]


def seconds_of(budget: str) -> float:
    """How long a person means.

    >>> seconds_of("90s"), seconds_of("5m"), seconds_of("1.5h")
    (90.0, 300.0, 5400.0)
    """
    said = re.fullmatch(r"([0-9]+(?:\.[0-9]+)?) ?(s|m|min|h)?", budget.strip())
    if said is None or not float(said[1]):
        raise OptionError(f"--budget {budget}: a time is written as 90s, 5m or 1h")
    return float(said[1]) * {"s": 1, "m": 60, "min": 60, "h": 3_600}[said[2] or "s"]


def share_or_file(validation: str) -> float | str:
    """What ``--validation`` means: a share of the reviews, or a file of others."""
    try:
        share = float(validation)
    except ValueError:
        return validation
    if not 0 < share < 1:
        raise OptionError(f"--validation {validation}: a share lies between 0 and 1, as 0.1")
    return share
