"""A report as one page that needs no network: findings, charts, words, and all numbers.

What would make it unreadable is left out of the charts, and the page says so; of the numbers
it leaves out only what no browser would show in a reasonable time.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from lstm_cli.data.showing import count
from lstm_cli.results import Contrast, GroupWords, Report, ReportCell, TermEffect
from lstm_cli.views.charts import render
from lstm_cli.views.console import visible
from lstm_cli.views.group_words import distance, how_many_read, points, said_with
from lstm_cli.views.report_charts import (
    Figure,
    Panel,
    bars,
    dots,
    figures,
    periods_below,
    plot,
    shades,
    time_axis,
)
from lstm_cli.views.report_words import (
    Piece,
    how_to_read,
    low_name,
    marked,
    mean_change,
    mean_range,
    share,
    share_change,
    share_range,
    shown_line,
    shown_name,
    who_rated,
)

MOST_GROUPS = 40  # that are drawn as bars and dots
MOST_PANELS = 24  # groups that are drawn over time
MOST_PERIODS = 60
MOST_ROWS = 2_500  # of a table of numbers
ELSEWHERE = "the workbook, the CSV file and the JSON have them all"


@dataclass(frozen=True)
class Row:
    """Of a table: what it is about, and figures with what stands below each."""

    names: tuple[str, ...]
    cells: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Numbers:
    """A table of figures."""

    id: str
    title: str
    headers: tuple[str, ...]
    rows: tuple[Row, ...]
    left_out: str
    is_folded: bool


@dataclass(frozen=True)
class Change:
    """A contrast as it is shown."""

    names: tuple[str, str, str]  # the group, what is compared with, and what is compared
    figure: str
    cells: tuple[tuple[str, str], ...]  # before, after, change; each with its interval
    verdict: str
    kind: str  # better, worse or unsure


@dataclass(frozen=True)
class Term:
    """A word and its effect, as it is shown."""

    term: str
    effect: str
    width: float  # of its bar, in percent of the strongest on the page
    how_often: str
    detail: str
    quotes: tuple[tuple[str, list[Piece]], ...]  # where each stands, and its pieces


@dataclass(frozen=True)
class Words:
    """A group and its words, as they are shown."""

    name: str
    distance: str
    note: str
    lists: tuple[tuple[str, list[Term]], ...]  # "lower" or "raise", and the words that do


def report_page(report: Report, sentences: Sequence[str], *, source: str = "") -> str:
    """The report as one page of HTML.

    Args:
        report: what is known of a file.
        sentences: findings in plain English, the most important first.
        source: the file, as messages name it.

    Returns:
        A page without scripts and without anything to fetch; all text of strangers is escaped.
    """
    whole, groups, periods = report.whole, report.of(groups=True), report.of(periods=True)
    low = low_name(report)
    both = figures(report, low)
    by, over = (visible(name or "", 40) for name in (report.by, report.over))
    drawn = _largest(groups, MOST_GROUPS)
    name = visible(re.split(r"[/\\]", source.rstrip("/\\"))[-1], 60)
    return render(
        "report_page.html.j2",
        "",
        more_style="report_page.css",
        title=f"Ratings of {name}" if source else "Ratings",
        source=visible(source),
        model=visible(report.model) if report.uses_model else "",
        by=by,
        over=over,
        low_name=low,
        tiles=_tiles(report, whole, low),
        sentences=[visible(sentence) for sentence in sentences],
        rated=_who(report),
        legend=[(visible(rating, 40), *shade) for rating, shade in shades(report).items()],
        bars=bars(report, [whole, *drawn]),
        dots=[dots(figure, whole, drawn) for figure in both] if groups else [],
        groups_left_out=_left_out(len(drawn), len(groups)),
        panels=_panels(report, both) if periods else (),
        below=periods_below([cell.period or "" for cell in periods][-MOST_PERIODS:]),
        panels_left_out=_panels_left_out(groups, periods),
        changes=[_change(report, contrast, low) for contrast in report.contrasts],
        words=_words(report.words),
        numbers=_numbers(report, low, by, over),
        reading=[(name[:1].upper() + name[1:], text) for name, text in how_to_read(report)],
    )


def _tiles(report: Report, whole: ReportCell, low: str) -> list[tuple[str, str, str]]:
    """The three figures of all reviews: name, figure, and what stands below it."""
    scale = f" of {len(report.ratings)}" if report.has_places else ""
    mean = "Mean place" if report.has_places else "Mean rating"
    return [
        (mean, f"{whole.mean.value:.2f}{scale}", mean_range(whole.mean)),
        (f"Share of {low}", share(whole.low.value), share_range(whole.low)),
        ("Reviews", f"{report.reviews:,}", who_rated(report)),
    ]


def _who(report: Report) -> str:
    """What is in no figure."""
    if not report.empty:
        return ""
    rows, are = ("row", "is") if report.empty == 1 else ("rows", "are")
    return f"{report.empty:,} {rows} without text and rating {are} in no figure."


def _largest(cells: Sequence[ReportCell], most: int) -> list[ReportCell]:
    """The groups with most reviews, in the order in which they came."""
    kept = sorted(range(len(cells)), key=lambda k: -cells[k].reviews)[:most]
    return [cells[k] for k in sorted(kept)]


def _left_out(drawn: int, number: int) -> str:
    """How many groups are not drawn, if any."""
    if drawn == number:
        return ""
    others = "one is" if number - drawn == 1 else f"{number - drawn:,} are"
    return (
        f"The {drawn} groups with most reviews are drawn; the other {others} in the numbers below."
    )


def _panels(report: Report, both: tuple[Figure, Figure]) -> list[Panel]:
    """All together, and each group, over time."""
    periods = [cell.period for cell in report.of(periods=True)][-MOST_PERIODS:]
    found = {(cell.group, cell.period): cell for cell in report.cells}
    whole, groups = report.whole, _largest(report.of(groups=True), MOST_PANELS)
    rows = [
        (cell, [found.get((cell.group, period)) for period in periods]) for cell in (whole, *groups)
    ]
    known = [cell for _, lane in rows for cell in lane if cell is not None]
    axes = [(figure, time_axis(figure, known)) for figure in both]
    return [
        Panel(
            shown_name(cell.group),
            cell.reviews,
            tuple(plot(figure, line, lane) for figure, line in axes),
        )
        for cell, lane in rows
    ]


def _panels_left_out(groups: Sequence[ReportCell], periods: Sequence[ReportCell]) -> str:
    """What is not drawn over time, if anything."""
    said = _left_out(min(len(groups), MOST_PANELS), len(groups))
    before = len(periods) - MOST_PERIODS
    if before <= 0:
        return said
    earlier = "one before them is" if before == 1 else f"{before:,} before them are"
    last = f"The last {MOST_PERIODS} periods are drawn; the {earlier} in the numbers below."
    return f"{said} {last}".strip()


def _change(report: Report, contrast: Contrast, low: str) -> Change:
    is_mean = contrast.figure == "mean"
    write = mean_change if is_mean else share_change
    ranges = mean_range if is_mean else share_range
    both = (contrast.before, contrast.after)
    figures_of = [(f"{e.value:.2f}" if is_mean else share(e.value), ranges(e)) for e in both]
    rises = contrast.change.value > 0
    if not contrast.is_sure:
        verdict, kind = "cannot tell", "unsure"
    else:
        verdict = {
            ("later", True): "rose", ("later", False): "fell",
            ("group", True): "higher", ("group", False): "lower",
        }["later" if contrast.kind == "later" else "group", rises]  # fmt: skip
        kind = "better" if rises == is_mean else "worse"
    names = (shown_name(contrast.group), visible(contrast.first, 60), visible(contrast.second, 60))
    return Change(
        names,
        "mean rating" if is_mean else f"share of {low}",
        (*figures_of, write(contrast.change)),
        verdict,
        kind,
    )


def _words(groups: Sequence[GroupWords]) -> list[Words]:
    """The words of each group, their bars as long as their share of the strongest on the page."""
    effects = [abs(t.effect) for group in groups for t in (*group.lowering, *group.raising)]
    strongest = max(effects, default=0) or 1
    return [
        Words(
            shown_name(group.group),
            distance(group),
            how_many_read(group) if group.left_out else "",
            tuple(
                (kind, [_term(term, strongest, bool(group.others)) for term in terms])
                for kind, terms in (("lower", group.lowering), ("raise", group.raising))
                if terms
            ),
        )
        for group in groups
    ]


def _term(term: TermEffect, strongest: float, has_others: bool) -> Term:
    low, high = term.interval
    elsewhere = f"; elsewhere {share(term.share_elsewhere)}" if has_others else ""
    interval = f"95 % interval {points(low)} to {points(high)}"
    return Term(
        visible(term.term, 60),
        f"{points(term.effect)} points",
        round(100 * abs(term.effect) / strongest, 1),
        f"in {count(term.reviews, 'review')} ({share(term.share)}{elsewhere})",
        f"{interval}; where it stands, {points(term.each)}{said_with(term)}",
        tuple(
            (f"{shown_line(quote)}, rated {quote.rating:.1f}", marked(quote))
            for quote in term.quotes
        ),
    )


def _numbers(report: Report, low: str, by: str, over: str) -> list[Numbers]:
    """A table of groups, of periods, and of both, as far as there are any."""
    whole = report.whole
    tables = [
        ("groups", f"By {by}" if by else "All together", (by or "reviews",),
         [whole, *report.of(groups=True)], False),
        ("periods", f"By {over}", (over,), report.of(periods=True), True),
        ("cells", f"By {by} and {over}", (by, over),
         report.of(groups=True, periods=True), True),
    ]  # fmt: skip
    figures_of = ("reviews", "rated by people", "mean rating", low)
    ratings = [visible(rating, 24) for rating in report.ratings]
    return [
        Numbers(
            name,
            title,
            (*columns, *figures_of, *ratings),
            tuple(_row(report, cell, name) for cell in cells[:MOST_ROWS]),
            _rows_left_out(len(cells)),
            folded,
        )
        for name, title, columns, cells, folded in tables
        if cells
    ]


def _row(report: Report, cell: ReportCell, table: str) -> Row:
    group, period = shown_name(cell.group), shown_name(cell.period)
    names = {"groups": (group,), "periods": (period,), "cells": (group, period)}[table]
    shares = [(share(e.value), share_range(e)) for e in (cell.shares[r] for r in report.ratings)]
    return Row(
        names,
        (
            (f"{cell.reviews:,}", ""),
            (f"{cell.rated:,}", ""),
            (f"{cell.mean.value:.2f}", mean_range(cell.mean)),
            (share(cell.low.value), share_range(cell.low)),
            *shares,
        ),
    )


def _rows_left_out(number: int) -> str:
    if number <= MOST_ROWS:
        return ""
    return f"The first {MOST_ROWS:,} of {number:,} rows are shown; {ELSEWHERE}."
