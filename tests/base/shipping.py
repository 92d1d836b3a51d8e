"""The base as the package holds it: at most 16 MiB, with a card that says what it is."""

from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from lstm_cli.arrays import Float32Array, Float64Array
from lstm_cli.bundle.contents import BundleInfo, NewBundle, network_weights
from lstm_cli.bundle.provenance import Provenance
from lstm_cli.bundle.seen import Seen
from lstm_cli.bundle.writing import write_bundle
from lstm_cli.config import ModelConfig, Precision, TrainConfig
from lstm_cli.core.compute import Compute
from lstm_cli.core.network import ReviewNetwork, rating_probabilities
from lstm_cli.data.corpus import Corpus
from lstm_cli.data.ratings.scale import Scale
from lstm_cli.data.showing import count
from lstm_cli.evaluation.evaluation import evaluate
from lstm_cli.gates.words import gather_gate_statistics
from lstm_cli.metrics.baselines import always
from lstm_cli.pipeline.origin import now, versions
from lstm_cli.text.tokens import TOKEN_PATTERN
from lstm_cli.text.vocabulary import Vocabulary
from tests.base.collection import FILM_SOURCES, FILMS, NUM_RATINGS, PHRASES, Collection
from tests.base.drawing import EVEN, EVEN_TAUGHT, HEAD, LONGEST, LONGEST_SENTENCE, MOST_READ
from tests.base.encoder import LONGEST_TEXT
from tests.base.lessons import log_shares, whole_ratings
from tests.base.rating import CLIP_NORM, config_of
from tests.base.settings import RatingSettings
from tests.base.swapping import Swapping
from tests.base.teaching import OF_REVIEW

SCALE = Scale(tuple(float(rating) for rating in range(1, NUM_RATINGS + 1)))
# Of the domains' mean shares; 1 would expect of a stranger's file what these expect of each
# other, 0 every rating alike. Kappa on domains left out: 0.670, 0.680 with the half, 0.676.
EXPECTATION = 0.5
NOTES = """
## What it is, and is not

The base that ships with lstm-cli: `lstm predict` uses it as long as no other model has been
trained, and `lstm train` starts from it. It has read 72,000 English film reviews
(Maas et al. 2011), the sentences of the Stanford Sentiment Treebank (Socher et al. 2013), and
169,000 reviews of 39 other domains: books, headphones, restaurants, apps, employers, doctors,
whisky and more. First it learned which word comes next in them, then the ratings of all that
have one, brought from their scales onto 1 to 5. None of their texts is in it.

Of a domain of n reviews, the smaller of n and the root of {even:,} n were drawn for each pass; of
films {films:,}, {phrases:,} phrases, and all sentences of the treebank. Sentences out of reviews
were read as reviews of their own, a larger share of those with a word like "not", "but" or
"without" than of the others.{further}
What a domain's shares of ratings say was kept apart from what its texts say, so that it
expects of a stranger's reviews {expected} of 1 to 5, and not what one domain has.

Made by `python -m tests.make_base DATA`{source}.

The scores above are of a tenth of each domain, held out, before the weights were rounded to
eight and sixteen bits. `tests/benchmarks/README.md` has those of whole domains that such a base
had never seen.

- A few hundred rated reviews of your own make it better: `lstm train REVIEWS.csv`.
- Of other languages than English it knows little.
- It has learned from what people wrote, prejudice against names, groups and places included. Do
  not judge people with it, nor what they write of one another.
- Irony, comparison and what a sentence leaves unsaid are often lost on it. Its ratings mean
  little where everybody is polite (notes on coffee or wine), and where the text says little of
  the rating (gift cards).
"""
FURTHER = """
So it was in the last {passes}; earlier ones may have differed.{weights}"""
FEW_READ = """
So it was in the last {passes}. Of what was drawn for a pass, at most {sentences:,} sentences out of
reviews, {phrases:,} phrases, {rated_sentences:,} sentences of the treebank, {reviews:,} reviews of
at most {longest} words and {longer:,} longer ones were read. The label of a longer review was what
the base before had said of it; so was {percent:.0f} % of a shorter one's label, and the rest was
its rating.{swapped}
Earlier passes may have differed.{weights}"""
SWAPPED = """
For each such pass, every word of {letters} letters or more but the most frequent ones was also put
into {sentences}, mostly in the place of a word of its kind; some other words of those
sentences were swapped, too."""
PART_WAY = """
The weights of the base lie between what they were before the last {passes} and after:
{percent:.3g} % of the way."""
TAUGHT = """
The label of a sentence out of a review was {teachers} of it,
also in reviews without a rating; {percent:.0f} % of the label of a {kind}
was such an answer, the rest its rating.{more}"""
ENCODER = """
The encoder (no part of the base) had learned from ratings of the same reviews and treebank."""
ASKED = """
It was asked only about texts of at most {longest} words; {otherwise}."""
BOTH = "the mean of what {} and {} said"


