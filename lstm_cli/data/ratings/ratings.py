"""The rating columns of some files -> ratings on one scale.

Ratings are numbers where most cells of a column are; else words whose order is known. A
person may say the order of the words, or the bins into which numbers are cut. A model's
scale decides for itself: its words are looked for where it has words, its bins are filled
where it has bins.
"""

from collections.abc import Sequence

from lstm_cli.data.options import DETECT_ALL, ReadOptions
from lstm_cli.data.ratings.number_ratings import in_bins, in_numbers, in_numbers_of
from lstm_cli.data.ratings.rated import Rated, RatingColumn
from lstm_cli.data.ratings.scale import Scale
from lstm_cli.data.ratings.word_ratings import in_order, in_words, in_words_of


def read_ratings(
    columns: Sequence[RatingColumn],
    options: ReadOptions = DETECT_ALL,
    scale: Scale | None = None,
) -> Rated:
    """Read the ratings of some files.

    Args:
        columns: one of each file.
        options: what a person said: the order of words, or bins.
        scale: of a model. Ratings that are not on it are kept.

    Raises:
        ScaleError: they form no scale, or are none of this one.
    """
    if scale is not None:
        is_words = scale.has_places and not scale.edges
        return in_words_of(columns, scale) if is_words else in_numbers_of(columns, scale)
    if options.labels:
        return in_order(columns, options.labels)
    if options.bins is not None:
        return in_bins(columns, options.bins)
    if any(column.has_words for column in columns):
        return in_words(columns)
    return in_numbers(columns)
