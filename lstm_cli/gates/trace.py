"""One review, read word by word: what each gate did, and where the rating went.

A mean over all hidden units says little, since most of them have no say in this
rating. So units are weighted by what they add to it: with s the gradient of the
expected rating with respect to the logits, and a = s · readout the gradient with
respect to the pooled memories m, unit k weighs Σ |a_k m_k| over the poolings, and
the weights add up to 1. The candidate and the memories are signed in the direction
in which a unit moves the rating: above zero favours a higher one.
"""

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from lstm_cli.arrays import Float64Array
from lstm_cli.core.cell import Gates, pool
from lstm_cli.core.reading import Reading
from lstm_cli.gates.carrying import carrying_units
from lstm_cli.gates.counterfactuals import explain
from lstm_cli.gates.ledger import Account, keep_ledger
from lstm_cli.gates.routes import by_rating, by_route, routes_of
from lstm_cli.inference.predictor import Predictor
from lstm_cli.results import Explanation, GateTrace, LedgerLine, LedgerTrace, WordTrace
from lstm_cli.text.vocabulary import UNKNOWN_ID

EXPLAINING = 0.85  # share of the time that it takes, where a ledger is kept as well


def trace(
    predictor: Predictor,
    text: str,
    *,
    with_explanation: bool = True,
    with_units: bool = False,
    with_ledger: bool = False,
    with_carrying: bool = False,
    advance: Callable[[float], None] | None = None,
) -> GateTrace:
    """Follow one review through the gates.

    Args:
        predictor: the model.
        text: the review.
        with_explanation: read the review again without its words, to say which made the rating.
        with_units: keep whole vectors for every word, too.
        with_ledger: account for what each word wrote; a plain RNN, which has no LTM, has none.
        with_carrying: what the gates of single units did, of those with most say in the rating.
        advance: is told the share of all that is done, which of a long review takes a while.
    """
    tokens = predictor.tokenize(text)
    reading, probabilities = predictor.read(tokens)
    weights = weigh_units(predictor, reading, probabilities[-1])
    direction = np.where(_gradients(predictor, probabilities[-1]).sum(axis=0) < 0, -1.0, 1.0)
    short_term = reading.short_term[0] @ (weights * direction)  # (T,)
    columns = [("short_term", short_term), *_gate_means(reading, weights, direction)]
    words = _words(predictor, tokens, probabilities, columns)
    explaining = _part(advance, 0.0, EXPLAINING if with_ledger else 1.0)
    return GateTrace(
        text=text,
        cell=predictor.config.cell,
        start=_by_label(predictor, probabilities[0]),
        start_expected_rating=float(probabilities[0] @ predictor.ratings),
        words=words,
        prediction=predictor.describe(text, tokens, probabilities[-1]),
        span=float(predictor.ratings[-1] - predictor.ratings[0]),
        routes=routes_of(predictor, reading),
        explanation=_explanation(predictor, tokens, reading, probabilities, explaining)
        if with_explanation
        else None,
        ledger=_ledger(predictor, reading, weights, _part(advance, EXPLAINING, 1.0))
        if with_ledger
        else None,
        carrying=carrying_units(reading, weights, direction) if with_carrying else (),
        units=_units(reading) if with_units else None,
    )


def _words(
    predictor: Predictor,
    tokens: Sequence[str],
    probabilities: Float64Array,
    columns: Sequence[tuple[str, Float64Array | None]],
) -> tuple[WordTrace, ...]:
    """What each word did; the probabilities are those before the first and after each."""
    expected = probabilities @ predictor.ratings
    return tuple(
        WordTrace(
            token=token,
            known=predictor.vocabulary.id(token) != UNKNOWN_ID,
            read_as=predictor.vocabulary.read_as(token),
            contribution=float(expected[step + 1] - expected[step]),
            running=_by_label(predictor, probabilities[step + 1]),
            rating=predictor.labels[int(probabilities[step + 1].argmax())],
            expected_rating=float(expected[step + 1]),
            **_at(columns, step),
        )
        for step, token in enumerate(tokens)
    )


def _by_label(predictor: Predictor, probabilities: Float64Array) -> dict[str, float]:
    return dict(zip(predictor.labels, map(float, probabilities), strict=True))


def _at(columns: Sequence[tuple[str, Float64Array | None]], step: int) -> dict[str, Any]:
    """What each column says of one word; of a gate that is not there, None."""
    return {name: None if values is None else float(values[step]) for name, values in columns}


def _part(
    advance: Callable[[float], None] | None, begin: float, end: float
) -> Callable[[float], None] | None:
    """What tells the share of a part of the work as a share of the whole."""
    return None if advance is None else lambda share: advance(begin + share * (end - begin))


