"""The cells, drawn and written out in the words of the notes, with the field's names."""

import math
from collections.abc import Sequence

from rich.console import Console

from lstm_cli.config import ModelConfig
from lstm_cli.views.console import SHADES, say

LSTM = """\
One event of an LSTM: what the word E does with two memories

long-term                 forget        remember                long-term
memory    LTM ──────────────(×)────────────(+)──────┬─────────▶ memory, new
                             ▲              ▲       │
                           f │      learned │     tanh
                             │     ┌───(×)──┘       │ U
                             │   i ▲    ▲ N         ▼
                            [σ]   [σ] [tanh]  [σ]──▶(×)   use
                             ▲     ▲    ▲      ▲  V  │
short-term                   │     │    │      │     │          short-term
memory    STM ───┬───────────┴─────┴────┴──────┘     └────────▶ memory, new
                 │
event       E ───┘  every gate sees both: W [STM, E] + b = W_h STM + W_x E + b

gate      what it computes               what it means              field's name
learn     N = tanh(W_n [STM, E] + b_n)   what the word proposes     candidate g
          i = σ(W_i [STM, E] + b_i)      1 learns it, 0 ignores it  input gate
          learned = i × N
forget    f = σ(W_f [STM, E] + b_f)      1 keeps, 0 forgets         forget gate
          kept = f × LTM
remember  LTM = kept + learned           no weights of its own      cell state c
use       V = σ(W_v [STM, E] + b_v)      how much is used now       output gate
          U = tanh(LTM)
          STM = U × V                                               hidden h

× and + work unit by unit. The long-term memory is only scaled by f and added
to: that is why it lasts, and why every word's part in it is known exactly
(lstm inspect-gates TEXT --ledger)."""

RNN = """\
One event of a plain RNN: one memory, no gates

short-term                                                    short-term
memory    STM ───┬──────[W [STM, E] + b]──────[tanh]────────▶ memory, new
                 │
event       E ───┘                              field's name: hidden state h

STM = tanh(W_h STM + W_x E + b)

Each word passes the whole memory through W_h and tanh once more. What an early
word left is multiplied by every later one: it fades, and so does the gradient
that would teach the cell to keep it (lstm memory-test shows both)."""

_SHOWN = (-6, -4, -2, -1, 0, 1, 2, 4, 6)
_SQUASHING = """\
Squashing: whatever comes in, what goes out stays between two bounds

           x from -6 to 6                                     bounds
σ(x)       {sigma}  0 to 1
tanh(x)    {tanh}  -1 to 1

x       {numbers}
σ(x)    {sigmas}
tanh(x) {tanhs}

So a factor never lies outside 0 to 1, and a short-term memory outside -1 to 1.
Far from 0 both are flat: there a change changes nothing, and teaches little."""
# A plain RNN has no gates, so no σ and no factors.
_SQUASHING_RNN = """\
Squashing: whatever comes in, what goes out stays between two bounds

           x from -6 to 6                                     bounds
tanh(x)    {tanh}  -1 to 1

x       {numbers}
tanh(x) {tanhs}

So a short-term memory never lies outside -1 to 1. Far from 0 the curve is
flat: there a change changes nothing, and teaches little."""


def _sigma(x: float) -> float:
    return 1 / (1 + math.exp(-x))


def _squashing(cell: str) -> str:
    """tanh and, for an LSTM, σ, as curves of blocks and in numbers."""
    places = [step / 4 for step in range(-24, 25)]
    return (_SQUASHING if cell == "lstm" else _SQUASHING_RNN).format(
        sigma="".join(SHADES[round(8 * _sigma(x))] for x in places),
        tanh="".join(SHADES[round(4 * (math.tanh(x) + 1))] for x in places),
        numbers="".join(f"{x:>7}" for x in _SHOWN),
        sigmas="".join(f"{_sigma(x):>7.3f}" for x in _SHOWN),
        tanhs="".join(f"{math.tanh(x):>7.3f}" for x in _SHOWN),
    )


_READOUT = """\
The readout: from the short-term memories to a rating

STM after word 1, 2, ..., t
   │
{branches}

what      it computes                        what it means
z         {sum} + b{gap}a logit each
P(5)      e^z5 / (e^z1 + ... + e^z5)         how probable it is, 0 to 1
expected  1 P(1) + 2 P(2) + ... + 5 P(5)     the expected rating

Read off after each word, it is what the model would say if the review ended
there: a prediction is carried along with the memory (Y = W m, m being STM).
{rest}"""
_VIEWS = {
    "last": ("the last one", "W_last", "W_last·last"),
    "mean": ("the mean of all", "W_mean", "W_mean·mean"),
    "maximum": ("each unit's highest value", "W_high", "W_high·highest"),
}
_ALL = """\
It is linear up to z: so every logit splits exactly over the three ways, and in
an LSTM over the words (lstm inspect-gates TEXT --routes). Textbooks read off
the last memory alone: lstm train REVIEWS --pooling last."""


def _readout(pooling: Sequence[str]) -> str:
    """The drawing of a readout that joins some views."""
    end = "(+)─ + b ─ z ─ softmax ─ P(1)..P(5)"
    middle = len(pooling) // 2
    branches = []
    for place, name in enumerate(pooling):
        what, weights, _ = _VIEWS[name]
        corner = "└" if place == len(pooling) - 1 else "├"
        tail = end if place == middle else "┐" if place < middle else "┘"
        branches.append(f"   {corner}─ {what} {'─' * (29 - len(what))} {weights} ─{tail}")
    total = " + ".join(_VIEWS[name][2] for name in pooling)
    rest = _ALL if len(pooling) > 1 else "Other models read off the mean and the highest, too."
    return _READOUT.format(
        branches="\n".join(branches),
        sum=total,
        gap=" " * (31 - len(total)) if len(total) < 28 else ", ",
        rest=rest,
    )


def show_cell(console: Console, cell: str, pooling: Sequence[str] = ModelConfig.pooling) -> None:
    """Print the drawings and the equations.

    Args:
        console: where.
        cell: ``"lstm"`` or ``"rnn"``.
        pooling: what the readout joins.
    """
    drawings = (LSTM if cell == "lstm" else RNN, _squashing(cell), _readout(pooling))
    for place, drawing in enumerate(drawings):
        if place:
            console.print()
        title, rest = drawing.split("\n", 1)
        say(console, title, style="bold")
        say(console, rest)
