"""The page with a model inside: what it computes is what Python computes."""

import html.entities
import json
import random
import re
import shutil
import subprocess
import unicodedata
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from lstm_cli.bundle.contents import BASE, network_weights
from lstm_cli.bundle.reading import Bundle, open_bundle
from lstm_cli.bundle.writing import write_bundle
from lstm_cli.core.cell import Gates
from lstm_cli.core.reading import Hold
from lstm_cli.gates.counterfactuals import probabilities_without
from lstm_cli.gates.learning import learn
from lstm_cli.gates.surgery import Clamp, holding
from lstm_cli.gates.trace import trace
from lstm_cli.inference.input_warnings import script_of
from lstm_cli.inference.predictor import Predictor
from lstm_cli.samples import sample_texts
from lstm_cli.text.spelling import COMMONEST
from lstm_cli.text.tokens import tokenize
from lstm_cli.views.live_rounding import rounded
from tests.awkward import (
    EVERY_VIEW,
    KINDS,
    changed,
    misspelled,
    misspelled_texts,
    texts_of,
    well_read,
)
from tests.helpers import in_case, lstm, new_bundle
from tests.pages import ROOT

LIVE = ROOT / "lstm_cli" / "views" / "live"
ASKING = ROOT / "tests" / "live_engine.mjs"
NODE = shutil.which("node")
ESBUILD = LIVE / "node_modules" / ".bin" / "esbuild"
ASKED = 'export * from "./engine/index"; export * from "./page/editing";'
CLOSE = 1e-4

needs_node = pytest.mark.skipif(
    NODE is None or not ESBUILD.exists(),
    reason="there is no node, or nobody ran npm ci in lstm_cli/views/live",
)
Ask = Callable[[Sequence[Bundle], Sequence[dict[str, Any]]], list[Any]]


@pytest.fixture(scope="module")
def ask(tmp_path_factory: pytest.TempPathFactory) -> Ask:
    """Puts questions to the engine, of models out of a page that ``lstm live`` wrote."""
    folder = tmp_path_factory.mktemp("live")
    engine = folder / "engine.mjs"
    options = ("--bundle", "--format=esm", f"--outfile={engine}", "--log-level=error")
    subprocess.run([ESBUILD, *options], input=ASKED, text=True, cwd=LIVE / "src", check=True)

    def asking(bundles: Sequence[Bundle], questions: Sequence[dict[str, Any]]) -> list[Any]:
        page = written(bundles, folder / "page.html")
        asked = "\n".join(map(json.dumps, questions))
        command = [str(NODE), str(ASKING), str(engine), str(page)]
        done = subprocess.run(command, input=asked, capture_output=True, text=True, check=False)
        assert not done.returncode, done.stderr
        return [json.loads(line) for line in done.stdout.splitlines()]

    return asking


def written(bundles: Sequence[Bundle], page: Path) -> Path:
    """The page of one model or two."""
    beside = ("--beside", bundles[1].path) if len(bundles) > 1 else ()
    done = lstm("live", page, "--model", bundles[0].path, *beside, "--replace")
    assert done.exit_code == 0, done.stderr
    return page


# What is compared

MEANS = {
    "forget": "forget", "learn": "learn", "use": "use", "candidate": "candidate",
    "long_term": "longTerm", "short_term": "shortTerm", "retained": "retained",
    "contribution": "contribution", "expected_rating": "expected",
}  # fmt: skip


def near(one: Any, other: Any, tolerance: float = CLOSE) -> None:
    """Numbers, of any shape, that are as good as equal.

    The tiny model's long-term memory reaches 10, where numpy's own float32 is 4e-5 off.
    """
    expected = np.array(other, float)
    np.testing.assert_allclose(np.array(one, float), expected, rtol=tolerance * 5, atol=tolerance)


