"""Training on more than memory holds, under a limit that the kernel enforces."""

import signal
import sys
from pathlib import Path

import pytest

from tests.benchmarks.memory import run, training, write_shards
from tests.limited import MIB

TIMES = 4
SMALL, CORPUS = 24, 144  # MiB of texts: of both the batches are of one size


@pytest.mark.slow
@pytest.mark.skipif(sys.platform != "linux", reason="other systems do not enforce the limit")
def test_four_times_the_memory_that_is_left_is_learned_from(tmp_path: Path) -> None:
    """The limit leaves a quarter of the corpus beside what the program takes for a sixth of it.

    The same limit refuses the same corpus where texts stay in memory, so it is one.
    """
    for name in ("small", "large", "small-work", "large-work", "held-work"):
        (tmp_path / name).mkdir()
    write_shards(tmp_path / "small", SMALL * MIB)
    corpus = write_shards(tmp_path / "large", CORPUS * MIB) // MIB
    base = run(0, *training(tmp_path / "small"), folder=tmp_path / "small-work")
    assert base.exit_code == 0, base.said
    limit = base.data + corpus // TIMES
    command = training(tmp_path / "large")
    trained = run(limit, *command, folder=tmp_path / "large-work")
    assert trained.exit_code == 0, trained.said
    assert base.data <= trained.data <= limit
    assert {path.name for path in (tmp_path / "large-work").iterdir()} == {"cache", "models"}
    # Once, beside other suites, the pool that cuts texts never answered: that fails, and ends.
    held = run(limit, *command, folder=tmp_path / "held-work", at_most=1_200, HOLD_TEXTS="1")
    assert held.exit_code not in (0, -signal.SIGKILL), held.said
