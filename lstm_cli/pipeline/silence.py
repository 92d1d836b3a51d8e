"""A listener for whoever asks from a program, where nothing is shown."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from lstm_cli.data.reviews import ReviewsSummary
from lstm_cli.results import Attempt, EpochReport
from lstm_cli.training.pace import Plan

if TYPE_CHECKING:
    from lstm_cli.pipeline.preparation import PreparedRun  # which imports this itself


class Silent:
    """Listens to a training, and has nothing to say."""

    def nothing_to_resume(self, name: str) -> None:
        """A training of that name should go on, and there is none."""

    def renamed(self, taken: str, name: str) -> None:
        """The model gets another name than that of its file."""

    def read(self, reviews: ReviewsSummary, others: ReviewsSummary | None) -> None:
        """The reviews have been read."""

    def prepared(self, run: "PreparedRun") -> None:
        """Some have been held out and the settings decided."""

    def planned(self, run: "PreparedRun", plan: Plan, seconds: float) -> None:
        """How much will be learned, and about how long it will take."""

    def tried(self, attempt: Attempt) -> None:
        """A recipe has been tried."""

    def begin(self, num_epochs: int, tokens_per_epoch: int, tokens_before: int) -> None:
        """Training starts."""

    def batch_done(self, num_tokens: int) -> None:
        """This many real tokens have been trained on."""

    def epoch_done(self, report: EpochReport) -> None:
        """An epoch has been measured."""

    @contextmanager
    def training(self) -> Iterator[Callable[[], bool]]:
        """A context around the work, which nobody stops."""
        yield lambda: False
