"""Through which memory a review, and each of its words, reached the rating.

The readout sees the last, the mean and the highest short-term memory, each of which adds its
part to every logit. What is shown is one number: what speaks for the highest rating less what
speaks for the lowest, in logits.
"""

import textwrap

from rich.console import Console
from rich.text import Text

from lstm_cli.results import GateTrace, margin
from lstm_cli.views.console import plain_table, say, show_table, visible

WORD_WIDTH = 14
BAR_WIDTH = 10
ROUTES = {
    "last": "the last short-term memory",
    "mean": "the mean of the short-term memories",
    "maximum": "the highest value of each unit",
}
HEADERS = {"last": "last memory", "mean": "mean", "maximum": "highest"}
SHORT = {name: f"the {header}" for name, header in HEADERS.items()}  # where all stand in a row


def show_routes(console: Console, trace: GateTrace) -> None:
    """Print by which routes the review reached its rating."""
    if not trace.words:
        return
    highest, lowest = ends_of(trace)
    margins = trace.routes.margins
    before = margin(trace.routes.bias)
    whole = before + sum(margins.values())
    lines = [(f"through {ROUTES[route]}", value) for route, value in margins.items()]
    lines += [("before any word", before), ("together", whole)]
    widest = max(abs(value) for _, value in lines) or 1.0
    say(
        console,
        f"what speaks for {lowest} (-, to the left) and {highest} (+, to the right), in logits:",
    )
    for name, value in lines:
        say(console, f"  {name:<44}{value:+7.2f}  {_signed_bar(value / widest)}".rstrip())


def _signed_bar(share: float) -> str:
    """A bar from the middle to the left or to the right.

    >>> _signed_bar(-0.2), _signed_bar(1.0)
    ('        ██│', '          │██████████')
    """
    blocks = "█" * round(BAR_WIDTH * abs(share))
    return f"{blocks if share < 0 else '':>{BAR_WIDTH}}│{blocks if share > 0 else ''}"


def show_words_by_route(console: Console, trace: GateTrace) -> None:
    """Print what each word wrote that reached the rating, and through which memory."""
    console.print()
    if trace.ledger is None:
        say(console, "What a plain RNN wrote cannot be told apart by word: no gate keeps it.")
        return
    highest, lowest = ends_of(trace)
    say(console, f"What each word wrote speaks for {highest} (+) or {lowest} (-)", style="bold")
    names = [HEADERS[route] for route in trace.routes.parts]
    table = plain_table("word", *names, "together", right=tuple(range(1, len(names) + 2)))
    sums = [0.0] * len(names)
    for line in trace.ledger.lines:
        parts = [margin(line.by_route[route]) for route in trace.routes.parts]
        sums = [total + part for total, part in zip(sums, parts, strict=True)]
        name = visible(trace.words[line.word].token, WORD_WIDTH)
        table.add_row(Text(name), *(f"{part:+.4f}" for part in (*parts, sum(parts))))
    before = margin(trace.routes.bias)
    blank = [""] * len(names)
    table.add_row("(before any word)", *blank, f"{before:+.4f}")
    table.add_row("(all together)", *(f"{part:+.4f}" for part in (*sums, sum(sums) + before)))
    show_table(console, table)
    say(
        console,
        textwrap.fill(
            f"In logits: that of {highest} less that of {lowest}. The readout sees "
            f"{', '.join(ROUTES[route] for route in trace.routes.parts)}. The columns add up to "
            "the routes above, exactly. A word that only moved gates has no part in them: see "
            "what happens if it is deleted.",
            79,
        ),
        style="dim",
    )


def ends_of(trace: GateTrace) -> tuple[str, str]:
    """The highest and the lowest rating, which a margin is between."""
    ratings = [visible(rating, 14) for rating in trace.start]
    return ratings[-1], ratings[0]
