"""The stages of a base, each of which keeps what it has made."""

import hashlib
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import NamedTuple

import numpy as np
import torch
from numpy.typing import NDArray
from safetensors import safe_open
from safetensors.numpy import save_file
from torch import nn

from lstm_cli.arrays import Float32Array
from lstm_cli.bundle.reading import Bundle
from lstm_cli.config import PretrainConfig
from lstm_cli.core.compute import Compute
from lstm_cli.core.network import ReviewNetwork
from lstm_cli.results import LanguageReport
from lstm_cli.text.vocabulary import Vocabulary
from lstm_cli.training.checkpoint import RunControl
from lstm_cli.training.pretraining import Unlabelled, pretrain
from tests.base.collection import PHRASES, Collection
from tests.base.drawing import DRAWING, LONGEST
from tests.base.encoder import LONGEST_TEXT, Encoder
from tests.base.lessons import NOTHING, lessons_of
from tests.base.measuring import as_table, scores_by_domain
from tests.base.rating import RatingTrainer, beginner, config_of, learn_ratings
from tests.base.settings import RatingSettings
from tests.base.shipping import Made, expectation
from tests.base.swapping import Swapping
from tests.base.teaching import Teacher, Teaching
from tests.base.weights import arrays_of, mean_weights


class Stage(NamedTuple):
    """What a stage has made."""

    arrays: dict[str, Float32Array]
    seconds: float  # that it took; of one that was stopped, since it went on


def kept(path: Path, make: Callable[[], dict[str, Float32Array]]) -> Stage:
    """What a file holds, which is made if it is not there, and is whole if it is."""
    if not path.exists():
        began = time.perf_counter()
        arrays = make()
        part = path.with_suffix(".part")
        save_file(arrays, part, {"seconds": str(time.perf_counter() - began)})
        part.rename(path)
        path.with_suffix(".checkpoint").unlink(missing_ok=True)
    with safe_open(path, framework="numpy") as file:
        arrays = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118
        return Stage(arrays, float(file.metadata()["seconds"]))


