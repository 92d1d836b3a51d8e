"""One review, read word by word: what each gate did, and where the rating went.

A mean over all hidden units says little, since most of them have no say in this
rating. So units are weighted by what they add to it: with s the slope of the
expected rating over the logits, and a = s · readout the slope over the pooled
memories m, unit k weighs Σ |a_k m_k| over the poolings, and the weights add up
to 1. The candidate and the memories are signed in the direction in which a unit
moves the rating: above zero means for a higher one.
"""

import numpy as np
from numpy.typing import NDArray

from lstm_cli.core.cell import Gates
from lstm_cli.core.reading import Reading, pool_running
from lstm_cli.inference.predictor import Predictor
from lstm_cli.results import GateTrace, WordTrace
from lstm_cli.text.vocabulary import UNKNOWN_ID

Floats = NDArray[np.float64]


def trace(predictor: Predictor, text: str, *, with_units: bool = False) -> GateTrace:
    """Follow one review through the gates.

    Args:
        predictor: the model.
        text: the review.
        with_units: keep the whole vectors of every word too.
    """
    tokens = predictor.tokenize(text)
    reading, probabilities = predictor.read(tokens)
    expected = probabilities @ predictor.ratings  # (T + 1,)
    weights, direction = _say(predictor, reading, probabilities[-1])
    short_term = reading.short_term[0] @ (weights * direction)  # (T,)
    means = _gate_means(reading, weights, direction)
    running = [dict(zip(predictor.labels, map(float, row), strict=True)) for row in probabilities]
    words = tuple(
        WordTrace(
            token=token,
            known=predictor.vocabulary.id(token) != UNKNOWN_ID,
            contribution=float(expected[step + 1] - expected[step]),
            running=running[step + 1],
            rating=predictor.labels[int(probabilities[step + 1].argmax())],
            expected_rating=float(expected[step + 1]),
            short_term=float(short_term[step]),
            **{name: None if values is None else float(values[step]) for name, values in means},
        )
        for step, token in enumerate(tokens)
    )
    return GateTrace(
        text=text,
        cell=predictor.config.cell,
        start=running[0],
        start_expected_rating=float(expected[0]),
        words=words,
        prediction=predictor.describe(text, tokens, probabilities[-1]),
        units=_units(reading) if with_units else None,
    )


def retained_shares(gates: Gates) -> NDArray[np.float32]:
    """Π f over the words that follow: how much of what a word wrote is there at the end. (T, H)

    Args:
        gates: of one review. (T, H) each
    """
    after = np.ones_like(gates.forget_factor)
    after[:-1] = np.cumprod(gates.forget_factor[:0:-1], axis=0)[::-1]
    return after


def _say(predictor: Predictor, reading: Reading, probabilities: Floats) -> tuple[Floats, Floats]:
    """What say each hidden unit has in the rating, (H,) adding up to 1, and for which side."""
    size = predictor.config.hidden_size
    if not reading.short_term.shape[1]:
        return np.full(size, 1 / size), np.ones(size)
    slope = probabilities * (predictor.ratings - probabilities @ predictor.ratings)  # (R,)
    over_pooled = (slope @ predictor.weights.readout).reshape(-1, size)  # (P, H)
    pooled = pool_running(reading.short_term, predictor.config.pooling)[0, -1].reshape(-1, size)
    say = np.abs(over_pooled * pooled).sum(axis=0)
    total = say.sum()
    weights = say / total if total > 0 else np.full(size, 1 / size)
    return weights, np.where(over_pooled.sum(axis=0) < 0, -1.0, 1.0)


def _gate_means(
    reading: Reading, weights: Floats, direction: Floats
) -> list[tuple[str, Floats | None]]:
    """The fields of a ``WordTrace`` that an RNN has not, as means over units. (T,) each"""
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
    """Whole vectors of each word, by name. (H,) each"""
    vectors = {"short_term": reading.short_term[0]}
    if reading.gates is not None and reading.long_term is not None:
        vectors |= {"long_term": reading.long_term[0]}
        vectors |= {name: values[0] for name, values in reading.gates._asdict().items()}
    return tuple(
        {name: list(map(float, values[step])) for name, values in vectors.items()}
        for step in range(reading.short_term.shape[1])
    )
