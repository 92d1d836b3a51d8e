"""What ``lstm inspect-gates`` prints first, ranks first and leaves out."""

import io
import json
import re
from dataclasses import asdict, replace
from pathlib import Path

import pytest
from rich.console import Console

from lstm_cli.bundle.reading import Bundle
from lstm_cli.bundle.word_statistics import gate_statistics_of
from lstm_cli.gates.trace import trace
from lstm_cli.inference.predictor import Predictor
from lstm_cli.results import GateStatistics, WordStatistics
from lstm_cli.views.gate_statistics import show_gate_statistics, surely_moved
from lstm_cli.views.gates import LONG as LONG_REVIEW
from lstm_cli.views.gates import MOST_ROWS, MOST_TELLING, following_progress, most_telling
from lstm_cli.views.narrative import _route
from tests.helpers import lstm

SHORT = "a fine film, no fun at all, cold and stupid"
LONG = " ".join([SHORT] * 4)
KEPT = "kept: share of the long-term memory left by the forget gate. learned, used: how"


def word(name: str, count: int, contribution: float, spread: float | None) -> WordStatistics:
    """A word whose gates are of no matter here."""
    return WordStatistics(name, count, 0.5, 0.5, 0.5, contribution, 0.1, 0.1, 0.1, spread)


WORDS = (
    word("not", 400, -0.30, 0.3),
    word("dirty", 6, -0.70, 0.4),
    word("rude", 3, -0.80, 0.1),
    word("2", 30, -0.35, 2.4),
    word("clean", 9, 0.50, 0.2),
    word("once", 2, -1.50, 0.0),
)


def _shown(words: tuple[WordStatistics, ...], *, brief: bool = False) -> list[str]:
    console = Console(file=io.StringIO(), width=80, color_system=None)
    show_gate_statistics(console, GateStatistics(words), "lstm", "m", brief=brief)
    return [line.rstrip() for line in console.file.getvalue().splitlines()]


def test_words_are_ranked_by_what_is_sure_of_them() -> None:
    """Rare and clear comes before common and weak, and before what goes now up, now down."""
    shown = _shown(WORDS)
    place = shown.index("Words that lower the rating most")
    assert [line.split()[0] for line in shown[place + 2 : place + 6]] == [
        "rude", "dirty", "not", "change",
    ]  # fmt: skip
    assert shown[0] == "m: 5 words that occur at least 3 times in the held-out reviews"


def test_three_occurrences_that_agree_prove_little() -> None:
    """Their spread is drawn towards that of all words."""
    sure = surely_moved([word("rude", 3, -0.8, 0.0), word("not", 400, -0.3, 1.0)])
    assert -0.8 < sure["rude"] < 0
    assert sure["rude"] > -0.6


def test_models_without_spreads_are_ranked_by_counts(tiny_bundle: Bundle) -> None:
    """As those are that were saved before it was measured, which are read as they were."""
    old = [replace(word, spread=None) for word in WORDS]
    sure = surely_moved(old)
    assert sure["dirty"] == pytest.approx(-0.7 * 6 / 11)
    assert sure["not"] == pytest.approx(-0.3 * 400 / 405)
    assert min(sure, key=lambda name: sure[name]) == "once"  # of which nothing is shown
    stored = asdict(GateStatistics(tuple(old)))
    for described in stored["words"]:
        del described["spread"]
    assert gate_statistics_of(stored).words == tuple(old)
    spreads = [found.spread for found in tiny_bundle.gate_statistics.words]
    assert spreads
    assert all(spread is not None and spread >= 0 for spread in spreads)


def _place_of_reasons(lines: list[str]) -> int:
    """Where it is said which words moved the rating."""
    begin = ("The rating rose at", "The rating fell at", "The rating turned", "No change of")
    return next(n for n, line in enumerate(lines) if line.startswith(begin))


def test_a_long_review_begins_with_the_reasons(tiny_bundle: Bundle) -> None:
    """And its table has the words that say most; the rest is counted, and shown if asked."""
    at = ("--model", tiny_bundle.path)
    traced = trace(Predictor(tiny_bundle), LONG)
    assert len(traced.words) > MOST_ROWS
    lines = lstm("inspect-gates", LONG, *at).stdout.splitlines()
    reasons = _place_of_reasons(lines)
    table = next(n for n, line in enumerate(lines) if line.startswith("(nothing yet)"))
    assert reasons < table
    assert lines[1].startswith("rating ")
    assert lines[-1] == f"{len(traced.words) - MOST_TELLING} words that say less are hidden; " + (
        "--all shows them"
    )
    hidden = [
        int(line[1:].split()[0]) for line in lines if line.startswith("(") and "hidden" in line
    ]
    assert sum(hidden) == len(traced.words) - MOST_TELLING
    assert traced.explanation is not None
    assert set(traced.explanation.named) <= set(most_telling(traced))
    whole = lstm("inspect-gates", LONG, *at, "--all").stdout
    assert "hidden" not in whole
    assert len(whole.splitlines()) > len(traced.words)
    assert all(len(line) <= 80 for line in [*lines, *whole.splitlines()])


