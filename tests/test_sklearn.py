"""The estimator of scikit-learn: its conventions, the command's models."""

import json
import pickle
import re
import warnings
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pytest
from sklearn.base import clone
from sklearn.exceptions import NotFittedError, SkipTestWarning
from sklearn.metrics import make_scorer, mean_absolute_error
from sklearn.model_selection import GridSearchCV, cross_val_score
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import FunctionTransformer
from sklearn.utils.estimator_checks import check_classifiers_classes, check_estimator
from sklearn.utils.validation import check_is_fitted, validate_data

from lstm_cli import load
from lstm_cli.bundle.contents import CARD_FILE, WEIGHTS_FILE
from lstm_cli.bundle.reading import Bundle, open_bundle
from lstm_cli.bundle.verifying import verify
from lstm_cli.commands.program import command_of
from lstm_cli.config import ModelConfig
from lstm_cli.data.ratings.labels import scale_of_labels
from lstm_cli.errors import BundleExistsError, NoModelError, RequestError, ScaleError
from lstm_cli.parameters import NUMBERS, WHOLE, request_of
from lstm_cli.pipeline.requests import TrainRequest
from lstm_cli.sklearn import LSTMRatingClassifier, texts_of
from tests.helpers import BLAME, PRAISE, TINY, lstm
from tests.pages import SCALE

TEXTS = [f"{text} {k}" for k in range(6) for text in (*PRAISE, *BLAME)]
RATINGS = [rating for _ in range(6) for rating in [5] * 5 + [1] * 5]
SMALL = {
    "base": "none", "embedding_size": 8, "hidden_size": 8, "epochs": 12, "learning_rate": 0.05,
    "precision": "float32", "threads": 1, "random_state": 0,
}  # fmt: skip


def small(**parameters: Any) -> LSTMRatingClassifier:
    """One that learns in no time."""
    return LSTMRatingClassifier(**{**SMALL, **parameters})


@pytest.fixture(scope="module")
def fitted() -> LSTMRatingClassifier:
    """One that has learned."""
    return small().fit(TEXTS, RATINGS)


class OfNumbers(LSTMRatingClassifier):
    """Reads rows of numbers as texts: ``check_estimator`` has no others."""

    def fit(self, X: Any, y: Any) -> "OfNumbers":
        rows, ratings = validate_data(self, X, y)
        return super().fit(self._as_texts(rows), ratings)

    def _probabilities(self, X: Any) -> Any:
        check_is_fitted(self)
        return super()._probabilities(self._as_texts(validate_data(self, X, reset=False)))

    @staticmethod
    def _as_texts(rows: Any) -> list[str]:
        return [
            " ".join(
                f"{'high' if value > 0 else 'low'}{k} {round(float(value), 1)}x{k}"
                for k, value in enumerate(row)
            )
            for row in rows
        ]

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.input_tags.two_d_array = True
        tags.input_tags.one_d_array = tags.input_tags.string = False
        return tags


EXPECTED_TO_FAIL = {
    "check_classifiers_classes": "it has ratings called one, two, three and does not say their "
    "order; this classifier refuses to guess it (with ``scale`` the check passes, below)",
}


def test_check_estimator_has_nothing_to_say_of_the_estimator_itself() -> None:
    """It tells that it takes texts, of which the checks have none."""
    with pytest.warns(SkipTestWarning, match="string=True"):
        checked = check_estimator(LSTMRatingClassifier())
    assert {check["status"] for check in checked} == {"passed"}
    tags = LSTMRatingClassifier().__sklearn_tags__()
    assert tags.input_tags.string
    assert tags.input_tags.one_d_array
    assert not tags.input_tags.two_d_array
    assert tags.estimator_type == "classifier"


