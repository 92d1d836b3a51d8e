"""One review as a page.

Everything is drawn here, in SVG; the script only moves the marks from word to word.
"""

from collections.abc import Sequence
from itertools import groupby, takewhile
from typing import Any

from lstm_cli.data.ratings.scale import Scale
from lstm_cli.results import GateTrace, LedgerTrace, margin
from lstm_cli.views.adding_up import apart, changes, percents, signed
from lstm_cli.views.charts import (
    WIDTH,
    Chart,
    across,
    curve,
    embedded,
    render,
    script_of,
    up,
    words_below,
)
from lstm_cli.views.console import percent, visible
from lstm_cli.views.heat import PANELS
from lstm_cli.views.narrative import narrative
from lstm_cli.views.routes import ROUTES, between_the_ends, ends_of, shown_routes

LEVELS = 8
MOST_LABELS = 36  # words beside a heat map
SIDE, ROOM = 460, 110  # of the ledger, and of the words beside it
CLEAR, STRONG = 0.1, 0.4  # rating points at which a word is marked, and marked more strongly
LEAST = 0.02  # rating points below which it gets no colour


def page(trace: GateTrace, scale: Scale) -> str:
    """A review's trace as a page of HTML.

    Args:
        trace: with its explanation; its ledger is drawn if it has one.
        scale: the ratings.
    """
    ratings = scale.ratings
    prediction = trace.prediction
    has_gates = trace.cell == "lstm"
    rows = _rows(trace)
    cells = _Cells(trace, ratings)
    shares = percents(prediction.probabilities)
    words = _words(trace)
    data = {
        "first": _first(trace),
        "words": [
            {
                "token": shown["token"],
                "strangeness": "" if word.known else f", {shown['strangeness']}",
                "x": round(across(place + 1, len(trace.words)), 1),
                "cells": cells.of(place),
                "ledger": _ledger_sentence(trace, place),
            }
            for place, (word, shown) in enumerate(zip(trace.words, words, strict=True))
        ],
    }
    return render(
        "page.html.j2",
        script_of("page.js"),
        title=f"{prediction.rating}: {visible(trace.text, 60)}",
        data=embedded(data),
        cell_name="LSTM" if has_gates else "Plain RNN",
        model=prediction.model,
        rating=prediction.rating,
        expected=prediction.expected_rating,
        sure=shares[prediction.rating],
        probabilities=[(k, share, shares[k]) for k, share in prediction.probabilities.items()],
        words=words,
        rows=rows,
        sentences=narrative(trace),
        ends=ends_of(trace),
        routes=_routes(trace),
        between=between_the_ends(trace),
        charts=_charts(trace, scale),
        heat=_heat(trace.ledger, words),
        carrying=[(unit.unit, f"{100 * unit.share:.1f} %") for unit in trace.carrying],
        units=_units(trace) if trace.words else [],
        unit_words=_labels(words, WIDTH),
    )


def _words(trace: GateTrace) -> list[dict[str, Any]]:
    """What stands in the place of each word, and says what it did."""
    return [
        {
            "token": visible(word.token, 60),
            "known": word.known,
            "strangeness": f"read as {word.read_as}" if word.read_as else "unknown to the model",
            "change": signed(change),
            "shade": shade(word.contribution),
        }
        for word, change in zip(trace.words, changes(trace.expected_ratings), strict=True)
    ]


def _first(trace: GateTrace) -> int:
    """The word on which the page opens: the one that the rating depends on most."""
    if trace.explanation is not None and trace.explanation.words:
        return trace.explanation.words[0].word
    return 0


