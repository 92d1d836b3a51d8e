"""What ``lstm inspect-gates`` without TEXT shows: words, half-lives and units."""

import math
from collections.abc import Callable, Sequence
from statistics import median

from rich.console import Console
from rich.text import Text

from lstm_cli.results import HALF_LIFE_SHARES, GateStatistics, WordStatistics
from lstm_cli.views.console import (
    bar,
    bar_and_percent,
    percent,
    plain_table,
    say,
    show_table,
    visible,
)

MOST_ROWS = 8
FEWEST = 3  # occurrences of a word whose change of the rating is ranked
FEWEST_SEEN = 20  # of those ranked by their gates, if there are enough words
MANY_WORDS = 1_000
DOUBT = 5  # occurrences: a word is ranked as if the usual spread had been seen so often as well
BAR_WIDTH = 16

Key = Callable[[WordStatistics], float]


def show_gate_statistics(
    console: Console,
    gate_statistics: GateStatistics,
    cell: str,
    model: str,
    whose: str = "the held-out reviews",
    *,
    brief: bool = False,
) -> None:
    """Print what the gates do in general, as measured on some reviews.

    Args:
        console: where results go.
        gate_statistics: what was measured.
        cell: "lstm" or "rnn".
        model: its name.
        whose: what the reviews are.
        brief: leave out what the columns mean.
    """
    words = [word for word in gate_statistics.words if word.count >= FEWEST]
    say(console, f"{model}: {len(words):,} words that occur at least {FEWEST} times in {whose}")
    if words:
        sure = surely_moved(words)
        _show_ranking(console, "raise the rating most", None, words, lambda w: sure[w.word])
        _show_ranking(console, "lower the rating most", None, words, lambda w: -sure[w.word])
        if not brief:
            say(console, _LEGEND, style="dim")
        _show_gates(console, words, cell, brief=brief)
    else:
        say(console, "There are too few of them to say anything about words.")
    _show_half_life(console, gate_statistics)
    _show_units(console, gate_statistics)


_LEGEND = """\
change of rating: how reading the word moved the expected one, on average. The
words are ranked by how much of it is sure: less where a word is rare, or raises
the rating here and lowers it there."""
_GATES_LEGEND = """\
learned: how far the learn gate opened. ignored: how far it stayed shut.
written: how much went into the long-term memory. erased, flipped: the share of
it that was forgotten, or changed its sign."""


def surely_moved(words: Sequence[WordStatistics]) -> dict[str, float]:
    """How far each word moves the rating, less what chance may have added: one standard error.

    The variance of a word that is rare is drawn towards that of all, as three occurrences that
    agree prove little. Where no spread was measured, the mean is drawn towards 0.

    >>> rare, common = (
    ...     WordStatistics("rude", n, None, None, None, contribution=-0.6, spread=0.5)
    ...     for n in (3, 300)
    ... )
    >>> [round(surely_moved([word])["rude"], 2) for word in (rare, common)]
    [-0.31, -0.57]
    """
    usual = median([word.spread or 0.0 for word in words] or [0.0]) ** 2
    sure = {}
    for word in words:
        if word.spread is None:
            sure[word.word] = word.contribution * word.count / (word.count + DOUBT)
            continue
        variance = (word.count * word.spread**2 + DOUBT * usual) / (word.count + DOUBT)
        size = max(0.0, abs(word.contribution) - math.sqrt(variance / word.count))
        sure[word.word] = math.copysign(size, word.contribution)
    return sure


def _show_gates(
    console: Console, words: Sequence[WordStatistics], cell: str, *, brief: bool
) -> None:
    """Which words the gates treat in some way most."""
    if cell != "lstm":
        console.print()
        say(console, "A plain RNN has no gates to rank words by.")
        return
    if len(words) >= MANY_WORDS:
        words = [word for word in words if word.count >= FEWEST_SEEN]
        console.print()
        say(console, f"Of the {len(words):,} that occur at least {FEWEST_SEEN} times:")
    rankings: tuple[tuple[str, str, Key], ...] = (
        ("open the learn gate widest", "learned", lambda w: w.learn or 0.0),
        ("are ignored most", "ignored", lambda w: 1 - (w.learn or 0.0)),
        ("write most", "written", lambda w: w.writes or 0.0),
        ("make it forget most", "erased", _erased),
        ("flip most of the memory", "flipped", lambda w: w.flips or 0.0),
    )
    for title, measured, key in rankings:
        _show_ranking(console, title, measured, words, key)
    if words and not brief:
        say(console, _GATES_LEGEND, style="dim")


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
    # Of fewer units than shares, the next table shows each.
    if gate_statistics.unit_half_life and len(gate_statistics.units) >= len(HALF_LIFE_SHARES):
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
            f"{bar(abs(unit.correlation), BAR_WIDTH)} {abs(unit.correlation):.2f}  "
            f"({'higher' if unit.correlation > 0 else 'lower'} for better reviews)",
            "" if unit.half_life is None else f"{unit.half_life:.1f} words",
        )
    show_table(console, table)