@pytest.mark.slow
def test_check_estimator_passes_where_numbers_are_read_as_texts() -> None:
    """All of its checks but those named, each with its reason."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # the checks provoke them
        checked = check_estimator(
            OfNumbers(**{**SMALL, "epochs": 20, "random_state": None}),
            expected_failed_checks=EXPECTED_TO_FAIL,
            on_skip=None,
        )
        every_label = ("one", "two", "three", -1, 1)  # of the three fits that it makes
        check_classifiers_classes(
            "OfNumbers", OfNumbers(**{**SMALL, "epochs": 20, "scale": every_label})
        )
    statuses = [check["status"] for check in checked]
    assert statuses.count("passed") > 45
    assert statuses.count("xfail") == len(EXPECTED_TO_FAIL)
    # Of what is not installed here: pandas, and arrays of other libraries.
    assert statuses.count("skipped") <= 2


def test_it_learns_and_says_how_sure_it_is(fitted: LSTMRatingClassifier) -> None:
    assert fitted.score(TEXTS, RATINGS) > 0.9
    assert fitted.classes_.tolist() == [1, 5]
    probabilities = fitted.predict_proba(["superb! 3", "awful! 3", ""])
    assert probabilities.shape == (3, 2)
    np.testing.assert_allclose(probabilities.sum(axis=1), 1)
    assert (fitted.classes_[probabilities.argmax(axis=1)] == fitted.predict(
        ["superb! 3", "awful! 3", ""])).all()  # fmt: skip
    assert fitted.n_epochs_ <= 12
    assert fitted.held_out_scores_["n"] == 6


def test_the_same_seed_makes_the_model_of_the_command(
    tmp_path: Path, fitted: LSTMRatingClassifier
) -> None:
    """To the last bit; another seed makes another."""
    rows = [f'"{text}",{rating}' for text, rating in zip(TEXTS, RATINGS, strict=True)]
    (tmp_path / "reviews.csv").write_text("\n".join(["text,rating", *rows]), "utf-8")
    made = ("--embedding-size", 8, "--hidden-size", 8, "--epochs", 12, "--learning-rate", 0.05)
    more = ("--threads", 1, "--no-baseline", "--seed", 0)
    assert lstm("-q", "train", tmp_path / "reviews.csv", *TINY, *made, *more).exit_code == 0
    fitted.save("models/fitted")
    command, ours = (open_bundle(Path("models") / name) for name in ("reviews", "fitted"))
    assert ours.fingerprint == command.fingerprint
    assert ours.info.provenance.fingerprint == command.info.provenance.fingerprint
    again, other = small().fit(TEXTS, RATINGS), small(random_state=1).fit(TEXTS, RATINGS)
    assert (again.predict_proba(TEXTS) == fitted.predict_proba(TEXTS)).all()
    assert (other.predict_proba(TEXTS) != fitted.predict_proba(TEXTS)).any()


def test_texts_come_in_every_form(fitted: LSTMRatingClassifier) -> None:
    expected = fitted.predict_proba(TEXTS)
    for texts in (
        tuple(TEXTS), np.array(TEXTS), np.array(TEXTS, dtype=object), np.array(TEXTS)[:, None],
        pl.Series("review", TEXTS), pl.DataFrame({"review": TEXTS}),
    ):  # fmt: skip
        assert (fitted.predict_proba(texts) == expected).all()
    named = small(epochs=1).fit(pl.Series("review", TEXTS), pl.Series("stars", RATINGS))
    named.save("models/named")
    origin = open_bundle(Path("models/named")).info.provenance
    assert (origin.text_columns, origin.rating_columns) == (("review",), ("stars",))


@pytest.mark.parametrize(("texts", "said"), [
    ("one text", "X is one text; give a list"),
    ([], "X has 0 samples"),
    (["a", None], "X has None in row 1, which is no text"),
    ([1.5, 2.5], "X has 1.5 in row 0"),
    (np.array([["a", "b"]]), "X has 2 dimensions, of the shape (1, 2)"),
])  # fmt: skip
def test_what_is_no_text_is_refused(fitted: LSTMRatingClassifier, texts: Any, said: str) -> None:
    with pytest.raises(ValueError, match=re.escape(said)):
        texts_of(texts)
    with pytest.raises(ValueError, match=re.escape(said)):
        fitted.predict(texts)


@pytest.mark.parametrize(("ratings", "parameters", "said"), [
    ([5] * 60, {}, "every rating is 5: with one class there is nothing"),
    ([k % 30 for k in range(60)], {}, "30 different ratings"),
    ([1.5, 2.0] * 30, {}, "Unknown label type: continuous"),
    (["warm", "cold", "hot"] * 20, {}, "words of no known order (cold, hot, warm)"),
    (["warm", "cold"] * 30, {"scale": ("cold", "hot")}, "'warm' is none of those in the order"),
    (["warm", "cold"] * 30, {"scale": ("cold", "warm", "cold")}, "stands twice"),
    (RATINGS[:-1], {}, "inconsistent numbers of samples"),
    (None, {}, "requires y to be passed"),
    (RATINGS, {"hidden_size": 0}, "hidden_size=0: must lie between 1 and 4096"),
    (RATINGS, {"validation": 1.0}, "validation=1.0: must lie between 0 and 1"),
    (RATINGS, {"cell": "gru"}, "cell='gru': must be one of 'lstm', 'rnn'"),
    (RATINGS, {"pooling": ("first",)}, "pooling='first'"),
    (RATINGS, {"precision": "int8"}, "precision='int8'"),
    (RATINGS, {"base": "nowhere", "embedding_size": None, "hidden_size": None},
     "no model 'nowhere'"),
    (RATINGS, {"random_state": -1}, "must be between 0"),
    (RATINGS, {"base": "base"}, "embedding_size=8 does not go with base='base'"),
    (RATINGS, {"base": 5}, "base=5: must be a name or a path"),
    (RATINGS, {"epochs": "3"}, "epochs='3': must be a whole number"),
    (RATINGS, {"epochs": True}, "epochs=True: must be a whole number"),
    (RATINGS, {"time_limit": "90s"}, "time_limit='90s': must be a number"),
    (RATINGS, {"balance": 1}, "balance=1: must be one of False, True"),
    (RATINGS, {"validation": "held-out.csv"}, "validation='held-out.csv': must lie between"),
    (RATINGS, {"pooling": ()}, "pooling=(): must be 'all' or some of last, mean, maximum"),
    (RATINGS, {"device": None}, "device=None: must be the name of one"),
    (RATINGS, {"scale": 5}, "scale=5: must list the ratings"),
    (["", "x"] * 30, {}, "y has '' in row 0, which is no rating"),
    (["a", "\ud83d"] * 30, {}, "in row 1, which is no rating"),
])  # fmt: skip
def test_what_cannot_be_learned_is_refused(
    ratings: Any, parameters: dict[str, Any], said: str
) -> None:
    """As scikit-learn's users expect it: with a ValueError, before anything is learned."""
    with pytest.raises(ValueError, match=re.escape(said)):
        small(**parameters).fit(TEXTS, ratings)


