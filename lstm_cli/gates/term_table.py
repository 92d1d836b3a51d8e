"""Every occurrence of every term in a row, so that all terms are measured at once.

A *term* is a word or a pair of words. A pair has a row for each of its two words in each place
where it stands, so that what a row contributes is always what one word contributes.

Shapes: K terms, L rows, C words of all reviews together.
"""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from lstm_cli.arrays import Float64Array
from lstm_cli.gates.terms import ReviewWords

if TYPE_CHECKING:
    from scipy.sparse import csr_array

FEWEST_REVIEWS_OF_TERM = 3  # of all, and of a group: fewer are an anecdote


@dataclass(frozen=True)
class Figures:
    """What each term does to the mean of a group, less what it does to that of the others. (K)"""

    effect: Float64Array  # in rating points
    low: Float64Array  # where the effect lies with 95 %
    high: Float64Array
    inside: NDArray[np.int64]  # reviews of the group in which it stands
    outside: NDArray[np.int64]  # other reviews in which it stands
    each: Float64Array  # on a review of the group in which it stands, on average; 0 if in none
    own_share: Float64Array  # of the effect, that is in the group's reviews and not in the others'


@dataclass(frozen=True)
class TermTable:
    """The rows of all terms of at least ``FEWEST_REVIEWS_OF_TERM`` reviews, term by term."""

    terms: NDArray[np.int64]  # (L,), ascending
    reviews: NDArray[np.int64]  # (L,)
    words: NDArray[np.int64]  # (L,): the word's place in its review
    partners: NDArray[np.int64]  # (L,): that of the other word of its pair, or the same
    values: Float64Array  # (L,): what the word contributed, in rating points
    starts: NDArray[np.int64]  # (N,): the words of the reviews before each
    parts: Sequence[tuple[int, ...]]  # (K,): the terms of the words of a pair; none of a word
    cells: NDArray[np.int64]  # (L,): rows of one term and review have one number
    cell_terms: NDArray[np.int64]
    cell_reviews: NDArray[np.int64]

    @classmethod
    def of(
        cls, reviews: Sequence[ReviewWords], contributions: Sequence[Sequence[float]]
    ) -> "TermTable":
        """Gather the terms of reviews.

        Args:
            reviews: their words.
            contributions: of each word of each review, in rating points.
        """
        rows: dict[tuple[str, ...], dict[tuple[int, int], int]] = defaultdict(dict)
        for review, found in enumerate(reviews):
            for word, name in enumerate(found.names):
                rows[(name,)][review, word] = word
            for first, second in found.pairs:
                pair = tuple(sorted((found.names[first], found.names[second])))
                # A word that is in two places of one pair counts once.
                rows[pair].setdefault((review, first), second)
                rows[pair].setdefault((review, second), first)
        names = sorted(
            name
            for name, places in rows.items()
            if len({review for review, _ in places}) >= FEWEST_REVIEWS_OF_TERM
        )
        number = {name: k for k, name in enumerate(names)}
        flat = np.array(
            [
                (number[name], review, word, partner)
                for name in names
                for (review, word), partner in sorted(rows[name].items())
            ],
            dtype=np.int64,
        ).reshape(-1, 4)
        lengths = np.array([len(found.names) for found in reviews], dtype=np.int64)
        pairs_of_cells, cells = np.unique(flat[:, :2], axis=0, return_inverse=True)
        return cls(
            terms=flat[:, 0],
            reviews=flat[:, 1],
            words=flat[:, 2],
            partners=flat[:, 3],
            values=np.array(
                [contributions[k][word] for _, k, word, _ in flat.tolist()], dtype=np.float64
            ),
            starts=np.cumsum(lengths) - lengths,
            parts=[
                tuple(number[part,] for part in name if (part,) in number) if len(name) > 1 else ()
                for name in names
            ],
            cells=cells.reshape(-1),
            cell_terms=pairs_of_cells[:, 0],
            cell_reviews=pairs_of_cells[:, 1],
        )

    @property
    def num_terms(self) -> int:
        """Words and pairs."""
        return len(self.parts)

    def is_word(self, term: int) -> bool:
        """Whether it is a word, and no pair."""
        return not self.parts[term]

    def pairs_with(self, term: int) -> list[int]:
        """The pairs that a word is part of."""
        return self._pairs_of.get(term, [])

    @cached_property
    def _pairs_of(self) -> dict[int, list[int]]:
        """The pairs that each word is part of, where there are any."""
        pairs: dict[int, list[int]] = defaultdict(list)
        for pair, parts in enumerate(self.parts):
            for word in set(parts):
                pairs[word].append(pair)
        return dict(pairs)

    def all_alive(self) -> NDArray[np.bool_]:
        """All rows: no word has been counted for a term yet. (L,)"""
        return np.ones(len(self.terms), dtype=bool)

    def num_rows(self, term: int) -> int:
        """How many rows a term has."""
        begin, end = np.searchsorted(self.terms, (term, term + 1))
        return int(end - begin)

    def rows_of(self, term: int, alive: NDArray[np.bool_]) -> NDArray[np.int64]:
        """The rows of a term whose words have not been counted for another."""
        begin, end = np.searchsorted(self.terms, (term, term + 1))
        return begin + np.flatnonzero(alive[begin:end])

    def use(self, rows: NDArray[np.int64], alive: NDArray[np.bool_]) -> None:
        """Count the words of some rows: no other row that needs one of them is alive after that.

        Args:
            rows: those of the term for which they count.
            alive: is changed. (L,)
        """
        used = self.starts[self.reviews[rows]] + self.words[rows]
        start = self.starts[self.reviews]
        alive &= ~np.isin(start + self.words, used) & ~np.isin(start + self.partners, used)

    def figures(self, alive: NDArray[np.bool_], is_in: NDArray[np.bool_]) -> Figures:
        """Measure every term.

        Args:
            alive: the rows that count. (L,)
            is_in: as in ``TermSums.figures``. (N,)
        """
        return self.sums(alive).figures(is_in)

    def sums(self, alive: NDArray[np.bool_]) -> "TermSums":
        """What each term contributes to each review, whatever the group.

        Args:
            alive: the rows that count. (L,)
        """
        from scipy.sparse import csr_array
        from scipy.special import stdtrit

        num_cells = len(self.cell_terms)
        stands = (np.bincount(self.cells[alive], minlength=num_cells) > 0).astype(np.float64)
        values = np.bincount(self.cells[alive], self.values[alive], minlength=num_cells)
        # Cells are in the order of their terms, then of their reviews.
        begins = np.searchsorted(self.cell_terms, np.arange(self.num_terms + 1))
        shape = (self.num_terms, len(self.starts))
        stood, contributed, squared = (
            csr_array((one, self.cell_reviews, begins), shape=shape)
            for one in (stands, values, values**2)
        )
        reviews = np.bincount(self.cell_terms, stands, minlength=self.num_terms)
        widths = stdtrit(np.maximum(reviews - 1, 1), 0.975)
        return TermSums(stood, contributed, squared, widths)


