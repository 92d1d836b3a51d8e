"""One place knows where the network computes, and it keeps what it promises."""

import ast
import os
import subprocess
import sys
from contextlib import nullcontext
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
import torch
from torch import Tensor, nn

import lstm_cli
from lstm_cli.config import ModelConfig, Pooling, TrainConfig
from lstm_cli.core.compute import Compute, best_precision, short_terms_of
from lstm_cli.core.network import ReviewNetwork
from lstm_cli.data.batches import batches, compact_ids
from lstm_cli.errors import RequestError
from lstm_cli.training.loop import NetworkStart
from lstm_cli.training.trainer import Trainer, TrainingTask
from lstm_cli.views.computing import line_about_device
from tests.helpers import SCALE, eight_reviews, lstm

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
    assert Compute.of_machine(device="cpu").precision == best_precision()
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


def with_gpus(patch: pytest.MonkeyPatch, count: int, *, has_bfloat16: bool = True) -> None:
    """Let torch say that it finds so many GPUs, as it does where they are."""
    patch.setattr("torch.version.cuda", "13.0")
    patch.setattr("torch.cuda.is_available", lambda: count > 0)
    patch.setattr("torch.cuda.device_count", lambda: count)
    patch.setattr("torch.cuda.current_device", lambda: 0)
    patch.setattr("torch.cuda.device", lambda device: nullcontext())
    patch.setattr("torch.cuda.is_bf16_supported", lambda including_emulation: has_bfloat16)
    patch.setattr("torch.cuda.get_device_name", lambda device: "NVIDIA H100")


def without_gpus(patch: pytest.MonkeyPatch) -> None:
    """Let torch be one for processors alone."""
    patch.setattr("torch.version.cuda", None)
    patch.setattr("torch.version.hip", None)
    patch.setattr("torch.cuda.is_available", lambda: False)
    patch.setattr("torch.backends.mps.is_available", lambda: False)


