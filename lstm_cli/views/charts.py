"""Charts and pages: self-contained SVG and HTML, in which untrusted text stays text.

The content security policy of a page admits its own style and its own script by
their hashes, and nothing else.
"""

import base64
import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from importlib.metadata import version
from importlib.resources import files
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from lstm_cli.views.console import visible

WIDTH, HEIGHT, LEFT, MARGIN = 720, 220, 84, 20

MOST_WORDS = 9  # under a chart


@dataclass(frozen=True)
class Curve:
    """A line in a chart."""

    name: str  # in the key over the chart; "" where there is only one line
    kind: str  # first, second or third
    points: str


@dataclass(frozen=True)
class Chart:
    """Values along the words, or along distances."""

    id: str
    title: str
    note: str
    label: str  # for screen readers
    ticks: tuple[tuple[int, str], ...]
    lines: tuple[Curve, ...]
    below: tuple[tuple[int, str], ...] = ()  # ticks of the horizontal axis
    has_marker: bool = True


def across(place: float, number: float) -> float:
    """The x coordinate of ``place``, of ``number`` in all."""
    return LEFT + (WIDTH - 8 - LEFT) * place / max(number, 1)


def up(value: float, low: float, high: float) -> float:
    """The y coordinate of a value, between the lowest and the highest."""
    return HEIGHT - MARGIN - (HEIGHT - 2 * MARGIN) * (value - low) / max(high - low, 1e-9)


def words_below(words: Sequence[str], longest: int = 10) -> tuple[tuple[int, str], ...]:
    """Ticks with words under a chart of what is so after each, as many as there is room for."""
    number = len(words)
    every = max(1, -(-number // MOST_WORDS))
    places = range(every, number + 1, every)
    return tuple(
        (round(across(place, number)), visible(words[place - 1], longest)) for place in places
    )


def curve(
    name: str,
    kind: str,
    values: Sequence[float],
    bounds: tuple[float, float],
    places: Sequence[float] | None = None,
    last: float | None = None,
) -> Curve:
    """A line through values: one per word, or at ``places``, the first of which is 0.

    Args:
        name: in the key over the chart.
        kind: first, second or third.
        values: as many as there are places.
        bounds: the lowest and the highest value of the chart.
        places: where they stand.
        last: the place at which the chart ends, where the line ends before it.
    """
    at = range(len(values)) if places is None else places
    end = at[-1] if last is None else last
    points = " ".join(
        f"{across(place, end):.1f},{up(value, *bounds):.1f}"
        for place, value in zip(at, values, strict=True)
    )
    return Curve(name, kind, points)


def render(
    template: str,
    script: str,
    *,
    style_name: str = "page.css",
    more_style: str | None = None,
    **values: Any,
) -> str:
    """Render a template of this folder as a page that contains its style and script.

    Args:
        template: its name.
        script: the text of its script.
        style_name: the style sheet of pages.
        more_style: one that goes with it, for what only this page has.
        values: what the template names.
    """
    style = _text(style_name) + (_text(more_style) if more_style else "")
    environment = Environment(
        loader=PackageLoader("lstm_cli", "views"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
    )
    return environment.get_template(template).render(
        style=Markup(style),
        script=Markup(script),
        style_hash=_hash(style),
        script_hash=_hash(script),
        width=WIDTH,
        height=HEIGHT,
        left=LEFT,
        version=version("lstm-cli"),
        **values,
    )


def script_of(name: str) -> str:
    """The text of a script in this folder."""
    return _text(name)


def embedded(data: object) -> Markup:
    """JSON for a script element, which no text in it can close."""
    text = json.dumps(data, ensure_ascii=True).replace("<", "\\u003c").replace("&", "\\u0026")
    return Markup(text)


def _hash(content: str) -> str:
    return "sha256-" + base64.b64encode(hashlib.sha256(content.encode()).digest()).decode()


def _text(name: str) -> str:
    return files("lstm_cli.views").joinpath(name).read_text("utf-8")
