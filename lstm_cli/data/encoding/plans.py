"""How a text is to be decoded: by an encoding that is known, or by the likeliest one.

A text that is not in UTF-8 throughout is in UTF-8 with strays, in a legacy encoding, or
partly in each. A legacy encoding is detected where there is enough to go by; where there
is not, a person is asked.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from lstm_cli.data.encoding.decoding import (
    CHUNK_BYTES,
    REPLACEMENT,
    Decoder,
    LineDecoder,
    Repairs,
    decoder_of,
    utf8_decoder,
)
from lstm_cli.data.encoding.probing import scan_utf8
from lstm_cli.data.encoding.utf8_lines import Survey, survey_lines
from lstm_cli.data.encoding.wide import belies, wide_without_mark
from lstm_cli.data.showing import show_cell
from lstm_cli.data.sources.opening import read_head
from lstm_cli.errors import FileError, Remedy

if TYPE_CHECKING:
    from lstm_cli.data.encoding.detection import Reading

# So many bytes beside more letters in UTF-8 are strays, whatever they look like.
FEW_STRAYS = 10
# More of them are taken for strays if nothing better is known, and they are few beside the rest.
FEW_STRAYS_OF_LETTERS = 0.05
FEW_LINES = 0.01
LIKELY = 0.8
# How many letters in UTF-8 are some by intent: of all, where letters take several bytes.
LETTERS_BY_CHANCE = 0.2
LEAST_LETTERS = 3
# Of the encodings that a file may be in, those that are named.
MOST_NAMED = 3
LEAST_NAMED = 0.01
LETTERS_LOOK_WRONG = "if letters look wrong, name the encoding"


@dataclass(frozen=True)
class Plan:
    """How a file is to be decoded."""

    encoding: str
    # Tried in this order until every byte fits.
    decoders: tuple[Callable[[Repairs], Decoder], ...] = (utf8_decoder,)
    notes: tuple[str, ...] = ()
    foreign: str = ""  # what the lines are in that are not in UTF-8, if it is that
    # What is said if too many bytes do not fit.
    refusal: Callable[[Repairs], FileError] | None = None
    is_plain: bool = False  # UTF-8 throughout, without NUL bytes


def plan_for_codec(codec: str, path: Path, shown: str, notes: tuple[str, ...] = ()) -> Plan:
    """For an encoding that is known; if bytes do not fit it, a person may name another one."""

    def refusal(repairs: Repairs) -> FileError:
        found = " ".join(f"0x{byte:02x}" for byte in repairs.first_bytes)
        problem = f"{shown}, line {repairs.first_misfit}: {found} does not fit {codec}"
        return FileError(problem, Remedy.CORRECT_ENCODING, _likely(path))

    if codec == "utf-8":
        return Plan(codec, notes=notes)
    encoding = codec[:6] if codec.startswith(("utf-16", "utf-32")) else codec
    return Plan(encoding, (partial(decoder_of, codec),), notes, refusal=refusal)


def plan_for_named(codec: str, path: Path, shown: str) -> Plan:
    """For an encoding that a person named; it is used, and what speaks against it is said.

    Raises:
        FileError: it is UTF-16 or UTF-32, in which no line of the text ends.
    """
    named = codec
    if codec in ("utf-16", "utf-32"):  # which of both orders of bytes is left to a mark
        wide = wide_without_mark(read_head(path)) or ""
        codec = wide if wide.startswith(codec) else f"{codec}-le"
    if codec.startswith(("utf-16", "utf-32")) and belies(read_head(path, CHUNK_BYTES), codec):
        raise FileError(f"{shown} is not in {named}", Remedy.CORRECT_ENCODING, _likely(path))
    looks = _looks_like(path, codec)
    notes = (f"read as {codec}, as it was named, but it looks like {looks}",) if looks else ()
    return plan_for_codec(codec, path, shown, notes)


def plan_for_strays(path: Path, shown: str, *, said_by: str | None = None) -> Plan:
    """For a text that is not in UTF-8 throughout, or not at all.

    Args:
        path: the file.
        shown: what messages call it.
        said_by: ``person`` or ``mark``, which say that it is in UTF-8.

    Raises:
        FileError: it is not clear what the rest is in.
    """
    survey = survey_lines(path)
    are_few = survey.strays <= FEW_STRAYS_OF_LETTERS * survey.letters or (
        survey.is_utf8 and survey.strays <= FEW_STRAYS
    )
    if said_by and not are_few:
        remedy = Remedy.CORRECT_ENCODING if said_by == "person" else Remedy.NAME_ENCODING
        doubt = "" if said_by == "person" else ", as its byte order mark says"
        problem = f"{shown}, line {survey.first_foreign}: not UTF-8{doubt}"
        raise FileError(problem, remedy, _likely(path))
    if said_by or (are_few and survey.strays <= FEW_STRAYS):
        return Plan("utf-8")

    from lstm_cli.data.encoding.detection import SURE, readings_of

    readings = readings_of(survey.sample)
    if not readings or readings[0].probability < SURE:
        is_likely = readings and readings[0].codec == "cp1252" and readings[0].probability > LIKELY
        if are_few or (is_likely and survey.foreign_lines <= FEW_LINES * survey.lines):
            return Plan("utf-8")
        raise _unclear(shown, readings)
    best = readings[0]
    said = f"{best.codec} ({best.title}), {best.percent} % sure; {LETTERS_LOOK_WRONG}"
    if best.codec == "cp1252":
        if survey.is_utf8:
            return Plan("utf-8")
        return Plan("cp1252", notes=(f"not UTF-8, read as {said}",))
    if survey.is_utf8 or _is_mixed(survey, is_asian=best.charset.is_asian):
        plan = Plan("utf-8", (partial(LineDecoder, best.codec),), foreign=said)
    else:
        decoders = tuple(partial(decoder_of, codec) for codec in best.codecs)
        plan = Plan(best.codec, decoders, (f"not UTF-8, read as {said}",))
    return replace(plan, refusal=lambda _: _unclear(shown, readings))


def _is_mixed(survey: Survey, *, is_asian: bool) -> bool:
    """Whether lines in UTF-8 stand beside others, and not only by chance."""
    found = survey.letters_in_whole_lines
    if is_asian:  # two bytes of a letter may well be one in UTF-8
        return found >= LETTERS_BY_CHANCE * (found + survey.strays / 2)
    return found >= LEAST_LETTERS


def _unclear(shown: str, readings: "Sequence[Reading]") -> FileError:
    """Names the likeliest encodings, with a word that they read differently."""
    likely = _worth_naming(readings)
    words = list(zip(*(reading.words for reading in likely), strict=True))
    telling = max(words, key=lambda read: len(set(read)), default=())
    named = (
        f"{reading.codec} reads {show_cell(word)}"
        for reading, word in zip(likely, telling, strict=True)
    )
    return FileError(
        f"{shown} is not in UTF-8, and its encoding is unclear",
        Remedy.NAME_ENCODING,
        ", ".join(named) or "cp1252, gbk ...",
    )


def _likely(path: Path) -> str:
    """The encodings that a file may be in, in words."""
    if wide := wide_without_mark(read_head(path)):
        return wide
    if scan_utf8(path).is_utf8:
        return "utf-8"

    from lstm_cli.data.encoding.detection import readings_of

    readings = readings_of(survey_lines(path).sample)
    return ", ".join(one.codec for one in _worth_naming(readings)) or "cp1252, gbk ..."


def _worth_naming(readings: "Sequence[Reading]") -> "Sequence[Reading]":
    """The likeliest, and always one to compare it with."""
    others = (reading for reading in readings[2:MOST_NAMED] if reading.probability > LEAST_NAMED)
    return [*readings[:2], *others]


def _looks_like(path: Path, codec: str) -> str | None:
    """The encoding that a text surely is in, if it reads otherwise than by a codec."""
    head = read_head(path)
    if wide := wide_without_mark(head):
        return None if wide.startswith(codec) else wide
    survey = survey_lines(path)
    if not survey.strays:
        is_ascii = not survey.letters
        return None if is_ascii and head.decode(codec, "replace").isascii() else "utf-8"

    from lstm_cli.data.encoding.detection import SURE, readings_of

    readings = readings_of(survey.sample)
    if not readings or readings[0].probability < SURE:
        return None
    best = readings[0]
    is_same = all(
        word.encode(best.codec).decode(codec, "replace") == word
        for word in best.words
        if REPLACEMENT not in word
    )
    return None if is_same else f"{best.codec} ({best.title}, {best.percent} % sure)"
