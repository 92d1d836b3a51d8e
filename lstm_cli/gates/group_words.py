"""The words that make the ratings of a group differ from those of the others.

What a word contributes is by how much the expected rating changes as it is read. These changes
add up to the expected rating of the review, less what is expected before any word; so the mean
of a group less that of the others is, exactly, a sum over words: the mean contribution of each
in the group less that in the others. What the named terms leave of it belongs to function
words, marks, and words that differ too little to be sure of.

The ledger splits a rating just as exactly, by what each word wrote into the memory, but credits
the full stop after "delicious" more than the word, since much is written where much has been
read; and it takes some fourteen times as long. So the changes are used.

Shapes: N reviews, C words of all of them (see gates/terms.py).
"""

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from lstm_cli.arrays import Float64Array
from lstm_cli.bundle.reading import Bundle
from lstm_cli.core.batch_reading import FEWEST_REVIEWS, TOKENS_AT_ONCE, BatchReader
from lstm_cli.core.reading import on_one_thread, softmax
from lstm_cli.data.batches import make_batch, plan_batches
from lstm_cli.data.corpus import Corpus
from lstm_cli.gates.quoting import snippet
from lstm_cli.gates.sure_terms import Chance, surest
from lstm_cli.gates.term_table import TermTable
from lstm_cli.gates.terms import ReviewWords, commonest, joined, words_of
from lstm_cli.results.report import Companion, GroupWords, Quote, TermEffect
from lstm_cli.text.tokens import tokenize

# Some 22 s of CPU time: 30,000 were read in 2.7 by 512 units, and their words found in 0.2. Of more
# reviews a part drawn at random is read.
MOST_TOKENS = 250_000
MOST_COMPANIONS = 3
FARTHEST_COMPANION = 8  # tokens from a word, in its sentence: "the food that we had was horrible"
FEWEST_TOGETHER = 2  # reviews in which both are said
FEW = 5  # reviews with a word: that all of so many have another with it may be chance


@dataclass(frozen=True)
class ReadReviews:
    """Reviews, and what each of their tokens contributed to the expected rating."""

    texts: Sequence[str]
    lines: Sequence[str]
    groups: Sequence[str]
    known: Sequence[float | None]  # ratings that people gave
    tokens: Sequence[list[str]]
    contributions: Sequence[Float64Array]  # in rating points; one a token
    expected: Float64Array  # (N,): the rating expected at the end
    before: float  # the rating expected before any word

    @cached_property
    def words(self) -> list[ReviewWords]:
        """The words of each review."""
        return [words_of(tokens) for tokens in self.tokens]

    @cached_property
    def rated(self) -> Float64Array:
        """The ratings people gave, and those expected where they gave none. (N,)"""
        given = [np.nan if rating is None else rating for rating in self.known]
        rated = np.array(given, dtype=np.float64)
        return np.where(np.isnan(rated), self.expected, rated)

    def effect_of(self, review: int, word: int) -> float:
        """What a word and its negation contributed."""
        places = self.words[review].tokens_of(word)
        return float(self.contributions[review][list(places)].sum())


def group_words(
    bundle: Bundle,
    texts: Sequence[str],
    lines: Sequence[str],
    groups: Sequence[str],
    ratings_known: Sequence[float | None] | None = None,
    *,
    most: int = 8,
    quotes: int = 3,
) -> tuple[GroupWords, ...]:
    """The words and pairs of words that make each group differ most from the others.

    Args:
        bundle: the model that reads.
        texts: all reviews. (N)
        lines: where each stands in its file. (N)
        groups: the group of each. (N)
        ratings_known: the rating that people gave to each, where they did. (N)
        most: terms that lower a group, and as many that raise it, at most.
        quotes: reviews shown of each term, at most.

    Returns:
        The groups in the order of their names. Of one group alone: what its words do to the mean
        of all reviews.
    """
    known = [None] * len(texts) if ratings_known is None else ratings_known
    reviews = read_reviews(bundle, texts, lines, groups, known)
    return words_of_reviews(reviews, len(texts) - len(reviews.texts), most=most, quotes=quotes)


