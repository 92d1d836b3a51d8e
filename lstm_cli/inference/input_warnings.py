"""When not to believe a rating: text unlike what the model learned from."""

import unicodedata
from collections import Counter
from collections.abc import Iterable, Sequence

# Above this share of unknown words a rating is doubted. To an English model a film review of
# another year has at most a tenth of them; a text in French or German has half.
STRANGE = 1 / 3


def input_warnings(
    tokens: Sequence[str],
    is_known: Sequence[bool],
    vocabulary: Iterable[str],
    longest: int | None,
) -> tuple[str, ...]:
    """Reasons not to believe the rating of a text, a sentence each; none if there are none.

    Args:
        tokens: the tokens of the text.
        is_known: whether the model knows each of them.
        vocabulary: the words of the model, most common first; read only if they are needed.
        longest: tokens in the longest review the model learned from, if that is recorded.
    """
    if not tokens:
        return ("the text is empty: this is what the model says before it reads anything",)
    words = [known for token, known in zip(tokens, is_known, strict=True) if _is_word(token)]
    unknown = len(words) - sum(words)
    warnings = []
    if not words:
        warnings.append("there is no word in this text: do not believe the rating")
    elif unknown == len(words):
        warnings.append("no word of this text is known to the model: do not believe the rating")
    elif unknown > STRANGE * len(words):
        warnings.append(
            f"{unknown} of {len(words)} words are unknown to the model: "
            "another language or subject than it learned from"
        )
    if unknown > STRANGE * len(words):
        script = script_of(t for t, known in zip(tokens, is_known, strict=True) if not known)
        its = script_of(word for word, _ in zip(vocabulary, range(1_000), strict=False))
        if script and its and script != its:
            warnings.append(f"the text is in {script} letters, what the model learned in {its}")
    if longest is not None and len(tokens) > 2 * longest:
        warnings.append(
            f"the text has {len(tokens):,} words and signs, the longest the model learned from "
            f"{longest:,}"
        )
    return tuple(warnings)


def _is_word(token: str) -> bool:
    return any(character.isalnum() for character in token)


def script_of(words: Iterable[str]) -> str:
    """The most common script of some words: the first word of its letters' Unicode names.

    >>> script_of(["хороший", "film", "вечер"]), script_of(["!"])
    ('Cyrillic', '')
    """
    letters = Counter(
        unicodedata.name(character, "").split(" ")[0]
        for word in words
        for character in word
        if character.isalpha()
    )
    if not letters:
        return ""
    first = letters.most_common(1)[0][0]
    return "Chinese" if first == "CJK" else first.capitalize()
