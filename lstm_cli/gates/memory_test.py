"""How long each cell remembers: an early hint, n events that say little, then the question.

The notes' story as an experiment. A scene begins with a bear, or one of seven other
animals; trees and squirrels pass by; at the end somebody asks which animal it was. A
plain RNN and an LSTM of the same size learn it from the same scenes, initialised by
torch from the same seed, with the same optimiser and the same learning rates to
choose from.

The gradients show why the RNN forgets: |∂loss/∂STM_t|, what a memory t events back
still has to do with the loss, is what learning follows (Hochreiter 1991; Bengio,
Simard and Frasconi 1994). They are taken through ``core/cell.py``, event by event.

Shapes: B scenes, T events, H units.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor, nn

from lstm_cli.bundle.reading import Bundle
from lstm_cli.config import Cell
from lstm_cli.core.cell import CellWeights, Memory, pool, read_next
from lstm_cli.core.network import weight_of
from lstm_cli.data.corpus import Corpus
from lstm_cli.errors import RowError
from lstm_cli.results import CellMemory, MemoryTest, Reach

HINTS = ("bear", "shark", "eagle", "camel", "penguin", "snake", "monkey", "whale")
LITTLE = (
    "tree", "squirrel", "leaf", "river", "cloud", "stone", "bird", "path", "wind", "rain",
    "grass", "flower", "bee", "hill", "fog", "mouse",
)  # fmt: skip
WORDS = (*HINTS, *LITTLE, "which?")
DISTANCES = (1, 2, 5, 10, 15, 20, 30, 40, 50, 75, 100)
RATES = (1e-3, 3e-3, 1e-2)
_MOST_READ = 200  # reviews
_LONGEST_REACH = 400  # words
FAILED = 0.6  # accuracy; an eighth is chance


@dataclass(frozen=True)
class MemoryTestConfig:
    """The settings of the experiment."""

    embedding_size: int = 8
    hidden_size: int = 32
    steps: int = 1_500
    batch: int = 64
    longest: int = 60  # events at most between hint and question during training
    tested: int = 256  # scenes at each distance
    seed: int = 0


class _Network(nn.Module):
    """Embedding, cell, and a readout of the last short-term memory."""

    def __init__(self, cell: Cell, config: MemoryTestConfig) -> None:
        super().__init__()
        self.embedding = nn.Embedding(len(WORDS), config.embedding_size)
        kernel = nn.LSTM if cell == "lstm" else nn.RNN
        self.cell: nn.LSTM | nn.RNN = kernel(
            config.embedding_size, config.hidden_size, batch_first=True
        )
        self.readout = nn.Linear(config.hidden_size, len(HINTS))

    def forward(self, scenes: Tensor) -> Tensor:
        """Logits of the hints. (B, T) to (B, 8)"""
        logits: Tensor = self.readout(self.cell(self.embedding(scenes))[0][:, -1])
        return logits


def memory_test(config: MemoryTestConfig, heard: Callable[[], None] = lambda: None) -> MemoryTest:
    """Train both cells, and ask them.

    Args:
        config: the settings of the experiment.
        heard: called after each of the ``2 * len(RATES)`` trainings.
    """
    with torch.random.fork_rng(devices=[]):
        cells = {cell: _best(cell, config, heard) for cell in ("rnn", "lstm")}
    return MemoryTest(
        distances=DISTANCES,
        cells=cells,
        hidden_size=config.hidden_size,
        steps=config.steps,
        trained_up_to=config.longest,
        seed=config.seed,
    )


def _best(cell: Cell, config: MemoryTestConfig, heard: Callable[[], None]) -> CellMemory:
    """A cell at its best rate, asked about scenes that had no part in choosing the rate."""
    chosen: tuple[float, float, _Network] | None = None
    for rate in RATES:
        network = _train(cell, config, rate)
        reached = sum(_accuracies(network, config, seed=1)) / len(DISTANCES)
        if chosen is None or reached > chosen[0]:
            chosen = reached, rate, network
        heard()
    assert chosen is not None
    _, rate, network = chosen
    accuracies = _accuracies(network, config, seed=2)
    under = [d for d, share in zip(DISTANCES, accuracies, strict=True) if share < FAILED]
    short_term, long_term = _gradients(network, _scenes(DISTANCES[-1], 64, config.seed + 3))
    return CellMemory(
        learning_rate=rate,
        accuracies=tuple(accuracies),
        fails_at=min(under, default=None),
        gradients=short_term,
        long_term_gradients=long_term,
    )


def _train(cell: Cell, config: MemoryTestConfig, rate: float) -> _Network:
    torch.manual_seed(config.seed)
    network = _Network(cell, config)
    optimiser = torch.optim.Adam(network.parameters(), lr=rate)
    drawn = torch.Generator().manual_seed(config.seed)  # the same scenes for every cell and rate
    for _ in range(config.steps):
        distance = int(torch.randint(1, config.longest + 1, (), generator=drawn))
        scenes, hints = _draw(distance, config.batch, drawn)
        loss = nn.functional.cross_entropy(network(scenes), hints)
        optimiser.zero_grad()
        loss.backward()  # type: ignore[no-untyped-call]
        nn.utils.clip_grad_norm_(network.parameters(), 1.0)
        optimiser.step()
    return network


def _draw(distance: int, number: int, generator: torch.Generator) -> tuple[Tensor, Tensor]:
    """Scenes with ``distance`` events between the hint and the question, and their hints."""
    hints = torch.randint(len(HINTS), (number,), generator=generator)
    little = torch.randint(len(LITTLE), (number, distance), generator=generator) + len(HINTS)
    question = torch.full((number, 1), len(WORDS) - 1)
    return torch.cat([hints[:, None], little, question], dim=1), hints


def _scenes(distance: int, number: int, seed: int) -> tuple[Tensor, Tensor]:
    return _draw(distance, number, torch.Generator().manual_seed(seed))


@torch.no_grad()
def _accuracies(network: _Network, config: MemoryTestConfig, seed: int) -> list[float]:
    accuracies = []
    for distance in DISTANCES:
        scenes, hints = _scenes(distance, config.tested, 1_000 * seed + distance)
        accuracies.append(float((network(scenes).argmax(1) == hints).float().mean()))
    return accuracies


def _gradients(
    network: _Network, asked: tuple[Tensor, Tensor]
) -> tuple[tuple[float, ...], tuple[float, ...] | None]:
    scenes, hints = asked
    cell = network.cell
    weights = CellWeights(
        weight_of(cell.weight_ih_l0).detach(),
        weight_of(cell.weight_hh_l0).detach(),
        (weight_of(cell.bias_ih_l0) + weight_of(cell.bias_hh_l0)).detach(),
    )
    events = network.embedding(scenes).detach()

    def loss(short_terms: Sequence[Tensor]) -> Tensor:
        return nn.functional.cross_entropy(network.readout(short_terms[-1]), hints, reduction="sum")

    return gradients_by_distance(events, weights, loss)


def gradients_by_distance(
    events: Tensor,
    weights: CellWeights,
    loss: Callable[[Sequence[Tensor]], Tensor],
) -> tuple[tuple[float, ...], tuple[float, ...] | None]:
    """|∂loss/∂STM_t|, and |∂loss/∂LTM_t| for an LSTM, from the last event back to the first.

    Args:
        events: the embedded scenes or reviews. (B, T, E)
        weights: those of the cell.
        loss: of the STM after each event, (B, H) each, summed over the reviews.

    Returns:
        Their mean lengths over the reviews, at distance 0, 1, ... from the end. (T,)
    """
    nothing = events.new_zeros(events.shape[0], weights.short_term.shape[1], requires_grad=True)
    memory = Memory(nothing, nothing)
    memories = []
    for event in events.unbind(1):
        memory, _ = read_next(event, memory, weights, torch)
        memories.append(memory)
    short_terms = [memory.short_term for memory in memories]
    long_terms = [memory.long_term for memory in memories] if weights.has_gates else []
    gradients = torch.autograd.grad(loss(short_terms), short_terms + long_terms)
    lengths = [float(gradient.norm(dim=1).mean()) for gradient in gradients]
    steps = len(short_terms)
    of_short, of_long = lengths[:steps][::-1], lengths[steps:][::-1]
    return tuple(of_short), tuple(of_long) if weights.has_gates else None


def reach_of(bundle: Bundle, texts: Sequence[str], whose: str) -> Reach:
    """How far back a trained model's rating reaches, on real reviews.

    The loss is the cross-entropy of the rating the model itself gives, so that no review
    needs a rating. Of each review only the end is read, as many words as half of them have.

    Args:
        bundle: the model.
        texts: reviews; at most 200 of them, drawn at random, are read.
        whose: what a person calls these reviews.

    Raises:
        RowError: no review has two words.
    """
    corpus = Corpus.encoded(texts, bundle.vocabulary, bundle.info.token_pattern)
    length = min(int(np.median(corpus.lengths)) if len(corpus) else 0, _LONGEST_REACH)
    fit = np.flatnonzero(corpus.lengths >= max(length, 2))
    if length < 2 or not len(fit):
        raise RowError(f"{whose}: no review is long enough to forget anything")
    fit = np.sort(np.random.default_rng(0).permutation(fit)[:_MOST_READ])
    ids = np.stack([corpus[int(review)][-length:] for review in fit])
    config = bundle.info.model
    arrays = {name: torch.from_numpy(np.array(array)) for name, array in bundle.arrays.items()}
    weights = CellWeights(arrays["cell.event"], arrays["cell.short_term"], arrays["cell.bias"])

    def loss(short_terms: Sequence[Tensor]) -> Tensor:
        pooled = pool(short_terms, config.pooling, torch)
        logits = pooled @ arrays["readout.weight"].T + arrays["readout.bias"]
        return nn.functional.cross_entropy(logits, logits.argmax(1), reduction="sum")

    events = arrays["embedding"][torch.from_numpy(ids.astype(np.int64))]
    short_term, long_term = gradients_by_distance(events, weights, loss)
    return Reach(bundle.name, config.cell, whose, len(fit), length, short_term, long_term)
