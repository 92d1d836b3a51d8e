"""The saved model: it lasts, and nothing wrong with it goes unnoticed."""

import json
import shutil
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from safetensors.numpy import save_file

from lstm_cli.bundle.contents import StoredAs
from lstm_cli.bundle.locating import find_model, free_name, is_name, summaries
from lstm_cli.bundle.reading import Bundle, open_bundle
from lstm_cli.bundle.writing import write_bundle
from lstm_cli.config import ModelConfig
from lstm_cli.errors import BundleError, BundleExistsError, NoModelError, OutputError
from lstm_cli.evaluation.files import peers
from lstm_cli.inference.predictor import Predictor
from tests.helpers import in_case, leaves, new_bundle, sign, write_info

COMMITTED = Path(__file__).parent / "data"


@pytest.fixture
def copy(tiny_bundle: Bundle, tmp_path: Path) -> Path:
    """A saved model that a test may spoil."""
    return shutil.copytree(tiny_bundle.path, tmp_path / "copy")


def test_saved_then_loaded_predicts_the_same(tiny_bundle: Bundle, tmp_path: Path) -> None:
    """The point of saving."""
    write_bundle(new_bundle(tiny_bundle), tmp_path / "again")
    again = open_bundle(tmp_path / "again")
    assert again.info == replace(tiny_bundle.info, name="again")
    for text in ("great fun", "a dull film", ""):
        assert (
            Predictor(again).predict(text).probabilities
            == Predictor(tiny_bundle).predict(text).probabilities
        )


@pytest.mark.parametrize("stored_as", ["float16", "int8"])
def test_a_model_in_fewer_bytes_predicts_nearly_the_same(
    tiny_bundle: Bundle, tmp_path: Path, stored_as: StoredAs
) -> None:
    """Whoever reads it, whole or row by row."""
    new = new_bundle(tiny_bundle)
    write_bundle(replace(new, info=replace(new.info, stored_as=stored_as)), tmp_path / "small")
    small = open_bundle(tmp_path / "small")
    assert small.files["weights.safetensors"][0] < tiny_bundle.files["weights.safetensors"][0]
    for name, array in small.arrays.items():
        assert np.allclose(array, tiny_bundle.arrays[name], atol=0.01)
    places = np.array([[3, 1], [3, 0]])
    by_row = open_bundle(tmp_path / "small").weights.embedding[places]
    assert np.array_equal(by_row, small.arrays["embedding"][places])
    told = Predictor(small).predict("a fine film").expected_rating
    assert abs(told - Predictor(tiny_bundle).predict("a fine film").expected_rating) < 0.02


def test_the_checksums_of_blocks_in_older_models_are_passed_over(copy: Path) -> None:
    """Earlier versions wrote some; the checksum of the whole file says the same."""
    text = "a fine film"
    before = Predictor(open_bundle(copy)).predict(text)
    assert "blocks" not in json.loads((copy / "bundle.json").read_text())
    change_info(copy, lambda info: info | {"blocks": {"weights.safetensors": ["0" * 64]}})
    assert Predictor(open_bundle(copy)).predict(text) == before


def test_a_bundle_holds_no_review(tiny_bundle: Bundle) -> None:
    """Models are passed on; the reviews they were trained on are not theirs to tell."""
    for file in tiny_bundle.path.iterdir():
        content = file.read_bytes().lower()
        assert b"a fine film" not in content
        assert b"i loved every" not in content


def test_nothing_but_the_model_is_left_in_the_folder(tiny_bundle: Bundle, tmp_path: Path) -> None:
    """No half-written folder under any name."""
    write_bundle(new_bundle(tiny_bundle), tmp_path / "models" / "one")
    write_bundle(new_bundle(tiny_bundle), tmp_path / "models" / "one", replace=True)
    assert [path.name for path in (tmp_path / "models").iterdir()] == ["one"]


def test_an_existing_model_is_replaced_only_when_told_so(tiny_bundle: Bundle, copy: Path) -> None:
    """Hours of training are not overwritten by a second command."""
    before = (copy / "bundle.json").read_bytes()
    with pytest.raises(BundleExistsError, match="may be replaced"):
        write_bundle(new_bundle(tiny_bundle), copy)
    assert (copy / "bundle.json").read_bytes() == before


def test_a_folder_that_is_no_model_is_never_replaced(tiny_bundle: Bundle, tmp_path: Path) -> None:
    """--name Documents --replace must not cost anyone their documents."""
    (tmp_path / "thesis").mkdir()
    (tmp_path / "thesis" / "chapter").write_text("1")
    with pytest.raises(BundleExistsError, match="no saved model"):
        write_bundle(new_bundle(tiny_bundle), tmp_path / "thesis", replace=True)
    assert (tmp_path / "thesis" / "chapter").exists()


