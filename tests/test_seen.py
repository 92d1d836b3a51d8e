"""Which texts a model learned from, and what it says of those it did not."""

import html
import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from safetensors.numpy import save, save_file

from lstm_cli.bundle.contents import NewBundle
from lstm_cli.bundle.held_out import MOST_ANSWERS, HeldOutAnswers
from lstm_cli.bundle.reading import Bundle, open_bundle
from lstm_cli.bundle.seen import Seen, SeenPart
from lstm_cli.bundle.writing import write_bundle
from lstm_cli.errors import BundleError
from lstm_cli.inference.predictor import Predictor
from lstm_cli.text.tokens import tokenize
from tests.helpers import TINY, copied, lstm, new_bundle, sign

# Whatever a file makes of a text, as long as its tokens stay what they are.
FORMS = (
    str.upper,
    str.title,
    html.escape,
    lambda text: f"  {text}\r\n\t",
    lambda text: text.replace(" ", " <br /> "),
    lambda text: f"<p class='x'>{text}</p><!-- no part of it -->",
    lambda text: text.replace("'", "’"),
)
texts = st.lists(
    st.sampled_from(("it's", "a", "so-so", "film", "!!", "&", "5/10", "wasn't", "bad", "ok")),
    min_size=1,
    max_size=8,
).map(" ".join)


def tokens_of(texts: list[str]) -> list[list[str]]:
    return [tokenize(text) for text in texts]


def as_read_again(seen: Seen, bundle: Bundle, folder: Path) -> Seen:
    """After it was written and opened."""
    new = new_bundle(bundle)
    write_bundle(NewBundle(**(vars(new) | {"seen": seen})), folder, replace=folder.exists())
    found = open_bundle(folder).seen
    assert found is not None
    return found


@given(st.lists(texts, max_size=12), st.lists(texts, max_size=12), st.sampled_from(FORMS))
def test_what_was_learned_is_recognised_in_whatever_form(
    learned: list[str], others: list[str], form: Callable[[str], str]
) -> None:
    """And nothing else is."""
    part = SeenPart.of("a file", tokens_of(learned), tokens_of(others))
    known = {tuple(tokens) for tokens in tokens_of(learned)}
    asked = tokens_of([form(text) for text in learned + others])
    expected = [tuple(tokens) in known for tokens in asked]
    assert all(expected[: len(learned)])
    assert Seen((part,)).learned(asked).tolist() == expected


def test_saved_and_opened_it_recognises_the_same(tiny_bundle: Bundle, tmp_path: Path) -> None:
    own = SeenPart.of("own", [["good", "film"], ["good", "film"], ["fine"]], [["bad"], []])
    base = SeenPart.of("base", [["an", "old", "film"]], [["dull"]])
    seen = as_read_again(Seen((own, base)), tiny_bundle, tmp_path / "two")
    assert [len(part.learned) for part in seen.parts] == [2, 1]
    asked = [["good", "film"], ["an", "old", "film"], ["bad"], ["dull"], ["goodfilm"], []]
    assert seen.learned(asked).tolist() == [True, True, False, False, False, False]
    assert seen.held_out(asked).tolist() == [False, False, True, False, False, False]


def test_models_of_different_reviews_hash_a_text_differently() -> None:
    """So they do not show what they have in common; of the same reviews the key is the same."""
    one, other = (SeenPart.of(name, [["good", "film"]], []) for name in ("one", "other"))
    assert one.learned.tolist() != other.learned.tolist()
    again = SeenPart.of("one", [["good", "film"]], [])
    assert again.learned.tolist() == one.learned.tolist()


def test_no_false_alarm_among_thousands() -> None:
    learned = [[str(k), "film"] for k in range(20_000)]
    seen = Seen((SeenPart.of("a file", learned, []),))
    assert seen.learned(learned).all()
    assert not seen.learned([[str(k), "book"] for k in range(20_000)]).any()


