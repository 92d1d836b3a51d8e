"""Training and scoring on a GPU, against the bare kernel on the same shapes and the processor.

``python -m tests.benchmarks.gpu [imdb|sst5] [ROUNDS] [DEVICE]``

Embedding 100, 256 units, 30,000 words to train; embedding 256, 512 units to score, as the base
has them. The reviews are made up, as in ``tests.benchmarks.training``. The bare kernel reads
batches of the same sizes, forward and, for training, backward, from events that lie on the GPU
already. It is timed in float32 with shortened factors, which is what ``lstm`` runs, and as torch's
autocast has it, in float16.
"""

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, nullcontext
from dataclasses import replace

import numpy as np
import torch
from torch import nn

from lstm_cli.config import ModelConfig, TrainConfig
from lstm_cli.core.compute import Compute
from lstm_cli.core.network import ReviewNetwork, rating_probabilities
from lstm_cli.data.batches import batches
from lstm_cli.data.corpus import Corpus
from lstm_cli.text.vocabulary import Vocabulary
from lstm_cli.training.loop import NetworkStart, schedule_of, train
from lstm_cli.training.rules import DatasetStats, resolve_train_config
from lstm_cli.training.trainer import TrainingTask
from tests.benchmarks.tables import alternately, show_table
from tests.benchmarks.training import EMBEDDING, HIDDEN, NUM_WORDS, RATINGS, SHAPES, Silent, made_up

WORDS, WIDE_EMBEDDING, UNITS = 36_000, 256, 512  # of the base
HALF = "bare kernel under autocast"


class Training:
    """A file of made-up reviews, and the settings that it is learned with."""

    def __init__(self, lengths: str, reviews: int) -> None:
        shape = SHAPES[lengths]
        corpus, few = made_up(shape, reviews), made_up(shape, 50, seed=1)
        self.task = TrainingTask(corpus, few, np.arange(1.0, RATINGS + 1))
        stats = DatasetStats(corpus.num_tokens)
        self.config = resolve_train_config(TrainConfig(), stats, epochs=1)

    def ours(self, compute: Compute, adversary: float = 0.0) -> float:
        """Tokens a second of ``train``, the measuring of held-out reviews left out."""
        model = ModelConfig(NUM_WORDS, RATINGS, embedding_size=EMBEDDING, hidden_size=HIDDEN)
        config = replace(self.config, adversarial_epsilon=adversary, precision=compute.precision)
        start = NetworkStart(model, Vocabulary(map(str, range(NUM_WORDS))))
        return train(start, config, self.task, Silent(), compute=compute).tokens_per_second

    def bare(self, compute: Compute, context: AbstractContextManager[None]) -> float:
        """Tokens a second of the kernel, forward and backward, on the batches of ``ours``."""
        kernel = compute.place(nn.LSTM(EMBEDDING, HIDDEN, batch_first=True))
        schedule = schedule_of(self.task, self.config)
        shapes = [batch.token_ids.shape for batch, _ in schedule.batches(0, 0)]

        def read() -> None:
            for shape, events in _events(shapes, EMBEDDING, compute):
                events.requires_grad_()
                with context:
                    found, _ = kernel(events)
                found.backward(torch.ones_like(found))
                kernel.zero_grad()
                assert found.shape[:2] == shape

        return schedule.corpus.num_tokens / _seconds(read, compute)


class Scoring:
    """Reviews to rate by a network of the base's size."""

    def __init__(self, lengths: str, reviews: int) -> None:
        self.corpus: Corpus = made_up(SHAPES[lengths], reviews).corpus
        config = ModelConfig(WORDS, RATINGS, embedding_size=WIDE_EMBEDDING, hidden_size=UNITS)
        self.network = ReviewNetwork(config)

    def ours(self, compute: Compute) -> float:
        """Tokens a second of reading them, from token ids to probabilities."""
        network = compute.place(self.network)
        rate = lambda: rating_probabilities(network, self.corpus, compute)  # noqa: E731
        return self.corpus.num_tokens / _seconds(rate, compute)

    @torch.no_grad()
    def bare(self, compute: Compute, context: AbstractContextManager[None]) -> float:
        """Tokens a second of the kernel on batches of the same sizes."""
        kernel = compute.place(nn.LSTM(WIDE_EMBEDDING, UNITS, batch_first=True))
        plan = batches(self.corpus, compute.tokens_at_once)
        shapes = [batch.token_ids.shape for batch in plan]

        def read() -> None:
            for _, events in _events(shapes, WIDE_EMBEDDING, compute):
                with context:
                    kernel(events)

        return self.corpus.num_tokens / _seconds(read, compute)


def _events(
    shapes: list[tuple[int, ...]], size: int, compute: Compute
) -> Iterator[tuple[tuple[int, ...], torch.Tensor]]:
    """Random events of the shapes, parts of one tensor on the device."""
    bank = torch.randn(max(map(np.prod, shapes)) * size, device=compute.device)
    for shape in shapes:
        yield shape, bank[: np.prod(shape) * size].view(*shape, size).detach()


def _seconds(work: Callable[[], object], compute: Compute) -> float:
    """Seconds that it takes until the device has done it, once it has been done before."""
    work()
    compute.wait()
    began = time.perf_counter()
    work()
    compute.wait()
    return time.perf_counter() - began


def main(
    lengths: str = "imdb", rounds: int = 3, device: str = "cuda", reviews: int = 12_000
) -> None:
    """Print the two tables."""
    gpu, processor = Compute.of_machine(device=device), Compute.of_machine(device="cpu")
    processor.set_up_process()
    training, scoring = Training(lengths, reviews), Scoring(lengths, 2 * reviews)
    few, some = Training(lengths, reviews // 10), Scoring(lengths, reviews // 10)

    def half() -> AbstractContextManager[None]:
        return torch.autocast(torch.device(gpu.device).type, torch.bfloat16)

    sides: dict[str, Callable[[], float]] = {
        "lstm train": lambda: training.ours(gpu),
        "lstm train with its adversary": lambda: training.ours(
            gpu, TrainConfig.adversarial_epsilon
        ),
        "bare kernel, forward and backward": lambda: training.bare(gpu, nullcontext()),
        **({} if gpu.is_cpu else {HALF: lambda: training.bare(gpu, half())}),
        f"lstm train, {processor.num_threads} threads": lambda: few.ours(processor),
    }
    print(f"{gpu.device_name}, torch {torch.__version__}, cuDNN {torch.backends.cudnn.version()}")
    print(f"Training, lengths as {lengths} has them, {gpu.precision}, medians of {rounds}\n")
    show_table("tokens/s", alternately(sides, rounds), first="lstm train")
    sides = {
        "rating": lambda: scoring.ours(gpu),
        "rating in float32": lambda: scoring.ours(replace(gpu, precision="float32")),
        "bare kernel, forward": lambda: scoring.bare(gpu, nullcontext()),
        **({} if gpu.is_cpu else {HALF: lambda: scoring.bare(gpu, half())}),
        f"rating, {processor.num_threads} threads": lambda: some.ours(processor),
    }
    print(f"\nRating, batches of {gpu.tokens_at_once:,} tokens, medians of {rounds}\n")
    show_table("tokens/s", alternately(sides, rounds), first="rating")


if __name__ == "__main__":
    given = sys.argv[1:]
    main(*given[:1], *map(int, given[1:2]), *given[2:3], *map(int, given[3:4]))
