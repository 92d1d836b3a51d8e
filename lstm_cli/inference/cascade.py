"""A regression that answers what it is sure of, before a network that answers the rest.

A logistic regression over the words takes a small part of the network's time, and lies in
the bundle anyway. What it answers the network never reads. How sure it has to be follows
from how often both agreed on the held-out reviews (``metrics/agreement.py``).

Shapes: N texts, R ratings.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Generic, NamedTuple

import numpy as np
from numpy.typing import NDArray

from lstm_cli.arrays import Float64Array
from lstm_cli.bundle.reading import Bundle
from lstm_cli.data.batches import prefetch
from lstm_cli.data.corpus import Corpus
from lstm_cli.inference.scorer import HasTexts, Scorer, Window
from lstm_cli.metrics.agreement import Threshold
from lstm_cli.metrics.baselines import WordRegression
from lstm_cli.text.tokens import tokenize


class Answered(NamedTuple, Generic[Window]):
    """A window, the probability of each rating for each of its texts, and whose these are."""

    window: Window
    probabilities: Float64Array  # (N, R)
    by_regression: NDArray[np.bool_]  # (N,)
    corpus: Corpus  # the texts in the ids of the model's vocabulary


@dataclass(frozen=True)
class Cascade:
    """A saved model that asks its regression first."""

    scorer: Scorer
    regression: WordRegression
    threshold: Threshold | None  # None where the network has to answer everything

    @classmethod
    def of(cls, scorer: Scorer, threshold: Threshold | None) -> "Cascade":
        """The network of a scorer, behind the regression in its bundle, which must hold one.

        Args:
            scorer: the network, and the bundle.
            threshold: one that the bundle's ``agreement`` chose.
        """
        return cls(scorer, WordRegression.from_arrays(scorer.bundle.baseline or {}), threshold)

    @property
    def bundle(self) -> Bundle:
        """The model."""
        return self.scorer.bundle

    def windows(self, windows: Iterable[Window]) -> Iterator[Answered[Window]]:
        """Rate windows of texts in their order, as ``Scorer.windows`` does.

        The regression reads the next window while the network reads one.
        """
        for window, probabilities, is_sure, corpus in prefetch(map(self._first, windows)):
            if not is_sure.all():
                others = corpus.select(np.flatnonzero(~is_sure))
                probabilities[~is_sure] = self.scorer.rate(others)
            yield Answered(window, probabilities, is_sure, corpus)

    def pass_over(self, window: HasTexts) -> None:
        """Count what the network would read of a window, as ``Scorer.pass_over`` does."""
        if not self.scorer.reads_many:
            _, _, is_sure, corpus = self._first(window)
            self.scorer.count(int(corpus.lengths[~is_sure].sum()))

    def _first(self, window: Window) -> tuple[Window, Float64Array, NDArray[np.bool_], Corpus]:
        """What the regression says of each text, where it is sure, and the texts."""
        pattern = self.bundle.info.token_pattern
        reviews = [tokenize(text, pattern) for text in window.texts]
        if self.threshold is None:
            probabilities = np.empty((len(reviews), self.bundle.info.model.num_ratings))
            is_sure = np.zeros(len(reviews), dtype=np.bool_)
        else:
            probabilities = self.regression.probabilities(reviews)
            # No held-out review was empty, so that nothing was counted of those.
            has_words = np.array([bool(tokens) for tokens in reviews], dtype=np.bool_)
            is_sure = has_words & (probabilities.max(axis=1) >= self.threshold.confidence)
        return window, probabilities, is_sure, Corpus.of_tokens(reviews, self.bundle.vocabulary)
