"""Make ``models/base`` anew: ``python -m tests.make_base DATA``.

DATA holds ``imdb``, ``sst5`` and ``domains``. The first three of four stages are kept in WORK and
not run twice; one that was stopped goes on at the last epoch, on whichever device:

1. ``collection``: all reviews as token ids, the vocabulary chosen over all domains;
2. ``language``: which word comes next in them, rated or not;
3. ``ratings``: the ratings of all domains together;
4. ``models/base``: rows of the embedding as integers, with a card. This is what ships.

``--leave-out A``, B or C learns from two thirds of the domains and measures the others, of
which only the words were counted: by that, settings are chosen. ``--without phrases,sst5``
leaves out what sentences of films are measured on. Both write a base only where ``--base`` says.

``--from BASE`` learns ratings further from a base, at half the rate, and reads nothing anew: an
epoch of that took 23 minutes on two cores, beside other programs. For a base that was made so,
``--seed 1`` draws other reviews and sentences. ``--teachers BASE ...`` learns what the mean of the
weights of earlier bases says of them, too; git keeps those that shipped.

Never learned from: IMDB's last 2,500 reviews, SST-5's development sentences, a tenth of each
domain. On one H100 the stages, in larger batches, took 6.5 minutes beside other trainings. Who has
only a processor makes a smaller base, to measure with: ``--units 256 --embedding 128 --epochs 1 2
--most 3000 --tokens-per-batch 8192`` takes most of an hour on one core.
"""

import argparse
import hashlib
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from safetensors import safe_open
from safetensors.numpy import save_file

from lstm_cli.arrays import Float32Array
from lstm_cli.bundle.reading import Bundle, open_bundle
from lstm_cli.config import PretrainConfig
from lstm_cli.core.compute import Compute
from lstm_cli.results import LanguageReport
from lstm_cli.text.vocabulary import Vocabulary
from lstm_cli.training.checkpoint import RunControl
from lstm_cli.training.pretraining import Unlabelled, pretrain
from tests.base.collection import PHRASES, Collection, at_most, collect, fold
from tests.base.drawing import DRAWING
from tests.base.measuring import as_table, scores_by_domain
from tests.base.rating import RatingSettings, RatingTrainer, digest_of, learn_ratings
from tests.base.seen import seen_of
from tests.base.shipping import Made, expectation, ship
from tests.base.teaching import OF_REVIEW, OF_SENTENCE, mean_weights

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
    parser = _parser()
    asked = parser.parse_args()
    if asked.without and not (asked.base or asked.leave_out):
        parser.error("--without goes with --base: such a base is not to be shipped")
    compute = Compute.of_machine(asked.precision, device=asked.device)
    compute.set_up_process()
    collection = collected(asked.data, asked.work, compute)
    left_out = fold(collection, asked.leave_out)
    without = (*left_out, *filter(None, asked.without.split(",")))
    if unknown := set(without) - set(collection.domains):
        parser.error(f"--without: there is no {', '.join(sorted(unknown))} in {asked.data}")
    start = open_bundle(asked.start) if asked.start else None
    teachers = [open_bundle(path) for path in asked.teachers]
    for base in [start, *teachers] if start else teachers:
        if known := {f"{name}.csv" for name in without} & {*base.info.provenance.files}:
            parser.error(f"{base.path} has learned from {', '.join(sorted(known))}, "
                         "which is to be left out")  # fmt: skip
    readable = ~collection.is_held_out & ~collection.is_of(without)
    if asked.most:
        readable = at_most(collection, readable, asked.most)
    sizes = (asked.most, asked.tokens_per_batch)
    names = (
        str(asked.units),
        str(asked.embedding),
        asked.leave_out,
        asked.without,
        *(str(size) for size in sizes if size),
        f"from{start.fingerprint[:12]}" if start else "",
    )
    run = Run(
        collection,
        readable,
        compute,
        asked.work,
        "-".join((*filter(None, names), *map(str, asked.epochs))),
    )
    config = replace(
        LANGUAGE,
        hidden_size=asked.units,
        embedding_size=asked.embedding,
        epochs=asked.epochs[0],
        precision=asked.precision,
        tokens_per_batch=asked.tokens_per_batch or LANGUAGE.tokens_per_batch,
    )
    settings = RatingSettings(
        epochs=asked.epochs[1],
        learning_rate=RatingSettings.learning_rate / (2 if start else 1),
        tokens_per_batch=asked.tokens_per_batch or RatingSettings.tokens_per_batch,
        seed=asked.seed,
    )
    language = run.of_base(start) if start else run.language(config)
    teacher = mean_weights([run.of_base(base).arrays for base in teachers]) if teachers else None
    ratings = run.ratings(settings, language.arrays, teacher)
    seconds = language.seconds + ratings.seconds
    made = Made(
        ratings.arrays, settings, seconds, asked.precision, start is not None, bool(teachers)
    )
    if left_out:
        run.measure(made, left_out)
        if asked.base is None:
            return
    base = asked.base or ROOT / "models" / "base"
    ship(collection, run.rated, made, seen_of(asked.data, collection, without), base)
    print(f"{base}: {sum(file.stat().st_size for file in base.iterdir()) / 2**20:.1f} MiB")


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("data", type=Path)
    parser.add_argument("--work", type=Path, default=ROOT / "build" / "base")
    parser.add_argument("--base", type=Path, help="where it is written; else models/base")
    parser.add_argument("--device", default="cpu", help="as torch names it")
    parser.add_argument("--precision", choices=("float32", "bfloat16"), default="float32")
    parser.add_argument("--leave-out", choices=("A", "B", "C"), default="")
    parser.add_argument("--from", dest="start", type=Path, metavar="BASE",
                        help="what ratings are learned further from")  # fmt: skip
    parser.add_argument("--teachers", type=Path, nargs="+", default=[], metavar="BASE",
                        help="whose answers are learned beside the ratings")  # fmt: skip
    parser.add_argument("--without", default="", help="sources, with commas between")
    parser.add_argument("--units", type=int, default=LANGUAGE.hidden_size)
    parser.add_argument("--embedding", type=int, default=LANGUAGE.embedding_size)
    parser.add_argument("--most", type=int, help="reviews of a source that are learned from")
    parser.add_argument("--tokens-per-batch", type=int, help="else as the stages have it")
    parser.add_argument("--seed", type=int, default=0, help="of what is drawn for the ratings")
    parser.add_argument("--epochs", type=int, nargs=2, default=(LANGUAGE.epochs, 4),
                        metavar=("LANGUAGE", "RATINGS"))  # fmt: skip
    return parser


