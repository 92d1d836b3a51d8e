"""What ``lstm advise`` shows: a bar, the learning curve, a verdict, and the reviews to rate."""

import shlex
import textwrap
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from rich.console import Console
from rich.progress import TaskID
from rich.text import Text

from lstm_cli.data.showing import count
from lstm_cli.results import (
    Contradictions,
    CurveAdvice,
    EpochReport,
    NextReviews,
    Projection,
)
from lstm_cli.views.console import (
    LINE,
    about,
    percent,
    plain_table,
    say,
    show_table,
    visible,
)
from lstm_cli.views.progress import progress_bar

if TYPE_CHECKING:
    from lstm_cli.pipeline.folding import CurvePlan

MOST_SHOWN = 10  # reviews to rate, where they are in a file as well
# What the second sentence says was measured by ``python -m tests.benchmarks.advising``.
HOW_CHOSEN = (
    "those that a model is least sure of, and unlike each other. In the project's measurements "
    "such reviews taught about as much as any others did."
)
TIMES = {1: "once", 2: "twice", 3: "three times"}


class AdviceProgress:
    """Listens to the trainings: what will be done, and a bar with the time that is left."""

    def __init__(self, console: Console) -> None:
        self.console = console
        self.progress = progress_bar(console, "{task.fields[doing]}")
        self.task: TaskID | None = None
        self._to_come: list[float] = []  # what each training to come is of all the work
        self._done = 0.0
        self._tokens = 1  # of the training at hand

    @contextmanager
    def working(self) -> Iterator[None]:
        """A context with a bar."""
        with self.progress:
            yield

    def planned(self, plan: "CurvePlan") -> None:
        """Say how many are rated, and how many the trainings learn from."""
        sizes = [f"{size:,}" for size in plan.sizes]
        say(
            self.console,
            f"{plan.rated:,} rated reviews: learning from {', '.join(sizes[:-1])} and {sizes[-1]} "
            f"of them, {TIMES[plan.folds]} each,\nand rating those that were not learned from "
            "(Ctrl-C: the answer so far)",
        )
        self._to_come, self._done = [*plan.work] * plan.folds, 0.0
        self.task = self.progress.add_task("", total=1.0, doing="learning")

    def trained(self, size: int, seconds: float, *, is_limited: bool) -> None:
        """Move the bar; after the first training it is known how long the others take."""
        is_first = not self._done
        self._done += self._to_come.pop(0)
        if is_first:
            limited = ", in which there is no time for all of it" if is_limited else ""
            say(self.console, f"about {about(seconds)} left{limited}")
        if self.task is not None:
            self.progress.update(self.task, completed=self._done)

    def begin(self, num_epochs: int, tokens_per_epoch: int, tokens_before: int) -> None:
        """A training starts."""
        self._tokens = max(num_epochs * tokens_per_epoch, 1)

    def batch_done(self, num_tokens: int) -> None:
        """Move the bar within a training."""
        if self.task is not None:
            share = self._to_come[0] if self._to_come else 0.0
            self.progress.update(self.task, advance=share * num_tokens / self._tokens)

    def epoch_done(self, report: EpochReport) -> None:
        """An epoch is nothing to tell."""

    @contextmanager
    def choosing(self) -> Iterator[None]:
        """A context with a bar for the one training that the choice takes."""
        self._forget()
        with self.progress:
            self.task = self.progress.add_task("", total=1.0, doing="choosing")
            self._to_come = [1.0]
            yield
            self._forget()

    def _forget(self) -> None:
        if self.task is not None:
            self.progress.remove_task(self.task)
        self.task = None


