"""Where a rating turned: the words that moved it, and what of that lasted to the end."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from lstm_cli.results import Turn


def turns_of(expected: NDArray[np.float64], least: float) -> tuple[Turn, ...]:
    """The words at which the expected rating moved, and that no later word took back.

    Args:
        expected: before the first word and after each. (T + 1,)
        least: how much of the change has to last.

    >>> [(turn.word, round(turn.lasting, 2)) for turn in turns_of(np.array([3, 1, 2, 4, 3.5]), 0.4)]
    [(1, 1.0), (2, 1.5), (3, -0.5)]
    """
    moves = _all_turns(expected)
    return tuple(turn for turn in moves if abs(turn.lasting) >= least)


def undone_of(
    expected: NDArray[np.float64], least: float, turns: Sequence[Turn]
) -> tuple[Turn, ...]:
    """The words that moved the rating further than the least of its turns, which did not last.

    Args:
        expected: as in ``turns_of``.
        least: how far they moved it at least.
        turns: those of the review.
    """
    far = max(2 * least, min((abs(turn.after - turn.before) for turn in turns), default=0.0))
    places = {turn.word for turn in turns}
    return tuple(
        turn
        for turn in _all_turns(expected)
        if turn.word not in places and abs(turn.after - turn.before) >= far
    )


def _all_turns(expected: NDArray[np.float64]) -> list[Turn]:
    """Each word: what the rating was before and after it, and what of that lasts."""
    # From each word to the last: the lowest and the highest expected rating.
    lowest = np.minimum.accumulate(expected[::-1])[::-1][1:]
    highest = np.maximum.accumulate(expected[::-1])[::-1][1:]
    before, after = expected[:-1], expected[1:]
    lasting = np.clip(lowest - before, 0, None) - np.clip(before - highest, 0, None)
    numbers = zip(before.tolist(), after.tolist(), lasting.tolist(), strict=True)
    return [Turn(word, *of_word) for word, of_word in enumerate(numbers)]
