"""How long each cell remembers: an early hint, n events that say little, then the question.

The notes' story as an experiment. A scene begins with a bear, or one of seven other
animals; trees and squirrels pass by; at the end somebody asks which animal it was. A
plain RNN and an LSTM of the same size learn it from the same scenes, initialised by
torch from the same seeds, with the same optimiser and learning rate; the LSTM's forget
gate begins open, as is usual (Gers, Schmidhuber and Cummins 2000; Jozefowicz, Zaremba and
Sutskever 2015).

There are two lessons. At *long distances*, 20 to 40 events lie between hint and question in every
scene: what is learned has to come through all of them, and the gradients |∂loss/∂STM_t| show why
none of it reaches the RNN (Hochreiter 1991; Bengio, Simard and Frasconi 1994). At *all distances*
it is 1 to 40 events. Then the RNN does learn something, and what it has learned it keeps at any
distance: not a memory that fades, but a switch for some animals and nothing for the others.

The gradients are taken through ``core/cell.py``, event by event.

Shapes: B scenes, T events, H units.
"""

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from threading import Event

import numpy as np
import torch
from torch import Tensor, nn

from lstm_cli.bundle.reading import Bundle
from lstm_cli.config import Cell
from lstm_cli.core.cell import CellWeights, Memory, pool, read_next
from lstm_cli.core.compute import Compute
from lstm_cli.core.network import weight_of
from lstm_cli.data.corpus import Corpus
from lstm_cli.errors import RowError
from lstm_cli.results import CellMemory, MemoryTest, Reach
from lstm_cli.results.experiments import ASKED_ABOUT, FAILED

HINTS = ("bear", "shark", "eagle", "camel", "penguin", "snake", "monkey", "whale")
LITTLE = (
    "tree", "squirrel", "leaf", "river", "cloud", "stone", "bird", "path", "wind", "rain",
    "grass", "flower", "bee", "hill", "fog", "mouse",
)  # fmt: skip
WORDS = (*HINTS, *LITTLE, "which?")
DISTANCES = (1, 2, 5, 10, 15, 20, 30, 40, 50, 75, 100)
LESSONS = {"far": (20, 40), "near": (1, 40)}  # fewest and most events before the question
CELLS: tuple[Cell, ...] = ("rnn", "lstm")
_MOST_READ = 200  # reviews
_LONGEST_REACH = 400  # words
SURE = 0.9  # share of its scenes in which an animal is named nearly always


@dataclass(frozen=True)
class MemoryTestConfig:
    """The settings of the experiment."""

    embedding_size: int = 8
    hidden_size: int = 32
    steps: int = 1_000
    batch: int = 64
    # The RNN learned nothing at long distances with 1e-3, 3e-3 and 1e-2 either.
    learning_rate: float = 5e-3
    open_forget_gate: float = 3.0  # the bias at which it begins: it keeps 95 %
    tested: int = 256  # scenes at each distance
    seed: int = 0
    repeats: int = 3  # with this seed and the next ones


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
        if cell == "lstm":
            with torch.no_grad():
                forget_gate = slice(config.hidden_size, 2 * config.hidden_size)
                weight_of(self.cell.bias_hh_l0)[forget_gate] += config.open_forget_gate

    def forward(self, scenes: Tensor) -> Tensor:
        """Logits of the hints. (B, T) to (B, 8)"""
        events = self.embedding(scenes.to(self.readout.weight.device))
        logits: Tensor = self.readout(self.cell(events)[0][:, -1])
        return logits


