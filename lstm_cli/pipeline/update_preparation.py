"""Prepare an update: sort the reviews by what the model knows, and decide the settings."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from lstm_cli.arrays import Float64Array
from lstm_cli.bundle.reading import Bundle
from lstm_cli.config import TrainConfig, VocabularyConfig
from lstm_cli.core.compute import Compute
from lstm_cli.data.reviews import ReviewsSummary
from lstm_cli.data.said_sources import names_of
from lstm_cli.data.showing import count
from lstm_cli.data.spilled import joined
from lstm_cli.data.tokenizing import tokenize_reviews
from lstm_cli.errors import Remedy, RowError
from lstm_cli.pipeline.known import KnownReviews, NewSplit, split_new
from lstm_cli.pipeline.requests import UpdateRequest
from lstm_cli.pipeline.update_reading import ReadUpdate
from lstm_cli.text.vocabulary import Vocabulary
from lstm_cli.training.base import Base
from lstm_cli.training.preparation import RatedCorpus, build_vocabulary
from lstm_cli.training.rules import REPLAYED, DatasetStats, exact_where_few, update_config


@dataclass(frozen=True)
class PreparedUpdate:
    """All that is known before anything is learned. H held-out reviews."""

    bundle: Bundle  # the old model
    new: ReviewsSummary
    old: ReviewsSummary | None
    known: KnownReviews
    split: NewSplit
    vocabulary: Vocabulary
    training: RatedCorpus  # new reviews, then old ones that are read once more
    num_fresh: int  # how many are new
    at_hand: RatedCorpus  # the new reviews, then all here that the old model learned from
    held_out: RatedCorpus  # the old model's own, then new ones
    were_held_out: NDArray[np.bool_]  # for the old model. (H,)
    config: TrainConfig
    compute: Compute

    @property
    def knows_old_held_out(self) -> bool:
        """Whether as many of the old model's held-out reviews are here as it had."""
        before = self.bundle.info.provenance.validation
        return before is not None and int(self.were_held_out.sum()) >= before

    @property
    def num_read_by_base(self) -> int:
        """Old held-out reviews that a base has learned from; of new ones none is held out."""
        return int(self.known.is_of_base[self.known.held_out].sum())

    @property
    def fresh(self) -> RatedCorpus:
        """The new reviews that are learned from."""
        return self.training.select(np.arange(self.num_fresh))

    @property
    def num_replayed(self) -> int:
        """Old reviews that are read once more."""
        return len(self.training) - self.num_fresh

    @property
    def ratings(self) -> Float64Array:
        """The scale, in order, in rating points. (R,)"""
        return np.array(self.bundle.info.ratings)


def prepare_update(request: UpdateRequest, read: ReadUpdate) -> PreparedUpdate:
    """Sort the reviews by what the model knows, and decide the settings.

    Raises:
        RequestError: the device is not there, or has no such precision.
        RowError: nothing is new, or nothing could be measured.
    """
    bundle, new, old = read.bundle, read.new, read.old
    precision = request.precision or exact_where_few(bundle.info.model.hidden_size)
    compute = Compute.of_machine(precision, request.threads, request.device)
    compute.set_up_process()
    texts = new.texts if old is None else joined(new.texts, old.texts)
    tokenized = tokenize_reviews(texts, bundle.info.token_pattern, compute.num_processes)
    rated = np.concatenate([r.rating_indices for r in (new, old) if r is not None])
    assert bundle.seen is not None  # or it had been refused
    known = KnownReviews.of(tokenized, len(new), bundle.seen)
    asked = TrainConfig(seed=request.seed, precision=compute.precision)
    split = split_new(known, tokenized, rated, asked.validation_share, asked.seed)
    _check_split(bundle, new.summary(), known, split)
    draw = np.random.default_rng(asked.seed).permutation(known.learned)
    replayed = np.sort(draw[: round(REPLAYED * len(split.training))])
    base = Base.from_bundle(bundle)
    counts = tokenized.counts(np.concatenate([split.training, replayed]))
    most = bundle.info.provenance.max_words
    words = VocabularyConfig(maximum_size=VocabularyConfig.maximum_size if most is None else most)
    vocabulary = build_vocabulary(counts, words, None, base)
    everything = RatedCorpus(tokenized.encode(vocabulary), rated, tokenized)
    held_out = np.concatenate([known.held_out, split.held_out])
    known_share = base.known_share(counts)
    training = everything.select(np.concatenate([split.training, replayed]))
    return PreparedUpdate(
        bundle=bundle,
        new=new.summary(),
        old=None if old is None else old.summary(),
        known=known,
        split=split,
        vocabulary=vocabulary,
        training=training,
        num_fresh=len(split.training),
        at_hand=everything.select(np.concatenate([split.training, known.learned])),
        held_out=everything.select(held_out),
        were_held_out=np.arange(len(held_out)) < len(known.held_out),
        config=update_config(
            asked, DatasetStats.of_update(training.corpus, known_share), len(replayed)
        ),
        compute=compute,
    )


def _check_split(bundle: Bundle, new: ReviewsSummary, known: KnownReviews, split: NewSplit) -> None:
    names = names_of(new.sources)
    if not len(split.training):
        learned, held_out = known.num_known_new
        raise RowError(
            f"{names}: holds nothing new to learn from: of {count(len(new), 'review')} "
            f"{bundle.name} has learned from {learned:,}, and {held_out:,} were held out for it"
            + (f"; {split.num_left_out:,} more hold a part of those" if split.num_left_out else "")
        )
    if not len(split.held_out) and not len(known.held_out):
        why = ""
        if split.num_of_base:
            why = ", for a base of the model has learned from them"
        elif split.num_edited:
            why = ", for they hold or are part of reviews that the model has learned from"
        raise RowError(
            f"{names}: no review can be held out{why}, so nothing could say whether the model "
            "gets worse",
            Remedy.ADD_OR_GIVE_OLD,
        )
