"""The memory ledger: who wrote what into the long-term memory, and what is left of it.

The long-term memory unrolls exactly: LTM_T = Σ_t (Π_{s>t} f_s) ⊙ learned_t. So
every word has a part in it, and the parts add up to the whole.

The logits split over the words just as exactly. A short-term memory is
STM_t = V_t ⊙ tanh(LTM_t), and tanh of a sum telescopes: with C_j the sum of the
first j words' parts in LTM_t, tanh(LTM_t) = Σ_j tanh(C_j) - tanh(C_{j-1}). What the
first j words left in LTM_t is LTM_j, times the forget factors since: so each word is
accounted for without the others. The readout is linear in the last, mean and highest
STM, so each of its logits is its bias plus one contribution per word and route, by
which the readout sees it. A contribution covers what a word wrote that was kept; what
the word did by moving the gates is told by the counterfactuals.

A word is followed in a unit only while float64 can tell what is left of it beside what it
wrote. Most units forget within some words, so a review of twice the words takes little more
than twice the time, not four times; only a unit that never forgets is followed to the end.

Shapes: T words, H units, R ratings, P poolings. All is computed in float64.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from lstm_cli.arrays import Float64Array
from lstm_cli.config import Pooling
from lstm_cli.core.cell import Gates
from lstm_cli.core.reading import NetworkWeights

GONE = 1e-17  # share of what was written: float64 does not see it beside 1
# Words that are looked at in one go, the more the fewer units are left, and numbers in all.
LEAST_AHEAD, MOST_AHEAD, AT_ONCE = 16, 256, 8_192

# Places of words, units, and what is left of a word in these units after those words.
Faded = tuple[slice, NDArray[np.intp], Float64Array]


@dataclass(frozen=True)
class Ledger:
    """What each word of one review wrote, and what became of it."""

    parts: Float64Array  # (T, H): what each word wrote that is left at the end; their sum is LTM_T
    remembered: Float64Array  # (T, T): row t, column s >= t: share of word t's writing left after s
    contributions: (
        Float64Array  # (T, P, R): to each logit; with the readout's bias they add up to it
    )
    long_term: Float64Array  # (T, H): LTM after each word

    @property
    def retained(self) -> Float64Array:
        """The share of what each word wrote that is left at the end. (T,)"""
        return self.remembered[:, -1] if len(self.remembered) else np.zeros(0)

    def half_gone(self) -> list[int | None]:
        """For each word, the first later word after which less than half its writing is left."""
        places: list[int | None] = []
        for word, row in enumerate(self.remembered):
            under = np.flatnonzero(row[word:] < 0.5)
            places.append(word + int(under[0]) if len(under) else None)
        return places

    def erasers(self, most: int = 2) -> list[list[tuple[int, float]]]:
        """For each word, the later words that erased most of its writing: places and shares."""
        erasers = []
        for word, row in enumerate(self.remembered):
            losses = row[word:-1] - row[word + 1 :]
            order = np.argsort(-losses, kind="stable")[:most]
            erasers.append([(word + 1 + int(k), float(losses[k])) for k in order if losses[k] > 0])
        return erasers


class Account:
    """What each word of one review wrote, and how much of it the readout sees.

    Args:
        gates: what they did with each word. (T, H) each
        weights: the network; only its readout is used.
        pooling: which views of the memories the readout joins: the routes to a rating.
    """

    def __init__(self, gates: Gates, weights: NetworkWeights, pooling: Sequence[Pooling]) -> None:
        forget, learn, candidate, use = (np.asarray(gate, dtype=np.float64) for gate in gates)
        self._forget = forget
        self.learned = learn * candidate
        self.long_term = np.zeros_like(forget)
        memory = np.zeros(forget.shape[1])
        for step, (factor, learned) in enumerate(zip(forget, self.learned, strict=True)):
            memory = factor * memory + learned
            self.long_term[step] = memory
        self._views = views_of(weights, pooling)  # (R, P, H)
        # How much of tanh(LTM_t) the readout sees. (P, T, H)
        self._through_use = _shares(np.tanh(self.long_term) * use, pooling) * use

    def fading(self, word: int) -> Iterator[Faded]:
        """Follow what a word wrote until nothing of it is left, some words at a time.

        Args:
            word: its place.

        Yields:
            Places, from that of the word itself; the units in which something was left before
            them, (n,); and the share that is left after each of them, (t, n). In the other
            units, and after the last place, it is less than ``GONE``.
        """
        steps, size = self._forget.shape
        begin, units, carried = word, np.arange(size), np.ones(size)
        while begin < steps and len(units):
            ahead = min(MOST_AHEAD, max(LEAST_AHEAD, AT_ONCE // len(units)))
            places = slice(begin, min(begin + ahead, steps))
            factors = self._forget[places, units]
            if begin == word:
                factors[0] = 1.0  # after the word itself all of it is there
            left = np.cumprod(factors, axis=0) * carried
            yield places, units, left
            is_left = left[-1] >= GONE
            units, carried = units[is_left], left[-1, is_left]
            begin = places.stop

    def contribution(self, word: int, fading: Iterable[Faded]) -> Float64Array:
        """What a word wrote adds to each logit, by each route. (P, R)

        Args:
            word: its place.
            fading: what ``fading`` yields of it.
        """
        with_word = self.long_term[word]
        without = with_word - self.learned[word]
        seen = np.zeros(self._views.shape[1:])  # (P, H)
        for places, units, left in fading:
            part = np.tanh(left * with_word[units]) - np.tanh(left * without[units])
            seen[:, units] += np.einsum("pth,th->ph", self._through_use[:, places, units], part)
        return np.einsum("rph,ph->pr", self._views, seen)


def keep_ledger(
    gates: Gates,
    weights: NetworkWeights,
    pooling: Sequence[Pooling],
    unit_weights: Float64Array,
    advance: Callable[[float], None] | None = None,
) -> Ledger:
    """Account for every word of one review.

    Args:
        gates: what they did with each word. (T, H) each
        weights: the network; only its readout is used.
        pooling: which views of the memories the readout joins.
        unit_weights: how much each unit weighs in ``remembered``. (H,)
        advance: is told the share of the words that is done.
    """
    account = Account(gates, weights, pooling)
    steps, size = account.learned.shape
    parts = np.zeros((steps, size))
    remembered = np.full((steps, steps), np.nan)
    contributions = np.zeros((steps, len(pooling), len(weights.readout)))
    for word in range(steps):
        written = np.abs(account.learned[word]) * unit_weights
        total = written.sum()
        remembered[word, word:] = 0.0
        fading = tuple(account.fading(word))
        for places, units, left in fading:
            if total > 0:
                remembered[word, places] = left @ written[units] / total
            if places.stop == steps:
                parts[word, units] = left[-1] * account.learned[word, units]
        contributions[word] = account.contribution(word, fading)
        if advance is not None:
            advance((word + 1) / steps)
    return Ledger(parts, remembered, contributions, account.long_term)


def views_of(weights: NetworkWeights, pooling: Sequence[Pooling]) -> Float64Array:
    """The weights of the readout for each view of the memories. (R, P, H)"""
    readout = weights.readout.astype(np.float64)
    return readout.reshape(len(readout), len(pooling), -1)


def _shares(short_term: Float64Array, pooling: Sequence[Pooling]) -> Float64Array:
    """How much of each STM the readout sees in each of its views. (P, T, H)"""
    steps, size = short_term.shape
    shares = np.zeros((len(pooling), steps, size))
    for place, name in enumerate(pooling):
        if name == "last":
            shares[place, -1:] = 1
        elif name == "mean":
            shares[place] = 1 / max(steps, 1)
        elif steps:
            shares[place, short_term.argmax(axis=0), np.arange(size)] = 1
    return shares
