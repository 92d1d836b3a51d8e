"""What the charts of a report are drawn from: places in percent, so that they fit any width.

An SVG without a view box takes percentages as they come: rows and dots keep their shape from
a phone to a poster, and letters their size. Only lines and bands need a box of 100 by 100.
"""

import math
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from statistics import median

from lstm_cli.data.showing import count
from lstm_cli.results import Estimate, Report, ReportCell
from lstm_cli.views.console import visible
from lstm_cli.views.report_words import mean_range, share, share_range, shown_name

LEAST_LABELLED = 0.12  # a share that has room for its percentage
EDGE = 4.0  # percent left free beside the first and the last period


@dataclass(frozen=True)
class Axis:
    """Values, and where they lie."""

    low: float
    high: float
    ticks: tuple[tuple[float, str], ...]  # in percent of the way from low to high

    def place(self, value: float) -> float:
        """Where a value lies, in percent; at the end if it is beyond."""
        inside = min(max(value, self.low), self.high)
        return round(100 * (inside - self.low) / (self.high - self.low), 2)


def axis(
    values: Iterable[float], bounds: tuple[float, float], write: Callable[[float], str], steps: int
) -> Axis:
    """An axis with round numbers that holds all values.

    Args:
        values: finite ones.
        bounds: what no value exceeds.
        write: a number -> how it is written.
        steps: at most so many, less one or two at the ends.

    >>> axis([0.03, 0.17], (0, 1), "{:.2f}".format, 4).ticks
    ((0.0, '0.00'), (25.0, '0.05'), (50.0, '0.10'), (75.0, '0.15'), (100.0, '0.20'))
    """
    known = [min(max(value, bounds[0]), bounds[1]) for value in values if math.isfinite(value)]
    low, high = (min(known), max(known)) if known else bounds
    # Below this, the last digit shown would be the same at two ticks.
    rough = max((high - low) / steps, (bounds[1] - bounds[0]) / 100)
    power = 10.0 ** math.floor(math.log10(rough))
    step = next(power * k for k in (1, 2, 5, 10) if power * k >= rough * (1 - 1e-9))
    first = math.floor(low / step + 1e-9)
    last = max(math.ceil(high / step - 1e-9), first + 1)
    marks = [round(k * step, 9) for k in range(first, last + 1)]
    low, high = max(marks[0], bounds[0]), min(marks[-1], bounds[1])
    ticks = ((100 * (mark - low) / (high - low), write(mark)) for mark in marks)
    return Axis(low, high, tuple((round(at, 2), shown) for at, shown in ticks if 0 <= at <= 100))


def scale_bounds(report: Report) -> tuple[float, float]:
    """Between what all means lie: ratings, or places on their scale."""
    if report.has_places:
        return 1.0, float(max(len(report.ratings), 2))
    numbers = [float(rating) for rating in report.ratings]
    return (min(numbers), max(numbers)) if len(set(numbers)) > 1 else (numbers[0], numbers[0] + 1)


@dataclass(frozen=True)
class Segment:
    """The share of a rating in a bar, in percent."""

    x: float
    width: float
    colour: str  # class: low or other, strong where letters have to be inverted
    opacity: float
    label: str  # "" where there is no room
    title: str


@dataclass(frozen=True)
class Bar:
    """The shares of all ratings in a group."""

    name: str
    reviews: int
    segments: tuple[Segment, ...]


def shades(report: Report) -> dict[str, tuple[str, float]]:
    """Each rating -> its colour and opacity: the ends of the scale are the strongest."""
    lows = [rating for rating in report.ratings if rating in report.low_ratings]
    others = [rating for rating in report.ratings if rating not in report.low_ratings]
    shaded: dict[str, tuple[str, float]] = {}
    for colour, outward in (("low", lows[::-1]), ("other", others)):
        # The next to the end is far from it: letters are dark on one and light on the other.
        inner = len(outward) - 1
        for k, rating in enumerate(outward):
            opacity = 1.0 if k == inner else round(0.2 + 0.36 * (k + 1) / max(inner, 1), 2)
            shaded[rating] = (f"{colour} strong" if k == inner else colour, opacity)
    return {rating: shaded[rating] for rating in report.ratings}


def bars(report: Report, cells: Sequence[ReportCell]) -> list[Bar]:
    """A bar a group, of the shares that are most likely."""
    shaded = shades(report)
    drawn = []
    for cell in cells:
        segments, x = [], 0.0
        for rating, (colour, opacity) in shaded.items():
            estimate = cell.shares[rating]
            width = 100 * estimate.value
            label = f"{width:.0f} %" if estimate.value >= LEAST_LABELLED else ""
            said = f"{visible(rating, 40)}: {share(estimate.value)} ({share_range(estimate)})"
            segments.append(Segment(round(x, 2), round(width, 2), colour, opacity, label, said))
            x += width
        drawn.append(Bar(shown_name(cell.group), cell.reviews, tuple(segments)))
    return drawn


@dataclass(frozen=True)
class Dot:
    """A figure of a group, and its interval, in percent of the axis."""

    name: str
    reviews: int
    x: float
    low: float
    high: float
    shown: str
    interval: str


@dataclass(frozen=True)
class Dots:
    """A figure of all groups on one axis."""

    id: str
    title: str
    axis: Axis
    all: float  # where the figure of all together lies
    rows: tuple[Dot, ...]


@dataclass(frozen=True)
class Figure:
    """The mean rating or the low share: where it is in a cell, and how it is written."""

    id: str
    title: str
    of: Callable[[ReportCell], Estimate]
    bounds: tuple[float, float]
    write: Callable[[float], str]
    write_range: Callable[[Estimate], str]
    write_tick: Callable[[float], str]
    from_zero: bool  # the axis begins at the lowest value there can be


