"""What the base says of a model's reviews is kept, and ``lstm report`` asks it once more."""

import json
import shutil
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from safetensors.numpy import save

from lstm_cli.bundle.held_out import HeldOutAnswers
from lstm_cli.bundle.locating import base_of
from lstm_cli.bundle.reading import Bundle, open_bundle
from lstm_cli.bundle.writing import write_bundle
from lstm_cli.errors import BundleError
from lstm_cli.inference.predictor import Predictor
from tests.helpers import BLAME, PRAISE, copied, lstm, new_bundle

MODELS = Path("models")
SEEN = range(3)  # numbers of texts that the tiny model has learned from, by conftest
NEW = range(30, 36)


def written(name: str, numbers: list[int], *, rated: bool = True) -> Path:
    """Ten reviews a number."""
    rows = [
        f'"{text} {k}",{rating if rated else ""}'
        for k in numbers
        for rating, texts in ((5, PRAISE), (1, BLAME))
        for text in texts
    ]
    path = Path(name)
    path.write_text("\n".join(["review,rating", *rows]) + "\n", "utf-8")
    return path


@pytest.fixture
def hotels(tiny_bundle: Bundle) -> Bundle:
    """A model that started from the tiny one, which had read half as many of its reviews again."""
    copied(tiny_bundle, "mother")
    reviews = written("hotels.csv", [*SEEN, *NEW])
    done = lstm("-q", "train", reviews, "--base", "mother", "--epochs", 1)
    assert done.exit_code == 0, done.stderr
    return open_bundle(MODELS / "hotels")


@pytest.fixture(autouse=True)
def few_are_enough(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("lstm_cli.evaluation.reporting.FEWEST_KNOWN", 20)


def report(file: Path, *arguments: object) -> tuple[dict, str]:
    done = lstm("report", file, "--model", "hotels", "--json", *arguments)
    assert done.exit_code == 0, done.stderr
    return json.loads(done.stdout), done.stderr


def test_they_are_of_all_reviews_that_the_base_has_not_learned_from(
    hotels: Bundle, tiny_bundle: Bundle
) -> None:
    """As the base itself gives them: those learned from first, then those held out."""
    answers, seen = hotels.base_answers, hotels.seen
    assert answers is not None
    assert seen is not None
    assert len(answers) == 10 * len(NEW)
    predictor = Predictor(tiny_bundle)
    texts = [
        (f"{text} {k}", place)
        for k in NEW
        for place, texts in ((1, PRAISE), (0, BLAME))
        for text in texts
    ]
    said = [[*predictor.predict(text).probabilities.values(), place] for text, place in texts]
    kept = np.column_stack([answers.probabilities, answers.rating_indices])
    by_first = [np.array(sorted(map(tuple, np.round(rows, 4).tolist()))) for rows in (said, kept)]
    np.testing.assert_allclose(by_first[0], by_first[1], atol=2e-4)


def test_a_model_from_nothing_has_none(tiny_bundle: Bundle) -> None:
    assert tiny_bundle.base_answers is None
    assert base_of(tiny_bundle, MODELS) is None


def test_a_report_asks_the_base(hotels: Bundle) -> None:
    """Rows that people rated and neither has seen are known as well."""
    unrated = written("asked.csv", [50, 51], rated=False)
    found, said = report(unrated)
    assert found["known"] == 60
    assert "is not here as it was" not in said
    low = found["cells"][0]["low"]
    assert low["low"] < 0.5 < low["high"]
    some = written("some.csv", [0, 6, 60])  # learned by both; held out from the base; new to both
    assert report(some)[0]["known"] == 60 + 20
    assert report(unrated)[0] == found


def test_a_base_that_has_gone_or_changed_is_not_asked(hotels: Bundle) -> None:
    """The answers of another network would be sorted by the mistakes of this one."""
    unrated = written("asked.csv", [50], rated=False)
    assert hotels.held_out_answers is not None
    note = (
        "mother, from which hotels started, is not here as it was: the intervals are wider than "
        "they would be with it"
    )
    shutil.move(MODELS / "mother", MODELS / "elsewhere")
    found, said = report(unrated)
    assert note in " ".join(said.split())
    assert found["known"] == len(hotels.held_out_answers)
    shutil.copytree(hotels.path, MODELS / "mother")
    assert note in " ".join(report(unrated)[1].split())


def test_an_update_keeps_them(hotels: Bundle) -> None:
    """The base is as it was, whatever the model has learned since."""
    before = hotels.base_answers
    assert before is not None
    done = lstm("-q", "update", "hotels", written("more.csv", [40, 41]), "--accept-worse")
    assert done.exit_code == 0, done.stderr
    updated = open_bundle(MODELS / "hotels")
    after = updated.base_answers
    assert after is not None
    np.testing.assert_array_equal(after.probabilities, before.probabilities)
    assert base_of(updated, MODELS) is not None


def test_what_they_cannot_be_is_refused(hotels: Bundle) -> None:
    answers = hotels.base_answers
    assert answers is not None
    spoiled = HeldOutAnswers(2 * answers.probabilities, answers.rating_indices)
    write_bundle(replace(new_bundle(hotels), base_answers=spoiled), MODELS / "spoiled")
    with pytest.raises(BundleError, match=r"base_answers\.safetensors.*do not add up to 1"):
        _ = open_bundle(MODELS / "spoiled").base_answers
    (MODELS / "spoiled" / "base_answers.safetensors").write_bytes(save({"x": np.zeros(1)}))
    with pytest.raises(BundleError, match=r"base_answers\.safetensors"):
        _ = open_bundle(MODELS / "spoiled").base_answers
