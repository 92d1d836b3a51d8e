"""Many reviews at once, on torch's fused kernel.

Reviews come by windows: within one, those of like length are read together, and
while the network reads a window the next is cut into tokens.
"""

from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from lstm_cli.bundle.reading import Bundle
from lstm_cli.config import Precision
from lstm_cli.core.compute import Compute
from lstm_cli.core.network import ReviewNetwork, rating_probabilities
from lstm_cli.data.batches import prefetch
from lstm_cli.data.corpus import Corpus

WINDOW = 5_000  # reviews: enough of every length, some MiB of tokens


class Scored(NamedTuple):
    """A window of texts, and the probability of each rating for each of them. (N, R)"""

    texts: Sequence[str]
    probabilities: NDArray[np.float64]


def score_windows(
    bundle: Bundle, windows: Iterable[Sequence[str]], precision: Precision = "float32"
) -> Iterator[Scored]:
    """Rate windows of texts, one after the other, the next being made ready meanwhile.

    Args:
        bundle: the model.
        windows: reviews, some thousand at a time.
        precision: of the products. With bfloat16 a probability differs in the third decimal
            from that of a single review.
    """
    network = ReviewNetwork.from_arrays(bundle.info.model, bundle.arrays)
    vocabulary, pattern = bundle.vocabulary, bundle.info.token_pattern
    encoded = ((texts, Corpus.encoded(texts, vocabulary, pattern)) for texts in windows)
    for texts, corpus in prefetch(encoded):
        yield Scored(texts, rating_probabilities(network, corpus, Compute(precision=precision)))


def score_texts(
    bundle: Bundle, texts: Sequence[str], precision: Precision = "float32"
) -> NDArray[np.float64]:
    """The probability of each rating, for each text, in the order of the texts. (N, R)"""
    windows = (texts[k : k + WINDOW] for k in range(0, max(len(texts), 1), WINDOW))
    return np.concatenate(
        [scored.probabilities for scored in score_windows(bundle, windows, precision)]
    )


def score_shuffled(bundle: Bundle, texts: Sequence[str]) -> NDArray[np.float64]:
    """The same of the texts with their words in a random order. (N, R)"""
    corpus = Corpus.encoded(texts, bundle.vocabulary, bundle.info.token_pattern)
    network = ReviewNetwork.from_arrays(bundle.info.model, bundle.arrays)
    return rating_probabilities(network, corpus.shuffled(np.random.default_rng(0)), Compute())
