"""The learning curves as a picture: SVG, drawn from the figures and nothing else."""

from collections.abc import Iterator, Mapping, Sequence

import numpy as np

Curves = Mapping[str, Mapping[str, Sequence[tuple[int, float]]]]

COLORS = ("#0b6e4f", "#8a5a00", "#5b5b9d", "#a03050")
TITLES = {"sst5": "sentences, five ratings", "imdb": "film reviews, eight ratings"}
WIDTH, HEIGHT, MARGIN, LEGEND = 380, 256, 44, 30


def drawing(curves: Curves) -> str:
    """The curves side by side, reviews on a logarithmic scale.

    Args:
        curves: by data and learner, (reviews, accuracy in %) from few reviews to many.
    """
    learners = list(dict.fromkeys(learner for panel in curves.values() for learner in panel))
    color_of = dict(zip(learners, COLORS, strict=False))
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{WIDTH * len(curves)}" '
        f'height="{HEIGHT + LEGEND}" font-family="sans-serif" font-size="11">',
        '<rect width="100%" height="100%" fill="white"/>',
    ]
    for place, (name, panel) in enumerate(curves.items()):
        parts.append(f'<g transform="translate({place * WIDTH} 0)">')
        parts.append(_text(MARGIN, 16, f"accuracy in %: {TITLES[name]}", anchor="start"))
        parts += [*_panel(panel, color_of), "</g>"]
    for place, learner in enumerate(learners):
        x = MARGIN + 130 * place
        parts.append(_text(x, HEIGHT + 16, f"\u25cf {learner}", color_of[learner], "start"))
    return "\n".join([*parts, "</svg>"]) + "\n"


def _panel(
    panel: Mapping[str, Sequence[tuple[int, float]]], color_of: Mapping[str, str]
) -> Iterator[str]:
    sizes = sorted({size for points in panel.values() for size, _ in points})
    heights = [accuracy for points in panel.values() for _, accuracy in points]
    low, high = min(heights) - 2, max(heights) + 2
    ends = np.log([sizes[0], sizes[-1]])

    def across(size: int) -> float:
        return float(np.interp(np.log(size), ends, [MARGIN, WIDTH - MARGIN]))

    def down(accuracy: float) -> float:
        return float(np.interp(accuracy, [low, high], [HEIGHT - MARGIN, MARGIN]))

    for level in range(5 * int(np.ceil(low / 5)), int(high) + 1, 5):
        y = down(level)
        yield f'<path d="M{MARGIN} {y:.1f}H{WIDTH - MARGIN}" stroke="#ddd"/>'
        yield _text(MARGIN - 6, y + 4, str(level), anchor="end")
    for size in sizes:
        yield _text(across(size), HEIGHT - MARGIN + 18, f"{size:,}")
    yield _text(WIDTH / 2, HEIGHT - MARGIN + 34, "reviews to learn from")
    for learner, points in panel.items():
        places = [(across(size), down(accuracy)) for size, accuracy in points]
        line = " ".join(f"{x:.1f},{y:.1f}" for x, y in places)
        color = color_of[learner]
        yield f'<polyline points="{line}" fill="none" stroke="{color}" stroke-width="2"/>'
        for x, y in places:
            yield f'<circle cx="{x:.1f}" cy="{y:.1f}" r="3" fill="{color}"/>'


def _text(x: float, y: float, text: str, color: str = "black", anchor: str = "middle") -> str:
    return f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}" fill="{color}">{text}</text>'
