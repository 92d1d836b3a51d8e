"""What makes the ratings of a group differ: words, how much they do, and reviews that say them."""

from collections.abc import Sequence

from rich.cells import cell_len, set_cell_size
from rich.console import Console
from rich.text import Text

from lstm_cli.data.showing import count
from lstm_cli.results.report import GroupWords, Quote, TermEffect
from lstm_cli.views.console import LINE, percent, visible

LONGEST_TERM = 22
LONGEST_GROUP = 24
INDENT = " " * 6

_NOTHING = (
    "No word differs more than chance would make it differ between groups of this size. "
    "More reviews may tell."
)
_NOTHING_ALONE = (
    "No word surely moves the mean rating: to be sure of one, several have to say it. "
    "More reviews may tell."
)
_HOW_TO_READ = (
    "Points are of the mean rating: by how much the expected rating changes as a word is read. "
    "With the words that are not named here they add up to the whole difference between what the "
    "model expects; other figures of a report correct how it errs, and so differ a little."
)
_BY_CHANCE = " Of the words of a list, about one in ten may be there by chance."


def show_group_words(console: Console, words: Sequence[GroupWords]) -> None:
    """Print, for each group, the terms that lower and raise its ratings, and reviews with them."""
    for place, group in enumerate(words):
        if place:
            console.print()
        _show(console, Text(heading(group), style="bold"))
        if group.left_out:
            _show(console, Text(how_many_read(group), style="dim"), "  ")
        _show_terms(console, "Lowered by", group, group.lowering)
        _show_terms(console, "Raised by", group, group.raising)
        if not group.lowering and not group.raising:
            said = _NOTHING if group.others else _NOTHING_ALONE
            _show(console, Text(said), "  ")
    if any(group.lowering or group.raising for group in words):
        console.print()
        said = _HOW_TO_READ + _BY_CHANCE * any(group.others for group in words)
        _show(console, Text(said, style="dim"))


def heading(group: GroupWords) -> str:
    """A group, and how far it is from what it is compared with.

    >>> heading(GroupWords("Airport", -0.312, (), (), 140, 420, 0))
    'Airport: 0.31 points lower than the others (140 reviews, 420 others)'
    >>> heading(GroupWords("Park", 0.5, (), (), 1, 1, 0))
    'Park: 0.50 points higher than the others (1 review, 1 other)'
    """
    return f"{_cut(group.group, LONGEST_GROUP)}: {distance(group)}"


def distance(group: GroupWords) -> str:
    """What a group is compared with, and how far it is from that."""
    reviews = count(group.reviews, "review")
    if not group.others:
        return f"what moves the mean rating of {reviews}"
    others = "1 other" if group.others == 1 else f"{group.others:,} others"
    size, counted = f"{abs(group.difference):.2f}", f"({reviews}, {others})"
    if float(size) == 0:
        return f"rated as the others are {counted}"
    side = "lower" if group.difference < 0 else "higher"
    return f"{size} points {side} than the others {counted}"


def how_many_read(group: GroupWords) -> str:
    """Of how many reviews the words are, where they are too many for all.

    >>> how_many_read(GroupWords("Airport", -0.312, (), (), 140, 420, 1_000))
    '560 of 1,560 reviews were read, drawn at random.'
    """
    read = group.reviews + group.others
    return f"{read:,} of {read + group.left_out:,} reviews were read, drawn at random."


def points(effect: float) -> str:
    """An effect with its sign; small ones with a digit more.

    >>> points(-0.083), points(0.0041)
    ('-0.08', '+0.004')
    """
    return f"{effect:+.2f}" if abs(effect) >= 0.01 else f"{effect:+.3f}"


def said_with(term: TermEffect) -> str:
    """What is said with a word, the first with what the numbers are; nothing if nothing is.

    >>> from lstm_cli.results.report import Companion
    >>> both = (Companion("horrible", 9), Companion("cold", 5))
    >>> said_with(TermEffect("food", -0.1, (-0.2, -0.05), 20, 0.3, 0.1, -0.4, (), both))
    '; said with: horrible (9 reviews), cold (5)'
    """
    if not term.said_with:
        return ""
    first, *others = term.said_with
    parts = [f"{_cut(first.word, LONGEST_TERM)} ({count(first.reviews, 'review')})"]
    parts += [f"{_cut(other.word, LONGEST_TERM)} ({other.reviews:,})" for other in others]
    return f"; said with: {', '.join(parts)}"


def _show_terms(
    console: Console, title: str, group: GroupWords, terms: Sequence[TermEffect]
) -> None:
    if not terms:
        return
    console.print()
    _show(console, Text(title), "  ")
    for term in terms:
        name = _cut(term.term, LONGEST_TERM)
        name += " " * (LONGEST_TERM - cell_len(name))
        elsewhere = f"; elsewhere {percent(term.share_elsewhere)}" if group.others else ""
        stands = f"in {count(term.reviews, 'review')} ({percent(term.share)}{elsewhere})"
        line = Text(f"{name} {points(term.effect):>6} points  {stands}")
        line.stylize("bold", 0, len(name))
        _show(console, line, "  ")
        detail = f"where it stands, {points(term.each)}" + said_with(term)
        _show(console, Text(detail, style="dim"), "    ")
        for quote in term.quotes:
            _show(console, _quoted(console, quote), INDENT)


def _quoted(console: Console, quote: Quote) -> Text:
    """A line number, the rating, and the text with the term marked, without colour by signs."""
    opened, closed = ("", "") if console.color_system else ("«", "»")
    shown = Text(f"line {visible(quote.line, LONGEST_TERM)}, rated {quote.rating:.1f}: ")
    behind = 0
    for begin, end in quote.places:
        shown.append(_part(quote.text[behind:begin]))
        shown.append(f"{opened}{_part(quote.text[begin:end])}{closed}", style="bold")
        behind = end
    return shown.append(_part(quote.text[behind:]))


def _part(text: str) -> str:
    """Part of an untrusted text, made safe; the spaces at its ends stay."""
    if not text.strip():
        return " " * bool(text)
    return " " * text[0].isspace() + visible(text) + " " * text[-1].isspace()


def _cut(text: str, width: int) -> str:
    """Untrusted text in at most so many columns; a letter may be two wide."""
    shown = visible(text)
    return shown if cell_len(shown) <= width else set_cell_size(shown, width - 1).rstrip() + "…"


def _show(console: Console, text: Text, indent: str = "") -> None:
    """Print a text in lines of at most ``LINE`` columns, each indented."""
    for line in text.wrap(console, min(console.width, LINE) - len(indent)):
        line.rstrip()
        console.print(Text(indent) + line, soft_wrap=True)
