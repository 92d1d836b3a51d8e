"""Is a file of texts without ratings fit to be rated? What can be seen without any rating."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl
from numpy.typing import NDArray

from lstm_cli.data.corpus import TokenizedReviews
from lstm_cli.data.showing import count
from lstm_cli.data.texts import Texts
from lstm_cli.errors import RowError
from lstm_cli.evaluation.health import (
    LINES_SHOWN,
    REPEATED,
    TOLERATED,
    about_language,
    five_lengths,
    lines,
    odd_letters,
    overlaps,
    scripts_of,
)
from lstm_cli.inference.input_warnings import STRANGE
from lstm_cli.results import Finding, TextHealth
from lstm_cli.results.health import whose_words
from lstm_cli.text.vocabulary import UNKNOWN_ID, Vocabulary


@dataclass(frozen=True)
class UnratedTexts:
    """The texts of files, N of them, without the rows that have none."""

    texts: list[str]
    sources: tuple[str, ...]
    file_of: NDArray[np.int32]  # (N,): the place of the file in ``sources``
    line_numbers: NDArray[np.int64]  # (N,): where each begins in its file
    empty: tuple[str, ...]  # where the rows without a text stand

    @classmethod
    def of(cls, files: Sequence[Texts]) -> "UnratedTexts":
        """Those of files that were read.

        Raises:
            RowError: no row of any has a text.
        """
        named = [file.table.source for file in files]
        texts: list[str] = []
        filled, empty = [], []
        for file in files:
            has_text = np.array([bool(text.strip()) for text in file.texts], dtype=np.bool_)
            texts += [text for text in file.texts if text.strip()]
            filled.append(file.table.line_numbers(np.flatnonzero(has_text)))
            prefix = f"{file.table.source}:" if len(files) > 1 else ""
            lacking = file.table.line_numbers(np.flatnonzero(~has_text))
            empty += [f"{prefix}{line}" for line in lacking]
        if not texts:
            raise RowError(f"{', '.join(named)}: no row has a text")
        places = np.repeat(np.arange(len(files), dtype=np.int32), [len(part) for part in filled])
        return cls(texts, tuple(named), places, np.concatenate(filled), tuple(empty))

    def line_of(self, review: int) -> str:
        """Where a text stands: "3", or "file.csv:3" where several files were read."""
        line = str(self.line_numbers[review])
        return f"{self.sources[self.file_of[review]]}:{line}" if len(self.sources) > 1 else line


def examine_texts(
    unrated: UnratedTexts,
    tokenized: TokenizedReviews,
    known: Vocabulary | None = None,
    model: str | None = None,
) -> TextHealth:
    """Look at texts in every way that might surprise whoever has them rated.

    Args:
        unrated: as they were read.
        tokenized: the same texts, tokenised.
        known: the words that the model knows which is to rate them, if there is one.
        model: its name.
    """
    scripts = scripts_of(unrated.texts)
    duplicates = len(unrated.texts) - pl.Series(unrated.texts, dtype=pl.String).n_unique()
    known_share = None if known is None else _known_share(tokenized, known)
    unlike = None if known is None else _unlike(tokenized, known)
    whose = whose_words(model)
    return TextHealth(
        texts=len(unrated.texts),
        empty=len(unrated.empty),
        lengths=five_lengths(tokenized.corpus.lengths),
        duplicates=duplicates,
        scripts=scripts,
        known_share=known_share,
        unlike=None if unlike is None else len(unlike),
        model=model,
        findings=(
            *odd_letters(unrated),
            *_about_rows(unrated, duplicates),
            *overlaps(unrated),
            *about_language(scripts, known_share, whose),
            *_about_unlike(unrated, unlike, whose),
        ),
    )


def _known_share(tokenized: TokenizedReviews, known: Vocabulary) -> float:
    counts = tokenized.all_counts()
    number = sum(n for token, n in counts.items() if known.id(token) != UNKNOWN_ID)
    return number / max(1, sum(counts.values()))


def _unlike(tokenized: TokenizedReviews, known: Vocabulary) -> NDArray[np.int64]:
    """The places of texts whose rating would carry a warning of unknown words.

    Words, not marks: a text of marks alone has no word that could be known. A text whose unknown
    words are all misspelled ones that are read as others carries none, as ``Predictor`` has it.
    """
    is_word = np.array([any(c.isalnum() for c in token) for token in tokenized.types], np.bool_)
    ids_of_types = np.array(known.encode_apart(tokenized.types), dtype=np.int64)
    is_unread = is_word & (ids_of_types == UNKNOWN_ID)
    is_unknown = is_unread | (ids_of_types >= len(known))
    found = []
    for place in range(len(tokenized.corpus)):
        ids = tokenized.corpus[place]
        words = int(is_word[ids].sum())
        is_strange_text = is_unread[ids].any() and int(is_unknown[ids].sum()) > STRANGE * words
        if not words or is_strange_text:
            found.append(place)
    return np.array(found, dtype=np.int64)


def _about_rows(unrated: UnratedTexts, duplicates: int) -> Iterator[Finding]:
    empty, rows = len(unrated.empty), len(unrated.empty) + len(unrated.texts)
    if empty > TOLERATED * rows:
        yield Finding(
            "empty",
            empty,
            f"{empty:,} of {count(rows, 'row')} without a text: there is nothing to rate in them",
            unrated.empty[:LINES_SHOWN],
        )
    if duplicates > REPEATED * len(unrated.texts):
        yield Finding(
            "duplicates",
            duplicates,
            f"{count(duplicates, 'row')} with the text of an earlier one: an export that joined a "
            "table twice, or reviews that nobody wrote",
        )


def _about_unlike(
    unrated: UnratedTexts, unlike: NDArray[np.int64] | None, whose: str
) -> Iterator[Finding]:
    if unlike is not None and len(unlike) > TOLERATED * len(unrated.texts):
        yield Finding(
            "unlike",
            len(unlike),
            f"{count(len(unlike), 'text')} with no word, or with over a third that {whose} does "
            "not know: another language or subject; do not believe their ratings",
            lines(unrated, unlike),
        )
