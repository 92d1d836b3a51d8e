"""Where the tokens of a review stand in it, so that they can be marked in what a person wrote."""

from collections.abc import Sequence
from typing import NamedTuple


class Place(NamedTuple):
    """Part of a text: its first letter, from 0, and the one after its last."""

    start: int
    stop: int


def places_of(text: str, tokens: Sequence[str]) -> list[Place | None]:
    """The place of each token in a text, in reading order.

    None for a token that the text has in another spelling: a run of one letter, say, is
    shortened before a review is cut.

    >>> places_of("It DIDN'T work :-(", ["it", "did", "n't", "work", ":-("])[1:3]
    [Place(start=3, stop=6), Place(start=6, stop=9)]
    >>> places_of("Baaaaad food", ["baaad", "food"])
    [None, Place(start=8, stop=12)]
    """
    # A letter whose small form is longer, such as İ, would move all that follow.
    small = "".join(low if len(low := letter.lower()) == 1 else letter for letter in text)
    small = small.replace("’", "'")
    places: list[Place | None] = []
    read = 0
    for token in tokens:
        start = small.find(token, read)
        # A token with another spelling must not be found in the next paragraph.
        if start < 0 or (small[read:start].strip() and start - read > _FARTHEST):
            places.append(None)
            continue
        read = start + len(token)
        places.append(Place(start, read))
    return places


def as_written(text: str, tokens: Sequence[str]) -> list[str]:
    """The tokens as the text has them, capitals included; one in another spelling as it is.

    >>> as_written("It DIDN'T work, baaaaad!", ["it", "did", "n't", "work", ",", "baaad", "!"])
    ['It', 'DID', "N'T", 'work', ',', 'baaad', '!']
    """
    return [
        token if place is None else text[place.start : place.stop]
        for token, place in zip(tokens, places_of(text, tokens), strict=True)
    ]


_FARTHEST = 60  # letters from one token to the next, markup between them included