def _rows(trace: GateTrace) -> list[tuple[str, str, str]]:
    """What the panel shows of a word: a key, a name, and what it means."""
    gates = [
        ("kept", "kept", "forget gate: 100 % keeps the long-term memory, 0 % forgets it"),
        ("learned", "learned", "learn gate: 100 % learns the word, 0 % ignores it"),
        ("used", "used", "use gate: how much of the memory is used now"),
        ("retained", "left at the end", "of what this word wrote into the long-term memory"),
    ]
    rows = gates if trace.cell == "lstm" else []
    rows += [
        ("rating", "rating after", "if the review ended here"),
        ("change", "when read", "change of the expected rating when the word was read"),
        ("deleted", "if deleted", "change if the word is left out of the review"),
    ]
    if trace.ledger is not None:
        highest, lowest = ends_of(trace)
        meaning = f"what it wrote favours {highest} (+) or {lowest} (-)"
        rows += [(f"route-{route}", f"through {ROUTES[route]}", meaning) for route in
                 trace.routes.parts]  # fmt: skip
    return rows


class _Cells:
    """The numbers of the panel for each word, as text and as bars.

    Args:
        trace: with its explanation.
        ratings: the scale.
    """

    def __init__(self, trace: GateTrace, ratings: tuple[float, ...]) -> None:
        self._trace = trace
        self._low, self._span = min(ratings), max(max(ratings) - min(ratings), 1e-9)
        self._read = changes(trace.expected_ratings)
        deleted = () if trace.explanation is None else trace.explanation.words
        end = trace.prediction.expected_rating
        self._deleted = {word.word: apart(end, word.expected_without) for word in deleted}
        self._routes = [] if trace.ledger is None else [
            {route: margin(parts) for route, parts in line.by_route.items()}
            for line in trace.ledger.lines
        ]  # fmt: skip
        sizes = [abs(part) for routes in self._routes for part in routes.values()]
        self._widest = max(sizes, default=0.0) or 1.0

    def of(self, place: int) -> dict[str, Any]:
        """Those of one word, by the keys of the rows."""
        word = self._trace.words[place]
        cells = {
            "rating": {
                "shown": f"{word.rating} ({word.expected_rating:.2f})",
                "width": round(100 * (word.expected_rating - self._low) / self._span, 1),
                "x": 0,
            },
            "change": _signed(self._read[place], self._span),
            "deleted": _signed(self._deleted.get(place), self._span),
        }
        if self._trace.cell == "lstm":
            gates = zip(
                ("kept", "learned", "used", "retained"),
                (word.forget, word.learn, word.use, word.retained),
                strict=True,
            )
            cells |= {name: _share(value) for name, value in gates}
            if not place:
                cells["kept"] = {"shown": "nothing yet", "width": 0, "x": 0}
        if self._routes:
            cells |= {
                f"route-{route}": _signed(part, self._widest)
                for route, part in self._routes[place].items()
            }
        return cells


def _share(value: float | None) -> dict[str, Any]:
    part = 0.0 if value is None else value
    return {"shown": percent(part), "width": round(100 * part, 1), "x": 0}


def _signed(value: float | None, widest: float) -> dict[str, Any]:
    """A bar from the middle to one side; nothing for what was not measured."""
    if value is None:
        return {"shown": "not tried", "width": 0, "x": 50}
    half = round(50 * min(1.0, abs(value) / widest), 1)
    return {"shown": signed(value), "width": half, "x": 50 if value >= 0 else 50 - half}


def _routes(trace: GateTrace) -> list[tuple[str, dict[str, Any]]]:
    """What favours the highest rating, and what the lowest, by route and in all."""
    lines = shown_routes(trace)
    widest = max(abs(value) for _, value, _ in lines) or 1.0
    return [(name, _signed(value, widest) | {"shown": shown}) for name, value, shown in lines]


def shade(contribution: float) -> str:
    """Which way a word moved the rating, and how clearly: "", up1 to up3, or down1 to down3."""
    size = abs(contribution)
    if size < LEAST:
        return ""
    return ("up" if contribution > 0 else "down") + str(1 + (size >= CLEAR) + (size >= STRONG))


def _ledger_sentence(trace: GateTrace, place: int) -> str:
    if trace.ledger is None:
        return ""
    line = trace.ledger.lines[place]
    token = visible(trace.words[place].token, 30)
    if place == len(trace.words) - 1:
        return f'"{token}" was read last: all that it wrote is there.'
    sentence = f'{percent(line.left)} of what "{token}" wrote is there at the end'
    if line.half_gone is not None:
        sentence += f'; under half after "{visible(trace.words[line.half_gone].token, 30)}"'
    return sentence + "."


