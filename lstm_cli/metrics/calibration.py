"""Whether a probability means what it says."""

import numpy as np
from numpy.typing import NDArray

from lstm_cli.arrays import Float64Array
from lstm_cli.core.reading import softmax
from lstm_cli.metrics.scores import wilson_interval
from lstm_cli.results import ReliabilityBin, StatedPercentage, Trust

FOLDS = 5
WIDEST = 4.0  # temperatures are at most this factor from 1; more is the noise of a few reviews
# What is believed before a review is looked at: log T is normal, around log USUAL, with this
# precision, in nats. A few right answers do not prove certainty, thousands do.
USUAL, PRIOR = 1.2, 20.0

STATED = (0.6, 0.7, 0.8, 0.9)  # round percentages, one of which is checked
NEAR = 0.05  # from it, and an answer is taken to say it
FEWEST_STATED = 30  # answers; of fewer the interval is wider than from 65 to 95 %
FEWEST_JUDGED = 30  # answers in all; of fewer no verdict is passed
RARELY = 1 / 40  # how often chance alone goes so far that it is not taken for chance
ROUNDING = 1e-9  # of sums of floats


def apply_temperature(probabilities: Float64Array, temperature: float) -> Float64Array:
    """Probabilities whose logits are divided by a temperature (Guo et al. 2017). (N, R)

    >>> apply_temperature(np.array([[0.9, 0.1]]), 2.0).round(2)
    array([[0.75, 0.25]])
    """
    return softmax(_logits(probabilities) / temperature)


def fit_temperature(
    probabilities: Float64Array, rating_indices: NDArray[np.int64], usual: float = USUAL
) -> float:
    """The temperature under which the true ratings are most likely.

    It is a single number, so a few reviews are enough to fit it, and it keeps the order of
    the ratings by probability. The fewer the reviews, the more it is drawn towards ``usual``.

    Args:
        probabilities: of reviews the network has not been trained on. (N, R)
        rating_indices: indices of the true ratings. (N,)
        usual: what few reviews are drawn towards.
    """
    if not len(rating_indices):
        return usual
    # Here, because they load for as long as an evaluation takes, and only training fits.
    from scipy.optimize import minimize_scalar
    from scipy.special import log_softmax

    logits = _logits(probabilities)
    rows = np.arange(len(rating_indices))

    def loss(log_temperature: float) -> float:
        log_probabilities = log_softmax(logits / np.exp(log_temperature), axis=1)
        penalty = PRIOR * (log_temperature - np.log(usual)) ** 2
        return penalty - float(log_probabilities[rows, rating_indices].sum())

    bound = np.log(WIDEST)
    return float(np.exp(minimize_scalar(loss, bounds=(-bound, bound), method="bounded").x))


def apply_cross_fitted_temperature(
    probabilities: Float64Array, rating_indices: NDArray[np.int64], usual: float = USUAL
) -> Float64Array:
    """The probabilities of each fifth, at the temperature fitted on the other four. (N, R)

    So the reviews that set the temperature can also measure what it is worth.

    Args:
        probabilities: of reviews the network has not been trained on. (N, R)
        rating_indices: indices of the true ratings. (N,)
        usual: as for ``fit_temperature``.
    """
    calibrated = probabilities.copy()
    fold = np.arange(len(rating_indices)) % FOLDS
    for part in range(FOLDS):
        others = fold != part
        fitted = fit_temperature(probabilities[others], rating_indices[others], usual)
        calibrated[~others] = apply_temperature(probabilities[~others], fitted)
    return calibrated


def _logits(probabilities: Float64Array) -> Float64Array:
    return np.log(np.maximum(probabilities, 1e-300))


def reliability(
    confidence: NDArray[np.float64], is_right: NDArray[np.bool_], num_bins: int = 10
) -> tuple[ReliabilityBin, ...]:
    """Bins of equal mass, from the least to the most confident answers.

    Args:
        confidence: the probability of the predicted rating. (N,)
        is_right: whether it was the true one. (N,)
        num_bins: the number of bins; where there are fewer answers, one bin each.
    """
    order = np.argsort(confidence, kind="stable")
    parts = np.array_split(order, min(num_bins, len(order)))
    return tuple(
        ReliabilityBin(float(confidence[part].mean()), float(is_right[part].mean()), len(part))
        for part in parts
    )


