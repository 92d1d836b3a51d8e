"""What a model was made from: numbers and names, never a review's text."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, fields
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from lstm_cli.data.options import LearnedColumns


@dataclass(frozen=True)
class Update:
    """Reviews that a model learned from after it was trained."""

    files: tuple[str, ...]  # names without folders
    created: str  # UTC, ISO 8601
    learned: int  # new reviews that were learned from
    replayed: int  # old ones that were read once more beside them
    held_out: int  # new ones that were held out

    @classmethod
    def from_json(cls, stored: Mapping[str, Any]) -> "Update":
        """Read it back.

        Raises:
            KeyError, TypeError, ValueError: something is missing or not what it should be.
        """
        if not isinstance(stored["files"], list):
            raise TypeError(f"an update {stored!r:.40}")
        made = cls(**{**stored, "files": tuple(stored["files"])})
        for count in (made.learned, made.replayed, made.held_out):
            _check_count(count)
        if not all(isinstance(name, str) for name in (*made.files, made.created)):
            raise TypeError(f"an update {stored!r:.40}")
        return made


@dataclass(frozen=True)
class Provenance:
    """The reviews a model learned from, and what else its training depended on.

    ``bundle.json`` holds it under ``data``. Models of earlier versions lack what has a
    default here.
    """

    files: tuple[str, ...]  # names without folders
    fingerprint: str  # of texts and ratings
    training: int  # reviews that were learned from
    counts: dict[str, int]  # of them, by rating; empty for a language model
    # Of all usable reviews in the files, by rating, and of those that an update learned from since;
    # None where no limit left time for only some.
    offered: dict[str, int] | None = None
    # Of each file: the column of texts, or those that were joined.
    text_columns: tuple[str | tuple[str, ...], ...] = ()
    rating_columns: tuple[str, ...] = ()
    reviews: int | None = None  # usable ones in the files
    validation: int | None = None  # reviews held out
    # Of those that the scores are of, how many a base has read before, so that the scores flatter.
    read_by_base: int | None = None
    left_out: int | None = None  # neither learned from nor held out
    max_words: int | None = None  # that were asked for
    base_fingerprint: str | None = None  # sha256 of the weights it started from
    vectors: str | None = None  # name of the file of word vectors it started from
    skipped: dict[str, int] | None = None  # rows, by reason
    lengths: tuple[int, int] | None = None  # tokens of the shortest and the longest review
    held_out_from: str | None = None  # fingerprint of a file of held-out reviews of its own
    device: str | None = None  # it was computed on, as ``Compute.device_name`` has it
    threads: int | None = None  # of the processor
    processes: int | None = None  # that computed it together; None: one
    stopped: bool = False  # before its time
    tried: tuple[dict[str, Any], ...] = ()  # recipes, within a budget of time
    # What it has learned since it was trained, the first update first; counted above, too.
    updates: tuple["Update", ...] = ()

    @property
    def longest(self) -> int | None:
        """Tokens of the longest review it learned from, where that is known."""
        return self.lengths[1] if self.lengths else None

    @property
    def unread(self) -> int:
        """Usable reviews for which a limit left no time; 0 where that is not known."""
        if self.reviews is None or self.validation is None or self.updates:
            return 0
        held_out = 0 if self.held_out_from else self.validation
        return max(self.reviews - self.training - held_out - (self.left_out or 0), 0)

    def commonest(self, labels: Sequence[str]) -> int:
        """The place of the rating that was there to learn from most often, on a scale."""
        counts = self.offered or self.counts
        return max(range(len(labels)), key=lambda place: counts.get(labels[place], 0))

    @property
    def last_files(self) -> tuple[str, ...]:
        """What it learned from last, by its update or else its training; names without folders."""
        return self.updates[-1].files if self.updates else self.files

    @property
    def learned_columns(self) -> "tuple[LearnedColumns, ...]":
        """The columns of each file; none of a language model."""
        from lstm_cli.data.options import LearnedColumns

        return tuple(
            LearnedColumns((texts,) if isinstance(texts, str) else texts, rating)
            for texts, rating in zip(self.text_columns, self.rating_columns, strict=False)
        )

    def to_json(self) -> dict[str, Any]:
        """As ``bundle.json`` holds it."""
        described = asdict(self)
        if not self.text_columns:  # a language model, which knows of no more
            known = {name: described[name] for name in _ALWAYS}
            return known if self.device is None else known | {"device": self.device}
        return {
            name: value
            for name, value in described.items()
            if value or name not in ("stopped", "tried", "updates", "processes", "offered")
        }

    @classmethod
    def from_json(cls, stored: Mapping[str, Any]) -> "Provenance":
        """Read it back.

        Raises:
            KeyError: something every model says is missing.
            TypeError, ValueError: a value is not what it should be.
        """
        values = {field.name: stored[field.name] for field in fields(cls)
                  if field.name in _ALWAYS or stored.get(field.name) is not None}  # fmt: skip
        for name in _COUNTS & set(values):
            _check_count(values[name])
        for name in _NAMES & set(values):
            if not isinstance(values[name], str):
                raise TypeError(f"{name} is {values[name]!r:.40}")
        for name in _LISTS & set(values):
            if not isinstance(values[name], list):
                raise TypeError(f"{name} is {values[name]!r:.40}")
            values[name] = tuple(values[name])
        if "text_columns" in values:
            values["text_columns"] = tuple(map(_text_columns, values["text_columns"]))
        values["updates"] = tuple(map(Update.from_json, values.get("updates", ())))
        for name in ("counts", "offered", "skipped"):
            for count in values.get(name, {}).values():
                _check_count(count)
        if "lengths" in values:
            if len(values["lengths"]) != 2:
                raise ValueError("lengths of reviews that are not the shortest and the longest")
            for length in values["lengths"]:
                _check_count(length)
        return cls(**values)


_ALWAYS = ("files", "fingerprint", "training", "counts")
_COUNTS = frozenset(("training", "reviews", "validation", "read_by_base", "left_out", "max_words",
                     "threads", "processes"))  # fmt: skip
_NAMES = frozenset(("fingerprint", "base_fingerprint", "vectors", "held_out_from", "device"))
_LISTS = frozenset(("files", "text_columns", "rating_columns", "lengths", "tried",
                    "updates"))  # fmt: skip


def _text_columns(stored: object) -> str | tuple[str, ...]:
    if isinstance(stored, str):
        return stored
    if not isinstance(stored, list) or not all(isinstance(name, str) for name in stored):
        raise TypeError(f"text columns {stored!r:.40}")
    return tuple(stored)


def _check_count(value: object) -> None:
    if isinstance(value, bool) or not isinstance(value, int) or value < 0:
        raise ValueError(f"{value!r:.40} is no count")
