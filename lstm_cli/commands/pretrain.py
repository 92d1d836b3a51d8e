"""``lstm pretrain``: from reviews without ratings to a base of one's own."""

import os
import time
from dataclasses import replace as changed
from typing import Annotated

import typer

from lstm_cli.commands import options
from lstm_cli.commands.program import print_json, verbosity
from lstm_cli.config import PretrainConfig
from lstm_cli.errors import OptionError

_DEFAULTS = PretrainConfig()


def pretrain(
    ctx: typer.Context,
    reviews: Annotated[
        list[str],
        typer.Argument(
            metavar="REVIEWS",
            help="CSV, TSV, JSON lines or Parquet, plain or compressed, files or URLs; ratings "
            "are not looked at.",
            show_default=False,
        ),
    ],
    name: Annotated[
        str | None, typer.Option(help="The base's name; otherwise FILE-language.")
    ] = None,
    replace: Annotated[
        bool, typer.Option("--replace", help="Replace the model of that name.")
    ] = False,
    resume: Annotated[
        bool, typer.Option("--resume", help="Go on where the same command was stopped.")
    ] = False,
    text_column: options.TextColumn = None,
    words: Annotated[
        int, typer.Option(min=10, max=1_000_000, help="The most words it gets to know.")
    ] = _DEFAULTS.maximum_words,
    embedding_size: Annotated[
        int, typer.Option(min=1, max=4096, help="Numbers a word.")
    ] = _DEFAULTS.embedding_size,
    hidden_size: Annotated[
        int, typer.Option(min=1, max=4096, help="Units of each memory.")
    ] = _DEFAULTS.hidden_size,
    epochs: Annotated[
        int, typer.Option(min=1, max=1_000, help="Passes over the reviews.")
    ] = _DEFAULTS.epochs,
    learning_rate: Annotated[
        float, typer.Option(min=1e-7, max=10.0, help="The highest step size.")
    ] = _DEFAULTS.learning_rate,
    seed: options.Seed = _DEFAULTS.seed,
    precision: options.PrecisionOption = options.PrecisionChoice.auto,
    threads: options.Threads = None,
    models_dir: options.ModelsFolder = None,
    as_json: options.Json = False,
) -> None:
    """Learn the language of reviews without ratings: a base to train from.

    lstm pretrain reviews.csv more-reviews.csv --name films

    lstm train rated.csv --base films

    It takes an hour or two for twenty million words on two cores. What was learned is kept
    from time to time; after a stop, the same command with --resume goes on.
    """
    began = time.perf_counter()
    from lstm_cli.bundle.claiming import (
        check_not_stopped,
        checkpoint_of,
        claimed,
        stopped_name,
    )
    from lstm_cli.bundle.locating import BASE, free_name, is_name, models_folder
    from lstm_cli.bundle.writing import check_free, write_beside

    folder = models_folder(models_dir)
    if name is not None and (not is_name(name) or name == BASE):
        raise OptionError(
            f"--name {name}: a name is letters, digits, '.', '-' and '_', and not {BASE!r}"
        )
    ending = "-language"
    stopped = stopped_name(reviews[0], folder, ending) if resume else None
    path = folder / (name or stopped or free_name(reviews[0], folder, ending))
    checkpoint = checkpoint_of(path)
    check_free(path, replace=replace)
    if not (resume or replace):
        check_not_stopped(path)

    from lstm_cli.core.compute import Compute, best_precision
    from lstm_cli.data.cache import TokenCache
    from lstm_cli.data.reviews import read_texts
    from lstm_cli.pipeline import make_language_model
    from lstm_cli.training.pretraining import prepare_unlabelled
    from lstm_cli.views.console import notes_console, results_console, say
    from lstm_cli.views.pretraining import PretrainProgress, show_unlabelled

    Compute(threads=threads).set_up_process()
    console = notes_console(quiet=verbosity(ctx).quiet)
    texts: list[str] = []
    for source in reviews:
        table, column, found = read_texts(source, text_column=text_column)
        say(console, f"{table.source}: {len(found):,} rows, text in {column!r}")
        texts += found
    config = changed(
        _DEFAULTS,
        maximum_words=words,
        embedding_size=embedding_size,
        hidden_size=hidden_size,
        epochs=epochs,
        learning_rate=learning_rate,
        seed=seed,
        precision=options.chosen_precision(precision, best_precision()),
    )
    processes = threads or os.cpu_count() or 1
    prepared = prepare_unlabelled(
        texts, config, ", ".join(reviews), processes, TokenCache.of_user()
    )
    show_unlabelled(console, prepared, config)
    with claimed(path), PretrainProgress(console) as progress:
        made = make_language_model(
            prepared,
            reviews,
            config,
            path.name,
            progress,
            checkpoint=checkpoint,
            resume=resume,
        )
        path = write_beside(made.bundle, path, replace=replace)
        checkpoint.unlink(missing_ok=True)
    last = made.bundle.history[-1]
    if as_json:
        print_json(
            {
                "model": path.name,
                "path": str(path),
                "reviews": made.bundle.info.provenance.training,
                "perplexity": last["perplexity"],
                "epochs": len(made.bundle.history),
                "tokens_per_second": made.tokens_per_second,
                "seconds": time.perf_counter() - began,
                "precision": config.precision,
            }
        )
        return
    console = results_console()
    say(console, f"perplexity {last['perplexity']:.1f} on reviews held out")
    say(console, f"saved in {path} after {time.perf_counter() - began:.0f} s; try:")
    say(console, f"  lstm train REVIEWS.csv --base {path.name}")
