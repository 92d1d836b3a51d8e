"""What the base says of the reviews of a model, before the model has learned anything."""

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from lstm_cli.arrays import Float64Array
from lstm_cli.bundle.held_out import HeldOutAnswers
from lstm_cli.bundle.seen import text_key
from lstm_cli.core.compute import Compute
from lstm_cli.core.network import ReviewNetwork, rating_probabilities
from lstm_cli.data.corpus import Corpus
from lstm_cli.training.base import on_scale
from lstm_cli.training.preparation import PreparedData

MOST_ASKED = 2_000  # reviews: of more, the shares of a report are hardly surer
MOST_TOKENS = 100_000  # of all of these: a base of 512 units reads them in some seconds


def base_answers(
    data: PreparedData, ratings: Float64Array, compute: Compute, seed: int
) -> HeldOutAnswers | None:
    """Answers on what the model learned from and what was held out, the base's own readings aside.

    ``lstm report`` asks the base about its file as well, so that both are answers of one network.

    Args:
        data: the reviews, and the base.
        ratings: the scale of the model, in order, in rating points. (R,)
        compute: where the base reads.
        seed: decides which reviews, where there are many.

    Returns:
        None where there is no base that rates, or it has learned from all of them.
    """
    base = data.base
    if base is None or not base.ratings:
        return None
    order, first_held_out = _asked(_lengths(data), seed), len(data.training)
    parts = (
        data.training.select(order[order < first_held_out]),
        data.validation.select(order[order >= first_held_out] - first_held_out),
    )
    words = [review for part in parts for review in part.words()]
    truth = np.concatenate([part.rating_indices for part in parts])
    if base.seen is not None:
        unread = np.flatnonzero(~base.seen.learned_keys([text_key(review) for review in words]))
        words, truth = [words[review] for review in unread], truth[unread]
    if not words:
        return None
    compute = replace(compute, precision="float32")  # as a report asks it
    network = compute.place(ReviewNetwork.from_arrays(base.config, base.arrays))
    said = rating_probabilities(network, Corpus.of_tokens(words, base.vocabulary), compute)
    answers = on_scale(said, base.ratings, ratings.tolist())
    # Row by row in memory, as a file of tensors has it.
    return HeldOutAnswers(answers.astype(np.float32, order="C"), truth)


def _asked(lengths: NDArray[np.int64], seed: int) -> NDArray[np.int64]:
    """Places of the reviews that the base is asked about."""
    order = np.random.default_rng(seed).permutation(len(lengths))[:MOST_ASKED]
    return np.sort(order[np.cumsum(lengths[order]) <= MOST_TOKENS])


def tokens_asked(data: PreparedData, seed: int) -> int:
    """Tokens that the base reads for it, for a plan of the time."""
    if data.base is None or not data.base.ratings:
        return 0
    lengths = _lengths(data)
    return int(lengths[_asked(lengths, seed)].sum())


def _lengths(data: PreparedData) -> NDArray[np.int64]:
    """Tokens of each review, the held-out ones after the others."""
    return np.concatenate([data.training.corpus.lengths, data.validation.corpus.lengths])
