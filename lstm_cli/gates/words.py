"""What the gates did with each word, on average over many reviews."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from lstm_cli.bundle.reading import Bundle
from lstm_cli.config import ModelConfig
from lstm_cli.core.reading import NetworkWeights, read_reviews, running_logits, softmax
from lstm_cli.data.batches import batches
from lstm_cli.data.corpus import Corpus
from lstm_cli.results import WordStatistics
from lstm_cli.text.vocabulary import SPECIAL_TOKENS, Vocabulary

MOST_TOKENS = 300_000  # some seconds of reading in numpy; rarer words gain little from more
FEWEST_OCCURRENCES = 3  # a mean over fewer is an anecdote


def words_of_texts(bundle: Bundle, texts: Sequence[str]) -> tuple[WordStatistics, ...]:
    """What a saved model's gates do with the words of some reviews."""
    corpus = Corpus.encoded(texts, bundle.vocabulary, bundle.info.token_pattern)
    return gather_words(
        corpus,
        bundle.weights,
        bundle.info.model,
        bundle.vocabulary,
        np.array(bundle.info.ratings),
    )


def gather_words(
    corpus: Corpus,
    weights: NetworkWeights,
    config: ModelConfig,
    vocabulary: Vocabulary,
    ratings: NDArray[np.float64],
) -> tuple[WordStatistics, ...]:
    """Read reviews and average, for each word, what the gates did when it was read.

    The gates' means are over units that weigh what the readout lets them say:
    the length of a unit's column in the readout, over all ratings and poolings.

    Args:
        corpus: the reviews, in the vocabulary's ids; of more than ``MOST_TOKENS`` a random part.
        weights: the network.
        config: which cell it is, and its sizes.
        vocabulary: whose words are described.
        ratings: the scale in order, in rating points. (R,)

    Returns:
        The words that occur at least three times, by their ids.
    """
    drawn = np.random.default_rng(0).permutation(len(corpus))
    enough = int(np.searchsorted(np.cumsum(corpus.lengths[drawn]), MOST_TOKENS, side="right"))
    corpus = corpus.select(np.sort(drawn[: max(1, enough)]))
    per_unit = np.linalg.norm(
        weights.readout.reshape(-1, len(config.pooling), config.hidden_size), axis=(0, 1)
    )
    say = per_unit / max(per_unit.sum(), 1e-12)  # (H,)
    columns = 4 if config.cell == "lstm" else 1
    sums = np.zeros((len(vocabulary), columns))
    counts = np.zeros(len(vocabulary), dtype=np.int64)
    before_any = softmax(weights.readout_bias) @ ratings
    for batch in batches(corpus, tokens_per_batch=4_096):
        reading = read_reviews(batch.token_ids, weights, config)
        expected = softmax(running_logits(reading.short_term, weights, config)) @ ratings
        changes = np.diff(expected, axis=1, prepend=before_any)  # (B, T)
        measured = [changes]
        if reading.gates is not None:
            gates = reading.gates
            measured += [
                factor @ say
                for factor in (gates.forget_factor, gates.learn_factor, gates.use_factor)
            ]
        is_word = np.arange(batch.token_ids.shape[1]) < batch.lengths[:, None]
        ids = batch.token_ids[is_word]
        np.add.at(counts, ids, 1)
        for column, values in enumerate(measured):
            np.add.at(sums[:, column], ids, values[is_word])

    frequent = np.flatnonzero(counts >= FEWEST_OCCURRENCES)
    frequent = frequent[frequent >= len(SPECIAL_TOKENS)]
    means = sums[frequent] / counts[frequent, None]
    gates_of = means[:, 1:].tolist() if columns > 1 else [[None] * 3] * len(frequent)
    return tuple(
        WordStatistics(
            word=vocabulary.tokens[k],
            count=int(counts[k]),
            contribution=float(mean[0]),
            forget=forget,
            learn=learn,
            use=use,
        )
        for k, mean, (forget, learn, use) in zip(frequent, means, gates_of, strict=True)
    )
