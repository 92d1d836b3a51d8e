"""Reviews given on the command line or piped in."""

import sys

from lstm_cli.errors import OptionError

MOST_BYTES = 64 * 2**20  # more belongs in a file, which is read in bounded memory


def texts_given(arguments: list[str] | None) -> list[str] | None:
    """The reviews to read; ``None`` if none were given or piped in.

    Each piped line is a review; empty lines are skipped.

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
    # Only a newline ends a review: splitlines() would split at form feeds too.
    lines = (line.removesuffix("\r") for line in _decoded(content).split("\n"))
    return [line for line in lines if line.strip()] or None


def _decoded(content: bytes) -> str:
    """Decode UTF-16 with a byte order mark, UTF-8, or else cp1252, Windows' western encoding."""
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        return content.decode("utf-16", errors="replace")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return content.decode("cp1252", errors="replace")