def test_a_place_that_cannot_be_written_is_said_in_one_line(
    tiny_bundle: Bundle, tmp_path: Path
) -> None:
    """The folder is a file here; a full disk takes the same way."""
    (tmp_path / "models").write_text("")
    with pytest.raises(OutputError, match="cannot be written"):
        write_bundle(new_bundle(tiny_bundle), tmp_path / "models" / "one")


def spoil_checksum(path: Path) -> None:
    content = bytearray((path / "weights.safetensors").read_bytes())
    content[-1] ^= 1
    (path / "weights.safetensors").write_bytes(content)


def spoil_row(path: Path) -> None:
    """A change that leaves the size as it was, in a row that no review here asks for."""
    content = bytearray((path / "weights.safetensors").read_bytes())
    header = int.from_bytes(content[:8], "little")
    start, _ = json.loads(content[8 : 8 + header])["embedding"]["data_offsets"]
    content[8 + header + start] ^= 1  # of the padding
    (path / "weights.safetensors").write_bytes(content)


def spoil_description(path: Path) -> None:
    text = (path / "bundle.json").read_text()
    (path / "bundle.json").write_text(text.replace('"seed": 0', '"seed": 1'))


def spoil_format(path: Path) -> None:
    change_info(path, lambda info: info | {"format": 99})


def spoil_key(path: Path) -> None:
    change_info(path, lambda info: {k: v for k, v in info.items() if k != "ratings"})


def spoil_type(path: Path) -> None:
    change_info(path, lambda info: info | {"model": info["model"] | {"hidden_size": "4"}})


def spoil_size(path: Path) -> None:
    change_info(path, lambda info: info | {"model": info["model"] | {"hidden_size": 999_999}})


def spoil_path(path: Path) -> None:
    change_info(
        path, lambda info: info | {"files": info["files"] | {"../x": {"bytes": 1, "sha256": ""}}}
    )


def spoil_json(path: Path) -> None:
    (path / "bundle.json").write_text("{")


def spoil_link(path: Path) -> None:
    (path / "vocabulary.txt").rename(path / "elsewhere")
    (path / "vocabulary.txt").symlink_to(path / "elsewhere")


def spoil_missing(path: Path) -> None:
    (path / "weights.safetensors").unlink()


def spoil_numbers(path: Path) -> None:
    arrays = {name: array.copy() for name, array in open_bundle(path).arrays.items()}
    arrays["readout.bias"][0] = np.nan
    save_file(arrays, path / "weights.safetensors")
    sign(path)


def spoil_shape(path: Path) -> None:
    arrays = dict(open_bundle(path).arrays)
    arrays["cell.event"] = arrays["cell.event"].T.copy()
    save_file(arrays, path / "weights.safetensors")
    sign(path)


def spoil_pattern(path: Path) -> None:
    change_info(path, lambda info: info | {"token_pattern": "("})


def spoil_pattern_by_groups(path: Path) -> None:
    change_info(path, lambda info: info | {"token_pattern": "(a)(b)|(\\S)"})


def spoil_scores(path: Path) -> None:
    change_info(path, lambda info: info | {"scores": {"n": 3, "accuracy": 0.5}})


def spoil_score(path: Path) -> None:
    change_info(path, lambda info: info | {"scores": info["scores"] | {"n": "many"}})


def spoil_versions(path: Path) -> None:
    change_info(path, lambda info: info | {"versions": {}})


def spoil_name(path: Path) -> None:
    change_info(path, lambda info: info | {"name": "\ud800x"})


def spoil_words(path: Path) -> None:
    (path / "words.json").write_text('[{"word": 3, "count": "many"}]')
    sign(path)


def spoil_vocabulary(path: Path) -> None:
    tokens = (path / "vocabulary.txt").read_text().splitlines()
    (path / "vocabulary.txt").write_text("\n".join([*tokens[:-1], tokens[-2]]) + "\n")
    sign(path)


def change_info(path: Path, change: Callable[[dict], dict]) -> None:
    write_info(path, change(json.loads((path / "bundle.json").read_text())))


