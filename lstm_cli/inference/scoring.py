"""Many reviews at once, on torch's fused kernel.

Reviews are taken by windows: within one, those of like length are read
together, and while the network reads a window the next is cut into tokens.
"""

from collections.abc import Callable, Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

from lstm_cli.bundle.reading import Bundle
from lstm_cli.config import Precision
from lstm_cli.core.network import ReviewNetwork, rating_probabilities
from lstm_cli.data.batches import ahead
from lstm_cli.data.corpus import Corpus
from lstm_cli.text.tokens import tokenize

WINDOW = 20_000  # reviews: enough of every length, some MiB of tokens

Heard = Callable[[int], None]  # so many more reviews have been rated


def score_texts(
    bundle: Bundle,
    texts: Sequence[str],
    precision: Precision = "float32",
    listener: Heard | None = None,
) -> NDArray[np.float64]:
    """The probability of each rating, for each text, in the order of the texts. (N, R)

    Args:
        bundle: the model.
        texts: reviews.
        precision: of the products. With bfloat16 a probability differs in the third decimal
            from that of a single review.
        listener: hears of every window.
    """
    network = ReviewNetwork.from_arrays(bundle.info.model, bundle.arrays)
    found = np.empty((len(texts), bundle.info.model.num_ratings))
    done = 0
    for corpus in ahead(_windows(bundle, texts), most=1):
        found[done : done + len(corpus)] = rating_probabilities(network, corpus, precision)
        done += len(corpus)
        if listener is not None:
            listener(len(corpus))
    return found


def _windows(bundle: Bundle, texts: Sequence[str]) -> Iterator[Corpus]:
    """The texts in the ids of the model's words, a window at a time."""
    ids, pattern = bundle.vocabulary, bundle.info.token_pattern
    for start in range(0, len(texts), WINDOW):
        encoded = [ids.encode(tokenize(text, pattern)) for text in texts[start : start + WINDOW]]
        offsets = np.cumsum([0, *map(len, encoded)])
        flat = np.fromiter((k for review in encoded for k in review), np.int32, int(offsets[-1]))
        yield Corpus(flat, offsets)
