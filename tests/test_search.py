"""A budget of time is spent on other recipes, and what is chosen can be made again."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, replace
from importlib import import_module
from itertools import count
from pathlib import Path

import numpy as np
import pytest

from lstm_cli.bundle.reading import Bundle, open_bundle
from lstm_cli.bundle.writing import write_bundle
from lstm_cli.commands.options import seconds_of
from lstm_cli.commands.stopping import interruptible
from lstm_cli.config import TrainConfig
from lstm_cli.errors import OptionError
from lstm_cli.results import Attempt
from lstm_cli.training import search as searching
from lstm_cli.training.loop import Trained
from lstm_cli.training.rules import patience_for
from lstm_cli.training.search import SearchResult, search
from tests.helpers import SCALE, TINY, copied, learn, lstm, new_bundle

TRUTH = np.arange(200) % 3


class Listener:
    def __init__(self) -> None:
        self.attempts: list[Attempt] = []

    def tried(self, attempt: Attempt) -> None:
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
    better = replace(trained, probabilities=probabilities, completed=False)

    def tries(*made: Trained) -> SearchResult:
        ready = iter(made)
        return search(lambda _: next(ready), TrainConfig(), 1e6, TRUTH, SCALE, Listener())

    found = tries(worse, better)
    assert found.trained is worse
    assert not found.completed
    assert len(found.attempts) == 1
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
    ready = iter([*tries, replace(tries[0], completed=False)])
    found = search(lambda _: next(ready), TrainConfig(), 1e6, truth, SCALE, Listener())
    assert found.trained is tries[1]


def made_up(right: float) -> Trained:
    """What names the true rating with such a probability, and the others alike."""
    trained, _ = learn()
    probabilities = np.full((len(TRUTH), 3), (1 - right) / 2)
    probabilities[np.arange(len(TRUTH)), TRUTH] = right
    return replace(trained, probabilities=probabilities)


def recipes_tried(decided: tuple[str, ...] = (), **budget: float) -> list[TrainConfig]:
    """All that is tried by a clock on which each training takes as long as its work is."""
    seen: list[TrainConfig] = []
    same = made_up(0.5)

    def takes_its_time(config: TrainConfig) -> Trained:
        seen.append(config)
        now[0] += searching._work(config)
        return same

    now = [0.0]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(searching.time, "perf_counter", lambda: now[0])
        search(
            takes_its_time,
            DEFAULT,
            budget["seconds"],
            TRUTH,
            SCALE,
            Listener(),
            decided=decided,
        )
    assert now[0] <= budget["seconds"]
    return seen


DEFAULT = TrainConfig(epochs=8)


def test_no_recipe_is_tried_twice_and_the_budget_is_kept() -> None:
    """Training is exact: a second time would tell nothing."""
    budget = 30 * searching._work(DEFAULT)
    seen = recipes_tried(seconds=budget)
    assert len(seen) > 20
    assert len(set(seen)) == len(seen)


def test_what_a_person_decided_is_not_tried_otherwise() -> None:
    """``--epochs 8 --budget 5m`` trains for eight epochs."""
    seen = recipes_tried(("epochs", "learning_rate"), seconds=20 * searching._work(DEFAULT))
    assert {config.epochs for config in seen} == {8}
    assert {config.learning_rate for config in seen} == {DEFAULT.learning_rate}
    assert len({config.cell_lr_scale for config in seen}) > 1


def test_longer_trainings_are_waited_for_longer() -> None:
    """Twice the epochs with the patience of half of them would be cut off."""
    for config in recipes_tried(seconds=60 * searching._work(DEFAULT))[1:]:
        assert config.patience == patience_for(config.epochs)


def test_equal_recipes_seldom_take_the_lead() -> None:
    """Chance alone is better half the time; by two standard errors it is in 3 of 100."""
    rng = np.random.default_rng(0)
    leads = [searching._is_better(rng.normal(size=50), rng.normal(size=50)) for _ in range(1_000)]
    assert np.mean(leads) < 0.04
    assert searching._is_better(np.zeros(50), rng.normal(1, 0.1, size=50))
    assert not searching._is_better(np.zeros(1), np.ones(1))  # one review proves nothing


def test_with_balance_rare_ratings_count_for_more() -> None:
    """Else a search would lead back to the commonest."""
    truth = np.array([2] * 90 + [0] * 10)
    probabilities = np.full((100, 3), 0.05)
    probabilities[:, 2] = 0.9
    named = replace(made_up(0.5), probabilities=probabilities)
    plain, balanced = (searching._losses(named, truth, balance) for balance in (False, True))
    assert balanced[90:].mean() / balanced[:90].mean() == pytest.approx(
        3 * plain[90:].mean() / plain[:90].mean()
    )


@pytest.mark.parametrize(("said", "meant"), [("90s", 90), ("5m", 300), ("1.5h", 5_400), ("7", 7)])
def test_a_budget_is_a_time(said: str, meant: float) -> None:
    """As people write it."""
    assert seconds_of(said, "budget") == meant


@pytest.mark.parametrize("said", ["", "soon", "5 weeks", "-3m", "0s"])
def test_what_is_no_time_is_refused(said: str) -> None:
    """In one line that says how to write one."""
    with pytest.raises(OptionError, match=r"--time-limit .*90s, 5m or 1h"):
        seconds_of(said, "time-limit")


@pytest.mark.parametrize(
    "also",
    [(), ("--balance",), ("--validation", "0.3"), ("--cell", "rnn"), ("--validation", "tiny.csv")],
    ids=" ".join,
)
def test_within_a_budget_and_again_with_config(tiny_reviews: Path, also: tuple[str, ...]) -> None:
    """What was tried is told and kept; ``--config`` makes the very same weights."""
    Path("more.csv").write_text(tiny_reviews.read_text().replace('",', ' again",'))
    line = ("train", "more.csv", "--budget", "1s", "--name", "one", *TINY, *also)
    done = lstm(*line)
    assert done.exit_code == 0, done.stderr
    assert "the default settings" in done.stderr
    assert "lstm train ... --config one" in done.stdout
    one = open_bundle(Path("models/one"))
    tried = one.info.provenance.tried
    assert tried[0]["changes"] == {}
    assert one.info.training.epochs == 2
    given = also if also[-1:] == ("tiny.csv",) else ()
    again = lstm("train", "more.csv", "--config", "one", "--name", "two", *given)
    assert again.exit_code == 0, again.stderr
    assert "not the same model" not in again.stderr
    assert ("plain RNN" in again.stdout) == ("rnn" in also)
    two = open_bundle(Path("models/two"))
    assert asdict(one.info.training) == asdict(two.info.training)
    assert one.info.temperature == two.info.temperature
    for name, array in one.arrays.items():
        np.testing.assert_array_equal(array, two.arrays[name])


def test_ctrl_c_within_a_budget_keeps_the_best_so_far(
    tiny_reviews: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """And says how to go on; a budget cannot be resumed."""

    @contextmanager
    def pressed_at_step_20() -> Iterator[Callable[[], bool]]:
        steps = count()
        yield lambda: next(steps) >= 20

    # By its module: the package has a function of that name, the command.
    command = import_module("lstm_cli.commands.train")
    monkeypatch.setattr(command, "interruptible", pressed_at_step_20)
    done = lstm("train", tiny_reviews, "--budget", "1h", "--name", "one", *TINY)
    assert done.exit_code == 130
    assert "stopped; the best so far is saved in" in done.stdout
    assert "lstm train ... --config one trains by its recipe to the end" in done.stdout
    assert "the same model again" not in done.stdout
    tried = open_bundle(Path("models/one")).info.provenance.tried
    assert 1 <= len(tried) < 20
    assert lstm("predict", "great fun").exit_code == 0
    monkeypatch.setattr(command, "interruptible", interruptible)
    done = lstm("train", tiny_reviews, "--config", "one", "--name", "whole")
    assert "that one's training was stopped, this one goes to its end" in done.stderr


def test_config_says_why_another_model_comes_of_it(tiny_reviews: Path) -> None:
    """The same settings on other reviews are another model."""
    assert lstm("-q", "train", tiny_reviews, "--name", "one", *TINY).exit_code == 0
    tiny_reviews.write_text(tiny_reviews.read_text().replace("great fun 1", "great film 1"))
    done = lstm("train", tiny_reviews, "--config", "one")
    assert done.exit_code == 0, done.stderr
    assert "not the same model as one: these are other reviews" in done.stderr


def test_config_and_what_the_model_started_from(
    tiny_bundle: Bundle, tiny_reviews: Path, tmp_path: Path
) -> None:
    """A base may have moved, and is refused when it is another."""
    mine, moved = copied(tiny_bundle, "mine"), copied(tiny_bundle, "elsewhere/moved")
    changed = {name: array + 1 for name, array in tiny_bundle.arrays.items()}
    write_bundle(replace(new_bundle(tiny_bundle), weights=changed), Path("models/other"))
    start = ("--base", tmp_path / mine, "--epochs", "1")
    assert lstm("-q", "train", tiny_reviews, *start, "--name", "one").exit_code == 0
    again = ("-q", "train", tiny_reviews, "--config", "one")
    assert lstm(*again, "--name", "two").exit_code == 0
    assert lstm(*again, "--name", "three", "--base", tmp_path / moved).exit_code == 0
    weights = [
        Path("models", name, "weights.safetensors").read_bytes() for name in ("one", "two", "three")
    ]
    assert len(set(weights)) == 1
    done = lstm(*again, "--base", "other")
    assert done.exit_code == 2
    assert "started from mine, which has changed since" in done.stderr
    done = lstm(*again, "--base", "nowhere")
    assert done.exit_code == 2
    assert "started from mine, which is not there" in done.stderr
    done = lstm("train", tiny_reviews, "--config", "mine", "--base", "other")
    assert done.exit_code == 2
    assert "--base: mine started from nothing" in done.stderr


def test_config_and_the_vectors_the_model_started_from(tiny_reviews: Path) -> None:
    """They are asked for again, and not taken in another size."""
    for size in (2, 3):
        numbers = " 0.1" * size
        Path(f"{size}.txt").write_text(f"film{numbers}\nfun{numbers}\n", encoding="utf-8")
    made = ("--vectors", "2.txt", "--epochs", "1", "--name", "one")
    assert lstm("-q", "train", tiny_reviews, *made).exit_code == 0
    again = ("-q", "train", tiny_reviews, "--config", "one")
    assert lstm(*again, "--vectors", "2.txt", "--name", "two").exit_code == 0
    for said, why in (((), "started from 2.txt"), (("--vectors", "3.txt"), "give the same file")):
        done = lstm(*again, *said)
        assert done.exit_code == 2
        assert why in done.stderr


def test_config_decides_and_nothing_beside_it(tiny_reviews: Path) -> None:
    """An option that would be overruled is refused."""
    assert lstm("-q", "train", tiny_reviews, "--name", "one", *TINY).exit_code == 0
    for said in (
        ("--seed", "3"),
        ("--epochs", "3"),
        ("--balance",),
        ("--vectors", "glove.txt"),
        ("--validation", "0.2"),
    ):
        done = lstm("train", tiny_reviews, "--config", "one", *said)
        assert done.exit_code == 2
        assert said[0] in done.stderr
        assert len(done.stderr.splitlines()) == 1
    done = lstm("train", tiny_reviews, "--config", "nowhere")
    assert done.exit_code == 2


@pytest.mark.parametrize("other", [("--epochs", "3"), ("--budget", "1m"), ("--resume",)])
def test_a_time_limit_decides_the_epochs_alone(tiny_reviews: Path, other: tuple[str, ...]) -> None:
    """What contradicts it is refused, and not left out silently."""
    done = lstm("train", tiny_reviews, "--time-limit", "5m", *other)
    assert done.exit_code == 2
    assert f"{other[0]} does not go with --time-limit, which decides the epochs" in done.stderr


def test_how_long_it_takes_is_said_first(tiny_reviews: Path) -> None:
    """Before the first epoch; and what a limit leaves out."""
    small = ("--embedding-size", 3, "--hidden-size", 4)
    done = lstm("train", tiny_reviews, *small, "--time-limit", "1h")
    said = done.stderr.splitlines()
    place = next(k for k, line in enumerate(said) if line.startswith("this will take about"))
    assert said[place].endswith("s: 60 epochs")
    assert said[place + 1].startswith("epoch")
    done = lstm("train", tiny_reviews, *small, "--time-limit", "0.001s")
    assert "1 epoch, over 3 reviews, as there is no time for more" in done.stderr
