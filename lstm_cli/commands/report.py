"""``lstm report``: shares and means by group and period, with intervals that know the model."""

from dataclasses import replace
from datetime import date
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated

import typer

from lstm_cli.commands import options
from lstm_cli.commands.devices import scorers_on
from lstm_cli.commands.program import note, print_json, verbosity
from lstm_cli.config import AUTO_DEVICE
from lstm_cli.errors import OptionError, Remedy

if TYPE_CHECKING:
    from pathlib import Path

    from lstm_cli.bundle.reading import Bundle
    from lstm_cli.data.partly_rated import PartlyRated
    from lstm_cli.data.ratings.scale import Scale
    from lstm_cli.evaluation.figures import ScoredRows
    from lstm_cli.results import GroupWords, Report


class EveryChoice(StrEnum):
    """How long a period is."""

    day = "day"
    week = "week"
    month = "month"
    quarter = "quarter"
    year = "year"


def report(
    ctx: typer.Context,
    file: Annotated[
        str,
        typer.Argument(
            metavar="FILE", help="Reviews, of which people may have rated some, none or all."
        ),
    ],
    by: Annotated[
        list[str] | None,
        typer.Option(metavar="COLUMN", help="A column of groups, such as property or product."),
    ] = None,
    over: Annotated[
        list[str] | None,
        typer.Option(metavar="COLUMN", help="A column of dates or other periods."),
    ] = None,
    every: Annotated[
        EveryChoice | None,
        typer.Option(help="How long a period of dates is. Default: what suits their span."),
    ] = None,
    low: Annotated[
        str | None,
        typer.Option(
            metavar="RATING",
            help="The highest rating that counts as low. Default: 2 of 1 to 5; the lower part of "
            "other scales.",
        ),
    ] = None,
    words: Annotated[
        bool,
        typer.Option(
            "--words",
            help="Also find the words that make the ratings of each group differ from the others.",
        ),
    ] = False,
    show_all: Annotated[
        bool, typer.Option("--all", help="Print each group in each period, however many they are.")
    ] = False,
    counted: Annotated[
        bool,
        typer.Option("--counted", help="Also show what counting predicted ratings would give."),
    ] = False,
    output: Annotated[
        str | None,
        typer.Option(
            metavar="FILE",
            help="Write the figures to this file; .xlsx has sheets of findings, a summary, "
            "periods, shares, changes, words, the rated rows and notes.",
        ),
    ] = None,
    replace_output: Annotated[
        bool, typer.Option("--replace", help="Replace existing files of --output and --html.")
    ] = False,
    html: Annotated[
        str | None, options.html_option("Write the report as a page that works offline.")
    ] = None,
    encoding: options.Encoding = None,
    sheet: options.Sheet = None,
    query: options.Query = None,
    text_column: options.TextColumn = None,
    rating_column: options.RatingColumn = None,
    no_ratings: Annotated[
        bool,
        typer.Option(
            "--no-ratings", help="Use no ratings of the file: the model rates every review."
        ),
    ] = False,
    model: options.Model = None,
    models_dir: options.ModelsFolder = None,
    device: options.Device = AUTO_DEVICE,
    as_json: options.Json = False,
) -> None:
    """Report how reviews rate, by group and over time, and how sure that is.

    lstm report reviews.csv --by property --over "stay month" --html report.html

    Ratings that people gave are used as they are; the model rates the other reviews. Each figure
    has an interval that allows for few reviews and for the model's own mistakes.
    """
    groups, periods = _only(by, "--by"), _only(over, "--over")
    if every is not None and periods is None:
        raise OptionError("--every goes with --over COLUMN")
    if no_ratings:
        options.check_not_given(ctx, ("rating_column",), "--no-ratings")
    bundle = options.chosen_bundle(ctx, model, models_dir)

    from lstm_cli.data.partly_rated import read_partly_rated

    _check_targets(file, output, html, replace=replace_output)
    rows = read_partly_rated(
        file,
        bundle.info.scale,
        options.read_options(ctx, bundle),
        by=groups,
        over=periods,
        every=None if every is None else every.value,
        uses_ratings=not no_ratings,
    )
    _say_what_was_read(ctx, rows)
    num_low = _num_low(rows.scale, low)
    if words and rows.by_people_alone:
        raise OptionError(
            f"--words: {bundle.name} finds the words, and rates {bundle.info.scale.in_order}; give "
            "a model of these ratings with --model"
        )

    from lstm_cli.evaluation.reporting import report_on, score_rows
    from lstm_cli.inference.scorer import in_float32
    from lstm_cli.views.console import notes_console
    from lstm_cli.views.prediction import rating_progress
    from lstm_cli.views.report import figures_progress

    console = notes_console(quiet=verbosity(ctx).quiet)
    base = None if rows.by_people_alone else _base(ctx, bundle, models_dir)
    scorer_of = scorers_on(ctx, device, in_float32)
    with rating_progress(console, int(rows.has_text.sum()) * (1 if base is None else 2)) as read:
        scored = score_rows(rows, bundle, base, read, scorer_of)
    with figures_progress(console) as done:
        made = report_on(scored, bundle, by=groups, over=periods, num_low=num_low, advance=done)
    if words:
        made = replace(made, words=_words(bundle, rows))
    _hand_out(ctx, made, scored, bundle)


