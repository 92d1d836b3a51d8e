"""``--device`` where many texts are rated: what is looked for, when, and what is said of it."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
import torch

from lstm_cli.bundle.reading import Bundle
from lstm_cli.core.batch_reading import BatchReader
from lstm_cli.core.compute import Compute
from lstm_cli.errors import RequestError
from lstm_cli.model import load
from tests.helpers import copied, lstm


@pytest.fixture
def model(tiny_bundle: Bundle) -> Path:
    """A model among those of the current folder."""
    return copied(tiny_bundle, "tiny")


@pytest.fixture
def taken_for_a_gpu(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """The processor of this machine, as far as it is asked what it is."""
    monkeypatch.setattr(Compute, "is_cpu", property(lambda _: False))
    monkeypatch.setattr(Compute, "device_name", property(lambda _: "cuda (NVIDIA H100)"))
    return


@pytest.mark.usefixtures("model", "taken_for_a_gpu")
def test_a_gpu_that_a_person_names_reads_the_first_row_as_well(
    tiny_reviews: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Who names one wants to see it at work; and it is said once."""

    def refuse(*_: object) -> None:
        raise AssertionError("numpy was asked")

    monkeypatch.setattr(BatchReader, "probabilities", refuse)
    asked = ("--input", tiny_reviews, "--device", "cpu")
    done = lstm("predict", *asked, "--output", "rated.csv")
    assert done.exit_code == 0, done.stderr
    line = "computing on cpu, cuda (NVIDIA H100): as --device has it"
    assert done.stderr.splitlines().count(line) == 1
    assert len(Path("rated.csv").read_text().splitlines()) == 41


@pytest.mark.usefixtures("model", "taken_for_a_gpu")
def test_what_the_machine_chooses_is_asked_once_there_is_much_to_read(
    tiny_reviews: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Forty rows are read before torch would be loaded, and no GPU is woken for them."""
    asked = ("evaluate", tiny_reviews, "--with-seen")
    few = lstm(*asked)
    assert "computing on" not in few.stderr
    monkeypatch.setattr("lstm_cli.inference.scorer.MOST_IN_NUMPY", 0)
    many = lstm(*asked)
    assert many.stderr.count("computing on") == 1
    assert "the GPU of this machine; --device cpu leaves it alone" in many.stderr
    assert few.stdout == many.stdout


@pytest.mark.usefixtures("model")
@pytest.mark.parametrize("command", [
    ("evaluate", "tiny.csv", "--with-seen"),
    ("compare", "tiny.csv", "models/tiny", "models/tiny", "--with-seen"),
    ("report", "tiny.csv"),
    ("predict", "--input", "tiny.csv", "--json"),
])  # fmt: skip
def test_every_command_that_rates_many_takes_a_device(
    tiny_reviews: Path, command: tuple[str, ...]
) -> None:
    """Named or not, the processor says the same, and nothing of itself."""
    rows = tiny_reviews.read_text("utf-8").splitlines()
    tiny_reviews.write_text("\n".join(row for row in rows if not row.endswith(",3")), "utf-8")
    plain, named = lstm(*command), lstm(*command, "--device", "cpu")
    assert (plain.exit_code, plain.stdout, plain.stderr) == (0, named.stdout, named.stderr)
    absent = lstm(*command, "--device", "cuda:99")
    assert absent.exit_code == 2
    # Before a file is read: nothing is said of it.
    (said,) = absent.stderr.splitlines()
    assert said.startswith("lstm: --device cuda:99: ")
    assert not absent.stdout


@pytest.mark.usefixtures("model")
def test_one_review_is_read_by_the_processor(monkeypatch: pytest.MonkeyPatch) -> None:
    """Who names it gets what he names, and who names a GPU hears why not."""
    assert lstm("predict", "a fine film", "--device", "cpu").stdout == lstm(
        "predict", "a fine film"
    ).stdout  # fmt: skip
    monkeypatch.setattr("lstm_cli.core.compute.chosen_device", lambda asked: asked)
    done = lstm("predict", "a fine film", "--device", "cuda")
    assert (done.exit_code, done.stderr) == (
        2,
        "lstm: --device: one review is read by the processor; a GPU reads files, with --input "
        "FILE\n",
    )


def test_in_python_a_device_is_looked_for_when_the_model_is_read(model: Path) -> None:
    """Not hours later, when many texts come."""
    texts = ["a fine film", "awful!", ""]
    plain, named = load(model), load(model, device="cpu")
    for one, other in zip(plain.predict_many(texts), named.predict_many(texts), strict=True):
        assert one.rating == other.rating
        np.testing.assert_allclose(
            list(one.probabilities.values()), list(other.probabilities.values()), atol=1e-6
        )
    with pytest.raises(RequestError, match="device cuda:99: "):
        load(model, device="cuda:99")


def test_the_memory_test_takes_a_device_that_is_there() -> None:
    """And has no use for one where a model is looked at."""
    absent = lstm("memory-test", "--device", "cuda:99")
    assert absent.exit_code == 2
    assert "--device cuda:99: " in absent.stderr
    assert "--device goes without --model" in lstm(
        "memory-test", "--model", "base", "--device", "cpu"
    ).stderr  # fmt: skip


@pytest.mark.usefixtures("model")
def test_a_full_gpu_is_one_line(monkeypatch: pytest.MonkeyPatch) -> None:
    """Others compute on it, too. Any other mistake of torch's is one of ours."""
    for error in (torch.OutOfMemoryError, RuntimeError):

        def fail(*_: object, error: type[Exception] = error) -> None:
            raise error("CUDA out of memory. Tried to allocate 2.00 GiB.")

        monkeypatch.setattr("lstm_cli.inference.predictor.Predictor.predict", fail)
        done = lstm("-q", "predict", "a fine film")
        if error is RuntimeError:
            assert isinstance(done.exception, RuntimeError)
        else:
            assert (done.exit_code, done.stderr) == (
                2,
                "lstm: the GPU is out of memory; free some of it, or use the processor with "
                "--device cpu\n",
            )
