"""What ``lstm inspect-gates TEXT`` shows: a table of bars that fits 80 columns."""

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

WORD_WIDTH = 14
BAR_WIDTH = 6


def show_trace(console: Console, trace: GateTrace) -> None:
    """Print one review, a row per word."""
    say(console, f'"{visible(trace.text, 76)}"')
    if trace.cell == "rnn":
        say(console, "A plain RNN: one short-term memory, no gates, and a rating after each word.")
    table = plain_table("word", *_gate_headers(trace.cell), "rating after", "change", right=(-1,))
    table.columns[-1].justify = "right"
    blank = [""] * len(_gate_headers(trace.cell))
    width = min(label_width(trace.start, 3), 14)
    start = max(trace.start, key=lambda rating: trace.start[rating])
    table.add_row("(nothing yet)", *blank, _rating(start, trace.start_expected_rating, width), "")
    for word in trace.words:
        name = visible(word.token, WORD_WIDTH - 1 if not word.known else WORD_WIDTH)
        table.add_row(
            Text(name if word.known else f"{name}?"),
            *_gate_cells(word, trace.cell),
            _rating(word.rating, word.expected_rating, width),
            f"{word.contribution:+.2f}",
        )
    show_table(console, table)
    prediction = trace.prediction
    say(
        console,
        f"rating {visible(prediction.rating)}  ({expected(prediction)}, "
        f"{percent(prediction.confidence)} sure)",
        style="bold",
    )
    if prediction.unknown:
        say(console, "? marks a word the model does not know")
    for warning in prediction.warnings:
        say(console, f"careful: {warning}", style="yellow")
    show_narrative(console, trace)
    if trace.cell == "lstm" and trace.words:
        say(
            console,
            "kept: share of the long-term memory the forget gate left. learned, used: how\n"
            "far the learn and use gates opened. Means over units, weighted by their say in\n"
            "the rating.",
            style="dim",
        )


def _gate_headers(cell: str) -> tuple[str, ...]:
    return ("kept", "learned", "used") if cell == "lstm" else ()


def _gate_cells(word: WordTrace, cell: str) -> list[str]:
    if cell != "lstm":
        return []
    factors = (word.forget, word.learn, word.use)
    return ["" if factor is None else bar_and_percent(factor, BAR_WIDTH) for factor in factors]


def _rating(rating: str, mean: float, width: int) -> str:
    return f"{aligned(rating, width)}  ({mean:.2f})"
