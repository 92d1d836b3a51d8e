"""How wide letters are in a picture, where nothing measures them: in DejaVu Sans, which is wide.

A picture in another font leaves a little more room between words.
"""

from collections.abc import Iterator, Sequence

from rich.cells import cell_len

# Of the characters from the blank to the tilde, in hundredths of the font's size.
_ASCII = (
    32, 40, 46, 84, 64, 95, 78, 27, 39, 39, 50, 84, 32, 36, 32, 34, 64, 64, 64, 64, 64, 64, 64, 64,
    64, 64, 34, 34, 84, 84, 84, 53, 100, 68, 69, 70, 77, 63, 58, 77, 75, 29, 29, 66, 56, 86, 75, 79,
    60, 79, 69, 63, 61, 73, 68, 99, 69, 61, 69, 39, 34, 39, 84, 50, 50, 61, 63, 55, 63, 62, 35, 63,
    63, 28, 28, 58, 28, 97, 63, 61, 63, 63, 41, 52, 39, 63, 59, 82, 59, 59, 52, 64, 34, 64, 84,
)  # fmt: skip
_USUAL, _WIDE = 66, 105  # of other letters, and of those that take two columns of a terminal


def text_width(text: str, size: float) -> float:
    """About how wide a text is, in the units of its font's size.

    >>> text_width("mill", 10), text_width("好", 10)
    (18.1, 10.5)
    """
    return round(sum(map(_width, text)) * size / 100, 1)


def _width(character: str) -> int:
    place = ord(character) - 32
    if 0 <= place < len(_ASCII):
        return _ASCII[place]
    return _WIDE if cell_len(character) == 2 else _USUAL


def lines_of(widths: Sequence[float], room: float, gap: float) -> Iterator[list[int]]:
    """The places of the words that fit on a line, line by line; a word alone may be too wide.

    >>> list(lines_of([3, 3, 3, 9], room=8, gap=1))
    [[0, 1], [2], [3]]
    """
    line: list[int] = []
    used = 0.0
    for place, width in enumerate(widths):
        if line and used + gap + width > room:
            yield line
            line, used = [], 0.0
        used += width + (gap if line else 0.0)
        line.append(place)
    if line:
        yield line


def wrapped(text: str, size: float, room: float) -> list[str]:
    """A sentence in lines of this width."""
    words = text.split(" ")
    widths = [text_width(word, size) for word in words]
    gap = text_width(" ", size)
    return [" ".join(words[place] for place in line) for line in lines_of(widths, room, gap)]
