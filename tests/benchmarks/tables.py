"""Sides that take turns, and a Markdown table of them."""

from collections.abc import Callable, Mapping
from statistics import median


def alternately(sides: Mapping[str, Callable[[], float]], rounds: int) -> dict[str, list[float]]:
    """Figures of every side, one after the other in each round: a noisy machine is so to all."""
    found: dict[str, list[float]] = {name: [] for name in sides}
    for _ in range(rounds):
        for name, side in sides.items():
            found[name].append(side())
    return found


def show_table(unit: str, found: Mapping[str, list[float]], *, first: str) -> None:
    """Medians, and the median of the ratios of the first side to each, round by round."""
    print(f"| | {unit} | {first} is |")
    print("|---|---|---|")
    for name, values in found.items():
        ratio = median(a / b for a, b in zip(found[first], values, strict=True))
        print(f"| {name} | {median(values):,.4g} | {ratio:.2f} times that |")
