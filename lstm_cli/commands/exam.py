"""``lstm exam``: what a model has learned of language."""

from typing import Annotated

import typer

from lstm_cli.commands import options
from lstm_cli.commands.program import print_json


def exam(
    ctx: typer.Context,
    model: options.Model = None,
    models_dir: options.ModelsFolder = None,
    mistakes: Annotated[
        bool, typer.Option("--mistakes", help="List the pairs that the model got wrong.")
    ] = False,
    as_json: options.Json = False,
) -> None:
    """Test a model on negation, contrast, irony and the like.

    lstm exam

    The questions are pairs of sentences that differ in one respect: negation, degree, contrast,
    comparison, irony, a typing error or a name. They were written for this exam, and no model is
    trained on them. Also shows the logistic-regression baseline.
    """
    bundle = options.chosen_bundle(ctx, model, models_dir)

    from lstm_cli.evaluation.exam import examine
    from lstm_cli.views.console import results_console
    from lstm_cli.views.exam import show_exam

    report = examine(bundle)
    if as_json:
        print_json(report.to_json())
    else:
        show_exam(results_console(), report, with_mistakes=mistakes)
