"""``python -m tests.limited MIB COMMAND ...``: ``lstm`` in a process with a limit of memory.

The limit is the kernel's ``RLIMIT_DATA``: it counts all writable private memory that a process
asks for (heap, thread stacks, anonymous mappings), used or not, and refuses what is beyond.
It does not count files that are mapped for reading, be they libraries or the tokens of reviews:
their pages the kernel drops whenever it needs room. ``RLIMIT_AS`` counts both and would refuse
a corpus for the size of its file. Each further process that ``lstm`` starts has the same limit.

With ``HOLD_TEXTS`` in the environment texts stay in memory, however many they are. The last line
on standard error is the peak of what counts, and of what is in memory, in MiB.
"""

import os
import resource
import sys
import threading
from pathlib import Path

MIB = 1 << 20
_SAMPLED_EVERY = 0.02  # seconds


class Peak(threading.Thread):
    """Looks at the memory of this process again and again; the peaks in MiB."""

    def __init__(self) -> None:
        super().__init__(daemon=True)
        self.data, self.anonymous = 0, 0
        self._ends = threading.Event()

    def run(self) -> None:
        """Look until it is stopped."""
        while not self._ends.wait(_SAMPLED_EVERY):
            self.look()

    def look(self) -> None:
        """Look once."""
        status = Path("/proc/self/status").read_text()
        found = dict(line.split(":", 1) for line in status.splitlines())
        self.data = max(self.data, int(found["VmData"].split()[0]) // 1024)
        self.anonymous = max(self.anonymous, int(found["RssAnon"].split()[0]) // 1024)

    def stop(self) -> None:
        """The last look."""
        self._ends.set()
        self.join()
        self.look()


def main() -> None:
    """Set the limit, and run the command."""
    limit = int(sys.argv[1]) * MIB
    if limit:
        resource.setrlimit(resource.RLIMIT_DATA, (limit, limit))
    sys.argv[:2] = ["lstm"]
    peak = Peak()
    peak.start()

    from lstm_cli.commands import main as lstm
    from lstm_cli.data import spilled

    if "HOLD_TEXTS" in os.environ:  # as if there were no limit
        spilled.SPILL_BYTES = sys.maxsize
    try:
        lstm()
    finally:
        peak.stop()
        sys.stderr.write(f"\n{peak.data} {peak.anonymous}\n")


if __name__ == "__main__":  # a process that is spawned imports this file as well
    main()