def test_too_few_texts_are_refused_and_blank_ones_left_out() -> None:
    with pytest.raises(ValueError, match="n_samples=9 are too few"):
        small().fit(TEXTS[:9], RATINGS[:9])
    blank = small(epochs=1).fit([*TEXTS, " ", ""], [*RATINGS, 1, 5])
    blank.save("models/blank")
    assert open_bundle(Path("models/blank")).info.provenance.skipped == {"no text": 2}
    with pytest.raises(NotFittedError):
        small().predict(TEXTS)


def test_labels_have_an_order_of_their_own() -> None:
    """``classes_`` is sorted, as scikit-learn has it; the order that is learned is ``scale_``."""
    words = ["ok" if k % 3 == 0 else "great" if rating == 5 else "bad"
             for k, rating in enumerate(RATINGS)]  # fmt: skip
    made = small(scale=("bad", "ok", "great"), epochs=30).fit(TEXTS, words)
    assert made.scale_.tolist() == ["bad", "ok", "great"]
    assert made.classes_.tolist() == ["bad", "great", "ok"]
    probabilities = made.predict_proba(TEXTS)
    assert (made.classes_[probabilities.argmax(axis=1)] == made.predict(TEXTS)).all()
    made.save("models/words")
    info = open_bundle(Path("models/words")).info
    assert info.scale.labels == ("bad", "ok", "great")
    assert info.provenance.counts.keys() == {"bad", "ok", "great"}
    shown = load("models/words").predict(TEXTS[0]).probabilities
    np.testing.assert_allclose([shown[name] for name in made.classes_], probabilities[0], atol=1e-5)
    again = LSTMRatingClassifier.from_bundle("words")
    assert again.scale == ("bad", "ok", "great")
    assert (again.predict_proba(TEXTS) == probabilities).all()


