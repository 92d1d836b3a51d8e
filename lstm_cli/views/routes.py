"""Through which memory a review, and each of its words, reached the rating.

The readout sees the last, the mean and the highest short-term memory, each of which adds its
part to every logit. What is shown is one number: what favours the highest rating less what
favours the lowest, in logits.
"""

import textwrap

from rich.console import Console
from rich.text import Text

from lstm_cli.results import GateTrace, margin
from lstm_cli.views.adding_up import signed, together
from lstm_cli.views.console import LINE, percent, plain_table, say, show_table, visible

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
    lines = shown_routes(trace)
    widest = max(abs(value) for _, value, _ in lines) or 1.0
    say(
        console,
        f"what favours {lowest} (-, left) and {highest} (+, right), in logits "
        f"(log odds of {highest} to {lowest}):",
    )
    for name, value, shown in lines:
        say(console, f"  {name:<44}{shown:>7}  {_signed_bar(value / widest)}".rstrip())
    if said := between_the_ends(trace):
        say(console, textwrap.fill(said, LINE))


def between_the_ends(trace: GateTrace) -> str:
    """That the odds of the two ends lean the other way than the rating, where they do.

    Where a rating between them wins, both ends may be hopeless, and which of them is the better
    says nothing of the rating.
    """
    highest, lowest = ends_of(trace)
    shares = list(trace.prediction.probabilities.values())
    leaning = sum((2 * place - len(shares) + 1) * share for place, share in enumerate(shares))
    whole = sum(trace.routes.margins.values()) + margin(trace.routes.bias)
    if leaning * whole >= 0:
        return ""
    return (
        f"This weighs {highest} against {lowest} alone, which have {percent(shares[-1])} and "
        f"{percent(shares[0])}; with the ratings between them, the review leans the other way."
    )


def shown_routes(trace: GateTrace) -> list[tuple[str, float, str]]:
    """What favours the highest rating less the lowest: a name, the number, as it is shown.

    The last is the sum of those before it.
    """
    margins = trace.routes.margins
    parts = [*margins.values(), margin(trace.routes.bias)]
    names = [*(f"through {ROUTES[route]}" for route in margins), "before any word", "together"]
    numbers, shown = [*parts, sum(parts)], [*together(parts), sum(parts)]
    return [
        (name, number, signed(value))
        for name, number, value in zip(names, numbers, shown, strict=True)
    ]


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
    say(console, f"What each word wrote favours {highest} (+) or {lowest} (-)", style="bold")
    names = [HEADERS[route] for route in trace.routes.parts]
    table = plain_table("word", *names, "together", right=tuple(range(1, len(names) + 2)))
    sums = [0.0] * len(names)
    for line in trace.ledger.lines:
        parts = [margin(line.by_route[route]) for route in trace.routes.parts]
        sums = [total + part for total, part in zip(sums, parts, strict=True)]
        name = visible(trace.words[line.word].token, WORD_WIDTH)
        table.add_row(Text(name), *_shown(parts))
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


def _shown(parts: list[float]) -> list[str]:
    """Parts and their sum, which add up as they are shown."""
    return [signed(part, 4) for part in (*together(parts, digits=4), sum(parts))]


def ends_of(trace: GateTrace) -> tuple[str, str]:
    """The highest and the lowest rating, which a margin is between."""
    ratings = [visible(rating, 14) for rating in trace.start]
    return ratings[-1], ratings[0]
