"""Why a rating, checked: counterfactuals, arithmetic, surgery."""

import io
import json
import re
from dataclasses import fields
from functools import partial
from typing import Any

import numpy as np
import pytest
import torch
from rich.console import Console

from lstm_cli.bundle.reading import Bundle
from lstm_cli.commands.inspect_request import GateRequest, check, mode_of
from lstm_cli.core.reading import softmax
from lstm_cli.errors import RequestError
from lstm_cli.gates.arithmetic import arithmetic, blanks
from lstm_cli.gates.counterfactuals import (
    LEAST_TURN,
    MOST_TRIED,
    margin_of,
    probabilities_without,
)
from lstm_cli.gates.surgery import Clamp, holding, operate, steps_of
from lstm_cli.gates.trace import trace
from lstm_cli.gates.turns import turns_of, undone_of
from lstm_cli.inference.predictor import Predictor
from lstm_cli.results import margin
from lstm_cli.views.arithmetic import ask
from lstm_cli.views.explain import show_cell
from lstm_cli.views.narrative import narrative
from lstm_cli.views.surgery import MEANINGS
from tests.helpers import lstm

TEXT = "a fine film , no fun at all , cold and stupid"
CELLS = pytest.mark.parametrize("cell", ["lstm", "rnn"])


@CELLS
def test_leaving_words_out_is_reading_the_review_without_them(
    tiny_bundles: dict[str, Bundle], cell: str
) -> None:
    """No estimate: what `predict` says of the shorter text."""
    predictor = Predictor(tiny_bundles[cell])
    tokens = predictor.tokenize(TEXT)
    removed = np.array([[0, 3], [4, 10], [1, 2]])
    found = probabilities_without(predictor, tokens, removed)
    for row, lacking in zip(found, removed, strict=True):
        shorter = " ".join(t for place, t in enumerate(tokens) if place not in lacking)
        expected = list(predictor.predict(shorter).probabilities.values())
        np.testing.assert_allclose(row, expected, atol=1e-6)


@CELLS
def test_an_effect_is_what_the_review_loses_with_the_word(
    tiny_bundles: dict[str, Bundle], cell: str
) -> None:
    """And the words are ranked by it, every one of a short review among them."""
    predictor = Predictor(tiny_bundles[cell])
    traced = trace(predictor, TEXT)
    explanation = traced.explanation
    assert explanation is not None
    assert explanation.is_exact
    assert sorted(word.word for word in explanation.words) == list(range(len(traced.words)))
    effects = [abs(word.effect) for word in explanation.words]
    assert effects == sorted(effects, reverse=True)
    named = [word.effect for word in explanation.words if word.word in explanation.named]
    assert len(named) == 3
    effects_by_side = [
        sorted((max(sign * word.effect, 0) for word in explanation.words), reverse=True)
        for sign in (-1, 1)
    ]
    best = max(sum(side[:3]) for side in effects_by_side)
    assert sum(map(abs, named)) >= best - 1e-9
    for word in explanation.words:
        whole = traced.prediction.expected_rating
        assert word.effect == pytest.approx(whole - word.expected_without, abs=1e-5)


def test_of_a_long_review_some_words_are_tried_and_that_is_said(tiny_bundle: Bundle) -> None:
    """Exact or said how it was estimated."""
    traced = trace(Predictor(tiny_bundle), TEXT + " and a dull film" * 10)
    assert traced.explanation is not None
    assert len(traced.explanation.words) == MOST_TRIED
    assert not traced.explanation.is_exact
    assert "left out in turn" in narrative(traced)[-1]
    # What each word adds because of another is not asked: that grows with the square.
    longer = trace(Predictor(tiny_bundle), TEXT + " and a dull film" * 30)
    assert longer.explanation is not None
    assert all(word.through == () for word in longer.explanation.words)
    assert any(
        "from how it changes the reading of other words" in said for said in narrative(longer)
    )
    assert not any("most of all" in said for said in narrative(longer))