def test_every_kind_of_labels_is_ordered() -> None:
    order = {
        (3, 1, 2): ((1, 2, 3), ()),
        (True, False): ((False, True), ()),
        ("10", "9.5", "-1"): (("-1", "9.5", "10"), ()),
        ("positive", "negative", "neutral"): (("negative", "neutral", "positive"),) * 2,
        ("spam", "ham"): (("ham", "spam"),) * 2,
    }
    for labels, (expected, names) in order.items():
        in_order, scale = scale_of_labels(labels)
        assert in_order == expected
        assert scale.names == names
    # Of what is said, some may not occur: the others keep their places.
    assert scale_of_labels(["a", "c"], ["c", "b", "a"])[1].ratings == (1.0, 3.0)
    assert scale_of_labels([1, 3], [1, 2, 3])[1].ratings == (1.0, 3.0)
    assert scale_of_labels([1, 3], [3, 2, 1])[1].names == ("3", "1")
    with pytest.raises(ScaleError):
        scale_of_labels(["nan", "1", "2"])


def test_it_goes_where_estimators_go() -> None:
    """Cross-validation, pipelines and a search of parameters; a copy has the same parameters."""
    scores = cross_val_score(small(), TEXTS, RATINGS, cv=3)
    assert scores.mean() > 0.8
    error = make_scorer(mean_absolute_error, greater_is_better=False)
    piped = make_pipeline(
        FunctionTransformer(lambda texts: [text.upper() for text in texts]), small()
    )
    search = GridSearchCV(
        piped, {"lstmratingclassifier__hidden_size": [8, 16]}, scoring=error, cv=2
    ).fit(TEXTS, RATINGS)
    assert search.best_estimator_.score(TEXTS, RATINGS) > 0.8
    copy = clone(small(scale=(1, 5)))
    assert copy.get_params() == {**LSTMRatingClassifier().get_params(), **SMALL, "scale": (1, 5)}
    assert copy.set_params(hidden_size=5).hidden_size == 5


def test_a_search_may_draw_its_candidates_from_arrays() -> None:
    """Numbers of numpy's are numbers."""
    candidates = {"epochs": np.arange(1, 3), "balance": np.array([True])}
    search = GridSearchCV(small(), candidates, cv=2, error_score="raise").fit(TEXTS, RATINGS)
    assert search.best_params_["epochs"] in (1, 2)


@pytest.mark.parametrize("parameters", [
    {"hidden_size": 8}, {"embedding_size": 256}, {"cell": "rnn"}, {"vectors": "glove.txt"},
])  # fmt: skip
def test_what_is_not_the_bases_leaves_the_base_out(parameters: dict[str, Any]) -> None:
    """As the options of the command do."""
    asked = request_of(LSTMRatingClassifier(**parameters).get_params(), 0)
    assert asked.base == "none"
    assert request_of(LSTMRatingClassifier().get_params(), 0).base is None
    assert request_of(LSTMRatingClassifier(pooling="last").get_params(), 0).pooling == ("last",)
    of_numpy = LSTMRatingClassifier(pooling=np.array(["mean", "last"]))
    assert request_of(of_numpy.get_params(), 0).pooling == ("last", "mean")
    every = request_of(LSTMRatingClassifier(pooling="all", precision="auto").get_params(), 0)
    assert (every.pooling, every.precision) == (("last", "mean", "maximum"), None)


def test_numbers_may_be_what_the_options_allow() -> None:
    """The least and the most are said twice, for light commands and for programs."""
    options = {option.name: option.type for option in command_of("train").params}
    for name, (low, high) in (WHOLE | NUMBERS).items():
        if name not in ("budget", "time_limit"):  # written as 90s there
            assert (options[name].min, options[name].max) == (low, high), name


def test_half_of_a_letter_does_no_harm() -> None:
    """Python's strings can hold what no file can."""
    rated = small(epochs=1).fit([*TEXTS, "a \ud83d b"], [*RATINGS, 5])
    assert len(rated.predict(["\ud83d"])) == 1


