"""What the gates do in general: to each word, over time, and unit by unit."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from lstm_cli.arrays import Float64Array
from lstm_cli.bundle.reading import Bundle
from lstm_cli.config import ModelConfig
from lstm_cli.core.cell import Gates
from lstm_cli.core.reading import (
    NetworkWeights,
    Reading,
    run_cell,
    running_logits,
    softmax,
)
from lstm_cli.data.batches import batches
from lstm_cli.data.corpus import Corpus
from lstm_cli.gates.carrying import half_lives
from lstm_cli.gates.ledger import views_of
from lstm_cli.results import HALF_LIFE_SHARES, GateStatistics, UnitStatistics, WordStatistics
from lstm_cli.text.vocabulary import SPECIAL_TOKENS, Vocabulary

MOST_TOKENS = 100_000  # some fifteen seconds of numpy; reading more adds only rare words
MOST_FOLLOWED = 2_000  # words whose writing is followed to the end of their review
MOST_UNITS = 10
FEWEST_OCCURRENCES = 3  # a mean over fewer is an anecdote
STEPS_AT_ONCE = 12  # words behind another over which what it wrote is followed


def gate_statistics_on(bundle: Bundle, texts: Sequence[str]) -> GateStatistics:
    """What a saved model's gates do with some reviews."""
    corpus = Corpus.encoded(texts, bundle.vocabulary, bundle.info.token_pattern)
    return gather_gate_statistics(
        corpus,
        bundle.weights,
        bundle.info.model,
        bundle.vocabulary,
        np.array(bundle.info.ratings),
    )


def gather_gate_statistics(
    corpus: Corpus,
    weights: NetworkWeights,
    config: ModelConfig,
    vocabulary: Vocabulary,
    ratings: Float64Array,
) -> GateStatistics:
    """Read reviews and average what the gates did.

    Means over units weigh each unit by what the readout lets it say: the length of its
    column in the readout, over all ratings and poolings.

    Args:
        corpus: the reviews, in the vocabulary's ids; of more than ``MOST_TOKENS`` tokens a
            random part is read.
        weights: the network.
        config: its sizes and its pooling.
        vocabulary: the one whose words are described.
        ratings: the scale in order, in rating points. (R,)

    Returns:
        The words that occur at least three times, in the order of their ids; how long what a
        word wrote lasts; and the units that track the rating best.
    """
    rng = np.random.default_rng(0)
    order = rng.permutation(len(corpus))
    enough = int(np.searchsorted(np.cumsum(corpus.lengths[order]), MOST_TOKENS, side="right"))
    corpus = corpus.select(np.sort(order[: max(1, enough)]))
    per_unit = np.linalg.norm(views_of(weights, config.pooling), axis=(0, 1))
    unit_weights = per_unit / max(per_unit.sum(), 1e-12)  # (H,)
    followed = MOST_FOLLOWED / max(corpus.num_tokens, 1)
    tally = _Tally(len(vocabulary), 7 if weights.cell.has_gates else 1)
    lifetimes: list[float] = []
    log_forget = np.zeros(config.hidden_size)
    means, rated = [np.zeros((0, config.hidden_size))], [np.zeros(0)]
    before_any = softmax(weights.readout_bias) @ ratings
    for batch in batches(corpus, tokens_per_batch=4_096):
        reading = run_cell(batch.token_ids, weights, config)
        expected = softmax(running_logits(reading.short_term, weights, config)) @ ratings
        is_word = np.arange(batch.token_ids.shape[1]) < batch.lengths[:, None]
        measured = [np.diff(expected, axis=1, prepend=before_any)]  # (B, T)
        if reading.gates is not None and reading.long_term is not None:
            measured += _of_gates(reading.gates, reading.long_term, unit_weights)
            drawn = is_word & (rng.random(is_word.shape) < followed)
            lifetimes += _lifetimes(reading.gates, batch.lengths, unit_weights, drawn)
            log_forget += np.log(np.maximum(reading.gates.forget_factor[is_word], 1e-6)).sum(axis=0)
        tally.add(batch.token_ids[is_word], [values[is_word] for values in measured])
        is_filled = batch.lengths > 0
        means.append(_mean_memories(reading, batch.lengths)[is_filled])
        rated.append(expected[is_filled, batch.lengths[is_filled] - 1])
    lives = half_lives(log_forget / max(corpus.num_tokens, 1)) if weights.cell.has_gates else None
    return GateStatistics(
        words=tally.words(vocabulary),
        half_life=_quantiles(lifetimes),
        followed=len(lifetimes),
        units=_tracking(np.concatenate(means), np.concatenate(rated), lives),
        unit_half_life=() if lives is None else _rounded(np.quantile(lives, HALF_LIFE_SHARES)),
    )


