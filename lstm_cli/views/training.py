"""What ``lstm train`` shows while it works: the data, a bar, a line an epoch."""

import itertools
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from typing import TYPE_CHECKING, Any

from rich.console import Console
from rich.progress import TaskID

from lstm_cli.bundle.card import read_before
from lstm_cli.bundle.contents import BASE
from lstm_cli.config import TrainConfig
from lstm_cli.data.showing import count, show_source
from lstm_cli.pipeline.requests import TrainRequest
from lstm_cli.results import Attempt, EpochReport
from lstm_cli.text.vocabulary import UNKNOWN_ID, Vocabulary
from lstm_cli.views.computing import say_where
from lstm_cli.views.console import about, percent, say, show_counts, visible
from lstm_cli.views.evaluation import show_evaluation
from lstm_cli.views.health import show_findings
from lstm_cli.views.progress import progress_bar
from lstm_cli.views.reviews import lines_about

if TYPE_CHECKING:
    from lstm_cli.data.reviews import ReviewsSummary
    from lstm_cli.pipeline.preparation import PreparedRun
    from lstm_cli.pipeline.training import TrainedModel
    from lstm_cli.training.base import Base
    from lstm_cli.training.pace import Plan
    from lstm_cli.training.preparation import PreparedData


class TrainingView:
    """Listens to a training: what was found, one line per try, a bar, one line per epoch.

    Args:
        console: where notes go.
        request: what a user asked for.
        interruptible: a context in which Ctrl-C is noticed instead of ending the program; what
            it gives says whether somebody has pressed it.
    """

    def __init__(
        self,
        console: Console,
        request: TrainRequest,
        interruptible: Callable[[], AbstractContextManager[Callable[[], bool]]],
    ) -> None:
        self.console = console
        self.repeated = request.config
        self._request = request
        self._interruptible = interruptible
        self._progress = TrainingProgress(console, with_epochs=request.budget is None)
        self.begin = self._progress.begin
        self.batch_done = self._progress.batch_done
        self.epoch_done = self._progress.epoch_done
        self._search: SearchProgress | None = None

    def nothing_to_resume(self, name: str) -> None:
        """Say that a training begins."""
        say_that_one_begins(self.console, name)

    def renamed(self, taken: str, name: str) -> None:
        """Say that another model has the name already."""
        say_that_it_is_renamed(self.console, taken, name)

    def read(self, reviews: "ReviewsSummary", others: "ReviewsSummary | None") -> None:
        """Show what was found in the files."""
        show_reviews(self.console, reviews, others)

    def prepared(self, run: "PreparedRun") -> None:
        """Show what will be made of it."""
        show_prepared(self.console, run)
        if (line := forgetting(self._request, run.data.base, len(run.reviews))) is not None:
            say(self.console, line, style="yellow")
        show_findings(self.console, run.findings)
        for difference in run.differences:
            say(
                self.console,
                f"not the same model as {self.repeated}: {difference}",
                style="yellow",
            )
        self._search = SearchProgress(self.console, run.training)
        if run.training.keeps_last:
            self._progress.kept = "kept: the last"

    def planned(self, run: "PreparedRun", plan: "Plan", seconds: float) -> None:
        """Say how long it will take, and what was left out to fit into the time."""
        data = run.data
        say(self.console, in_plan(plan, len(data.training), len(data.validation), seconds))

    @contextmanager
    def training(self) -> Iterator[Callable[[], bool]]:
        """A context with a bar, in which Ctrl-C is noticed."""
        with self._interruptible() as is_stopped, self._progress:
            yield is_stopped

    def tried(self, attempt: Attempt) -> None:
        """Add a line for a recipe."""
        assert self._search is not None  # prepared comes first
        self._search.tried(attempt)


def in_plan(plan: "Plan", num_reviews: int, num_held_out: int, seconds: float) -> str:
    """What a plan is, in a line.

    >>> from lstm_cli.training.pace import Plan
    >>> in_plan(Plan(TrainConfig(epochs=3)), 900, 100, 41.2)
    'this will take about 41 s: 3 epochs'
    >>> in_plan(Plan(TrainConfig(epochs=1), share=0.3), 9_000, 100, 290.0)
    'this will take about 5 min: 1 epoch, over 9,000 reviews, as there is no time for more'
    >>> in_plan(Plan(TrainConfig(epochs=2), held_out=0.5), 90_000, 5_000, 290.0)
    'this will take about 5 min: 2 epochs, measured on 5,000 reviews, as there is no time for more'

    Args:
        plan: how much of everything there is time for.
        num_reviews: that it will learn from.
        num_held_out: that it will be measured on.
        seconds: that it will take.
    """
    said = [f"this will take about {about(seconds)}: {count(plan.config.epochs, 'epoch')}"]
    if plan.share < 1:
        said.append(f"over {count(num_reviews, 'review')}")
    if plan.held_out < 1:
        said.append(f"measured on {count(num_held_out, 'review')}")
    if len(said) > 1:
        said.append("as there is no time for more")
    return ", ".join(said)