def agrees(predictor: Predictor, text: str, said: dict[str, Any], *, with_ledger: bool) -> None:
    """What the engine says of a text is what ``lstm inspect-gates`` says."""
    labels = predictor.labels
    traced = trace(predictor, text, with_explanation=False, with_ledger=with_ledger,
                   with_carrying=True)  # fmt: skip
    assert said["tokens"] == [word.token for word in traced.words]
    assert [word["known"] for word in said["words"]] == [word.known for word in traced.words]
    read_as = {word["token"]: word["readAs"] for word in said["words"] if word["readAs"]}
    assert read_as == traced.prediction.read_as
    assert said["warnings"] == list(traced.prediction.warnings)
    assert labels[said["rating"]] == traced.prediction.rating
    near(said["probabilities"], list(traced.prediction.probabilities.values()))
    near(said["expected"], traced.prediction.expected_rating)
    near(said["start"], list(traced.start.values()))
    for name, called in MEANS.items():
        of_words = [getattr(word, name) for word in traced.words]
        mine = [word[called] for word in said["words"]]
        assert [value is None for value in of_words] == [value is None for value in mine]
        if None not in of_words:
            near(mine, of_words)
    near([w["running"] for w in said["words"]], [[*w.running.values()] for w in traced.words])
    near(said["bias"], list(traced.routes.bias.values()))
    for route, parts in traced.routes.parts.items():
        near(said["routes"][route], list(parts.values()))
    if traced.words:
        shares = [unit.share for unit in traced.carrying]
        near([unit["share"] for unit in said["carrying"]], shares)
        for unit, mine in zip(traced.carrying, said["carrying"], strict=True):
            if np.sum(np.abs(np.array(shares) - unit.share) < CLOSE) > 1:
                continue  # which of two equals is first, the last digit decides
            assert unit.unit - 1 == mine["unit"]
            near(mine["longTerm"], unit.long_term)
            near([mine[n] for n in ("forget", "learn", "use")], [unit.forget, unit.learn, unit.use])
    if traced.ledger is not None:
        same_ledger(predictor, traced.ledger, said)


def same_ledger(predictor: Predictor, ledger: Any, said: dict[str, Any]) -> None:
    """Row by row, and by route unless the last digit decides which memory is highest."""
    for row, mine in zip(ledger.remembered, said["remembered"], strict=True):
        near(mine, row)
    tokens = said["tokens"]
    short_term = np.sort(predictor.read(tokens)[0].short_term[0], axis=0)
    has_tie = len(tokens) > 1 and bool((short_term[-1] - short_term[-2] < 1e-6).any())
    for line, word in zip(ledger.lines, said["words"], strict=True):
        for route, parts in line.by_route.items():
            if route != "maximum" or not has_tie:
                margin = [*parts.values()]
                near(word["routes"][route], margin[-1] - margin[0])
    if not has_tie:
        logits = [[*line.to_logits.values()] for line in ledger.lines]
        near(said["contributions"], np.ravel(logits))


def all_agree(ask: Ask, bundle: Bundle, texts: Sequence[str]) -> None:
    """One question a text; the ledger of a text too long to follow is left out."""
    short = [len(text) < 2_000 for text in texts]
    questions = [
        {"ask": "trace", "text": text, "ledger": is_short}
        for text, is_short in zip(texts, short, strict=True)
    ]
    predictor = Predictor(bundle)
    answers = ask([bundle], questions)
    for text, is_short, said in zip(texts, short, answers, strict=True):
        with in_case(ascii(text)[:300]):
            agrees(predictor, text, said, with_ledger=is_short)


@needs_node
@pytest.mark.parametrize(("cell", "changes"), KINDS)
def test_the_engine_reads_as_python_reads(
    ask: Ask, tiny_bundles: dict[str, Bundle], cell: str, changes: dict[str, Any]
) -> None:
    """Both cells, every pooling, and every type of numbers."""
    bundle = changed(tiny_bundles[cell], "other", **changes)
    all_agree(ask, bundle, texts_of(bundle, 40, seed=1))


@needs_node
def test_the_engine_reads_misspelled_words_as_python_does(ask: Ask, tiny_bundle: Bundle) -> None:
    """Those of a model that knows many words."""
    bundle = well_read(tiny_bundle, "other")
    texts = [*texts_of(bundle, 60, seed=2), *misspelled_texts(bundle, 60)]
    all_agree(ask, bundle, texts)
    predictor = Predictor(bundle)
    assert sum(len(predictor.predict(text).read_as) for text in texts) > 50


