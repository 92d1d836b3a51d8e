"""The arithmetic of one word and one hidden unit, in numbers a calculator reproduces.

Every line is an operation on named operands, so that a view can show them, or hide
some for a quiz. It is computed in float64 from the saved float32 weights.
"""

import math
from collections.abc import Sequence

import numpy as np

from lstm_cli.arrays import Float64Array
from lstm_cli.errors import RequestError
from lstm_cli.gates.trace import weigh_units
from lstm_cli.inference.predictor import Predictor
from lstm_cli.results import Arithmetic, Line, Operand

SMALL = 8  # a product of vectors of at most this many numbers is written out


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
    return Arithmetic(
        token=tokens[step - 1],
        step=step,
        num_words=len(tokens),
        unit=chosen + 1,
        num_units=size,
        is_chosen=unit is None,
        embedding_size=len(event),
        lines=tuple(lines),
    )


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
    return Line(gate, symbol, operator, tuple(Operand(*operand) for operand in operands), value)
