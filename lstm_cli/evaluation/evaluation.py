"""Predicted probabilities against known ratings, next to what simpler models achieve."""

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from lstm_cli.data.ratings.scale import Scale
from lstm_cli.metrics.calibration import (
    error_by_chance,
    expected_calibration_error,
    reliability,
    trust_in,
)
from lstm_cli.metrics.scores import (
    accuracy_interval,
    confusion_of,
    paired_difference,
    scores_by_rating,
    scores_of,
)
from lstm_cli.results import Evaluation


def evaluate(
    probabilities: NDArray[np.float64],
    rating_indices: NDArray[np.int64],
    scale: Scale,
    *,
    model: str,
    baselines: Mapping[str, NDArray[np.int64]],
    unseen_ratings: Mapping[str, int] | None = None,
    shuffled: NDArray[np.float64] | None = None,
    text_of: NDArray[np.int64] | None = None,
) -> Evaluation:
    """Measure a model.

    Args:
        probabilities: of each rating, for each review; 0 for a rating that the model does
            not know. (N, R)
        rating_indices: places of the true ratings on the scale. (N,)
        scale: the ratings of the model and those it has never seen, R of them.
        model: its name.
        baselines: what simpler models predict, by their names. (N,) each
        unseen_ratings: how often each rating that the model has never seen occurs; a review
            with such a rating counts as wrong.
        shuffled: ``probabilities`` of the same reviews with their words in a random
            order. (N, R)
        text_of: which text each review has, where texts were held out and not reviews. (N,)
    """
    predicted, ratings = probabilities.argmax(axis=1), np.array(scale.ratings)
    is_right = predicted == rating_indices
    confidence = probabilities.max(axis=1)
    bins = reliability(confidence, is_right)
    return Evaluation(
        model=model,
        scores=scores_of(rating_indices, predicted, ratings),
        accuracy_interval=accuracy_interval(is_right, text_of),
        ece=expected_calibration_error(bins),
        ece_by_chance=error_by_chance(bins),
        reliability=bins,
        trust=trust_in(confidence, is_right),
        ratings=scale.labels,
        per_rating=scores_by_rating(rating_indices, predicted, scale.labels),
        confusion=confusion_of(rating_indices, predicted, len(scale)),
        baselines={
            name: scores_of(rating_indices, answers, ratings) for name, answers in baselines.items()
        },
        unseen_ratings=dict(unseen_ratings or {}),
        has_places=scale.has_places,
        word_order=None
        if shuffled is None
        else paired_difference(is_right, shuffled.argmax(axis=1) == rating_indices, text_of),
    )
