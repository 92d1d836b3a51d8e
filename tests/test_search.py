"""A budget of time is spent on other recipes, and what is chosen can be made again."""

import json
from dataclasses import asdict, replace
from pathlib import Path

import numpy as np
import pytest

from lstm_cli.bundle.reading import open_bundle
from lstm_cli.commands.options import seconds_of
from lstm_cli.config import TrainConfig
from lstm_cli.errors import OptionError
from lstm_cli.results import Attempt
from lstm_cli.training import search as searching
from lstm_cli.training.search import search
from lstm_cli.training.trainer import Trained
from tests.conftest import lstm
from tests.test_trainer import learn

TRUTH = np.arange(200) % 3
SCALE = np.array([1.0, 2.0, 3.0])
SMALL = ("--epochs", "2", "--embedding-size", "3", "--hidden-size", "4", "--precision", "float32")


class Listener:
    def __init__(self) -> None:
        self.attempts: list[Attempt] = []

    def tried(self, attempt: Attempt, seconds_left: float) -> None:
        self.attempts.append(attempt)


def test_the_recipe_that_serves_best_is_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    """A made-up world in which a lower rate is better; chance gains do not count."""
    trained, _ = learn()
    clock = iter(range(10_000))
    monkeypatch.setattr(searching.time, "perf_counter", lambda: float(next(clock)))

    def makes(config: TrainConfig) -> Trained:
        right = 0.4 + 0.3 * min(1.0, 1e-3 / config.learning_rate)
        probabilities = np.full((len(TRUTH), 3), (1 - right) / 2)
        probabilities[np.arange(len(TRUTH)), TRUTH] = right
        return replace(trained, probabilities=probabilities)

    heard = Listener()
    found = search(makes, TrainConfig(), 100.0, TRUTH, SCALE, heard)
    assert found.attempts == tuple(heard.attempts)
    assert found.attempts[0].changes == {}
    assert found.attempts[0].is_best
    assert found.config.learning_rate < 2e-3
    losses = [attempt.loss for attempt in found.attempts if attempt.is_best]
    assert losses == sorted(losses, reverse=True)
    assert min(losses) == min(attempt.loss for attempt in found.attempts)
    again = search(makes, TrainConfig(), 100.0, TRUTH, SCALE, Listener())
    assert again.config == found.config


@pytest.mark.parametrize(("said", "meant"), [("90s", 90), ("5m", 300), ("1.5h", 5_400), ("7", 7)])
def test_a_budget_is_a_time(said: str, meant: float) -> None:
    """As people write it."""
    assert seconds_of(said) == meant


@pytest.mark.parametrize("said", ["", "soon", "5 weeks", "-3m", "0s"])
def test_what_is_no_time_is_refused(said: str) -> None:
    """In one line that says how to write one."""
    with pytest.raises(OptionError, match="90s, 5m or 1h"):
        seconds_of(said)


def test_within_a_budget_and_again_with_config(tiny_reviews: Path) -> None:
    """What was tried is told and kept; ``--config`` makes the very same weights."""
    done = lstm("train", tiny_reviews, "--budget", "2s", "--name", "one", *SMALL)
    assert done.exit_code == 0, done.stderr
    assert "the defaults" in done.stderr
    assert "lstm train ... --config one" in done.stdout
    tried = json.loads(Path("models/one/bundle.json").read_text())["data"]["tried"]
    assert tried[0]["changes"] == {}
    assert sum(attempt["is_best"] for attempt in tried) >= 1
    again = lstm("-q", "train", tiny_reviews, "--config", "one", "--name", "two")
    assert again.exit_code == 0, again.stderr
    one, two = open_bundle(Path("models/one")), open_bundle(Path("models/two"))
    assert asdict(one.info.training) == asdict(two.info.training)
    for name, array in one.arrays.items():
        np.testing.assert_array_equal(array, two.arrays[name])


def test_config_decides_and_nothing_beside_it(tiny_reviews: Path) -> None:
    """An option that would be overruled is refused."""
    assert lstm("-q", "train", tiny_reviews, "--name", "one", *SMALL).exit_code == 0
    done = lstm("train", tiny_reviews, "--config", "one", "--seed", "3")
    assert done.exit_code == 2
    assert "--seed does not go with --config" in done.stderr
    done = lstm("train", tiny_reviews, "--config", "nowhere")
    assert done.exit_code == 2
