"""Several processes train one network, as torchrun starts them: together they are as one."""

import json
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lstm_cli.bundle.reading import open_bundle
from lstm_cli.core.compute import Compute
from lstm_cli.core.launch import Launch
from lstm_cli.data.batches import batches, compact_ids, deal
from lstm_cli.data.corpus import Corpus
from lstm_cli.errors import RequestError
from lstm_cli.training.schedule import BatchSchedule
from tests.helpers import IN_STEPS, TINY, eight_reviews, learn, lstm
from tests.in_processes import NOTHING_HIDDEN, gradients, told

ROOT = Path(__file__).parents[1]


def torchrun(*arguments: object, processes: int = 2, restarts: int = 0) -> subprocess.Popen[str]:
    """Start a module as torchrun does, on ports of its own."""
    command = (
        sys.executable, "-m", "torch.distributed.run", "--standalone", "--nproc-per-node",
        processes, "--max-restarts", restarts, "-m", *arguments,
    )  # fmt: skip
    return subprocess.Popen(
        list(map(str, command)),
        env=os.environ | {"PYTHONPATH": str(ROOT), "OMP_NUM_THREADS": "1"},
        text=True, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
    )  # fmt: skip


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where ``tests.in_processes`` writes."""
    return tmp_path_factory.mktemp("processes")


@pytest.fixture(scope="module")
def found(folder: Path) -> list[dict[str, Any]]:
    """What each of two processes says of ``tests.in_processes``."""
    run = torchrun("tests.in_processes", folder)
    _, said = run.communicate(timeout=300)
    assert run.returncode == 0, said
    return [json.loads((folder / f"{rank}.json").read_text()) for rank in range(2)]


def test_the_gradient_of_two_is_that_of_one(found: list[dict[str, Any]]) -> None:
    """Of a whole batch, whatever part each reads; one review has one reader, an adversary too."""
    for tokens in (1, 6, 1_000):
        alone = gradients(Compute(), tokens)
        assert np.abs(alone).max() > 0.01
        for process in found:
            np.testing.assert_allclose(
                process["gradients"][str(tokens)], alone, rtol=1e-4, atol=1e-6
            )


def test_nothing_hidden_two_come_to_what_one_comes_to(found: list[dict[str, Any]]) -> None:
    """Over many steps, but for the order in which numbers are added."""
    alone = told(learn(**(IN_STEPS | NOTHING_HIDDEN))[0])
    for process in found:
        together = process["trainings"]["nothing hidden"]
        np.testing.assert_allclose(together["weights"], alone["weights"], atol=2e-3)
        np.testing.assert_allclose(together["probabilities"], alone["probabilities"], atol=2e-3)


def test_every_process_comes_to_the_same_weights(found: list[dict[str, Any]]) -> None:
    """To the bit, and with the same history: all have stopped at the same step."""
    first, second = (process["trainings"] for process in found)
    assert first == second


def test_the_same_seed_and_processes_give_the_same(found: list[dict[str, Any]]) -> None:
    """Once more, or stopped and resumed from what the first process alone has kept."""
    trainings = found[0]["trainings"]
    assert trainings["whole"] == trainings["repeated"]
    assert not trainings["stopped"]["completed"]
    assert trainings["stopped"]["weights"] != trainings["whole"]["weights"]
    assert trainings["whole"] == trainings["resumed"]


def test_each_process_hides_other_words(found: list[dict[str, Any]]) -> None:
    """Else two would see half of the dropouts that one sees."""
    trainings = found[0]["trainings"]
    assert trainings["whole"]["weights"] != trainings["nothing hidden"]["weights"]
    drawn = []
    for rank in (0, 1, 1):
        compute = Compute(rank=rank, world_size=2)
        with compute.seeded(3):
            compute.seed_step(3, 5)
            drawn.append(compute.generator_state()["generator"].tolist())
    assert drawn[0] != drawn[1] == drawn[2]


def test_the_first_decides_and_gives(found: list[dict[str, Any]]) -> None:
    """Whatever the others would have said."""
    for process in found:
        assert process["agreed"] == [True, False]
        assert process["from the first"] == {"rank": 0}


def test_token_ids_arrive_wherever_a_process_is(found: list[dict[str, Any]], folder: Path) -> None:
    """Mapped from a file that has no name any more: it goes with the processes."""
    for process in found:
        assert len(process["tokens"]) == 3
        assert all(process["tokens"].values())
    left = sorted(path.name for path in folder.iterdir())
    assert left == ["0.json", "1.json", "checkpoint", "kept"]


@given(st.lists(st.integers(0, 500), max_size=60), st.integers(1, 9))
def test_a_batch_is_dealt_out_evenly(lengths: list[int], parts: int) -> None:
    """Each review once, and nobody reads more than one review's tokens more than another."""
    dealt = deal(np.array(lengths, dtype=np.int64), parts)
    assert sorted(np.concatenate(dealt).tolist()) == list(range(len(lengths)))
    tokens = [sum(max(lengths[k], 1) for k in part) for part in dealt]
    assert len(tokens) == parts
    assert max(tokens) - min(tokens) <= max(lengths, default=0) + 1


