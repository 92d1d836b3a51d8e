"""Ctrl-C during long work: once to end it well, twice to end it now."""

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

from lstm_cli.commands.program import print_error


class Interrupt:
    """Whether somebody has asked to stop."""

    def __init__(self) -> None:
        self.is_asked = False

    def __call__(self) -> bool:
        """The same, for those who keep asking."""
        return self.is_asked


@contextmanager
def interruptible() -> Iterator[Interrupt]:
    """Take note of the first Ctrl-C; the second is the usual one."""
    interrupt = Interrupt()

    def asked(_number: int, _frame: FrameType | None) -> None:
        interrupt.is_asked = True
        signal.signal(signal.SIGINT, before)
        print_error("stopping after this step, keeping the best so far; Ctrl-C again stops at once")

    if threading.current_thread() is not threading.main_thread():
        yield interrupt  # only the main thread hears signals
        return
    before = signal.signal(signal.SIGINT, asked)
    try:
        yield interrupt
    finally:
        signal.signal(signal.SIGINT, before)
