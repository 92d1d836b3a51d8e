"""All that the base reads, as token ids: films and 39 other domains, rated and not.

The ratings of each source are brought onto 1 to 5, with fractions: 8 of 10 is 4.1. A network
that learns from it is told 4 with a probability of 0.9, and 5 with one of 0.1.
"""

import csv
import gzip
import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from lstm_cli.arrays import Float32Array
from lstm_cli.data.corpus import Corpus
from lstm_cli.text.vocabulary import SPECIAL_TOKENS, Vocabulary

NUM_RATINGS = 5
# The folder, whose name changes with what is collected. In the second a treebank's sentences have
# their ratings.
COLLECTION = "collection-2"
MOST_WORDS = 36_000  # with a number of 8 bits for each of 256 dimensions, 9 MB
FEWEST_TIMES = 4
HELD_OUT_FILMS = 2_500  # reviews at the end of imdb/train.csv.gz, on which settings are chosen
HELD_OUT_SHARE = 10  # one in ten of each other domain, at the end of its file
SENTENCES, PHRASES, FILMS, UNRATED = "sst5", "phrases", "imdb", "unlabelled"
DEV = "sst5-dev"
FILM_SOURCES = (UNRATED, SENTENCES, PHRASES, DEV, FILMS)
# Lowest and highest rating of a scale. Others are 1 to 5, or points, which go by rank.
SCALES = {FILMS: (1, 10), "anime": (1, 10), "colleges_india": (1, 10), "tv_series": (0, 10)}
POINTS = ("coffee", "whisky", "wine")


@dataclass(frozen=True)
class Collection:
    """Reviews of many domains.

    N reviews of D domains.
    """

    tokens: tuple[str, ...]  # the vocabulary, special tokens first
    domains: tuple[str, ...]
    token_ids: NDArray[np.uint16]
    lengths: NDArray[np.int64]  # (N,)
    domain: NDArray[np.int8]  # place in ``domains``. (N,)
    ratings: Float32Array  # 1 to 5, NaN where there is none. (N,)
    is_held_out: NDArray[np.bool_]  # from all training. (N,)

    @property
    def corpus(self) -> Corpus:
        """The reviews, as batches are made of them."""
        return Corpus.of(self.token_ids, self.lengths)  # type: ignore[arg-type]

    @property
    def fingerprint(self) -> str:
        """The sha256 of words and ratings."""
        digest = hashlib.sha256(self.token_ids.tobytes())
        digest.update(self.lengths.tobytes() + self.ratings.tobytes())
        return digest.hexdigest()

    def is_of(self, domains: Sequence[str]) -> NDArray[np.bool_]:
        """Which reviews are of some domains, which need not be there. (N,)"""
        found: NDArray[np.bool_] = np.isin(self.domains, domains)[self.domain]
        return found

    def save(self, folder: Path) -> None:
        """Write an array a file; a folder of this name holds all of them."""
        whole, folder = folder, folder.with_name(f"{folder.name}.part")
        folder.mkdir(parents=True, exist_ok=True)
        for name in ("token_ids", "lengths", "domain", "ratings", "is_held_out"):
            array = getattr(self, name)
            np.save(folder / f"{name}.npy", array.astype(np.int32) if name == "lengths" else array)
        (folder / "tokens.txt").write_text("".join(f"{token}\n" for token in self.tokens), "utf-8")
        (folder / "domains.txt").write_text("".join(f"{name}\n" for name in self.domains), "utf-8")
        folder.rename(whole)

    @classmethod
    def load(cls, folder: Path) -> "Collection":
        """Read what was saved."""
        arrays = {
            name: np.load(folder / f"{name}.npy")
            for name in ("token_ids", "lengths", "domain", "ratings", "is_held_out")
        }
        arrays["lengths"] = arrays["lengths"].astype(np.int64)
        tokens, domains = (
            tuple((folder / f"{name}.txt").read_text("utf-8").split("\n")[:-1])
            for name in ("tokens", "domains")
        )
        return cls(tokens, domains, **arrays)


@dataclass(frozen=True)
class Source:
    """The reviews of one file."""

    name: str
    texts: list[str]
    ratings: Float32Array
    held_out: int  # so many at the end


