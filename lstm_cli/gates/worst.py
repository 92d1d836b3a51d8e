"""The surest low reviews of a file, and the words that made them low.

Low is what has an expected rating below the middle of the scale, the lowest first; of two that
are as low, the one whose most probable rating is more probable. A text that the model should
not be believed about is not among them.

A word is harmful by how far the odds of the highest rating against the lowest fell when it was
read. The expected rating itself hardly moves any more once it is low: to it, the second insult
of a review would be nothing.
"""

from dataclasses import dataclass, field

import numpy as np

from lstm_cli.arrays import Float64Array
from lstm_cli.gates.trace import trace
from lstm_cli.inference.input_warnings import is_word
from lstm_cli.inference.predictor import Predictor
from lstm_cli.inference.rating import RatedRows
from lstm_cli.results import GateTrace, HarmfulWord, LowReview
from lstm_cli.text.places import places_of

MOST_WORDS = 5
LEAST_SHARE = 0.3  # of what the most harmful word does: less is not worth a mark
_DIGITS = 4  # of an expected rating: as low as each other
_NO_CHANCE = 1e-4  # a probability below which there is nothing left to fall


@dataclass(frozen=True, order=True)
class Low:
    """A low row of a file; the lowest and surest is the least."""

    expected_rating: float
    doubt: float  # 1 less the probability of the most probable rating
    row: int  # from 0
    text: str
    rating: str


@dataclass
class Lowest:
    """The lowest rows of a file of which all windows have been added."""

    most: int
    num_rows: int = 0
    num_warned: int = 0  # low rows with text that are not believed
    rows: list[Low] = field(default_factory=list)

    def add(self, rated: RatedRows) -> None:
        """Look at more rows."""
        expected, sure = np.round(rated.expected, _DIGITS), rated.confidence
        is_warned = np.array([bool(warnings) for warnings in rated.warnings], dtype=bool)
        scale = rated.predictor.ratings
        is_low = expected < (scale[0] + scale[-1]) / 2
        low = np.flatnonzero(is_low & ~is_warned)
        order = low[np.lexsort((-sure[low], expected[low]))][: self.most]
        labels, places = rated.predictor.labels, rated.places
        found = [
            Low(
                float(expected[k]),
                float(1 - sure[k]),
                self.num_rows + k,
                rated.texts[k],
                labels[places[k]],
            )
            for k in order.tolist()
        ]
        self.rows = sorted(self.rows + found)[: self.most]
        filled = np.array([bool(text.strip()) for text in rated.texts], dtype=bool)
        self.num_warned += int((is_low & is_warned & filled).sum())
        self.num_rows += len(rated.texts)


def low_review(predictor: Predictor, low: Low, line: int) -> LowReview:
    """Say which words made a review low.

    Args:
        predictor: the model.
        low: the review.
        line: where it begins in its file, for people.
    """
    traced = trace(predictor, low.text, with_explanation=False)
    tokens = [word.token for word in traced.words]
    moved = _contributions(traced)
    places = places_of(low.text, tokens)
    worst = [
        k for k in np.argsort(moved, kind="stable").tolist() if moved[k] < 0 and is_word(tokens[k])
    ]
    words = []
    for k in worst[:MOST_WORDS]:
        if moved[k] > LEAST_SHARE * moved[worst[0]]:
            break
        place = places[k]
        start, stop = (None, None) if place is None else place
        words.append(HarmfulWord(tokens[k], round(float(moved[k]), _DIGITS), start, stop))
    return LowReview(
        line=line,
        text=low.text,
        rating=low.rating,
        expected_rating=low.expected_rating,
        confidence=round(1 - low.doubt, _DIGITS),
        words=tuple(words),
    )


def _contributions(traced: GateTrace) -> Float64Array:
    """How far each word moved the log-odds of the highest rating against the lowest. (T,)"""
    running = [traced.start, *(word.running for word in traced.words)]
    lowest, *_, highest = traced.start
    chances = np.array([[step[highest], step[lowest]] for step in running]) + _NO_CHANCE
    moved: Float64Array = np.diff(np.log(chances[:, 0] / chances[:, 1]))
    return moved
