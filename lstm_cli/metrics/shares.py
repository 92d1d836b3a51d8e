"""The shares of the ratings in reviews whose ratings are only predicted, and how sure they are.

To count predicted ratings is biased: a model expects what it has learned from, so that where
one review in three is a 1 it names fewer, and where none is, more. What is asked here instead is
which shares make all that the model says of the reviews most likely (the expectation
maximization of Saerens, Latinne and Decaestecker 2002). That exaggerates where counting is too
careful, so that the counts have a part in it, too. There are three kinds of error:

- The model's own. Reviews whose ratings are known and that it has not learned from say how its
  probabilities have to be bent: sharper or flatter, and more or less of each rating (Alexandari,
  Kundaje and Shrikumar 2020). Few such reviews say it inexactly: bends that fit them are drawn.
- That of the method: how large a part the counts have is drawn as well.
- Of sampling. With each bend the unknown ratings and the shares are drawn in turn, which ends at
  shares that fit (data augmentation, Tanner and Wong 1987).

The constants were chosen on networks that learned from 450 reviews of a domain and held out 50, of
nine domains; what ``tests/benchmarks/README.md`` measures is six of these.

Shapes: H reviews of known rating, N others, R ratings, D draws, J kinds of reviews.
"""

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from lstm_cli.arrays import Float64Array

DRAWS = 300
SWEEPS = 40  # with half as many, a rating that few reviews have is still where it began
PSEUDO = 0.5  # reviews of each rating that are believed in before any is read (Jeffreys)
# What is believed of a bend before any rating is known: its logarithms are normal around 0.
LOG_EXPONENT_SPREAD, FACTOR_SPREAD = 0.2, 0.5
# How many predicted ratings are believed for each review that is asked about: evenly on a
# logarithmic scale between these.
LEAST_COUNTED, MOST_COUNTED = 0.02, 0.7
LEAST = 1e-6  # probability: a rating that the model excludes may occur
FEW = 200  # reviews, each of which is asked about by itself; of more, so many kinds
_STEPS = (12, 8, 6, 4, 3, 2)  # of the roots of probabilities; the finest that leaves few kinds


class DrawnShares(NamedTuple):
    """The shares of the ratings in what some reviews are a sample of."""

    likeliest: Float64Array  # (R,)
    draws: Float64Array  # as they may be, one for each bend. (D, R)


@dataclass(frozen=True)
class KnownAnswers:
    """What a model says of reviews it has not learned from, and what their ratings are."""

    probabilities: Float64Array  # (H, R)
    rating_indices: NDArray[np.int64]  # (H,)

    def __len__(self) -> int:
        return len(self.rating_indices)


@dataclass(frozen=True)
class Bends:
    """Ways in which a model's probabilities may have to be bent, each as likely as the others.

    The likelihood of a review, if its rating is k, is proportional to its probability of k to the
    power of ``exponents``, times the exponential of ``log_factors``.
    """

    exponents: Float64Array  # 1 / temperature. (D,)
    log_factors: Float64Array  # (D, R)
    counted: Float64Array  # predicted ratings that are believed, a review. (D,)

    def __len__(self) -> int:
        return len(self.exponents)

    def likelihoods(self, probabilities: Float64Array) -> Float64Array:
        """How likely each review is if its rating is k, up to a factor a review. (D, N, R)"""
        bent = self.exponents[:, None, None] * _log(probabilities) + self.log_factors[:, None, :]
        return np.asarray(np.exp(bent - bent.max(axis=2, keepdims=True)))


def fit_bends(
    known: KnownAnswers,
    expected: Float64Array,
    rng: np.random.Generator,
    num_draws: int = DRAWS,
) -> Bends:
    """Draw bends that fit reviews of known rating, by Laplace's approximation.

    Args:
        known: there may be none.
        expected: the shares of the ratings in what the model learned from, none of them 0. (R,)
        rng: draws the bends.
        num_draws: how many, D.
    """
    spreads = np.array([LOG_EXPONENT_SPREAD, *[FACTOR_SPREAD] * len(expected)])
    problem = _BendProblem(known, expected, spreads**-2.0)
    bend = np.zeros(len(spreads))
    for _ in range(50):
        gradient, curvature = problem.at(bend)
        step = np.linalg.solve(curvature, gradient)
        bend = bend + step * min(1.0, 0.5 / max(float(np.abs(step).max()), 1e-12))
        if np.abs(step).max() < 1e-8:
            break
    spread = np.linalg.cholesky(np.linalg.inv(problem.at(bend)[1]))
    drawn = bend + rng.standard_normal((num_draws, len(bend))) @ spread.T
    counted = np.exp(rng.uniform(np.log(LEAST_COUNTED), np.log(MOST_COUNTED), num_draws))
    return Bends(np.exp(drawn[:, 0]), drawn[:, 1:] - np.log(expected), counted)


