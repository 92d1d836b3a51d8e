"""Which reviews are held out, so that a model is measured on what it has not seen.

Both sides have the same ratings in the same shares. An identical text is never on
both, and a phrase is on the side of the sentence it is part of. Texts are identical
if their tokens are.
"""

import math
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from lstm_cli.data.corpus import Corpus

# A file is one of phrases if at least this share of its texts are parts of other texts.
PHRASE_FILE_SHARE = 0.25
# Longer parts are not in two reviews by chance, as "I love it" and "best ever" may be.
_BY_CHANCE = 4
# A part is looked up by its first tokens, by as many of these as it has: so those up to four as a
# whole. That many reviews begin alike ("I bought this for my") is usual, with twelve it is not.
_PREFIXES = (1, 2, 3, 4, 12)
_TOKENS = 250_000  # of a block
_MOST_PAIRS = 4_000_000  # that are kept, 16 bytes each


@dataclass(frozen=True)
class Split:
    """Places of reviews in the file they came from, in its order."""

    training: NDArray[np.int64]
    validation: NDArray[np.int64]
    left_out: NDArray[np.int64]  # would be known from the other side


def hold_out(
    corpus: Corpus, rating_indices: NDArray[np.int64], share: float, rng: np.random.Generator
) -> Split:
    """Hold out a share of the reviews, stratified by rating.

    A text inside others goes where they go. If they are on both sides, it is left
    out of both if it has more than four tokens or the file is one of phrases. A
    shorter one in a file of whole reviews (where "love it" is a review of its own
    and part of a hundred others) is trained on.

    Args:
        corpus: the tokens of all reviews.
        rating_indices: the place of each review's rating on the scale.
        share: of the reviews, 0..1.
        rng: decides which.
    """
    text_of_review, one_review = distinct_texts(corpus)
    texts = _selected(corpus, one_review)
    containments = _Containments(texts)
    is_part = np.zeros(len(texts), dtype=bool)
    for parts, _ in containments:
        is_part[parts] = True

    is_held_out = np.zeros(len(texts), dtype=bool)
    whole = np.flatnonzero(~is_part)
    weights = np.bincount(text_of_review, minlength=len(texts))
    is_held_out[_stratified(whole, rating_indices[one_review], weights, share, rng)] = True

    in_validation = np.zeros(len(texts), dtype=bool)
    in_training = np.zeros(len(texts), dtype=bool)
    for parts, wholes in containments:
        # A part of a part is a part of the whole as well, so wholes decide for everyone.
        decides = ~is_part[wholes]
        in_validation[parts[decides & is_held_out[wholes]]] = True
        in_training[parts[decides & ~is_held_out[wholes]]] = True
    is_held_out |= in_validation & ~in_training
    is_phrase_file = is_part.mean() >= PHRASE_FILE_SHARE
    is_left_out = in_validation & in_training & (is_phrase_file | (texts.lengths > _BY_CHANCE))

    held_out, left_out = is_held_out[text_of_review], is_left_out[text_of_review]
    return Split(
        training=np.flatnonzero(~held_out & ~left_out),
        validation=np.flatnonzero(held_out),
        left_out=np.flatnonzero(left_out),
    )


def split_at(corpus: Corpus, num_training: int) -> Split:
    """Hold out the reviews after the first ``num_training``.

    Their texts, parts of them and texts that contain them are not trained on; only a part of
    up to four tokens may be on both sides.
    """
    text_of_review, one_review = distinct_texts(corpus)
    texts = _selected(corpus, one_review)
    is_known_text = np.zeros(len(texts), dtype=bool)
    is_known_text[text_of_review[num_training:]] = True
    is_beside = np.zeros(len(texts), dtype=bool)
    for parts, wholes in _Containments(texts):
        tells = texts.lengths[parts] > _BY_CHANCE
        is_beside[parts[tells & is_known_text[wholes]]] = True
        is_beside[wholes[tells & is_known_text[parts]]] = True
    is_known_text |= is_beside
    is_known = is_known_text[text_of_review[:num_training]]
    return Split(
        training=np.flatnonzero(~is_known),
        validation=np.arange(num_training, len(corpus)),
        left_out=np.flatnonzero(is_known),
    )