def test_a_turn_is_a_move_that_no_later_word_takes_back(tiny_bundle: Bundle) -> None:
    """A word that is undone by the next one turned nothing."""
    expected = np.array([3.0, 1.5, 3.2, 4.0, 3.6, 3.7])
    found = [(t.word, t.before, t.after, round(t.lasting, 6)) for t in turns_of(expected, 0.25)]
    assert found == [(1, 1.5, 3.2, 1.7), (2, 3.2, 4.0, 0.4), (3, 4.0, 3.6, -0.3)]
    traced = trace(Predictor(tiny_bundle), TEXT)
    running = [traced.start_expected_rating, *(word.expected_rating for word in traced.words)]
    assert traced.explanation is not None
    assert traced.explanation.turns == turns_of(np.array(running), 4 * LEAST_TURN)
    assert traced.explanation.turns  # the review was written to turn
    # Word 0 fell by 1.5, and the next took it back.
    assert [t.word for t in undone_of(expected, 0.25, turns_of(expected, 0.25))] == [0]


def test_what_a_word_adds_is_what_it_wrote_and_what_others_add_for_it(tiny_bundle: Bundle) -> None:
    """Exactly: the ledger of the review, less that of the review without the word."""
    predictor = Predictor(tiny_bundle)
    traced = trace(predictor, TEXT, with_ledger=True)
    tokens = predictor.tokenize(TEXT)
    assert traced.explanation is not None
    assert traced.ledger is not None
    assert traced.explanation.mentioned
    own = [margin(line.to_logits) for line in traced.ledger.lines]
    for word in traced.explanation.words:
        without = trace(predictor, " ".join(tokens[: word.word] + tokens[word.word + 1 :]),
                        with_ledger=True)  # fmt: skip
        likely = np.array(list(without.prediction.probabilities.values()))
        whole = np.array(list(traced.prediction.probabilities.values()))
        assert word.margin == pytest.approx(margin_of(whole) - margin_of(likely), abs=1e-5)
        if word.word not in traced.explanation.mentioned:
            assert word.through == ()
            continue
        assert without.ledger is not None
        others = [margin(line.to_logits) for line in without.ledger.lines]
        more = np.delete(own, word.word) - np.array(others)
        assert word.routes is not None
        assert sum(word.routes.values()) + more.sum() == pytest.approx(word.margin, abs=1e-5)
        furthest = sorted(np.abs(more), reverse=True)[:3]
        assert [abs(change) for _, change in word.through] == pytest.approx(furthest, abs=1e-6)


@pytest.mark.parametrize("cell", ["lstm", "rnn"])
def test_the_routes_add_up_to_the_logits(tiny_bundles: dict[str, Bundle], cell: str) -> None:
    """Those of the review, and of an LSTM those of its words."""
    traced = trace(Predictor(tiny_bundles[cell]), TEXT, with_ledger=True)
    assert list(traced.routes.parts) == ["last", "mean", "maximum"]
    logits = [
        bias + sum(part[rating] for part in traced.routes.parts.values())
        for rating, bias in traced.routes.bias.items()
    ]
    likely = list(traced.prediction.probabilities.values())
    np.testing.assert_allclose(softmax(np.array(logits)), likely, rtol=0, atol=1e-6)
    assert traced.routes.margins["last"] == pytest.approx(
        traced.routes.parts["last"]["5"] - traced.routes.parts["last"]["1"]
    )
    assert traced.explanation is not None
    if traced.ledger is None:
        assert cell == "rnn"
        assert all(word.routes is None for word in traced.explanation.words)
        return
    for route, parts in traced.routes.parts.items():
        for rating, part in parts.items():
            of_words = sum(line.by_route[route][rating] for line in traced.ledger.lines)
            assert of_words == pytest.approx(part, abs=1e-5)
    for word in traced.explanation.words:
        assert word.routes is not None
        line = traced.ledger.lines[word.word]
        assert word.routes == pytest.approx(
            {route: margin(parts) for route, parts in line.by_route.items()}
        )


def test_an_idle_word_says_much_alone_and_moved_nothing(tiny_bundle: Bundle) -> None:
    """It came when all was said; each is read alone to know it."""
    predictor = Predictor(tiny_bundle)
    text = " ".join(["no"] * 30)
    explanation = trace(predictor, text).explanation
    assert explanation is not None
    assert explanation.idle
    for idle in explanation.idle:
        assert idle.alone == pytest.approx(predictor.predict("no").expected_rating, abs=1e-5)


