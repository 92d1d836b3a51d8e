"""Reviews given on the command line or through a pipe."""

import sys

from lstm_cli.errors import OptionError

MOST_BYTES = 64 * 2**20  # more belongs in a file, which is read in bounded memory


def texts_given(arguments: list[str] | None) -> list[str] | None:
    """The reviews to look at; ``None`` where nothing was given and nobody pipes anything in.

    A piped line is a review; empty lines are none.

    Raises:
        OptionError: more is piped in than should be held in memory.
    """
    if arguments and arguments != ["-"]:
        return arguments
    if sys.stdin is None or sys.stdin.isatty():
        return None
    content = sys.stdin.buffer.read(MOST_BYTES + 1)
    if len(content) > MOST_BYTES:
        raise OptionError(
            f"more than {MOST_BYTES >> 20} MiB on standard input; put the reviews into a file "
            "and give it with: lstm predict --input FILE --output RATED"
        )
    # Only the ends of lines end a review: splitlines() would cut at form feeds too.
    lines = (line.removesuffix("\r") for line in _decoded(content).split("\n"))
    return [line for line in lines if line.strip()] or None


def _decoded(content: bytes) -> str:
    """UTF-8, UTF-16 if it says so, else what Windows writes in the west."""
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        return content.decode("utf-16", errors="replace")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return content.decode("cp1252", errors="replace")
