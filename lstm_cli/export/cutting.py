"""How a program without this package cuts a review into the token ids of a model.

What ``text/tokens.py`` does is told as data, which makes a program of a few lines: HTML entities
are replaced, then what ``before`` finds; the text becomes NFKC in small letters; then what
``after`` finds is replaced, and ``token`` finds the tokens. Each pattern is there for Python's
``re`` and as a RegExp of JavaScript with the flags "gv". Python replaces entities by
``html.unescape``; for other languages there are a pattern and two tables that do the same.
"""

import html
from html.entities import html5
from typing import Any

from lstm_cli.bundle.reading import Bundle
from lstm_cli.text.javascript import translated
from lstm_cli.text.tokens import CONTROL, QUOTES, TAG_OR_COMMENT
from lstm_cli.text.vocabulary import PADDING_ID, UNKNOWN_ID

_FLAGS = "(?ms)"  # those that a model's token pattern is compiled with
# What is put for single characters before NFKC. ``tidy`` makes quotation marks alike after it,
# which is the same but for one letter: NFKC makes an apostrophe of it that would stay as it is.
_SIGNS = {chr(code): chr(mark) for code, mark in QUOTES.items()} | {"ŉ": "'n"}
# A space is put for all else that is found there: markup, and what cannot be seen.
_BEFORE = f"{TAG_OR_COMMENT.pattern}|[{''.join(_SIGNS)}]|{CONTROL.pattern}"
# Long runs of letters, of marks and of dots, and so much of each as is left.
_AFTER = r"(([^\W\d_])\2\2)\2+|(([!?])\4)\4+|(\.\.\.)\.+"
_LEFT = (1, 3, 5)  # the groups


def cutting(bundle: Bundle) -> dict[str, Any]:
    """All that a program needs to know of a model besides its network, as JSON can hold it.

    Raises:
        BundleError: the vocabulary cannot be used, or the token pattern has a part that
            JavaScript lacks.
    """
    # The longest name first: of &notin; it is not &not that is meant.
    names = sorted(html5, key=lambda name: (-len(name), name))
    return {
        "model": bundle.name,
        "labels": list(bundle.info.scale.labels),
        "ratings": list(bundle.info.ratings),
        "padding_id": PADDING_ID,
        "unknown_id": UNKNOWN_ID,
        "corrects": bundle.vocabulary.corrects,
        "python": {
            "before": _FLAGS + _BEFORE,
            "after": [_FLAGS + _AFTER, "".join(f"\\{group}" for group in _LEFT)],
            "token": _FLAGS + bundle.info.token_pattern,
        },
        "javascript": {
            "entity": f"&(?:#([0-9]+);?|#[xX]([0-9a-fA-F]+);?|({'|'.join(names)}))",
            "before": translated(_BEFORE),
            "after": [
                translated(_AFTER, may_capture=True), "".join(f"${group}" for group in _LEFT),
            ],
            "token": translated(bundle.info.token_pattern),
        },
        "signs": _SIGNS,
        "entities": {name: html5[name] for name in names},
        "codes": _codes(),
        "vocabulary": list(bundle.vocabulary.tokens),
    }  # fmt: skip


def _codes() -> dict[str, str]:
    """The numbers of characters that in HTML stand for another one, or for nothing.

    But for those of halves of characters, and beyond the last: these stand for U+FFFD.
    """
    # The last two of every plane of 65,536 are no characters, and neither are some of the first.
    last_two = (code for code in range(0x110000) if code & 0xFFFE == 0xFFFE)
    asked = [*range(0x100), *range(0xFDD0, 0xFDF0), *last_two]
    meant = {code: html.unescape(f"&#{code};") for code in asked}
    return {str(code): put for code, put in meant.items() if put != chr(code)}
