"""A picture in SVG as PNG, by resvg, which draws without a system's libraries or a network.

The font is shipped, for where a machine has none, text would vanish without a word. Letters that it
lacks are looked for in the fonts of the machine.
"""

import re
from html import unescape
from importlib.resources import as_file, files
from importlib.util import find_spec
from typing import Any

FONT = "DejaVu Sans"
NO_LETTER = "\ue123"  # of private use: what is drawn for it is drawn for every letter without font
MOST_ASKED = 500  # different letters, a few milliseconds each


def can_rasterize() -> bool:
    """Whether the package that draws is installed."""
    return find_spec("resvg_py") is not None


def as_png(svg: str) -> bytes:
    """A picture as PNG, of the size that it says."""
    with as_file(files("lstm_cli.views") / "fonts" / "DejaVuSans.ttf") as font:
        return _drawn(svg, str(font))


def letters_without_font(svg: str) -> str:
    """The letters of a picture for which neither its own font nor one of the machine has a form."""
    text = unescape("".join(re.findall(r">([^<]+)<", svg)))
    asked = sorted({letter for letter in text if not letter.isascii()})[:MOST_ASKED]
    with as_file(files("lstm_cli.views") / "fonts" / "DejaVuSans.ttf") as font:
        box = _drawn(_letter(NO_LETTER), str(font)) if asked else b""
        return "".join(one for one in asked if _drawn(_letter(one), str(font)) == box)


def _letter(letter: str) -> str:
    return (
        '<svg xmlns="http://www.w3.org/2000/svg" width="40" height="30"><text x="5" y="20" '
        f'font-family="{FONT}" font-size="16">{letter}</text></svg>'
    )


def _drawn(svg: str, font: str) -> bytes:
    from resvg_py import svg_to_bytes

    named: dict[str, Any] = dict.fromkeys(("font_family", "sans_serif_family"), FONT)
    return bytes(svg_to_bytes(svg_string=svg, font_files=[font], **named))
