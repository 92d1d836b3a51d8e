"""``lstm doctor``: files of reviews, checked before training on them."""

import os
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from lstm_cli.commands import options
from lstm_cli.commands.program import note, print_json
from lstm_cli.errors import OF_NO_RATINGS, ColumnError, NoModelError, OptionError, Remedy
from lstm_cli.results import DataHealth, TextHealth

if TYPE_CHECKING:
    from lstm_cli.bundle.reading import Bundle
    from lstm_cli.data.corpus import TokenizedReviews
    from lstm_cli.data.options import ReadOptions

OF_RATINGS = ("rating_column", "scale", "bins")


def doctor(
    ctx: typer.Context,
    files: Annotated[
        list[str],
        typer.Argument(metavar="FILE...", help="Files, in any format lstm train reads."),
    ],
    encoding: options.Encoding = None,
    sheet: options.Sheet = None,
    query: options.Query = None,
    text_column: options.TextColumn = None,
    rating_column: options.RatingColumn = None,
    scale: options.Scale = None,
    bins: options.Bins = None,
    no_ratings: Annotated[
        bool,
        typer.Option(
            "--no-ratings",
            help="Examine the texts alone, as is done with one file in which no column looks like "
            "ratings.",
        ),
    ] = False,
    threads: options.Threads = None,
    model: options.Model = None,
    models_dir: options.ModelsFolder = None,
    as_json: options.Json = False,
) -> None:
    """Check files of reviews before training on them, or texts before they are rated.

    lstm doctor reviews.csv

    Texts without ratings are checked against the words of the model that would rate them, reviews
    with ratings against those of the base, from which a training starts.

    Looks for letters in a wrong encoding, identical texts with different ratings, ratings that
    contradict their words, and the like. Exits with code 1 if anything needs your attention.
    """
    reading = options.read_options(ctx)
    if no_ratings:
        options.check_not_given(ctx, OF_RATINGS, "--no-ratings")
        health: DataHealth | TextHealth = _of_texts(ctx, files, reading)
    else:
        health = _of_reviews(ctx, files, reading)
    if as_json:
        print_json(health.to_json())
    else:
        from lstm_cli.views.console import results_console
        from lstm_cli.views.health import show_health, show_text_health

        if isinstance(health, DataHealth):
            show_health(results_console(), health)
        else:
            show_text_health(results_console(), health)
    if health.findings:
        raise typer.Exit(1)


def _of_reviews(
    ctx: typer.Context, files: Sequence[str], reading: "ReadOptions"
) -> DataHealth | TextHealth:
    """The health of reviews with ratings; of one file that has none, that of its texts."""
    from lstm_cli.data.reviews import read_reviews
    from lstm_cli.evaluation.health import examine
    from lstm_cli.views.reviews import lines_about

    try:
        reviews = read_reviews(files, reading)
    except ColumnError as error:
        lacks_ratings = error.remedy in OF_NO_RATINGS and len(files) == 1
        if not lacks_ratings or any(options.is_given(ctx, name) for name in OF_RATINGS):
            raise
        names_one = "; --rating-column names one" if error.details else ""
        note(ctx, f"{error.problem}: its texts are examined alone{names_one}")
        return _of_texts(ctx, files, reading)
    if options.is_given(ctx, "model"):
        raise OptionError(
            "--model rates texts, and these reviews have ratings: leave it out, or add "
            "--no-ratings to examine the texts alone"
        )
    for line in lines_about(reviews):
        note(ctx, line)
    tokenized = _tokenized(ctx, reviews.texts)
    base = _base(ctx)
    known_share = None
    if base is not None:
        from lstm_cli.training.base import Base

        known_share = Base.from_bundle(base).known_share(tokenized.all_counts())
    return examine(reviews, tokenized, known_share)


def _of_texts(ctx: typer.Context, files: Sequence[str], reading: "ReadOptions") -> TextHealth:
    """The health of texts, whatever their ratings."""
    from lstm_cli.data.texts import read_texts
    from lstm_cli.evaluation.text_health import UnratedTexts, examine_texts
    from lstm_cli.views.reviews import lines_about_texts

    opened = [read_texts(file, reading) for file in files]
    for table, columns, texts in opened:
        for line in lines_about_texts(table, columns, len(texts)):
            note(ctx, line)
    unrated = UnratedTexts.of(opened)
    rates = _that_rates(ctx)
    tokenized = _tokenized(ctx, unrated.texts)
    if rates is None:
        return examine_texts(unrated, tokenized)
    return examine_texts(unrated, tokenized, rates.vocabulary, rates.name)


def _tokenized(ctx: typer.Context, texts: Sequence[str]) -> "TokenizedReviews":
    from lstm_cli.core.threads import granted_threads
    from lstm_cli.data.cache import TokenCache
    from lstm_cli.data.tokenizing import tokenize_reviews

    processes = ctx.params["threads"] or granted_threads()
    return tokenize_reviews(texts, processes=processes, cache=TokenCache.of_user())


def _models_dir(ctx: typer.Context) -> Path | None:
    # What Typer keeps beside the arguments of a command has not become a path yet.
    asked = ctx.params["models_dir"]
    return None if asked is None else Path(asked)


def _base(ctx: typer.Context) -> "Bundle | None":
    """The model that a training on the reviews would start from, if there is one."""
    from lstm_cli.bundle.locating import find_base, models_folder

    return find_base(None, models_folder(_models_dir(ctx)))


def _that_rates(ctx: typer.Context) -> "Bundle | None":
    """The model that would rate the texts; None where there is none, and none was asked for."""
    asked = ctx.params["model"]
    try:
        return options.chosen_bundle(ctx, asked, _models_dir(ctx))
    except NoModelError as error:
        is_asked_for = asked is not None or "LSTM_MODEL" in os.environ
        if is_asked_for or error.remedy is not Remedy.TRAIN_A_MODEL:
            raise
        return None
