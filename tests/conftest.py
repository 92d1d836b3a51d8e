"""Reviews and models small enough to make in no time, shared by all tests."""

import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import torch
from hypothesis import settings

from lstm_cli.bundle.reading import Bundle, open_bundle
from tests.helpers import BLAME, PRAISE, TINY, lstm

# The same examples every time, however slow the machine: what passes here passes wherever it
# lands. New ones are drawn by
# ``python -m tests.benchmarks.grammar``, or with --hypothesis-profile=default.
settings.register_profile("fixed", derandomize=True, deadline=None)
settings.load_profile("fixed")


def pytest_configure(config: pytest.Config) -> None:
    """Tests compute on the processor, whatever the machine has: only ``tests/gpu.py`` does not."""
    if not any("gpu.py" in argument for argument in config.args):
        os.environ["CUDA_VISIBLE_DEVICES"] = ""


@pytest.fixture(scope="session", autouse=True)
def one_thread() -> None:
    """Tiny models run faster on one thread, and the machine stays free for the other tests."""
    torch.set_num_threads(1)


@pytest.fixture(autouse=True)
def plain_surroundings(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """An empty folder, 80 columns, no colour, no model of the developer's and no base.

    The base would make every training a hundred times as large; its own tests put it back.
    A process that a test starts computes on one thread, as the tests do.
    """
    monkeypatch.setattr("lstm_cli.bundle.locating.base_path", lambda: None)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "80")
    monkeypatch.setenv("TERM", "dumb")
    monkeypatch.setenv("OMP_NUM_THREADS", "1")
    monkeypatch.setenv("LSTM_CACHE_DIR", str(tmp_path / "cache"))
    for name in ("LSTM_MODEL", "LSTM_MODELS_DIR", "FORCE_COLOR", "NO_COLOR"):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    """One browser for all tests of a file."""
    playwright = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
    chromium = shutil.which("chromium") or shutil.which("chromium-browser")
    if chromium is None:
        pytest.skip("there is no chromium")
    with playwright.sync_playwright() as running:
        options = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
        started = running.chromium.launch(executable_path=chromium, args=options)
        yield started
        started.close()


@pytest.fixture
def tiny_reviews(tmp_path: Path) -> Path:
    """Forty rows, ratings 1, 3 and 5, each text but the praise and blame different."""
    lines = ["review,rating"]
    for k in range(8):
        lines += [f'"{text} {k}",5' for text in PRAISE[:2]]
        lines += [f'"{text} {k}",1' for text in BLAME[:2]]
        lines.append(f'"neither good nor bad {k}",3')
    path = tmp_path / "tiny.csv"
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


def _train(folder: Path, cell: str) -> Bundle:
    """Learn from 60 reviews; measured on 120 others."""
    files = [folder / name for name in (f"{cell}.csv", "held-out.csv")]
    for file, numbers in zip(files, (range(6), range(6, 18)), strict=True):
        rows = [
            f'"{text} {k}",{rating}'
            for k in numbers
            for rating, texts in ((5, PRAISE), (1, BLAME))
            for text in texts
        ]
        file.write_text("\n".join(["review,rating", *rows]) + "\n", encoding="utf-8")
    reviews, held_out = files
    models = folder / "models"
    learned = ("--validation", held_out, "--epochs", 30, "--learning-rate", 0.05)
    done = lstm("-q", "train", reviews, "--models-dir", models, "--cell", cell, *TINY, *learned)
    assert done.exit_code == 0, done.stderr
    return open_bundle(models / cell)


@pytest.fixture(scope="session")
def tiny_bundles(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Bundle]:
    """An LSTM and a plain RNN of 4 units each, trained in a second."""
    folder = tmp_path_factory.mktemp("bundles")
    return {cell: _train(folder, cell) for cell in ("lstm", "rnn")}


@pytest.fixture(scope="session")
def replays(tiny_bundles: dict[str, Bundle]) -> dict[str, Bundle]:
    """The LSTM again, with the epochs of its training: whole, and by differences of either size."""
    folder = tiny_bundles["lstm"].path.parent
    reviews, held_out = (folder.parent / name for name in ("lstm.csv", "held-out.csv"))
    found = {}
    for stored_as, coarsest in (("float32", None), ("int16", 1e-9), ("int8", 1.0)):
        name = f"replay-{stored_as}"
        with pytest.MonkeyPatch.context() as patch:
            if coarsest is not None:
                patch.setattr("lstm_cli.bundle.epochs.MOST_WHOLE", 0)
                patch.setattr("lstm_cli.bundle.epochs.COARSEST", coarsest)
            run = ("--models-dir", folder.parent / "replays", "--name", name, "--keep-epochs")
            learned = ("--validation", held_out, "--epochs", 6, "--learning-rate", 0.05)
            done = lstm("-q", "train", reviews, *run, *TINY, *learned)
        assert done.exit_code == 0, done.stderr
        found[stored_as] = open_bundle(folder.parent / "replays" / name)
    return found


@pytest.fixture
def tiny_bundle(tiny_bundles: dict[str, Bundle]) -> Bundle:
    """The LSTM of the two."""
    return tiny_bundles["lstm"]
