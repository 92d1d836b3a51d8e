"""What ``lstm inspect-gates`` without TEXT shows: words, half-lives and units."""

from collections.abc import Callable, Sequence

from rich.console import Console
from rich.text import Text

from lstm_cli.results import HALF_LIFE_SHARES, GateStatistics, WordStatistics
from lstm_cli.views.console import bar_and_percent, percent, plain_table, say, show_table, visible

MOST_ROWS = 8
FEWEST_SEEN = 20  # if there are enough words: a mean over three occurrences is an anecdote
MANY_WORDS = 1_000
BAR_WIDTH = 16

Key = Callable[[WordStatistics], float]


def show_gate_statistics(
    console: Console,
    gate_statistics: GateStatistics,
    cell: str,
    model: str,
    whose: str = "the held-out reviews",
) -> None:
    """Print what the gates do in general, as measured on some reviews."""
    often = FEWEST_SEEN if len(gate_statistics.words) >= MANY_WORDS else 3
    words = [word for word in gate_statistics.words if word.count >= often]
    say(console, f"{model}: {len(words):,} words that occur at least {often} times in {whose}")
    if not words:
        say(console, "There are too few of them to say anything about words.")
    elif cell == "lstm":
        _show_ranking(
            console, "open the learn gate widest", "learned", words, lambda w: w.learn or 0.0
        )
        _show_ranking(console, "are ignored most", "ignored", words, lambda w: 1 - (w.learn or 0.0))
        _show_ranking(console, "write most", "written", words, lambda w: w.writes or 0.0)
        _show_ranking(console, "make it forget most", "erased", words, _erased)
        _show_ranking(console, "flip most of the memory", "flipped", words, lambda w: w.flips or 0)
    else:
        say(
            console, "A plain RNN has no gates; the words that move its rating can still be listed."
        )
    if words:
        _show_ranking(console, "raise the rating most", None, words, lambda w: w.contribution)
        _show_ranking(console, "lower the rating most", None, words, lambda w: -w.contribution)
    _show_half_life(console, gate_statistics)
    _show_units(console, gate_statistics)


def _erased(word: WordStatistics) -> float:
    """The share erased; of models of the first version, which did not measure it, an estimate."""
    return word.erases if word.erases is not None else 1 - (word.forget or 0.0)


def _show_ranking(
    console: Console, title: str, measured: str | None, words: Sequence[WordStatistics], key: Key
) -> None:
    if measured and not any(key(word) for word in words):
        return
    console.print()
    say(console, f"Words that {title}", style="bold")
    table = plain_table("word", measured or "", "change of rating", "seen", right=(2, 3))
    # Of words that raise the rating most none lowers it, though the words be few.
    ranked = [word for word in sorted(words, key=lambda w: (-key(w), w.word)) if key(word) > 0]
    for word in ranked[:MOST_ROWS]:
        table.add_row(
            Text(visible(word.word, 24)),
            bar_and_percent(key(word), BAR_WIDTH) if measured else "",
            f"{word.contribution:+.3f}",
            f"{word.count:,}",
        )
    show_table(console, table)


def _show_half_life(console: Console, gate_statistics: GateStatistics) -> None:
    if not gate_statistics.followed:
        return
    console.print()
    say(console, "How long the long-term memory lasts", style="bold")
    table = plain_table("of the words", "under half of what they wrote is left after", right=(0,))
    for share, after in zip(HALF_LIFE_SHARES, gate_statistics.half_life, strict=True):
        words = f"{after:,} word{'s' * (after > 1)}" if after is not None else "the review's end"
        table.add_row(percent(share), words)
    show_table(console, table)
    say(
        console, f"{gate_statistics.followed:,} words, drawn at random, were followed.", style="dim"
    )
    if gate_statistics.unit_half_life:
        console.print()
        table = plain_table("of the units", "half of what they hold is left after", right=(0,))
        for share, life in zip(HALF_LIFE_SHARES, gate_statistics.unit_half_life, strict=True):
            table.add_row(percent(share), f"{life:.1f} words or fewer")
        show_table(console, table)
        say(
            console,
            "The first table is a mean over all units, of which most forget at once; the few\n"
            "that last are in the second.",
            style="dim",
        )


def _show_units(console: Console, gate_statistics: GateStatistics) -> None:
    if not gate_statistics.units:
        return
    console.print()
    say(console, "Hidden units that track the rating best", style="bold")
    table = plain_table(
        "unit", "correlation with the expected rating", "half left after", right=(0,)
    )
    for unit in gate_statistics.units[:MOST_ROWS]:
        table.add_row(
            str(unit.unit),
            f"{bar_and_percent(abs(unit.correlation), BAR_WIDTH)}  "
            f"({'higher' if unit.correlation > 0 else 'lower'} for better reviews)",
            "" if unit.half_life is None else f"{unit.half_life:.1f} words",
        )
    show_table(console, table)
