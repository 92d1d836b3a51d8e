"""``lstm`` by several processes, one of which ends itself with kill -9 in the midst of a training.

    torchrun --nproc-per-node 2 -m tests.to_lose_a_process train REVIEWS ...

``LOST`` says which and when: rank and step. When torchrun has started them again, none is lost.
What is learned is kept at every step.
"""

import os
import signal

from lstm_cli.commands import main
from lstm_cli.core.launch import Launch
from lstm_cli.training import checkpoint
from lstm_cli.training.trainer import Trainer

_LAUNCH = Launch.of_environment()
_RANK, _STEP = map(int, os.environ.get("LOST", "-1 -1").split())
_train_step = Trainer.train_step


def train_step(self: Trainer, *given: object) -> None:
    """Learn from one batch, or end before it."""
    if (_LAUNCH.rank, self.step, _LAUNCH.restarts) == (_RANK, _STEP, 0):
        os.kill(os.getpid(), signal.SIGKILL)
    _train_step(self, *given)


if __name__ == "__main__":
    checkpoint.SECONDS_BETWEEN_CHECKPOINTS = checkpoint.SECONDS_WORTH_KEEPING = 0.0
    Trainer.train_step = train_step
    main()
