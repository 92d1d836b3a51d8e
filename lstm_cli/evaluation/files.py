"""Saved models measured on reviews: next to simpler models, and against each other."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from lstm_cli.arrays import Float64Array
from lstm_cli.bundle.reading import Bundle
from lstm_cli.data.ratings.scale import Scale
from lstm_cli.data.reviews import Reviews
from lstm_cli.evaluation.evaluation import evaluate
from lstm_cli.gates.trace import trace
from lstm_cli.inference.predictor import Predictor
from lstm_cli.inference.scorer import Scorer
from lstm_cli.metrics.baselines import REGRESSION, WordRegression, always
from lstm_cli.metrics.scores import paired_difference, scores_of
from lstm_cli.results import Comparison, Evaluation, Mistake, Parting
from lstm_cli.text.tokens import tokenize

MOST_PARTED = 20


@dataclass(frozen=True)
class ScoredReviews:
    """The reviews of a file, and what a model says of them."""

    reviews: Reviews
    scale: Scale  # the ratings of the models and those of the file, R of them
    rating_indices: NDArray[np.int64]  # places of the true ratings. (N,)
    probabilities: Float64Array  # 0 for a rating the model does not know. (N, R)

    @property
    def ratings(self) -> Float64Array:
        """The ratings, in order. (R,)"""
        return np.array(self.scale.ratings)

    @property
    def labels(self) -> tuple[str, ...]:
        """The ratings as a person writes them."""
        return self.scale.labels

    @property
    def predicted(self) -> NDArray[np.int64]:
        """The places of the most probable ratings. (N,)"""
        return self.probabilities.argmax(axis=1)


def evaluate_on(
    reviews: Reviews, bundle: Bundle, scorer_of: Callable[[Bundle], Scorer] = Scorer
) -> tuple[Evaluation, ScoredReviews]:
    """Measure a model on reviews whose ratings are known.

    Args:
        reviews: read for this model, by ``read_rated``.
        bundle: the model.
        scorer_of: makes what rates them; on the processor where left out.
    """
    scorer = scorer_of(bundle)
    rated = _rate(scorer, reviews)
    places = np.searchsorted(rated.ratings, bundle.info.ratings)
    shuffled = np.zeros_like(rated.probabilities)
    shuffled[:, places] = scorer.shuffled(reviews.texts)
    evaluation = evaluate(
        rated.probabilities,
        rated.rating_indices,
        rated.scale,
        model=bundle.name,
        baselines={name: places[answers] for name, answers in peers(bundle, reviews.texts).items()},
        unseen_ratings=reviews.unseen_ratings,
        shuffled=shuffled,
    )
    return evaluation, rated


def compare_on(
    reviews: Reviews,
    bundles: tuple[Bundle, Bundle],
    scorer_of: Callable[[Bundle], Scorer] = Scorer,
) -> Comparison:
    """Compare two models on reviews whose ratings are known.

    Args:
        reviews: read for these models, by ``read_rated``.
        bundles: the models.
        scorer_of: makes what rates them; on the processor where left out.
    """
    first, second = (_rate(scorer_of(bundle), reviews) for bundle in bundles)
    truth = first.rating_indices
    first_right, second_right = first.predicted == truth, second.predicted == truth
    parted = np.flatnonzero(first_right != second_right)
    sure = first.probabilities.max(axis=1) + second.probabilities.max(axis=1)
    shown = parted[np.argsort(-sure[parted], kind="stable")][:MOST_PARTED]
    labels = first.labels
    return Comparison(
        models=(bundles[0].name, bundles[1].name),
        scores=(
            scores_of(truth, first.predicted, first.ratings),
            scores_of(truth, second.predicted, first.ratings),
        ),
        difference=paired_difference(first_right, second_right),
        parted=tuple(
            Parting(
                text=reviews.texts[k],
                rating=labels[truth[k]],
                predicted=(labels[first.predicted[k]], labels[second.predicted[k]]),
                confidence=(
                    float(first.probabilities[k].max()),
                    float(second.probabilities[k].max()),
                ),
            )
            for k in shown
        ),
        num_parted=len(parted),
    )


def mistakes(bundle: Bundle, rated: ScoredReviews, most: int) -> list[Mistake]:
    """The wrong answers a model was most certain of, and what each word contributed."""
    wrong = np.flatnonzero(rated.predicted != rated.rating_indices)
    confidence = rated.probabilities.max(axis=1)
    surest = wrong[np.argsort(-confidence[wrong], kind="stable")][:most]
    predictor = Predictor(bundle)
    surest_mistakes = []
    for k in surest:
        traced = trace(predictor, rated.reviews.texts[k], with_explanation=False)
        surest_mistakes.append(
            Mistake(
                line=int(rated.reviews.lines[k]),
                text=traced.text,
                rating=rated.labels[rated.rating_indices[k]],
                predicted=rated.labels[rated.predicted[k]],
                confidence=float(confidence[k]),
                words=tuple((word.token, word.contribution) for word in traced.words),
            )
        )
    return surest_mistakes


def peers(bundle: Bundle, texts: Sequence[str]) -> dict[str, NDArray[np.int64]]:
    """What simpler models, trained on the same reviews, predict for some texts. (N,) each"""
    labels = bundle.info.scale.labels
    commonest = bundle.info.provenance.commonest(labels)
    name = always(labels[commonest])
    answers = {name: np.full(len(texts), commonest)}
    if bundle.baseline is not None:
        regression = WordRegression.from_arrays(bundle.baseline)
        answers[REGRESSION] = regression.predict(
            tokenize(text, bundle.info.token_pattern) for text in texts
        )
    return answers


def _rate(scorer: Scorer, reviews: Reviews) -> ScoredReviews:
    """A model's answers on a scale of the models' ratings and those of the file."""
    scale = reviews.occurring
    ratings = np.array(scale.ratings)
    probabilities = np.zeros((len(reviews), len(ratings)))
    places = np.searchsorted(ratings, scorer.bundle.info.ratings)
    probabilities[:, places] = scorer(reviews.texts)
    return ScoredReviews(reviews, scale, np.searchsorted(ratings, reviews.ratings), probabilities)
