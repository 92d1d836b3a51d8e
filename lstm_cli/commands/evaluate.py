"""``lstm evaluate``: a model against a file whose ratings are known."""

from typing import Annotated

import typer

from lstm_cli.commands import options
from lstm_cli.commands.program import note, print_json


def evaluate(
    ctx: typer.Context,
    file: Annotated[str, typer.Argument(metavar="FILE", help="Reviews with their ratings.")],
    model: options.Model = None,
    models_dir: options.ModelsFolder = None,
    text_column: options.TextColumn = None,
    rating_column: options.RatingColumn = None,
    as_json: options.Json = False,
) -> None:
    """Measure a model on reviews whose ratings are known.

    lstm evaluate reviews.csv

    Beside the model stand what always answering the commonest rating of its training reviews
    reaches, and the logistic regression that was trained with it.
    """
    from lstm_cli.bundle.locating import find_model

    found = find_model(model, models_dir)
    note(ctx, f"model {found.bundle.name} ({found.why})")

    from lstm_cli.evaluation.files import evaluate_file
    from lstm_cli.views.reviews import lines_about

    evaluation, reviews = evaluate_file(found.bundle, file, text_column, rating_column)
    for line in lines_about(reviews):
        note(ctx, line)
    if as_json:
        print_json(evaluation.to_json())
        return
    from lstm_cli.data.showing import show_source
    from lstm_cli.views.console import results_console
    from lstm_cli.views.evaluation import show_evaluation

    cell = found.bundle.info.model.cell
    data = f"{len(reviews):,} reviews of {show_source(file)}"
    show_evaluation(results_console(), evaluation, cell, data)
