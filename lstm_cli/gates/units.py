"""A single hidden unit: what switches it on and off.

Shapes: N words of all reviews, H units.
"""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from lstm_cli.arrays import Float64Array
from lstm_cli.bundle.reading import Bundle
from lstm_cli.core.reading import run_cell
from lstm_cli.errors import RequestError
from lstm_cli.gates.carrying import half_lives
from lstm_cli.gates.ledger import views_of
from lstm_cli.results import Switch, UnitReport
from lstm_cli.text.vocabulary import UNKNOWN_ID

if TYPE_CHECKING:
    from lstm_cli.data.corpus import Corpus

MOST_TOKENS = 100_000  # of a file that are read to describe a unit: some ten seconds
FEWEST_SEEN = 5  # a mean over fewer is an anecdote
MOST_SWITCHES = 8  # of each kind that are listed
_LEAST_KEPT = 1e-6  # of a forget factor, whose logarithm is taken


def describe_unit(bundle: Bundle, texts: Sequence[str], unit: int) -> UnitReport:
    """What switches a unit on and off, and how well that tells its state on other reviews.

    A word's switch is the mean change of the unit's STM when the word is read. The words are
    counted on every other review. On the reviews between, a state is kept that fades at the
    unit's half-life and that only the words listed move; the score is its correlation with
    the unit's STM.

    Args:
        bundle: the model.
        texts: reviews; of more than ``MOST_TOKENS`` words the first are read.
        unit: from 1.

    Raises:
        RequestError: there is no such unit.
    """
    config = bundle.info.model
    if not 1 <= unit <= config.hidden_size:
        raise RequestError(
            f"the model has units 1 to {config.hidden_size}", parameter="unit", value=unit
        )
    from lstm_cli.data.corpus import Corpus  # which the trace of one review does not need

    corpus = Corpus.encoded(texts, bundle.vocabulary, bundle.info.token_pattern)
    enough = int(np.searchsorted(np.cumsum(corpus.lengths), MOST_TOKENS, side="right"))
    corpus = corpus.select(np.arange(max(1, min(enough, len(corpus)))))
    seen = _Seen.of(bundle, corpus, unit - 1)
    learned, others = seen.half(0), seen.half(1)
    names = bundle.vocabulary.tokens
    words = _switches(learned.words(), names)
    phrases = _switches(learned.pairs(), names)
    listed = {switch.ids: switch.change for switch in (*_ends(words, 1), *_ends(words, -1))}
    weights = bundle.weights
    lengths = np.linalg.norm(views_of(weights, config.pooling), axis=(0, 1))  # (H,)
    readout = views_of(weights, config.pooling)[[-1, 0], :, unit - 1].sum(axis=1)
    return UnitReport(
        unit=unit,
        num_units=config.hidden_size,
        reviews=len(corpus),
        words=len(seen.ids),
        share=float(lengths[unit - 1] / lengths.sum()),
        rank=int((lengths > lengths[unit - 1]).sum()) + 1,
        speaks_higher=bool(readout[0] > readout[1]),
        half_life=float(half_lives(np.array([seen.log_forget]))[0]) if seen.has_gates else None,
        words_on=_public(_ends(words, 1)),
        words_off=_public(_ends(words, -1)),
        phrases_on=_public(_ends(phrases, 1)),
        phrases_off=_public(_ends(phrases, -1)),
        score=others.score(listed, np.exp(seen.log_forget)),
    )