def fold(collection: Collection, name: str) -> tuple[str, ...]:
    """The domains of a third, A, B or C, by their names in order; none of an empty name."""
    others = sorted(set(collection.domains) - set(FILM_SOURCES))
    return tuple(others["ABC".index(name) :: 3]) if name else ()


def at_most(collection: Collection, readable: NDArray[np.bool_], most: int) -> NDArray[np.bool_]:
    """Which of the readable reviews are read if so many of a source are enough. (N,)"""
    order = np.random.default_rng(0).permutation(np.flatnonzero(readable))
    is_read = np.zeros_like(readable)
    for domain in range(len(collection.domains)):
        is_read[order[collection.domain[order] == domain][:most]] = True
    return is_read


def collect(data: Path, processes: int) -> Collection:
    """Read the sources, cut them into words, and choose the words that are known.

    Args:
        data: the folder with ``imdb``, ``sst5`` and ``domains``.
        processes: how many may share the cutting.
    """
    from lstm_cli.data.tokenizing import tokenize_reviews

    sources = sources_of(data)
    tokenized = tokenize_reviews(
        [text for source in sources for text in source.texts], processes=processes
    )
    sizes = [len(source.texts) for source in sources]
    held_out = np.concatenate(
        [np.arange(len(source.texts)) >= len(source.texts) - source.held_out for source in sources]
    )
    # Phrases repeat the words of their sentences.
    is_counted = np.repeat([source.name != PHRASES for source in sources], sizes) & ~held_out
    vocabulary = Vocabulary.build(
        tokenized.counts(np.flatnonzero(is_counted)),
        minimum_count=FEWEST_TIMES,
        maximum_size=MOST_WORDS - len(SPECIAL_TOKENS),
    )
    corpus = tokenized.encode(vocabulary)
    return Collection(
        tokens=vocabulary.tokens,
        domains=tuple(source.name for source in sources),
        token_ids=corpus.gather(np.arange(len(corpus))).astype(np.uint16),
        lengths=corpus.lengths,
        domain=np.repeat(np.arange(len(sources)), sizes).astype(np.int8),
        ratings=np.concatenate([source.ratings for source in sources]),
        is_held_out=held_out,
    )


def sources_of(data: Path) -> list[Source]:
    """The reviews of all files, in the order of a collection.

    Args:
        data: the folder with ``imdb``, ``sst5`` and ``domains``.
    """
    films = _read(data / "imdb" / "train.csv.gz", FILMS)
    dev = _read(data / "sst5" / "dev.csv", DEV)
    sources = [
        replace(films, held_out=HELD_OUT_FILMS),
        _read(data / "imdb" / "unlabelled.csv.gz", UNRATED),
        _read(data / "sst5" / "train.csv", SENTENCES),
        _read(data / "sst5" / "phrases.csv", PHRASES),
        replace(dev, held_out=len(dev.texts)),
    ]
    for path in sorted((data / "domains").glob("*.csv.gz")):
        source = _read(path, path.name.removesuffix(".csv.gz"))
        sources.append(replace(source, held_out=len(source.texts) // HELD_OUT_SHARE))
    return sources


def _read(path: Path, name: str) -> Source:
    opening = gzip.open if path.suffix == ".gz" else open
    with opening(path, "rt", encoding="utf-8", newline="") as lines:
        rows = list(csv.DictReader(lines))
    texts = [row["review"] for row in rows]
    if "rating" not in rows[0]:
        return Source(name, texts, np.full(len(texts), np.nan, dtype=np.float32), 0)
    ratings = np.array([float(row["rating"]) for row in rows])
    return Source(name, texts, on_five(name, ratings).astype(np.float32), 0)


def on_five(name: str, ratings: NDArray[np.float64]) -> NDArray[np.float64]:
    """Ratings of a source on the scale from 1 to 5.

    Points, of which 80 to 100 is all that occurs, go by rank: the lowest tenth is 1, the
    highest 5, evenly between.
    """
    if name in POINTS:
        _, place, counts = np.unique(ratings, return_inverse=True, return_counts=True)
        middle = (np.cumsum(counts) - counts / 2) / counts.sum()
        return np.clip(1 + 4 * (middle[place] - 0.1) / 0.8, 1, 5)
    low, high = SCALES.get(name, (1, 5))
    return np.clip(1 + 4 * (ratings - low) / (high - low), 1, 5)
