"""Hold a gate at a value and read again: what a gate is *for* shows when it cannot work."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from lstm_cli.core.cell import Gates
from lstm_cli.core.reading import Hold
from lstm_cli.errors import RequestError
from lstm_cli.inference.predictor import Predictor
from lstm_cli.results import Operation

# The remember gate has no weights of its own, and so nothing to hold.
GATES = {"forget": "forget_factor", "learn": "learn_factor", "use": "use_factor"}


@dataclass(frozen=True)
class Clamp:
    """One gate and the value it is held at: 0 is shut, 1 is open."""

    gate: str  # one of GATES
    value: float

    @classmethod
    def parse(cls, asked: str) -> "Clamp":
        """Read ``forget=1``, as a person writes it.

        >>> Clamp.parse("forget=1")
        Clamp(gate='forget', value=1.0)

        Raises:
            RequestError: there is no such gate, or the value lies outside 0..1.
        """
        gate, _, number = asked.partition("=")
        try:
            value = float(number)
        except ValueError:
            value = float("nan")
        if gate not in GATES or not 0 <= value <= 1:
            raise RequestError(
                "write a gate (forget, learn or use) and a value from 0 to 1, as forget=1",
                parameter="clamp",
                value=asked,
            )
        return cls(gate, value)

    def __str__(self) -> str:
        return f"{self.gate}={self.value:g}"


def parse_clamps(asked: Sequence[str]) -> list[Clamp]:
    """Read several, as a person writes them.

    Raises:
        RequestError: one of them is no clamp, or two hold the same gate.
    """
    clamps: dict[str, Clamp] = {}
    for written in asked:
        clamp = Clamp.parse(written)
        if clamp.gate in clamps:
            raise RequestError(
                f"the {clamp.gate} gate is held twice; give each gate once",
                parameter="clamp",
                value=f"{clamps[clamp.gate]} and {clamp}",
            )
        clamps[clamp.gate] = clamp
    return list(clamps.values())


def holding(clamps: Sequence[Clamp], steps: Iterable[int] | None = None) -> Hold:
    """The experiment for ``run_cell`` that holds gates.

    Args:
        clamps: what is held, each gate once.
        steps: the words, from 0, at which they are held; all of them if None.
    """
    at = None if steps is None else frozenset(steps)

    def hold(step: int, gates: Gates) -> Gates:
        if at is not None and step not in at:
            return gates
        held = {
            GATES[clamp.gate]: np.full_like(gates.forget_factor, clamp.value) for clamp in clamps
        }
        return gates._replace(**held)

    return hold


def steps_of(tokens: Sequence[str], words: Sequence[str]) -> list[int]:
    """The places of some words in a review.

    Raises:
        RequestError: one of them is not there.
    """
    for word in words:
        if word.lower() not in tokens:
            raise RequestError(
                f"the review has no such word; it has {' '.join(tokens)}",
                parameter="at",
                value=word,
            )
    wanted = {word.lower() for word in words}
    return [step for step, token in enumerate(tokens) if token in wanted]


def operate(
    predictor: Predictor, text: str, clamps: Sequence[Clamp], at: Sequence[str] | None = None
) -> Operation:
    """Read a review as it is, and again with gates held.

    Args:
        predictor: an LSTM.
        text: the review.
        clamps: what is held.
        at: the words at which they are held; every one if None.

    Raises:
        RequestError: the review has no such word.
    """
    tokens = predictor.tokenize(text)
    steps = None if not at else steps_of(tokens, at)
    free, held = (
        predictor.describe(text, tokens, predictor.read(tokens, hold)[1][-1])
        for hold in (None, holding(clamps, steps))
    )
    return Operation(tuple(map(str, clamps)), tuple(at or ()), free, held)
