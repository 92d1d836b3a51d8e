"""Many reviews at once, on torch's fused kernel."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from lstm_cli.bundle.reading import Bundle
from lstm_cli.core.network import ReviewNetwork, rating_probabilities
from lstm_cli.data.corpus import Corpus, tokenize_reviews


def score_texts(bundle: Bundle, texts: Sequence[str]) -> NDArray[np.float64]:
    """The probability of each rating, for each text, in the order of the texts. (N, R)"""
    tokenized = tokenize_reviews(texts, bundle.info.token_pattern)
    return score_corpus(bundle, tokenized.encode(bundle.vocabulary))


def score_corpus(bundle: Bundle, corpus: Corpus) -> NDArray[np.float64]:
    """The same for reviews in the ids of the model's vocabulary. (N, R)"""
    network = ReviewNetwork.from_arrays(bundle.info.model, bundle.arrays)
    return rating_probabilities(network, corpus)
