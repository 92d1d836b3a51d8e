"""``lstm predict``: the ratings of one review, of several, or of a file."""

from enum import StrEnum
from typing import TYPE_CHECKING, Annotated, Any

import typer

from lstm_cli.commands import options
from lstm_cli.commands.program import note, print_json
from lstm_cli.commands.texts import texts_given
from lstm_cli.config import AUTO_DEVICE
from lstm_cli.errors import OptionError

if TYPE_CHECKING:
    from lstm_cli.bundle.reading import Bundle

ABOUT_BASE = (
    "it learned from English reviews of films and of 39 other things; a few hundred rated ones of "
    "your own make it better: lstm train REVIEWS.csv"
)


class Engine(StrEnum):
    """Who rates the rows of a file."""

    local = "local"
    ray = "ray"


def predict(
    ctx: typer.Context,
    texts: options.Texts = None,
    input_file: Annotated[
        str | None,
        typer.Option(
            "--input",
            metavar="FILE",
            help="Predict a rating for every row of a file, of all files of a folder or a pattern "
            "such as 'reviews/*.parquet', or of a URL: CSV, Excel, JSON, Parquet, a database and "
            "more; - is standard input.",
        ),
    ] = None,
    output: Annotated[
        str | None,
        typer.Option(
            metavar="FILE",
            help="Write the rows of --input to this file, with predicted_rating, "
            "expected_rating, confidence and warning added; - is standard output.",
        ),
    ] = None,
    replace: Annotated[
        bool,
        typer.Option("--replace", help="Replace the file of --output if there is one."),
    ] = False,
    probabilities: Annotated[
        bool,
        typer.Option(
            "--probabilities",
            help="Add a column for each rating with its probability: p(1), p(2) ...",
        ),
    ] = False,
    worst: Annotated[
        int | None,
        typer.Option(
            min=1,
            max=1_000,
            metavar="N",
            help="Print the N surest low reviews of --input, with the words that made them low.",
            show_default=False,
        ),
    ] = None,
    safe_csv: Annotated[
        bool,
        typer.Option(
            "--safe-csv",
            help="Put an apostrophe before any cell that a spreadsheet would run as a formula.",
        ),
    ] = False,
    fast: Annotated[
        bool,
        typer.Option(
            "--fast",
            help="Let the logistic regression in the model answer the rows of --input where it "
            "most likely gives the network's rating; the network reads only the others. A column "
            "answered_by is added.",
        ),
    ] = False,
    agree: Annotated[
        float,
        typer.Option(
            min=0.5,
            max=1,
            metavar="SHARE",
            help="With --fast: the least share of rows that should get the rating that the "
            "network gives, 0.5 to 1.",
        ),
    ] = 0.98,
    shard: Annotated[
        str | None,
        typer.Option(
            metavar="I/N",
            help="Rate one of N parts of --input, such as 3/16: run it for each, on as many "
            "machines as you like, and join the outputs in their order.",
            show_default=False,
        ),
    ] = None,
    engine: Annotated[
        Engine,
        typer.Option(
            help="Who rates the rows of --input: this process, or a pool of workers of Ray, which "
            "read many Parquet files (a folder, a pattern, s3://bucket/reviews/*.parquet) and "
            "write a folder of them.",
        ),
    ] = Engine.local,
    address: Annotated[
        str | None,
        typer.Option(
            metavar="HOST:PORT|auto",
            help="With --engine ray: the cluster. Default: a Ray on this machine, as long as it "
            "takes.",
            show_default=False,
        ),
    ] = None,
    workers: Annotated[
        int | None,
        typer.Option(
            min=1,
            max=100_000,
            metavar="N",
            help="With --engine ray: how many workers rate, each on one core. Default: one per "
            "core.",
            show_default=False,
        ),
    ] = None,
    encoding: options.Encoding = None,
    sheet: options.Sheet = None,
    query: options.Query = None,
    text_column: options.TextColumn = None,
    model: options.Model = None,
    models_dir: options.ModelsFolder = None,
    device: options.Device = AUTO_DEVICE,
    as_json: options.Json = False,
) -> None:
    """Predict the rating of a review.

    lstm predict "great movie"

    echo "dull, endless and badly acted" | lstm predict

    lstm predict --input reviews.csv --output rated.csv
    """
    _check_options(ctx)
    from lstm_cli.bundle.contents import BASE

    given = texts_given(ctx, texts) if input_file is None else None
    if given is None and input_file is None:
        raise OptionError('nothing to predict: give a review, as in: lstm predict "great movie"')
    bundle = options.chosen_bundle(ctx, model, models_dir)
    if bundle.name == BASE:
        note(ctx, ABOUT_BASE)
    wanted: dict[str, Any] = {
        "source": input_file,
        "output": output,
        "replace": replace,
        "is_safe": safe_csv,
        "with_probabilities": probabilities,
        "agree": agree if fast else None,
    }
    if input_file is not None and engine is Engine.ray:
        from lstm_cli.commands.rate_cluster import ClusterRequest, rate_on_cluster

        rate_on_cluster(ctx, bundle, ClusterRequest(**wanted, address=address, workers=workers))
    elif input_file is not None:
        from lstm_cli.commands.rate_file import FileRequest, rate_file

        part = None if shard is None else options.shard_in(shard)
        rest: dict[str, Any] = {"as_json": as_json, "worst": worst, "device": device}
        rate_file(ctx, bundle, FileRequest(**wanted, **rest, shard=part))
    elif given is not None:
        _rate_texts(bundle, given, as_json)


