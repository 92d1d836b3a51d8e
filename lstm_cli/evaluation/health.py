"""Is a file of reviews fit to learn from? What to look at before anything is trained.

The counts are exact. The suspicions are those of ``evaluation.suspects``.
"""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Protocol

import numpy as np
import polars as pl
from numpy.typing import NDArray

from lstm_cli.data.corpus import TokenizedReviews
from lstm_cli.data.reviews import Reviews
from lstm_cli.data.spilled import in_windows, select
from lstm_cli.evaluation.suspects import FEWEST, RatedWords, suspects
from lstm_cli.results import DataHealth, Finding

LINES_SHOWN = 5
TOLERATED = 0.01  # share of rows; fewer need no attention
REPEATED = 0.1  # share of rows; fewer duplicates need no attention
LEAST_KNOWN = 0.8  # share of the tokens; a base that knows less of them misses too much

# What é, ’ and a non-breaking space look like in UTF-8 that was read as cp1252.
_MOJIBAKE = "Ã[\u0080-\u00bf€‚ƒ„…†‡ˆ‰Š‹ŒŽ‘’“”•–—˜™š›œžŸ]|â€|Â[\u00a0-\u00bf]|ï¿½"
_CONTROL = r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\u0080-\u009f\u202a-\u202e\u2066-\u2069]"
_ODDITIES = {
    "encoding": (
        _MOJIBAKE,
        "with letters from a wrong encoding (Ã©, â€™): export the file as UTF-8",
    ),
    "lost": ("\ufffd", "with letters that were lost in a conversion (\ufffd): export anew"),
    "control": (_CONTROL, "with control characters: they are read as spaces or symbols"),
}
_SCRIPTS = (
    "Latin", "Cyrillic", "Greek", "Arabic", "Hebrew", "Devanagari", "Bengali", "Tamil", "Thai",
    "Han", "Hiragana", "Katakana", "Hangul",
)  # fmt: skip
_LOOKED_AT = 20_000  # texts at most whose scripts are counted


def examine(
    reviews: Reviews, tokenized: TokenizedReviews, known_share: float | None = None
) -> DataHealth:
    """Look at reviews in every way that might surprise whoever trains on them.

    Args:
        reviews: as they were read, with their texts.
        tokenized: the same reviews, tokenised.
        known_share: share of the tokens that the base knows, if there is one.
    """
    lengths = tokenized.corpus.lengths
    rated_words = RatedWords.of(reviews, tokenized)
    scripts = scripts_of(reviews.texts)
    counts = np.bincount(reviews.rating_indices, minlength=len(reviews.scale))
    findings = [
        *quick_findings(reviews),
        *_about_rows(reviews),
        *overlaps(reviews),
        *about_language(scripts, known_share),
    ]
    health = DataHealth(
        reviews=len(reviews),
        counts=dict(zip(reviews.scale.labels, counts.tolist(), strict=True)),
        lengths=five_lengths(lengths),
        duplicates=reviews.duplicates,
        conflicts=reviews.conflicts,
        ceiling=_ceiling(reviews),
        scripts=scripts,
        known_share=known_share,
        regression_accuracy=None if rated_words is None else rated_words.accuracy(),
        suspects=(),
        findings=tuple(findings),
    )
    if rated_words is None or not health.words_teach:
        return health  # what cannot tell ratings apart cannot tell which of them are wrong
    return replace(health, suspects=suspects(reviews, rated_words))


class TextRows(Protocol):
    """Texts, and where each stands: of reviews with ratings, or of texts alone."""

    @property
    def texts(self) -> Sequence[str]:
        """Those that are not empty."""

    @property
    def sources(self) -> Sequence[object]:
        """The files."""

    @property
    def file_of(self) -> NDArray[np.int32]:
        """The place of the file of each text in ``sources``. (N,)"""

    def line_of(self, review: int) -> str:
        """Where a text stands: "3", or "file.csv:3" where several files were read."""


def odd_letters(reviews: TextRows) -> Iterator[Finding]:
    """Letters from a wrong encoding, letters that were lost, control characters."""
    odd_rows: dict[str, list[NDArray[np.int64]]] = {kind: [] for kind in _ODDITIES}
    for first, texts in _windows(reviews):
        for kind, (pattern, _) in _ODDITIES.items():
            odd_rows[kind].append(np.flatnonzero(texts.str.contains(pattern).to_numpy()) + first)
    for kind, (_, message) in _ODDITIES.items():
        rows = np.concatenate(odd_rows[kind])
        if len(rows):
            yield Finding(kind, len(rows), f"{_texts(len(rows))} {message}", lines(reviews, rows))


def quick_findings(reviews: Reviews) -> Iterator[Finding]:
    """What can be seen without tokenising: reported before every training."""
    yield from odd_letters(reviews)
    ceiling = _ceiling(reviews)
    if ceiling < 1 - TOLERATED:
        yield Finding(
            "conflicts",
            reviews.conflicts,
            f"identical texts have different ratings ({reviews.conflicts:,} of them): no model can "
            f"be right on more than {100 * ceiling:.1f} % of these rows",
        )
    counts = np.bincount(reviews.rating_indices, minlength=len(reviews.scale))
    rare = [
        f"{label} ({n})"
        for label, n in zip(reviews.scale.labels, counts.tolist(), strict=True)
        if n < FEWEST
    ]
    if rare:
        yield Finding(
            "rare",
            len(rare),
            f"hardly any reviews are rated {', '.join(rare)}: too few to learn from; "
            "add some, or merge ratings",
        )


