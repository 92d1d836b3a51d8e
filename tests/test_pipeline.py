"""The whole order of the work, as others than the command may call it."""

import gc
import json
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from rich.console import Console

from lstm_cli.bundle.card import model_card
from lstm_cli.bundle.provenance import Provenance
from lstm_cli.bundle.reading import Bundle, open_bundle
from lstm_cli.config import TrainConfig
from lstm_cli.data.reviews import Reviews, ReviewsSummary, read_reviews
from lstm_cli.errors import BundleExistsError, RequestError
from lstm_cli.pipeline.preparation import PreparedRun
from lstm_cli.pipeline.repeating import differences
from lstm_cli.pipeline.requests import TrainRequest
from lstm_cli.pipeline.run import run_training
from lstm_cli.results import Attempt, EpochReport
from lstm_cli.training.pace import Pace, Plan, fitted_to
from lstm_cli.views.training import show_prepared
from tests.helpers import lstm


class Watcher:
    """A listener of no command: it counts, and looks at what is in memory meanwhile."""

    def __init__(self, stop_after: int | None = None) -> None:
        self.epochs = self.batches = 0
        self.found: ReviewsSummary | None = None
        self.run: PreparedRun | None = None
        self.reviews_in_memory: int | None = None
        self.stop_after = stop_after

    def nothing_to_resume(self, name: str) -> None: ...
    def renamed(self, taken: str, name: str) -> None: ...
    def tried(self, attempt: Attempt) -> None: ...
    def begin(self, num_epochs: int, tokens_per_epoch: int, tokens_before: int) -> None: ...

    def read(self, reviews: ReviewsSummary, others: ReviewsSummary | None) -> None:
        self.found = reviews

    def planned(self, run: PreparedRun, plan: Plan, seconds: float) -> None:
        self.plan, self.planned_run, self.expected = plan, run, seconds

    def prepared(self, run: PreparedRun) -> None:
        self.run = run

    @contextmanager
    def training(self) -> Iterator[Callable[[], bool]]:
        gc.collect()
        self.reviews_in_memory = sum(type(thing) is Reviews for thing in gc.get_objects())
        yield lambda: self.stop_after is not None and self.batches > self.stop_after

    def batch_done(self, num_tokens: int) -> None:
        self.batches += 1

    def epoch_done(self, report: EpochReport) -> None:
        self.epochs += 1


def request(file: Path, **asked: object) -> TrainRequest:
    """A small training of a file, from nothing."""
    small = {"base": "none", "embedding_size": 3, "hidden_size": 4, "epochs": 2}
    return TrainRequest(sources=(str(file),), folder=Path("models"), **{**small, **asked})


def test_a_request_becomes_a_saved_model(tiny_reviews: Path) -> None:
    """Without a command: what comes back is what lies in the folder."""
    watcher = Watcher()
    made = run_training(request(tiny_reviews), watcher)
    assert made.completed
    assert watcher.found == made.run.reviews
    assert watcher.run is made.run
    saved = open_bundle(made.path)
    assert saved.info.scores == made.evaluation.to_json()
    assert saved.info.provenance == made.bundle.info.provenance
    assert made.to_json(1.5)["reviews"] == 40


def test_a_time_is_said_and_a_limit_of_it_is_kept(tiny_reviews: Path) -> None:
    """Where there is time for all of it, all of it; else fewer epochs, or fewer reviews."""
    asked = request(tiny_reviews, epochs=None)
    watcher = Watcher()
    whole = run_training(asked, watcher)
    assert watcher.plan.share == 1
    assert watcher.plan.config == whole.bundle.info.training
    assert watcher.expected > 0
    much, little = (
        run_training(replace(asked, replace=True, time_limit=seconds), watcher)
        for seconds in (1e6, 1e-6)
    )
    assert much.bundle.info.training == whole.bundle.info.training
    assert little.bundle.info.training.epochs == watcher.plan.config.epochs == 1
    assert watcher.plan.share == 0.01
    # One of each rating at least, of 35 that could be learned from.
    learned = little.bundle.info.provenance.training
    assert len(watcher.planned_run.data.training) == learned == 3
    assert whole.bundle.info.provenance.training == 35


def test_where_reading_takes_the_time_it_is_measured_on_fewer() -> None:
    """Else a tenth of a million reviews would be rated long after the time is over."""
    config = TrainConfig(epochs=4)
    pace = Pace(learning=900.0, measuring=100.0, afterwards=5.0, num_held_out=100_000)
    short = fitted_to(config, pace, 120.0)
    assert (short.config.epochs, short.held_out) == (1, pytest.approx(0.1))
    assert pace.seconds(short) == pytest.approx(120.0)
    assert fitted_to(config, pace, 1.0).held_out == 0.01  # a thousand
    assert fitted_to(config, pace, 4_205.0) == Plan(config)  # there is time for all of it
    four = replace(pace, processes=4)
    shared = fitted_to(config, four, 120.0)
    assert shared.held_out == pytest.approx(30.0 / 225.0)
    assert four.seconds(shared) == pytest.approx(120.0)
    few = replace(pace, num_held_out=1_050)
    assert fitted_to(config, few, 120.0).held_out == 1  # not for the sake of fifty
    silent = replace(pace, measuring=0.0)
    assert fitted_to(config, silent, 100.0).held_out == 1


