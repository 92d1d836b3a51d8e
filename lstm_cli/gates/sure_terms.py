"""Which terms of a group are listed: those that are surely far from 0, and no chance finds.

Shapes: N reviews, K terms, L rows (see gates/term_table.py).
"""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from lstm_cli.arrays import Float64Array
from lstm_cli.gates.term_table import FEWEST_REVIEWS_OF_TERM, Figures, TermSums, TermTable

FEWEST_OWN_SHARE = 0.5  # of an effect: what the group says, against what the others do not say
FEWEST_AS_NAME = 0.6  # of a word's places in one pair: then the two are one name
MOST_BY_CHANCE = 0.1  # of the terms of a list
SHUFFLES = 50
STEP = 1.05  # from a size for which groups are shuffled to the next


def surest(
    chance: "Chance", is_in: NDArray[np.bool_], most: int
) -> list[tuple[int, Figures, NDArray[np.int64]]]:
    """The terms whose effects are surely farthest from 0, and their rows.

    No word of a review counts for two of them: once "dirty room" is chosen, "dirty" and "room"
    have only what they do elsewhere.
    """
    table = chance.table
    alive = table.all_alive()
    is_open = np.ones(table.num_terms, dtype=bool)
    least = chance.least(is_in)
    room = dict.fromkeys(least, most)
    chosen: list[tuple[int, Figures, NDArray[np.int64]]] = []
    while any(room.values()):
        figures = table.figures(alive, is_in)
        near = np.where(is_open, _near_ends(figures), 0)
        for sign, left in room.items():
            near[(np.sign(figures.effect) == sign) & ((near < least[sign]) | (left == 0))] = 0
        word = int(near.argmax()) if len(near) else 0
        if not near.any():
            break
        term = _explained_by(table, figures, near, word)
        is_open[word] = False
        if not near[term]:
            continue  # half of a name, such as "kong", whose other half takes back what it does
        rows = table.rows_of(term, alive)
        chosen.append((term, figures, rows))
        room[int(np.sign(figures.effect[term]))] -= 1
        table.use(rows, alive)
        is_open[[term, *table.parts[term]]] = False
    return chosen


def _near_ends(figures: Figures) -> Float64Array:
    """How far each effect is from 0 at least; 0 for terms that are not to be listed. (K)"""
    near = np.where(figures.low > 0, figures.low, np.maximum(-figures.high, 0))
    # Praise that is rarer here lowers a group as well, but its reviews would show praise.
    is_own = figures.own_share >= FEWEST_OWN_SHARE
    return np.where(is_own & (figures.inside >= FEWEST_REVIEWS_OF_TERM), near, 0)


@dataclass(frozen=True)
class Chance:
    """How far effects are from 0 in groups drawn at random.

    Thousands of terms are looked at, and in such groups some of them differ as well. So groups
    are shuffled: that is how many to expect. It depends on the size of a group alone.
    """

    table: TermTable
    num_reviews: int

    def least(self, is_in: NDArray[np.bool_]) -> dict[int, float]:
        """From which near end on at most a part of the terms is there by chance, by sign."""
        least = {-1: 0.0, 1: 0.0}
        if is_in.all():
            return least
        figures = self._sums.figures(is_in)
        drawn = self._drawn(_rounded(int(is_in.sum()), self.num_reviews))
        for sign in least:
            real = _of_sign(figures, sign)[::-1]
            by_chance = (len(drawn[sign]) - np.searchsorted(drawn[sign], real)) / SHUFFLES
            enough = np.flatnonzero(by_chance <= MOST_BY_CHANCE * np.arange(1, len(real) + 1))
            least[sign] = float(real[enough[-1]]) if len(enough) else float("inf")
        return least

    def _drawn(self, size: int) -> dict[int, Float64Array]:
        """The near ends in all shuffles of groups of a size, ascending, by sign."""
        if size not in self._drawn_before:
            rng = np.random.default_rng(0)
            is_in = np.arange(self.num_reviews) < size
            shuffled = [self._sums.figures(rng.permutation(is_in)) for _ in range(SHUFFLES)]
            self._drawn_before[size] = {
                sign: np.sort(np.concatenate([_of_sign(figures, sign) for figures in shuffled]))
                for sign in (-1, 1)
            }
        return self._drawn_before[size]

    @cached_property
    def _sums(self) -> TermSums:
        return self.table.sums(self.table.all_alive())

    @cached_property
    def _drawn_before(self) -> dict[int, dict[int, Float64Array]]:
        return {}


def _of_sign(figures: Figures, sign: int) -> Float64Array:
    """The near ends of the terms that may be listed, of one sign, ascending."""
    near = _near_ends(figures)
    return np.sort(near[(np.sign(figures.effect) == sign) & (near > 0)])


def _rounded(size: int, total: int) -> int:
    """About the size of a group, the smaller side of the two by steps of ``STEP``.

    >>> _rounded(7, 1_000), _rounded(206, 1_000), _rounded(794, 1_000)
    (7, 204, 796)
    """
    smaller = min(size, total - size)
    step = round(STEP ** round(np.log(smaller) / np.log(STEP)))
    step = min(step, total // 2)
    return step if size <= total - size else total - step


def _explained_by(table: TermTable, figures: Figures, near: Float64Array, term: int) -> int:
    """The pair that has most of a word's places, or of its effect; otherwise the word."""
    pairs = table.pairs_with(term)
    for pair in pairs:  # a pair has a row for each of its words
        if table.num_rows(pair) / 2 >= FEWEST_AS_NAME * table.num_rows(term):
            return pair
    pairs = [p for p in pairs if near[p] > 0 and figures.effect[p] / figures.effect[term] >= 0.5]
    return max(pairs, key=lambda pair: (near[pair], -pair), default=term)
