"""When not to believe a rating: text unlike what the model learned from."""

import re
import unicodedata
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from enum import Enum
from functools import lru_cache
from typing import NamedTuple

from lstm_cli.text.tokens import EMOJI

# Above this share of unknown words a rating is doubted. To an English model a film review of
# another year has at most a tenth of them; a text in French or German has half.
STRANGE = 1 / 3
LONGER = 2  # times as long as the longest review that was learned from
_LETTERS_REMEMBERED = 1 << 13
_FEELING = re.compile(f"{EMOJI}|[:;=].")


class Doubt(Enum):
    """Why a rating is not to be believed, in words that hold for all texts of the kind.

    Of two that hold for the same texts, the first says more.
    """

    EMPTY = "no text"
    NO_WORD = "no word in the text"
    OTHER_SCRIPT = "letters of another script"
    ALL_UNKNOWN = "no known word"
    MANY_UNKNOWN = "unknown words, another language?"
    TOO_LONG = "far longer than what was learned"


class InputWarning(NamedTuple):
    """A reason not to believe the rating of one text."""

    doubt: Doubt
    sentence: str


def input_warnings(
    tokens: Sequence[str],
    is_known: Sequence[bool],
    learned_script: Callable[[], str],
    longest: int | None,
) -> tuple[InputWarning, ...]:
    """Reasons not to believe the rating of a text, a sentence each; none if there are none.

    Args:
        tokens: the tokens of the text.
        is_known: whether each of them counts as known.
        learned_script: the script of the model's words; asked only if that matters.
        longest: tokens in the longest review the model learned from, if that is recorded.
    """
    if not tokens:
        said = "the text is empty: this is what the model says before it reads anything"
        return (InputWarning(Doubt.EMPTY, said),)
    read = list(zip(tokens, is_known, strict=True))
    words = [known for token, known in read if is_word(token)]
    unknown = len(words) - sum(words)
    warnings = []
    if not words and not any(known and shows_feeling(token) for token, known in read):
        said = "there is no word in this text: do not believe the rating"
        warnings.append(InputWarning(Doubt.NO_WORD, said))
    elif words and unknown == len(words):
        said = "no word of this text is known to the model: do not believe the rating"
        warnings.append(InputWarning(Doubt.ALL_UNKNOWN, said))
    elif unknown > STRANGE * len(words):
        said = (
            f"{unknown} of {len(words)} words are unknown to the model: "
            "another language or subject than it learned from"
        )
        warnings.append(InputWarning(Doubt.MANY_UNKNOWN, said))
    if unknown > STRANGE * len(words):
        script = script_of(token for token, known in read if not known)
        its = learned_script()
        if script and its and script != its:
            said = f"the text is in {script} letters, what the model learned in {its}"
            warnings.append(InputWarning(Doubt.OTHER_SCRIPT, said))
    if longest is not None and len(tokens) > LONGER * longest:
        said = (
            f"the text has {len(tokens):,} words and signs, the longest the model learned from "
            f"{longest:,}"
        )
        warnings.append(InputWarning(Doubt.TOO_LONG, said))
    return tuple(warnings)


# What of a sentence is the same for every text of the kind.
_SIGNS = {
    Doubt.EMPTY: "the text is empty",
    Doubt.NO_WORD: "there is no word in this text",
    Doubt.OTHER_SCRIPT: " letters, what the model learned in ",
    Doubt.ALL_UNKNOWN: "no word of this text is known",
    Doubt.MANY_UNKNOWN: " words are unknown to the model",
    Doubt.TOO_LONG: " words and signs, the longest the model learned from ",
}


def doubts_in(said: str) -> set[Doubt]:
    """Why a text was doubted, by the sentences in its cell of a rated file.

    >>> doubts_in("no word of this text is known to the model: do not believe the rating")
    {<Doubt.ALL_UNKNOWN: 'no known word'>}
    """
    return {doubt for doubt, sign in _SIGNS.items() if sign in said}


def is_word(token: str) -> bool:
    """Whether a token is more than a sign."""
    return any(character.isalnum() for character in token)


def shows_feeling(token: str) -> bool:
    """Whether a token is an emoji or an emoticon, which rates without a word.

    >>> [shows_feeling(token) for token in ("👍", ":)", "?!", ":")]
    [True, True, False, False]
    """
    return _FEELING.match(token) is not None


def script_of(words: Iterable[str]) -> str:
    """The most common script of some words: the first word of its letters' Unicode names.

    >>> script_of(["хороший", "film", "вечер"]), script_of(["!"])
    ('Cyrillic', '')
    """
    letters = Counter(
        _script(character) for word in words for character in word if character.isalpha()
    )
    if not letters:
        return ""
    first = letters.most_common(1)[0][0]
    return "Chinese" if first == "CJK" else first.capitalize()


@lru_cache(maxsize=_LETTERS_REMEMBERED)
def _script(letter: str) -> str:
    return unicodedata.name(letter, "").split(" ")[0]
