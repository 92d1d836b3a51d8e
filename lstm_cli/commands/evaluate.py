"""``lstm evaluate``: a model against a file whose ratings are known."""

from typing import TYPE_CHECKING, Annotated

import typer

from lstm_cli.commands import options
from lstm_cli.commands.devices import scorers_on
from lstm_cli.commands.program import note, print_json
from lstm_cli.config import AUTO_DEVICE

if TYPE_CHECKING:
    from lstm_cli.bundle.reading import Bundle
    from lstm_cli.evaluation.files import ScoredReviews
    from lstm_cli.results import Evaluation


def evaluate(
    ctx: typer.Context,
    file: Annotated[str, typer.Argument(metavar="FILE", help="Reviews with their ratings.")],
    model: options.Model = None,
    models_dir: options.ModelsFolder = None,
    min_accuracy: Annotated[
        float | None,
        typer.Option(
            min=0,
            max=1,
            help="Exit with code 1 if the accuracy (0 to 1) is below this value.",
            show_default=False,
        ),
    ] = None,
    errors: Annotated[
        str | None,
        typer.Option(
            metavar="FILE",
            help="Write the rows of the 100 most confident mistakes, with the effect of each "
            "word, to this file: .csv, .xlsx, .jsonl or another.",
            show_default=False,
        ),
    ] = None,
    encoding: options.Encoding = None,
    sheet: options.Sheet = None,
    query: options.Query = None,
    text_column: options.TextColumn = None,
    rating_column: options.RatingColumn = None,
    with_seen: options.WithSeen = False,
    device: options.Device = AUTO_DEVICE,
    brief: options.Brief = False,
    as_json: options.Json = False,
) -> None:
    """Measure a model on reviews whose ratings are known.

    lstm evaluate reviews.csv

    Reviews that the model has seen in training are left out. Of the file that it was trained on,
    the reviews it held out are measured.

    Also shows the majority-class and logistic-regression baselines, and how much worse the
    model does when the words of each review are shuffled.
    """
    bundle = options.chosen_bundle(ctx, model, models_dir)

    from lstm_cli.commands.mistakes_file import check_one_file, rows_kept, write_mistakes
    from lstm_cli.evaluation.reading import other_scale, read_rated
    from lstm_cli.evaluation.unseen import leave_out_seen
    from lstm_cli.views.reviews import line_about_scales, lines_about, lines_about_seen

    if errors is not None:
        check_one_file(file)
    kept = ctx.with_resource(rows_kept(errors))
    reviews = read_rated([bundle], file, options.read_options(ctx), kept)
    for line in lines_about(reviews):
        note(ctx, line)
    scales = other_scale(reviews, bundle)
    if scales is not None:
        note(ctx, line_about_scales(*scales, bundle.name))
    measured = leave_out_seen(reviews, [bundle], with_seen=with_seen)
    for line in lines_about_seen(measured):
        note(ctx, line)

    from lstm_cli.evaluation.files import evaluate_on
    from lstm_cli.inference.scorer import in_float32

    scorer_of = scorers_on(ctx, device, in_float32)
    evaluation, rated = evaluate_on(measured.reviews, bundle, scorer_of)
    if errors is not None and kept is not None:
        write_mistakes(ctx, bundle, rated, kept, errors)
    if as_json:
        print_json(
            evaluation.to_json()
            | {"seen": measured.known[0].seen, "left_out_seen": measured.left_out}
        )
    else:
        _show(bundle, evaluation, rated, file, brief=brief)
    if min_accuracy is not None and evaluation.scores.accuracy < min_accuracy:
        note(ctx, f"accuracy {evaluation.scores.accuracy:.4f} is under {min_accuracy:g}")
        raise typer.Exit(1)


def _show(
    bundle: "Bundle",
    evaluation: "Evaluation",
    rated: "ScoredReviews",
    file: str,
    *,
    brief: bool,
) -> None:
    from lstm_cli.data.showing import show_source
    from lstm_cli.views.console import results_console
    from lstm_cli.views.evaluation import show_evaluation

    data = f"{len(rated.reviews):,} reviews of {show_source(file)}"
    show_evaluation(
        results_console(), evaluation, bundle.info.model.cell, data, with_curve=True, brief=brief
    )
