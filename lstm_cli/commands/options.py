"""Options that several commands share."""

import re
from collections.abc import Collection, Iterable
from dataclasses import fields
from enum import StrEnum
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from lstm_cli.commands.program import note
from lstm_cli.config import AUTO_DEVICE, ModelConfig, Pooling, Precision
from lstm_cli.errors import OptionError

if TYPE_CHECKING:
    from lstm_cli.bundle.reading import Bundle
    from lstm_cli.data.options import ReadOptions
    from lstm_cli.data.shards import Shard

Encoding = Annotated[
    str | None,
    typer.Option(
        metavar="NAME",
        help="The encoding of a text file, such as cp1250, gbk or shift_jis. Default: detected "
        "automatically.",
    ),
]
Sheet = Annotated[
    str | None,
    typer.Option(
        metavar="NAME",
        help="Which table to read, where a file holds several: the sheet of a workbook, the file "
        "in an archive, the table of a database, the list in JSON.",
    ),
]
Query = Annotated[
    str | None,
    typer.Option(metavar="SQL", help="For a database: the select that makes the table to read."),
]
TextColumn = Annotated[
    list[str] | None,
    typer.Option(
        help="The column that holds the text; give it several times to join columns into one "
        "text. Default: detected automatically.",
        show_default=False,
    ),
]
RatingColumn = Annotated[
    str | None,
    typer.Option(help="The column that holds the rating. Default: detected automatically."),
]
Scale = Annotated[
    str | None,
    typer.Option(
        metavar="LABELS",
        help="The ratings in words, lowest first, such as bad,ok,good. Words in common use are put "
        "in order automatically.",
        show_default=False,
    ),
]
Bins = Annotated[
    str | None,
    typer.Option(
        metavar="N|EDGES",
        help="Cut ratings that are numbers into N bins of equal width, or at the given edges, such "
        "as 0,20,40,60,80,100. Each bin includes its lower edge.",
        show_default=False,
    ),
]
WithSeen = Annotated[
    bool,
    typer.Option(
        "--with-seen",
        help="Measure also on reviews that a model, or a base of it, has seen in training; the "
        "scores then flatter it.",
    ),
]
Model = Annotated[
    str | None,
    typer.Option(
        help="Name or path of the model; reviews@2 is version 2 of reviews. Default: $LSTM_MODEL, "
        "or else the one trained last."
    ),
]
ModelsFolder = Annotated[
    Path | None,
    typer.Option(
        "--models-dir", help="Folder of the models. Default: $LSTM_MODELS_DIR, or else ./models."
    ),
]
Json = Annotated[
    bool, typer.Option("--json", help="Print JSON instead of text, one object per line.")
]
Brief = Annotated[
    bool, typer.Option("--brief", help="Leave out what the columns of the tables mean.")
]
Seed = Annotated[
    int, typer.Option(min=0, max=2**32 - 1, help="Random seed: the same seed gives the same model.")
]
Threads = Annotated[
    int | None,
    typer.Option(min=1, max=1024, help="Number of processor threads. Default: one per core."),
]


def device_name(asked: str | None) -> str | None:
    """What ``--device`` names; typer calls it, so that nobody waits for what is not there.

    Raises:
        RequestError: no device is called so, or this machine has none.
    """
    if asked not in (None, AUTO_DEVICE):
        from lstm_cli.core.compute import chosen_device

        chosen_device(asked)
    return asked


Device = Annotated[
    str,
    typer.Option(
        metavar="DEVICE",
        callback=device_name,
        help="Where the network computes: cpu, cuda, cuda:1 or mps. auto: on a CUDA GPU if there "
        "is one, else on the processor.",
    ),
]


class CellChoice(StrEnum):
    """Which cell reads the reviews."""

    lstm = "lstm"
    rnn = "rnn"


Cell = Annotated[
    CellChoice,
    typer.Option(help="The kind of network: an LSTM, or a plain RNN to compare it with."),
]


class PoolingChoice(StrEnum):
    """What the readout sees of the short-term memories."""

    all = "all"
    last = "last"
    mean = "mean"
    maximum = "maximum"

    @property
    def views(self) -> tuple[Pooling, ...]:
        """The views in their order."""
        every: tuple[Pooling, ...] = ModelConfig.pooling
        return every if self is PoolingChoice.all else tuple(v for v in every if v == self.value)


