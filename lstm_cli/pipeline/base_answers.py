"""What the base says of the reviews of a model, before the model has learned anything."""

import numpy as np

from lstm_cli.arrays import Float64Array
from lstm_cli.bundle.held_out import HeldOutAnswers
from lstm_cli.bundle.seen import text_key
from lstm_cli.core.compute import Compute
from lstm_cli.core.network import ReviewNetwork, rating_probabilities
from lstm_cli.data.corpus import Corpus
from lstm_cli.training.base import on_scale
from lstm_cli.training.preparation import PreparedData

MOST_ASKED = 2_000  # reviews: of more, the shares of a report are hardly surer


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
    sizes = (len(data.training), len(data.validation))
    order = np.sort(np.random.default_rng(seed).permutation(sum(sizes))[:MOST_ASKED])
    parts = (
        data.training.select(order[order < sizes[0]]),
        data.validation.select(order[order >= sizes[0]] - sizes[0]),
    )
    words = [review for part in parts for review in part.words()]
    truth = np.concatenate([part.rating_indices for part in parts])
    if base.seen is not None:
        unread = np.flatnonzero(~base.seen.learned_keys([text_key(review) for review in words]))
        words, truth = [words[review] for review in unread], truth[unread]
    if not words:
        return None
    network = compute.place(ReviewNetwork.from_arrays(base.config, base.arrays))
    said = rating_probabilities(network, Corpus.of_tokens(words, base.vocabulary), compute)
    answers = on_scale(said, base.ratings, ratings.tolist())
    # Row by row in memory, as a file of tensors has it.
    return HeldOutAnswers(answers.astype(np.float32, order="C"), truth)
