"""Reviews with known ratings, as one model or two would read them. Nothing here needs torch."""

from collections.abc import Sequence
from dataclasses import replace

from lstm_cli.bundle.reading import Bundle
from lstm_cli.data.kept import KeptRows
from lstm_cli.data.options import DETECT_ALL, ReadOptions
from lstm_cli.data.ratings.scale import Scale, customary_tops
from lstm_cli.data.reviews import Reviews, read_reviews
from lstm_cli.data.showing import count
from lstm_cli.errors import BundleError, Remedy, RowError

MOST_OFF = 0.5  # of the ratings of a file, that no model knows: each counts as wrong
MOST_NAMED = 6


def read_rated(
    bundles: Sequence[Bundle],
    file: str,
    options: ReadOptions = DETECT_ALL,
    keep: KeptRows | None = None,
) -> Reviews:
    """Read what models are measured on, by the columns they learned from.

    Args:
        bundles: one model, or two that are compared.
        file: reviews and their ratings.
        options: how it is read.
        keep: where its rows go, with all their columns.

    Raises:
        ReviewsError: the file cannot be used, or most of its ratings are on no scale of a model.
        BundleError: two models rate in different words.
    """
    learned = tuple(columns for bundle in bundles for columns in bundle.learned_columns)
    reviews = read_reviews(
        [file], replace(options, learned=learned), scale=_shared_scale(bundles), keep=keep
    )
    if not len(reviews):
        raise RowError(f"{file}: holds no review with a text and a rating")
    off = sum(reviews.unseen_ratings.values())
    if off > MOST_OFF * len(reviews):
        rated = ", ".join(list(reviews.unseen_ratings)[:MOST_NAMED])
        more = ", ..." if len(reviews.unseen_ratings) > MOST_NAMED else ""
        scales = " and ".join(
            f"{bundle.name} rates {bundle.info.scale.in_order}" for bundle in bundles
        )
        raise RowError(
            f"{file}: {off:,} of {count(len(reviews), 'rating')} are {rated}{more}, but {scales}, "
            "so that nothing can be measured",
            Remedy.FIT_SCALE,
        )
    return reviews


def other_scale(reviews: Reviews, bundle: Bundle) -> tuple[Scale, Scale] | None:
    """The ratings of a file and of a model, where they look like two different scales.

    Ratings of 1 to 5 are all known to a model of 1 to 10, and mean something else. None where the
    narrowest customary scale that holds either is the same, or its ratings are words.
    """
    scale = bundle.info.scale
    found = Scale(tuple(sorted(set(reviews.ratings.tolist()))))
    if scale.has_places:
        return None
    tops = [customary_tops(some.ratings[0], some.ratings[-1]) for some in (found, scale)]
    return None if tops[0] & tops[1] or not all(tops) else (found, scale)


def _shared_scale(bundles: Sequence[Bundle]) -> Scale:
    """The ratings of one model, or of two that rate in numbers.

    Raises:
        BundleError: two models rate in different words.
    """
    scales = {bundle.info.scale for bundle in bundles}
    if len(scales) == 1:
        return scales.pop()
    if any(scale.has_places for scale in scales):
        said = ", ".join(f"{bundle.name} rates {bundle.info.scale.in_order}" for bundle in bundles)
        raise BundleError(f"{said}: choose two models of one scale")
    return Scale(tuple(sorted({rating for scale in scales for rating in scale.ratings})))