@needs_node
def test_the_engine_undoes_one_error_and_no_two(ask: Ask, tiny_bundle: Bundle) -> None:
    """Of thousands of words; two letters that changed places beside a lost one are two errors."""
    bundle = well_read(tiny_bundle, "other")
    vocabulary = bundle.vocabulary
    rng = random.Random(0)
    words = [word for word in vocabulary.tokens[2:COMMONEST] if word.isalpha() and len(word) > 6]
    once = [misspelled(word, rng) for word in words]
    twice = [misspelled(word, rng) for word in once]
    lost = [f"{word[:-4]}{word[-3]}{word[-4]}{word[-1]}" for word in words]
    [said] = ask([bundle], [{"ask": "readAs", "tokens": once + twice + lost}])
    assert said == [vocabulary.read_as(word) for word in once + twice + lost]
    assert sum(map(bool, said[: len(once)])) > 2_000
    assert said[len(once) :].count(None) > 2_000


@needs_node
def test_the_page_doubts_emoji_as_python_does(ask: Ask, tiny_bundle: Bundle) -> None:
    """Those that the model knows are something to go by, without a word."""
    new, known = new_bundle(tiny_bundle), ["👍", ":)"]
    tokens = (*new.tokens[: -len(known)], *known)
    write_bundle(replace(new, tokens=tokens), Path("feeling"))
    bundle = open_bundle(Path("feeling"))
    texts = ["👍", "👍👍", ":)", "👎", ":-(", "👎 👍", "?!", "qwrt 👍", "!", "👍🏽", ": )", "★"]
    all_agree(ask, bundle, texts)
    doubted = [bool(Predictor(bundle).predict(text).warnings) for text in texts]
    assert doubted == [text not in ("👍", "👍👍", ":)", "👎 👍") for text in texts]


# First words of the names of letters that are no scripts.
NO_SCRIPTS = frozenset(
    "Caron Hentaigana Ideographic Katakana-hiragana Masu Modifier Turned Vedic Vertical".split()  # noqa: SIM905
)


@needs_node
def test_the_page_names_scripts_as_python_does(ask: Ask, tiny_bundle: Bundle) -> None:
    """By a letter of each."""
    letters: dict[str, str] = {}
    for letter in filter(str.isalpha, map(chr, range(0x20000))):
        if tokenize(letter) == [letter]:  # and no other, as NFKC makes of many
            letters.setdefault(script_of(letter), letter)
    scripts = letters.keys() - NO_SCRIPTS - {""}
    assert len(scripts) >= 144
    all_agree(ask, tiny_bundle, [" ".join([letters[script]] * 3) for script in sorted(scripts)])


