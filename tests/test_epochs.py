"""The epochs that training keeps: the networks that were measured, and nothing made up."""

import json
import shutil
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import numpy as np
import pytest
from safetensors.numpy import load_file, save_file

from lstm_cli.arrays import Float64Array
from lstm_cli.bundle.claiming import epochs_of
from lstm_cli.bundle.contents import BASE, Arrays, network_weights
from lstm_cli.bundle.epochs import EPOCHS_FILE, EpochWeights, KeptEpoch, packed_epochs
from lstm_cli.bundle.reading import Bundle, open_bundle
from lstm_cli.config import TrainConfig
from lstm_cli.core.batch_reading import BatchReader
from lstm_cli.core.compute import Compute
from lstm_cli.core.network import ReviewNetwork, rating_probabilities
from lstm_cli.data.corpus import Corpus
from lstm_cli.data.reviews import read_reviews
from lstm_cli.errors import BundleError
from lstm_cli.samples import sample_file
from lstm_cli.training.checkpoint import RunControl
from lstm_cli.training.loop import Trained
from tests.helpers import (
    IN_STEPS,
    RATINGS,
    TINY,
    eight_reviews,
    in_case,
    learn,
    learned,
    leaves,
    lstm,
    sign,
    write_info,
)
from tests.pages import ROOT

MUCH = {"epochs": 12, "learning_rate": 0.03, "tokens_per_batch": 6, "patience": 99}
EXACT = 1e-3  # in rating points


def numbers_of(trained: Trained) -> list[int]:
    """Which epochs are kept."""
    return [epoch.epoch for epoch in trained.epochs]


@pytest.mark.parametrize("keeps_last", [False, True])
def test_each_epoch_is_the_network_that_was_measured(tmp_path: Path, keeps_last: bool) -> None:
    """The averaged weights, which the accuracy of its line in the history is of."""
    trained, _ = learn(control=RunControl(epochs=tmp_path / "e"), keeps_last=keeps_last, **MUCH)
    assert numbers_of(trained) == list(range(13))
    rated, _ = eight_reviews()
    for epoch in trained.epochs:
        network = ReviewNetwork.from_arrays(trained.network.config, epoch.arrays())
        found = rating_probabilities(network, rated.corpus, Compute())
        assert (found.argmax(axis=1) == RATINGS).mean() == epoch.accuracy
    accuracies = [epoch.accuracy for epoch in trained.epochs[1:]]
    assert accuracies == [report.accuracy for report in trained.history]
    own = trained.kept_report(TrainConfig(keeps_last=keeps_last))
    for name, array in trained.network.to_arrays().items():
        np.testing.assert_array_equal(trained.epochs[own.epoch].arrays()[name], array)


def test_keeping_them_changes_nothing(tmp_path: Path) -> None:
    """No random number is drawn for it; and without a folder nothing is written."""
    kept, _ = learn(control=RunControl(epochs=tmp_path / "e"), **MUCH)
    other, _ = learn(**MUCH)
    assert other.epochs == ()
    arrays = other.network.to_arrays()
    for name, array in kept.network.to_arrays().items():
        np.testing.assert_array_equal(array, arrays[name])
    assert [path.name for path in tmp_path.iterdir()] == ["e"]


@pytest.mark.parametrize("stops", [(1,), (3, 1, 9), (12,), (25,)])
def test_stopped_and_resumed_they_are_all_there(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, stops: tuple[int, ...]
) -> None:
    """Those of before the stop, and none of the half of an epoch at which it was stopped."""
    monkeypatch.setattr("lstm_cli.training.checkpoint.SECONDS_WORTH_KEEPING", 0.0)
    whole = learned(RunControl(epochs=tmp_path / "whole"))
    control = RunControl(tmp_path / "checkpoint", resume=True, epochs=tmp_path / "parts")
    for stop_after in stops:
        part = learned(control, stop_after=stop_after)
        assert numbers_of(part) == list(range(len(part.history) + 1))
    resumed = learned(control)
    assert numbers_of(resumed) == numbers_of(whole) == list(range(int(IN_STEPS["epochs"]) + 1))
    for one, other in zip(whole.epochs, resumed.epochs, strict=True):
        assert one.accuracy == other.accuracy
        arrays = other.arrays()
        for name, array in one.arrays().items():
            np.testing.assert_array_equal(array, arrays[name])


def test_what_another_training_left_is_no_epoch_of_this_one(tmp_path: Path) -> None:
    """Nor is half a file, nor one of a run that went further and was lost."""
    control = RunControl(epochs=tmp_path)
    learn(control=control, **MUCH)
    (tmp_path / "2.part").write_bytes(b"half")
    trained, _ = learn(control=control, **(MUCH | {"epochs": 3, "seed": 1}))
    assert numbers_of(trained) == [0, 1, 2, 3]
    assert sorted(path.stem for path in tmp_path.iterdir()) == ["0", "1", "2", "3"]


