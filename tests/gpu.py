"""The whole path on a GPU: ``pytest tests/gpu.py``, wherever there is one of CUDA.

It is no part of the other tests, which need none. ``LSTM_TESTED_DEVICE=cpu pytest tests/gpu.py``
tries the tests themselves where there is no GPU.
"""

import json
import os
import sys
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import polars as pl
import pytest
import torch

from lstm_cli.bundle.reading import Bundle, open_bundle
from lstm_cli.config import ModelConfig, PretrainConfig, TrainConfig
from lstm_cli.core.compute import Compute, short_terms_of
from lstm_cli.core.network import ReviewNetwork
from lstm_cli.data.batches import batches, compact_ids
from lstm_cli.gates.memory_test import MemoryTestConfig, memory_test
from lstm_cli.inference.scorer import Scorer
from lstm_cli.model import load
from lstm_cli.training.checkpoint import RunControl
from lstm_cli.training.loop import NetworkStart
from lstm_cli.training.pretraining import prepare_unlabelled, pretrain
from lstm_cli.training.trainer import Trainer, TrainingTask
from tests.helpers import BLAME, PRAISE, SCALE, TINY, copied, eight_reviews, learn, learned, lstm

DEVICE = os.environ.get("LSTM_TESTED_DEVICE", "cuda:0")
IS_CUDA = DEVICE.startswith("cuda")
NEAR = 1e-3  # of a probability

pytestmark = pytest.mark.skipif(
    IS_CUDA and not torch.cuda.is_available(), reason="there is no GPU of CUDA"
)
on_cuda = pytest.mark.skipif(not IS_CUDA, reason="of a GPU alone")

# Without dropouts, whose masks each device draws by itself.
STILL = {"embedding_dropout": 0.0, "word_dropout": 0.0, "blank_review_rate": 0.0,
         "readout_dropout": 0.0}  # fmt: skip


@pytest.fixture(autouse=True)
def every_epoch_is_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    """However short it was."""
    monkeypatch.setattr("lstm_cli.training.checkpoint.SECONDS_WORTH_KEEPING", 0.0)


@contextmanager
def nothing_waits() -> Iterator[None]:
    """A context in which torch refuses whatever would wait for the GPU."""
    if not IS_CUDA:
        yield
        return
    with warnings.catch_warnings(action="ignore"):  # that it does not see all that waits
        torch.cuda.set_sync_debug_mode("error")
    try:
        yield
    finally:
        torch.cuda.set_sync_debug_mode("default")


def many_texts(number: int = 2_000) -> list[str]:
    """Reviews of many lengths, none like the next."""
    rng = np.random.default_rng(0)
    words = " ".join((*PRAISE, *BLAME)).split()
    return [" ".join(rng.choice(words, size=1 + k % 90)) for k in range(number)]


@pytest.mark.parametrize("cell", ["lstm", "rnn"])
def test_a_model_is_trained_there_and_says_so(tiny_reviews: Path, cell: str) -> None:
    """By the command, and the processor finds the same scores for it."""
    done = lstm("train", tiny_reviews, *TINY, "--device", DEVICE, "--cell", cell, "--epochs", 9)
    assert done.exit_code == 0, done.stderr
    provenance = open_bundle(Path("models/tiny")).info.provenance
    if IS_CUDA:
        assert f"computing on {DEVICE}, cuda (" in done.stderr
        assert provenance.device == f"cuda ({torch.cuda.get_device_name(DEVICE)})"
    asked = ("evaluate", tiny_reviews, "--with-seen", "--json")
    here, there = (
        json.loads(lstm(*asked, "--device", device).stdout) for device in ("cpu", DEVICE)
    )
    assert here["confusion"] == there["confusion"]
    assert here["mae"] == pytest.approx(there["mae"], abs=NEAR)


@pytest.mark.parametrize("cell", ["lstm", "rnn"])
@pytest.mark.parametrize("precision", ["float32", "bfloat16"])
def test_reviews_can_be_learned_by_heart_there(cell: str, precision: str) -> None:
    """With both readings of each batch."""
    compute = Compute(DEVICE, precision)
    asked = {"epochs": 60, "learning_rate": 0.03, "patience": 60, "precision": precision}
    trained, _ = learn(cell, compute=compute, **STILL, **asked)
    rated, _ = eight_reviews()
    assert (trained.probabilities.argmax(axis=1) == rated.rating_indices).all()


@pytest.mark.parametrize("order", [("cpu", DEVICE), (DEVICE, "cpu"), (DEVICE, DEVICE)])
def test_a_training_goes_on_on_another_device(tmp_path: Path, order: tuple[str, str]) -> None:
    """From its checkpoint, either way, to what the processor alone makes."""
    whole = learned(RunControl(), **STILL)
    control = RunControl(tmp_path / "checkpoint", resume=True)
    for device, stop_after in zip(order, (13, None), strict=True):
        made = learned(control, stop_after=stop_after, compute=Compute(device), **STILL)
        assert made.completed == (stop_after is None)
    np.testing.assert_allclose(made.probabilities, whole.probabilities, atol=NEAR)
    assert len(made.history) == len(whole.history)