def distinct_texts(corpus: Corpus) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """For each review the number of its text, and for each text its first review."""
    hashes = np.zeros(len(corpus), dtype=np.uint64)
    for block, runs in _blocks(corpus):
        hashes[block] = runs.of_whole_texts()
    # As np.unique does it, but with less memory, which is scarcest here.
    order = np.argsort(hashes, kind="stable")
    hashes = hashes[order]
    is_new = np.concatenate([np.ones(min(1, len(hashes)), bool), hashes[1:] != hashes[:-1]])
    del hashes
    first = order[is_new]
    one_review = np.sort(first)
    text_of_review = np.empty_like(order)
    text_of_review[order] = np.searchsorted(one_review, first)[np.cumsum(is_new) - 1]
    return text_of_review, one_review


def _selected(corpus: Corpus, reviews: NDArray[np.int64]) -> Corpus:
    """Some of the reviews, in their order."""
    return corpus if len(reviews) == len(corpus) else corpus.select(reviews)


def _stratified(
    texts: NDArray[np.int64],
    rating_of_text: NDArray[np.int64],
    weights: NDArray[np.int64],
    share: float,
    rng: np.random.Generator,
) -> NDArray[np.int64]:
    """Texts that make up a share of each rating's reviews, and at least one text of two or more.

    A text of more reviews than there is room for is passed over: "good", which a tenth of a file
    may say, would be a whole side of it, and not be learned.
    """
    chosen = []
    for rating in np.unique(rating_of_text[texts]):
        shuffled = rng.permutation(texts[rating_of_text[texts] == rating])
        counts = weights[shuffled]
        fitting = _fitting(counts.tolist(), math.ceil(share * counts.sum()))
        if not fitting:
            fitting = [int(counts.argmin())]
        chosen.append(shuffled[fitting[: len(shuffled) - 1]])
    return np.concatenate(chosen)


def _fitting(counts: Iterable[int], room: int) -> list[int]:
    """Places of those that fit into what room the ones before them left.

    >>> _fitting([2, 9, 3, 1, 1], room=6)
    [0, 2, 3]
    """
    fitting = []
    for place, number in enumerate(counts):
        if not room:
            break
        if number <= room:
            fitting.append(place)
            room -= number
    return fitting


