"""How sure a simpler model has to be to answer for a better one.

On reviews that neither has learned from it is counted how often both give the same rating
where the simpler one is at least as sure as a threshold. The others it leaves to the better
one, whose own answer agrees with itself. How sure a model is, its confidence, is the
probability of its most probable rating.

Shapes: N reviews, R ratings.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np

from lstm_cli.arrays import Float64Array
from lstm_cli.metrics.scores import wilson_interval

MOST_THRESHOLDS = 200
_STEPS = 10_000  # thresholds are multiples of 1 / 10,000
# Few reviews that happen to agree prove little: what is promised is the lower end of this
# interval, above which the truth lies with 95 %.
_LEVEL = 0.9


class Threshold(NamedTuple):
    """What was counted of the reviews on which the simpler model was at least so sure."""

    confidence: float  # 0..1
    answered: int  # how many these were, at least 1
    agreed: int  # for how many of them the better model gave the same rating


@dataclass(frozen=True)
class Agreement:
    """How often two models agree, by how sure the simpler one is. It holds no review."""

    reviews: int  # how many were counted
    thresholds: tuple[Threshold, ...]  # the lowest first; each higher one promises more

    @classmethod
    def measured(cls, simpler: Float64Array, better: Float64Array) -> "Agreement":
        """Count on reviews that neither model has learned from.

        Args:
            simpler: the probabilities that the simpler model gives. (N, R)
            better: those of the better one. (N, R)
        """
        confidence = simpler.max(axis=1)
        agrees = simpler.argmax(axis=1) == better.argmax(axis=1)
        order = np.argsort(confidence, kind="stable")
        below = np.concatenate([[0], np.cumsum(agrees[order])])
        # Rounded down, so that each is reached by the review it comes from.
        found = np.unique(np.floor(confidence * _STEPS) / _STEPS)
        places = np.searchsorted(confidence[order], found)
        counted = cls(
            len(agrees),
            tuple(
                Threshold(float(threshold), len(agrees) - int(place), int(below[-1] - below[place]))
                for threshold, place in zip(found, places, strict=True)
            ),
        )
        useful = list(counted._each_promises_more())
        if len(useful) > MOST_THRESHOLDS:  # some are enough, most of them where agreement is high
            from_end = np.geomspace(1, len(useful), MOST_THRESHOLDS).astype(np.int64)
            useful = [useful[k] for k in np.unique(len(useful) - from_end)]
        return cls(len(agrees), tuple(useful))

    @classmethod
    def from_json(cls, stored: Mapping[str, Any]) -> "Agreement":
        """Read it back.

        Raises:
            KeyError, TypeError, ValueError: it is not what was stored, or cannot have been counted.
        """
        found = cls(stored["reviews"], tuple(Threshold(*one) for one in stored["thresholds"]))
        numbers = (found.reviews, *(n for one in found.thresholds for n in one[1:]))
        confidences = [one.confidence for one in found.thresholds]
        if not all(type(number) is int for number in numbers):
            raise TypeError("an agreement that is not counted in whole reviews")
        if not all(type(one) in (int, float) and 0 <= one <= 1 for one in confidences):
            raise ValueError("a confidence that does not lie between 0 and 1")
        counts = [(one.agreed, one.answered) for one in found.thresholds]
        if not all(0 <= agreed <= n for agreed, n in counts) or not all(
            1 <= n <= found.reviews < 2**53 for _, n in counts
        ):
            raise ValueError("an agreement on more reviews than there were")
        return found

    def threshold_for(self, asked: float) -> Threshold | None:
        """The lowest threshold above which the simpler model may answer, or None.

        Args:
            asked: the least share of all reviews that should be rated as by the better model,
                those it rates itself among them. 0..1
        """
        return next((one for one in self.thresholds if self.promised(one) >= asked), None)

    def of(self, threshold: Threshold) -> float:
        """The share of all reviews that both models, taking turns, rated as the better one did."""
        return 1 - (threshold.answered - threshold.agreed) / self.reviews

    def promised(self, threshold: Threshold) -> float:
        """The same share, as low as it may be, given how few reviews were counted."""
        disagreed = threshold.answered - threshold.agreed
        return wilson_interval(self.reviews - disagreed, self.reviews, _LEVEL)[0]

    def _each_promises_more(self) -> Iterator[Threshold]:
        """The thresholds that some agreement asked for would choose."""
        most = -np.inf
        for one in self.thresholds:
            if self.promised(one) > most:
                most = self.promised(one)
                yield one