@dataclass(frozen=True)
class Made:
    """A network, and what it came from."""

    arrays: dict[str, Float32Array]
    settings: RatingSettings
    seconds: float  # that the stages took
    precision: Precision
    is_further: bool = False  # it came from a base
    way: float = 1.0  # how far its weights are from those of that base to what was learned
    num_teaching_bases: int = 0  # the mean of whose weights it learned from
    has_encoder: bool = False  # that taught it, too
    swapping: Swapping | None = None  # of words that teachers were asked of in other sentences

    @property
    def is_taught(self) -> bool:
        """Whether anyone but those who wrote the reviews rated what it has read."""
        return self.num_teaching_bases > 0 or self.has_encoder

    @property
    def config(self) -> ModelConfig:
        """The sizes."""
        return config_of(self.arrays)

    def network(self) -> ReviewNetwork:
        """As torch runs it."""
        return ReviewNetwork.from_arrays(self.config, self.arrays)


def expectation(collection: Collection, training: NDArray[np.int64]) -> Float64Array:
    """How often each rating is expected in a file that nobody has seen. (R,)"""
    others = [
        number
        for number in np.unique(collection.domain[training])
        if collection.domains[number] not in FILM_SOURCES
    ]
    shares = np.exp(log_shares(collection, training)[others]).mean(0) ** EXPECTATION
    found: Float64Array = shares / shares.sum()
    return found


def ship(
    collection: Collection, training: NDArray[np.int64], made: Made, seen: Seen, path: Path
) -> None:
    """Write the base.

    Args:
        collection: what it has read.
        training: places of the rated reviews that it has learned from.
        made: the network.
        seen: hashes of all that it has read.
        path: the folder of the base, which is replaced.
    """
    expected = expectation(collection, training)
    arrays = dict(made.arrays)
    arrays["readout.bias"] = (arrays["readout.bias"] + np.log(expected)).astype(np.float32)
    config = made.config
    vocabulary = Vocabulary(collection.tokens)
    held_out = np.flatnonzero(collection.is_held_out & ~collection.is_of(FILM_SOURCES))
    corpus = collection.corpus.select(held_out)
    network = ReviewNetwork.from_arrays(config, arrays)
    compute = Compute()
    evaluation = evaluate(
        rating_probabilities(network, corpus, compute),
        whole_ratings(collection.ratings[held_out]),
        SCALE,
        model=path.name,
        baselines={always("5"): np.full(len(held_out), NUM_RATINGS - 1)},
        shuffled=rating_probabilities(network, corpus.shuffled(np.random.default_rng(0)), compute),
    )
    info = BundleInfo(
        name=path.name,
        created=now(),
        model=config,
        training=_as_train_config(made),
        ratings=SCALE.ratings,
        token_pattern=TOKEN_PATTERN,
        scores=evaluation.to_json(),
        provenance=_provenance(collection, training, len(held_out)),
        versions=versions(),
        seconds=made.seconds,
        stored_as="int8",
    )
    statistics = gather_gate_statistics(
        _measured(corpus), network_weights(arrays), config, vocabulary, np.array(SCALE.ratings)
    )
    said = ", ".join(f"{100 * share:.0f}" for share in expected) + " %"
    new = NewBundle(
        info=info,
        tokens=vocabulary.tokens,
        weights=arrays,
        gate_statistics=statistics,
        history=(),
        seen=seen,
        notes=NOTES.format(
            even=(EVEN_TAUGHT if made.is_taught else EVEN).reviews,
            films=MOST_READ[FILMS],
            phrases=MOST_READ[PHRASES],
            expected=said,
            further=_taught(made) + _further(made),
            source=_source(made),
        ),
    )
    write_bundle(new, path, replace=path.exists())