def forgetting(request: TrainRequest, base: "Base | None", num_reviews: int) -> str | None:
    """What to do instead, where a rated model learns from fewer reviews than it was made of.

    Args:
        request: what a user asked for.
        base: what training starts from.
        num_reviews: in the files.
    """
    if request.base is None or base is None or base.name == BASE:
        return None  # what ships is made to be started from
    if not base.ratings or base.learned_from <= num_reviews:
        return None
    files = " ".join(map(show_source, request.sources))
    return (
        f"careful: {base.name} learned from {base.learned_from:,} reviews and forgets much of them "
        f"while it learns from {num_reviews:,} others; what keeps them: "
        f"lstm update {request.base} {files}"
    )


def say_that_one_begins(console: Console, name: str) -> None:
    """A training should go on, and there is none."""
    say(
        console,
        f"no stopped training of {name} to resume (one killed within two minutes may have kept "
        "nothing): starting a new one",
    )


def say_that_it_is_renamed(console: Console, taken: str, name: str) -> None:
    """A model has the name after the file already."""
    say(
        console,
        f"{taken} is there already: this model will be {name} (--replace replaces it)",
        style="yellow",
    )


def show_reviews(
    console: Console, reviews: "ReviewsSummary", others: "ReviewsSummary | None"
) -> None:
    """What was found in the files, and in that of held-out reviews."""
    for line in lines_about(reviews):
        say(console, line)
    if others is not None:
        for line in lines_about(others):
            say(console, f"held out: {line}")
    show_counts(console, dict(zip(reviews.scale.labels, reviews.counts, strict=True)))


def show_prepared(console: Console, run: "PreparedRun") -> None:
    """What will be made of it, before anything is learned."""
    data = run.data
    if run.drawn < len(run.reviews) + (0 if run.others is None else len(run.others)):
        say(
            console,
            f"{run.drawn:,} drawn at random, as there is no time to cut all of them into words",
        )
    if data.left_out:
        say(
            console,
            f"{data.left_out:,} left out: the same text would be on both sides of the split",
        )
    say(
        console,
        f"{len(data.training):,} to learn from, {len(data.validation):,} held out; "
        f"{len(data.vocabulary):,} words",
    )
    _show_start(console, data)
    cell = "LSTM" if run.model.cell == "lstm" else "plain RNN"
    say(
        console,
        f"{cell}, embedding {run.model.embedding_size}, {run.model.hidden_size} units, "
        f"{run.training.precision}, seed {run.training.seed}"
        + ("" if run.compute.is_alone else f", {run.compute.world_size} processes"),
    )
    say_where(console, run.compute)


def _show_start(console: Console, data: "PreparedData") -> None:
    """The vectors and the base that training starts from."""
    if data.vectors is not None:
        vectors = data.vectors
        say(console, f"{vectors.name}: {len(vectors.rows):,} words, {vectors.size} numbers each")
    if data.known_share is not None:
        known = f"knows {percent(data.known_share)} of the words read"
        if data.base is None:
            say(console, f"the base {known}, which is too little to help: training from nothing")
        else:
            say(console, f"starting from {data.base.name}, which {known}")


class SearchProgress:
    """Listens to a search: one line per try, what it changed, and how it did.

    Args:
        console: where notes go.
        first: the recipe that is tried first, which the changes are against.
    """

    def __init__(self, console: Console, first: TrainConfig) -> None:
        self.console = console
        self.first = first
        self.number = 0

    def tried(self, attempt: Attempt) -> None:
        """Add the line; the heads stand above the first."""
        if not self.number:
            say(self.console, "      held out, calibrated:")
            say(self.console, "  try     loss  accuracy   kappa    time")
        self.number += 1
        changes = ", ".join(
            f"{name.replace('_', ' ')} {getattr(self.first, name):.3g} -> {value:.3g}"
            for name, value in attempt.changes.items()
        )
        say(
            self.console,
            f"{self.number:>5}  {attempt.loss:>7.3f}  {100 * attempt.accuracy:>6.1f} %  "
            f"{attempt.qwk:>6.3f}  {attempt.seconds:>4.0f} s  "
            f"{'best: ' if attempt.is_best else ''}{changes or 'the default settings'}",
        )


