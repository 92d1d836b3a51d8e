"""``lstm train``: from a file of reviews to a saved model."""

import os
import time
from dataclasses import replace as changed
from typing import TYPE_CHECKING, Annotated

import typer

from lstm_cli.commands import options
from lstm_cli.commands.program import EXIT_INTERRUPTED, print_json, verbosity
from lstm_cli.commands.repeating import (
    base_of,
    check_undecided,
    differences,
    is_given,
    training_of,
)
from lstm_cli.commands.stopping import interruptible
from lstm_cli.config import ModelConfig, TrainConfig, VocabularyConfig
from lstm_cli.errors import OptionError

if TYPE_CHECKING:
    from lstm_cli.data.reviews import Reviews

_DEFAULTS = TrainConfig()


def train(
    ctx: typer.Context,
    reviews: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="REVIEWS",
            help="CSV, TSV, JSON lines or Parquet, plain or compressed, files or URLs; "
            "- is standard input.",
            show_default=False,
        ),
    ] = None,
    sample: Annotated[
        bool, typer.Option("--sample", help="Train on the 500 sample reviews.")
    ] = False,
    name: Annotated[
        str | None, typer.Option(help="The model's name; otherwise it is named after the file.")
    ] = None,
    replace: Annotated[
        bool, typer.Option("--replace", help="Replace the model of that name.")
    ] = False,
    resume: Annotated[
        bool, typer.Option("--resume", help="Go on where the same command was stopped.")
    ] = False,
    text_column: options.TextColumn = None,
    rating_column: options.RatingColumn = None,
    strict: Annotated[
        bool, typer.Option("--strict", help="Refuse files with rows that cannot be used.")
    ] = False,
    validation: Annotated[
        str,
        typer.Option(metavar="FILE|SHARE", help="Held-out reviews, or the share to hold out."),
    ] = str(_DEFAULTS.validation_share),
    base: Annotated[
        str | None,
        typer.Option(
            metavar="NAME|PATH|none",
            help="The model to start from; the base that ships with lstm otherwise. "
            "none: from nothing.",
            show_default=False,
        ),
    ] = None,
    cell: Annotated[
        options.CellChoice, typer.Option(help="An LSTM, or a plain RNN to compare it with.")
    ] = options.CellChoice.lstm,
    embedding_size: Annotated[
        int | None,
        typer.Option(
            min=1,
            max=4096,
            help="Numbers a word; the base's, the size of --vectors, or "
            f"{ModelConfig.embedding_size}.",
            show_default=False,
        ),
    ] = None,
    hidden_size: Annotated[
        int | None,
        typer.Option(
            min=1,
            max=4096,
            help=f"Units of each memory; the base's, or {ModelConfig.hidden_size}.",
            show_default=False,
        ),
    ] = None,
    epochs: Annotated[
        int | None,
        typer.Option(
            min=1,
            max=10_000,
            help="Passes over the reviews, at most; 4 to 30 otherwise, from a base 4 to 8: "
            "more for fewer reviews.",
            show_default=False,
        ),
    ] = None,
    learning_rate: Annotated[
        float | None,
        typer.Option(
            min=1e-7,
            max=10.0,
            help=f"The highest step size; {_DEFAULTS.learning_rate:g} otherwise, from a base "
            "half of it for a few hundred sentences.",
            show_default=False,
        ),
    ] = None,
    max_words: Annotated[
        int,
        typer.Option(
            "--max-words",
            min=0,
            max=10_000_000,
            help="The most words learned, the commonest; beside those of the base, if any.",
        ),
    ] = VocabularyConfig.maximum_size,
    budget: Annotated[
        str | None,
        typer.Option(
            metavar="TIME",
            help="Try other settings for so long (90s, 5m, 1h), and keep what serves the held-out "
            "reviews best.",
            show_default=False,
        ),
    ] = None,
    config: Annotated[
        str | None,
        typer.Option(
            metavar="NAME|PATH",
            help="Settings, seed and start of another model; on the same reviews the same model.",
            show_default=False,
        ),
    ] = None,
    balance: Annotated[bool, typer.Option("--balance", help="Weigh rare ratings more.")] = False,
    vectors: Annotated[
        str | None,
        typer.Option(metavar="FILE", help="Word vectors to start from, as GloVe's text files."),
    ] = None,
    seed: options.Seed = _DEFAULTS.seed,
    precision: options.PrecisionOption = options.PrecisionChoice.auto,
    threads: options.Threads = None,
    no_baseline: Annotated[
        bool, typer.Option("--no-baseline", help="Train no logistic regression beside it.")
    ] = False,
    models_dir: options.ModelsFolder = None,
    as_json: options.Json = False,
) -> None:
    """Learn ratings from a file of reviews.

    lstm train reviews.csv

    Columns and scale are found by themselves and said. A tenth of the reviews is held out
    to measure the model; at the end its scores stand beside those of simpler models. Ctrl-C
    saves the best so far; after that, or after a crash, the same command with --resume goes on.
    """
    began = time.perf_counter()
    if sample == bool(reviews):
        raise OptionError("give files of reviews, or --sample (and not both)")
    against = [
        option
        for option, given in (
            ("--cell rnn", cell is options.CellChoice.rnn),
            ("--embedding-size", embedding_size is not None),
            ("--hidden-size", hidden_size is not None),
            ("--vectors", vectors is not None),
        )
        if given
    ]
    if against and config is None and base not in (None, "none"):
        raise OptionError(f"{against[0]} does not go with --base {base}; leave one of them out")
    held_out = options.share_or_file(validation)
    seconds = None if budget is None else options.seconds_of(budget)
    if budget is not None and resume:
        raise OptionError("--resume does not go with --budget, whose tries are not kept")
    if config is not None:
        check_undecided(ctx)

    from lstm_cli.bundle.claiming import (
        check_not_stopped,
        checkpoint_of,
        claimed,
        stopped_name,
    )
    from lstm_cli.bundle.locating import (
        BASE,
        find_base,
        find_model,
        free_name,
        is_name,
        models_folder,
    )
    from lstm_cli.bundle.writing import check_free, write_beside
    from lstm_cli.samples import sample_file
    from lstm_cli.views.console import notes_console, say

    sources = [str(sample_file())] if sample else list(reviews or [])
    folder = models_folder(models_dir)
    if name is not None and not is_name(name):
        raise OptionError(
            f"--name {name}: a name is letters, digits, '.', '-' and '_', without a folder"
        )
    if name == BASE:
        raise OptionError(f"--name {BASE}: that is the name of the base; choose another")
    console = notes_console(quiet=verbosity(ctx).quiet)
    start = None
    like = None if config is None else find_model(config, folder).bundle.info
    training = changed(_DEFAULTS, balance=balance, seed=seed)
    if isinstance(held_out, float):
        training = changed(training, validation_share=held_out)
    if like is not None:
        assert config is not None
        told = validation if is_given(ctx, "validation") else None
        training = training_of(like, config, base=base, vectors=vectors, validation=told)
        if isinstance(held_out, float):
            held_out = training.validation_share
        max_words = like.provenance.max_words or max_words
        start = base_of(like, config, base, folder)
    elif against:
        if base is None and find_base(None, folder) is not None:
            say(console, f"{against[0]}: training starts from nothing, as --base none has it")
    elif base != "none":
        start = find_base(base, folder)
    source = "sample" if sample else sources[0]
    stopped = stopped_name(source, folder) if resume else None
    path = folder / (name or stopped or free_name(source, folder))
    checkpoint = checkpoint_of(path)
    goes_on = resume and checkpoint.exists()
    if resume and not goes_on:
        say(console, f"no training of {path.name} was stopped: beginning one")
    # What a stopped training saved is replaced by what it becomes.
    replace = replace or goes_on
    check_free(path, replace=replace)
    if not (resume or replace):
        check_not_stopped(path)

    from lstm_cli.core.compute import Compute, best_precision
    from lstm_cli.data.cache import TokenCache
    from lstm_cli.data.reviews import named, read_reviews
    from lstm_cli.evaluation.health import quick_findings
    from lstm_cli.pipeline import Recipe, make_model
    from lstm_cli.training.base import Base
    from lstm_cli.training.preparation import prepare
    from lstm_cli.training.rules import DatasetStats, resolve_train_config
    from lstm_cli.training.trainer import RunControl
    from lstm_cli.views.health import show_findings
    from lstm_cli.views.training import SearchProgress, TrainingProgress, show_data, show_saved

    Compute(threads=threads).set_up_process()
    found = read_reviews(
        sources, text_column=text_column, rating_column=rating_column, strict=strict
    )
    if sample:
        found = named(found, "the sample reviews")
    others: Reviews | float = (
        held_out
        if isinstance(held_out, float)
        else read_reviews(
            [held_out],
            text_column=text_column,
            rating_column=rating_column,
            strict=strict,
            scale=found.scale,
        )
    )
    prepared = prepare(
        found,
        others,
        seed=training.seed,
        vocabulary_config=VocabularyConfig(maximum_size=max_words),
        vectors_file=vectors,
        base=None if start is None else Base.from_bundle(start),
        processes=threads or os.cpu_count() or 1,
        cache=TokenCache.of_user(),
    )
    findings = list(quick_findings(found))
    # From here on their tokens stand for them; a million texts are half a gigabyte.
    found = changed(found, texts=[])
    if not isinstance(others, float):
        others = changed(others, texts=[])
    if prepared.vectors is not None:
        size = prepared.vectors.size
        if embedding_size not in (None, size):
            raise OptionError(
                f"--embedding-size {embedding_size}: {prepared.vectors.name} has {size} numbers "
                "a word; leave the option out"
            )
        if like is not None and like.model.embedding_size != size:
            raise OptionError(
                f"--vectors: {prepared.vectors.name} has {size} numbers a word, those that "
                f"{config} started from had {like.model.embedding_size}; give the same file"
            )
    if like is None:
        training = changed(
            resolve_train_config(
                training, DatasetStats.of(prepared), epochs=epochs, learning_rate=learning_rate
            ),
            precision=options.chosen_precision(precision, best_precision()),
        )
        recipe = Recipe(path.name, training, cell.value, embedding_size, hidden_size)
    else:
        model = like.model
        recipe = Recipe(path.name, training, model.cell, model.embedding_size, model.hidden_size)
    decided = frozenset(name for name in ("epochs", "learning_rate") if is_given(ctx, name))
    recipe = changed(recipe, with_baseline=not no_baseline, budget=seconds, decided=decided)
    show_data(console, found, others, prepared, recipe)
    show_findings(console, findings)
    held_out_from = None if isinstance(others, float) else others.fingerprint
    if like is not None:
        for difference in differences(
            like, found.fingerprint, held_out_from, Compute().num_threads
        ):
            say(console, f"not the same model as {config}: {difference}", style="yellow")
    with claimed(path), interruptible() as interrupt:
        control = RunControl(checkpoint, goes_on, interrupt)
        with TrainingProgress(console, with_epochs=seconds is None) as progress:
            made = make_model(
                prepared,
                found,
                recipe,
                progress,
                control,
                SearchProgress(console, recipe.training),
                held_out_from,
            )
        path = write_beside(made.bundle, path, replace=replace)
        if made.completed:
            checkpoint.unlink(missing_ok=True)
    if as_json:
        described = {
            "model": path.name,
            "path": str(path),
            "reviews": len(found),
            "skipped": {skipped.reason: skipped.count for skipped in found.skipped},
            "tokens_per_second": made.tokens_per_second,
            "seconds": time.perf_counter() - began,
            "epochs": len(made.bundle.history),
            "precision": recipe.training.precision,
            "stopped": not made.completed,
            "tried": list(made.bundle.info.provenance.tried),
            "validation": made.evaluation.to_json(),
        }
        print_json(described)
        _end(made.completed)
        return
    from lstm_cli.views.console import results_console
    from lstm_cli.views.evaluation import show_evaluation

    console = results_console()
    show_evaluation(
        console, made.evaluation, recipe.cell, f"{len(prepared.validation):,} held-out reviews"
    )
    show_saved(console, made, path, time.perf_counter() - began)
    _end(made.completed)


def _end(completed: bool) -> None:
    """A training that was stopped says so to the shell as well."""
    if not completed:
        raise typer.Exit(EXIT_INTERRUPTED)