def _charts(trace: GateTrace, scale: Scale) -> list[Chart]:
    low, high = scale.ratings[0], scale.ratings[-1]
    below = words_below([word.token for word in trace.words])
    expected = trace.expected_ratings
    names = scale.label_of if scale.has_places else {}
    labels = {value: visible(names.get(value, f"{value:g}"), 12)
              for value in (low, (low + high) / 2, high)}  # fmt: skip
    charts = [
        Chart(
            "running",
            "The rating word by word",
            "The expected rating after each word, as if the review ended there.",
            f"From {expected[0]:.2f} before the first word to {expected[-1]:.2f} after the last",
            tuple((round(up(value, low, high)), name) for value, name in labels.items()),
            (curve("", "first", expected, (low, high)),),
            below,
        )
    ]
    short_term = [0.0, *(word.short_term for word in trace.words)]
    long_term = [0.0, *(word.long_term for word in trace.words if word.long_term is not None)]
    bound = max(1e-6, *(abs(value) for value in (*short_term, *long_term)))
    lines = [curve("short-term memory", "first", short_term, (-bound, bound))]
    if trace.cell == "lstm":
        lines.append(curve("long-term memory", "second", long_term, (-bound, bound)))
    charts.append(
        Chart(
            "memories",
            "The two memories" if trace.cell == "lstm" else "The memory",
            "Means over the units, signed so that above zero stands for a higher rating.",
            "The memories after each word",
            tuple(
                (round(up(value, -bound, bound)), f"{value:.2g}") for value in (-bound, 0, bound)
            ),
            tuple(lines),
            below,
        )
    )
    return charts


def _heat(ledger: LedgerTrace | None, words: Sequence[dict[str, Any]]) -> dict[str, Any] | None:
    """The matrix of what is remembered: one row per word, from its own column on."""
    if ledger is None or not ledger.remembered:
        return None
    # What is left only fades: behind the first share that is not drawn there is none that is.
    rows = [
        (row, [round(LEVELS * share) for share in takewhile(_is_drawn, shares)])
        for row, shares in enumerate(ledger.remembered)
    ]
    labels = _labels(words, SIDE)
    return {
        "size": len(ledger.remembered),
        "cells": _merged(rows),
        "side": SIDE,
        "labels": labels,
        "left": ROOM if labels else 0,
        "below": ROOM * 0.75 if labels else 0,
    }


def _units(trace: GateTrace) -> list[dict[str, Any]]:
    """A heat map a gate, whose rows are the units with most say in the rating."""
    return [
        {
            "title": title,
            "reading": reading,
            "cells": _merged(
                [
                    (0, [round(LEVELS * share) for share in values_of(unit)])
                    for unit in trace.carrying
                ]
            ),
        }
        for title, values_of, reading in PANELS
    ]


def _labels(words: Sequence[dict[str, Any]], wide: float) -> list[tuple[float, str]]:
    """Where each word stands beside a heat map so wide; none where they are too many."""
    if len(words) > MOST_LABELS:
        return []
    each = wide / max(len(words), 1)
    return [
        (round((place + 0.5) * each, 1), visible(str(word["token"]), 14))
        for place, word in enumerate(words)
    ]


def _is_drawn(share: float) -> bool:
    """Whether a share is shown in a heat map by more than an empty cell."""
    return LEVELS * share > 1 / 2


def _merged(rows: Sequence[tuple[int, Sequence[int]]]) -> list[tuple[int, int, int, int]]:
    """Cells of a heat map: column, row, width and level, neighbours of one level as one cell.

    Args:
        rows: of each, the column in which it begins, and the levels from there on.
    """
    cells = []
    for y, (x, row) in enumerate(rows):
        for level, same in groupby(row):
            run = len(list(same))
            if level:
                cells.append((x, y, run, level))
            x += run
    return cells
