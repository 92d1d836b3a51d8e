"""``lstm predict``: the ratings of one review, of several, or of a file."""

from typing import TYPE_CHECKING, Annotated

import typer

from lstm_cli.commands import options
from lstm_cli.commands.program import note, print_json, verbosity
from lstm_cli.commands.texts import texts_given
from lstm_cli.errors import OptionError

if TYPE_CHECKING:
    from lstm_cli.bundle.reading import Bundle
    from lstm_cli.data.texts import OpenTexts
    from lstm_cli.inference.cascade import Cascade
    from lstm_cli.inference.rating import FileSummary
    from lstm_cli.inference.scorer import Scorer

ABOUT_BASE = (
    "it learned from English reviews of films and of 39 other things; a few hundred rated ones of "
    "your own make it better: lstm train REVIEWS.csv"
)


def predict(
    ctx: typer.Context,
    texts: options.Texts = None,
    input_file: Annotated[
        str | None,
        typer.Option(
            "--input",
            metavar="FILE",
            help="Predict a rating for every row of a file or URL: CSV, Excel, JSON, Parquet, a "
            "database and more; - is standard input.",
        ),
    ] = None,
    output: Annotated[
        str | None,
        typer.Option(
            metavar="FILE",
            help="Write the rows of --input to this file, with predicted_rating, expected_rating "
            "and confidence added; - is standard output.",
        ),
    ] = None,
    safe_csv: Annotated[
        bool,
        typer.Option(
            "--safe-csv",
            help="Put an apostrophe before any cell that a spreadsheet would run as a formula.",
        ),
    ] = False,
    fast: Annotated[
        bool,
        typer.Option(
            "--fast",
            help="Let the logistic regression in the model answer the rows of --input where it "
            "most likely gives the network's rating; the network reads only the others. A column "
            "answered_by is added.",
        ),
    ] = False,
    agree: Annotated[
        float,
        typer.Option(
            min=0.5,
            max=1,
            metavar="SHARE",
            help="With --fast: the least share of rows that should get the rating that the "
            "network gives, 0.5 to 1.",
        ),
    ] = 0.98,
    encoding: options.Encoding = None,
    sheet: options.Sheet = None,
    query: options.Query = None,
    text_column: options.TextColumn = None,
    model: options.Model = None,
    models_dir: options.ModelsFolder = None,
    as_json: options.Json = False,
) -> None:
    """Predict the rating of a review.

    lstm predict "great movie"

    echo "dull, endless and badly acted" | lstm predict

    lstm predict --input reviews.csv --output rated.csv
    """
    of_file = (output, safe_csv or None, fast or None, sheet, query, text_column)
    if input_file is None and any(value is not None for value in of_file):
        raise OptionError(
            "--output, --safe-csv, --fast, --sheet, --query and --text-column go with --input FILE"
        )
    if options.is_given(ctx, "agree") and not fast:
        raise OptionError("--agree goes with --fast")
    if input_file is not None and texts:
        raise OptionError("give either TEXT or --input FILE, not both")
    if output is not None and as_json:
        raise OptionError("--json prints to standard output: leave out --output")

    from lstm_cli.bundle.contents import BASE

    given = texts_given(ctx, texts) if input_file is None else None
    if given is None and input_file is None:
        raise OptionError('nothing to predict: give a review, as in: lstm predict "great movie"')
    bundle = options.chosen_bundle(ctx, model, models_dir)
    if bundle.name == BASE:
        note(ctx, ABOUT_BASE)
    if input_file is not None:
        _rate_file(ctx, bundle, input_file, output, agree if fast else None)
    elif given is not None:
        _rate_texts(bundle, given, as_json)


def _rate_texts(bundle: "Bundle", texts: list[str], as_json: bool) -> None:
    from lstm_cli.inference.predictor import Predictor
    from lstm_cli.views.console import results_console
    from lstm_cli.views.prediction import show_prediction

    predictor = Predictor(bundle)
    console = results_console()
    for place, text in enumerate(texts):
        prediction = predictor.predict(text)
        if as_json:
            print_json(prediction.to_json())
            continue
        if place:
            console.print()
        show_prediction(console, prediction)


def _rate_file(
    ctx: typer.Context, bundle: "Bundle", source: str, output: str | None, fast: float | None
) -> None:
    """Rate every row of a file.

    Args:
        ctx: of the command.
        bundle: the model.
        source: the file.
        output: where the rows go.
        fast: the share of rows that should get the network's rating where its regression
            answers what it can; None leaves every row to the network.
    """
    from lstm_cli.data.texts import open_texts
    from lstm_cli.data.writing import check_output
    from lstm_cli.views.reviews import lines_about_texts, places_of

    check_output(output or "-")
    agreement = None if fast is None else bundle.agreement
    with open_texts(source, options.read_options(ctx, bundle)) as opened:
        for line in lines_about_texts(opened.table, opened.columns, opened.num_rows):
            note(ctx, line)
        if bundle.info.scale.has_places:
            note(ctx, f"expected_rating counts {places_of(bundle.info.scale)}")

        from lstm_cli.inference.cascade import Cascade
        from lstm_cli.inference.scorer import Scorer, as_the_machine_can
        from lstm_cli.views.prediction import agreement_line, network_alone_line

        scorer = Scorer(bundle, as_the_machine_can)
        if fast is None or agreement is None:
            _rate_rows(ctx, scorer, opened, output)
            return
        threshold = agreement.threshold_for(fast)
        if threshold is None:
            note(ctx, network_alone_line(fast, agreement.reviews))
        summary = _rate_rows(ctx, Cascade.of(scorer, threshold), opened, output)
        if threshold is not None:
            answered = summary.num_by_regression, summary.num_rows - summary.num_by_regression
            note(ctx, agreement_line(*answered, agreement.of(threshold), agreement.reviews))


def _rate_rows(
    ctx: typer.Context, scorer: "Scorer | Cascade", opened: "OpenTexts", output: str | None
) -> "FileSummary":
    """Rate the rows, and print them as JSON or write them as a table."""
    from lstm_cli.data.writing import TableWriter
    from lstm_cli.inference.rating import FileSummary, check_columns_free, rate
    from lstm_cli.views.console import notes_console
    from lstm_cli.views.prediction import rating_progress, show_file_summary

    table, summary = opened.table, FileSummary(scorer.bundle.info.scale.labels)
    if ctx.params["as_json"]:
        for rated in rate(scorer, opened):
            for prediction in rated.predictions():
                print_json(prediction.to_json())
            summary.add(rated)
        return summary

    check_columns_free(table, is_fast=ctx.params["fast"])
    console = notes_console(quiet=verbosity(ctx).quiet)
    with (
        TableWriter(output or "-", like=table, num_rows=opened.num_rows) as writer,
        rating_progress(console, opened.num_rows) as advance,
    ):
        for rated in rate(scorer, opened):
            writer.write(rated.with_ratings(is_safe=ctx.params["safe_csv"]))
            summary.add(rated)
            advance(len(rated.texts))
    lines = table.line_numbers([row for _, row, *_ in summary.least_certain])
    show_file_summary(
        console,
        "standard output" if output in (None, "-") else str(output),
        summary.by_rating(),
        [
            (line, text, rating, confidence)
            for line, (confidence, _, text, rating) in zip(
                lines, summary.least_certain, strict=True
            )
        ],
        summary.num_empty,
    )
    return summary
