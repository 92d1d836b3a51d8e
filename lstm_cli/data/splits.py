"""Which reviews are held out, so that what is measured on them is not known already.

The same ratings in the same shares on both sides; an identical text never on
both; and a phrase on the side of the sentence it is part of. Texts are the same
when their tokens are.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from lstm_cli.data.corpus import Corpus

# From this share of texts that are parts of other texts on, a file is one of phrases.
PHRASE_FILE_SHARE = 0.25
# Parts longer than this are no phrases that people use by chance ("I love it", "best ever").
_BY_CHANCE = 4
# Parts up to this length are looked up by length, longer ones by their first tokens.
_PREFIX = 4


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

    A text inside others goes where they go. If they stand on both sides it is
    left out of both if it has more than four tokens, and in a file of phrases
    whatever it has; a shorter one in a file of whole reviews (where "love it" is
    a review of its own and words of a hundred others) is trained on.

    Args:
        corpus: the tokens of all reviews.
        rating_indices: the place of each review's rating on the scale.
        share: of the reviews, 0..1.
        rng: decides which.
    """
    text_of_review, one_review = _distinct_texts(corpus)
    texts = corpus.select(one_review)
    parts, wholes = _containments(texts)
    is_part = np.zeros(len(texts), dtype=bool)
    is_part[parts] = True

    is_held_out = np.zeros(len(texts), dtype=bool)
    whole = np.flatnonzero(~is_part)
    weights = np.bincount(text_of_review, minlength=len(texts))
    is_held_out[_stratified(whole, rating_indices[one_review], weights, share, rng)] = True

    # A part of a part is a part of the whole as well, so wholes decide for everyone.
    decides = ~is_part[wholes]
    parts, wholes = parts[decides], wholes[decides]
    in_validation = np.zeros(len(texts), dtype=bool)
    in_training = np.zeros(len(texts), dtype=bool)
    in_validation[parts[is_held_out[wholes]]] = True
    in_training[parts[~is_held_out[wholes]]] = True
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
    """Hold out the reviews behind the first ``num_training``.

    Not trained on are their texts, what is part of them and what they are part of; a part
    of up to four tokens may stand on both sides.
    """
    text_of_review, one_review = _distinct_texts(corpus)
    texts = corpus.select(one_review)
    is_known_text = np.zeros(len(texts), dtype=bool)
    is_known_text[text_of_review[num_training:]] = True
    parts, wholes = _containments(texts)
    tells = texts.lengths[parts] > _BY_CHANCE
    parts, wholes = parts[tells], wholes[tells]
    beside = np.concatenate([parts[is_known_text[wholes]], wholes[is_known_text[parts]]])
    is_known_text[beside] = True
    is_known = is_known_text[text_of_review[:num_training]]
    return Split(
        training=np.flatnonzero(~is_known),
        validation=np.arange(num_training, len(corpus)),
        left_out=np.flatnonzero(is_known),
    )


def _distinct_texts(corpus: Corpus) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """For each review the number of its text, and for each text its first review."""
    numbers: dict[bytes, int] = {}
    text_of_review = np.empty(len(corpus), dtype=np.int64)
    one_review: list[int] = []
    for review in range(len(corpus)):
        number = numbers.setdefault(corpus[review].tobytes(), len(numbers))
        text_of_review[review] = number
        if number == len(one_review):
            one_review.append(review)
    return text_of_review, np.array(one_review, dtype=np.int64)


def _stratified(
    texts: NDArray[np.int64],
    rating_of_text: NDArray[np.int64],
    weights: NDArray[np.int64],
    share: float,
    rng: np.random.Generator,
) -> NDArray[np.int64]:
    """Texts that make up a share of each rating's reviews, and at least one text of two or more."""
    chosen = []
    for rating in np.unique(rating_of_text[texts]):
        shuffled = rng.permutation(texts[rating_of_text[texts] == rating])
        reached = np.cumsum(weights[shuffled])
        count = int(np.searchsorted(reached, share * reached[-1], side="left")) + 1
        chosen.append(shuffled[: min(count, len(shuffled) - 1)])
    return np.concatenate(chosen)


def _containments(texts: Corpus) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """All pairs (part, whole) of texts in which one is a run of tokens inside the other.

    Runs are compared by a polynomial hash over 64 bits with random digits, so
    that any run's hash comes from two entries of one cumulative sum.
    """
    rng = np.random.default_rng(0)  # fixed: the split depends on the caller's rng alone
    num_types = int(texts.token_ids.max(initial=0)) + 1
    digits = rng.integers(2**63, size=num_types, dtype=np.uint64)[texts.token_ids]
    base = np.uint64(0x9E3779B97F4A7C15)  # odd, so that powers never vanish
    num_tokens = len(digits)
    powers = np.cumprod(np.full(num_tokens + 1, base, dtype=np.uint64)) * _inverse(base)
    # run(p, n) = sum of digits[p + k] * base^k, times base^p: made comparable by the inverse power.
    sums = np.concatenate([[np.uint64(0)], np.cumsum(digits * powers[:num_tokens])])
    unpowers = np.cumprod(np.full(num_tokens + 1, _inverse(base), dtype=np.uint64)) * base

    def run_hash(start: NDArray[np.int64], size: NDArray[np.int64] | int) -> NDArray[np.uint64]:
        return (sums[start + size] - sums[start]) * unpowers[start]

    text_at = np.repeat(np.arange(len(texts)), texts.lengths)
    remaining = texts.offsets[1:][text_at] - np.arange(num_tokens)  # tokens to the end of the text
    found_parts, found_wholes = [], []
    for prefix in range(1, _PREFIX + 1):
        if prefix < _PREFIX:
            candidates = np.flatnonzero(texts.lengths == prefix)
        else:
            candidates = np.flatnonzero(texts.lengths >= prefix)
        places = np.flatnonzero(remaining >= prefix)
        keys = run_hash(texts.offsets[candidates], prefix)
        order = np.argsort(keys, kind="stable")
        candidates, keys = candidates[order], keys[order]
        at = run_hash(places, prefix)
        first = np.searchsorted(keys, at, side="left")
        count = np.searchsorted(keys, at, side="right") - first
        for block in _blocks(count):
            where = np.repeat(places[block], count[block])
            within = np.arange(len(where)) - np.repeat(
                np.cumsum(count[block]) - count[block], count[block]
            )
            part = candidates[np.repeat(first[block], count[block]) + within]
            size = texts.lengths[part]
            fits = (size <= remaining[where]) & (size < texts.lengths[text_at[where]])
            part, where, size = part[fits], where[fits], size[fits]
            same = run_hash(texts.offsets[part], size) == run_hash(where, size)
            found_parts.append(part[same])
            found_wholes.append(text_at[where[same]])
    return np.concatenate(found_parts), np.concatenate(found_wholes)


def _blocks(count: NDArray[np.int64], most: int = 4_000_000) -> list[NDArray[np.int64]]:
    """Places with any candidate, in blocks of bounded work."""
    places = np.flatnonzero(count)
    ends = np.cumsum(count[places])
    cuts = np.searchsorted(ends, np.arange(most, ends[-1] if len(ends) else 0, most))
    return np.split(places, cuts)


def _inverse(odd: np.uint64) -> np.uint64:
    """The number that makes 1 of an odd one, modulo 2^64."""
    return np.uint64(pow(int(odd), -1, 2**64))
