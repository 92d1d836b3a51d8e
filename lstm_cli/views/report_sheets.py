"""A report as tables: one row a cell, a comparison, a word; numbers as numbers.

Shares lie in 0..1 everywhere; a workbook shows them as percentages. What ends in ``_from``
and ``_to`` is the 95 % interval of the column before it.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

from lstm_cli.data.workbooks.sheets import PERCENT_TENTHS, TWO_DECIMALS, WHOLE, Sheet
from lstm_cli.results import Contrast, Estimate, Report, ReportCell, TermEffect
from lstm_cli.views.rated_workbook import ROWS_SHEET, formats_of
from lstm_cli.views.report_words import how_to_read, low_name, marked, shown_line, who_rated

if TYPE_CHECKING:
    import polars as pl

ALL = "(all)"  # sorts before the names of groups, and is hardly one
THREE_DECIMALS = "0.000"
FOUND = "what was found"
WIDTH_OF_SENTENCES = 100

# The reviews beside a word.
QUOTES = 3

Value = str | int | float | bool | None


def shares_frame(report: Report, *, with_counted: bool = False) -> "pl.DataFrame":
    """One row a cell: all reviews, each group, each period, and both together.

    Args:
        report: its cells come in their order.
        with_counted: also the shares and the mean that counting predicted ratings gives.

    Returns:
        ``group``, ``period``, ``reviews``, ``rated_by_people``, ``mean``, ``low_share`` and
        ``share_R`` for each rating R; behind each figure where it lies, 0..1 for shares. Where
        all groups or periods are together, ``(all)`` stands in place of the name.
    """
    import polars as pl

    schema = _shares_schema(report, with_counted)
    rows = [_cell_row(report, cell, with_counted) for cell in report.cells]
    return pl.DataFrame(rows, schema=schema, orient="row")


def _shares_schema(report: Report, with_counted: bool) -> dict[str, type]:
    schema: dict[str, type] = {"group": str, "period": str, "reviews": int, "rated_by_people": int}
    figures = [("mean", "mean"), ("low_share", "low")]
    figures += [(f"share_{rating}",) * 2 for rating in report.ratings]
    for figure, ends in figures:
        schema |= {figure: float, f"{ends}_from": float, f"{ends}_to": float}
    if with_counted:
        schema["counted_mean"] = float
        schema |= {f"counted_{rating}": float for rating in report.ratings}
    return schema


def _cell_row(report: Report, cell: ReportCell, with_counted: bool) -> list[Value]:
    row: list[Value] = [_name(cell.group), _name(cell.period), cell.reviews, cell.rated]
    for estimate in (cell.mean, cell.low, *(cell.shares[rating] for rating in report.ratings)):
        row += _ends(estimate)
    if with_counted:
        row += [cell.counted_mean, *(cell.counted[rating] for rating in report.ratings)]
    return row


def summary_frame(report: Report) -> "pl.DataFrame":
    """One row for all reviews and one a group: what a reader wants to know first.

    Returns:
        ``group``, ``reviews``, ``mean`` and ``low_share``, each with where it lies.
    """
    shares = shares_frame(report)
    wanted = ["group", "reviews"]
    for figure, ends in (("mean", "mean"), ("low_share", "low")):
        wanted += [figure, f"{ends}_from", f"{ends}_to"]
    return shares.filter(shares["period"] == ALL).select(wanted)


def periods_frame(report: Report, figure: str) -> "pl.DataFrame":
    """One row for all reviews and one a group, one column a period; empty without periods.

    Args:
        report: its cells.
        figure: "mean" or "low".

    Returns:
        ``group``, and the figure of each period, side by side for a chart; behind all of them for
        each period the interval and the number of reviews: ``2025-01_from``, ``2025-01_to``,
        ``2025-01_reviews``.
    """
    import polars as pl

    found = {(cell.group, cell.period): cell for cell in report.cells}
    periods = list(dict.fromkeys(cell.period for cell in report.cells if cell.period is not None))
    names = list(dict.fromkeys(cell.group for cell in report.cells if cell.period is not None))
    columns: dict[str, list[Value]] = {"group": [_name(group) for group in names]}
    behind: dict[str, list[Value]] = {}
    for period in periods:
        cells = [found.get((group, period)) for group in names]
        ends = [(None,) * 3 if c is None else _ends(getattr(c, figure)) for c in cells]
        reviews: list[Value] = [None if cell is None else cell.reviews for cell in cells]
        for place, ending in enumerate(("", "_from", "_to")):
            side = behind if ending else columns
            side[_free(columns | behind, period + ending)] = [three[place] for three in ends]
        behind[_free(columns | behind, f"{period}_reviews")] = reviews
    return pl.DataFrame(columns | behind, strict=False)


def _free(taken: Mapping[str, object], name: str) -> str:
    """A name for a column that no other has: a period may be called anything."""
    while name in taken:
        name += " "
    return name


def findings_frame(sentences: Sequence[str]) -> "pl.DataFrame":
    """A sentence a row."""
    import polars as pl

    return pl.DataFrame({FOUND: list(sentences)}, schema={FOUND: pl.String})


def changes_frame(report: Report) -> "pl.DataFrame":
    """One row a pair that was compared, with the mean and the low share in columns of their own.

    Returns:
        ``what`` ("later against earlier" or "group against others"), ``group``, ``first``,
        ``second``; then for ``mean`` and for ``low_share`` the value of either (``mean_first``,
        ``mean_second``), how far the second is from the first with its interval
        (``mean_difference``), and whether that is sure: whether its interval leaves out 0.
        Empty where a figure was not compared.
    """
    import polars as pl

    schema: dict[str, type] = {"what": str, "group": str, "first": str, "second": str}
    for figure in ("mean", "low_share"):
        for step in ("first", "second", "difference"):
            name = f"{figure}_{step}"
            schema |= {name: float, f"{name}_from": float, f"{name}_to": float}
        schema[f"{figure}_is_sure"] = bool
    pairs: dict[tuple[str, str, str, str], dict[str, Contrast]] = {}
    for contrast in report.contrasts:
        pairs.setdefault(_pair(contrast), {})[contrast.figure] = contrast
    rows = [
        [*pair, *(value for figure in ("mean", "low") for value in _change(found.get(figure)))]
        for pair, found in pairs.items()
    ]
    return pl.DataFrame(rows, schema=schema, orient="row")


def _pair(contrast: Contrast) -> tuple[str, str, str, str]:
    what = "later against earlier" if contrast.kind == "later" else "group against others"
    return what, _name(contrast.group), contrast.first, contrast.second


def _change(contrast: Contrast | None) -> list[Value]:
    if contrast is None:
        return [None] * 10
    both = (*_ends(contrast.before), *_ends(contrast.after))
    return [*both, *_ends(contrast.change), contrast.is_sure]


def words_frame(report: Report) -> "pl.DataFrame":
    """One row a word that makes a group differ from the others, the strongest of a group first.

    Returns:
        ``group``, ``it`` ("lowers" or "raises"), ``term``, ``effect`` on the group's mean
        expected rating with its interval, ``reviews`` of the group in which it stands, their
        ``share`` of them and its ``share_elsewhere``, ``each`` (what it does where it stands),
        ``said_with`` (what is said with it, and in how many reviews), and three reviews with
        their lines, the term in [brackets].
    """
    import polars as pl

    schema: dict[str, type] = {"group": str, "it": str, "term": str}
    schema |= dict.fromkeys(("effect", "effect_from", "effect_to"), float)
    schema |= {"reviews": int, "share": float, "share_elsewhere": float, "each": float}
    schema["said_with"] = str
    for k in range(1, QUOTES + 1):
        schema |= {f"line_{k}": str, f"review_{k}": str}
    rows = [
        [group.group, it, *_word_row(term, bool(group.others))]
        for group in report.words
        for it, terms in (("lowers", group.lowering), ("raises", group.raising))
        for term in terms
    ]
    return pl.DataFrame(rows, schema=schema, orient="row")


def _word_row(term: TermEffect, has_others: bool) -> list[Value]:
    row: list[Value] = [term.term, term.effect, *term.interval, term.reviews]
    row += [term.share, term.share_elsewhere if has_others else None, term.each]
    row.append(", ".join(f"{other.word} ({other.reviews})" for other in term.said_with))
    for k in range(QUOTES):
        if k >= len(term.quotes):
            row += [None, None]
            continue
        pieces = marked(term.quotes[k])
        text = "".join(f"[{piece.text}]" if piece.is_term else piece.text for piece in pieces)
        row += [shown_line(term.quotes[k]), text]
    return row


def notes_frame(report: Report, facts: Sequence[tuple[str, str]] = ()) -> "pl.DataFrame":
    """What a colleague has to know who has only the workbook: a name and a note a row.

    Args:
        report: what the other sheets are made from.
        facts: of the file, the day and the model, which come first.
    """
    import polars as pl

    rows = [*facts, *_notes(report)]
    return pl.DataFrame(rows, schema={"what": pl.String, "note": pl.String}, orient="row")


def _notes(report: Report) -> Iterator[tuple[str, str]]:
    if report.uses_model:
        yield "model of the report", report.model
    yield "reviews", f"{report.reviews:,}: {who_rated(report)}"
    if report.empty:
        yield "rows in no figure", f"{report.empty:,}, which have neither text nor rating"
    for what, column in (("group", report.by), ("period", report.over)):
        if column is not None:
            yield f"column {what}", f"{column}; {ALL} where all are together: do not add these up"
    yield "column low_share", f"the share of {low_name(report)}"
    if report.uses_model:
        yield (
            "sheet ratings",
            "the model's most probable rating of each row; averages of these are not the figures "
            "of the other sheets, which correct for how the model errs",
        )
    else:
        yield "sheet ratings", "the rating of each row, by people"
    yield (
        "columns ..._from and ..._to",
        "the 95 % interval of the figure before them; by period they stand behind all figures, "
        "with ..._reviews, the number of reviews each is of",
    )
    yield from how_to_read(report)


def report_sheets(
    report: Report,
    sentences: Sequence[str] = (),
    rated_rows: "pl.DataFrame | pl.LazyFrame | None" = None,
    facts: Sequence[tuple[str, str]] = (),
    *,
    with_counted: bool = False,
) -> list[Sheet]:
    """The report as sheets of a workbook, what is read first at the front.

    Args:
        report: the sheets of periods, changes and words are there if it has any.
        sentences: the findings.
        rated_rows: the rows of the file and their ratings; without them there is no such sheet.
        facts: of the file, the day and the model, for the notes.
        with_counted: also what counting predicted ratings gives.
    """
    summary, low, mean = (
        summary_frame(report),
        periods_frame(report, "low"),
        periods_frame(report, "mean"),
    )
    shares = shares_frame(report, with_counted=with_counted)
    changes, words = changes_frame(report), words_frame(report)
    sheets = [
        Sheet("findings", findings_frame(sentences), wrapped={FOUND: WIDTH_OF_SENTENCES}),
        Sheet("summary", summary, _formats(summary)),
        Sheet("low ratings by period", low, _formats_by_period(low, PERCENT_TENTHS)),
        Sheet("mean by period", mean, _formats_by_period(mean, TWO_DECIMALS)),
        Sheet("shares", shares, _formats(shares)),
        Sheet("changes", changes, _formats(changes)),
        Sheet("words", words, _formats(words)),
    ]
    if rated_rows is not None:
        columns = rated_rows.lazy().collect_schema().names()
        sheets.append(Sheet(ROWS_SHEET, rated_rows, formats_of(columns)))
    filled = [sheet for sheet in sheets if sheet.name == ROWS_SHEET or _height(sheet)]
    notes = Sheet("notes", notes_frame(report, facts), wrapped={"note": WIDTH_OF_SENTENCES})
    return [*filled, notes]


def _height(sheet: Sheet) -> int:
    """How many rows a table has that is in memory."""
    return int(sheet.frame.lazy().collect().height)


def _formats_by_period(frame: "pl.DataFrame", figure: str) -> dict[str, str]:
    """Of ``periods_frame``: the figure and its ends, and whole numbers of reviews."""
    return {
        name: WHOLE if dtype.is_integer() else figure
        for name, dtype in frame.schema.items()
        if dtype.is_numeric()
    }


def _formats(frame: "pl.DataFrame") -> dict[str, str]:
    """How the numbers of a table of this module are shown."""
    formats = {}
    for name, dtype in frame.schema.items():
        if not dtype.is_numeric():
            continue
        if dtype.is_integer():
            formats[name] = WHOLE
        elif name.startswith("effect"):
            formats[name] = THREE_DECIMALS
        elif name.startswith(("mean", "counted_mean", "each")):
            formats[name] = TWO_DECIMALS
        else:
            formats[name] = PERCENT_TENTHS
    return formats


def _name(name: str | None) -> str:
    return ALL if name is None else name


def _ends(estimate: Estimate) -> tuple[float, float, float]:
    return estimate.value, estimate.low, estimate.high