def test_the_ledger_fits_80_columns(tiny_bundle: Bundle) -> None:
    """However long the words are that took what others wrote."""
    text = "an unexpectedly disappointing , uncomfortably overambitious film , no fun at all"
    shown = lstm("-q", "inspect-gates", text, "--ledger", "--model", tiny_bundle.path).stdout
    table = shown.split("Memory ledger")[1].splitlines()
    assert [line for line in table if len(line) > 80] == []


def test_a_short_review_begins_with_the_table(tiny_bundle: Bundle) -> None:
    """As a lesson reads it: word by word, then why."""
    lines = lstm("inspect-gates", SHORT, "--model", tiny_bundle.path).stdout.splitlines()
    reasons = _place_of_reasons(lines)
    table = next(n for n, line in enumerate(lines) if line.startswith("(nothing yet)"))
    assert table < lines.index(KEPT) < reasons


def test_brief_leaves_out_what_the_columns_mean(tiny_bundles: dict[str, Bundle]) -> None:
    """Of one review and of many, and of a plain RNN too."""
    for cell, bundle in tiny_bundles.items():
        at = ("--model", bundle.path)
        for text in (SHORT, LONG):
            shown = lstm("inspect-gates", text, *at).stdout
            assert ("if deleted: how" in shown.replace("\n", " ")) is True
            assert (KEPT in shown) == (cell == "lstm")
            assert "when read: how" not in lstm("inspect-gates", text, *at, "--brief").stdout
        assert "change of rating: how" in lstm("inspect-gates", *at).stdout
        brief = lstm("inspect-gates", *at, "--brief").stdout
        assert "change of rating: how" not in brief
        assert "ignored: how" not in brief


def test_all_goes_with_a_review_that_is_shown(tiny_bundle: Bundle) -> None:
    """Elsewhere nothing is folded."""
    Path("some.csv").write_text("review,rating\nfun,5\n")
    for others in (("--step", "1"), ("--clamp", "forget=1"), ("--html", "page.html")):
        done = lstm("inspect-gates", SHORT, "--all", *others, "--model", tiny_bundle.path)
        assert done.exit_code == 2
        assert done.stderr.startswith("lstm: --all goes with TEXT")
    assert lstm("inspect-gates", "--input", "some.csv", "--all").exit_code == 2
    found = json.loads(
        lstm("inspect-gates", LONG, "--all", "--json", "--model", tiny_bundle.path).stdout
    )
    assert len(found["tokens"]) > MOST_ROWS


def test_a_part_larger_than_its_whole_is_not_called_a_part_of_it() -> None:
    """One memory may say more than all together, where another contradicts it."""
    assert _route({"last": 0.01, "mean": -0.16}, -0.15) == (
        " (through the mean alone it would be -0.16)"
    )
    assert _route({"last": -0.05, "mean": -0.10}, -0.15) == (
        " (most of it through the mean, -0.10)"
    )


def test_the_table_adds_up_as_it_is_shown(tiny_bundle: Bundle) -> None:
    """The change beside a rating is what takes the one above it there."""
    shown = lstm("inspect-gates", SHORT, "--model", str(tiny_bundle.path)).stdout
    rows = re.findall(r"\((\d\.\d\d)\) +([+-]\d\.\d\d) ", shown)
    start = re.search(r"nothing yet.*\((\d\.\d\d)\)", shown)
    assert start is not None
    before = float(start[1])
    for rating, change in rows:
        assert before + float(change) == pytest.approx(float(rating), abs=1e-9)
        before = float(rating)
    assert len(rows) == len(Predictor(tiny_bundle).tokenize(SHORT))
    lines = re.findall(r"^  (?:through|before|together).*?([+-]\d+\.\d\d)", shown, re.MULTILINE)
    *parts, whole = map(float, lines)
    assert sum(parts) == pytest.approx(whole)
    assert "-0.00" not in shown


def test_a_bar_stands_only_where_a_review_is_long(monkeypatch: pytest.MonkeyPatch) -> None:
    """Reading a long one again takes seconds; a short one is there at once."""
    monkeypatch.setenv("TERM", "xterm")
    console = Console(file=io.StringIO(), force_terminal=True)
    with following_progress(console, SHORT) as advance:
        assert advance is None
    with following_progress(console, SHORT * LONG_REVIEW) as advance:
        assert advance is not None
        advance(0.5)
    assert isinstance(console.file, io.StringIO)
    assert "reading it again without its words" in console.file.getvalue()


def test_the_share_that_is_done_grows_to_all(tiny_bundle: Bundle) -> None:
    """What the bar is told, from the first reading to the last line of the ledger."""
    told: list[float] = []
    trace(Predictor(tiny_bundle), LONG, with_ledger=True, advance=told.append)
    assert told == sorted(told)
    assert told[0] < 0.05
    assert told[-1] == pytest.approx(1)