def test_stopped_there_and_resumed_it_draws_what_it_would_have_drawn(tmp_path: Path) -> None:
    """The dropouts of the device are in the checkpoint, too."""
    compute = Compute(DEVICE)
    whole = learned(RunControl(), compute=compute)
    control = RunControl(tmp_path / "checkpoint", resume=True)
    for stop_after in (7, None):
        made = learned(control, stop_after=stop_after, compute=compute)
    np.testing.assert_allclose(made.probabilities, whole.probabilities, atol=NEAR)


@pytest.mark.parametrize("cell", ["lstm", "rnn"])
def test_a_step_of_training_waits_for_nothing(cell: str) -> None:
    """A GPU that is asked for a number stands still until the next batch has come."""
    rated, vocabulary = eight_reviews()
    compute = Compute.of_machine(device=DEVICE)
    config = TrainConfig(tokens_per_batch=1_000, balance=True, precision=compute.precision)
    model = ModelConfig(len(vocabulary), 3, cell=cell, embedding_size=8, hidden_size=16)
    network = compute.place(NetworkStart(model, vocabulary).network(config))
    trainer = Trainer(network, config, TrainingTask(rated, rated, SCALE), compute, num_steps=5)
    batch, rows = compact_ids(next(batches(rated.corpus, 1_000)))
    trainer.train_step(batch, rows)  # loads the kernels
    with nothing_waits():
        for _ in range(3):
            trainer.train_step(batch, rows)
    assert np.isfinite(trainer.measure().train_loss)


@on_cuda
@pytest.mark.parametrize("cell", ["lstm", "rnn"])
def test_the_kernel_finds_its_weights_in_one_piece(cell: str) -> None:
    """Else it copies them together at every step: before it learns, and at every epoch's end."""
    rated, vocabulary = eight_reviews()
    compute = Compute(DEVICE)
    config = TrainConfig(tokens_per_batch=1_000)
    model = ModelConfig(len(vocabulary), 3, cell=cell, embedding_size=8, hidden_size=16)
    network = compute.place(NetworkStart(model, vocabulary).network(config))
    trainer = Trainer(network, config, TrainingTask(rated, rated, SCALE), compute, num_steps=5)
    batch, rows = compact_ids(next(batches(rated.corpus, 1_000)))

    def pieces() -> set[int]:
        return {weight.untyped_storage().data_ptr() for weight in network.cell.parameters()}

    assert len(pieces()) == 1
    trainer.train_step(batch, rows)
    trainer.measure()
    trainer.load_state_dict(trainer.state_dict())
    trainer.finish()
    assert len(pieces()) == 1


@on_cuda
@pytest.mark.parametrize("kind", [torch.nn.LSTM, torch.nn.RNN])
def test_the_cell_computes_as_the_processor_does(kind: type[torch.nn.LSTM]) -> None:
    """To the fifth decimal in float32; in bfloat16 its factors have 10 bits."""
    torch.manual_seed(0)
    cell, events = kind(64, 128, batch_first=True), torch.randn(32, 200, 64)
    expected = cell(events)[0].detach()
    for precision, near in (("float32", 1e-5), ("bfloat16", 5e-3)):
        compute = Compute(DEVICE, precision)
        placed = compute.place(kind(64, 128, batch_first=True))
        placed.load_state_dict(cell.state_dict())
        with compute.autocast():
            found = short_terms_of(placed, events.to(DEVICE))
        assert found.dtype == torch.float32
        torch.testing.assert_close(found.detach().cpu(), expected, atol=near, rtol=0)


@pytest.mark.parametrize("cell", ["lstm", "rnn"])
def test_it_rates_as_the_processor_does(tiny_bundles: dict[str, Bundle], cell: str) -> None:
    """Within a thousandth; in bfloat16 no further off than a processor is in it."""
    texts = many_texts()
    here = Scorer(tiny_bundles[cell])(texts)
    there = Scorer(tiny_bundles[cell], lambda: Compute(DEVICE), at_once=True)(texts)
    np.testing.assert_allclose(there, here, atol=NEAR)
    short = Scorer(tiny_bundles[cell], lambda: Compute(DEVICE, "bfloat16"), at_once=True)(texts)
    np.testing.assert_allclose(short, here, atol=0.03)
    assert (short.argmax(axis=1) == here.argmax(axis=1)).mean() > 0.99


