"""What earlier bases say of a sentence, beside the rating of its review.

A sentence need not say what its review says: "The room was small." stands in reviews of five stars.
Learned with their reviews' ratings for four passes, sentences of kinds that no base has read were
told apart worse than after two (``tests/benchmarks/README.md``). So four fifths of a sentence's
label are what the mean of the weights of earlier bases says of it (Wortsman et al. 2022), and one
fifth is the rating of its review (Hinton et al. 2015); of a review's label, two and three fifths.

Shapes: P places of ``Readings``, n of them that are drawn, R ratings, D domains.
"""

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from lstm_cli.arrays import Float32Array
from lstm_cli.core.compute import Compute
from lstm_cli.core.network import ReviewNetwork, rating_probabilities
from tests.base.drawing import Readings

OF_SENTENCE, OF_REVIEW = 0.8, 0.4  # shares of the label that the teacher gives


def mean_weights(bases: Sequence[Mapping[str, Float32Array]]) -> dict[str, Float32Array]:
    """A network between others of its kind. One that is given twice counts twice."""
    return {
        name: np.mean([arrays[name] for arrays in bases], axis=0, dtype=np.float32)
        for name in bases[0]
    }


def taught(
    targets: Float32Array,
    readings: Readings,
    drawn: NDArray[np.int64],
    teacher: ReviewNetwork,
    priors: Float32Array,
    compute: Compute,
) -> Float32Array:
    """Labels of all places, of which those that are drawn are partly the teacher's. (P, R)

    Args:
        targets: labels by ratings alone. (P, R)
        readings: the places.
        drawn: those that are read. (n,)
        teacher: a network that has learned ratings without their shares.
        priors: logarithms of the shares of ratings in each domain. (D, R)
        compute: where the teacher is.
    """
    said = rating_probabilities(teacher, readings.corpus.select(drawn), compute)
    said *= np.exp(priors[readings.domain[drawn]])
    said /= said.sum(1, keepdims=True)
    is_sentence = drawn >= len(readings.collection.lengths)
    share = np.where(is_sentence, OF_SENTENCE, OF_REVIEW)[:, None]
    labels = targets.copy()
    labels[drawn] = (1 - share) * targets[drawn] + share * said
    return labels
