"""``lstm predict --input``: every row of a file, rated, written and summed up."""

from contextlib import ExitStack
from dataclasses import dataclass, replace
from datetime import date
from typing import TYPE_CHECKING

import typer

from lstm_cli.commands import options
from lstm_cli.commands.devices import scorers_on
from lstm_cli.commands.program import note, print_json, verbosity
from lstm_cli.errors import OptionError, Remedy

if TYPE_CHECKING:
    from lstm_cli.bundle.reading import Bundle
    from lstm_cli.data.shards import Shard
    from lstm_cli.data.tables import Table
    from lstm_cli.data.texts import OpenTexts
    from lstm_cli.data.writing import TableWriter
    from lstm_cli.gates.worst import Lowest
    from lstm_cli.inference.cascade import Cascade
    from lstm_cli.inference.rating import FileSummary, RatedRows
    from lstm_cli.inference.scorer import Scorer
    from lstm_cli.metrics.agreement import Threshold


@dataclass(frozen=True)
class FileRequest:
    """What a person wants of a file."""

    source: str
    output: str | None  # where the rows go; None for standard output, where nothing else goes
    replace: bool  # a file of that name gives way
    is_safe: bool  # no cell can be run by a spreadsheet
    with_probabilities: bool  # one column per rating
    as_json: bool
    worst: int | None  # so many of the lowest reviews are shown
    agree: float | None  # the share of rows that should get the network's rating, where the
    # regression answers what it can; None leaves every row to the network
    device: str  # as ``--device`` names it
    shard: "Shard | None" = None  # the part of the rows that is rated; None for all

    @property
    def writes_rows(self) -> bool:
        """Whether a table comes out."""
        return self.output is not None or (self.worst is None and not self.as_json)

    @property
    def prints_json(self) -> bool:
        """Whether each row comes out as a line of JSON."""
        return self.as_json and self.worst is None


def rate_file(ctx: typer.Context, bundle: "Bundle", request: FileRequest) -> None:
    """Rate every row of a file."""
    from lstm_cli.data.texts import open_texts
    from lstm_cli.data.writing import check_output
    from lstm_cli.views.reviews import lines_about_texts, places_of

    remedy = Remedy.RENAME_OR_REPLACE_FILE
    check_output(request.output or "-", replace=request.replace, remedy=remedy)
    _check_shard(ctx, request)
    with open_texts(request.source, options.read_options(ctx, bundle)) as opened:
        for line in lines_about_texts(opened.table, opened.columns, opened.num_rows):
            note(ctx, line)
        _check_in_place(request, opened.table)
        if bundle.info.scale.has_places:
            note(ctx, f"expected_rating counts {places_of(bundle.info.scale)}")
        _rate_opened(ctx, bundle, request, opened)


def _check_in_place(request: FileRequest, table: "Table") -> None:
    """Refuse to write over a file that is read, unless all of it is in the rows that come out.

    Raises:
        OutputError: it holds more than these, or they are of other files as well.
    """
    from lstm_cli.data.formats import FORMATS, by_ending
    from lstm_cli.data.targets import check_not_read

    target = request.output or "-"
    form = by_ending(target).form
    if request.shard is not None:
        loss = "would keep the rows of one shard alone"
    elif table.num_files is not None:
        loss = "would hold the rows of every file that is read"
    elif form is None or form.name != table.form or form is FORMATS["excel"]:
        loss = "would keep the rated rows alone"
    elif table.notes:
        loss = f"would be left as it was understood ({table.notes[0]})"
    else:
        return
    check_not_read(target, [request.source], loss)


def _check_shard(ctx: typer.Context, request: FileRequest) -> None:
    """Refuse to write a part in a format whose parts cannot be put together; say how others can.

    Raises:
        OptionError: it is a workbook.
    """
    from lstm_cli.data.formats import FORMATS, by_ending

    form = by_ending(request.output or "-").form
    if request.shard is None or form is None or form.append is not None:
        return
    if form is not FORMATS["parquet"]:
        raise OptionError(
            f"--shard: parts of {form.title} cannot be put together; write .csv, .tsv, .jsonl or "
            ".parquet"
        )
    note(ctx, "each shard is a Parquet file of its own: keep all of them in one folder")


def _rate_opened(
    ctx: typer.Context, bundle: "Bundle", request: FileRequest, opened: "OpenTexts"
) -> None:
    """Rate the rows with the network alone, or with the regression before it."""
    from lstm_cli.inference.cascade import Cascade
    from lstm_cli.inference.scorer import as_the_machine_can

    scorer = scorers_on(ctx, request.device, as_the_machine_can)(bundle)
    if request.agree is None:
        _rate_rows(ctx, scorer, request, opened)
        return
    threshold = threshold_for(ctx, bundle, request.agree)
    summary = _rate_rows(ctx, Cascade.of(scorer, threshold), request, opened)
    say_agreement(ctx, bundle, threshold, summary)


def threshold_for(ctx: typer.Context, bundle: "Bundle", agree: float) -> "Threshold | None":
    """How sure the regression has to be to answer first; a note says where it answers nothing.

    Raises:
        RequestError: the model has none, or does not know.
    """
    from lstm_cli.views.prediction import network_alone_line

    threshold = bundle.agreement.threshold_for(agree)
    if threshold is None:
        note(ctx, network_alone_line(agree, bundle.agreement.reviews))
    return threshold


