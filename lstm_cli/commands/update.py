"""``lstm update``: more rated reviews for a model that there is."""

import time
from typing import Annotated

import typer

from lstm_cli.commands import options
from lstm_cli.commands.program import print_json, verbosity
from lstm_cli.config import AUTO_DEVICE, TrainConfig

EXIT_WORSE = 1


def update(
    ctx: typer.Context,
    model: Annotated[str, typer.Argument(metavar="MODEL", help="Name or path of the model.")],
    new: Annotated[
        list[str],
        typer.Argument(
            metavar="NEW...",
            help="Files or URLs of new reviews with their ratings; - is standard input. Reviews "
            "that the model knows already may be among them.",
        ),
    ],
    replay: Annotated[
        list[str] | None,
        typer.Option(
            metavar="FILE",
            help="Reviews that the model was trained on, so that it is reminded of some and "
            "measured on those held out; give it several times for several files.",
            show_default=False,
        ),
    ] = None,
    accept_worse: Annotated[
        bool,
        typer.Option(
            "--accept-worse",
            help="Replace the model even if the new one is worse, or if too few reviews are held "
            "out to tell.",
        ),
    ] = False,
    encoding: options.Encoding = None,
    sheet: options.Sheet = None,
    query: options.Query = None,
    text_column: options.TextColumn = None,
    rating_column: options.RatingColumn = None,
    seed: options.Seed = TrainConfig.seed,
    precision: options.PrecisionOption = options.PrecisionChoice.auto,
    device: options.Device = AUTO_DEVICE,
    threads: options.Threads = None,
    models_dir: options.ModelsFolder = None,
    as_json: options.Json = False,
) -> None:
    """Teach a model more reviews, without forgetting the old ones.

    lstm update hotels next-month.csv --replay first-700.csv

    The model goes on from where it stands. What it has learned from already is not learned
    again, and what was held out for it stays held out. A receipt sets old against new on the
    held-out reviews. Only if the new one is not worse does it replace the old one, which is kept
    as a version; else, or if fewer than ten held-out reviews are there to tell, the exit code
    is 1. Ctrl-C leaves the model as it was.
    """
    began = time.perf_counter()

    from lstm_cli.bundle.locating import models_folder
    from lstm_cli.pipeline.requests import UpdateRequest

    request = UpdateRequest(
        model=model,
        sources=tuple(new),
        folder=models_folder(models_dir),
        replay=tuple(replay or ()),
        reading=options.read_options(ctx),
        accept_worse=accept_worse,
        seed=seed,
        precision=precision.asked,
        device=device,
        threads=threads,
    )

    from lstm_cli.pipeline.run import run_update
    from lstm_cli.views.console import notes_console, results_console
    from lstm_cli.views.updating import UpdateView, show_receipt

    updated = run_update(request, UpdateView(notes_console(quiet=verbosity(ctx).quiet)))
    if as_json:
        print_json(updated.to_json(time.perf_counter() - began))
    else:
        show_receipt(results_console(), updated)
    if not updated.is_replaced:
        raise typer.Exit(EXIT_WORSE)
