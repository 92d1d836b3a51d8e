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
    places = sorted((w.start, w.stop) for w in review.words if w.start is not None and w.stop)
    text = review.text
    shown = Text(style="")
    written = 0
    for start, stop in _kept(text, places):
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
    """The parts of a text that are shown: all of a short one, else what is around the marks."""
    if len(text) <= LONGEST or not places:
        return [(0, _word_end(text, LONGEST))]
    parts: list[tuple[int, int]] = []
    room = LONGEST
    for first, last in places:
        start = max(_word_start(text, first - AROUND), parts[-1][1] if parts else 0)
        stop = _word_end(text, last + AROUND)
        if stop <= start:
            continue
        if room < stop - start:
            break
        room -= stop - start
        if parts and start - parts[-1][1] <= 1:
            parts[-1] = (parts[-1][0], stop)
        else:
            parts.append((start, stop))
    return parts


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