def test_training_keeps_what_it_learned_from_and_held_out(tiny_reviews: Path) -> None:
    """Each review of the file is one or the other."""
    assert lstm("-q", "train", tiny_reviews, *TINY, "--epochs", 1).exit_code == 0
    bundle = open_bundle(Path("models/tiny"))
    assert bundle.seen is not None
    rows = tiny_reviews.read_text().splitlines()[1:]
    asked = tokens_of([row.rsplit(",", 1)[0].strip('"').upper() for row in rows])
    learned, held_out = bundle.seen.learned(asked), bundle.seen.held_out(asked)
    assert (learned ^ held_out).all()
    assert learned.sum() == bundle.info.provenance.training
    assert held_out.sum() == bundle.info.provenance.validation


def test_a_text_costs_eight_bytes() -> None:
    part = SeenPart.of("a file", ([str(k)] for k in range(1_000)), [])
    assert 8_000 < len(save(Seen((part,)).to_arrays())) < 8_500


def test_no_text_is_in_the_file(tiny_bundle: Bundle) -> None:
    for name in ("seen.safetensors", "held_out.safetensors"):
        content = (tiny_bundle.path / name).read_bytes()
        header = json.loads(content[8 : 8 + int.from_bytes(content[:8], "little")])
        assert set(header) <= {"salts", "sizes", "learned", "held_out"} | {
            "probabilities",
            "rating_indices",
        }
        assert b"good" not in content
        assert b"film" not in content


def test_a_model_knows_what_its_base_learned_from(tiny_bundle: Bundle, tiny_reviews: Path) -> None:
    """Also in the third generation."""
    assert tiny_bundle.seen is not None
    copied(tiny_bundle, "first")
    other = Path("other.csv")
    other.write_text(tiny_reviews.read_text().replace("good", "well").replace("bad", "poor"))
    for name, file, base in (("second", tiny_reviews, "first"), ("third", other, "second")):
        start = ("--base", base, "--name", name, "--epochs", 1)
        done = lstm("-q", "train", file, *start)
        assert done.exit_code == 0, done.stderr
    third = open_bundle(Path("models/third")).seen
    second = open_bundle(Path("models/second")).seen
    assert third is not None
    assert second is not None
    assert [part.salt.tolist() for part in third.parts[1:]] == [
        part.salt.tolist() for part in second.parts
    ]
    assert third.parts[2].learned.tolist() == tiny_bundle.seen.parts[0].learned.tolist()


def test_the_answers_are_those_of_the_saved_model(tiny_reviews: Path) -> None:
    """At its temperature, so that whoever reads them need not run it."""
    assert lstm("-q", "train", tiny_reviews, *TINY, "--epochs", 5).exit_code == 0
    bundle = open_bundle(Path("models/tiny"))
    answers = bundle.held_out_answers
    assert answers is not None
    assert len(answers) == bundle.info.provenance.validation
    rows = [row.rsplit(",", 1) for row in tiny_reviews.read_text().splitlines()[1:]]
    assert bundle.seen is not None
    is_held_out = bundle.seen.held_out(tokens_of([text.strip('"') for text, _ in rows]))
    held_out = [row for row, one in zip(rows, is_held_out, strict=True) if one]
    predictor = Predictor(bundle)
    said = [list(predictor.predict(text.strip('"')).probabilities.values()) for text, _ in held_out]
    np.testing.assert_allclose(answers.probabilities, said, atol=1e-5)
    truth = [(1.0, 3.0, 5.0).index(float(rating)) for _, rating in held_out]
    assert answers.rating_indices.tolist() == truth


def test_of_many_answers_some_are_drawn() -> None:
    many = np.full((MOST_ANSWERS + 7, 2), 0.5)
    many[:, 0] = np.linspace(0, 1, len(many))
    many[:, 1] = 1 - many[:, 0]
    some = HeldOutAnswers.drawn(many, np.arange(len(many)) % 2, seed=1)
    assert len(some) == MOST_ANSWERS
    assert (np.diff(some.probabilities[:, 0]) > 0).all()


SOUND = {
    "salts": np.arange(32, dtype=np.uint8).reshape(2, 16),
    "sizes": np.array([[2, 1], [1, 0]]),
    "learned": np.array([3, 9, 4], np.uint64),
    "held_out": np.array([7], np.uint64),
}


