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
from lstm_cli.training.search import Found, search
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


def test_a_stopped_try_ends_the_search_and_does_not_lead() -> None:
    """Its recipe would not make it again, good as it may be; the first is all there is."""
    trained, _ = learn()
    probabilities = np.full((len(TRUTH), 3), 0.1)
    probabilities[np.arange(len(TRUTH)), TRUTH] = 0.8
    worse = replace(trained, probabilities=np.full((len(TRUTH), 3), 1 / 3))
    better = replace(trained, probabilities=probabilities, is_whole=False)

    def tries(*made: Trained) -> Found:
        ready = iter(made)
        return search(lambda _: next(ready), TrainConfig(), 1e6, TRUTH, SCALE, Listener())

    found = tries(worse, better)
    assert found.trained is worse
    assert not found.is_whole
    assert len(found.attempts) == 2
    assert tries(better).trained is better


def test_a_try_is_judged_by_what_it_says_when_calibrated() -> None:
    """Twice too sure and right more often is better: the temperature is divided out."""
    trained, _ = learn()
    rng = np.random.default_rng(0)
    truth = rng.integers(3, size=2_000)

    def naming(right: float, sure: float) -> Trained:
        named = np.where(rng.random(len(truth)) < right, truth, (truth + 1) % 3)
        probabilities = np.full((len(truth), 3), (1 - sure) / 2)
        probabilities[np.arange(len(truth)), named] = sure
        return replace(trained, probabilities=probabilities)

    tries = [naming(right=0.55, sure=0.55), naming(right=0.65, sure=0.97)]
    ready = iter([*tries, replace(tries[0], is_whole=False)])
    found = search(lambda _: next(ready), TrainConfig(), 1e6, truth, SCALE, Listener())
    assert found.trained is tries[1]


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