@pytest.mark.parametrize("step", [1, 4])
def test_the_arithmetic_is_that_of_torch(tiny_bundle: Bundle, step: int) -> None:
    """``nn.LSTMCell`` gets the same digits, and a calculator does from the digits shown."""
    predictor = Predictor(tiny_bundle)
    tokens = predictor.tokenize(TEXT)
    cell = torch.nn.LSTMCell(predictor.config.embedding_size, predictor.config.hidden_size)
    arrays = tiny_bundle.arrays
    with torch.no_grad():
        cell.weight_ih.copy_(torch.from_numpy(np.array(arrays["cell.event"])))
        cell.weight_hh.copy_(torch.from_numpy(np.array(arrays["cell.short_term"])))
        cell.bias_ih.copy_(torch.from_numpy(np.array(arrays["cell.bias"])))
        cell.bias_hh.zero_()
        memory = (torch.zeros(1, 4), torch.zeros(1, 4))
        for token_id in predictor.vocabulary.encode(tokens[:step]):
            memory = cell(torch.from_numpy(np.array(arrays["embedding"][[token_id]])), memory)
    for unit in range(1, 5):
        lines = {line.symbol: line for line in arithmetic(predictor, tokens, step, unit).lines}
        assert f"{lines['STM'].value:.4f}" == f"{float(memory[0][0, unit - 1]):.4f}"
        assert f"{lines['LTM'].value:.4f}" == f"{float(memory[1][0, unit - 1]):.4f}"
        for line in lines.values():
            numbers = [float(f"{operand.value:.8f}") for operand in line.operands]
            again = {
                "×": lambda n: n[0] * n[1],
                "/": lambda n: n[0] / n[1],
                "+": sum,
                "max": max,
                "σ": lambda n: 1 / (1 + np.exp(-sum(n))),
                "tanh": lambda n: np.tanh(sum(n)),
                "·": lambda n: sum(w * x for w, x in zip(n[::2], n[1::2], strict=True)),
            }[line.operator](numbers)
            assert line.value == pytest.approx(again, abs=5e-7)


@CELLS
@pytest.mark.parametrize("step", [1, 12])
def test_the_arithmetic_goes_on_to_the_rating(
    tiny_bundles: dict[str, Bundle], cell: str, step: int
) -> None:
    """The rating that the table shows after the word."""
    predictor = Predictor(tiny_bundles[cell])
    word = trace(predictor, TEXT).words[step - 1]
    lines = arithmetic(predictor, predictor.tokenize(TEXT), step).lines
    found = {line.symbol: line.value for line in lines}
    assert found["expected rating"] == pytest.approx(word.expected_rating, abs=1e-6)
    for rating, probability in word.running.items():
        assert found[f"P({rating})"] == pytest.approx(probability, abs=1e-6)


def test_a_quiz_hides_what_its_key_tells(tiny_bundle: Bundle) -> None:
    """And nothing else: every blank can be filled in from what is shown."""
    quiz = ("inspect-gates", TEXT, "--step", "3", "--quiz", "--model", tiny_bundle.path)
    sheet = lstm(*quiz).stdout
    assert "Key" not in sheet
    seed = re.search(r"--seed (\d+) --key", sheet)
    assert seed is not None
    assert lstm(*quiz, "--seed", seed[1]).stdout == sheet
    key = lstm(*quiz, "--seed", seed[1], "--key").stdout
    answers = dict(pair.strip().split(" = ") for pair in key.removeprefix("Key: ").split(", "))
    assert len(answers) == 7  # four gates, what the readout sees, the readout, the softmax
    assert sheet.count("____") == len(answers)
    for symbol in answers:
        assert f"  {symbol} = " in sheet