@pytest.mark.parametrize(
    ("spoil", "named"),
    [
        (spoil_checksum, r"weights\.safetensors: has changed"),
        (spoil_row, r"weights\.safetensors: has changed"),
        (spoil_description, r"bundle\.json: has changed since it was saved"),
        (spoil_format, r"bundle\.json: has format 99"),
        (spoil_key, r"bundle\.json: lacks 'ratings'"),
        (spoil_type, r"bundle\.json: is not valid: hidden_size is '4'"),
        (spoil_size, r"weights\.safetensors: should hold"),
        (spoil_path, r"bundle\.json: is not valid: a file outside its folder"),
        (spoil_json, r"bundle\.json: is not JSON"),
        (spoil_link, r"vocabulary\.txt: is a link"),
        (spoil_missing, r"weights\.safetensors: is missing"),
        (spoil_numbers, r"weights\.safetensors: holds numbers in 'readout\.bias'"),
        (spoil_shape, r"weights\.safetensors: should hold 'cell\.event'"),
        (spoil_pattern, r"bundle\.json: is not valid: a token pattern"),
        (spoil_pattern_by_groups, r"bundle\.json: is not valid: a token pattern with groups"),
        (spoil_scores, r"bundle\.json: lacks 'baselines'"),
        (spoil_score, r"bundle\.json: is not valid: 'many' is not a number"),
        (spoil_versions, r"bundle\.json: lacks 'lstm-cli'"),
        (spoil_name, r"bundle\.json: holds half of a character"),
        (spoil_words, r"words\.json: does not hold"),
        (spoil_vocabulary, r"vocabulary\.txt: should hold"),
    ],
    ids=lambda value: value.__name__ if callable(value) else "",
)
def test_what_is_wrong_is_refused_by_name(
    copy: Path, spoil: Callable[[Path], None], named: str
) -> None:
    """A bundle may come from anyone, over any disk."""
    spoil(copy)
    with pytest.raises(BundleError, match=named) as refusal:
        use_all(copy)
    assert "\n" not in str(refusal.value)


def use_all(path: Path) -> None:
    bundle = open_bundle(path)
    assert Predictor(bundle).predict("a fine film")
    assert bundle.gate_statistics.words
    assert bundle.vocabulary


def test_any_other_value_in_bundle_json_is_refused_or_harmless(copy: Path) -> None:
    """Every value is replaced by every kind of wrong one; only our own error may come out."""
    original = json.loads((copy / "bundle.json").read_text())
    for path in list(leaves(original)):
        for wrong in (None, -1, "x", [], {}, 1e300, True):
            with in_case(f"{'.'.join(map(str, path))} = {wrong!r}"):
                spoiled = json.loads(json.dumps(original))
                place = spoiled
                for key in path[:-1]:
                    place = place[key]
                place[path[-1]] = wrong
                write_info(copy, spoiled)
                assert len(summaries(copy.parent)) == 1
                with suppress(BundleError):
                    bundle = open_bundle(copy)
                    Predictor(bundle).predict("a fine film")
                    peers(bundle, ["a fine film"])


def test_the_model_trained_last_is_found(tiny_bundle: Bundle, tmp_path: Path) -> None:
    """By the time in the bundle: copying a folder does not make it newer."""
    for name, created in (("old", "2026-01-01"), ("new", "2026-01-02"), ("base", "2026-01-03")):
        info = replace(tiny_bundle.info, created=created, name=name)
        write_bundle(replace(new_bundle(tiny_bundle), info=info), tmp_path / "m" / name)
    assert find_model(folder=tmp_path / "m").bundle.name == "new"
    assert find_model("old", tmp_path / "m").bundle.name == "old"
    assert find_model(str(tmp_path / "m" / "old"), tmp_path).bundle.name == "old"


def test_the_environment_names_a_model(copy: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """For scripts; an option still wins."""
    monkeypatch.setenv("LSTM_MODEL", str(copy))
    assert find_model().bundle.path == copy


def test_a_model_that_is_not_there_is_said_with_those_that_are(copy: Path, tmp_path: Path) -> None:
    """The next thing a person would ask."""
    with pytest.raises(NoModelError, match="there are: copy"):
        find_model("cpoy", tmp_path)


def test_the_base_is_one_of_those_that_are_there(
    copy: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It ships, so it is in no folder of models."""
    monkeypatch.setattr("lstm_cli.bundle.locating.base_path", lambda: copy)
    with pytest.raises(NoModelError, match=r"in \S*empty; there are: base$"):
        find_model("nosuch", tmp_path / "empty")
    with pytest.raises(NoModelError, match=r"there are: copy, base$"):
        find_model("nosuch", tmp_path)


def test_a_model_is_named_after_its_file_and_never_after_another(tmp_path: Path) -> None:
    """reviews, then reviews-2."""
    (tmp_path / "reviews").mkdir()
    assert free_name("x/reviews.csv.gz", tmp_path) == "reviews-2"
    assert free_name("-", tmp_path) == "reviews-2"
    assert free_name("base.csv", tmp_path) == "base-2"


@pytest.mark.parametrize("name", ["", ".", "..", "a/b", "-x", "a b", "x" * 200])
def test_names_that_could_leave_the_folder_are_none(name: str) -> None:
    """A name is joined to a path."""
    assert not is_name(name)


def test_a_bundle_of_format_1_can_be_read_forever() -> None:
    """A user's model must survive our next version."""
    bundle = open_bundle(COMMITTED / "format-1")
    prediction = Predictor(bundle).predict("a fine film")
    expected = json.loads((COMMITTED / "format-1.expected.json").read_text())
    assert float(prediction.rating) == expected["rating"]
    assert prediction.expected_rating == pytest.approx(expected["expected_rating"], abs=1e-5)
    assert isinstance(bundle.info.model, ModelConfig)
