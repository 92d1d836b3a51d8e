"""Several processes train one network, as torchrun starts them: together they are as one."""

import json
import os
import re
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lstm_cli.bundle.claiming import checkpoint_of
from lstm_cli.bundle.reading import open_bundle
from lstm_cli.core.compute import Compute
from lstm_cli.core.launch import Launch
from lstm_cli.data.batches import batches, compact_ids, deal
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


def test_token_ids_arrive_on_this_host_and_on_others(
    found: list[dict[str, Any]], folder: Path
) -> None:
    """Mapped from a file that has no name any more: it goes with the processes."""
    assert [process["tokens"] for process in found] == [[True, True]] * 2
    names = [path.name for path in folder.rglob("*")]
    assert {"0.json", "host0", "host1"} <= set(names)
    assert not [name for name in names if name.startswith("lstm-tokens")]


@given(st.lists(st.integers(0, 500), max_size=60), st.integers(1, 9))
def test_a_batch_is_dealt_out_evenly(lengths: list[int], parts: int) -> None:
    """Each review once, and nobody reads more than one review's tokens more than another."""
    dealt = deal(np.array(lengths, dtype=np.int64), parts)
    assert sorted(np.concatenate(dealt).tolist()) == list(range(len(lengths)))
    tokens = [sum(max(lengths[k], 1) for k in part) for part in dealt]
    assert len(tokens) == parts
    assert max(tokens) - min(tokens) <= max(lengths, default=0) + 1


@given(st.lists(st.integers(0, 500), min_size=1, max_size=60), st.integers(2, 4), st.integers(0, 9))
def test_every_process_has_the_same_steps(lengths: list[int], processes: int, seed: int) -> None:
    """One batch more for one of them, and all wait for it forever."""
    rated, _ = eight_reviews()
    corpus = rated.corpus.select(np.arange(8).repeat(2))
    plans = [
        list(BatchSchedule(corpus, 6, (seed, seed + 1), 1, rank, processes).batches(0, 0))
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
            ids = rows[0][part.token_ids[is_word]]
            assert ids.tolist() == corpus.gather(part.reviews).tolist()


def test_a_part_of_a_batch_is_padded_no_further_than_it_needs() -> None:
    """Padding costs as much as words do."""
    rated, _ = eight_reviews()
    batch, _ = compact_ids(next(batches(rated.corpus, 1_000)))
    shortest = batch.part(np.array([int(batch.lengths.argmin())]))
    assert shortest.token_ids.shape == (1, batch.lengths.min())
    assert batch.part(np.zeros(0, dtype=np.int64)).token_ids.shape == (0, 1)


def test_only_torchrun_makes_several_of_one() -> None:
    """Batch systems set variables of such names as well."""
    names = {"RANK": "1", "WORLD_SIZE": "2", "LOCAL_RANK": "1", "LOCAL_WORLD_SIZE": "2"}
    assert Launch.of_environment(names).is_alone
    started = names | {"TORCHELASTIC_RUN_ID": "x", "TORCHELASTIC_RESTART_COUNT": "1"}
    launch = Launch.of_environment(started)
    assert launch == Launch(1, 2, 1, 2, restarts=1)
    assert Compute(device="cuda").as_one_of(launch).device == "cuda:1"
    assert Compute().as_one_of(launch) == Compute(rank=1, world_size=2)