@pytest.mark.parametrize("step", [1, 2, 3, 12])
@pytest.mark.parametrize("seed", range(8))
def test_no_blank_stands_elsewhere_on_the_sheet(tiny_bundle: Bundle, step: int, seed: int) -> None:
    """Seed 0 is a number, too."""
    quiz = ("inspect-gates", TEXT, "--step", str(step), "--quiz", "--seed", str(seed))
    model = ("--model", str(tiny_bundle.path))
    sheet, key = (lstm(*quiz, *more, *model) for more in ((), ("--key",)))
    assert key.exit_code == 0, key.stderr
    predictor = Predictor(tiny_bundle)
    lines = arithmetic(predictor, predictor.tokenize(TEXT), step).lines
    for pair in key.stdout.removeprefix("Key: ").split(", "):
        symbol = pair.split(" = ")[0]
        hidden = next(line.value for line in lines if line.symbol == symbol)
        # As an operand a value has eight decimals. Of another name it may equal this one by
        # chance, as the highest STM does that of its word.
        operands = [o for line in lines for o in line.operands if o.name != symbol]
        if not any(abs(o.value - hidden) < 1e-7 for o in operands):
            assert f"{hidden:.8f}" not in sheet.stdout, symbol


def test_quizzes_differ(tiny_bundle: Bundle) -> None:
    """A second one is worth doing."""
    predictor = Predictor(tiny_bundle)
    numbers = arithmetic(predictor, predictor.tokenize(TEXT), 3)
    assert len({blanks(numbers, seed) for seed in range(10)}) > 5
    assert blanks(numbers, 3) == blanks(numbers, 3)


def test_answers_are_checked_step_by_step(tiny_bundle: Bundle) -> None:
    """Two decimals will do, with a comma too; a wrong one is told the value.

    What is no number is asked for again, and nothing is no answer, so neither is wrong.
    """
    predictor = Predictor(tiny_bundle)
    numbers = arithmetic(predictor, predictor.tokenize(TEXT), 3)
    values = {line.symbol: line.value for line in numbers.lines}
    typed = iter(
        [f"{values['i']:.2f}".replace(".", ","), f"{values['f'] + 0.05:.3f}", "", "abc", "9"]
    )
    console = Console(file=io.StringIO(), width=80)
    ask(console, numbers, ["i", "f", "V", "STM"], lambda _: next(typed))
    said = console.file.getvalue()  # type: ignore[attr-defined]
    assert [line.strip().split(":")[0] for line in said.splitlines()[2:]] == [
        "right", "no", f"V = {values['V']:.4f}", "that is no number", "no", "1 of 4 right",
    ]  # fmt: skip
    assert f"no: f = {values['f']:.4f}" in said

    def gone(_: str) -> str:
        raise EOFError

    ask(console, numbers, ["i"], gone)  # Ctrl-D ends it
    assert console.file.getvalue().endswith("0 of 1 right\n")  # type: ignore[attr-defined]


def test_a_held_gate_is_what_it_is_held_at(tiny_bundle: Bundle) -> None:
    """With learn=0 nothing is ever learned; with forget=1 nothing is lost."""
    predictor = Predictor(tiny_bundle)
    tokens = predictor.tokenize(TEXT)
    reading, probabilities = predictor.read(tokens, holding([Clamp("learn", 0.0)]))
    assert reading.long_term is not None
    assert not np.any(reading.long_term)
    np.testing.assert_allclose(probabilities[1:-1], probabilities[2:], atol=1e-6)
    reading, _ = predictor.read(tokens, holding([Clamp("forget", 1.0)], steps=[2]))
    assert reading.gates is not None
    assert np.all(reading.gates.forget_factor[0, 2] == 1)
    assert not np.any(reading.gates.forget_factor[0, 3] == 1)


def test_an_operation_shows_both_readings(tiny_bundle: Bundle) -> None:
    """What is, and what would be."""
    predictor = Predictor(tiny_bundle)
    found = operate(predictor, TEXT, [Clamp("use", 0.0)])
    assert found.free == predictor.describe(
        TEXT, predictor.tokenize(TEXT), predictor.read(predictor.tokenize(TEXT))[1][-1]
    )
    # A use gate that is shut shows nothing: the rating is the readout's bias.
    start = predictor.read([])[1][-1]
    assert list(found.held.probabilities.values()) == pytest.approx(start.tolist(), abs=1e-6)