def collected(data: Path, work: Path, compute: Compute) -> Collection:
    """All reviews as token ids, which are made once."""
    folder = work / "collection"
    if not folder.exists():
        collect(data, compute.num_processes).save(folder)
    return Collection.load(folder)


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

    @property
    def rated(self) -> NDArray[np.int64]:
        """Places of the reviews whose ratings are learned."""
        return np.flatnonzero(self.readable & ~np.isnan(self.collection.ratings))

    def language(self, config: PretrainConfig) -> Stage:
        """The network after it has read."""
        path = self.work / f"language-{self.name}.safetensors"

        def make() -> dict[str, Float32Array]:
            control = RunControl(path.with_suffix(".checkpoint"), resume=True)
            reviews = self._texts(config)
            return pretrain(
                config, reviews, Progress(), compute=self.compute, control=control
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

    def ratings(
        self,
        settings: RatingSettings,
        language: dict[str, Float32Array],
        teacher: dict[str, Float32Array] | None,
    ) -> Stage:
        """The network after it has learned ratings."""
        seed = f"seed{settings.seed}-" if settings.seed else ""
        shares = f"{OF_SENTENCE}-{OF_REVIEW}"
        taught = f"taught{digest_of(teacher)[:8]}-{shares}-" if teacher else ""
        path = self.work / f"ratings-{self.name}-{seed}{taught}{DRAWING}.safetensors"

        def make() -> dict[str, Float32Array]:
            trainer = RatingTrainer(
                settings, self.collection, self.rated, language, self.compute, teacher
            )
            control = RunControl(path.with_suffix(".checkpoint"), resume=True)
            return learn_ratings(trainer, control, say).to_arrays()

        return kept(path, make)

    def measure(self, made: Made, left_out: tuple[str, ...]) -> None:
        """Print what domains say that were left out."""
        network = self.compute.place(made.network())
        expected = expectation(self.collection, self.rated)
        print(as_table(scores_by_domain(
            self.collection, left_out, network, expected, self.compute)))  # fmt: skip


def say(line: str) -> None:
    """Print a line at once, also where it goes to a file."""
    print(line, flush=True)


class Progress:
    """Prints a line an epoch."""

    def begin(self, num_epochs: int, num_steps: int, steps_done: int) -> None:
        """It starts, or goes on."""
        print(f"language: {num_epochs} epochs, {num_steps} steps, {steps_done} of them done")

    def batch_done(self, num_tokens: int, nll: float) -> None:
        """Not worth a line."""

    def epoch_done(self, report: LanguageReport) -> None:
        """The held-out reviews have been read."""
        say(f"language: epoch {report.epoch}, perplexity {report.perplexity:.1f}")


if __name__ == "__main__":
    main()
