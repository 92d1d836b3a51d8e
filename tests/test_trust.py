"""What is said of a model is so: order of words, mistakes, comparisons, a bar to pass."""

import csv
import io
import json
from collections import Counter
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rich.console import Console

from lstm_cli.bundle.reading import Bundle
from lstm_cli.data.corpus import Corpus
from lstm_cli.evaluation.exam import examine, read_exam
from lstm_cli.metrics.scores import paired_difference
from lstm_cli.results import Comparison, Difference, ExamAnswer, ExamReport, Scores
from lstm_cli.views.comparison import show_comparison
from lstm_cli.views.exam import show_exam
from tests.helpers import lstm

REVIEWS = (
    'review,rating\n"fun fun",5\n"great fun",5\n"no fun at all",1\n"a dull film",5\nawful!,1\n'
)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """Five reviews, not all of which any model rates right."""
    path = tmp_path / "five.csv"
    path.write_text(REVIEWS)
    return path


@given(st.lists(st.integers(0, 7), max_size=9), st.integers(0, 99))
@settings(max_examples=50, deadline=None)
def test_shuffling_moves_words_only_within_their_review(lengths: list[int], seed: int) -> None:
    """The same words, the same lengths."""
    corpus = Corpus.of(np.arange(sum(lengths), dtype=np.int32), np.array(lengths, np.int64))
    shuffled = corpus.shuffled(np.random.default_rng(seed))
    assert shuffled.lengths.tolist() == lengths
    for review in range(len(lengths)):
        assert sorted(shuffled[review]) == sorted(corpus[review])


def test_the_paired_interval_is_that_of_drawing_reviews() -> None:
    """Against a bootstrap written as its definition says."""
    rng = np.random.default_rng(1)
    first, second = rng.random(400) < 0.6, rng.random(400) < 0.5
    found = paired_difference(first, second)
    drawn = rng.integers(400, size=(4_000, 400))
    differences = first[drawn].mean(axis=1) - second[drawn].mean(axis=1)
    assert found.worth == pytest.approx(first.mean() - second.mean())
    assert found.interval == pytest.approx(np.quantile(differences, (0.025, 0.975)), abs=0.01)


def test_evaluate_says_what_word_order_is_worth(tiny_bundle: Bundle, file: Path) -> None:
    """In JSON as the design has it, and as a sentence."""
    at = ("--model", tiny_bundle.path)
    found = json.loads(lstm("evaluate", file, *at, "--json").stdout)
    assert found["word_order"]["accuracy"] == found["accuracy"]
    low, high = found["word_order"]["interval"]
    assert low <= found["word_order"]["worth"] <= high
    said = "word order is worth"
    assert said not in lstm("evaluate", file, *at).stdout  # of five reviews it would say nothing
    rows = (f"fun {k} {k},5\nno fun {k},1\n" for k in range(20))
    file.write_text("review,rating\n" + "".join(rows))
    assert said in lstm("evaluate", file, *at).stdout


def test_an_accuracy_under_the_bar_is_exit_1(tiny_bundle: Bundle, file: Path) -> None:
    """Shown all the same, for whoever reads the log."""
    at = ("--model", tiny_bundle.path)
    reached = json.loads(lstm("evaluate", file, *at, "--json").stdout)["accuracy"]
    assert 0 < reached < 1
    under = lstm("evaluate", file, *at, "--min-accuracy", "0.99")
    assert under.exit_code == 1
    assert f"accuracy {reached:.4f} is under 0.99" in under.stderr
    assert "five.csv" in under.stdout
    assert lstm("evaluate", file, *at, "--min-accuracy", str(reached)).exit_code == 0


def test_mistakes_are_written_with_what_words_did(tiny_bundle: Bundle, file: Path) -> None:
    """As CSV and as lines of JSON."""
    at = ("--model", tiny_bundle.path)
    assert lstm("evaluate", file, *at, "--errors", "wrong.csv").exit_code == 0
    with Path("wrong.csv").open(newline="") as opened:
        rows = {row["review"]: row for row in csv.DictReader(opened)}
    assert rows
    assert all(row["true_rating"] != row["predicted_rating"] for row in rows.values())
    assert lstm("evaluate", file, *at, "--errors", "wrong.jsonl").exit_code == 0
    lines = map(json.loads, Path("wrong.jsonl").read_text().splitlines())
    words = {line["review"]: [word["token"] for word in line["words"]] for line in lines}
    assert words.keys() == rows.keys()
    assert all(text[0] == tokens[0][0] for text, tokens in words.items())
    done = lstm("evaluate", file, *at, "--errors", "wrong.html")
    assert done.exit_code == 2
    assert "the ending must say how to write: .csv" in done.stderr
    again = lstm("evaluate", file, *at, "--errors", "wrong.csv")
    assert again.exit_code == 2
    assert "wrong.csv" in again.stderr