def figures(report: Report, low: str) -> tuple[Figure, Figure]:
    """The two figures that are drawn; ``low`` names the low ratings."""
    return (
        Figure(
            "low",
            f"Share of {low}",
            lambda cell: cell.low,
            (0.0, 1.0),
            share,
            share_range,
            lambda value: f"{100 * value:.0f} %",
            from_zero=True,
        ),
        Figure(
            "mean",
            "Mean rating",
            lambda cell: cell.mean,
            scale_bounds(report),
            "{:.2f}".format,
            mean_range,
            lambda value: f"{value:.2f}".rstrip("0").rstrip("."),
            from_zero=False,
        ),
    )


def dots(figure: Figure, whole: ReportCell, cells: Sequence[ReportCell]) -> Dots:
    """A row a group, all together first."""
    estimates = [figure.of(cell) for cell in (whole, *cells)]
    ends = [end for estimate in estimates for end in (estimate.low, estimate.high)]
    line = axis(
        [*ends, figure.bounds[0]] if figure.from_zero else ends, figure.bounds, figure.write_tick, 4
    )
    rows = tuple(
        Dot(
            shown_name(cell.group),
            cell.reviews,
            line.place(estimate.value),
            line.place(estimate.low),
            line.place(estimate.high),
            figure.write(estimate.value),
            figure.write_range(estimate),
        )
        for cell, estimate in zip((whole, *cells), estimates, strict=True)
    )
    return Dots(f"dots-{figure.id}", figure.title, line, rows[0].x, rows)


@dataclass(frozen=True)
class Mark:
    """A figure of a period, and its interval, in percent; heights are from above."""

    x: float
    y: float
    low: float
    high: float
    title: str
    is_alone: bool  # no line leads to it, and no band holds it


@dataclass(frozen=True)
class Plot:
    """A figure of a group over time."""

    title: str
    label: str  # for screen readers
    ticks: tuple[tuple[float, str], ...]  # from above
    bands: tuple[str, ...]  # points of polygons in a box of 100 by 100
    lines: tuple[str, ...]
    marks: tuple[Mark, ...]


@dataclass(frozen=True)
class Panel:
    """A group over time."""

    name: str
    reviews: int
    plots: tuple[Plot, ...]


def time_axis(figure: Figure, cells: Sequence[ReportCell]) -> Axis:
    """One axis for all panels. The widest intervals are cut: they would make every line flat."""
    estimates = [figure.of(cell) for cell in cells]
    low, high = (end(estimate.value for estimate in estimates) for end in (min, max))
    # The usual interval is always seen: a zoom into chance would look like news.
    usual = median((estimate.high - estimate.low) / 2 for estimate in estimates)
    room = max((high - low) / 2, usual)
    values = [max(low - room, min(estimate.low for estimate in estimates))]
    values.append(min(high + room, max(estimate.high for estimate in estimates)))
    if figure.from_zero:
        values.append(figure.bounds[0])
    return axis(values, figure.bounds, figure.write_tick, 3)


def place_of(k: int, number: int) -> float:
    """Where the k-th of so many periods lies, in percent.

    >>> [place_of(k, 3) for k in range(3)], place_of(0, 1)
    ([4.0, 50.0, 96.0], 50.0)
    """
    return 50.0 if number < 2 else round(EDGE + (100 - 2 * EDGE) * k / (number - 1), 2)


def periods_below(periods: Sequence[str]) -> tuple[tuple[float, str, str], ...]:
    """The first, the middle and the last period: place, name, and what of it is there."""
    last = len(periods) - 1
    if last < 1:
        return tuple((50.0, shown_name(period), "middle") for period in periods)
    named = [(0, "start"), (last, "end")]
    if last >= 4 and not last % 2:
        named.insert(1, (last // 2, "middle"))
    return tuple((place_of(k, last + 1), visible(periods[k], 10), at) for k, at in named)


def plot(figure: Figure, line: Axis, cells: Sequence[ReportCell | None]) -> Plot:
    """A figure over time; None for a period without reviews, over which no line is drawn."""
    bands, lines, marks = [], [], []
    for run in _runs(cells):
        found = []
        for k, cell in run:
            estimate = figure.of(cell)
            said = (
                f"{shown_name(cell.period)}: {figure.write(estimate.value)} "
                f"({figure.write_range(estimate)}), {count(cell.reviews, 'review')}"
            )
            heights = [
                round(100 - line.place(value), 2)
                for value in (estimate.value, estimate.low, estimate.high)
            ]
            y, low, high = heights
            found.append(Mark(place_of(k, len(cells)), y, low, high, said, is_alone=len(run) == 1))
        marks += found
        if len(found) > 1:
            lines.append(" ".join(f"{mark.x},{mark.y}" for mark in found))
            under = [f"{mark.x},{mark.low}" for mark in reversed(found)]
            bands.append(" ".join([f"{mark.x},{mark.high}" for mark in found] + under))
    ends = [marks[0].title, marks[-1].title] if len(marks) > 1 else [mark.title for mark in marks]
    label = f"{figure.title} over time. {'; '.join(ends)}"
    ticks = tuple((round(100 - at, 2), shown) for at, shown in line.ticks)
    return Plot(figure.title, label, ticks, tuple(bands), tuple(lines), tuple(marks))


def _runs(cells: Sequence[ReportCell | None]) -> list[list[tuple[int, ReportCell]]]:
    """Cells that follow each other without a gap, with their places."""
    runs: list[list[tuple[int, ReportCell]]] = [[]]
    for k, cell in enumerate(cells):
        if cell is not None:
            runs[-1].append((k, cell))
        elif runs[-1]:
            runs.append([])
    return [run for run in runs if run]
