"""What an update has changed: the receipt."""

import math
from dataclasses import dataclass
from typing import Any

from lstm_cli.results.scores import Difference

FEWEST = 10  # held-out reviews; of fewer no interval is given
# Standard errors by which the probability score may be worse, on all held-out reviews and on those
# held out before or now.
MOST_ERRORS, MOST_ERRORS_OF_PART = 1, 2
# Held-out reviews with a rating before, none of which has it now: of so many, chance alone, which
# takes it from each as often as it gives it to another, takes all one time in 32.
FEWEST_GIVEN = 5
SURELY = 2  # standard errors above chance, of the rightly given among them


@dataclass(frozen=True)
class Change:
    """How a model rates some held-out reviews after an update, and how it did before."""

    n: int
    accuracy: Difference  # first after, second before
    mae: tuple[float, float]  # mean distance in rating points: before, after
    rps: tuple[float, float]  # mean ranked probability score, 0 is best: before, after
    rps_error: float  # standard error of the difference of the two, paired

    @property
    def is_of_few(self) -> bool:
        """Whether an interval would say nothing: of one review it is as narrow as can be."""
        return self.n < FEWEST

    @property
    def errors_worse(self) -> float:
        """By how many standard errors its score is worse than before; below 0 it is better."""
        worse = self.rps[1] - self.rps[0]
        if not worse:
            return 0.0
        return worse / self.rps_error if self.rps_error else worse * float("inf")

    def to_json(self) -> dict[str, Any]:
        """As ``lstm update --json`` prints it."""
        return {
            "n": self.n,
            "accuracy": [self.accuracy.second, self.accuracy.first],
            "difference": self.accuracy.worth,
            "interval": list(self.accuracy.interval),
            "mae": list(self.mae),
            "rps": list(self.rps),
            "rps_error": self.rps_error,
        }


@dataclass(frozen=True)
class Receipt:
    """Old against new on held-out reviews that neither has learned from."""

    held_out_before: Change | None  # on the old model's own; None where none is at hand
    held_out_now: Change | None  # on those of the new reviews; None where there are none
    all: Change  # on both together
    per_rating: dict[str, Change]  # on those of each rating that occurs, of both together
    given: dict[str, tuple[int, int]]  # how many get each rating of the scale: before, after

    @property
    def lost(self) -> tuple[str, ...]:
        """The ratings that the old model gave and the new one never gives."""
        return tuple(label for label, (before, after) in self.given.items() if before and not after)

    @property
    def forgotten(self) -> tuple[str, ...]:
        """Those of the lost ones that the old model knew: given to a few, and rightly enough."""
        return tuple(label for label in self.lost if self._was_known(label))

    def _was_known(self, label: str) -> bool:
        """Whether it was given rightly oftener than chance would, by two standard errors."""
        given, _ = self.given[label]
        if given < FEWEST_GIVEN or label not in self.per_rating:
            return False
        share = self.per_rating[label].n / self.all.n
        spread = math.sqrt(share * (1 - share) / given)
        return self.num_right_before(label) / given > share + SURELY * spread

    def num_right_before(self, label: str) -> int:
        """How many reviews of a rating the old model gave that rating."""
        change = self.per_rating.get(label)
        return 0 if change is None else round(change.accuracy.second * change.n)

    @property
    def num_held_out_now(self) -> int:
        """How many of the new reviews were held out."""
        return 0 if self.held_out_now is None else self.held_out_now.n

    @property
    def can_tell_better(self) -> bool:
        """Whether enough of the new reviews were held out to say what they have taught."""
        return self.num_held_out_now >= FEWEST

    @property
    def can_decide(self) -> bool:
        """Whether enough reviews were held out in all to say that the new one is not worse."""
        return self.all.n >= FEWEST

    @property
    def is_accepted(self) -> bool:
        """Whether the new one replaces the old one unasked: it is known not to be worse."""
        return self.can_decide and not self.is_worse

    @property
    def is_worse(self) -> bool:
        """Whether the new one seems worse, which does not take a proof: in doubt the old one stays.

        That is by its score, or where it never gives a rating any more that the old one knew: of
        a rare rating the score of all reviews says little.
        """
        return self.has_worse_score or bool(self.forgotten)

    @property
    def has_worse_score(self) -> bool:
        """Whether its probability score is worse by too many standard errors.

        On all held-out reviews together a standard error is enough, by which chance alone makes
        one in six updates worse. On either part, of which there are two more to be mistaken
        about, it takes two, which chance alone reaches one time in 44.
        """
        parts = (self.held_out_before, self.held_out_now)
        return self.all.errors_worse > MOST_ERRORS or any(
            part is not None and part.errors_worse > MOST_ERRORS_OF_PART for part in parts
        )

    def to_json(self) -> dict[str, Any]:
        """As ``lstm update --json`` prints it."""
        before, now = self.held_out_before, self.held_out_now
        return {
            "held_out_before": None if before is None else before.to_json(),
            "held_out_now": None if now is None else now.to_json(),
            "all": self.all.to_json(),
            "per_rating": {name: change.to_json() for name, change in self.per_rating.items()},
            "given": {label: list(numbers) for label, numbers in self.given.items()},
            "forgotten": list(self.forgotten),
        }


@dataclass(frozen=True)
class VersionSummary:
    """One of the models of a name, as a list of them shows it."""

    number: int | None  # by age, from 1; None of one that cannot be read
    in_use: bool
    path: str
    created: str
    files: tuple[str, ...]  # that it learned from last, without folders
    reviews: int  # that it learned from in all
    accuracy: float | None  # on its held-out reviews ...
    held_out: int  # ... which were so many
    bytes: int  # on the disk
    problem: str | None = None  # why it cannot be used
    read_by_base: int | None = None  # held-out reviews that a base has read; None: nobody knows