@needs_node
def test_a_large_model_is_rounded_and_read_as_python_reads_it_so(
    ask: Ask, tiny_bundle: Bundle, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The page's numbers are those of the rounded model, and what that moves is said."""
    monkeypatch.setattr("lstm_cli.views.live_rounding.EXACT_UP_TO", 0)
    done = lstm("live", "page.html", "--model", str(tiny_bundle.path))
    said = re.search(r"rounded to 8 and 16 bits, .* reviews by ([\d.]+) at most", done.stderr)
    assert said is not None
    exact, page = Predictor(tiny_bundle), rounded(tiny_bundle)
    texts = sample_texts(20)
    ratings = [(exact.predict(text).expected_rating, page.predict(text).expected_rating)
               for text in texts]  # fmt: skip
    moved = max(abs(one - other) for one, other in ratings)
    assert said[1] == f"{moved:.3f}"
    assert moved > 0
    questions = [{"ask": "trace", "text": text} for text in texts]
    for (_, expected), answer in zip(ratings, ask([tiny_bundle], questions), strict=True):
        near(answer["expected"], expected)


@needs_node
@pytest.mark.slow
@pytest.mark.parametrize("model", [BASE, "lstm", "rnn"])
def test_five_hundred_texts(ask: Ask, tiny_bundles: dict[str, Bundle], model: str) -> None:
    """The base, too, whose numbers are of three types."""
    bundle = tiny_bundles.get(model) or open_bundle(ROOT / "models" / BASE)
    all_agree(ask, bundle, texts_of(bundle, 500))


@needs_node
def test_every_entity_and_every_plane_is_cut_alike(ask: Ask, tiny_bundle: Bundle) -> None:
    """Names with and without their semicolon, followed by anything; numbers of no character."""
    names = list(html.entities.html5)
    texts = [
        " ".join(f"q&{name}{after}" for name in names[start : start + 40])
        for start in range(0, len(names), 40)
        for after in ("", "x", "=", ";")
    ]
    numbers = [*range(300), 0xD7FF, 0xD800, 0xE000, 0xFDD0, 0xFFFE, 0x1FFFE, 0x110000, 10**30]
    texts += [f"a&#{k};b&#{k}c &#x{k:x};d&#X{k:X} &#{k}" for k in numbers]
    answers = ask([tiny_bundle], [{"ask": "tokens", "text": text} for text in texts])
    for text, said in zip(texts, answers, strict=True):
        assert said == tokenize(text), text


@needs_node
@pytest.mark.slow
def test_every_character_is_cut_alike(ask: Ask, tiny_bundle: Bundle) -> None:
    """Between letters, in a run, before and after an apostrophe, beside a sigma."""
    known = [chr(k) for k in range(0x110000) if unicodedata.category(chr(k)) != "Cn"]
    texts = [
        " ".join(f"x{c}y {c * 5}. don{c}t {c}'s e{c} Σ{c}" for c in known[start : start + 60])
        for start in range(0, len(known), 60)
    ]
    answers = ask([tiny_bundle], [{"ask": "tokens", "text": text} for text in texts])
    for text, said in zip(texts, answers, strict=True):
        assert said == tokenize(text), ascii(text)


@needs_node
def test_what_is_read_in_part_is_read_right(ask: Ask, tiny_bundle: Bundle) -> None:
    """One key after another, with gates held and let go: no memory of an earlier reading stays."""
    text = "a fine film, no fun at all, cold and stupid: I loved every minute"
    rng, questions, expected = random.Random(0), [], []
    predictor = Predictor(tiny_bundle)
    for _ in range(120):
        begin, end = rng.choice([0, 0, 0, 2]), rng.randint(0, len(text))
        holds = rng.choice([[], [], [{"gate": "forget", "value": 0.5}],
                            [{"gate": "use", "value": 1, "at": 3}]])  # fmt: skip
        part = text[begin:end]
        tokens = predictor.tokenize(part)
        held = [
            holding([Clamp(hold["gate"], hold["value"])], [hold["at"]] if "at" in hold else None)
            for hold in holds
        ]
        _, running = predictor.read(tokens, held[0] if held else None)
        questions.append({"ask": "trace", "text": part, "holds": holds})
        expected.append(running)
        if tokens and not holds:
            place = rng.randrange(len(tokens))
            questions.append({"ask": "without", "text": part, "place": place})
            expected.append(probabilities_without(predictor, tokens, np.array([[place]])))
    for question, running, said in zip(
        questions, expected, ask([tiny_bundle], questions), strict=True
    ):
        near(said["expected"], running[-1] @ predictor.ratings)
        if question["ask"] == "trace":
            near([said["start"], *(word["running"] for word in said["words"])], running)


@needs_node
def test_a_hold_stays_with_its_word_and_its_unit(ask: Ask, tiny_bundle: Bundle) -> None:
    """Without an earlier word its word stands earlier; without its word nothing is held."""
    text, at, unit = "a fine film, no fun at all", 3, 2
    predictor = Predictor(tiny_bundle)
    tokens = predictor.tokenize(text)

    def shut(where: int | None) -> Hold:
        def hold(step: int, gates: Gates) -> Gates:
            forget = gates.forget_factor.copy()
            forget[:, unit] = 0 if step == where else forget[:, unit]
            return gates._replace(forget_factor=forget)

        return hold

    holds = [{"gate": "forget", "value": 0, "at": at, "unit": unit}]
    questions: list[dict[str, Any]] = [{"ask": "trace", "text": text, "holds": holds}]
    expected = [predictor.read(tokens, shut(at))[1][-1]]
    for place in (0, 3, 5):
        questions.append({"ask": "without", "text": text, "place": place, "holds": holds})
        left = [*tokens[:place], *tokens[place + 1 :]]
        where = None if place == at else at - (place < at)
        expected.append(predictor.read(left, shut(where))[1][-1])
    for running, said in zip(expected, ask([tiny_bundle], questions), strict=True):
        near(said["expected"], running @ predictor.ratings)


@needs_node
def test_deletions_have_the_effects_of_the_explanation(
    ask: Ask, tiny_bundles: dict[str, Bundle]
) -> None:
    """Of two models in one page."""
    text = "no fun at all, and yet a fine film"
    bundles = [tiny_bundles["lstm"], tiny_bundles["rnn"]]
    for number, bundle in enumerate(bundles):
        predictor = Predictor(bundle)
        explanation = trace(predictor, text).explanation
        assert explanation is not None
        questions = [
            {"ask": "without", "text": text, "place": word.word, "model": number}
            for word in explanation.words
        ]
        for word, said in zip(explanation.words, ask(bundles, questions), strict=True):
            assert said["place"] == word.word
            assert predictor.labels[said["rating"]] == word.rating_without
            near(said["effect"], word.effect)
            near(said["expected"], word.expected_without)


@needs_node
def test_an_opened_gate_adds_up_to_its_value(ask: Ask, tiny_bundle: Bundle) -> None:
    text, place, unit = "a fine film, no fun", 3, 2
    predictor = Predictor(tiny_bundle)
    gates = predictor.read(predictor.tokenize(text))[0].gates
    assert gates is not None
    names = {"forget": "forget_factor", "learn": "learn_factor", "candidate": "candidate",
             "use": "use_factor"}  # fmt: skip
    questions = [
        {"ask": "product", "text": text, "place": place, "gate": gate, "unit": unit}
        for gate in names
    ]
    for gate, said in zip(names, ask([tiny_bundle], questions), strict=True):
        products = [p["weight"] * p["input"] for p in said["fromEvent"] + said["fromShortTerm"]]
        near(sum(products) + said["bias"], said["sum"], 1e-9)
        near(said["value"], getattr(gates, names[gate])[0, place, unit])


@needs_node
@pytest.mark.parametrize("cell", ["lstm", "rnn"])
@pytest.mark.parametrize("pooling", [EVERY_VIEW, ("last",), ("mean",), ("maximum",)])
def test_a_lesson_is_the_one_that_torch_gives(
    ask: Ask, tiny_bundles: dict[str, Bundle], cell: str, pooling: tuple[str, ...]
) -> None:
    """To a millionth, through ten steps; a word occurs twice, so that its row learns twice."""
    bundle = changed(tiny_bundles[cell], "other", pooling=pooling)
    text, rate = "a fine film, a fine day: no fun, fun, fun", 0.3
    lesson = learn(bundle, text, "1", rate, 10)
    question = {"ask": "learn", "text": text, "truth": 0, "rate": rate, "times": 10}
    [said, about] = ask([bundle], [question, {"ask": "about"}])
    assert about["learns"]
    near(said["errors"], list(lesson.history[0].errors.values()), 1e-6)
    for step, mine in zip(lesson.history, said["history"], strict=True):
        near(mine["loss"], step.loss, 1e-6)
        near(mine["probabilities"], list(step.probabilities.values()), 1e-6)
        near(mine["expected"], step.expected_rating, 1e-6)
    for word, mine in zip(lesson.history[0].words, said["words"], strict=True):
        near([mine["event"], mine["shortTerm"]], [word.event, word.short_term], 1e-6)
        assert (word.long_term is None) == (mine["longTerm"] is None)
        near(mine["longTerm"] or 0, word.long_term or 0, 1e-6)


@needs_node
@pytest.mark.parametrize("stored_as", ["float32", "int8", "int16"])
def test_each_epoch_reads_as_python_reads_it(
    ask: Ask, replays: dict[str, Bundle], stored_as: str
) -> None:
    """Whole or by differences; words that never moved, unknown ones, and nothing at all, too."""
    bundle = replays[stored_as]
    texts = ["a fine film, no fun at all", "superb!", "zebra", "", "I hated every minute 7"]
    places = range(len(bundle.epochs))
    questions: list[dict[str, Any]] = [
        {"ask": what, "text": text, "epoch": place}
        for place in places for text in texts for what in ("trace", "glance")
    ]  # fmt: skip
    [kept, *said] = ask([bundle], [{"ask": "epochs"}, *questions])
    assert kept["epochs"] == [epoch._asdict() for epoch in bundle.epochs]
    assert bundle.info.epochs is not None
    assert bundle.epochs[kept["own"]].epoch == bundle.info.epochs.model
    predictor = Predictor(bundle)
    for question, answer in zip(questions, said, strict=True):
        arrays = bundle.epoch_arrays(bundle.epochs[question["epoch"]].epoch)
        predictor.weights = network_weights(arrays)
        _, running = predictor.read(predictor.tokenize(question["text"]))
        near(answer["expected"], running[-1] @ predictor.ratings)
        assert answer["rating"] == running[-1].argmax()
        if question["ask"] == "trace":
            near([answer["start"], *(word["running"] for word in answer["words"])], running)


# Changes of the text

# A text, the words at which places are changed, and what is left.
CHANGES: list[tuple[str, dict[int, str], str]] = [
    ("It is sooooo good", {3: ""}, "It is good"),  # it is read as sooo
    ("Awful!!!!!", {2: ""}, "Awful"),
    ("So LOOOOOVELY, ok?????", {2: "dull", 5: "."}, "So dull, ok."),
    ("Well..... no", {2: ""}, "Well no"),
    ("<i>I like it", {1: ""}, "like it"),  # and not the letter of the tag
    ("Tom &amp; Jerry", {2: ""}, "tom jerry"),
    ("Good, bad, FINE,dull", {2: "", 6: ""}, "Good bad, FINE dull"),
    ("Fine,dull", {2: "and"}, "Fine and dull"),
    ("And it's a hit", {2: ""}, "And's a hit"),
    ("A tie. It's SO dull", {4: ""}, "A tie. 's SO dull"),  # no text is read as beginning with 's
    ("<i>I say it's dull", {1: ""}, "say it's dull"),
    ("A Fine film, I think", {2: ""}, "A film, I think"),
    ("A Fine film, I think", {2: "Not good"}, "A Not good film, I think"),
    ("I LOVED it. Loved it!", {5: "hated", 2: ""}, "I it. hated it!"),
    ("Is (it) 7/10?  Yes", {2: "", 5: "3"}, "Is it) 3?  Yes"),
    ("No", {1: ""}, ""),
]


@needs_node
def test_a_change_leaves_the_rest_as_it_was_typed(ask: Ask, tiny_bundle: Bundle) -> None:
    """Unless that would be read as other words: then the words are put together."""
    questions = [
        {"ask": "edited", "text": text, "changes": _asked(changes)} for text, changes, _ in CHANGES
    ]
    for (text, _, left), said in zip(CHANGES, ask([tiny_bundle], questions), strict=True):
        with in_case(text):
            assert said == left


@needs_node
def test_a_changed_text_is_read_as_its_words_with_the_change(ask: Ask, tiny_bundle: Bundle) -> None:
    """So that it gets the rating that was promised."""
    rng, questions, expected = random.Random(0), [], []
    for text in sample_texts(400):
        typed = rng.choice([text, text.replace("o", "ooooo"), f"<i>{text}!!!</i> {text}"])
        tokens = tokenize(typed)
        place, word = rng.randrange(len(tokens)), rng.choice(["", "superb", "isn't", "3"])
        if tokens[place + 1 : place + 2] != ["'s"]:
            left = [*tokens[:place], *tokenize(word), *tokens[place + 1 :]]
            questions.append({"ask": "edited", "text": typed, "changes": _asked({place + 1: word})})
            expected.append((typed, left))
    for (typed, left), said in zip(expected, ask([tiny_bundle], questions), strict=True):
        with in_case(typed):
            assert tokenize(said) == left


def _asked(changes: dict[int, str]) -> list[dict[str, Any]]:
    """As the page has them, which counts places from 0."""
    return [{"place": place - 1, "word": word} for place, word in changes.items()]