@pytest.mark.parametrize("asked", ["forget", "forget=2", "remember=1", "learn=x", "=1"])
def test_a_clamp_that_cannot_be_is_refused(asked: str) -> None:
    """The remember gate has no weights of its own, so there is nothing to hold."""
    with pytest.raises(RequestError, match="forget, learn or use"):
        Clamp.parse(asked)


def test_words_to_hold_at_are_found_or_refused() -> None:
    """Wherever they stand."""
    assert steps_of(["no", "fun", "no"], ["No"]) == [0, 2]
    with pytest.raises(RequestError, match="no such word"):
        steps_of(["no", "fun"], ["joy"])


def test_on_a_file_a_held_gate_has_scores(tiny_bundle: Bundle, tiny_reviews: object) -> None:
    """A use gate that is shut answers the same to everything."""
    done = lstm(
        "inspect-gates", "--input", str(tiny_reviews), "--clamp", "use=0", "--json",
        "--model", str(tiny_bundle.path),
    )  # fmt: skip
    assert done.exit_code == 0, done.stderr
    found = json.loads(done.stdout)
    assert found["free"]["n"] == found["held"]["n"] == 32
    assert found["held"]["qwk"] == 0
    assert found["worth"] == pytest.approx(found["free"]["accuracy"] - found["held"]["accuracy"])
    assert found["worth_interval"][0] <= found["worth"] <= found["worth_interval"][1]


@pytest.mark.parametrize("clamp", MEANINGS)
def test_what_holding_a_gate_means_is_said(tiny_bundle: Bundle, clamp: str) -> None:
    """With nothing learned or nothing used, the model says what it says before any word."""
    asked = ("-q", "inspect-gates", TEXT, "--model", str(tiny_bundle.path))
    said = " ".join(lstm(*asked, "--clamp", clamp).stdout.split())
    assert MEANINGS[clamp] in said
    if "before any word" in MEANINGS[clamp]:
        start = json.loads(lstm(*asked, "--json").stdout)["summary"]["start_expected_rating"]
        assert f"to {start:.2f}." in said
    only_there = lstm(*asked, "--clamp", clamp, "--at", "fun").stdout
    assert MEANINGS[clamp][:20] not in only_there


def test_the_ledger_in_json_adds_up(tiny_bundle: Bundle) -> None:
    """As it does in the core."""
    done = lstm("inspect-gates", TEXT, "--ledger", "--json", "--model", str(tiny_bundle.path))
    ledger = json.loads(done.stdout)["ledger"]
    for rating, logit in ledger["logits"].items():
        parts = sum(line["to_logits"][rating] for line in ledger["lines"])
        assert ledger["bias"][rating] + parts == pytest.approx(logit)


@pytest.mark.parametrize(
    ("options", "problem"),
    [
        (["--quiz"], "--quiz goes with --step"),
        (["--unit", "2"], "--unit goes with --step, or with --input"),
        (["--at", "fun"], "--at goes with --clamp"),
        (["--at", "fun", "--clamp", "use=0", "--input", "x"], "--at goes with one review"),
        (["--step", "99"], "words 1 to 12"),
        (["--step", "1", "--unit", "99"], "units 1 to 4"),
        (["--ledger", "--step", "1"], "--ledger, --routes and --heat go without --step"),
        (["--clamp", "use=0", "--step", "1"], "--step and --clamp are outputs of their own"),
        (["--output", "x.jsonl"], "--output goes with --input"),
        (["--input", "x", "--output", "y", "--clamp", "use=0"], "and without --clamp"),
        (["--input", "x"], "--input FILE goes without TEXT"),
        (["--html", "x.html", "--json"], "--html goes without --json"),
        (["--units"], "--units goes with --json"),
        (["--units", "--json", "--clamp", "use=0"], "--units goes with TEXT, and without --step"),
        (["--text-column", "zzz"], "--text-column does not go with anything but --input FILE"),
        (
            ["--clamp", "forget=1", "--clamp", "use=0", "--clamp", "forget=0"],
            "--clamp forget=1 and forget=0: the forget gate is held twice; give each gate once",
        ),
    ],
)
def test_options_that_do_not_fit_are_one_line(
    tiny_bundle: Bundle, options: list[str], problem: str
) -> None:
    """What is wrong, and what to do."""
    done = lstm("inspect-gates", TEXT, *options, "--model", str(tiny_bundle.path))
    assert done.exit_code == 2
    assert problem in done.stderr
    assert done.stderr.count("\n") <= 2


