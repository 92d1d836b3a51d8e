"""The labels of a program -> a scale: numbers by size, words in an order that is said or known."""

from collections.abc import Sequence
from typing import Any

from lstm_cli.data.ratings.scale import MOST_RATINGS, Scale
from lstm_cli.data.ratings.words import known_order
from lstm_cli.errors import ScaleError

Label = str | int | float


def scale_of_labels(
    labels: Sequence[Label], order: Sequence[Any] | None = None
) -> tuple[tuple[Label, ...], Scale]:
    """The labels in order, the lowest first, and the scale that they form.

    Args:
        labels: those that occur, each once.
        order: all that there may be, the lowest first; where None, numbers and words that are
            numbers have their own, so have words of a family, and two have any.

    Raises:
        ScaleError: they have no order, or are too few or too many to learn.

    >>> scale_of_labels(["good", "bad"])
    (('bad', 'good'), Scale(ratings=(1.0, 2.0), names=('bad', 'good'), edges=()))
    >>> scale_of_labels([1, 5, 3])[0], scale_of_labels(["10", "9.5"])[0]
    ((1, 3, 5), ('9.5', '10'))
    """
    _check_number(labels)
    if order is not None:
        return _in_order(labels, list(order))
    numbers = _numbers(labels)
    if numbers is not None:
        in_order = tuple(sorted(labels, key=lambda label: numbers[label]))
        return in_order, Scale(tuple(numbers[label] for label in in_order))
    words = known_order(map(str, labels))
    if len(words) == len(labels):
        return _in_order(labels, words)
    if len(labels) == 2:  # whichever of two is called the lower one, each is learned alike
        return _in_order(labels, sorted(labels, key=str))
    raise ScaleError(
        f"the ratings are words of no known order ({_shown(labels)}); say it, the lowest first, "
        "as the scale"
    )


def _check_number(labels: Sequence[Label]) -> None:
    if len(labels) < 2:
        raise ScaleError(
            f"every rating is {_shown(labels)}: with one class there is nothing to tell apart; "
            "add other ratings"
        )
    if len(labels) > MOST_RATINGS:
        raise ScaleError(
            f"{len(labels):,} different ratings ({_shown(labels[:3])}, ...) are too many for a "
            f"scale, of which at most {MOST_RATINGS} are learned"
        )


def _in_order(labels: Sequence[Label], order: Sequence[Any]) -> tuple[tuple[Label, ...], Scale]:
    """Those of the labels that occur; their places are the numbers of the scale."""
    missing = [label for label in labels if label not in order]
    if missing:
        raise ScaleError(f"the rating {missing[0]!r} is none of those in the order {_shown(order)}")
    if len(set(order)) < len(order):
        raise ScaleError(f"a rating stands twice in the order {_shown(order)}")
    places = sorted((order.index(label), label) for label in labels)
    in_order = tuple(label for _, label in places)
    numbers = _numbers(in_order)
    if numbers is not None and list(numbers.values()) == sorted(numbers.values()):
        return in_order, Scale(tuple(numbers.values()))
    return in_order, Scale(
        tuple(place + 1.0 for place, _ in places), tuple(str(label) for label in in_order)
    )


def _numbers(labels: Sequence[Label]) -> dict[Label, float] | None:
    """The labels as numbers, if they all are, and each another."""
    try:
        numbers = {label: float(label) for label in labels}
    except (TypeError, ValueError):
        return None
    are_finite = all(abs(number) < float("inf") for number in numbers.values())
    return numbers if are_finite and len(set(numbers.values())) == len(labels) else None


def _shown(labels: Sequence[object]) -> str:
    return ", ".join(map(str, labels))
