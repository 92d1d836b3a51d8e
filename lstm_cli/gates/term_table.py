"""Every occurrence of every term in a row, so that all terms are measured at once.

A *term* is a word or a pair of words. A pair has a row for each of its two words in each place
where it stands, so that what a row contributes is always what one word contributes.

Shapes: K terms, L rows, C words of all reviews together.
"""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from lstm_cli.arrays import Float64Array
from lstm_cli.gates.terms import ReviewWords

FEWEST_REVIEWS = 3  # in which a term stands; of rarer ones nothing can be sure


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
    """The rows of all terms that stand in at least ``FEWEST_REVIEWS`` reviews, term by term."""

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
            if len({review for review, _ in places}) >= FEWEST_REVIEWS
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
        return [pair for pair, parts in enumerate(self.parts) if term in parts]

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

        An interval is that of Welch, with as many degrees of freedom as a term has reviews, less
        one: a term of four reviews says little, though it be absent from a thousand others.

        Args:
            alive: the rows that count. (L,)
            is_in: whether each review is of the group. Of a group that is all reviews the
                effects are on its mean. (N,)
        """
        from scipy.special import stdtrit

        stands = np.bincount(self.cells[alive], minlength=len(self.cell_terms)) > 0
        values = np.bincount(self.cells[alive], self.values[alive], minlength=len(self.cell_terms))
        inside = is_in[self.cell_reviews]
        counts, means, variances = [], [], []
        for part, size in ((inside, int(is_in.sum())), (~inside, int((~is_in).sum()))):
            terms = self.cell_terms[part]
            total = np.bincount(terms, values[part], minlength=self.num_terms)
            squares = np.bincount(terms, values[part] ** 2, minlength=self.num_terms)
            mean = total / max(size, 1)
            counts.append(np.bincount(terms, stands[part], minlength=self.num_terms).astype(int))
            means.append(mean)
            spread = np.maximum(squares - size * mean**2, 0) / max(size - 1, 1)
            variances.append(spread / max(size, 1))
        effect = means[0] - means[1]
        degrees = np.maximum(counts[0] + counts[1] - 1, 1)
        margin = stdtrit(degrees, 0.975) * np.sqrt(variances[0] + variances[1])
        each = means[0] * is_in.sum() / np.maximum(counts[0], 1)
        own_share = means[0] / np.where(effect == 0, 1, effect)
        return Figures(
            effect, effect - margin, effect + margin, counts[0], counts[1], each, own_share
        )