@pytest.mark.parametrize(
    ("asked", "mode"),
    [
        ({}, "show_statistics"),
        ({"texts": ["fun"]}, "show_traces"),
        ({"texts": ["fun"], "ledger": True}, "show_traces"),
        ({"texts": ["fun"], "step": 1, "quiz": True}, "show_step"),
        ({"texts": ["fun"], "clamp": ["use=0"]}, "hold"),
        ({"texts": ["fun"], "html": "page.html"}, "write_page"),
        ({"input_file": "in.csv"}, "show_statistics_of_file"),
        ({"input_file": "in.csv", "output": "out.jsonl"}, "trace_file"),
        ({"input_file": "in.csv", "clamp": ["use=0"]}, "hold_on_file"),
    ],
)
def test_one_mode_answers(asked: dict[str, Any], mode: str) -> None:
    """Decided once, by what was given."""
    nothing = dict.fromkeys(field.name for field in fields(GateRequest))
    request = GateRequest(**nothing | asked)
    check(request)
    chosen = mode_of(request)
    assert isinstance(chosen, partial)
    assert chosen.func.__name__ == mode


def test_traces_of_a_file_are_lines_of_json(
    tiny_bundle: Bundle, tiny_reviews: object, tmp_path: object
) -> None:
    """A line a review, in order, without the slow explanations."""
    done = lstm(
        "inspect-gates", "--input", str(tiny_reviews), "--output", "traces.jsonl",
        "--model", str(tiny_bundle.path),
    )  # fmt: skip
    assert done.exit_code == 0, done.stderr
    with open("traces.jsonl", encoding="utf-8") as file:  # noqa: PTH123
        lines = [json.loads(line) for line in file]
    assert len(lines) == 40
    assert lines[0]["text"] == "a fine film 0"
    assert all("explanation" not in line for line in lines)


@pytest.mark.parametrize("cell", ["lstm", "rnn"])
def test_the_cell_is_drawn_in_80_columns(cell: str) -> None:
    """With what σ and tanh make of a number, and the readout."""
    drawn = lstm("explain", "--cell", cell)
    assert (drawn.exit_code, drawn.stderr) == (0, "")
    assert max(map(len, drawn.stdout.splitlines())) <= 80
    assert (
        "STM = tanh(W_h STM + W_x E + b)" in drawn.stdout or "LTM = kept + learned" in drawn.stdout
    )
    assert "tanh(x)  -1.000" in drawn.stdout
    # A plain RNN has no gates: no σ, and no factor that it would keep between 0 and 1.
    assert ("σ(x)      0.002" in drawn.stdout) == (cell == "lstm")
    assert ("σ" in drawn.stdout) == ("factor" in drawn.stdout) == (cell == "lstm")


def test_the_cell_of_a_model_is_drawn(tiny_bundles: dict[str, Bundle]) -> None:
    """Not an LSTM for an RNN, nor for a model that is not there."""
    model = ("explain", "--model", tiny_bundles["rnn"].path)
    assert "One event of a plain RNN" in lstm(*model).stdout
    assert "One event of an LSTM" in lstm(*model, "--cell", "lstm").stdout
    assert lstm("-q", "explain", "--model", "nosuch").exit_code == 2


@pytest.mark.parametrize("pooling", [("last",), ("mean", "maximum"), ("last", "mean", "maximum")])
def test_the_readout_is_drawn_as_the_model_has_it(pooling: tuple[str, ...]) -> None:
    """A branch for each view; the columns stand under each other."""
    console = Console(file=io.StringIO(), width=80)
    show_cell(console, "lstm", pooling)
    drawn = console.file.getvalue()  # type: ignore[attr-defined]
    assert max(map(len, drawn.splitlines())) <= 80
    assert [f"W_{name}" in drawn for name in ("last", "mean", "high")] == [
        view in pooling for view in ("last", "mean", "maximum")
    ]
