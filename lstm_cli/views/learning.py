"""One step of learning in a terminal: errors, gradients word by word, weights, and the outcome."""

import textwrap

from rich.console import Console
from rich.text import Text

from lstm_cli.results import LearningTrace, WeightChange
from lstm_cli.views.console import aligned, bar, label_width, plain_table, say, show_table, visible

BAR_WIDTH = 14
MOST_STEPS = 10  # that are listed


def show_learning(console: Console, trace: LearningTrace) -> None:
    """Print what the model said, how the error flows back, what moves, and what it says then."""
    first = trace.history[0]
    true = visible(trace.true, 24)
    chance = first.probabilities[trace.true]
    say(console, f'"{visible(trace.text, 70)}" is actually a {true}', style="bold")
    say(console, f"loss = -ln P({true}) = -ln {chance:.8f} = {first.loss:.6f}")
    console.print()
    _show_ratings(console, trace)
    console.print()
    _show_words(console, trace)
    console.print()
    say(console, f"What moves: weight - {trace.rate:g} × gradient", style="bold")
    for change in trace.weights:
        _show_weight(console, change, trace.rate)
    say(
        console,
        "Of each matrix (the gates' rows are stacked in one) the weight with the largest\n"
        "gradient; all others move likewise.\n"
        "Check: the loss with this weight alone a little larger, less the loss with it as\n"
        "much smaller, over the distance.",
        style="dim",
    )
    console.print()
    _show_history(console, trace)


def _show_ratings(console: Console, trace: LearningTrace) -> None:
    """The prediction before and after, and the error of each rating."""
    first, last = trace.history[0], trace.history[-1]
    true = visible(trace.true, 24)
    width = label_width(first.errors, 3)
    table = plain_table("rating", "before", "error", "after", right=(2,))
    for rating, error in first.errors.items():
        table.add_row(
            aligned(rating, width),
            f"{bar(first.probabilities[rating], 10)} {first.probabilities[rating]:.4f}",
            f"{error:+.4f}",
            f"{bar(last.probabilities[rating], 10)} {last.probabilities[rating]:.4f}",
        )
    show_table(console, table)
    say(
        console,
        "error: the gradient of the loss with respect to the logit, the probability less\n"
        f"one for the true rating, {true}. Above 0 the logit has to fall, below 0 to rise.",
        style="dim",
    )


def _show_words(console: Console, trace: LearningTrace) -> None:
    """The gradient on its way back, from the last word to the first."""
    say(console, "The error on its way back, from the last word to the first", style="bold")
    words = trace.history[0].words
    has_long = words[0].long_term is not None
    headers = ["word", "|dloss/dSTM|", *(["|dloss/dLTM|"] if has_long else []), "|dloss/dE|"]
    table = plain_table(*headers)
    columns = [
        [word.short_term for word in words],
        *([[word.long_term or 0.0 for word in words]] if has_long else []),
        [word.event for word in words],
    ]
    widest = [max(column) or 1.0 for column in columns]
    for place in range(len(words) - 1, -1, -1):
        cells = (
            f"{bar(column[place] / most, BAR_WIDTH)} {column[place]:.4f}"
            for column, most in zip(columns, widest, strict=True)
        )
        table.add_row(Text(visible(words[place].token, 14)), *cells)
    show_table(console, table)


def _show_weight(console: Console, change: WeightChange, rate: float) -> None:
    say(console, f"  {change.name}")
    sign = "-" if change.gradient >= 0 else "+"
    say(
        console,
        f"    {change.before:.8f} {sign} {rate:g} × {abs(change.gradient):.8f} "
        f"= {change.after:.8f}",
    )
    larger, smaller = change.losses
    say(
        console,
        f"    check: ({larger:.10f} - {smaller:.10f}) / {2 * change.nudge:g} "
        f"= {change.difference:.5f}",
        style="dim",
    )


def _show_history(console: Console, trace: LearningTrace) -> None:
    steps = len(trace.history) - 1
    true = visible(trace.true, 24)
    say(console, f"After {steps} step{'s' * (steps > 1)}", style="bold")
    table = plain_table("step", "loss", f"P({true})", "expected rating", right=(0, 1, 3))
    every = max(1, -(-steps // MOST_STEPS))
    for number in sorted({*range(0, steps + 1, every), steps}):
        said = trace.history[number]
        chance = said.probabilities[trace.true]
        table.add_row(
            str(number),
            f"{said.loss:.4f}",
            f"{bar(chance, BAR_WIDTH)} {chance:.4f}",
            f"{said.expected_rating:.3f}",
        )
    show_table(console, table)
    if not trace.history[-1].loss <= trace.history[0].loss:  # NaN, too
        said_so = "The loss rose: the step went too far. Try a smaller --rate."
        say(console, textwrap.fill(said_so, 79), style="yellow")
