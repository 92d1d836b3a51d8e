"""What ``lstm predict`` shows."""

import textwrap
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING

from rich.console import Console
from rich.text import Text

from lstm_cli.results import Prediction
from lstm_cli.views.adding_up import percents
from lstm_cli.views.console import (
    aligned,
    bar,
    label_width,
    percent,
    plain_table,
    say,
    show_counts,
    show_table,
    visible,
)
from lstm_cli.views.rated_workbook import REPORT, mean_line, warnings_line

if TYPE_CHECKING:
    from lstm_cli.bundle.contents import BundleInfo
    from lstm_cli.data.shards import Shard
    from lstm_cli.inference.rating import FileSummary

BAR_WIDTH = 40


def expected(prediction: Prediction) -> str:
    """The mean of the ratings, which of words is a place on their scale."""
    value = f"{prediction.expected_rating:.2f}"
    if prediction.num_places is None:
        return f"expected {value}"
    return f"expected place {value} of {prediction.num_places}"


def show_prediction(console: Console, prediction: Prediction) -> None:
    """Print the rating of one review, a bar for each rating, and the unknown words."""
    say(console, f'"{visible(prediction.text, 76)}"')
    say(
        console,
        f"rating {visible(prediction.rating)}  ({expected(prediction)})",
        style="bold",
    )
    width = label_width(prediction.probabilities)
    shares = percents(prediction.probabilities)
    for rating, probability in prediction.probabilities.items():
        is_named = rating == prediction.rating
        console.print(
            Text(
                f"{aligned(rating, width)}  {bar(probability, BAR_WIDTH)} {shares[rating]:>5}",
                style="bold" if is_named else "",
            )
        )
    if prediction.unknown:
        words = "  ".join(visible(word) for word in prediction.unknown)
        say(console, f"unknown to the model: {words}")
    show_read_as(console, prediction)
    show_warnings(console, prediction)


def show_read_as(console: Console, prediction: Prediction) -> None:
    """Print as which known words misspelled ones were read, if there are any."""
    if prediction.read_as:
        said = ", ".join(f"{token} as {word}" for token, word in prediction.read_as.items())
        say(console, textwrap.fill(f"read as known words: {said}", 79))


def show_warnings(console: Console, prediction: Prediction) -> None:
    """Print why a rating is not to be believed, if anything says so."""
    for warning in prediction.warnings:
        say(console, textwrap.fill(f"careful: {warning}", 79), style="yellow")


@contextmanager
def rating_progress(console: Console, num_reviews: int) -> Iterator[Callable[[int], None]]:
    """Show a bar with rate and time left; what it yields is called with how many more are rated."""
    # Not at the top: one prediction shows no bar.
    from lstm_cli.views.progress import progress_bar

    with progress_bar(console, "rating", rate="reviews/s") as progress:
        task = progress.add_task("", total=num_reviews, rate=0.0)

        def advance(more: int) -> None:
            progress.update(task, advance=more, rate=progress.tasks[0].speed or 0.0)

        yield advance


def network_alone_line(asked: float, num_reviews: int) -> str:
    """Why a regression that may answer first answers nothing."""
    return (
        f"{num_reviews:,} held-out reviews do not show where the regression agrees with the "
        f"network in {100 * asked:g} % of all rows: the network answers every row"
    )


def agreement_line(
    num_by_regression: int, num_by_network: int, agreement: float, num_reviews: int
) -> str:
    """Which model answered how many rows, and how often both gave the same rating before."""
    return (
        f"answered by the regression {num_by_regression:,}, by the network {num_by_network:,}; "
        f"agreement with the network: {100 * agreement:.1f} % on {num_reviews:,} held-out reviews"
    )


def shard_line(shard: "Shard", summary: "FileSummary", num_rows: int) -> str:
    """Which rows of a file were rated, and what their file is good for.

    Args:
        shard: the part that was rated.
        summary: of its rows.
        num_rows: of the file.
    """
    name = f"shard {shard.number} of {shard.total}"
    if not summary.num_rows:
        return f"{name}: no row, for {num_rows:,} rows are too few to give each shard some"
    first, last = summary.first_row + 1, summary.first_row + summary.num_rows
    return (
        f"{name}: rows {first:,} to {last:,} of {num_rows:,}; the outputs of all shards, joined in "
        "their order, are that of one run"
    )


def show_file_summary(
    console: Console, target: str, summary: "FileSummary", info: "BundleInfo", lines: Sequence[int]
) -> None:
    """Print how often each rating was predicted in a file, and the rows to look at first.

    Args:
        console: where the notes go.
        target: the file that was written; "" for none.
        summary: of all its rows.
        info: of the model.
        lines: where each of the least certain rows begins.
    """
    counts = summary.by_rating()
    written = f", written to {target}" if target else ""
    reviews = "review" if summary.num_texts == 1 else "reviews"
    say(console, f"{summary.num_texts:,} {reviews} rated{written}")
    if summary.num_empty:
        one = summary.num_empty == 1
        have, rated = ("row has", "an empty review") if one else ("rows have", "empty reviews")
        no_text = f"{summary.num_empty:,} {have} no text, rated as {rated}"
        say(console, f"{no_text}: in no share and no mean")
    show_counts(console, counts)
    say(console, f"mean rating {mean_line(info, summary)}")
    say(console, REPORT)
    if summary.num_warned > summary.num_empty:
        say(console, f"careful: {warnings_line(summary)}", style="yellow")
    if summary.least_certain:
        say(console, "least certain:")
        table = plain_table("line", "rating", "sure", "review", right=(0, 1, 2))
        for line, (confidence, _, text, rating) in zip(lines, summary.least_certain, strict=True):
            table.add_row(
                f"{line:,}",
                Text(visible(rating, 24)),
                percent(confidence),
                Text(visible(text, 52)),
            )
        show_table(console, table)
