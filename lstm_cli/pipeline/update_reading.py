"""Read an update: the model, and the reviews by its columns and on its scale. Needs no torch."""

from dataclasses import dataclass, replace

from lstm_cli.bundle.claiming import checkpoint_of
from lstm_cli.bundle.contents import BASE
from lstm_cli.bundle.locating import base_path, find_model
from lstm_cli.bundle.reading import Bundle
from lstm_cli.bundle.versions import is_put_by
from lstm_cli.data.options import DETECT_ALL
from lstm_cli.data.reviews import Reviews, read_reviews
from lstm_cli.data.said_sources import names_of
from lstm_cli.errors import BundleError, BundleExistsError, Remedy, RowError
from lstm_cli.pipeline.requests import UpdateRequest


@dataclass(frozen=True)
class ReadUpdate:
    """A model, and the reviews that were given for it."""

    bundle: Bundle
    new: Reviews
    old: Reviews | None  # None where no file of old ones was given


def model_to_update(request: UpdateRequest) -> Bundle:
    """The model that learns more.

    Raises:
        NoModelError: it is not there.
        BundleError: it cannot be used, or nobody knows what it has learned from.
        BundleExistsError: its own training was stopped.
    """
    bundle = find_model(request.model, request.folder).bundle
    if is_put_by(bundle.path):
        name, _, number = (bundle.named or "NAME@VERSION").rpartition("@")
        raise BundleError(
            f"{request.model}: is a version that is not in use, and only the one in use is updated",
            Remedy.RESTORE,
            name,
            number,
        )
    base = base_path()
    if bundle.name == BASE or (base is not None and bundle.path.resolve() == base.resolve()):
        raise BundleError(
            f"{request.model}: is the base, which others start from and which stays as it is",
            Remedy.TRAIN_FROM_IT,
            request.sources[0],
            BASE,
        )
    if bundle.seen is None:
        raise BundleError(
            f"{request.model}: was saved before models kept count of the reviews they learned "
            "from, so that nobody knows which of these are new",
            Remedy.TRAIN_AGAIN,
        )
    if checkpoint_of(bundle.path).exists():
        raise BundleExistsError(
            f"{bundle.path}: a training of this model was stopped; finish it before you update it"
        )
    return bundle


def read_update(request: UpdateRequest, bundle: Bundle) -> ReadUpdate:
    """New reviews, and old ones.

    Raises:
        ReviewsError: a file cannot be used, or has ratings that the model does not know.
    """
    reading = replace(request.reading, learned=bundle.learned_columns)
    new = read_reviews(request.sources, reading, scale=bundle.info.scale)
    old = None
    if request.replay:
        # By the columns of the model: those a person named are those of the new files.
        found = replace(DETECT_ALL, learned=bundle.learned_columns)
        old = read_reviews(request.replay, found, scale=bundle.info.scale)
    for reviews in (new, old):
        if reviews is None:
            continue
        names = names_of(reviews.sources)
        if not len(reviews):
            raise RowError(f"{names}: holds no review with a text and a rating")
        if reviews.unseen_ratings:
            raise RowError(
                f"{names}: has ratings that are not on the scale of {bundle.name} "
                f"({bundle.info.scale.in_order}): {', '.join(reviews.unseen_ratings)}; leave those "
                "rows out, or train a new model on all reviews"
            )
    return ReadUpdate(bundle, new, old)
