"""The page with the model inside, used in a real browser: typed into, held, compared, saved."""

import itertools
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest

from lstm_cli.bundle.contents import network_weights
from lstm_cli.bundle.reading import Bundle
from lstm_cli.inference.predictor import Predictor
from lstm_cli.views.adding_up import apart, signed
from tests.helpers import TINY, expected_of, lstm

playwright = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
playwright.expect.set_options(timeout=30_000)  # a page is drawn when the machine comes to it

AXE = Path(__file__).parents[1] / "lstm_cli/views/live/node_modules/axe-core/axe.min.js"
TEXT = "a fine film, no fun at all"


class Visit:
    """A page that is open, and all that went wrong or out while it was."""

    def __init__(self, page: Any) -> None:
        self.page = page
        self.troubles: list[str] = []
        page.on("console", lambda message: self.troubles.append(message.text))
        page.on("pageerror", lambda error: self.troubles.append(str(error)))
        page.on("request", self._went_out)

    def open(self, address: str) -> Any:
        """Go there and wait for the model."""
        self.page.goto(address)
        self.page.wait_for_selector("#rating")
        return self.page

    def _went_out(self, request: Any) -> None:
        if not request.url.startswith(("file:", "blob:", "data:")):
            self.troubles.append(request.url)


@pytest.fixture(scope="module")
def address(tiny_bundles: dict[str, Bundle], tmp_path_factory: pytest.TempPathFactory) -> str:
    """A page with a tiny LSTM and a tiny RNN, written once."""
    file = tmp_path_factory.mktemp("live") / "live.html"
    lstm_path, rnn_path = (tiny_bundles[cell].path for cell in ("lstm", "rnn"))
    folder = ("--models-dir", str(rnn_path.parent))
    done = lstm("live", str(file), "--model", str(lstm_path), "--beside", rnn_path.name, *folder)
    assert done.exit_code == 0, done.stderr
    return file.as_uri()


@pytest.fixture(scope="module")
def replay(replays: dict[str, Bundle], tmp_path_factory: pytest.TempPathFactory) -> str:
    """A page whose model keeps its epochs."""
    file = tmp_path_factory.mktemp("replay") / "replay.html"
    done = lstm("live", str(file), "--model", str(replays["int16"].path))
    assert done.exit_code == 0, done.stderr
    return file.as_uri()


@pytest.fixture
def visit(browser: Any) -> Iterator[Visit]:
    """A page on a desk; whatever it complains of, or asks of the network, fails the test."""
    surroundings = browser.new_context(viewport={"width": 1280, "height": 900})
    visited = Visit(surroundings.new_page())
    yield visited
    surroundings.close()
    assert visited.troubles == []


def _inspected(bundle: Bundle, text: str) -> dict[str, Any]:
    shown = lstm("inspect-gates", text, "--json", "--model", str(bundle.path)).stdout
    found: dict[str, Any] = json.loads(shown)
    return found


def _expected(page: Any) -> float:
    return float(page.inner_text("#rating .count"))


def _expect(page: Any, rating: str) -> None:
    playwright.expect(page.locator("#rating .count")).to_have_text(rating)


def _expect_number(page: Any, selector: str, number: int) -> None:
    playwright.expect(page.locator(selector)).to_have_count(number)


def _reads(page: Any, selector: str, text: str) -> None:
    playwright.expect(page.locator(selector)).to_have_text(text, use_inner_text=True)


def _shows(page: Any, selector: str, part: str) -> None:
    playwright.expect(page.locator(selector)).to_contain_text(part, use_inner_text=True)


def _words(page: Any) -> list[str]:
    return [token.strip() for token in page.locator("#words button").all_inner_texts()]


