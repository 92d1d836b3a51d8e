"""One review as one picture: well-formed, self-contained, and true to the trace."""

import csv
import json
import re
import struct
from pathlib import Path
from xml.etree import ElementTree

import pytest

from lstm_cli.bundle.reading import Bundle
from lstm_cli.gates.trace import trace
from lstm_cli.inference.predictor import Predictor
from lstm_cli.views.lettering import lines_of, text_width, wrapped
from lstm_cli.views.picture import COLOURS, EDGE, MOST_DRAWN, WIDE, picture
from tests.helpers import lstm

TEXT = "a fine film, no fun at all, cold and stupid"
NASTY = 'a fine <script>alert(1)</script> & "no" fun \x1b[31m \ufffe \u202e </svg> https://x.y'
SVG = "{http://www.w3.org/2000/svg}"


def drawn(bundle: Bundle, text: str = TEXT) -> ElementTree.Element:
    """The picture of a review, parsed as strictly as XML is."""
    return ElementTree.fromstring(picture(trace(Predictor(bundle), text), bundle.info.scale))


def texts_in(svg: ElementTree.Element) -> list[str]:
    """All that can be read in a picture, in its order."""
    return [element.text or "" for element in svg.iter(f"{SVG}text")]


@pytest.mark.parametrize("cell", ["lstm", "rnn"])
def test_a_picture_says_what_the_trace_says(tiny_bundles: dict[str, Bundle], cell: str) -> None:
    """The rating, its probabilities, every word, and the gates of an LSTM."""
    bundle = tiny_bundles[cell]
    traced = trace(Predictor(bundle), TEXT)
    said = texts_in(drawn(bundle))
    prediction = traced.prediction
    assert said[0] == f"rating {prediction.rating}"
    assert said[1].startswith(f"expected {prediction.expected_rating:.2f}")
    words = [word.token + ("" if word.known else "?") for word in traced.words]
    place = said.index(words[0], 2)
    assert said[place : place + len(words)] == words
    for name in ("kept", "learned", "used"):
        assert (name in said) == (cell == "lstm")
    assert said[-1].startswith("lstm-cli")
    assert f"model {bundle.name}" in said[-1]


def test_words_are_shown_as_they_were_written(tiny_bundle: Bundle) -> None:
    """Whoever gets the picture knows the review, and not what became of it on the way."""
    said = texts_in(drawn(tiny_bundle, "A FINE film, I'd say: SOOOOOO superb!"))
    written = ["A", "FINE", "film", ",", "I", "'d", "say", ":", "SOOO", "superb", "!"]
    first = said.index("A", 2)
    assert [word.rstrip("?") for word in said[first : first + len(written)]] == written
    assert said[-1 - len(written) : -1] == written  # below the gates


def test_the_colour_of_a_word_is_what_it_did(tiny_bundle: Bundle) -> None:
    """Red lowers, blue raises, and the stronger the further."""
    svg = drawn(tiny_bundle)
    traced = trace(Predictor(tiny_bundle), TEXT)
    fills = {
        round(float(rect.get("x", "0")) + 4, 1): rect.get("fill")
        for rect in svg.iter(f"{SVG}rect")
        if rect.get("rx") == "5"
    }
    places = {
        element.text: round(float(element.get("x", "0")), 1)
        for element in svg.iter(f"{SVG}text")
        if element.get("font-size") == "21"
    }
    for word in traced.words:
        fill = fills.get(places[word.token + ("" if word.known else "?")])
        if abs(word.contribution) >= 0.02 and sum(w.token == word.token for w in traced.words) == 1:
            side = "up" if word.contribution > 0 else "down"
            assert fill in {COLOURS[f"{side}{step}"] for step in (1, 2, 3)}


def test_the_curve_is_the_running_rating(tiny_bundle: Bundle) -> None:
    """A point before the first word, and one after each."""
    line = drawn(tiny_bundle).find(f".//{SVG}polyline")
    assert line is not None
    points = [tuple(map(float, point.split(","))) for point in line.get("points", "").split()]
    traced = trace(Predictor(tiny_bundle), TEXT)
    means = [traced.start_expected_rating, *(word.expected_rating for word in traced.words)]
    assert len(points) == len(means)
    low, high = tiny_bundle.info.ratings[0], tiny_bundle.info.ratings[-1]
    for (_, y), mean in zip(points, means, strict=True):
        assert y == pytest.approx(200 - 180 * (mean - low) / (high - low), abs=0.06)


