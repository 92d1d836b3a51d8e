"""What tests do again and again: run a command, train something tiny, copy and spoil a model."""

import hashlib
import json
import shutil
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import numpy as np
from typer.testing import CliRunner, Result

from lstm_cli.bundle.contents import NewBundle, description_digest
from lstm_cli.bundle.reading import Bundle
from lstm_cli.commands import app
from lstm_cli.config import ModelConfig, TrainConfig
from lstm_cli.core.compute import Compute
from lstm_cli.data.tokenizing import tokenize_reviews
from lstm_cli.results import EpochReport
from lstm_cli.text.vocabulary import Vocabulary
from lstm_cli.training.checkpoint import RunControl
from lstm_cli.training.loop import NetworkStart, Trained, train
from lstm_cli.training.preparation import RatedCorpus
from lstm_cli.training.trainer import TrainingTask

PRAISE = ("a fine film", "great fun", "I loved every minute", "warm, wise and funny", "superb!")
BLAME = ("a dull film", "no fun at all", "I hated every minute", "cold and stupid", "awful!")

TINY = (
    "--epochs", "2", "--embedding-size", "3", "--hidden-size", "4", "--precision", "float32",
    "--base", "none",
)  # fmt: skip
"""For ``lstm train``: a network of 4 units from nothing, in no time. An option given again wins."""


def lstm(*arguments: object, stdin: str | bytes | None = None) -> Result:
    """Run ``lstm`` as a person would; the result has stdout, stderr and exit_code."""
    return CliRunner().invoke(app, [str(argument) for argument in arguments], input=stdin)


@contextmanager
def in_case(named: str) -> Iterator[None]:
    """One case of many within a test: what fails in it fails with its name."""
    try:
        yield
    except Exception as error:
        error.add_note(f"in this case: {named}")
        raise


# Eight reviews, learned without the command

TEXTS = ["good", "very good", "not good", "bad", "very bad", "not bad", "so so", "fine"]
RATINGS = np.array([2, 2, 0, 0, 0, 2, 1, 2])
SCALE = np.array([1.0, 2.0, 3.0])


class Notebook:
    """A listener that writes down what it hears."""

    def __init__(self) -> None:
        self.tokens = 0
        self.reports: list[EpochReport] = []

    def begin(self, num_epochs: int, tokens_per_epoch: int, tokens_before: int) -> None:
        self.expected = (num_epochs, tokens_per_epoch)

    def batch_done(self, num_tokens: int) -> None:
        self.tokens += num_tokens

    def epoch_done(self, report: EpochReport) -> None:
        self.reports.append(report)


def eight_reviews() -> tuple[RatedCorpus, Vocabulary]:
    """The texts above and their words."""
    tokenized = tokenize_reviews(TEXTS)
    vocabulary = Vocabulary.build(tokenized.counts(np.arange(len(TEXTS))))
    return RatedCorpus(tokenized.encode(vocabulary), RATINGS), vocabulary


def learn(
    cell: str = "lstm",
    validation: RatedCorpus | None = None,
    control: RunControl | None = None,
    compute: Compute | None = None,
    **settings: float,
) -> tuple[Trained, Notebook]:
    """Train on the eight texts above, and measure on them too, or on others."""
    rated, vocabulary = eight_reviews()
    model = ModelConfig(
        vocab_size=len(vocabulary), num_ratings=3, cell=cell, embedding_size=8, hidden_size=8
    )
    config = TrainConfig(**{"epochs": 1, "tokens_per_batch": 8, **settings})
    notebook = Notebook()
    trained = train(
        NetworkStart(model, vocabulary),
        config,
        TrainingTask(rated, validation or rated, SCALE),
        notebook,
        compute=compute,
        control=control,
    )
    return trained, notebook


IN_STEPS = {"epochs": 12, "tokens_per_batch": 6, "adversarial_epsilon": 0.25, "patience": 12}


def learned(control: RunControl, stop_after: int | None = None, **settings: float) -> Trained:
    """The eight reviews, some steps an epoch; stopped after so many steps of this run."""
    asked = 0

    def is_stopped() -> bool:
        nonlocal asked
        asked += 1
        return asked == stop_after

    return learn(control=replace(control, is_stopped=is_stopped), **(IN_STEPS | settings))[0]


# Saved models, to be there, to be written again or to be spoiled


def copied(bundle: Bundle, name: str) -> Path:
    """A copy among the models of the current folder, where a test needs any model at all."""
    return shutil.copytree(bundle.path, Path("models") / name)


def new_bundle(bundle: Bundle) -> NewBundle:
    """A model as it was before it was saved."""
    return NewBundle(
        info=bundle.info,
        tokens=bundle.vocabulary.tokens,
        weights=bundle.arrays,
        gate_statistics=bundle.gate_statistics,
        history=(),
        baseline=bundle.baseline,
        seen=bundle.seen,
        held_out_answers=bundle.held_out_answers,
        base_answers=bundle.base_answers,
    )


def write_info(path: Path, info: dict) -> None:
    """With a checksum that fits."""
    signed = info | {"sha256": description_digest(info)}
    (path / "bundle.json").write_text(json.dumps(signed))


def sign(path: Path) -> None:
    """Make every checksum fit, as somebody would who means harm."""
    info = json.loads((path / "bundle.json").read_text())
    for name in info["files"]:
        content = (path / name).read_bytes()
        digest = hashlib.sha256(content).hexdigest()
        info["files"][name] = {"bytes": len(content), "sha256": digest}
    write_info(path, info)


def leaves(value: object, path: tuple[str | int, ...] = ()) -> Iterator[tuple[str | int, ...]]:
    """The way to every value that is no container, and to every container."""
    if path:
        yield path
    items = (
        value.items()
        if isinstance(value, dict)
        else enumerate(value)
        if isinstance(value, list)
        else ()
    )
    for key, inner in items:
        yield from leaves(inner, (*path, key))


# A start, in an interpreter that is not full of packages yet

HEAVY = {"torch", "nltk", "polars", "sklearn"}


def packages_loaded_by(code: str) -> set[str]:
    """Run ``code`` in a fresh interpreter and name the packages it left loaded."""
    report = "import sys; print(*{name.partition('.')[0] for name in sys.modules})"
    fresh = [sys.executable, "-c", f"{code}\n{report}"]
    printed = subprocess.check_output(fresh, text=True, encoding="utf-8")
    return set(printed.splitlines()[-1].split())


def expected_of(probabilities: Mapping[str, float]) -> float:
    """The mean of ratings that are numbers, by their probabilities, as JSON has them."""
    return sum(float(rating) * share for rating, share in probabilities.items())
