"""The arithmetic of one word: one hidden unit's gates, then the readout of the rating.

In numbers a calculator reproduces.

Every line is an operation on named operands, so that a view can show them, or hide
some for a quiz. It is computed in float64 from the saved float32 weights.
"""

import math
from collections.abc import Sequence

import numpy as np

from lstm_cli.arrays import Float64Array
from lstm_cli.config import Pooling
from lstm_cli.core.cell import pool
from lstm_cli.errors import RequestError
from lstm_cli.gates.ledger import views_of
from lstm_cli.gates.trace import weigh_units
from lstm_cli.inference.predictor import Predictor
from lstm_cli.results import Arithmetic, Line, Operand

SMALL = 8  # a product of vectors of at most this many numbers is written out
EXPECTED = "expected rating"
VIEWS = {
    "last": "last",
    "mean": "mean",
    "maximum": "highest",
}  # of the memories, as lines call them


def arithmetic(
    predictor: Predictor, tokens: Sequence[str], step: int, unit: int | None = None
) -> Arithmetic:
    """What the cell computes when it reads one word of a review.

    Args:
        predictor: the model.
        tokens: the review.
        step: which word, from 1.
        unit: which hidden unit, from 1; the one with the most say in the rating if None.

    Raises:
        RequestError: there is no such word, or no such unit.
    """
    size = predictor.config.hidden_size
    if not tokens:
        raise RequestError("the review contains no words", parameter="step", value=step)
    if not 1 <= step <= len(tokens):
        raise RequestError(f"the review has words 1 to {len(tokens)}", parameter="step", value=step)
    if unit is not None and not 1 <= unit <= size:
        raise RequestError(f"the model has units 1 to {size}", parameter="unit", value=unit)
    reading, probabilities = predictor.read(tokens)
    chosen = unit - 1 if unit else int(weigh_units(predictor, reading, probabilities[-1]).argmax())
    token_id = predictor.vocabulary.encode(tokens[step - 1 : step])[0]
    event = np.asarray(predictor.weights.embedding[np.array([token_id])][0], dtype=np.float64)
    before = step - 2  # its place in the reading; before the first word every memory is 0
    short_term = np.zeros(size) if before < 0 else reading.short_term[0, before].astype(np.float64)
    if reading.long_term is None:
        long_term = None
        lines = _plain_lines(predictor, event, short_term, chosen)
    else:
        long_term = 0.0 if before < 0 else float(reading.long_term[0, before, chosen])
        lines = _lstm_lines(predictor, event, short_term, long_term, chosen)
    lines += readout_lines(predictor, reading.short_term[0, :step].astype(np.float64), chosen)
    return Arithmetic(
        token=tokens[step - 1],
        read_as=predictor.vocabulary.read_as(tokens[step - 1]),
        step=step,
        num_words=len(tokens),
        unit=chosen + 1,
        num_units=size,
        is_chosen=unit is None,
        embedding_size=len(event),
        lines=tuple(lines),
    )


def blanks(arithmetic: Arithmetic, seed: int) -> tuple[str, ...]:
    """Results to be left blank in a quiz, one of each gate and of the readout, in their order.

    Args:
        arithmetic: the whole of it; each blank follows from the numbers that stay.
        seed: decides which.
    """
    rng = np.random.default_rng(seed)
    of_gates: dict[str, list[str]] = {}
    for line in arithmetic.lines:
        if line.symbol != EXPECTED:  # a sum over all ratings is tedious
            of_gates.setdefault(line.gate, []).append(line.symbol)
    return tuple(symbols[rng.integers(len(symbols))] for symbols in of_gates.values())


def _lstm_lines(
    predictor: Predictor, event: Float64Array, short_term: Float64Array, long_term: float, unit: int
) -> list[Line]:
    """The four gates; torch stacks their rows i, f, g, o."""
    size = predictor.config.hidden_size
    lines: list[Line] = []

    def factor(gate: str, place: int, symbol: str, function: str) -> float:
        row = place * size + unit
        return _factor(lines, predictor, event, short_term, row, gate, symbol, function)

    i = factor("learn gate", 0, "i", "σ")
    n = factor("learn gate", 2, "N", "tanh")
    learned = i * n
    lines.append(_line("learn gate", "learned", "×", [("i", i), ("N", n)], learned))
    f = factor("forget gate", 1, "f", "σ")
    kept = f * long_term
    lines.append(_line("forget gate", "kept", "×", [("f", f), ("LTM before", long_term)], kept))
    new = kept + learned
    lines.append(_line("remember gate", "LTM", "+", [("kept", kept), ("learned", learned)], new))
    v = factor("use gate", 3, "V", "σ")
    u = math.tanh(new)
    lines.append(_line("use gate", "U", "tanh", [("LTM", new)], u))
    lines.append(_line("use gate", "STM", "×", [("U", u), ("V", v)], u * v))
    return lines


def _plain_lines(
    predictor: Predictor, event: Float64Array, short_term: Float64Array, unit: int
) -> list[Line]:
    lines: list[Line] = []
    _factor(lines, predictor, event, short_term, unit, "plain RNN", "STM", "tanh")
    return lines