def _further(made: Made) -> str:
    """Which passes the card tells of, and what became of the weights; nothing of a first base."""
    if not made.is_further:
        return ""
    epochs = made.settings.epochs
    passes = "pass" if epochs == 1 else count(epochs, "pass", "passes")
    weights = ""
    if made.way < 1:
        weights = PART_WAY.format(passes=passes, percent=100 * made.way)
    if few := made.settings.few:
        said = few._asdict() | {
            "percent": 100 * OF_REVIEW,
            "swapped": _swapped(made.swapping),
        }
        return FEW_READ.format(passes=passes, longest=LONGEST_SENTENCE, weights=weights, **said)
    return FURTHER.format(passes=passes, weights=weights)


def _swapped(swapping: Swapping | None) -> str:
    """How often a word was put where it did not stand, if any was."""
    if not swapping:
        return ""
    sentences = count(swapping.times, "other sentence")
    return SWAPPED.format(letters=swapping.letters, sentences=sentences)


def _taught(made: Made) -> str:
    """Whose answers it learned, if anyone's."""
    if not made.is_taught:
        return ""
    bases, few = made.num_teaching_bases, made.settings.few
    teachers = ["an earlier base" if bases == 1 else "the mean of earlier bases"] * bool(bases)
    more = ""
    if made.has_encoder:
        asked = ASKED.format(longest=LONGEST_TEXT, otherwise=_otherwise(teachers))
        more = ENCODER + asked * (not few)
        teachers.append("a sentence encoder")
    said = BOTH.format(*teachers) if len(teachers) > 1 else f"what {teachers[0]} said"
    kind = "treebank's phrase or sentence" if few else "review or of a treebank's text"
    return TAUGHT.format(teachers=said, percent=100 * OF_REVIEW, kind=kind, more=more)


def _otherwise(others: list[str]) -> str:
    """Who rates what an encoder is not asked about."""
    if others:
        return f"about longer ones only {others[0]} was"
    return "longer reviews kept their own rating"


def _source(made: Made) -> str:
    """With which options the command made it."""
    options = {
        "`--from`": made.is_further,
        "`--part-way`": made.way < 1,
        "`--few`": made.settings.few is not None,
        "`--teachers`": made.num_teaching_bases > 0,
        "`--encoder`": made.has_encoder,
    }
    given = [option for option, is_given in options.items() if is_given]
    if not given:
        return ""
    *first, last = given
    listed = f"{', '.join(first)} and {last}" if first else last
    return f", {'and again ' if made.is_further else ''}with {listed}"


def _measured(corpus: Corpus) -> Corpus:
    """Reviews of all domains, none of which outweighs the others by its length."""
    return corpus.shortened(200, 100)


def _as_train_config(made: Made) -> TrainConfig:
    settings = asdict(made.settings)
    # Of which a training of a person's has no need.
    for name in ("parts", "most_reviews", "encoder_lr_scale", "longest", "few"):
        del settings[name]
    return TrainConfig(
        **settings,
        maximum_tokens=LONGEST,
        head_share=HEAD / LONGEST,
        clip_norm=CLIP_NORM,
        adversarial_epsilon=0.0,
        keeps_last=True,
        precision=made.precision,
    )


def _provenance(
    collection: Collection, training: NDArray[np.int64], num_held_out: int
) -> Provenance:
    counts = np.bincount(whole_ratings(collection.ratings[training]), minlength=NUM_RATINGS)
    names = [collection.domains[number] for number in np.unique(collection.domain[training])]
    lengths = collection.lengths[training]
    return Provenance(
        files=tuple(f"{name}.csv" for name in names),
        fingerprint=collection.fingerprint,
        training=len(training),
        counts=dict(zip(SCALE.labels, counts.tolist(), strict=True)),
        text_columns=("review",) * len(names),
        rating_columns=("rating",) * len(names),
        reviews=len(training) + num_held_out,
        validation=num_held_out,
        left_out=0,
        skipped={},
        lengths=(int(lengths.min()), int(lengths.max())),
    )