@dataclass(frozen=True)
class _Seen:
    """Every word of some reviews, and what one unit did with it."""

    ids: NDArray[np.int64]  # (N,)
    reviews: NDArray[np.int64]  # whose word it is; those of one review follow each other. (N,)
    states: Float64Array  # STM after it. (N,)
    log_forget: float  # the mean over all words
    has_gates: bool

    @classmethod
    def of(cls, bundle: Bundle, corpus: "Corpus", unit: int) -> "_Seen":
        from lstm_cli.data.batches import batches

        ids, reviews, states, logs = [], [], [], []
        for batch in batches(corpus, tokens_per_batch=4_096):
            reading = run_cell(batch.token_ids, bundle.weights, bundle.info.model)
            is_word = np.arange(batch.token_ids.shape[1]) < batch.lengths[:, None]
            ids.append(batch.token_ids[is_word])
            reviews.append(np.repeat(batch.reviews, batch.lengths))
            states.append(reading.short_term[:, :, unit][is_word])
            if reading.gates is not None:
                kept = reading.gates.forget_factor[:, :, unit][is_word]
                logs.append(np.log(np.maximum(kept, _LEAST_KEPT)))
        log_forget = float(np.concatenate(logs).mean()) if logs and corpus.num_tokens else -1e9
        return cls(
            np.concatenate(ids),
            np.concatenate(reviews),
            np.concatenate(states).astype(np.float64),
            log_forget,
            has_gates=bool(logs),
        )

    def half(self, which: int) -> "_Seen":
        """Every other review."""
        chosen = self.reviews % 2 == which
        return _Seen(
            self.ids[chosen],
            self.reviews[chosen],
            self.states[chosen],
            self.log_forget,
            self.has_gates,
        )

    @property
    def is_first(self) -> NDArray[np.bool_]:
        """Whether each word begins its review. (N,)"""
        return np.diff(self.reviews, prepend=-1) != 0

    @property
    def changes(self) -> Float64Array:
        """How each word moved the unit. (N,)"""
        before = np.concatenate([[0.0], self.states[:-1]]) if len(self.states) else self.states
        return self.states - np.where(self.is_first, 0.0, before)

    def words(self) -> dict[tuple[int, ...], list[float]]:
        """The changes at each occurrence of each word."""
        found: dict[tuple[int, ...], list[float]] = defaultdict(list)
        for token_id, change in zip(self.ids.tolist(), self.changes.tolist(), strict=True):
            found[(token_id,)].append(change)
        return found

    def pairs(self) -> dict[tuple[int, ...], list[float]]:
        """The same of two words that follow each other: what both did together."""
        found: dict[tuple[int, ...], list[float]] = defaultdict(list)
        changes, first, ids = self.changes.tolist(), self.is_first.tolist(), self.ids.tolist()
        for k in range(1, len(ids)):
            if not first[k]:
                found[(ids[k - 1], ids[k])].append(changes[k - 1] + changes[k])
        return found

    def score(self, listed: dict[tuple[int, ...], float], kept: float) -> float | None:
        """Correlation of the unit with a state that only the words listed move, and that fades."""
        if len(self.ids) < 2:
            return None
        told, state = np.zeros(len(self.ids)), 0.0
        for k, (token_id, first) in enumerate(
            zip(self.ids.tolist(), self.is_first.tolist(), strict=True)
        ):
            state = (0.0 if first else kept * state) + listed.get((token_id,), 0.0)
            told[k] = state
        if told.std() < 1e-12 or self.states.std() < 1e-12:
            return None
        return float(np.corrcoef(told, self.states)[0, 1])


@dataclass(frozen=True)
class _Switch:
    ids: tuple[int, ...]
    text: str
    count: int
    change: float


def _switches(found: dict[tuple[int, ...], list[float]], names: Sequence[str]) -> list[_Switch]:
    """The mean changes of what occurs often enough and is known, the lowest first."""
    switches = [
        _Switch(ids, " ".join(names[k] for k in ids), len(changes), sum(changes) / len(changes))
        for ids, changes in found.items()
        if len(changes) >= FEWEST_SEEN and UNKNOWN_ID not in ids
    ]
    return sorted(switches, key=lambda switch: (switch.change, switch.text))


def _ends(switches: list[_Switch], sign: int) -> list[_Switch]:
    """Those that move the unit most up (1) or down (-1), the strongest first."""
    ordered = switches[::-1] if sign > 0 else switches
    return [switch for switch in ordered[:MOST_SWITCHES] if sign * switch.change > 0]


def _public(switches: Sequence[_Switch]) -> tuple[Switch, ...]:
    return tuple(Switch(switch.text, switch.count, switch.change) for switch in switches)