@pytest.mark.parametrize(
    ("spoiled", "reason"),
    [
        ({"salts": SOUND["salts"][:, :8]}, "should hold 'salts' as uint8 of shape (any, 16)"),
        ({"learned": SOUND["learned"].astype(np.int64)}, "should hold 'learned' as uint64"),
        ({"learned": SOUND["learned"].reshape(3, 1)}, "should hold 'learned' as uint64"),
        ({"salts": SOUND["salts"][:1]}, "should hold 1 to 1,000 parts, a salt and sizes each"),
        ({"salts": SOUND["salts"][:0], "sizes": SOUND["sizes"][:0]}, "should hold 1 to 1,000"),
        ({"sizes": np.array([[2, 1], [2, 0]])}, "holds parts whose sizes do not add up"),
        ({"sizes": np.array([[4, 1], [-1, 0]])}, "holds parts of impossible sizes"),
        ({"sizes": np.array([[2**62, 1], [2**62, 0]])}, "holds parts of impossible sizes"),
        ({"learned": np.array([9, 3, 4], np.uint64)}, "holds hashes that are not in ascending"),
        ({"learned": np.array([3, 3, 4], np.uint64)}, "holds hashes that are not in ascending"),
        ({"texts": np.zeros(3, np.uint8)}, "holds arrays that belong to no model"),
    ],
    ids=str,
)
def test_hashes_that_no_training_wrote_are_refused(
    tiny_bundle: Bundle, tmp_path: Path, spoiled: dict[str, np.ndarray], reason: str
) -> None:
    path = copied(tiny_bundle, "spoiled")
    file = path / "seen.safetensors"
    save_file(SOUND, file)
    sign(path)
    assert open_bundle(path).seen is not None
    save_file({name: np.ascontiguousarray(a) for name, a in (SOUND | spoiled).items()}, file)
    sign(path)
    with pytest.raises(BundleError) as error:
        _ = open_bundle(path).seen
    assert str(error.value).startswith(f"{file}: {reason}")
    assert "\n" not in str(error.value)


@pytest.mark.parametrize(
    ("probabilities", "places", "reason"),
    [
        ([[0.5, 0.5]], [0, 1], "should hold at most 5,000 answers, each with a rating"),
        ([[0.5, 0.6]], [0], "holds probabilities that do not add up to 1"),
        ([[1.5, -0.5]], [0], "holds probabilities that do not add up to 1"),
        ([[np.nan, 0.5]], [0], "holds probabilities that do not add up to 1"),
        ([[0.5, 0.5]], [2], "holds ratings that are not on the scale"),
        ([[0.5, 0.5]], [-1], "holds ratings that are not on the scale"),
        ([[0.5, 0.25, 0.25]], [0], "should hold 'probabilities' as float32 of shape (any, 2)"),
        ([[0.5, 0.5]] * 5_001, [0] * 5_001, "should hold at most 5,000 answers"),
    ],
    ids=range(8),
)
def test_answers_that_no_model_gave_are_refused(
    tiny_bundle: Bundle, probabilities: list[list[float]], places: list[int], reason: str
) -> None:
    path = copied(tiny_bundle, "spoiled")
    file = path / "held_out.safetensors"
    arrays = {"probabilities": np.array(probabilities, np.float32)}
    save_file(arrays | {"rating_indices": np.array(places)}, file)
    sign(path)
    with pytest.raises(BundleError) as error:
        _ = open_bundle(path).held_out_answers
    assert str(error.value).startswith(f"{file}: {reason}")


def test_models_saved_before_have_neither(tiny_bundle: Bundle) -> None:
    path = copied(tiny_bundle, "older")
    info = json.loads((path / "bundle.json").read_text())
    for name in ("seen.safetensors", "held_out.safetensors"):
        (path / name).unlink()
        del info["files"][name]
    (path / "bundle.json").write_text(json.dumps(info))
    sign(path)
    older = open_bundle(path)
    assert older.seen is None
    assert older.held_out_answers is None
