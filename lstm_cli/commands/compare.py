"""``lstm compare``: two models on one file."""

from typing import Annotated

import typer

from lstm_cli.commands import options
from lstm_cli.commands.devices import scorers_on
from lstm_cli.commands.program import note, print_json
from lstm_cli.config import AUTO_DEVICE

_MODEL = "Name or path of a model; reviews@1 is version 1 of reviews."
_ANOTHER = "Name or path of another model, or another version."


def compare(
    ctx: typer.Context,
    file: Annotated[str, typer.Argument(metavar="FILE", help="Reviews with their ratings.")],
    first: Annotated[str, typer.Argument(metavar="A", help=_MODEL)],
    second: Annotated[str, typer.Argument(metavar="B", help=_ANOTHER)],
    models_dir: options.ModelsFolder = None,
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
    """Compare two models on the same reviews.

    lstm compare reviews.csv films films-2

    What an update changed: lstm compare reviews.csv films@1 films

    Reports whether one is better, with an interval from a paired bootstrap. If the interval
    contains 0, there are too few reviews to tell the two models apart. Reviews that either has
    seen in training are left out.
    """
    from lstm_cli.bundle.locating import find_model

    folder = options.folder_there(models_dir)
    bundles = (find_model(first, folder).bundle, find_model(second, folder).bundle)

    from lstm_cli.evaluation.reading import other_scale, read_rated
    from lstm_cli.evaluation.unseen import leave_out_seen
    from lstm_cli.views.reviews import line_about_scales, lines_about, lines_about_seen

    reviews = read_rated(bundles, file, options.read_options(ctx))
    for line in lines_about(reviews):
        note(ctx, line)
    for bundle in bundles:
        scales = other_scale(reviews, bundle)
        if scales is not None:
            note(ctx, line_about_scales(*scales, bundle.name))
    measured = leave_out_seen(reviews, bundles, with_seen=with_seen)
    for line in lines_about_seen(measured):
        note(ctx, line)

    from lstm_cli.evaluation.files import compare_on
    from lstm_cli.inference.scorer import in_float32

    comparison = compare_on(measured.reviews, bundles, scorers_on(ctx, device, in_float32))
    if as_json:
        print_json(
            comparison.to_json()
            | {"seen": list(measured.seen_of_each), "left_out_seen": measured.left_out}
        )
        return
    from lstm_cli.views.comparison import show_comparison
    from lstm_cli.views.console import results_console

    show_comparison(results_console(), comparison, brief=brief)
