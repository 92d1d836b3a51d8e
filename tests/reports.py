"""Reports made from random numbers, for the tests of what shows them."""

import random

from lstm_cli.results import (
    Companion,
    Contrast,
    Estimate,
    GroupWords,
    Quote,
    Report,
    ReportCell,
    TermEffect,
)

RATINGS = ("1", "2", "3", "4", "5")


def cell(
    draw: random.Random, group: str | None, period: str | None, reviews: int, rated: int = 0
) -> ReportCell:
    """A cell whose intervals become narrower as its reviews become more."""
    weights = [draw.gammavariate(alpha, 1) for alpha in (2, 3, 5, 12, 14)]
    shares = [weight / sum(weights) for weight in weights]

    def around(value: float, width: float, bounds: tuple[float, float]) -> Estimate:
        low, high = value - width, value + width * draw.uniform(0.8, 1.4)
        return Estimate(value, max(low, bounds[0]), min(high, bounds[1]))

    width = 1.2 / reviews**0.5
    mean = sum((k + 1) * share for k, share in enumerate(shares))
    counted = dict(zip(RATINGS, (0.05, 0.05, 0.1, 0.3, 0.5), strict=True))
    return ReportCell(
        group=group,
        period=period,
        reviews=reviews,
        rated=rated,
        mean=around(mean, 1.5 * width, (1, 5)),
        low=around(shares[0] + shares[1], width, (0, 1)),
        shares={r: around(s, width, (0, 1)) for r, s in zip(RATINGS, shares, strict=True)},
        counted=counted,
        counted_mean=4.15,
    )


def contrast(group: str | None, figure: str, change: tuple[float, float, float]) -> Contrast:
    """A later half against an earlier one."""
    before = Estimate(4.0, 3.8, 4.2) if figure == "mean" else Estimate(0.091, 0.06, 0.12)
    after = Estimate(before.value + change[0], before.low + change[1], before.high + change[2])
    return Contrast(
        "later", group, "2025-01 to 2025-06", "2025-07 to 2025-12", figure, before, after,
        Estimate(*change),
    )  # fmt: skip


def words_of(group: str) -> GroupWords:
    """Two words that lower, one that raises."""
    text = "we found the room dirty and the lift was slow, but the people were so kind to us"

    def term(name: str, effect: float) -> TermEffect:
        first = text.index(name)
        quotes = tuple(
            Quote(f"{text} {k}", f"line {7 * k}", ((first, first + len(name)),), 2.2)
            for k in (1, 2, 3)
        )
        low, high = sorted((effect * 0.6, effect * 1.5))
        return TermEffect(
            name, effect, (low, high), 34, 0.12, 0.031, 10 * effect, quotes, (Companion("room", 2),)
        )

    lowering = (term("dirty", -0.082), term("lift was slow", -0.041))
    return GroupWords(group, -0.31, lowering, (term("so kind", 0.024),), 280, 400, 0)


def report(
    groups: tuple[str, ...] = ("Airport", "Harbour", "Old Town"),
    periods: tuple[str, ...] = ("2025-01", "2025-02", "2025-03"),
    *,
    contrasts: tuple[Contrast, ...] = (),
    words: tuple[GroupWords, ...] = (),
) -> Report:
    """A report of so many groups and periods; the second group has no review in the second."""
    draw = random.Random(1)
    sizes = {group: draw.randint(40, 400) for group in groups}
    total = sum(sizes.values()) or 1_000
    cells = [cell(draw, None, None, total, total // 3)]
    cells += [cell(draw, group, None, size, size // 3) for group, size in sizes.items()]
    cells += [cell(draw, None, period, max(total // len(periods), 1)) for period in periods]
    cells += [
        cell(draw, group, period, max(size // len(periods), 1))
        for g, (group, size) in enumerate(sizes.items())
        for p, period in enumerate(periods)
        if (g, p) != (1, 1)
    ]
    return Report(
        model="hotels",
        by="property" if groups else None,
        over="stay month" if periods else None,
        ratings=RATINGS,
        low_ratings=("1", "2"),
        has_places=False,
        reviews=total,
        rated=total // 3,
        empty=2,
        not_understood=0,
        known=212,
        is_crossed=True,
        cells=tuple(cells),
        contrasts=contrasts,
        words=words,
    )
