"""What teachers say of a text, beside its rating.

A sentence need not say what its review says: "The room was small." stands in reviews of five stars.
Learned with their reviews' ratings for four passes, sentences of kinds that no base has read were
told apart worse than after two (``tests/benchmarks/README.md``). So four fifths of a sentence's
label are what teachers say of it, and one fifth is the rating of its review (Hinton et al. 2015);
of a review's label, two and three fifths. Teachers are the mean of the weights of earlier bases
(Wortsman et al. 2022) and, of short texts, a sentence encoder; the mean of their answers counts.

Shapes: P places of ``Readings``, n of them that are drawn, R ratings, D domains.
"""

from collections.abc import Mapping, Sequence
from typing import NamedTuple, cast

import numpy as np
from numpy.typing import NDArray
from torch import nn

from lstm_cli.arrays import Float32Array, Float64Array
from lstm_cli.core.compute import Compute
from lstm_cli.core.network import ReviewNetwork, rating_probabilities
from lstm_cli.data.corpus import Corpus
from tests.base.collection import NUM_RATINGS
from tests.base.drawing import Readings

OF_SENTENCE, OF_REVIEW = 0.8, 0.4  # shares of the label that teachers give, if any answers


def mean_weights(bases: Sequence[Mapping[str, Float32Array]]) -> dict[str, Float32Array]:
    """A network between others of its kind. One that is given twice counts twice."""
    return {
        name: np.mean([arrays[name] for arrays in bases], axis=0, dtype=np.float32)
        for name in bases[0]
    }


class Teacher(NamedTuple):
    """Who is asked, and of what."""

    network: nn.Module  # that has learned ratings without their shares
    longest: int  # words of a text that it is asked of


def taught(
    targets: Float32Array,
    readings: Readings,
    drawn: NDArray[np.int64],
    teachers: Sequence[Teacher],
    priors: Float32Array,
    compute: Compute,
) -> Float32Array:
    """Labels of all places, of which those that are drawn are partly the teachers'. (P, R)

    Args:
        targets: labels by ratings alone. (P, R)
        readings: the places.
        drawn: those that are read. (n,)
        teachers: who is asked of them; the mean of what they say counts.
        priors: logarithms of the shares of ratings in each domain. (D, R)
        compute: where the teachers answer.
    """
    said, is_answered = answers(teachers, readings.corpus.select(drawn), compute)
    said *= np.exp(priors[readings.domain[drawn]])
    said /= said.sum(1, keepdims=True)
    is_sentence = drawn >= len(readings.collection.lengths)
    share = (np.where(is_sentence, OF_SENTENCE, OF_REVIEW) * is_answered)[:, None]
    labels = targets.copy()
    labels[drawn] = (1 - share) * targets[drawn] + share * said
    return labels


def answers(
    teachers: Sequence[Teacher], corpus: Corpus, compute: Compute
) -> tuple[Float64Array, NDArray[np.bool_]]:
    """The mean of what teachers say of texts, and which texts any of them reads. (n, R), (n,)"""
    said = np.zeros((len(corpus), NUM_RATINGS))
    count = np.zeros(len(corpus))
    for network, longest in teachers:
        asked = np.flatnonzero(corpus.lengths <= longest)
        placed = cast("ReviewNetwork", compute.place(network))  # all that is asked of it is alike
        said[asked] += rating_probabilities(placed, corpus.select(asked), compute)
        count[asked] += 1
    said[count == 0] = 1 / NUM_RATINGS
    return said / np.maximum(count, 1)[:, None], count > 0
