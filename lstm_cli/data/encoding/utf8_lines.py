"""The lines of a text -> how many are in UTF-8, and a sample of those that are not."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from lstm_cli.data.encoding.decoding import (
    CHUNK_BYTES,
    is_utf8_with_strays,
    letters_and_strays,
    num_beyond_ascii,
)

SAMPLE_BYTES = 1 << 18
LONGEST_LINE = 1 << 24  # a longer one is looked at in parts


@dataclass
class Survey:
    """What the lines of a file are in."""

    lines: int = 0
    letters: int = 0  # characters beyond ASCII that are in UTF-8
    letters_in_whole_lines: int = 0  # of those, in lines where everything is
    strays: int = 0  # bytes that are not
    foreign_lines: int = 0  # that have such bytes
    first_foreign: int = 0  # the number of the first of them, from 1
    sample: list[bytes] = field(default_factory=list)  # of them, from everywhere, without NUL

    @property
    def is_utf8(self) -> bool:
        """Whether most of what is not ASCII is in UTF-8."""
        return self.strays <= self.letters


def survey_lines(path: Path) -> Survey:
    """Look at every line of a file."""
    survey = Survey()
    step, bytes_kept = 1, 0  # of the lines that are not in UTF-8, one in so many is kept
    for line in _lines(path):
        survey.lines += 1
        if line.isascii():
            continue
        try:
            letters = num_beyond_ascii(line.decode())
        except UnicodeDecodeError:
            letters, strays = letters_and_strays(line)
            survey.strays += strays
            survey.first_foreign = survey.first_foreign or survey.lines
            if survey.foreign_lines % step == 0 and not is_utf8_with_strays(line):
                survey.sample.append(line)
                bytes_kept += len(line)
            survey.foreign_lines += 1
            if bytes_kept > SAMPLE_BYTES:
                survey.sample = survey.sample[::2]
                bytes_kept = sum(map(len, survey.sample))
                step *= 2
        else:
            survey.letters_in_whole_lines += letters
        survey.letters += letters
    return survey


def _lines(path: Path) -> Iterator[bytes]:
    """The lines of a file without their ends and without NUL bytes."""
    rest = b""
    with path.open("rb") as file:
        while chunk := file.read(CHUNK_BYTES):
            lines = (rest + chunk.replace(b"\0", b"")).splitlines(keepends=True)
            rest = b""
            if lines and not lines[-1].endswith(b"\n") and len(lines[-1]) < LONGEST_LINE:
                rest = lines.pop()
            for line in lines:
                yield line.rstrip(b"\r\n")
    if rest:
        yield rest