@settings(max_examples=30)
@given(st.lists(st.integers(0, 9), min_size=1, max_size=30), st.integers(2, 4), st.integers(1, 40))
def test_every_process_has_the_same_steps(lengths: list[int], processes: int, size: int) -> None:
    """One batch more for one of them, and all would wait for it forever."""
    ids = np.random.default_rng(0).integers(2, 20, sum(lengths)).astype(np.int32)
    corpus = Corpus.of(ids, np.array(lengths, dtype=np.int64))
    plans = [
        list(BatchSchedule(corpus, size, (1, 2), 1, rank, processes).batches(0, 0))
        for rank in range(processes)
    ]
    for step in zip(*plans, strict=True):
        parts, rows = zip(*step, strict=True)
        assert all(np.array_equal(rows[0], other) for other in rows)
        whole = parts[0].whole
        read = np.concatenate([part.reviews for part in parts])
        assert sorted(read.tolist()) == sorted(whole.reviews.tolist())
        assert sum(part.share for part in parts) == pytest.approx(1)
        for part in parts:
            is_word = np.arange(part.token_ids.shape[1]) < part.lengths[:, None]
            assert rows[0][part.token_ids[is_word]].tolist() == corpus.gather(part.reviews).tolist()


def test_a_part_of_a_batch_is_padded_no_further_than_it_needs() -> None:
    """Padding costs as much as words do."""
    rated, _ = eight_reviews()
    batch, _ = compact_ids(next(batches(rated.corpus, 1_000)))
    shortest = batch.part(np.array([int(batch.lengths.argmin())]))
    assert shortest.token_ids.shape == (1, batch.lengths.min())
    assert batch.part(np.zeros(0, dtype=np.int64)).token_ids.shape == (0, 1)


def test_only_torchrun_makes_several_of_one(monkeypatch: pytest.MonkeyPatch) -> None:
    """Batch systems set variables of such names as well."""
    names = {"RANK": "1", "WORLD_SIZE": "2", "LOCAL_RANK": "1", "LOCAL_WORLD_SIZE": "2"}
    assert Launch.of_environment(names).is_alone
    started = names | {"TORCHELASTIC_RUN_ID": "x", "TORCHELASTIC_RESTART_COUNT": "1"}
    launch = Launch.of_environment(started)
    assert launch == Launch(1, 2, 1, 2, restarts=1)
    monkeypatch.setattr("torch.cuda.device_count", lambda: 2)
    assert Compute(device="cuda:0").as_one_of(launch).device == "cuda:1"
    monkeypatch.setattr("torch.cuda.device_count", lambda: 1)
    with pytest.raises(RequestError, match="2 processes need as many GPUs, here are 1"):
        Compute(device="cuda:0").as_one_of(launch)
    assert Compute().as_one_of(launch) == Compute(rank=1, world_size=2)


@pytest.fixture
def many_reviews(tiny_reviews: Path) -> Path:
    """Some steps an epoch."""
    header, *lines = tiny_reviews.read_text().splitlines()
    more = [line.replace('",', f' {k}",') for k in range(5) for line in lines]
    path = Path("many.csv")
    path.write_text("\n".join([header, *more]) + "\n")
    return path


def ended(run: subprocess.Popen[str]) -> tuple[int, str, str]:
    """Its exit code, standard output and standard error."""
    printed, said = run.communicate(timeout=300)
    return run.returncode, printed, said


def of_ours(said: str) -> list[str]:
    """The lines in which the program speaks of errors; torchrun has its own."""
    return re.findall("^lstm: .*", said, re.MULTILINE)


def weights_of(name: str) -> bytes:
    path = Path("models") / name
    open_bundle(path)
    return (path / "weights.safetensors").read_bytes()


