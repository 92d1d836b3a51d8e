"""Whether a model's percentages can be believed: judged, and said in a sentence."""

import io
import json
import re
from pathlib import Path

import numpy as np
import pytest
from rich.console import Console

from lstm_cli.bundle.reading import Bundle
from lstm_cli.data.ratings.scale import Scale
from lstm_cli.evaluation.evaluation import evaluate
from lstm_cli.metrics.calibration import FEWEST_STATED, trust_in
from lstm_cli.metrics.scores import wilson_interval
from lstm_cli.results import Comparison, Difference, Evaluation
from lstm_cli.views.comparison import show_comparison
from lstm_cli.views.evaluation import show_evaluation, show_reliability
from tests.helpers import TINY, lstm

LEGEND = "within one: at most one off. mean error: how far off. kappa: agreement; 0 is"


def answers(*groups: tuple[float, int, int]) -> tuple[np.ndarray, np.ndarray]:
    """Of each group: the confidence of its answers, how many are right, and of how many."""
    confidence = np.concatenate([np.full(n, sure) for sure, _, n in groups])
    # Spread evenly, as the order of the file would.
    is_right = np.concatenate([np.arange(n) * right % n < right for _, right, n in groups])
    return confidence, is_right


@pytest.mark.parametrize(
    ("groups", "verdict"),
    [
        ([(0.8, 162, 200), (0.6, 118, 200)], "as sure as right"),
        ([(0.8, 130, 200), (0.6, 100, 200)], "too sure"),
        ([(0.8, 190, 200), (0.6, 140, 200)], "not sure enough"),
        ([(0.9, 150, 200), (0.5, 130, 200)], "uneven"),
        ([(0.8, 1, 2)], "too few"),
        ([(1.0, 5, 5)], "too few"),
        ([(0.9, 0, 29)], "too few"),
        ([(0.9, 0, 30)], "too sure"),
        ([(1.0, 30, 30)], "as sure as right"),
    ],
)
def test_the_verdict_is_what_chance_leaves(
    groups: list[tuple[float, int, int]], verdict: str
) -> None:
    """Of two answers nothing follows; of hundreds something does."""
    assert trust_in(*answers(*groups)).verdict == verdict


def test_a_model_that_is_right_about_itself_is_seldom_blamed() -> None:
    """One file in twenty, however often a file is looked at in two ways."""
    rng = np.random.default_rng(0)
    blamed = 0
    for _ in range(100):
        confidence = rng.uniform(0.3, 0.95, 300)
        blamed += trust_in(confidence, rng.random(300) < confidence).verdict != "as sure as right"
    assert blamed <= 8


def test_the_percentage_with_most_answers_is_checked() -> None:
    """With Wilson's interval; of few answers none is."""
    checked = trust_in(*answers((0.62, 30, 50), (0.76, 40, 50), (0.84, 44, 50))).checked
    assert checked is not None
    assert (checked.stated, checked.n, checked.right) == (0.8, 100, 0.84)
    assert checked.interval == wilson_interval(84, 100)
    few = FEWEST_STATED - 1
    assert trust_in(*answers((0.8, few, few), (0.3, 40, 400))).checked is None


def _evaluation(*groups: tuple[float, int, int]) -> Evaluation:
    confidence, is_right = answers(*groups)
    return evaluate(
        np.stack([1 - confidence, confidence], axis=1),
        is_right.astype(np.int64),
        Scale((1.0, 2.0)),
        model="m",
        baselines={},
    )


def _shown(evaluation: Evaluation, *, brief: bool = False) -> list[str]:
    console = Console(file=io.StringIO(), width=80, color_system=None)
    show_evaluation(console, evaluation, "lstm", "reviews", with_curve=True, brief=brief)
    return console.file.getvalue().splitlines()


def test_an_evaluation_ends_with_a_sentence_about_percentages() -> None:
    """Measured on these reviews; or that they are too few."""
    lines = _shown(_evaluation((0.8, 320, 400), (0.6, 118, 200)))
    assert " ".join(lines[-2:]) == (
        "When it says 80 %, it is right 76 to 84 times of 100 (95 % interval, 400 such answers)."
    )
    assert _shown(_evaluation((0.8, 8, 10)))[-1] == (
        "These are too few reviews to check its percentages."
    )
    assert all(len(line) <= 79 for line in lines)


