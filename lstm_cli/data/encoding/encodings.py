"""The bytes of a text file -> UTF-8 with newlines that polars knows.

What a person names is used. A byte order mark says the encoding, and so do the NUL bytes
of UTF-16 and UTF-32. Any other text is in UTF-8, or in a legacy encoding, which
``plans.py`` finds.
"""

import codecs
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from lstm_cli.data.encoding.charsets import find_codec
from lstm_cli.data.encoding.decoding import (
    REPLACEMENT,
    LineEnds,
    Repairs,
    copy_as_utf8,
    find_line_ends,
)
from lstm_cli.data.encoding.plans import (
    LETTERS_LOOK_WRONG,
    Plan,
    plan_for_codec,
    plan_for_named,
    plan_for_strays,
)
from lstm_cli.data.encoding.probing import fits, is_binary, scan_utf8, seven_bits, without_nul
from lstm_cli.data.encoding.wide import wide_without_mark
from lstm_cli.data.formats import binary_formats
from lstm_cli.data.showing import count
from lstm_cli.data.sources.opening import read_head
from lstm_cli.errors import FileError

# Bytes that do not fit may be broken, if they are no more of what is beyond ASCII.
MOST_MISFITS = 0.01

# The mark of UTF-32 begins with that of UTF-16, so it is looked for first.
_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)


@dataclass(frozen=True)
class Decoded:
    """A file in UTF-8."""

    path: Path
    encoding: str  # what it was, as Python names it; utf-16 and utf-32 without their byte order
    notes: tuple[str, ...] = ()
    has_mark: bool = False  # whether it began with a byte order mark


def to_utf8(path: Path, folder: Path, shown: str, encoding: str | None = None) -> Decoded:
    """Bring a file into UTF-8: a copy in ``folder``, unless it is UTF-8 already.

    Args:
        path: the file.
        folder: where the copy may lie.
        shown: what messages call the file.
        encoding: what a person says it is in.

    Raises:
        FileError: the file is no text, does not fit what a person named, or may be in
            one of several encodings.
    """
    named = None if encoding is None else find_codec(encoding)
    head = read_head(path)
    mark, marked = next((pair for pair in _MARKS if head.startswith(pair[0])), (b"", ""))
    if mark:
        plan = _plan_with_mark(path, (mark, marked), shown, named)
    else:
        plan = _plan_without_mark(path, head, shown, named)
    line_ends = find_line_ends(_start(path, head[len(mark) :], plan))
    if plan.is_plain and line_ends is LineEnds.USUAL:
        return Decoded(path, plan.encoding)

    target = folder / "decoded"
    copy = partial(copy_as_utf8, path, target, skip=len(mark), line_ends=line_ends)
    tried: list[Repairs] = []
    for decoder in plan.decoders:
        tried.append(copy(decoder))
        if not tried[-1].misfits:
            break
    repairs = min(tried, key=lambda repairs: repairs.misfits)
    if plan.refusal and repairs.misfits > MOST_MISFITS * repairs.beyond_ascii:
        raise plan.refusal(repairs)
    if repairs is not tried[-1]:
        repairs = copy(plan.decoders[tried.index(repairs)])
    return Decoded(target, plan.encoding, plan.notes + _notes(plan, repairs), bool(mark))


def _plan_with_mark(path: Path, mark: tuple[bytes, str], shown: str, named: str | None) -> Plan:
    """A byte order mark is believed, unless another encoding is named and the text belies it."""
    begins, marked = mark
    if named is None or marked.startswith(named):
        if marked == "utf-8" and not scan_utf8(path).is_utf8:
            return plan_for_strays(path, shown, said_by="mark")
        return plan_for_codec(marked, path, shown)
    if fits(path, marked, len(begins)):
        note = f"its byte order mark says {marked}, so it was not read as {named}"
        return plan_for_codec(marked, path, shown, (note,))
    note = f"its byte order mark says {marked}, which does not fit, so it was left out"
    return plan_for_codec(named, path, shown, (note,))


def _plan_without_mark(path: Path, head: bytes, shown: str, named: str | None) -> Plan:
    if named is not None and named != "utf-8":
        return plan_for_named(named, path, shown)
    if named is None and (wide := wide_without_mark(head)):
        return plan_for_codec(wide, path, shown)
    scan = scan_utf8(path)
    if scan.is_utf8 and not scan.has_nul:
        if named is None and (switched := seven_bits(head)):
            codec, title = switched
            note = f"not UTF-8, read as {codec} ({title}); {LETTERS_LOOK_WRONG}"
            return plan_for_codec(codec, path, shown, (note,))
        return Plan("utf-8", is_plain=True)
    if is_binary(without_nul(path, head)):
        binary = " nor ".join(form.title for form in binary_formats())
        raise FileError(f"{shown} is not text, nor {binary}; save the table as CSV")
    if scan.is_utf8:
        return Plan("utf-8")
    return plan_for_strays(path, shown, said_by=named and "person")


def _start(path: Path, head: bytes, plan: Plan) -> str:
    """The beginning of a text, however many NUL bytes are before it."""
    decoder_for = plan.decoders[0]
    start = decoder_for(Repairs()).decode(head).replace("\0", "")
    return start or decoder_for(Repairs()).decode(without_nul(path, head))


def _notes(plan: Plan, repairs: Repairs) -> tuple[str, ...]:
    """What had to be repaired, in words."""
    notes = []
    if repairs.strays and plan.encoding == "utf-8":
        notes.append(f"{count(repairs.strays, 'byte')} not in UTF-8, read as Windows-1252")
    if repairs.foreign_lines:
        lines = count(repairs.foreign_lines, "line")
        notes.append(f"{lines} not in UTF-8, read as {plan.foreign}")
    if misfits := repairs.misfits:
        do, first = ("does", "") if misfits == 1 else ("do", " first")
        fitting = f"{count(misfits, 'byte')} that {do} not fit {plan.encoding}"
        place = f"line {repairs.first_misfit}{first}"
        notes.append(f"{fitting} replaced by {REPLACEMENT} ({place})")
    if repairs.nuls:
        notes.append(f"{count(repairs.nuls, 'NUL byte')} removed")
    return tuple(notes)