def test_long_reviews_and_wide_networks_are_rated_alike() -> None:
    """Of the sizes that the base has, where kernels are others than those of small ones."""
    rng = np.random.default_rng(0)
    config = ModelConfig(1_000, 5, embedding_size=256, hidden_size=512)
    network = ReviewNetwork(config).eval()
    ids = torch.from_numpy(rng.integers(2, 1_000, (8, 700)))
    lengths = torch.tensor([700, 1, 0, 350, 699, 2, 128, 512])
    with torch.no_grad():
        here = network(ids, lengths).softmax(1)
        placed = Compute(DEVICE).place(network)
        there = placed(ids.to(DEVICE), lengths.to(DEVICE)).softmax(1).cpu()
    torch.testing.assert_close(there, here, atol=NEAR, rtol=0)


def test_a_file_is_rated_there(tiny_bundle: Bundle) -> None:
    """Row by row the same ratings, by the command and in Python."""
    copied(tiny_bundle, "tiny")
    texts = many_texts()
    pl.DataFrame({"review": texts}).write_csv("new.csv")
    for device in ("cpu", DEVICE):
        name = f"{device[:3]}.csv"
        asked = ("--input", "new.csv", "--output", name, "--replace", "--device", device)
        done = lstm("predict", *asked)
        assert done.exit_code == 0, done.stderr
    here, there = pl.read_csv("cpu.csv"), pl.read_csv(f"{DEVICE[:3]}.csv")
    differ = (here["predicted_rating"] != there["predicted_rating"]).sum()
    assert differ <= len(texts) // 500
    apart = (here["expected_rating"] - there["expected_rating"]).abs().max()
    assert apart < 0.05  # of 4 points; the GPU's own precision
    answers = load(Path("models/tiny"), device=DEVICE).predict_many(texts[:50])
    plain = load(Path("models/tiny")).predict_many(texts[:50])
    for one, other in zip(answers, plain, strict=True):
        assert one.expected_rating == pytest.approx(other.expected_rating, abs=4 * NEAR)


@pytest.mark.parametrize("order", [("cpu", DEVICE), (DEVICE, "cpu")])
def test_a_language_is_learned_there(tmp_path: Path, order: tuple[str, str]) -> None:
    """And goes on on another device; without dropout it comes to the same perplexity."""
    config = PretrainConfig(
        embedding_size=8, hidden_size=16, cutoffs=(6, 12), epochs=2, dropout=0.0,
        tokens_per_batch=200,
    )  # fmt: skip
    reviews = prepare_unlabelled(many_texts(200), config, "texts")

    class Notebook:
        """Hears nothing, and stops after an epoch if it is to."""

        def __init__(self, *, stops: bool) -> None:
            self.stops = stops

        def begin(self, *_: int) -> None: ...
        def batch_done(self, *_: float) -> None: ...
        def epoch_done(self, _: object) -> None:
            if self.stops:
                raise KeyboardInterrupt

    whole = pretrain(config, reviews, Notebook(stops=False))
    control = RunControl(tmp_path / "checkpoint", resume=True)
    with pytest.raises(KeyboardInterrupt):
        pretrain(config, reviews, Notebook(stops=True), compute=Compute(order[0]), control=control)
    made = pretrain(
        config, reviews, Notebook(stops=False), compute=Compute(order[1]), control=control
    )
    assert [r.perplexity for r in made.history] == pytest.approx(
        [r.perplexity for r in whole.history], rel=0.01
    )


def test_the_memory_test_runs_there() -> None:
    """With both cells, by threads side by side as on a processor."""
    config = MemoryTestConfig(steps=3, repeats=1, tested=8)
    here, there = (memory_test(config, threads=2, compute=Compute(d)) for d in ("cpu", DEVICE))
    for one, other in zip(here.cells.values(), there.cells.values(), strict=True):
        np.testing.assert_allclose(one.gradients, other.gradients, rtol=0.05, atol=1e-6)


@on_cuda
def test_a_gpu_too_many_is_refused() -> None:
    """With how many there are."""
    copied_name = f"cuda:{torch.cuda.device_count()}"
    done = lstm("train", "--sample", "--device", copied_name)
    assert done.exit_code == 2
    assert "cuda:0" in done.stderr.splitlines()[-1]


def test_a_model_made_there_is_made_again_with_a_word_on_the_device(tiny_reviews: Path) -> None:
    """Roundings differ between devices, and a person who repeats a model should know."""
    done = lstm("train", tiny_reviews, *TINY, "--device", DEVICE, "--name", "first")
    assert done.exit_code == 0, done.stderr
    asked = ("train", tiny_reviews, "--config", "first", "--device")
    there, here = (lstm(*asked, device, "--name", f"x{k}") for k, device in
                   enumerate((DEVICE, "cpu")))  # fmt: skip
    assert (there.exit_code, here.exit_code) == (0, 0), there.stderr + here.stderr
    assert "rounds otherwise" not in there.stderr
    assert ("cpu rounds otherwise than cuda (" in here.stderr) == IS_CUDA


if __name__ == "__main__":
    sys.exit(pytest.main([__file__, "-v"]))
