"""``lstm doctor``: files of reviews, checked before training on them."""

from typing import Annotated

import typer

from lstm_cli.commands import options
from lstm_cli.commands.program import note, print_json


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
    threads: options.Threads = None,
    as_json: options.Json = False,
) -> None:
    """Check files of reviews before training on them.

    lstm doctor reviews.csv

    Looks for letters in a wrong encoding, identical texts with different ratings, ratings that
    contradict their words, and the like. Exits with code 1 if anything needs your attention.
    """
    from lstm_cli.bundle.locating import find_base, models_folder
    from lstm_cli.core.threads import granted_threads
    from lstm_cli.data.cache import TokenCache
    from lstm_cli.data.reviews import read_reviews
    from lstm_cli.data.tokenizing import tokenize_reviews
    from lstm_cli.evaluation.health import examine
    from lstm_cli.views.reviews import lines_about

    reviews = read_reviews(files, options.read_options(ctx))
    for line in lines_about(reviews):
        note(ctx, line)
    processes = threads or granted_threads()
    tokenized = tokenize_reviews(reviews.texts, processes=processes, cache=TokenCache.of_user())
    base = find_base(None, models_folder())
    known_share = None
    if base is not None:
        from lstm_cli.training.base import Base

        known_share = Base.from_bundle(base).known_share(tokenized.all_counts())
    health = examine(reviews, tokenized, known_share)
    if as_json:
        print_json(health.to_json())
    else:
        from lstm_cli.views.console import results_console
        from lstm_cli.views.health import show_health

        show_health(results_console(), health)
    if health.findings:
        raise typer.Exit(1)
