"""What ``lstm pretrain`` shows while it works."""

from typing import TYPE_CHECKING

from rich.console import Console
from rich.progress import TaskID

from lstm_cli.data.chosen import join_names
from lstm_cli.results import LanguageReport
from lstm_cli.views.computing import say_where
from lstm_cli.views.console import say
from lstm_cli.views.progress import progress_bar
from lstm_cli.views.reviews import rows_of
from lstm_cli.views.training import say_that_it_is_renamed, say_that_one_begins

if TYPE_CHECKING:
    from lstm_cli.data.said_sources import Source
    from lstm_cli.pipeline.pretraining import LanguageModel, PreparedTexts

_SHARE_OF_LAST = 0.02  # of the last batch in the perplexity that is shown


def show_unlabelled(console: Console, run: "PreparedTexts") -> None:
    """What was found, before anything is learned."""
    reviews, config = run.reviews, run.config
    if reviews.duplicates:
        say(console, f"{reviews.duplicates:,} duplicate texts are read only once")
    say(
        console,
        f"{reviews.training.num_tokens:,} words to learn from, "
        f"{reviews.held_out.num_tokens:,} held out; {len(reviews.vocabulary):,} different ones",
    )
    if reviews.num_counted is not None:
        say(console, f"only the {reviews.num_counted:,} commonest distinct words were counted")
    say(
        console,
        f"LSTM, embedding {config.embedding_size}, {config.hidden_size} units, "
        f"{config.precision}, seed {config.seed}",
    )
    say_where(console, run.compute)


class PretrainView:
    """Listens to a pretraining: the files, the words, a bar, a line an epoch.

    Args:
        console: where notes go.
    """

    def __init__(self, console: Console) -> None:
        self.console = console
        self._progress = PretrainProgress(console)
        self.begin = self._progress.begin
        self.batch_done = self._progress.batch_done
        self.epoch_done = self._progress.epoch_done

    def nothing_to_resume(self, name: str) -> None:
        """Say that a training begins."""
        say_that_one_begins(self.console, name)

    def renamed(self, taken: str, name: str) -> None:
        """Say that another model has the name already."""
        say_that_it_is_renamed(self.console, taken, name)

    def file_read(self, source: "Source") -> None:
        """Say which columns were taken, and what had to be repaired."""
        columns = join_names(source.text_columns)
        say(self.console, f"{source.name}: {rows_of(source)}, text in {columns}")
        for note in source.notes:
            say(self.console, f"  {note}")

    def prepared(self, run: "PreparedTexts") -> None:
        """Show the words and the settings."""
        show_unlabelled(self.console, run)

    def training(self) -> "PretrainProgress":
        """A context with a bar."""
        return self._progress


class PretrainProgress:
    """Listens to the pretraining: a bar with perplexity, rate and time left, a line an epoch."""

    def __init__(self, console: Console) -> None:
        self.console = console
        self.tokens, self.nll = 0, 0.0
        self.task: TaskID | None = None
        self.progress = progress_bar(
            console, "perplexity {task.fields[perplexity]:>6.1f}", rate="words/s", width=24
        )

    def __enter__(self) -> "PretrainProgress":
        self.progress.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.progress.stop()

    def begin(self, num_epochs: int, num_steps: int, steps_done: int) -> None:
        """Draw the bar and the heads of the table."""
        if steps_done:
            say(self.console, f"resuming after {steps_done:,} of {num_steps:,} batches")
        self.task = self.progress.add_task(
            "", total=num_steps, completed=steps_done, perplexity=float("nan"), rate=0.0
        )
        say(self.console, "epoch  perplexity  held out    time")

    def batch_done(self, num_tokens: int, nll: float) -> None:
        """Move the bar."""
        if self.task is None:
            return
        from math import exp

        self.tokens += num_tokens
        share = _SHARE_OF_LAST if self.nll else 1.0
        self.nll += share * (nll - self.nll)
        elapsed = self.progress.tasks[0].elapsed or 1.0
        self.progress.update(
            self.task, advance=1, perplexity=exp(min(self.nll, 20.0)), rate=self.tokens / elapsed
        )

    def epoch_done(self, report: LanguageReport) -> None:
        """Add a line to the table."""
        say(
            self.console,
            f"{report.epoch:>5}  {report.train_perplexity:>10.1f}  {report.perplexity:>8.1f}  "
            f"{report.seconds:>5.0f} s",
        )


def show_pretrained(console: Console, made: "LanguageModel", seconds: float) -> None:
    """How well it knows the language, where it is, and what to type next."""
    say(console, f"perplexity {made.perplexity:.1f} on held-out reviews")
    say(console, f"saved in {made.path} after {seconds:.0f} s; try:")
    say(console, f"  lstm train REVIEWS.csv --base {made.path.name}")