def test_of_very_many_epochs_some_are_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Evenly, with the first and the last."""
    monkeypatch.setattr("lstm_cli.training.epochs.MOST_KEPT", 4)
    trained, _ = learn(control=RunControl(epochs=tmp_path), **(MUCH | {"epochs": 11}))
    assert numbers_of(trained) == [0, 4, 8, 11]


# In a saved model


def expected_ratings(bundle: Bundle, arrays: Arrays, texts: list[str]) -> Float64Array:
    """What a network of the bundle's sizes expects. (N,)"""
    corpus = Corpus.encoded(texts, bundle.vocabulary, bundle.info.token_pattern)
    reader = BatchReader(network_weights(arrays), bundle.info.model)
    found: Float64Array = reader.probabilities(corpus) @ np.array(bundle.info.ratings)
    return found


def is_exact(bundle: Bundle, texts: list[str]) -> None:
    """Every epoch rates as the network did that training kept on the disk, calibrated."""
    kept = sorted(epochs_of(bundle.path).iterdir(), key=lambda path: int(path.stem))
    assert [epoch.epoch for epoch in bundle.epochs] == list(range(len(kept)))
    for epoch, path in enumerate(kept):
        true = load_file(path)
        for name in ("readout.weight", "readout.bias"):
            true[name] = true[name] / np.float32(bundle.info.temperature)
        found = bundle.epoch_arrays(epoch)
        off = expected_ratings(bundle, found, texts) - expected_ratings(bundle, true, texts)
        assert np.abs(off).max() < EXACT, epoch


@pytest.fixture
def nothing_is_removed(monkeypatch: pytest.MonkeyPatch) -> None:
    """What lies beside the checkpoint stays, to be compared with."""
    monkeypatch.setattr("lstm_cli.bundle.claiming.forget_training", lambda _: None)


@pytest.mark.usefixtures("nothing_is_removed")
@pytest.mark.parametrize("stored_as", ["float32", "int8", "int16"])
def test_an_epoch_in_the_model_rates_as_it_did(
    tiny_reviews: Path, monkeypatch: pytest.MonkeyPatch, stored_as: str
) -> None:
    """Whole, or by differences of one byte or two."""
    if stored_as != "float32":
        monkeypatch.setattr("lstm_cli.bundle.epochs.MOST_WHOLE", 0)
    if stored_as == "int8":
        monkeypatch.setattr("lstm_cli.bundle.epochs.COARSEST", 1.0)
    much = ("--epochs", 8, "--learning-rate", 0.01 if stored_as != "int8" else 0.001)
    done = lstm("-q", "train", tiny_reviews, *TINY, *much, "--keep-epochs")
    assert done.exit_code == 0, done.stderr
    bundle = open_bundle(Path("models/tiny"))
    assert bundle.info.epochs is not None
    assert bundle.info.epochs.stored_as == stored_as
    is_exact(bundle, ["a fine film", "no fun at all", "", "I hated every minute 3", "so so"])
    for name, array in bundle.epoch_arrays(bundle.info.epochs.model).items():
        np.testing.assert_array_equal(array, bundle.arrays[name])
    with pytest.raises(KeyError):
        bundle.epoch_arrays(99)