def test_it_follows_every_key(visit: Visit, address: str, tiny_bundle: Bundle) -> None:
    """The rating, the words and the chosen word's gates are those of ``inspect-gates``."""
    page = visit.open(address)
    page.fill("#text", "")
    _shows(page, ".sections", "No word yet")
    assert page.inner_text("#rating").startswith("-")
    page.type("#text", TEXT)
    found = _inspected(tiny_bundle, TEXT)
    said = f"expected {found['summary']['expected_rating']:.2f}"
    assert page.inner_text("#rating").startswith(str(found["summary"]["rating"]))
    assert said in page.inner_text("#rating")
    tokens = found["tokens"]
    assert [word.removesuffix("?") for word in _words(page)] == [one["token"] for one in tokens]
    moves = [abs(one["contribution"]) for one in tokens]
    chosen = moves.index(max(moves))
    assert page.inner_text("#panel-place").startswith(f"word {chosen + 1} of {len(tokens)}")
    # As the ratings are shown: a reader takes one from the other.
    begin = found["summary"]["start_expected_rating"]
    ratings = [begin, *(expected_of(one["running"]) for one in tokens)]
    _reads(page, "#value-change", signed(apart(*ratings[chosen : chosen + 2])))
    without = {one["word"]: one["expected_without"] for one in found["explanation"]["words"]}
    deleted = signed(apart(ratings[-1], without[chosen]))
    playwright.expect(page.locator("#value-deleted")).to_have_text(deleted)
    page.type("#text", " superb")
    assert _words(page)[-1] == "superb"
    for _ in range(len(" superb")):
        page.keyboard.press("Backspace")
    assert said in page.inner_text("#rating")


def test_it_opens_with_words_that_the_model_knows(visit: Visit, address: str) -> None:
    """A model of a blackboard's fourteen words would begin by doubting its own rating."""
    page = visit.open(address)
    playwright.expect(page.locator("#text")).to_have_value(
        "I expected a boring film, but I loved it."
    )
    assert lstm("sample", "--blackboard", "board.csv").exit_code == 0
    assert lstm("-q", "train", "board.csv", *TINY, "--epochs", "1").exit_code == 0
    assert lstm("live", "board.html", "--model", "board").exit_code == 0
    page = visit.open(Path("board.html").absolute().as_uri())
    playwright.expect(page.locator("#text")).to_have_value(
        "the film is not good but the end is superb"
    )
    assert not [word for word in _words(page) if word.endswith("?")]
    assert page.get_by_role("button", name="hotel").count() == 0


def _page_of_a_model(known: str) -> str:
    """Where the page of a model is that learned from texts which all begin so."""
    others = ("zibble", "frum", "grob", "snee", "tulk")
    texts = [" ".join(some) for n in range(5) for some in itertools.combinations(others, n + 1)]
    rows = [f'"{known} {text}",{1 + n % 2}\n' for n, text in enumerate(texts)]
    Path("made.csv").write_text("review,rating\n" + "".join(rows))
    assert lstm("-q", "train", "made.csv", *TINY, "--epochs", "1").exit_code == 0
    assert lstm("live", "made.html", "--model", "made").exit_code == 0
    return Path("made.html").absolute().as_uri()


def test_a_model_of_other_words_opens_with_its_commonest(visit: Visit) -> None:
    """Of a text without one known word there would be no rating."""
    page = visit.open(_page_of_a_model("plonk wibble"))
    assert page.input_value("#text").startswith("plonk wibble ")
    assert not [word for word in _words(page) if word.endswith("?")]


def test_a_gate_is_held_and_opened(visit: Visit, address: str, tiny_bundle: Bundle) -> None:
    """Beside the free reading stands the held one; an opened gate adds up, below its row."""
    page = visit.open(f"{address}#text={quote(TEXT)}")
    found = _inspected(tiny_bundle, TEXT)["tokens"]
    mean = sum(one["forget"] for one in found) / len(found)
    assert float(page.input_value("#value-of-forget")) == pytest.approx(100 * mean, abs=1)
    page.locator("#hold-forget").check()
    page.locator("#value-of-forget").fill("0")
    clamped = lstm("inspect-gates", TEXT, "--clamp", "forget=0", "--json", "--model",
                   str(tiny_bundle.path))  # fmt: skip
    readings = [json.loads(clamped.stdout)[name]["expected_rating"] for name in ("held", "free")]
    _expect_number(page, ".sections path.line", 2)
    _shows(page, ".rating .beside", "gates held:")
    _reads(page, "#held-moved", signed(apart(readings[1], readings[0])))
    page.locator("#hold-forget").uncheck()
    _expect_number(page, ".sections path.line", 1)
    page.get_by_role("button", name="kept", exact=True).click()
    _expect_number(page, "tr:has(> th button:text-is('kept')) + tr .opened", 1)
    adds = page.locator(".terms tbody tr:not(.total) td:nth-of-type(2)").all_inner_texts()
    total = page.inner_text(".terms tr.total >> nth=0").split()
    assert sum(map(float, adds)) == pytest.approx(float(total[1]), abs=1e-3)