def readout_lines(predictor: Predictor, short_term: Float64Array, unit: int) -> list[Line]:
    """From the short-term memories to the rating, as if the review ended here.

    Args:
        predictor: the model.
        short_term: STM after each word so far. (t, H)
        unit: the one whose part in the views is shown.
    """
    pooling, views = predictor.config.pooling, views_of(predictor.weights, predictor.config.pooling)
    lines = []
    now, before = float(short_term[-1, unit]), short_term[:-1, unit]
    if "mean" in pooling:
        sums = [("sum of STM before", float(before.sum())), ("STM", now)]
        total = float(before.sum()) + now
        lines.append(_line("what the readout sees", "sum of STM", "+", sums, total))
        of_words = [("sum of STM", total), ("words", len(short_term))]
        lines.append(_line("what the readout sees", "mean", "/", of_words, total / len(short_term)))
    if "maximum" in pooling:
        highest = [("highest STM before", float(before.max()))] if len(before) else []
        highest.append(("STM", now))
        most = max(value for _, value in highest)
        lines.append(_line("what the readout sees", "highest", "max", highest, most))
    pooled = pool(short_term, pooling, np).reshape(len(pooling), -1)  # (P, H)
    parts = np.einsum("rph,ph->rp", views, pooled)
    bias = predictor.weights.readout_bias.astype(np.float64)
    logits = parts.sum(axis=1) + bias
    for label, of_rating, constant, logit in zip(
        predictor.labels, parts, bias, logits, strict=True
    ):
        sums = [*zip([f"W·{VIEWS[name]}" for name in pooling], of_rating, strict=True)]
        if pooled.shape[1] <= SMALL:
            place = predictor.labels.index(label)
            factors = np.stack([views[place], pooled], axis=-1)
            lines += _products(label, pooling, factors, of_rating, unit)
            sums = [(f"{name} (z{label})", part) for name, part in sums]
        lines.append(_line("readout", f"z{label}", "+", [*sums, ("b", constant)], logit))
    powers = np.exp(logits)
    chances = powers / powers.sum()
    for label, power, chance in zip(predictor.labels, powers, chances, strict=True):
        shares = [(f"e^z{label}", power), ("sum of e^z", powers.sum())]
        lines.append(_line("softmax", f"P({label})", "/", shares, chance))
    products = [
        operand
        for label, rating, chance in zip(predictor.labels, predictor.ratings, chances, strict=True)
        for operand in ((label, rating), (f"P({label})", chance))
    ]
    expected = chances @ predictor.ratings
    lines.append(_line("softmax", EXPECTED, "·", products, expected))
    return lines


def _products(
    label: str,
    pooling: Sequence[Pooling],
    factors: Float64Array,
    parts: Float64Array,
    unit: int,
) -> list[Line]:
    """The products of a small readout for one rating, one line per view.

    Args:
        label: of the rating.
        pooling: the views.
        factors: weights, and what they are multiplied by. (P, H, 2)
        parts: what comes of them. (P,)
        unit: whose memories have been worked out above, and go by the same names here.
    """
    lines = []
    for name, of_view, part in zip(pooling, factors, parts, strict=True):
        operands = []
        for place, (weight, memory) in enumerate(of_view.tolist()):
            known = "STM" if name == "last" else VIEWS[name]
            called = known if place == unit else f"{VIEWS[name]}{place + 1}"
            operands += [(f"w{place + 1}", weight), (called, memory)]
        symbol = f"W·{VIEWS[name]} (z{label})"
        lines.append(_line("readout", symbol, "·", operands, float(part)))
    return lines


def _factor(
    lines: list[Line],
    predictor: Predictor,
    event: Float64Array,
    short_term: Float64Array,
    row: int,
    gate: str,
    symbol: str,
    function: str,
) -> float:
    """Add the lines of σ or tanh of W·STM + W·E + b, and return its value."""
    cell = predictor.weights.cell
    name = symbol.lower() if gate != "plain RNN" else ""
    products = []
    for weights, vector, what in ((cell.short_term, short_term, "STM"), (cell.event, event, "E")):
        of_row = weights[row].astype(np.float64)
        product = float(of_row @ vector)
        term = f"W_{name}·{what}".replace("_·", "·")
        if len(vector) <= SMALL:
            factors = [
                operand
                for place, (w, x) in enumerate(zip(of_row, vector, strict=True), start=1)
                for operand in ((f"w{place}", float(w)), (f"{what}{place}", float(x)))
            ]
            lines.append(_line(gate, term, "·", factors, product))
        products.append((term, product))
    bias = float(cell.bias[row])
    total = products[0][1] + products[1][1] + bias
    value = 1 / (1 + math.exp(-total)) if function == "σ" else math.tanh(total)
    operands = [*products, (f"b_{name}".rstrip("_"), bias)]
    lines.append(_line(gate, symbol, function, operands, value))
    return value


def _line(
    gate: str, symbol: str, operator: str, operands: Sequence[tuple[str, float]], value: float
) -> Line:
    named = tuple(Operand(name, float(number)) for name, number in operands)
    return Line(gate, symbol, operator, named, float(value))
