"""What the words alone say of ratings: how often they tell them, and which rows they contradict.

A logistic regression rates each fifth of the reviews after learning from the others.

Shapes: N reviews, R ratings.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from lstm_cli.arrays import Float64Array
from lstm_cli.data.corpus import TokenizedReviews
from lstm_cli.data.reviews import Reviews
from lstm_cli.data.splits import distinct_texts
from lstm_cli.metrics.baselines import WordRegression, drawn
from lstm_cli.results import Suspect

MOST_SUSPECTS = 10
FOLDS = 5
FEWEST = 10  # reviews; a rating that has fewer cannot be learned
# A row is suspected if its words are so much more those of another rating, of the two;
SURELY = 0.75
# if hardly any of them speaks for its own, of what speaks for the other: "worst game ever" has a
# 1 although "game" and "ever" are mostly said with a 5;
MOST_AGAINST = 0.2
# and if the two are further apart than this, of the scale: a 4 that reads as a 5 is none.
NEAR = 0.25


@dataclass(frozen=True)
class RatedWords:
    """The words of some reviews, in fifths that each hold a fifth of every rating's texts."""

    words: list[list[str]]  # (N)
    rated: NDArray[np.int64]  # (N,): places on the scale
    fold: NDArray[np.int64]  # (N,)
    ratings: Float64Array  # (R,): the scale
    places: NDArray[np.int64]  # (N,): of the reviews, among all of the files

    @classmethod
    def of(cls, reviews: Reviews, tokenized: TokenizedReviews) -> "RatedWords | None":
        """Of as many as a regression learns from; None where one rating is beside a fold."""
        places = drawn(len(reviews))
        rated = reviews.rating_indices[places]
        corpus, types = tokenized.corpus.select(places), tokenized.types
        words = [[types[k] for k in corpus[review]] for review in range(len(corpus))]
        # Copies of a text are in one fifth: a regression that has learned one knows the others.
        text_of, first = distinct_texts(corpus)
        order = np.lexsort((np.random.default_rng(0).random(len(first)), rated[first]))
        fold = np.empty(len(first), dtype=np.int64)
        fold[order] = np.arange(len(first)) % FOLDS
        fold = fold[text_of]
        if any(len(np.unique(rated[fold != number])) < 2 for number in range(FOLDS)):
            return None
        return cls(words, rated, fold, np.array(reviews.scale.ratings), places)

    def fitted(
        self, *, by_words_alone: bool = False
    ) -> Iterator[tuple[NDArray[np.int64], WordRegression]]:
        """A fifth of the reviews, and a regression that learned from the others, five times."""
        for number in range(FOLDS):
            others, part = np.flatnonzero(self.fold != number), np.flatnonzero(self.fold == number)
            yield (
                part,
                WordRegression.fit(
                    (self.words[k] for k in others),
                    self.rated[others],
                    len(self.ratings),
                    by_words_alone=by_words_alone,
                ),
            )

    def accuracy(self) -> float:
        """How often the words, and how common each rating is, tell the rating."""
        right = sum(
            int((fitted.predict(self.words[k] for k in part) == self.rated[part]).sum())
            for part, fitted in self.fitted()
        )
        return right / len(self.rated)


def suspects(reviews: Reviews, rated_words: RatedWords) -> tuple[Suspect, ...]:
    """The rows whose words contradict their rating most, the clearest first.

    How common a rating is says nothing of a row here: in a file of fives, all whose words are
    unknown would read as 5.
    """
    rated, ratings = rated_words.rated, rated_words.ratings
    predicted = rated.copy()
    speaking = np.zeros((len(rated), 2))  # of the words, for another rating and for their own
    for part, fitted in rated_words.fitted(by_words_alone=True):
        words = [rated_words.words[k] for k in part]
        predicted[part] = fitted.predict(words)
        speaking[part] = fitted.for_and_against(words, predicted[part], rated[part])
    evidence = speaking[:, 0] - speaking[:, 1]  # the logarithm of odds
    distance = np.abs(ratings[predicted] - ratings[rated]) / np.ptp(ratings)
    sure = 1 / (1 + np.exp(-evidence))
    is_suspect = (distance > NEAR) & (sure >= SURELY)
    is_learned = np.bincount(rated, minlength=len(ratings)) >= FEWEST
    is_suspect &= is_learned[rated] & is_learned[predicted]
    is_suspect &= speaking[:, 1] <= MOST_AGAINST * speaking[:, 0]
    # A 1 that reads like a 5 before a 3 that reads like a 5.
    order = np.argsort(-distance * evidence, kind="stable")
    labels, places = reviews.scale.labels, rated_words.places
    return tuple(
        Suspect(
            line=reviews.line_of(int(places[k])),
            rating=labels[rated[k]],
            expected=labels[predicted[k]],
            confidence=float(sure[k]),
            text=reviews.texts[places[k]],
        )
        for k in order[is_suspect[order]][:MOST_SUSPECTS]
    )