def say_agreement(
    ctx: typer.Context, bundle: "Bundle", threshold: "Threshold | None", summary: "FileSummary"
) -> None:
    """Say which model answered how many rows."""
    from lstm_cli.views.prediction import agreement_line

    if threshold is not None:
        answered = summary.num_by_regression, summary.num_rows - summary.num_by_regression
        agreement = bundle.agreement
        note(ctx, agreement_line(*answered, agreement.of(threshold), agreement.reviews))


def _rate_rows(
    ctx: typer.Context, scorer: "Scorer | Cascade", request: FileRequest, opened: "OpenTexts"
) -> "FileSummary":
    """Rate the rows, and put out what was asked for: rows, lines of JSON, the lowest."""
    from lstm_cli.gates.worst import Lowest
    from lstm_cli.inference.rating import FileSummary, added_columns, check_columns_free, rate
    from lstm_cli.views.console import notes_console
    from lstm_cli.views.prediction import rating_progress
    from lstm_cli.views.rated_workbook import sheets_beside

    info, table = scorer.bundle.info, opened.table
    labels = info.scale.labels
    asked = opened if request.shard is None else _part(opened, request.shard, scorer)
    added = added_columns(
        labels, is_fast=ctx.params["fast"], with_probabilities=request.with_probabilities
    )
    summary, lowest = FileSummary(labels), Lowest(request.worst or 0)
    quiet = verbosity(ctx).quiet or request.prints_json
    with ExitStack() as stack:
        writer = None
        if request.writes_rows:
            check_columns_free(table, added)
            writer = stack.enter_context(_writer(request, opened, added))
        advance = stack.enter_context(rating_progress(notes_console(quiet=quiet), asked.num_rows))
        for rated in rate(scorer, asked):
            _put_out(rated, writer, request, opened)
            summary.add(rated)
            lowest.add(rated)
            advance(len(rated.texts))
        if writer is not None and writer.writes_sheets:
            writer.add_sheets(sheets_beside(info, summary, table.source, added, date.today()))
    if request.worst is not None:
        _show_lowest(scorer.bundle, request, opened, lowest)
    if not request.prints_json:
        _sum_up(ctx, scorer.bundle, request, opened, summary)
    if writer is not None and writer.has_decimal_comma:
        note(ctx, "numbers are written with a decimal comma, as in the file")
    return summary


def _part(opened: "OpenTexts", shard: "Shard", scorer: "Scorer | Cascade") -> "OpenTexts":
    """The same file, of which only the rows of a shard are rated."""
    about = -(-opened.num_rows // shard.total)  # it begins and ends with a window
    return replace(opened, windows=shard.windows(opened, scorer.pass_over), num_rows=about)


def _writer(request: FileRequest, opened: "OpenTexts", added: tuple[str, ...]) -> "TableWriter":
    from lstm_cli.data.writing import TableWriter
    from lstm_cli.views.rated_workbook import ROWS_SHEET, formats_of

    return TableWriter(
        request.output or "-",
        like=opened.table,
        num_rows=opened.num_rows,
        sheet=ROWS_SHEET,
        formats=formats_of(added),
        replace=request.replace,
        continues=request.shard is not None and not request.shard.is_first,
    )


def _put_out(
    rated: "RatedRows", writer: "TableWriter | None", request: FileRequest, opened: "OpenTexts"
) -> None:
    """Write some rows, or print them as JSON, or neither."""
    if writer is not None:
        frame = rated.with_ratings(
            is_safe=request.is_safe, with_probabilities=request.with_probabilities
        )
        writer.write(frame)
    elif request.prints_json:
        for described in rated.described(opened.columns.names):
            print_json(described)


def _sum_up(
    ctx: typer.Context,
    bundle: "Bundle",
    request: FileRequest,
    opened: "OpenTexts",
    summary: "FileSummary",
) -> None:
    """Say on standard error how often each rating was predicted, and what to look at first."""
    from lstm_cli.views.console import notes_console
    from lstm_cli.views.prediction import shard_line, show_file_summary

    if request.shard is not None:
        note(ctx, shard_line(request.shard, summary, opened.num_rows))
        if not summary.num_rows:
            return
    target = "standard output" if request.output in (None, "-") else str(request.output)
    lines = opened.table.line_numbers([row for _, row, *_ in summary.least_certain])
    show_file_summary(
        notes_console(quiet=verbosity(ctx).quiet),
        target if request.writes_rows else "",
        summary,
        bundle.info,
        lines.tolist(),
    )


def _show_lowest(
    bundle: "Bundle", request: FileRequest, opened: "OpenTexts", lowest: "Lowest"
) -> None:
    """``--worst``: the surest low reviews, and which words made them low."""
    from lstm_cli.gates.worst import low_review
    from lstm_cli.inference.predictor import Predictor
    from lstm_cli.views.console import results_console
    from lstm_cli.views.worst import show_worst

    predictor = Predictor(bundle, bundle.vocabulary)
    lines = opened.table.line_numbers([low.row for low in lowest.rows]).tolist()
    reviews = [
        low_review(predictor, low, line) for low, line in zip(lowest.rows, lines, strict=True)
    ]
    if request.as_json:
        for review in reviews:
            print_json(review.to_json())
    else:
        show_worst(results_console(), reviews, lowest.num_warned)
