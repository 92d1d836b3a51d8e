"""A term in its surroundings: the part of a review in which it stands, and where in it."""

import html
import re
from collections.abc import Sequence
from typing import NamedTuple

from lstm_cli.text.places import places_of
from lstm_cli.text.tokens import without_markup

LONGEST = 160  # letters
_SENTENCE = re.compile(r"[.!?]+ ")


class Snippet(NamedTuple):
    """Part of a review, and where a term stands in it."""

    text: str
    places: tuple[tuple[int, int], ...]  # from, to


def snippet(text: str, tokens: Sequence[str], wanted: Sequence[int]) -> Snippet:
    """The part of a review around some of its tokens, of at most ``LONGEST`` letters.

    Args:
        text: the review, as it was written.
        tokens: its tokens.
        wanted: places of the term's tokens, ascending; those too far from the first are left out.

    >>> snippet("Fine.  The room was <b>SO</b> dirty!", ["fine", ".", "the", "room", "was", "so",
    ...     "dirty", "!"], (3, 6))
    Snippet(text='Fine. The room was SO dirty!', places=((10, 14), (22, 27)))
    """
    plain = " ".join(without_markup(html.unescape(text)).split())
    found = places_of(plain, tokens)
    spans = [(span.start, span.stop) for k in wanted if (span := found[k]) is not None]
    if len(plain) <= LONGEST:
        return Snippet(plain, tuple(spans))
    if not spans:
        return Snippet(_cut(plain, 0, LONGEST - 1), ())
    spans = [span for span in spans if span[1] - spans[0][0] <= LONGEST - 2] or spans[:1]
    first, last = spans[0][0], min(spans[-1][1], spans[0][0] + LONGEST - 2)
    start = _begin(plain, first, last)
    end = min(len(plain), start + LONGEST - 2)
    if end < len(plain):  # whole words only, but the term itself is never cut
        end = max(last, plain.rfind(" ", last, end + 1))
    shift = start - bool(start)  # for the mark of what was left out
    places = tuple((begin - shift, min(stop, end) - shift) for begin, stop in spans)
    return Snippet(_cut(plain, start, end), places)


def _begin(plain: str, first: int, last: int) -> int:
    """Where a snippet begins: with the sentence, or else with a word so that the term is inside."""
    sentence = max((m.end() for m in _SENTENCE.finditer(plain, 0, first)), default=0)
    if last - sentence <= LONGEST - 2:
        return sentence
    start = max(0, first - (LONGEST - 2 - (last - first)) // 2)
    return min(first, plain.find(" ", start - 1, first) + 1 or first) if start else 0


def _cut(text: str, start: int, end: int) -> str:
    return ("…" if start else "") + text[start:end] + ("…" if end < len(text) else "")
