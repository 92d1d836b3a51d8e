"""What a reader adds up adds up as it is shown."""

import re
import shutil
import subprocess
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

import lstm_cli.views
from lstm_cli.views.adding_up import apart, changes, percents, signed, together

numbers = st.floats(-20, 20)
PARTS = ([0.584, 0.264, 0.124, 0.013, 0.015], [-1.503, 0.059, 0.436, 0.497], [0.5, 0.5], [0.0])
ADDING_UP = Path(lstm_cli.views.__file__).parent / "live/src/page/adding-up.ts"


@given(st.lists(numbers, min_size=1, max_size=30))
def test_the_parts_shown_give_the_total_shown(parts: list[float]) -> None:
    """And none is moved by a whole last digit."""
    shown = together(parts)
    assert f"{sum(shown):.2f}".lstrip("-") == f"{sum(parts):.2f}".lstrip("-")
    assert all(abs(part - exact) < 0.01 for part, exact in zip(shown, parts, strict=True))


@given(st.lists(st.floats(0, 1), min_size=2, max_size=11).filter(lambda odds: sum(odds) > 0.01))
def test_the_percentages_of_a_distribution_are_a_hundred(odds: list[float]) -> None:
    """However many ratings there are; none that is nothing becomes something."""
    shares = {str(place): chance / sum(odds) for place, chance in enumerate(odds)}
    shown = percents(shares)
    assert sum(int(share.removesuffix(" %")) for share in shown.values()) == 100
    assert all(shown[name] == "0 %" for name, share in shares.items() if share == 0)


def test_a_total_out_of_reach_is_left() -> None:
    """Rounding is not for hiding that numbers do not belong together."""
    assert together([0.501, 0.502], 3.0) == [0.5, 0.5]


@given(st.lists(numbers, min_size=2, max_size=9))
def test_a_change_is_that_of_what_is_shown(values: list[float]) -> None:
    """A reader takes one from the other."""
    shown = [float(f"{value:.2f}") for value in values]
    for place, change in enumerate(changes(values)):
        assert change == apart(values[place], values[place + 1])
        assert change == pytest.approx(shown[place + 1] - shown[place])


@given(st.floats(-0.02, 0.02))
def test_nothing_is_not_less_than_nothing(change: float) -> None:
    """Zero has a sign in a computer, and none for a reader."""
    assert signed(change) != "-0.00"


@pytest.mark.skipif(shutil.which("node") is None, reason="there is no node")
@pytest.mark.parametrize("parts", PARTS)
def test_the_live_page_rounds_alike(parts: list[float]) -> None:
    """The page of ``lstm live`` has the same function, in TypeScript."""
    source = ADDING_UP.read_text(encoding="utf-8")
    plain = re.sub(r"(\w)\??: (number|string)(\[\])?", r"\1", source).replace("export ", "")
    plain = re.sub(r"\): (number|string)(\[\])? ", ") ", plain)
    run = ["node", "-e", f"{plain}\nconsole.log(together({parts}).join())"]
    said = subprocess.run(run, capture_output=True, text=True, check=True, encoding="utf-8").stdout
    assert list(map(float, said.split(","))) == together(parts)