def test_an_older_model_has_one_scale_for_all_epochs(
    tiny_reviews: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its table does not say so, and its epochs are what they were."""
    monkeypatch.setattr("lstm_cli.bundle.epochs.MOST_WHOLE", 0)
    done = lstm("-q", "train", tiny_reviews, *TINY, "--keep-epochs")
    assert done.exit_code == 0, done.stderr
    path = Path("models/tiny")
    info = json.loads((path / "bundle.json").read_text())
    assert info["epochs"].pop("scales") == "each"
    write_info(path, info)
    change(path, in_common)
    older = open_bundle(path)
    assert older.info.epochs is not None
    assert older.info.epochs.scales == "common"
    moved = older.epoch_arrays(0)["cell.event"] - older.arrays["cell.event"]
    np.testing.assert_allclose(moved, 2 * load_file(path / EPOCHS_FILE)["0/cell.event"], atol=1e-5)
    assert lstm("live", "page.html", "--model", path).exit_code == 0


def in_common(arrays: dict[str, np.ndarray]) -> None:
    """As a model of before has them: every integer counts twice."""
    for name in [name for name in arrays if "/scale/" in name]:
        scale = arrays.pop(name)
        arrays[name.split("/", 1)[1]] = np.full_like(scale, 2)


@pytest.mark.slow
@pytest.mark.usefixtures("nothing_is_removed")
@pytest.mark.parametrize(
    ("base", "stored_as"), [(str(ROOT / "models" / BASE), "int8"), ("none", "int16")]
)
def test_epochs_of_the_sample_are_exact_enough(base: str, stored_as: str) -> None:
    """From the base, of which only the words of the reviews move, and from nothing."""
    run = ("--sample", "--base", base, "--keep-epochs", "--no-baseline", "--threads", 1)
    done = lstm("-q", "train", *run)
    assert done.exit_code == 0, done.stderr
    bundle = open_bundle(Path("models/sample"))
    assert bundle.info.epochs is not None
    assert bundle.info.epochs.stored_as == stored_as
    assert bundle.info.epochs.rows < 3_000
    is_exact(bundle, list(read_reviews([str(sample_file())]).texts)[::5])


def test_rows_that_never_moved_are_not_kept() -> None:
    """Of a base's words most are in none of the reviews."""
    rng = np.random.default_rng(0)
    model = {
        "embedding": rng.normal(size=(400, 200)).astype(np.float32),
        "cell.event": rng.normal(size=(8, 200)).astype(np.float32),
        "cell.short_term": rng.normal(size=(8, 2)).astype(np.float32),
        "cell.bias": np.zeros(8, np.float32),
    }
    before = {name: array.copy() for name, array in model.items()}
    before["embedding"][[5, 2]] += 0.01
    before["embedding"][7] *= 1 + 1e-7  # as averages are rounded
    kept = [KeptEpoch(0, 0.5), KeptEpoch(1, 0.6)]
    epochs = [EpochWeights(kept[0], lambda: before), EpochWeights(kept[1], lambda: model)]
    new = packed_epochs(epochs, kept[1], model)
    assert (new.table.stored_as, new.table.rows, new.table.model) == ("int8", 2, 1)
    assert new.arrays["rows"].tolist() == [2, 5]
    assert not [name for name in new.arrays if name.startswith("1/")]


def test_only_who_asks_for_them_has_them(tiny_reviews: Path) -> None:
    """A file of its own, said by ``models show``; the same JSON; no trace beside the model."""
    plain = lstm("train", tiny_reviews, *TINY, "--json", "--name", "plain")
    kept = lstm("train", tiny_reviews, *TINY, "--json", "--name", "kept", "--keep-epochs")
    assert json.loads(plain.stdout).keys() == json.loads(kept.stdout).keys()
    assert sorted(path.name for path in Path("models").iterdir()) == ["kept", "plain"]
    for name, has_epochs in (("plain", False), ("kept", True)):
        info = json.loads(Path("models", name, "bundle.json").read_text())
        assert ("epochs" in info, EPOCHS_FILE in info["files"]) == (has_epochs, has_epochs)
    assert open_bundle(Path("models/plain")).epochs == ()
    assert "keeps 3 epochs of its training, 0 to 2" in lstm("models", "show", "kept").stdout
    weights = [Path("models", name, "weights.safetensors") for name in ("plain", "kept")]
    assert weights[0].read_bytes() == weights[1].read_bytes()


def test_a_model_with_epochs_is_made_again_replaced_and_removed(tiny_reviews: Path) -> None:
    """Nothing of it is taken for a file of the user's; and tries within a budget keep none."""
    run = ("-q", "train", tiny_reviews, "--keep-epochs", "--name")
    for more in (("tiny", *TINY), ("tiny", *TINY, "--replace"), ("like", "--config", "tiny")):
        done = lstm(*run, *more)
        assert done.exit_code == 0, done.stderr
    one, other = (open_bundle(Path("models") / name) for name in ("tiny", "like"))
    assert one.info.epochs == other.info.epochs
    epochs_of(one.path).mkdir()  # of a training that was stopped
    assert lstm("models", "remove", "tiny", "--yes").exit_code == 0
    assert [path.name for path in Path("models").iterdir()] == ["like"]
    refused = lstm(*run, "searched", "--budget", "1s")
    assert refused.exit_code == 2
    assert "--keep-epochs does not go with --budget" in refused.stderr


# From a stranger


@pytest.fixture
def copy(replays: dict[str, Bundle], tmp_path: Path) -> Path:
    """A model with differences that a test may spoil."""
    return shutil.copytree(replays["int16"].path, tmp_path / "copy")


def change(path: Path, changed: Callable[[dict[str, np.ndarray]], object]) -> None:
    """Change arrays of the epochs, and make the checksums fit."""
    arrays = load_file(path / EPOCHS_FILE)
    changed(arrays)
    save_file(arrays, path / EPOCHS_FILE)
    sign(path)


def spoil_checksum(path: Path) -> None:
    content = bytearray((path / EPOCHS_FILE).read_bytes())
    content[-1] ^= 1
    (path / EPOCHS_FILE).write_bytes(content)


def spoil_size(path: Path) -> None:
    info = json.loads((path / "bundle.json").read_text())
    info["files"][EPOCHS_FILE]["bytes"] = 2**31
    write_info(path, info)


def spoil_missing(path: Path) -> None:
    (path / EPOCHS_FILE).unlink()


def spoil_table(path: Path) -> None:
    info = json.loads((path / "bundle.json").read_text())
    del info["epochs"]
    write_info(path, info)


def spoil_file(path: Path) -> None:
    info = json.loads((path / "bundle.json").read_text())
    del info["files"][EPOCHS_FILE]
    write_info(path, info)


def spoil_shape(path: Path) -> None:
    change(path, lambda arrays: arrays.update({"0/cell.bias": arrays["0/cell.bias"][:4, None]}))


def spoil_numbers(path: Path) -> None:
    change(path, lambda arrays: arrays["0/scale/cell.event"].fill(np.nan))


def spoil_more(path: Path) -> None:
    change(path, lambda arrays: arrays.update({"99/cell.bias": arrays["0/cell.bias"]}))


def spoil_order(path: Path) -> None:
    change(path, lambda arrays: arrays.update({"rows": arrays["rows"][::-1].copy()}))


def spoil_rows(path: Path) -> None:
    change(path, lambda arrays: np.add(arrays["rows"], 1, out=arrays["rows"]))


@pytest.mark.parametrize(
    ("spoil", "named"),
    [
        (spoil_checksum, r"epochs\.safetensors: has changed"),
        (spoil_size, r"epochs\.safetensors: should hold .* bytes"),
        (spoil_missing, r"epochs\.safetensors: is missing"),
        (spoil_table, r"bundle\.json: is not valid: epochs\.safetensors without a table"),
        (spoil_file, r"bundle\.json: is not valid: epochs\.safetensors without a table"),
        (spoil_shape, r"epochs\.safetensors: should hold '0/cell\.bias' as float32 of shape"),
        (spoil_numbers, r"epochs\.safetensors: holds numbers in '0/scale/cell\.event'"),
        (spoil_more, r"epochs\.safetensors: holds arrays that belong to no model"),
        (spoil_order, r"epochs\.safetensors: should hold 'rows' in ascending order"),
        (spoil_rows, r"epochs\.safetensors: should hold 'rows' in ascending order, each of a word"),
    ],
    ids=lambda value: value.__name__ if callable(value) else "",
)
def test_what_is_wrong_is_refused_by_name(
    copy: Path, spoil: Callable[[Path], None], named: str
) -> None:
    """Before any of it is shown, and in one line."""
    spoil(copy)
    with pytest.raises(BundleError, match=named) as refusal:
        use_epochs(copy)
    assert "\n" not in str(refusal.value)
    done = lstm("live", "page.html", "--model", copy)
    assert (done.exit_code, Path("page.html").exists()) == (2, False)


def use_epochs(path: Path) -> None:
    bundle = open_bundle(path)
    for epoch in bundle.epochs:
        assert np.isfinite(bundle.epoch_arrays(epoch.epoch)["embedding"]).all()


def test_any_other_value_in_the_table_is_refused_or_harmless(copy: Path) -> None:
    """Every value is replaced by every kind of wrong one; only our own error may come out."""
    original = json.loads((copy / "bundle.json").read_text())
    for path in leaves(original["epochs"]):
        for wrong in (None, -1, "x", [], {}, 1e300, True, 2**40):
            with in_case(f"{'.'.join(map(str, path))} = {wrong!r}"):
                spoiled = json.loads(json.dumps(original))
                place = spoiled["epochs"]
                for key in path[:-1]:
                    place = place[key]
                place[path[-1]] = wrong
                write_info(copy, spoiled)
                with suppress(BundleError):
                    use_epochs(copy)


@pytest.mark.parametrize("seed", range(3))
def test_bytes_that_a_stranger_changed_are_refused_or_harmless(copy: Path, seed: int) -> None:
    """In the header and in the numbers, with checksums that fit."""
    rng = np.random.default_rng(seed)
    whole = (copy / EPOCHS_FILE).read_bytes()
    for _ in range(60):
        content = bytearray(whole)
        end = len(content) if rng.random() < 0.5 else 8 + int.from_bytes(whole[:8], "little")
        for place in rng.integers(end, size=int(rng.integers(1, 5))):
            content[place] = int(rng.integers(256))
        (copy / EPOCHS_FILE).write_bytes(content)
        sign(copy)
        with in_case(f"seed {seed}"), suppress(BundleError):
            use_epochs(copy)


def test_they_hold_no_review(replays: dict[str, Bundle]) -> None:
    """Models are passed on."""
    for bundle in replays.values():
        content = (bundle.path / EPOCHS_FILE).read_bytes().lower()
        assert b"a fine film" not in content
        assert b"fine" not in content