def words_of_reviews(
    reviews: ReadReviews, left_out: int, *, most: int = 8, quotes: int = 3
) -> tuple[GroupWords, ...]:
    """The same of reviews that have been read.

    Args:
        reviews: the reviews.
        left_out: others that were not read.
        most: as in ``group_words``.
        quotes: as in ``group_words``.
    """
    contributions = [
        [reviews.effect_of(review, word) for word in range(len(found.names))]
        for review, found in enumerate(reviews.words)
    ]
    table = TermTable.of(reviews.words, contributions)
    chance = Chance(table, len(reviews.texts))
    return tuple(
        _words_of_group(reviews, chance, name, left_out, most=most, quotes=quotes)
        for name in sorted(set(reviews.groups))
    )


def read_reviews(
    bundle: Bundle,
    texts: Sequence[str],
    lines: Sequence[str],
    groups: Sequence[str],
    known: Sequence[float | None],
) -> ReadReviews:
    """Read reviews, of too many a part drawn at random, and keep what each token contributed.

    Args:
        bundle: the model.
        texts: the reviews. (N)
        lines: where each stands. (N)
        groups: the group of each. (N)
        known: the ratings of people. (N)
    """
    tokens = [tokenize(text, bundle.info.token_pattern) for text in texts]
    order = np.random.default_rng(0).permutation(len(texts))
    total = np.cumsum([len(tokens[k]) for k in order])
    chosen = np.sort(order[: max(1, int(np.searchsorted(total, MOST_TOKENS, side="right")))])
    tokens = [tokens[k] for k in chosen]
    corpus = Corpus.of_tokens(tokens, bundle.vocabulary)
    ratings = np.array(bundle.info.ratings)
    reader = BatchReader(bundle.weights, bundle.info.model)
    before = float(softmax(bundle.weights.readout_bias) @ ratings)
    contributions = [np.zeros(0)] * len(corpus)
    with on_one_thread():
        for places in plan_batches(corpus.lengths, TOKENS_AT_ONCE, fewest=FEWEST_REVIEWS):
            batch = make_batch(corpus, places[::-1])  # by falling length, as the reader wants them
            running = reader.running_logits(batch.token_ids, batch.lengths)
            changes = np.diff(softmax(running) @ ratings, axis=1, prepend=before)
            for review, length, changed in zip(batch.reviews, batch.lengths, changes, strict=True):
                contributions[review] = changed[:length]
    return ReadReviews(
        [texts[k] for k in chosen],
        [lines[k] for k in chosen],
        [groups[k] for k in chosen],
        [known[k] for k in chosen],
        tokens,
        contributions,
        before + np.array([changes.sum() for changes in contributions]),
        before,
    )


def _words_of_group(
    reviews: ReadReviews, chance: Chance, name: str, left_out: int, *, most: int, quotes: int
) -> GroupWords:
    """What makes one group differ."""
    table = chance.table
    is_in = np.array([group == name for group in reviews.groups])
    is_alone = bool(is_in.all())
    expected = reviews.expected
    compared_with = reviews.before if is_alone else float(expected[~is_in].mean())
    found: dict[bool, list[TermEffect]] = {True: [], False: []}  # whether it lowers
    often = Counter(name for k in np.flatnonzero(is_in) for name in set(reviews.words[k].names))
    for term, figures, rows in surest(chance, is_in, most):
        here = rows[is_in[table.reviews[rows]]]
        sign = float(np.sign(figures.effect[term]))
        said_with = _said_with(reviews, table, here, sign, often) if table.is_word(term) else ()
        found[sign < 0].append(
            TermEffect(
                term=_shown(reviews, table, rows),
                effect=float(figures.effect[term]),
                interval=(float(figures.low[term]), float(figures.high[term])),
                reviews=int(figures.inside[term]),
                share=float(figures.inside[term] / is_in.sum()),
                share_elsewhere=float(figures.outside[term] / max(1, (~is_in).sum())),
                each=float(figures.each[term]),
                quotes=_quotes(reviews, table, here, quotes),
                said_with=said_with,
            )
        )
    for terms in found.values():
        terms.sort(key=lambda term: -abs(term.effect))
    return GroupWords(
        group=name,
        difference=float(expected[is_in].mean()) - compared_with,
        lowering=tuple(found[True]),
        raising=tuple(found[False]),
        reviews=int(is_in.sum()),
        others=int((~is_in).sum()),
        left_out=left_out,
    )


