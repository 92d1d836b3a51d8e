"""The pages of a story, of steps of learning and of the memory test, in a real browser."""

import json
import re
from pathlib import Path
from typing import Any

import pytest

from lstm_cli.bundle.reading import Bundle
from tests.helpers import lstm

TEXT = "a fine film , no fun at all"
STORY = ("story", "bear", "tree", "fish", "?", "--cut", "long-term@2")
NASTY = "<img src=x onerror=alert(1)> </script> fun"


def learned(bundle: Bundle, text: str = TEXT) -> Path:
    """The page of ten steps."""
    asked = ("learn", text, "--true", "5", "--model", str(bundle.path))
    done = lstm(*asked, "--html", "learning.html")
    assert done.exit_code == 0, done.stderr
    return Path("learning.html").absolute()


def told() -> Path:
    """The page of a story in which a memory is lost."""
    done = lstm(
        "story", "bear", "tree", "fish", "?", "--cut", "long-term@2", "--html", "story.html"
    )
    assert done.exit_code == 0, done.stderr
    return Path("story.html").absolute()


@pytest.mark.parametrize("cell", ["lstm", "rnn"])
def test_a_button_takes_one_step_after_the_other(
    browser: Any, tiny_bundles: dict[str, Bundle], cell: str
) -> None:
    """The page shows the numbers that the command prints, by button, slider and keyboard."""
    bundle = tiny_bundles[cell]
    page = browser.new_page()
    troubles: list[str] = []
    page.on("console", lambda message: troubles.append(message.text))
    page.on("pageerror", lambda error: troubles.append(str(error)))
    page.goto(learned(bundle).as_uri())
    asked = ("learn", TEXT, "--true", "5", "--times", "10", "--model", str(bundle.path))
    steps = json.loads(lstm(*asked, "--json").stdout)["history"]

    def check(number: int) -> None:
        step = steps[number]
        assert page.inner_text("#number") == f"{number} of 10"
        assert page.inner_text("#value-chance-1") == f"{step['probabilities']['5']:.4f}"
        assert page.inner_text("#value-error-0") == f"{step['errors']['1']:+.4f}"
        assert page.inner_text("#value-word-0-0") == f"{step['words'][-1]['short_term']:.4f}"
        assert page.inner_text("#weight-0").startswith(f"{step['weights'][0]:.8f}")
        if number < 10:
            assert page.inner_text("#weight-0").endswith(f"{steps[number + 1]['weights'][0]:.8f}")

    check(0)
    assert page.is_disabled("#back")
    page.click("#step")
    check(1)
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowRight")
    check(3)
    page.click("#back")
    check(2)
    page.keyboard.press("End")
    check(10)
    assert page.is_disabled("#step")
    page.fill("#at", "4")
    check(4)
    assert troubles == []


@pytest.mark.parametrize("width", [390, 1280])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_nothing_sticks_out(browser: Any, tiny_bundle: Bundle, width: int, scheme: str) -> None:
    """On a phone and on a desk; charts and tables have names for those who hear them."""
    surroundings = browser.new_context(
        viewport={"width": width, "height": 800}, color_scheme=scheme
    )
    page = surroundings.new_page()
    for path in (learned(tiny_bundle, f"{TEXT} {'very' * 50}"), told()):
        page.goto(path.as_uri())
        assert page.evaluate("document.documentElement.scrollWidth") == width, path.name
        background = page.evaluate("getComputedStyle(document.body).backgroundColor")
        assert (sum(map(int, re.findall(r"\d+", background))) < 384) == (scheme == "dark")
        assert page.locator("svg.chart:not([aria-label])").count() == 0
        assert page.locator("table:not(:has(caption))").count() == 0


def test_a_story_shows_what_the_command_says(browser: Any) -> None:
    """Each event's numbers, and a chart a cell."""
    page = browser.new_page()
    page.goto(told().as_uri())
    shown = json.loads(
        lstm("story", "bear", "tree", "fish", "?", "--cut", "long-term@2", "--json").stdout
    )
    rows = page.locator("table tr").all()
    assert len(rows) == 1 + len(shown["events"])
    cells = rows[1].locator("td").all_inner_texts()
    animals = list(shown["picture"])
    assert cells[0] == "bear"
    assert cells[1 : 1 + len(animals)] == [
        f"{100 * shown['answers']['rnn'][0][animal]:.0f} %" for animal in animals
    ]
    assert page.locator("svg.chart").count() == 3
    assert "after event 2" in page.inner_text("header")


def test_text_is_escaped(browser: Any, tiny_bundle: Bundle) -> None:
    """A review is a stranger's."""
    page = browser.new_page()
    page.goto(learned(tiny_bundle, NASTY).as_uri())
    assert page.evaluate("document.images.length") == 0
    assert page.inner_text("#number") == "0 of 10"


def test_what_does_not_go_together_is_refused(tiny_bundle: Bundle) -> None:
    """And a page that exists is not written over."""
    asked = ("learn", TEXT, "--true", "5", "--model", str(tiny_bundle.path), "--html", "page.html")
    for more, problem in (
        (("--json",), "--html goes without --json"),
        (("--times", "101"), "a page holds 100 steps at most"),
    ):
        done = lstm(*asked, *more)
        assert (done.exit_code, Path("page.html").exists()) == (2, False)
        assert problem in done.stderr
    assert lstm(*asked).exit_code == 0
    again = lstm(*asked)
    assert again.exit_code == 2
    assert "exists already" in again.stderr


@pytest.mark.parametrize(
    "asked",
    [
        ("inspect-gates", "fun", "--html"), ("learn", "fun", "--true", "5", "--html"),
        ("story", "--html"), ("memory-test", "--html"), ("live",),
    ],
)  # fmt: skip
def test_a_page_is_not_written_under_the_name_of_a_picture(asked: tuple[str, ...]) -> None:
    """A program would open it as one."""
    done = lstm(*asked, "page.png")
    assert (done.exit_code, Path("page.png").exists()) == (2, False)
    assert "page.png: a page is HTML; name a file that ends in .html" in done.stderr
    assert done.stderr.count("\n") == 1
