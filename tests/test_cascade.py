"""A regression answers what it is sure of, and the network the rest."""

import json
from collections.abc import Iterator
from dataclasses import asdict, replace
from pathlib import Path
from typing import NamedTuple

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lstm_cli.bundle.reading import Bundle, open_bundle
from lstm_cli.data.corpus import Corpus
from lstm_cli.inference.cascade import Cascade
from lstm_cli.inference.scorer import Scorer
from lstm_cli.metrics.agreement import MOST_THRESHOLDS, Agreement, Threshold
from lstm_cli.metrics.baselines import WordRegression
from lstm_cli.text.tokens import tokenize
from tests.helpers import BLAME, PRAISE, copied, lstm, write_info

TEXTS = [*PRAISE, "", *BLAME, "neither", "fine and awful"]


class Window(NamedTuple):
    texts: list[str]


class Answers(NamedTuple):
    """How sure the simpler of two models is of each review, and whether both agree."""

    confidence: list[float]
    agrees: list[bool]

    def counted(self) -> Agreement:
        simpler = np.array([[one, 1 - one] for one in self.confidence]).reshape(-1, 2)
        better = [simpler[k] if same else simpler[k][::-1] for k, same in enumerate(self.agrees)]
        return Agreement.measured(simpler, np.array(better).reshape(-1, 2))

    def agreement_above(self, confidence: float) -> float:
        """By definition: whoever is not asked agrees."""
        disagreed = sum(
            one >= confidence and not same
            for one, same in zip(self.confidence, self.agrees, strict=True)
        )
        return 1 - disagreed / len(self.agrees)


@st.composite
def answers(draw: st.DrawFn) -> Answers:
    confidence = st.floats(0.51, 1) | st.sampled_from([0.6, 0.9, 1.0])
    found = draw(st.lists(st.tuples(confidence, st.booleans()), min_size=1, max_size=300))
    return Answers([one for one, _ in found], [same for _, same in found])


def sure_and_agreed(num_reviews: int, num_wrong: int) -> Answers:
    """A regression that disagrees with the network only where it is least sure."""
    confidence = np.linspace(0.6, 0.99, num_reviews).tolist()
    return Answers(confidence, [k >= num_wrong for k in range(num_reviews)])


@given(answers(), st.floats(0.5, 1))
def test_what_is_asked_holds_where_it_was_counted(found: Answers, asked: float) -> None:
    """Else no row is answered by the regression."""
    agreement = found.counted()
    threshold = agreement.threshold_for(asked)
    if threshold is not None:
        assert agreement.of(threshold) >= agreement.promised(threshold) >= asked
        assert agreement.of(threshold) == pytest.approx(found.agreement_above(threshold.confidence))
        assert threshold.answered == sum(one >= threshold.confidence for one in found.confidence)
    assert Agreement.from_json(json.loads(json.dumps(asdict(agreement)))) == agreement


@given(answers(), st.floats(0.5, 1))
def test_no_lower_threshold_would_do(found: Answers, asked: float) -> None:
    """What the regression can answer, the network need not read."""
    agreement = found.counted()
    threshold = agreement.threshold_for(asked)
    for confidence in found.confidence:
        if threshold is None or np.floor(confidence * 10_000) / 10_000 < threshold.confidence:
            n = len(found.agrees)
            disagreed = round(n * (1 - found.agreement_above(confidence)))
            assert agreement.promised(Threshold(confidence, n, n - disagreed)) < asked


def test_few_reviews_promise_little() -> None:
    """Forty of forty is no proof of 98 %; two hundred of two hundred is."""
    assert sure_and_agreed(40, 0).counted().threshold_for(0.98) is None
    all_of_200 = sure_and_agreed(200, 0).counted().threshold_for(0.98)
    assert all_of_200 == Threshold(0.6, 200, 200)
    # Fifty of these disagree, and none of the others.
    some = sure_and_agreed(200, 50).counted().threshold_for(0.98)
    assert some is not None
    assert (some.answered, some.agreed) == (150, 150)
    assert sure_and_agreed(200, 0).counted().threshold_for(1) is None


