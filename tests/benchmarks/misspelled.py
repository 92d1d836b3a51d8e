"""What misspelled words cost, how much of it reading them as known ones saves, and what that costs.

``python -m tests.benchmarks.misspelled DATA [BASE]``

BASE, that which ships if none is named, rates reviews of DATA's domains that it has not learned
from: as they are, and with every third word of five letters or more misspelled, each by one
letter that is lost, added, changed or swapped with the next, drawn at random. The rarest words that
BASE knows stand for right ones that it does not know: so many of them would be read as others.
"""

import math
import random
import sys
from pathlib import Path
from unittest.mock import patch

import numpy as np

from lstm_cli.bundle.reading import Bundle, open_bundle
from lstm_cli.data.corpus import Corpus
from lstm_cli.inference.scorer import Scorer
from lstm_cli.text.spelling import SHORTEST
from lstm_cli.text.tokens import tokenize
from lstm_cli.text.vocabulary import UNKNOWN_ID, Vocabulary
from tests.awkward import misspelled
from tests.base.collection import FILM_SOURCES, POINTS, sources_of
from tests.base.lessons import whole_ratings
from tests.base.measuring import measures
from tests.benchmarks.recipes import SHIPPED

MOST = 150  # reviews of a domain
WORDS = 200  # of a review
SHARE = 0.3  # of the words of five letters or more
COMMON = 30_000  # tokens; words beyond them stand for unknown ones


def main(data: Path, base: Path = SHIPPED) -> None:
    """Print a row for each way of writing and of reading."""
    bundle = open_bundle(base)
    reviews, ratings = [], []
    for source in sources_of(data):
        if source.name in (*FILM_SOURCES, *POINTS):
            continue
        last = slice(-min(source.held_out, MOST), None)
        reviews += [tokenize(text)[:WORDS] for text in source.texts[last]]
        ratings += [*source.ratings[last]]
    places = whole_ratings(np.array(ratings, dtype=np.float32))
    rng = random.Random(0)
    wrong = [[_hasty(token, rng) for token in tokens] for tokens in reviews]
    changed = [k for k, tokens in enumerate(reviews) if any(map(bundle.vocabulary.read_as, tokens))]
    print(f"{len(reviews):,} reviews; in {len(changed):,} a word is read as another")
    wrong_words, rare = _read_wrongly(bundle.vocabulary)
    print(f"{wrong_words:,} of {rare:,} rare words would be\n")
    print("| | accuracy | mean error | kappa | unknown words |\n|---|---|---|---|---|")
    whole = range(len(reviews))
    for name, texts, chosen in (
        ("as they are", reviews, whole),
        ("those with such a word", reviews, changed),
        ("misspelled", wrong, whole),
    ):
        _row(f"{name}, by spelling", bundle, [texts[k] for k in chosen], places[chosen])
        with patch("lstm_cli.text.vocabulary.FEWEST_FOR_SPELLING", math.inf):
            _row(name, open_bundle(base), [texts[k] for k in chosen], places[chosen])


def _read_wrongly(vocabulary: Vocabulary) -> tuple[int, int]:
    """How many of the rarest words would be read as others, and of how many that can be."""
    kept, rare = vocabulary.tokens[:COMMON], vocabulary.tokens[COMMON:]
    asked = [token for token in rare if token.isalpha() and len(token) >= SHORTEST]
    known = Vocabulary(kept)
    return sum(known.read_as(token) is not None for token in asked), len(asked)


def _hasty(token: str, rng: random.Random) -> str:
    is_long = len(token) >= 5 and token.isascii() and token.isalpha()
    return misspelled(token, rng) if is_long and rng.random() < SHARE else token


def _row(name: str, bundle: Bundle, reviews: list[list[str]], places: np.ndarray) -> None:
    corpus = Corpus.of_tokens(reviews, bundle.vocabulary)
    accuracy, error, kappa, _ = measures(Scorer(bundle).rate(corpus), places)
    unknown = (corpus.gather(np.arange(len(corpus))) == UNKNOWN_ID).mean()
    print(
        f"| {name} | {100 * accuracy:.1f} | {error:.3f} | {kappa:.3f} | {100 * unknown:.1f} % |",
        flush=True,
    )


if __name__ == "__main__":
    main(*map(Path, sys.argv[1:]))
