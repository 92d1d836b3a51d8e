"""Single hidden units: those that carry a rating, and what switches one on and off."""

import json
from pathlib import Path

import numpy as np
import pytest
from rich.cells import cell_len

from lstm_cli.bundle.reading import Bundle
from lstm_cli.errors import RequestError
from lstm_cli.gates.carrying import half_lives
from lstm_cli.gates.trace import trace
from lstm_cli.gates.units import FEWEST_SEEN, describe_unit
from lstm_cli.gates.words import _lifetime
from lstm_cli.inference.predictor import Predictor
from tests.helpers import lstm

TEXT = "a fine film , no fun at all"
TEXTS = ["no fun at all", "a fine film", "superb fun", "no no fun", "a dull film , no fun"] * 12


def test_the_units_shown_are_those_with_most_say(tiny_bundle: Bundle) -> None:
    """With the numbers that --units has."""
    traced = trace(Predictor(tiny_bundle), TEXT, with_carrying=True, with_units=True)
    shares = [unit.share for unit in traced.carrying]
    assert shares == sorted(shares, reverse=True)
    assert sum(shares) == pytest.approx(1)  # the tiny model has four units, all are shown
    assert traced.units is not None
    for unit in traced.carrying:
        for place, vectors in enumerate(traced.units):
            assert unit.forget[place] == vectors["forget_factor"][unit.unit - 1]
            assert abs(unit.long_term[place]) == pytest.approx(
                abs(np.tanh(vectors["long_term"][unit.unit - 1]))
            )


def test_a_unit_is_described_by_the_words_that_move_it(tiny_bundle: Bundle) -> None:
    """The mean change of its short-term memory on every other review."""
    report = describe_unit(tiny_bundle, TEXTS, 2)
    predictor = Predictor(tiny_bundle)
    changes: dict[str, list[float]] = {}
    for text in TEXTS[::2]:
        units = trace(predictor, text, with_units=True).units
        assert units is not None
        states = [0.0, *(vectors["short_term"][1] for vectors in units)]
        for token, change in zip(predictor.tokenize(text), np.diff(states), strict=True):
            changes.setdefault(token, []).append(float(change))
    shown = {switch.text: switch for switch in (*report.words_on, *report.words_off)}
    assert shown
    for word, switch in shown.items():
        assert switch.count == len(changes[word]) >= FEWEST_SEEN
        assert switch.change == pytest.approx(np.mean(changes[word]), abs=1e-6)
    assert all(switch.change > 0 for switch in report.words_on)
    assert all(switch.change < 0 for switch in report.words_off)
    assert all(" " in switch.text for switch in (*report.phrases_on, *report.phrases_off))
    assert report.score is not None
    assert 0.5 < report.score <= 1  # five reviews over and over are easy to tell


def test_half_is_left_after_the_half_life() -> None:
    """By definition."""
    kept = np.array([0.3, 0.8, 0.99])
    np.testing.assert_allclose(kept ** half_lives(np.log(kept)), 0.5)


def test_a_plain_rnn_has_no_half_life(tiny_bundles: dict[str, Bundle]) -> None:
    """Nothing in it is kept by a gate; its words can still be counted."""
    report = describe_unit(tiny_bundles["rnn"], TEXTS, 1)
    assert report.half_life is None
    assert report.words_on or report.words_off


def test_no_review_is_no_error(tiny_bundle: Bundle) -> None:
    """An empty file says nothing."""
    report = describe_unit(tiny_bundle, ["", ""], 1)
    assert report.words_on == report.phrases_off == ()
    assert report.score is None


def test_a_unit_that_is_not_there_is_said(tiny_bundle: Bundle) -> None:
    with pytest.raises(RequestError, match="units 1 to 4"):
        describe_unit(tiny_bundle, TEXTS, 5)


def test_the_commands_show_both(tiny_bundle: Bundle) -> None:
    """In 80 columns."""
    model = ("--model", str(tiny_bundle.path))
    shown = lstm("-q", "inspect-gates", TEXT + " , no fun" * 9, "--heat", *model).stdout
    assert shown.count("kept (f):") == 2  # the review takes two lines
    assert "No word." in lstm("-q", "inspect-gates", "<br>", "--heat", *model).stdout
    wide = lstm("-q", "inspect-gates", "好 好 " * 30, "--heat", *model).stdout
    heat = wide.split("The hidden units with most say")[1]
    assert max(map(cell_len, heat.splitlines())) <= 80
    Path("r.csv").write_text("review\n" + "\n".join(f'"{text}"' for text in TEXTS))
    unit = ("-q", "inspect-gates", "--input", "r.csv", "--unit", "3", *model)
    described = lstm(*unit).stdout
    assert described.startswith("unit 3 of 4 of ")
    assert max(map(len, (shown + described).splitlines())) <= 80
    found = json.loads(lstm(*unit, "--json").stdout)
    assert found["words"] == sum(len(Predictor(tiny_bundle).tokenize(text)) for text in TEXTS)


def test_a_lifetime_is_by_its_definition() -> None:
    """Followed in pieces, it is that of all words at once, wherever half is gone."""
    rng = np.random.default_rng(0)
    for length in (0, 1, 11, 12, 13, 40):
        for low in (0.2, 0.9, 0.99):
            after = rng.uniform(low, 1, (length, 8)).astype(np.float32)
            written = rng.random(8)
            left = np.cumprod(after, axis=0, dtype=np.float64) @ written
            gone = np.flatnonzero(left < 0.5 * written.sum())
            expected = gone[0] + 1 if len(gone) else np.inf
            assert _lifetime(written, after) == expected
