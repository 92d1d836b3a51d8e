"""Whether more labels are worth it, and which reviews to rate next."""

from dataclasses import asdict, dataclass
from typing import Any, Literal

Verdict = Literal["worth it", "little", "cannot tell"]


@dataclass(frozen=True)
class Projection:
    """A share, and its 95 % interval."""

    value: float
    low: float
    high: float

    def to_json(self) -> dict[str, Any]:
        """The share and its interval."""
        return {"value": self.value, "interval": [self.low, self.high]}


@dataclass(frozen=True)
class CurvePoint:
    """What trainings on so many reviews reached, on reviews that they had not seen."""

    reviews: int
    accuracy: float
    mae: float  # mean distance, in rating points
    trainings: int
    measured_on: int  # held-out reviews of all its trainings


@dataclass(frozen=True)
class Contradictions:
    """Texts that stand in the file with several ratings."""

    texts: int
    ceiling: float  # the share of all rows that a model can be right on
    repeated_rows: int  # whose text occurs more than once
    repeated_ceiling: float  # the share of these that a model can be right on


@dataclass(frozen=True)
class CurveAdvice:
    """Whether more labels are worth it."""

    rated: int
    more: int  # labels, that are asked about
    points: tuple[CurvePoint, ...]
    now: Projection  # accuracy of a model of all rated reviews
    then: Projection  # and of one of ``more`` besides
    gain: Projection  # what they add
    contradictions: Contradictions | None  # None where there are too few to tell
    completed: bool  # nothing was stopped, and no time was short

    @property
    def verdict(self) -> Verdict:
        """Whether the labels are worth it, by what they add and how sure that is."""
        if self.gain.high < LITTLE or (self.gain.value < LITTLE and self.gain.high < 2 * LITTLE):
            return "little"
        return "worth it" if self.gain.low > 0 and self.gain.value >= LITTLE else "cannot tell"

    def to_json(self) -> dict[str, Any]:
        """As ``lstm advise --json`` prints it."""
        return {
            "rated": self.rated,
            "more": self.more,
            "curve": [asdict(point) for point in self.points],
            "now": self.now.to_json(),
            "then": self.then.to_json(),
            "gain": self.gain.to_json(),
            "verdict": self.verdict,
            "contradictions": None if self.contradictions is None else asdict(self.contradictions),
            "completed": self.completed,
        }


LITTLE = 0.01  # share of the reviews; a gain below it is hardly noticed


@dataclass(frozen=True)
class NextReview:
    """A review to rate next. What a network says of it would sway who rates, and is left out."""

    line: int  # where it stands in its file
    text: str


@dataclass(frozen=True)
class NextReviews:
    """Reviews to rate next, the most useful first."""

    chosen: tuple[NextReview, ...]
    candidates: int  # different texts without a rating, that they were chosen from
    target: str | None  # the file that was written
    rating_column: str  # in which their ratings go
    rated: tuple[str, ...] = ()  # files of rated reviews, where they can be read without options

    def to_json(self) -> dict[str, Any]:
        """As ``lstm advise --json`` prints it."""
        return {
            "candidates": self.candidates,
            "output": self.target,
            "rating_column": self.rating_column,
            "reviews": [asdict(review) for review in self.chosen],
        }
