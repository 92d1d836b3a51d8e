"""How well ratings were predicted, by scikit-learn's metrics."""

import warnings

import numpy as np
from numpy.typing import NDArray
from sklearn.metrics import cohen_kappa_score, confusion_matrix, f1_score

from lstm_cli.results import Scores


def scores_of(
    rating_indices: NDArray[np.int64],
    predicted_indices: NDArray[np.int64],
    ratings: NDArray[np.float64],
) -> Scores:
    """Every score of predicted ratings.

    Args:
        rating_indices: the true ratings' places in ``ratings``. (N,)
        predicted_indices: the predicted ratings' places. (N,)
        ratings: the scale in order, in rating points. Ratings the model cannot
            predict may be among them. (R,)
    """
    distance = np.abs(ratings[rating_indices] - ratings[predicted_indices])
    return Scores(
        n=len(rating_indices),
        accuracy=float((rating_indices == predicted_indices).mean()),
        within_one=float((distance <= 1).mean()),
        mae=float(distance.mean()),
        qwk=_kappa(rating_indices, predicted_indices, len(ratings)),
        macro_f1=float(
            f1_score(
                rating_indices,
                predicted_indices,
                labels=np.unique(rating_indices),
                average="macro",
                zero_division=0,
            )
        ),
    )


def _kappa(truth: NDArray[np.int64], predicted: NDArray[np.int64], num_ratings: int) -> float:
    """Quadratic weighted kappa; 0, which is chance, where one answer leaves it undefined."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # 0 / 0 is answered below
        kappa = cohen_kappa_score(
            truth, predicted, labels=np.arange(num_ratings), weights="quadratic"
        )
    return float(kappa) if np.isfinite(kappa) else 0.0


def confusion_of(
    rating_indices: NDArray[np.int64], predicted_indices: NDArray[np.int64], num_ratings: int
) -> tuple[tuple[int, ...], ...]:
    """Counts, rows the true rating, columns the predicted one. (R, R)"""
    counts = confusion_matrix(rating_indices, predicted_indices, labels=np.arange(num_ratings))
    return tuple(tuple(int(count) for count in row) for row in counts)


def accuracy_interval(is_right: NDArray[np.bool_]) -> tuple[float, float]:
    """The 95 % interval of an accuracy (Wilson 1927).

    Unlike a bootstrap it does not shrink to a point where all of a few answers are right.

    >>> low, high = accuracy_interval(np.array([True] * 6))
    >>> round(low, 2), round(high, 2)
    (0.61, 1.0)
    """
    n, share = len(is_right), float(is_right.mean())
    z = 1.959964  # the normal distribution holds 95 % within so many standard deviations
    middle = (share + z**2 / (2 * n)) / (1 + z**2 / n)
    reach = z / (1 + z**2 / n) * (share * (1 - share) / n + z**2 / (4 * n**2)) ** 0.5
    return max(0.0, middle - reach), min(1.0, middle + reach)
