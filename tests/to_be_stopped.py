"""``lstm`` that a test stops with Ctrl-C: after the first epoch it waits to be told to go on.

    python -m tests.to_be_stopped train REVIEWS ...

So the signal is there while the training is under way, however fast or busy the machine is.
"""

import sys

from lstm_cli.commands import main
from lstm_cli.results import EpochReport
from lstm_cli.views.training import TrainingProgress

_epoch_done = TrainingProgress.epoch_done


def epoch_done(self: TrainingProgress, report: EpochReport) -> None:
    """Say what was measured, and wait for a line on standard input."""
    _epoch_done(self, report)
    if report.epoch == 1:
        sys.stdin.readline()


if __name__ == "__main__":
    TrainingProgress.epoch_done = epoch_done
    main()
