"""The receipt of an update: the old and the new model on the same held-out reviews.

Shapes: N held-out reviews, R ratings.
"""

import numpy as np
from numpy.typing import NDArray

from lstm_cli.arrays import Float64Array
from lstm_cli.data.ratings.scale import Scale
from lstm_cli.metrics.scores import paired_difference, ranked_probability_scores, scores_of
from lstm_cli.results import Change, Receipt


def receipt(
    before: Float64Array,
    after: Float64Array,
    rating_indices: NDArray[np.int64],
    were_held_out: NDArray[np.bool_],
    scale: Scale,
) -> Receipt:
    """Compare, on all reviews and on parts of them.

    Args:
        before: the probabilities of the old model. (N, R)
        after: those of the new one. (N, R)
        rating_indices: places of the true ratings. (N,)
        were_held_out: which were held out for the old model already. (N,)
        scale: the ratings.
    """
    ratings = np.array(scale.ratings)

    def on(some: NDArray[np.bool_]) -> Change | None:
        if not some.any():
            return None
        return _change(before[some], after[some], rating_indices[some], ratings)

    counts = [
        np.bincount(said.argmax(axis=1), minlength=len(ratings)).tolist()
        for said in (before, after)
    ]
    return Receipt(
        held_out_before=on(were_held_out),
        held_out_now=on(~were_held_out),
        all=_change(before, after, rating_indices, ratings),
        per_rating={
            label: change
            for place, label in enumerate(scale.labels)
            if (change := on(rating_indices == place)) is not None
        },
        given=dict(zip(scale.labels, zip(*counts, strict=True), strict=True)),
    )


def _change(
    before: Float64Array,
    after: Float64Array,
    rating_indices: NDArray[np.int64],
    ratings: Float64Array,
) -> Change:
    answers = before.argmax(axis=1), after.argmax(axis=1)
    old, new = (scores_of(rating_indices, predicted, ratings) for predicted in answers)
    rps = [ranked_probability_scores(said, rating_indices) for said in (before, after)]
    worse = rps[1] - rps[0]
    n = len(worse)
    return Change(
        n=n,
        accuracy=paired_difference(answers[1] == rating_indices, answers[0] == rating_indices),
        mae=(old.mae, new.mae),
        rps=(float(rps[0].mean()), float(rps[1].mean())),
        rps_error=float(worse.std(ddof=1) / np.sqrt(n)) if n > 1 else 0.0,
    )