def test_a_stranger_writes_nothing_but_text(tiny_bundle: Bundle) -> None:
    """No element, no address that is fetched, no letter that XML forbids."""
    text = picture(trace(Predictor(tiny_bundle), NASTY), tiny_bundle.info.scale)
    ElementTree.fromstring(text)
    assert not re.search(r"<(?:script|image|style|foreignObject|a)\b|(?:href|src)=|url\(", text)
    assert "\x1b" not in text
    assert "\u202e" not in text
    assert text.count("</svg>") == 2


def test_long_reviews_wrap_and_very_long_ones_end(tiny_bundle: Bundle) -> None:
    """Nothing stands beyond the edges."""
    svg = drawn(tiny_bundle, " ".join([TEXT] * 70))
    words = [element for element in svg.iter(f"{SVG}text") if element.get("font-size") == "21"]
    number = len(trace(Predictor(tiny_bundle), " ".join([TEXT] * 70)).words)
    assert words[-1].text == f"and {number - MOST_DRAWN:,} words more"
    assert len(words) == MOST_DRAWN + 1
    for word in words:
        assert float(word.get("x", "0")) + text_width(word.text or "", 21) <= WIDE - EDGE
    assert svg.get("width") == str(WIDE)
    assert float(svg.get("height", "0")) > 1_500
    for one_word in ("wm" * 250, "好" * 250):
        for text in texts_in(drawn(tiny_bundle, one_word)):
            assert text_width(text, 21) <= WIDE - 2 * EDGE or " " in text


def test_an_empty_review_has_a_picture(tiny_bundle: Bundle) -> None:
    """What the model says before it reads anything, and that this is so."""
    assert "careful: the text is empty: this is what the model says before it reads anything" in (
        texts_in(drawn(tiny_bundle, " "))
    )


def test_sentences_wrap_by_the_widths_of_letters() -> None:
    """Each line has room; a word alone may need more."""
    lines = wrapped("the room was clean and the staff were rude", 10, 80)
    assert " ".join(lines) == "the room was clean and the staff were rude"
    assert all(text_width(line, 10) <= 80 for line in lines)
    assert list(lines_of([9, 1], room=5, gap=1)) == [[0], [1]]


def test_the_command_writes_svg(tiny_bundle: Bundle) -> None:
    """Whole or not at all, and never over what is there."""
    at = ("--model", tiny_bundle.path)
    done = lstm("inspect-gates", TEXT, "--svg", "one.svg", *at)
    assert done.exit_code == 0, done.stderr
    assert done.stderr.endswith("written: one.svg\n")
    assert done.stdout == ""
    before = Path("one.svg").read_bytes()
    ElementTree.fromstring(before)
    done = lstm("inspect-gates", "great fun", "--svg", "one.svg", *at)
    assert done.exit_code == 2
    assert done.stderr.endswith("one.svg exists already; name another file, or remove it first\n")
    assert Path("one.svg").read_bytes() == before


@pytest.mark.parametrize("cell", ["lstm", "rnn"])
def test_the_table_has_a_row_for_each_word(tiny_bundles: dict[str, Bundle], cell: str) -> None:
    """Unrounded, with the names of the JSON; a review without words has none."""
    at = ("--model", tiny_bundles[cell].path)
    done = lstm("-q", "inspect-gates", TEXT, "<br>", "great fun", "--table", "words.csv", *at)
    assert done.exit_code == 0, done.stderr
    rows = list(csv.DictReader(Path("words.csv").read_text("utf-8").splitlines()))
    told = [
        json.loads(lstm("-q", "inspect-gates", text, "--json", *at).stdout)["tokens"]
        for text in (TEXT, "great fun")
    ]
    assert [(row["review"], row["word"], row["token"]) for row in rows] == [
        (number, str(place), word["token"])
        for number, words in zip("13", told, strict=True)
        for place, word in enumerate(words, 1)
    ]
    for row, word in zip(rows, [*told[0], *told[1]], strict=True):
        assert float(row["contribution"]) == word["contribution"]
        assert float(row["P(5)"]) == word["running"]["5"]
        assert row["forget"] == ("" if word["forget"] is None else str(word["forget"]))
    done = lstm("-q", "inspect-gates", "<br>", "--table", "none.csv", *at)
    assert (done.exit_code, done.stderr) == (
        2,
        "lstm: --table none.csv: the review contains no words\n",
    )
    assert not Path("none.csv").exists()


