"""How well ratings were predicted: everything follows from one confusion matrix."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

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
    counts = _confusion(rating_indices, predicted_indices, len(ratings))
    occurs = counts.sum(axis=1) > 0
    return Scores(
        n=len(rating_indices),
        accuracy=float((rating_indices == predicted_indices).mean()),
        within_one=float((distance <= 1).mean()),
        mae=float(distance.mean()),
        qwk=_kappa(counts),
        macro_f1=float(_f1(counts)[occurs].mean()),
    )


def ranked_probability_scores(
    probabilities: NDArray[np.float64], rating_indices: NDArray[np.int64]
) -> NDArray[np.float64]:
    """How far each answer is from the true rating, its doubts counted: 0 is sure and right. (N,)

    The squared distance of the cumulative distributions (Epstein 1969), 0 to R - 1: a probability
    costs the more, the farther its rating is from the true one.

    Args:
        probabilities: of each rating, in the order of the scale. (N, R)
        rating_indices: places of the true ratings. (N,)

    >>> ranked_probability_scores(np.array([[0.5, 0.5, 0.0], [0.0, 0.0, 1.0]]), np.array([0, 0]))
    array([0.25, 2.  ])
    """
    passed = np.arange(probabilities.shape[1]) >= rating_indices[:, None]
    return np.square(probabilities.cumsum(axis=1) - passed).sum(axis=1)


def paired_difference(
    first_right: NDArray[np.bool_],
    second_right: NDArray[np.bool_],
    text_of: NDArray[np.int64] | None = None,
    draws: int = 10_000,
) -> Difference:
    """How many more reviews the first gets right, with the interval of a paired bootstrap.

    Each review counts +1, 0 or -1, so resampling the reviews means drawing three counts.

    Args:
        first_right: whether the first answer to each review is right. (N,)
        second_right: the same for the second. (N,)
        text_of: which text each review has, where texts were drawn and not reviews. (N,)
        draws: the number of resamples, of as many reviews as ``effective_number`` says.

    >>> same = np.array([True, False])
    >>> paired_difference(same, same).interval
    (0.0, 0.0)
    """
    changes = first_right.astype(np.int64) - second_right
    n = round(effective_number(changes, text_of))
    shares = [(changes == value).mean() for value in (1, 0, -1)]
    drawn = np.random.default_rng(0).multinomial(n, shares, size=draws)
    low, high = np.quantile((drawn[:, 0] - drawn[:, 2]) / n, (0.025, 0.975))
    first, second = float(first_right.mean()), float(second_right.mean())
    return Difference(first, second, first - second, (float(low), float(high)))


def confusion_of(
    rating_indices: NDArray[np.int64], predicted_indices: NDArray[np.int64], num_ratings: int
) -> tuple[tuple[int, ...], ...]:
    """Counts, rows the true rating, columns the predicted one. (R, R)"""
    counts = _confusion(rating_indices, predicted_indices, num_ratings)
    return tuple(map(tuple, counts.tolist()))


def scores_by_rating(
    rating_indices: NDArray[np.int64], predicted_indices: NDArray[np.int64], labels: Sequence[str]
) -> tuple[RatingScores, ...]:
    """Precision, recall and F1 of each rating; 0 where it is never predicted, or never occurs."""
    counts = _confusion(rating_indices, predicted_indices, len(labels))
    right, true, predicted = counts.diagonal(), counts.sum(axis=1), counts.sum(axis=0)
    columns = _divide(right, predicted), _divide(right, true), _f1(counts), true
    return tuple(
        RatingScores(label, int(n), float(precision), float(recall), float(f1))
        for label, precision, recall, f1, n in zip(labels, *columns, strict=True)
    )


def accuracy_interval(
    is_right: NDArray[np.bool_], text_of: NDArray[np.int64] | None = None
) -> tuple[float, float]:
    """The 95 % interval of an accuracy, that of ``wilson_interval``.

    Args:
        is_right: of each answer. (N,)
        text_of: which text each review has, where texts were drawn and not reviews. (N,)
    """
    n = effective_number(is_right, text_of)
    return wilson_interval(float(is_right.mean()) * n, n)


def effective_number(
    values: NDArray[np.int64] | NDArray[np.bool_], text_of: NDArray[np.int64] | None
) -> float:
    """As many reviews, each of a text of its own, tell the mean of the values as well; 1 to N.

    Twenty reviews that say "good" are held out together or not at all: what is right of one is
    mostly right of all, and they are one draw. That is the design effect of a sample of
    clusters (Kish 1965, "Survey Sampling").

    Args:
        values: of each review. (N,)
        text_of: the place of its text, from 0; None where each review was drawn by itself. (N,)

    >>> round(effective_number(np.array([1, 1, 1, 0]), np.array([0, 0, 0, 1])), 2)
    2.67
    >>> effective_number(np.array([1, 1, 1, 0]), np.array([0, 1, 2, 3]))
    4.0
    """
    n = len(values)
    if text_of is None:
        return float(n)
    off = values - values.mean()
    alone, together = np.square(off).sum(), np.square(np.bincount(text_of, off)).sum()
    if not alone:  # the values do not tell how much copies have in common: as if all
        alone, together = n, np.square(np.bincount(text_of)).sum()
    return float(n * min(1.0, alone / max(together, 1e-12)))


def wilson_interval(successes: float, n: float, level: float = 0.95) -> tuple[float, float]:
    """The interval of a share of which ``n`` were seen (Wilson 1927).

    Unlike a bootstrap, it does not shrink to a point when all of a few answers are right.

    Args:
        successes: 0 to n; a part of one where ``n`` is an effective number.
        n: at least 1.
        level: how often such an interval holds the true share, 0..1.

    >>> low, high = wilson_interval(6, 6)
    >>> round(low, 2), round(high, 2)
    (0.61, 1.0)
    """
    from statistics import NormalDist  # not for one prediction, which reads what a model promises

    z = NormalDist().inv_cdf(0.5 + level / 2)
    share = successes / n
    middle = (2 * successes + z**2) / (2 * (n + z**2))
    reach = z / (2 * (n + z**2)) * float(np.sqrt(4 * n * share * (1 - share) + z**2))
    # At the ends the two terms are equal, but for their rounding.
    return (middle - reach if successes else 0.0), (middle + reach if successes < n else 1.0)


def _confusion(
    truth: NDArray[np.int64], predicted: NDArray[np.int64], num_ratings: int
) -> NDArray[np.int64]:
    """Counts, rows the true rating, columns the predicted one. (R, R)"""
    pairs = np.bincount(truth * num_ratings + predicted, minlength=num_ratings**2)
    return pairs.reshape(num_ratings, num_ratings)


def _kappa(counts: NDArray[np.int64]) -> float:
    """Quadratic weighted kappa, or 0, as by chance, where it is undefined."""
    places = np.arange(len(counts))
    weights = (places[:, None] - places) ** 2
    by_chance = np.outer(counts.sum(axis=1), counts.sum(axis=0)) / counts.sum()
    expected = (weights * by_chance).sum()
    return float(1 - (weights * counts).sum() / expected) if expected else 0.0


def _f1(counts: NDArray[np.int64]) -> NDArray[np.float64]:
    """The F1 of each rating. (R,)"""
    return _divide(2 * counts.diagonal(), counts.sum(axis=1) + counts.sum(axis=0))


def _divide(part: NDArray[np.int64], whole: NDArray[np.int64]) -> NDArray[np.float64]:
    """``part / whole``, and 0 where the whole is 0."""
    return part / np.maximum(whole, 1)
