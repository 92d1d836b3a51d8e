"""From reviews to what a network trains on: the split, the vocabulary, the first embedding."""

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from lstm_cli.config import MINIMUM_REVIEWS, VocabularyConfig
from lstm_cli.data.cache import TokenCache
from lstm_cli.data.corpus import Corpus, TokenizedReviews
from lstm_cli.data.reviews import Reviews
from lstm_cli.data.said_sources import names_of
from lstm_cli.data.spilled import joined
from lstm_cli.data.splits import Split, distinct_texts, hold_out, split_at
from lstm_cli.data.tokenizing import tokenize_reviews
from lstm_cli.errors import Remedy, RowError
from lstm_cli.text.tokens import TOKEN_PATTERN
from lstm_cli.text.vocabulary import Vocabulary
from lstm_cli.training.base import LEAST_KNOWN, Base
from lstm_cli.training.vectors import WordVectors, read_vectors


@dataclass(frozen=True)
class RatedCorpus:
    """Reviews in a vocabulary's ids, with the places of their ratings on the scale."""

    corpus: Corpus
    rating_indices: NDArray[np.int64]
    # The same reviews in the ids of ``types``, which holds words no vocabulary knows, too.
    tokenized: TokenizedReviews | None = None

    def __len__(self) -> int:
        return len(self.corpus)

    @property
    def num_tokens(self) -> int:
        """Tokens of all reviews together."""
        return self.corpus.num_tokens

    def select(self, reviews: NDArray[np.int64]) -> "RatedCorpus":
        """Some of the reviews, in the order asked for."""
        corpus, tokenized = self.corpus.select(reviews), self.tokenized
        if tokenized is not None:
            own = tokenized.corpus
            # Where each of millions of reviews stands is in memory once.
            is_shared = own.lengths is self.corpus.lengths and own.starts is self.corpus.starts
            some = replace(corpus, read_as=own.read_as) if is_shared else own.select(reviews)
            tokenized = replace(tokenized, corpus=some)
        return RatedCorpus(corpus, self.rating_indices[reviews], tokenized)

    def drawn(self, share: float, seed: int) -> "RatedCorpus":
        """A share of the reviews, at random, and at least one of each rating."""
        rng = np.random.default_rng(seed)
        some = rng.permutation(len(self))[: math.ceil(share * len(self))]
        one_of_each = np.unique(self.rating_indices, return_index=True)[1]
        return self.select(np.union1d(some, one_of_each))

    @property
    def text_of(self) -> NDArray[np.int64]:
        """The place of each review's text, the same for those whose tokens are. (N,)"""
        return distinct_texts((self.tokenized or self).corpus)[0]

    def words(self) -> Iterator[list[str]]:
        """The tokens of each review, those that the vocabulary does not know included."""
        assert self.tokenized is not None
        return self.tokenized.words()


@dataclass(frozen=True)
class PreparedData:
    """All that training reads."""

    vocabulary: Vocabulary
    training: RatedCorpus
    validation: RatedCorpus
    left_out: int  # not trained on, so that nothing held out is known already
    vectors: WordVectors | None = None
    base: Base | None = None  # what training starts from
    known_share: float | None = None  # of the tokens, by the base that was offered
    token_pattern: str = TOKEN_PATTERN
    max_words: int = VocabularyConfig.maximum_size  # that were asked for

    @cached_property
    def held_out_read_by_base(self) -> int | None:
        """How many of the held-out reviews the base has learned from: they measure too well.

        None of a base that was saved before models kept count of what they read.
        """
        if self.base is None:
            return 0
        if self.base.seen is None:
            return None
        return int(self.base.seen.learned(self.validation.words()).sum())