def expected_calibration_error(bins: tuple[ReliabilityBin, ...]) -> float:
    """Mean distance between confidence and accuracy in bins (Nguyen & O'Connor 2015).

    >>> expected_calibration_error((ReliabilityBin(0.5, 0.5, 10), ReliabilityBin(0.9, 0.7, 10)))
    0.1
    """
    total = sum(part.n for part in bins)
    error = sum(part.n * abs(part.confidence - part.accuracy) for part in bins) / total
    return round(error, 12)


def error_by_chance(bins: tuple[ReliabilityBin, ...]) -> float:
    """The calibration error that a model whose probabilities are right has on so few reviews.

    The mean over draws in which each bin is right as often as it believes.

    >>> round(error_by_chance((ReliabilityBin(0.5, 0.5, 100),)), 2)
    0.04
    """
    return float(_errors(bins, _drawn(bins)).mean())


def trust_in(confidence: NDArray[np.float64], is_right: NDArray[np.bool_]) -> Trust:
    """Whether a model is right as often as it says, and what chance leaves open.

    It is too sure, or not sure enough, if its accuracy is one that a model whose probabilities
    are right has by chance on one in forty files as large; uneven, if that holds of its
    calibration error alone. So one in twenty models that are right about themselves is blamed.
    Fewer answers than ``FEWEST_JUDGED`` are too few for any of it.

    Args:
        confidence: the probability of the predicted rating. (N,)
        is_right: whether it was the true one. (N,)
    """
    if len(confidence) < FEWEST_JUDGED:
        return Trust("too few", float(confidence.mean()), None)
    bins = reliability(confidence, is_right)
    drawn = _drawn(bins)
    sizes = np.array([part.n for part in bins])
    most = float(np.quantile(_errors(bins, drawn), 1 - RARELY))
    lowest, highest = np.quantile(drawn @ sizes / sizes.sum(), (RARELY / 2, 1 - RARELY / 2))
    if is_right.mean() < lowest - ROUNDING:
        verdict = "too sure"
    elif is_right.mean() > highest + ROUNDING:
        verdict = "not sure enough"
    else:
        uneven = expected_calibration_error(bins) > most + ROUNDING
        verdict = "uneven" if uneven else "as sure as right"
    return Trust(verdict, float(confidence.mean()), _stated(confidence, is_right), most)


def _stated(
    confidence: NDArray[np.float64], is_right: NDArray[np.bool_]
) -> StatedPercentage | None:
    """The round percentage with the most answers near it, if they are enough to say anything."""
    near = {stated: np.abs(confidence - stated) <= NEAR for stated in STATED}
    stated = max(near, key=lambda stated: int(near[stated].sum()))
    n, right = int(near[stated].sum()), int(is_right[near[stated]].sum())
    if n < FEWEST_STATED:
        return None
    return StatedPercentage(stated, n, right / n, wilson_interval(right, n))


def _drawn(bins: tuple[ReliabilityBin, ...], draws: int = 2_000) -> Float64Array:
    """Shares that are right in files in which each bin is right as it believes. (draws, bins)"""
    sizes = np.array([part.n for part in bins])
    sure = np.array([min(max(part.confidence, 0.0), 1.0) for part in bins])
    right = np.random.default_rng(0).binomial(sizes, sure, size=(draws, len(bins)))
    return right / sizes


def _errors(bins: tuple[ReliabilityBin, ...], right: Float64Array) -> Float64Array:
    """The calibration errors of files so right. (draws,)"""
    sizes = np.array([part.n for part in bins])
    sure = np.array([part.confidence for part in bins])
    errors: Float64Array = np.abs(right - sure) @ sizes / sizes.sum()
    return errors