def _shown(reviews: ReadReviews, table: TermTable, rows: NDArray[np.int64]) -> str:
    """A term as it is most often written."""
    surfaces: Counter[str] = Counter()
    for row in rows:
        review = table.reviews[row]
        found = reviews.words[review]
        first, last = sorted((table.words[row], table.partners[row]))
        if first == last:
            return found.names[first]
        surfaces[joined(reviews.tokens[review][found.begins[first] : found.ends[last] + 1])] += 1
    return commonest(surfaces)


def _said_with(
    reviews: ReadReviews,
    table: TermTable,
    rows: NDArray[np.int64],
    sign: float,
    often: Mapping[str, int],
) -> tuple[Companion, ...]:
    """The words that belong to a word most: said near it, seldom elsewhere, and moving its way.

    So a topic finds its opinions, and an opinion what it is of.

    Args:
        reviews: all that were read.
        table: their terms.
        rows: those of the word in the group.
        sign: of the word's effect.
        often: the reviews of the group in which each word stands.
    """
    effects: dict[str, dict[int, float]] = defaultdict(dict)  # by word and review
    for review, place in zip(table.reviews[rows], table.words[rows], strict=True):
        found = reviews.words[review]
        for other, name in enumerate(found.names):
            is_near = abs(found.ends[other] - found.ends[place]) <= FARTHEST_COMPANION
            is_said_so = is_near and found.sentences[other] == found.sentences[place]
            if is_said_so and name != found.names[place]:
                effects[name][review] = sign * reviews.effect_of(review, other)
    # Of a word that stands everywhere many are near; the root is the cosine of the two words.
    belonging = {
        name: len(of_reviews) / (often[name] + FEW) ** 0.5
        for name, of_reviews in effects.items()
        if len(of_reviews) >= FEWEST_TOGETHER and sum(of_reviews.values()) > 0
    }
    nearest = sorted(belonging, key=lambda name: (-belonging[name], name))[:MOST_COMPANIONS]
    return tuple(Companion(name, len(effects[name])) for name in nearest)


def _quotes(
    reviews: ReadReviews, table: TermTable, rows: NDArray[np.int64], most: int
) -> tuple[Quote, ...]:
    """Different reviews in which a term does most, the clearest first, and where it stands."""
    total = np.bincount(table.reviews[rows], table.values[rows], minlength=len(reviews.texts))
    sign = np.sign(total.sum())
    rated = reviews.rated
    # Blame is clearest where the whole review is low, praise where it is high.
    is_opposite = sign * (rated - rated.mean()) < 0
    quotes: dict[str, Quote] = {}  # by what they say, so that none is shown twice
    for review in np.lexsort((-sign * total, is_opposite)):
        if len(quotes) == most:
            break
        if sign * total[review] <= 0:
            continue
        here = rows[table.reviews[rows] == review]
        row = here[int(np.argmax(sign * table.values[here]))]
        found = reviews.words[review]
        wanted = {
            token
            for word in (table.words[row], table.partners[row])
            for token in found.tokens_of(word)
        }
        shown = snippet(reviews.texts[review], reviews.tokens[review], sorted(wanted))
        quote = Quote(shown.text, reviews.lines[review], shown.places, float(rated[review]))
        quotes.setdefault(shown.text.lower(), quote)
    return tuple(quotes.values())
