"""``lstm pretrain``: makes a base of your own from reviews without ratings."""

import time
from typing import Annotated

import typer

from lstm_cli.commands import options
from lstm_cli.commands.program import print_json, verbosity
from lstm_cli.config import AUTO_DEVICE, PretrainConfig


def pretrain(
    ctx: typer.Context,
    reviews: Annotated[
        list[str],
        typer.Argument(
            metavar="REVIEWS...",
            help="Files, folders, patterns such as 'reviews/*.parquet', or URLs of reviews: CSV, "
            "Excel, JSON, Parquet, databases and more; ratings are ignored.",
            show_default=False,
        ),
    ],
    name: Annotated[
        str | None, typer.Option(help="Name of the base. Default: FILE-language.")
    ] = None,
    replace: options.Replace = False,
    resume: options.Resume = False,
    encoding: options.Encoding = None,
    sheet: options.Sheet = None,
    query: options.Query = None,
    text_column: options.TextColumn = None,
    words: Annotated[
        int,
        typer.Option(
            min=10, max=1_000_000, help="Maximum number of words, the most frequent first."
        ),
    ] = PretrainConfig.maximum_words,
    embedding_size: Annotated[
        int, typer.Option(min=1, max=4096, help="Embedding dimensions.")
    ] = PretrainConfig.embedding_size,
    hidden_size: Annotated[
        int, typer.Option(min=1, max=4096, help="Hidden units.")
    ] = PretrainConfig.hidden_size,
    epochs: Annotated[
        int, typer.Option(min=1, max=1_000, help="Number of passes over the reviews.")
    ] = PretrainConfig.epochs,
    learning_rate: Annotated[
        float, typer.Option(min=1e-7, max=10.0, help="The peak learning rate.")
    ] = PretrainConfig.learning_rate,
    seed: options.Seed = PretrainConfig.seed,
    precision: options.PrecisionOption = options.PrecisionChoice.auto,
    device: options.Device = AUTO_DEVICE,
    threads: options.Threads = None,
    models_dir: options.ModelsFolder = None,
    as_json: options.Json = False,
) -> None:
    """Learn language from reviews without ratings, as a base.

    lstm pretrain reviews.csv more-reviews.csv --name films

    lstm train rated.csv --base films

    Twenty million words take an hour or two on two cores. Progress is saved regularly; to
    continue after a stop, run the same command with --resume.
    """
    began = time.perf_counter()
    from lstm_cli.bundle.locating import models_folder
    from lstm_cli.pipeline.requests import PretrainRequest
    from lstm_cli.pipeline.run import run_pretraining
    from lstm_cli.views.console import notes_console, results_console
    from lstm_cli.views.pretraining import PretrainView, show_pretrained

    request = PretrainRequest(
        **options.named_as_fields(ctx, PretrainRequest, but=("precision",)),
        reading=options.read_options(ctx),
        sources=tuple(reviews),
        folder=models_folder(models_dir),
        maximum_words=words,
        precision=precision.asked,
    )
    view = PretrainView(notes_console(quiet=verbosity(ctx).quiet))
    made = run_pretraining(request, view)
    seconds = time.perf_counter() - began
    if as_json:
        print_json(made.to_json(seconds))
    else:
        show_pretrained(results_console(), made, seconds)
