"""Read: what is decided before a review is read, and the reviews. Nothing here needs torch."""

from dataclasses import dataclass, replace

from lstm_cli.bundle.contents import BundleInfo
from lstm_cli.bundle.locating import find_base
from lstm_cli.bundle.reading import Bundle
from lstm_cli.config import TrainConfig
from lstm_cli.data.options import LearnedColumns
from lstm_cli.data.reviews import Reviews, named, read_reviews
from lstm_cli.pipeline.repeating import model_to_repeat, read_like, repeated_base, repeated_config
from lstm_cli.pipeline.requests import TrainRequest


@dataclass(frozen=True)
class ReadRun:
    """The reviews of a training, and what was decided before they were read."""

    reviews: Reviews
    others: Reviews | None  # a file of held-out reviews; None where they are a share
    asked: TrainConfig  # what was decided; the rules fit the rest to the reviews
    base: Bundle | None  # what training may start from
    like: BundleInfo | None  # the model that is made once more, if one is

    @property
    def num_reviews(self) -> int:
        """In all files, those that are held out too."""
        return len(self.reviews) + (0 if self.others is None else len(self.others))


def read_run(request: TrainRequest) -> ReadRun:
    """Look for what a training starts from or repeats, then read the reviews.

    Raises:
        RequestError, NoModelError, BundleError: what is asked for does not go together, or is
            not there; said before a file is read, which may take long.
        ReviewsError: a file cannot be used.
    """
    like = model_to_repeat(request)
    asked = _asked_config(request) if like is None else repeated_config(like, request)
    base = _find_base(request) if like is None else repeated_base(like, request)
    reviews, others = _read(request, like)
    return ReadRun(reviews, others, asked, base, like)


def with_reviews(request: TrainRequest, reviews: Reviews) -> ReadRun:
    """The same where the reviews are at hand, and no model is made once more.

    Raises:
        NoModelError, BundleError: what training should start from is not there.
    """
    return ReadRun(reviews, None, _asked_config(request), _find_base(request), None)


def _asked_config(request: TrainRequest) -> TrainConfig:
    """The defaults, with what a user decided before a review is read."""
    config = TrainConfig(balance=request.balance, seed=request.seed)
    if isinstance(request.validation, float):
        config = replace(config, validation_share=request.validation)
    return config


def _find_base(request: TrainRequest) -> Bundle | None:
    return None if request.base == "none" else find_base(request.base, request.folder)


def _read(request: TrainRequest, like: BundleInfo | None) -> tuple[Reviews, Reviews | None]:
    """The reviews, and those of a file that are held out."""
    reading = request.reading if like is None else read_like(like, request.reading)
    reviews = read_reviews(request.sources, reading, strict=request.strict)
    if request.is_sample:
        reviews = named(reviews, "the sample reviews")
    if not isinstance(request.validation, str):
        return reviews, None
    learned = tuple(LearnedColumns(s.text_columns, s.rating_column) for s in reviews.sources)
    others = read_reviews(
        [request.validation],
        replace(request.reading, learned=learned),
        strict=request.strict,
        scale=reviews.scale,
    )
    return reviews, others