@dataclass(frozen=True)
class Run:
    """The stages, on some of the reviews."""

    collection: Collection
    readable: NDArray[np.bool_]  # which reviews may be learned from. (N,)
    compute: Compute
    work: Path
    name: str
    some: str  # which reviews are learned from, where not all are
    say: Callable[[str], None]

    @property
    def rated(self) -> NDArray[np.int64]:
        """Places of the reviews whose ratings are learned."""
        return np.flatnonzero(self.readable & ~np.isnan(self.collection.ratings))

    @property
    def unrated(self) -> NDArray[np.int64]:
        """Places of the reviews without a rating."""
        return np.flatnonzero(self.readable & np.isnan(self.collection.ratings))

    def language(self, config: PretrainConfig) -> Stage:
        """The network after it has read."""
        path = self.work / f"language-{self.name}.safetensors"

        def make() -> dict[str, Float32Array]:
            control = RunControl(path.with_suffix(".checkpoint"), resume=True)
            reviews = self._texts(config)
            return pretrain(
                config, reviews, Progress(self.say), compute=self.compute, control=control
            ).arrays

        return kept(path, make)

    def of_base(self, bundle: Bundle) -> Stage:
        """A base as a stage before the ratings, without what it expects of a stranger's file."""
        if bundle.vocabulary.tokens != self.collection.tokens:
            raise SystemExit(f"{bundle.path} was made of other words than {self.work}")
        expected = expectation(self.collection, self.rated)
        bias = bundle.arrays["readout.bias"] - np.log(expected)
        arrays = {**bundle.arrays, "readout.bias": bias.astype(np.float32)}
        return Stage(arrays, bundle.info.seconds)

    def _texts(self, config: PretrainConfig) -> Unlabelled:
        """What is read; phrases repeat the words of their sentences."""
        corpus = self.collection.corpus
        texts = np.flatnonzero(self.readable & ~self.collection.is_of([PHRASES]))
        order = np.random.default_rng(config.seed).permutation(texts)
        held_out, training = order[: config.held_out], np.sort(order[config.held_out :])
        return Unlabelled(
            vocabulary=Vocabulary(self.collection.tokens),
            training=corpus.select(training).pieces(config.piece),
            held_out=corpus.select(held_out).pieces(config.piece),
            num_training=len(training),
            duplicates=0,
            fingerprint=self.collection.fingerprint
            + hashlib.sha256(training.tobytes()).hexdigest(),
        )

    def teaching(self, bases: list[Bundle], encoder: Path | None) -> tuple[Teaching | None, float]:
        """Who is asked for labels, and the seconds that were spent on making them.

        The mean of bases is asked about all texts, an encoder about short ones.
        """
        teachers = self._mean_of(bases) if bases else []
        seconds = 0.0
        if encoder:
            learned, seconds = self._encoder(encoder)
            teachers.append(Teacher(learned, longest=LONGEST_TEXT))
        asked = Teaching(teachers, self.work, self.compute) if teachers else None
        return asked, seconds

    def rehearsing(self, teaching: Teaching, start: Bundle, swapping: Swapping) -> Teaching:
        """The same teachers for sentences and a treebank's texts; of reviews a base is its own.

        So it forgets less of them while it learns of other texts (Robins 1995, "Catastrophic
        forgetting, rehearsal and pseudorehearsal").
        """
        others = [replace(one, of="parts") for one in teaching.teachers]
        own = [replace(one, of="reviews") for one in self._mean_of([start])]
        return replace(teaching, teachers=[*others, *own], of_longer=1.0, swapping=swapping)

    def _mean_of(self, bases: list[Bundle]) -> list[Teacher]:
        arrays = mean_weights([self.of_base(base).arrays for base in bases])
        network = ReviewNetwork.from_arrays(config_of(arrays), arrays)
        return [Teacher(network, longest=LONGEST)]

    def _encoder(self, folder: Path) -> tuple[Encoder, float]:
        """An encoder after all its passes over ratings, and the seconds that they took."""
        network = Encoder.read(folder, self.collection.tokens)
        decided: tuple[object, ...] = (network.origin,)
        seconds = 0.0
        for settings in network.learning:
            decided = (*decided, settings)
            stage = self._encoder_after(network, settings, decided)
            arrays = {name: torch.from_numpy(array) for name, array in stage.arrays.items()}
            network.load_state_dict(arrays)
            seconds += stage.seconds
        return network.eval(), seconds

    def _encoder_after(
        self, network: Encoder, settings: RatingSettings, decided: tuple[object, ...]
    ) -> Stage:
        """An encoder after one pass more, which is kept by all that decides what it has learned."""
        digest = hashlib.sha256(repr(decided).encode()).hexdigest()[:8]
        name = "-".join(filter(None, ("encoder", digest, self.some, DRAWING)))
        path = self.work / f"{name}.safetensors"

        def make() -> dict[str, Float32Array]:
            control = RunControl(path.with_suffix(".checkpoint"), resume=True)
            self._learn(settings, network, None, control)
            return arrays_of(network)

        return kept(path, make)

    def ratings(
        self,
        settings: RatingSettings,
        language: dict[str, Float32Array],
        teaching: Teaching | None,
    ) -> Stage:
        """The network after it has learned ratings."""
        learned = hashlib.sha256(repr(settings).encode()).hexdigest()[:8]
        taught = f"taught{teaching.digest}-" if teaching else ""
        path = self.work / f"ratings-{self.name}-{learned}-{taught}{DRAWING}.safetensors"

        def make() -> dict[str, Float32Array]:
            network = beginner(settings, language)
            control = RunControl(path.with_suffix(".checkpoint"), resume=True)
            self._learn(settings, network, teaching, control, language["embedding"])
            return network.to_arrays()

        return kept(path, make)

    def _learn(
        self,
        settings: RatingSettings,
        network: nn.Module,
        teaching: Teaching | None,
        control: RunControl,
        vectors: Float32Array | None = None,
    ) -> None:
        unrated = self.unrated if teaching else NOTHING
        lessons = lessons_of(settings, self.collection, self.rated, teaching, unrated, vectors)
        trainer = RatingTrainer(settings, lessons, network, self.compute)
        learn_ratings(trainer, control, self.say)

    def measure(self, made: Made, left_out: tuple[str, ...]) -> str:
        """What domains say that were left out, as a table."""
        network = self.compute.place(made.network())
        expected = expectation(self.collection, self.rated)
        return as_table(
            scores_by_domain(self.collection, left_out, network, expected, self.compute)
        )


class Progress:
    """Says a line an epoch."""

    def __init__(self, say: Callable[[str], None]) -> None:
        self.say = say

    def begin(self, num_epochs: int, num_steps: int, steps_done: int) -> None:
        """It starts, or goes on."""
        self.say(f"language: {num_epochs} epochs, {num_steps} steps, {steps_done} of them done")

    def batch_done(self, num_tokens: int, nll: float) -> None:
        """Not worth a line."""

    def epoch_done(self, report: LanguageReport) -> None:
        """The held-out reviews have been read."""
        self.say(f"language: epoch {report.epoch}, perplexity {report.perplexity:.1f}")
