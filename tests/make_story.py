"""Train the two cells of ``lstm story``: ``python -m tests.make_story`` writes their file.

Both learn from the same scenes, with the same optimiser, rate and number of steps, from a start
by the same seed; the LSTM's forget gate begins open, as is usual (Gers, Schmidhuber and Cummins
2000; Jozefowicz, Zaremba and Sutskever 2015). Only the answer at the picture is asked for, and
the hint that counts is 20 to 60 events back: what is learned of it has to come through all of
them. The RNN learns nothing of it. It could hold such a hint: taught with the hint one event
back, then further and further, it does (the figures are in tests/benchmarks/README.md).

Shapes: B scenes, T events.
"""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from safetensors.numpy import save
from torch import Tensor, nn

import lstm_cli.gates.story as story
from lstm_cli.config import Cell as CellName
from lstm_cli.core.cell import Memory, read_next
from lstm_cli.core.network import weight_of

STEPS, BATCH, RATE, SEED = 4_000, 64, 3e-3, 0
NEAREST, FURTHEST = 20, 60  # events between the hint that counts and the picture
SECOND = 0.25  # share of the scenes that can have a second hint, which then counts
OPEN = 2.0  # bias at which the LSTM's forget gate begins: it keeps 88 %
# Shares of the programmes that hint at wolf, at dog and at goldfish, and that hint at nothing:
# so the picture by itself, whatever was before, is a dog in 78 % of the scenes.
SHARES = (0.12, 0.68, 0.05, 0.15)
NUM_HINTS = sum(map(len, story.HINTS.values()))
HINTS_EACH = 3


def scenes(
    rng: np.random.Generator, number: int, distance: int, shares: Sequence[float] = SHARES
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Scenes in the places of ``story.EVENTS``, and which row of ``CHANCES`` tells the picture.

    Args:
        rng: draws them.
        number: of scenes, B.
        distance: events between the first hint and the picture.
        shares: of the programmes. (4,)
    """
    little = NUM_HINTS + len(story.LITTLE)
    events = rng.integers(NUM_HINTS, little, (number, distance + 2))
    events[:, -1] = len(story.EVENTS) - 1
    told_by = rng.choice(len(shares), number, p=shares)
    hints = told_by * HINTS_EACH + rng.integers(0, HINTS_EACH, number)
    has_hint = told_by < len(story.HINTS)
    events[has_hint, 0] = hints[has_hint]
    if distance > NEAREST:
        later = rng.choice(len(shares), number, p=shares)
        hints = later * HINTS_EACH + rng.integers(0, HINTS_EACH, number)
        place = rng.integers(1, distance - NEAREST + 1, number)
        has_second = (rng.random(number) < SECOND) & (later < len(story.HINTS))
        events[has_second, place[has_second]] = hints[has_second]
        told_by = np.where(has_second, later, told_by)
    return events, told_by


class Cell(nn.Module):
    """Embedding, cell, and a readout of the last short-term memory."""

    def __init__(self, name: str) -> None:
        super().__init__()
        kernel = nn.LSTM if name == "lstm" else nn.RNN
        self.embedding = nn.Embedding(len(story.EVENTS), story.EMBEDDING_SIZE)
        self.cell: nn.RNNBase = kernel(story.EMBEDDING_SIZE, story.HIDDEN_SIZE, batch_first=True)
        self.readout = nn.Linear(story.HIDDEN_SIZE, len(story.ANIMALS))
        if name == "lstm":
            with torch.no_grad():
                forget_gate = slice(story.HIDDEN_SIZE, 2 * story.HIDDEN_SIZE)
                weight_of(self.cell.bias_hh_l0)[forget_gate] += OPEN

    def forward(self, events: Tensor) -> Tensor:
        """Logits of the animals at the end. (B, T) to (B, A)"""
        logits: Tensor = self.readout(self.cell(self.embedding(events))[0][:, -1])
        return logits

    def arrays(self, name: str) -> dict[str, NDArray[np.float32]]:
        """The weights by their names in the file."""
        state = {key: value.detach().numpy() for key, value in self.state_dict().items()}
        return {
            f"{name}.embedding": state["embedding.weight"],
            f"{name}.event": state["cell.weight_ih_l0"],
            f"{name}.short_term": state["cell.weight_hh_l0"],
            f"{name}.bias": state["cell.bias_ih_l0"] + state["cell.bias_hh_l0"],
            f"{name}.readout": state["readout.weight"],
            f"{name}.readout_bias": state["readout.bias"],
        }


def trained(name: str) -> Cell:
    """One cell, after all steps."""
    torch.manual_seed(SEED)
    rng = np.random.default_rng(SEED)
    chances = torch.tensor(story.CHANCES)
    cell = Cell(name)
    optimiser = torch.optim.Adam(cell.parameters(), lr=RATE)

    for step in range(STEPS):
        distance = int(rng.integers(NEAREST, FURTHEST + 1))
        events, told_by = scenes(rng, BATCH, distance)
        logits = cell(torch.from_numpy(events))
        loss = nn.functional.cross_entropy(logits, chances[torch.from_numpy(told_by)])
        optimiser.zero_grad()
        loss.backward()
        nn.utils.clip_grad_norm_(cell.parameters(), 1.0)
        optimiser.step()

        if step % 500 == 499:
            print(f"{name}: step {step + 1:,}, loss {loss.item():.3f}", flush=True)
    return cell


def share_right(name: CellName, scenes_asked: int = 1_000) -> float:
    """The share of new scenes, 21 to 60 events after the hint, with the animal hinted at."""
    rng, cell, right = np.random.default_rng(1), story.story_cells()[name], 0
    asked = 50
    for _ in range(scenes_asked // asked):
        distance = int(rng.integers(NEAREST + 1, FURTHEST + 1))
        hints = rng.integers(0, NUM_HINTS, asked)
        events, _ = scenes(rng, asked, distance, (0, 0, 0, 1))
        events[:, 0] = hints
        nothing = np.zeros((asked, story.HIDDEN_SIZE), dtype=np.float32)
        memory = Memory(nothing, nothing)
        for step in range(events.shape[1]):
            memory, _ = read_next(cell.embedding[events[:, step]], memory, cell.cell, np)
        answers = (memory.short_term @ cell.readout.T + cell.bias).argmax(axis=1)
        right += int((answers == hints // HINTS_EACH).sum())
    return right / scenes_asked


def main() -> None:
    """Train both, and write them."""
    torch.set_num_threads(1)
    arrays = {}
    for name in story.CELLS:
        arrays |= trained(name).arrays(name)
    path = Path(story.__file__).with_name(story.CELLS_FILE)
    path.write_bytes(save(arrays))
    story.story_cells.cache_clear()
    print(f"written: {path}; right: { {name: share_right(name) for name in story.CELLS} }")


if __name__ == "__main__":
    main()