def memory_test(
    config: MemoryTestConfig,
    heard: Callable[[], None] = lambda: None,
    threads: int = 1,
    compute: Compute | None = None,
) -> MemoryTest:
    """Train both cells, by both lessons and with each seed, and ask them.

    Args:
        config: the settings of the experiment.
        heard: called after each of the ``num_trainings``.
        threads: trainings side by side; the result is the same.
        compute: where, in float32; on the processor where left out.
    """
    compute = compute or Compute()
    runs = [(lesson, cell, seed) for lesson in LESSONS for cell in CELLS
            for seed in range(config.seed, config.seed + config.repeats)]  # fmt: skip
    # Made one after the other: torch has one state of random numbers for all threads.
    with torch.random.fork_rng(devices=[]):
        networks = []
        for _, cell, seed in runs:
            torch.manual_seed(seed)
            networks.append(compute.place(_Network(cell, config)))
    stop = Event()  # who waits no longer should not have to wait for the others
    with ThreadPoolExecutor(threads) as pool_of_threads:
        jobs = [
            pool_of_threads.submit(_train, network, config, LESSONS[lesson], seed, stop)
            for network, (lesson, _, seed) in zip(networks, runs, strict=True)
        ]
        try:
            for job in jobs:
                job.result()
                heard()
        finally:
            stop.set()
    taught: dict[str, dict[str, list[_Network]]] = {
        lesson: {cell: [] for cell in CELLS} for lesson in LESSONS
    }
    for network, (lesson, cell, _) in zip(networks, runs, strict=True):
        taught[lesson][cell].append(network)
    cells = {
        lesson: {cell: _asked(some, config) for cell, some in by_cell.items()}
        for lesson, by_cell in taught.items()
    }
    return MemoryTest(
        distances=DISTANCES,
        cells=cells["far"],
        near=cells["near"],
        hints=HINTS,
        hidden_size=config.hidden_size,
        steps=config.steps,
        trained_from=LESSONS["far"][0],
        trained_up_to=LESSONS["far"][1],
        seed=config.seed,
        repeats=config.repeats,
    )


def num_trainings(config: MemoryTestConfig) -> int:
    """How many there are."""
    return len(LESSONS) * len(CELLS) * config.repeats


def example_scenes(number: int, seed: int = 0) -> tuple[tuple[str, ...], ...]:
    """Some short scenes as people read them: the hint, what passes by, and the question."""
    scenes, _ = _scenes(6, number, seed)
    return tuple(tuple(WORDS[event] for event in scene) for scene in scenes.tolist())


def _asked(networks: Sequence[_Network], config: MemoryTestConfig) -> CellMemory:
    """What networks of one cell and lesson say of scenes that they have not seen.

    The gradients are those of the first.
    """
    animals = np.array([_by_hint(network, config) for network in networks])
    each = np.array([_accuracies(network, config, seed=2) for network in networks])
    means = each.mean(axis=0)
    under = [d for d, share in zip(DISTANCES, means, strict=True) if share < FAILED]
    short_term, long_term = _gradients(networks[0], _scenes(DISTANCES[-1], 64, config.seed + 3))
    return CellMemory(
        learning_rate=config.learning_rate,
        accuracies=tuple(map(float, means)),
        spreads=tuple(map(float, each.std(axis=0, ddof=min(1, len(each) - 1)))),
        fails_at=min(under, default=None),
        by_hint=tuple(animals.mean(axis=0).tolist()),
        named=tuple((animals > SURE).sum(axis=1).tolist()),
        gradients=short_term,
        long_term_gradients=long_term,
    )


def _train(
    network: _Network,
    config: MemoryTestConfig,
    distances: tuple[int, int],
    seed: int,
    stop: Event,
) -> None:
    optimiser = torch.optim.Adam(network.parameters(), lr=config.learning_rate)
    drawn = torch.Generator().manual_seed(seed)  # the same scenes for both cells
    for _ in range(config.steps):
        if stop.is_set():
            return
        distance = int(torch.randint(distances[0], distances[1] + 1, (), generator=drawn))
        scenes, hints = _draw(distance, config.batch, drawn)
        logits = network(scenes)
        loss = nn.functional.cross_entropy(logits, hints.to(logits.device))
        optimiser.zero_grad()
        loss.backward()  # type: ignore[no-untyped-call]
        nn.utils.clip_grad_norm_(network.parameters(), 1.0)
        optimiser.step()


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
        accuracies.append(float((network(scenes).argmax(1).cpu() == hints).float().mean()))
    return accuracies


@torch.no_grad()
def _by_hint(network: _Network, config: MemoryTestConfig) -> list[float]:
    """The share of right answers for each animal, ``ASKED_ABOUT`` events later. (8,)"""
    scenes, hints = _scenes(ASKED_ABOUT, 4 * config.tested, 9)
    right = (network(scenes).argmax(1).cpu() == hints).double()
    counts = torch.bincount(hints, minlength=len(HINTS))
    shares: list[float] = (torch.bincount(hints, right, len(HINTS)) / counts.clamp(min=1)).tolist()
    return shares


def _gradients(
    network: _Network, asked: tuple[Tensor, Tensor]
) -> tuple[tuple[float, ...], tuple[float, ...] | None]:
    scenes, hints = (asked_for.to(network.readout.weight.device) for asked_for in asked)
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
    return Reach(
        bundle.name, config.cell, whose, len(fit), length, config.pooling, short_term, long_term
    )
