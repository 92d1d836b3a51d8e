"""What is under way survives: stopped, killed, out of disk, and the old model is never lost."""

import json
import os
import re
import shutil
import signal
import subprocess
import sys
import time
from dataclasses import replace
from itertools import takewhile
from pathlib import Path

import numpy as np
import pytest
import torch
from torch import nn

from lstm_cli.bundle.claiming import checkpoint_of, claimed
from lstm_cli.bundle.reading import Bundle, open_bundle
from lstm_cli.bundle.writing import write_bundle
from lstm_cli.errors import BundleExistsError, CheckpointError
from lstm_cli.training.checkpoint import (
    SECONDS_BETWEEN_CHECKPOINTS,
    RunControl,
    TrainerState,
    load_checkpoint,
    precision_of,
    save_checkpoint,
)
from lstm_cli.training.embedding import DenseAdam
from lstm_cli.training.lazy_adam import LazyAdam
from lstm_cli.training.loop import Trained
from tests import to_be_killed
from tests.helpers import TINY, in_case, learned, lstm, new_bundle
from tests.to_be_killed import ended, killed_after, started


def assert_same(one: Trained, other: Trained) -> None:
    """To the bit, in everything but the time it took."""
    weights = other.network.to_arrays()
    for name, array in one.network.to_arrays().items():
        np.testing.assert_array_equal(array, weights[name])
    np.testing.assert_array_equal(one.probabilities, other.probabilities)
    assert [replace(r, seconds=0) for r in one.history] == [
        replace(r, seconds=0) for r in other.history
    ]


@pytest.fixture(autouse=True)
def every_epoch_is_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    """However short it was."""
    monkeypatch.setattr("lstm_cli.training.checkpoint.SECONDS_WORTH_KEEPING", 0.0)


@pytest.mark.parametrize("stops", [(1,), (3, 1, 9), (2, 2, 2, 2), (12,), (25,)])
def test_stopped_and_resumed_it_comes_to_the_same_weights(
    tmp_path: Path, stops: tuple[int, ...]
) -> None:
    """Order of the data, dropouts, optimiser, averages, the best epoch: all are in the file."""
    whole = learned(RunControl())
    control = RunControl(tmp_path / "checkpoint", resume=True)
    for stop_after in stops:
        part = learned(control, stop_after=stop_after)
        assert not part.completed
        assert part.history  # what it had become was measured, and can be used
    resumed = learned(control)
    assert resumed.completed
    assert_same(whole, resumed)
    assert_same(whole, learned(control))  # nothing is left to do


@pytest.mark.parametrize("order", [(DenseAdam, LazyAdam), (LazyAdam, DenseAdam)])
def test_begun_where_all_rows_are_moved_it_goes_on_where_some_are(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, order: tuple[type, type]
) -> None:
    """As on a GPU and on a processor, either way: the same but for rounding."""

    def optimiser(kind: type, weight: nn.Parameter, num_steps: int) -> object:
        return LazyAdam(weight, num_steps) if kind is LazyAdam else DenseAdam(weight)

    whole = learned(RunControl())
    control = RunControl(tmp_path / "checkpoint", resume=True)
    for kind, stop_after in zip(order, (13, None), strict=True):
        monkeypatch.setattr(
            "lstm_cli.training.trainer.embedding_optimiser",
            lambda weight, num_steps, _, kind=kind: optimiser(kind, weight, num_steps),
        )
        resumed = learned(control, stop_after=stop_after)
    assert resumed.completed
    np.testing.assert_allclose(resumed.probabilities, whole.probabilities, atol=1e-5)


def test_weights_that_share_their_memory_are_kept(tmp_path: Path) -> None:
    """As those of a cell do on a GPU, whose kernels want them in one piece."""
    network = nn.LSTM(3, 4)
    sizes = [parameter.numel() for parameter in network.parameters()]
    joined = torch.randn(sum(sizes))
    parts = dict(zip((n for n, _ in network.named_parameters()), joined.split(sizes), strict=True))
    save_checkpoint(TrainerState(1, (), parts), tmp_path / "checkpoint", "it")
    kept = load_checkpoint(tmp_path / "checkpoint", "it").tensors
    assert all(torch.equal(kept[name], part) for name, part in parts.items())


