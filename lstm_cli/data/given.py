"""Reviews that a program has in memory, as if they were read from a file."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from lstm_cli.data.ratings.scale import Scale
from lstm_cli.data.reviews import REASONS, Reviews, Skipped, chosen
from lstm_cli.data.said_sources import Source

NAME = "data in memory"  # what is said of where they are from


def given_reviews(
    texts: Sequence[str],
    rating_indices: NDArray[np.int64],
    scale: Scale,
    columns: tuple[str, str] = ("text", "rating"),
) -> Reviews:
    """Reviews of texts and their places on a scale; one without a text is left out and counted.

    Args:
        texts: N of them.
        rating_indices: of each, on the scale. (N,)
        scale: all ratings, the lowest first.
        columns: what the texts and the ratings are called.
    """
    has_text = np.array([bool(text.strip()) for text in texts], dtype=bool)
    number = int((~has_text).sum())
    ratings = np.array(scale.ratings)[rating_indices]
    every = Reviews(
        texts=list(texts),
        ratings=ratings,
        rating_indices=rating_indices,
        scale=scale,
        sources=(Source(NAME, "", None, None, columns[:1], columns[1], len(texts)),),
        skipped=(Skipped(REASONS[0], number, ()),) if number else (),
        duplicates=0,
        conflicts=0,
        fingerprint="",
        lines=np.arange(1, len(texts) + 1),
        file_of=np.zeros(len(texts), dtype=np.int64),
        occurring=scale,
    )
    # All that is counted of reviews is counted here.
    return chosen(every, np.flatnonzero(has_text))