class _Containments:
    """All pairs (part, whole) of texts in which one is a run of tokens inside the other.

    They come some at a time, and may do so twice: in a file of short reviews there are more of
    them than memory holds, and then they are looked for again.
    """

    def __init__(self, texts: Corpus) -> None:
        self._texts = texts
        self._whole_hashes = np.zeros(len(texts), dtype=np.uint64)
        prefix_hashes = np.zeros(len(texts), dtype=np.uint64)
        prefixes = np.array((0, *_PREFIXES))
        prefixes = prefixes[np.searchsorted(prefixes, texts.lengths, side="right") - 1]
        for block, runs in _blocks(texts):
            self._whole_hashes[block] = runs.of_whole_texts()
            prefix_hashes[block] = runs(runs.starts, prefixes[block])
        self._by_prefix = []
        for prefix in _PREFIXES:
            candidates = np.flatnonzero(prefixes == prefix)
            candidates = candidates[np.argsort(prefix_hashes[candidates], kind="stable")]
            self._by_prefix.append((prefix, candidates, prefix_hashes[candidates]))
        self._found: list[_Pairs] | None = None  # if all are kept

    def __iter__(self) -> Iterator["_Pairs"]:
        if self._found is not None:
            yield from self._found
            return
        found: list[_Pairs] = []
        number = 0
        for pairs in self._look():
            number += len(pairs.parts)
            if number <= _MOST_PAIRS:
                found.append(pairs)
            yield pairs
        if number <= _MOST_PAIRS:
            self._found = found

    def _look(self) -> Iterator["_Pairs"]:
        lengths, whole_hashes = self._texts.lengths, self._whole_hashes
        for block, runs in _blocks(self._texts):
            text_at = np.repeat(np.arange(len(block)), runs.lengths)
            remaining = (runs.starts + runs.lengths)[text_at] - np.arange(len(text_at))
            for prefix, candidates, keys in self._by_prefix:
                places = np.flatnonzero(remaining >= prefix)
                at = runs(places, prefix)
                first = np.searchsorted(keys, at, side="left")
                count = np.searchsorted(keys, at, side="right") - first
                for some in _of_bounded_work(count):
                    where = np.repeat(places[some], count[some])
                    begin = np.cumsum(count[some]) - count[some]
                    within = np.arange(len(where)) - np.repeat(begin, count[some])
                    part = candidates[np.repeat(first[some], count[some]) + within]
                    size = lengths[part]
                    fits = (size <= remaining[where]) & (size < runs.lengths[text_at[where]])
                    part, where, size = part[fits], where[fits], size[fits]
                    same = whole_hashes[part] == runs(where, size)
                    # One pair is enough, however often the part stands in the whole.
                    pairs = np.unique(part[same] * len(block) + text_at[where[same]])
                    yield _Pairs(pairs // len(block), block[pairs % len(block)])


class _Pairs(NamedTuple):
    """Some texts, and for each one that it is inside."""

    parts: NDArray[np.int64]
    wholes: NDArray[np.int64]


class _Runs:
    """Hashes of runs of tokens, of any length in one step: the same for the same tokens.

    A run's hash is a polynomial over 64 bits with a random digit a token. Any run's comes
    from two entries of one cumulative sum, and does not depend on where it stands.
    """

    _BASE = np.uint64(0x9E3779B97F4A7C15)  # odd, so that powers never vanish

    def __init__(self, texts: Corpus, digits: NDArray[np.uint64]) -> None:
        self.lengths = texts.lengths
        self.starts = np.cumsum(self.lengths) - self.lengths
        values = digits[texts.gather(np.arange(len(texts)))]
        inverse = np.uint64(pow(int(self._BASE), -1, 2**64))
        powers = np.full(len(values), self._BASE, dtype=np.uint64)
        powers[:1] = 1
        self._sums = np.concatenate([[np.uint64(0)], np.cumsum(values * np.cumprod(powers))])
        unpowers = np.full(len(values) + 1, inverse, dtype=np.uint64)
        unpowers[:1] = 1
        self._unpowers = np.cumprod(unpowers)

    def __call__(
        self, starts: NDArray[np.int64], sizes: NDArray[np.int64] | int
    ) -> NDArray[np.uint64]:
        """The hashes of runs that begin at some tokens."""
        return (self._sums[starts + sizes] - self._sums[starts]) * self._unpowers[starts]

    def of_whole_texts(self) -> NDArray[np.uint64]:
        """The hash of each text."""
        return self(self.starts, self.lengths)


def _blocks(texts: Corpus) -> Iterator[tuple[NDArray[np.int64], _Runs]]:
    """Texts in blocks of bounded memory, with the hashes of their runs."""
    rng = np.random.default_rng(0)  # fixed: the split depends on the caller's rng alone
    ids = texts.token_ids if texts.read_as is None else texts.read_as
    digits = rng.integers(1, 2**63, size=int(ids.max(initial=0)) + 1, dtype=np.uint64)
    for block in texts.blocks(_TOKENS):
        yield block, _Runs(texts.select(block), digits)


def _of_bounded_work(count: NDArray[np.int64], most: int = 250_000) -> list[NDArray[np.int64]]:
    """Places with any candidate, in groups of at most ``most`` candidates."""
    places = np.flatnonzero(count)
    ends = np.cumsum(count[places])
    cuts = np.searchsorted(ends, np.arange(most, ends[-1] if len(ends) else 0, most))
    return np.split(places, cuts)
