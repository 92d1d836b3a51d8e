"""What is wrong with a file of reviews, before anything is learned from it."""

from dataclasses import asdict, dataclass
from typing import Any

LEAST_GAIN = 0.02  # share of the rows, over the commonest rating; less is hardly anything


@dataclass(frozen=True)
class Finding:
    """Something a person should look at."""

    kind: str  # one word, for programs
    count: int  # of rows, texts or ratings
    message: str  # what it is, and what to do about it
    lines: tuple[str, ...] = ()  # the first of them: "3", or "file.csv:3" of several files


@dataclass(frozen=True)
class Suspect:
    """A row whose rating contradicts its words."""

    line: str
    rating: str
    expected: str  # what the words say, by a regression that has not seen the row
    confidence: float  # that it is this rather than the row's rating, by the words alone
    text: str


# What cannot be examined where nothing is rated.
NEEDS_RATINGS = (
    "how often each rating occurs",
    "identical texts with different ratings",
    "ratings that contradict their words",
    "how well the words alone predict them",
)


def whose_words(model: str | None) -> str:
    """Who knows the words of texts: the base, or a model of a person's own.

    >>> whose_words("base"), whose_words("hotels")
    ('the base', 'model hotels')
    """
    return "the base" if model in (None, "base") else f"model {model}"


@dataclass(frozen=True)
class TextHealth:
    """A file of texts without ratings, or several."""

    texts: int  # that are not empty
    empty: int  # rows without a text
    lengths: tuple[int, int, int, int, int]  # as those of ``DataHealth``
    duplicates: int  # rows whose text is that of an earlier row
    scripts: dict[str, float]  # share of the letters, commonest first
    known_share: float | None  # of the tokens, by the model
    unlike: int | None  # texts with too many words that the model does not know
    model: str | None  # by whose words they were examined; None where there is none
    findings: tuple[Finding, ...]
    not_examined: tuple[str, ...] = NEEDS_RATINGS  # for lack of ratings

    def to_json(self) -> dict[str, Any]:
        """As ``lstm doctor --json`` prints it."""
        return asdict(self)


@dataclass(frozen=True)
class DataHealth:
    """A file, or several on one scale."""

    reviews: int
    counts: dict[str, int]  # by rating
    # Tokens of the shortest, the twentieth, the middle, the last but nineteenth of twenty,
    # and the longest review.
    lengths: tuple[int, int, int, int, int]
    duplicates: int
    conflicts: int
    ceiling: float  # the best accuracy that identical texts with different ratings allow
    scripts: dict[str, float]  # share of the letters, commonest first
    known_share: float | None  # of the tokens, by the base
    regression_accuracy: float | None  # out of fold, by the words alone
    suspects: tuple[Suspect, ...]  # none where the words teach hardly anything
    findings: tuple[Finding, ...]

    @property
    def commonest_share(self) -> float:
        """How often always saying the commonest rating is right."""
        return max(self.counts.values()) / sum(self.counts.values())

    @property
    def words_teach(self) -> bool:
        """Whether the words say more of the rating than the commonest one does."""
        accuracy = self.regression_accuracy
        return accuracy is not None and accuracy > self.commonest_share + LEAST_GAIN

    def to_json(self) -> dict[str, Any]:
        """As ``lstm doctor --json`` prints it."""
        return asdict(self)