def _explanation(
    predictor: Predictor,
    tokens: list[str],
    reading: Reading,
    probabilities: Float64Array,
    advance: Callable[[float], None] | None,
) -> Explanation:
    gates = _gates_of(reading)
    account = None
    if gates is not None:
        account = Account(gates, predictor.weights, predictor.config.pooling)
    return explain(predictor, tokens, probabilities, account, advance)


def _ledger(
    predictor: Predictor,
    reading: Reading,
    unit_weights: Float64Array,
    advance: Callable[[float], None] | None,
) -> LedgerTrace | None:
    """The ledger of one review, in numbers a person can add up."""
    gates = _gates_of(reading)
    if gates is None:
        return None
    ledger = keep_ledger(gates, predictor.weights, predictor.config.pooling, unit_weights, advance)
    lines = zip(
        ledger.retained, ledger.half_gone(), ledger.erasers(), ledger.contributions, strict=True
    )
    bias = predictor.weights.readout_bias.astype(np.float64)
    return LedgerTrace(
        lines=tuple(
            LedgerLine(
                word,
                float(left),
                half,
                tuple(taken),
                by_rating(predictor, parts.sum(axis=0)),
                by_route(predictor, parts),
            )
            for word, (left, half, taken, parts) in enumerate(lines)
        ),
        remembered=tuple(tuple(row[word:].tolist()) for word, row in enumerate(ledger.remembered)),
        bias=by_rating(predictor, bias),
        logits=by_rating(predictor, bias + ledger.contributions.sum(axis=(0, 1))),
    )


def _gates_of(reading: Reading) -> Gates | None:
    """The gates of one review, (T, H) each; a plain RNN has none."""
    return None if reading.gates is None else Gates(*(values[0] for values in reading.gates))


def retained_shares(gates: Gates) -> NDArray[np.float32]:
    """Π f over the words that follow: how much of what a word wrote is left at the end. (T, H)

    Args:
        gates: those of one review. (T, H) each
    """
    after = np.ones_like(gates.forget_factor)
    after[:-1] = np.cumprod(gates.forget_factor[:0:-1], axis=0)[::-1]
    return after


def weigh_units(
    predictor: Predictor, reading: Reading, probabilities: Float64Array
) -> Float64Array:
    """How much say each hidden unit has in the rating; they add up to 1. (H,)

    Args:
        predictor: the model.
        reading: that of one review.
        probabilities: that of each rating after its last word. (R,)
    """
    size = predictor.config.hidden_size
    if not reading.short_term.shape[1]:
        return np.full(size, 1 / size)
    pooled = pool(reading.short_term[0], predictor.config.pooling, np).reshape(-1, size)
    unit_weights = np.abs(_gradients(predictor, probabilities) * pooled).sum(axis=0)
    total = unit_weights.sum()
    return unit_weights / total if total > 0 else np.full(size, 1 / size)


def _gradients(predictor: Predictor, probabilities: Float64Array) -> Float64Array:
    """The gradient of the expected rating with respect to what the readout sees. (P, H)"""
    gradient = probabilities * (predictor.ratings - probabilities @ predictor.ratings)  # (R,)
    of_pooled: Float64Array = gradient @ predictor.weights.readout
    return of_pooled.reshape(-1, predictor.config.hidden_size)


def _gate_means(
    reading: Reading, weights: Float64Array, direction: Float64Array
) -> list[tuple[str, Float64Array | None]]:
    """The fields of a ``WordTrace`` that an RNN does not have, as means over units. (T,) each"""
    if reading.gates is None or reading.long_term is None:
        names = ("forget", "learn", "use", "candidate", "long_term", "retained")
        return [(name, None) for name in names]
    signed = weights * direction
    gates = Gates(*(values[0] for values in reading.gates))
    written = np.abs(gates.learn_factor * gates.candidate) * weights
    still_there = (written * retained_shares(gates)).sum(axis=1)
    return [
        ("long_term", reading.long_term[0] @ signed),
        ("forget", gates.forget_factor @ weights),
        ("learn", gates.learn_factor @ weights),
        ("use", gates.use_factor @ weights),
        ("candidate", gates.candidate @ signed),
        ("retained", still_there / np.maximum(written.sum(axis=1), 1e-12)),
    ]


def _units(reading: Reading) -> tuple[dict[str, list[float]], ...]:
    """The whole vectors for each word, by name. (H,) each"""
    vectors = {"short_term": reading.short_term[0]}
    if reading.gates is not None and reading.long_term is not None:
        vectors |= {"long_term": reading.long_term[0]}
        vectors |= {name: values[0] for name, values in reading.gates._asdict().items()}
    return tuple(
        {name: list(map(float, values[step])) for name, values in vectors.items()}
        for step in range(reading.short_term.shape[1])
    )