@pytest.mark.parametrize(
    ("options", "problem"),
    [
        (["--png", "one.svg"], "one.svg: this picture is PNG; name a file that ends in .png"),
        (["--svg", "one.html"], "one.html: this picture is SVG; name a file that ends in .svg"),
        (["--svg", "a.svg", "--png", "a.png"],
         "--png and --svg are outputs of their own; give one of them"),
        (["--svg", "a.svg", "--json"],
         "--png, --svg and --table go without --json, --ledger, --routes and --heat"),
        (["more fun", "--svg", "a.svg"], "a.svg: a picture shows one review; 2 were given"),
        (["--svg", "no/a.svg"], "no/a.svg: there is no folder no"),
    ],
)  # fmt: skip
def test_what_cannot_be_drawn_is_one_line(
    tiny_bundle: Bundle, options: list[str], problem: str
) -> None:
    """What is wrong, and what to do; nothing is written."""
    done = lstm("-q", "inspect-gates", TEXT, *options, "--model", tiny_bundle.path)
    assert done.exit_code == 2
    assert done.stderr == f"lstm: {problem}\n"
    assert not list(Path().glob("*.svg")) + list(Path().glob("*.png"))


def test_without_the_extra_one_line_says_how_to_install_it(
    tiny_bundle: Bundle, monkeypatch: pytest.MonkeyPatch
) -> None:
    """No traceback, and what works without."""
    monkeypatch.setattr("lstm_cli.views.rasterizing.find_spec", lambda _: None)
    done = lstm("-q", "inspect-gates", TEXT, "--png", "a.png", "--model", tiny_bundle.path)
    assert done.exit_code == 2
    assert done.stderr == (
        "lstm: --png needs what is not installed (resvg_py): pip install 'lstm-cli[pictures]'; "
        "--svg needs nothing\n"
    )


def test_the_command_writes_png(tiny_bundle: Bundle) -> None:
    """As wide as it says, with letters in it."""
    pytest.importorskip("resvg_py", reason="the extra pictures is not installed")
    from lstm_cli.views.rasterizing import as_png

    done = lstm("inspect-gates", TEXT, "--png", "one.PNG", "--model", tiny_bundle.path)
    assert done.exit_code == 0, done.stderr
    content = Path("one.PNG").read_bytes()
    assert content.startswith(b"\x89PNG\r\n\x1a\n")
    wide, high = struct.unpack(">II", content[16:24])
    assert wide == WIDE
    svg = picture(trace(Predictor(tiny_bundle), TEXT), tiny_bundle.info.scale)
    assert f'height="{high}"' in svg
    assert as_png(svg) == content
    assert len(as_png(re.sub(r"<text[^>]*>[^<]*</text>", "", svg))) < len(content) / 2


def test_letters_without_a_font_are_named(tiny_bundle: Bundle) -> None:
    """The font that is shipped has those of Europe; a box for others is said."""
    pytest.importorskip("resvg_py", reason="the extra pictures is not installed")
    from lstm_cli.views.rasterizing import letters_without_font

    assert letters_without_font("<text>Größe, хорошо, καλό, é &amp; ★</text>") == ""
    assert letters_without_font("<text>a \ue124 b</text><text>\ue124</text>") == "\ue124"
    done = lstm("inspect-gates", "fun \U000e0100\ua8ff\ue124", "--png", "a.png",
                "--model", tiny_bundle.path)  # fmt: skip
    assert done.exit_code == 0, done.stderr
    assert Path("a.png").exists()
