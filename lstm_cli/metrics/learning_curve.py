"""How accuracy grows with the number of reviews, and where it will be with more of them.

The curve is a level and a gain for each doubling of the reviews. What other domains gained is the
prior of the gains; what was measured at hand moves it as far as its noise allows (a Kalman filter
over the folds). All is Gaussian, so that an interval is 1.96 standard deviations, and holds the
noise of what was measured as well as how domains differ.

Shapes: N held-out reviews, S sizes, D doublings.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from lstm_cli.arrays import Float64Array
from lstm_cli.results import Projection

_NORMAL = 1.96  # standard deviations, of 95 %
_ANY_LEVEL = 0.5  # standard deviation of what is known of accuracy before anything is measured


@dataclass(frozen=True)
class GainPrior:
    """What a doubling of the reviews gained in other domains, as shares of the reviews.

    Of four domains that a base had not seen, 75 reviews to 600 gained 0.9, 0.8, -0.2 and 1.9
    points a doubling (``python -m tests.benchmarks.advising``), 100 sentences to 2,000 gained 1.1,
    500 film reviews to 2,500 gained 2.1 (``python -m tests.benchmarks.learning_curve``): 1.1 on
    average, with a standard deviation of 0.8, of which 0.3 are chance; and six leave 0.35 of the
    mean unknown. They cannot tell how fast gains fade, nor how a domain's gains hang together.
    """

    gain: float = 0.010  # from 300 reviews to 600
    fade: float = 0.9  # each gain is this share of the one before
    spread: float = 0.009  # standard deviation of a gain between domains, and what is unknown
    kept: float = 0.5  # correlation of a domain's gains from one doubling to the next
    training: float = 0.009  # standard deviation of one training around its domain's curve

    def mean(self, size: float) -> float:
        """The gain of a doubling that begins at so many reviews."""
        return self.gain * self.fade ** math.log2(size / 300)

    def covariance(self, doublings: int) -> Float64Array:
        """Of a domain's gains. (D, D)"""
        places = np.arange(doublings)
        return self.spread**2 * self.kept ** np.abs(places[:, None] - places[None, :])


OF_DOMAINS = GainPrior()


@dataclass(frozen=True)
class FoldMeasured:
    """What trainings on parts of ascending size said of the reviews of one fold."""

    sizes: tuple[int, ...]  # (S,): those that were trained on, ascending
    is_right: NDArray[np.bool_]  # (N, S)


@dataclass(frozen=True)
class LearningCurve:
    """A level and gains, as far as they are known."""

    first: int  # the smallest size that was measured
    known: Float64Array  # accuracy at the first size, then the gain of each doubling. (1 + D,)
    covariance: Float64Array  # (1 + D, 1 + D)
    training: float  # standard deviation of one training around the curve

    def accuracy(self, size: float) -> Projection:
        """What one training on so many reviews reaches, 0..1."""
        weights = self._weights(size)
        estimate = self._of(weights, self.training**2)
        return Projection(*(min(max(value, 0.0), 1.0) for value in vars(estimate).values()))

    def gain(self, before: float, after: float) -> Projection:
        """What more reviews add to accuracy, from one number of them to another."""
        return self._of(self._weights(after) - self._weights(before), 0.0)

    def _of(self, weights: Float64Array, noise: float) -> Projection:
        value = float(weights @ self.known)
        reach = _NORMAL * math.sqrt(float(weights @ self.covariance @ weights) + noise)
        return Projection(value, value - reach, value + reach)

    def _weights(self, size: float) -> Float64Array:
        return _weights(size / self.first, len(self.known) - 1)


def fit_curve(
    folds: Sequence[FoldMeasured], farthest: int, prior: GainPrior = OF_DOMAINS
) -> LearningCurve:
    """The curve of one domain, from what was measured of it.

    Args:
        folds: at least one with a size; each of other held-out reviews.
        farthest: the largest size that will be asked for.
        prior: what other domains gained.
    """
    first = min(fold.sizes[0] for fold in folds)
    largest = max(farthest, *(fold.sizes[-1] for fold in folds))
    doublings = math.ceil(math.log2(largest / first))
    known = np.array([0.5, *(prior.mean(first * 2.0**k) for k in range(doublings))])
    covariance = np.zeros((1 + doublings, 1 + doublings))
    covariance[0, 0] = _ANY_LEVEL**2
    covariance[1:, 1:] = prior.covariance(doublings)
    for fold in folds:
        weights = np.stack([_weights(size / first, doublings) for size in fold.sizes])
        noise = sampling_noise(fold.is_right) + prior.training**2 * np.eye(len(fold.sizes))
        moved = covariance @ weights.T
        trust = np.linalg.solve(weights @ moved + noise, moved.T).T
        known = known + trust @ (fold.is_right.mean(axis=0) - weights @ known)
        covariance = covariance - trust @ moved.T
    return LearningCurve(first, known, covariance, prior.training)


def sampling_noise(is_right: NDArray[np.bool_]) -> Float64Array:
    """The covariance of shares of right answers, by which reviews happened to be held out. (S, S)

    The sizes are measured on the same reviews: what makes one lucky makes the others so.
    """
    # A review that all rate right, one that all rate wrong, and for each size one that it alone
    # rates right: few reviews are never certain, neither of a share nor of a difference.
    num_sizes = is_right.shape[1]
    others = [np.zeros((1, num_sizes)), np.ones((1, num_sizes)), np.eye(num_sizes)]
    seen = np.concatenate([is_right, *others])
    return np.atleast_2d(np.cov(seen, rowvar=False, ddof=0)) / len(is_right)


def _weights(times: float, doublings: int) -> Float64Array:
    """Which share of each doubling lies before ``times`` the first size; the level counts whole.

    >>> _weights(4, 3).tolist(), _weights(3, 3).round(2).tolist()
    ([1.0, 1.0, 1.0, 0.0], [1.0, 1.0, 0.58, 0.0])
    """
    passed = math.log2(times)
    return np.array([1.0, *(min(max(passed - k, 0.0), 1.0) for k in range(doublings))])
