"""What ``lstm inspect-gates TEXT`` shows: a table of bars that fits 80 columns."""

import textwrap
from typing import TYPE_CHECKING

from rich.console import Console
from rich.text import Text

from lstm_cli.results import GateTrace, WordTrace
from lstm_cli.views.console import (
    aligned,
    bar_and_percent,
    label_width,
    percent,
    plain_table,
    say,
    show_table,
    visible,
)
from lstm_cli.views.narrative import show_narrative
from lstm_cli.views.prediction import expected
from lstm_cli.views.routes import show_routes

if TYPE_CHECKING:
    from rich.table import Table

WORD_WIDTH = 14
BAR_WIDTH = 3
UNSURE = 0.5  # below this share of the likeliest rating all of them are shown


def show_trace(console: Console, trace: GateTrace) -> None:
    """Print one review, a row per word."""
    say(console, f'"{visible(trace.text, 76)}"')
    if trace.cell == "rnn":
        say(console, "A plain RNN: one short-term memory, no gates, and a rating after each word.")
    show_table(console, _table(trace))
    prediction = trace.prediction
    say(
        console,
        f"rating {visible(prediction.rating)}  ({expected(prediction)}, "
        f"{percent(prediction.confidence)} sure)",
        style="bold",
    )
    if prediction.confidence < UNSURE:
        shares = prediction.probabilities.items()
        said = ", ".join(f"{visible(rating)} with {percent(share)}" for rating, share in shares)
        say(console, textwrap.fill(f"Not sure: {said}.", 79))
    if prediction.unknown:
        say(console, "? marks a word the model does not know")
    for warning in prediction.warnings:
        say(console, f"careful: {warning}", style="yellow")
    show_routes(console, trace)
    show_narrative(console, trace)
    if trace.words:
        say(console, _LEGEND if trace.cell == "lstm" else _LEGEND.split("kept:")[0], style="dim")


_LEGEND = """rating after: the likeliest, and in parentheses the expected one, a mean.
when read: how the word moved the expected rating. if deleted: how it moves if
it is left out; a word that pulls down has a minus there, and a plus here.
kept: share of the long-term memory that the forget gate left. learned, used:
how far the learn and use gates opened (0 shut, 1 open). Each is a mean over the
units, in which a unit counts by how much it adds to this rating."""


def _table(trace: GateTrace) -> "Table":
    headers = _gate_headers(trace.cell)
    table = plain_table("word", *headers, "rating after", "when\nread", "if\ndeleted")
    for column in table.columns[-2:]:
        column.justify = "right"
    blank = [""] * len(headers)
    width = min(label_width(trace.start, 3), 14)
    start = max(trace.start, key=lambda rating: trace.start[rating])
    first = _rating(start, trace.start_expected_rating, width)
    table.add_row("(nothing yet)", *blank, first, "", "")
    deleted = {}
    if trace.explanation is not None:
        deleted = {word.word: f"{-word.effect:+.2f}" for word in trace.explanation.words}
    for place, word in enumerate(trace.words):
        name = visible(word.token, WORD_WIDTH - 1 if not word.known else WORD_WIDTH)
        table.add_row(
            Text(name if word.known else f"{name}?"),
            *_gate_cells(word, trace.cell, is_first=not place),
            _rating(word.rating, word.expected_rating, width),
            f"{word.contribution:+.2f}",
            deleted.get(place, ""),
        )
    return table


def _gate_headers(cell: str) -> tuple[str, ...]:
    return ("kept", "learned", "used") if cell == "lstm" else ()


def _gate_cells(word: WordTrace, cell: str, *, is_first: bool) -> list[str]:
    if cell != "lstm":
        return []
    # The first word finds no memory to keep.
    factors = (None if is_first else word.forget, word.learn, word.use)
    return ["" if factor is None else bar_and_percent(factor, BAR_WIDTH) for factor in factors]


def _rating(rating: str, mean: float, width: int) -> str:
    return f"{aligned(rating, width)}  ({mean:.2f})"
