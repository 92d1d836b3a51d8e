"""What a file of reviews says of its groups and times, and how sure that is."""

from dataclasses import asdict, dataclass, field
from typing import Any


@dataclass(frozen=True)
class Estimate:
    """A share (0..1) or a mean rating, and where it lies with 95 %."""

    value: float
    low: float
    high: float


@dataclass(frozen=True)
class ReportCell:
    """All reviews of a file, or those of a group, of a period, or of both."""

    group: str | None  # None for all groups together
    period: str | None  # None for all periods together
    reviews: int
    rated: int  # of them, by people; the model rated the others
    mean: Estimate  # rating; places on the scale where ratings are words
    low: Estimate  # share of the low ratings together
    shares: dict[str, Estimate]  # of each rating
    counted: dict[str, float]  # the shares if predicted ratings are counted, which is biased
    counted_mean: float  # the same of the mean


@dataclass(frozen=True)
class Contrast:
    """Two sets of reviews, and how far a figure of the second is from that of the first."""

    kind: str  # "later": a group's later periods against its earlier ones; "group": against others
    group: str | None  # None for all groups together
    first: str  # what is compared with: "2025-01 to 2025-06", "the others"
    second: str  # "2025-07 to 2025-12", or the group
    figure: str  # "mean" or "low"
    before: Estimate
    after: Estimate
    change: Estimate

    @property
    def is_sure(self) -> bool:
        """Whether the interval of the change leaves out 0."""
        return self.change.low > 0 or self.change.high < 0


@dataclass(frozen=True)
class Quote:
    """A review in which a term stands."""

    text: str
    line: str  # where it stands in the file
    places: tuple[tuple[int, int], ...]  # where the term stands in the text: from, to
    rating: float  # expected, or a person's


@dataclass(frozen=True)
class Companion:
    """A word that is said with another, in one sentence: "horrible" of "food"."""

    word: str
    reviews: int  # of the group, in which both are said so


@dataclass(frozen=True)
class TermEffect:
    """A word, or a word and its opinion, and how much it makes a group differ from the others."""

    term: str
    effect: float  # on the group's mean expected rating less that of the others, in rating points
    interval: tuple[float, float]  # 95 %
    reviews: int  # of the group, in which it stands
    share: float  # of the group's reviews
    share_elsewhere: float  # of the other reviews
    each: float  # what it does to the expected rating of a review in which it stands, on average
    quotes: tuple[Quote, ...]
    said_with: tuple[Companion, ...] = ()  # of a word: what belongs to it most, "room" of "dirty"


@dataclass(frozen=True)
class GroupWords:
    """What makes the ratings of a group differ from those of the others.

    Of a single group there are no others: its effects are on the mean of all reviews, and its
    difference is from what is expected before a word is read.
    """

    group: str
    difference: float  # of the mean expected ratings, group less others, in rating points
    lowering: tuple[TermEffect, ...]  # strongest first
    raising: tuple[TermEffect, ...]
    reviews: int  # of the group, of those that were read
    others: int  # other reviews that were read
    left_out: int  # reviews of the whole file that were not read, drawn at random: too many


@dataclass(frozen=True)
class Report:
    """Shares and means by group and period, with intervals that know the model's error."""

    model: str
    by: str | None  # the column of groups
    over: str | None  # the column of periods
    ratings: tuple[str, ...]
    low_ratings: tuple[str, ...]  # those that "low" counts together
    has_places: bool  # ratings are words, and means are places on their scale
    reviews: int
    rated: int
    empty: int  # rows without text and rating, which are in no figure
    not_understood: int  # ratings that the model's scale does not have; it rates these rows
    known: int  # reviews whose ratings said how far the model's answers can be believed
    is_crossed: bool  # each group in each period is among the cells
    cells: tuple[ReportCell, ...]
    contrasts: tuple[Contrast, ...] = ()
    words: tuple[GroupWords, ...] = field(default=())

    @property
    def uses_model(self) -> bool:
        """Whether any of it is by the model: no rating is, where people rated all reviews."""
        return self.rated < self.reviews or bool(self.words)

    @property
    def whole(self) -> ReportCell:
        """All reviews together."""
        return self.of()[0]

    def of(self, *, groups: bool = False, periods: bool = False) -> list[ReportCell]:
        """The cells of all groups together or of each, of all periods together or of each."""
        return [
            cell
            for cell in self.cells
            if (cell.group is not None) == groups and (cell.period is not None) == periods
        ]

    def to_json(self) -> dict[str, Any]:
        """As ``lstm report --json`` prints it."""
        return asdict(self)
