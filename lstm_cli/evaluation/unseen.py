"""Which reviews of a file models have seen in training, so that they are measured on the others.

Nothing here needs torch. Shapes: N reviews, M models.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from lstm_cli.bundle.reading import Bundle
from lstm_cli.bundle.seen import text_key
from lstm_cli.data.reviews import Reviews, chosen
from lstm_cli.data.said_sources import names_of
from lstm_cli.errors import Remedy, RowError
from lstm_cli.text.tokens import tokenize

_AT_ONCE = 5_000  # reviews whose tokens are in memory


@dataclass(frozen=True)
class Known:
    """What one model has seen of the reviews of a file."""

    model: str
    seen: int | None  # reviews; None where a model was saved before it kept what it had seen
    is_own_file: bool  # it was trained on these very reviews, some of which it held out
    base: str | None = None  # what it started from, whose reviews count as seen, too


@dataclass(frozen=True)
class MeasuredOn:
    """The reviews of a file that models are measured on."""

    reviews: Reviews
    num_reviews: int  # of the file, N
    seen: int  # of them, those that any of the models has seen
    left_out: int  # of the file: ``seen``, or none if those were asked for
    known: tuple[Known, ...]  # of each model

    @property
    def seen_of_each(self) -> tuple[int | None, ...]:
        """How many reviews each model has seen. (M,)"""
        return tuple(known.seen for known in self.known)


def leave_out_seen(
    reviews: Reviews, bundles: Sequence[Bundle], *, with_seen: bool = False
) -> MeasuredOn:
    """Leave out what any of some models, or a base of one, has seen in training.

    Of the very reviews that a model was trained on, those are left that it held out.

    Args:
        reviews: of a file, as ``read_rated`` reads them.
        bundles: the models that are to be measured.
        with_seen: count them, and leave out none.

    Raises:
        RowError: none is left.
    """
    is_seen = np.zeros(len(reviews), np.bool_)
    known = []
    own = [reviews.fingerprint == bundle.info.provenance.fingerprint for bundle in bundles]
    for bundle, is_own_file, parts in zip(bundles, own, _known(reviews, bundles, own), strict=True):
        is_known = np.concatenate(parts) if parts else None
        count = None if is_known is None else int(is_known.sum())
        known.append(Known(bundle.name, count, is_own_file, bundle.info.base))
        if is_known is not None:
            is_seen |= is_known
    seen = int(is_seen.sum())
    if with_seen or not seen:
        return MeasuredOn(reviews, len(reviews), seen, 0, tuple(known))
    if seen == len(reviews):
        raise _none_left(reviews, known)
    left = chosen(reviews, np.flatnonzero(~is_seen))
    return MeasuredOn(left, len(reviews), seen, seen, tuple(known))


def _known(
    reviews: Reviews, bundles: Sequence[Bundle], own: Sequence[bool]
) -> list[list[NDArray[np.bool_]]]:
    """For each model, which of the reviews it knows, some at a time; nothing if it cannot tell."""
    found: list[list[NDArray[np.bool_]]] = [[] for _ in bundles]
    for first in range(0, len(reviews), _AT_ONCE):
        texts = reviews.texts[first : first + _AT_ONCE]
        keys: dict[str, list[bytes]] = {}  # by pattern: two models mostly cut texts alike
        for bundle, is_own_file, parts in zip(bundles, own, found, strict=True):
            if bundle.seen is None:
                continue
            pattern = bundle.info.token_pattern
            if pattern not in keys:
                keys[pattern] = [text_key(tokenize(text, pattern)) for text in texts]
            parts.append(_is_known(bundle, keys[pattern], is_own_file=is_own_file))
    return found


def _is_known(bundle: Bundle, keys: Sequence[bytes], *, is_own_file: bool) -> NDArray[np.bool_]:
    """What a model has learned from; of its own reviews, also what it would know from those. (N,)

    A phrase of a sentence that was learned from is left out of both sides of a split.
    """
    assert bundle.seen is not None
    learned = bundle.seen.learned_keys(keys)
    return learned | ~bundle.seen.held_out_keys(keys) if is_own_file else learned


def _none_left(reviews: Reviews, known: Sequence[Known]) -> RowError:
    files = names_of(reviews.sources)
    return RowError(
        f"{files}: holds no review that {_readers(known)} has not seen in training",
        Remedy.GIVE_UNSEEN,
        known[0].model,
    )


def _readers(known: Sequence[Known]) -> str:
    """Who has seen them: models, and the base of each.

    >>> _readers((Known("hotels", 40, False, base="base"),))
    'hotels, or base before it,'
    >>> _readers((Known("one", 40, False), Known("two", 9, False), Known("old", None, False)))
    'one or two'
    """
    bases = {model.model: model.base for model in known if model.seen}
    named = [
        name if base is None else f"{name}, or {base} before it," for name, base in bases.items()
    ]
    return " or ".join(named)
