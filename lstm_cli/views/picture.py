"""One review as one picture, for a mail: the rating, the words, the curve and the gates, in SVG.

Everything has its place here; the template only writes it down. What is drawn stands alone: no
script, no style from elsewhere, and text as text.
"""

import math
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace

from lstm_cli.data.ratings.scale import Scale
from lstm_cli.results import GateTrace, WordTrace
from lstm_cli.text.places import as_written
from lstm_cli.views.adding_up import percents
from lstm_cli.views.charts import HEIGHT, LEFT, WIDTH, across, curve, render, up
from lstm_cli.views.console import percent, visible
from lstm_cli.views.lettering import lines_of, text_width, wrapped
from lstm_cli.views.narrative import narrative
from lstm_cli.views.page import shade
from lstm_cli.views.prediction import expected

WIDE, EDGE = 1200, 40
ROOM = WIDE - 2 * EDGE
BARS_AT, BESIDE_BARS = 900, 740  # where the probabilities begin; room for what stands beside them
ZOOM = ROOM / WIDTH  # of the chart, whose helpers draw it smaller
MOST_DRAWN = 600  # words; of more, the others are counted
MOST_BARS = 7  # ratings whose probabilities are drawn
MOST_SENTENCES = 2
WORD_SIZE, WORD_LINE, WORD_GAP = 21, 37, 13
TEXT_SIZE, TEXT_LINE = 18, 27
STRIP, STRIPS_ABOVE = 22, 6  # heights in the chart's units: of a row of gates, and above the first
SLANTED_FROM, EACH_FROM = 9, 40  # words: below more of them their names are slanted, or only some
NAMED = 60  # chart units for a name, where only some have one
WITH_SHARE = 34  # chart units of a cell wide enough for a percentage
# Colours on white: what lowers a rating, what raises it, and how much.
COLOURS = {
    "": "none",
    "down1": "#fbe0d3", "down2": "#f4a582", "down3": "#d6604d",
    "up1": "#d9ecf6", "up2": "#92c5de", "up3": "#4393c3",
}  # fmt: skip
LEGEND = (
    ("down3", "lowered the rating by 0.4 or more"), ("down2", "by 0.1 or more"), ("down1", "less"),
    ("up1", "less"), ("up2", "by 0.1 or more"), ("up3", "raised it by 0.4 or more"),
)  # fmt: skip


@dataclass(frozen=True)
class Piece:
    """A text in the picture, or a rectangle with one; in pixels, or in the chart's units."""

    x: float
    y: float
    text: str
    width: float = 0
    fill: str = "none"
    opacity: float = 1
    anchor: str = "start"
    turn: int = 0  # degrees


def picture(trace: GateTrace, scale: Scale) -> str:
    """A review's trace as an SVG, 1,200 pixels wide and as high as it needs to be.

    Args:
        trace: with its explanation.
        scale: the ratings.
    """
    trace = _as_written(trace)
    prediction = trace.prediction
    sure = percents(prediction.probabilities)[prediction.rating]
    bars = list(_bars(trace))
    careful = [
        line for said in prediction.warnings for line in _wrapped(f"careful: {said}", BESIDE_BARS)
    ]
    top = max(128 + TEXT_LINE * len(careful), 52 + 30 * len(bars))
    words = list(_words(trace, top))
    below = max((word.y for word in words), default=top) + 30
    legend = list(_legend(below + 14))
    sentences = [
        Piece(EDGE, below + 66 + TEXT_LINE * place, line)
        for place, line in enumerate(
            line for said in narrative(trace)[:MOST_SENTENCES] for line in _wrapped(said)
        )
    ]
    chart_at = below + 66 + TEXT_LINE * len(sentences) + 30
    chart_high = HEIGHT - 20 + STRIPS_ABOVE + STRIP * len(_gates(trace)) + _names_high(trace)
    return render(
        "picture.svg.j2",
        "",
        wide=WIDE,
        high=round(chart_at + ZOOM * chart_high + 44),
        edge=EDGE,
        room=ROOM,
        rating=_clean(f"rating {prediction.rating}", 26),
        summary=_clean(f"{expected(prediction)}, {sure} sure"),
        careful=[Piece(EDGE, 138 + TEXT_LINE * n, line) for n, line in enumerate(careful)],
        bars=bars,
        words=words,
        legend=legend,
        sentences=sentences,
        chart_at=chart_at,
        chart_wide=WIDTH,
        chart_high=chart_high,
        chart_pixels=round(ZOOM * chart_high),
        ticks=_ticks(scale),
        line=_curve(trace, scale),
        strips=list(_strips(trace)),
        names=list(_names(trace)),
        strip=STRIP,
        model=_clean(f"model {prediction.model}", 60),
        has_gates=trace.cell == "lstm",
    )


def _as_written(trace: GateTrace) -> GateTrace:
    """The same trace, its words as the person wrote them."""
    written = as_written(trace.prediction.text, [word.token for word in trace.words])
    words = (replace(word, token=token) for word, token in zip(trace.words, written, strict=True))
    return replace(trace, words=tuple(words))