def test_the_precision_of_a_stopped_training_is_known(tmp_path: Path) -> None:
    """Another device computes best in another, and it goes on as it began."""
    path = tmp_path / "checkpoint"
    assert precision_of(None) is precision_of(path) is None
    save_checkpoint(TrainerState(1, (), {}, "bfloat16"), path, "it")
    assert precision_of(path) == "bfloat16"
    save_checkpoint(TrainerState(1, (), {}), path, "it")
    assert precision_of(path) is None
    path.write_bytes(b"half of it")
    assert precision_of(path) is None


def test_a_checkpoint_of_another_training_is_refused(tmp_path: Path) -> None:
    """A mixture of two models would be neither."""
    control = RunControl(tmp_path / "checkpoint", resume=True)
    learned(control)
    with pytest.raises(CheckpointError, match="other reviews or with other options"):
        learned(control, seed=1)
    (tmp_path / "checkpoint").write_bytes(b"half of it")
    with pytest.raises(CheckpointError, match="is no whole checkpoint"):
        learned(control)


def test_one_training_of_a_name_at_a_time(tmp_path: Path, tiny_reviews: Path) -> None:
    """Two would write over each other's checkpoint."""
    models = tmp_path / "models"
    with claimed(models / "tiny"):
        done = lstm("train", tiny_reviews, *TINY)
        assert done.exit_code == 2
        assert "another training is making this model now" in done.stderr
        assert lstm("-q", "train", tiny_reviews, "--name", "b", *TINY).exit_code == 0
    assert lstm("-q", "train", tiny_reviews, *TINY).exit_code == 0
    assert sorted(path.name for path in models.iterdir()) == ["b", "tiny"]


def test_what_was_stopped_is_not_begun_anew_by_accident(tiny_reviews: Path) -> None:
    """Hours of work may lie there; --resume and --replace say which is meant."""
    kept = Path("models/.tiny.checkpoint")
    kept.parent.mkdir()
    kept.write_bytes(b"hours of work")
    done = lstm("train", tiny_reviews, *TINY)
    assert done.exit_code == 2
    assert "--resume to continue, or with --replace to start over" in done.stderr
    done = lstm("train", tiny_reviews, *TINY, "--resume")
    assert done.exit_code == 2
    assert "is no whole checkpoint" in done.stderr
    done = lstm("-q", "train", tiny_reviews, *TINY, "--replace")
    assert done.exit_code == 0, done.stderr
    assert not kept.exists()
    assert (
        "no stopped training of tiny-2 to resume (one killed within two minutes may have kept "
        "nothing): starting a new one" in lstm("train", tiny_reviews, *TINY, "--resume").stderr
    )
    assert SECONDS_BETWEEN_CHECKPOINTS == 120


def test_ctrl_c_keeps_the_best_so_far_and_resume_goes_on(tiny_reviews: Path) -> None:
    """Once: a model that can be used, and exit code 130; what comes later is as if undisturbed."""
    header, *lines = tiny_reviews.read_text().splitlines()
    more = [line.replace('",', f' {k}",') for k in range(5) for line in lines]  # steps an epoch
    Path("more.csv").write_text("\n".join([header, *more]) + "\n")
    run = ("train", "more.csv", "--json", *TINY, "--epochs", "6")
    whole = json.loads(lstm(*run, "--name", "whole").stdout)
    assert not whole["stopped"]
    waits = [sys.executable, "-m", "tests.to_be_stopped", *run]
    surroundings = os.environ | {"PYTHONPATH": str(Path(__file__).parents[1])}
    stopped = subprocess.Popen(
        waits, env=surroundings, text=True,
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
    )  # fmt: skip
    assert stopped.stderr is not None
    heard = iter(stopped.stderr.readline, "")
    before = list(takewhile(lambda line: not re.match(r" +1 +\d\.\d{3} ", line), heard))
    stopped.send_signal(signal.SIGINT)  # the first epoch has been measured
    printed, said = stopped.communicate("go on")
    assert stopped.returncode == 130, (before, said)
    assert "stopping after this step" in said
    share = re.search(r"stopped when (\d+) % of epoch 2 was read", said)
    assert share, said
    assert json.loads(printed)["stopped"]
    assert lstm("predict", "fine", "--model", "more").exit_code == 0
    gone_on = lstm(*run, "--resume")
    assert f"resuming in epoch 2 of 6, of which {share[1]} % is read" in gone_on.stderr
    assert json.loads(gone_on.stdout)["model"] == "more"
    assert not checkpoint_of(Path("models/more")).exists()
    assert weights_of(Path("models/more")) == weights_of(Path("models/whole"))


