"""A saved model against a file, and against its peers."""

import numpy as np
from numpy.typing import NDArray

from lstm_cli.bundle.reading import Bundle
from lstm_cli.data.reviews import Reviews, read_reviews
from lstm_cli.data.scale import Scale, label
from lstm_cli.errors import RowError
from lstm_cli.evaluation.evaluation import evaluate
from lstm_cli.inference.scoring import score_texts
from lstm_cli.metrics.baselines import REGRESSION, WordRegression, always
from lstm_cli.results import Evaluation
from lstm_cli.text.tokens import tokenize


def evaluate_file(
    bundle: Bundle, file: str, text_column: str | None = None, rating_column: str | None = None
) -> tuple[Evaluation, Reviews]:
    """Measure a model on a file whose ratings are known.

    Raises:
        ReviewsError: the file cannot be used.
    """
    known = Scale(bundle.info.ratings)
    reviews = read_reviews(
        [file], text_column=text_column, rating_column=rating_column, scale=known
    )
    if not len(reviews):
        raise RowError(f"{file}: holds no review with a text and a rating")
    # The scale measured on holds the model's ratings and those it has never seen, in order.
    ratings = np.unique(np.concatenate([known.ratings, reviews.ratings]))
    places = np.searchsorted(ratings, known.ratings)
    probabilities = np.zeros((len(reviews), len(ratings)))
    probabilities[:, places] = score_texts(bundle, reviews.texts)
    evaluation = evaluate(
        probabilities,
        np.searchsorted(ratings, reviews.ratings),
        ratings,
        tuple(map(label, ratings)),
        model=bundle.name,
        baselines={name: places[answers] for name, answers in peers(bundle, reviews.texts).items()},
        unseen_ratings=reviews.unseen_ratings,
    )
    return evaluation, reviews


def peers(bundle: Bundle, texts: list[str]) -> dict[str, NDArray[np.int64]]:
    """What simpler models, trained on the same reviews, say of some texts. (N,) each"""
    counts = [bundle.info.data["counts"][label(rating)] for rating in bundle.info.ratings]
    commonest = counts.index(max(counts))
    name = always(label(bundle.info.ratings[commonest]))
    found = {name: np.full(len(texts), commonest)}
    if bundle.baseline is not None:
        regression = WordRegression.from_arrays(bundle.baseline)
        found[REGRESSION] = regression.predict(
            tokenize(text, bundle.info.token_pattern) for text in texts
        )
    return found