def test_two_readings_are_compared(visit: Visit, address: str) -> None:
    """What was pinned stands beside what is typed, and a change has one sign wherever it stands."""
    page = visit.open(f"{address}#text={quote(TEXT)}")
    before = _expected(page)
    page.get_by_role("button", name="word 2, fine").click()
    page.get_by_role("button", name="delete “fine”").click()
    playwright.expect(page.locator("#text")).to_have_value("a film, no fun at all")
    _shows(page, "#kept", "first differ at word 2")
    _shows(page, "#kept", "Pinned automatically")
    _reads(page, "#kept mark", "fine")
    assert page.locator(".word.parts").inner_text() == "film"
    playwright.expect(page.locator("#panel-place")).to_have_text(re.compile("of 7"))
    moved = rf"{before:.2f} → {_expected(page):.2f} \([+-]\d\.\d\d\)"
    said = [re.findall(moved, page.inner_text(place)) for place in ("#kept", ".rating .beside")]
    assert said[0] == said[1] != []
    page.get_by_role("button", name="word 2, film").click()
    page.get_by_role("textbox", name="or swap it for").fill("superb")
    page.keyboard.press("Enter")
    assert "superb" in page.input_value("#text")
    _reads(page, "#kept mark", "fine")
    page.go_back()
    playwright.expect(page.locator("#text")).to_have_value("a film, no fun at all")
    page.get_by_role("button", name="drop").click()
    _expect_number(page, "#kept", 0)


def test_a_change_is_undone(visit: Visit, address: str) -> None:
    """One after the other; and another text has no use for the reading that a change pinned."""
    page = visit.open(f"{address}#text={quote(TEXT)}")
    for word in ("fine", "fun"):
        page.get_by_role("button", name=re.compile(rf"word \d, {word}")).click()
        page.get_by_role("button", name=f"delete “{word}”").click()
    playwright.expect(page.locator("#text")).to_have_value("a film, no at all")
    page.click("#undo")
    page.click("#undo")
    playwright.expect(page.locator("#text")).to_have_value(TEXT)
    for shown in ("#undo", "#kept"):
        _expect_number(page, shown, 0)
    page.get_by_role("button", name=re.compile("word 2, fine")).click()
    page.get_by_role("button", name="delete “fine”").click()
    playwright.expect(page.locator("#text")).to_have_value("a film, no fun at all")
    page.type("#text", " superb")
    for shown, count in (("#undo", 0), ("#kept", 1)):
        _expect_number(page, shown, count)
    page.fill("#text", "a superb film, no fun")
    _expect_number(page, "#kept", 1)
    page.fill("#text", "awful")
    _expect_number(page, "#kept", 0)


@pytest.mark.parametrize(
    ("text", "word", "left"),
    [
        ("a film, sooooo DULL!!!!!", "sooo", "a film, DULL!!!!!"),
        ("a film, sooooo DULL!!!!!", "!!", "a film, sooooo DULL"),
        ("<i>I like it", "i", "like it"),
        ("I like it, and HOW", ",", "I like it and HOW"),
    ],
)
def test_a_word_is_deleted_as_it_was_typed(
    visit: Visit, address: str, text: str, word: str, left: str
) -> None:
    """Whole, and nothing else; its words are then those that were there without it."""
    page = visit.open(f"{address}#text={quote(text)}")
    before = [token.removesuffix("?") for token in _words(page)]
    button = page.get_by_role("button", name=re.compile(rf"^word {before.index(word) + 1}, "))
    button.click()
    page.get_by_role("button", name="delete").click()
    playwright.expect(page.locator("#text")).to_have_value(left)
    before.remove(word)
    assert [token.removesuffix("?") for token in _words(page)] == before


def test_a_picture_is_saved(visit: Visit, address: str) -> None:
    """It carries its own colours, on white, and leans on nothing of the page."""
    page = visit.open(address)
    menu = page.locator(".save", has=page.get_by_label("save picture: rating word by word"))
    menu.locator("summary").click()
    for kind in ("SVG", "PNG"):
        with page.expect_download() as saving:
            menu.get_by_role("button", name=kind).click()
        assert saving.value.suggested_filename == f"rating-word-by-word.{kind.lower()}"
        content = Path(saving.value.path()).read_bytes()
        if kind == "PNG":
            assert content.startswith(b"\x89PNG")
        else:
            text = content.decode()
            assert text.startswith("<svg")
            assert 'fill="#ffffff"' in text
            assert "class=" not in text
            assert "var(" not in text


