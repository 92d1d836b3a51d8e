"""What a gate is worth: a model's scores on a file when that gate is held at a value."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from lstm_cli.bundle.reading import Bundle
from lstm_cli.core.reading import run_cell, running_logits
from lstm_cli.data.batches import batches
from lstm_cli.data.corpus import Corpus
from lstm_cli.data.options import DETECT_ALL, ReadOptions
from lstm_cli.data.reviews import read_reviews
from lstm_cli.data.said_sources import names_of
from lstm_cli.data.spilled import select
from lstm_cli.errors import RowError
from lstm_cli.gates.surgery import Clamp, holding
from lstm_cli.metrics.scores import paired_difference, scores_of
from lstm_cli.results import FileOperation


def operate_on_file(
    bundle: Bundle,
    file: str,
    clamps: Sequence[Clamp],
    options: ReadOptions = DETECT_ALL,
) -> FileOperation:
    """Read a file's reviews as they are, and again with gates held at every word.

    Ratings the model has never seen are left out.

    Raises:
        ReviewsError: the file cannot be used.
    """
    reviews = read_reviews(
        [file],
        replace(options, learned=bundle.learned_columns),
        scale=bundle.info.scale,
    )
    known = np.flatnonzero(reviews.rating_indices >= 0)
    if not len(known):
        raise RowError(f"{file}: holds no review with a text and a rating of the model's scale")
    corpus = Corpus.encoded(
        select(reviews.texts, known), bundle.vocabulary, bundle.info.token_pattern
    )
    truth = reviews.rating_indices[known]
    ratings = np.array(bundle.info.ratings)
    weights, config = bundle.weights, bundle.info.model
    free, held = np.zeros(len(known), np.int64), np.zeros(len(known), np.int64)
    for batch in batches(corpus, tokens_per_batch=4_096):
        for answers, hold in ((free, None), (held, holding(clamps))):
            reading = run_cell(batch.token_ids, weights, config, hold)
            logits = running_logits(reading.short_term, weights, config)
            last = logits[np.arange(len(batch.lengths)), np.maximum(batch.lengths - 1, 0)]
            last = np.where(batch.lengths[:, None] > 0, last, weights.readout_bias)
            answers[batch.reviews] = last.argmax(axis=1)
    return FileOperation(
        tuple(map(str, clamps)),
        names_of(reviews.sources),
        bundle.name,
        scores_of(truth, free, ratings),
        scores_of(truth, held, ratings),
        paired_difference(truth == free, truth == held),
    )