def test_compare_sets_two_models_on_one_file(tiny_bundles: dict[str, Bundle], file: Path) -> None:
    """The difference one way is the opposite of the other."""
    lstm_at, rnn_at = (tiny_bundles[cell].path for cell in ("lstm", "rnn"))
    there = json.loads(lstm("compare", file, lstm_at, rnn_at, "--json").stdout)
    back = json.loads(lstm("compare", file, rnn_at, lstm_at, "--json").stdout)
    assert there["difference"] == pytest.approx(-back["difference"])
    assert there["scores"] == back["scores"][::-1]
    same = lstm("compare", file, lstm_at, lstm_at)
    assert same.exit_code == 0, same.stderr
    assert same.stdout.startswith("These reviews cannot tell lstm and lstm apart")
    assert lstm("compare", file, lstm_at, "nowhere").exit_code == 2


@pytest.mark.parametrize(
    ("worth", "interval", "verdict"),
    [
        (
            0.057,
            (0.031, 0.082),
            "a is better than b by 5.7 points of accuracy",
        ),
        (
            -0.08,
            (-0.1, -0.03),
            "b is better than a by 8.0 points of accuracy",
        ),
        (0.08, (-0.01, 0.17), "These reviews cannot tell a and b apart (95 % interval"),
    ],
)
def test_a_comparison_has_one_verdict(
    worth: float, interval: tuple[float, float], verdict: str
) -> None:
    """And it comes first."""
    scores = Scores(n=100, accuracy=0.5, within_one=0.8, mae=0.5, qwk=0.6, macro_f1=0.5)
    compared = Comparison(
        models=("a", "b"),
        scores=(scores, scores),
        difference=Difference(0.5, 0.5 - worth, worth, interval),
        num_parted=0,
        parted=(),
    )
    console = Console(file=io.StringIO(), width=80)
    show_comparison(console, compared)
    assert console.file.getvalue().startswith(verdict)  # type: ignore[attr-defined]


def test_the_exam_asks_a_dozen_pairs_a_subject() -> None:
    """No pair twice, no sentence against itself, none of the sample reviews."""
    pairs = read_exam()
    assert set(Counter(pair.subject for pair in pairs).values()) == {12}
    assert all(pair.lower != pair.higher for pair in pairs)
    assert len({(pair.lower, pair.higher) for pair in pairs}) == len(pairs)
    assert sum(pair.must_be_alike for pair in pairs) == 12


def test_mistakes_are_listed_in_full() -> None:
    """The pairs often differ only at the end; where a name differs, neither should be higher."""
    names = ("The director is from Iran.", "The director is from France.")
    scenes = ("There is no scene that works.", "There is no scene that does not work.")
    answers = (
        ExamAnswer("double negation", scenes, (2.38, 1.57), is_right=False),
        ExamAnswer("double negation", ("It is not bad.", "It is good."), (3, 4), is_right=True),
        ExamAnswer("names (must not matter)", names, (3.21, 3.46), is_right=False),
    )
    console = Console(file=io.StringIO(), width=80)
    show_exam(console, ExamReport("m", {"m": answers}), with_mistakes=True)
    said = console.file.getvalue()  # type: ignore[attr-defined]
    assert said.split("wrong.")[1] == (
        " Before each sentence stands the rating that it got.\n"
        "\ndouble negation, where right is: the second rated higher\n"
        "  •  2.38  There is no scene that works.\n"
        "     1.57  There is no scene that does not work.\n"
        "\nnames (must not matter), where right is: rated alike\n"
        "  •  3.21  The director is from Iran.\n"
        "     3.46  The director is from France.\n"
    )


def test_the_report_card_counts_right_answers(tiny_bundle: Bundle) -> None:
    """Checked one by one against the ratings it shows."""
    report = examine(tiny_bundle)
    assert list(report.answers) == [tiny_bundle.name, "logistic regression"]
    for answers in report.answers.values():
        for answer in answers:
            low, high = answer.ratings
            alike = "must not matter" in answer.subject
            assert answer.is_right == (abs(high - low) <= 0.25 if alike else high > low)
    of_all = [sum(report.row(subject)[k][0] for subject in report.subjects) for k in (0, 1)]
    assert of_all == [right for right, _ in report.row(None)]
    shown = lstm("exam", "--model", tiny_bundle.path, "--mistakes")
    assert shown.exit_code == 0, shown.stderr
    assert max(map(len, shown.stdout.splitlines())) <= 80
    wrong = [answer for answer in report.answers[tiny_bundle.name] if not answer.is_right]
    assert shown.stdout.split(f"gets {len(wrong)} of 96 wrong")[1].count("•") == len(wrong)
    found = json.loads(lstm("exam", "--model", tiny_bundle.path, "--json").stdout)
    assert found["subjects"]["irony"]["n"] == 12
