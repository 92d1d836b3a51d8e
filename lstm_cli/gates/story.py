"""The notes' story, told by two small cells: a picture that could be a dog or a wolf.

On television come a bear, a tree, a squirrel, a fish, and then a picture. By itself it looks
like a dog. But who remembers the bear knows that this is a programme about the wild, and
says wolf. A plain RNN and an LSTM of the same size have learned from the same scenes
(``python -m tests.make_story``), in which 20 to 60 events lie between the hint and the picture.

Shapes: T events, H units, A animals that the picture may show.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import NamedTuple

import numpy as np

from lstm_cli.arrays import Float32Array, Float64Array
from lstm_cli.bundle.weights import Layout, load_arrays, to_float32
from lstm_cli.config import Cell
from lstm_cli.core.cell import CellWeights, Memory, read_next
from lstm_cli.core.reading import softmax
from lstm_cli.errors import BundleError, EventError, RequestError
from lstm_cli.results import StoryTold

PICTURE = "?"
# What a programme shows besides its animals: hints at wolf, dog and goldfish.
HINTS = {
    "wolf": ("bear", "moose", "eagle"),
    "dog": ("cat", "sofa", "ball"),
    "goldfish": ("shark", "whale", "coral"),
}
LITTLE = ("tree", "squirrel", "fish", "leaf", "river", "cloud", "stone", "bird", "path", "wind",
          "rain", "grass")  # fmt: skip
EVENTS = (*(hint for hints in HINTS.values() for hint in hints), *LITTLE, PICTURE)
ANIMALS = ("wolf", "dog", "goldfish", "bear")
# How often the picture turns out to be each of them: after a hint at a wolf, at a dog, at a
# goldfish; and after none, which is what the picture says by itself. (4, A)
CHANCES = ((0.85, 0.04, 0.01, 0.10), (0.02, 0.96, 0.01, 0.01), (0.01, 0.04, 0.94, 0.01),
           (0.15, 0.78, 0.05, 0.02))  # fmt: skip
ALL_HINTS = frozenset(hint for hints in HINTS.values() for hint in hints)
EMBEDDING_SIZE, HIDDEN_SIZE = 8, 32
CELLS_FILE = "story_cells.safetensors"
CELLS: tuple[Cell, ...] = ("rnn", "lstm")
# Of 1,000 scenes with 21 to 60 events between hint and picture, the share in which the animal
# hinted at was the answer; tests/test_story.py draws them.
MEASURED = {"rnn": 0.329, "lstm": 1.0}
MEMORIES = {"long-term": "long_term", "short-term": "short_term"}


@dataclass(frozen=True)
class Cut:
    """A memory that is lost on its way from one event to the next."""

    memory: str  # "long-term" or "short-term"
    after: int  # the event it was to be carried on from, from 1

    @classmethod
    def parse(cls, text: str) -> "Cut":
        """As a person writes it: ``long-term@3``.

        Raises:
            RequestError: it is not written so.
        """
        memory, _, place = text.partition("@")
        if memory not in MEMORIES or not re.fullmatch(r"[1-9][0-9]{0,5}", place):
            raise RequestError(
                "write long-term@3 or short-term@3: the memory, and the event after which it is "
                "lost",
                parameter="cut",
                value=text,
            )
        return cls(memory, int(place))


@dataclass(frozen=True)
class StoryCell:
    """One trained cell, and the readout of the animal."""

    embedding: Float32Array  # (events, E)
    cell: CellWeights
    readout: Float32Array  # (A, H)
    bias: Float32Array  # (A,)

    def events(self, name: str) -> Float32Array:
        """The embedding of an event. (1, E)"""
        return self.embedding[[EVENTS.index(name)]]


def tell(events: Sequence[str], cuts: Sequence[Cut] = ()) -> StoryTold:
    """Let both cells watch, and ask them after each event what a picture would show now.

    Args:
        events: names of ``EVENTS``, in any order and number.
        cuts: memories that are lost on the way; a plain RNN has no long-term memory to lose.

    Raises:
        EventError: an event is not known.
        RequestError: a cut is after the last one.
    """
    unknown = [event for event in events if event not in EVENTS]
    if unknown:
        raise EventError(f"no event {unknown[0]!r}; the cells know {', '.join(EVENTS)}")
    late = next((cut for cut in cuts if cut.after >= len(events)), None)
    if late is not None:
        raise RequestError(
            f"the story has {len(events)} events, and nothing is carried on from the last",
            parameter="cut",
            value=f"{late.memory}@{late.after}",
        )
    hint = next((place for place, event in enumerate(events) if event in ALL_HINTS), None)
    answers: dict[str, tuple[dict[str, float], ...]] = {}
    left: dict[str, tuple[float | None, ...]] = {}
    for name, cell in story_cells().items():
        steps = _watch(cell, events, cuts)
        answers[name] = tuple(_answer(cell, event, step) for event, step in
                              zip(events, steps, strict=True))  # fmt: skip
        if hint is not None:
            without = (*events[:hint], LITTLE[0], *events[hint + 1 :])
            others = _watch(cell, without, cuts)
            left[name] = _left(steps, others, hint, has_gates=cell.cell.has_gates)
    return StoryTold(
        events=tuple(events),
        cuts=tuple(f"{cut.memory}@{cut.after}" for cut in cuts),
        picture=_named(np.array(CHANCES[-1])),
        answers=answers,
        hint=hint,
        hint_left=left,
        measured=MEASURED,
    )


class _Step(NamedTuple):
    """What one event finds in memory, and what it leaves there."""

    before: Memory
    after: Memory  # of which a cut may lose a part on the way to the next


def _watch(cell: StoryCell, events: Sequence[str], cuts: Sequence[Cut]) -> list[_Step]:
    """The events, one after the other. (T,)"""
    nothing = np.zeros((1, HIDDEN_SIZE), dtype=np.float32)
    memory, steps = Memory(nothing, nothing), []
    for place, event in enumerate(events, start=1):
        after, _ = read_next(cell.events(event), memory, cell.cell, np)
        steps.append(_Step(memory, after))
        lost = {MEMORIES[cut.memory]: nothing for cut in cuts if cut.after == place}
        memory = after._replace(**lost)
    return steps


def _answer(cell: StoryCell, event: str, step: _Step) -> dict[str, float]:
    """What a picture would show after an event; where it is a picture, what that one shows."""
    seen = step.after
    if event != PICTURE:
        seen, _ = read_next(cell.events(PICTURE), step.after, cell.cell, np)
    return _named(softmax(seen.short_term @ cell.readout.T + cell.bias)[0])


def _left(
    steps: Sequence[_Step], without: Sequence[_Step], hint: int, *, has_gates: bool
) -> tuple[float | None, ...]:
    """How much of what the hint left in memory is there after each event, from 0 to 1. (T,)

    Measured by reading the story again with a tree in its place: how far apart the memories are,
    the long-term one of an LSTM, as a share of that after the hint itself. A cell may strengthen
    the difference; that counts as all of it.
    """
    kept = "long_term" if has_gates else "short_term"
    apart = [
        float(np.linalg.norm(getattr(step.after, kept) - getattr(other.after, kept)))
        for step, other in zip(steps, without, strict=True)
    ]
    whole = apart[hint] or 1.0
    return tuple(
        None if place < hint else min(1.0, size / whole) for place, size in enumerate(apart)
    )


def _named(chances: Float64Array) -> dict[str, float]:
    return dict(zip(ANIMALS, map(float, chances), strict=True))


@cache
def story_cells() -> dict[Cell, StoryCell]:
    """The cells that ship with the package."""
    content = files("lstm_cli.gates").joinpath(CELLS_FILE).read_bytes()
    layouts: dict[str, Layout] = {}
    for name in CELLS:
        rows = HIDDEN_SIZE * (4 if name == "lstm" else 1)
        layouts |= {
            f"{name}.embedding": Layout("float32", (len(EVENTS), EMBEDDING_SIZE)),
            f"{name}.event": Layout("float32", (rows, EMBEDDING_SIZE)),
            f"{name}.short_term": Layout("float32", (rows, HIDDEN_SIZE)),
            f"{name}.bias": Layout("float32", (rows,)),
            f"{name}.readout": Layout("float32", (len(ANIMALS), HIDDEN_SIZE)),
            f"{name}.readout_bias": Layout("float32", (len(ANIMALS),)),
        }

    def refuse(problem: str) -> BundleError:
        return BundleError(f"{CELLS_FILE} {problem}")

    stored = load_arrays(content, layouts, refuse)
    arrays = {name: to_float32(array, name, refuse) for name, array in stored.items()}
    return {
        name: StoryCell(
            arrays[f"{name}.embedding"],
            CellWeights(*(arrays[f"{name}.{part}"] for part in CellWeights._fields)),
            arrays[f"{name}.readout"],
            arrays[f"{name}.readout_bias"],
        )
        for name in CELLS
    }
