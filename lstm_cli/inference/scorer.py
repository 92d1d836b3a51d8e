"""Many reviews at once: some hundred in numpy, thousands on torch's fused kernel.

Reviews are scored window by window: within a window, reviews of similar length
are read together, and while the network reads one window the next is tokenised.

Shapes: N texts, R ratings.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from functools import cached_property
from threading import Lock
from typing import TYPE_CHECKING, Generic, NamedTuple, Protocol, TypeVar

import numpy as np

from lstm_cli.arrays import Float64Array
from lstm_cli.bundle.reading import Bundle
from lstm_cli.config import AUTO_DEVICE
from lstm_cli.core.batch_reading import BatchReader
from lstm_cli.core.threads import granted_threads
from lstm_cli.data.batches import prefetch
from lstm_cli.data.corpus import Corpus

if TYPE_CHECKING:
    from lstm_cli.core.compute import Compute

WINDOW = 5_000  # texts: enough of every length, some MiB of tokens
# Tokens that numpy reads before torch is loaded. That takes two seconds, in which numpy reads
# half of them (AVX2).
MOST_IN_NUMPY = 100_000


class HasTexts(Protocol):
    """A window: some texts, and whatever else belongs to them."""

    @property
    def texts(self) -> Sequence[str]:
        """The texts, in order."""


Window = TypeVar("Window", bound=HasTexts)


class Scored(NamedTuple, Generic[Window]):
    """A window, and the probability of each rating for each of its texts."""

    window: Window
    probabilities: Float64Array  # (N, R)
    corpus: Corpus  # the texts in the ids of the model's vocabulary, as the network read them


def as_the_machine_can(device: str = AUTO_DEVICE) -> "Compute":
    """Compute in the precision in which a device is fastest.

    Raises:
        RequestError: there is no such device.
    """
    from lstm_cli.core.compute import Compute

    return Compute.of_machine(device=device)


def in_float32(device: str | None = None) -> "Compute":
    """Compute in float32, so that a score does not depend on the device.

    Args:
        device: where; on the processor, and the threads that torch has, where None.

    Raises:
        RequestError: there is no such device.
    """
    from lstm_cli.core.compute import Compute

    if device is None:
        return Compute()
    return replace(Compute.of_machine("float32", device=device), threads=None)


class Scorer:
    """A saved model that rates any number of texts, as often as it is asked.

    One scorer serves a file, a server's threads or a worker of a cluster alike.

    Args:
        bundle: the model; its weights are read and verified here, once.
        compute: where the network computes once the texts are many, and in which precision.
            In float32 an answer differs in the sixth decimal from those of ``Predictor`` and
            from those before there were many; in bfloat16 in the third.
        at_once: it computes there from the first text on, for a person asked for that device.
    """

    def __init__(
        self,
        bundle: Bundle,
        compute: "Callable[[], Compute]" = in_float32,
        *,
        at_once: bool = False,
    ) -> None:
        self.bundle = bundle
        self._at_once = at_once
        self._make_compute = compute
        self._vocabulary = bundle.vocabulary
        self._pattern = bundle.info.token_pattern
        self._few = BatchReader(bundle.weights, bundle.info.model)
        self._num_read = 0
        self._one_at_a_time = Lock()  # of threads that would load the network in torch

    def __call__(self, texts: Sequence[str]) -> Float64Array:
        """The probability of each rating, for each text, in the order of the texts. (N, R)"""
        return _joined(self.windows(_slices(texts)))

    def shuffled(self, texts: Sequence[str]) -> Float64Array:
        """The same with the words of each text in a random order, one order every time. (N, R)"""
        rng = np.random.default_rng(0)
        return _joined(self._score(_slices(texts), lambda corpus: corpus.shuffled(rng)))

    def rate(self, corpus: Corpus) -> Float64Array:
        """The same for reviews in the ids of the model's vocabulary. (N, R)"""
        # Threads may count past each other; then torch is loaded a little later.
        self.count(corpus.num_tokens)
        if not self.reads_many:
            return self._few.probabilities(corpus, granted_threads())
        with self._one_at_a_time:
            many = self._many
        return many(corpus)

    @property
    def reads_many(self) -> bool:
        """Whether torch reads what comes now: so much was read, or it was to do so at once."""
        return self._at_once or self._num_read > MOST_IN_NUMPY

    def count(self, num_tokens: int) -> None:
        """Count tokens that were read, or are read elsewhere by the same work.

        Once they are many, torch reads whatever comes, as it does for whoever reads all of them.
        """
        self._num_read += num_tokens

    def pass_over(self, window: HasTexts) -> None:
        """Count a window that another run reads, so that this one computes as one run of all."""
        if not self.reads_many:
            self.count(Corpus.encoded(window.texts, self._vocabulary, self._pattern).num_tokens)

    @cached_property
    def _many(self) -> Callable[[Corpus], Float64Array]:
        """The network in torch."""
        from lstm_cli.core.network import ReviewNetwork, rating_probabilities

        compute = self._make_compute()
        compute.set_up_process()
        network = compute.place(
            ReviewNetwork.from_arrays(self.bundle.info.model, self.bundle.arrays)
        )
        return lambda corpus: rating_probabilities(network, corpus, compute)

    def windows(self, windows: Iterable[Window]) -> Iterator[Scored[Window]]:
        """Rate windows of texts in their order, the next being tokenised meanwhile.

        Args:
            windows: some thousand texts each; read in another thread, at most two ahead.
        """
        return self._score(windows, lambda corpus: corpus)

    def _score(
        self, windows: Iterable[Window], prepared: Callable[[Corpus], Corpus]
    ) -> Iterator[Scored[Window]]:
        encoded = (
            (window, prepared(Corpus.encoded(window.texts, self._vocabulary, self._pattern)))
            for window in windows
        )
        for window, corpus in prefetch(encoded):
            yield Scored(window, self.rate(corpus), corpus)


class _Slice(NamedTuple):
    """A window with nothing but texts."""

    texts: Sequence[str]


def _slices(texts: Sequence[str]) -> Iterator[_Slice]:
    """Windows of some texts, in order; of no text one empty window."""
    return (_Slice(texts[k : k + WINDOW]) for k in range(0, max(len(texts), 1), WINDOW))


def _joined(scored: Iterable[Scored[_Slice]]) -> Float64Array:
    return np.concatenate([window.probabilities for window in scored])
