"""How well ratings were predicted, by scikit-learn's metrics."""

import warnings
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from scipy.stats import binomtest
from sklearn.metrics import (
    cohen_kappa_score,
    confusion_matrix,
    f1_score,
    precision_recall_fscore_support,
)

from lstm_cli.results import Difference, RatingScores, Scores


def scores_of(
    rating_indices: NDArray[np.int64],
    predicted_indices: NDArray[np.int64],
    ratings: NDArray[np.float64],
) -> Scores:
    """Every score of predicted ratings.

    Args:
        rating_indices: indices of the true ratings in ``ratings``. (N,)
        predicted_indices: indices of the predicted ratings. (N,)
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


def paired_difference(
    first_right: NDArray[np.bool_], second_right: NDArray[np.bool_], draws: int = 10_000
) -> Difference:
    """How many more reviews the first gets right, with the interval of a paired bootstrap.

    Each review counts +1, 0 or -1, so resampling the reviews means drawing three counts.

    Args:
        first_right: whether the first answer to each review is right. (N,)
        second_right: the same for the second. (N,)
        draws: the number of resamples, of N reviews each.

    >>> same = np.array([True, False])
    >>> paired_difference(same, same).interval
    (0.0, 0.0)
    """
    n = len(first_right)
    changes = first_right.astype(np.int64) - second_right
    shares = [(changes == value).mean() for value in (1, 0, -1)]
    drawn = np.random.default_rng(0).multinomial(n, shares, size=draws)
    low, high = np.quantile((drawn[:, 0] - drawn[:, 2]) / n, (0.025, 0.975))
    first, second = float(first_right.mean()), float(second_right.mean())
    return Difference(first, second, first - second, (float(low), float(high)))


def _kappa(truth: NDArray[np.int64], predicted: NDArray[np.int64], num_ratings: int) -> float:
    """Quadratic weighted kappa, or 0, as by chance, where it is undefined."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # 0 / 0 is handled below
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


def scores_by_rating(
    rating_indices: NDArray[np.int64], predicted_indices: NDArray[np.int64], labels: Sequence[str]
) -> tuple[RatingScores, ...]:
    """Precision, recall and F1 of each rating; 0 where it is never predicted, or never occurs."""
    columns = precision_recall_fscore_support(
        rating_indices, predicted_indices, labels=np.arange(len(labels)), zero_division=0
    )
    return tuple(
        RatingScores(label, int(n), float(precision), float(recall), float(f1))
        for label, precision, recall, f1, n in zip(labels, *columns, strict=True)
    )


def accuracy_interval(is_right: NDArray[np.bool_]) -> tuple[float, float]:
    """The 95 % interval of an accuracy (Wilson 1927).

    Unlike a bootstrap, it does not shrink to a point when all of a few answers are right.

    >>> low, high = accuracy_interval(np.array([True] * 6))
    >>> round(low, 2), round(high, 2)
    (0.61, 1.0)
    """
    right = binomtest(int(is_right.sum()), len(is_right))
    low, high = right.proportion_ci(confidence_level=0.95, method="wilson")
    return float(low), float(high)
