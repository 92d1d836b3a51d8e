"""What ``lstm inspect-gates TEXT`` shows: a table of bars that fits 80 columns."""

import textwrap
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING

from rich.console import Console
from rich.text import Text

from lstm_cli.results import GateTrace, WordTrace
from lstm_cli.views.adding_up import apart, changes, percents, signed
from lstm_cli.views.console import (
    aligned,
    bar_and_percent,
    label_width,
    plain_table,
    say,
    show_table,
    visible,
)
from lstm_cli.views.narrative import show_narrative
from lstm_cli.views.prediction import expected, show_read_as, show_warnings
from lstm_cli.views.routes import show_routes

if TYPE_CHECKING:
    from rich.table import Table

WORD_WIDTH = 14
BAR_WIDTH = 3
MOST_ROWS = 25  # words; a longer review begins with the reasons
MOST_TELLING = 12  # words of it whose rows are shown
LONG = 400  # words: reading the review without one of them after another takes seconds
UNSURE = 0.5  # below this share of the likeliest rating all of them are shown


@contextmanager
def following_progress(console: Console, text: str) -> Iterator[Callable[[float], None] | None]:
    """Show a bar while a long review is followed through the gates; none for a short one.

    What it yields is called with the share that is done.
    """
    if len(text.split()) <= LONG:
        yield None
        return
    # Not at the top: a short review shows no bar.
    from lstm_cli.views.progress import progress_bar

    with progress_bar(console, "reading it again without its words", width=20) as progress:
        task = progress.add_task("", total=1.0)
        yield lambda share: progress.update(task, completed=share)


def show_trace(
    console: Console, trace: GateTrace, *, all_words: bool = False, brief: bool = False
) -> None:
    """Print one review: a row per word and then the reasons, or of a long one the reasons first.

    Args:
        console: where results go.
        trace: with its explanation.
        all_words: a row for every word of a long review, too.
        brief: leave out what the columns mean.
    """
    say(console, f'"{visible(trace.text, 76)}"')
    if trace.cell == "rnn":
        say(console, "A plain RNN: one short-term memory, no gates, and a rating after each word.")
    is_long = len(trace.words) > MOST_ROWS
    if not is_long:
        _show_words(console, trace, range(len(trace.words)), brief=brief)
    _show_rating(console, trace)
    if is_long:
        show_narrative(console, trace)
        show_routes(console, trace)
        console.print()
        places = range(len(trace.words)) if all_words else most_telling(trace)
        _show_words(console, trace, places, brief=brief)
        hidden = len(trace.words) - len(places)
        if hidden:
            say(console, f"{hidden:,} words that say less are hidden; --all shows them")
        return
    show_routes(console, trace)
    show_narrative(console, trace)


def most_telling(trace: GateTrace) -> list[int]:
    """The places, in their order, of the words worth a row where not all have one.

    Those that the reasons name come first, then those that moved the rating most: by being
    read, or by being left out.
    """
    moved = [abs(word.contribution) for word in trace.words]
    named: set[int] = set()
    if trace.explanation is not None:
        explanation = trace.explanation
        named = {*explanation.mentioned, *explanation.named}
        named |= {turn.word for turn in explanation.turns}
        named |= {idle.word for idle in explanation.idle}
        for deleted in explanation.words:
            moved[deleted.word] = max(moved[deleted.word], abs(deleted.effect))
    ranked = sorted(range(len(moved)), key=lambda place: (place not in named, -moved[place], place))
    return sorted(ranked[:MOST_TELLING])


def _show_words(console: Console, trace: GateTrace, places: Sequence[int], *, brief: bool) -> None:
    show_table(console, _table(trace, places))
    if trace.words and not brief:
        say(console, _LEGEND if trace.cell == "lstm" else _LEGEND_RNN, style="dim")


def _show_rating(console: Console, trace: GateTrace) -> None:
    """The rating, how sure, and what to be careful of."""
    prediction = trace.prediction
    shares = percents(prediction.probabilities)
    say(
        console,
        f"rating {visible(prediction.rating)}  ({expected(prediction)}, "
        f"{shares[prediction.rating]} sure)",
        style="bold",
    )
    if prediction.confidence < UNSURE:
        said = ", ".join(f"{visible(rating)} with {share}" for rating, share in shares.items())
        say(console, textwrap.fill(f"Not sure: {said}.", 79))
    if prediction.unknown:
        say(console, "? marks a word the model does not know")
    show_read_as(console, prediction)
    show_warnings(console, prediction)


_LEGEND = """\
kept: share of the long-term memory left by the forget gate. learned, used: how
far the learn and use gates opened (means over the units, weighted by their say
at the end). when read: how the word moved the expected rating (in parentheses).
if deleted: how the rating moves without the word."""
_LEGEND_RNN = """\
when read: how the word moved the expected rating (in parentheses). if deleted:
how the rating moves without the word."""


def _table(trace: GateTrace, places: Sequence[int]) -> "Table":
    headers = _gate_headers(trace.cell)
    table = plain_table("word", *headers, "rating after", "when\nread", "if\ndeleted")
    for column in table.columns[-2:]:
        column.justify = "right"
    blank = [""] * len(headers)
    width = min(label_width(trace.start, 3), 14)
    start = max(trace.start, key=lambda rating: trace.start[rating])
    first = _rating(start, trace.start_expected_rating, width)
    table.add_row("(nothing yet)", *blank, first, "", "")
    read, deleted = changes(trace.expected_ratings), {}
    if trace.explanation is not None:
        end = trace.prediction.expected_rating
        deleted = {
            word.word: signed(apart(end, word.expected_without)) for word in trace.explanation.words
        }
    above = -1
    for place in places:
        word = trace.words[place]
        _add_gap(table, place - above - 1)
        above = place
        name = visible(word.token, WORD_WIDTH - 1 if not word.known else WORD_WIDTH)
        table.add_row(
            Text(name if word.known else f"{name}?"),
            *_gate_cells(word, trace.cell, is_first=not place),
            _rating(word.rating, word.expected_rating, width),
            signed(read[place]),
            deleted.get(place, ""),
        )
    _add_gap(table, len(trace.words) - above - 1)
    return table


def _add_gap(table: "Table", hidden: int) -> None:
    """A row that stands for hidden words, if there are any."""
    if hidden:
        table.add_row(Text(f"({hidden:,} hidden)", style="dim"))


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
