"""What a base says of reviews it has not learned from, a domain at a time."""

import numpy as np
import torch
from numpy.typing import NDArray

from lstm_cli.arrays import Float32Array, Float64Array
from lstm_cli.core.network import ReviewNetwork
from lstm_cli.metrics.scores import scores_of
from tests.base.collection import UNRATED, Collection
from tests.base.precision import autocast
from tests.base.reader import Reader

MOST_MEASURED = 1_500  # reviews of a domain
LONGEST, HEAD = 1_500, 500  # tokens


def measured_reviews(collection: Collection, left_out: tuple[str, ...]) -> NDArray[np.int64]:
    """Places of rated reviews held out: the last of domains left out, a tenth of the others."""
    chosen = []
    for number, name in enumerate(collection.domains):
        own = np.flatnonzero((collection.domain == number) & ~np.isnan(collection.ratings))
        if name != UNRATED and name not in left_out:
            own = own[collection.is_held_out[own]]
        chosen.append(own[-MOST_MEASURED:] if name != "imdb" else own)
    return np.concatenate(chosen)


@torch.no_grad()
def logits_of(network: ReviewNetwork, reader: Reader, reviews: NDArray[np.int64]) -> Float32Array:
    """What the network says of some reviews, read whole. (n, R)"""
    whole = reader.of(reader.corpus.shortened(LONGEST, HEAD))
    places = np.full(len(whole.corpus), -1)
    places[reviews] = np.arange(len(reviews))
    found = np.zeros((len(reviews), network.config.num_ratings), dtype=np.float32)
    for batch_plan in _plan(whole, reviews):
        batch = whole.batch(batch_plan)
        with autocast(reader.compute):
            logits = network(batch.token_ids, batch.lengths)
        found[places[batch_plan]] = logits[: len(batch_plan)].float().cpu().numpy()
    return found


def _plan(whole: Reader, reviews: NDArray[np.int64]) -> list[NDArray[np.int64]]:
    from lstm_cli.data.batches import plan_batches

    tokens = 4_096 if whole.compute.is_cpu else 65_536
    return [reviews[some] for some in plan_batches(whole.corpus.lengths[reviews], tokens)]


def by_domain(
    collection: Collection, reviews: NDArray[np.int64], logits: Float32Array, prior: Float64Array
) -> dict[str, dict[str, float]]:
    """Scores a domain, of what the network says with a prior of the ratings. (R,)"""
    told = logits.astype(np.float64) + np.log(prior)
    told = np.exp(told - told.max(1, keepdims=True))
    told /= told.sum(1, keepdims=True)
    # Halves go down, as they do when 1 to 10 becomes 1 to 5 by pairs.
    true = np.clip(np.ceil(collection.ratings[reviews] - 0.5 - 1e-6), 1, 5).astype(np.int64) - 1
    found = {}
    for number, name in enumerate(collection.domains):
        own = collection.domain[reviews] == number
        if not own.any():
            continue
        scores = scores_of(true[own], told[own].argmax(1), np.arange(1.0, 6.0))
        confidence, is_right = told[own].max(1), told[own].argmax(1) == true[own]
        found[name] = {
            "n": int(own.sum()),
            "accuracy": scores.accuracy,
            "qwk": scores.qwk,
            "mae": float(np.abs(told[own] @ np.arange(1.0, 6.0) - collection.ratings[reviews][own]).mean()),
            "ece": _calibration_error(confidence, is_right),
        }
    return found


def _calibration_error(confidence: Float64Array, is_right: NDArray[np.bool_], bins: int = 10) -> float:
    place = np.minimum((confidence * bins).astype(int), bins - 1)
    return float(
        sum(
            abs(confidence[place == k].sum() - is_right[place == k].sum()) / len(confidence)
            for k in range(bins)
        )
    )