def test_a_link_opens_what_it_was_copied_from(visit: Visit, address: str, browser: Any) -> None:
    """The text, the chosen word, the opened gate, what is held and what was kept."""
    page = visit.open(address)
    page.click("#keep")
    page.fill("#text", "no fun, ünïcode & all")
    page.get_by_role("button", name="word 2, fun").click()
    page.get_by_role("button", name="used", exact=True).click()
    page.locator("#hold-learn").check()
    # The address follows when the user rests.
    playwright.expect(page).to_have_url(re.compile("&learn=.*&kept=.*&open="))
    again = browser.new_page()
    again.goto(page.url)
    for shown in ("#text", "#value-of-learn"):
        playwright.expect(again.locator(shown)).to_have_value(page.input_value(shown))
    for shown in ("#panel-word", "#rating", "#kept", "#opened-value", "#held-moved"):
        _reads(again, shown, page.inner_text(shown))
    again.close()


def test_the_keyboard_is_enough(visit: Visit, address: str) -> None:
    """From the text to the words, along them, into a gate."""
    page = visit.open(f"{address}#text={quote(TEXT)}")
    page.focus("#text")
    for _ in range(40):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.matches('#words button')"):
            break
    page.keyboard.press("Home")
    _reads(page, "#panel-word", "a")
    page.keyboard.press("ArrowRight")
    _reads(page, "#panel-word", "fine")
    assert page.evaluate("document.activeElement.textContent") == "fine"
    for _ in range(20):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.matches('.opens')"):
            break
    page.keyboard.press("Enter")
    _expect_number(page, ".opened", 1)


def test_two_models_and_a_step_of_learning(visit: Visit, address: str) -> None:
    """Both curves in one chart; a step towards the true rating makes it likelier."""
    page = visit.open(f"{address}#text={quote('no fun at all, cold and stupid')}")
    page.get_by_role("radio", name="both").check()
    _expect_number(page, ".sections path.line.fourth", 1)
    page.get_by_role("radio", name="rnn").check()
    _shows(page, "section:has(#holds-title)", "no gates")
    learning = page.locator("section:has(#learning-title)")
    playwright.expect(learning).not_to_contain_text("the long-term memory")
    page.get_by_role("radio", name="lstm").check()
    playwright.expect(learning).to_contain_text("the long-term memory")
    before = page.inner_text("#learned")
    page.click("#step")
    page.click("#step")
    after = page.inner_text("#learned")
    losses = [float(re.findall(r"= (\d+\.\d+)\.", said)[0]) for said in (before, after)]
    assert after.startswith("After 2 steps")
    assert losses[1] < losses[0]


def test_a_step_right_after_another_choice_counts(visit: Visit, address: str) -> None:
    """Though the browser has not painted in between."""
    page = visit.open(address)
    _shows(page, "#learned", "Before the first step")
    page.evaluate(
        """async () => {
            const truth = document.querySelector("#truth");
            truth.selectedIndex = 0;
            truth.dispatchEvent(new Event("change", { bubbles: true }));
            await Promise.resolve();
            document.querySelector("#step").click();
        }"""
    )
    _shows(page, "#learned", "After 1 step")


def test_a_word_typed_right_after_another_is_chosen_stays(visit: Visit, address: str) -> None:
    """Though the browser has not painted in between."""
    page = visit.open(f"{address}#text={quote(TEXT)}")
    page.evaluate(
        """async () => {
            document.querySelector('#words [tabindex="-1"]').click();
            await Promise.resolve();
            const box = document.querySelector(".edit input");
            box.value = "superb";
            box.dispatchEvent(new Event("input", { bubbles: true }));
        }"""
    )
    playwright.expect(page.locator(".edit button[type=submit]")).to_be_enabled()
    playwright.expect(page.locator(".edit input")).to_have_value("superb")