class TrainingProgress:
    """Listens to the trainer: a bar with rate and time left, a line an epoch above it."""

    def __init__(self, console: Console, *, with_epochs: bool = True) -> None:
        self.console = console
        self.with_epochs = with_epochs
        self.kept = "best"  # what an epoch that is kept is called
        self.progress = progress_bar(console, "{task.fields[doing]}", rate="tokens/s")
        self.task: TaskID | None = None
        self.num_epochs, self.tokens_per_epoch = 0, 0

    def __enter__(self) -> "TrainingProgress":
        self.progress.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.progress.stop()

    def begin(self, num_epochs: int, tokens_per_epoch: int, tokens_before: int) -> None:
        """Draw the bar, say where a stopped training goes on, and write the heads of the table."""
        self.num_epochs, self.tokens_per_epoch = num_epochs, tokens_per_epoch
        if self.task is not None:
            self.progress.remove_task(self.task)
        whole, read = divmod(tokens_before, max(tokens_per_epoch, 1))
        self.task = self.progress.add_task(
            "",
            total=num_epochs * tokens_per_epoch,
            completed=tokens_before,
            doing=f"epoch {min(whole + 1, num_epochs)}/{num_epochs}",
            rate=0.0,
        )
        if tokens_before:
            part = f", of which {percent(read / tokens_per_epoch)} is read" if read else ""
            say(self.console, f"resuming in epoch {whole + 1} of {num_epochs}{part}")
        if self.with_epochs:
            say(self.console, "epoch   loss   held out: loss  accuracy  mean error   kappa    time")

    def batch_done(self, num_tokens: int) -> None:
        """Move the bar."""
        if self.task is not None:
            speed = self.progress.tasks[0].speed or 0.0
            self.progress.update(self.task, advance=num_tokens, rate=speed)

    def epoch_done(self, report: EpochReport) -> None:
        """Add a line to the table."""
        if self.with_epochs:
            say(
                self.console,
                f"{report.epoch:>5}  {report.train_loss:>5.3f}  {report.validation_loss:>14.3f}  "
                f"{100 * report.accuracy:>6.1f} %  {report.mae:>10.3f}  {report.qwk:>6.3f}  "
                f"{report.seconds:>4.0f} s" + (f"  {self.kept}" if report.is_best else ""),
            )
            read = self.progress.tasks[0].completed if self.task is not None else 0
            if (left := report.epoch * self.tokens_per_epoch - read) > 0:
                share = percent(1 - left / self.tokens_per_epoch)
                say(self.console, f"       stopped when {share} of epoch {report.epoch} was read")
        if self.task is not None:
            # After the last one the model is measured, and its gates are described.
            following = report.epoch + 1
            is_last = following > self.num_epochs
            doing = "measuring" if is_last else f"epoch {following}/{self.num_epochs}"
            self.progress.update(self.task, doing=doing)


FEW_WORDS = 4
# What to type next, if the model knows the words.
EXAMPLES = {"predict": "great movie", "inspect-gates": "not a bad film at all"}
ON_THE_BLACKBOARD = "the film is not good but the end is superb"


def show_trained(
    console: Console, made: "TrainedModel", seconds: float, *, brief: bool = False
) -> None:
    """How good the model is, where it is, and what to type next."""
    held_out = f"{len(made.run.data.validation):,} held-out reviews"
    said = visible(read_before(made.bundle.info))
    flattering = f"careful: {said}; --base none measures without it" if said else ""
    cell = made.run.model.cell
    show_evaluation(console, made.evaluation, cell, held_out, brief=brief, flattering=flattering)
    attempts = made.bundle.info.provenance.tried
    if attempts:
        say(console, "\n" + _chosen(attempts, made.evaluation.scores.n))
    saved = f"saved in {made.path} after {seconds:.0f} s"
    again = f"lstm train ... --config {made.path.name}"
    if made.completed:
        if attempts:
            say(console, f"{again} makes the same model again")
        say(console, f"\n{saved}; try:")
        vocabulary = made.run.data.vocabulary
        for command, example in EXAMPLES.items():
            say(console, f'  lstm {command} "{_known(example, vocabulary)}"')
        if made.bundle.epochs is not None:
            say(console, "  lstm live replay.html")
    else:
        say(console, f"\nstopped; the best so far is {saved}")
        if attempts:
            say(console, f"{again} trains by its recipe to the end")
        else:
            say(console, "to continue, run the same command with --resume")


def _known(example: str, vocabulary: Vocabulary) -> str:
    """The example, or that of the blackboard, or the commonest words of a model that knows neither.

    >>> _known("great movie", Vocabulary(("<padding>", "<unknown>", *ON_THE_BLACKBOARD.split())))
    'the film is not good but the end is superb'
    """
    for text in (example, ON_THE_BLACKBOARD):
        if UNKNOWN_ID not in vocabulary.encode(text.split()):
            return text
    words = itertools.islice(filter(str.isalpha, vocabulary), FEW_WORDS)
    return visible(" ".join(words) or "a review")


def _chosen(attempts: Sequence[Mapping[str, Any]], num_held_out: int) -> str:
    """Which recipe was kept, and why.

    >>> _chosen([{"is_best": True, "seconds": 9.0}], 50)
    'there was time for one recipe, which took 9 s: give several times that to try others'
    >>> _chosen([{"is_best": True, "seconds": 9.0}, {"is_best": False, "seconds": 9.0}], 50)
    'of 2 recipes the first was kept: on 50 held-out reviews none is better by more than chance'
    """
    kept = max(place for place, tried in enumerate(attempts, start=1) if tried["is_best"])
    if len(attempts) == 1:
        took = f"{attempts[0]['seconds']:.0f} s"
        return (
            f"there was time for one recipe, which took {took}: "
            "give several times that to try others"
        )
    of_all = f"of {len(attempts)} recipes"
    if kept == 1:
        return (
            f"{of_all} the first was kept: on {num_held_out:,} held-out reviews none is better "
            "by more than chance"
        )
    return (
        f"{of_all} number {kept} was kept; it was chosen on these {num_held_out:,} reviews, "
        "others may score a little lower"
    )
