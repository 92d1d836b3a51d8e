"""The surest low reviews, with the words that made them low marked.

Marks are brackets, which read in a pipe and without colour too.
"""

from collections.abc import Sequence

from rich.console import Console
from rich.padding import Padding
from rich.text import Text

from lstm_cli.results import LowReview
from lstm_cli.views.console import percent, say, visible

LONGEST = 220  # letters that are shown of a review
AROUND = 36  # letters before and after a marked word


def show_worst(console: Console, reviews: Sequence[LowReview], num_warned: int) -> None:
    """Print each review below its line, rating and probability.

    Args:
        console: where.
        reviews: the lowest first.
        num_warned: low rows that are not believed, and so not among them.
    """
    if not reviews:
        say(console, "no review is surely low: none below the middle of the scale is believed")
        return
    one = len(reviews) == 1
    title = "the surest low review" if one else f"the {len(reviews)} surest low reviews"
    say(console, f"{title}, the words that lower it most in brackets", style="bold")
    for review in reviews:
        expected = f"expected {review.expected_rating:.2f}, {percent(review.confidence)} sure"
        say(console, f"line {review.line:,}: {visible(review.rating, 24)} ({expected})")
        console.print(Padding(marked(review), (0, 0, 0, 4)))
    if num_warned:
        have = "row has" if num_warned == 1 else "rows have"
        say(console, f"left out: {num_warned:,} low {have} a warning")


def marked(review: LowReview) -> Text:
    """The review, its harmful words in brackets, and around them as much as there is room for."""
    found = [(w.start, w.stop) for w in review.words if w.start is not None and w.stop]
    text, places = review.text, sorted(found)
    shown = Text(style="")
    written = 0
    for start, stop in _kept(text, found):
        if start > written:
            shown.append("… " if not written else " … ")
        at = start
        for first, last in places:
            if start <= first and last <= stop:
                shown.append(_plain(text[at:first]))
                shown.append(f"[{visible(text[first:last])}]", style="bold red")
                at = last
        shown.append(_plain(text[at:stop]))
        written = stop
    if written < len(text.rstrip()):
        shown.append(" …")
    elsewhere = [visible(word.token) for word in review.words if word.start is None]
    if elsewhere:
        shown.append(f" [{', '.join(elsewhere)}]", style="bold red")
    return shown


def _plain(text: str) -> str:
    """As ``visible`` writes it, with a blank at either end where there was one."""
    before = " " if text[:1].isspace() else ""
    after = " " if text[-1:].isspace() and text.strip() else ""
    return before + visible(text) + after


def _kept(text: str, places: Sequence[tuple[int, int]]) -> list[tuple[int, int]]:
    """The parts of a text that are shown: all of a short one, else what is around the marks.

    Args:
        text: a review.
        places: of the marks, the first of which is shown whatever else there is room for.
    """
    if len(text) <= LONGEST or not places:
        return [(0, _word_end(text, LONGEST))]
    parts: list[tuple[int, int]] = []
    for first, last in places:
        around = _word_start(text, first - AROUND), _word_end(text, last + AROUND)
        more = _joined([*parts, around])
        if not parts or sum(stop - start for start, stop in more) <= LONGEST:
            parts = more
    return parts


def _joined(parts: Sequence[tuple[int, int]]) -> list[tuple[int, int]]:
    """The same parts in the order of the text; those that touch or overlap are one.

    >>> _joined([(40, 60), (0, 20), (21, 30)])
    [(0, 30), (40, 60)]
    """
    joined: list[tuple[int, int]] = []
    for start, stop in sorted(parts):
        if joined and start - joined[-1][1] <= 1:
            joined[-1] = (joined[-1][0], max(stop, joined[-1][1]))
        else:
            joined.append((start, stop))
    return joined


def _word_start(text: str, place: int) -> int:
    """The nearest beginning of a word at or after a place."""
    if place <= 0:
        return 0
    blank = text.find(" ", place - 1, place + AROUND)
    return place if blank < 0 else blank + 1


def _word_end(text: str, place: int) -> int:
    """The nearest end of a word at or before a place."""
    if place >= len(text):
        return len(text)
    blank = text.rfind(" ", place - AROUND, place + 1)
    return place if blank < 0 else blank