PoolingOption = Annotated[
    PoolingChoice | None,
    typer.Option(
        help="What the rating is read off: the last short-term memory (as in textbooks: what the "
        "end does not hold is lost), the mean, the maximum of each unit, or all three. Default: "
        "as the base, or all.",
        show_default=False,
    ),
]


class PrecisionChoice(StrEnum):
    """The number format in which the network multiplies."""

    auto = "auto"
    float32 = "float32"
    bfloat16 = "bfloat16"

    @property
    def asked(self) -> Precision | None:
        """The precision a person decided; None leaves it to the machine."""
        if self is PrecisionChoice.auto:
            return None
        return "float32" if self is PrecisionChoice.float32 else "bfloat16"


PrecisionOption = Annotated[
    PrecisionChoice,
    typer.Option(help="auto: bfloat16 if the processor or GPU supports it, else float32."),
]


Reviews = Annotated[
    list[str] | None,
    typer.Argument(
        metavar="REVIEWS...",
        help="Files, folders, patterns such as 'reviews/*.parquet', or URLs of reviews: CSV, "
        "Excel, JSON, Parquet, databases and more; - is standard input.",
        show_default=False,
    ),
]
NewName = Annotated[
    str | None, typer.Option(help="Name of the new model. Default: the name of the file.")
]
Replace = Annotated[
    bool,
    typer.Option("--replace", help="Replace an existing model of that name, or of the file's."),
]
Resume = Annotated[
    bool, typer.Option("--resume", help="Continue where the same command was stopped.")
]
Texts = Annotated[
    list[str] | None,
    typer.Argument(
        metavar="TEXT...",
        help="One or more reviews. Without TEXT, reviews are read from standard input, one per "
        "line.",
        show_default=False,
    ),
]


def seconds_of(span: str, option: str) -> float:
    """The seconds in a time such as ``5m``, which an option was given.

    >>> [seconds_of(span, "budget") for span in ("90s", "5m", "1.5h")]
    [90.0, 300.0, 5400.0]
    """
    match = re.fullmatch(r"([0-9]+(?:\.[0-9]+)?) ?(s|m|min|h)?", span.strip())
    if match is None or not float(match[1]):
        raise OptionError(f"--{option} {span}: write a time as 90s, 5m or 1h")
    return float(match[1]) * {"s": 1, "m": 60, "min": 60, "h": 3_600}[match[2] or "s"]


def share_or_file(validation: str) -> float | str:
    """What ``--validation`` gives: a share to hold out, or a file of held-out reviews."""
    try:
        share = float(validation)
    except ValueError:
        return validation
    if not 0 < share < 1:
        raise OptionError(f"--validation {validation}: a share lies between 0 and 1, such as 0.1")
    return share


def labels_in(scale: str) -> tuple[str, ...]:
    """The ratings in an order such as ``--scale`` gives, the lowest first.

    >>> labels_in("bad, ok, good"), labels_in("well, no < well, yes")
    (('bad', 'ok', 'good'), ('well, no', 'well, yes'))
    """
    labels = tuple(label.strip() for label in scale.split("<" if "<" in scale else ","))
    if len(labels) < 2 or not all(labels):
        raise OptionError(
            f"--scale {scale}: write two ratings or more, the lowest first, such as bad,ok,good"
        )
    return labels


def bins_of(bins: str) -> int | tuple[float, ...]:
    """The number of bins, or their edges.

    >>> bins_of("5"), bins_of("0,20,40")
    (5, (0.0, 20.0, 40.0))
    """
    from lstm_cli.data.ratings.scale import MOST_RATINGS

    try:
        edges = tuple(float(edge) for edge in bins.split(","))
    except ValueError:
        edges = ()
    if len(edges) == 1 and edges[0].is_integer() and 2 <= edges[0] <= MOST_RATINGS:
        return int(edges[0])
    is_ascending = all(low < high for low, high in pairwise(edges))
    if not 3 <= len(edges) <= MOST_RATINGS + 1 or not is_ascending:
        raise OptionError(
            f"--bins {bins}: write how many (2 to {MOST_RATINGS}), or their edges, the lowest "
            "first, such as 0,20,40,60,80,100"
        )
    return edges