@pytest.mark.parametrize("seconds", [0.0, 7.0, 9.0, 12.0, 16.0])
def test_the_base_is_asked_about_no_more_than_was_learned(seconds: float) -> None:
    """Time kept for asking it about all that a limit leaves out would be time for nothing."""
    pace = Pace(10.0, 0.5, 3.0, num_held_out=100, reading=4.0, asking=4.5)
    plan = fitted_to(TrainConfig(epochs=4), pace, seconds)
    assert plan.config.epochs == 1
    assert pace.seconds(plan) == pytest.approx(seconds) or plan.share in (0.01, 1.0)
    # Of many reviews it is asked about so many, whatever the share of them.
    many = replace(pace, reading=400.0)
    plan = fitted_to(TrainConfig(epochs=4), many, 12.0)
    assert many.seconds(plan) == pytest.approx(12.0)
    assert plan.share == pytest.approx((12.0 - 3.0 - 3 * 0.5 - 4.5) / 10.0)


@pytest.mark.parametrize(("seconds", "epochs"), [(88.0, 2), (222.0, 4)])
def test_no_epoch_is_given_away_to_questions_that_are_not_asked(
    seconds: float, epochs: int
) -> None:
    """Of many held-out reviews few are measured, and the base is asked about no others."""
    pace = Pace(20.0, 60.0, 3.0, num_held_out=100_000, reading=8.0, asking=66.0)
    plan = fitted_to(TrainConfig(epochs=8), pace, seconds)
    assert plan.config.epochs == epochs
    assert pace.seconds(plan) <= seconds


def test_a_limit_leaves_the_commonest_rating_what_it_is() -> None:
    """Of one review of each rating, always the first would be the simplest answer."""
    rows = [f"a fine film {k},5" for k in range(40)] + [f"a dull film {k},1" for k in range(12)]
    Path("most.csv").write_text("\n".join(["review,rating", *rows]) + "\n", encoding="utf-8")
    made = run_training(request(Path("most.csv"), epochs=None, time_limit=1e-6), Watcher())
    origin = made.bundle.info.provenance
    assert sum(origin.counts.values()) <= 3
    assert origin.offered == {"1": 12, "5": 40}
    assert "always 5" in made.evaluation.baselines
    evaluated = lstm("evaluate", "most.csv", "--model", made.path, "--json")
    assert "always 5" in json.loads(evaluated.stdout)["baselines"]
    # As an older model has it, which knows only of what it learned from.
    stored = json.loads(json.dumps(origin.to_json()))
    assert Provenance.from_json(stored) == origin
    del stored["offered"]
    older = replace(Provenance.from_json(stored), counts={"1": 2, "5": 1})
    assert older.commonest(["1", "5"]) == 0