def prepare_data(
    reviews: Reviews,
    validation: Reviews | float,
    *,
    seed: int,
    vocabulary_config: VocabularyConfig,
    vectors_file: str | None = None,
    base: Base | None = None,
    processes: int = 1,
    cache: TokenCache | None = None,
) -> PreparedData:
    """Tokenize, hold out, and build the vocabulary from what is trained on.

    Args:
        reviews: what the user's files hold.
        validation: other reviews on the same scale, or the share of ``reviews`` to hold out.
        seed: decides which are held out.
        vocabulary_config: how rare a word may be.
        vectors_file: word vectors; a word that has one is known even if it occurs once.
        base: a model to start from; passed over where it knows under half of the tokens.
        processes: how many may share the cutting into tokens.
        cache: where the tokens of large files are kept.

    Raises:
        RowError: fewer than ten reviews, or none that can be held out.
        VectorsError: the vectors cannot be used.
    """
    pattern = base.token_pattern if base is not None else TOKEN_PATTERN

    def tokenize(texts: Sequence[str]) -> TokenizedReviews:
        return tokenize_reviews(texts, pattern, processes, cache)

    tokenized, rated, split = _hold_out(reviews, validation, seed, tokenize)
    vectors = read_vectors(vectors_file, set(tokenized.types)) if vectors_file else None
    counts = tokenized.counts(split.training)
    known_share = None
    if base is not None:
        known_share = base.known_share(counts)
        if known_share < LEAST_KNOWN:  # another language
            base = None
    vocabulary = build_vocabulary(counts, vocabulary_config, vectors, base)
    all_reviews = RatedCorpus(tokenized.encode(vocabulary), rated, tokenized)
    return PreparedData(
        vocabulary=vocabulary,
        training=all_reviews.select(split.training),
        validation=all_reviews.select(split.validation),
        left_out=len(split.left_out),
        vectors=vectors,
        base=base,
        known_share=known_share,
        token_pattern=pattern,
        max_words=vocabulary_config.maximum_size,
    )


def _hold_out(
    reviews: Reviews,
    validation: Reviews | float,
    seed: int,
    tokenize: Callable[[Sequence[str]], TokenizedReviews],
) -> tuple[TokenizedReviews, NDArray[np.int64], Split]:
    """All reviews cut into tokens, the places of their ratings (N,), and which are held out."""
    if len(reviews) < MINIMUM_REVIEWS:
        raise RowError(
            f"{_names(reviews)}: {len(reviews)} usable reviews are too few to learn from; "
            f"at least {MINIMUM_REVIEWS} are needed"
        )
    if isinstance(validation, float):
        rated, tokenized = reviews.rating_indices, tokenize(reviews.texts)
        split = hold_out(tokenized.corpus, rated, validation, np.random.default_rng(seed))
        if not len(split.validation):
            raise RowError(
                f"{_names(reviews)}: no review can be held out, because no rating has two "
                "different texts",
                Remedy.ADD_OR_GIVE_VALIDATION,
            )
    else:
        _check_validation(validation)
        rated = np.concatenate([reviews.rating_indices, validation.rating_indices])
        tokenized = tokenize(joined(reviews.texts, validation.texts))
        split = split_at(tokenized.corpus, len(reviews))
        if not len(split.training):
            raise RowError(f"{_names(reviews)}: every review is in the validation file too")
    if len(np.unique(rated[split.training])) < 2:
        raise RowError(
            f"{_names(reviews)}: all reviews left to learn from have one rating; add reviews of "
            "other ratings"
        )
    return tokenized, rated, split


def _check_validation(validation: Reviews) -> None:
    """Refuse held-out reviews that nothing could be measured on."""
    if not len(validation):
        raise RowError(f"{_names(validation)}: holds no review with a text and a rating")
    if validation.unseen_ratings:
        raise RowError(
            f"{_names(validation)}: has ratings that are not on the scale of the training reviews: "
            f"{', '.join(validation.unseen_ratings)}; leave those rows out, or train on them too"
        )


def build_vocabulary(
    counts: dict[str, int],
    config: VocabularyConfig,
    vectors: WordVectors | None,
    base: Base | None,
) -> Vocabulary:
    """The words that are known: those of the vectors or the base, and the commonest others."""
    minimum = config.minimum_count
    # Where hardly a word comes twice, rare words are all there is to learn from.
    if sum(count >= minimum for count in counts.values()) < 0.1 * len(counts):
        minimum = 1
    if base is not None:
        frequent = {t: n for t, n in counts.items() if n >= minimum}
        return base.extended(frequent, config.maximum_size)
    if vectors is None:
        return Vocabulary.build(counts, minimum_count=minimum, maximum_size=config.maximum_size)
    known = {t: n for t, n in counts.items() if n >= minimum or t in vectors.rows}
    return Vocabulary.build(known, maximum_size=config.maximum_size)


def _names(reviews: Reviews) -> str:
    return names_of(reviews.sources)
