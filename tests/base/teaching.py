"""What teachers say of a text, beside its rating.

A sentence need not say what its review says: "The room was small." stands in reviews of five stars.
Learned with their reviews' ratings for four passes, sentences of kinds that no base has read were
told apart worse than after two (``tests/base/README.md``). So the label of a sentence out of
a review is what teachers say of it, and two fifths of the label of a review, or of a treebank's
text, are (Hinton et al. 2015). Where a base learns from few texts, its own answers are two fifths
of a short review's label, and all of a longer one's; other teachers are asked of all else.
Teachers are the mean of the weights of earlier bases (Wortsman et al. 2022, "Model soups") and
sentence encoders; of those who are asked about a text, the mean of their answers counts. They need
no ratings: sentences of unrated reviews are read, too.

Shapes: P places of ``Readings``, n of them that are drawn, R ratings, D domains.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Literal, cast

import numpy as np
from numpy.typing import NDArray
from torch import nn

from lstm_cli.arrays import Float32Array, Float64Array
from lstm_cli.core.compute import Compute
from lstm_cli.core.network import ReviewNetwork, rating_probabilities
from tests.base.answers import KeptAnswers, digests_of
from tests.base.collection import NUM_RATINGS
from tests.base.drawing import EVEN_TAUGHT, LONGEST_SENTENCE, TREEBANK, Readings
from tests.base.swapping import Swapping
from tests.base.weights import arrays_of, digest_of

OF_REVIEW = 0.4  # share of a review's label that teachers give, if any answers
Asked = Literal["all", "parts", "reviews"]
ASKED_AT_ONCE = 20_000  # places; at most so many answers are lost when it is stopped


@dataclass(frozen=True)
class Teacher:
    """Who is asked, and of what."""

    network: nn.Module  # that has learned ratings without their shares
    longest: int  # words of a text that it is asked about
    of: Asked = "all"  # "parts" are sentences out of reviews, and a treebank's texts

    @cached_property
    def digest(self) -> str:
        """Of its weights, and the pieces into which an encoder cuts words."""
        buffers = {name: buffer.cpu().numpy() for name, buffer in self.network.named_buffers()}
        return digest_of(arrays_of(self.network) | buffers)[:8]

    def reads(self, readings: Readings, places: NDArray[np.int64]) -> NDArray[np.bool_]:
        """Whether it is asked about some places."""
        is_short = readings.corpus.lengths[places] <= self.longest
        if self.of == "all":
            return is_short
        is_part = readings.is_sentence(places) | readings.is_of(places, TREEBANK)
        return is_short & (is_part == (self.of == "parts"))


@dataclass(frozen=True)
class Teaching:
    """Teachers, and where their answers are kept.

    Args:
        teachers: who is asked.
        folder: holds a file for each teacher and precision.
        compute: where they answer.
        of_longer: the share of the label of a review of more words than a sentence may have that
            they give, if any answers; of a shorter one's it is ``OF_REVIEW``.
        swapping: which words they are asked about in places where no review has them, if any.
    """

    teachers: Sequence[Teacher]
    folder: Path
    compute: Compute
    of_longer: float = OF_REVIEW
    swapping: Swapping | None = None

    @property
    def digest(self) -> str:
        """Of all that decides the labels beside the ratings."""
        who = [(teacher.digest, teacher.of, teacher.longest) for teacher in self.teachers]
        decided = (who, OF_REVIEW, self.of_longer, EVEN_TAUGHT, self.swapping)
        return hashlib.sha256(repr(decided).encode()).hexdigest()[:8]

    def labels(
        self,
        targets: Float32Array,
        readings: Readings,
        drawn: NDArray[np.int64],
        priors: Float32Array,
    ) -> Float32Array:
        """Labels of all places: of those drawn the teachers', wholly or partly. (P, R)

        Args:
            targets: labels by ratings alone. (P, R)
            readings: the places.
            drawn: those that are read. (n,)
            priors: logarithms of the shares of ratings in each domain. (D, R)
        """
        said, is_answered = self.answers(readings, drawn)
        said *= np.exp(priors[readings.domain[drawn]])
        said /= said.sum(1, keepdims=True)
        is_sentence = readings.is_sentence(drawn)
        is_longer = readings.corpus.lengths[drawn] > LONGEST_SENTENCE
        of_review = np.where(is_longer, self.of_longer, OF_REVIEW)
        share = np.where(is_sentence, 1.0, of_review * is_answered)
        labels = targets.copy()
        labels[drawn] = (1 - share[:, None]) * targets[drawn] + share[:, None] * said
        return labels

    def answers(
        self, readings: Readings, asked: NDArray[np.int64]
    ) -> tuple[Float64Array, NDArray[np.bool_]]:
        """The mean of what teachers say of places, and which any of them reads. (n, R), (n,)"""
        every = np.stack([self._answers_of(teacher, readings, asked) for teacher in self.teachers])
        is_read = ~np.isnan(every).any(2)
        count = is_read.sum(0)
        said = np.where(is_read[:, :, None], every, 0).sum(0) / np.maximum(count, 1)[:, None]
        said[count == 0] = 1 / NUM_RATINGS
        return said, count > 0

    def _answers_of(
        self, teacher: Teacher, readings: Readings, asked: NDArray[np.int64]
    ) -> Float32Array:
        """What one teacher says, nothing of what it is not asked about. (n, R)"""
        path = self.folder / f"answers-{teacher.digest}-{self.compute.precision}.npy"
        is_read = teacher.reads(readings, asked)
        corpus = readings.corpus.select(asked[is_read])
        kept, texts = KeptAnswers(path), digests_of(corpus)
        _, first_of_each = np.unique(texts, return_index=True)
        missing = first_of_each[np.isnan(kept.of(texts[first_of_each])).any(1)]
        # An encoder answers as one does.
        network = cast("ReviewNetwork", self.compute.place(teacher.network))
        for begin in range(0, len(missing), ASKED_AT_ONCE):
            some = missing[begin : begin + ASKED_AT_ONCE]
            said = rating_probabilities(network, corpus.select(some), self.compute)
            kept.add(texts[some], said)
        answers = np.full((len(asked), NUM_RATINGS), np.nan, np.float32)
        answers[is_read] = kept.of(texts)
        return answers
