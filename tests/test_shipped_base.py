"""The base that ships: small, there at once, and right about plain praise and blame."""

import json
import re
from pathlib import Path

import pytest

from lstm_cli.bundle import locating
from lstm_cli.bundle.reading import open_bundle
from lstm_cli.commands.predict import ABOUT_BASE
from lstm_cli.data.reviews import read_reviews
from lstm_cli.evaluation.unseen import leave_out_seen
from lstm_cli.inference.predictor import Predictor
from lstm_cli.samples import sample_file
from tests.helpers import TINY, lstm
from tests.pages import BENCHMARKS

base_path = locating.base_path  # before the tests' surroundings hide it
MOST_BYTES = 16 * 2**20

pytestmark = pytest.mark.skipif(base_path() is None, reason="there is no base in this copy")


@pytest.fixture(autouse=True)
def with_base(monkeypatch: pytest.MonkeyPatch, plain_surroundings: None) -> Path:
    """The base as a person has it."""
    monkeypatch.setattr("lstm_cli.bundle.locating.base_path", base_path)
    found = base_path()
    assert found is not None
    return found


def test_it_is_small_and_says_what_it_is(with_base: Path) -> None:
    """At most 16 MiB, on the scale 1 to 5, with a card that warns."""
    assert sum(file.stat().st_size for file in with_base.iterdir()) <= MOST_BYTES
    bundle = open_bundle(with_base)
    assert bundle.info.ratings == (1, 2, 3, 4, 5)
    assert bundle.info.stored_as == "int8"
    assert bundle.gate_statistics.words
    others = set(bundle.info.provenance.files) - {"imdb.csv", "sst5.csv", "phrases.csv"}
    assert f"films and of {len(others)} other things" in ABOUT_BASE
    card = bundle.text("README.md")
    for said in ("python -m tests.make_base", "prejudice", "Maas et al. 2011", "Socher et al."):
        assert said in card


def test_it_knows_what_it_has_read(with_base: Path) -> None:
    """Films, without ratings too, and all other domains; none of the sample reviews."""
    bundle = open_bundle(with_base)
    assert bundle.seen is not None
    (own,) = bundle.seen.parts
    assert len(own.learned) > 200_000
    assert len(own.held_out) > 10_000
    sample = read_reviews([str(sample_file())])
    measured = leave_out_seen(sample, [bundle])
    assert (measured.seen, measured.left_out) == (0, 0)


@pytest.mark.parametrize(
    ("text", "low", "high"),
    [
        ("great movie", 4, 5),
        ("a wonderful, moving film that I will never forget", 4.3, 5),
        ("terrible, boring and far too long", 1, 1.8),
        ("what a waste of time", 1, 2),
        ("neither good nor bad", 2, 4),
        ("The blender broke after two days", 1, 2),
        ("Great sound, the battery lasts for days", 4, 5),
        ("Rude staff", 1, 2),
        (40 * "I laughed a lot and the actors are superb. ", 4, 5),
    ],
)
def test_plain_reviews_are_rated_as_anyone_would(text: str, low: float, high: float) -> None:
    """Short or long, the moment the package is installed."""
    done = lstm("predict", text, "--json")
    assert done.exit_code == 0, done.stderr
    assert "the base that ships with lstm-cli" in done.stderr
    assert ABOUT_BASE in done.stderr
    assert low <= json.loads(done.stdout)["expected_rating"] <= high


def test_not_turns_good_round() -> None:
    """What a bag of words cannot tell and a memory can."""
    rated = {
        text: json.loads(lstm("predict", text, "--json").stdout)["expected_rating"]
        for text in ("this is a good film", "this is not a good film")
    }
    good, not_good = rated.values()
    assert good - not_good > 1


@pytest.mark.slow
def test_the_exam_is_as_the_measurements_say() -> None:
    """One pair more or less is another processor's rounding."""
    answers = json.loads(lstm("exam", "--json").stdout)["answers"]
    said = re.search(r"\| all \| (\d+) of (\d+) \|", BENCHMARKS.read_text("utf-8"))
    assert said is not None
    assert len(answers) == int(said[2])
    assert abs(sum(answer["is_right"] for answer in answers) - int(said[1])) <= 1


def test_training_starts_from_it_and_keeps_its_words(tmp_path: Path, tiny_reviews: Path) -> None:
    """Unless it is told not to."""
    done = lstm("train", tiny_reviews, "--epochs", "1", "--name", "mine")
    assert done.exit_code == 0, done.stderr
    assert "starting from base" in done.stderr
    mine = open_bundle(tmp_path / "models" / "mine")
    assert mine.info.base == "base"
    base = open_bundle(base_path())
    assert mine.vocabulary.tokens[: len(base.vocabulary)] == base.vocabulary.tokens
    alone = lstm("train", tiny_reviews, "--name", "alone", *TINY)
    assert alone.exit_code == 0, alone.stderr
    assert open_bundle(tmp_path / "models" / "alone").info.base is None


def test_gibberish_does_not_come_back_confident(with_base: Path) -> None:
    """It says what it would of a review it cannot read, and that nobody should believe it."""
    for text in ("asdf qwer zxcv", "prdlnkt rpoqi zrcx wzvuatpk xkwcg", "это хороший фильм"):
        found = json.loads(lstm("predict", text, "--json").stdout)
        assert max(found["probabilities"].values()) < 0.7
        assert "do not believe the rating" in found["warnings"][0]


def test_a_thumb_alone_is_rated_and_believed(with_base: Path) -> None:
    """People rate so; in the page as here (``test_live.py``)."""
    for text, rating in (("👍", 5), ("👎👎", 1)):
        found = json.loads(lstm("predict", text, "--json").stdout)
        assert (found["rating"], found["warnings"]) == (rating, [])


def test_the_base_is_not_removed() -> None:
    """It belongs to the program, and lies outside the models folder."""
    done = lstm("models", "remove", "base", "--yes")
    assert done.exit_code == 2
    assert "ships with lstm and is not removed" in done.stderr
    assert (base_path() / "bundle.json").is_file()


def test_other_languages_stay_unknown(with_base: Path) -> None:
    """Some of their words are read as English ones, and the warning stands."""
    predictor = Predictor(open_bundle(with_base))
    for text in (
        "La comida estaba fria y el camarero fue muy antipatico, terribles actores.",
        "La pelicula es mala, terribles actores",  # more words are read than are not
        "Das produkt ist terribles kaputt",
    ):
        said = predictor.predict(text)
        assert said.read_as, text
        assert any("another language" in warning for warning in said.warnings), text
    read = predictor.predict("terribles actores")  # nothing of it stays unread, and it is rated so
    assert (read.read_as, read.rating) == ({"terribles": "terrible", "actores": "actors"}, "1")
    assert not read.warnings
