"""The language exam: pairs of sentences that differ in one thing.

A reader knows which sentence of each pair praises more or, where only a name differs,
that neither does. No model is trained on them. Pairs like these are due to Isabelle,
Cherry and Foster (2017) and to the invariance tests of Ribeiro et al. (2020).
"""

import csv
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from lstm_cli.bundle.reading import Bundle
from lstm_cli.inference.scorer import Scorer
from lstm_cli.metrics.baselines import REGRESSION, WordRegression
from lstm_cli.results import ExamAnswer, ExamReport
from lstm_cli.results.scores import ALIKE
from lstm_cli.samples import exam_file
from lstm_cli.text.tokens import tokenize

SAME = 1 / 16  # share of the scale: a quarter of a point from 1 to 5
Rate = Callable[[Sequence[str]], NDArray[np.float64]]


@dataclass(frozen=True)
class Pair:
    """Two sentences that differ in one thing."""

    subject: str
    lower: str
    higher: str

    @property
    def must_be_alike(self) -> bool:
        """Whether the difference must not matter."""
        return ALIKE in self.subject


def read_exam() -> list[Pair]:
    """Read the pairs that ship with the package."""
    with exam_file().open(encoding="utf-8", newline="") as opened:
        return [Pair(**row) for row in csv.DictReader(opened)]


def examine(bundle: Bundle) -> ExamReport:
    """Examine a model, and the logistic regression that was trained with it."""
    ratings = np.array(bundle.info.ratings)
    pairs = read_exam()
    answers = {bundle.name: _answers(pairs, Scorer(bundle), ratings)}
    if bundle.baseline is not None:
        regression = WordRegression.from_arrays(bundle.baseline)
        pattern = bundle.info.token_pattern
        answers[REGRESSION] = _answers(
            pairs,
            lambda texts: regression.probabilities(tokenize(text, pattern) for text in texts),
            ratings,
        )
    return ExamReport(model=bundle.name, answers=answers)


def _answers(
    pairs: Sequence[Pair], rate: Rate, ratings: NDArray[np.float64]
) -> tuple[ExamAnswer, ...]:
    lower = rate([pair.lower for pair in pairs]) @ ratings
    higher = rate([pair.higher for pair in pairs]) @ ratings
    near = SAME * (ratings[-1] - ratings[0])
    answers = []
    for pair, low, high in zip(pairs, lower, higher, strict=True):
        is_right = abs(high - low) <= near if pair.must_be_alike else high > low
        answers.append(
            ExamAnswer(
                pair.subject, (pair.lower, pair.higher), (float(low), float(high)), bool(is_right)
            )
        )
    return tuple(answers)
