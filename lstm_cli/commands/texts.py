"""Reviews given on the command line or piped in."""

import re
import sys
from contextlib import suppress
from pathlib import Path

import typer

from lstm_cli.commands.program import note
from lstm_cli.errors import OptionError

ENDINGS = (".csv", ".tsv", ".txt", ".xlsx", ".json", ".jsonl", ".parquet")
LONGEST_PATH = 250  # letters; systems refuse to look for a longer name
MOST_BYTES = 64 * 2**20  # more belongs in a file, which is read in bounded memory


def texts_given(ctx: typer.Context, arguments: list[str] | None) -> list[str] | None:
    """The reviews to read; ``None`` if none were given or piped in.

    Each piped line is a review; empty lines are skipped.

    Raises:
        OptionError: an argument is empty or the name of a file, more is piped in than should be
            held in memory, or an encoding is named for reviews on the command line.
        FileError: what is piped in cannot be decoded.
    """
    encoding = ctx.params["encoding"]
    if arguments and arguments != ["-"]:
        if encoding is not None:
            raise OptionError("--encoding goes with a file or with reviews that are piped in")
        for text in arguments:
            if not text.strip():
                raise OptionError("TEXT contains no words")
            refuse_a_file(ctx, text)
        _say_if_words(ctx, arguments)
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
    text = _decoded(ctx, content, encoding)
    lines = (line.removesuffix("\r") for line in text.split("\n"))
    return [line for line in lines if line.strip()] or None


def refuse_a_file(ctx: typer.Context, text: str) -> None:
    """Refuse the name of a file, whose letters nobody wants to be read as a review.

    Raises:
        OptionError: it says how the reviews in it are read, if the command reads any.
    """
    if len(text) >= LONGEST_PATH or not text.lower().endswith(ENDINGS):
        return
    takes_files, instead = "input_file" in ctx.params, "give the review itself"
    is_one_word = len(text.split()) == 1  # several may be a sentence about a file
    if Path(text).is_file() or (is_one_word and "://" in text):
        if takes_files:
            instead = f"for the reviews in it, lstm {ctx.command.name} --input {text}"
        raise OptionError(f"{text} is a file: {instead}")
    if is_one_word:
        if takes_files:
            instead = f"for the reviews in a file, lstm {ctx.command.name} --input FILE"
        raise OptionError(f"{text}: no such file; {instead}")


def _say_if_words(ctx: typer.Context, texts: list[str]) -> None:
    """Say that each word was read as a review, which is what happens without quotes."""
    from lstm_cli.text.tokens import UNSPACED
    from lstm_cli.views.console import visible

    if len(texts) < 2 or any(len(text.split()) > 1 for text in texts):
        return
    together = " ".join(texts)
    if re.search(f"[{UNSPACED}]", together):  # a sentence without blanks is no word
        return
    note(
        ctx,
        f"careful: {len(texts)} words were read as {len(texts)} reviews; to rate one review, put "
        f'it in quotes: lstm {ctx.command.name} "{visible(together, 60)}"',
    )


def _decoded(ctx: typer.Context, content: bytes, encoding: str | None) -> str:
    """The text in some bytes, as in a file; UTF-8 costs nothing more."""
    if encoding is None and b"\0" not in content:
        with suppress(UnicodeDecodeError):
            return content.decode("utf-8-sig")

    from tempfile import TemporaryDirectory

    from lstm_cli.data.encoding.encodings import to_utf8

    with TemporaryDirectory(prefix="lstm-", ignore_cleanup_errors=True) as folder:
        path = Path(folder) / "input"
        path.write_bytes(content)
        decoded = to_utf8(path, Path(folder), "standard input", encoding)
        for said in decoded.notes:
            note(ctx, f"standard input: {said}")
        with decoded.path.open(encoding="utf-8", newline="") as file:
            return file.read()