def weights_of(path: Path) -> bytes:
    open_bundle(path)
    return (path / "weights.safetensors").read_bytes()


def swept(seconds: float, times: int) -> list[float]:
    """Moments within a span, one drawn from each equal part of it."""
    rng = np.random.default_rng(0)
    return [float(seconds * (k + rng.random()) / times) for k in range(times)]


LONGER = (*TINY, "--epochs", "20", "--threads", "1")


@pytest.mark.slow
def test_killed_at_forty_moments_and_resumed(tiny_reviews: Path) -> None:
    """kill -9: 40 of 40 end bit-identical to the undisturbed run, and no bundle is damaged."""
    run = (to_be_killed.train, str(tiny_reviews), "--resume", *LONGER)
    assert ended(started(*run)) == 0  # the first waits for its server
    shutil.rmtree("models")
    began = time.perf_counter()
    assert ended(started(*run)) == 0
    took = time.perf_counter() - began
    whole = weights_of(Path("models/tiny"))
    kept = checkpoint_of(Path("models/tiny"))
    found = 0
    for share in swept(1.0, 40):
        shutil.rmtree("models")
        began = time.perf_counter()
        with in_case(f"killed after {share * took:.3f} s of {took:.3f}"):
            if killed_after(share * took, started(*run)) == -signal.SIGKILL:
                found += 1
            else:  # the machine has less to do than when the time was taken
                took = time.perf_counter() - began
            if Path("models/tiny").exists():
                open_bundle(Path("models/tiny"))
            if kept.exists() or not Path("models/tiny").exists():  # else nothing is to resume
                assert ended(started(*run)) == 0
            assert weights_of(Path("models/tiny")) == whole
            Path("models/.tiny.lock").unlink(missing_ok=True)  # held by nobody, taken by the next
            assert {path.name for path in Path("models").iterdir()} == {"tiny"}
    assert found >= 30  # the others had ended by then


@pytest.mark.slow
def test_killed_at_forty_moments_of_saving(tiny_bundle: Bundle, tmp_path: Path) -> None:
    """The old model or the new one is there, whole, and the next saving tidies up."""
    path = tmp_path / "models" / "one"
    first = new_bundle(tiny_bundle)
    second = replace(first, weights={n: array + 1 for n, array in first.weights.items()})
    write_bundle(first, path)
    versions = {weights_of(path)}
    write_bundle(second, path, replace=True)
    versions.add(weights_of(path))
    for moment in swept(0.2, 40):
        process = started(to_be_killed.save, path, first, second)
        with in_case(f"killed after {moment:.3f} s"):
            assert killed_after(moment, process) == -signal.SIGKILL
            assert weights_of(path) in versions
    write_bundle(first, path, replace=True)
    assert [path.name for path in path.parent.iterdir()] == ["one"]


def test_a_name_taken_meanwhile_is_not_replaced(tiny_bundle: Bundle, tmp_path: Path) -> None:
    """Only who asked for it replaces anything."""
    write_bundle(new_bundle(tiny_bundle), tmp_path / "one")
    with pytest.raises(BundleExistsError):
        write_bundle(new_bundle(tiny_bundle), tmp_path / "one")


@pytest.mark.slow
def test_a_full_disk_is_said_and_leaves_the_old_as_it_was(
    tiny_bundle: Bundle, tmp_path: Path
) -> None:
    """Full after 0, 4, 8 ... KiB: saving a model, a checkpoint, a rated file."""
    (tmp_path / "disk").mkdir()
    run = [sys.executable, "-m", "tests.disk_full", str(tmp_path / "disk"), str(tiny_bundle.path)]
    root = Path(__file__).parent.parent
    allowed = shutil.which("unshare") and (
        subprocess.run(["unshare", "-rm", "true"], capture_output=True).returncode == 0
    )
    if not allowed:
        pytest.skip("no disk can be mounted here")
    done = subprocess.run(["unshare", "-rm", *run], cwd=root, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr[-2_000:]
    for refused, written in json.loads(done.stdout.splitlines()[-1]).values():
        assert refused >= 3
        assert written >= 1
