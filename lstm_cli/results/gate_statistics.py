"""What the gates do in general."""

from dataclasses import dataclass


@dataclass(frozen=True)
class WordStatistics:
    """What the gates did with one word, on average over the validation reviews."""

    word: str
    count: int
    forget: float | None
    learn: float | None
    use: float | None
    contribution: float  # mean change of the expected rating when it was read
    writes: float | None = None  # mean length of what it wrote, |learned|
    erases: float | None = None  # share of the long-term memory before it that it took away
    flips: float | None = None  # share of that memory whose sign it turned
    # Standard deviation of that change over its occurrences; models made before it was measured
    # have none.
    spread: float | None = None


@dataclass(frozen=True)
class UnitStatistics:
    """How well one hidden unit tells the rating alone."""

    unit: int  # from 1
    correlation: float  # of its mean STM with the model's expected rating, over the reviews
    half_life: float | None = None  # words after which half of what it holds is left


HALF_LIFE_SHARES = (0.1, 0.25, 0.5, 0.75, 0.9)


@dataclass(frozen=True)
class GateStatistics:
    """What the gates do in general, measured on some reviews."""

    words: tuple[WordStatistics, ...]
    # Words after which under half is left of what a word wrote, for the shares of words in
    # HALF_LIFE_SHARES, shortest-lived first; None: more was left when the review ended.
    half_life: tuple[int | None, ...] = ()
    followed: int = 0  # words that were followed for it
    units: tuple[UnitStatistics, ...] = ()  # those that track the rating best
    # The half-lives of all units, for the shares of them in HALF_LIFE_SHARES; a model that was
    # made before they were measured has none.
    unit_half_life: tuple[float, ...] = ()


@dataclass(frozen=True)
class Switch:
    """A word or phrase, and how it moves one unit."""

    text: str
    count: int
    change: float  # mean change of the unit's short-term memory when it was read


@dataclass(frozen=True)
class UnitReport:
    """One hidden unit, described by what was read in some reviews."""

    unit: int  # from 1
    num_units: int
    reviews: int
    words: int
    share: float  # of the length of its column in the readout, over all units
    rank: int  # of that share, from 1
    speaks_higher: bool  # whether the unit, switched on, favours a higher rating
    half_life: float | None  # words; a plain RNN has none
    words_on: tuple[Switch, ...]  # the strongest first
    words_off: tuple[Switch, ...]
    phrases_on: tuple[Switch, ...]
    phrases_off: tuple[Switch, ...]
    score: float | None  # correlation of these words' account with the unit, on other reviews