def _check_options(ctx: typer.Context) -> None:
    """Refuse options that contradict each other.

    Raises:
        OptionError: some do.
    """
    given = ctx.params
    of_file = [name for name in _OF_FILE if given[name] not in (None, False, [], (), Engine.local)]
    if given["input_file"] is None and of_file:
        names = ", ".join(f"--{name.replace('_', '-')}" for name in of_file)
        raise OptionError(f"{names}: only with --input FILE")
    if given["input_file"] is None and given["device"] != AUTO_DEVICE:
        from lstm_cli.core.compute import Compute

        if not Compute(device=given["device"]).is_cpu:
            raise OptionError(
                "--device: one review is read by the processor; a GPU reads files, with --input "
                "FILE"
            )
    if options.is_given(ctx, "agree") and not given["fast"]:
        raise OptionError("--agree goes with --fast")
    if given["input_file"] is not None and given["texts"]:
        raise OptionError("give either TEXT or --input FILE, not both")
    output, worst = given["output"], given["worst"]
    if given["replace"] and output in (None, "-"):
        raise OptionError("--replace goes with --output FILE")
    if given["engine"] == Engine.ray:  # here a plain string
        from lstm_cli.commands.rate_cluster import check_cluster_options

        check_cluster_options(ctx)
    elif given["address"] is not None or given["workers"] is not None:
        raise OptionError("--address and --workers go with --engine ray")
    if given["shard"] is not None and worst is not None:
        raise OptionError("--worst looks at a whole file: leave out --shard")
    if output is not None and given["as_json"] and worst is None:
        raise OptionError("--json prints to standard output: leave out --output")
    if output is None and (given["as_json"] or worst is not None):
        of_rows = [name for name in ("probabilities", "safe_csv") if given[name]]
        if of_rows:
            raise OptionError(f"--{of_rows[0].replace('_', '-')}: only with rows, into --output")
    if output == "-" and worst is not None:
        raise OptionError("--worst prints to standard output: name a file with --output")


_OF_FILE = (
    "output", "replace", "probabilities", "worst", "safe_csv", "fast", "sheet", "query",
    "text_column", "shard", "engine", "address", "workers",
)  # fmt: skip


def _rate_texts(bundle: "Bundle", texts: list[str], as_json: bool) -> None:
    from lstm_cli.inference.predictor import Predictor
    from lstm_cli.views.console import results_console
    from lstm_cli.views.prediction import show_prediction

    predictor = Predictor(bundle)
    console = results_console()
    for place, text in enumerate(texts):
        prediction = predictor.predict(text)
        if as_json:
            print_json(prediction.to_json())
            continue
        if place:
            console.print()
        show_prediction(console, prediction)