def _only(columns: list[str] | None, option: str) -> str | None:
    """The column of an option that may be given once; of two, the first would be lost unsaid."""
    if columns and len(columns) > 1:
        raise OptionError(f"{option} is given {len(columns)} times: one column at a time")
    return columns[0] if columns else None


def _base(ctx: typer.Context, bundle: "Bundle", models_dir: "Path | None") -> "Bundle | None":
    """What the model started from, if it was asked about the model's reviews and is here."""
    from lstm_cli.bundle.locating import base_of, models_folder

    if bundle.base_answers is None:
        return None
    base = base_of(bundle, models_folder(models_dir))
    if base is None:
        note(
            ctx,
            f"{bundle.info.base}, from which {bundle.name} started, is not here as it was: the "
            "intervals are wider than they would be with it",
        )
    return base


def _num_low(scale: "Scale", low: str | None) -> int:
    """How many ratings of a scale count as low."""
    if low is None:
        return scale.num_low
    if low not in scale.labels[:-1]:
        shown = ", ".join(scale.labels)
        raise OptionError(f"--low {low}: choose a rating below the highest of {shown}")
    return scale.labels.index(low) + 1


def _check_targets(file: str, output: str | None, html: str | None, *, replace: bool) -> None:
    """Refuse before any work what could not be written after it, or would be lost."""
    from pathlib import Path

    from lstm_cli.data.targets import check_not_read
    from lstm_cli.data.whole import check_target
    from lstm_cli.data.writing import check_output

    remedy = Remedy.RENAME_OR_REPLACE_FILE
    if output == "-":
        raise OptionError("--output -: the report itself is printed; name a file, or give --json")
    for target in filter(None, (output, html)):
        check_not_read(target, [file], "would keep the report alone")
    if output is not None:
        check_output(output, replace=replace, remedy=remedy)
    if html is not None:
        check_target(Path(html), replace=replace, remedy=remedy)


def _say_what_was_read(ctx: typer.Context, rows: "PartlyRated") -> None:
    from lstm_cli.views.reviews import lines_about_partly_rated

    for line in lines_about_partly_rated(rows):
        note(ctx, line)


def _words(bundle: "Bundle", rows: "PartlyRated") -> "tuple[GroupWords, ...]":
    """The words that make each group differ, of the rows that have a text."""
    from lstm_cli.gates.group_words import group_words

    places = rows.has_text.nonzero()[0].tolist()
    groups = rows.groups or ("all reviews",) * len(rows)
    lines = rows.table.line_numbers(places).tolist()
    ratings = bundle.info.ratings
    known = [
        ratings[rows.rating_indices[place]] if rows.rating_indices[place] >= 0 else None
        for place in places
    ]
    return group_words(
        bundle,
        [rows.texts[place] for place in places],
        [str(line) for line in lines],
        [groups[place] for place in places],
        known,
    )


def _hand_out(ctx: typer.Context, report: "Report", scored: "ScoredRows", bundle: "Bundle") -> None:
    """Print the report, and write what was asked for."""
    from lstm_cli.views.report import findings, show_report

    given, sentences = ctx.params, findings(report)
    if given["output"] is not None:
        _write(ctx, report, sentences, scored, bundle)
        note(ctx, f"written: {given['output']}")
    if given["html"] is not None:
        from lstm_cli.data.writing import write_whole
        from lstm_cli.views.report_page import report_page

        page = report_page(report, sentences, source=scored.rows.table.source)
        write_whole(page, given["html"], replace=given["replace_output"])
        note(ctx, f"written: {given['html']}")
    if given["as_json"]:
        print_json(report.to_json() | {"findings": sentences})
        return
    from lstm_cli.views.console import results_console
    from lstm_cli.views.group_words import show_group_words

    console = results_console()
    show_report(
        console,
        report,
        sentences,
        with_counted=given["counted"],
        with_all=given["show_all"],
    )
    if report.words:
        show_group_words(console, report.words)


def _write(
    ctx: typer.Context,
    report: "Report",
    sentences: list[str],
    scored: "ScoredRows",
    bundle: "Bundle",
) -> None:
    """Write the figures: sheets of a workbook, or the shares as a table."""
    from lstm_cli.views.report_sheets import report_sheets, shares_frame

    target, is_replaced = ctx.params["output"], ctx.params["replace_output"]
    with_counted = ctx.params["counted"]
    if target.lower().endswith(".xlsx"):
        from lstm_cli.data.workbooks.workbook_output import write_sheets
        from lstm_cli.views.rated_workbook import model_facts

        source = f"{len(scored.rows):,} rows of {scored.rows.table.source}"
        facts = [("file", source)]
        if report.uses_model:
            facts += model_facts(bundle.info, date.today())
        sheets = report_sheets(
            report, sentences, scored.with_ratings(), facts, with_counted=with_counted
        )
        write_sheets(sheets, target, replace=is_replaced)
        return
    from lstm_cli.data.writing import TableWriter
    from lstm_cli.inference.rating import neutralized

    shares = shares_frame(report, with_counted=with_counted)
    with TableWriter(target, scored.rows.table, replace=is_replaced) as writer:
        # These rows are no person's own, who would want them unchanged: what groups are called
        # comes from strangers, and the file is made to be opened by a spreadsheet.
        writer.write(neutralized(shares) if writer.is_delimited else shares)
