"""The bodies of requests: what may be asked, as a schema for programs and as a check.

The schemas stand in ``/openapi.json``; the checks say in one sentence what is wrong.
"""

import json
import unicodedata
from dataclasses import dataclass
from functools import lru_cache
from http import HTTPStatus
from itertools import groupby
from typing import Any

from lstm_cli.server.limits import MOST_MARKS, Limits, RefusedError
from lstm_cli.text.tokens import unescaped

_TEXT = {"type": "string", "description": "A review; an empty one is rated, too."}
INSPECT_SCHEMA: dict[str, Any] = {
    "type": "object",
    "properties": {
        "text": _TEXT,
        "ledger": {
            "type": "boolean",
            "default": False,
            "description": "What each word wrote into the long-term memory, and what is left.",
        },
        "units": {
            "type": "boolean",
            "default": False,
            "description": "The values of every hidden unit at every word.",
        },
    },
    "required": ["text"],
    "additionalProperties": False,
    "examples": [{"text": "not a bad film at all", "ledger": True}],
}


def predict_schema(limits: Limits) -> dict[str, Any]:
    """What ``predict_asked`` takes; of words, which it counts as well, a schema knows nothing."""
    texts = {"type": "array", "items": _TEXT, "maxItems": limits.max_texts}
    ways = [
        {
            "type": "object",
            "properties": {name: schema},
            "required": [name],
            "additionalProperties": False,
        }
        for name, schema in (("text", _TEXT), ("texts", texts))
    ]
    return {
        "oneOf": ways,
        "examples": [{"text": "great movie"}, {"texts": ["great movie", "dull and endless"]}],
    }


@dataclass(frozen=True)
class PredictAsked:
    """Reviews to rate."""

    texts: tuple[str, ...]
    is_list: bool  # so is the answer


@dataclass(frozen=True)
class InspectAsked:
    """A review to look into."""

    text: str
    ledger: bool
    units: bool


def predict_asked(body: bytes, limits: Limits) -> PredictAsked:
    """What a body asks to be rated.

    >>> predict_asked(b'{"texts": ["fine", "dull"]}', Limits()).texts
    ('fine', 'dull')

    Raises:
        RefusedError: it cannot be read, or asks for too much.
    """
    asked = _object_in(body, ("text", "texts"))
    if len(asked) != 1:
        raise _invalid('give either {"text": "..."} or {"texts": ["...", "..."]}')
    if "text" in asked:
        return PredictAsked((_text(asked["text"], "text", limits),), is_list=False)
    texts = asked["texts"]
    if not isinstance(texts, list):
        raise _invalid('"texts" should be a list of strings')
    if len(texts) > limits.max_texts:
        raise _invalid(
            f"{len(texts):,} texts in one request; send at most {limits.max_texts:,} at once"
        )
    checked = (_text(text, f"texts[{place}]", limits) for place, text in enumerate(texts))
    return PredictAsked(tuple(checked), is_list=True)


def inspect_asked(body: bytes, limits: Limits) -> InspectAsked:
    """What a body asks to be looked into.

    >>> inspect_asked(b'{"text": "fine", "ledger": true}', Limits())
    InspectAsked(text='fine', ledger=True, units=False)

    Raises:
        RefusedError: it cannot be read, or asks for too much.
    """
    asked = _object_in(body, ("text", "ledger", "units"))
    if "text" not in asked:
        raise _invalid('"text" is missing: give {"text": "..."}')
    for name in ("ledger", "units"):
        if not isinstance(asked.setdefault(name, False), bool):
            raise _invalid(f'"{name}" should be true or false')
    return InspectAsked(_text(asked["text"], "text", limits), asked["ledger"], asked["units"])


def check_words(num_words: int, most: int, where: str = "text") -> None:
    """Refuse a text that is too long.

    Args:
        num_words: tokens of the text.
        most: that it may have.
        where: it stands in the request.

    Raises:
        RefusedError: it is.
    """
    if num_words > most:
        raise _invalid(f'"{where}" has {num_words:,} words; cut it to at most {most:,}')


def _object_in(body: bytes, known: tuple[str, ...]) -> dict[str, Any]:
    """The object that a body holds, with no key but those that are known."""
    try:
        asked = json.loads(body)
    except (ValueError, RecursionError):  # broken, in no encoding of JSON, or too deep
        raise RefusedError(HTTPStatus.BAD_REQUEST, "the body is not JSON") from None
    if not isinstance(asked, dict):
        raise _invalid('the body should be a JSON object, such as {"text": "great movie"}')
    for name in asked:
        if name not in known:
            raise _invalid(f"there is no {name!a:.40}; give {' or '.join(known)}")
    return asked


def _text(value: object, where: str, limits: Limits) -> str:
    if not isinstance(value, str):
        raise _invalid(f'"{where}" should be a string')
    if len(value) > limits.max_characters:
        raise _invalid(
            f'"{where}" has {len(value):,} characters; cut it to at most {limits.max_words:,} words'
        )
    read = unescaped(value) if "&" in value else value  # as the cutting reads it
    if not read.isascii():
        runs = (len(list(run)) for is_mark, run in groupby(map(_is_mark, read)) if is_mark)
        if max(runs, default=0) > MOST_MARKS:
            raise _invalid(f'"{where}" has more than {MOST_MARKS} accents on one letter')
    return value


@lru_cache(maxsize=4_096)
def _is_mark(character: str) -> bool:
    """Whether it is an accent, or stands for nothing but accents.

    >>> [_is_mark(character) for character in "\u0301\uff9e\u00e9"]
    [True, True, False]
    """
    return all(map(unicodedata.combining, unicodedata.normalize("NFKD", character)))


def _invalid(problem: str) -> RefusedError:
    return RefusedError(HTTPStatus.UNPROCESSABLE_ENTITY, problem)
