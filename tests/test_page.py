"""The page of one review, read as text and in a real browser."""

import json
import re
from pathlib import Path
from typing import Any

import pytest

from lstm_cli.bundle.reading import Bundle
from lstm_cli.views.adding_up import apart, signed
from tests.helpers import expected_of, lstm

TEXT = "a fine film, no fun at all, cold and stupid"
NASTY = (
    "a fine </script><script>document.title='owned'</script> <img src=x onerror=alert(1)> & no fun"
)


def written(bundle: Bundle, text: str = TEXT) -> Path:
    """The page of a review."""
    done = lstm("inspect-gates", text, "--html", "page.html", "--model", str(bundle.path))
    assert done.exit_code == 0, done.stderr
    return Path("page.html").absolute()


def _trace_of(bundle: Bundle) -> dict[str, Any]:
    """What the command says of the same review."""
    shown = lstm("inspect-gates", TEXT, "--json", "--model", str(bundle.path)).stdout
    found: dict[str, Any] = json.loads(shown)
    return found


def test_a_page_stands_alone_and_is_small(tiny_bundle: Bundle) -> None:
    """No network, no script from elsewhere, under 1 MiB for a long review."""
    text = written(tiny_bundle, " ".join([TEXT] * 40)).read_text("utf-8")
    assert len(text) < 2**20
    assert not re.search(r"(?:src|href)\s*=|url\(|@import|https?://(?!www\.w3\.org)", text)


def test_text_is_escaped(tiny_bundle: Bundle) -> None:
    """A review is a stranger's."""
    text = written(tiny_bundle, NASTY).read_text("utf-8")
    assert "<img" not in text
    assert text.count("<script") == 2
    data = re.search(r'<script type="application/json" id="data">(.*?)</script>', text, re.DOTALL)
    assert data is not None
    assert json.loads(data[1])["words"][0]["token"] == "a"


def test_a_page_is_not_written_over(tiny_bundle: Bundle) -> None:
    """What is there may be somebody's work."""
    written(tiny_bundle)
    done = lstm("inspect-gates", TEXT, "--html", "page.html", "--model", str(tiny_bundle.path))
    assert done.exit_code == 2
    assert "exists already" in done.stderr


@pytest.mark.parametrize("cell", ["lstm", "rnn"])
def test_a_person_steps_through_the_words(
    browser: Any, tiny_bundles: dict[str, Bundle], cell: str
) -> None:
    """By keyboard, by hovering and by tapping; every gate says what the trace says."""
    page = browser.new_page()
    troubles: list[str] = []
    page.on("console", lambda message: troubles.append(message.text))
    page.on("pageerror", lambda error: troubles.append(str(error)))
    page.goto(written(tiny_bundles[cell]).as_uri())
    strongest = _trace_of(tiny_bundles[cell])["explanation"]["words"][0]["word"]
    assert page.inner_text("#panel-place").startswith(f"word {strongest + 1} of ")
    page.keyboard.press("Home")
    assert page.inner_text("#panel-word") == "a"
    page.keyboard.press("ArrowRight")
    assert page.inner_text("#panel-word") == "fine"
    assert page.evaluate("document.activeElement.textContent").strip() == "fine"
    page.hover("#words button:nth-of-type(3)")
    assert page.inner_text("#panel-word") == "film"
    found = _trace_of(tiny_bundles[cell])
    token = found["tokens"][2]
    # As the ratings before and after it are shown: a reader takes one from the other.
    before, after = (expected_of(found["tokens"][place]["running"]) for place in (1, 2))
    assert page.inner_text("#value-change") == signed(apart(before, after))
    without = {word["word"]: word["expected_without"] for word in found["explanation"]["words"]}
    end = found["summary"]["expected_rating"]
    assert page.inner_text("#value-deleted") == signed(apart(end, without[2]))
    by_route = list(found["routes"].values())[1:]
    margins = [parts["5"] - parts["1"] for parts in by_route]
    shown_routes = page.locator("section:has(#routes-title) .number").all_inner_texts()
    for shown, margin in zip(shown_routes, margins, strict=False):
        assert float(shown) == pytest.approx(margin, abs=0.01)
    *parts, whole = map(float, shown_routes)
    assert sum(parts) == pytest.approx(whole)
    if cell == "lstm":
        routes = next(word["routes"] for word in found["explanation"]["words"] if word["word"] == 2)
        assert page.inner_text("#value-route-mean") == f"{routes['mean']:+.2f}"
        assert page.inner_text("#value-kept") == f"{100 * token['forget']:.0f} %"
        page.click(".heat", position={"x": 5, "y": 5})
        assert page.inner_text("#panel-word") == "a"
    assert troubles == []


@pytest.mark.parametrize("width", [390, 1280])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_nothing_sticks_out(browser: Any, tiny_bundle: Bundle, width: int, scheme: str) -> None:
    """On a phone and on a desk, with a word that is longer than the screen."""
    surroundings = browser.new_context(
        viewport={"width": width, "height": 800}, color_scheme=scheme
    )
    page = surroundings.new_page()
    page.goto(written(tiny_bundle, f"{TEXT} {'very' * 50}").as_uri())
    assert page.evaluate("document.documentElement.scrollWidth") == width
    back, text = (
        page.evaluate(f"getComputedStyle(document.body).{name}")
        for name in ("backgroundColor", "color")
    )
    assert (sum(map(int, re.findall(r"\d+", back))) < 384) == (scheme == "dark")
    assert back != text


def test_a_strangers_script_does_not_run(browser: Any, tiny_bundle: Bundle) -> None:
    """Escaped, and the policy would not let it."""
    page = browser.new_page()
    page.goto(written(tiny_bundle, NASTY).as_uri())
    assert page.title() != "owned"
    assert page.evaluate("document.images.length") == 0


def test_everything_has_a_name_for_those_who_hear_it(browser: Any, tiny_bundle: Bundle) -> None:
    """Buttons, charts and sections."""
    page = browser.new_page()
    page.goto(written(tiny_bundle).as_uri())
    for role in ("button", "img", "region"):
        for found in page.get_by_role(role).all():
            name = found.get_attribute("aria-label") or found.get_attribute("aria-labelledby")
            assert name
