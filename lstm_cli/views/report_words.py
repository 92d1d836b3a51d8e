"""How a report names and writes its figures, and how it is to be read: for pages and workbooks."""

from collections.abc import Iterator
from typing import NamedTuple

from lstm_cli.results import Estimate, Quote, Report
from lstm_cli.views.console import visible

ALL = "all together"
LONGEST_NAME = 80  # letters of a group's name, which a stranger may have written
LONGEST_QUOTE = 400  # letters that are shown of a review


def shown_name(name: str | None) -> str:
    """A group or a period as it is shown; None is all of them.

    >>> shown_name(None), shown_name(" "), shown_name("Airport")
    ('all together', '(no name)', 'Airport')
    """
    return ALL if name is None else visible(name, LONGEST_NAME) or "(no name)"


def low_name(report: Report) -> str:
    """The low ratings as a reader says them: "1 or 2"."""
    *others, last = [visible(rating, 24) for rating in report.low_ratings] or ["none"]
    return f"{', '.join(others)} or {last}" if others else last


def share(value: float) -> str:
    """A share as a percentage with a decimal.

    >>> share(0.114), share(1)
    ('11.4 %', '100.0 %')
    """
    return f"{100 * value:.1f} %"


def share_range(estimate: Estimate) -> str:
    """Where a share lies.

    >>> share_range(Estimate(0.114, 0.092, 0.139))
    '9.2 to 13.9 %'
    """
    return f"{100 * estimate.low:.1f} to {100 * estimate.high:.1f} %"


def mean_range(estimate: Estimate) -> str:
    """Where a mean lies.

    >>> mean_range(Estimate(4.07, 3.98, 4.154))
    '3.98 to 4.15'
    """
    return f"{estimate.low:.2f} to {estimate.high:.2f}"


def share_change(estimate: Estimate) -> tuple[str, str]:
    """By how many points a share changed, and where that lies.

    >>> share_change(Estimate(0.043, 0.012, 0.076))
    ('+4.3 points', '+1.2 to +7.6')
    """
    value, low, high = (100 * end for end in (estimate.value, estimate.low, estimate.high))
    return f"{value:+.1f} points", f"{low:+.1f} to {high:+.1f}"


def mean_change(estimate: Estimate) -> tuple[str, str]:
    """By how much a mean changed, and where that lies.

    >>> mean_change(Estimate(-0.31, -0.5, -0.12))
    ('-0.31', '-0.50 to -0.12')
    """
    return f"{estimate.value:+.2f}", f"{estimate.low:+.2f} to {estimate.high:+.2f}"


def who_rated(report: Report) -> str:
    """How many of the reviews people rated, and how many the model did."""
    by_model = report.reviews - report.rated
    if not by_model:
        return "all rated by people"
    if not report.rated:
        return "all rated by the model"
    return f"{report.rated:,} rated by people, {by_model:,} by the model"


def how_to_read(report: Report) -> Iterator[tuple[str, str]]:
    """What each kind of figure means: a name, and sentences for people who know no statistics."""
    by_model = report.reviews - report.rated
    errs = " It also counts how often the model errs." if by_model else ""
    yield (
        "interval",
        f"“{share_range(report.whole.low)}”, of {low_name(report)} among all these reviews, says "
        "where the true share lies with 95 % certainty: of a hundred such intervals, about 95 hold "
        f"the true figure. The fewer the reviews, the wider the interval.{errs}",
    )
    if by_model:
        yield (
            "why predicted ratings are not just counted",
            "A model expects what it has learned from. Where low ratings are more frequent than "
            "there, counting its answers finds too few of them, and where they are rarer, too "
            f"many. {report.known:,} reviews with known ratings tell how often one rating "
            "is taken for another; the shares shown are those that make all the answers most "
            "likely. Ratings that people gave are counted as they are.",
        )
    place = ""
    if report.has_places and report.ratings:
        first, last = (visible(report.ratings[end], 24) for end in (0, -1))
        place = (
            f" The ratings are words, so a mean is a place on their scale: 1 is {first}, "
            f"{len(report.ratings)} is {last}."
        )
    yield (
        "mean rating",
        "A mean is over reviews, not over customers: those who did not write are not in "
        f"it.{place}",
    )
    if len(report.low_ratings) > 1:
        yield f"share of {low_name(report)}", "These ratings are the low ones, counted together."
    if report.contrasts:
        yield (
            "changes and differences",
            "One is sure if its interval leaves out 0. Among twenty comparisons in which nothing "
            "differs, about one looks sure by chance: expect that where many are made.",
        )
    if report.words:
        others = any(group.others for group in report.words)
        less = ", less what it does to that of the others" if others else ""
        chance = (
            " Of the words of a list, about one in ten may be there by chance." if others else ""
        )
        yield (
            "words",
            f"The points of a word are what it does to the mean rating of its group{less}: by how "
            "much the expected rating changes as it is read, times how often that is. They say "
            f"what people write who rate low or high, not what caused it.{chance}",
        )


def shown_line(quote: Quote) -> str:
    """Where a review stands in its file.

    >>> shown_line(Quote("a fine room", "1204", (), 4.5))
    'line 1204'
    """
    return f"line {quote.line}" if quote.line.isdecimal() else visible(quote.line, 60)


class Piece(NamedTuple):
    """A part of a review: the term itself, or what is beside it."""

    text: str
    is_term: bool


def marked(quote: Quote) -> list[Piece]:
    """A review in pieces, the term apart; a long one is cut to what is around its first place.

    >>> [piece.text for piece in marked(Quote("so dirty a room", "7", ((3, 8),), 2.1))]
    ['so ', 'dirty', ' a room']
    """
    text, places = quote.text, sorted(quote.places)
    start, stop = _window(text, places[0] if places else (0, 0))
    pieces, at = [], start
    for first, last in places:
        if at <= first < last <= stop:
            pieces += [Piece(_plain(text[at:first]), False), Piece(_plain(text[first:last]), True)]
            at = last
    pieces.append(Piece(_plain(text[at:stop]), False))
    if text[:start].strip():
        pieces.insert(0, Piece("… ", False))
    if text[stop:].strip():
        pieces.append(Piece(" …", False))
    return [piece for piece in pieces if piece.text]


def _window(text: str, place: tuple[int, int]) -> tuple[int, int]:
    """What is shown of a text: from the beginning of a word to the end of one."""
    if len(text) <= LONGEST_QUOTE:
        return 0, len(text)
    first, last = place
    start = max(first - LONGEST_QUOTE // 3, 0)
    if start:
        blank = text.find(" ", start, first)
        start = start if blank < 0 else blank + 1
    stop = max(start + LONGEST_QUOTE, last)
    if stop < len(text):
        blank = text.rfind(" ", last, stop)
        stop = stop if blank < 0 else blank
    return start, stop


def _plain(text: str) -> str:
    """As ``visible`` writes it, with a blank at either end where there was one.

    >>> _plain(" a\\n b "), _plain(" ")
    (' a b ', ' ')
    """
    return visible(f"|{text}|")[1:-1]
