"""``lstm train``: from a file of reviews to a saved model."""

import os
import time
from dataclasses import replace as changed
from typing import TYPE_CHECKING, Annotated

import typer

from lstm_cli.commands import options
from lstm_cli.commands.program import print_json, voice
from lstm_cli.config import ModelConfig, TrainConfig, VocabularyConfig
from lstm_cli.errors import BundleExistsError, OptionError

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
            help="Passes over the reviews, at most; 4 to 30 otherwise, more for fewer reviews.",
            show_default=False,
        ),
    ] = None,
    learning_rate: Annotated[
        float | None,
        typer.Option(
            min=1e-7,
            max=10.0,
            help=f"The highest step size; {_DEFAULTS.learning_rate:g}, or "
            f"{_DEFAULTS.from_base().learning_rate:g} from a base.",
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
    to measure the model; at the end its scores stand beside those of simpler models.
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
    if against and base not in (None, "none"):
        raise OptionError(f"{against[0]} does not go with --base {base}; leave one of them out")
    held_out = _share_or_file(validation)

    from lstm_cli.bundle.locating import BASE, find_base, free_name, is_name, models_folder
    from lstm_cli.bundle.writing import check_free, write_bundle
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
    console = notes_console(quiet=voice(ctx).quiet)
    start = None
    if against:
        if find_base(None, folder) is not None:
            say(console, f"{against[0]}: training starts from nothing, as --base none has it")
    elif base != "none":
        start = find_base(base, folder)
    chosen = name or free_name("sample" if sample else sources[0], folder)
    check_free(folder / chosen, replace=replace)

    from lstm_cli.core.network import best_precision, keep_memory, use_threads
    from lstm_cli.data.cache import TokenCache
    from lstm_cli.data.reviews import named, read_reviews
    from lstm_cli.pipeline import Recipe, make_model
    from lstm_cli.training.base import Base
    from lstm_cli.training.preparation import prepare
    from lstm_cli.views.training import TrainingProgress, show_data

    use_threads(threads)
    keep_memory()
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
    material = prepare(
        found,
        others,
        seed=seed,
        vocabulary_config=VocabularyConfig(maximum_size=max_words),
        vectors_file=vectors,
        base=None if start is None else Base.from_bundle(start),
        processes=threads or os.cpu_count() or 1,
        cache=TokenCache.of_user(),
    )
    # From here on their tokens stand for them; a million texts are half a gigabyte.
    found = changed(found, texts=[])
    if not isinstance(others, float):
        others = changed(others, texts=[])
    training = changed(
        _DEFAULTS,
        balance=balance,
        seed=seed,
        precision=options.chosen_precision(precision, best_precision()),
    )
    if material.vectors is not None:
        if embedding_size not in (None, material.vectors.size):
            raise OptionError(
                f"--embedding-size {embedding_size}: {material.vectors.name} has "
                f"{material.vectors.size} numbers a word; leave the option out"
            )
        training = training.from_vectors()
    if material.base is not None:
        training = training.from_base()
    if learning_rate is not None:
        training = changed(training, learning_rate=learning_rate)
    recipe = Recipe(
        name=chosen,
        cell=cell.value,
        embedding_size=embedding_size,
        hidden_size=hidden_size,
        training=training.sized_for(material.training.num_tokens, epochs),
        with_baseline=not no_baseline,
    )
    show_data(console, found, others, material, recipe)
    with TrainingProgress(console) as progress:
        made = make_model(material, found, recipe, progress)
    try:
        write_bundle(made.bundle, folder / chosen, replace=replace)
    except BundleExistsError:  # made in the meantime by somebody else; nothing learned is lost
        chosen = free_name(chosen, folder)
        write_bundle(made.bundle, folder / chosen)
    if as_json:
        described = {
            "model": chosen,
            "path": str(folder / chosen),
            "reviews": len(found),
            "skipped": {skipped.reason: skipped.count for skipped in found.skipped},
            "tokens_per_second": made.tokens_per_second,
            "seconds": time.perf_counter() - began,
            "epochs": len(made.bundle.history),
            "precision": recipe.training.precision,
            "validation": made.evaluation.to_json(),
        }
        print_json(described)
        return
    from lstm_cli.views.console import results_console
    from lstm_cli.views.evaluation import show_evaluation

    console = results_console()
    show_evaluation(
        console, made.evaluation, cell.value, f"{len(material.validation):,} held-out reviews"
    )
    say(console, f"\nsaved in {folder / chosen} after {time.perf_counter() - began:.0f} s; try:")
    say(console, '  lstm predict "great movie"')
    say(console, '  lstm inspect-gates "not a bad film at all"')


def _share_or_file(validation: str) -> float | str:
    """What ``--validation`` means: a share of the reviews, or a file of others."""
    try:
        share = float(validation)
    except ValueError:
        return validation
    if not 0 < share < 1:
        raise OptionError(f"--validation {validation}: a share lies between 0 and 1, as 0.1")
    return share
