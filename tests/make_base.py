"""Make ``models/base`` anew: ``python -m tests.make_base DATA``.

DATA holds ``imdb``, ``sst5`` and ``domains``. Four stages, each kept in WORK and not run twice;
one that was stopped goes on at the last epoch, on whichever device:

1. ``collection``: all reviews as token ids, the vocabulary chosen over all domains;
2. ``language``: which word comes next in them, rated or not;
3. ``ratings``: the ratings of all domains together;
4. ``models/base``: rows of the embedding as integers, with a card. This is what ships.

``--leave-out A``, B or C learns from two thirds of the domains and measures the others, of
which not even the texts were read: by that, settings are chosen. ``--without phrases,sst5``
leaves out what sentences of films are measured on.

Never learned from: IMDB's last 2,500 reviews, SST-5's development sentences, a tenth of each
domain. On one H100 the stages took 7 minutes beside four others; on two cores with AVX2 they
would take two days, so there `--epochs` is for patience.
"""

import argparse
import time
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from safetensors.numpy import load_file, save_file

from lstm_cli.arrays import Float32Array
from lstm_cli.config import PretrainConfig
from lstm_cli.core.compute import Compute
from lstm_cli.results import LanguageReport
from lstm_cli.text.vocabulary import Vocabulary
from lstm_cli.training.checkpoint import RunControl
from lstm_cli.training.pretraining import Unlabelled, pretrain
from tests.base.collection import PHRASES, Collection, collect, fold
from tests.base.measuring import as_table, scores_by_domain
from tests.base.rating import RatingSettings, RatingTrainer, learn_ratings
from tests.base.shipping import Made, expectation, ship

ROOT = Path(__file__).parents[1]
# Of the language. Perplexity after five epochs: 384 units 78.8, 512 (six) 71.8, 640 71.8, 896 67.5.
LANGUAGE = PretrainConfig(
    embedding_size=256,
    hidden_size=512,
    cutoffs=(4_000, 12_000),
    epochs=6,
    warmup=0.03,
    tokens_per_batch=49_152,
    piece=256,
    held_out=2_000,
)


def main() -> None:
    """Run what has not been run yet."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("data", type=Path)
    parser.add_argument("--work", type=Path, default=ROOT / "build" / "base")
    parser.add_argument("--base", type=Path, default=ROOT / "models" / "base")
    parser.add_argument("--device", default="cpu", help="as torch names it")
    parser.add_argument("--precision", choices=("float32", "bfloat16"), default="float32")
    parser.add_argument("--leave-out", choices=("A", "B", "C"), default="")
    parser.add_argument("--without", default="", help="sources, with commas between")
    parser.add_argument("--units", type=int, default=LANGUAGE.hidden_size)
    parser.add_argument("--embedding", type=int, default=LANGUAGE.embedding_size)
    parser.add_argument("--epochs", type=int, nargs=2, default=(LANGUAGE.epochs, 4),
                        metavar=("LANGUAGE", "RATINGS"))  # fmt: skip
    asked = parser.parse_args()
    compute = Compute.of_machine(asked.precision)
    compute.set_up_process()
    collection = collected(asked.data, asked.work, compute)
    left_out = fold(collection, asked.leave_out)
    without = (*left_out, *filter(None, asked.without.split(",")))
    readable = ~collection.is_held_out & ~collection.is_of(without)
    name = "-".join(filter(None, (str(asked.units), asked.leave_out, asked.without)))
    run = Run(
        collection,
        readable,
        replace(compute, device=asked.device),
        asked.work,
        name,
    )
    config = replace(
        LANGUAGE,
        hidden_size=asked.units,
        embedding_size=asked.embedding,
        epochs=asked.epochs[0],
        precision=asked.precision,
    )
    settings = RatingSettings(epochs=asked.epochs[1])
    began = time.perf_counter()
    language = run.language(config)
    arrays = run.ratings(settings, language)
    made = Made(arrays, settings, time.perf_counter() - began, asked.precision)
    if left_out:
        run.measure(made, left_out)
    else:
        ship(collection, run.rated, made, asked.base)
        size = sum(file.stat().st_size for file in asked.base.iterdir()) / 2**20
        print(f"{asked.base}: {size:.1f} MiB")


def collected(data: Path, work: Path, compute: Compute) -> Collection:
    """All reviews as token ids, which are made once."""
    folder = work / "collection"
    if not (folder / "tokens.txt").exists():
        collect(data, compute.num_processes).save(folder)
    return Collection.load(folder)


@dataclass(frozen=True)
class Run:
    """The stages, on some of the reviews."""

    collection: Collection
    readable: NDArray[np.bool_]  # which reviews may be learned from. (N,)
    compute: Compute
    work: Path
    name: str

    @property
    def rated(self) -> NDArray[np.int64]:
        """Places of the reviews whose ratings are learned."""
        return np.flatnonzero(self.readable & ~np.isnan(self.collection.ratings))

    def language(self, config: PretrainConfig) -> dict[str, Float32Array]:
        """Arrays of the network after it has read."""
        done = self.work / f"language-{self.name}.safetensors"
        if not done.exists():
            # Phrases repeat the words of their sentences.
            texts = np.flatnonzero(self.readable & ~self.collection.is_of([PHRASES]))
            corpus = self.collection.corpus
            order = np.random.default_rng(config.seed).permutation(texts)
            held_out, training = order[: config.held_out], np.sort(order[config.held_out :])
            reviews = Unlabelled(
                Vocabulary(self.collection.tokens),
                corpus.select(training).pieces(config.piece),
                corpus.select(held_out).pieces(config.piece),
                len(training),
                0,
                self.collection.fingerprint,
            )
            control = RunControl(done.with_suffix(".checkpoint"), resume=True)
            made = pretrain(config, reviews, Progress(), compute=self.compute, control=control)
            save_file(made.arrays, done)
        return load_file(done)

    def ratings(
        self, settings: RatingSettings, language: dict[str, Float32Array]
    ) -> dict[str, Float32Array]:
        """Arrays of the network after it has learned ratings."""
        done = self.work / f"ratings-{self.name}.safetensors"
        if not done.exists():
            trainer = RatingTrainer(settings, self.collection, self.rated, language, self.compute)
            control = RunControl(done.with_suffix(".checkpoint"), resume=True)
            save_file(learn_ratings(trainer, control, print).to_arrays(), done)
        return load_file(done)

    def measure(self, made: Made, left_out: tuple[str, ...]) -> None:
        """Print what domains say that were left out."""
        network = self.compute.place(made.network())
        expected = expectation(self.collection, self.rated)
        print(as_table(scores_by_domain(
            self.collection, left_out, network, expected, self.compute)))  # fmt: skip


class Progress:
    """Prints a line an epoch."""

    def begin(self, num_epochs: int, num_steps: int, steps_done: int) -> None:
        """It starts, or goes on."""
        print(f"language: {num_epochs} epochs, {num_steps} steps, {steps_done} of them done")

    def batch_done(self, num_tokens: int, nll: float) -> None:
        """Not worth a line."""

    def epoch_done(self, report: LanguageReport) -> None:
        """The held-out reviews have been read."""
        print(f"language: epoch {report.epoch}, perplexity {report.perplexity:.1f}", flush=True)


if __name__ == "__main__":
    main()
