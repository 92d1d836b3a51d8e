"""``held_out.safetensors``: what a model says of its own held-out reviews, and what is true.

Shares of ratings that a model counts are off by how it mistakes one rating for another; this is
where that can be read from. No text is in it.

``base_answers.safetensors`` holds the same of the base that the model started from, which has
learned none of the model's reviews: so it is of those that the model learned from, too.

Shapes: N held-out reviews, R ratings.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from lstm_cli.arrays import Float32Array, Float64Array
from lstm_cli.bundle.weights import Layout, Refuse, Stored

HELD_OUT_FILE = "held_out.safetensors"
BASE_ANSWERS_FILE = "base_answers.safetensors"
MOST_ANSWERS = 5_000
_ROUNDING = 1e-3  # by which the probabilities of a review may add up to another sum than 1


@dataclass(frozen=True, eq=False)
class HeldOutAnswers:
    """A model's answers on reviews that it has not learned from."""

    probabilities: Float32Array  # of each rating, as the saved model gives them: 0..1. (N, R)
    rating_indices: NDArray[np.int64]  # places of the true ratings on its scale. (N,)

    @classmethod
    def drawn(
        cls, probabilities: Float64Array, rating_indices: NDArray[np.int64], seed: int
    ) -> "HeldOutAnswers":
        """At most ``MOST_ANSWERS`` of them, in their order.

        Args:
            probabilities: of each rating, of all held-out reviews. (M, R)
            rating_indices: places of their true ratings. (M,)
            seed: decides which.
        """
        order = np.random.default_rng(seed).permutation(len(rating_indices))
        some = np.sort(order[:MOST_ANSWERS])
        return cls(probabilities[some].astype(np.float32), rating_indices[some].astype(np.int64))

    def __len__(self) -> int:
        return len(self.rating_indices)

    def to_arrays(self) -> dict[str, Stored]:
        """As the file holds them."""
        return {"probabilities": self.probabilities, "rating_indices": self.rating_indices}

    @staticmethod
    def layouts(num_ratings: int) -> dict[str, Layout]:
        """The arrays that the file must hold, and no others."""
        return {
            "probabilities": Layout("float32", (None, num_ratings)),
            "rating_indices": Layout("int64", (None,)),
        }

    @classmethod
    def from_arrays(cls, stored: Mapping[str, Stored], refuse: Refuse) -> "HeldOutAnswers":
        """Read them back.

        Args:
            stored: the arrays of the file, of ``layouts``.
            refuse: makes the error for what is wrong.
        """
        probabilities = stored["probabilities"].astype(np.float32, copy=False)
        places = stored["rating_indices"].astype(np.int64, copy=False)
        if not len(probabilities) == len(places) <= MOST_ANSWERS:
            raise refuse(f"should hold at most {MOST_ANSWERS:,} answers, each with a rating")
        # Written so that NaN, which is not >= anything, is refused too, and before it is added up.
        are_shares = bool(((probabilities >= 0) & (probabilities <= 1)).all())
        if not (are_shares and (abs(probabilities.sum(axis=1) - 1) <= _ROUNDING).all()):
            raise refuse("holds probabilities that do not add up to 1")
        if not ((places >= 0) & (places < probabilities.shape[1])).all():
            raise refuse("holds ratings that are not on the scale")
        return cls(probabilities, places)
