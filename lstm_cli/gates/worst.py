"""The surest low reviews of a file, and the words that made them low.

Low is what has an expected rating below the middle of the scale, the lowest first; of two that
are as low, the one whose most probable rating is more probable. A text that the model should
not be believed about is not among them.

A word is harmful by how far the odds of the highest rating against the lowest fell when it was
read. The expected rating itself hardly moves any more once it is low: to it, the second insult
of a review would be nothing. A word that moved them only because of what stood before it, such as
the ``They`` after an insult, is not to blame: alone, it has to lower them as well.
"""

from dataclasses import dataclass, field

import numpy as np

from lstm_cli.arrays import Float64Array
from lstm_cli.core.reading import on_one_thread, read_to_end, softmax
from lstm_cli.gates.trace import trace
from lstm_cli.inference.input_warnings import is_word
from lstm_cli.inference.predictor import Predictor
from lstm_cli.inference.rating import RatedRows
from lstm_cli.results import GateTrace, HarmfulWord, LowReview
from lstm_cli.text.places import places_of

MOST_WORDS = 5
LEAST_SHARE = 0.3  # of what the most harmful word does: less is not worth a mark
HALVED = -float(np.log(2))  # the least that a word does to the odds where it stands alone
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
    words = []
    for k in _worst_first(predictor, tokens, moved)[:MOST_WORDS]:
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


def _worst_first(predictor: Predictor, tokens: list[str], moved: Float64Array) -> list[int]:
    """The places of the words to blame, the most harmful first.

    Where no word is bad by itself, those that moved the rating furthest are all there is to show.

    Args:
        predictor: the model.
        tokens: the review, T words.
        moved: how far each moved the log-odds. (T,)
    """
    order = np.argsort(moved, kind="stable").tolist()
    fell = [k for k in order if moved[k] < 0 and is_word(tokens[k])]
    if not fell:
        return []
    alone = _alone(predictor, [tokens[k] for k in fell]).tolist()
    worst = [k for k, by_itself in zip(fell, alone, strict=True) if by_itself <= HALVED] or fell
    return [k for k in worst if moved[k] <= LEAST_SHARE * moved[worst[0]]]


def _contributions(traced: GateTrace) -> Float64Array:
    """How far each word moved the log-odds of the highest rating against the lowest. (T,)"""
    running = [traced.start, *(word.running for word in traced.words)]
    moved: Float64Array = np.diff(_log_odds(np.array([list(step.values()) for step in running])))
    return moved


def _alone(predictor: Predictor, tokens: list[str]) -> Float64Array:
    """How far each word moves the same log-odds where it is all that is read. (T,)"""
    token_ids = np.array(predictor.vocabulary.encode(tokens), dtype=np.int64)
    with on_one_thread():
        logits = read_to_end(token_ids[:, None], predictor.weights, predictor.config)
    before = np.atleast_2d(predictor.weights.readout_bias)
    return _log_odds(softmax(logits)) - _log_odds(softmax(before))


def _log_odds(probabilities: Float64Array) -> Float64Array:
    """Of the highest rating against the lowest. Probabilities: (N, R), odds: (N,)"""
    chances = probabilities + _NO_CHANCE
    odds: Float64Array = np.log(chances[:, -1] / chances[:, 0])
    return odds
