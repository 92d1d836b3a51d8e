"""The memory ledger in a terminal: a row per word, and what is left of it after later words."""

import textwrap

from rich.console import Console
from rich.text import Text

from lstm_cli.results import GateTrace, LedgerTrace
from lstm_cli.views.adding_up import signed, together
from lstm_cli.views.console import (
    LINE,
    LONGEST_LABEL,
    bar,
    percent,
    plain_table,
    say,
    show_table,
    visible,
)

SHADES = " ▁▂▃▄▅▆▇█"
WORD_WIDTH = 14
OTHER_WIDTH = 10  # of a word named in the row of another
MOST_COLUMNS = 60  # of the matrix; a longer review shows its last words
LEAST_SHARE = 0.05  # taken by one word; a smaller share is not shown


def show_ledger(console: Console, trace: GateTrace) -> None:
    """Print what each word wrote into the long-term memory, and what is left of it."""
    ledger = trace.ledger
    if ledger is None:
        say(console, "A plain RNN keeps no ledger: it carries nothing over unchanged.")
        return
    console.print()
    say(console, "Memory ledger: what each word wrote into the long-term memory", style="bold")
    rating = trace.prediction.rating
    table = plain_table(
        "word", "left at\nthe end", "under half\nafter", "taken by", "to the\nlogit", right=(4,)
    )
    parts = [*(line.to_logits[rating] for line in ledger.lines), ledger.bias[rating]]
    *shown, bias = (signed(part, 4) for part in together(parts, ledger.logits[rating], 4))
    for line, to_logit in zip(ledger.lines, shown, strict=True):
        table.add_row(
            Text(_name(trace, line.word)),
            f"{bar(line.left, 3)} {percent(line.left):>5}",
            Text("" if line.half_gone is None else _name(trace, line.half_gone, OTHER_WIDTH)),
            Text(
                ", ".join(
                    f"{_name(trace, word, OTHER_WIDTH)} {percent(share)}"
                    for word, share in line.taken_by
                    if share >= LEAST_SHARE
                )
            ),
            to_logit,
        )
    table.add_row("(the bias)", "", "", "", bias)
    table.add_row("(all together)", "", "", "", signed(ledger.logits[rating], 4))
    show_table(console, table)
    _show_matrix(console, trace, ledger)
    say(
        console,
        textwrap.fill(
            "left: share of what the word wrote, over the units that have a say in the rating. "
            f"The last column, with the readout's bias, adds up to the logit of "
            f"{visible(rating, LONGEST_LABEL)} exactly; a word that only moved gates has no part "
            "in it. In the lower table a row is a word, and a column shows how much of it is left "
            "after the word of that number: a full block is all of it.",
            LINE,
        ),
        style="dim",
    )


def _show_matrix(console: Console, trace: GateTrace, ledger: LedgerTrace) -> None:
    number = len(ledger.remembered)
    first = max(0, number - MOST_COLUMNS)
    numbers = "".join(str((place + 1) % 10) for place in range(first, number))
    console.print()
    say(console, f"{'remembered after':<{WORD_WIDTH + 6}}{numbers}", style="dim")
    for place in range(first, number):
        shades = "".join(SHADES[round(8 * share)] for share in ledger.remembered[place])
        name = _name(trace, place)
        say(console, f"{place + 1:>4} {name:<{WORD_WIDTH}} {' ' * (place - first)}{shades}")


def _name(trace: GateTrace, word: int, width: int = WORD_WIDTH) -> str:
    return visible(trace.words[word].token, width)