def expected_at(bundle: Bundle, place: int, tokens: list[str]) -> str:
    """The expected rating after an epoch, as the page writes it."""
    predictor = Predictor(bundle)
    predictor.weights = network_weights(bundle.epoch_arrays(bundle.epochs[place].epoch))
    return f"{predictor.read(tokens)[1][-1] @ predictor.ratings:.2f}"


def test_training_is_replayed(visit: Visit, replay: str, replays: dict[str, Bundle]) -> None:
    """It opens on the model as it was saved; every epoch reads as Python reads it."""
    bundle = replays["int16"]
    page = visit.open(f"{replay}#text={quote(TEXT)}")
    tokens = [word.removesuffix("?") for word in _words(page)]
    said = page.locator("#epoch-said")
    playwright.expect(page.locator("#epoch")).to_have_value("6")
    assert "as the model was saved" in said.inner_text()
    curves = page.locator("section:has(#words-title) path.line")
    assert curves.count() == 1
    for place in (5, 0, 3):
        page.locator("#epoch").fill(str(place))
        playwright.expect(page.locator("#rating .count")).to_have_text(
            expected_at(bundle, place, tokens)
        )
        assert f"{100 * bundle.epochs[place].accuracy:.0f} %" in said.inner_text()
        assert curves.count() == 2
        _shows(page, ".rating .beside", "as saved")
    chart = page.locator("section:has(#replay-title) svg.chart")
    label = str(chart.get_attribute("aria-label"))
    assert f"{expected_at(bundle, 3, tokens)} at epoch 3" in label
    _expect_number(page, "section:has(#replay-title) path.line", 3)
    page.get_by_role("button", name="Step an epoch").click()
    playwright.expect(page.locator("#epoch")).to_have_value("4")
    assert page.url.endswith("epoch=4")
    page.get_by_role("button", name="Back an epoch").click()
    page.focus("#epoch")
    page.keyboard.press("ArrowLeft")
    playwright.expect(said).to_contain_text("After epoch 2")
    page.keyboard.press("End")
    assert curves.count() == 1


def test_training_plays_by_itself_and_its_address_opens_it(visit: Visit, replay: str) -> None:
    """From the last epoch it begins anew; an epoch that was not kept is the saved model."""
    page = visit.open(f"{replay}#text={quote(TEXT)}&epoch=99")
    playwright.expect(page.locator("#epoch")).to_have_value("6")
    page.click("#play")
    _reads(page, "#play", "Pause")
    playwright.expect(page.locator("#epoch")).to_have_value("2")
    page.click("#play")
    _reads(page, "#play", "Play")
    page.goto("about:blank")
    visit.open(f"{replay}#text={quote(TEXT)}&epoch=1")
    _shows(page, "#epoch-said", "After epoch 1")
    page.fill("#text", "")
    _shows(page, ".sections", "No word yet")
    _shows(page, "#epoch-said", "After epoch 1")
    page.fill("#text", "fun " * 500)
    section = page.locator("section:has(#replay-title)")
    playwright.expect(section).to_contain_text("one epoch at a time")


def test_a_model_without_epochs_has_no_replay(visit: Visit, address: str) -> None:
    page = visit.open(address)
    _expect_number(page, "#replay-title, #epoch", 0)


def _answer(page: Any, question: str) -> str:
    """Ask, and wait for all of the answer."""
    page.get_by_role("button", name=question).click()
    page.wait_for_selector('#answer[aria-busy="false"]')
    said: str = page.inner_text("#answer")
    return said


def test_the_questions_are_answered(visit: Visit, address: str) -> None:
    """What each answer says comes true when its changes are made."""
    page = visit.open(f"{address}#text={quote('no fun at all, cold and stupid')}")
    before = _expected(page)
    answer = _answer(page, "Why is this rating low?")
    assert answer.startswith("The rating is low: 1")
    assert "“and”" not in answer
    word, promised = re.findall(r"“(\w+)” \(without it [\d.]+ → ([\d.]+)\)", answer)[0]
    page.get_by_role("button", name=re.compile(rf"word \d, {word}")).click()
    page.get_by_role("button", name=f"delete “{word}”").click()
    _expect(page, promised)
    page.click("#undo")
    _expect(page, f"{before:.2f}")
    answer = _answer(page, "What would make it high?")
    promised = re.findall(r"→ ([\d.]+\d)", answer)[-1]
    page.click("#make")
    _expect(page, promised)
    _expect_number(page, "#kept", 1)
    answer = _answer(page, "Which word does the model overrate?")
    assert re.search("No word stands out|alone: ", answer)