@pytest.mark.slow
def test_a_killed_process_ends_all_and_a_restart_goes_on(
    many_reviews: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With its reason, whichever it is, and to the same weights as if nothing had been."""
    run = ("tests.to_lose_a_process", "-q", "train", many_reviews, *TINY, "--epochs", 4)
    code, _, said = ended(torchrun(*run, "--name", "whole"))
    assert code == 0, said
    monkeypatch.setenv("LOST", "1 5")
    code, _, said = ended(torchrun(*run, "--name", "lost"))
    assert code == 1
    assert "Signal 9 (SIGKILL)" in said
    # Torchrun may end the other one before it can say anything.
    reason = "lstm: another process of this training has ended; torchrun says which, and why"
    assert of_ours(said) in ([], [reason])
    assert said.count("Traceback") == 1  # torchrun's own, around its summary
    assert not (Path("models") / "lost").exists()
    for rank in (0, 1):
        monkeypatch.setenv("LOST", f"{rank} 5")
        code, _, said = ended(torchrun(*run, "--name", f"restarted-{rank}", restarts=1))
        assert code == 0, said
        assert "Signal 9" in said or "exitcode: -9" in said
    monkeypatch.delenv("LOST")
    code, _, said = ended(torchrun(*run, "--name", "lost", "--resume"))
    assert code == 0, said
    names = sorted(path.name for path in Path("models").iterdir())
    assert names == ["lost", "restarted-0", "restarted-1", "whole"]
    assert len({weights_of(name) for name in names}) == 1
    assert open_bundle(Path("models/lost")).info.provenance.processes == 2


@pytest.mark.slow
def test_one_process_speaks_for_all(many_reviews: Path) -> None:
    """A model, a display; an error once; and what is not theirs is refused by one of them."""
    code, printed, said = ended(torchrun("lstm_cli", "train", many_reviews, "--json", *TINY))
    assert code == 0, said
    assert json.loads(printed)["epochs"] == 2
    assert said.count("2 processes") == said.count("held out: loss") == 1
    repeated = lstm("train", many_reviews, "--config", "many", "--name", "alone")
    assert "1 processes draw other numbers than 2" in repeated.stderr
    code, printed, said = ended(torchrun("lstm_cli", "train", "absent.csv"))
    assert (code, printed) == (1, "")
    assert of_ours(said) == ["lstm: absent.csv: there is no such file; did you mean many.csv?"]
    assert re.search(r"rank +: 0 .*\n +exitcode +: 2 ", said)
    code, printed, said = ended(torchrun("lstm_cli", "predict", "fine"))
    assert (code, printed) == (1, "")
    assert [line[:24] for line in of_ours(said)] == ["lstm: torchrun has start"]
    code, printed, _ = ended(torchrun("lstm_cli", "-qh"))
    assert code == 0
    assert printed.count("Usage:") == 1


@pytest.mark.slow
def test_one_process_of_torchrun_is_like_any_other(many_reviews: Path) -> None:
    """To the bit."""
    alone = lstm("-q", "train", many_reviews, *TINY, "--threads", 1, "--name", "alone")
    assert alone.exit_code == 0, alone.stderr
    run = ("lstm_cli", "-q", "train", many_reviews, *TINY, "--threads", 1, "--name", "started")
    code, _, said = ended(torchrun(*run, processes=1))
    assert code == 0, said
    assert weights_of("alone") == weights_of("started")


@pytest.mark.slow
@pytest.mark.parametrize("limit", ["--time-limit", "--budget"])
def test_what_takes_a_time_is_done_by_all(many_reviews: Path, limit: str) -> None:
    """How much there is time for, or which recipe comes next, the first decides."""
    run = ("lstm_cli", "train", many_reviews, "--json", *TINY[2:], limit, "4s")
    code, printed, said = ended(torchrun(*run))
    assert code == 0, said
    made = json.loads(printed)
    assert made["tried"] if limit == "--budget" else made["epochs"]


@pytest.mark.slow
def test_a_restart_writes_over_nothing_that_it_did_not_begin(many_reviews: Path) -> None:
    """What is refused at the start is refused at every start: a stopped training, and its model."""
    run = ("lstm_cli", "-q", "train", many_reviews, *TINY, "--epochs", 1, "--name", "mine")
    code, _, said = ended(torchrun(*run))
    assert code == 0, said
    before, stopped = weights_of("mine"), Path("models/.mine.checkpoint")
    stopped.write_bytes(b"hours of other work")
    code, _, said = ended(torchrun(*run, restarts=1))
    assert code != 0
    assert of_ours(said)[0].startswith("lstm: models/mine: there is a model of this name already")
    assert (weights_of("mine"), stopped.read_bytes()) == (before, b"hours of other work")