def test_its_parameters_are_those_of_a_training() -> None:
    """By the same names, so that what is read of the command holds here."""
    asked = TrainRequest.__dataclass_fields__
    ours = set(LSTMRatingClassifier().get_params()) - {"scale", "random_state"}
    assert ours <= set(asked)
    defaults = {name: value for name, value in LSTMRatingClassifier().get_params().items()
                if name in ours - {"validation", "with_baseline"}}  # fmt: skip
    assert defaults == {name: asked[name].default for name in defaults}


def test_it_survives_a_pickle_and_tells_nothing_on_the_way(
    fitted: LSTMRatingClassifier, capfd: pytest.CaptureFixture[str]
) -> None:
    """Work is shared out to processes that way."""
    again = pickle.loads(pickle.dumps(fitted))
    assert (again.predict_proba(TEXTS) == fitted.predict_proba(TEXTS)).all()
    small(epochs=1).fit(TEXTS, RATINGS)
    assert capfd.readouterr() == ("", "")
    assert not list(Path().iterdir())  # neither a checkpoint nor tokens


def test_what_it_learned_is_a_model_like_any_other(
    fitted: LSTMRatingClassifier, tiny_bundle: Bundle
) -> None:
    """The commands use it, and it comes back as it was."""
    path = fitted.save("models/hotels")
    verify(open_bundle(path))
    assert open_bundle(path).info.name == "hotels"
    assert open_bundle(path).text(CARD_FILE).startswith("# hotels\n")
    said = json.loads(lstm("-q", "predict", "superb! 3", "--json").stdout)
    shown = fitted.predict_proba(["superb! 3"])[0]
    np.testing.assert_allclose(list(said["probabilities"].values()), shown, atol=1e-5)
    again = LSTMRatingClassifier.from_bundle("hotels")
    assert (again.predict_proba(TEXTS) == fitted.predict_proba(TEXTS)).all()
    assert again.classes_.tolist() == [1, 5]
    anew = clone(again).set_params(threads=1).fit(TEXTS, RATINGS)
    assert (anew.predict_proba(TEXTS) == fitted.predict_proba(TEXTS)).all()
    assert again.save("models/copy").is_dir()
    assert open_bundle(Path("models/copy")).fingerprint == open_bundle(path).fingerprint

    with pytest.raises(BundleExistsError):
        fitted.save("models/hotels")
    fitted.save("models/hotels", replace=True)
    for name in ("models/base", "models/.hidden"):
        with pytest.raises(RequestError):
            fitted.save(name)
    with pytest.raises(NoModelError):
        LSTMRatingClassifier.from_bundle("nowhere")
    order = (3, 1, 5)
    small(epochs=1, scale=order).fit(TEXTS, [3, 1, 5] * 20).save("models/order")
    ordered = LSTMRatingClassifier.from_bundle("order")
    assert ordered.get_params()["scale"] == tuple(ordered.scale_.tolist()) == order
    clone(ordered).set_params(threads=1).fit(TEXTS, [3, 1, 5] * 20)
    started = small(base=str(tiny_bundle.path), embedding_size=None, hidden_size=None, epochs=1)
    started.fit(TEXTS, RATINGS).save("models/started")
    info = open_bundle(Path("models/started")).info
    assert info.provenance.base_fingerprint == tiny_bundle.fingerprint
    assert (tiny_bundle.path / WEIGHTS_FILE).is_file()


def test_the_python_of_the_page_runs(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """It is copied; here it learns with a smaller network."""
    section = SCALE.read_text("utf-8").split("\n## scikit-learn\n")[1]
    (block,) = re.findall(r"```python\n(.*?)```", section, re.DOTALL)
    pl.DataFrame({"text": TEXTS, "rating": RATINGS}).write_csv("reviews.csv")
    monkeypatch.setattr(ModelConfig, "hidden_size", 8)
    exec(block, {})
    scores, rating = capsys.readouterr().out.splitlines()
    assert len(re.findall(r"[01]\.\d*", scores)) == 3
    assert rating in ("[1]", "[5]")
