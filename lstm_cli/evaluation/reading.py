"""Reviews with known ratings, as one model or two would read them. Nothing here needs torch."""

from collections.abc import Sequence
from dataclasses import replace

from lstm_cli.bundle.reading import Bundle
from lstm_cli.data.kept import KeptRows
from lstm_cli.data.options import DETECT_ALL, ReadOptions
from lstm_cli.data.ratings.scale import Scale
from lstm_cli.data.reviews import Reviews, read_reviews
from lstm_cli.errors import BundleError, RowError


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
        ReviewsError: the file cannot be used.
        BundleError: two models rate in different words.
    """
    learned = tuple(columns for bundle in bundles for columns in bundle.learned_columns)
    reviews = read_reviews(
        [file], replace(options, learned=learned), scale=_shared_scale(bundles), keep=keep
    )
    if not len(reviews):
        raise RowError(f"{file}: holds no review with a text and a rating")
    return reviews


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
