"""What a file of reviews says of its groups and periods, in a terminal."""

import textwrap
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager

from rich.console import Console
from rich.text import Text

from lstm_cli.data.showing import count
from lstm_cli.results import Contrast, Report, ReportCell
from lstm_cli.views.adding_up import apart
from lstm_cli.views.console import LINE, bar, plain_table, say, show_table, visible
from lstm_cli.views.report_words import (
    low_name,
    mean_range,
    share,
    share_range,
    shown_name,
    who_rated,
)

MOST_ROWS = 40  # of a table; the page and the files have all
MOST_CROSSED = 12  # rows of groups in periods, unless all are asked for
WIDEST_NAME = 22
BAR = 12


@contextmanager
def figures_progress(console: Console) -> Iterator[Callable[[float], None]]:
    """Show how far the figures are; what it yields is called with the share that is done."""
    from lstm_cli.views.progress import progress_bar

    said = "working out how sure each figure is"
    with progress_bar(console, said, width=20, with_time_left=False) as progress:
        task = progress.add_task("", total=1.0)
        yield lambda share: progress.update(task, completed=share)


def findings(report: Report) -> list[str]:
    """What is to be said of a report, in sentences, the surest and largest first."""
    whole, low = report.whole, low_name(report)
    everything = (
        f"{count(report.reviews, 'review')} ({who_rated(report)}): the mean rating is "
        f"{whole.mean.value:.2f} ({mean_range(whole.mean)}), and {share(whole.low.value)} are "
        f"{low} ({share_range(whole.low)})."
    )
    sure: dict[tuple[str, str | None], list[Contrast]] = {}
    unsure: dict[str, list[str | None]] = {"group": [], "later": []}
    pairs: dict[tuple[str, str | None], list[Contrast]] = {}
    for contrast in report.contrasts:
        pairs.setdefault((contrast.kind, contrast.group), []).append(contrast)
    for (kind, group), both in pairs.items():
        if any(contrast.is_sure for contrast in both):
            sure[kind, group] = both
        else:
            unsure[kind].append(group)
    ordered = sorted(sure.items(), key=lambda item: -_size(item[1]))
    sentences = [everything, *(_told(report, both) for _, both in ordered)]
    sentences += _not_told(unsure)
    compared = len({contrast.group for contrast in report.contrasts} - {None})
    if compared < len(report.of(groups=True)) and compared:
        sentences.append(f"Only the {compared} largest groups with enough reviews are compared.")
    return [*sentences, *_by_chance(len(report.contrasts))]


def _size(both: Sequence[Contrast]) -> float:
    """How large a change is, by the larger of what it is sure of."""
    scale = {"mean": 0.25, "low": 1.0}  # a quarter of a mean point of five is as much as a share
    return max(abs(c.change.value) * scale[c.figure] for c in both if c.is_sure)


def _told(report: Report, both: Sequence[Contrast]) -> str:
    """One comparison of which at least one figure is sure."""
    first = both[0]
    name = "All together" if first.group is None else shown_name(first.group)
    parts = [_moved(report, contrast) for contrast in both if contrast.is_sure]
    when = f", {first.second} against {first.first}" if first.kind == "later" else ""
    return f"{name}{when}: {', and '.join(parts)}."


def _moved(report: Report, contrast: Contrast) -> str:
    """By how much one figure differs, and from what."""
    change, values = contrast.change, (contrast.before.value, contrast.after.value)
    least, most = sorted((abs(change.low), abs(change.high)))
    if contrast.figure == "mean":
        what, before, after = "mean rating", *(f"{value:.2f}" for value in values)
        by = f"by {abs(apart(*values)):.2f} ({least:.2f} to {most:.2f})"
    else:
        what, before, after = f"share of {low_name(report)}", *map(share, values)
        points = abs(apart(100 * values[0], 100 * values[1], 1))
        by = f"by {points:.1f} points ({100 * least:.1f} to {100 * most:.1f})"
    if contrast.kind == "later":
        moved = "rose" if change.value > 0 else "fell"
        return f"the {what} {moved} {by}, from {before} to {after}"
    place = "above" if change.value > 0 else "below"
    return f"the {what}, {after}, is {place} that of the others, {before}, {by}"


def _not_told(unsure: dict[str, list[str | None]]) -> Iterator[str]:
    """Where the reviews are too few to tell.

    >>> print(*_not_told({"later": [None, "A", "B"], "group": ["B"]}), sep="\\n")
    These reviews cannot tell whether the ratings as a whole, or those of A or B, changed over time.
    These reviews cannot tell whether B differs from the others.
    """
    later, groups = unsure["later"], unsure["group"]
    names = _either(later)
    whose = f" of {names}" if names else ""
    if None in later:
        whose = " as a whole" + (f", or those of {names}," if names else "")
    if later:
        yield f"These reviews cannot tell whether the ratings{whose} changed over time."
    if groups:
        yield f"These reviews cannot tell whether {_either(groups)} differs from the others."