def _clean(text: str, longest: int | None = None) -> str:
    """Untrusted text on one line, without the two code points that XML forbids and Python allows.

    >>> _clean("a\\ufffeb\\x00")
    'a\\ufffdb\\\\x00'
    """
    return re.sub("[\ufffe\uffff]", "\ufffd", visible(text, longest))


def _wrapped(said: str, room: float = ROOM) -> list[str]:
    return wrapped(_clean(said), TEXT_SIZE, room)


def _bars(trace: GateTrace) -> Iterator[Piece]:
    """The probabilities; of many ratings, those of the likeliest."""
    shares = trace.prediction.probabilities
    percentages = percents(shares)
    likeliest = sorted(shares, key=lambda rating: -shares[rating])[:MOST_BARS]
    shown = [rating for rating in shares if rating in likeliest]
    for place, rating in enumerate(shown):
        share = shares[rating]
        yield Piece(
            BARS_AT,
            52 + 30 * place,
            _clean(rating, 14),
            round(180 * share, 1),
            percentages[rating],
        )


def _words(trace: GateTrace, top: float) -> Iterator[Piece]:
    """The review, wrapped, each word coloured by what reading it did."""
    drawn = trace.words[:MOST_DRAWN]
    shown = [_clean(word.token, 40) + ("" if word.known else "?") for word in drawn]
    more = len(trace.words) - len(drawn)
    widths = [text_width(word, WORD_SIZE) for word in shown]
    y = top + WORD_LINE
    for line in lines_of(widths, ROOM - 10, WORD_GAP):
        x = EDGE + 5.0
        for place in line:
            fill = COLOURS[shade(drawn[place].contribution)]
            yield Piece(round(x, 1), y, shown[place], widths[place], fill)
            x += widths[place] + WORD_GAP
        y += WORD_LINE
    if more:
        yield Piece(EDGE, y, f"and {more:,} words more")


def _legend(y: float) -> Iterator[Piece]:
    x = float(EDGE)
    for kind, said in LEGEND:
        yield Piece(round(x, 1), y, said, fill=COLOURS[kind])
        x += 34 + text_width(said, 15) + 18


def _ticks(scale: Scale) -> list[Piece]:
    """The lowest and the highest rating and their middle, beside the curve."""
    low, high = scale.ratings[0], scale.ratings[-1]
    names = scale.label_of if scale.has_places else {}
    return [
        Piece(LEFT - 6, round(up(value, low, high), 1), _clean(names.get(value, f"{value:g}"), 12))
        for value in (low, (low + high) / 2, high)
    ]


def _curve(trace: GateTrace, scale: Scale) -> str:
    means = trace.expected_ratings
    return curve("", "first", means, (scale.ratings[0], scale.ratings[-1])).points


def _gates(trace: GateTrace) -> tuple[tuple[str, list[float | None]], ...]:
    """Rows of what the gates did at each word; a plain RNN has none."""
    if trace.cell != "lstm" or not trace.words:
        return ()

    def first_apart(word: WordTrace, place: int) -> float | None:
        return word.forget if place else None  # the first word finds no memory to keep

    return (
        ("kept", [first_apart(word, place) for place, word in enumerate(trace.words)]),
        ("learned", [word.learn for word in trace.words]),
        ("used", [word.use for word in trace.words]),
    )


def _strips(trace: GateTrace) -> Iterator[Piece]:
    """A cell for each gate and word under the piece of the curve that is the word's."""
    number = len(trace.words)
    each = (across(number, number) - LEFT) / max(number, 1)
    for row, (name, shares) in enumerate(_gates(trace)):
        y = HEIGHT - 20 + STRIPS_ABOVE + STRIP * row
        yield Piece(LEFT - 6, y, name, anchor="end")
        for place, share in enumerate(shares):
            if share is None:
                continue
            said = percent(share) if each >= WITH_SHARE else ""
            x = round(across(place, number), 2)
            yield Piece(x, y, said, round(each, 2), "#3b6ea5", round(share, 3), "middle")


def _names(trace: GateTrace) -> Iterator[Piece]:
    """The words under their cells: level, slanted where they are many, some where they are more."""
    number = len(trace.words)
    y = HEIGHT - 20 + STRIPS_ABOVE + STRIP * len(_gates(trace)) + 12
    each = (across(number, number) - LEFT) / max(number, 1)
    every = 1 if number <= EACH_FROM else math.ceil(NAMED / each)
    for place in range(0, number, every):
        name = _clean(trace.words[place].token, 12)
        x = round(across(place + 0.5, number), 1)
        if SLANTED_FROM < number <= EACH_FROM:
            yield Piece(x + 3, y - 4, name, anchor="end", turn=-45)
        elif x + text_width(name, 10) / 2 <= WIDTH:
            yield Piece(x, y, name, anchor="middle")


def _names_high(trace: GateTrace) -> int:
    return 66 if SLANTED_FROM < len(trace.words) <= EACH_FROM else 18