def test_of_many_reviews_little_is_kept() -> None:
    rng = np.random.default_rng(0)
    many = Answers(rng.uniform(0.5, 1, 20_000).tolist(), (rng.random(20_000) < 0.8).tolist())
    agreement = many.counted()
    assert len(agreement.thresholds) <= MOST_THRESHOLDS
    threshold = agreement.threshold_for(0.98)
    assert threshold is not None
    # 2 % of all rows are a tenth of those it is sure of; of all its answers a fifth is wrong.
    assert 0.08 < threshold.answered / 20_000 < 0.1


@pytest.mark.parametrize(
    "stored",
    [
        {"reviews": 3, "thresholds": [[0.5, 4, 4]]},
        {"reviews": 3, "thresholds": [[0.5, 3, -1]]},
        {"reviews": 3, "thresholds": [[0.5, 2, 3]]},
        {"reviews": 3, "thresholds": [[float("nan"), 3, 3]]},
        {"reviews": 3, "thresholds": [["x", 3, 3]]},
        {"reviews": 3, "thresholds": [[0.5, 3]]},
        {"reviews": 3.0, "thresholds": []},
        {"reviews": 10**400, "thresholds": [[0.5, 3, 3]]},
        {"reviews": 3},
        [],
    ],
)
def test_a_count_that_cannot_be_is_refused(tiny_bundle: Bundle, stored: object) -> None:
    """A bundle may come from anyone."""
    path = copied(tiny_bundle, "odd")
    info = json.loads((path / "bundle.json").read_text())
    write_info(path, info | {"agreement": stored})
    done = lstm("-q", "predict", "--input", "r.csv", "--fast", "--model", "odd")
    assert done.exit_code == 2
    assert "bundle.json" in done.stderr
    assert done.stderr.count("\n") == 1


def test_what_the_regression_answers_the_network_never_reads(
    tiny_bundle: Bundle, monkeypatch: pytest.MonkeyPatch
) -> None:
    """That is what makes it fast."""
    scorer, read = Scorer(tiny_bundle), []
    rate = Scorer.rate

    def noted(self: Scorer, corpus: Corpus) -> np.ndarray:
        read.append(len(corpus))
        return rate(self, corpus)

    expected = scorer(TEXTS)
    tokens = [tokenize(text, tiny_bundle.info.token_pattern) for text in TEXTS]
    by_words = WordRegression.from_arrays(tiny_bundle.baseline or {}).probabilities(tokens)
    middle = float(np.median(by_words.max(axis=1)))
    monkeypatch.setattr(Scorer, "rate", noted)
    cascade = Cascade.of(scorer, Threshold(middle, 1, 1))

    def windows() -> Iterator[Window]:
        yield Window(TEXTS)
        yield Window([])
        yield Window([PRAISE[0], ""])

    first, none, last = cascade.windows(windows())
    is_sure = (by_words.max(axis=1) >= middle) & np.array([bool(text) for text in TEXTS])
    assert 0 < is_sure.sum() < len(TEXTS)
    assert (first.by_regression == is_sure).all()
    assert read[0] == (~is_sure).sum()
    np.testing.assert_allclose(first.probabilities[is_sure], by_words[is_sure])
    np.testing.assert_allclose(first.probabilities[~is_sure], expected[~is_sure], atol=1e-6)
    assert none.probabilities.shape == (0, len(tiny_bundle.info.ratings))
    # No held-out review was empty, so nobody knows whether both agree there.
    assert not last.by_regression[1]


def test_without_a_threshold_the_network_answers_all(tiny_bundle: Bundle) -> None:
    scorer = Scorer(tiny_bundle)
    [answered] = Cascade.of(scorer, None).windows(iter([Window(TEXTS)]))
    assert not answered.by_regression.any()
    np.testing.assert_array_equal(answered.probabilities, scorer(TEXTS))


@pytest.fixture
def model(tiny_bundle: Bundle) -> tuple[str, str]:
    return "--model", str(tiny_bundle.path)


@pytest.fixture
def reviews() -> Path:
    path = Path("new.csv")
    rows = [f'"{text}",{k}' for k, text in enumerate(["a fine film 3", "a dull film 3", "", "so"])]
    path.write_text("\n".join(["review,number", *rows]) + "\n", "utf-8")
    return path


