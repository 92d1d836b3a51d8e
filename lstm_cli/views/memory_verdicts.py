"""What the figures of the memory test say, in sentences: for a terminal and for a page.

Each sentence is about the figures beside it and is said only where they bear it: a cell of one
unit, or a lesson of another seed, may do anything.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from lstm_cli.data.showing import count
from lstm_cli.results import CellMemory, MemoryTest, Reach
from lstm_cli.results.experiments import ASKED_ABOUT, FAILED
from lstm_cli.views.console import percent

A_SHARE = "The norm of the gradient |dloss/dmemory|, as a share of that at the end."
NAMES = {"rnn": "plain RNN", "lstm": "LSTM"}
LEARNED = 0.25  # share of right answers; an eighth is chance
_GONE = 1e-3  # share of a gradient: what has less of it learns nothing from there
_LIKE_A_SWITCH = 0.1  # share of right answers: what differs by less is nearly the same
_ON_THE_WAY = 10  # events, after which nothing is in hand by chance any more


@dataclass(frozen=True)
class Lesson:
    """One of the two lessons: what both cells know after it, and what that says."""

    name: str  # "long distances" or "all distances"
    title: str
    cells: dict[str, CellMemory]
    verdicts: list[str]


def lessons(test: MemoryTest) -> tuple[Lesson, Lesson]:
    """The one at long distances, and the one at all distances."""
    last = f"{test.trained_up_to} events between"
    far = f"Taught at long distances: {test.trained_from} to {last}"
    near = f"Taught at all distances: 1 to {last}"
    return (
        Lesson("long distances", far, test.cells, of_far(test)),
        Lesson("all distances", near, test.near, of_near(test)),
    )


def introduction(test: MemoryTest) -> str:
    """What the scenes are, and what learned from them."""
    last = test.seed + test.repeats - 1
    return (
        f"Both cells: {count(test.hidden_size, 'unit')}, the same {test.steps:,} batches of "
        f"scenes, the same starts (seeds {test.seed} to {last}), learning rate "
        f"{test.cells['rnn'].learning_rate:g}. Right answers on new scenes, and their spread "
        f"over the seeds; one in {len(test.hints)} (12 %) would be chance."
    )


def of_far(test: MemoryTest) -> list[str]:
    """What either cell has learned at long distances."""
    return [f"The {NAMES[name]} {_reached(test, cell)}." for name, cell in test.cells.items()]


def of_near(test: MemoryTest) -> list[str]:
    """What either cell has learned at all distances, and what that says of the RNN."""
    said = [f"The {NAMES[name]} {_knows(test, cell)}." for name, cell in test.near.items()]
    near, far = test.near["rnn"], test.cells["rnn"]
    if max(near.accuracies) < LEARNED:
        return said
    later = {
        distance: share
        for distance, share in zip(test.distances, near.accuracies, strict=True)
        if distance >= _ON_THE_WAY
    }
    first, last = min(later), max(later)
    if later[first] - min(later.values()) > _LIKE_A_SWITCH:
        return [
            *said,
            f"Of what the plain RNN knows after {first} events ({percent(later[first])}) it loses "
            f"some on the way: {percent(later[last])} are left after {last}.",
        ]
    said.append(
        f"What the plain RNN knows after {first} events it knows after {last} "
        f"({percent(later[first])} and {percent(later[last])}): an RNN can keep, like a switch "
        "that stays where it was put."
    )
    if max(far.accuracies) < LEARNED:
        said.append("But it cannot learn that at long distances, as the gradients show.")
    return said


def of_gradients(test: MemoryTest) -> list[str]:
    """What the gradients say of learning at long distances."""
    said = ["Learning follows these gradients: where they vanish, an early event teaches nothing."]
    left = _left(test.cells["lstm"], test.trained_from)
    if left > _GONE:
        said.append(
            "The LSTM carries its gradient in the long-term memory, which is only added to and "
            "kept."
        )
    else:
        said.append(
            f"This LSTM's forget gate lets the gradient of the long-term memory fade as well: "
            f"{left:.0e} of it is left {test.trained_from} events back."
        )
    return [A_SHARE, *said, f"(Taught at long distances, seed {test.seed}.)"]


def of_reach(reach: Reach) -> str:
    """What the gradients of a model on reviews are, and why they end where they do."""
    said = f"{A_SHARE} The loss is that of the predicted rating"
    if reach.pooling == ("last",):
        return (
            f"{said}. The readout sees the last short-term memory and nothing else: what does not "
            "come through to it is lost for the rating."
        )
    return (
        f"{said}. The readout also sees the short-term memory after every word directly, so that "
        "gradients do not fall below its share."
    )


def _reached(test: MemoryTest, cell: CellMemory) -> str:
    """How far, and from where on, a cell taught at long distances knows the animal."""
    shares = dict(zip(test.distances, cell.accuracies, strict=True))
    reached = [distance for distance, share in shares.items() if share >= FAILED]
    if max(shares.values()) < LEARNED:
        said = "has learned nothing: it guesses at any distance, even the shortest"
        if _left(cell, test.trained_from) < _GONE:
            said += (
                ", because what would have taught it was gone on the way (see the gradients below)"
            )
        return said
    if not reached:
        best = max(shares, key=shares.__getitem__)
        return (
            f"has learned little: it is best at {count(best, 'event')}, with "
            f"{percent(shares[best])} right"
        )
    first = reached[0]
    if len(reached) == len(shares):
        return f"knows the animal at every distance ({_range(list(shares.values()))})"
    found = _range([shares[distance] for distance in reached])
    if tuple(reached) == test.distances[-len(reached) :]:
        never = "" if first > test.trained_from else (
            f", and less of it nearer: it was never asked before {test.trained_from} events"
        )  # fmt: skip
        return f"knows the animal from {first} events on ({found}){never}"
    if tuple(reached) == test.distances[: len(reached)]:
        return f"falls under 60 % at {test.distances[len(reached)]} events"
    return f"reaches 60 % only at {_listed(list(map(str, reached)))} events ({found})"


def _knows(test: MemoryTest, cell: CellMemory) -> str:
    """How many animals a cell that was taught at all distances tells apart.

    Where it is right about each animal nearly always or nearly never, those that it names stand
    for groups, within which it knows no difference.
    """
    if max(cell.accuracies) < LEARNED:
        return "has learned nothing from short distances either: it guesses, however near the hint"
    number, right = len(test.hints), float(np.mean(cell.by_hint))
    if abs(float(np.mean(cell.named)) / number - right) > _LIKE_A_SWITCH:
        return f"is right about {percent(right)} of the animals {ASKED_ABOUT} events later"
    seeds = _listed([str(test.seed + k) for k in range(test.repeats)])
    each = f"(seed{'s' * (test.repeats > 1)} {seeds})"
    if min(cell.named) == number:
        return f"knows all {number} animals {ASKED_ABOUT} events later {each}"
    groups = _listed([str(named) for named in cell.named])
    return (
        f"tells {groups} groups of the {number} animals apart {ASKED_ABOUT} events later {each}: "
        "whichever animal of a group it was, it names the same"
    )


def _left(cell: CellMemory, distance: int) -> float:
    """What of a gradient is left so far back, as a share of that at the end."""
    gradients = cell.gradients if cell.long_term_gradients is None else cell.long_term_gradients
    return gradients[distance] / gradients[0] if gradients[0] > 0 else 0.0


def _range(shares: Sequence[float]) -> str:
    """The lowest and the highest; one number where they are the same as shown."""
    ends = dict.fromkeys((percent(min(shares)), percent(max(shares))))
    return " to ".join(ends)


def _listed(names: Sequence[str]) -> str:
    """Names with commas, and ``and`` before the last."""
    return " and ".join(filter(None, [", ".join(names[:-1]), names[-1]]))