def test_a_limit_leaves_out_what_would_be_measured_too(
    tiny_reviews: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """And the model says of how many reviews its scores are."""
    monkeypatch.setattr("lstm_cli.training.pace._FEWEST_MEASURED", 1)
    asked = request(tiny_reviews, epochs=None, validation=0.5)
    whole = run_training(asked, Watcher()).bundle.info.provenance
    watcher = Watcher()
    made = run_training(replace(asked, replace=True, time_limit=1e-6), watcher)
    held_out = made.bundle.info.provenance.validation
    assert held_out is not None
    assert held_out < whole.validation
    assert held_out == len(watcher.planned_run.data.validation)
    assert made.bundle.info.scores["n"] == held_out
    assert whole.unread == 0
    assert made.bundle.info.provenance.unread > 0
    again = run_training(
        TrainRequest(sources=asked.sources, folder=asked.folder, name="again",
                     config=made.path.name), Watcher()
    )  # fmt: skip
    assert any("had no time for more than" in line for line in again.run.differences)


def test_no_more_is_cut_into_words_than_there_is_time_for(
    tiny_reviews: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """The files are still said as they are, and what was drawn is said too."""
    monkeypatch.setattr("lstm_cli.pipeline.preparation._FEWEST_DRAWN", 25)
    asked = request(tiny_reviews, epochs=None, time_limit=1e-6)
    made = run_training(asked, Watcher())
    assert made.run.drawn == 25
    assert made.to_json(1.0)["reviews"] == 40
    came_from = made.bundle.info.provenance
    assert came_from.reviews == 40
    assert came_from.validation < 5
    show_prepared(Console(width=100), made.run)
    assert "25 drawn at random, as there is no time to cut all of" in capsys.readouterr().out
    long = run_training(replace(asked, replace=True, time_limit=1e6), Watcher())
    assert long.run.drawn == 40
    show_prepared(Console(width=100), long.run)
    assert "drawn" not in capsys.readouterr().out


def test_drawn_reviews_keep_their_order_ratings_and_lines(tiny_reviews: Path) -> None:
    """The same seed draws the same, and fewer are some of more."""
    reviews = read_reviews([str(tiny_reviews)])
    some = reviews.drawn(20, seed=3)
    places = [int(line) - 2 for line in some.lines]
    assert places == sorted(places)
    assert list(some.texts) == [reviews.texts[place] for place in places]
    assert some.ratings.tolist() == [reviews.ratings[place] for place in places]
    assert some.rating_indices.tolist() == [reviews.rating_indices[place] for place in places]
    assert (some.scale, some.duplicates) == (reviews.scale, reviews.duplicates)
    assert 20 <= len(some) <= 20 + 2 * len(reviews.scale)
    assert {*reviews.drawn(3, seed=3).lines} <= {*some.lines}
    of_each = np.bincount(reviews.drawn(0, seed=3).rating_indices)
    assert of_each.tolist() == [2] * len(reviews.scale)


def test_texts_are_gone_before_training_begins(tiny_reviews: Path) -> None:
    """A million of them are half a gigabyte, and their tokens stand for them."""
    watcher = Watcher()
    run_training(request(tiny_reviews), watcher)
    assert watcher.reviews_in_memory == 0


def test_a_listener_may_stop_it_and_another_request_goes_on(tiny_reviews: Path) -> None:
    """A server has no Ctrl-C."""
    stopped = run_training(request(tiny_reviews), Watcher(stop_after=0))
    assert not stopped.completed
    with pytest.raises(BundleExistsError):
        run_training(request(tiny_reviews, name="tiny"), Watcher())
    resumed = run_training(request(tiny_reviews, resume=True), Watcher())
    assert resumed.completed
    assert resumed.path == stopped.path


def test_a_training_goes_on_in_the_precision_in_which_it_began(
    tiny_reviews: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """On another device, which computes best in another one."""
    for best in ("bfloat16", "float32"):
        monkeypatch.setattr("lstm_cli.core.compute.best_precision", lambda _, best=best: best)
        watcher = Watcher(stop_after=0 if best == "bfloat16" else None)
        asked = request(tiny_reviews, resume=best == "float32")
        made = run_training(replace(asked, precision=None, hidden_size=9), watcher)
        assert made.bundle.info.training.precision == "bfloat16"
        assert watcher.run is not None
        assert watcher.run.compute.precision == "bfloat16"
    assert made.completed


def test_a_network_for_a_blackboard_computes_in_float32(
    tiny_reviews: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Wherever it learns, unless a person decides otherwise."""
    monkeypatch.setattr("lstm_cli.core.compute.best_precision", lambda _: "bfloat16")
    for asked, got in ((None, "float32"), ("bfloat16", "bfloat16")):
        few = replace(request(tiny_reviews), precision=asked, hidden_size=8, replace=True)
        assert run_training(few, Watcher()).bundle.info.training.precision == got


def test_a_model_says_what_computed_it(tiny_reviews: Path) -> None:
    """And another device makes another one of the same settings: by roundings."""
    first = run_training(request(tiny_reviews), Watcher())
    info = first.bundle.info
    assert open_bundle(first.path).info.provenance.device == "cpu"
    asked = (info.provenance.fingerprint, None)
    assert differences(info, *asked, "cpu", info.provenance.threads) == ()
    assert differences(info, *asked, "cuda (NVIDIA H100)", None) == (
        "cuda (NVIDIA H100) rounds otherwise than cpu",
    )
    on_gpu = replace(info, provenance=replace(info.provenance, device="cuda (NVIDIA H100)"))
    assert differences(on_gpu, *asked, "cuda (NVIDIA H100)", None) == ()
    assert " s on cuda (NVIDIA H100) (" in model_card(on_gpu)
    assert " s on cpu (" in model_card(info)
    older = replace(info, provenance=replace(info.provenance, device=None))
    assert re.search(r"trained in \d+ s \(", model_card(older))
    assert differences(older, *asked, "cpu", info.provenance.threads) == ()


def test_the_card_says_what_the_held_out_reviews_chose(tiny_bundle: Bundle) -> None:
    """A recipe, where another than the first was kept: whoever gets a model saw no terminal."""
    info = replace(tiny_bundle.info, training=replace(tiny_bundle.info.training, keeps_last=True))
    for kept, said in ((0, False), (1, True)):
        tried = tuple({"is_best": place <= kept} for place in range(3))
        card = model_card(replace(info, provenance=replace(info.provenance, tried=tried)))
        assert ("These reviews chose the best of 3 recipes, so" in card) is said


def test_what_a_request_cannot_have_is_said_without_options(tiny_reviews: Path) -> None:
    """A notebook shows it as it is."""
    with pytest.raises(RequestError, match=r"^name \.\./x: a name is letters") as error:
        run_training(request(tiny_reviews, name="../x"), Watcher())
    assert "--" not in str(error.value)