def show_advice(console: Console, advice: CurveAdvice) -> None:
    """Print whether more labels are worth it, and the curve that says so."""
    say(console, textwrap.fill(verdict(advice), LINE), style="bold")
    console.print()
    table = plain_table("reviews", "right", "mean error", "", right=(0, 1, 2))
    for point in advice.points:
        table.add_row(
            f"{point.reviews:,}",
            f"{100 * point.accuracy:.1f} %",
            f"{point.mae:.2f}",
            f"measured on {point.measured_on:,}",
        )
    for reviews, estimate in (
        (advice.rated, advice.now),
        (advice.rated + advice.more, advice.then),
    ):
        table.add_row(
            f"{reviews:,}",
            f"{100 * estimate.value:.1f} %",
            "",
            f"expected, {_range(estimate)} with 95 % probability",
        )
    show_table(console, table)
    say(console, "measured: each review by a network that has not learned from it")
    if not advice.completed:
        say(console, "not all that was planned was measured: the ranges are wider for it")
    if advice.contradictions is not None:
        say(console, "")
        say(console, textwrap.fill(limit(advice.contradictions), LINE))


def verdict(advice: CurveAdvice) -> str:
    """One sentence: whether more labels are worth it.

    >>> from lstm_cli.results import CurveAdvice, Projection
    >>> level, gain = Projection(0.6, 0.5, 0.7), Projection(0.015, 0.004, 0.027)
    >>> verdict(CurveAdvice(700, 300, (), level, level, gain, None, True))
    'Rating 300 more is worth it: of 100 reviews, about 1.5 more would be rated right (0.4 to 2.7).'
    """
    gain = advice.gain
    value, low, high = (100 * share for share in (gain.value, gain.low, gain.high))
    more = f"{advice.more:,} more"
    if advice.verdict == "worth it":
        return (
            f"Rating {more} is worth it: of 100 reviews, about {value:.1f} more would be rated "
            f"right ({low:.1f} to {high:.1f})."
        )
    if advice.verdict == "little":
        return (
            f"Rating {more} would change little: of 100 reviews, about {max(value, 0):.1f} more "
            f"would be rated right, hardly more than {max(high, 0):.1f}."
        )
    return (
        f"These reviews cannot tell whether rating {more} is worth it: of 100 reviews, between "
        f"{low:.1f} and {high:.1f} more would be rated right, most likely {value:.1f}."
    )


def limit(found: Contradictions) -> str:
    """What identical texts with different ratings leave to be right on."""
    return (
        f"What no label mends: {count(found.texts, 'text')} have more than one rating. Of the "
        f"{found.repeated_rows:,} reviews whose text occurs more than once, a model can be right "
        f"on at most {percent(found.repeated_ceiling)}; of all, on at most "
        f"{percent(found.ceiling)}."
    )


def show_next(console: Console, found: NextReviews) -> None:
    """Print the reviews to rate next, and what to do with the file that they are in."""
    number = count(len(found.chosen), "review")
    line = f"{number} to rate next, of {found.candidates:,} without a rating: {HOW_CHOSEN}"
    say(console, f"\n{textwrap.fill(line, LINE)}")
    shown = found.chosen if found.target is None else found.chosen[:MOST_SHOWN]
    table = plain_table("line", "review", right=(0,))
    for review in shown:
        table.add_row(f"{review.line:,}", Text(visible(review.text, 64)))
    show_table(console, table)
    if len(shown) < len(found.chosen):
        say(console, f"... and {len(found.chosen) - len(shown):,} more")
    if found.target not in (None, "-"):
        column = visible(repr(found.rating_column), 40)
        say(console, f"written to {found.target}: fill in its column {column}, and give it to the")
        say(console, "model that learned from the earlier ratings, together with these:")
        # Of so few too few would be held out to tell whether the model gets worse.
        old = [f"--replay {shlex.quote(file)}" for file in found.rated] or ["--replay FILE"]
        say(console, " ".join(["  lstm update MODEL", shlex.quote(found.target), *old]))


def line_about_candidates(source: str, candidates: int, repeated: int) -> str:
    """How many reviews of a file could be rated next.

    >>> line_about_candidates("a.csv", 1000, 3)
    'a.csv: 1,000 reviews without a rating, and 3 whose text is there already'
    """
    line = f"{source}: {count(candidates, 'review')} without a rating"
    return line + (f", and {repeated:,} whose text is there already" if repeated else "")


def _range(estimate: Projection) -> str:
    return f"{100 * estimate.low:.1f} to {100 * estimate.high:.1f}"
