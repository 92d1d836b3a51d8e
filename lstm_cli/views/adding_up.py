"""Numbers that a reader adds up, rounded so that what is shown adds up.

Rounded one by one, 0.584, 0.264 and 0.152 are 58, 26 and 15 %, which is not 100. So the parts of
a sum are rounded together, and a difference is that of the two numbers as they are shown. Only
what is shown is rounded: what other programs read stays exact.
"""

from collections.abc import Mapping, Sequence
from itertools import pairwise


def together(parts: Sequence[float], total: float | None = None, digits: int = 2) -> list[float]:
    """Round parts so that they give the total as it is shown, by their largest remainders.

    No part is moved by a whole last digit: where that does not reach the total, each is rounded
    by itself.

    Args:
        parts: of a sum.
        total: what they add up to; that of the parts if None.
        digits: after the point.

    >>> together([0.584, 0.264, 0.152])
    [0.58, 0.27, 0.15]
    >>> together([-1.503, 0.059, 0.436, 0.497])  # of -0.51
    [-1.5, 0.06, 0.43, 0.5]
    >>> together([0.5, 0.5], 3.0)
    [0.5, 0.5]
    """
    unit: int = 10**digits
    # Twice: first as a format would round it, then to the whole number that it stands for.
    rounded = [round(unit * round(part, digits)) for part in parts]
    whole = round(unit * round(sum(parts) if total is None else total, digits))
    missing = whole - sum(rounded)
    way = 1 if missing > 0 else -1
    left = [way * (unit * part - near) for part, near in zip(parts, rounded, strict=True)]
    by_left = sorted(range(len(parts)), key=lambda place: -left[place])
    moved = [place for place in by_left[: abs(missing)] if left[place] > 0]
    if len(moved) == abs(missing):
        for place in moved:
            rounded[place] += way
    return [near / unit for near in rounded]


def percents(shares: Mapping[str, float]) -> dict[str, str]:
    """Shares of one whole as percentages that add up to 100.

    >>> percents({"1": 0.584, "2": 0.264, "3": 0.152})
    {'1': '58 %', '2': '27 %', '3': '15 %'}
    """
    rounded = together(list(shares.values()), digits=2)
    return {name: f"{100 * share:.0f} %" for name, share in zip(shares, rounded, strict=True)}


def apart(before: float, after: float, digits: int = 2) -> float:
    """How far one number is from another, as both are shown.

    >>> apart(3.734, 2.886)
    -0.84
    """
    return round(round(after, digits) - round(before, digits), digits) + 0.0


def changes(values: Sequence[float], digits: int = 2) -> list[float]:
    """What each shown number is away from the one before it.

    >>> changes([3.734, 2.886, 2.891])
    [-0.84, 0.0]
    """
    return [apart(before, after, digits) for before, after in pairwise(values)]


def signed(value: float, digits: int = 2) -> str:
    """A change with its sign; none is not less than nothing.

    >>> signed(0.126), signed(-0.001)
    ('+0.13', '+0.00')
    """
    return f"{round(value, digits) + 0.0:+.{digits}f}"