def test_an_answer_stays_until_it_is_closed(visit: Visit, address: str) -> None:
    """A second click asks again, typing updates what is said, and no question changes the text."""
    page = visit.open(f"{address}#text={quote('superb! great fun')}")
    assert _answer(page, "Why is this rating low?").startswith("It is not low: 5")
    _answer(page, "Why is this rating low?")
    playwright.expect(page.locator("#text")).to_have_value("superb! great fun")
    page.fill("#text", "awful! a dull film")
    playwright.expect(page.locator("#answer")).to_contain_text("The rating is low: 1")
    page.get_by_role("button", name="close").click()
    _expect_number(page, "#answer", 0)


def test_a_change_is_tried(visit: Visit, address: str) -> None:
    """Words of opinion are swapped for their opposites, and no word for one that means nothing."""
    page = visit.open(f"{address}#text={quote('the film was awful, cold and no fun.')}")
    changes = page.locator("section:has(#changes-title)")
    playwright.expect(changes).not_to_contain_text("still to be tried")
    offered = "".join(changes.locator("li").all_inner_texts())
    assert "swap “cold” for “warm”" in offered
    assert re.findall(r"“(?:the|was|and|,|\.)”", offered) == []
    first = changes.locator("li").first
    promised = re.findall(r": ([\d.]+)", first.inner_text())[0]
    first.get_by_role("button").click()
    _expect(page, promised)


def test_a_text_of_unknown_words_has_no_rating(visit: Visit, address: str) -> None:
    """One of mostly unknown words has a doubtful one; each such word is marked, and why is said."""
    page = visit.open(f"{address}#text=qwertz+asdfg+yxcvb")
    _shows(page, "#rating", "the model knows no word")
    page.fill("#text", "qwertz asdfg film")
    page.locator("#rating.doubted .count").wait_for()
    _shows(page, ".sections", "? marks a word the model does not know")
    page.fill("#text", "a fine film")
    playwright.expect(page.locator("#rating.doubted")).to_have_count(0)


def test_an_example_is_tried(visit: Visit) -> None:
    """It is a step: Back returns to what was typed. Only examples of known words are there."""
    address = _page_of_a_model(
        "the location is great but our room was dirty shower cold and woman at desk rude slow , ."
    )
    page = visit.open(f"{address}#text={quote(TEXT)}")
    assert page.locator(".examples button").all_inner_texts() == ["hotel", "film"]
    page.get_by_role("button", name="hotel").click()
    assert "room was dirty" in page.input_value("#text")
    page.go_back()
    playwright.expect(page.locator("#text")).to_have_value(TEXT)


def test_a_very_long_text_is_read_in_full(visit: Visit, address: str) -> None:
    """Not all of its words are drawn, and the page says so."""
    page = visit.open(address)
    page.fill("#text", "a fine film " * 1000)
    page.get_by_text("The first 300 of 3,000 words are shown; all are read.").wait_for()
    page.fill("#text", "a fine film " * 1001)
    page.get_by_text("The first 3,000 words are read; 3 are left out.").wait_for()


@pytest.mark.parametrize("width", [390, 1280])
@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("shown", ["address", "replay"])
def test_nothing_sticks_out_and_axe_finds_nothing(
    browser: Any, request: pytest.FixtureRequest, width: int, scheme: str, shown: str
) -> None:
    """On a phone and on a desk, with everything open and a word longer than the screen."""
    address = request.getfixturevalue(shown)
    surroundings = browser.new_context(
        viewport={"width": width, "height": 800}, color_scheme=scheme, bypass_csp=True
    )
    page = surroundings.new_page()
    long = quote(f"{TEXT} {'very' * 50} dull")
    page.goto(
        f"{address}#text={long}&kept={quote(TEXT)}&word=3&open=forget&learn=0.5&both=yes&question=1"
        "&epoch=2"
    )
    page.wait_for_selector("#ledger-said")
    assert page.evaluate("document.documentElement.scrollWidth") == width
    if AXE.exists():
        page.evaluate(AXE.read_text("utf-8"))
        found = page.evaluate("axe.run().then((found) => found.violations)")
        assert [(one["id"], [node["html"][:200] for node in one["nodes"]]) for one in found] == []
    surroundings.close()
