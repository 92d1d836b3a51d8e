"""What a base says of reviews it has not learned from, a domain at a time."""

import numpy as np
from numpy.typing import NDArray

from lstm_cli.arrays import Float64Array
from lstm_cli.core.compute import Compute
from lstm_cli.core.network import ReviewNetwork, rating_probabilities
from lstm_cli.metrics.calibration import expected_calibration_error, reliability
from lstm_cli.metrics.scores import scores_of
from tests.base.collection import NUM_RATINGS, Collection
from tests.base.lessons import whole_ratings

MOST_MEASURED = 1_500  # reviews of a domain
RATINGS = np.arange(1.0, NUM_RATINGS + 1)
MEASURES = ("accuracy", "mean error", "kappa", "calibration error")


def scores_by_domain(
    collection: Collection,
    domains: tuple[str, ...],
    network: ReviewNetwork,
    expected: Float64Array,
    compute: Compute,
) -> dict[str, tuple[float, ...]]:
    """``MEASURES`` of each domain, on its last reviews.

    Args:
        collection: the reviews.
        domains: those that are measured.
        network: a network that has learned ratings without their shares.
        expected: the share of each rating that is expected of reviews. (R,)
        compute: where the network is.
    """
    found = {}
    for name in domains:
        reviews = np.flatnonzero(collection.is_of([name]) & ~np.isnan(collection.ratings))
        reviews = reviews[-MOST_MEASURED:]
        probabilities = (
            rating_probabilities(network, collection.corpus.select(reviews), compute) * expected
        )
        probabilities /= probabilities.sum(1, keepdims=True)
        found[name] = measures(probabilities, whole_ratings(collection.ratings[reviews]))
    return found


def measures(probabilities: Float64Array, places: NDArray[np.int64]) -> tuple[float, ...]:
    """``MEASURES`` of probabilities against the places of true ratings. (n, R), (n,)"""
    predicted = probabilities.argmax(1)
    scores = scores_of(places, predicted, RATINGS)
    bins = reliability(probabilities.max(1), predicted == places)
    return scores.accuracy, scores.mae, scores.qwk, expected_calibration_error(bins)


def as_table(scores: dict[str, tuple[float, ...]]) -> str:
    """A line a domain in Markdown, the mean last."""
    rows = scores | {"mean": tuple(np.mean(list(scores.values()), axis=0))}
    lines = [f"| | {' | '.join(MEASURES)} |", "|---" * (len(MEASURES) + 1) + "|"]
    lines += [
        f"| {name} | {100 * row[0]:.1f} % | " + " | ".join(f"{x:.3f}" for x in row[1:]) + " |"
        for name, row in rows.items()
    ]
    return "\n".join(lines)