@dataclass
class _Tally:
    """Sums over the occurrences of each word."""

    num_words: int
    columns: int
    sums: Float64Array = field(init=False)
    squares: Float64Array = field(init=False)  # of the first column, the change of the rating
    counts: NDArray[np.int64] = field(init=False)

    def __post_init__(self) -> None:
        self.sums = np.zeros((self.num_words, self.columns))
        self.squares = np.zeros(self.num_words)
        self.counts = np.zeros(self.num_words, dtype=np.int64)

    def add(self, ids: NDArray[np.int64], measured: Sequence[NDArray[np.floating]]) -> None:
        """Add occurrences, and what was measured at each."""
        self.counts += np.bincount(ids, minlength=self.num_words)
        for column, values in enumerate(measured):
            self.sums[:, column] += np.bincount(ids, values, minlength=self.num_words)
        self.squares += np.bincount(ids, measured[0] ** 2, minlength=self.num_words)

    def words(self, vocabulary: Vocabulary) -> tuple[WordStatistics, ...]:
        """The means of the words that occur often enough."""
        frequent = np.flatnonzero(self.counts >= FEWEST_OCCURRENCES)
        frequent = frequent[frequent >= len(SPECIAL_TOKENS)]
        counts = self.counts[frequent]
        means = self.sums[frequent] / counts[:, None]
        variances = (self.squares[frequent] / counts - means[:, 0] ** 2) * counts / (counts - 1)
        spreads = np.sqrt(np.maximum(variances, 0.0))
        names = ("contribution", "forget", "learn", "use", "writes", "erases", "flips")
        nothing: dict[str, Any] = dict.fromkeys(("forget", "learn", "use"))
        return tuple(
            WordStatistics(
                word=vocabulary.tokens[k],
                count=int(self.counts[k]),
                spread=round(float(spread), 6),
                # Six digits say more than a mean over reviews can, and halve the file.
                **{**nothing, **{n: round(float(v), 6) for n, v in zip(names, mean, strict=False)}},
            )
            for k, mean, spread in zip(frequent, means, spreads, strict=True)
        )


def _of_gates(
    gates: Gates, long_term: NDArray[np.float32], unit_weights: Float64Array
) -> list[Float64Array]:
    """Forget, learn and use factors; what was written, erased and flipped. (B, T) each"""
    before = np.zeros_like(long_term)  # LTM before each word
    before[:, 1:] = long_term[:, :-1]
    held = np.abs(before)
    there = np.maximum(held @ unit_weights, 1e-12)
    return [
        gates.forget_factor @ unit_weights,
        gates.learn_factor @ unit_weights,
        gates.use_factor @ unit_weights,
        np.abs(gates.learn_factor * gates.candidate) @ unit_weights,
        (held * (1 - gates.forget_factor)) @ unit_weights / there,
        (held * (before * long_term < 0)) @ unit_weights / there,
    ]


def _lifetimes(
    gates: Gates,
    lengths: NDArray[np.int64],
    unit_weights: Float64Array,
    followed: NDArray[np.bool_],
) -> list[float]:
    """Words until less than half of a word's writing is left; infinite if the review ends first.

    Args:
        gates: those of the reviews. (B, T, H) each
        lengths: those of the reviews. (B,)
        unit_weights: how much each unit weighs. (H,)
        followed: the words to follow. (B, T)
    """
    lifetimes = []
    for review, word in zip(*np.nonzero(followed), strict=True):
        written = (
            np.abs(gates.learn_factor[review, word] * gates.candidate[review, word]) * unit_weights
        )
        after = gates.forget_factor[review, word + 1 : lengths[review]]
        lifetimes.append(_lifetime(written, after))
    return lifetimes


def _lifetime(written: Float64Array, after: NDArray[np.float32]) -> float:
    """Words until less than half of what one wrote is left; infinite if the review ends first.

    Args:
        written: what it wrote, weighted. (H,)
        after: the forget factors of the words behind it. (T, H)
    """
    half, left = 0.5 * written.sum(), written
    for begin in range(0, len(after), STEPS_AT_ONCE):  # most is soon gone: not all is looked at
        kept = np.cumprod(after[begin : begin + STEPS_AT_ONCE], axis=0, dtype=np.float64) * left
        gone = np.flatnonzero(kept.sum(axis=1) < half)
        if len(gone):
            return float(begin + gone[0] + 1)
        left = kept[-1]
    return float("inf")


def _quantiles(lifetimes: Sequence[float]) -> tuple[int | None, ...]:
    if not lifetimes:
        return ()
    quantiles = np.quantile(lifetimes, HALF_LIFE_SHARES, method="inverted_cdf")
    return tuple(int(value) if np.isfinite(value) else None for value in quantiles)


def _rounded(numbers: Float64Array) -> tuple[float, ...]:
    return tuple(round(float(number), 3) for number in numbers)


def _mean_memories(reading: Reading, lengths: NDArray[np.int64]) -> Float64Array:
    """The mean STM of each review. (B, H)"""
    share = (np.arange(reading.short_term.shape[1]) < lengths[:, None]) / np.maximum(
        lengths[:, None], 1
    )
    means: Float64Array = np.einsum("bt,bth->bh", share, reading.short_term)
    return means


def _tracking(
    memories: Float64Array, rated: Float64Array, lives: Float64Array | None
) -> tuple[UnitStatistics, ...]:
    """The units whose mean memory (N, H) correlates most with the rating (N,).

    Args:
        memories: of each review.
        rated: the expected rating of each.
        lives: half-lives of the units, (H,), if they have gates.
    """
    if len(rated) < FEWEST_OCCURRENCES:
        return ()
    memories = memories - memories.mean(axis=0)
    rated = rated - rated.mean()
    spread = np.sqrt((memories**2).sum(axis=0) * (rated**2).sum())
    correlation = np.where(spread > 1e-12, rated @ memories / np.maximum(spread, 1e-12), 0.0)
    best = np.argsort(-np.abs(correlation), kind="stable")[:MOST_UNITS]
    return tuple(
        UnitStatistics(
            int(k) + 1,
            round(float(correlation[k]), 6),
            None if lives is None else round(float(lives[k]), 3),
        )
        for k in best
    )
