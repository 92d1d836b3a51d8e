"""The contents of ``words.json``: what the gates did with the held-out reviews. Checked."""

from typing import Any

from lstm_cli.bundle.contents import check_number
from lstm_cli.results import (
    HALF_LIFE_SHARES,
    GateStatistics,
    UnitStatistics,
    WordStatistics,
)


def gate_statistics_of(stored: Any) -> GateStatistics:
    """The contents of ``words.json``.

    Raises:
        KeyError, TypeError, ValueError, OverflowError: a part is missing or has another type.
    """
    if isinstance(stored, list):  # models of the first version list the words alone
        stored = {"words": stored}
    half_life = tuple(stored.get("half_life", ()))
    for value in half_life:
        if value is not None:
            check_number(value)
    if len(half_life) not in (0, len(HALF_LIFE_SHARES)):
        raise ValueError(f"{len(half_life)} half-lives")
    followed = stored.get("followed", 0)
    check_number(followed)
    units = tuple(UnitStatistics(**unit) for unit in stored.get("units", ()))
    for unit in units:
        check_number(unit.unit)
        check_number(unit.correlation)
        if unit.half_life is not None:
            check_number(unit.half_life)
    unit_half_life = tuple(stored.get("unit_half_life", ()))
    for life in unit_half_life:
        check_number(life)
    if len(unit_half_life) not in (0, len(HALF_LIFE_SHARES)):
        raise ValueError(f"{len(unit_half_life)} half-lives of units")
    words = tuple(_word_statistics(word) for word in stored["words"])
    return GateStatistics(words, half_life, followed, units, unit_half_life)


def _word_statistics(stored: dict[str, Any]) -> WordStatistics:
    word = WordStatistics(**stored)
    if not isinstance(word.word, str) or not isinstance(word.count, int):
        raise TypeError(f"{word.word!r:.40} and {word.count!r:.40} are not a word and its count")
    check_number(word.contribution)
    measured = (word.forget, word.learn, word.use, word.writes, word.erases, word.flips)
    for value in (*measured, word.spread):
        if value is not None:
            check_number(value)
    return word