def shard_in(written: str) -> "Shard":
    """The part that ``--shard`` names.

    Raises:
        OptionError: it names none.
    """
    from lstm_cli.data.shards import Shard

    found = Shard.parse(written)
    if found is None:
        raise OptionError(
            f"--shard {written}: write which part, and of how many, such as 3/16; the first is "
            "1/16, and the last 16/16"
        )
    return found


def page_file(file: str | None) -> str | None:
    """The name of a page; typer calls it for each option or argument that has it as a callback.

    Raises:
        OptionError: it ends as another kind of file.
    """
    if file is not None and not file.lower().endswith((".html", ".htm")):
        raise OptionError(f"{file}: a page is HTML; name a file that ends in .html")
    return file


def picture_option(ending: str, what: str) -> Any:
    """``--png FILE`` and the like; the name must end in ``ending``."""

    def checked(file: str | None) -> str | None:
        if file is not None and not file.lower().endswith(f".{ending}"):
            raise OptionError(f"{file}: this picture is {ending.upper()}; name a file that ends in "
                              f".{ending}")  # fmt: skip
        return file

    return typer.Option(metavar="FILE", callback=checked, help=what, show_default=False)


def html_option(what: str) -> Any:
    """``--html FILE``; ``what`` is its help."""
    return typer.Option(metavar="FILE", callback=page_file, help=what, show_default=False)


def folder_there(models_dir: Path | None) -> Path | None:
    """The folder of ``--models-dir``; refused if it is not there, where the base would answer."""
    if models_dir is not None and not models_dir.is_dir():
        raise OptionError(f"--models-dir {models_dir}: no such folder")
    return models_dir


def chosen_bundle(ctx: typer.Context, model: str | None, models_dir: Path | None) -> "Bundle":
    """The model that ``--model`` stands for; standard error names it and says why it was chosen."""
    from lstm_cli.bundle.locating import find_model

    chosen = find_model(model, folder_there(models_dir))
    note(ctx, f"model {chosen.bundle.name} ({chosen.why})")
    return chosen.bundle


def read_options(ctx: typer.Context, bundle: "Bundle | None" = None) -> "ReadOptions":
    """How files are to be read, as the options of a command say.

    Args:
        ctx: of the command.
        bundle: the model that reads them; what it learned from is looked for.
    """
    from lstm_cli.data.options import ReadOptions

    given = ctx.params
    if given.get("scale") is not None and given.get("bins") is not None:
        raise OptionError("give either --scale, for words, or --bins, for numbers")
    return ReadOptions(
        encoding=given["encoding"],
        sheet=given["sheet"],
        query=given["query"],
        text_columns=tuple(given["text_column"] or ()),
        rating_column=given.get("rating_column"),
        labels=() if given.get("scale") is None else labels_in(given["scale"]),
        bins=None if given.get("bins") is None else bins_of(given["bins"]),
        learned=() if bundle is None else bundle.learned_columns,
    )


def is_given(ctx: typer.Context, option: str) -> bool:
    """Whether a person wrote an option down."""
    source = ctx.get_parameter_source(option)
    return source is not None and source.name == "COMMANDLINE"


def check_not_given(ctx: typer.Context, names: Iterable[str], other: str) -> None:
    """Refuse options that do not go with another.

    Args:
        ctx: of the command.
        names: of the options, as the command's parameters.
        other: the other option, and why.

    Raises:
        OptionError: one of them is given.
    """
    for name in names:
        if is_given(ctx, name):
            raise OptionError(f"--{name.replace('_', '-')} does not go with {other}")


def named_as_fields(ctx: typer.Context, request: type, but: Collection[str] = ()) -> dict[str, Any]:
    """The options that are called as fields of a request, by their names.

    Args:
        ctx: of the command.
        request: a dataclass.
        but: fields that hold an option in another form.
    """
    names = {field.name for field in fields(request)} - set(but)
    return {name: value for name, value in ctx.params.items() if name in names}