def test_the_command_says_who_answered(reviews: Path, model: tuple[str, str]) -> None:
    """On 120 held-out reviews both agreed, where the regression is as sure as it is here."""
    done = lstm(
        "predict", "--input", reviews, "--output", "o.csv", "--fast", "--agree", 0.9, *model
    )
    assert done.exit_code == 0, done.stderr
    rated = pl.read_csv("o.csv")
    assert rated.columns == [
        "review", "number", "predicted_rating", "expected_rating", "confidence", "warning",
        "answered_by",
    ]  # fmt: skip
    assert rated["answered_by"].to_list() == ["regression", "regression", "network", "network"]
    assert done.stderr.splitlines()[-1] == (
        "answered by the regression 2, by the network 2; "
        "agreement with the network: 100.0 % on 120 held-out reviews"
    )


def test_as_json_too(reviews: Path, model: tuple[str, str]) -> None:
    done = lstm("predict", "--input", reviews, "--fast", "--agree", 0.9, "--json", *model)
    found = [json.loads(line) for line in done.stdout.splitlines()]
    assert [one["answered_by"] for one in found] == ["regression"] * 2 + ["network"] * 2
    assert [one["rating"] for one in found[:2]] == [5, 1]
    assert done.stderr.splitlines()[-1].startswith("answered by the regression 2, ")
    plain = lstm("predict", "--input", reviews, "--json", *model)
    assert "answered_by" not in plain.stdout


def test_the_network_answers_all_where_too_much_is_asked(
    reviews: Path, model: tuple[str, str]
) -> None:
    """And says so: a person would wait for a speed that does not come."""
    done = lstm("predict", "--input", reviews, "--output", "o.csv", "--fast", "--agree", 1, *model)
    assert done.exit_code == 0, done.stderr
    assert (
        "120 held-out reviews do not show where the regression agrees with the network in 100 % "
        "of all rows: the network answers every row\n"
    ) in done.stderr
    assert "answered by" not in done.stderr
    lstm("predict", "--input", reviews, "--output", "plain.csv", *model)
    rated = pl.read_csv("o.csv")
    assert set(rated["answered_by"]) == {"network"}
    assert rated.drop("answered_by").equals(pl.read_csv("plain.csv"))


def test_quiet_says_nothing(reviews: Path, model: tuple[str, str]) -> None:
    done = lstm("-q", "predict", "--input", reviews, "--fast", *model)
    assert (done.exit_code, done.stderr) == (0, "")


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("a fine film", "--fast"), "--input FILE"),
        (("--input", "new.csv", "--agree", "0.9"), "--agree goes with --fast"),
        (("--input", "new.csv", "--fast", "--agree", "0.4"), "0.5"),
        (("--input", "new.csv", "--fast", "--agree", "1.1"), "1"),
    ],
)
def test_what_does_not_go_together_is_refused(
    reviews: Path, model: tuple[str, str], arguments: tuple[str, ...], said: str
) -> None:
    done = lstm("predict", *arguments, *model)
    assert (done.exit_code, done.stdout) == (2, "")
    assert said in done.stderr


def test_no_column_is_overwritten(reviews: Path, model: tuple[str, str]) -> None:
    reviews.write_text("review,answered_by\ngreat fun,me\n", "utf-8")
    done = lstm("-q", "predict", "--input", reviews, "--fast", *model)
    assert done.exit_code == 2
    assert "new.csv: has answered_by already" in done.stderr
    assert lstm("-q", "predict", "--input", reviews, *model).exit_code == 0


def test_an_older_model_has_to_be_trained_again(tiny_bundle: Bundle, reviews: Path) -> None:
    """It rates as ever, only not faster."""
    path = copied(tiny_bundle, "old")
    info = json.loads((path / "bundle.json").read_text())
    del info["agreement"]
    write_info(path, info)
    assert open_bundle(path).info == replace(tiny_bundle.info, agreement=None)
    done = lstm("-q", "predict", "--input", reviews, "--fast", "--model", "old")
    assert (done.exit_code, done.stdout) == (2, "")
    assert "--fast: model old was made before this existed; train it again\n" in done.stderr
    assert lstm("-q", "predict", "--input", reviews, "--model", "old").exit_code == 0


def test_a_model_without_a_regression_cannot_be_faster(tiny_bundle: Bundle, reviews: Path) -> None:
    path = copied(tiny_bundle, "alone")
    info = json.loads((path / "bundle.json").read_text())
    del info["files"]["baseline.safetensors"]
    write_info(path, info)
    done = lstm("-q", "predict", "--input", reviews, "--fast", "--model", "alone")
    assert done.exit_code == 2
    assert "--fast: model alone has no logistic regression to answer first; " in done.stderr