def _either(groups: Sequence[str | None]) -> str:
    """``a``, ``a or b``, ``a, b or c``: the groups among them, without the whole."""
    names = [shown_name(group) for group in groups if group is not None]
    return " or ".join(filter(None, (", ".join(names[:-1]), *names[-1:])))


def _by_chance(number: int) -> Iterator[str]:
    if number > 1:
        yield (
            f"95 % intervals are in parentheses. Of {number} comparisons, about one in twenty "
            "looks sure by chance."
        )


def show_report(
    console: Console,
    report: Report,
    sentences: Sequence[str],
    *,
    with_counted: bool = False,
    with_all: bool = False,
) -> None:
    """Print the findings, and a table for groups, for periods and for both.

    Args:
        console: standard output.
        report: what is printed.
        sentences: the findings.
        with_counted: also what counting predicted ratings gives.
        with_all: each group in each period, however many lines that takes.
    """
    for sentence in sentences:
        say(console, _wrapped(visible(sentence)))
    _show_shares(console, report.whole)
    groups, periods = report.of(groups=True), report.of(periods=True)
    if groups:
        _show_cells(console, report, visible(report.by or ""), groups)
    if periods:
        _show_cells(console, report, visible(report.over or ""), periods)
    crossed = report.of(groups=True, periods=True)
    for group in groups if with_all or len(crossed) <= MOST_CROSSED else ():
        cells = [cell for cell in crossed if cell.group == group.group]
        if cells:
            _show_cells(console, report, shown_name(group.group), cells)
    if crossed and not with_all and len(crossed) > MOST_CROSSED:
        say(console, "each group in each period: with --all, --html FILE or --output FILE")
    if groups and periods and not report.is_crossed:
        say(console, "each group in each period would be too many figures: they are left out")
    if with_counted:
        _show_counted(console, report)
    if report.not_understood:
        what = count(report.not_understood, "rating")
        say(console, f"{what} not on the model's scale: the model rated these rows", "yellow")
    if report.empty:
        say(console, f"{count(report.empty, 'row')} without text and rating: in no figure")


def _wrapped(sentence: str) -> str:
    """A sentence in lines, none of which begins with a percent sign."""
    held = sentence.replace(" %", "\u00a0%")
    return textwrap.fill(held, LINE, subsequent_indent="  ").replace("\u00a0", " ")


def _show_shares(console: Console, cell: ReportCell) -> None:
    """Print the share of each rating."""
    console.print()
    table = plain_table("rating", "share", "95 % interval", "", right=(1,))
    for rating, estimate in cell.shares.items():
        table.add_row(
            Text(visible(rating, WIDEST_NAME)),
            share(estimate.value),
            share_range(estimate),
            bar(estimate.value, 2 * BAR),
        )
    show_table(console, table)


def _show_cells(
    console: Console, report: Report, heading: str, cells: Sequence[ReportCell]
) -> None:
    """Print one row per cell."""
    console.print()
    low = f"are {low_name(report)}"
    table = plain_table(
        visible(heading, WIDEST_NAME), "reviews", "mean", "", low, "", "", right=(1, 2, 4)
    )
    for cell in cells[-MOST_ROWS:]:
        name = cell.period if cell.period is not None else cell.group
        table.add_row(
            Text(visible(shown_name(name), WIDEST_NAME)),
            f"{cell.reviews:,}",
            f"{cell.mean.value:.2f}",
            mean_range(cell.mean),
            share(cell.low.value),
            share_range(cell.low),
            bar(cell.low.value, BAR),
        )
    show_table(console, table)
    if len(cells) > MOST_ROWS:
        say(console, f"the first {len(cells) - MOST_ROWS:,} are in the files and on the page")


def _show_counted(console: Console, report: Report) -> None:
    """Print what counting predicted ratings would give, beside what it is corrected to."""
    console.print()
    say(console, "counting the predicted ratings, which is biased to what the model learned from:")
    table = plain_table("", "mean", *report.ratings, right=tuple(range(1, len(report.ratings) + 2)))
    for cell in [report.whole, *report.of(groups=True)]:
        table.add_row(
            Text(visible(shown_name(cell.group), WIDEST_NAME)),
            f"{cell.counted_mean:.2f}",
            *(share(cell.counted[rating]) for rating in report.ratings),
        )
    show_table(console, table)