@pytest.mark.parametrize(
    ("groups", "beside", "below"),
    [
        (
            [(0.8, 320, 400)],
            ", no more than chance gives (#)",
            "It seems as sure as it is right: on average it says 80.0 % and is right on 80.0 %; "
            "chance alone may explain the gap.",
        ),
        (
            [(0.8, 260, 400)],
            ", more than chance gives (#, seldom over #); too sure of itself",
            "It is too sure of itself: on average it says 80.0 % and is right on 65.0 %, more than "
            "chance explains.",
        ),
        (
            [(0.8, 380, 400)],
            ", more than chance gives (#, seldom over #); not sure enough",
            "It is right more often than it says: on average it says 80.0 % and is right on "
            "95.0 %, more than chance explains.",
        ),
        (
            [(0.9, 150, 200), (0.55, 140, 200)],
            ", more than chance gives (#, seldom over #), in parts",
            "On the whole it is as sure as it is right (on average it says 72.5 % and is right on "
            "72.5 %), but in some parts surer or less sure, by more than chance explains.",
        ),
    ],
)
def test_the_chart_has_a_sentence(
    groups: list[tuple[float, int, int]], beside: str, below: str
) -> None:
    """The calibration error has its verdict, and the chart says what it shows."""
    evaluation = _evaluation(*groups)
    shown = re.sub(r"0\.\d{3}", "#", " ".join(_shown(evaluation)))
    assert f" calibration error #{beside} " in shown
    console = Console(file=io.StringIO(), width=80, color_system=None)
    show_reliability(console, evaluation)
    assert " ".join(console.file.getvalue().splitlines()).endswith(below)


def test_of_a_few_reviews_nothing_is_said_but_that_they_are_few() -> None:
    """No verdict beside the calibration error, no chart, and one sentence."""
    lines = _shown(_evaluation((0.95, 2, 11)))
    (line,) = (line for line in lines if line.startswith("calibration error"))
    assert re.fullmatch(r"calibration error 0\.\d+; chance alone gives 0\.\d+", line)
    assert not [line for line in lines if "sure" in line]
    assert lines[-1] == "These are too few reviews to check its percentages."


def test_enough_reviews_with_too_few_near_a_round_percentage_are_not_called_too_few() -> None:
    """The chart of them has been judged just before."""
    shown = " ".join(_shown(_evaluation((0.5, 20, 40), (0.99, 40, 40))))
    assert "chance alone may explain the gap" in shown
    assert shown.endswith(
        "Too few of its answers are near 60, 70, 80 or 90 % to check any of these figures."
    )


def test_a_legend_says_what_the_columns_mean() -> None:
    """Three lines, once; brief is without."""
    evaluation = _evaluation((0.8, 8, 10))
    assert _shown(evaluation).count(LEGEND) == 1
    legend = _shown(evaluation)
    place = legend.index(LEGEND)
    assert legend[place + 3].startswith("accuracy lies")
    assert LEGEND not in _shown(evaluation, brief=True)
    scores = evaluation.scores
    comparison = Comparison(
        ("a", "b"), (scores, scores), Difference(0.5, 0.5, 0.0, (-0.1, 0.1)), (), 0
    )
    for brief in (False, True):
        console = Console(file=io.StringIO(), width=80, color_system=None)
        show_comparison(console, comparison, brief=brief)
        assert (LEGEND in console.file.getvalue()) is not brief


def test_a_training_ends_with_the_sentence(tiny_reviews: Path) -> None:
    """On its held-out reviews; and is brief if asked."""
    for name, more in (("one", ()), ("two", ("--brief",))):
        done = lstm("-q", "train", tiny_reviews, "--name", name, *TINY, *more)
        assert done.exit_code == 0, done.stderr
        assert "These are too few reviews to check its percentages.\n\nsaved in" in done.stdout
        assert (LEGEND in done.stdout) is not bool(more)


def test_the_commands_are_brief_if_asked(tiny_bundle: Bundle) -> None:
    """``evaluate`` and ``compare``; as JSON, the facts of the sentences."""
    file = Path("some.csv")
    file.write_text("review,rating\nfun fun,5\nawful!,1\nno fun at all,1\n")
    asked = (
        ("evaluate", file, "--model", tiny_bundle.path),
        ("compare", file, tiny_bundle.path, tiny_bundle.path),
    )
    for command in asked:
        assert LEGEND in lstm(*command).stdout
        done = lstm(*command, "--brief")
        assert done.exit_code == 0, done.stderr
        assert LEGEND not in done.stdout
    found = json.loads(lstm(*asked[0], "--json").stdout)["percentages"]
    assert found["verdict"] == "too few"
    assert 0 < found["confidence"] < 1
    assert found["checked"] == {}