@dataclass(frozen=True)
class _BendProblem:
    """How well a bend fits: the logarithm of its probability, up to a constant."""

    known: KnownAnswers
    expected: Float64Array
    precision: Float64Array  # of what is believed beforehand. (1 + R,)

    def at(self, bend: Float64Array) -> tuple[Float64Array, Float64Array]:
        """The gradient (1 + R,), and the negative of the second derivative (1 + R, 1 + R)."""
        num_ratings = len(self.expected)
        logs = _log(self.known.probabilities)
        counts = np.bincount(self.known.rating_indices, minlength=num_ratings)
        # Their shares need not be those of the training; a few reviews do not say them exactly.
        shares = (counts + num_ratings * self.expected) / (len(self.known) + num_ratings)
        exponent = np.exp(bend[0])
        logits = exponent * logs + bend[1:] + np.log(shares / self.expected)
        p = np.exp(logits - logits.max(axis=1, keepdims=True))
        p /= p.sum(axis=1, keepdims=True)
        # The derivatives of the logits of each review by the bend. (H, R, 1 + R)
        factors = np.broadcast_to(np.eye(num_ratings), (len(logs), num_ratings, num_ratings))
        slopes = np.concatenate([exponent * logs[:, :, None], factors], axis=2)
        off = np.eye(num_ratings)[self.known.rating_indices] - p
        gradient = np.einsum("hk,hkb->b", off, slopes) - self.precision * bend
        centred = slopes - np.einsum("hk,hkb->hb", p, slopes)[:, None, :]
        curvature = np.einsum("hk,hkb,hkc->bc", p, centred, centred)
        return gradient, curvature + np.diag(self.precision)


def draw_shares(
    probabilities: Float64Array,
    known_counts: NDArray[np.int64],
    bends: Bends,
    rng: np.random.Generator,
) -> DrawnShares:
    """The shares of the ratings in what some reviews are a sample of.

    Where all ratings are known, the likeliest shares are theirs.

    Args:
        probabilities: of the reviews whose ratings are not known; there may be none. (N, R)
        known_counts: how many others have each rating. (R,)
        bends: D of them.
        rng: draws the shares.
    """
    kinds, numbers = _kinds(probabilities)
    predicted = np.bincount(probabilities.argmax(axis=1), minlength=len(known_counts))
    counted = bends.counted[:, None] * predicted
    return shares_that_fit(bends.likelihoods(kinds), numbers, known_counts, counted, rng)


def shares_that_fit(
    likelihoods: Float64Array,
    numbers: NDArray[np.int64],
    known_counts: NDArray[np.int64],
    counted: Float64Array,
    rng: np.random.Generator,
) -> DrawnShares:
    """Draw shares of which kinds of reviews are a sample.

    Args:
        likelihoods: how likely a review is of a kind if its rating is k, up to a factor a kind.
            (D, J, R)
        numbers: how many reviews of each kind there are; there may be none. (J,)
        known_counts: how many others have each rating. (R,)
        counted: predicted ratings that are believed. (D, R)
        rng: draws the shares.
    """
    known = np.asarray(known_counts + PSEUDO, dtype=np.float64)
    if not numbers.sum():
        likeliest = known_counts / max(known_counts.sum(), 1)
        return DrawnShares(likeliest, rng.dirichlet(known, size=len(likelihoods)))
    believed = known + counted
    shares = _likeliest(likelihoods.mean(axis=0), numbers, believed.mean(axis=0))
    drawn = np.tile(shares, (len(likelihoods), 1))
    for _ in range(SWEEPS):
        joint = likelihoods * drawn[:, None, :]
        joint /= joint.sum(axis=2, keepdims=True)
        counts = rng.multinomial(np.broadcast_to(numbers, joint.shape[:2]), joint).sum(axis=1)
        gammas = rng.standard_gamma(counts + believed)
        drawn = gammas / gammas.sum(axis=1, keepdims=True)
    without_pseudo = counts + believed - PSEUDO
    shares = without_pseudo / without_pseudo.sum(axis=1, keepdims=True)
    return DrawnShares(shares.mean(axis=0), drawn)


def _kinds(probabilities: Float64Array) -> tuple[Float64Array, NDArray[np.int64]]:
    """Reviews of which a model says nearly the same, as one kind. (J, R), and how many each (J,)"""
    if len(probabilities) <= FEW:
        return probabilities, np.ones(len(probabilities), dtype=np.int64)
    for number in _STEPS:
        steps = np.round(number * np.sqrt(probabilities)).astype(np.int8)
        _, kind, numbers = np.unique(steps, axis=0, return_inverse=True, return_counts=True)
        if len(numbers) <= FEW:
            break
    logs = _log(probabilities)
    sums = [np.bincount(kind, column, len(numbers)) for column in logs.T]
    return np.exp(np.stack(sums, axis=1) / numbers[:, None]), numbers


def _likeliest(
    likelihoods: Float64Array, numbers: NDArray[np.int64], known: Float64Array
) -> Float64Array:
    """The shares that fit best, where drawing begins. (R,)"""
    shares = known / known.sum()
    for _ in range(100):
        joint = likelihoods * shares
        counts = numbers @ (joint / joint.sum(axis=1, keepdims=True)) + known
        shares = counts / counts.sum()
    return np.asarray(shares)


def _log(probabilities: Float64Array) -> Float64Array:
    return np.asarray(np.log(np.maximum(probabilities, LEAST)))
