"""What a long run says, with the time."""

import time

_BEGAN = time.perf_counter()


def say(line: str) -> None:
    """Print a line at once."""
    print(f"{time.perf_counter() - _BEGAN:7.1f} s  {line}", flush=True)