def test_the_gpu_of_a_machine_is_taken_and_it_is_said_why(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody should wonder why it is fast, or why somebody else's work has become slow."""
    with_gpus(monkeypatch, 2)
    found, named = Compute.of_machine(), Compute.of_machine(device="cuda:1")
    assert (found.device, found.precision) == ("cuda:0", "bfloat16")
    assert Compute.of_machine(device="cuda").device == "cuda:0"
    assert found.device_name == named.device_name == "cuda (NVIDIA H100)"
    assert line_about_device(found) == (
        "computing on cuda:0, cuda (NVIDIA H100): the GPU of this machine; --device cpu leaves it "
        "alone"
    )
    assert line_about_device(named) == "computing on cuda:1, cuda (NVIDIA H100): as --device has it"
    for processor in (Compute.of_machine(device="cpu"), Compute()):
        assert line_about_device(processor) is None
    assert found.tokens_at_once > Compute().tokens_at_once
    assert Compute.of_machine("float32").precision == "float32"


def test_an_older_gpu_computes_in_float32(monkeypatch: pytest.MonkeyPatch) -> None:
    """bfloat16 that is emulated is slower than what it stands for."""
    with_gpus(monkeypatch, 1, has_bfloat16=False)
    assert Compute.of_machine().precision == "float32"
    with pytest.raises(RequestError, match="precision bfloat16: this GPU does not multiply in it"):
        Compute.of_machine("bfloat16")


@pytest.mark.parametrize(("count", "asked", "problem"), [
    (0, "cuda", "torch finds no GPU, or no driver for it"),
    (1, "cuda:1", "there is one GPU, cuda:0"),
    (3, "cuda:3", "there are 3 GPUs, cuda:0 to cuda:2"),
])  # fmt: skip
def test_a_gpu_that_is_not_there_is_said(
    monkeypatch: pytest.MonkeyPatch, count: int, asked: str, problem: str
) -> None:
    """With which there are."""
    with_gpus(monkeypatch, count)
    with pytest.raises(RequestError) as refused:
        Compute.of_machine(device=asked)
    assert str(refused.value) == f"device {asked}: {problem}; compute on another device"


@pytest.mark.parametrize(("asked", "problem"), [
    ("cuda", "this torch has no CUDA (pytorch.org/get-started has one that does)"),
    ("cuda:1", "this torch has no CUDA (pytorch.org/get-started has one that does)"),
    ("mps", "this machine and torch have no MPS"),
])  # fmt: skip
def test_an_absent_device_is_one_line(
    monkeypatch: pytest.MonkeyPatch, tiny_reviews: Path, asked: str, problem: str
) -> None:
    """From every command, and nothing is left behind."""
    without_gpus(monkeypatch)
    done = lstm("-q", "train", tiny_reviews, "--base", "none", "--device", asked)
    assert done.exit_code == 2
    assert done.stderr.splitlines()[-1].endswith(
        f"--device {asked}: {problem}; choose another with --device, such as cpu"
    )
    assert not list(Path.cwd().glob("models/*"))


def test_a_slip_in_the_name_of_a_device_is_said_before_anything_is_read() -> None:
    """Reading may take minutes."""
    done = lstm("train", "no-such-file.csv", "--device", "gpu")
    assert done.exit_code == 2
    assert "--device gpu: a device is called auto, cpu, cuda, cuda:1 or mps" in done.stderr
    with pytest.raises(RequestError, match="a device is called auto"):
        Compute.of_machine(device="meta")


def test_mps_computes_in_float32_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    """And is taken only where a person names it."""
    without_gpus(monkeypatch)
    monkeypatch.setattr("torch.backends.mps.is_available", lambda: True)
    assert Compute.of_machine().is_cpu
    found = Compute.of_machine(device="mps")
    assert (found.device, found.precision, found.device_name) == ("mps", "float32", "mps")
    with pytest.raises(RequestError, match="mps computes in float32 alone"):
        Compute.of_machine("bfloat16", device="mps")


def test_a_gpu_fetches_what_it_needs_by_itself(monkeypatch: pytest.MonkeyPatch) -> None:
    """A copy from memory that may move would wait for all that was queued before it."""
    made: list[object] = []
    pinned = SimpleNamespace(to=lambda *given, **named: made.append((given, named)))
    array = SimpleNamespace(pin_memory=lambda: pinned)
    monkeypatch.setattr("torch.from_numpy", lambda _: array)
    Compute(device="cuda:1").tensor(np.zeros(3))
    assert made == [(("cuda:1",), {"non_blocking": True})]


@pytest.mark.parametrize(("precision", "is_shortened"), [("float32", False), ("bfloat16", True)])
def test_a_gpu_multiplies_as_the_precision_has_it(
    monkeypatch: pytest.MonkeyPatch, precision: str, is_shortened: bool
) -> None:
    """In float32 too, torch shortens factors to 10 bits unless it is told not to."""
    before = torch.backends.cudnn.allow_tf32
    monkeypatch.setattr("torch.nn.Module.to", lambda network, device: network)
    try:
        Compute(device="cuda", precision=precision).place(nn.Linear(1, 1))
        assert torch.backends.cudnn.allow_tf32 is is_shortened
    finally:
        torch.backends.cudnn.allow_tf32 = before


def test_the_cell_of_a_gpu_reads_float32() -> None:
    """Within autocast its kernels would read float16, where small gradients are nothing."""
    seen = []

    def cell(events: Tensor) -> tuple[Tensor, None]:
        seen.append((torch.is_autocast_enabled("cuda"), events.dtype))
        return events, None

    def on_gpu(events: Tensor) -> SimpleNamespace:
        return SimpleNamespace(device=torch.device("cuda"), float=events.float)

    was = torch.is_autocast_enabled("cuda")
    torch.set_autocast_enabled("cuda", True)
    try:
        short_terms_of(cell, on_gpu(torch.ones(2, 3, 4, dtype=torch.bfloat16)))
        assert torch.is_autocast_enabled("cuda")
    finally:
        torch.set_autocast_enabled("cuda", was)
    assert seen == [(False, torch.float32)]


def test_a_processor_whose_kernel_refuses_bfloat16_reads_float32(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """What began on a GPU goes on there, in the precision it began with."""
    monkeypatch.setattr(torch.ops.mkldnn, "_is_mkldnn_bf16_supported", lambda: False)
    cell, events = nn.LSTM(4, 3, batch_first=True), torch.ones(2, 5, 4)
    with Compute(precision="bfloat16").autocast():
        found = short_terms_of(cell, events)
        assert (events @ events.mT).dtype == torch.bfloat16
    assert torch.equal(found, cell(events)[0])


def test_a_checkpoint_of_another_device_leaves_this_ones_random_numbers_alone(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Their states are of other sizes; those of the processor go on."""
    states = {"cuda": torch.zeros(16, dtype=torch.uint8), "mps": torch.zeros(44, dtype=torch.uint8)}
    put: list[tuple[Tensor, str]] = []

    def module(device: str) -> SimpleNamespace:
        return SimpleNamespace(
            get_rng_state=lambda device: states[torch.device(device).type],
            set_rng_state=lambda state, device: put.append((state, device)),
        )

    monkeypatch.setattr("torch.get_device_module", module)
    kept = Compute(device="mps").generator_state()
    Compute(device="cuda:1").set_generator_state(kept)
    Compute().set_generator_state(kept)
    assert not put
    Compute(device="mps").set_generator_state(kept)
    assert len(put) == 1
    assert len(put[0][0]) == 44


@pytest.mark.parametrize("cell", ["lstm", "rnn"])
def test_a_step_of_training_is_made_where_the_network_is(cell: str) -> None:
    """All of it, on torch's device without numbers: what is elsewhere would be refused.

    With a batch read twice, clipping, both optimisers, and the averages.
    """
    rated, vocabulary = eight_reviews()
    compute = Compute(device="meta")
    config = TrainConfig(tokens_per_batch=1_000, adversarial_epsilon=0.25, balance=True)
    model = ModelConfig(len(vocabulary), 3, cell=cell, embedding_size=4, hidden_size=5)
    network = compute.place(NetworkStart(model, vocabulary).network(config))
    trainer = Trainer(network, config, TrainingTask(rated, rated, SCALE), compute, num_steps=2)
    for _ in range(2):
        batch, rows = compact_ids(next(batches(rated.corpus, 1_000)))
        trainer.train_step(batch, rows)
    state = trainer.state_dict().tensors
    kept = {name: tensor for name, tensor in state.items() if name not in ("generator", "seconds")}
    assert {tensor.device.type for tensor in kept.values()} == {"meta"}
    assert {f"rows:{name}" for name in ("weight", "average", "exp_avg", "step")} <= set(kept)