@dataclass(frozen=True)
class TermSums:
    """What each term contributes to each review: by this, groups are measured in no time. (K, N)"""

    stands: "csr_array"  # 1 where it stands
    values: "csr_array"  # in rating points
    squares: "csr_array"
    widths: Float64Array  # of an interval to either side, in standard errors. (K,)

    def figures(self, is_in: NDArray[np.bool_]) -> Figures:
        """Measure every term.

        An interval is that of Welch, with as many degrees of freedom as a term has reviews, less
        one: a term of four reviews says little, though it be absent from a thousand others.

        Args:
            is_in: whether each review is of the group. Of a group that is all reviews the
                effects are on its mean. (N,)
        """
        counts, means, variances = [], [], []
        for part in (is_in, ~is_in):
            size, which = int(part.sum()), part.astype(np.float64)
            mean = self.values @ which / max(size, 1)
            counts.append((self.stands @ which).astype(np.int64))
            means.append(mean)
            spread = np.maximum(self.squares @ which - size * mean**2, 0) / max(size - 1, 1)
            variances.append(spread / max(size, 1))
        effect = means[0] - means[1]
        margin = self.widths * np.sqrt(variances[0] + variances[1])
        each = means[0] * is_in.sum() / np.maximum(counts[0], 1)
        own_share = means[0] / np.where(effect == 0, 1, effect)
        return Figures(
            effect, effect - margin, effect + margin, counts[0], counts[1], each, own_share
        )
