"""One place knows where the network computes, and it keeps what it promises."""

import ast
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import torch

import lstm_cli
from lstm_cli.config import ModelConfig, Pooling
from lstm_cli.core.compute import Compute, best_precision
from lstm_cli.core.network import ReviewNetwork

PACKAGE = Path(lstm_cli.__file__).parent
DEVICES = {"cpu", "cuda", "mps"}


def devices_named_in(source: str) -> set[str]:
    """The names of devices among the strings of a module."""
    strings = (node.value for node in ast.walk(ast.parse(source)) if isinstance(node, ast.Constant))
    return {text for text in strings if isinstance(text, str)} & DEVICES


def test_no_other_module_names_a_device() -> None:
    """What runs on a GPU tomorrow must not say today that it runs on a processor."""
    assert devices_named_in("x.to('cpu')") == {"cpu"}
    for path in PACKAGE.rglob("*.py"):
        if path.name != "compute.py":
            assert not devices_named_in(path.read_text("utf-8")), path


@pytest.mark.parametrize("pooling", [("last", "mean", "maximum"), ("mean",)])
@pytest.mark.parametrize("cell", ["lstm", "rnn"])
def test_a_network_computes_where_it_is_placed(cell: str, pooling: tuple[Pooling, ...]) -> None:
    """On torch's device without numbers: a tensor made elsewhere on the way would be refused."""
    compute = Compute(device="meta")
    config = ModelConfig(9, 3, cell=cell, embedding_size=4, hidden_size=5, pooling=pooling)
    dropouts = {"embedding_dropout": 0.5, "word_dropout": 0.5, "blank_review_rate": 0.5}
    network = compute.place(ReviewNetwork(config, **dropouts))
    token_ids = compute.tensor(np.full((2, 6), 3))
    lengths = compute.tensor(np.array([6, 2]))
    logits = network(token_ids, lengths, token_ids.new_zeros(2, 6, 4, dtype=torch.float32))
    assert logits.shape == (2, 3)
    assert logits.device.type == "meta"


def test_random_numbers_of_a_context_leave_those_outside_alone() -> None:
    """A training in a notebook must not change what the notebook draws next."""
    torch.manual_seed(1)
    expected = torch.rand(3)
    torch.manual_seed(1)
    with Compute().seeded(7):
        inside = torch.rand(3)
    assert torch.equal(torch.rand(3), expected)
    with Compute().seeded(7):
        assert torch.equal(torch.rand(3), inside)


def test_random_numbers_go_on_from_a_checkpoint() -> None:
    """The dropouts after a resumption are those there would have been."""
    compute = Compute()
    with compute.seeded(3):
        torch.rand(5)
        state = compute.generator_state()
        expected = torch.rand(4)
    with compute.seeded(9):
        compute.set_generator_state(state)
        assert torch.equal(torch.rand(4), expected)


def test_what_a_person_decides_stands_before_what_the_machine_does_best() -> None:
    """And a bfloat16 product is one on any machine."""
    assert Compute.of_machine().precision == best_precision()
    assert Compute.of_machine("float32").precision == "float32"
    ones = torch.ones(2, 2)
    with Compute(precision="bfloat16").autocast():
        assert (ones @ ones).dtype == torch.bfloat16
    with Compute().autocast():
        assert (ones @ ones).dtype == torch.float32


@pytest.mark.skipif(not hasattr(os, "sched_setaffinity"), reason="no affinity on this system")
def test_one_core_granted_is_one_thread() -> None:
    """A container or a batch system that grants one core of many is not taken for a machine."""
    code = (
        "import os; os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})\n"
        "from lstm_cli.core.compute import Compute\n"
        "found = Compute.of_machine()\n"
        "assert found.threads == found.num_processes == 1, found"
    )
    environment = {k: v for k, v in os.environ.items() if k != "OMP_NUM_THREADS"}
    subprocess.run([sys.executable, "-c", code], check=True, env=environment)


def test_a_person_decides_how_many_threads(monkeypatch: pytest.MonkeyPatch) -> None:
    """By an option, or by the variable that OpenMP itself heeds."""
    monkeypatch.setenv("OMP_NUM_THREADS", "3")
    assert Compute.of_machine().threads == 3
    assert Compute.of_machine(threads=5).threads == 5