def about_rare(tokenized: TokenizedReviews) -> Iterator[Finding]:
    """Words that were not counted, because there are more than memory should hold."""
    if tokenized.rare:
        yield Finding(
            "uncounted",
            tokenized.num_counted,
            f"only the {tokenized.num_counted:,} commonest distinct words were counted: the model "
            "reads all others as unknown",
        )


def _about_rows(reviews: Reviews) -> Iterator[Finding]:
    skipped = sum(reason.count for reason in reviews.skipped)
    rows = skipped + len(reviews)
    if skipped > TOLERATED * rows:
        yield Finding(
            "skipped",
            skipped,
            f"{skipped:,} of {rows:,} rows cannot be used: see above which, and why",
            tuple(line for reason in reviews.skipped for line in reason.first_lines)[:LINES_SHOWN],
        )
    if reviews.duplicates > REPEATED * len(reviews):
        yield Finding(
            "duplicates",
            reviews.duplicates,
            f"{reviews.duplicates:,} rows repeat an earlier one: an export that joined a table "
            "twice, or reviews that nobody wrote",
        )


def overlaps(reviews: TextRows) -> Iterator[Finding]:
    """Texts that are in more than one file."""
    if len(reviews.sources) < 2:
        return
    hashes = pl.concat([some.hash() for _, some in _windows(reviews)])
    texts = pl.DataFrame({"text": hashes, "file": reviews.file_of})
    shared = texts.group_by("text").agg(pl.col("file").n_unique().alias("files"))
    in_several = texts.join(shared.filter(pl.col("files") > 1), on="text", how="left")
    rows = np.flatnonzero(in_several["files"].is_not_null().to_numpy())
    if len(rows):
        number = int((shared["files"] > 1).sum())
        yield Finding(
            "overlap",
            number,
            f"{_texts(number)} in more than one of the files: what is learned from one is not "
            "measured on the other",
            lines(reviews, rows),
        )


def about_language(
    scripts: dict[str, float], known_share: float | None, whose: str = "the base"
) -> Iterator[Finding]:
    """Words that a model does not know, and letters of several scripts."""
    if known_share is not None and known_share < LEAST_KNOWN:
        share = f"{100 * known_share:.0f} %"
        yield Finding(
            "language",
            0,
            f"{whose} knows only {share} of the words: another language or trade; "
            "lstm pretrain makes a base of your own",
        )
    foreign = {name: share for name, share in list(scripts.items())[1:] if share > TOLERATED}
    if foreign:
        listed = ", ".join(f"{name} {100 * share:.0f} %" for name, share in foreign.items())
        first = next(iter(scripts))
        yield Finding(
            "scripts",
            len(foreign),
            f"letters of several scripts ({first}, then {listed}): more than one language?",
        )


def _ceiling(reviews: Reviews) -> float:
    """The share of correct answers if every text gets the rating it has most often."""
    if not reviews.conflicts:
        return 1.0
    hashes = pl.concat([texts.hash() for _, texts in _windows(reviews)])
    pairs = pl.DataFrame({"text": hashes, "rating": reviews.rating_indices})
    by_pair = pairs.group_by("text", "rating").len()
    return float(by_pair.group_by("text").agg(pl.col("len").max())["len"].sum() / len(reviews))


def _windows(reviews: TextRows) -> Iterator[tuple[int, pl.Series]]:
    """All texts, some at a time, each time with the place of the first."""
    first = 0
    for window in in_windows(reviews.texts):
        yield first, window
        first += len(window)


def scripts_of(texts: Sequence[str]) -> dict[str, float]:
    """The share of the letters in each script, most common first."""
    some = select(texts, np.arange(0, len(texts), max(1, len(texts) // _LOOKED_AT)))
    counts = dict.fromkeys(_SCRIPTS, 0)
    for window in in_windows(some):
        for name in _SCRIPTS:
            counts[name] += int(window.str.count_matches(rf"\p{{{name}}}").sum() or 0)
    total = max(1, sum(counts.values()))
    shares = {name: n / total for name, n in counts.items() if n}
    return dict(sorted(shares.items(), key=lambda item: -item[1]))


def five_lengths(lengths: NDArray[np.int64]) -> tuple[int, int, int, int, int]:
    """The shortest, the twentieth, the middle, the last but nineteenth of twenty, the longest."""
    lowest, early, middle, late, longest = np.quantile(
        lengths, (0, 0.05, 0.5, 0.95, 1), method="nearest"
    ).tolist()
    return int(lowest), int(early), int(middle), int(late), int(longest)


def _texts(number: int) -> str:
    return f"{number:,} text{'s' * (number != 1)}"


def lines(reviews: TextRows, rows: NDArray[np.int64]) -> tuple[str, ...]:
    """Where the first of some rows stand."""
    return tuple(reviews.line_of(int(row)) for row in rows[:LINES_SHOWN])
