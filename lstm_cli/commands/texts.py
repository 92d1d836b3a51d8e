"""Reviews given on the command line or through a pipe."""

import sys

MOST_BYTES = 64 * 2**20  # more belongs in a file, which is read in bounded memory


def texts_given(arguments: list[str] | None) -> list[str] | None:
    """The reviews to look at; ``None`` where nothing was given and nobody pipes anything in.

    A piped line is a review; empty lines are none.
    """
    if arguments and arguments != ["-"]:
        return arguments
    if sys.stdin is None or sys.stdin.isatty():
        return None
    content = sys.stdin.buffer.read(MOST_BYTES).decode("utf-8-sig", errors="replace")
    return [line for line in content.splitlines() if line.strip()] or None
